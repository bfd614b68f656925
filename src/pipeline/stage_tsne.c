#include "config.h"
#include "pipeline/stages.h"

#include <math.h>
#include <stdlib.h>

/* scikit-learn wants the perplexity below the number of points; where it is not, a third of the
 * neighbours is what implementations with 3 * perplexity neighbours can tell apart. */
static double perplexity_for(double wanted, size_t n)
{
    return wanted < (double)n ? wanted : fmax(1.0, (double)(n - 1) / 3.0);
}

static enum ct_status embed(const struct analysis *a, const struct stage_run *run,
                            struct tsne_stage *t, struct ct_error *err)
{
    const struct mat *const X = &a->ttest->selected;
    const struct tsne_watch watch = { run->watch->tsne_tick, run->watch->tsne_show,
                                      run->watch->context };
    struct tsne_params params;

    t->perplexity = perplexity_for(a->params.perplexity, X->rows);
    tsne_params_default(&params);
    params.perplexity = t->perplexity;
    params.max_iter = a->params.iterations;
    params.random_state = a->params.seed;
    params.n_threads = a->params.threads;
    return tsne_fit(X, &params, watch.tick != NULL ? &watch : NULL, &t->result, err);
}

enum ct_status stage_tsne_compute(const struct analysis *a, const struct stage_run *run,
                                  void **result, struct ct_error *err)
{
    const size_t n = a->ttest->n_significant;
    struct tsne_stage *const t = calloc(1, sizeof *t);
    enum ct_status status;

    if (t == NULL)
        return ct_fail_nomem(err, "t-SNE", 0);
    if (n >= 2)
        status = embed(a, run, t, err);
    else /* one point has no neighbours: it lies at the origin */
        status = mat_init(&t->result.embedding, n, 2, "t-SNE", err);
    if (status != CT_OK) {
        stage_tsne_free(t);
        return status;
    }
    *result = t;
    return CT_OK;
}

void stage_tsne_free(void *result)
{
    struct tsne_stage *const t = result;

    if (t == NULL)
        return;
    tsne_result_clear(&t->result);
    free(t);
}
