#include "config.h"
#include "pipeline/stages.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/linear/similarity.h"
#include "num/tests/multitest.h"
#include "num/tests/student_t.h"
#include "pipeline/memory_plan.h"

/* In quotes: a blank before a name, which makes it another one, is to be seen. */
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
    return ct_fail(err, CT_EINVAL, "%s; there are: %s", what, names);
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
    snprintf(what, sizeof what, "--contrast: no sentence is of the group '%.60s'", name);
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

enum ct_status ttest_choose_groups(const struct load_result *load, const struct params *params,
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
        return fail_with_groups(load, "--contrast: names one group twice", err);
    if (params->contrast[0] == NULL && load->n_groups > 2)
        return fail_with_groups(load, "t-test: choose two groups with --contrast A,B", err);
    if (load->n_groups < 2)
        return fail_with_groups(load, "t-test: needs sentences of two groups", err);
    list_rows(load, c);
    return CT_OK;
}

/* The text around the target is the same to the byte. */
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

/* Order of token ids up to and including the target; 0 when they are the same. */
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

static enum ct_status make_contrast(const struct load_result *load, const struct params *params,
                                    struct contrast *c, struct ct_error *err)
{
    const enum ct_status status = ttest_choose_groups(load, params, c, err);

    if (status != CT_OK || load->model == NULL)
        return status;
    c->are_pairs = groups_are_pairs(load, c);
    return count_unique(load, c, err);
}

static enum ct_status allocate(struct ttest_stage *t, size_t n, struct ct_error *err)
{
    t->n_neurons = n;
    t->neurons = ct_calloc_array(n, sizeof *t->neurons);
    t->p_adjusted = ct_calloc_array(n, sizeof *t->p_adjusted);
    t->is_significant = ct_calloc_array(n, sizeof *t->is_significant);
    t->significant = ct_malloc_array(n, sizeof *t->significant);
    if (t->neurons == NULL || t->p_adjusted == NULL || t->is_significant == NULL ||
        t->significant == NULL)
        return ct_fail_nomem(err, "t-test", 0);
    return CT_OK;
}

static enum ct_status correct_for_many(struct ttest_stage *t, const struct params *params,
                                       struct ct_error *err)
{
    double *const p = ct_malloc_array(t->n_neurons, sizeof *p);

    if (p == NULL)
        return ct_fail_nomem(err, "t-test", 0);
    for (size_t j = 0; j < t->n_neurons; j++) {
        p[j] = t->neurons[j].pvalue;
        t->n_nan += isnan(p[j]) ? 1 : 0;
    }
    const enum ct_status status =
        multitest_adjust(p, t->n_neurons, params->correction, params->alpha, t->p_adjusted,
                         t->is_significant, &t->p_threshold, err);
    free(p);
    for (size_t j = 0; status == CT_OK && j < t->n_neurons; j++)
        if (t->is_significant[j])
            t->significant[t->n_significant++] = j;
    return status;
}

/* With Welch's test every neuron has its own df, and so no common bound for t. */
static double critical_t(const struct ttest_stage *t, enum ttest_kind kind)
{
    const double df = ttest_df(kind, t->contrast.n_rows[0], t->contrast.n_rows[1]);

    return t->p_threshold > 0.0 && df >= 1.0 ? student_t_critical(t->p_threshold, df) : NAN;
}

void ttest_merge_rows(const struct contrast *c, size_t *rows)
{
    const size_t n = c->n_rows[0] + c->n_rows[1];
    size_t next[2] = { 0, 0 };

    for (size_t i = 0; i < n; i++) {
        const size_t g = next[0] == c->n_rows[0] ||
                         (next[1] < c->n_rows[1] && c->rows[1][next[1]] < c->rows[0][next[0]]);
        rows[i] = c->rows[g][next[g]++];
    }
}

enum ct_status ttest_select(const struct analysis *a, const size_t *rows, size_t n_rows,
                            struct ttest_stage *t, struct ct_error *err)
{
    enum { BLOCK = 64 }; /* neurons whose rows stay in the cache while they are filled */
    const struct matview *const X = &a->extract->X;
    const char *const folder = a->params.temporary;
    const char *const what = "neurons";
    enum ct_status status = CT_OK;
    size_t row_size;

    if (extract_in_memory(8.0 * (double)t->n_significant * (double)n_rows, folder))
        status = selection_check_memory(t->n_significant, n_rows, err);
    if (status != CT_OK)
        return status;
    t->norms = ct_malloc_array(t->n_significant, sizeof *t->norms);
    if (t->norms == NULL || !ct_mul_size(n_rows, sizeof(double), &row_size))
        return ct_fail_nomem(err, what, 0);
    status = spill_init(&t->own, t->n_significant, row_size, MOST_IN_MEMORY, folder, what, err);
    if (status != CT_OK)
        return status;
    t->selected = (struct mat){ .rows = t->n_significant, .cols = n_rows, .data = t->own.data };
    for (size_t first = 0; first < t->n_significant; first += BLOCK) {
        const size_t end = first + BLOCK < t->n_significant ? first + BLOCK : t->n_significant;
        for (size_t i = 0; i < n_rows; i++)
            for (size_t k = first; k < end; k++)
                mat_row(&t->selected, k)[i] = matview_get(X, rows[i], t->significant[k]);
    }
    row_norms(&t->selected, t->norms);
    return CT_OK;
}

/* The significant neurons as points, the sentences of both groups in file order as features. */
static enum ct_status select_significant(const struct analysis *a, struct ttest_stage *t,
                                         struct ct_error *err)
{
    const size_t n = t->contrast.n_rows[0] + t->contrast.n_rows[1];
    size_t *const rows = ct_malloc_array(n, sizeof *rows);

    if (rows == NULL)
        return ct_fail_nomem(err, "t-test", 0);
    ttest_merge_rows(&t->contrast, rows);
    const enum ct_status status = ttest_select(a, rows, n, t, err);
    free(rows);
    return status;
}

static enum ct_status test_neurons(const struct analysis *a, struct ttest_stage *t,
                                   struct ct_error *err)
{
    const struct matview *const X = &a->extract->X;
    const struct contrast *const c = &t->contrast;
    enum ct_status status = make_contrast(a->load, &a->params, &t->contrast, err);

    if (status == CT_OK)
        status = allocate(t, X->cols, err);
    if (status == CT_OK)
        status = ttest_columns(X, c->rows[0], c->n_rows[0], c->rows[1], c->n_rows[1],
                               a->params.test, a->params.threads, t->neurons, err);
    if (status == CT_OK)
        status = correct_for_many(t, &a->params, err);
    return status == CT_OK && !a->ttest_alone ? select_significant(a, t, err) : status;
}

enum ct_status stage_ttest_compute(const struct analysis *a, const struct stage_run *run,
                                   void **result, struct ct_error *err)
{
    struct ttest_stage *const t = calloc(1, sizeof *t);
    enum ct_status status = t != NULL ? CT_OK : ct_fail_nomem(err, "t-test", 0);

    if (status == CT_OK)
        status = test_neurons(a, t, err);
    if (status == CT_OK && !progress_tick(&run->progress, 1, 1))
        status = ct_fail(err, CT_ECANCELED, "t-test: cancelled");
    if (status != CT_OK) {
        stage_ttest_free(t);
        return status;
    }
    t->t_critical = critical_t(t, a->params.test);
    *result = t;
    return CT_OK;
}

void stage_ttest_free(void *result)
{
    struct ttest_stage *const t = result;

    if (t == NULL)
        return;
    free(t->neurons);
    free(t->p_adjusted);
    free(t->is_significant);
    free(t->significant);
    spill_clear(&t->own);
    free(t->norms);
    free(t);
}
