/* Norms as the forward pass has them, to the bit: of the kind in model_config. */
#ifndef CT_MODEL_NORMALISE_H
#define CT_MODEL_NORMALISE_H

#include <stddef.h>

#include "model/model_config.h"
#include "model/weights.h"

/* gain and bias [n] of a norm of n values: 1 and 0 where it has none. */
void norm_read(const struct model_config *config, const struct norm *norm, size_t n, float *gain,
               float *bias);

/* y = the norm of x. x and y [n], which may be the same. */
void norm_apply(const struct model_config *config, const float *gain, const float *bias,
                const float *x, size_t n, float *y);

#endif
