/*
 * t-SNE on a raw matrix, for tests/quality/tsne_quality.py and for measurements.
 *
 *     tsne_driver N_SAMPLES N_FEATURES [N_THREADS [PERPLEXITY [MAX_ITER [N_INIT [ANGLE]]]]] <X >Y
 *
 * X is [n_samples, n_features] and Y [n_samples, 2], both raw float64. Seconds, KL divergence and
 * iterations go to stderr.
 */
#include "config.h"

#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "num/tsne.h"

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int fail(const char *what)
{
    fprintf(stderr, "tsne_driver: %s\n", what);
    return 1;
}

int main(int argc, char **argv)
{
    struct mat X = { 0 };
    struct tsne_params params;
    struct tsne_result result = { 0 };
    struct ct_error err;

    if (argc < 3)
        return fail("usage: tsne_driver N_SAMPLES N_FEATURES [N_THREADS [PERPLEXITY [MAX_ITER "
                    "[N_INIT [ANGLE]]]]]");
    openblas_set_num_threads(1);
    tsne_params_default(&params);
    params.n_threads = argc > 3 ? atoi(argv[3]) : 2;
    if (argc > 4)
        params.perplexity = atof(argv[4]);
    if (argc > 5)
        params.max_iter = strtoul(argv[5], NULL, 10);
    if (argc > 6)
        params.n_init = strtoul(argv[6], NULL, 10);
    if (argc > 7)
        params.angle = atof(argv[7]);
    if (mat_init(&X, strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10), "X", &err) != CT_OK)
        return fail(err.text);
    if (fread(X.data, sizeof(double), X.rows * X.cols, stdin) != X.rows * X.cols)
        return fail("stdin holds fewer values than that");

    const double start = seconds();
    if (tsne_fit(&X, &params, NULL, &result, &err) != CT_OK)
        return fail(err.text);
    fprintf(stderr, "seconds %.6f kl %.9f n_iter %zu\n", seconds() - start, result.kl_divergence,
            result.n_iter);
    fwrite(result.embedding.data, sizeof(double), 2 * result.embedding.rows, stdout);
    tsne_result_clear(&result);
    mat_clear(&X);
    return 0;
}
