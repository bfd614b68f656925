/* What commands do before they compute. */
#ifndef CT_CLI_PREPARE_H
#define CT_CLI_PREPARE_H

#include <stddef.h>

#include "base/status.h"
#include "cli/options.h"
#include "pipeline/analysis.h"
#include "pipeline/units.h"
#include "report/unit_plan.h"

/* a, new: its parameters become those of the options, which have none afterwards. */
void take_over_params(struct analysis *a, struct options *options);

/* Computes what units depend on, and the units. *out is the caller's: units_clear(). Errors of the
 * stages and of units_init(). */
enum ct_status find_units(struct analysis *a, size_t size, struct units *out, struct ct_error *err);

/* Fills in the options of the run that was shared out, whose results go to `out`; the parameters of
 * the plan are handed over. CT_ENOMEM. */
enum ct_status take_plan(struct options *options, const char *out, struct unit_plan *plan,
                         struct ct_error *err);

/* Computes what says whether the units in folder are of this model and these sentences. Errors of
 * find_units() and unit_plan_check(). */
enum ct_status check_plan(struct analysis *a, const struct unit_plan *plan, const char *folder,
                          struct ct_error *err);

#endif
