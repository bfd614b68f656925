/*
 * Brings weights of a mapped file into memory before they are used, since page faults one at a time
 * are slow. These are hints only: on a system without such calls pages come when they are touched.
 */
#ifndef CT_MODEL_PREFETCH_H
#define CT_MODEL_PREFETCH_H

#include <stddef.h>

#include "base/crew.h"
#include "model/ops/tensor.h"

/* Maps all pages of the tensors [n], the work shared by the crew; returns when they are in memory.
 */
void prefetch_now(const struct tensor *const *tensors, size_t n, struct crew *crew);

/* Asks the system to read the tensors [n] from disk in the background; returns at once. */
void prefetch_later(const struct tensor *const *tensors, size_t n);

#endif
