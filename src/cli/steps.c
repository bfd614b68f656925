#include "config.h"
#include "cli/commands.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/confined.h"
#include "cli/meter.h"
#include "cli/prepare.h"
#include "cli/print.h"
#include "io/infile.h"
#include "io/outfile.h"
#include "num/scale.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "pipeline/clustering.h"
#include "pipeline/steps.h"
#include "report/points.h"
#include "report/tables.h"

/* Single steps: a file in, one table out. */

static const char *input_path(const struct options *options)
{
    return options->n_texts > 0 ? options->texts[0] : "-";
}

static const char *output_path(const struct options *options)
{
    return options->out != NULL ? options->out : "-";
}

/* csv or npy: from --format, else from the file's name. */
static enum ct_status choose_format(struct options *options, struct ct_error *err)
{
    if (options->formats == 0)
        options->formats = text_ends_with(output_path(options), ".npy") ? FORMAT_NPY : FORMAT_CSV;
    if (options->formats == FORMAT_NPY && strcmp(output_path(options), "-") == 0 &&
        isatty(STDOUT_FILENO))
        return ct_fail(err, CT_EINVAL,
                       "standard output: a terminal cannot show .npy; give --out FILE");
    return CT_OK;
}

static enum ct_status write_result(const struct options *options, const struct analysis *a,
                                   const char *csv, const char *npy, struct ct_error *err)
{
    return table_write(a, table_find(options->formats == FORMAT_NPY ? npy : csv),
                       output_path(options), err);
}

/* A run states this in its report. */
static void note(const char *what, double wanted, double used, const char *why)
{
    print(stderr, "circuittui: %s: lowered from %g to %.4g; %s\n", what, wanted, used, why);
}

/* What was assumed about the input; a run states this, too. */
static void note_remarks(const struct options *options, const struct table_remarks *remarks)
{
    char remark[TABLE_REMARK_SIZE];

    for (size_t i = 0; table_remark(remarks, i, remark); i++)
        print(stderr, "circuittui: %s: %s\n", infile_name(input_path(options)), remark);
}

/* ---- steps on activations ---- */

/* Reads the activations into *a, which is initialised even on failure. */
static enum ct_status read_activations(struct options *options, bool ungrouped, struct analysis *a,
                                       struct ct_error *err)
{
    enum ct_status status;

    analysis_init(a);
    a->ttest_alone = options->command == COMMAND_TTEST;
    a->ungrouped = ungrouped;
    status = outfile_check(output_path(options), err); /* before anything is computed */
    confined_to_file(output_path(options));
    if (status == CT_OK)
        status = params_set(&options->params.activations, input_path(options), err);
    if (status == CT_OK)
        status = commands_defaults(options, err);
    if (status != CT_OK)
        return status;
    take_over_params(a, options);
    return meter_run(a, &stage_extract, NULL, NULL, err);
}

enum ct_status command_ttest(struct options *options, struct ct_error *err)
{
    struct analysis a;
    enum ct_status status = read_activations(options, false, &a, err);

    if (status == CT_OK)
        status = meter_run(&a, &stage_ttest, NULL, NULL, err);
    if (status == CT_OK && ttest_of(&a)->n_rounding > 0)
        print(stderr,
              "circuittui: caution: neurons that vary within the groups by rounding alone: %zu; "
              "their t and p are meaningless\n",
              ttest_of(&a)->n_rounding);
    if (status == CT_OK)
        status = table_write(&a, table_find("ttest.csv"), output_path(options), err);
    if (status == CT_OK)
        note_remarks(options, &load_of(&a)->activations.remarks);
    analysis_clear(&a);
    return status;
}

static enum ct_status read_and_choose(struct options *options, struct analysis *a, int32_t **labels,
                                      struct ct_error *err)
{
    const bool by_group = options->params.contrast[0] != NULL;
    enum ct_status status = choose_format(options, err);

    if (status == CT_OK && options->neurons != NULL && strcmp(options->neurons, "-") == 0 &&
        strcmp(input_path(options), "-") == 0)
        status = ct_fail(err, CT_EINVAL,
                         "standard input: cannot be both the activations and --neurons; name a "
                         "file");
    if (status == CT_OK && !by_group && options->params.space == SPACE_CONTEXT)
        status = ct_fail(err, CT_EINVAL,
                         "--space: context needs two groups; give --contrast A,B, or use "
                         "correlation");
    if (status != CT_OK) {
        analysis_init(a);
        return status;
    }
    status = read_activations(options, !by_group, a, err);
    return status == CT_OK ? analysis_choose(a, options->neurons, labels, err) : status;
}

enum ct_status command_tsne(struct options *options, struct ct_error *err)
{
    struct analysis a;
    int32_t *labels = NULL;
    enum ct_status status = read_and_choose(options, &a, &labels, err);

    if (status == CT_OK)
        status = meter_run(&a, &stage_tsne, NULL, NULL, err);
    if (status == CT_OK && ttest_of(&a)->n_significant > 1 &&
        tsne_of(&a)->perplexity < a.params.perplexity)
        note("--perplexity", a.params.perplexity, tsne_of(&a)->perplexity,
             "it must be below the number of neurons");
    if (status == CT_OK && ttest_of(&a)->n_significant > 1 && tsne_of(&a)->n_distinct == 1)
        print(stderr, "circuittui: caution: all neurons are identical; the embedding shows no "
                      "structure\n");
    if (status == CT_OK)
        status = write_result(options, &a, "tsne.csv", "tsne.npy", err);
    if (status == CT_OK)
        note_remarks(options, &load_of(&a)->activations.remarks);
    free(labels);
    analysis_clear(&a);
    return status;
}

enum ct_status command_cosine(struct options *options, struct ct_error *err)
{
    struct analysis a;
    int32_t *labels = NULL;
    enum ct_status status = read_and_choose(options, &a, &labels, err);

    if (status == CT_OK)
        status = analysis_compare(&a, labels, err);
    if (status == CT_OK)
        status = write_result(options, &a, "cosine.csv", "cosine.npy", err);
    if (status == CT_OK)
        note_remarks(options, &load_of(&a)->activations.remarks);
    free(labels);
    analysis_clear(&a);
    return status;
}

/* ---- steps on points ---- */

/* Clusters points whose squares would leave float64's range after scaling them, and eps. */
static enum ct_status fit(const struct cluster_method *method, const struct mat *points,
                          const struct params *params, struct clustering *out, struct ct_error *err)
{
    const int exponent = scale_exponent(points);
    struct params scaled_params = *params; /* shares its strings */
    struct mat scaled = { 0 };

    if (exponent == 0)
        return clustering_fit(method, points, params, NULL, out, err);
    scaled_params.eps = fmin(fmax(ldexp(params->eps, -exponent), DBL_TRUE_MIN), DBL_MAX);
    enum ct_status status = scale_copy(points, exponent, method->name, &scaled, err);
    if (status == CT_OK)
        status = clustering_fit(method, &scaled, &scaled_params, NULL, out, err);
    mat_clear(&scaled);
    return status;
}

static enum ct_status cluster(struct options *options, const struct cluster_method *method,
                              struct ct_error *err)
{
    struct plane p = { 0 };
    struct clustering c = { 0 };
    enum ct_status status = outfile_check(output_path(options), err);

    confined_to_file(output_path(options));
    if (status == CT_OK)
        status = points_read(input_path(options), options->params.header, method->name, &p, err);
    commands_default_threads(options);
    if (status == CT_OK)
        status = fit(method, &p.xy, &options->params, &c, err);
    if (status == CT_OK && method->wanted != NULL && c.n > 0 &&
        c.n_clusters < method->wanted(&options->params))
        note(method->wanted_option, (double)method->wanted(&options->params), (double)c.n_clusters,
             "there are no more points");
    if (status == CT_OK)
        status = points_write(&p, method->name, c.labels, output_path(options), err);
    if (status == CT_OK)
        note_remarks(options, &p.remarks);
    clustering_clear(&c);
    plane_clear(&p);
    return status;
}

enum ct_status command_dbscan(struct options *options, struct ct_error *err)
{
    return cluster(options, &method_dbscan, err);
}

enum ct_status command_kmeans(struct options *options, struct ct_error *err)
{
    return cluster(options, &method_kmeans, err);
}
