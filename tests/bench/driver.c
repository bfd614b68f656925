/*
 * Parts of the program that its command line does not reach alone, for tests/bench/bench.py.
 *
 *     driver tsne X.npy Y [PERPLEXITY [MAX_ITER [N_INIT [ANGLE]]]]
 *     driver ttest X.npy                      its first half of rows against the second
 *     driver dbscan POINTS.npy LABELS         eps 1, min_samples 3
 *     driver kmeans POINTS.npy N_CLUSTERS     10 starts
 *     driver cosine X.npy                     of its rows: histogram and heatmaps, no matrix
 *     driver extract MODEL TOKENIZER STIMULI HOOK OUT
 *     driver ttests MODEL TOKENIZER STIMULI HOOK         from the model to the t-test, in a file
 *     driver forward MODEL TOKENIZER STIMULI HOOK        at every token, twice
 *     driver effect MODEL TOKENIZER STIMULI HOOK N_SETS WORD,... LOGITS   neurons swapped with
 * twins' driver csv X.npy OUT.csv                writes it as activations.csv and reads it driver
 * limits                           of the machine
 *
 * Each prints lines of a name and a number; `compute` is seconds in the kernel alone. Y is
 * [n_samples, 2] raw float64, LABELS raw int32, OUT and LOGITS raw float32. THREADS in the
 * environment: 2 otherwise.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crew.h"
#include "base/mem.h"
#include "driver.h"
#include "io/activations.h"
#include "io/csv_writer.h"
#include "io/npy.h"
#include "num/cluster/dbscan.h"
#include "num/cluster/kmeans.h"
#include "num/linear/blas_library.h"
#include "num/linear/cosines.h"
#include "num/linear/similarity.h"
#include "num/tests/ttest.h"
#include "num/tsne/tsne.h"
#include "pipeline/analysis.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_ttest.h"
#include "plot/block_means.h"

void print_value(const char *name, double value)
{
    printf("%s %.9g\n", name, value);
}

void stop(const char *what)
{
    fprintf(stderr, "driver: %s\n", what);
    exit(1);
}

void must(enum ct_status status, const struct ct_error *err)
{
    if (status != CT_OK)
        stop(err->text);
}

void *allocate(size_t count, size_t size)
{
    void *const array = ct_aligned_array(count, size);

    if (array == NULL)
        stop("out of memory");
    return array;
}

int n_threads(void)
{
    const char *const value = getenv("THREADS");

    return value != NULL ? atoi(value) : 2;
}

void save(const char *path, const void *data, size_t size)
{
    FILE *const f = fopen(path, "wb");

    if (f == NULL || fwrite(data, 1, size, f) != size || fclose(f) != 0)
        stop("the result cannot be written");
}

static struct npy open_npy(const char *path)
{
    struct npy file = { 0 };
    struct ct_error err;

    must(npy_open(path, &file, &err), &err);
    return file;
}

static struct mat load(const char *path)
{
    struct npy file = open_npy(path);
    struct mat m = { 0 };
    struct ct_error err;

    must(mat_init(&m, file.view.rows, file.view.cols, path, &err), &err);
    for (size_t i = 0; i < m.rows; i++)
        matview_read(&file.view, i, 0, m.cols, mat_row(&m, i));
    npy_close(&file);
    return m;
}

/* ---- kernels ---- */

static void run_tsne(int argc, char **argv)
{
    struct mat X = load(argv[0]);
    struct tsne_params params;
    struct tsne_result result = { 0 };
    struct ct_error err;

    tsne_params_default(&params);
    params.n_threads = n_threads();
    if (argc > 2)
        params.perplexity = atof(argv[2]);
    if (argc > 3)
        params.max_iter = strtoul(argv[3], NULL, 10);
    if (argc > 4)
        params.n_init = strtoul(argv[4], NULL, 10);
    if (argc > 5)
        params.angle = atof(argv[5]);
    /* As the peers' libraries are when their clock starts. */
    must(blas_library_load((size_t)params.n_threads, &err), &err);
    const double start = clock_seconds();
    must(tsne_fit(&X, &params, NULL, &result, &err), &err);
    print_value("compute", clock_seconds() - start);
    print_value("kl", result.kl_divergence);
    print_value("n_iter", (double)result.n_iter);
    save(argv[1], result.embedding.data, 2 * result.embedding.rows * sizeof(double));
    tsne_result_clear(&result);
    mat_clear(&X);
}

static void run_ttest(int argc, char **argv)
{
    struct npy file = open_npy(argv[0]);
    const size_t n_a = file.view.rows / 2;
    const size_t n_b = file.view.rows - n_a;
    size_t *const rows = allocate(file.view.rows, sizeof *rows);
    struct ttest_result *const out = allocate(file.view.cols, sizeof *out);
    struct ct_error err;

    (void)argc;
    for (size_t i = 0; i < file.view.rows; i++)
        rows[i] = i;
    const double start = clock_seconds();
    must(ttest_columns(&file.view, rows, n_a, rows + n_a, n_b, TTEST_STUDENT, n_threads(), out,
                       NULL, &err),
         &err);
    print_value("compute", clock_seconds() - start);
    double sum = 0.0;
    for (size_t j = 0; j < file.view.cols; j++)
        sum += out[j].pvalue;
    print_value("sum of p", sum);
    free(rows);
    free(out);
    npy_close(&file);
}

static void run_dbscan(int argc, char **argv)
{
    struct mat X = load(argv[0]);
    int32_t *const labels = allocate(X.rows, sizeof *labels);
    size_t n_clusters;
    struct ct_error err;

    (void)argc;
    const double start = clock_seconds();
    must(dbscan_fit(&X, 1.0, 3, labels, &n_clusters, &err), &err);
    print_value("compute", clock_seconds() - start);
    print_value("clusters", (double)n_clusters);
    save(argv[1], labels, X.rows * sizeof *labels);
    free(labels);
    mat_clear(&X);
}

static void run_kmeans(int argc, char **argv)
{
    struct mat X = load(argv[0]);
    struct kmeans_params params;
    struct kmeans_result result = { 0 };
    struct ct_error err;

    (void)argc;
    kmeans_params_default(&params);
    params.n_clusters = strtoul(argv[1], NULL, 10);
    params.n_init = 10;
    params.n_threads = n_threads();
    const double start = clock_seconds();
    must(kmeans_fit(&X, &params, &result, &err), &err);
    print_value("compute", clock_seconds() - start);
    print_value("inertia", result.inertia);
    kmeans_result_clear(&result);
    mat_clear(&X);
}

/* A heatmap of all products of rows, at the resolution of a large terminal. */
static double draw_means(const struct mat *X, const double *factors)
{
    enum { ROWS = 100, COLS = 200 };
    const struct row_set set = { .X = mat_view(X), .factors = factors };
    struct span rows[ROWS], cols[COLS];
    double *const means = allocate(ROWS * COLS, sizeof *means);

    for (size_t i = 0; i < ROWS; i++)
        rows[i] = (struct span){ i * X->rows / ROWS, (i + 1) * X->rows / ROWS };
    for (size_t j = 0; j < COLS; j++)
        cols[j] = (struct span){ j * X->rows / COLS, (j + 1) * X->rows / COLS };
    if (!block_means(&set, rows, ROWS, cols, COLS, means))
        stop("out of memory");
    const double first = means[0];
    free(means);
    return first;
}

static void run_cosine(int argc, char **argv)
{
    enum { BINS = COSINE_BINS };
    struct mat X = load(argv[0]);
    struct crew *crew;
    double *const norms = allocate(X.rows, sizeof *norms);
    double *const factors = allocate(X.rows, sizeof *factors);
    uint64_t counts[BINS];
    double edges[BINS + 1];
    struct ct_error err;

    (void)argc;
    must(crew_new(n_threads(), &crew, &err), &err);
    const double start = clock_seconds();
    row_norms(&X, norms);
    must(cosine_histogram(&X, norms, BINS, crew, NULL, counts, edges, &err), &err);
    for (size_t i = 0; i < X.rows; i++)
        factors[i] = 1.0 / norms[i];
    const double gram = draw_means(&X, NULL);
    const double cosine = draw_means(&X, factors);
    print_value("compute", clock_seconds() - start);
    print_value("first mean product", gram);
    print_value("first mean cosine", cosine);
    uint64_t most = 0;
    for (size_t i = 0; i < BINS; i++)
        most = counts[i] > most ? counts[i] : most;
    print_value("most in a bin", (double)most);
    crew_free(crew);
    free(factors);
    free(norms);
    mat_clear(&X);
}

/* ---- the model ---- */

void run_stages(struct analysis *a, char **argv, const struct stage *last)
{
    struct ct_error err;

    analysis_init(a);
    a->ttest_alone = last == &stage_ttest;
    must(params_set(&a->params.temporary, "/var/tmp", &err), &err);
    must(params_set(&a->params.model, argv[0], &err), &err);
    must(params_set(&a->params.tokenizer, argv[1], &err), &err);
    must(params_set(&a->params.stimuli, argv[2], &err), &err);
    must(params_add_hook(&a->params, argv[3], &err), &err);
    a->params.threads = n_threads();
    must(analysis_run(a, last, NULL, &err), &err);
}

static void run_extract(int argc, char **argv)
{
    struct analysis a;
    const double start = clock_seconds();

    (void)argc;
    run_stages(&a, argv, &stage_extract);
    print_value("compute", clock_seconds() - start);
    print_value("positions", (double)extract_of(&a)->stats.n_positions);
    save(argv[4], extract_of(&a)->own.data,
         extract_of(&a)->X.rows * extract_of(&a)->X.cols * sizeof(float));
    analysis_clear(&a);
}

static void run_ttests(int argc, char **argv)
{
    struct analysis a;
    const double start = clock_seconds();

    (void)argc;
    run_stages(&a, argv, &stage_ttest);
    print_value("compute", clock_seconds() - start);
    print_value("positions", (double)extract_of(&a)->stats.n_positions);
    print_value("result MB", 0x1p-20 * (double)(extract_of(&a)->X.rows * extract_of(&a)->X.cols *
                                                sizeof(float)));
    print_value("significant", (double)ttest_of(&a)->n_significant);
    analysis_clear(&a);
}

/* Every beginning of every sentence: *ids holds their tokens, sentence after sentence. */
static struct token_seq *all_prefixes(const struct load_result *l, uint32_t **ids, size_t *n_seqs)
{
    size_t n = 0;

    for (size_t i = 0; i < l->n_sentences; i++)
        n += l->sentences[i].n_tokens;
    struct token_seq *const seqs = allocate(n, sizeof *seqs);
    uint32_t *at = *ids = allocate(n, sizeof **ids);
    *n_seqs = 0;
    for (size_t i = 0; i < l->n_sentences; i++) {
        const uint32_t *const first = at;
        for (size_t t = 0; t < l->sentences[i].n_tokens; t++) {
            *at++ = l->sentences[i].tokens[t].id;
            seqs[(*n_seqs)++] = (struct token_seq){ .ids = first, .n = t + 1 };
        }
    }
    return seqs;
}

static void run_forward(int argc, char **argv)
{
    struct analysis a;
    struct extract_stats stats;
    uint32_t *ids;
    size_t n_seqs;
    size_t width = 0;
    struct ct_error err;

    (void)argc;
    run_stages(&a, argv, &stage_hook);
    struct token_seq *const seqs = all_prefixes(load_of(&a), &ids, &n_seqs);
    for (size_t h = 0; h < hook_of(&a)->n_hooks; h++)
        width += hook_of(&a)->hooks[h].width;
    float *const out = allocate(n_seqs * width, sizeof *out);
    const struct extract_job job = { .model = load_of(&a)->model,
                                     .seqs = seqs,
                                     .n_seqs = n_seqs,
                                     .hooks = hook_of(&a)->hooks,
                                     .n_hooks = hook_of(&a)->n_hooks };
    for (int turn = 0; turn < 2; turn++) {
        const double start = clock_seconds();
        must(extract_activations(&job, n_threads(), NULL, out, &stats, &err), &err);
        print_value("compute", clock_seconds() - start);
    }
    print_value("tokens", (double)n_seqs);
    print_value("positions", (double)stats.n_positions);
    free(out);
    free(seqs);
    free(ids);
    analysis_clear(&a);
}

/* ---- files ---- */

static void write_csv(const char *path, const struct matview *X)
{
    const float *const values = X->data;
    struct outfile *file;
    struct ct_error err;

    must(outfile_open(path, &file, &err), &err);
    struct csv_writer w = { .file = file };
    csv_put_text(&w, "sentence");
    csv_put_text(&w, "group");
    csv_put_text(&w, "token");
    for (size_t j = 0; j < X->cols; j++)
        csv_put_id(&w, "h.5.mlp.c_fc", j);
    csv_end_row(&w);
    for (size_t i = 0; i < X->rows; i++) {
        csv_put_size(&w, i);
        csv_put_text(&w, i < X->rows / 2 ? "him" : "her");
        csv_put_size(&w, 3);
        for (size_t j = 0; j < X->cols; j++)
            csv_put_f32(&w, values[i * X->stride + j]);
        csv_end_row(&w);
    }
    must(outfile_commit(file, &err), &err);
}

static void run_csv(int argc, char **argv)
{
    struct npy file = open_npy(argv[0]);
    struct activations back = { 0 };
    struct ct_error err;

    (void)argc;
    if (file.view.dtype != DTYPE_F32)
        stop("csv takes float32");
    const double start = clock_seconds();
    write_csv(argv[1], &file.view);
    const double written = clock_seconds();
    must(activations_read(argv[1], &(struct activations_options){ .n_threads = n_threads() }, NULL,
                          &back, &err),
         &err);
    print_value("compute", clock_seconds() - start);
    print_value("write", written - start);
    print_value("read", clock_seconds() - written);
    print_value("numbers", (double)(back.values.rows * back.values.cols));
    if (memcmp(back.values.data, file.view.data, back.values.rows * back.values.cols * 4) != 0)
        stop("what was written reads back as something else");
    activations_clear(&back);
    npy_close(&file);
}

/* ---- the machine ---- */

/* Best of five, GFLOP/s. */
static double sgemm_rate(int threads)
{
    enum { M = 1296, K = 1024, N = 4096 };
    float *const a = allocate((size_t)M * K, sizeof *a);
    float *const b = allocate((size_t)K * N, sizeof *b);
    float *const c = allocate((size_t)M * N, sizeof *c);
    double best = 0.0;

    /* 0.747 everywhere: the products of tiny numbers would be slow */
    memset(a, 0x3F, (size_t)M * K * sizeof *a);
    memset(b, 0x3F, (size_t)K * N * sizeof *b);
    memset(c, 1, (size_t)M * N * sizeof *c);
    if (blas_library_load(1, NULL) != CT_OK)
        stop("OpenBLAS cannot be loaded");
    blas.set_num_threads(threads);
    for (int turn = 0; turn < 5; turn++) {
        const double start = clock_seconds();
        blas.sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, M, N, K, 1.0F, a, K, b, N, 0.0F, c,
                   N);
        const double rate = 2e-9 * M * N * K / (clock_seconds() - start);
        best = rate > best ? rate : best;
    }
    free(a);
    free(b);
    free(c);
    return best;
}

/* Best of five, GB/s, bytes read and bytes written. */
static double copy_rate(void)
{
    const size_t size = (size_t)256 << 20;
    char *const from = allocate(size, 1);
    char *const to = allocate(size, 1);
    double best = 0.0;

    memset(from, 1, size);
    memset(to, 2, size);
    for (int turn = 0; turn < 5; turn++) {
        const double start = clock_seconds();
        memcpy(to, from, size);
        const double rate = 2e-9 * (double)size / (clock_seconds() - start);
        best = rate > best ? rate : best;
    }
    free(from);
    free(to);
    return best;
}

static void run_limits(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    print_value("sgemm1", sgemm_rate(1));
    print_value("sgemm2", sgemm_rate(2));
    print_value("copy", copy_rate());
}

static const struct task {
    const char *name;
    int n_args; /* at least */
    void (*run)(int argc, char **argv);
} tasks[] = {
    { "tsne", 2, run_tsne },     { "ttest", 1, run_ttest },     { "dbscan", 2, run_dbscan },
    { "kmeans", 2, run_kmeans }, { "cosine", 1, run_cosine },   { "extract", 5, run_extract },
    { "ttests", 4, run_ttests }, { "forward", 4, run_forward }, { "csv", 2, run_csv },
    { "effect", 7, run_effect }, { "limits", 0, run_limits },
};

int main(int argc, char **argv)
{
    setenv("OPENBLAS_NUM_THREADS", "1", 1); /* as the program: its threads spin for a while */
    for (size_t i = 0; argc > 1 && i < sizeof tasks / sizeof *tasks; i++)
        if (strcmp(argv[1], tasks[i].name) == 0 && argc - 2 >= tasks[i].n_args) {
            tasks[i].run(argc - 2, argv + 2);
            return 0;
        }
    stop("no such command, or too few arguments; see the head of driver.c");
}
