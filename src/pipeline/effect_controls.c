#include "config.h"
#include "pipeline/effect_controls.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/draws.h"
#include "num/matched.h"
#include "pipeline/effect_summary.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_ttest.h"

/* Largest difference of the mean keys of set and controls, in standard deviations. */
static const double COMPARABLE = 0.25;

/* Sentences times sets that are run at a time. */
enum { MOST_READINGS = 1 << 16 };

/* ---- keys ---- */

/* NaN stays NaN; nothing has the smallest number's. */
static double log_of(double x)
{
    return isnan(x) ? NAN : log(fmax(x, DBL_MIN));
}

static double sd_of(const double *key, const size_t *items, size_t n)
{
    double sum = 0.0;
    double squares = 0.0;
    size_t n_keys = 0;

    for (size_t i = 0; i < n; i++)
        if (!isnan(key[items[i]])) {
            sum += key[items[i]];
            n_keys++;
        }
    for (size_t i = 0; i < n; i++)
        if (!isnan(key[items[i]]))
            squares += pow(key[items[i]] - sum / (double)n_keys, 2.0);
    return n_keys > 1 ? sqrt(squares / (double)(n_keys - 1)) : 0.0;
}

enum ct_status effect_keys_find(const struct analysis *a, const double *writes,
                                struct effect_keys *out, struct ct_error *err)
{
    const struct ttest_stage *const t = ttest_of(a);

    *out = (struct effect_keys){ .by = { NULL } };
    for (size_t k = CONTROL_T; k < N_CONTROLS; k++) {
        out->by[k] = ct_malloc_array(t->n_neurons, sizeof *out->by[k]);
        if (out->by[k] == NULL) {
            effect_keys_clear(out);
            return ct_fail_nomem(err, "controls", t->n_neurons * sizeof(double));
        }
        for (size_t j = 0; j < t->n_neurons; j++)
            out->by[k][j] = log_of(k == CONTROL_T ? fabs(t->neurons[j].statistic) : writes[j]);
        out->sd[k] = sd_of(out->by[k], t->significant, t->n_significant);
    }
    return CT_OK;
}

void effect_keys_clear(struct effect_keys *k)
{
    for (size_t i = 0; i < N_CONTROLS; i++)
        free(k->by[i]);
    *k = (struct effect_keys){ .by = { NULL } };
}

/* ---- a control ---- */

bool effect_has_controls(const struct analysis *a, const struct neuron_set *set)
{
    const struct ttest_stage *const t = ttest_of(a);

    for (size_t i = 0; i < set->n; i++)
        if (!t->is_significant[set->columns[i]])
            return false;
    return t->n_significant - set->n >= set->n;
}

struct draws {               /* of a control; owns its arrays */
    struct neuron_set *sets; /* [n] */
    size_t n;
    size_t *pool; /* significant neurons, those of the set included: see num/matched.h */
    size_t n_pool;
};

static void draws_clear(struct draws *d)
{
    for (size_t b = 0; b < d->n; b++)
        neuron_set_clear(&d->sets[b]);
    free(d->sets);
    free(d->pool);
}

static void fill_pool(const struct ttest_stage *t, const double *key, struct draws *d)
{
    for (size_t i = 0; i < t->n_significant; i++)
        if (key == NULL || !isnan(key[t->significant[i]]))
            d->pool[d->n_pool++] = t->significant[i];
}

static bool have_keys(const struct neuron_set *set, const double *key)
{
    for (size_t i = 0; key != NULL && i < set->n; i++)
        if (isnan(key[set->columns[i]]))
            return false;
    return true;
}

/* d->n stays 0 if there are too few to draw from. */
static enum ct_status draw_all(const struct analysis *a, const struct neuron_set *set,
                               const double *key, uint64_t first, struct draws *d,
                               struct ct_error *err)
{
    const struct ttest_stage *const t = ttest_of(a);
    size_t *const control = ct_malloc_array(set->n, sizeof *control);
    struct matcher *m = NULL;
    enum ct_status st = CT_OK;

    *d = (struct draws){ .sets = ct_calloc_array(EFFECT_DRAWS, sizeof *d->sets),
                         .pool = ct_malloc_array(t->n_significant, sizeof *d->pool) };
    if (control == NULL || d->sets == NULL || d->pool == NULL)
        st = ct_fail_nomem(err, "controls", t->n_significant * sizeof *d->pool);
    if (st == CT_OK)
        fill_pool(t, key, d);
    const bool can = st == CT_OK && d->n_pool >= 2 * set->n && have_keys(set, key);
    const struct matched_question question = { .set = set->columns,
                                               .n = set->n,
                                               .pool = d->pool,
                                               .n_pool = d->n_pool,
                                               .key = key,
                                               .seed = a->params.seed };
    if (can)
        st = matcher_new(&question, &m, err);
    while (can && st == CT_OK && d->n < EFFECT_DRAWS) {
        st = matcher_draw(m, first + d->n, control, err);
        if (st == CT_OK)
            st = neuron_set_init(a, set->source, set->group, control, set->n, &d->sets[d->n], err);
        if (st == CT_OK)
            d->n++;
    }
    matcher_free(m);
    free(control);
    return st;
}

static double mean_key(const double *key, const struct neuron_set *sets, size_t n)
{
    double sum = 0.0;
    size_t n_keys = 0;

    for (size_t b = 0; b < n; b++)
        for (size_t i = 0; i < sets[b].n; i++, n_keys++)
            sum += key[sets[b].columns[i]];
    return sum / (double)n_keys;
}

static bool are_comparable(const struct effect_keys *keys, enum effect_control kind,
                           const struct neuron_set *set, const struct draws *d)
{
    const double *const key = keys->by[kind];

    return d->n > 0 && (key == NULL || fabs(mean_key(key, d->sets, d->n) - mean_key(key, set, 1)) <=
                                           COMPARABLE * keys->sd[kind]);
}

/* moved [n]: shares by the draws. */
static enum ct_status run_draws(struct effect_run *r, const struct effect_edit *edit,
                                const struct draws *d, const struct progress *progress,
                                double *moved, struct ct_error *err)
{
    size_t n;
    (void)effect_sentences(r, &n);
    const size_t most = MOST_READINGS / n + 1;
    struct effect_reading *const readings = ct_malloc_array(most, n * sizeof *readings);
    enum ct_status st =
        readings != NULL ? CT_OK : ct_fail_nomem(err, "controls", most * n * sizeof *readings);

    for (size_t b = 0; st == CT_OK && b < d->n; b += most) {
        const size_t n_here = d->n - b < most ? d->n - b : most;
        struct progress_part part = { progress, b, n_here, d->n };
        const struct progress here = progress_of_part(&part);
        st = effect_run_sets(r, edit, d->sets + b, n_here, EFFECT_END, &here, readings, err);
        for (size_t k = 0; st == CT_OK && k < n_here; k++)
            moved[b + k] = effect_moved_end(r, readings + k * n);
    }
    free(readings);
    return st;
}

enum ct_status effect_control_find(struct effect_run *r, const struct effect_keys *keys,
                                   const struct effect_edit *edit, const struct neuron_set *set,
                                   enum effect_control kind, double moved, uint64_t first,
                                   const struct progress *progress, struct effect_control_row *out,
                                   struct ct_error *err)
{
    double shares[EFFECT_DRAWS];
    struct draws d;
    enum ct_status st = draw_all(effect_analysis(r), set, keys->by[kind], first, &d, err);

    if (st == CT_OK && !are_comparable(keys, kind, set, &d)) {
        *out = (struct effect_control_row){ NAN, NAN, NAN, false, 0 };
    } else if (st == CT_OK) {
        st = run_draws(r, edit, &d, progress, shares, err);
        if (st == CT_OK) {
            const struct null_summary summary = draws_summarize(moved, shares, d.n);
            *out =
                (struct effect_control_row){ summary.mean, summary.sd, summary.pvalue, true, d.n };
        }
    }
    draws_clear(&d);
    return st;
}
