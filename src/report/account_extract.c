#include "config.h"
#include "report/account.h"

#include "io/json_text.h"
#include "io/csv_writer.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"
#include "report/arrays.h"
#include "report/plots/parts.h"
#include "report/plots/space.h"

static void report_file(const struct activations *file, struct page *page)
{
    char remark[TABLE_REMARK_SIZE];

    page_path(page, file->name);
    for (size_t i = 0; table_remark(&file->remarks, i, remark); i++)
        page_line(page, "%s", remark);
}

static void report(const struct analysis *a, struct page *page)
{
    const struct extract_result *const e = extract_of(a);

    page->heading = load_of(a)->model != NULL ? "Hook" : "Neurons";
    if (load_of(a)->model == NULL)
        report_file(&load_of(a)->activations, page);
    for (size_t b = 0; b < e->n_blocks && b < 4; b++)
        page_line(page, "%s, %s neuron%s", show_text(e->blocks[b].hook).text,
                  show_count(e->blocks[b].n).text, plural(e->blocks[b].n));
    if (e->n_blocks > 4)
        page_line(page, "and %zu more, %s neurons in total", e->n_blocks - 4,
                  show_count(e->X.cols).text);
    if (load_of(a)->model != NULL)
        page_line(page, "at the target; %s of %s tokens computed, shared prefixes only once",
                  show_count(e->stats.n_positions).text, show_count(e->stats.n_tokens).text);
}

static void describe(const struct analysis *a, json_t *counts, json_t *outcome)
{
    const struct extract_result *const e = extract_of(a);
    json_t *const hooks = json_array();

    for (size_t b = 0; b < e->n_blocks; b++)
        json_array_append_new(hooks, json_text(e->blocks[b].hook));
    json_object_set_new(outcome, "hooks", hooks);
    json_object_set_new(counts, "neurons", json_integer((json_int_t)e->X.cols));
}

static void put_value(struct csv_writer *w, const struct matview *X, size_t i, size_t j)
{
    if (X->dtype == DTYPE_F32)
        csv_put_f32(w, ((const float *)X->data)[i * X->stride + j]);
    else
        csv_put_f64(w, matview_get(X, i, j));
}

static void put_activations(const void *context, size_t i, struct csv_writer *w)
{
    const struct analysis *const a = context;
    const struct matview *const X = &extract_of(a)->X;

    csv_put_size(w, i);
    csv_put_text(w, load_of(a)->group_names[load_of(a)->sentences[i].group]);
    csv_put_size(w, load_of(a)->sentences[i].target);
    for (size_t j = 0; j < X->cols; j++)
        put_value(w, X, i, j);
    csv_end_row(w);
}

static void write_activations(const struct analysis *a, struct csv_writer *w)
{
    const struct matview *const X = &extract_of(a)->X;

    csv_put_text(w, "sentence");
    csv_put_text(w, "group");
    csv_put_text(w, "token");
    for (size_t j = 0; j < X->cols; j++)
        put_id(w, a, j);
    csv_end_row(w);
    csv_put_rows(w, X->rows, 12 * X->cols, a->params.threads, put_activations, a);
}

static const struct table tables[] = {
    { "activations.csv", FORMAT_CSV, write_activations, NULL, &stage_extract },
    { "activations.npy", FORMAT_NPY, arrays_activations, NULL, &stage_extract },
    { "activations.safetensors", FORMAT_SAFETENSORS, arrays_safetensors, NULL, &stage_extract },
    { "groups.txt", FORMAT_NPY, arrays_groups, arrays_has_groups, &stage_extract },
};

static const struct plot plots[] = {
    { .name = "activations",
      .title = "activations",
      .order = 10,
      .stage = &stage_extract,
      .space = &space_activations,
      .in_report = true,
      .has_scale = true,
      .can_order = true,
      .draw = draw_activations },
    { .name = "neuron-means",
      .title = "means of the neurons",
      .order = 20,
      .stage = &stage_extract,
      .space = &space_bins,
      .in_report = true,
      .draw = draw_neuron_means,
      .item = item_neuron_means },
    { .name = "sentence-means",
      .title = "means of the sentences",
      .order = 30,
      .stage = &stage_extract,
      .space = &space_sentences,
      .in_report = true,
      .draw = draw_sentence_means },
    { .name = "neuron",
      .title = "one neuron",
      .order = 40,
      .stage = &stage_extract,
      .space = &space_neuron,
      .in_report = true,
      .draw = draw_neuron },
};

const struct account account_extract = {
    .stage = &stage_extract,
    .report = report,
    .describe = describe,
    .tables = tables,
    .n_tables = sizeof tables / sizeof *tables,
    .plots = plots,
    .n_plots = sizeof plots / sizeof *plots,
};
