/*
 * A whole analysis of activations with arbitrary values: every stage ends, and its results are in
 * range. Every neuron may be significant, so that later stages have points.
 */
#include "config.h"
#include "fuzz.h"

#include <math.h>

#include "pipeline/analysis.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "report/plots.h"

enum { MOST_VALUES = 2000, ROWS = 24, COLS = 80 };

static void check_results(const struct analysis *a)
{
    const size_t n = ttest_of(a)->n_significant;

    for (size_t j = 0; j < ttest_of(a)->n_neurons; j++) {
        const double p = ttest_of(a)->neurons[j].pvalue;
        fuzz_require(isnan(p) || (p >= 0.0 && p <= 1.0));
    }
    for (size_t i = 0; i < n; i++) {
        const double *const point = mat_row(&tsne_of(a)->result.embedding, i);
        fuzz_require(isfinite(point[0]) && isfinite(point[1]));
        for (size_t m = 0; m < clusters_of(a)->n; m++) {
            const struct clustering *const c = &clusters_of(a)->by[m];
            const bool may_be_none = c->method->has_noise || c->method->in_context;
            fuzz_require(c->labels[i] >= (may_be_none ? -1 : 0) &&
                         c->labels[i] < (int32_t)c->n_clusters);
            fuzz_require(similarity_of(a)->orders[m][i] < n);
        }
    }
}

static void draw_plots(const struct analysis *a)
{
    const struct plot_request request = { 0 };
    struct canvas canvas = { 0 };

    fuzz_require(canvas_init(&canvas, ROWS, COLS, false, true, NULL) == CT_OK);
    const struct plot_target target = canvas_target(&canvas, canvas_area(&canvas));
    for (size_t i = 0; plot_at(i) != NULL; i++)
        if (analysis_result(a, plot_at(i)->stage) != NULL)
            plot_draw(plot_at(i), a, &target, &request);
    canvas_clear(&canvas);
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
    struct analysis a;
    struct ct_error err = { 0 };
    enum ct_status status;

    analysis_init(&a);
    a.params.threads = 1;
    a.params.iterations = 250;
    a.params.alpha = 0.9999;
    a.params.correction = CORRECTION_NONE;
    status = params_set(&a.params.activations, fuzz_file("a.csv", data, size), &err);
    if (status == CT_OK)
        status = analysis_run(&a, &stage_load, NULL, &err);
    if (status == CT_OK &&
        load_of(&a)->activations.values.rows * load_of(&a)->activations.values.cols > MOST_VALUES) {
        analysis_clear(&a);
        return 0;
    }
    if (status == CT_OK)
        status = analysis_run(&a, &stage_similarity, NULL, &err);
    fuzz_check_answer(status, &err);
    if (status == CT_OK) {
        check_results(&a);
        draw_plots(&a);
    }
    analysis_clear(&a);
    return 0;
}
