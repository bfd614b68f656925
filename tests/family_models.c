#include "config.h"
#include "family_models.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model_files.h"
#include "support.h"

void families_load(struct family_models *out, const char *json, const char *values)
{
    json_error_t error;

    *out = (struct family_models){ .root = json_load_file(fixture_path(json), 0, &error) };
    ck_assert_msg(out->root != NULL, "%s", error.text);
    ck_assert_int_eq(safetensors_open(fixture_path(values), &out->reference, NULL), CT_OK);
    const json_t *const list = json_object_get(out->root, "sequences");
    out->n_seqs = json_array_size(list);
    ck_assert_uint_le(out->n_seqs, FAMILY_MAX_SEQS);
    for (size_t i = 0; i < out->n_seqs; i++) {
        const json_t *const one = json_array_get(list, i);
        out->seqs[i] = (struct token_seq){ out->ids[i], json_array_size(one) };
        ck_assert_uint_le(out->seqs[i].n, FAMILY_MAX_LEN);
        for (size_t t = 0; t < out->seqs[i].n; t++)
            out->ids[i][t] = (uint32_t)json_integer_value(json_array_get(one, t));
    }
}

void families_clear(struct family_models *families)
{
    json_decref(families->root);
    safetensors_free(families->reference);
}

static uint64_t split_mix(uint64_t index)
{
    uint64_t z = (index + 1) * 0x9E3779B97F4A7C15U;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

/* weight() of gen_families.py: numbers that F16 and BF16 have exactly. */
static float weight(uint64_t index, bool is_gain)
{
    const uint64_t z = split_mix(index);

    return is_gain ? 1.0F + ((float)(z % 63) - 31.0F) / 128.0F
                   : ((float)(z % 255) - 127.0F) / 256.0F;
}

/* Adds one tensor of variants.json: [name, dtype, shape, kind]; *used numbers are taken before. */
static void add_tensor(struct tensor_set *set, const json_t *spec, uint64_t *used)
{
    struct tensor_set one = { .n = 1 };
    struct tensor_out *const t = &one.items[0];
    const char *const dtype = json_string_value(json_array_get(spec, 1));
    const char *const kind = json_string_value(json_array_get(spec, 3));
    const json_t *const shape = json_array_get(spec, 2);
    size_t n = 1;

    snprintf(t->name, sizeof t->name, "%s", json_string_value(json_array_get(spec, 0)));
    t->n_dims = json_array_size(shape);
    for (size_t d = 0; d < t->n_dims; d++) {
        t->shape[d] = (uint64_t)json_integer_value(json_array_get(shape, d));
        n *= t->shape[d];
    }
    t->n_bytes = n * sizeof(float);
    float *const data = ct_calloc_array(n, sizeof *data);
    for (size_t i = 0; i < n && strcmp(kind, "unused") != 0; i++)
        data[i] = weight((*used)++, strcmp(kind, "gain") == 0);
    t->data = data;
    t->dtype = "F32";
    if (strcmp(dtype, "F16") == 0 || strcmp(dtype, "BF16") == 0)
        tensors_convert(&one, dtype);
    if (strcmp(dtype, "BOOL") == 0 || strcmp(dtype, "U8") == 0) {
        t->dtype = dtype;
        t->n_bytes = n;
    }
    ck_assert_uint_lt(set->n, sizeof set->items / sizeof set->items[0]);
    set->items[set->n++] = *t;
}

/* Writes the tensors to n files and their index. */
static void put_shards(const struct tensor_set *set, size_t n, const char *dir)
{
    json_t *const map = json_object();
    char name[64];

    for (size_t k = 0; k < n; k++) {
        const size_t begin = set->n * k / n;
        const size_t end = set->n * (k + 1) / n;
        snprintf(name, sizeof name, "model-%zu.safetensors", k);
        tensors_put(set, begin, end - begin, "", 0, dir, name);
        for (size_t i = begin; i < end; i++)
            json_object_set_new(map, set->items[i].name, json_string(name));
    }
    json_t *const index = json_pack("{s:o}", "weight_map", map);
    char *const text = json_dumps(index, 0);
    text_put(dir, "model.safetensors.index.json", text);
    free(text);
    json_decref(index);
}

char *family_folder(const json_t *variant)
{
    struct tensor_set set = { 0 };
    char *const dir = folder_new();
    const json_t *const tensors = json_object_get(variant, "tensors");
    const size_t shards = (size_t)json_integer_value(json_object_get(variant, "shards"));
    char *const config = json_dumps(json_object_get(variant, "config"), 0);
    uint64_t used = 0;

    for (size_t i = 0; i < json_array_size(tensors); i++)
        add_tensor(&set, json_array_get(tensors, i), &used);
    if (shards > 1)
        put_shards(&set, shards, dir);
    else
        tensors_put(&set, 0, set.n, "", 0, dir, "model.safetensors");
    text_put(dir, "config.json", config);
    free(config);
    tensors_clear(&set);
    return dir;
}

struct model *family_open(const char *dir, const char *what)
{
    struct ct_error err = { 0 };
    struct model *model = NULL;

    ck_assert_msg(model_open(dir, &model, &err) == CT_OK, "%s: %s", what, err.text);
    return model;
}

json_t *families_variant(const struct family_models *families, const char *name)
{
    size_t i;
    json_t *variant;

    json_array_foreach(json_object_get(families->root, "variants"), i, variant)
    {
        if (strcmp(json_string_value(json_object_get(variant, "name")), name) == 0)
            return variant;
    }
    ck_abort_msg("there is no variant %s", name);
}
