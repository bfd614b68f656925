/*
 * Results as arrays: .npy as numpy.save writes it, and safetensors. Activations keep the dtype that
 * they have (float32 of a model), the picture is float32 as scikit-learn returns it, matrices are
 * float64. Errors stay with the writer's outfile. For the table of tables.c alone.
 */
#ifndef CT_REPORT_ARRAYS_H
#define CT_REPORT_ARRAYS_H

#include <stdbool.h>

#include "base/status.h"
#include "io/csv_writer.h"
#include "pipeline/analysis.h"

/* [n_sentences, n_neurons]; the columns are the rows of ttest.csv. */
void arrays_activations(const struct analysis *a, struct csv_writer *w);

/* One tensor [n_sentences, n] a hook, by its name; in __metadata__, as JSON, `group` and `token` of
 * each sentence. */
void arrays_safetensors(const struct analysis *a, struct csv_writer *w);

/* CT_EINVAL: a hook has not all its neurons from 0 on, in order, beside each other. */
enum ct_status arrays_check_hooks(const struct analysis *a, struct ct_error *err);

/* The group of each sentence, a line each, as --groups takes it; not where one holds a line break.
 */
void arrays_groups(const struct analysis *a, struct csv_writer *w);
bool arrays_has_groups(const struct analysis *a);

/* [n_significant, 2]; the rows are those of clusters.csv. */
void arrays_tsne(const struct analysis *a, struct csv_writer *w);

/* [n_significant, n_significant], rows and columns as in gram.csv. */
void arrays_gram(const struct analysis *a, struct csv_writer *w);
void arrays_cosine(const struct analysis *a, struct csv_writer *w);

#endif
