#include "config.h"
#include "report/matrix_rows.h"

#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/linear/similarity.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_ttest.h"

enum { STRIPE_BYTES = 16 << 20, STRIPE_ROWS = 64 }; /* of the matrix, kept at a time */

static void make_cosines(const struct analysis *a, size_t i, double *row)
{
    const size_t *const order = similarity_of(a)->orders[0];

    for (size_t j = 0; j < ttest_of(a)->n_significant; j++)
        row[j] = cosine_of_product(row[j], &space_of(a)->points, space_of(a)->norms, i, order[j]);
}

void matrix_rows_write(const struct analysis *a, bool is_cosine, struct csv_writer *w,
                       void (*put)(const struct analysis *a, size_t i, const double *values,
                                   struct csv_writer *w))
{
    const size_t *const order = similarity_of(a)->orders[0];
    const size_t n = ttest_of(a)->n_significant;
    const size_t fit = n > 0 ? STRIPE_BYTES / sizeof(double) / n : 0;
    const size_t stripe = fit < 1 ? 1 : fit < STRIPE_ROWS ? fit : STRIPE_ROWS;
    double *const values = ct_malloc_array(n, stripe * sizeof *values);

    if (values == NULL)
        outfile_fail(w->file, ENOMEM);
    for (size_t first = 0; first < n && !outfile_failed(w->file); first += stripe) {
        const size_t n_rows = n - first < stripe ? n - first : stripe;
        if (gram_rows(&space_of(a)->points, order, first, n_rows, values, NULL) != CT_OK) {
            outfile_fail(w->file, ENOMEM);
            break;
        }
        for (size_t r = 0; r < n_rows; r++) {
            if (is_cosine)
                make_cosines(a, order[first + r], values + r * n);
            put(a, order[first + r], values + r * n, w);
        }
    }
    free(values);
}
