/* extract_activations() with the bound of a batch in the caller's hand, for tests. */
#ifndef CT_MODEL_EXTRACT_BATCHES_H
#define CT_MODEL_EXTRACT_BATCHES_H

#include "model/extract.h"

/* A batch has at most max_nodes positions, unless one sequence alone has more. */
enum ct_status extract_in_batches(const struct model *model, const struct token_seq *seqs,
                                  size_t n_seqs, const struct hook_point *hooks, size_t n_hooks,
                                  int n_threads, size_t max_nodes, const struct progress *progress,
                                  float *out, struct extract_stats *stats, struct ct_error *err);

#endif
