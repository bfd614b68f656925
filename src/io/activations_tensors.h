/* Activations from a safetensors file, as other programs write them; for activations.c only. */
#ifndef CT_IO_ACTIVATIONS_TENSORS_H
#define CT_IO_ACTIVATIONS_TENSORS_H

#include <stdbool.h>

#include "io/activations.h"

/* Whether path is to be read so: it ends in .safetensors. */
bool activations_are_tensors(const char *path);

/*
 * Fills in *a but its name: each tensor [sentences, width] is a hook point of that name, in the
 * order of names, numbers in them by value; BF16, F16, F32 or F64. `groups` in the metadata, if
 * there is one, are the labels of the sentences, one per line. CT_EIO, CT_EFORMAT (another shape or
 * dtype), CT_EINVAL (not a label for each sentence), CT_ENOMEM.
 */
enum ct_status activations_from_tensors(const char *path, struct activations *a,
                                        struct ct_error *err);

#endif
