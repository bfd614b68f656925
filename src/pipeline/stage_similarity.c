#include "config.h"
#include "pipeline/stages.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/histogram.h"
#include "num/similarity.h"

double similarity_cosine(const struct similarity_result *s, size_t i, size_t j)
{
    if (s->norms[i] == 0.0 || s->norms[j] == 0.0)
        return 0.0;
    return i == j ? 1.0 : mat_row(&s->gram, i)[j] / (s->norms[i] * s->norms[j]);
}

double similarity_gram(const struct similarity_result *s, size_t i, size_t j)
{
    return mat_row(&s->gram, i)[j];
}

struct mean {
    double sum;
    size_t n;
};

static void mean_add(struct mean *mean, double x)
{
    mean->sum += x;
    mean->n++;
}

static double mean_value(const struct mean *mean)
{
    return mean->n > 0 ? mean->sum / (double)mean->n : NAN;
}

/* Every entry of the cosine matrix, both triangles and the diagonal, as the histogram counts them.
 */
static enum ct_status look_at_cosines(struct similarity_result *s, const int32_t *labels,
                                      const struct progress *progress, struct ct_error *err)
{
    const size_t n = s->gram.rows;
    double *const cosines = ct_malloc_array(n * n, sizeof *cosines);
    struct mean all = { 0 };
    struct mean within = { 0 };
    struct mean between = { 0 };
    enum ct_status status = CT_OK;

    if (cosines == NULL)
        return ct_fail_nomem(err, "cosines", 8ULL * n * n);
    for (size_t i = 0; i < n && status == CT_OK; i++) {
        for (size_t j = 0; j < n; j++) {
            const double cosine = similarity_cosine(s, i, j);
            cosines[i * n + j] = cosine;
            if (j <= i)
                continue;
            mean_add(&all, cosine);
            if (labels[i] >= 0 && labels[j] >= 0)
                mean_add(labels[i] == labels[j] ? &within : &between, cosine);
        }
        if (i % 64 == 0 && !progress_tick(progress, i, n))
            status = ct_fail(err, CT_ECANCELED, "similarity: cancelled");
    }
    s->mean_all = mean_value(&all);
    s->mean_within = mean_value(&within);
    s->mean_between = mean_value(&between);
    if (status == CT_OK)
        status = histogram(cosines, n * n, COSINE_BINS, s->cosine_counts, s->cosine_edges, err);
    free(cosines);
    return status;
}

static enum ct_status orders(const struct analysis *a, struct similarity_result *s,
                             struct ct_error *err)
{
    const size_t n = a->ttest->n_significant;
    enum ct_status status;

    s->by_dbscan = ct_malloc_array(n, sizeof *s->by_dbscan);
    s->by_kmeans = ct_malloc_array(n, sizeof *s->by_kmeans);
    s->norms = ct_malloc_array(n, sizeof *s->norms);
    if (s->by_dbscan == NULL || s->by_kmeans == NULL || s->norms == NULL)
        return ct_fail_nomem(err, "similarity", 0);
    status = order_by_label(a->cluster->dbscan, n, s->by_dbscan, err);
    if (status == CT_OK)
        status = order_by_label(a->cluster->kmeans.labels, n, s->by_kmeans, err);
    return status;
}

static enum ct_status make_matrices(const struct analysis *a, const struct stage_run *run,
                                    struct similarity_result *s, struct ct_error *err)
{
    if (!a->ttest->has_gram) {
        const enum ct_status status =
            gram_matrix(&a->ttest->selected, a->params.threads, &run->progress, &s->own, err);
        if (status != CT_OK)
            return status;
    }
    s->gram = a->ttest->has_gram ? a->ttest->gram : s->own;
    s->is_whole = true;
    for (size_t i = 0; i < s->gram.rows; i++)
        s->norms[i] = sqrt(mat_row(&s->gram, i)[i]);
    return look_at_cosines(s, a->cluster->dbscan, &run->progress, err);
}

enum ct_status stage_similarity_compute(const struct analysis *a, const struct stage_run *run,
                                        void **result, struct ct_error *err)
{
    struct similarity_result *const s = calloc(1, sizeof *s);
    enum ct_status status = s != NULL ? CT_OK : ct_fail_nomem(err, "similarity", 0);

    if (status == CT_OK)
        status = orders(a, s, err);
    if (status == CT_OK && (a->ttest->has_gram || a->params.matrices))
        status = make_matrices(a, run, s, err);
    if (status != CT_OK) {
        stage_similarity_free(s);
        return status;
    }
    *result = s;
    return CT_OK;
}

void stage_similarity_free(void *result)
{
    struct similarity_result *const s = result;

    if (s == NULL)
        return;
    mat_clear(&s->own);
    free(s->norms);
    free(s->by_dbscan);
    free(s->by_kmeans);
    free(s);
}
