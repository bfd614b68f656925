#include "config.h"
#include "num/cluster/ward_groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/mem.h"
#include "num/cluster/ward.h"
#include "num/linear/distances.h"

enum { CUTS = GROUPS_TO - GROUPS_FROM + 1 };

/* The cuts of a tree: each is finer than those before it, so that the distances from a point to
 * the groups of the finest are summed once and added up for the others. */
struct cuts {
    size_t n;                        /* points */
    size_t n_cuts;                   /* cut c has GROUPS_FROM + c groups */
    const double *squared;           /* [n, n] */
    int32_t *labels;                 /* [n_cuts, n] */
    int32_t parent[CUTS][GROUPS_TO]; /* the group of a cut that holds a group of the finest */
    size_t sizes[CUTS][GROUPS_TO];
    double *scores; /* [n_cuts, n] silhouettes of the points */
};

/* (b - a) / max(a, b) of a point of group `own`, from the sums of its distances to each group. */
static double score_of(const double *sums, const size_t *sizes, size_t n_groups, size_t own)
{
    double other = INFINITY;

    if (sizes[own] < 2)
        return 0.0;
    for (size_t g = 0; g < n_groups; g++)
        if (g != own)
            other = fmin(other, sums[g] / (double)sizes[g]);
    const double within = sums[own] / (double)(sizes[own] - 1);
    const double larger = fmax(within, other);
    return larger > 0.0 ? (other - within) / larger : 0.0;
}

CT_KERNEL static void take_roots(const double *restrict x, size_t n, double *restrict roots)
{
#pragma omp simd
    for (size_t j = 0; j < n; j++)
        roots[j] = sqrt(x[j]);
}

static void score_point(const struct cuts *s, size_t i)
{
    enum { CHUNK = 256 }; /* roots are taken of many at a time */
    const size_t last = s->n_cuts - 1;
    const int32_t *const finest = s->labels + last * s->n;
    const double *const row = s->squared + i * s->n;
    double fine[GROUPS_TO] = { 0 };

    for (size_t first = 0; first < s->n; first += CHUNK) {
        const size_t n = size_min(CHUNK, s->n - first);
        double roots[CHUNK];
        take_roots(row + first, n, roots);
        for (size_t j = 0; j < n; j++)
            fine[finest[first + j]] += roots[j];
    }
    for (size_t c = 0; c < s->n_cuts; c++) {
        double sums[GROUPS_TO] = { 0 };
        for (size_t g = 0; g < GROUPS_FROM + last; g++)
            sums[s->parent[c][g]] += fine[g];
        s->scores[c * s->n + i] =
            score_of(sums, s->sizes[c], GROUPS_FROM + c, (size_t)s->labels[c * s->n + i]);
    }
}

enum { BLOCK = 32 }; /* points that a thread scores at a time */

static void score_block(void *context, size_t block)
{
    const struct cuts *const s = context;
    const size_t end = size_min((block + 1) * BLOCK, s->n);

    for (size_t i = block * BLOCK; i < end; i++)
        score_point(s, i);
}

static enum ct_status cut_tree(struct cuts *s, const struct ward *tree, struct ct_error *err)
{
    const int32_t *const finest = s->labels + (s->n_cuts - 1) * s->n;
    enum ct_status status = CT_OK;

    for (size_t c = 0; status == CT_OK && c < s->n_cuts; c++)
        status = ward_cut(tree, GROUPS_FROM + c, s->labels + c * s->n, err);
    for (size_t c = 0; status == CT_OK && c < s->n_cuts; c++)
        for (size_t i = 0; i < s->n; i++) {
            const int32_t label = s->labels[c * s->n + i];
            s->parent[c][finest[i]] = label;
            s->sizes[c][label]++;
        }
    return status;
}

/* The cut with the largest mean score. */
static size_t choose(const struct cuts *s, double *silhouette)
{
    size_t best = 0;

    for (size_t c = 0; c < s->n_cuts; c++) {
        double total = 0.0;
        for (size_t i = 0; i < s->n; i++)
            total += s->scores[c * s->n + i];
        if (c == 0 || total / (double)s->n > *silhouette) {
            *silhouette = total / (double)s->n;
            best = c;
        }
    }
    return best;
}

/* The tree takes the distances apart: they are computed again. */
static enum ct_status fill(struct cuts *s, const double *w, size_t d, double *squared,
                           struct crew *crew, const struct progress *progress, struct ct_error *err)
{
    enum { STEPS = 4 };
    struct ward tree = { 0 };
    enum ct_status status = CT_OK;

    s->squared = squared;
    for (size_t step = 0; status == CT_OK && step < STEPS; step++) {
        if (!progress_tick(progress, step, STEPS))
            status = ct_fail(err, CT_ECANCELED, "groups: cancelled");
        else if (step == 1)
            status = ward_tree(squared, s->n, &tree, err);
        else if (step == 3)
            crew_run(crew, (s->n + BLOCK - 1) / BLOCK, score_block, s);
        else
            squared_distances(w, s->n, d, crew, squared);
        if (status == CT_OK && step == 1)
            status = cut_tree(s, &tree, err);
    }
    ward_clear(&tree);
    return status;
}

enum ct_status ward_groups(const double *w, size_t n, size_t d, struct crew *crew,
                           const struct progress *progress, struct ward_groups *out,
                           struct ct_error *err)
{
    struct cuts s = { .n = n, .n_cuts = size_min(CUTS, n - GROUPS_FROM) };
    struct ward_groups g = { .n_groups = 0 };

    if (n <= GROUPS_FROM)
        return ct_fail(err, CT_EINVAL, "groups: %zu points are too few; at least %d are needed", n,
                       GROUPS_FROM + 1);
    double *const squared = ct_malloc_array(n, n * sizeof *squared);
    s.labels = ct_malloc_array(n, s.n_cuts * sizeof *s.labels);
    s.scores = ct_malloc_array(n, s.n_cuts * sizeof *s.scores);
    g.labels = ct_malloc_array(n, sizeof *g.labels);
    enum ct_status status =
        squared != NULL && s.labels != NULL && s.scores != NULL && g.labels != NULL
            ? fill(&s, w, d, squared, crew, progress, err)
            : ct_fail_nomem(err, "groups", 0);
    if (status == CT_OK) {
        const size_t best = choose(&s, &g.silhouette);
        g.n_groups = GROUPS_FROM + best;
        memcpy(g.labels, s.labels + best * n, n * sizeof *g.labels);
        *out = g; /* handed over */
        g = (struct ward_groups){ .n_groups = 0 };
    }
    ward_groups_clear(&g);
    free(squared);
    free(s.labels);
    free(s.scores);
    return status;
}

void ward_groups_clear(struct ward_groups *g)
{
    free(g->labels);
    *g = (struct ward_groups){ .n_groups = 0 };
}

double ward_groups_memory(size_t n)
{
    const struct cuts *const s = NULL;
    const double each = CUTS * (double)(sizeof *s->labels + sizeof *s->scores);

    return (double)n * (8.0 * (double)n + each + sizeof(int32_t)) + ward_memory(n);
}
