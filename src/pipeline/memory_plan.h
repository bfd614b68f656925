/*
 * What a stage will take of memory, worked out from the shapes that are known before it begins.
 * Files that are mapped do not count: their pages are the system's to take back.
 */
#ifndef CT_PIPELINE_MEMORY_PLAN_H
#define CT_PIPELINE_MEMORY_PLAN_H

#include <stddef.h>

#include "base/status.h"
#include "pipeline/analysis.h"

enum { STAGE_MEMORY_LEAST = 16 << 20 }; /* code, small tables, arrays rounded up to whole pages */

/*
 * Bytes that a stage takes at its peak beyond what was there before it, its result included: not
 * less than it does take, and beyond STAGE_MEMORY_LEAST not half as much again. Its inputs are
 * there. STAGE_LOAD, which reads until it knows, is 0, and so is STAGE_LAYERS, whose stages are
 * asked for one by one. Of STAGE_EXTRACT it is with what its test will take, and of STAGE_TTEST
 * without selection_memory(), which the number of significant neurons decides.
 */
double stage_memory(const struct analysis *a, enum stage_id stage);

/* Of n_selected neurons, copied as points with so many sentences as features. */
double selection_memory(size_t n_selected, size_t n_sentences);

/* CT_ENOMEM, with what to ask less of, when that is more than there is. */
enum ct_status stage_check_memory(const struct analysis *a, enum stage_id stage,
                                  struct ct_error *err);
enum ct_status selection_check_memory(size_t n_selected, size_t n_sentences, struct ct_error *err);

#endif
