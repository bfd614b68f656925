#include "config.h"
#include "num/exact.h"
#include "made_points.h"

#include <math.h>
#include <stdlib.h>

#include "num/mt19937.h"
#include "support.h"

struct mat made_points(const double *recipe)
{
    const size_t n = (size_t)recipe[0], n_groups = (size_t)recipe[1];
    const double width = recipe[2], spread = recipe[3], grain = recipe[4];
    double *const middles = malloc(2 * n_groups * sizeof *middles);
    struct mat m = { 0 };
    struct mt19937 rng;

    ck_assert_ptr_nonnull(middles);
    ck_assert_int_eq(mat_init(&m, n, 2, "points", NULL), CT_OK);
    mt19937_init(&rng, (uint64_t)recipe[5]);
    for (size_t k = 0; k < 2 * n_groups; k++)
        middles[k] = width * mt19937_uniform(&rng);
    for (size_t k = 0; k < 2 * n; k++) {
        const double a = mt19937_uniform(&rng);
        const double b = mt19937_uniform(&rng);
        const double c = mt19937_uniform(&rng);
        const double x = middles[2 * (k / 2 % n_groups) + k % 2] + spread * (a + b + c - 1.5);
        m.data[k] = grain > 0.0 ? nearbyint(x / grain) * grain : x;
    }
    free(middles);
    return m;
}

uint32_t hash_of_labels(const int32_t *labels, size_t n)
{
    uint32_t h = 2166136261U;

    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint32_t)labels[i]) * 16777619U;
    return h;
}
