/*
 * The report and the manifest, number by number: each is compared with what follows from the result
 * files, computed differently. Of the words only names are checked, and the order of names and
 * numbers.
 */
#include "config.h"
#include "support.h"

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "io/csv_table.h"
#include "io_temp.h"

/* ---- inputs ---- */

/* Rows of three groups, each of which is left out once. Neuron 0 is constant, 3 has a NaN, 5 is
 * constant in each group, 7 has the largest |t|, negative for x minus y. */
static void put_activations(void)
{
    FILE *const file = fopen(temp_path("acts.csv"), "w");

    fprintf(file, "group");
    for (int j = 0; j < 24; j++)
        fprintf(file, ",%s:%d", j < 12 ? "n.1" : "n.2", j % 12);
    for (int i = 0; i < 30; i++) {
        const int g = i * 7 % 3;
        fprintf(file, "\n%c", 'x' + g);
        for (int j = 0; j < 24; j++)
            if (j == 3 && i == 10)
                fprintf(file, ",nan");
            else if (j == 0)
                fprintf(file, ",2.5");
            else
                fprintf(file, ",%.3f",
                        (j * g % 5 - j % 4) * 1.5 + (j == 7) * 40 * g +
                            (i * i * 7 + j * j * 13 + i * j * 31) % 97 / (40.0 + j));
    }
    fprintf(file, "\n");
    ck_assert_int_eq(fclose(file), 0);
}

/* ---- files of a run ---- */

struct run {
    char *report;
    json_t *manifest;
    struct csv_table acts, ttest, tsne, clusters, rows, centroids, cosine;
    const char *names[4]; /* known words: groups compared, hook points */
    size_t n_groups[2];
    size_t n_significant;
};

static void read_table(const char *folder, const char *file, struct csv_table *table)
{
    char name[300];
    struct ct_error err = { 0 };

    snprintf(name, sizeof name, "%s/%s", folder, file);
    ck_assert_msg(csv_table_read(temp_path(name), table, &err) == CT_OK, "%s", err.text);
}

static const char *field(const struct csv_table *t, size_t row, const char *column)
{
    const size_t col = csv_table_find(t, column);

    ck_assert_msg(col < t->n_cols, "no column %s", column);
    return csv_table_field(t, row + 1, col).text;
}

static double value(const struct csv_table *t, size_t row, const char *column)
{
    const char *const text = field(t, row, column);

    return *text == '\0' ? NAN : strtod(text, NULL);
}

static void run_begin(struct run *r, const char *folder, const char *arguments)
{
    char line[1000];
    char path[100];

    *r = (struct run){ .report = NULL };
    snprintf(line, sizeof line, "$C run %s -o %s", arguments, folder);
    const int status = temp_shell(line);
    ck_assert_msg(status == 0, "%s: %s", line, slurp(temp_path("err"), NULL));
    r->report = slurp(temp_path("out"), NULL);
    snprintf(path, sizeof path, "%s/manifest.json", folder);
    r->manifest = json_load_file(temp_path(path), 0, NULL);
    ck_assert_ptr_nonnull(r->manifest);
    read_table(folder, "activations.csv", &r->acts);
}

/* Reads the result files of the whole, or of a hook point's folder. */
static void read_results(struct run *r, const char *folder)
{
    read_table(folder, "ttest.csv", &r->ttest);
    read_table(folder, "tsne.csv", &r->tsne);
    read_table(folder, "clusters.csv", &r->clusters);
    read_table(folder, "cluster_summary.csv", &r->rows);
    read_table(folder, "centroids.csv", &r->centroids);
    read_table(folder, "cosine.csv", &r->cosine);
    r->n_significant = r->clusters.n_rows;
}

static void clear_results(struct run *r)
{
    csv_table_clear(&r->ttest);
    csv_table_clear(&r->tsne);
    csv_table_clear(&r->clusters);
    csv_table_clear(&r->rows);
    csv_table_clear(&r->centroids);
    csv_table_clear(&r->cosine);
}

static void run_clear(struct run *r)
{
    clear_results(r);
    csv_table_clear(&r->acts);
    free(r->report);
    json_decref(r->manifest);
}

static const json_t *member(const struct run *r, const char *object, const char *key)
{
    const json_t *const found = json_object_get(json_object_get(r->manifest, object), key);

    ck_assert_msg(found != NULL, "%s.%s", object, key);
    return found;
}

static double number(const struct run *r, const char *object, const char *key)
{
    const json_t *const found = member(r, object, key);

    return json_is_null(found) ? NAN : json_number_value(found);
}

static const char *word(const struct run *r, const char *key)
{
    return json_string_value(member(r, "parameters", key));
}

/* ---- numbers in order ---- */

struct facts { /* separated by blanks */
    char text[20000];
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void fact(struct facts *f, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    f->used += (size_t)vsnprintf(f->text + f->used, sizeof f->text - f->used, format, args);
    va_end(args);
    f->used += (size_t)snprintf(f->text + f->used, sizeof f->text - f->used, " ");
    ck_assert_uint_lt(f->used, sizeof f->text);
}

static bool is_number(const char *token)
{
    char plain[64];
    size_t n = 0;
    char *end;

    if (!isdigit((unsigned char)token[strspn(token, "-+.")]))
        return false;
    for (; *token != '\0' && n + 1 < sizeof plain; token++)
        if (*token != ',')
            plain[n++] = *token;
    plain[n] = '\0';
    (void)strtod(plain, &end);
    return *end == '\0';
}

static bool is_name(const struct run *r, const char *token)
{
    for (size_t i = 0; i < sizeof r->names / sizeof *r->names && r->names[i] != NULL; i++) {
        const size_t n = strlen(r->names[i]);
        if (strncmp(token, r->names[i], n) == 0 && (token[n] == '\0' || token[n] == ':'))
            return true;
    }
    return false;
}

/* The section of the report with a heading, up to the next one, owned by the caller. */
static char *section(const struct run *r, const char *heading)
{
    const size_t n = strlen(heading);
    const char *at = r->report;

    while (strncmp(at, heading, n) != 0 || at[n] != ' ') {
        at = strchr(at, '\n');
        ck_assert_msg(at != NULL && at[1] != '\0', "no %s in %s", heading, r->report);
        at++;
    }
    const char *end = strchr(at, '\n') + 1;
    while (*end == ' ')
        end = strchr(end, '\n') + 1;
    return strndup(at + n, (size_t)(end - at) - n);
}

/* The numbers and known names of a section, in order. */
static void read_facts(const struct run *r, const char *heading, struct facts *f)
{
    char *const text = section(r, heading);
    char *rest = NULL;

    *f = (struct facts){ .used = 0 };
    for (char *token = strtok_r(text, " \n", &rest); token != NULL;
         token = strtok_r(NULL, " \n", &rest)) {
        while (*token == '(')
            token++;
        for (size_t n = strlen(token); n > 0 && strchr(",;:).%", token[n - 1]) != NULL; n--)
            token[n - 1] = '\0';
        if (is_number(token) || is_name(r, token))
            fact(f, "%s", token);
    }
    free(text);
}

static bool same_token(const char *a, const char *b)
{
    return strcmp(a, b) == 0 ||
           (is_number(a) && is_number(b) && strtod(a, NULL) == 0.0 && strtod(b, NULL) == 0.0);
}

static void assert_facts(const struct run *r, const char *heading, const struct facts *want)
{
    struct facts got;
    char copy[2][sizeof got.text];
    char *rest[2] = { NULL, NULL };

    read_facts(r, heading, &got);
    memcpy(copy[0], got.text, sizeof got.text);
    memcpy(copy[1], want->text, sizeof got.text);
    for (char *a = copy[0], *b = copy[1];; a = NULL, b = NULL) {
        const char *const x = strtok_r(a, " ", &rest[0]);
        const char *const y = strtok_r(b, " ", &rest[1]);
        if (x == NULL && y == NULL)
            return;
        ck_assert_msg(x != NULL && y != NULL && same_token(x, y), "%s: reports\n%s\nwant\n%s\n%s",
                      heading, got.text, want->text, r->report);
    }
}

/* 1482 -> 1,482 */
static const char *with_commas(size_t n, char out[32])
{
    if (n < 1000)
        snprintf(out, 32, "%zu", n);
    else
        snprintf(out, 32, "%zu,%03zu", n / 1000, n % 1000);
    return out;
}

/* ---- expected contents ---- */

static bool is_paired(const struct run *r)
{
    return strcmp(word(r, "test"), "paired") == 0;
}

static double count_rows(const struct run *r, const char *group)
{
    double n = 0;

    for (size_t i = 0; i < r->acts.n_rows; i++)
        n += strcmp(field(&r->acts, i, "group"), group) == 0;
    return n;
}

static void find_groups(struct run *r)
{
    for (size_t g = 0; g < 2; g++) {
        r->names[g] = json_string_value(json_array_get(member(r, "outcome", "contrast"), g));
        r->n_groups[g] = (size_t)count_rows(r, r->names[g]);
        ck_assert_uint_eq(r->n_groups[g], (size_t)json_integer_value(
                                              json_array_get(member(r, "counts", "groups"), g)));
    }
    ck_assert_uint_eq(r->acts.n_rows, (size_t)number(r, "counts", "sentences"));
}

struct expected { /* facts that are not in the result files */
    const char *arguments;
    size_t n_twins;    /* sentences that duplicate another */
    size_t twins[2];   /* and the first duplicates, by their rows in the file */
    size_t n_computed; /* tokens, when shared beginnings are computed once */
    size_t n_tokens;
    bool are_pairs;
    bool is_file; /* no model */
};

static void check_sentences(const struct run *r, const struct expected *e)
{
    const size_t n = r->n_groups[0] + r->n_groups[1];
    struct facts want = { .used = 0 };
    char *const text = section(r, "Sentences");
    char first[200];

    fact(&want, "%zu %zu %s %zu %s", r->acts.n_rows, r->n_groups[0], r->names[0], r->n_groups[1],
         r->names[1]);
    if (e->n_twins > 0)
        fact(&want, "%zu %zu %zu %zu", e->n_twins, n, e->twins[0], e->twins[1]);
    assert_facts(r, "Sentences", &want);
    ck_assert_uint_eq((size_t)number(r, "counts", "unique_to_target"),
                      e->is_file ? 0 : n - e->n_twins);
    /* Omitted groups are mentioned if and only if there are any. */
    snprintf(first, sizeof first, " %s\n", r->names[1]);
    ck_assert_msg((strstr(text, first) != NULL) == (n == r->acts.n_rows), "%s", text);
    ck_assert_msg((strstr(text, "--test paired") != NULL) == (e->are_pairs && !is_paired(r)), "%s",
                  text);
    free(text);
}

static void check_hooks(struct run *r, const struct expected *e)
{
    const json_t *const hooks = member(r, "outcome", "hooks");
    struct facts want = { .used = 0 };
    size_t n_all = 0;
    char digits[32];

    for (size_t h = 0; h < json_array_size(hooks); h++) {
        const char *const name = json_string_value(json_array_get(hooks, h));
        size_t n = 0;
        for (size_t j = 0; j < r->acts.n_cols; j++) {
            const char *const id = csv_table_field(&r->acts, 0, j).text;
            n += strncmp(id, name, strlen(name)) == 0 && id[strlen(name)] == ':';
        }
        ck_assert_uint_gt(n, 0);
        r->names[2 + h] = name;
        n_all += n;
        fact(&want, "%s %s", name, with_commas(n, digits));
    }
    ck_assert_uint_eq(n_all, (size_t)number(r, "counts", "neurons"));
    if (!e->is_file)
        fact(&want, "%zu %zu", e->n_computed, e->n_tokens);
    assert_facts(r, e->is_file ? "Neurons" : "Hook", &want);
}

/* ---- the t-test ---- */

static double mean_of(const double *x, size_t n)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum / (double)n;
}

static double squared_error(const double *x, size_t n) /* of the mean */
{
    const double mean = mean_of(x, n);
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += (x[i] - mean) * (x[i] - mean);
    return sum / (double)(n - 1) / (double)n;
}

/* P(|T| > t): the power series of the incomplete beta function; where it converges too slowly, near
 * t = 0, the finite sums of Abramowitz & Stegun 26.7.3 and 26.7.4 for an integer df, or NaN. */
static double two_sided(double t, double df)
{
    const double x = df / (df + t * t), a = df / 2.0;
    const double theta = atan2(fabs(t), sqrt(df)), c = cos(theta), s = sin(theta);
    const bool is_odd = fmod(df, 2.0) == 1.0;
    double term = 1.0, sum = 1.0;

    if (x < 0.99) { /* B(a, 1/2) = Gamma(a) Gamma(1/2) / Gamma(a + 1/2) */
        for (double k = 1.0; term > 1e-17; k++) {
            term *= (k - 0.5) / k * x;
            sum += term * a / (a + k);
        }
        return exp(a * log(x) + lgamma(a + 0.5) - lgamma(a + 1.0)) / sqrt(acos(-1.0)) * sum;
    }
    if (fmod(df, 1.0) != 0.0)
        return NAN;
    term = sum = is_odd ? (df > 1.0 ? c : 0.0) : 1.0;
    for (double k = is_odd ? 3.0 : 2.0; k + 1.0 < df; k += 2.0) {
        term *= c * c * (k - 1.0) / k;
        sum += term;
    }
    return 1.0 - (is_odd ? (theta + s * sum) / acos(0.0) : s * sum);
}

/* t and df of a neuron from its activations in both groups. */
static void compute_t(const struct run *r, const double *a, const double *b, double *t, double *df)
{
    const size_t n_a = r->n_groups[0], n_b = r->n_groups[1];
    const double v_a = squared_error(a, n_a), v_b = squared_error(b, n_b);

    *df = (double)(n_a + n_b - 2);
    if (is_paired(r)) {
        double d[200];
        for (size_t i = 0; i < n_a; i++)
            d[i] = a[i] - b[i];
        *t = mean_of(d, n_a) / sqrt(squared_error(d, n_a));
        *df = (double)(n_a - 1);
    } else if (strcmp(word(r, "test"), "welch") == 0) {
        *t = (mean_of(a, n_a) - mean_of(b, n_b)) / sqrt(v_a + v_b);
        *df = (v_a + v_b) * (v_a + v_b) /
              (v_a * v_a / (double)(n_a - 1) + v_b * v_b / (double)(n_b - 1));
    } else {
        const double pooled = (v_a * (double)(n_a * (n_a - 1)) + v_b * (double)(n_b * (n_b - 1))) /
                              (double)(n_a + n_b - 2);
        *t = (mean_of(a, n_a) - mean_of(b, n_b)) /
             sqrt(pooled * (1.0 / (double)n_a + 1.0 / (double)n_b));
    }
}

static const char *neuron_id(const struct csv_table *t, size_t row)
{
    static char id[200];

    snprintf(id, sizeof id, "%s:%s", field(t, row, "hook"), field(t, row, "neuron"));
    return id;
}

/* Nine digits identify every float32, and a model's activations are float32. */
static double activation(const struct run *r, size_t row, const char *id)
{
    const double x = value(&r->acts, row, id);

    return json_is_null(member(r, "parameters", "activations")) ? (double)(float)x : x;
}

/* Column j of ttest.csv from the activations. */
static void check_neuron(const struct run *r, size_t j)
{
    const struct csv_table *const t = &r->ttest;
    double x[2][200];
    size_t n[2] = { 0, 0 };
    double statistic, df;

    for (size_t i = 0; i < r->acts.n_rows; i++)
        for (size_t g = 0; g < 2; g++)
            if (strcmp(field(&r->acts, i, "group"), r->names[g]) == 0)
                x[g][n[g]++] = activation(r, i, neuron_id(t, j));
    const double means[2] = { mean_of(x[0], n[0]), mean_of(x[1], n[1]) };
    const double written[2] = { value(t, j, "mean_a"), value(t, j, "mean_b") };
    assert_allclose(written, means, 2, 1e-12,
                    1e-13); /* sums of a hundred numbers in another order */
    compute_t(r, x[0], x[1], &statistic, &df);
    const double p = value(t, j, "p");
    if (!isfinite(statistic)) {
        ck_assert_msg(isnan(p) || p == 0.0, "%s: p %g", neuron_id(t, j), p);
        return;
    }
    const double got[2] = { value(t, j, "t"), value(t, j, "df") };
    assert_allclose(got, (double[]){ statistic, df }, 2, 1e-9, 1e-12);
    const double want = two_sided(statistic, df);
    if (!isnan(want))
        assert_allclose(&p, &want, 1, 1e-9, 1e-12); /* of powers with a large exponent */
}

static int compare_p(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The bound that p is compared with, from the column of p. */
static double threshold(const struct run *r)
{
    const double alpha = number(r, "parameters", "alpha");
    const size_t n = r->ttest.n_rows;
    double *const p = malloc(n * sizeof *p);
    size_t m = 0;
    double bound = 0.0;

    for (size_t j = 0; j < n; j++)
        if (!isnan(value(&r->ttest, j, "p")))
            p[m++] = value(&r->ttest, j, "p");
    qsort(p, m, sizeof *p, compare_p);
    for (size_t k = 0; k < m; k++)
        if (p[k] <= alpha * (double)(k + 1) / (double)n)
            bound = p[k];
    free(p);
    if (strcmp(word(r, "correction"), "bonferroni") == 0)
        return alpha / (double)n;
    return strcmp(word(r, "correction"), "none") == 0 ? alpha : bound;
}

/* The significant neurons, by ttest.csv and by its column of p. */
static void check_significant(const struct run *r)
{
    const bool is_fdr = strcmp(word(r, "correction"), "fdr") == 0;
    const double bound = threshold(r);
    size_t n = 0;

    for (size_t j = 0; j < r->ttest.n_rows; j++) {
        const double p = value(&r->ttest, j, "p");
        const bool is_below = is_fdr ? p <= bound : p < bound;
        ck_assert_msg((value(&r->ttest, j, "significant") == 1.0) == is_below, "%s: p %g",
                      neuron_id(&r->ttest, j), p);
        if (is_below) {
            const char *const id = neuron_id(&r->clusters, n);
            ck_assert_str_eq(id, neuron_id(&r->ttest, j));
            ck_assert(value(&r->clusters, n, "t") == value(&r->ttest, j, "t"));
            ck_assert_str_eq(neuron_id(&r->tsne, n), neuron_id(&r->ttest, j));
            n++;
        }
    }
    ck_assert_uint_eq(n, r->clusters.n_rows);
    ck_assert_uint_eq(n, r->tsne.n_rows);
}

/* The |t| at which two_sided() is p. */
static double critical_t(double p, double df)
{
    double low = 0.0, high = 1e6;

    for (int i = 0; i < 200; i++) {
        const double middle = (low + high) / 2.0;
        *(two_sided(middle, df) > p ? &low : &high) = middle;
    }
    return low;
}

static void add_threshold(const struct run *r, struct facts *want)
{
    const char *const correction = word(r, "correction");
    const double alpha = number(r, "parameters", "alpha");
    const double p = threshold(r);
    const size_t n = r->n_groups[0] + r->n_groups[1];
    const double df = (double)(is_paired(r) ? r->n_groups[0] - 1 : n - 2);

    fact(want, "%g", alpha);
    if (strcmp(correction, "bonferroni") == 0)
        fact(want, "%zu %.4g", r->ttest.n_rows, p);
    else if (strcmp(correction, "none") == 0)
        fact(want, "%zu", r->ttest.n_rows);
    else if (r->n_significant > 0)
        fact(want, "%.4g", p);
    else
        return;
    if (strcmp(word(r, "test"), "welch") != 0)
        fact(want, "%.6f", critical_t(p, df));
}

static void check_ttest(const struct run *r)
{
    const struct csv_table *const t = &r->ttest;
    const size_t n_a = r->n_groups[0], n_b = r->n_groups[1];
    struct facts want = { .used = 0 };
    size_t n_higher = 0, n_nan = 0, best = 0;
    char digits[2][32];

    fact(&want, "%s %s", r->names[0], r->names[1]);
    if (strcmp(word(r, "test"), "welch") != 0)
        fact(&want, "%zu", is_paired(r) ? n_a - 1 : n_a + n_b - 2);
    add_threshold(r, &want);
    fact(&want, "%s %s %.1f", with_commas(r->n_significant, digits[0]),
         with_commas(t->n_rows, digits[1]), 100.0 * (double)r->n_significant / (double)t->n_rows);
    for (size_t j = 0; j < t->n_rows; j++)
        n_nan += isnan(value(t, j, "p")) ? 1 : 0;
    if (n_nan > 0)
        fact(&want, "%zu", n_nan);
    for (size_t j = 0; j < t->n_rows; j++) {
        if (value(t, j, "significant") != 1.0)
            continue;
        n_higher += value(t, j, "mean_a") > value(t, j, "mean_b");
        if (value(t, best, "significant") != 1.0 ||
            fabs(value(t, j, "t")) > fabs(value(t, best, "t")))
            best = j;
    }
    if (r->n_significant > 0)
        fact(&want, "%zu %s %zu %s %s %.2f %.2g", n_higher, r->names[0],
             r->n_significant - n_higher, r->names[1], neuron_id(t, best), value(t, best, "t"),
             value(t, best, "p"));
    assert_facts(r, "t-test", &want);
    ck_assert_uint_eq((size_t)number(r, "counts", "significant"), r->n_significant);
    assert_allclose((double[]){ number(r, "outcome", "p_threshold") }, (double[]){ threshold(r) },
                    1, 1e-15, 0.0);
}

/* ---- t-SNE and clusters ---- */

static double perplexity_of(const struct run *r)
{
    const double asked = number(r, "parameters", "perplexity");
    const double n = (double)r->n_significant;

    if (n < 2)
        return 0.0;
    return asked < n ? asked : fmax((n - 1.0) / 3.0, 1.0);
}

static void check_tsne(const struct run *r)
{
    const double asked = number(r, "parameters", "perplexity");
    const double used = perplexity_of(r);
    const size_t n = r->n_significant;
    const double n_iter = number(r, "outcome", "tsne_iterations");
    struct facts want = { .used = 0 };

    ck_assert(number(r, "outcome", "perplexity") == used);
    if (n >= 2) {
        const double kl = number(r, "outcome", "kl_divergence");
        ck_assert(number(r, "outcome", "learning_rate") == fmax((double)n / 12.0 / 4.0, 50.0));
        ck_assert(n_iter >= 50.0 && n_iter <= number(r, "parameters", "iterations"));
        fact(&want, "%zu %.4g %.0f %.4f", n, used, n_iter, fabs(kl));
        if (n < 256)
            fact(&want, "4"); /* descents */
        if (used < asked)
            fact(&want, "%g", asked);
    }
    assert_facts(r, "t-SNE", &want);
}

static double distance(const struct run *r, size_t i, size_t j)
{
    return hypot(value(&r->tsne, i, "x") - value(&r->tsne, j, "x"),
                 value(&r->tsne, i, "y") - value(&r->tsne, j, "y"));
}

/* Rousseeuw's mean of (b - a) / max(a, b), without noise; NaN for fewer than two clusters, or for
 * as many as points. */
static double silhouette(const struct run *r, const char *method, size_t n_clusters)
{
    const size_t n = r->clusters.n_rows;
    double sum = 0.0;
    size_t n_points = 0;

    for (size_t i = 0; i < n; i++) {
        const double own = value(&r->clusters, i, method);
        double a = 0.0, b = INFINITY;
        if (own < 0.0)
            continue;
        n_points++;
        for (size_t c = 0; c < n_clusters; c++) {
            double total = 0.0, size = 0.0;
            for (size_t j = 0; j < n; j++)
                if (j != i && value(&r->clusters, j, method) == (double)c) {
                    total += distance(r, i, j);
                    size++;
                }
            if ((double)c == own)
                a = size > 0.0 ? total / size : NAN;
            else
                b = fmin(b, total / size);
        }
        sum += isnan(a) ? 0.0 : (b - a) / fmax(a, b);
    }
    return n_clusters < 2 || n_clusters >= n_points ? NAN : sum / (double)n_points;
}

static void add_clusters(const struct run *r, const char *method, size_t n_clusters,
                         struct facts *want)
{
    for (size_t c = 0; c < n_clusters && c < 24; c++) {
        double size = 0.0, t = 0.0, abs_t = 0.0;
        for (size_t i = 0; i < r->clusters.n_rows; i++)
            if (value(&r->clusters, i, method) == (double)c) {
                size++;
                t += value(&r->clusters, i, "t");
                abs_t += fabs(value(&r->clusters, i, "t"));
            }
        fact(want, "%zu %.0f %.2f %.2f", c, size, t / size, abs_t / size);
    }
    if (n_clusters > 24)
        fact(want, "%zu", n_clusters - 24);
}

/* The headings of the small tables of clusters match the order of their columns. */
static void check_headings(const struct run *r, const char *heading)
{
    char *const text = section(r, heading);
    const char *const head = strstr(text, "cluster    ");

    if (head != NULL) {
        const char *const end = strchr(head, '\n');
        const char *const size = strstr(head, "size");
        const char *const mean = strstr(head, "mean t");
        const char *const mean_abs = strstr(head, "mean |t|");
        ck_assert_msg(size != NULL && size < mean && mean < mean_abs && mean_abs < end, "%s", text);
    }
    free(text);
}

static size_t count_labels(const struct run *r, const char *method, size_t *n_noise)
{
    double largest = -1.0;

    *n_noise = 0;
    for (size_t i = 0; i < r->clusters.n_rows; i++) {
        largest = fmax(largest, value(&r->clusters, i, method));
        *n_noise += value(&r->clusters, i, method) < 0.0;
    }
    return (size_t)(largest + 1.0);
}

/* The sum of squared distances to the centres of their clusters. */
static double inertia(const struct run *r)
{
    double sum = 0.0;

    for (size_t i = 0; i < r->tsne.n_rows; i++) {
        const size_t c = (size_t)value(&r->clusters, i, "kmeans");
        ck_assert(value(&r->centroids, c, "cluster") == (double)c);
        sum += pow(value(&r->tsne, i, "x") - value(&r->centroids, c, "x"), 2.0) +
               pow(value(&r->tsne, i, "y") - value(&r->centroids, c, "y"), 2.0);
    }
    return sum;
}

static void check_silhouette(const struct run *r, const char *key, double want)
{
    /* Coordinates have the nine digits of float32. */
    assert_allclose((double[]){ number(r, "outcome", key) }, &want, 1, 1e-6, 1e-7);
}

static void check_clusters(const struct run *r)
{
    struct facts dbscan = { .used = 0 };
    struct facts kmeans = { .used = 0 };
    size_t n_noise, none;
    const size_t n = count_labels(r, "dbscan", &n_noise);
    const size_t k = count_labels(r, "kmeans", &none);
    const double scores[2] = { silhouette(r, "dbscan", n), silhouette(r, "kmeans", k) };

    ck_assert_uint_eq((size_t)number(r, "counts", "dbscan_clusters"), n);
    ck_assert_uint_eq((size_t)number(r, "counts", "dbscan_noise"), n_noise);
    ck_assert_uint_eq((size_t)number(r, "counts", "kmeans_clusters"), k);
    ck_assert_uint_eq(k,
                      (size_t)fmin(number(r, "parameters", "clusters"), (double)r->n_significant));
    if (r->n_significant > 0) {
        fact(&dbscan, "%g %.0f %zu %zu", number(r, "parameters", "eps"),
             number(r, "parameters", "min-samples"), n, n_noise);
        if (!isnan(scores[0]))
            fact(&dbscan, "%.4f", scores[0]);
        add_clusters(r, "dbscan", n, &dbscan);
        fact(&kmeans, "%zu %.6g", k, number(r, "outcome", "inertia"));
        if (!isnan(scores[1]))
            fact(&kmeans, "%.4f", scores[1]);
        add_clusters(r, "kmeans", k, &kmeans);
    }
    assert_facts(r, "DBSCAN", &dbscan);
    assert_facts(r, "k-means", &kmeans);
    check_headings(r, "DBSCAN");
    check_headings(r, "k-means");
    check_silhouette(r, "dbscan_silhouette", scores[0]);
    check_silhouette(r, "kmeans_silhouette", scores[1]);
    assert_allclose((double[]){ number(r, "outcome", "inertia") }, (double[]){ inertia(r) }, 1,
                    1e-6, 1e-9);
}

/* Means of cosine.csv, which has another order. */
static void check_cosines(const struct run *r)
{
    const size_t n = r->cosine.n_rows;
    double sums[3] = { 0.0, 0.0, 0.0 }, counts[3] = { 0.0, 0.0, 0.0 };
    double labels[400];
    struct facts want = { .used = 0 };

    ck_assert_uint_eq(n, r->n_significant);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            if (strcmp(neuron_id(&r->clusters, k), csv_table_field(&r->cosine, i + 1, 0).text) == 0)
                labels[i] = value(&r->clusters, k, "dbscan");
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            const double cosine = strtod(csv_table_field(&r->cosine, i + 1, j + 1).text, NULL);
            const size_t kind = labels[i] < 0.0 || labels[j] < 0.0 ? 0
                                : labels[i] == labels[j]           ? 1
                                                                   : 2;
            sums[0] += cosine;
            counts[0]++;
            if (kind > 0) {
                sums[kind] += cosine;
                counts[kind]++;
            }
        }
    for (size_t kind = 0; kind < 3; kind++)
        if (counts[kind] > 0.0)
            fact(&want, "%.3f", sums[kind] / counts[kind]);
    assert_facts(r, "Cosine", &want);
}

/* ---- the rest ---- */

static void check_seconds(const struct run *r)
{
    const json_t *const seconds = json_object_get(r->manifest, "seconds");
    struct facts want = { .used = 0 };
    double sum = 0.0;
    const char *name;
    json_t *one;

    json_object_foreach((json_t *)seconds, name, one)
    {
        fact(&want, "%.3f", json_number_value(one));
        sum += json_number_value(one);
    }
    fact(&want, "%.3f", sum);
    assert_facts(r, "Seconds", &want);
}

/* Every file on disk is listed in the report and in the manifest. */
static void check_files(const struct run *r, const char *folder, size_t n_layers)
{
    const json_t *const results = json_object_get(r->manifest, "results");
    char *const text = section(r, "Files");
    size_t n_whole = 1; /* the manifest */

    for (size_t i = 0; i < json_array_size(results); i++) {
        const char *const file =
            json_string_value(json_object_get(json_array_get(results, i), "file"));
        char path[400], line[600];
        size_t size;
        snprintf(path, sizeof path, "%s/%s", folder, file);
        free(slurp(temp_path(path), &size));
        ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(results, i), "bytes")),
                         (long long)size);
        snprintf(line, sizeof line, "test \"$(sha256sum <%s | cut -c1-64)\" = %s", path,
                 json_string_value(json_object_get(json_array_get(results, i), "sha256")));
        ck_assert_msg(temp_shell(line) == 0, "%s", line);
        snprintf(line, sizeof line, " %s\n", file);
        ck_assert_msg((strstr(text, line) == NULL) == (strchr(file, '/') != NULL), "%s", file);
        n_whole += strchr(file, '/') == NULL;
    }
    ck_assert_uint_eq(count_entries(temp_path(folder)), n_whole + n_layers);
    ck_assert_ptr_nonnull(strstr(text, " manifest.json\n"));
    free(text);
}

static void check_run(const struct expected *e)
{
    struct run r;

    run_begin(&r, "r", e->arguments);
    read_results(&r, "r");
    find_groups(&r);
    check_sentences(&r, e);
    check_hooks(&r, e);
    for (size_t j = 0; j < r.ttest.n_rows; j++)
        check_neuron(&r, j);
    check_significant(&r);
    check_ttest(&r);
    check_tsne(&r);
    check_clusters(&r);
    check_cosines(&r);
    check_seconds(&r);
    check_files(&r, "r", 0);
    run_clear(&r);
}

/* ---- separate hook points ---- */

/* The column where the word or number at `at` ends. */
static size_t end_of(const char *line, const char *at)
{
    return (size_t)(at - line) + strcspn(at, " \n");
}

/* The numbers of a hook point's line are right-aligned below their headings. */
static void check_layer_line(const struct run *r, const char *name, const struct facts *want,
                             size_t n_numbers)
{
    static const char *const words[] = { " neuron", " signif", " t ", " clust",
                                         " silh.",  " noise",  " % ", " k-means" };
    char *const text = section(r, "Layers");
    const char *const head = text;
    const char *at = strchr(text, '\n') + 1;
    char copy[sizeof want->text];
    char *rest = NULL;

    while (strncmp(at + strspn(at, " "), name, strlen(name)) != 0) {
        at = strchr(at, '\n') + 1;
        ck_assert_msg(*at == ' ', "no %s in %s", name, text);
    }
    const char *const line = at;
    at += strspn(at, " ") + strlen(name);
    memcpy(copy, want->text, sizeof copy);
    for (size_t k = 0; k < n_numbers; k++) {
        const char *const token = strtok_r(k == 0 ? copy : NULL, " ", &rest);
        const char *const over = strstr(head, words[k]);
        at += strspn(at, " ");
        ck_assert_msg(strncmp(at, token, strlen(token)) == 0, "%s: not %s at %s", name, token, at);
        /* The heading is on the first line, after a name of ten columns that section() removed. */
        ck_assert_msg(over != NULL && end_of(line, at) == end_of(head, over + 1) + strlen("Layers"),
                      "%s: %s not below%s in %s", name, token, words[k], text);
        at += strlen(token);
    }
    free(text);
}

static size_t strongest(const struct run *r)
{
    size_t best = r->ttest.n_rows;

    for (size_t j = 0; j < r->ttest.n_rows; j++)
        if (!isnan(value(&r->ttest, j, "t")) &&
            (best == r->ttest.n_rows ||
             fabs(value(&r->ttest, j, "t")) > fabs(value(&r->ttest, best, "t"))))
            best = j;
    return best;
}

static void add_number(struct facts *f, const char *format, double x)
{
    char text[40];

    snprintf(text, sizeof text, "-");
    if (!isnan(x))
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text, sizeof text, format, x);
#pragma GCC diagnostic pop
    fact(f, "%s", text);
}

/* Checks a row of layers.csv, its members in the manifest, and its line in the report. */
static void check_layer(const struct run *r, const struct csv_table *layers, size_t l)
{
    static const struct {
        const char *column, *key; /* NULL: not in the manifest */
    } keys[] = {
        { "n_neurons", "neurons" },
        { "n_significant", "significant" },
        { "strongest", NULL },
        { "strongest_t", NULL },
        { "perplexity", "perplexity" },
        { "kl_divergence", "kl_divergence" },
        { "dbscan_clusters", "dbscan_clusters" },
        { "dbscan_noise", "dbscan_noise" },
        { "dbscan_silhouette", "dbscan_silhouette" },
        { "kmeans_clusters", "kmeans_clusters" },
        { "kmeans_silhouette", "kmeans_silhouette" },
    };
    const json_t *const row = json_array_get(member(r, "outcome", "layers"), l);
    const char *const name = field(layers, l, "hook");
    const size_t best = strongest(r);
    size_t n_noise, none;
    const size_t n = count_labels(r, "dbscan", &n_noise);
    const size_t k = count_labels(r, "kmeans", &none);
    const double n_all = (double)r->ttest.n_rows, n_significant = (double)r->n_significant;
    const double kl = value(layers, l, "kl_divergence");
    const double want[] = { n_all,
                            n_significant,
                            value(&r->ttest, best, "neuron"),
                            value(&r->ttest, best, "t"),
                            n_significant < 2 ? NAN : perplexity_of(r),
                            n_significant < 2 ? NAN : kl,
                            (double)n,
                            (double)n_noise,
                            silhouette(r, "dbscan", n),
                            (double)k,
                            silhouette(r, "kmeans", k) };
    struct facts line = { .used = 0 };

    ck_assert_str_eq(name, json_string_value(json_object_get(row, "hook")));
    ck_assert_msg(isnan(kl) == (n_significant < 2) && !(kl > 10.0), "KL %g", kl);
    for (size_t c = 0; c < sizeof keys / sizeof *keys; c++) {
        const double got = value(layers, l, keys[c].column);
        assert_allclose(&got, &want[c], 1, strstr(keys[c].column, "silh") != NULL ? 1e-6 : 0.0,
                        1e-7 * (strstr(keys[c].column, "silh") != NULL));
        if (keys[c].key != NULL) {
            const json_t *const found = json_object_get(row, keys[c].key);
            const double too = json_is_null(found) ? NAN : json_number_value(found);
            ck_assert_ptr_nonnull(found);
            assert_allclose(&too, &got, 1, 1e-15, 0.0);
        }
    }
    fact(&line, "%.0f %.0f", n_all, n_significant);
    add_number(&line, "%.1f", want[3]);
    fact(&line, "%zu", n);
    add_number(&line, "%.2f", value(layers, l, "dbscan_silhouette"));
    fact(&line, "%zu %.1f", n_noise, 100.0 * n_significant / n_all);
    add_number(&line, "%.2f", value(layers, l, "kmeans_silhouette"));
    check_layer_line(r, name, &line, 8);
}

START_TEST(every_number_of_hook_points_follows_from_their_files)
{
    static const struct {
        const char *arguments;
        size_t n_layers;
    } cases[] = {
        { "--iterations 250 --per-layer -H h.1.mlp.c_fc -H h.3.attn.c_proj", 2 },
        { "--iterations 250 --per-layer -H h.1.mlp -H h.4.ln_1 --test welch --correction fdr "
          "--contrast her,him -k 4 --perplexity 12 --eps 2",
          2 },
        { "-a acts.csv --per-layer --correction none --alpha 0.3 --contrast x,y", 2 },
        { "-a acts.csv --per-layer --test paired --contrast z,y --alpha 1e-6", 2 },
        { "-a acts.csv --per-layer --contrast x,y --alpha 1e-40", 2 },
    };
    struct csv_table layers = { 0 };
    struct run r;

    put_activations();
    run_begin(&r, "r", cases[_i].arguments);
    read_table("r", "layers.csv", &layers);
    ck_assert_uint_eq(layers.n_rows, cases[_i].n_layers);
    find_groups(&r);
    for (size_t l = 0; l < layers.n_rows; l++) {
        char folder[100];
        snprintf(folder, sizeof folder, "r/%s", field(&layers, l, "hook"));
        read_results(&r, folder);
        for (size_t j = 0; j < r.ttest.n_rows; j++)
            check_neuron(&r, j);
        check_significant(&r);
        check_layer(&r, &layers, l);
        clear_results(&r);
    }
    check_seconds(&r);
    check_files(&r, "r", layers.n_rows);
    csv_table_clear(&layers);
    r.ttest = (struct csv_table){ 0 };
    run_clear(&r);
}
END_TEST

/* ---- runs ---- */

#define DEMO  "--iterations 250 "
#define THREE "-s three.csv --iterations 250 --alpha 0.5 --correction none "
#define FILE_ "-a acts.csv --iterations 250 --correction none "

static const struct expected runs[] = {
    { DEMO, 0, { 0, 0 }, 295, 548, true, false },
    { DEMO "--test welch --correction fdr -H h.1.mlp -k 5", 0, { 0, 0 }, 295, 548, true, false },
    { DEMO "--test paired --correction none --alpha 0.001 --contrast her,him --eps 2",
      0,
      { 0, 0 },
      295,
      548,
      true,
      false },
    { DEMO "--alpha 1e-200", 0, { 0, 0 }, 295, 548, true, false },
    { DEMO "--correction fdr --alpha 1e-90 -H h.0", 0, { 0, 0 }, 295, 548, true, false },
    { DEMO "-H h.2.ln_1 -H h.3.attn --eps 0.2 --min-samples 1",
      0,
      { 0, 0 },
      295,
      548,
      true,
      false },
    { THREE "--contrast her,him", 2, { 3, 8 }, 14, 33, false, false },
    { THREE "--contrast him,thing --test welch", 1, { 1, 10 }, 14, 33, false, false },
    { FILE_ "--contrast x,y --alpha 0.3", .is_file = true },
    { FILE_ "--contrast y,z --alpha 0.2 --test paired --min-samples 2 --eps 9", .is_file = true },
    { FILE_ "--contrast z,x --alpha 0.3 --test welch --correction fdr -k 40", .is_file = true },
    { FILE_ "--contrast x,y --alpha 1e-7", .is_file = true },  /* a few */
    { FILE_ "--contrast x,y --alpha 1e-25", .is_file = true }, /* one */
};

/* Same beginnings up to the target: 1 = 10 of him and thing; 3 = 8, 5 = 9. */
static const char three[] = "group,target,text\n"
                            "him, him,I saw him.\n"
                            "him, him,We told him so.\n"
                            "her, her,I saw her again.\n"
                            "thing, it,I saw it there.\n"
                            "her, her,We told her.\n"
                            "thing, it,We told it.\n"
                            "him, him,They met him.\n"
                            "her, her,I saw her at home.\n"
                            "her, her,We told her that.\n"
                            "thing, him,I saw him too.\n"
                            "her, her,They met her.\n";

START_TEST(every_number_follows_from_the_files)
{
    put_activations();
    temp_text("three.csv", three);
    check_run(&runs[_i]);
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("report");

    tcase_add_checked_fixture(tcase, temp_begin, temp_end);
    tcase_add_loop_test(tcase, every_number_follows_from_the_files, 0, sizeof runs / sizeof *runs);
    tcase_add_loop_test(tcase, every_number_of_hook_points_follows_from_their_files, 0, 5);
    return run_tcase("report", tcase);
}
