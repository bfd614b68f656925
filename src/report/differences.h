/* Which figures differ between two result files of one name, in lines that a person reads. */
#ifndef CT_REPORT_DIFFERENCES_H
#define CT_REPORT_DIFFERENCES_H

#include <stdio.h>

#include "base/status.h"

/*
 * CSV and .npy are compared cell by cell: a line says how many figures differ and by how much at
 * most, then a line each column (of many, the worst dozen) tells in which rows, and in which most.
 * Of other files a line tells the first byte that differs. file decides by its ending. The lines
 * are ASCII or visible UTF-8, as text_visible() makes it. CT_EIO, CT_EFORMAT (not the kind of
 * file), CT_ENOMEM.
 */
enum ct_status differences_tell(const char *file, const char *then, const char *now, FILE *out,
                                struct ct_error *err);

#endif
