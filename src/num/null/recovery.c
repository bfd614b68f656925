#include "config.h"
#include "num/null/recovery.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/cluster/agreement.h"
#include "num/cluster/ward.h"
#include "num/cluster/ward_groups.h"
#include "num/draws.h"
#include "num/linear/distances.h"
#include "num/philox.h"
#include "num/resample.h"

bool group_is_firm(const struct group *g, double alpha)
{
    static const double comes_back = 0.75;

    return g->size >= GAP_LEAST && g->recovery >= comes_back && g->gap_p <= alpha;
}

size_t groups_apart(const struct recovery *r, double alpha)
{
    static const double mirrored = -0.7;
    size_t n = 0;

    for (size_t g = 0; g < r->n_groups; g++) {
        bool is_mirror = !group_is_firm(&r->groups[g], alpha);
        for (size_t h = 0; !is_mirror && h < g; h++)
            is_mirror =
                group_is_firm(&r->groups[h], alpha) && r->cosines[g * r->n_groups + h] < mirrored;
        n += !is_mirror;
    }
    return n;
}

/* ---- the groups ---- */

/* The p-value of the dip of x [n], which is sorted: by uniform samples of its size. */
static enum ct_status dip_pvalue(double *x, size_t n, uint64_t seed, double *pvalue,
                                 struct ct_error *err)
{
    double *const sample = ct_malloc_array(n, sizeof *sample);
    double dips[DIP_DRAWS];
    double observed = 0.0;
    enum ct_status status = sample != NULL ? CT_OK : ct_fail_nomem(err, "dip", 0);

    if (status == CT_OK) {
        draws_sort(x, n);
        status = dip_statistic(x, n, &observed, err);
    }
    for (size_t b = 0; status == CT_OK && b < DIP_DRAWS; b++) {
        struct philox rng;
        philox_init(&rng, seed, STREAM_DIP, 1000 * n + b);
        for (size_t i = 0; i < n; i++)
            sample[i] = philox_uniform(&rng);
        draws_sort(sample, n);
        status = dip_statistic(sample, n, &dips[b], err);
    }
    if (status == CT_OK)
        *pvalue = draws_pvalue(observed, dips, DIP_DRAWS);
    free(sample);
    return status;
}

/* Mean profiles [n_groups, d] of the rows of w. */
static void mean_profiles(const struct recovery *r, const double *w, size_t n, size_t d,
                          double *means)
{
    memset(means, 0, r->n_groups * d * sizeof *means);
    for (size_t i = 0; i < n; i++) {
        const size_t g = (size_t)r->labels[i];
        for (size_t k = 0; k < d; k++)
            means[g * d + k] += w[i * d + k] / (double)r->groups[g].size;
    }
}

static void find_cosines(struct recovery *r, const double *means, size_t d)
{
    for (size_t g = 0; g < r->n_groups; g++)
        for (size_t h = 0; h < r->n_groups; h++) {
            const double *const x = means + g * d;
            const double *const y = means + h * d;
            r->cosines[g * r->n_groups + h] =
                vector_dot(x, y, d) / sqrt(vector_dot(x, x, d) * vector_dot(y, y, d));
        }
}

/* The group most like g by its mean profile, of those with at least `least` features. */
static bool find_nearest(struct recovery *r, size_t g, size_t least)
{
    bool is_found = false;

    for (size_t h = 0; h < r->n_groups; h++) {
        const double cosine = r->cosines[g * r->n_groups + h];
        if (h == g || r->groups[h].size < least || (is_found && cosine <= r->groups[g].similarity))
            continue;
        r->groups[g].similarity = cosine;
        r->groups[g].nearest = h;
        is_found = true;
    }
    return is_found;
}

static enum ct_status find_gap(struct recovery *r, const double *w, size_t n, size_t d,
                               const double *means, uint64_t seed, size_t g, double *line,
                               struct ct_error *err)
{
    const size_t h = r->groups[g].nearest;
    size_t count = 0;

    r->groups[g].gap_p = NAN;
    if (r->groups[g].size < GAP_LEAST || r->groups[h].size < GAP_LEAST)
        return CT_OK;
    for (size_t i = 0; i < n; i++)
        if ((size_t)r->labels[i] == g || (size_t)r->labels[i] == h)
            line[count++] =
                vector_dot(w + i * d, means + g * d, d) - vector_dot(w + i * d, means + h * d, d);
    return dip_pvalue(line, count, seed, &r->groups[g].gap_p, err);
}

static enum ct_status describe_groups(struct recovery *r, const double *w, size_t n, size_t d,
                                      uint64_t seed, struct ct_error *err)
{
    double *const means = ct_malloc_array(r->n_groups, d * sizeof *means);
    double *const line = ct_malloc_array(n, sizeof *line);
    enum ct_status status = CT_OK;

    r->groups = ct_calloc_array(r->n_groups, sizeof *r->groups);
    r->cosines = ct_malloc_array(r->n_groups, r->n_groups * sizeof *r->cosines);
    if (means == NULL || line == NULL || r->groups == NULL || r->cosines == NULL) {
        status = ct_fail_nomem(err, "groups", 0);
    } else {
        for (size_t i = 0; i < n; i++)
            r->groups[r->labels[i]].size++;
        mean_profiles(r, w, n, d, means);
        find_cosines(r, means, d);
        for (size_t g = 0; g < r->n_groups; g++)
            if (!find_nearest(r, g, GAP_LEAST))
                find_nearest(r, g, 1);
        for (size_t g = 0; status == CT_OK && g < r->n_groups; g++)
            status = find_gap(r, w, n, d, means, seed, g, line, err);
    }
    free(means);
    free(line);
    return status;
}

/* ---- samples drawn again ---- */

struct resampler { /* what all draws have in common */
    const struct recovery_question *q;
    const struct recovery *r;
    struct scratch {      /* [crew_size] per thread */
        double *w;        /* [n_selected, n_samples] */
        double *squared;  /* [n_selected, n_selected] */
        size_t *rows;     /* [n_samples] */
        int32_t *labels;  /* [n_selected] */
        uint32_t *counts; /* [n_selected, n_selected] draws in which both are in one group */
    } * scratch;
    size_t n_scratch;
    double *best;      /* [n_draws, n_groups] */
    double *agreement; /* [n_draws] */
};

/* The context profile of a feature in the drawn samples; 0 if it does not vary there. */
static void profile_again(const struct profiles *p, size_t j, const size_t *rows, double *w)
{
    const double *const u = p->u + j * p->n_samples;
    double mean = 0.0;
    double square = 0.0;

    for (size_t i = 0; i < p->n_samples; i++)
        mean += u[rows[i]] / (double)p->n_samples;
    for (size_t i = 0; i < p->n_samples; i++) {
        w[i] = u[rows[i]] - mean;
        square += w[i] * w[i];
    }
    for (size_t i = 0; i < p->n_samples; i++)
        w[i] = square > 1e-24 ? w[i] / sqrt(square) : 0.0;
    profile_of_unit(w, p->e, p->n_samples, w);
}

static enum ct_status resample(void *context, size_t b, struct ct_error *err)
{
    const struct resampler *const t = context;
    struct scratch *const s = &t->scratch[crew_thread()];
    const struct recovery_question *const q = t->q;
    const size_t n = q->n_selected;
    const size_t n_a = q->profiles->n_group;
    const size_t k = t->r->n_groups;
    struct ward tree = { 0 };

    resample_rows((const size_t[]){ n_a, q->profiles->n_samples - n_a }, q->has_pairs, q->seed, b,
                  s->rows);
    for (size_t i = 0; i < n; i++)
        profile_again(q->profiles, q->selected[i], s->rows, s->w + i * q->profiles->n_samples);
    squared_distances(s->w, n, q->profiles->n_samples, NULL, s->squared);
    enum ct_status status = ward_tree(s->squared, n, &tree, err);
    if (status == CT_OK)
        status = ward_recovery(&tree, t->r->labels, k, t->best + b * k, err);
    if (status == CT_OK)
        status = ward_cut(&tree, k, s->labels, err);
    if (status == CT_OK)
        status = adjusted_rand(t->r->labels, k, s->labels, k, n, &t->agreement[b], err);
    ward_clear(&tree);
    for (size_t i = 0; status == CT_OK && i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (s->labels[i] == s->labels[j])
                s->counts[i * n + j]++;
    return status;
}

static void resampler_clear(struct resampler *t)
{
    for (size_t i = 0; t->scratch != NULL && i < t->n_scratch; i++) {
        free(t->scratch[i].w);
        free(t->scratch[i].squared);
        free(t->scratch[i].rows);
        free(t->scratch[i].labels);
        free(t->scratch[i].counts);
    }
    free(t->scratch);
    free(t->best);
    free(t->agreement);
}

static enum ct_status resampler_init(struct resampler *t, size_t n_threads, struct ct_error *err)
{
    const size_t n = t->q->n_selected;
    const size_t d = t->q->profiles->n_samples;
    bool has_memory = true;

    t->n_scratch = n_threads;
    t->scratch = ct_calloc_array(n_threads, sizeof *t->scratch);
    t->best = ct_malloc_array(t->q->n_draws, t->r->n_groups * sizeof *t->best);
    t->agreement = ct_malloc_array(t->q->n_draws, sizeof *t->agreement);
    for (size_t i = 0; t->scratch != NULL && i < n_threads; i++) {
        struct scratch *const s = &t->scratch[i];
        s->w = ct_malloc_array(n, d * sizeof *s->w);
        s->squared = ct_malloc_array(n, n * sizeof *s->squared);
        s->rows = ct_malloc_array(d, sizeof *s->rows);
        s->labels = ct_malloc_array(n, sizeof *s->labels);
        s->counts = ct_calloc_array(n, n * sizeof *s->counts);
        has_memory = has_memory && s->w != NULL && s->squared != NULL && s->rows != NULL &&
                     s->labels != NULL && s->counts != NULL;
    }
    if (has_memory && t->scratch != NULL && t->best != NULL && t->agreement != NULL)
        return CT_OK;
    return ct_fail_nomem(err, "resampling", 0);
}

static void find_stability(struct recovery *r, size_t n)
{
    size_t unsure = 0;

    for (size_t i = 0; i < n; i++) {
        double within = 0.0, between = 0.0;
        const size_t own = r->groups[r->labels[i]].size - 1;
        for (size_t j = 0; j < n; j++) {
            const double share = (double)r->consensus[i * n + j];
            if (j == i)
                continue;
            *(r->labels[j] == r->labels[i] ? &within : &between) += share;
            unsure += share > 0.1 && share < 0.9;
        }
        r->stability[i] = within / (double)own - between / (double)(n - 1 - own);
    }
    r->pac = (double)unsure / ((double)n * (double)(n - 1));
}

static void summarize(const struct resampler *t, struct recovery *r)
{
    const size_t n = t->q->n_selected;

    r->agreement = 0.0;
    for (size_t b = 0; b < r->n_draws; b++) {
        r->agreement += t->agreement[b] / (double)r->n_draws;
        for (size_t g = 0; g < r->n_groups; g++)
            r->groups[g].recovery += t->best[b * r->n_groups + g] / (double)r->n_draws;
    }
    for (size_t e = 0; e < n * n; e++) {
        unsigned count = 0;
        for (size_t i = 0; i < t->n_scratch; i++)
            count += t->scratch[i].counts[e];
        r->consensus[e] = (float)count / (float)r->n_draws;
    }
    find_stability(r, n);
}

double recovery_memory(size_t n_selected, size_t n_samples, size_t n_threads)
{
    const double n = (double)n_selected;
    const double scratch =
        n * (double)n_samples * sizeof(double) + n * n * (sizeof(double) + sizeof(uint32_t));
    const double groups = n * (double)n_samples * sizeof(double) + ward_groups_memory(n_selected);

    return n * n * sizeof(float) +
           fmax((double)n_threads * (scratch + ward_memory(n_selected)), groups);
}

/* ---- both ---- */

static enum ct_status group_features(const struct recovery_question *q, struct crew *crew,
                                     struct recovery *r, struct ct_error *err)
{
    const size_t n = q->n_selected;
    const size_t d = q->profiles->n_samples;
    double *const w = ct_malloc_array(n, d * sizeof *w);
    struct ward_groups groups = { .n_groups = 0 };
    enum ct_status status = CT_OK;

    if (w == NULL)
        return ct_fail_nomem(err, "groups", 0);
    profiles_gather(q->profiles, q->selected, n, w);
    status = ward_groups(w, n, d, crew, NULL, &groups, err);
    if (status == CT_OK) {
        r->n_groups = groups.n_groups;
        r->silhouette = groups.silhouette;
        r->labels = groups.labels; /* handed over */
        status = describe_groups(r, w, n, d, q->seed, err);
    }
    free(w);
    return status;
}

enum ct_status recovery_new(const struct recovery_question *question, struct crew *crew,
                            const struct progress *progress, struct recovery *out,
                            struct ct_error *err)
{
    const size_t n = question->n_selected;
    struct recovery r = { 0 };
    struct resampler t = { .q = question, .r = &r };

    if (n <= GROUPS_FROM)
        return ct_fail(err, CT_EINVAL,
                       "groups: %zu selected neurons are too few; at least %d are needed", n,
                       GROUPS_FROM + 1);
    r.consensus = ct_malloc_array(n, n * sizeof *r.consensus);
    r.stability = ct_malloc_array(n, sizeof *r.stability);
    enum ct_status status =
        r.consensus != NULL && r.stability != NULL ? CT_OK : ct_fail_nomem(err, "groups", 0);
    if (status == CT_OK)
        status = group_features(question, crew, &r, err);
    if (status == CT_OK)
        status = resampler_init(&t, crew_size(crew), err);
    if (status == CT_OK)
        status = draws_make(question->n_draws, resample, &t, crew, progress, "resampling",
                            &r.n_draws, err);
    if (status == CT_OK && r.n_draws > 0)
        summarize(&t, &r);
    resampler_clear(&t);
    if (status != CT_OK) {
        recovery_clear(&r);
        return status;
    }
    *out = r;
    return CT_OK;
}

void recovery_clear(struct recovery *r)
{
    free(r->labels);
    free(r->groups);
    free(r->cosines);
    free(r->consensus);
    free(r->stability);
    *r = (struct recovery){ .n_groups = 0 };
}
