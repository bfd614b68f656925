#include "config.h"
#include "num/draws.h"

#include <stdlib.h>

#include "base/mem.h"

struct making { /* block i makes draw first + i */
    draw_maker *make;
    void *context;
    size_t first;
    enum ct_status *status;  /* [n_blocks] */
    struct ct_error *errors; /* [n_blocks] */
};

static void make_block(void *context, size_t i)
{
    struct making *const m = context;

    m->status[i] = m->make(m->context, m->first + i, &m->errors[i]);
}

static enum ct_status make_some(struct making *m, size_t n, struct crew *crew, struct ct_error *err)
{
    crew_run(crew, n, make_block, m);
    for (size_t i = 0; i < n; i++)
        if (m->status[i] != CT_OK) {
            if (err != NULL)
                *err = m->errors[i];
            return m->status[i];
        }
    return CT_OK;
}

enum ct_status draws_make(size_t n, draw_maker *make, void *context, struct crew *crew,
                          const struct progress *progress, const char *what, size_t *n_done,
                          struct ct_error *err)
{
    const size_t n_threads = crew_size(crew);
    struct making m = {
        .make = make,
        .context = context,
        .status = ct_calloc_array(n_threads, sizeof *m.status),
        .errors = ct_calloc_array(n_threads, sizeof *m.errors),
    };
    enum ct_status status =
        m.status != NULL && m.errors != NULL ? CT_OK : ct_fail_nomem(err, what, 0);

    while (status == CT_OK && *n_done < n) {
        const size_t count = size_min(n_threads, n - *n_done);
        if (!progress_tick(progress, *n_done, n)) {
            if (*n_done == 0)
                status = ct_fail(err, CT_ECANCELED, "%s: cancelled", what);
            break;
        }
        m.first = *n_done;
        status = make_some(&m, count, crew, err);
        *n_done += status == CT_OK ? count : 0;
    }
    free(m.status);
    free(m.errors);
    return status;
}

double draws_pvalue(double observed, const double *draws, size_t n)
{
    size_t above = 0;

    for (size_t b = 0; b < n; b++)
        above += draw_is_as_large(observed, draws[b]) ? 1 : 0;
    return (double)(above + 1) / (double)(n + 1);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return x < y ? -1 : x > y;
}

void draws_sort(double *draws, size_t n)
{
    qsort(draws, n, sizeof *draws, compare);
}

double draws_quantile(const double *sorted, size_t n, double q)
{
    const double at = q * (double)(n - 1);
    const size_t low = (size_t)at;

    return low + 1 < n ? sorted[low] + (at - (double)low) * (sorted[low + 1] - sorted[low])
                       : sorted[n - 1];
}

struct null_summary draws_summarize(double observed, double *draws, size_t n)
{
    struct null_summary s = { NAN, NAN, NAN, NAN, NAN };
    double square = 0.0;

    if (n == 0)
        return s;
    s.mean = 0.0;
    for (size_t b = 0; b < n; b++)
        s.mean += draws[b];
    s.mean /= (double)n;
    for (size_t b = 0; b < n; b++)
        square += (draws[b] - s.mean) * (draws[b] - s.mean);
    if (n > 1)
        s.sd = sqrt(square / (double)(n - 1));
    if (!isnan(observed))
        s.pvalue = draws_pvalue(observed, draws, n);
    draws_sort(draws, n);
    s.low = draws_quantile(draws, n, 0.025);
    s.high = draws_quantile(draws, n, 0.975);
    return s;
}
