/* Brings weights of a mapped file into memory ahead of their use: faults one page at a time are
 * dear. Only hints: where the system has no such call, the pages come when they are touched. */
#ifndef CT_MODEL_PREFETCH_H
#define CT_MODEL_PREFETCH_H

#include <stddef.h>

#include "base/crew.h"
#include "model/tensor.h"

/* Maps all pages of the tensors, the work shared by the crew; returns when they are there. */
void prefetch_now(const struct tensor *const *tensors, size_t n, struct crew *crew);

/* Asks the system to read them from disk in the background. */
void prefetch_later(const struct tensor *const *tensors, size_t n);

#endif
