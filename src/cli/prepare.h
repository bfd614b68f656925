/* What commands do before they compute. */
#ifndef CT_CLI_PREPARE_H
#define CT_CLI_PREPARE_H

#include <stddef.h>

#include "base/status.h"
#include "cli/options.h"
#include "pipeline/analysis.h"
#include "pipeline/units.h"

/* a, new: its parameters become those of the options, which have none afterwards. */
void take_over_params(struct analysis *a, struct options *options);

/* Computes what units depend on, and the units. *out is the caller's: units_clear(). Errors of the
 * stages and of units_init(). */
enum ct_status find_units(struct analysis *a, size_t size, struct units *out, struct ct_error *err);

#endif
