#include "config.h"
#include "pipeline/answer_neurons.h"

#include <stdlib.h>

#include "base/mem.h"
#include "num/tests/test.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_ttest.h"

void answer_neurons_clear(struct answer_neurons *n)
{
    samples_clear(&n->samples);
    profiles_clear(&n->profiles);
    free(n->selected);
    free(n->significant);
}

static enum ct_status select_significant(const struct ttest_stage *t, struct answer_neurons *n,
                                         struct ct_error *err)
{
    const struct profiles *const p = &n->profiles;
    size_t j = 0;

    n->selected = ct_malloc_array(t->n_significant, sizeof *n->selected);
    n->significant = ct_malloc_array(t->n_significant, sizeof *n->significant);
    if (n->selected == NULL || n->significant == NULL)
        return ct_fail_nomem(err, "answer", 0);
    for (size_t i = 0; i < t->n_significant; i++) {
        while (j < p->n_neurons && p->neuron[j] < t->significant[i])
            j++;
        if (j < p->n_neurons && p->neuron[j] == t->significant[i]) {
            n->significant[n->n_selected] = i;
            n->selected[n->n_selected++] = j;
        }
    }
    return CT_OK;
}

enum ct_status answer_neurons_find(const struct analysis *a, struct answer_neurons *n,
                                   struct ct_error *err)
{
    enum ct_status status = samples_choose(a, &n->samples, err);

    if (status != CT_OK || !samples_suffice(&n->samples))
        return status;
    status = profiles_new(&extract_of(a)->X,
                          (const size_t *const[]){ n->samples.rows[0], n->samples.rows[1] },
                          n->samples.n, &n->profiles, err);
    return status == CT_OK ? select_significant(ttest_of(a), n, err) : status;
}

double answer_neurons_memory(const struct analysis *a)
{
    const size_t n_samples = contrast_of(a)->n_rows[0] + contrast_of(a)->n_rows[1];

    return profiles_memory(extract_of(a)->X.cols, n_samples) +
           2.0 * sizeof(size_t) * (double)ttest_of(a)->n_significant;
}

struct null_question answer_question(const struct analysis *a, const struct answer_neurons *n)
{
    return (struct null_question){ .profiles = &n->profiles,
                                   .selected = n->selected,
                                   .n_selected = n->n_selected,
                                   .test = &tests[a->params.test],
                                   .correction = ttest_rule(a).correction,
                                   .alpha = ttest_rule(a).alpha,
                                   .seed = a->params.seed };
}
