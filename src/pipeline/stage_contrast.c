#include "config.h"
#include "pipeline/stage_contrast.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/stage_load.h"

/* Names are quoted so that a leading blank, which makes a different name, is visible. */
static enum ct_status fail_with_groups(const struct load_result *load, const char *what,
                                       struct ct_error *err)
{
    enum { MOST = 12, NAME = 60 };
    char names[MOST * (NAME + 8) + 40] = "";
    size_t used = 0;

    for (size_t g = 0; g < load->n_groups && g < MOST && used < 200; g++) {
        const char *const name = load->group_names[g];
        used += (size_t)snprintf(names + used, sizeof names - used, "%s'%.*s%s'", g > 0 ? ", " : "",
                                 NAME, name, strlen(name) > NAME ? "..." : "");
        if (g + 1 < load->n_groups && (g + 1 == MOST || used >= 200))
            snprintf(names + used, sizeof names - used, " and %zu more", load->n_groups - g - 1);
    }
    return ct_fail(err, CT_EINVAL, "%s; the groups are: %s", what, names);
}

static enum ct_status find_group(const struct load_result *load, const char *name, size_t *group,
                                 struct ct_error *err)
{
    char what[120];

    for (size_t g = 0; g < load->n_groups; g++)
        if (strcmp(load->group_names[g], name) == 0) {
            *group = g;
            return CT_OK;
        }
    snprintf(what, sizeof what, "--contrast: unknown group '%.60s'", name);
    return fail_with_groups(load, what, err);
}

static void list_rows(const struct load_result *load, struct contrast *c)
{
    for (size_t g = 0; g < 2; g++) {
        const size_t *const start = load->group_starts + c->groups[g];
        c->rows[g] = load->by_group + start[0];
        c->n_rows[g] = start[1] - start[0];
    }
}

static enum ct_status choose_groups(const struct load_result *load, const struct params *params,
                                    struct contrast *c, struct ct_error *err)
{
    c->groups[0] = 0;
    c->groups[1] = 1;
    for (size_t g = 0; g < 2 && params->contrast[0] != NULL; g++) {
        const enum ct_status status = find_group(load, params->contrast[g], &c->groups[g], err);
        if (status != CT_OK)
            return status;
    }
    if (params->contrast[0] != NULL && c->groups[0] == c->groups[1])
        return fail_with_groups(load, "--contrast: both groups are the same", err);
    if (params->contrast[0] == NULL && load->n_groups > 2)
        return fail_with_groups(load, "t-test: choose two groups with --contrast A,B", err);
    if (load->n_groups < 2)
        return fail_with_groups(load, "t-test: needs sentences of two groups", err);
    list_rows(load, c);
    return CT_OK;
}

/* True when the text around the target is identical, byte for byte. */
static bool differ_in_target_alone(const struct sentence *a, const struct sentence *b)
{
    if (a->tokens == NULL || b->tokens == NULL)
        return false;
    const size_t before = a->tokens[a->target_first].begin;
    const size_t after_a = a->tokens[a->target].end;
    const size_t after_b = b->tokens[b->target].end;

    return before == b->tokens[b->target_first].begin && a->size - after_a == b->size - after_b &&
           memcmp(a->text, b->text, before) == 0 &&
           memcmp(a->text + after_a, b->text + after_b, a->size - after_a) == 0;
}

static bool groups_are_pairs(const struct load_result *load, const struct contrast *c)
{
    if (c->n_rows[0] != c->n_rows[1])
        return false;
    for (size_t i = 0; i < c->n_rows[0]; i++)
        if (!differ_in_target_alone(&load->sentences[c->rows[0][i]],
                                    &load->sentences[c->rows[1][i]]))
            return false;
    return true;
}

struct prefix {
    const struct sentence *sentence;
    size_t row;
};

/* Compares token ids up to and including the target; 0 when they are equal. */
static int compare_ids(const struct prefix *a, const struct prefix *b)
{
    const size_t n_a = a->sentence->target + 1;
    const size_t n_b = b->sentence->target + 1;

    for (size_t i = 0; i < n_a && i < n_b; i++) {
        const uint32_t x = a->sentence->tokens[i].id;
        const uint32_t y = b->sentence->tokens[i].id;
        if (x != y)
            return x < y ? -1 : 1;
    }
    return (n_a > n_b) - (n_a < n_b);
}

static int compare_prefixes(const void *a, const void *b)
{
    const struct prefix *const x = a;
    const struct prefix *const y = b;
    const int order = compare_ids(x, y);

    return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

static enum ct_status count_unique(const struct load_result *load, struct contrast *c,
                                   struct ct_error *err)
{
    const size_t n = c->n_rows[0] + c->n_rows[1];
    struct prefix *const prefixes = ct_malloc_array(n, sizeof *prefixes);
    size_t k = 0;

    if (prefixes == NULL)
        return ct_fail_nomem(err, "t-test", 0);
    for (size_t g = 0; g < 2; g++)
        for (size_t i = 0; i < c->n_rows[g]; i++) {
            const size_t row = c->rows[g][i];
            prefixes[k++] = (struct prefix){ &load->sentences[row], row };
        }
    qsort(prefixes, n, sizeof *prefixes, compare_prefixes);
    c->n_unique = n;
    for (size_t i = 1; i < n; i++)
        if (compare_ids(&prefixes[i - 1], &prefixes[i]) == 0) {
            if (c->n_unique-- == n) {
                c->twin[0] = prefixes[i - 1].row;
                c->twin[1] = prefixes[i].row;
            }
        }
    free(prefixes);
    return CT_OK;
}

void contrast_merge_rows(const struct contrast *c, size_t *rows)
{
    const size_t n = c->n_rows[0] + c->n_rows[1];
    size_t next[2] = { 0, 0 };

    for (size_t i = 0; i < n; i++) {
        const size_t g = next[0] == c->n_rows[0] ||
                         (next[1] < c->n_rows[1] && c->rows[1][next[1]] < c->rows[0][next[0]]);
        rows[i] = c->rows[g][next[g]++];
    }
}

static enum ct_status make_contrast(const struct load_result *load, const struct params *params,
                                    struct contrast *c, struct ct_error *err)
{
    const enum ct_status status = choose_groups(load, params, c, err);

    if (status != CT_OK || load->model == NULL)
        return status;
    c->are_pairs = groups_are_pairs(load, c);
    return count_unique(load, c, err);
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct contrast *const c = calloc(1, sizeof *c);
    enum ct_status status = c != NULL ? CT_OK : ct_fail_nomem(err, "contrast", 0);

    (void)run;
    if (status == CT_OK)
        status = make_contrast(load_of(a), &a->params, c, err);
    if (status != CT_OK) {
        free(c);
        return status;
    }
    *result = c;
    return CT_OK;
}

static double memory(const struct analysis *a)
{
    const double prefixes = sizeof(struct prefix) + sizeof(struct prefix); /* qsort copies them */

    return prefixes * (double)load_of(a)->n_sentences;
}

static const struct setting contrast_settings[] = {
    { .name = "contrast",
      .kind = &kind_pair,
      .field = offsetof(struct params, contrast),
      .commands = FOR_RUN | FOR_TTEST | FOR_CHOICES,
      .argument = "A,B",
      .help = "the two groups to compare" },
};

const struct stage stage_contrast = {
    .name = "contrast",
    .settings = contrast_settings,
    .n_settings = sizeof contrast_settings / sizeof *contrast_settings,
    .inputs = (const struct stage *const[]){ &stage_load, NULL },
    .memory = memory,
    .advice = "use fewer sentences",
    .compute = compute,
    .free = free,
};
