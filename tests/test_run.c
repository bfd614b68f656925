/*
 * The program end to end: the files of one run on the demo are compared with the reference results
 * (fixtures/gen_pipeline.py), and with each other where they must agree.
 */
#include "config.h"
#include "support.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/csv.h"
#include "io/csv_table.h"
#include "io/number.h"

enum { N_SENTENCES = 108, COMMAND_SIZE = 8192 };

static char folder[] = "/tmp/test_run_XXXXXX";

/* Runs `circuittui ARGUMENTS`, with %s replaced by the folder; returns the exit status. */
static int circuittui(const char *arguments)
{
    char command[COMMAND_SIZE];
    char expanded[COMMAND_SIZE / 2];
    size_t used = 0;

    for (const char *at = arguments; *at != '\0' && used + sizeof folder < sizeof expanded; at++)
        if (at[0] == '%' && at[1] == 's') {
            used += (size_t)snprintf(expanded + used, sizeof expanded - used, "%s", folder);
            at++;
        } else {
            expanded[used++] = *at;
        }
    expanded[used] = '\0';
    snprintf(command, sizeof command, "'%s' %s", getenv("CIRCUITTUI"), expanded);
    const int status = system(command);
    ck_assert_msg(WIFEXITED(status), "%s: ended by a signal", command);
    return WEXITSTATUS(status);
}

static const char *in_folder(const char *name)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static struct csv_table read_table(const char *name, const char *header)
{
    struct csv_table table = { 0 };
    struct ct_error err;

    if (csv_table_read(in_folder(name), &table, &err) != CT_OK)
        ck_abort_msg("%s", err.text);
    char names[1024] = "";
    for (size_t j = 0; header != NULL && j < table.n_cols; j++) {
        strcat(names, j > 0 ? "," : "");
        strcat(names, csv_table_field(&table, 0, j).text);
    }
    if (header != NULL)
        ck_assert_str_eq(names, header);
    return table;
}

static double number_at(const struct csv_table *table, size_t row, size_t col)
{
    const struct csv_field field = csv_table_field(table, row, col);
    double x = NAN;

    ck_assert_msg(number_parse(field.text, field.size, &x), "'%s' is not a number", field.text);
    return x;
}

static const char TTEST_HEADER[] = "hook,neuron,mean_a,mean_b,t,df,p,p_adjusted,significant";

START_TEST(activations_match_the_reference)
{
    struct csv_table got = read_table("activations.csv", NULL);
    const struct mat want = fixture_load("pipeline_activations.csv");
    const size_t stride = (got.n_cols - 3) / want.cols;
    double largest = 0.0;
    double worst = 0.0;

    ck_assert_str_eq(csv_table_field(&got, 0, 0).text, "sentence");
    ck_assert_str_eq(csv_table_field(&got, 0, 1).text, "group");
    ck_assert_str_eq(csv_table_field(&got, 0, 2).text, "token");
    ck_assert_str_eq(csv_table_field(&got, 0, 4).text, "h.3.mlp.c_fc:1");
    ck_assert_uint_eq(got.n_rows, N_SENTENCES);
    ck_assert_str_eq(csv_table_field(&got, 1, 1).text, "him");
    ck_assert_str_eq(csv_table_field(&got, N_SENTENCES, 1).text, "her");
    for (size_t i = 0; i < want.rows; i++)
        for (size_t j = 0; j < want.cols; j++) {
            const double w = mat_row(&want, i)[j];
            largest = fmax(largest, fabs(w));
            worst = fmax(worst, fabs(number_at(&got, i + 1, 3 + j * stride) - w));
        }
    /* float32 through four blocks against float64 */
    ck_assert_msg(worst <= 2e-5 * largest, "error %g, largest activation %g", worst, largest);
    csv_table_clear(&got);
    free(want.data);
}
END_TEST

START_TEST(t_tests_match_scipy)
{
    struct csv_table got = read_table("ttest.csv", TTEST_HEADER);
    const struct mat want = fixture_load("pipeline_ttest.csv");

    ck_assert_uint_eq(got.n_rows, want.rows);
    for (size_t j = 0; j < want.rows; j++) {
        const double *const w = mat_row(&want, j);
        const double t = number_at(&got, j + 1, 4);
        const double p = number_at(&got, j + 1, 6);

        /* The activations differ by float32 rounding; t keeps the part that does not average out,
         * and log p about |t| times as much. */
        ck_assert_double_le(fabs(t - w[2]), 1e-4 * (1.0 + fabs(w[2])));
        ck_assert_double_le(fabs(log(p) - log(w[3])), 1e-3 * (1.0 + fabs(w[2])));
        ck_assert(number_at(&got, j + 1, 5) == 106);
        ck_assert(number_at(&got, j + 1, 7) == fmin(1.0, p * (double)want.rows));
        ck_assert_msg(number_at(&got, j + 1, 8) == w[5], "neuron %zu: significant differs", j);
    }
    csv_table_clear(&got);
    free(want.data);
}
END_TEST

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median_of(const struct mat *m, size_t col)
{
    double values[64];

    for (size_t i = 0; i < m->rows; i++)
        values[i] = mat_row(m, i)[col];
    qsort(values, m->rows, sizeof *values, compare_doubles);
    return values[m->rows / 2];
}

static double std_of(const struct csv_table *table, size_t col)
{
    double sum = 0.0;
    double squares = 0.0;
    const double n = (double)table->n_rows;

    for (size_t i = 1; i <= table->n_rows; i++)
        sum += number_at(table, i, col);
    for (size_t i = 1; i <= table->n_rows; i++)
        squares += pow(number_at(table, i, col) - sum / n, 2);
    return sqrt(squares / n);
}

static json_t *read_manifest(void)
{
    json_error_t error;
    json_t *const root = json_load_file(in_folder("manifest.json"), 0, &error);

    ck_assert_msg(root != NULL, "manifest.json: %s", error.text);
    return root;
}

START_TEST(the_embedding_has_the_quality_and_size_of_scikit_learns)
{
    struct csv_table got = read_table("tsne.csv", "hook,neuron,x,y");
    struct csv_table tested = read_table("ttest.csv", TTEST_HEADER);
    const struct mat want = fixture_load("pipeline_tsne.csv");
    json_t *const manifest = read_manifest();
    size_t n_significant = 0;
    double lo = INFINITY;
    double hi = 0.0;

    for (size_t j = 1; j <= tested.n_rows; j++)
        n_significant += number_at(&tested, j, 8) == 1;
    ck_assert_uint_eq(got.n_rows, n_significant);
    const double kl =
        json_number_value(json_object_get(json_object_get(manifest, "outcome"), "kl_divergence"));
    for (size_t i = 0; i < want.rows; i++) {
        lo = fmin(lo, mat_row(&want, i)[0]);
        hi = fmax(hi, mat_row(&want, i)[0]);
    }
    /* This is one run, and scikit-learn's own differ between lo and hi by rounding alone: at most 1
     * % worse than its worst. Medians of many runs are compared elsewhere. */
    ck_assert_msg(kl <= 1.01 * hi, "KL %g, scikit-learn's %g to %g, median %g", kl, lo, hi,
                  median_of(&want, 0));
    /* The size determines the meaning of eps = 1: within the range of its own runs plus 10 %. */
    const double size = hypot(std_of(&got, 2), std_of(&got, 3));
    const double want_size = hypot(median_of(&want, 1), median_of(&want, 2));
    ck_assert_msg(fabs(size / want_size - 1.0) < 0.1, "size %g, scikit-learn's %g", size,
                  want_size);
    json_decref(manifest);
    csv_table_clear(&got);
    csv_table_clear(&tested);
    free(want.data);
}
END_TEST

/* Directly from the definition, on tsne.csv: a core point has 3 points within 1. */
START_TEST(dbscan_labels_follow_from_the_embedding)
{
    struct csv_table points = read_table("tsne.csv", "hook,neuron,x,y");
    struct csv_table labels = read_table("clusters.csv", "hook,neuron,t,dbscan,kmeans,ward");
    const size_t n = points.n_rows;
    double *const x = calloc(2 * n, sizeof *x);
    bool *const is_core = calloc(n, sizeof *is_core);
    long *const label = calloc(n, sizeof *label);

    ck_assert_uint_eq(labels.n_rows, n);
    for (size_t i = 0; i < n; i++) {
        x[2 * i] = number_at(&points, i + 1, 2);
        x[2 * i + 1] = number_at(&points, i + 1, 3);
        label[i] = (long)number_at(&labels, i + 1, 3);
        ck_assert_str_eq(csv_table_field(&points, i + 1, 1).text,
                         csv_table_field(&labels, i + 1, 1).text);
    }
#define NEAR(i, j)                                                                                 \
    (pow(x[2 * (i)] - x[2 * (j)], 2) + pow(x[2 * (i) + 1] - x[2 * (j) + 1], 2) <= 1.0)
    for (size_t i = 0; i < n; i++) {
        size_t neighbours = 0;
        for (size_t j = 0; j < n; j++)
            neighbours += NEAR(i, j);
        is_core[i] = neighbours >= 3;
    }
    long highest = -1;
    for (size_t i = 0; i < n; i++) {
        bool reached = is_core[i];
        for (size_t j = 0; j < n; j++)
            if (is_core[j] && NEAR(i, j)) {
                reached = true;
                if (is_core[i])
                    ck_assert_int_eq(label[i], label[j]);
                else
                    ck_assert_int_le(label[i], label[j]);
            }
        ck_assert_int_eq(label[i] >= 0, reached);
        if (is_core[i]) { /* numbered by their first core point */
            ck_assert_int_le(label[i], highest + 1);
            highest = label[i] > highest ? label[i] : highest;
        }
    }
    free(x);
    free(is_core);
    free(label);
    csv_table_clear(&points);
    csv_table_clear(&labels);
}
END_TEST

START_TEST(summaries_follow_from_the_labels)
{
    struct csv_table labels = read_table("clusters.csv", "hook,neuron,t,dbscan,kmeans,ward");
    struct csv_table got =
        read_table("cluster_summary.csv", "method,cluster,size,mean_t,mean_abs_t");

    for (size_t r = 1; r <= got.n_rows; r++) {
        const char *const method = csv_table_field(&got, r, 0).text;
        const size_t column = strcmp(method, "dbscan") == 0   ? 3
                              : strcmp(method, "kmeans") == 0 ? 4
                                                              : 5;
        const double cluster = number_at(&got, r, 1);
        double n = 0;
        double t = 0.0;
        double abs_t = 0.0;

        for (size_t i = 1; i <= labels.n_rows; i++) {
            if (number_at(&labels, i, column) != cluster)
                continue;
            n++;
            t += number_at(&labels, i, 2);
            abs_t += fabs(number_at(&labels, i, 2));
        }
        ck_assert(number_at(&got, r, 2) == n);
        /* sums of a hundred numbers in the same order */
        ck_assert_double_le(fabs(number_at(&got, r, 3) - t / n), 1e-12 * abs_t / n);
        ck_assert_double_le(fabs(number_at(&got, r, 4) - abs_t / n), 1e-12 * abs_t / n);
    }
    csv_table_clear(&labels);
    csv_table_clear(&got);
}
END_TEST

START_TEST(centroids_are_means_of_their_points)
{
    struct csv_table labels = read_table("clusters.csv", "hook,neuron,t,dbscan,kmeans,ward");
    struct csv_table points = read_table("tsne.csv", "hook,neuron,x,y");
    struct csv_table got = read_table("centroids.csv", "cluster,x,y");

    ck_assert_uint_eq(got.n_rows, 3);
    for (size_t c = 0; c < got.n_rows; c++)
        for (size_t axis = 0; axis < 2; axis++) {
            double sum = 0.0;
            double n = 0;
            for (size_t i = 1; i <= labels.n_rows; i++)
                if (number_at(&labels, i, 4) == (double)c) {
                    /* nine digits identify every float32, the original dtype */
                    sum += (double)(float)number_at(&points, i, 2 + axis);
                    n++;
                }
            /* Lloyd's iterations ended with unchanged labels: centres are means, up to rounding of
             * sums of a hundred numbers below 100 */
            ck_assert_double_le(fabs(number_at(&got, c + 1, 1 + axis) - sum / n), 1e-12);
        }
    csv_table_clear(&labels);
    csv_table_clear(&points);
    csv_table_clear(&got);
}
END_TEST

/* The column of activations.csv with this name. */
static size_t column_of(const struct csv_table *activations, const char *id)
{
    const size_t col = csv_table_find(activations, id);

    ck_assert_msg(col < activations->n_cols, "%s: no such column", id);
    return col;
}

START_TEST(matrices_follow_from_the_activations)
{
    struct csv_table acts = read_table("activations.csv", NULL);
    struct csv_table gram = read_table("gram.csv", NULL);
    struct csv_table cosine = read_table("cosine.csv", NULL);

    ck_assert_uint_eq(gram.n_rows + 1, gram.n_cols);
    ck_assert_uint_eq(cosine.n_rows, gram.n_rows);
    for (size_t i = 1; i <= gram.n_rows; i += 7)
        for (size_t j = 1; j <= gram.n_rows; j += 11) {
            const size_t a = column_of(&acts, csv_table_field(&gram, i, 0).text);
            const size_t b = column_of(&acts, csv_table_field(&gram, 0, j).text);
            double dot = 0.0;
            double aa = 0.0;
            double bb = 0.0;
            for (size_t k = 1; k <= acts.n_rows; k++) {
                const double x = (double)(float)number_at(&acts, k, a);
                const double y = (double)(float)number_at(&acts, k, b);
                dot += x * y;
                aa += x * x;
                bb += y * y;
            }
            /* float64 sums of 108 products in another order */
            ck_assert_double_le(fabs(number_at(&gram, i, j) - dot), 1e-12 * sqrt(aa * bb));
            ck_assert_double_le(fabs(number_at(&cosine, i, j) - dot / sqrt(aa * bb)), 1e-12);
        }
    csv_table_clear(&acts);
    csv_table_clear(&gram);
    csv_table_clear(&cosine);
}
END_TEST

START_TEST(matrices_are_sorted_by_cluster)
{
    struct csv_table gram = read_table("gram.csv", NULL);
    struct csv_table labels = read_table("clusters.csv", "hook,neuron,t,dbscan,kmeans,ward");
    double last_label = -2;
    double last_neuron = -1;

    for (size_t i = 1; i <= gram.n_rows; i++) {
        const char *const id = csv_table_field(&gram, i, 0).text;
        ck_assert_str_eq(id, csv_table_field(&gram, 0, i).text);
        const double neuron = atof(strrchr(id, ':') + 1);
        double label = -2;
        for (size_t k = 1; k <= labels.n_rows; k++)
            if (number_at(&labels, k, 1) == neuron)
                label = number_at(&labels, k, 3);
        ck_assert(label > last_label || (label == last_label && neuron > last_neuron));
        last_label = label;
        last_neuron = neuron;
    }
    csv_table_clear(&gram);
    csv_table_clear(&labels);
}
END_TEST

static void assert_same_file(const char *name, const char *other)
{
    char command[COMMAND_SIZE];

    snprintf(command, sizeof command, "cmp '%s/%s' '%s/%s'", folder, name, folder, other);
    ck_assert_msg(system(command) == 0, "%s and %s differ", name, other);
}

START_TEST(a_second_run_gives_the_same_files)
{
    ck_assert_int_eq(circuittui("run --threads 1 -o %s/again >/dev/null"), 0);
    assert_same_file("activations.csv", "again/activations.csv");
    assert_same_file("ttest.csv", "again/ttest.csv");
    assert_same_file("tsne.csv", "again/tsne.csv");
    assert_same_file("clusters.csv", "again/clusters.csv");
    assert_same_file("centroids.csv", "again/centroids.csv");
    assert_same_file("cosine.csv", "again/cosine.csv");
}
END_TEST

START_TEST(a_run_can_start_from_its_own_activations)
{
    ck_assert_int_eq(circuittui("run -a %s/activations.csv -o %s/from >/dev/null"), 0);
    assert_same_file("activations.csv", "from/activations.csv");
    assert_same_file("ttest.csv", "from/ttest.csv");
    assert_same_file("tsne.csv", "from/tsne.csv");
    assert_same_file("gram.csv", "from/gram.csv");
}
END_TEST

static const char LAYERS_HEADER[] =
    "hook,n_neurons,n_significant,strongest,strongest_t,perplexity,kl_divergence,dbscan_clusters,"
    "dbscan_noise,dbscan_silhouette,kmeans_clusters,kmeans_silhouette,ward_clusters,"
    "ward_silhouette,share_low,share_high,clumping,cloud_mean,cloud_low,cloud_high,p,p_holm,"
    "verdict,moved_end,moved_low,moved_high";
enum { LAYERS_SHARE = 14, LAYERS_CLUMPING = 16 };

START_TEST(each_hook_point_has_the_files_of_its_own_run)
{
    static const char *const files[] = { "ttest.csv",           "tsne.csv",      "clusters.csv",
                                         "cluster_summary.csv", "centroids.csv", "gram.csv",
                                         "cosine.csv" };

    ck_assert_int_eq(circuittui("run --per-layer -H h.2.mlp.c_fc -H h.3.attn.c_proj -o %s/layers "
                                "> %s/layers.txt"),
                     0);
    /* The last 64 columns are the second hook point's; the forward pass must be the same. */
    ck_assert_int_eq(circuittui("--version; cut -d, -f1-3,260- %s/layers/activations.csv "
                                "> %s/one.csv"),
                     0);
    ck_assert_int_eq(circuittui("run -a %s/one.csv -o %s/one >/dev/null"), 0);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[2][80];
        snprintf(name[0], sizeof name[0], "one/%s", files[i]);
        snprintf(name[1], sizeof name[1], "layers/h.3.attn.c_proj/%s", files[i]);
        assert_same_file(name[0], name[1]);
    }
    ck_assert_int_eq(access(in_folder("layers/h.2.mlp.c_fc/ttest.csv"), R_OK), 0);
    ck_assert_int_ne(access(in_folder("layers/h.2.mlp.c_fc/activations.csv"), F_OK), 0);
    ck_assert_int_ne(access(in_folder("layers/ttest.csv"), F_OK), 0);
    ck_assert_int_eq(circuittui("--version; grep -q '^Layers ' %s/layers.txt"), 0);
    ck_assert_int_eq(circuittui("rerun %s/layers/manifest.json -o %s/relayers >/dev/null"), 0);
    assert_same_file("layers/h.2.mlp.c_fc/tsne.csv", "relayers/h.2.mlp.c_fc/tsne.csv");
    assert_same_file("layers/layers.csv", "relayers/layers.csv");
}
END_TEST

START_TEST(layers_csv_follows_from_the_files_of_the_layers)
{
    struct csv_table layers = read_table("layers/layers.csv", LAYERS_HEADER);
    struct csv_table tests = read_table("layers/h.3.attn.c_proj/ttest.csv", TTEST_HEADER);
    struct csv_table labels =
        read_table("layers/h.3.attn.c_proj/clusters.csv", "hook,neuron,t,dbscan,kmeans,ward");
    const double strongest = number_at(&layers, 2, 4);
    size_t n_noise = 0;

    ck_assert_uint_eq(layers.n_rows, 2);
    ck_assert_str_eq(csv_table_field(&layers, 1, 0).text, "h.2.mlp.c_fc");
    ck_assert_str_eq(csv_table_field(&layers, 2, 0).text, "h.3.attn.c_proj");
    ck_assert(number_at(&layers, 1, 1) == 256.0);
    ck_assert(number_at(&layers, 2, 1) == (double)tests.n_rows);
    ck_assert(number_at(&layers, 2, 2) == (double)labels.n_rows);
    for (size_t i = 1; i <= tests.n_rows; i++)
        ck_assert(fabs(number_at(&tests, i, 4)) <= fabs(strongest));
    ck_assert(number_at(&tests, (size_t)number_at(&layers, 2, 3) + 1, 4) == strongest);
    for (size_t i = 1; i <= labels.n_rows; i++)
        n_noise += number_at(&labels, i, 3) < 0.0;
    ck_assert(number_at(&layers, 2, 8) == (double)n_noise);
    ck_assert(fabs(number_at(&layers, 1, 11)) < 1.0);
    const double share = number_at(&layers, 1, 2) / number_at(&layers, 1, 1);
    ck_assert(number_at(&layers, 1, LAYERS_SHARE) <= share &&
              share <= number_at(&layers, 1, LAYERS_SHARE + 1));
    for (size_t j = LAYERS_CLUMPING; j < layers.n_cols; j++) /* without --answer */
        ck_assert_str_eq(csv_table_field(&layers, 1, j).text, "");
    csv_table_clear(&layers);
    csv_table_clear(&tests);
    csv_table_clear(&labels);
}
END_TEST

START_TEST(an_empty_layer_is_a_row_with_empty_fields)
{
    ck_assert_int_eq(circuittui("run --per-layer --alpha 1e-200 -o %s/nolayer >/dev/null"), 0);
    struct csv_table layers = read_table("nolayer/layers.csv", LAYERS_HEADER);
    ck_assert_uint_eq(layers.n_rows, 1);
    ck_assert(number_at(&layers, 1, 2) == 0.0);
    ck_assert_str_eq(csv_table_field(&layers, 1, 6).text, "");
    ck_assert_str_eq(csv_table_field(&layers, 1, 9).text, "");
    csv_table_clear(&layers);
}
END_TEST

/* Null models of fewer neurons than sentences lack dimensions; the report says so. */
START_TEST(few_neurons_are_a_caution)
{
    ck_assert_int_eq(circuittui("--version >/dev/null; cut -d, -f1-43 %s/activations.csv "
                                ">%s/few.csv"),
                     0);
    ck_assert_int_eq(circuittui("run -a %s/few.csv --answer --draws 5 --resamples 3 --pictures 1 "
                                "--iterations 250 >%s/few.txt"),
                     0);
    ck_assert_int_eq(circuittui("--version >/dev/null; grep -q 'fewer neurons (40) than sentences "
                                "(108)' %s/few.txt"),
                     0);
}
END_TEST

/* Each hook point has the answer of a run of its own; without a folder it would be nowhere. */
START_TEST(layers_have_their_own_answers)
{
    static const char *const files[] = { "answer.csv", "null.csv", "effects.csv", "groups.csv",
                                         "shuffled.csv" };

    ck_assert_int_eq(
        circuittui(
            "run --answer --draws 5 --resamples 3 --iterations 250 "
            "--shuffles 2 --per-layer -H h.2.mlp.c_fc -H h.3.mlp.c_fc -o %s/answers >/dev/null"),
        0);
    ck_assert_int_eq(circuittui("run --answer --draws 5 --resamples 3 --iterations 250 "
                                "--shuffles 2 -H h.3.mlp.c_fc -o %s/answer >/dev/null"),
                     0);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char one[80], layer[80];
        snprintf(one, sizeof one, "answer/%s", files[i]);
        snprintf(layer, sizeof layer, "answers/h.3.mlp.c_fc/%s", files[i]);
        assert_same_file(one, layer);
    }
    struct csv_table layers = read_table("answers/layers.csv", LAYERS_HEADER);
    struct csv_table one =
        read_table("answer/answer.csv", "hook,name,value,low,high,null_mean,null_sd,p,m");
    ck_assert_str_eq(csv_table_field(&one, 1, 1).text, "verdict");
    ck_assert_str_eq(csv_table_field(&layers, 2, LAYERS_CLUMPING + 6).text,
                     csv_table_field(&one, 1, 2).text);
    for (size_t i = 1; i <= one.n_rows; i++)
        if (strcmp(csv_table_field(&one, i, 1).text, "clumping") == 0) {
            ck_assert_str_eq(csv_table_field(&layers, 2, LAYERS_CLUMPING).text,
                             csv_table_field(&one, i, 2).text);
            ck_assert_str_eq(csv_table_field(&layers, 2, LAYERS_CLUMPING + 4).text,
                             csv_table_field(&one, i, 7).text);
        }
    csv_table_clear(&layers);
    csv_table_clear(&one);
    ck_assert_int_eq(circuittui("rerun %s/answers/manifest.json >/dev/null"), 0);
    ck_assert_int_eq(circuittui("run --answer --draws 5 --resamples 3 --iterations 250 --per-layer "
                                "-H h.2.mlp.c_fc -H h.3.mlp.c_fc >%s/printed"),
                     0);
    ck_assert_int_eq(circuittui("--version >/dev/null && grep -q ^Answers %s/printed"), 0);
}
END_TEST

/* The report names every edit that was asked for, and where the difference is. */
START_TEST(every_edit_is_reported)
{
    ck_assert_int_eq(
        circuittui("run --swap --map --lens --edit swap,mean --add 2 -H h.0.mlp.c_fc >%s/used"), 0);
    ck_assert_int_eq(circuittui(
                         "--version >/dev/null && grep -q '^Used' %s/used && "
                         "grep -q 'swapped with their twins' %s/used && "
                         "grep -q 'set to their means, by' %s/used && "
                         "grep -q 'with 2 times the difference of the groups added' %s/used && "
                         "grep -q '^Where' %s/used && grep -q '^Lens' %s/used && "
                         "grep -q '^Directly' %s/used"),
                     0);
}
END_TEST

/* With --swap, the summary of groups has the columns of effect.csv for the same neurons, else they
 * are empty; results with the columns that there were before are the same. */
START_TEST(groups_have_their_effects)
{
#define ANSWER "run --answer --draws 5 --resamples 3 --shuffles 0 --pictures 1 --iterations 250 "
    static const char was[] = "source,group,size,mean_t,recovery,gap_p,similarity";
    static const char has[] = "source,group,size,mean_t,recovery,gap_p,similarity,moved_end,"
                              "moved_next,kl_next,kl_end,loss,write,random_mean,random_sd,random_p,"
                              "t_mean,t_sd,t_p,write_mean,write_sd,write_p";
    size_t n_found = 0;

    ck_assert_int_eq(circuittui(ANSWER "--swap -H h.0.mlp.c_fc -o %s/swapped >/dev/null"), 0);
    ck_assert_int_eq(circuittui(ANSWER "-H h.0.mlp.c_fc -o %s/unswapped >/dev/null"), 0);
    struct csv_table groups = read_table("swapped/group_summary.csv", has);
    struct csv_table none = read_table("unswapped/group_summary.csv", has);
    struct csv_table effect = read_table("swapped/effect.csv", NULL);
    ck_assert_uint_eq(groups.n_rows, none.n_rows);
    for (size_t i = 1; i <= groups.n_rows; i++)
        for (size_t k = 1; k <= effect.n_rows; k++)
            if (strcmp(csv_table_field(&groups, i, 0).text, csv_table_field(&effect, k, 2).text) ==
                    0 &&
                strcmp(csv_table_field(&groups, i, 1).text, csv_table_field(&effect, k, 3).text) ==
                    0) {
                n_found++;
                ck_assert(number_at(&groups, i, 2) == number_at(&effect, k, 4));
                ck_assert(number_at(&groups, i, 7) == number_at(&effect, k, 5));
                ck_assert(number_at(&groups, i, 8) == number_at(&effect, k, 8));
                ck_assert(number_at(&groups, i, 12) == number_at(&effect, k, 12));
                ck_assert_str_eq(csv_table_field(&groups, i, 21).text, "");
                ck_assert_str_eq(csv_table_field(&none, i, 7).text, "");
            }
    ck_assert_uint_gt(n_found, 3);
    csv_table_clear(&groups);
    csv_table_clear(&none);
    csv_table_clear(&effect);
    ck_assert_int_eq(circuittui(
                         "--version >/dev/null; cd %s/unswapped && "
                         "new=$(sha256sum <group_summary.csv | cut -d' ' -f1) && "
                         "cut -d, -f1-7 group_summary.csv >old && mv old group_summary.csv && "
                         "old=$(sha256sum <group_summary.csv | cut -d' ' -f1) && "
                         "sed -i s/$new/$old/ manifest.json && grep -q $old manifest.json"),
                     0);
    struct csv_table before = read_table("unswapped/group_summary.csv", was);
    csv_table_clear(&before);
    ck_assert_int_eq(circuittui("rerun %s/unswapped/manifest.json >/dev/null"), 0);
#undef ANSWER
}
END_TEST

#define SHUFFLED_HEADER                                                                            \
    "shuffle,significant,largest_t,dbscan,noise,silhouette,silhouette_kmeans,clumping,p,draws,"    \
    "verdict"

/* Networks with shuffled weights are reported; without a model, or without any, there are none. */
START_TEST(shuffled_networks_are_compared_with)
{
    ck_assert_int_eq(circuittui("run --answer --draws 5 --resamples 2 --iterations 250 "
                                "-o %s/learned > %s/learned.txt"),
                     0);
    struct csv_table table = read_table("learned/shuffled.csv", SHUFFLED_HEADER);
    ck_assert_uint_eq(table.n_rows, 5);
    ck_assert(number_at(&table, 4, 1) == 161.0 && number_at(&table, 4, 0) == 3.0);
    csv_table_clear(&table);
    ck_assert_int_eq(circuittui("--version; tr -s ' \\n' ' ' < %s/learned.txt | "
                                "grep -q 'Learned? with shuffled weights 161 (153 to 181) "
                                "significant and [0-9. to()]* DBSCAN clusters; here 109 and'"),
                     0);
    ck_assert_int_eq(circuittui("--version; grep -q 'shuffled_significant,161,153,181,,,,5$' "
                                "%s/learned/answer.csv"),
                     0);

    ck_assert_int_eq(circuittui("run --answer --draws 5 --resamples 2 -a %s/one.csv "
                                "-o %s/unlearned > %s/unlearned.txt"),
                     0);
    table = read_table("unlearned/shuffled.csv", SHUFFLED_HEADER);
    ck_assert_uint_eq(table.n_rows, 0);
    csv_table_clear(&table);
    ck_assert_int_eq(circuittui("--version; grep -q '^Learned?  not asked' %s/unlearned.txt"), 0);

    ck_assert_int_eq(circuittui("run --answer --draws 5 --resamples 2 --shuffles 0 "
                                "-o %s/unasked > %s/unasked.txt"),
                     0);
    ck_assert_int_ne(circuittui("--version; grep -q Learned %s/unasked.txt"), 0);
}
END_TEST

/* A parameter of a stage that is not computed gives a caution. */
START_TEST(idle_options_are_a_caution)
{
    ck_assert_int_eq(circuittui("run --map --draws 5 --controls --alpha 0.1 >/dev/null "
                                "2>%s/idle.txt"),
                     0);
    ck_assert_int_eq(circuittui(
                         "--version >/dev/null; sed 's/.*run: //' %s/idle.txt "
                         "| sort | tr '\\n' , | grep -qx -- '--controls does nothing without "
                         "--swap,--draws does nothing without --answer,--map does nothing "
                         "without --swap,'"),
                     0);
    ck_assert_int_eq(circuittui("run --map --swap --draws 5 --answer --resamples 3 --pictures 1 "
                                "--iterations 250 >/dev/null 2>%s/idle.txt"),
                     0);
    ck_assert_int_eq(circuittui("--version >/dev/null; test ! -s %s/idle.txt"), 0);
}
END_TEST

/* A name from a file is not used as a path, and a folder contains one analysis. */
START_TEST(folders_of_layers_stay_inside_the_results)
{
    ck_assert_int_eq(circuittui("--version; mkdir %s/odd; sed '1s|h.3.attn.c_proj|../up|g' "
                                "%s/layers/activations.csv > %s/odd.csv"),
                     0);
    ck_assert_int_eq(circuittui("run --per-layer -a %s/odd.csv -o %s/odd >/dev/null"), 0);
    ck_assert_int_eq(access(in_folder("odd/%2E.%2Fup/tsne.csv"), R_OK), 0);
    ck_assert_int_ne(access(in_folder("up"), F_OK), 0);
    ck_assert_int_eq(circuittui("run --per-layer -a %s/odd.csv -o %s/odd >/dev/null 2>&1"), 1);
    ck_assert_int_eq(circuittui("run -a %s/one.csv -o %s/odd --force >/dev/null"), 0);
    ck_assert_int_ne(access(in_folder("odd/%2E.%2Fup"), F_OK), 0);
    ck_assert_int_ne(access(in_folder("odd/h.2.mlp.c_fc"), F_OK), 0);
    ck_assert_int_ne(access(in_folder("odd/layers.csv"), F_OK), 0);
    assert_same_file("one/tsne.csv", "odd/tsne.csv");
}
END_TEST

START_TEST(names_of_clusters_are_in_the_files)
{
    struct csv_table labels = read_table("clusters.csv", "hook,neuron,t,dbscan,kmeans,ward");
    char command[300];
    size_t r = 1;

    while (number_at(&labels, r, 3) < 1) /* a neuron of a cluster that is not the first */
        r++;
    const double cluster = number_at(&labels, r, 3);
    snprintf(command, sizeof command,
             "run --cluster-name dbscan:%s:%s=pronouns -o %%s/named > %%s/named.txt",
             csv_table_field(&labels, r, 0).text, csv_table_field(&labels, r, 1).text);
    ck_assert_int_eq(circuittui(command), 0);
    struct csv_table got =
        read_table("named/cluster_summary.csv", "method,cluster,size,mean_t,mean_abs_t,name");
    for (size_t i = 1; i <= got.n_rows; i++) {
        const bool is_it = strcmp(csv_table_field(&got, i, 0).text, "dbscan") == 0 &&
                           fabs(number_at(&got, i, 1) - cluster) < 0.5;
        ck_assert_str_eq(csv_table_field(&got, i, 5).text, is_it ? "pronouns" : "");
    }
    ck_assert_int_eq(circuittui("--version >/dev/null; grep -q '  pronouns$' %s/named.txt"), 0);
    assert_same_file("clusters.csv", "named/clusters.csv");
    csv_table_clear(&got);
    csv_table_clear(&labels);
}
END_TEST

START_TEST(nothing_significant_leaves_headers)
{
    ck_assert_int_eq(circuittui("run --alpha 1e-200 -o %s/none > %s/none.txt"), 0);
    struct csv_table points = read_table("none/tsne.csv", "hook,neuron,x,y");
    struct csv_table labels = read_table("none/clusters.csv", "hook,neuron,t,dbscan,kmeans,ward");
    struct csv_table rows =
        read_table("none/cluster_summary.csv", "method,cluster,size,mean_t,mean_abs_t");
    struct csv_table gram = read_table("none/gram.csv", "id");
    ck_assert_uint_eq(points.n_rows + labels.n_rows + rows.n_rows + gram.n_rows, 0);
    ck_assert_int_eq(circuittui("--version; grep -q 'no significant neuron' %s/none.txt"), 0);
    csv_table_clear(&points);
    csv_table_clear(&labels);
    csv_table_clear(&rows);
    csv_table_clear(&gram);
}
END_TEST

START_TEST(results_are_only_overwritten_with_force)
{
    ck_assert_int_eq(circuittui("run -o %s >/dev/null 2>%s/err.txt"), 1);
    ck_assert_int_eq(circuittui("run -o %s/again --force >/dev/null"), 0);
}
END_TEST

static const struct {
    int status;
    const char *arguments;
    const char *want; /* in the only line on stderr */
} failures[] = {
    { 2, "", "use circuittui run" },
    { 2, "run --alpha 2", "--alpha" },
    { 2, "dance", "unknown command" },
    { 2, "tokenize", "no text" },
    { 1, "run -m /nonexistent", "/nonexistent" },
    { 1, "run -m /dev/null", "/dev/null" },
    { 1, "run -m %s", "config.json" },
    { 1, "run -s /nonexistent.csv", "/nonexistent.csv" },
    { 1, "run -s %s", "directory" },
    { 1, "run -s /dev/null", "/dev/null" },
    { 1, "run -H h.99.mlp", "h.99.mlp" },
    { 1, "run -H 'x.*'", "x.*" },
    { 1, "run --contrast him,them", "them" },
    { 1, "run -a %s/manifest.json", "manifest.json" },
    { 1, "run -o /dev/null/x", "/dev/null" },
    { 1, "hooks -m /nonexistent", "/nonexistent" },
    { 1, "tokenize -m /nonexistent x", "/nonexistent" },
    { 1, "tokenize \"$(printf 'a\\377b')\"", "UTF-8" },
    { 1, "run > /dev/full", "standard output" },
};

START_TEST(failures_give_one_line_and_a_status)
{
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        char arguments[COMMAND_SIZE / 4];
        char line[1024] = "";
        char more[1024];

        snprintf(arguments, sizeof arguments, "%s 2>%%s/err.txt%s", failures[i].arguments,
                 strchr(failures[i].arguments, '>') != NULL ? "" : " >/dev/null");
        const int status = circuittui(arguments);
        ck_assert_msg(status == failures[i].status, "'%s': status %d", failures[i].arguments,
                      status);
        FILE *const file = fopen(in_folder("err.txt"), "r");
        ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
        ck_assert_msg(strncmp(line, "circuittui: ", 12) == 0 &&
                          strstr(line, failures[i].want) != NULL,
                      "'%s': %s", failures[i].arguments, line);
        ck_assert_msg(fgets(more, sizeof more, file) == NULL, "'%s': a second line: %s",
                      failures[i].arguments, more);
        fclose(file);
    }
}
END_TEST

/* A trained model of another family, with its own default hook point and a token in front. */
START_TEST(another_family_runs_as_the_demo_does)
{
    char arguments[1024];
    double n_significant = 0.0;
    double n_clusters = 0.0;

    snprintf(arguments, sizeof arguments,
             "run -m '%s' -o %%s/llama >%%s/llama.txt && grep -q 'Llama of 6 layers' %%s/llama.txt "
             "&& grep -q '|begin_of_text|> (2558), by tokenizer.json' %%s/llama.txt",
             fixture_path("demo_llama"));
    ck_assert_int_eq(circuittui(arguments), 0);
    struct csv_table table = read_table("llama/ttest.csv", TTEST_HEADER);
    ck_assert_uint_eq(table.n_rows, 176);
    for (size_t i = 1; i <= table.n_rows; i++) {
        ck_assert_str_eq(csv_table_field(&table, i, 0).text, "layers.3.mlp.gate_proj");
        n_significant += number_at(&table, i, 8);
    }
    csv_table_clear(&table);
    ck_assert(n_significant >= 90.0 && n_significant <= 104.0);
    table = read_table("llama/clusters.csv", NULL);
    ck_assert_uint_eq(table.n_rows, (size_t)n_significant);
    for (size_t i = 1; i <= table.n_rows; i++)
        n_clusters = fmax(n_clusters, 1.0 + number_at(&table, i, 3));
    csv_table_clear(&table);
    ck_assert(n_clusters >= 3.0);
}
END_TEST

START_TEST(the_other_commands_work)
{
    ck_assert_int_eq(circuittui("--version | grep -q '^circuittui [0-9]'"), 0);
    ck_assert_int_eq(circuittui("run --help | grep -q -- --perplexity"), 0);
    ck_assert_int_eq(circuittui("hooks | grep -q '^h.5.mlp.c_fc .*256'"), 0);
    ck_assert_int_eq(circuittui("hooks | grep -q '^h.0.mlp.c_fc  *.token, 256.  *0  '"), 0);
    ck_assert_int_eq(circuittui("hooks | grep -q '^wte  *.token, 64.  *-  '"), 0);
    ck_assert_int_eq(circuittui("tokenize --ids ' him' ' her' | grep -c '^[0-9]*$' | grep -qx 2"),
                     0);
    ck_assert_int_eq(circuittui("tokenize --ids - ' him' < /dev/null | grep -qx '[0-9]*'"), 0);
    /* Lines end with LF or CRLF, the last one in any way; the first may begin with a mark. */
    ck_assert_int_eq(circuittui("tokenize --ids I him her > %s/plain.txt"), 0);
    for (size_t i = 0; i < 4; i++) {
        static const char *const lines[] = { "I\\nhim\\nher\\n", "I\\r\\nhim\\r\\nher\\r\\n",
                                             "\\357\\273\\277I\\nhim\\nher",
                                             "\\357\\273\\277I\\r\\nhim\\r\\nher\\r" };
        char arguments[200];
        snprintf(
            arguments, sizeof arguments,
            "--version >&2; printf '%s' | \"$CIRCUITTUI\" tokenize --ids - | cmp - %%s/plain.txt",
            lines[i]);
        ck_assert_int_eq(circuittui(arguments), 0);
    }
}
END_TEST

START_TEST(plots_are_plain_text_on_request)
{
    /* At least sixteen lines, without escape sequences or non-ASCII bytes. */
    ck_assert_int_eq(circuittui("run --plot --ascii --color never > %s/plots.txt"), 0);
    FILE *const file = fopen(in_folder("plots.txt"), "r");
    size_t n = 0;
    for (int ch = fgetc(file); ch != EOF; ch = fgetc(file)) {
        ck_assert_msg(ch == '\n' || (ch >= ' ' && ch < 127), "byte %d", ch);
        n++;
    }
    fclose(file);
    ck_assert_uint_gt(n, 10000);
    ck_assert_int_eq(circuittui("run --plot --color always | grep -q \"$(printf '\\033')\\[\""), 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        activations_match_the_reference,
        t_tests_match_scipy,
        the_embedding_has_the_quality_and_size_of_scikit_learns,
        dbscan_labels_follow_from_the_embedding,
        summaries_follow_from_the_labels,
        centroids_are_means_of_their_points,
        matrices_follow_from_the_activations,
        matrices_are_sorted_by_cluster,
        a_second_run_gives_the_same_files,
        a_run_can_start_from_its_own_activations,
        each_hook_point_has_the_files_of_its_own_run,
        layers_csv_follows_from_the_files_of_the_layers,
        an_empty_layer_is_a_row_with_empty_fields,
        layers_have_their_own_answers,
        every_edit_is_reported,
        groups_have_their_effects,
        shuffled_networks_are_compared_with,
        few_neurons_are_a_caution,
        idle_options_are_a_caution,
        folders_of_layers_stay_inside_the_results,
        nothing_significant_leaves_headers,
        names_of_clusters_are_in_the_files,
        results_are_only_overwritten_with_force,
        failures_give_one_line_and_a_status,
        another_family_runs_as_the_demo_does,
        the_other_commands_work,
        plots_are_plain_text_on_request,
    };
    char command[COMMAND_SIZE];

    if (mkdtemp(folder) == NULL) {
        perror(folder);
        return 1;
    }
    snprintf(command, sizeof command, "'%s' run -o '%s' > '%s/report.txt'", getenv("CIRCUITTUI"),
             folder, folder);
    if (system(command) != 0)
        return 1;
    const int failed = RUN_TESTS("run", tests);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) != 0 || failed;
}
