/*
 * Reads weights of a mapped file into memory before they are used, since single page faults are
 * slow. These are only hints: on a system without such calls, pages are read when they are touched.
 */
#ifndef CT_MODEL_PREFETCH_H
#define CT_MODEL_PREFETCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/crew.h"
#include "model/ops/tensor.h"

/* Maps all pages of the tensors [n], using the crew's threads; returns when they are in memory, or
 * go_on(context), which is called now and then, is false. */
void prefetch_now(const struct tensor *const *tensors, size_t n, struct crew *crew,
                  bool (*go_on)(void *context), void *context);

/* Asks the system to read the tensors [n] from disk in the background; returns immediately. */
void prefetch_later(const struct tensor *const *tensors, size_t n);

#endif
