#include "config.h"
#include "report/account.h"

#include <math.h>

#include "pipeline/stage_cluster.h"
#include "pipeline/stage_picture.h"
#include "report/quantities.h"

static void report(const struct analysis *a, struct page *page)
{
    const struct picture_result *const r = picture_of(a);
    const char *const title = clusters_of(a)->by[0].method->title;

    if (isnan(r->share_size))
        return;
    page->heading = "Picture";
    page_line(page, "%s's clusters: %.0f %% of the variance of the neurons' log size is between",
              title, 100.0 * r->share_size);
    page_line(page, "them, %.0f %% of that of their means; they agree with the sign of t by %.2f",
              100.0 * r->share_mean, r->ari_sign);
    if (!isnan(r->silhouette_context))
        page_line(page, "their silhouette is %.2f in the picture, %.2f among the context profiles",
                  clusters_of(a)->by[0].silhouette, r->silhouette_context);
}

void put_picture_quantities(const struct analysis *a, struct csv_writer *w)
{
    const struct picture_result *const r = picture_of(a);
    const struct quantity quantities[] = {
        quantity("share_size", r->share_size),
        quantity("share_mean", r->share_mean),
        quantity("ari_sign", r->ari_sign),
        quantity("silhouette_context", r->silhouette_context),
    };

    for (size_t i = 0; i < sizeof quantities / sizeof *quantities; i++)
        put_quantity(w, a, &quantities[i]);
}

const struct account account_picture = {
    .stage = &stage_picture,
    .report = report,
};
