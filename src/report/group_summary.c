#include "config.h"
#include "report/group_summary.h"

#include <math.h>
#include <string.h>

#include "pipeline/stage_answer.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_picture.h"
#include "pipeline/stage_ttest.h"
#include "report/effect_text.h"
#include "report/table.h"

enum { N_FIRST = 7 }; /* columns that are not of the effect */

static const char *const names[] = {
    "source",     "group",       "size",       "mean_t",   "recovery", "gap_p",
    "similarity", "moved_end",   "moved_next", "kl_next",  "kl_end",   "loss",
    "write",      "random_mean", "random_sd",  "random_p", "t_mean",   "t_sd",
    "t_p",        "write_mean",  "write_sd",   "write_p",
};

/* ---- the effect ---- */

/* Of a cluster under the first edit; NULL: not computed. */
static const struct effect_row *find_effect(const struct analysis *a, const char *source,
                                            size_t group)
{
    const struct effect_result *const r = effect_of(a);

    if (r == NULL || analysis_is_stale(a, &stage_effect) || group == NO_GROUP)
        return NULL;
    for (size_t i = 0; i < r->n_rows; i++)
        if (r->rows[i].edit == 0 && r->rows[i].group == group &&
            strcmp(r->rows[i].source, source) == 0)
            return &r->rows[i];
    return NULL;
}

/* Empty columns if it is NULL. */
static void put_effect(struct csv_writer *w, const struct effect_row *row)
{
    if (row == NULL) {
        for (size_t k = N_FIRST; k < sizeof names / sizeof *names; k++)
            csv_put_text(w, "");
        return;
    }
    const double numbers[] = { row->moved_end,      row->moved_next, row->divergence_next,
                               row->divergence_end, row->loss,       row->write };
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
        put_if_any(w, numbers[k]);
    put_controls(w, row);
}

/* The cluster by Ward's tree that has the same neurons as a group of the answer; NO_GROUP: none. */
static size_t ward_cluster(const struct analysis *a, size_t group)
{
    const struct answer_result *const r = answer_of(a);
    const struct clustering *const c = clustering_of(a, &method_ward);
    int32_t label = -1;

    if (c == NULL || c->n != ttest_of(a)->n_significant)
        return NO_GROUP;
    for (size_t i = 0; i < r->n_selected; i++) {
        if ((size_t)r->recovery.labels[i] != group)
            continue;
        if (label >= 0 && c->labels[r->selected[i]] != label)
            return NO_GROUP;
        label = c->labels[r->selected[i]];
    }
    return label >= 0 && c->rows[label].size == r->recovery.groups[group].size ? (size_t)label
                                                                               : NO_GROUP;
}

/* ---- rows ---- */

static void put_picture_groups(const struct analysis *a, struct csv_writer *w, bool has_effect)
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
            if (has_effect)
                put_effect(w, find_effect(a, c->method->name, k));
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

static void write_rows(const struct analysis *a, struct csv_writer *w, bool has_effect)
{
    const struct recovery *const g = &answer_of(a)->recovery;

    csv_put_row(w, has_effect ? sizeof names / sizeof *names : N_FIRST, names);
    for (size_t i = 0; i < g->n_groups; i++) {
        csv_put_text(w, "context");
        csv_put_size(w, i);
        csv_put_size(w, g->groups[i].size);
        csv_put_f64(w, mean_t(a, i));
        csv_put_f64(w, g->groups[i].recovery);
        put_if_any(w, g->groups[i].gap_p);
        csv_put_f64(w, g->groups[i].similarity);
        if (has_effect)
            put_effect(w, find_effect(a, method_ward.name, ward_cluster(a, i)));
        csv_end_row(w);
    }
    if (!analysis_is_stale(a, &stage_picture))
        put_picture_groups(a, w, has_effect);
}

void write_group_summary(const struct analysis *a, struct csv_writer *w)
{
    write_rows(a, w, true);
}

void write_group_summary_before_effects(const struct analysis *a, struct csv_writer *w)
{
    write_rows(a, w, false);
}
