/* The state of an analysis on the demo: which changes make what stale, and what survives a cancel,
 * a failure, and an empty result. */
#include "config.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "pipeline/expect.h"
#include "pipeline/stage_answer.h"
#include "pipeline/analysis.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_layers.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/stages.h"

/* A demo analysis with a short t-SNE. */
static void begin(struct analysis *a)
{
    analysis_init(a);
    a->params.threads = 2;
    a->params.iterations = 250;
    ck_assert_int_eq(params_set(&a->params.model, fixture_path("demo"), NULL), CT_OK);
    ck_assert_int_eq(params_set(&a->params.stimuli, fixture_path("demo/stimuli.csv"), NULL), CT_OK);
}

static void run(struct analysis *a)
{
    struct ct_error err = { 0 };

    if (analysis_run(a, &stage_similarity, NULL, &err) != CT_OK)
        ck_abort_msg("%s", err.text);
}

static const struct stage *const order[] = { &stage_load,      &stage_hook, &stage_extract,
                                             &stage_ttest,     &stage_tsne, &stage_cluster,
                                             &stage_similarity };
enum { N_ORDER = sizeof order / sizeof *order };

/* The stages of an analysis: text[s] is '!' if stale, else '.'. */
static const char *staleness(const struct analysis *a)
{
    static char text[N_ORDER + 1];

    for (size_t s = 0; s < N_ORDER; s++)
        text[s] = analysis_is_stale(a, order[s]) ? '!' : '.';
    return text;
}

START_TEST(a_change_makes_dependent_stages_stale)
{
    struct analysis a;

    begin(&a);
    ck_assert_str_eq(staleness(&a), "!!!!!!!");
    run(&a);
    ck_assert_str_eq(staleness(&a), ".......");
    a.params.threads = 1;
    ck_assert_str_eq(staleness(&a), ".......");
    a.params.eps = 2;
    ck_assert_str_eq(staleness(&a), ".....!!");
    a.params.eps = 1;
    ck_assert_str_eq(staleness(&a), ".......");
    a.params.clusters = 4;
    ck_assert_str_eq(staleness(&a), ".....!!");
    a.params.clusters = 3;
    a.params.perplexity = 20;
    ck_assert_str_eq(staleness(&a), "....!!!");
    a.params.perplexity = 30;
    a.params.alpha = 0.01;
    ck_assert_str_eq(staleness(&a), "...!!!!");
    a.params.alpha = 0.05;
    a.params.test = TTEST_WELCH;
    ck_assert_str_eq(staleness(&a), "...!!!!");
    a.params.test = TTEST_STUDENT;
    params_add_hook(&a.params, "h.0", NULL);
    ck_assert_str_eq(staleness(&a), ".!!!!!!");
    params_set(&a.params.stimuli, "other.csv", NULL);
    ck_assert_str_eq(staleness(&a), "!!!!!!!");
    analysis_clear(&a);
}
END_TEST

START_TEST(only_stale_stages_are_recomputed)
{
    struct analysis a;

    begin(&a);
    run(&a);
    const void *const extract = extract_of(&a);
    const void *const tsne = tsne_of(&a);
    const void *const cluster = clusters_of(&a);
    run(&a);
    ck_assert(clusters_of(&a) == cluster);
    a.params.eps = 1.5;
    run(&a);
    ck_assert(extract_of(&a) == extract && tsne_of(&a) == tsne);
    ck_assert_str_eq(staleness(&a), ".......");
    analysis_clear(&a);
}
END_TEST

/* All of them together take no longer than the call. */
START_TEST(seconds_are_those_of_the_stages)
{
    struct analysis a;
    double sum = 0.0;

    begin(&a);
    const double start = clock_seconds();
    run(&a);
    const double whole = clock_seconds() - start;
    for (size_t s = 0; s < N_ORDER; s++) {
        ck_assert_double_ge(analysis_seconds(&a, order[s]), 0.0);
        sum += analysis_seconds(&a, order[s]);
    }
    ck_assert_double_gt(sum, 0.0);
    ck_assert_double_le(sum, whole);
    analysis_clear(&a);
}
END_TEST

struct stopper {
    const struct stage *at;
    size_t n_calls;
};

static bool stop_at(void *context, const struct stage *stage, size_t done, size_t total)
{
    struct stopper *const stopper = context;

    (void)done;
    (void)total;
    stopper->n_calls++;
    return stage != stopper->at;
}

static enum tsne_answer stop_tsne(void *context, size_t n_iter, size_t max_iter)
{
    const struct stopper *const stopper = context;

    (void)max_iter;
    return stopper->at == &stage_tsne && n_iter >= 3 ? TSNE_STOP : TSNE_GO_ON;
}

START_TEST(a_cancel_keeps_existing_results)
{
    static const struct stage *const at[] = { &stage_load, &stage_extract, &stage_ttest,
                                              &stage_tsne, &stage_cluster, &stage_similarity };

    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        struct stopper stopper = { .at = at[i] };
        const struct analysis_watch watch = { .progress = stop_at,
                                              .tsne_tick = stop_tsne,
                                              .context = &stopper };
        struct analysis a;

        begin(&a);
        ck_assert_msg(analysis_run(&a, &stage_similarity, &watch, NULL) == CT_ECANCELED,
                      "%s was not cancelled", at[i]->name);
        for (size_t s = 0; s < N_ORDER; s++)
            ck_assert_msg(analysis_is_stale(&a, order[s]) == stage_is_needed(order[s], at[i]),
                          "cancel of %s, then %s", at[i]->name, order[s]->name);
        run(&a);
        ck_assert_str_eq(staleness(&a), ".......");
        analysis_clear(&a);
    }
}
END_TEST

static bool say_no(void *context, size_t done, size_t total)
{
    (void)context;
    (void)done;
    (void)total;
    return false;
}

START_TEST(each_method_can_be_cancelled)
{
    double values[] = { 0.0, 0.0, 0.0, 1.0, 5.0, 5.0, 5.0, 6.0 };
    const struct mat points = { .rows = 4, .cols = 2, .data = values };
    const struct progress no = { say_no, NULL };
    struct params params;

    params_init(&params);
    params.threads = 1;
    for (size_t m = 0; m < n_cluster_methods; m++) {
        struct clustering c = { 0 };
        ck_assert_int_eq(clustering_fit(cluster_methods[m], &points, &params, &no, &c, NULL),
                         CT_ECANCELED);
        ck_assert_ptr_null(c.labels);
    }
}
END_TEST

START_TEST(a_failure_keeps_existing_results)
{
    struct analysis a;
    struct ct_error err = { 0 };

    begin(&a);
    run(&a);
    const void *const old = ttest_of(&a);
    params_set(&a.params.contrast[0], "him", NULL);
    params_set(&a.params.contrast[1], "it", NULL);
    ck_assert_int_eq(analysis_run(&a, &stage_similarity, NULL, &err), CT_EINVAL);
    ck_assert_str_eq(err.text, "--contrast: unknown group 'it'; the groups are: 'him', 'her'");
    ck_assert(ttest_of(&a) == old && similarity_of(&a) != NULL);
    ck_assert_str_eq(staleness(&a), "...!!!!");
    params_set(&a.params.contrast[1], "him", NULL);
    ck_assert_int_eq(analysis_run(&a, &stage_similarity, NULL, &err), CT_EINVAL);
    ck_assert_str_eq(err.text,
                     "--contrast: both groups are the same; the groups are: 'him', 'her'");
    analysis_clear(&a);
}
END_TEST

START_TEST(zero_significant_neurons_are_a_valid_result)
{
    struct analysis a;

    begin(&a);
    a.params.alpha = 1e-300;
    run(&a);
    ck_assert_uint_eq(ttest_of(&a)->n_significant, 0);
    ck_assert_uint_eq(tsne_of(&a)->result.embedding.rows, 0);
    ck_assert_uint_eq(clusters_of(&a)->n, n_cluster_methods);
    for (size_t m = 0; m < n_cluster_methods; m++) {
        ck_assert_uint_eq(clusters_of(&a)->by[m].n_clusters, 0);
        ck_assert(isnan(clusters_of(&a)->by[m].silhouette));
    }
    ck_assert(isnan(similarity_of(&a)->means.all));
    analysis_clear(&a);
}
END_TEST

/* The alpha at which exactly n neurons are significant. */
static double alpha_for(const struct analysis *a, size_t n)
{
    double low = 0.0;
    double high = 1.0;

    for (int i = 0; i < 2000; i++) {
        const double middle = i < 1000 ? sqrt((low > 0 ? low : 1e-290) * high) : (low + high) / 2;
        size_t below = 0;
        for (size_t j = 0; j < ttest_of(a)->n_neurons; j++)
            below += ttest_of(a)->neurons[j].pvalue < middle;
        if (below == n)
            return middle;
        *(below < n ? &low : &high) = middle;
    }
    ck_abort_msg("no alpha leaves %zu neurons", n);
}

START_TEST(few_neurons_lower_perplexity_and_k)
{
    static const size_t counts[] = { 1, 2, 3, 4, 30, 31 };
    static const double perplexities[] = { 0, 1, 1, 1, 29.0 / 3, 30 };
    struct analysis a;

    begin(&a);
    run(&a);
    a.params.correction = CORRECTION_NONE;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        a.params.alpha = alpha_for(&a, counts[i]);
        run(&a);
        ck_assert_uint_eq(ttest_of(&a)->n_significant, counts[i]);
        ck_assert(tsne_of(&a)->perplexity == perplexities[i]);
        ck_assert_uint_eq(clustering_of(&a, &method_kmeans)->n_clusters,
                          counts[i] < 3 ? counts[i] : 3);
        for (size_t k = 0; k < 2 * counts[i]; k++)
            ck_assert(isfinite(tsne_of(&a)->result.embedding.data[k]));
    }
    analysis_clear(&a);
}
END_TEST

/* 149 of the demo, whose sentences are pairs, are known from an independent implementation; the
 * same neurons by p, by |t| and by the bounds of both, with any number of threads. */
START_TEST(maxt_selects_by_exchanges)
{
    static const enum ttest_kind kinds[] = { TTEST_STUDENT, TTEST_WELCH, TTEST_PAIRED };

    for (size_t k = 0; k < 3; k++) {
        struct analysis a, b;
        begin(&a);
        begin(&b);
        a.params.correction = b.params.correction = CORRECTION_MAXT;
        a.params.test = b.params.test = kinds[k];
        b.params.threads = 1;
        ck_assert_int_eq(analysis_run(&a, &stage_ttest, NULL, NULL), CT_OK);
        ck_assert_int_eq(analysis_run(&b, &stage_ttest, NULL, NULL), CT_OK);
        const struct ttest_stage *const t = ttest_of(&a);
        ck_assert(kinds[k] == TTEST_PAIRED || t->n_significant == 149);
        ck_assert_mem_eq(t->p_adjusted, ttest_of(&b)->p_adjusted, t->n_neurons * sizeof(double));
        ck_assert(t->t_critical == ttest_of(&b)->t_critical);
        for (size_t j = 0; j < t->n_neurons; j++) {
            const double p = t->neurons[j].pvalue;
            ck_assert(t->is_significant[j] == (t->p_adjusted[j] <= a.params.alpha));
            ck_assert(t->is_significant[j] == (fabs(t->neurons[j].statistic) > t->t_critical));
            ck_assert(t->is_significant[j] ==
                      (kinds[k] == TTEST_WELCH ? p <= t->p_threshold : p < t->p_threshold));
        }
        ck_assert(ttest_rule(&a).correction == CORRECTION_NONE &&
                  ttest_rule(&a).alpha == t->p_threshold);
        a.params.alpha = 0.0009; /* 999 exchanges are too few */
        ck_assert_int_eq(analysis_run(&a, &stage_ttest, NULL, NULL), CT_OK);
        ck_assert(ttest_of(&a)->n_significant == 0 && isinf(ttest_of(&a)->t_critical));
        ck_assert(ttest_rule(&a).alpha > 0.0 && ttest_rule(&a).alpha < 1e-300);
        a.params.seed = 1; /* matters to maxT alone */
        ck_assert(analysis_is_stale(&a, &stage_ttest));
        analysis_clear(&a);
        analysis_clear(&b);
    }
}
END_TEST

static bool stop_exchanging(void *context, const struct stage *stage, size_t done, size_t total)
{
    (void)context, (void)total;
    return stage != &stage_ttest || done < 400;
}

START_TEST(maxt_is_cancelled_as_a_whole)
{
    const struct analysis_watch watch = { .progress = stop_exchanging };
    struct analysis a;

    begin(&a);
    a.params.correction = CORRECTION_MAXT;
    ck_assert_int_eq(analysis_run(&a, &stage_ttest, &watch, NULL), CT_ECANCELED);
    ck_assert_ptr_null(ttest_of(&a));
    analysis_clear(&a);
}
END_TEST

START_TEST(results_are_bitwise_independent_of_threads)
{
    struct analysis one;
    struct analysis two;

    begin(&one);
    one.params.threads = 1;
    run(&one);
    begin(&two);
    run(&two);
    const struct mat *const x = &tsne_of(&one)->result.embedding;
    const struct mat *const y = &tsne_of(&two)->result.embedding;
    ck_assert_mem_eq(extract_of(&one)->own.data, extract_of(&two)->own.data,
                     extract_of(&one)->X.rows * extract_of(&one)->X.cols * sizeof(float));
    ck_assert_uint_eq(x->rows, y->rows);
    ck_assert_mem_eq(x->data, y->data, x->rows * x->cols * sizeof *x->data);
    ck_assert_mem_eq(similarity_of(&one)->cosine_counts, similarity_of(&two)->cosine_counts,
                     sizeof similarity_of(&one)->cosine_counts);
    analysis_clear(&one);
    analysis_clear(&two);
}
END_TEST

START_TEST(the_demo_has_pairs_and_no_duplicates)
{
    struct analysis a;

    begin(&a);
    run(&a);
    ck_assert(contrast_of(&a)->are_pairs);
    ck_assert_uint_eq(contrast_of(&a)->n_unique, 108);
    ck_assert_uint_eq(load_of(&a)->n_groups, 2);
    ck_assert_uint_eq(contrast_of(&a)->n_rows[0], 54);
    /* enough for meaningful clusters */
    ck_assert_uint_ge(ttest_of(&a)->n_significant, 100);
    analysis_clear(&a);
}
END_TEST

static void write_stimuli(char path[static 32], const char *text)
{
    strcpy(path, "/tmp/test_analysis_XXXXXX");
    const int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

START_TEST(duplicates_and_pairs_are_detected)
{
    char path[32];
    struct analysis a;

    write_stimuli(path, "group,target,text\n"
                        "him, him,She saw him today.\n"
                        "him, him,She saw him again.\n"
                        "him, him,We met him.\n"
                        "her, her,She saw her today.\n"
                        "her, her,She saw her again and again.\n"
                        "her, her,We met her.\n");
    begin(&a);
    params_set(&a.params.stimuli, path, NULL);
    run(&a);
    ck_assert(!contrast_of(&a)->are_pairs); /* the second pair differs after the target */
    ck_assert_uint_eq(contrast_of(&a)->n_unique, 4);
    ck_assert_uint_eq(contrast_of(&a)->twin[1] - contrast_of(&a)->twin[0], 1);
    analysis_clear(&a);
    unlink(path);
}
END_TEST

static void fail_with(const char *stimuli, const char *want)
{
    char path[32];
    struct analysis a;
    struct ct_error err = { 0 };

    write_stimuli(path, stimuli);
    begin(&a);
    params_set(&a.params.stimuli, path, NULL);
    ck_assert_msg(analysis_run(&a, &stage_ttest, NULL, &err) != CT_OK, "taken: %s", want);
    ck_assert_msg(strstr(err.text, want) != NULL, "want '%s' in '%s'", want, err.text);
    ck_assert_ptr_null(extract_of(&a)); /* reported before the long computation */
    analysis_clear(&a);
    unlink(path);
}

/* Extraction can take hours: what is wrong with the groups is reported before it. */
START_TEST(groups_are_checked_before_extraction)
{
    static const struct {
        const char *stimuli;
        const char *contrast[2];
        enum ttest_kind test;
        const char *says;
    } cases[] = {
        { "a, him,We saw him.\na, him,They saw him.\n", { NULL }, TTEST_STUDENT, "two groups" },
        { "a, him,We saw him.\nb, him,They saw him.\n", { "a", "c" }, TTEST_STUDENT, "'c'" },
        { "a, him,We saw him.\na, him,I saw him.\nb, him,They saw him.\n",
          { NULL },
          TTEST_PAIRED,
          "2 and 1 samples" },
    };
    const struct stage *const goals[] = { goal_analysis, goal_layers, &stage_ttest,
                                          &stage_similarity };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t g = 0; g < sizeof goals / sizeof *goals; g++) {
            char text[400];
            char path[32];
            struct analysis a;
            struct ct_error err = { 0 };

            snprintf(text, sizeof text, "group,target,text\n%s", cases[i].stimuli);
            write_stimuli(path, text);
            begin(&a);
            params_set(&a.params.stimuli, path, NULL);
            for (size_t k = 0; k < 2 && cases[i].contrast[0] != NULL; k++)
                params_set(&a.params.contrast[k], cases[i].contrast[k], NULL);
            a.params.test = cases[i].test;
            ck_assert_int_eq(analysis_run(&a, goals[g], NULL, &err), CT_EINVAL);
            ck_assert_msg(strstr(err.text, cases[i].says) != NULL, "%s", err.text);
            ck_assert_ptr_null(analysis_result(&a, &stage_extract));
            analysis_clear(&a);
            unlink(path);
        }
}
END_TEST

static void note_begin(void *context, const struct stage *stage, double expected)
{
    double *const seconds = context;

    ck_assert_ptr_eq(stage, &stage_answer);
    *seconds = expected;
}

/* Known once the inputs are there, and told before the stage begins; more draws take longer. */
START_TEST(time_is_told_before_a_long_stage)
{
    struct analysis a;
    double told = 0.0;
    struct analysis_watch watch = { .begin = note_begin, .context = &told };
    struct ct_error err = { 0 };

    begin(&a);
    ck_assert(analysis_expect(&a, &stage_answer) == 0.0);
    ck_assert_int_eq(analysis_run(&a, &stage_ttest, &watch, &err), CT_OK);
    ck_assert(told == 0.0);
    a.params.draws = 2000;
    const double many = analysis_expect(&a, &stage_answer);
    a.params.draws = 2;
    const double few = analysis_expect(&a, &stage_answer);
    ck_assert_msg(few > 0.0 && many > 2.0 * few && many < 300.0, "%g %g", few, many);
    ck_assert(analysis_expect(&a, stage_with_parts(&stage_answer)) >= few);
    a.params.resamples = 1;
    ck_assert_int_eq(analysis_run(&a, &stage_answer, &watch, &err), CT_OK);
    ck_assert(told > 0.0 && told <= few);
    ck_assert(analysis_expect(&a, &stage_answer) == 0.0);
    analysis_clear(&a);
}
END_TEST

START_TEST(estimates_are_rounded_up)
{
    static const struct {
        double seconds;
        const char *words;
    } cases[] = { { 0.2, "1 s" },        { 9.5, "10 s" },       { 31.0, "40 s" },
                  { 89.0, "90 s" },      { 91.0, "2 minutes" }, { 5399.0, "90 minutes" },
                  { 5401.0, "2 hours" }, { 1e6, "278 hours" } };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(duration_of(cases[i].seconds).text, cases[i].words);
    ck_assert(expect_here(1.0, 2) < expect_here(1.0, 1));
}
END_TEST

START_TEST(errors_in_stimuli_name_the_row)
{
    fail_with("group,target,text\nhim, him,Nobody here.\n", "row 1 (line 2): the target \" him\"");
    fail_with("group,target,text\na, him,We saw him.\nb, him,He told him that he saw him.\n",
              "row 2 (line 3): the target \" him\" occurs 2 times");
    fail_with("group,target,text\na, him,We saw him.\n", "needs sentences of two groups");
    fail_with("group,target,text\na, him,I see him.\nb, him,We see him.\n a, him,They see him.\n",
              "choose two groups with --contrast A,B; the groups are: 'a', 'b', ' a'");
    char many[1024] = "group,target,text\n";
    for (int g = 0; g < 20; g++)
        sprintf(many + strlen(many), "g%d, him,They saw him.\n", g);
    fail_with(many, "'g11' and 8 more");
}
END_TEST

/* ---- separate hook points ---- */

struct seen {
    size_t n;
    struct mat embedding[3];
    double t[3];
};

static enum ct_status see_layer(void *context, struct analysis *layer, struct ct_error *err)
{
    struct seen *const seen = context;
    const struct mat *const from = &tsne_of(layer)->result.embedding;
    struct mat *const to = &seen->embedding[seen->n];

    ck_assert_int_eq(mat_init(to, from->rows, 2, "picture", err), CT_OK);
    memcpy(to->data, from->data, 2 * from->rows * sizeof *to->data);
    seen->t[seen->n++] = ttest_of(layer)->neurons[7].statistic;
    ck_assert_str_eq(staleness(layer), "......!");
    ck_assert_int_eq(analysis_run(layer, &stage_similarity, NULL, err), CT_OK);
    ck_assert_str_eq(staleness(layer), ".......");
    return CT_OK;
}

static void begin_layers(struct analysis *a)
{
    begin(a);
    params_add_hook(&a->params, "h.1.attn.c_proj", NULL); /* 64 neurons, then 2 times 256 */
    params_add_hook(&a->params, "h.[23].mlp.c_fc", NULL);
}

/* Bitwise equal to an analysis of only that hook point from the same activations. */
START_TEST(layers_equal_separate_analyses)
{
    struct seen seen = { 0 };
    const struct analysis_watch watch = { .layer = see_layer, .layer_context = &seen };
    struct analysis a;
    struct analysis one;

    begin_layers(&a);
    ck_assert_int_eq(analysis_run(&a, &stage_layers, &watch, NULL), CT_OK);
    ck_assert_ptr_null(ttest_of(&a)); /* not needed */
    ck_assert_uint_eq(layers_of(&a)->n_rows, 3);
    ck_assert_uint_eq(seen.n, 3);
    ck_assert(contrast_of(&a)->are_pairs);
    for (size_t l = 0; l < 3; l++) {
        const struct layer_row *const row = &layers_of(&a)->rows[l];
        ck_assert_int_eq(analysis_init_layer(&one, &a, l, NULL), CT_OK);
        run(&one);
        ck_assert_str_eq(row->hook, one.params.hooks[0]);
        ck_assert_uint_eq(row->n_neurons, l == 0 ? 64 : 256);
        ck_assert_uint_eq(row->n_neurons, ttest_of(&one)->n_neurons);
        ck_assert_uint_eq(row->n_significant, ttest_of(&one)->n_significant);
        ck_assert(seen.t[l] == ttest_of(&one)->neurons[7].statistic);
        ck_assert_uint_eq(seen.embedding[l].rows, row->n_significant);
        ck_assert_mem_eq(seen.embedding[l].data, tsne_of(&one)->result.embedding.data,
                         2 * row->n_significant * sizeof(double));
        ck_assert_uint_eq(row->by[0].n_clusters, clusters_of(&one)->by[0].n_clusters);
        assert_allclose(&row->by[0].silhouette, &clusters_of(&one)->by[0].silhouette, 1, 0, 0);
        ck_assert(row->kl_divergence == tsne_of(&one)->result.kl_divergence);
        ck_assert(row->strongest_t == ttest_of(&one)->neurons[row->strongest].statistic);
        mat_clear(&seen.embedding[l]);
        analysis_clear(&one);
    }
    analysis_clear(&a);
}
END_TEST

START_TEST(layers_depend_on_what_their_analyses_depend_on)
{
    struct analysis a;

    begin_layers(&a);
    ck_assert_int_eq(analysis_run(&a, &stage_layers, NULL, NULL), CT_OK);
    const void *const layers = layers_of(&a);
    ck_assert(!analysis_is_stale(&a, &stage_layers));
    run(&a); /* all hook points as one analysis */
    ck_assert(layers_of(&a) == layers && !analysis_is_stale(&a, &stage_layers));
    a.params.eps = 2;
    ck_assert(analysis_is_stale(&a, &stage_layers));
    a.params.eps = 1;
    a.params.matrices = true;
    ck_assert(!analysis_is_stale(&a, &stage_layers));
    params_clear_hooks(&a.params);
    ck_assert(analysis_is_stale(&a, &stage_layers));
    run(&a);
    ck_assert_ptr_null(layers_of(&a)); /* its names were those of the previous hook points */
    analysis_clear(&a);
}
END_TEST

START_TEST(a_layer_without_significant_neurons_has_a_row)
{
    struct analysis a;

    begin_layers(&a);
    a.params.alpha = 1e-300;
    ck_assert_int_eq(analysis_run(&a, &stage_layers, NULL, NULL), CT_OK);
    for (size_t l = 0; l < 3; l++) {
        ck_assert_uint_eq(layers_of(&a)->rows[l].n_significant, 0);
        ck_assert(isnan(layers_of(&a)->rows[l].kl_divergence));
        ck_assert(isnan(layers_of(&a)->rows[l].by[0].silhouette));
        ck_assert(fabs(layers_of(&a)->rows[l].strongest_t) > 1.0);
    }
    analysis_clear(&a);
}
END_TEST

static bool stop_after_half(void *context, const struct stage *stage, size_t done, size_t total)
{
    size_t *const last = context;

    if (stage != &stage_layers)
        return true;
    ck_assert_uint_ge(done, *last); /* only increases */
    *last = done;
    return 2 * done < total;
}

START_TEST(layers_can_be_cancelled)
{
    size_t last = 0;
    const struct analysis_watch watch = { .progress = stop_after_half, .context = &last };
    struct analysis a;

    begin_layers(&a);
    ck_assert_int_eq(analysis_run(&a, &stage_layers, &watch, NULL), CT_ECANCELED);
    ck_assert_ptr_null(layers_of(&a));
    ck_assert(!analysis_is_stale(&a, &stage_extract));
    ck_assert_uint_gt(last, 0);
    analysis_clear(&a);
}
END_TEST

struct way { /* the course of the progress */
    size_t done, total, n_calls;
};

static bool follow(void *context, const struct stage *stage, size_t done, size_t total)
{
    struct way *const way = context;

    if (stage != &stage_layers)
        return true;
    ck_assert(done <= total && (way->n_calls == 0 || total == way->total));
    ck_assert_uint_ge(done, way->done);
    *way = (struct way){ done, total, way->n_calls + 1 };
    return true;
}

/* Progress only increases, through every stage of every layer, to the end. */
START_TEST(progress_of_layers_covers_all_their_stages)
{
    struct way way = { 0 };
    const struct analysis_watch watch = { .progress = follow, .context = &way };
    struct analysis a;

    begin_layers(&a);
    ck_assert_int_eq(analysis_run(&a, &stage_layers, &watch, NULL), CT_OK);
    ck_assert_uint_gt(way.n_calls, 100);
    ck_assert_msg(way.done == way.total, "%zu of %zu at the end", way.done, way.total);
    analysis_clear(&a);
}
END_TEST

static enum ct_status see_similarities(void *context, struct analysis *layer, struct ct_error *err)
{
    (void)err;
    ck_assert(!analysis_is_stale(layer, goal_analysis));
    ++*(size_t *)context;
    return CT_OK;
}

/* What the driver wants of each layer is computed with progress, before it is called. */
START_TEST(layers_are_computed_up_to_the_goal)
{
    struct way way = { 0 };
    size_t n_layers = 0;
    const struct analysis_watch watch = { .progress = follow,
                                          .layer = see_similarities,
                                          .layer_context = &n_layers,
                                          .layer_goal = goal_analysis,
                                          .context = &way };
    struct analysis a;

    begin_layers(&a);
    ck_assert_int_eq(analysis_run(&a, &stage_layers, &watch, NULL), CT_OK);
    ck_assert_uint_eq(n_layers, 3);
    ck_assert_msg(way.done == way.total, "%zu of %zu at the end", way.done, way.total);
    analysis_clear(&a);
}
END_TEST

/* Alternating columns of two hook points, as another program may have written them. */
START_TEST(columns_of_a_layer_need_not_be_adjacent)
{
    char path[32];
    char text[4096] = "sentence,group,a:0,b:0,a:1,b:1\n";
    struct analysis a;
    struct analysis layer;

    for (int i = 0; i < 12; i++) {
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%d,%s,%d,%d,%d,%d\n", i, i < 6 ? "x" : "y",
                 i * i, 100 + i % 5, i % 3, 200 + i % 7);
    }
    write_stimuli(path, text);
    begin(&a);
    params_set(&a.params.activations, path, NULL);
    a.params.alpha = 0.5;
    ck_assert_int_eq(analysis_run(&a, &stage_layers, NULL, NULL), CT_OK);
    ck_assert_uint_eq(layers_of(&a)->n_rows, 2);
    ck_assert_str_eq(layers_of(&a)->rows[1].hook, "b");
    ck_assert_int_eq(analysis_init_layer(&layer, &a, 1, NULL), CT_OK);
    ck_assert_uint_eq(extract_of(&layer)->X.cols, 2);
    for (size_t i = 0; i < 12; i++) {
        ck_assert(matview_get(&extract_of(&layer)->X, i, 0) == 100.0 + (double)(i % 5));
        ck_assert(matview_get(&extract_of(&layer)->X, i, 1) == 200.0 + (double)(i % 7));
    }
    ck_assert(extract_of(&layer)->X.dtype == extract_of(&a)->X.dtype);
    run(&layer);
    size_t index;
    ck_assert_str_eq(neuron_hook(extract_of(&layer), 1, &index), "b");
    ck_assert_uint_eq(index, 1);
    analysis_clear(&layer);
    analysis_clear(&a);
    unlink(path);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_change_makes_dependent_stages_stale,
        only_stale_stages_are_recomputed,
        seconds_are_those_of_the_stages,
        a_cancel_keeps_existing_results,
        each_method_can_be_cancelled,
        a_failure_keeps_existing_results,
        zero_significant_neurons_are_a_valid_result,
        few_neurons_lower_perplexity_and_k,
        maxt_selects_by_exchanges,
        maxt_is_cancelled_as_a_whole,
        results_are_bitwise_independent_of_threads,
        the_demo_has_pairs_and_no_duplicates,
        duplicates_and_pairs_are_detected,
        groups_are_checked_before_extraction,
        errors_in_stimuli_name_the_row,
        time_is_told_before_a_long_stage,
        estimates_are_rounded_up,
        layers_equal_separate_analyses,
        layers_depend_on_what_their_analyses_depend_on,
        a_layer_without_significant_neurons_has_a_row,
        layers_can_be_cancelled,
        progress_of_layers_covers_all_their_stages,
        layers_are_computed_up_to_the_goal,
        columns_of_a_layer_need_not_be_adjacent,
    };
    return RUN_TESTS("analysis", tests);
}
