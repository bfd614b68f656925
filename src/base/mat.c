#include "config.h"
#include "base/mat.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum ct_status mat_init(struct mat *m, size_t rows, size_t cols, const char *what,
                        struct ct_error *err)
{
    size_t count;
    double *data = NULL;

    if (ct_mul_size(rows, cols, &count))
        data = ct_calloc_array(count, sizeof *data);
    if (data == NULL)
        return ct_fail_nomem(err, what, rows > 0 && cols > 0 ? 8ULL * rows * cols : 0);
    *m = (struct mat){ .rows = rows, .cols = cols, .data = data };
    return CT_OK;
}

void mat_clear(struct mat *m)
{
    free(m->data);
    *m = (struct mat){ 0 };
}

struct matview mat_view(const struct mat *m)
{
    return (struct matview){
        .data = m->data, .dtype = DTYPE_F64, .rows = m->rows, .cols = m->cols, .stride = m->cols
    };
}

void matview_read(const struct matview *v, size_t i, size_t j, size_t n, double *out)
{
    const size_t at = i * v->stride + j;

    if (v->dtype == DTYPE_F64) {
        memcpy(out, (const double *)v->data + at, n * sizeof *out);
        return;
    }
    const float *const row = (const float *)v->data + at;
    for (size_t k = 0; k < n; k++)
        out[k] = (double)row[k];
}
