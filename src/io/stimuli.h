/* The sentences of an analysis: CSV with the header `group,target,text`, one sentence per row. */
#ifndef CT_IO_STIMULI_H
#define CT_IO_STIMULI_H

#include <stddef.h>

#include "base/status.h"
#include "io/csv_table.h"
#include "io/labels.h"

struct stimulus { /* borrowed from its struct stimuli; texts are UTF-8, not empty, no NUL */
    const char *group;
    const char *target;
    const char *text;
    size_t group_size;
    size_t target_size;
    size_t text_size;
    size_t row;  /* from 1, as errors name it */
    size_t line; /* in the file, from 1 */
};

struct stimuli { /* zero-initialise; owns everything until stimuli_clear() */
    char *name;  /* the path as given, or `standard input`: for messages */
    size_t n;
    struct stimulus *rows; /* [n] */
    struct labels groups;  /* of the rows */
    struct csv_table table;
};

/* Reads path ("-": standard input). Columns are found by name, in any order; others are ignored.
 * CT_EIO, CT_EFORMAT (as csv_read_fd(); a column missing or duplicated, an empty group, target or
 * text, no rows), CT_ENOMEM; *out is then untouched. */
enum ct_status stimuli_read(const char *path, struct stimuli *out, struct ct_error *err);
void stimuli_clear(struct stimuli *s);

#endif
