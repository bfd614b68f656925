#include "config.h"
#include "pipeline/stage_space.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/linear/similarity.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_ttest.h"

/* As contrast_vector() of num/null/profiles.h, whose samples are sorted by group. */
void space_contrast(const struct analysis *a, double *e)
{
    const struct contrast *const c = contrast_of(a);
    const double n_a = (double)c->n_rows[0];
    const double n_b = (double)c->n_rows[1];
    const double value[2] = { sqrt(n_b / (n_a * (n_a + n_b))), -sqrt(n_a / (n_b * (n_a + n_b))) };
    size_t next[2] = { 0, 0 };

    for (size_t i = 0; i < c->n_rows[0] + c->n_rows[1]; i++) {
        const size_t g = next[0] == c->n_rows[0] ||
                         (next[1] < c->n_rows[1] && c->rows[1][next[1]] < c->rows[0][next[0]]);
        e[i] = value[g];
        next[g]++;
    }
}

static enum ct_status map_points(const struct analysis *a, struct space_stage *s,
                                 struct ct_error *err)
{
    const struct mat *const X = &ttest_of(a)->selected;
    const enum neuron_space space = a->params.space;
    double *const e = space == SPACE_CONTEXT ? ct_malloc_array(X->cols, sizeof *e) : NULL;
    size_t row_size;

    s->own_norms = ct_malloc_array(X->rows, sizeof *s->own_norms);
    if (s->own_norms == NULL || (space == SPACE_CONTEXT && e == NULL) ||
        !ct_mul_size(X->cols, sizeof(double), &row_size)) {
        free(e);
        return ct_fail_nomem(err, "space", 0);
    }
    const enum ct_status status =
        spill_init(&s->own, X->rows, row_size, MOST_IN_MEMORY, a->params.temporary, "space", err);
    if (status == CT_OK) {
        s->points = (struct mat){ .rows = X->rows, .cols = X->cols, .data = s->own.data };
        if (e != NULL)
            space_contrast(a, e);
        for (size_t i = 0; i < X->rows; i++)
            s->n_without +=
                !neuron_space_map(space, mat_row(X, i), e, X->cols, mat_row(&s->points, i));
        row_norms(&s->points, s->own_norms);
        s->norms = s->own_norms;
    }
    free(e);
    return status;
}

static void release(void *result)
{
    struct space_stage *const s = result;

    if (s == NULL)
        return;
    spill_clear(&s->own);
    free(s->own_norms);
    free(s);
}

static enum ct_status compute(const struct analysis *a, const struct stage_run *run, void **result,
                              struct ct_error *err)
{
    struct space_stage *const s = calloc(1, sizeof *s);
    enum ct_status status = CT_OK;

    (void)run;
    if (s == NULL)
        return ct_fail_nomem(err, "space", 0);
    s->space = a->params.space;
    if (s->space == SPACE_RAW) {
        s->points = ttest_of(a)->selected;
        s->norms = ttest_of(a)->norms;
    } else {
        status = map_points(a, s, err);
    }
    if (status != CT_OK) {
        release(s);
        return status;
    }
    *result = s;
    return CT_OK;
}

static double memory(const struct analysis *a)
{
    const struct mat *const X = &ttest_of(a)->selected;
    const double bytes = 8.0 * (double)X->rows * (double)X->cols;

    if (a->params.space == SPACE_RAW || !extract_in_memory(bytes, a->params.temporary))
        return 0.0;
    return ttest_selection_memory(X->rows, X->cols);
}

static const struct setting space_settings[] = {
    { .name = "space",
      .kind = &kind_choice,
      .field = offsetof(struct params, space),
      .commands = FOR_RUN | FOR_CHOICES,
      .argument = "NAME",
      .help = "in which neurons are embedded and compared",
      .is_rare = true,
      .choice = neuron_space_name },
};

const struct stage stage_space = {
    .name = "space",
    .does = "places the significant neurons",
    .settings = space_settings,
    .n_settings = sizeof space_settings / sizeof *space_settings,
    .inputs = (const struct stage *const[]){ &stage_contrast, &stage_ttest, NULL },
    .memory = memory,
    .advice = "select fewer neurons: a smaller --alpha, fewer --hook",
    .compute = compute,
    .free = release,
};
