/* Points of the plane with the clusters that they are in: the file of a single step. */
#ifndef CT_REPORT_POINTS_H
#define CT_REPORT_POINTS_H

#include <stdint.h>

#include "base/status.h"
#include "io/plane.h"

/* Reads path ("-": standard input), which has no column of that name yet. Errors of plane_read(),
 * CT_EFORMAT: it has one. *p is the caller's: plane_clear(), also then. */
enum ct_status points_read(const char *path, const char *column, struct plane *p,
                           struct ct_error *err);

/* Writes the points to path ("-": standard output) as they came, with one more column, the labels
 * [n]. CT_EIO. */
enum ct_status points_write(const struct plane *p, const char *column, const int32_t *labels,
                            const char *path, struct ct_error *err);

#endif
