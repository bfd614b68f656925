#include "config.h"
#include "report/account.h"

#include <math.h>
#include <stdio.h>

#include "io/csv_writer.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_picture.h"
#include "report/arrays.h"
#include "report/plots/parts.h"
#include "report/plots/space.h"
#include "report/quantities.h"

/* ---- report ---- */

static void report_clusters(const struct analysis *a, struct page *page)
{
    const struct picture_result *const r = picture_of(a);
    const struct clustering *const c = &clusters_of(a)->by[0];

    if (isnan(r->share_size))
        return;
    page_text(page,
              "%s's clusters: %.0f %% of the variance of the neurons' log size is between them, "
              "%.0f %% of that of their means; they agree with the sign of t by %.2f",
              c->method->title, 100.0 * r->share_size, 100.0 * r->share_mean, r->ari_sign);
    if (!isnan(r->silhouette_context))
        page_text(page, "their silhouette is %.2f in the picture, %.2f among the context profiles",
                  c->silhouette, r->silhouette_context);
}

static void report_pictures(const struct analysis *a, struct page *page)
{
    const struct pictures *const p = &picture_of(a)->pictures;
    const struct clustering *const c = &clusters_of(a)->by[0];

    if (p->n_clouds > 0)
        page_text(page, "%zu cluster%s; %zu clouds without clusters have %.1f (%.0f to %.0f)",
                  c->n_clusters, plural(c->n_clusters), p->n_clouds, p->clouds[0].n_clusters.mean,
                  p->clouds[0].n_clusters.low, p->clouds[0].n_clusters.high);
    if (p->n_resampled > 0 && !isnan(p->agreement[0]))
        page_text(page, "in %zu pictures of sentences drawn again the clusters agree by %.2f",
                  p->n_resampled, p->agreement[0]);
}

static void report(const struct analysis *a, struct page *page)
{
    const struct picture_result *const r = picture_of(a);

    page->heading = "Picture";
    report_clusters(a, page);
    report_pictures(a, page);
    if (!isnan(r->faithfulness.neighbours_kept))
        page_text(page, "it keeps %.0f %% of the %zu nearest neighbours; trustworthiness %.2f",
                  100.0 * r->faithfulness.neighbours_kept, r->n_nearest,
                  r->faithfulness.trustworthiness);
}

static void describe(const struct analysis *a, json_t *counts, json_t *outcome)
{
    const struct picture_result *const r = picture_of(a);

    json_object_set_new(counts, "pictures", json_integer((json_int_t)r->pictures.n_clouds));
    json_object_set_new(outcome, "share_size", number_or_null(r->share_size));
}

/* ---- tables ---- */

/* A number of the picture against those of the clouds' pictures; NULL: there are none. */
static void put_against(struct csv_writer *w, const struct analysis *a, const char *what,
                        const struct cluster_method *method, double value,
                        const struct null_summary *clouds, size_t n)
{
    char name[60];

    snprintf(name, sizeof name, "%s_%s", what, method->name);
    const struct quantity q =
        clouds != NULL ? quantity_against(name, value, clouds, n) : quantity(name, value);
    put_quantity(w, a, &q);
}

static void put_method(struct csv_writer *w, const struct analysis *a, size_t m)
{
    const struct pictures *const p = &picture_of(a)->pictures;
    const struct clustering *const c = &clusters_of(a)->by[m];
    const struct looks *const clouds = p->clouds != NULL ? &p->clouds[m] : NULL;
    const size_t n = p->n_clouds;

    if (c->method->wanted == NULL)
        put_against(w, a, "clusters", c->method, (double)c->n_clusters,
                    clouds != NULL ? &clouds->n_clusters : NULL, n);
    if (c->method->has_noise)
        put_against(w, a, "noise", c->method, (double)c->n_noise,
                    clouds != NULL ? &clouds->n_noise : NULL, n);
    put_against(w, a, "silhouette", c->method, c->silhouette,
                clouds != NULL ? &clouds->silhouette : NULL,
                clouds != NULL ? clouds->n_silhouettes : 0);
    put_against(w, a, "agreement", c->method, p->n_resampled > 0 ? p->agreement[m] : NAN, NULL, 0);
}

void put_picture_quantities(const struct analysis *a, struct csv_writer *w)
{
    const struct picture_result *const r = picture_of(a);
    const struct quantity quantities[] = {
        quantity("share_size", r->share_size),
        quantity("share_mean", r->share_mean),
        quantity("ari_sign", r->ari_sign),
        quantity("silhouette_context", r->silhouette_context),
        quantity("trustworthiness", r->faithfulness.trustworthiness),
        quantity("continuity", r->faithfulness.continuity),
        quantity("neighbours", r->faithfulness.neighbours_kept),
    };

    for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++)
        put_quantity(w, a, &quantities[i]);
    for (size_t m = 0; m < n_plane_methods; m++)
        put_method(w, a, m);
}

/* For each method, the number of clusters if it finds it, and noise; then the silhouettes. */
static void write_pictures(const struct analysis *a, struct csv_writer *w)
{
    const struct pictures *const p = &picture_of(a)->pictures;
    char name[60];

    csv_put_text(w, "draw");
    for (size_t m = 0; m < n_plane_methods; m++)
        if (cluster_methods[m]->wanted == NULL) {
            csv_put_text(w, cluster_methods[m]->name);
            csv_put_text(w, "noise");
        }
    for (size_t m = 0; m < n_plane_methods; m++) {
        snprintf(name, sizeof name, "silhouette_%s", cluster_methods[m]->name);
        csv_put_text(w, name);
    }
    csv_end_row(w);
    for (size_t b = 0; b < p->n_clouds; b++) {
        const struct look *const looks = &p->looks[b * n_plane_methods];
        csv_put_size(w, b);
        for (size_t m = 0; m < n_plane_methods; m++)
            if (cluster_methods[m]->wanted == NULL) {
                csv_put_size(w, looks[m].n_clusters);
                csv_put_size(w, looks[m].n_noise);
            }
        for (size_t m = 0; m < n_plane_methods; m++)
            put_if_any(w, looks[m].silhouette);
        csv_end_row(w);
    }
}

static const struct table tables[] = {
    { "pictures.csv", ALWAYS, write_pictures, NULL, &stage_picture },
};

/* ---- plots ---- */

static const struct plot plots[] = {
    { .name = "pictures",
      .title = "pictures of clouds",
      .order = 205,
      .stage = &stage_picture,
      .space = &space_bins,
      .in_report = true,
      .draw = draw_pictures,
      .item = item_pictures },
};

const struct account account_picture = {
    .stage = &stage_picture,
    .report = report,
    .describe = describe,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
    .plots = plots,
    .n_plots = sizeof plots / sizeof *plots,
};
