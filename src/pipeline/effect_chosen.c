#include "config.h"
#include "pipeline/effect_chosen.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/number.h"
#include "pipeline/effect_edits.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"

static const char blanks[] = " \t\n";

/* ---- the text ---- */

struct span {
    const char *at;
    size_t size;
};

struct item { /* some neurons, and what holds for them */
    bool has_edit;
    struct effect_edit edit;
    struct span hook; /* empty: the first that has them */
    size_t first, last;
};

/* The first part of *rest, which becomes what follows the separator; false: there is no separator.
 */
static bool split(struct span *rest, char separator, struct span *part)
{
    const char *const at = memchr(rest->at, separator, rest->size);

    if (at == NULL)
        return false;
    *part = (struct span){ rest->at, (size_t)(at - rest->at) };
    *rest = (struct span){ at + 1, rest->size - part->size - 1 };
    return true;
}

/* `12` or `12-15`. */
static bool read_range(struct span range, struct item *item)
{
    struct span first;

    if (!split(&range, '-', &first))
        first = range;
    return number_parse_size(first.at, first.size, &item->first) &&
           number_parse_size(range.at, range.size, &item->last) && item->first <= item->last;
}

/* `zero:h.0.mlp.c_fc:12-15` or parts of it; *item is what held before. */
static bool read_item(struct span text, struct item *item)
{
    struct span before;
    struct effect_edit edit;
    bool has_hook = split(&text, ':', &before);

    if (has_hook && effect_edit_read(before.at, before.size, &edit)) {
        item->has_edit = true;
        item->edit = edit;
        has_hook = split(&text, ':', &before);
    }
    if (has_hook)
        item->hook = before;
    return (!has_hook || before.size > 0) && read_range(text, item);
}

/* The next set of *text, which becomes what follows it; false: there is none. */
static bool next_set(const char **text, struct span *set)
{
    *text += strspn(*text, blanks);
    *set = (struct span){ *text, strcspn(*text, blanks) };
    *text += set->size;
    return set->size > 0;
}

/* The next item of a set: *set becomes what follows it, `at` NULL at the end. */
static bool next_item(struct span *set, struct item *item)
{
    struct span text;

    if (!split(set, ',', &text)) {
        text = *set;
        *set = (struct span){ NULL, 0 };
    }
    return read_item(text, item);
}

static bool is_set(struct span set)
{
    struct item item = { 0 };
    bool had_edit = false;

    for (size_t i = 0; set.at != NULL; i++) {
        if (!next_item(&set, &item) || (i > 0 && item.has_edit != had_edit))
            return false;
        had_edit = item.has_edit;
    }
    return true;
}

bool chosen_sets_are(const char *text)
{
    struct span set;

    while (next_set(&text, &set))
        if (!is_set(set))
            return false;
    return true;
}

size_t chosen_sets_count(const char *text)
{
    struct span set;
    size_t n = 0;

    while (next_set(&text, &set))
        n++;
    return n;
}

/* ---- where neurons are ---- */

enum { NOWHERE = SIZE_MAX }; /* no hook point of this analysis */

static enum ct_status fail_number(const struct hook_point *widest, const struct item *item,
                                  struct ct_error *err)
{
    return ct_fail(err, CT_EINVAL, "--chosen: no neuron %zu: %s has %zu; expected 0 .. %zu",
                   item->last, widest->name, widest->width, widest->width - 1);
}

/* The first hook point that is wide enough. */
static enum ct_status find_any(const struct analysis *a, const struct item *item, size_t *h,
                               struct ct_error *err)
{
    const struct hook_result *const hook = hook_of(a);
    const struct hook_point *widest = &hook->hooks[0];

    for (*h = 0; *h < hook->n_hooks; ++*h) {
        if (item->last < hook->hooks[*h].width)
            return CT_OK;
        if (hook->hooks[*h].width > widest->width)
            widest = &hook->hooks[*h];
    }
    *h = NOWHERE;
    return a->is_part ? CT_OK : fail_number(widest, item, err);
}

static enum ct_status find_named(const struct analysis *a, const struct item *item, size_t *h,
                                 struct ct_error *err)
{
    const struct hook_result *const hook = hook_of(a);
    char *const name = ct_strndup(item->hook.at, item->hook.size);
    struct hook_point *points = NULL;
    size_t n = 0;
    enum ct_status st = name != NULL
                            ? hooks_resolve(model_config(load_of(a)->model),
                                            (const char *const *)&name, 1, &points, &n, err)
                            : ct_fail_nomem(err, "neurons", 0);

    if (st != CT_OK)
        (void)ct_error_where(err, st, "--chosen");
    else if (n != 1)
        st = ct_fail(err, CT_EINVAL, "--chosen: %.64s names %zu hook points; name one", name, n);
    *h = NOWHERE;
    for (size_t i = 0; st == CT_OK && i < hook->n_hooks; i++)
        if (strcmp(hook->hooks[i].name, points[0].name) == 0)
            *h = i;
    if (st == CT_OK && *h == NOWHERE && !a->is_part)
        st = ct_fail(err, CT_EINVAL, "--chosen: %s is not one of the hook points; add --hook %s",
                     points[0].name, points[0].name);
    else if (st == CT_OK && *h != NOWHERE && item->last >= hook->hooks[*h].width)
        st = fail_number(&hook->hooks[*h], item, err);
    free(points);
    free(name);
    return st;
}

/* The hook point of an item, or NOWHERE. */
static enum ct_status find_hook(const struct analysis *a, const struct item *item, size_t *h,
                                struct ct_error *err)
{
    return item->hook.size > 0 ? find_named(a, item, h, err) : find_any(a, item, h, err);
}

enum ct_status chosen_sets_check(const struct analysis *a, const char *text, struct ct_error *err)
{
    enum ct_status st = CT_OK;
    struct span set;

    while (st == CT_OK && next_set(&text, &set)) {
        struct item item = { 0 };
        size_t h;
        while (st == CT_OK && set.at != NULL && next_item(&set, &item))
            st = find_hook(a, &item, &h, err);
    }
    return st;
}

/* ---- sets ---- */

struct marks {
    struct effect_edit edits[EFFECT_MOST_EDITS]; /* [n] different ones */
    size_t n;
    unsigned char *of; /* [n_columns] 0: not in the set; 1 + its edit */
};

static bool are_same(const struct effect_edit *x, const struct effect_edit *y)
{
    return x->kind == y->kind && !(x->factor < y->factor) && !(x->factor > y->factor);
}

/* 1 + the index of the item's edit; 0: there are too many. */
static unsigned char mark_of(struct marks *m, const struct item *item)
{
    size_t k = 0;

    while (k < m->n && !are_same(&m->edits[k], &item->edit))
        k++;
    if (k == EFFECT_MOST_EDITS)
        return 0;
    if (k == m->n)
        m->edits[m->n++] = item->edit;
    return (unsigned char)(k + 1);
}

static enum ct_status mark_set(const struct analysis *a, struct span text, struct marks *m,
                               bool *has_edits, struct ct_error *err)
{
    const struct extract_result *const e = extract_of(a);
    struct item item = { .edit = { EFFECT_SWAP, 0.0 } };
    enum ct_status st = CT_OK;
    size_t h;

    m->n = 0;
    memset(m->of, 0, e->X.cols);
    while (st == CT_OK && text.at != NULL && next_item(&text, &item)) {
        const unsigned char mark = mark_of(m, &item);
        st = mark > 0 ? find_hook(a, &item, &h, err)
                      : ct_fail(err, CT_EINVAL, "--chosen: more than %d different edits in a set",
                                EFFECT_MOST_EDITS);
        if (st == CT_OK && h != NOWHERE)
            memset(m->of + e->blocks[h].first + item.first, mark, item.last - item.first + 1);
    }
    *has_edits = item.has_edit;
    return st;
}

/* columns: room for all. */
static enum ct_status make_set(const struct analysis *a, size_t number, const struct marks *m,
                               size_t *columns, struct chosen_set *out, struct ct_error *err)
{
    const size_t n_columns = extract_of(a)->X.cols;
    enum ct_status st = CT_OK;

    out->parts = ct_calloc_array(m->n, sizeof *out->parts);
    if (out->parts == NULL)
        return ct_fail_nomem(err, "neurons", m->n * sizeof *out->parts);
    for (size_t k = 0; st == CT_OK && k < m->n; k++) {
        struct effect_part *const part = &out->parts[out->n_parts];
        size_t n = 0;
        for (size_t j = 0; j < n_columns; j++)
            if (m->of[j] == k + 1)
                columns[n++] = j;
        if (n == 0)
            continue;
        part->edit = m->edits[k];
        st = neuron_set_init(a, CHOSEN_SOURCE, number, columns, n, &part->set, err);
        out->n_parts += st == CT_OK ? 1 : 0;
    }
    return st;
}

enum ct_status chosen_sets_find(const struct analysis *a, const char *text, struct chosen_sets *out,
                                struct ct_error *err)
{
    const size_t n_columns = extract_of(a)->X.cols;
    const size_t n = chosen_sets_count(text);
    struct marks marks = { .of = ct_malloc_array(n_columns, 1) };
    size_t *const columns = ct_malloc_array(n_columns, sizeof *columns);
    struct chosen_sets s = { ct_calloc_array(n, sizeof *s.sets), 0 };
    struct span set;
    enum ct_status st = marks.of != NULL && columns != NULL && s.sets != NULL
                            ? CT_OK
                            : ct_fail_nomem(err, "neurons", n_columns * sizeof *columns);

    while (st == CT_OK && next_set(&text, &set)) {
        struct chosen_set *const one = &s.sets[s.n++];
        st = mark_set(a, set, &marks, &one->has_edits, err);
        if (st == CT_OK)
            st = make_set(a, s.n, &marks, columns, one, err);
    }
    free(marks.of);
    free(columns);
    if (st == CT_OK)
        *out = s;
    else
        chosen_sets_clear(&s);
    return st;
}

void chosen_sets_clear(struct chosen_sets *s)
{
    for (size_t i = 0; i < s->n; i++) {
        for (size_t k = 0; k < s->sets[i].n_parts; k++)
            neuron_set_clear(&s->sets[i].parts[k].set);
        free(s->sets[i].parts);
    }
    free(s->sets);
    *s = (struct chosen_sets){ 0 };
}

/* ---- as text ---- */

/* The neurons [n], ascending, of a hook point, as `12,15-19`. */
static void write_numbers(FILE *out, const uint32_t *neurons, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && neurons[end] == neurons[end - 1] + 1)
            end++;
        if (end - i < 3)
            end = i + 1;
        fprintf(out, "%s%u", i > 0 ? "," : "", (unsigned)neurons[i]);
        if (end > i + 1)
            fprintf(out, "-%u", (unsigned)neurons[end - 1]);
        i = end;
    }
}

enum ct_status chosen_set_text(const struct analysis *a, const struct chosen_set *set,
                               bool has_hooks, char **out, struct ct_error *err)
{
    const struct extract_result *const e = extract_of(a);
    char *text = NULL;
    size_t size = 0;
    FILE *const file = open_memstream(&text, &size);

    if (file == NULL)
        return ct_fail_nomem(err, "neurons", 0);
    for (size_t k = 0; k < set->n_parts; k++) {
        const struct neuron_set *const s = &set->parts[k].set;
        char edit[EFFECT_EDIT_NAME];
        effect_edit_name(&set->parts[k].edit, edit);
        fprintf(file, "%s%s%s", k > 0 ? "," : "", set->has_edits ? edit : "",
                set->has_edits ? ":" : "");
        for (size_t b = 0; b < e->n_blocks; b++) {
            const size_t begin = s->starts[b];
            if (s->starts[b + 1] == begin)
                continue;
            if (begin > 0)
                fputc(',', file);
            if (has_hooks)
                fprintf(file, "%s:", e->blocks[b].hook);
            write_numbers(file, s->neurons + begin, s->starts[b + 1] - begin);
        }
    }
    if (!ct_close_memstream(file, &text))
        return ct_fail_nomem(err, "neurons", 0);
    *out = text;
    return CT_OK;
}
