/* Points of the plane with their clusters: the file format of a single step. */
#ifndef CT_REPORT_POINTS_H
#define CT_REPORT_POINTS_H

#include <stdint.h>

#include "base/status.h"
#include "io/plane.h"

/* Reads path ("-": standard input), which must not have a column of that name. Errors of
 * plane_read(), CT_EFORMAT: it has one. *p must be freed with plane_clear(), also on error. */
enum ct_status points_read(const char *path, enum header header, const char *column,
                           struct plane *p, struct ct_error *err);

/* Writes the points to path ("-": standard output) as read, with one more column, the labels [n].
 * CT_EIO. */
enum ct_status points_write(const struct plane *p, const char *column, const int32_t *labels,
                            const char *path, struct ct_error *err);

#endif
