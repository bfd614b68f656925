#include "config.h"
#include "report/summary.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"
#include "report/layers.h"
#include "report/tables.h"

struct page {
    FILE *file;
    const char *heading; /* of the block that begins with the next line; NULL: goes on */
    bool starved;        /* not all could be told, for there was no memory */
};

/* One line, its heading in a column of its own. */
__attribute__((format(printf, 2, 3))) static void line(struct page *page, const char *format, ...)
{
    va_list args;

    fprintf(page->file, "%-10s", page->heading != NULL ? page->heading : "");
    page->heading = NULL;
    va_start(args, format);
    vfprintf(page->file, format, args);
    va_end(args);
    fputc('\n', page->file);
}

struct shown { /* text of a stranger, made visible */
    char text[160];
};

static struct shown show(const char *text)
{
    const size_t size = strlen(text);
    struct shown s = { "" };

    if (text_visible_size(text, size) < sizeof s.text)
        text_visible(s.text, sizeof s.text, text, size);
    else
        memcpy(s.text + text_visible(s.text, sizeof s.text - 3, text, size), "...", sizeof "...");
    return s;
}

/* A path is told whole. */
static void tell_path(struct page *page, const char *path)
{
    const size_t size = text_visible_size(path, strlen(path)) + 1;
    char *const shown = ct_malloc_array(size, 1);

    if (shown != NULL)
        text_visible(shown, size, path, strlen(path));
    else
        page->starved = true;
    line(page, "%s", shown != NULL ? shown : "?");
    free(shown);
}

static struct shown show_bytes(double bytes)
{
    struct shown s;

    snprintf(s.text, sizeof s.text,
             bytes < 1e6   ? "%.0f kB"
             : bytes < 1e9 ? "%.1f MB"
                           : "%.2f GB",
             bytes / (bytes < 1e6   ? 1e3
                      : bytes < 1e9 ? 1e6
                                    : 1e9));
    return s;
}

/* 1482 -> 1,482 */
static struct shown show_count(size_t n)
{
    struct shown s;
    char digits[32];
    const size_t length = (size_t)snprintf(digits, sizeof digits, "%zu", n);
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            s.text[used++] = ',';
        s.text[used++] = digits[i];
    }
    s.text[used] = '\0';
    return s;
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static const char *group_name(const struct analysis *a, size_t which)
{
    return load_of(a)->group_names[contrast_of(a)->groups[which]];
}

static void tell_model(const struct analysis *a, struct page *page)
{
    const struct model_config *const config = model_config(load_of(a)->model);
    struct model_info info;

    model_describe(load_of(a)->model, &info);
    page->heading = "Model";
    tell_path(page, a->params.model);
    line(page, "%s of %zu layers, width %zu, %zu heads; %.4g M parameters in %s, %s",
         model_config_title(config), config->n_layers, config->hidden_size, config->n_heads,
         (double)info.n_parameters / 1e6, info.dtype, show_bytes((double)info.file_bytes).text);
}

/* Rows as the user counts them in the file. */
static void tell_twins(const struct analysis *a, struct page *page)
{
    const struct contrast *const c = contrast_of(a);
    const size_t n = c->n_rows[0] + c->n_rows[1];

    if (c->n_unique == n) {
        line(page, "no two of them are the same up to the target");
        return;
    }
    line(page, "%zu of the %zu repeat another up to the target (rows %zu and %zu, say);",
         n - c->n_unique, n, load_of(a)->stimuli.rows[c->twin[0]].row,
         load_of(a)->stimuli.rows[c->twin[1]].row);
    line(page, "copies have the same activations and make the test look surer than it is");
}

static void tell_sentences(const struct analysis *a, struct page *page)
{
    const struct contrast *const c = contrast_of(a);
    const size_t used = c->n_rows[0] + c->n_rows[1];

    page->heading = "Sentences";
    if (load_of(a)->model != NULL)
        tell_path(page, load_of(a)->stimuli.name);
    line(page, "%zu sentences: %zu %s, %zu %s%s", load_of(a)->n_sentences, c->n_rows[0],
         show(group_name(a, 0)).text, c->n_rows[1], show(group_name(a, 1)).text,
         used < load_of(a)->n_sentences ? " (the other groups are left out)" : "");
    if (load_of(a)->model == NULL)
        return;
    if (c->are_pairs && a->params.test != TTEST_PAIRED)
        line(page, "pairs that differ in the target alone: --test paired makes use of that");
    else if (c->are_pairs)
        line(page, "pairs that differ in the target alone");
    else if (a->params.test == TTEST_PAIRED)
        line(page, "the pairs do not differ in the target alone: is the order of the rows right?");
    tell_twins(a, page);
}

static void tell_hooks(const struct analysis *a, struct page *page)
{
    const struct extract_result *const e = extract_of(a);

    page->heading = load_of(a)->model != NULL ? "Hook" : "Neurons";
    if (load_of(a)->model == NULL)
        tell_path(page, load_of(a)->activations.name);
    for (size_t b = 0; b < e->n_blocks && b < 4; b++)
        line(page, "%s, %s neuron%s", show(e->blocks[b].hook).text, show_count(e->blocks[b].n).text,
             plural(e->blocks[b].n));
    if (e->n_blocks > 4)
        line(page, "and %zu more, together %s neurons", e->n_blocks - 4,
             show_count(e->X.cols).text);
    if (load_of(a)->model != NULL)
        line(page, "at the target; %s of %s tokens computed, shared beginnings only once",
             show_count(e->stats.n_positions).text, show_count(e->stats.n_tokens).text);
}

static void tell_threshold(const struct analysis *a, struct page *page)
{
    const struct ttest_stage *const t = ttest_of(a);
    char bound[80] = "";

    if (isfinite(t->t_critical))
        snprintf(bound, sizeof bound, ", |t| > %.6f", t->t_critical);
    switch (a->params.correction) {
    case CORRECTION_BONFERRONI:
        line(page, "significant: p < %g / %zu = %.4g (Bonferroni)%s", a->params.alpha, t->n_neurons,
             t->p_threshold, bound);
        break;
    case CORRECTION_FDR_BH:
        line(page, "significant: false discovery rate %g (Benjamini-Hochberg)", a->params.alpha);
        if (t->n_significant > 0)
            line(page, "which takes p up to %.4g%s", t->p_threshold, bound);
        break;
    case CORRECTION_NONE:
        line(page, "significant: p < %g, not corrected for %zu tests%s", a->params.alpha,
             t->n_neurons, bound);
        break;
    }
}

static void tell_strongest(const struct analysis *a, struct page *page)
{
    const struct ttest_stage *const t = ttest_of(a);
    size_t best = t->significant[0];
    size_t n_a = 0;
    size_t index;

    for (size_t i = 0; i < t->n_significant; i++) {
        const struct ttest_result *const r = &t->neurons[t->significant[i]];
        n_a += r->statistic > 0;
        if (fabs(r->statistic) > fabs(t->neurons[best].statistic))
            best = t->significant[i];
    }
    line(page, "%zu higher for %s, %zu for %s", n_a, show(group_name(a, 0)).text,
         t->n_significant - n_a, show(group_name(a, 1)).text);
    const char *const hook = neuron_hook(extract_of(a), best, &index);
    line(page, "strongest: %s:%zu, t = %.2f, p = %.2g", show(hook).text, index,
         t->neurons[best].statistic, t->neurons[best].pvalue);
}

static void tell_kind_of_test(const struct analysis *a, struct page *page)
{
    static const char *const kinds[] = { "Student's", "Welch's", "paired" };
    const size_t *const n = contrast_of(a)->n_rows;
    char df[40] = "";

    if (a->params.test != TTEST_WELCH)
        snprintf(df, sizeof df, ", %.0f degrees of freedom", ttest_df(a->params.test, n[0], n[1]));
    page->heading = "t-test";
    line(page, "%s, %s minus %s%s", kinds[a->params.test], show(group_name(a, 0)).text,
         show(group_name(a, 1)).text, df);
}

static void tell_ttest(const struct analysis *a, struct page *page)
{
    const struct ttest_stage *const t = ttest_of(a);

    tell_kind_of_test(a, page);
    tell_threshold(a, page);
    line(page, "%s of %s neurons significant (%.1f %%)", show_count(t->n_significant).text,
         show_count(t->n_neurons).text, 100.0 * (double)t->n_significant / (double)t->n_neurons);
    if (t->n_nan > 0)
        line(page, "%zu neuron%s without a p-value (no variance, or NaN)", t->n_nan,
             plural(t->n_nan));
    if (t->n_significant > 0)
        tell_strongest(a, page);
}

static void tell_tsne(const struct analysis *a, struct page *page)
{
    const struct tsne_stage *const t = tsne_of(a);
    const size_t n = ttest_of(a)->n_significant;

    page->heading = "t-SNE";
    if (n < 2) {
        line(page, "%s",
             n == 0 ? "no significant neuron, nothing to embed"
                    : "one significant neuron: it lies at the origin");
        return;
    }
    line(page, "%zu neurons; perplexity %.4g, %zu iterations, KL divergence %.4f", n, t->perplexity,
         t->result.n_iter, fabs(t->result.kl_divergence)); /* rounding may leave it below 0 */
    if (t->result.n_init > 1)
        line(page, "the best of %zu descents: with few neurons rounding decides where one ends",
             t->result.n_init);
    if (t->perplexity < a->params.perplexity)
        line(page, "the perplexity was lowered from %g: it must be below the number of neurons",
             a->params.perplexity);
}

static void tell_rows(struct page *page, const struct cluster_row *rows, size_t n)
{
    enum { MOST = 24 };

    if (n == 0)
        return;
    line(page, "cluster    size    mean t  mean |t|");
    for (size_t c = 0; c < n && c < MOST; c++)
        line(page, "%7zu %7zu %9.2f %9.2f", c, rows[c].size, rows[c].mean_t, rows[c].mean_abs_t);
    if (n > MOST)
        line(page, "and %zu more: see cluster_summary.csv (--out)", n - MOST);
}

static void tell_silhouette(struct page *page, double silhouette)
{
    if (!isnan(silhouette))
        line(page, "silhouette %.4f", silhouette);
}

static void tell_clusters(const struct analysis *a, struct page *page)
{
    const struct cluster_result *const c = clusters_of(a);

    page->heading = "DBSCAN";
    if (ttest_of(a)->n_significant == 0)
        line(page, "no significant neuron, no cluster");
    else
        line(page, "eps %g, min_samples %zu: %zu cluster%s, %zu neuron%s noise", a->params.eps,
             a->params.min_samples, c->n_dbscan, plural(c->n_dbscan), c->n_noise,
             c->n_noise == 1 ? " is" : "s are");
    tell_silhouette(page, c->dbscan_silhouette);
    tell_rows(page, c->dbscan_rows, c->n_dbscan);
    page->heading = "k-means";
    if (c->n_clusters == 0)
        line(page, "no significant neuron, no cluster");
    else
        line(page, "k = %zu, inertia %.6g%s", c->n_clusters, c->kmeans.inertia,
             c->n_clusters < a->params.clusters ? " (there are no more neurons)" : "");
    tell_silhouette(page, c->kmeans_silhouette);
    tell_rows(page, c->kmeans_rows, c->n_clusters);
}

static void tell_cosines(const struct analysis *a, struct page *page)
{
    const struct cosine_means *const m = &similarity_of(a)->means;

    page->heading = "Cosine";
    if (isnan(m->all)) {
        line(page, "fewer than two significant neurons, nothing to compare");
        return;
    }
    line(page, "mean over all pairs of neurons %.3f", m->all);
    if (!isnan(m->within))
        line(page, "within DBSCAN clusters %.3f", m->within);
    if (!isnan(m->between))
        line(page, "between DBSCAN clusters %.3f", m->between);
    if (!a->params.matrices && ttest_of(a)->n_significant > MATRICES_UNASKED)
        line(page, "more than %s neurons: gram.csv and cosine.csv only with --matrices",
             show_count(MATRICES_UNASKED).text);
}

/* Each hook point in a line, in place of what is told of a single analysis. */
static void tell_layers(const struct analysis *a, struct page *page)
{
    enum { MOST = 200 };
    const struct layers_result *const layers = layers_of(a);
    char text[LAYER_LINE_SIZE];

    tell_kind_of_test(a, page);
    line(page, "each hook point by itself: significant at %g, %s", a->params.alpha,
         a->params.correction == CORRECTION_NONE ? "not corrected"
                                                 : "corrected for its own neurons alone");
    page->heading = "Layers";
    line(page, "%s%s", layers_header, layers_header_more);
    for (size_t l = 0; l < layers->n_rows && l < MOST; l++) {
        layer_line(&layers->rows[l], text);
        line(page, "%s", text);
    }
    if (layers->n_rows > MOST)
        line(page, "and %zu more: see layers.csv (--out)", layers->n_rows - MOST);
    line(page, " t: the largest; clust, silh., noise: of DBSCAN; k-means: its silhouette");
}

static void tell_caution(struct page *page)
{
    page->heading = "Mind";
    line(page, "t-SNE and clusters are made of neurons that were chosen by their t, and");
    line(page, "described by it: explore with them, do not take them for a test.");
    line(page, "Distances between far clusters of a t-SNE picture mean little.");
}

static void tell_files(const struct analysis *a, const struct results *r, struct page *page)
{
    if (r->out == NULL)
        return;
    page->heading = "Files";
    tell_path(page, r->out);
    for (size_t i = 0; i < r->tables.n; i++)
        if (strchr(r->tables.files[i].name, '/') == NULL)
            line(page, "  %s", r->tables.files[i].name);
    if (layers_of(a) != NULL)
        line(page, "  a folder with its own files for each hook point");
    line(page, "  manifest.json");
}

static void tell_figures(const struct results *r, struct page *page)
{
    if (r->plots.n == 0)
        return;
    page->heading = "Figures";
    tell_path(page, r->figures);
    line(page, "  %zu files", r->plots.n);
}

static void tell_seconds(const struct analysis *a, struct page *page)
{
    enum { ON_FIRST_LINE = 4 };
    char times[200] = "";
    size_t used = 0;
    size_t n = 0;
    double total = 0.0;

    page->heading = "Seconds";
    for (size_t i = 0; i < n_stages; i++) {
        if (stages[i]->title == NULL || analysis_result(a, stages[i]) == NULL)
            continue;
        if (n++ == ON_FIRST_LINE) {
            line(page, "%s", times);
            used = 0;
        }
        used +=
            (size_t)snprintf(times + used, sizeof times - used, "%s%s %.3f,", used > 0 ? " " : "",
                             stages[i]->name, analysis_seconds(a, stages[i]));
        total += analysis_seconds(a, stages[i]);
    }
    line(page, "%s together %.3f", times, total);
}

static void tell_one(const struct analysis *a, struct page *page)
{
    tell_ttest(a, page);
    tell_tsne(a, page);
    tell_clusters(a, page);
    tell_cosines(a, page);
    if (ttest_of(a)->n_significant > 1)
        tell_caution(page);
}

enum ct_status summary_text(const struct analysis *a, const struct results *r, char **text,
                            struct ct_error *err)
{
    char *buffer = NULL;
    size_t size = 0;
    struct page page = { .file = open_memstream(&buffer, &size) };

    if (page.file == NULL)
        return ct_fail_nomem(err, "report", 0);
    if (load_of(a)->model != NULL)
        tell_model(a, &page);
    tell_sentences(a, &page);
    tell_hooks(a, &page);
    if (!analysis_is_stale(a, &stage_similarity))
        tell_one(a, &page);
    else
        tell_layers(a, &page);
    tell_files(a, r, &page);
    tell_figures(r, &page);
    tell_seconds(a, &page);
    if (!ct_close_memstream(page.file, &buffer) || page.starved) {
        free(buffer);
        return ct_fail_nomem(err, "report", 0);
    }
    *text = buffer;
    return CT_OK;
}
