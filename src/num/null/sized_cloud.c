#include "config.h"
#include "num/null/sized_cloud.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/keyed.h"
#include "num/philox.h"

/* Sets keys [n] to x in ascending order; what is not a number comes last. */
static void rank(const double *x, size_t n, struct keyed *keys)
{
    for (size_t j = 0; j < n; j++)
        keys[j] = (struct keyed){ isnan(x[j]) ? INFINITY : x[j], j };
    keyed_sort(keys, n);
}

/* The axes of largest variance that hold most of it. */
static enum ct_status find_axes(struct sized_cloud *s, struct ct_error *err)
{
    static const double most = 0.95;
    const struct cloud *const c = &s->cloud;
    struct keyed *const keys = ct_malloc_array(c->rank, sizeof *keys);
    double total = 0.0;
    double sum = 0.0;

    s->axes = ct_malloc_array(c->rank, sizeof *s->axes);
    if (keys == NULL || s->axes == NULL) {
        free(keys);
        return ct_fail_nomem(err, "cloud", 0);
    }
    for (size_t k = 0; k < c->rank; k++) {
        keys[k] = (struct keyed){ -c->lambda[k], k };
        total += c->lambda[k];
    }
    keyed_sort(keys, c->rank);
    while (s->n_axes < c->rank && sum < most * total) {
        s->axes[s->n_axes] = keys[s->n_axes].index;
        sum -= keys[s->n_axes].key;
        s->n_axes++;
    }
    free(keys);
    return CT_OK;
}

static double rho(const struct sized_cloud *s, const double *z)
{
    const struct cloud *const c = &s->cloud;
    double sum = 0.0;

    for (size_t k = 0; k < s->n_axes; k++) {
        const double along = vector_dot(z, c->vectors + s->axes[k] * c->d, c->d);
        sum += along * along / c->lambda[s->axes[k]];
    }
    return sqrt(sum / (double)s->n_axes);
}

/* Radii and means in the order of the statistic. */
static enum ct_status find_sizes(struct sized_cloud *s, struct ct_error *err)
{
    const struct profiles *const p = s->q.profiles;
    const size_t n = p->n_neurons;
    struct keyed *const keys = ct_malloc_array(n, sizeof *keys);
    struct selection observed = { .which = NULL };
    enum ct_status status = CT_OK;

    s->radius = ct_malloc_array(n, sizeof *s->radius);
    s->mean = ct_malloc_array(n, sizeof *s->mean);
    if (keys == NULL || s->radius == NULL || s->mean == NULL)
        status = ct_fail_nomem(err, "cloud", 0);
    if (status == CT_OK)
        status = select_features(&s->q, p->u, &observed, err);
    if (status == CT_OK) {
        rank(observed.statistic, n, keys);
        for (size_t i = 0; i < n; i++) {
            const size_t j = keys[i].index;
            s->radius[i] = p->length[j] * rho(s, p->u + j * p->n_samples);
            s->mean[i] = p->mean[j];
        }
    }
    selection_clear(&observed);
    free(keys);
    return status;
}

enum ct_status sized_cloud_new(const struct null_question *question, struct crew *crew,
                               const struct progress *progress, struct sized_cloud *out,
                               struct ct_error *err)
{
    const struct profiles *const p = question->profiles;
    struct sized_cloud s = { .q = *question };
    enum ct_status status = cloud_fit(p->u, p->n_neurons, p->n_samples, question->seed, 0, crew,
                                      progress, &s.cloud, err);

    if (status == CT_OK)
        status = find_axes(&s, err);
    if (status == CT_OK)
        status = find_sizes(&s, err);
    if (status != CT_OK) {
        sized_cloud_clear(&s);
        return status;
    }
    *out = s;
    return CT_OK;
}

void sized_cloud_clear(struct sized_cloud *s)
{
    cloud_clear(&s->cloud);
    free(s->axes);
    free(s->radius);
    free(s->mean);
    *s = (struct sized_cloud){ .n_axes = 0 };
}

/* x [n_selected, d]: the selected features of z with the sizes of their ranks [n_features]. */
static void give_sizes(const struct sized_cloud *s, const double *z, const size_t *which,
                       const size_t *ranks, double *x)
{
    const size_t d = s->q.profiles->n_samples;

    for (size_t i = 0; i < s->q.n_selected; i++) {
        const double *const direction = z + which[i] * d;
        const size_t at = ranks[which[i]];
        const double length = s->radius[at] / rho(s, direction);
        for (size_t k = 0; k < d; k++)
            x[i * d + k] = length * direction[k] + s->mean[at];
    }
}

enum ct_status sized_cloud_draw(const struct sized_cloud *s, uint64_t b, double *x,
                                struct ct_error *err)
{
    const size_t n = s->q.profiles->n_neurons;
    double *const z = ct_aligned_array(n * s->q.profiles->n_samples, sizeof *z);
    struct keyed *const keys = ct_malloc_array(n, sizeof *keys);
    size_t *const ranks = ct_malloc_array(n, sizeof *ranks);
    struct selection selection = { .which = NULL };
    enum ct_status status =
        z != NULL && keys != NULL && ranks != NULL ? CT_OK : ct_fail_nomem(err, "draws", 0);

    if (status == CT_OK)
        status = cloud_draw(&s->cloud, s->q.seed, STREAM_CLOUD, b, NULL, 0, z, err);
    if (status == CT_OK)
        status = select_features(&s->q, z, &selection, err);
    if (status == CT_OK) {
        rank(selection.statistic, n, keys);
        for (size_t i = 0; i < n; i++)
            ranks[keys[i].index] = i;
        give_sizes(s, z, selection.which, ranks, x);
    }
    selection_clear(&selection);
    free(z);
    free(keys);
    free(ranks);
    return status;
}

double sized_cloud_memory(size_t n_features, size_t n_samples)
{
    return fmax(cloud_fit_memory(n_features, n_samples),
                selection_memory(n_features, n_samples, n_features)) +
           sizeof(double) *
               ((double)n_samples * ((double)n_samples + 3.0) + 2.0 * (double)n_features);
}

double sized_cloud_draw_memory(size_t n_features, size_t n_samples, size_t n_selected)
{
    return sizeof(double) * (double)n_features * (double)n_samples +
           (double)n_features * (double)(sizeof(struct keyed) + sizeof(size_t)) +
           fmax(selection_memory(n_features, n_samples, n_selected),
                cloud_draw_memory(n_features, n_samples));
}
