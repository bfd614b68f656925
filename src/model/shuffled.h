/*
 * The weights of a model that has learned nothing: the entries of every matrix in random order
 * (STREAM_WEIGHTS, replicate by number of the shuffle, words numbered through the matrices in the
 * order of their names, see struct weights); vectors stay as they are, and so does the output
 * layer, even if it is the embedding. Adebayo et al. 2018 (NeurIPS) do so with trained networks to
 * see what a method finds without learning.
 *
 * There is no shuffled copy of the model: a matrix is shuffled when a pass needs it, into a buffer
 * for the largest one, and of a table of embeddings only the rows that are looked up. A pass over
 * several batches shuffles again, which takes less than the products with a batch.
 */
#ifndef CT_MODEL_SHUFFLED_H
#define CT_MODEL_SHUFFLED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"
#include "base/status.h"
#include "model/weights.h"

struct weight_shuffle {
    uint64_t seed;
    uint64_t replicate;
};

struct shuffled;

/* For passes over at most max_nodes positions. weights and crew are borrowed. *out is owned by the
 * caller: shuffled_free(). CT_ENOTSUP (a matrix of more than SHUFFLE_MOST entries), CT_ENOMEM. */
enum ct_status shuffled_new(const struct weights *weights, const struct weight_shuffle *order,
                            size_t max_nodes, struct crew *crew, struct shuffled **out,
                            struct ct_error *err);
void shuffled_free(struct shuffled *s);
double shuffled_memory(const struct weights *weights, size_t max_nodes, int n_threads); /* bytes */

/* The matrix of a linear layer, shuffled: valid until the next call. *is_new: it was not the last
 * one already. */
const struct tensor *shuffled_matrix(struct shuffled *s, const struct tensor *matrix, bool *is_new);

/* The rows ids [n] of a table, shuffled; node i has row (*rows)[i] of the result. Both are valid
 * until the next call. */
const struct tensor *shuffled_rows(struct shuffled *s, const struct tensor *table,
                                   const uint32_t *ids, size_t n, const uint32_t **rows);

#endif
