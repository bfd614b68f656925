#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "model/arch.h"
#include "model/hooks.h"
#include "support.h"

static const struct model_config medium = { .arch = &arch_gpt2,
                                            .vocab_size = 50257,
                                            .n_positions = 1024,
                                            .hidden_size = 1024,
                                            .n_layers = 24,
                                            .n_heads = 16,
                                            .n_kv_heads = 16,
                                            .head_dim = 64,
                                            .intermediate_size = 4000 };

/* The names to which the patterns resolve; both are separated by blanks. */
static const char *resolve(const char *patterns)
{
    static char names[1 << 16];
    char copy[1024];
    const char *list[16];
    size_t n_list = 0;
    struct hook_point *hooks = NULL;
    size_t n = 0;
    struct ct_error err = { 0 };

    snprintf(copy, sizeof copy, "%s", patterns);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        list[n_list++] = word;
    ck_assert_msg(hooks_resolve(&medium, list, n_list, &hooks, &n, &err) == CT_OK, "%s", err.text);
    names[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        strcat(names, i > 0 ? " " : "");
        strcat(names, hooks[i].name);
    }
    free(hooks);
    return names;
}

static size_t count_words(const char *text)
{
    size_t n = 1;

    for (; *text != '\0'; text++)
        n += *text == ' ';
    return n;
}

START_TEST(lists_hook_points_in_forward_order)
{
    struct hook_point *hooks = NULL;
    size_t n = 0;

    ck_assert_int_eq(hooks_list(&medium, &hooks, &n, NULL), CT_OK);
    ck_assert_uint_eq(n, 24 * 12 + 4);
    ck_assert_str_eq(hooks[0].name, "wte");
    ck_assert_str_eq(hooks[1].name, "wpe");
    ck_assert_str_eq(hooks[2].name, "h.0.ln_1");
    ck_assert_str_eq(hooks[13].name, "h.0");
    ck_assert_str_eq(hooks[n - 3].name, "h.23");
    ck_assert_str_eq(hooks[n - 2].name, "ln_f");
    ck_assert_str_eq(hooks[n - 1].name, "lm_head");
    ck_assert_uint_eq(hooks[n - 1].width, medium.vocab_size);
    for (size_t i = 0; i + 1 < n; i++) {
        const enum site_place place = hooks[i].place;
        const size_t want = place == PLACE_QKV                                  ? 3072
                            : place == PLACE_MLP_PRE || place == PLACE_MLP_POST ? 4000
                                                                                : 1024;
        ck_assert_uint_eq(hooks[i].width, want);
    }
    free(hooks);
}
END_TEST

START_TEST(the_default_is_in_the_middle_block)
{
    struct hook_point *hooks = NULL;
    size_t n = 0;

    ck_assert_int_eq(hooks_default(&medium, &hooks, &n, NULL), CT_OK);
    ck_assert_uint_eq(n, 1);
    ck_assert_str_eq(hooks[0].name, "h.12.mlp.c_fc");
    free(hooks);
}
END_TEST

START_TEST(resolves_names)
{
    static const struct {
        const char *asked;
        const char *got;
    } cases[] = {
        { "h.5.mlp.c_fc", "h.5.mlp.c_fc" },
        { "transformer.h.5.mlp.c_fc", "h.5.mlp.c_fc" },
        { "h[5].mlp.c_fc", "h.5.mlp.c_fc" },
        { "transformer.h[23]", "h.23" },
        { "transformer.wte", "wte" },
        { "lm_head", "lm_head" },
        { "unembed", "lm_head" },
        { "unembed.hook_out", "lm_head" },
        { "*", "wte wpe ln_f" },
        { "ln_f", "ln_f" },
        { "ln_f wte h.3 wpe h.3.ln_1 ln_f", "wte wpe h.3.ln_1 h.3 ln_f" },
        { "h.2*", "h.2 h.20 h.21 h.22 h.23" },
        { "h.[01]", "h.0 h.1" },
        { "h.?.mlp", "h.0.mlp h.1.mlp h.2.mlp h.3.mlp h.4.mlp h.5.mlp h.6.mlp h.7.mlp h.8.mlp "
                     "h.9.mlp" },
        { "h.7.*", "h.7.ln_1 h.7.attn h.7.ln_2 h.7.mlp" },
        { "h.7.*.c_*", "h.7.attn.c_attn h.7.attn.c_proj h.7.mlp.c_fc h.7.mlp.c_proj" },
        { "h.7.mlp.* h.7.mlp.act", "h.7.mlp.c_fc h.7.mlp.act h.7.mlp.c_proj" },
        { "h.7.*.c_proj.input", "h.7.attn.c_proj.input h.7.mlp.c_proj.input" },
        { "w?e", "wte wpe" },
        { "transformer.w*", "wte wpe" },
        /* TransformerLens */
        { "hook_embed", "wte" },
        { "hook_pos_embed", "wpe" },
        { "blocks.5.mlp.hook_pre", "h.5.mlp.c_fc" },
        { "blocks.5.mlp.in.hook_out", "h.5.mlp.c_fc" },
        { "blocks.5.mlp.hook_post", "h.5.mlp.act" },
        { "blocks.5.mlp.out.hook_in", "h.5.mlp.act" },
        { "blocks.5.attn.hook_z", "h.5.attn.c_proj.input" },
        { "blocks.5.hook_mlp_out", "h.5.mlp.c_proj" },
        { "blocks.5.hook_attn_out", "h.5.attn.c_proj" },
        { "blocks.5.hook_resid_post", "h.5" },
        { "blocks.5.hook_resid_pre", "h.4" },
        { "blocks.23.hook_resid_post", "h.23" },
        { "blocks.2?.mlp.hook_pre", "h.20.mlp.c_fc h.21.mlp.c_fc h.22.mlp.c_fc h.23.mlp.c_fc" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        ck_assert_str_eq(resolve(cases[i].asked), cases[i].got);
    ck_assert_uint_eq(count_words(resolve("h.*")), 24);
    ck_assert_uint_eq(count_words(resolve("h.*.mlp.c_fc")), 24);
    ck_assert_uint_eq(count_words(resolve("h.*.*")), 24 * 4);
    ck_assert_uint_eq(count_words(resolve("*")), 3);
    ck_assert_uint_eq(count_words(resolve("* *.* *.*.* *.*.*.* *.*.*.*.*")), 24 * 12 + 3);
}
END_TEST

START_TEST(rejects_unknown_names_with_a_hint)
{
    static const struct {
        const char *asked;
        const char *says;
    } cases[] = {
        { "h.30.mlp.c_fc", "h.30.mlp.c_fc: the model has 24 layers, h.0 to h.23" },
        { "transformer.h.24", "transformer.h.24: the model has 24 layers, h.0 to h.23" },
        { "h[24].attn", "the model has 24 layers" },
        { "blocks.24.mlp.hook_pre", "the model has 24 layers" },
        { "blocks.24.hook_resid_pre", "the model has 24 layers" },
        { "h.99999999999999999999999.mlp", "the model has 24 layers" },
        { "h.5.mlp.c_fcc", "unknown hook point" },
        { "h.05", "unknown hook point" },
        { "H.5", "unknown hook point" },
        { "h.-1.mlp", "unknown hook point" },
        { "", "unknown hook point" },
        { ".", "unknown hook point" },
        { "h.", "unknown hook point" },
        { "h.*.mlp.c_fx*", "matches no hook point" },
        { "h*", "matches no hook point" },
        { "h.5[", "matches no hook point" },
        { "lm_hea*", "matches no hook point" },
        { "blocks.7.ln1.hook_normalized", "the nearest is h.7.ln_1" },
        { "blocks.7.attn.hook_q", "the first third of h.7.attn.c_attn" },
        { "blocks.7.attn.hook_k", "the second third of h.7.attn.c_attn" },
        { "blocks.7.attn.hook_v", "the last third of h.7.attn.c_attn" },
        { "blocks.7.attn.hook_pattern", "h.7.attn.c_attn" },
        { "blocks.7.ln2.hook_scale", "is not a vector of neurons; the nearest is h.7.ln_2" },
        { "h.5.mlp.c_fcc",
          "there are wte, wpe, ln_f, lm_head, h.N, and below h.N ln_1, attn.c_attn, " },
        { "blocks.7.hook_resid_mid", "the nearest is h.7.ln_2" },
        { "blocks.0.hook_resid_pre", "the sum of wte and wpe" },
        { "ln_final.hook_normalized", "the nearest is ln_f" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hook_point *hooks = NULL;
        size_t n = 0;
        struct ct_error err = { 0 };
        const char *const list[] = { "wte", cases[i].asked };
        ck_assert_msg(hooks_resolve(&medium, list, 2, &hooks, &n, &err) == CT_EINVAL,
                      "%s was taken", cases[i].asked);
        ck_assert_ptr_null(hooks);
        ck_assert_msg(strstr(err.text, cases[i].says) != NULL, "%s", err.text);
    }
}
END_TEST

/* Sizes by which the widths of a family's hook points can be told apart. */
static struct model_config config_of(const struct arch *arch)
{
    struct model_config c = *arch->defaults;

    c.arch = arch;
    c.n_layers = 9;
    c.hidden_size = 100;
    c.n_heads = 6;
    c.n_kv_heads = 2;
    c.head_dim = 20;
    c.intermediate_size = 300;
    return c;
}

/* The first hook point that a name means in a family; or its error. */
static void check_name(const struct arch *arch, const char *asked, const char *want, size_t width)
{
    const struct model_config c = config_of(arch);
    struct hook_point *hooks = NULL;
    struct ct_error err = { 0 };
    size_t n = 0;

    if (hooks_resolve(&c, &asked, 1, &hooks, &n, &err) == CT_OK) {
        ck_assert_msg(width > 0, "%s: %s was taken", arch->title, asked);
        ck_assert_str_eq(hooks[0].name, want);
        ck_assert_msg(hooks[0].width == width, "%s: %zu wide", want, hooks[0].width);
        ck_assert_msg(hooks[0].what[0] != '\0', "%s is not explained", want);
    } else {
        ck_assert_msg(width == 0 && strstr(err.text, want) != NULL, "%s: %s", arch->title,
                      err.text);
    }
    free(hooks);
}

START_TEST(other_families_have_their_own_names)
{
    static const struct {
        const struct arch *arch;
        const char *asked;
        const char *want;
        size_t width; /* 0: want is part of the error */
    } cases[] = {
        { &arch_llama, "model.layers.3.mlp.down_proj.input", "layers.3.mlp.down_proj.input", 300 },
        { &arch_llama, "layers[3].mlp.up_proj", "layers.3.mlp.up_proj", 300 },
        { &arch_llama, "blocks.3.mlp.hook_pre", "layers.3.mlp.gate_proj", 300 },
        { &arch_llama, "blocks.3.mlp.hook_pre_linear", "layers.3.mlp.up_proj", 300 },
        { &arch_llama, "blocks.3.mlp.in.hook_out", "layers.3.mlp.up_proj", 300 },
        { &arch_llama, "blocks.3.mlp.hook_post", "layers.3.mlp.down_proj.input", 300 },
        { &arch_llama, "blocks.3.attn.hook_q", "layers.3.self_attn.q_proj", 120 },
        { &arch_llama, "blocks.3.attn.hook_k", "layers.3.self_attn.k_proj", 40 },
        { &arch_llama, "blocks.3.attn.hook_v", "layers.3.self_attn.v_proj", 40 },
        { &arch_llama, "blocks.3.attn.hook_z", "layers.3.self_attn.o_proj.input", 120 },
        { &arch_llama, "blocks.3.hook_resid_pre", "layers.2", 100 },
        { &arch_llama, "hook_embed", "embed_tokens", 100 },
        { &arch_llama, "hook_pos_embed", "unknown hook point", 0 },
        { &arch_llama, "blocks.3.attn.hook_rot_q", "layers.3.self_attn.q_proj", 0 },
        { &arch_llama, "blocks.3.hook_resid_mid", "layers.3.post_attention_layernorm", 0 },
        { &arch_llama, "blocks.0.hook_resid_pre", "use embed_tokens", 0 },
        { &arch_llama, "layers.3.self_attn.q_norm", "unknown hook point", 0 },
        { &arch_llama, "layers.9.mlp", "layers.0 to layers.8", 0 },
        { &arch_llama, "h.3.mlp.c_fc", /* the whole list, without what other families have */
          "there are embed_tokens, norm, lm_head, layers.N, and below layers.N input_layernorm, "
          "self_attn.q_proj, self_attn.k_proj, self_attn.v_proj, self_attn.o_proj.input, "
          "self_attn.o_proj, self_attn, post_attention_layernorm, mlp.gate_proj, mlp.act_fn, "
          "mlp.up_proj, mlp.down_proj.input, mlp.down_proj, mlp, for N from 0 to 8",
          0 },
        { &arch_gemma3, "h.3.mlp.c_fc", "post_feedforward_layernorm, for N from 0 to 8", 0 },
        { &arch_qwen3, "layers.3.self_attn.q_norm", "layers.3.self_attn.q_norm", 120 },
        { &arch_qwen3, "layers.3.self_attn.k_norm", "layers.3.self_attn.k_norm", 40 },
        { &arch_gemma, "hook_embed", "times the square root", 0 },
        { &arch_gemma, "blocks.3.hook_attn_out", "layers.3.self_attn.o_proj", 100 },
        { &arch_gemma2, "blocks.3.hook_attn_out", "layers.3.post_attention_layernorm", 100 },
        { &arch_gemma2, "blocks.3.hook_mlp_out", "layers.3.post_feedforward_layernorm", 100 },
        { &arch_gemma2, "hook_embed", "times the square root", 0 },
        { &arch_gemma3, "hook_embed", "embed_tokens", 100 },
        { &arch_gemma3, "model.language_model.layers.1", "layers.1", 100 },
        { &arch_gpt_neox, "gpt_neox.layers.3.attention.query_key_value",
          "layers.3.attention.query_key_value", 200 },
        { &arch_gpt_neox, "blocks.3.mlp.in.hook_out", "layers.3.mlp.dense_h_to_4h", 300 },
        { &arch_gpt_neox, "blocks.3.mlp.hook_pre_linear", "unknown hook point", 0 },
        { &arch_gpt_neox, "blocks.3.attn.hook_q", "layers.3.attention.query_key_value", 0 },
        { &arch_gpt_neox, "blocks.3.attn.hook_rot_k", "layers.3.attention.query_key_value", 0 },
        { &arch_gpt_neox, "blocks.3.hook_resid_mid", "attention and MLP are parallel", 0 },
        { &arch_opt, "model.decoder.layers.3.fc2.input", "decoder.layers.3.fc2.input", 300 },
        { &arch_opt, "decoder.layers[3].fc1", "decoder.layers.3.fc1", 300 },
        { &arch_opt, "blocks.3.hook_mlp_out", "decoder.layers.3.fc2", 100 },
        { &arch_opt, "decoder.layers.3.mlp", "unknown hook point", 0 },
        { &arch_gpt_neo, "blocks.3.hook_attn_out", "h.3.attn.attention.out_proj", 100 },
        { &arch_gptj, "blocks.3.mlp.hook_post", "h.3.mlp.act", 300 },
        { &arch_gptj, "blocks.3.ln2.hook_normalized", "h.3.ln_1", 0 },
        { &arch_phi, "blocks.3.attn.hook_z", "layers.3.self_attn.dense.input", 120 },
        { &arch_phi3, "layers.3.mlp.gate_up_proj", "layers.3.mlp.gate_up_proj", 600 },
        { &arch_phi3, "blocks.3.mlp.hook_pre", "first half of layers.3.mlp.gate_up_proj", 0 },
        { &arch_phi3, "blocks.3.mlp.hook_post", "layers.3.mlp.down_proj.input", 300 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_name(cases[i].arch, cases[i].asked, cases[i].want, cases[i].width);
}
END_TEST

START_TEST(the_default_is_what_c_fc_is_in_gpt2)
{
    static const struct {
        const struct arch *arch;
        const char *want;
    } cases[] = {
        { &arch_llama, "layers.4.mlp.gate_proj" },
        { &arch_mistral, "layers.4.mlp.gate_proj" },
        { &arch_qwen2, "layers.4.mlp.gate_proj" },
        { &arch_qwen3, "layers.4.mlp.gate_proj" },
        { &arch_gemma, "layers.4.mlp.gate_proj" },
        { &arch_gemma2, "layers.4.mlp.gate_proj" },
        { &arch_gemma3, "layers.4.mlp.gate_proj" },
        { &arch_gemma3_text, "layers.4.mlp.gate_proj" },
        { &arch_gpt_neox, "layers.4.mlp.dense_h_to_4h" },
        { &arch_opt, "decoder.layers.4.fc1" },
        { &arch_gpt_neo, "h.4.mlp.c_fc" },
        { &arch_gptj, "h.4.mlp.fc_in" },
        { &arch_phi, "layers.4.mlp.fc1" },
        { &arch_phi3, "layers.4.mlp.gate_up_proj" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct model_config c = config_of(cases[i].arch);
        struct hook_point *hooks = NULL;
        size_t n = 0;
        ck_assert_int_eq(hooks_default(&c, &hooks, &n, NULL), CT_OK);
        ck_assert_uint_eq(n, 1);
        ck_assert_str_eq(hooks[0].name, cases[i].want);
        free(hooks);
    }
}
END_TEST

START_TEST(hostile_patterns_are_harmless)
{
    char longest[5000];
    struct hook_point *hooks = NULL;
    size_t n = 0;
    struct ct_error err = { 0 };
    const char *list[] = { longest };

    memset(longest, '*', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    ck_assert_int_eq(hooks_resolve(&medium, list, 1, &hooks, &n, &err), CT_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "too long"));
    longest[126] = 'x';
    longest[127] = '\0';
    ck_assert_int_eq(hooks_resolve(&medium, list, 1, &hooks, &n, &err), CT_EINVAL);
    list[0] = "h.\x1b[2J\xFF";
    ck_assert_int_eq(hooks_resolve(&medium, list, 1, &hooks, &n, &err), CT_EINVAL);
    ck_assert_ptr_null(strchr(err.text, '\x1b'));
    ck_assert_int_eq(hooks_resolve(&medium, NULL, 0, &hooks, &n, &err), CT_OK);
    ck_assert_uint_eq(n, 0);
    free(hooks);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        lists_hook_points_in_forward_order,
        the_default_is_in_the_middle_block,
        resolves_names,
        rejects_unknown_names_with_a_hint,
        hostile_patterns_are_harmless,
        other_families_have_their_own_names,
        the_default_is_what_c_fc_is_in_gpt2,
    };
    return RUN_TESTS("hooks", tests);
}
