#include "config.h"
#include "report/account.h"

#include <math.h>
#include <stdio.h>

#include "pipeline/stage_cluster.h"
#include "pipeline/stage_shuffled.h"
#include "pipeline/stage_ttest.h"
#include "report/quantities.h"

struct spread { /* of a number over the networks that have it; NaN without any */
    double median, low, high;
    size_t n;
};

static double significant_of(const struct shuffled_network *n)
{
    return (double)n->n_significant;
}

static double largest_of(const struct shuffled_network *n)
{
    return fabs(n->largest_t);
}

static double dbscan_of(const struct shuffled_network *n)
{
    return n->n_clusters;
}

static double noise_of(const struct shuffled_network *n)
{
    return n->n_noise;
}

static double silhouette_of(const struct shuffled_network *n)
{
    return n->silhouette;
}

static double clumping_of(const struct shuffled_network *n)
{
    return n->clumping;
}

/* The k-th smallest of the numbers, from 0; NaN: there are not as many. */
static double smallest(const struct shuffled_result *r,
                       double (*number)(const struct shuffled_network *network), size_t k)
{
    for (size_t b = 0; b < r->n; b++) {
        const double x = number(&r->networks[b]);
        size_t below = 0, equal = 0;
        for (size_t i = 0; i < r->n; i++) {
            below += number(&r->networks[i]) < x ? 1 : 0;
            equal += number(&r->networks[i]) == x ? 1 : 0;
        }
        if (below <= k && k < below + equal)
            return x;
    }
    return NAN;
}

static struct spread spread_of(const struct shuffled_result *r,
                               double (*number)(const struct shuffled_network *network))
{
    struct spread s = { NAN, NAN, NAN, 0 };

    for (size_t b = 0; b < r->n; b++)
        s.n += isnan(number(&r->networks[b])) ? 0 : 1;
    if (s.n > 0) {
        s.low = smallest(r, number, 0);
        s.high = smallest(r, number, s.n - 1);
        s.median = (smallest(r, number, (s.n - 1) / 2) + smallest(r, number, s.n / 2)) / 2.0;
    }
    return s;
}

/* Networks whose neurons are more clumped than the null models; *n_asked: that were asked about. */
static size_t count_clumped(const struct shuffled_result *r, size_t *n_asked)
{
    size_t n = 0;

    *n_asked = 0;
    for (size_t b = 0; b < r->n; b++) {
        *n_asked += r->networks[b].n_draws > 0 ? 1 : 0;
        n += r->networks[b].verdict == VERDICT_CLUMPED ? 1 : 0;
    }
    return n;
}

/* ---- report ---- */

/* `161 (153 to 181)`, of a single network `161`. A median may be between two numbers. */
static struct shown show_spread(const struct spread *s)
{
    struct shown shown;

    if (s->n == 1)
        snprintf(shown.text, sizeof shown.text, "%g", s->median);
    else
        snprintf(shown.text, sizeof shown.text, "%g (%g to %g)", s->median, s->low, s->high);
    return shown;
}

/* What the numbers of the analysis itself are worth. */
static struct shown show_worth(const struct analysis *a, const struct spread *neurons,
                               const struct spread *clusters)
{
    const size_t n = shuffled_of(a)->n;
    const size_t n_clusters = clustering_of(a, &method_dbscan)->n_clusters;
    const bool more_neurons = (double)ttest_of(a)->n_significant > neurons->high;
    const bool more_clusters = n_clusters > 0 && !((double)n_clusters <= clusters->high);
    struct shown shown;

    if (more_neurons || more_clusters)
        snprintf(shown.text, sizeof shown.text, "more%s than in %zu shuffled network%s",
                 more_neurons && more_clusters ? ""
                 : more_neurons                ? " neurons"
                                               : " clusters",
                 n, plural(n));
    else
        snprintf(shown.text, sizeof shown.text, "such numbers are no sign of learning");
    return shown;
}

static void report_numbers(const struct analysis *a, struct page *page)
{
    const struct shuffled_result *const r = shuffled_of(a);
    const struct spread neurons = spread_of(r, significant_of);
    const struct spread clusters = spread_of(r, dbscan_of);
    char pictures[200] = "too few for a picture";
    char here[600] = "";

    if (clusters.n > 0)
        snprintf(pictures, sizeof pictures, "%s DBSCAN clusters", show_spread(&clusters).text);
    if (!analysis_is_stale(a, &stage_cluster))
        snprintf(here, sizeof here, "; here %s and %s: %s",
                 show_count(ttest_of(a)->n_significant).text,
                 show_count(clustering_of(a, &method_dbscan)->n_clusters).text,
                 show_worth(a, &neurons, &clusters).text);
    page_text(page, "with shuffled weights %s significant%s %s%s", show_spread(&neurons).text,
              clusters.n > 0 ? " and" : ",", pictures, here);
}

static void report_clumped(const struct shuffled_result *r, struct page *page)
{
    size_t n_asked;
    const size_t n = count_clumped(r, &n_asked);

    if (n_asked > 0)
        page_text(page, "%zu of %zu shuffled network%s %s more clumped than the null models%s", n,
                  n_asked, plural(n_asked), n == 1 || n_asked == 1 ? "is" : "are",
                  n > 0 ? ": no sign of learning, either" : "");
}

static void report(const struct analysis *a, struct page *page)
{
    const struct shuffled_result *const r = shuffled_of(a);

    page->heading = "Learned?";
    if (!r->has_model)
        page_text(page, "not asked: shuffled weights need a model, not --activations");
    if (r->n == 0)
        return;
    report_numbers(a, page);
    report_clumped(r, page);
}

/* ---- manifest ---- */

static void describe(const struct analysis *a, json_t *counts, json_t *outcome)
{
    const struct shuffled_result *const r = shuffled_of(a);
    size_t n_asked;
    const size_t n_clumped = count_clumped(r, &n_asked);

    json_object_set_new(counts, "shuffles", json_integer((json_int_t)r->n));
    json_object_set_new(outcome, "shuffled_significant",
                        number_or_null(spread_of(r, significant_of).median));
    json_object_set_new(outcome, "shuffled_dbscan", number_or_null(spread_of(r, dbscan_of).median));
    json_object_set_new(outcome, "shuffled_clumped",
                        n_asked > 0 ? json_integer((json_int_t)n_clumped) : json_null());
}

/* ---- tables ---- */

void put_shuffled_quantities(const struct analysis *a, struct csv_writer *w)
{
    static const struct {
        const char *name;
        double (*number)(const struct shuffled_network *network);
    } rows[] = {
        { "shuffled_significant", significant_of }, { "shuffled_largest_t", largest_of },
        { "shuffled_dbscan", dbscan_of },           { "shuffled_noise", noise_of },
        { "shuffled_silhouette", silhouette_of },   { "shuffled_clumping", clumping_of },
    };
    const struct shuffled_result *const r = shuffled_of(a);
    struct quantity clumped = quantity("shuffled_clumped", NAN);
    size_t n_asked;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct spread s = spread_of(r, rows[i].number);
        put_quantity(w, a,
                     &(struct quantity){ rows[i].name, s.median, s.low, s.high, NAN, NAN, NAN,
                                         s.n });
    }
    clumped.value = (double)count_clumped(r, &n_asked);
    if (n_asked == 0)
        clumped.value = NAN;
    clumped.m = n_asked;
    put_quantity(w, a, &clumped);
}

static void write_shuffled(const struct analysis *a, struct csv_writer *w)
{
    const struct shuffled_result *const r = shuffled_of(a);

    PUT_HEADER(w, "shuffle", "significant", "largest_t", "dbscan", "noise", "silhouette",
               "silhouette_kmeans", "clumping", "p", "draws", "verdict");
    for (size_t b = 0; b < r->n; b++) {
        const struct shuffled_network *const n = &r->networks[b];
        csv_put_size(w, b);
        csv_put_size(w, n->n_significant);
        put_if_any(w, n->largest_t);
        put_if_any(w, n->n_clusters);
        put_if_any(w, n->n_noise);
        put_if_any(w, n->silhouette);
        put_if_any(w, n->silhouette_kmeans);
        put_if_any(w, n->clumping);
        put_if_any(w, n->pvalue);
        csv_put_size(w, n->n_draws);
        csv_put_text(w, verdict_name(n->verdict));
        csv_end_row(w);
    }
}

static const struct table tables[] = {
    { "shuffled.csv", ALWAYS, write_shuffled, NULL, &stage_shuffled },
};

const struct account account_shuffled = {
    .stage = &stage_shuffled,
    .report = report,
    .describe = describe,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
};
