#include "config.h"
#include "report/group_summary.h"

#include <math.h>

#include "pipeline/stage_answer.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_picture.h"
#include "pipeline/stage_ttest.h"
#include "report/table.h"

static void put_picture_groups(const struct analysis *a, struct csv_writer *w)
{
    const struct pictures *const p = &picture_of(a)->pictures;

    for (size_t m = 0; m < n_plane_methods; m++) {
        const struct clustering *const c = &clusters_of(a)->by[m];
        for (size_t k = 0; k < c->n_clusters; k++) {
            csv_put_text(w, c->method->name);
            csv_put_size(w, k);
            csv_put_size(w, c->rows[k].size);
            csv_put_f64(w, c->rows[k].mean_t);
            put_if_any(w, p->n_resampled > 0 ? p->recovery[m][k] : NAN);
            csv_put_text(w, ""); /* gap, */
            csv_put_text(w, ""); /* similarity */
            csv_end_row(w);
        }
    }
}

/* The mean t of a group's neurons. */
static double mean_t(const struct analysis *a, size_t group)
{
    const struct answer_result *const r = answer_of(a);
    double sum = 0.0;

    for (size_t i = 0; i < r->n_selected; i++)
        if ((size_t)r->recovery.labels[i] == group)
            sum += ttest_of(a)->neurons[ttest_of(a)->significant[r->selected[i]]].statistic;
    return sum / (double)r->recovery.groups[group].size;
}

void write_group_summary(const struct analysis *a, struct csv_writer *w)
{
    const struct recovery *const g = &answer_of(a)->recovery;

    PUT_HEADER(w, "source", "group", "size", "mean_t", "recovery", "gap_p", "similarity");
    for (size_t i = 0; i < g->n_groups; i++) {
        csv_put_text(w, "context");
        csv_put_size(w, i);
        csv_put_size(w, g->groups[i].size);
        csv_put_f64(w, mean_t(a, i));
        csv_put_f64(w, g->groups[i].recovery);
        put_if_any(w, g->groups[i].gap_p);
        csv_put_f64(w, g->groups[i].similarity);
        csv_end_row(w);
    }
    if (!analysis_is_stale(a, &stage_picture))
        put_picture_groups(a, w);
}
