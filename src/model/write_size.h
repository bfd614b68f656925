/* What a neuron adds to the residual stream: its value after the activation function, times its
 * partner if it is a gate, times a row of the layer that follows. */
#ifndef CT_MODEL_WRITE_SIZE_H
#define CT_MODEL_WRITE_SIZE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "model/hooks.h"
#include "model/model.h"

struct neuron_write {
    bool is_activated;          /* the activation function is applied to the value */
    bool has_partner;           /* the value is multiplied by that at: */
    struct hook_point partner;  /* as wide as the hook point */
    const struct linear *layer; /* whose input it is; NULL: it is added to the stream as it is */
};

/* *is_known false: it does not add to the stream by itself, as a query does not. CT_ENOMEM. */
enum ct_status neuron_write_find(const struct model *model, const struct hook_point *hook,
                                 struct neuron_write *out, bool *is_known, struct ct_error *err);

/* values [n]: after the activation function, if there is one. */
void neuron_write_activate(const struct model *model, const struct neuron_write *write,
                           float *values, size_t n);

/* norms [n_in]: the lengths of what each input of the layer is multiplied by. CT_ENOMEM. */
enum ct_status neuron_write_norms(const struct neuron_write *write, double *norms,
                                  struct ct_error *err);

#endif
