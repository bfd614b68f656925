/*
 * The first row of a table of numbers: names, or numbers already. Programs write both (numpy's
 * savetxt has no header, pandas and R may name columns by numbers), so what looks like numbers is
 * never taken as names in silence.
 */
#ifndef CT_IO_TABLE_HEAD_H
#define CT_IO_TABLE_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "io/csv.h"

/* Whether a table begins with names; auto: unless its first row is numbers other than 0 .. n - 1
 * or 1 .. n, which is an error. */
enum header { HEADER_AUTO, HEADER_YES, HEADER_NO };

/* The name of the i-th, as given to the option; NULL after the last. */
const char *header_name(size_t i);

/* What was assumed about a table; a reader fills it in. */
struct table_remarks {
    bool numbers_are_names; /* the first row was 0 .. n - 1 or 1 .. n */
    bool has_row_names;     /* each row has one field more than the header, its name */
    size_t n_blank_rows;    /* rows of commas alone at the end, which are left out */
};

/* The i-th remark as a sentence, from 0; false: no more. */
enum { TABLE_REMARK_SIZE = 120 };
bool table_remark(const struct table_remarks *remarks, size_t i, char out[TABLE_REMARK_SIZE]);

/* Checks the first row of the table `name`. CT_EFORMAT: with HEADER_AUTO, it is numbers that are
 * unlikely to be names. */
enum ct_status table_head_check(const struct csv_row *row, enum header header, const char *name,
                                struct table_remarks *remarks, struct ct_error *err);

#endif
