#include "config.h"
#include "pipeline/effect_summary.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/draws.h"
#include "num/resample.h"

struct way { /* of a sentence, or of several together */
    double gone, whole;
};

static double end_of(const struct effect_reading *reading)
{
    return reading->end;
}

static double next_of(const struct effect_reading *reading)
{
    return reading->next;
}

static struct way way_of(const struct effect_run *r, const struct effect_reading *edited, size_t i,
                         double (*difference)(const struct effect_reading *reading))
{
    size_t n;
    const size_t twin = effect_sentences(r, &n)[i].twin;
    const struct effect_reading *const clean = effect_clean(r);

    if (twin == NO_TWIN)
        return (struct way){ 0.0, 0.0 };
    const double whole = difference(&clean[twin]) - difference(&clean[i]);
    const double gone = difference(&edited[i]) - difference(&clean[i]);
    return (struct way){ copysign(1.0, whole) * gone, fabs(whole) };
}

static double share(struct way way)
{
    return way.whole > 0.0 ? way.gone / way.whole : NAN;
}

static double moved(const struct effect_run *r, const struct effect_reading *edited,
                    double (*difference)(const struct effect_reading *reading))
{
    struct way sum = { 0.0, 0.0 };
    size_t n;

    (void)effect_sentences(r, &n);
    for (size_t i = 0; i < n; i++) {
        const struct way way = way_of(r, edited, i, difference);
        sum.gone += way.gone;
        sum.whole += way.whole;
    }
    return share(sum);
}

double effect_moved_end(const struct effect_run *r, const struct effect_reading *edited)
{
    return moved(r, edited, end_of);
}

double effect_moved_next(const struct effect_run *r, const struct effect_reading *edited)
{
    return moved(r, edited, next_of);
}

double effect_moved_at(const struct effect_run *r, size_t position,
                       const struct effect_reading *edited)
{
    struct way sum = { 0.0, 0.0 };
    size_t n;

    (void)effect_sentences(r, &n);
    for (size_t i = 0; i < n; i++)
        if (effect_has_position(r, i, position)) {
            const struct way way = way_of(r, edited, i, end_of);
            sum.gone += way.gone;
            sum.whole += way.whole;
        }
    return share(sum);
}

/* The ways of pairs [*n]: of both sentences together. */
static struct way *list_ways(const struct effect_run *r, const struct effect_reading *edited,
                             size_t *n)
{
    size_t n_sentences;
    const struct effect_sentence *const sentences = effect_sentences(r, &n_sentences);
    struct way *const ways = ct_malloc_array(n_sentences, sizeof *ways);

    *n = 0;
    for (size_t i = 0; ways != NULL && i < n_sentences; i++) {
        if (sentences[i].twin == NO_TWIN || sentences[i].twin < i)
            continue;
        const struct way one = way_of(r, edited, i, end_of);
        const struct way other = way_of(r, edited, sentences[i].twin, end_of);
        ways[(*n)++] = (struct way){ one.gone + other.gone, one.whole + other.whole };
    }
    return ways;
}

enum ct_status effect_interval(const struct effect_run *r, const struct effect_reading *edited,
                               uint64_t seed, size_t n_draws, struct effect_interval *out,
                               struct ct_error *err)
{
    size_t n;
    struct way *const ways = list_ways(r, edited, &n);
    size_t *const rows = ct_malloc_array(n, 2 * sizeof *rows);
    double *const shares = ct_malloc_array(n_draws, sizeof *shares);
    size_t n_shares = 0;
    enum ct_status st = CT_ENOMEM;

    if (ways == NULL || rows == NULL || shares == NULL) {
        ct_fail_nomem(err, "effect", n * sizeof *ways);
        goto done;
    }
    for (size_t b = 0; b < n_draws; b++) {
        struct way sum = { 0.0, 0.0 };
        resample_rows((const size_t[]){ n, n }, true, seed, b, rows);
        for (size_t i = 0; i < n; i++) {
            sum.gone += ways[rows[i]].gone;
            sum.whole += ways[rows[i]].whole;
        }
        if (!isnan(share(sum)))
            shares[n_shares++] = share(sum);
    }
    *out = (struct effect_interval){ NAN, NAN };
    if (n_shares > 0) {
        draws_sort(shares, n_shares);
        out->low = draws_quantile(shares, n_shares, 0.025);
        out->high = draws_quantile(shares, n_shares, 0.975);
    }
    st = CT_OK;
done:
    free(ways);
    free(rows);
    free(shares);
    return st;
}

/* Mean of a number over the sentences that the edit applies to. */
static double mean(const struct effect_run *r, const struct effect_edit *edit,
                   const struct effect_reading *edited,
                   double (*number)(const struct effect_reading *reading))
{
    double sum = 0.0;
    size_t n_in = 0;
    size_t n;

    (void)effect_sentences(r, &n);
    for (size_t i = 0; i < n; i++)
        if (effect_applies(r, edit, i)) {
            sum += number(&edited[i]);
            n_in++;
        }
    return n_in > 0 ? sum / (double)n_in : NAN;
}

static double divergence_end_of(const struct effect_reading *reading)
{
    return reading->divergence_end;
}

static double divergence_next_of(const struct effect_reading *reading)
{
    return reading->divergence_next;
}

double effect_divergence_end(const struct effect_run *r, const struct effect_edit *edit,
                             const struct effect_reading *edited)
{
    return mean(r, edit, edited, divergence_end_of);
}

double effect_divergence_next(const struct effect_run *r, const struct effect_edit *edit,
                              const struct effect_reading *edited)
{
    return mean(r, edit, edited, divergence_next_of);
}

double effect_difference(const struct effect_run *r, const struct effect_edit *edit,
                         const struct effect_reading *edited)
{
    return mean(r, edit, edited, end_of);
}

double effect_loss(const struct effect_run *r, const struct effect_edit *edit,
                   const struct effect_reading *edited)
{
    const struct effect_reading *const clean = effect_clean(r);
    double sum = 0.0;
    size_t n_tokens = 0;
    size_t n;

    (void)effect_sentences(r, &n);
    for (size_t i = 0; i < n; i++)
        if (effect_applies(r, edit, i)) {
            sum += edited[i].loss - clean[i].loss;
            n_tokens += effect_n_after(r, i);
        }
    return n_tokens > 0 ? sum / (double)n_tokens : NAN;
}
