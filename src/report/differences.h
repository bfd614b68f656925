/* Reports which values differ between two result files of the same name, for people to read. */
#ifndef CT_REPORT_DIFFERENCES_H
#define CT_REPORT_DIFFERENCES_H

#include <stdio.h>

#include "base/status.h"

/*
 * CSV and .npy are compared cell by cell: one line states how many values differ and by how much at
 * most, then one line per column (of many, only the worst dozen) lists the rows, and the one that
 * differs most. For other files one line states the first byte that differs. The kind of file is
 * decided by the ending of `file`. Lines are ASCII or visible UTF-8, as from text_visible().
 * CT_EIO, CT_EFORMAT (not that kind of file), CT_ENOMEM.
 */
enum ct_status differences_report(const char *file, const char *then, const char *now, FILE *out,
                                  struct ct_error *err);

#endif
