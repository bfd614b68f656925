#include "config.h"
#include "num/null/groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/cluster/agreement.h"
#include "num/cluster/ward.h"
#include "num/linear/blas_library.h"

void squared_distances(const double *w, size_t n, size_t d, double *squared)
{
    blas.dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, (int)n, (int)d, 1.0, w, (int)d, w,
               (int)d, 0.0, squared, (int)n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            const double x =
                squared[i * n + i] + squared[j * n + j] - squared[i * n + j] - squared[j * n + i];
            squared[i * n + j] = fmax(x, 0.0);
        }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++)
            squared[j * n + i] = squared[i * n + j];
        squared[i * n + i] = 0.0;
    }
}

enum ct_status groups_find(const double *squared, double *scratch, size_t n, int32_t *labels,
                           struct groups *out, struct ct_error *err)
{
    int32_t *const tried = ct_malloc_array(n, sizeof *tried);
    struct groups best = { 0, -INFINITY };
    struct ward tree = { 0 };

    if (tried == NULL)
        return ct_fail_nomem(err, "groups", 0);
    memcpy(scratch, squared, n * n * sizeof *scratch);
    enum ct_status status = ward_tree(scratch, n, &tree, err);
    for (size_t k = GROUPS_FROM; status == CT_OK && k <= GROUPS_TO && k < n; k++) {
        double silhouette = 0.0;
        status = ward_cut(&tree, k, tried, err);
        if (status == CT_OK)
            status = silhouette_of_distances(squared, n, tried, k, &silhouette, err);
        if (status == CT_OK && silhouette > best.silhouette) {
            best = (struct groups){ k, silhouette };
            memcpy(labels, tried, n * sizeof *labels);
        }
    }
    ward_clear(&tree);
    free(tried);
    if (status == CT_OK)
        *out = best;
    return status;
}

double groups_memory(size_t n)
{
    return ward_memory(n) + (double)n * sizeof(int32_t);
}
