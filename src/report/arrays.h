/*
 * Results as arrays: .npy as written by numpy.save, and safetensors. Activations keep their dtype
 * (float32 from a model), the embedding is float32 as in scikit-learn, matrices are float64. Errors
 * stay in the writer's outfile. Only for the table in tables.c.
 */
#ifndef CT_REPORT_ARRAYS_H
#define CT_REPORT_ARRAYS_H

#include <stdbool.h>

#include "base/status.h"
#include "io/csv_writer.h"
#include "pipeline/analysis.h"

/* [n_sentences, n_neurons]; the columns are the rows of ttest.csv. */
void arrays_activations(const struct analysis *a, struct csv_writer *w);

/* One tensor [n_sentences, n] per hook, under its name; __metadata__ holds `group` and `token` of
 * each sentence as JSON. */
void arrays_safetensors(const struct analysis *a, struct csv_writer *w);

/* CT_EINVAL: the neurons of a hook are not complete, adjacent and in order from 0. */
enum ct_status arrays_check_hooks(const struct analysis *a, struct ct_error *err);

/* The group of each sentence, one per line, as read by --groups; not written if one contains a line
 * break. */
void arrays_groups(const struct analysis *a, struct csv_writer *w);
bool arrays_has_groups(const struct analysis *a);

/* [n_significant, 2]; the rows are those of clusters.csv. */
void arrays_tsne(const struct analysis *a, struct csv_writer *w);

/* [n_significant, n_significant], rows and columns as in gram.csv. */
void arrays_gram(const struct analysis *a, struct csv_writer *w);
void arrays_cosine(const struct analysis *a, struct csv_writer *w);

/* [n_selected, n_selected] float32, rows and columns as in consensus.csv; [0, 0] without groups. */
void arrays_consensus(const struct analysis *a, struct csv_writer *w);

#endif
