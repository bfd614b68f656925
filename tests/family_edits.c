#include "config.h"
#include "family_edits.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/extract.h"
#include "model_files.h"
#include "support.h"

struct family_models families;
json_t *described;

static void load(void)
{
    json_error_t error;

    families_load(&families, "families/variants.json", "families/edited.safetensors");
    described = json_load_file(fixture_path("families/edits.json"), 0, &error);
    ck_assert_msg(described != NULL, "%s", error.text);
}

static void unload(void)
{
    json_decref(described);
    families_clear(&families);
}

/* ---- edits ---- */

/* value() of family_edits.py */
static float value(size_t column)
{
    return ((float)((7 * column + 3) % 11) - 5.0F) / 4.0F;
}

static float *make_values(size_t n)
{
    float *const values = ct_malloc_array(n, sizeof *values);

    for (size_t j = 0; j < n; j++)
        values[j] = value(j);
    return values;
}

const struct hook_point *find_hook(const struct hook_point *hooks, size_t n, const char *name)
{
    for (size_t h = 0; h < n; h++)
        if (strcmp(hooks[h].name, name) == 0)
            return &hooks[h];
    ck_abort_msg("%s: no such hook point", name);
}

/* [hook, first, last, operation, factor, columns] */
static struct edit read_edit(const json_t *spec, const struct hook_point *hooks, size_t n)
{
    const char *const name = json_string_value(json_array_get(spec, 0));
    const json_int_t last = json_integer_value(json_array_get(spec, 2));
    const char *const operation = json_string_value(json_array_get(spec, 3));
    const json_t *const columns = json_array_get(spec, 5);
    struct edit edit = {
        .hook = find_hook(hooks, n, name),
        .first = (size_t)json_integer_value(json_array_get(spec, 1)),
        .last = last < 0 ? EDIT_TO_THE_END : (size_t)last,
        .op = strcmp(operation, "set") == 0     ? EDIT_SET
              : strcmp(operation, "scale") == 0 ? EDIT_SCALE
                                                : EDIT_ADD,
        .factor = (float)json_number_value(json_array_get(spec, 4)),
        .n_columns = json_array_size(columns),
    };

    if (edit.op != EDIT_SCALE)
        edit.values = make_values(edit.hook->width);
    if (edit.n_columns > 0) {
        uint32_t *const list = ct_malloc_array(edit.n_columns, sizeof *list);
        for (size_t i = 0; i < edit.n_columns; i++)
            list[i] = (uint32_t)json_integer_value(json_array_get(columns, i));
        edit.columns = list;
    }
    return edit;
}

static void lists_read(struct lists *out, const char *variant, const struct hook_point *hooks,
                       size_t n)
{
    const json_t *const all =
        json_object_get(json_object_get(json_object_get(described, "variants"), variant), "lists");
    const char *name;
    json_t *list;

    json_object_foreach((json_t *)(uintptr_t)all, name, list)
    {
        const json_t *const edits = json_object_get(list, "edits");
        const size_t n_edits = json_array_size(edits);
        ck_assert(out->n < MAX_LISTS && n_edits > 0 && n_edits <= MAX_EDITS);
        for (size_t e = 0; e < n_edits; e++)
            out->edits[out->n][e] = read_edit(json_array_get(edits, e), hooks, n);
        out->lists[out->n] = (struct edit_list){ out->edits[out->n], n_edits };
        out->n++;
    }
}

static void lists_clear(struct lists *lists)
{
    for (size_t i = 0; i < lists->n; i++)
        for (size_t e = 0; e < lists->lists[i].n; e++) {
            free((void *)(uintptr_t)lists->edits[i][e].columns);
            free((void *)(uintptr_t)lists->edits[i][e].values);
        }
}

/* ---- runs ---- */

float *run_lists(const struct one *one, const struct edit_list *lists, size_t n_lists,
                 const struct token_seq *seqs, const uint32_t *of, size_t n, struct setting setting)
{
    const struct edits edits = { lists, n_lists, of };
    const struct extract_job job = { .model = one->model,
                                     .seqs = seqs,
                                     .n_seqs = n,
                                     .hooks = one->hooks,
                                     .n_hooks = one->n_hooks,
                                     .max_positions = setting.max_positions,
                                     .edits = n_lists > 0 ? &edits : NULL };
    struct ct_error err = { 0 };
    float *const out = ct_malloc_array(n * one->width, sizeof *out);

    memset(out, 0xFF, n * one->width * sizeof *out); /* NaN, to detect unwritten values */
    ck_assert_msg(extract_activations(&job, setting.n_threads, NULL, out, NULL, &err) == CT_OK,
                  "%s: %s", one->name, err.text);
    return out;
}

float *run(const struct one *one, const struct token_seq *seqs, const uint32_t *of, size_t n,
           struct setting setting)
{
    return run_lists(one, one->lists.lists, one->lists.n, seqs, of, n, setting);
}

float *run_each(const struct one *one, struct setting setting)
{
    struct token_seq seqs[MAX_LISTS + 1];
    uint32_t of[MAX_LISTS + 1];

    for (uint32_t i = 0; i <= one->lists.n; i++) {
        seqs[i] = families.seqs[EDITED];
        of[i] = i;
    }
    return run(one, seqs, of, one->lists.n + 1, setting);
}

void check_bits(const struct one *one, const float *a, const float *b, const char *what)
{
    size_t at = 0;

    for (size_t h = 0; h < one->n_hooks; at += one->hooks[h++].width)
        ck_assert_msg(memcmp(a + at, b + at, one->hooks[h].width * sizeof *a) == 0,
                      "%s, %s: %s differs", one->name, what, one->hooks[h].name);
}

void for_each_edited(void (*check)(const struct one *one))
{
    size_t i;
    json_t *variant;

    load();
    json_array_foreach(json_object_get(families.root, "variants"), i, variant)
    {
        struct one one = { .name = json_string_value(json_object_get(variant, "name")) };
        char *const dir = family_folder(variant);
        one.model = family_open(dir, one.name);
        ck_assert_int_eq(hooks_list(model_config(one.model), &one.hooks, &one.n_hooks, NULL),
                         CT_OK);
        for (size_t h = 0; h < one.n_hooks; h++)
            one.width += one.hooks[h].width;
        lists_read(&one.lists, one.name, one.hooks, one.n_hooks);
        check(&one);
        lists_clear(&one.lists);
        free(one.hooks);
        model_free(one.model);
        folder_remove(dir);
    }
    unload();
}
