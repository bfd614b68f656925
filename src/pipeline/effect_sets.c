#include "config.h"
#include "pipeline/effect_sets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/effect_chosen.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_ttest.h"

struct collector {
    const struct analysis *a;
    struct neuron_sets *sets;
    bool *marks; /* [n_columns] of the next set */
};

/* Adds the marked columns, if any, and clears the marks. */
static enum ct_status add_set(struct collector *c, const char *source, size_t group,
                              struct ct_error *err)
{
    struct neuron_set *const set = &c->sets->sets[c->sets->n];
    const enum ct_status st = neuron_set_of_marks(c->a, source, group, c->marks, true, set, err);

    memset(c->marks, 0, extract_of(c->a)->X.cols * sizeof *c->marks);
    if (st == CT_OK && set->n > 0)
        c->sets->n++;
    else if (st == CT_OK)
        neuron_set_clear(set);
    return st;
}

static enum ct_status add_tested(struct collector *c, struct ct_error *err)
{
    static const char *const sources[] = { "all", "significant", "others", "positive", "negative" };
    const struct ttest_stage *const t = ttest_of(c->a);
    enum ct_status st = CT_OK;

    for (size_t s = 0; st == CT_OK && s < sizeof sources / sizeof *sources; s++) {
        for (size_t j = 0; j < t->n_neurons; j++) {
            const bool is_significant = t->is_significant[j];
            const double statistic = t->neurons[j].statistic;
            const bool is_in[] = { true, is_significant, !is_significant,
                                   is_significant && statistic > 0.0,
                                   is_significant && statistic < 0.0 };
            c->marks[j] = is_in[s];
        }
        st = add_set(c, sources[s], NO_GROUP, err);
    }
    return st;
}

static enum ct_status add_clusters(struct collector *c, const struct clustering *by,
                                   struct ct_error *err)
{
    const struct ttest_stage *const t = ttest_of(c->a);
    enum ct_status st = CT_OK;

    for (size_t g = 0; st == CT_OK && g < by->n_clusters; g++) {
        for (size_t i = 0; i < by->n; i++)
            if (by->labels[i] == (int32_t)g)
                c->marks[t->significant[i]] = true;
        st = add_set(c, by->method->name, g, err);
    }
    return st;
}

/* Chosen sets without edits of their own. */
static enum ct_status add_chosen(struct collector *c, struct ct_error *err)
{
    struct chosen_sets chosen = { 0 };
    enum ct_status st = c->a->params.chosen != NULL
                            ? chosen_sets_find(c->a, c->a->params.chosen, &chosen, err)
                            : CT_OK;

    for (size_t i = 0; st == CT_OK && i < chosen.n; i++)
        if (!chosen.sets[i].has_edits && chosen.sets[i].n_parts > 0) {
            const struct neuron_set *const set = &chosen.sets[i].parts[0].set;
            for (size_t k = 0; k < set->n; k++)
                c->marks[set->columns[k]] = true;
            st = add_set(c, CHOSEN_SOURCE, i + 1, err);
        }
    chosen_sets_clear(&chosen);
    return st;
}

enum ct_status neuron_sets_find(const struct analysis *a, struct neuron_sets *out,
                                struct ct_error *err)
{
    const struct cluster_result *const clusters = clusters_of(a);
    struct collector c = { a, out, ct_calloc_array(extract_of(a)->X.cols, sizeof *c.marks) };
    size_t most = 5 + (a->params.chosen != NULL ? chosen_sets_count(a->params.chosen) : 0);

    for (size_t m = 0; m < clusters->n; m++)
        most += clusters->by[m].n_clusters;
    *out = (struct neuron_sets){ .sets = ct_calloc_array(most, sizeof *out->sets) };
    enum ct_status st = c.marks != NULL && out->sets != NULL
                            ? CT_OK
                            : ct_fail_nomem(err, "neurons", most * sizeof *out->sets);
    if (st == CT_OK)
        st = add_tested(&c, err);
    for (size_t m = 0; st == CT_OK && m < clusters->n; m++)
        st = add_clusters(&c, &clusters->by[m], err);
    if (st == CT_OK)
        st = add_chosen(&c, err);
    free(c.marks);
    if (st != CT_OK)
        neuron_sets_clear(out);
    return st;
}

void neuron_sets_clear(struct neuron_sets *s)
{
    for (size_t i = 0; i < s->n; i++)
        neuron_set_clear(&s->sets[i]);
    free(s->sets);
    *s = (struct neuron_sets){ 0 };
}
