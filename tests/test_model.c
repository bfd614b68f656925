#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mapped.h"
#include "model/bind.h"
#include "model/model.h"
#include "model_files.h"
#include "support.h"

static enum ct_status load(const char *json, struct model_config *c, struct ct_error *err)
{
    char *const dir = folder_new();
    char path[4096];

    text_put(dir, "config.json", json);
    snprintf(path, sizeof path, "%s/config.json", dir);
    const enum ct_status st = model_config_load(path, c, err);
    folder_remove(dir);
    return st;
}

static struct model_config load_good(const char *json)
{
    struct model_config c = { 0 };
    struct ct_error err = { 0 };

    ck_assert_msg(load(json, &c, &err) == CT_OK, "%s: %s", json, err.text);
    return c;
}

START_TEST(has_the_defaults_of_transformers)
{
    const struct model_config c = load_good("{\"model_type\":\"gpt2\"}");

    ck_assert_uint_eq(c.vocab_size, 50257);
    ck_assert_uint_eq(c.n_positions, 1024);
    ck_assert_uint_eq(c.hidden_size, 768);
    ck_assert_uint_eq(c.n_layers, 12);
    ck_assert_uint_eq(c.n_heads, 12);
    ck_assert_uint_eq(c.n_kv_heads, 12);
    ck_assert_uint_eq(c.head_dim, 64);
    ck_assert_uint_eq(c.intermediate_size, 3072);
    ck_assert_int_eq(c.activation, ACTIVATION_GELU_NEW);
    ck_assert(c.norm_epsilon == 1e-5);
    ck_assert(c.score_scale == 0.125);
    ck_assert(!c.scores_scale_by_layer);
}
END_TEST

/* Gemma 1 was trained with tanh, but the first uploads say gelu: noted where it is not computed. */
START_TEST(an_activation_that_is_not_computed_is_noted)
{
    static const struct {
        const char *json, *ignored;
        enum activation activation;
    } cases[] = {
        { "\"hidden_act\":\"gelu\"", "gelu", ACTIVATION_GELU_NEW },
        { "\"hidden_act\":\"gelu\",\"hidden_activation\":null", "gelu", ACTIVATION_GELU_NEW },
        { "\"hidden_act\":\"gelu\",\"hidden_activation\":\"gelu\"", "", ACTIVATION_GELU },
        { "\"hidden_act\":\"gelu_pytorch_tanh\"", "", ACTIVATION_GELU_NEW },
        { "\"hidden_act\":\"odd\"", "odd", ACTIVATION_GELU_NEW },
        { "\"hidden_act\":7", "", ACTIVATION_GELU_NEW },
    };
    char json[200];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(json, sizeof json, "{\"model_type\":\"gemma\",%s}", cases[i].json);
        const struct model_config c = load_good(json);
        ck_assert_str_eq(c.activation_ignored, cases[i].ignored);
        ck_assert_int_eq(c.activation, cases[i].activation);
    }
    ck_assert_str_eq(
        load_good("{\"model_type\":\"llama\",\"hidden_act\":\"gelu\"}").activation_ignored, "");
}
END_TEST

/* The relevant part of gpt2-medium's config.json on the hub. */
START_TEST(reads_every_key)
{
    const struct model_config c = load_good(
        "{\"activation_function\":\"relu\",\"architectures\":[\"GPT2LMHeadModel\"],"
        "\"layer_norm_epsilon\":0.001,\"model_type\":\"gpt2\",\"n_ctx\":1024,\"n_embd\":1024,"
        "\"n_head\":16,\"n_layer\":24,\"n_positions\":512,\"n_inner\":100,\"vocab_size\":7,"
        "\"scale_attn_weights\":false,\"scale_attn_by_inverse_layer_idx\":true,"
        "\"reorder_and_upcast_attn\":true,\"add_cross_attention\":false,\"task_specific_params\":"
        "{\"text-generation\":{\"do_sample\":true}}}");

    ck_assert_uint_eq(c.vocab_size, 7);
    ck_assert_uint_eq(c.n_positions, 512);
    ck_assert_uint_eq(c.hidden_size, 1024);
    ck_assert_uint_eq(c.n_layers, 24);
    ck_assert_uint_eq(c.n_heads, 16);
    ck_assert_uint_eq(c.intermediate_size, 100);
    ck_assert_int_eq(c.activation, ACTIVATION_RELU);
    ck_assert(c.norm_epsilon == 0.001);
    ck_assert(c.score_scale == 1.0);
    ck_assert(c.scores_scale_by_layer);
}
END_TEST

START_TEST(accepts_alternative_names_and_nulls)
{
    struct model_config c =
        load_good("{\"hidden_size\":32,\"num_hidden_layers\":2,\"num_attention_heads\":4,"
                  "\"max_position_embeddings\":9,\"n_inner\":null,\"activation_function\":null}");

    ck_assert_uint_eq(c.hidden_size, 32);
    ck_assert_uint_eq(c.n_layers, 2);
    ck_assert_uint_eq(c.n_heads, 4);
    ck_assert_uint_eq(c.n_positions, 9);
    ck_assert_uint_eq(c.intermediate_size, 128);
    c = load_good("{\"n_ctx\":77}");
    ck_assert_uint_eq(c.n_positions, 77);
    c = load_good("{\"n_ctx\":77,\"max_position_embeddings\":9}");
    ck_assert_uint_eq(c.n_positions, 9);
    c = load_good(
        "{\"max_position_embeddings\":9,\"n_positions\":8,\"hidden_size\":24,\"n_embd\":48}");
    ck_assert_uint_eq(c.n_positions, 8);
    ck_assert_uint_eq(c.hidden_size, 48);
    c = load_good("{\"n_ctx\":7,\"activation_function\":\"gelu\",\"layer_norm_epsilon\":0}");
    ck_assert_int_eq(c.activation, ACTIVATION_GELU);
    c = load_good("{\"n_ctx\":7,\"activation_function\":\"gelu_pytorch_tanh\"}");
    ck_assert_int_eq(c.activation, ACTIVATION_GELU_NEW);
}
END_TEST

START_TEST(rejects_bad_values_by_name)
{
    static const struct {
        const char *json;
        enum ct_status st;
        const char *says;
    } bad[] = {
        { "{\"model_type\":\"a\\u001b[2Jb\"}", CT_ENOTSUP, "'a\\u{1b}[2Jb'" },
        { "{\"activation_function\":1}", CT_EFORMAT, "activation_function: not a name" },
        { "{\"model_type\":\"bloom\"}", CT_ENOTSUP, "model_type: 'bloom'" },
        { "{\"model_type\":2}", CT_ENOTSUP, "model_type" },
        { "{}", CT_ENOTSUP, "neither model_type nor sizes" },
        { "{\"model_type\":null,\"n_embd\":null}", CT_ENOTSUP, "neither model_type nor sizes" },
        { "{\"auths\":{\"x\":{\"auth\":\"c2VjcmV0\"}}}", CT_ENOTSUP,
          "neither model_type nor sizes" },
        { "{\"add_cross_attention\":true}", CT_ENOTSUP, "add_cross_attention" },
        { "{\"model_type\":\"llama\",\"add_cross_attention\":true}", CT_ENOTSUP,
          "use a decoder alone" },
        { "{\"add_cross_attention\":1}", CT_EFORMAT, "add_cross_attention" },
        { "{\"n_embd\":0}", CT_EFORMAT, "n_embd" },
        { "{\"n_embd\":-768}", CT_EFORMAT, "n_embd" },
        { "{\"n_embd\":768.0}", CT_EFORMAT, "n_embd" },
        { "{\"n_embd\":\"768\"}", CT_EFORMAT, "n_embd" },
        { "{\"n_embd\":65537}", CT_EFORMAT, "n_embd" },
        { "{\"hidden_size\":0}", CT_EFORMAT, "hidden_size" },
        { "{\"n_embd\":100}", CT_EFORMAT, "n_embd 100 is not divisible by n_head 12" },
        { "{\"n_head\":7}", CT_EFORMAT, "not divisible by n_head 7" },
        { "{\"n_head\":0}", CT_EFORMAT, "n_head" },
        { "{\"n_layer\":9223372036854775807}", CT_EFORMAT, "n_layer" },
        { "{\"n_layer\":92233720368547758070}", CT_EFORMAT, "n_layer: not an integer" },
        { "{\"n_layer\":NaN}", CT_EFORMAT, "n_layer: not an integer" },
        { "{\"n_inner\":Infinity}", CT_EFORMAT, "n_inner: not an integer" },
        { "{\"n_embd\":1e30}", CT_EFORMAT, "n_embd: not an integer" },
        { "{\"layer_norm_epsilon\":-Infinity}", CT_EFORMAT, "layer_norm_epsilon" },
        { "{\"scale_attn_weights\":NaN}", CT_EFORMAT, "scale_attn_weights: not true" },
        { "{\"model_type\":NaN}", CT_ENOTSUP, "model_type: 'NaN'" },
        { "{\"x\":nan}", CT_EFORMAT, "line 1" },
        { "{\"x\":+1}", CT_EFORMAT, "line 1" },
        { "{\"x\":NaNa}", CT_EFORMAT, "line 1" },
        { "{\"x\":--Infinity}", CT_EFORMAT, "line 1" },
        { "{\"x\":0123456789012345678901}", CT_EFORMAT, "line 1" },
        { "{\"x\":1234567890123456789012.}", CT_EFORMAT, "line 1" },
        { "{\"x\":1e}", CT_EFORMAT, "line 1" },
        { "{\"x\":NaN,\"x\":1}", CT_EFORMAT, "duplicate" },
        { "{\"n_inner\":0}", CT_EFORMAT, "n_inner" },
        { "{\"n_inner\":1048577}", CT_EFORMAT, "n_inner" },
        { "{\"vocab_size\":16777217}", CT_EFORMAT, "vocab_size" },
        { "{\"n_positions\":1048577}", CT_EFORMAT, "n_positions" },
        { "{\"layer_norm_epsilon\":-1e-5}", CT_EFORMAT, "layer_norm_epsilon" },
        { "{\"layer_norm_epsilon\":1}", CT_EFORMAT, "layer_norm_epsilon" },
        { "{\"layer_norm_epsilon\":\"1e-5\"}", CT_EFORMAT, "layer_norm_epsilon" },
        { "{\"scale_attn_weights\":0}", CT_EFORMAT, "scale_attn_weights" },
        { "{\"scale_attn_by_inverse_layer_idx\":\"no\"}", CT_EFORMAT, "inverse_layer_idx" },
        { "{\"reorder_and_upcast_attn\":[]}", CT_EFORMAT, "reorder_and_upcast_attn" },
        { "{\"n_embd\":1,\"n_embd\":2}", CT_EFORMAT, "duplicate" },
        { "{\"n_embd\":", CT_EFORMAT, "line 1" },
        { "[]", CT_EFORMAT, "not a JSON object" },
        { "", CT_EFORMAT, "line 1" },
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct model_config c = { .hidden_size = 5 };
        struct ct_error err = { 0 };
        const enum ct_status st = load(bad[i].json, &c, &err);
        ck_assert_msg(st == bad[i].st, "%s: %d, %s", bad[i].json, st, err.text);
        ck_assert_msg(strstr(err.text, bad[i].says) != NULL, "%s: %s", bad[i].json, err.text);
        ck_assert_msg(strstr(err.text, "config.json") != NULL, "%s", err.text);
        ck_assert_uint_eq(c.hidden_size, 5);
    }
}
END_TEST

/* Values that Python writes, under keys that nobody needs, and functions that are not needed yet.
 */
START_TEST(accepts_odd_values_that_are_not_used)
{
    struct model_config c = load_good(
        "{\"a\":NaN,\"b\":[Infinity,-Infinity],\"c\":{\"d\":1e30},\"e\":1e999,\"n_head\":3,"
        "\"f\":1000000000000000019884624838656,\"g\":-9223372036854775808,\"n_embd\":24,"
        "\"h\":\"NaN, \\\" Infinity\",\"layer_norm_epsilon\":1e-07}");

    ck_assert_uint_eq(c.hidden_size, 24);
    ck_assert_uint_eq(c.n_heads, 3);
    ck_assert(c.norm_epsilon == 1e-7);
    c = load_good("{\"n_ctx\":7,\"activation_function\":\"swish\"}");
    ck_assert_int_eq(c.activation, ACTIVATION_SILU);
    ck_assert_str_eq(c.activation_name, "");
    c = load_good("{\"n_ctx\":7,\"activation_function\":\"serf\"}");
    ck_assert_int_eq(c.activation, ACTIVATION_UNKNOWN);
    ck_assert_str_eq(c.activation_name, "serf");
}
END_TEST

#define TINY                                                                                       \
    "{\"n_embd\":24,\"n_head\":3,\"n_inner\":20,\"n_layer\":3,\"n_positions\":16,\"vocab_size\":"  \
    "40"

static void check_open(const char *dir, enum ct_status want, const char *says)
{
    struct model *model = NULL;
    struct ct_error err = { 0 };
    const enum ct_status st = model_open(dir, &model, &err);

    ck_assert_msg(st == want && strstr(err.text, says) != NULL, "%s", err.text);
    ck_assert_int_eq(model != NULL, want == CT_OK);
    model_free(model);
}

static struct tensor_out *find_tensor(struct tensor_set *set, const char *name)
{
    for (size_t i = 0; i < set->n; i++)
        if (strcmp(set->items[i].name, name) == 0)
            return &set->items[i];
    ck_abort_msg("%s is not there", name);
}

/* Changes to the tiny model's weights, and the resulting errors. */
START_TEST(checks_weights_against_the_config)
{
    struct tensor_set set = { 0 };
    char *const dir = folder_new();

    tensors_load(&set, fixture_path("gpt2_tiny/model.safetensors"));
    tensors_put(&set, 0, set.n, "", 0, dir, "model.safetensors");
    text_put(dir, "config.json", TINY "}");
    check_open(dir, CT_OK, "");
    text_put(dir, "config.json", TINY ",\"n_ctx\":3,\"tie_word_embeddings\":true}");
    check_open(dir, CT_OK, "");
    text_put(dir, "config.json", TINY ",\"n_layer\":4}");
    check_open(dir, CT_EFORMAT, "duplicate");
    text_put(dir, "config.json",
             "{\"n_embd\":24,\"n_head\":3,\"n_inner\":20,\"n_layer\":4,"
             "\"n_positions\":16,\"vocab_size\":40}");
    check_open(dir, CT_EFORMAT, "h.3.ln_1.weight: missing from the weights");
    text_put(dir, "config.json",
             "{\"n_embd\":24,\"n_head\":3,\"n_inner\":20,\"n_layer\":3,"
             "\"n_positions\":16,\"vocab_size\":50257}");
    check_open(dir, CT_EFORMAT,
               "model.safetensors: wte.weight: expected [50257, 24] by config.json, file has "
               "[40, 24]");
    text_put(dir, "config.json",
             "{\"n_embd\":24,\"n_head\":3,\"n_layer\":3,"
             "\"n_positions\":16,\"vocab_size\":40}");
    check_open(dir, CT_EFORMAT,
               "h.0.mlp.c_fc.weight: expected [24, 96] by config.json, file has "
               "[24, 20]");
    text_put(dir, "config.json", TINY "}");

    struct tensor_out *t = find_tensor(&set, "h.1.attn.c_attn.weight");
    t->dtype = "I32";
    tensors_put(&set, 0, set.n, "", 0, dir, "model.safetensors");
    check_open(dir, CT_ENOTSUP, "h.1.attn.c_attn.weight: dtype I32 is not supported");
    t->dtype = "F32";
    t->n_dims = 1;
    t->shape[0] = 24 * 72;
    tensors_put(&set, 0, set.n, "", 0, dir, "model.safetensors");
    check_open(dir, CT_EFORMAT,
               "h.1.attn.c_attn.weight: expected [24, 72] by config.json, file "
               "has [1728]");
    tensors_clear(&set);
    folder_remove(dir);
}
END_TEST

static void add_tensor(struct tensor_set *set, const char *name, const char *dtype, size_t n_dims,
                       uint64_t size, size_t item)
{
    struct tensor_out *const t = &set->items[set->n++];
    size_t n = 1;

    *t = (struct tensor_out){ .dtype = dtype, .n_dims = n_dims };
    snprintf(t->name, sizeof t->name, "%s", name);
    for (size_t d = 0; d < n_dims; d++) {
        t->shape[d] = d + 2 < n_dims ? 1 : size;
        n *= t->shape[d];
    }
    t->n_bytes = n * item;
    t->data = calloc(n, item);
}

START_TEST(ignores_other_tensors)
{
    struct tensor_set set = { 0 };
    char *const dir = folder_new();

    tensors_load(&set, fixture_path("gpt2_tiny/model.safetensors"));
    text_put(dir, "config.json", TINY "}");
    add_tensor(&set, "h.0.attn.bias", "U8", 4, 16, 1);
    add_tensor(&set, "h.0.attn.masked_bias", "F32", 0, 0, 4);
    add_tensor(&set, "lm_head.weight", "F64", 2, 5, 8);
    add_tensor(&set, "something.else", "I64", 1, 3, 8);
    tensors_put(&set, 0, set.n, "", 0, dir, "model.safetensors");
    check_open(dir, CT_OK, "");
    tensors_put(&set, 0, set.n, "transformer.", 0, dir, "model.safetensors");
    check_open(dir, CT_OK, "");
    add_tensor(&set, "transformer.ln_f.bias", "F32", 1, 24, 4);
    tensors_put(&set, 0, set.n, "", 0, dir, "model.safetensors");
    check_open(dir, CT_EFORMAT, "there are both ln_f.bias and transformer.ln_f.bias");
    tensors_clear(&set);
    folder_remove(dir);
}
END_TEST

/* Writes the tiny model with these prefixes for tensors from the first on, and from the third on.
 */
static void put_wrapped(const char *dir, const char *first, const char *then)
{
    struct tensor_set set = { 0 };

    tensors_load(&set, fixture_path("gpt2_tiny/model.safetensors"));
    for (size_t i = 0; i < set.n; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s", set.items[i].name);
        ck_assert_int_lt(snprintf(set.items[i].name, sizeof set.items[i].name, "%s%s",
                                  i < 2 ? first : then, name),
                         sizeof set.items[i].name);
    }
    tensors_put(&set, 0, set.n, "", 0, dir, "model.safetensors");
    tensors_clear(&set);
}

START_TEST(cuts_the_prefixes_of_wrappers)
{
    static const char *const prefixes[] = {
        "_orig_mod.",
        "module.",
        "model.",
        "gpt2.",
        "base_model.model.",
        "base_model.model.transformer.",
        "_orig_mod.transformer.",
        "transformer._orig_mod.",
        "module._orig_mod.module.",
        "_fsdp_wrapped_module.transformer._fsdp_wrapped_module.",
        "pretrained_model.transformer.",
        "a.b.c.d.",
    };
    char *const dir = folder_new();

    text_put(dir, "config.json", TINY "}");
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        put_wrapped(dir, prefixes[i], prefixes[i]);
        check_open(dir, CT_OK, "");
    }
    put_wrapped(dir, "module.", "module._orig_mod."); /* anywhere in a name */
    check_open(dir, CT_OK, "");
    put_wrapped(dir, "", "module."); /* not in front of all */
    check_open(dir, CT_OK, "");
    put_wrapped(dir, "module.", "model."); /* missing after the embedding's prefix */
    check_open(dir, CT_EFORMAT, "h.0.attn.c_attn.weight: missing from the weights");
    folder_remove(dir);
}
END_TEST

START_TEST(names_what_is_found_instead)
{
    struct tensor_set set = { 0 };
    char *const dir = folder_new();

    text_put(dir, "config.json", TINY "}");
    tensors_load(&set, fixture_path("gpt2_tiny/model.safetensors"));
    tensors_put(&set, 0, set.n, "x", 0, dir, "model.safetensors"); /* not a prefix: no dot */
    check_open(dir, CT_EFORMAT,
               "wte.weight: missing from the weights, with or without a prefix; the 40 tensors are "
               "of another kind of model: xh.0.attn.c_attn.bias, ");
    add_tensor(&set, "module.wte.weight", "F32", 2, 5, 4);
    tensors_put(&set, 0, set.n, "a.", 0, dir, "model.safetensors");
    check_open(dir, CT_EFORMAT, "several models: a.module.wte.weight, a.wte.weight; save only one");
    tensors_put(&set, 0, set.n, "", 0, dir, "model.safetensors"); /* transformers loads this one */
    check_open(dir, CT_OK, "");
    add_tensor(&set, "_orig_mod.wte.weight", "F32", 2, 5, 4);
    tensors_put(&set, 0, set.n, "", 0, dir, "model.safetensors");
    check_open(dir, CT_EFORMAT, "there are both ");
    snprintf(set.items[--set.n].name, sizeof set.items[0].name, "h.0.attn.c_attn.lora_A.weight");
    set.n++;
    tensors_put(&set, 0, set.n, "base_model.model.", 0, dir, "model.safetensors");
    check_open(dir, CT_ENOTSUP, "h.0.attn.c_attn.lora_A.weight: LoRA weights are not merged");
    tensors_clear(&set);
    folder_remove(dir);
}
END_TEST

/* Layers as in other families: under either of two prefixes, [out, in], without biases. */
START_TEST(binds_layers_of_other_shapes)
{
    static const char *const prefixes[] = { "model.inner.", "model.", NULL };
    const struct linear_shape shape = { LINEAR_OUT_IN, 20, 24, false };
    struct tensor_set set = { 0 };
    struct checkpoint *checkpoint = NULL;
    struct ct_error err = { 0 };
    struct binder b = { .dir = "DIR", .prefixes = prefixes, .err = &err };
    struct tensor_names names = { 0 };
    struct linear linear = { 0 };
    struct norm norm = { 0 };
    char *const dir = folder_new();

    tensors_load(&set, fixture_path("gpt2_tiny/model.safetensors"));
    snprintf(set.items[0].name, sizeof set.items[0].name, "inner.ln_f.weight");
    tensors_put(&set, 0, set.n, "model.", 0, dir, "model.safetensors");
    ck_assert_int_eq(checkpoint_open(dir, &checkpoint, NULL), CT_OK);
    ck_assert_int_eq(tensor_names_read(checkpoint, "DIR", "h.1.ln_1.weight", prefixes, &names,
                                       NULL),
                     CT_OK);
    ck_assert_ptr_null(names.prefix);
    b.checkpoint = checkpoint;
    b.names = &names;
    /* [24, 20], read as [out, in] */
    bind_linear(&b, &linear, &shape, "h.%d.mlp.c_fc", 1);
    ck_assert_msg(b.status == CT_OK, "%s", err.text);
    ck_assert_int_eq(linear.layout, LINEAR_OUT_IN);
    ck_assert_uint_eq(linear.n_in, 20);
    ck_assert_uint_eq(linear.n_out, 24);
    ck_assert_ptr_null(linear.bias.data);
    bind_norm(&b, &norm, 24, false, "h.1.ln_1");
    ck_assert_ptr_null(norm.bias.data);
    ck_assert_uint_eq(b.n_parameters, 20 * 24 + 24);
    bind_norm(&b, &norm, 24, false, "ln_f");
    ck_assert_int_eq(b.status, CT_EFORMAT);
    ck_assert_str_eq(err.text, "DIR: there are both model.inner.ln_f.weight and model.ln_f.weight");
    bind_norm(&b, &norm, 24, true, "h.1.ln_1"); /* the first failure is kept */
    ck_assert_ptr_null(norm.bias.data);
    binder_clear(&b);
    tensor_names_clear(&names);
    checkpoint_free(checkpoint);
    tensors_clear(&set);
    folder_remove(dir);
}
END_TEST

START_TEST(rejects_folders_without_a_model)
{
    char *const dir = folder_new();
    char path[4096];

    check_open(dir, CT_EIO, "config.json: No such file");
    snprintf(path, sizeof path, "%s/nowhere", dir);
    check_open(path, CT_EIO, "nowhere: not a model folder: No such file");
    text_put(dir, "config.json", TINY "}");
    snprintf(path, sizeof path, "%s/config.json", dir);
    check_open(path, CT_EIO, "config.json: a file, not a model folder; give the folder that it");
    check_open(dir, CT_EIO, "no model.safetensors;");
    text_put(dir, "model.safetensors", "");
    check_open(dir, CT_EFORMAT, "0 bytes are too short");
    check_open("", CT_EIO, "not a model folder");
    check_open("/dev/null/x", CT_EIO, "not a model folder: Not a directory");
    text_put(dir, "adapter_config.json", "{\"base_model_name_or_path\":\"gpt2\",\"r\":NaN}");
    check_open(dir, CT_EFORMAT, "0 bytes are too short"); /* there is a model beside it */
    snprintf(path, sizeof path, "%s/config.json", dir);
    ck_assert_int_eq(remove(path), 0);
    check_open(dir, CT_ENOTSUP, "a PEFT adapter, not a model; merge it into gpt2 once");
    text_put(dir, "adapter_config.json", "{}");
    check_open(dir, CT_ENOTSUP, "merge it into its base model once");
    folder_remove(dir);
}
END_TEST

/* More often than files can be open at a time. */
START_TEST(closed_models_leave_nothing_open)
{
    for (size_t i = 0; i <= MAPPED_MOST; i++) {
        struct model *model = NULL;
        struct ct_error err;
        if (model_open(fixture_path("gpt2_tiny"), &model, &err) != CT_OK)
            ck_abort_msg("%zu: %s", i, err.text);
        model_free(model);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        has_the_defaults_of_transformers,
        an_activation_that_is_not_computed_is_noted,
        reads_every_key,
        accepts_alternative_names_and_nulls,
        rejects_bad_values_by_name,
        checks_weights_against_the_config,
        ignores_other_tensors,
        accepts_odd_values_that_are_not_used,
        cuts_the_prefixes_of_wrappers,
        names_what_is_found_instead,
        binds_layers_of_other_shapes,
        rejects_folders_without_a_model,
        closed_models_leave_nothing_open,
    };
    return RUN_TESTS("model", tests);
}
