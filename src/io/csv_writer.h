/*
 * Writes CSV (RFC 4180) field by field into an outfile, which keeps the first error until it is
 * committed. Fields are quoted where RFC 4180 requires it, and if they begin or end with a blank,
 * which could get lost. Rows end with LF, as written by pandas, numpy and R and expected by awk and
 * cut (a CR would become part of the last field); every CSV reader accepts that.
 *
 * Formatting numbers takes time: csv_put_rows() formats many rows on several threads.
 */
#ifndef CT_IO_CSV_WRITER_H
#define CT_IO_CSV_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "io/outfile.h"

struct csv_writer {        /* initialise with { .file = FILE }; nothing to free */
    struct outfile *file;  /* borrowed */
    struct csv_text *text; /* inside csv_put_rows(), where fields go instead */
    size_t n_fields;       /* in the row so far */
    bool empty;            /* all fields of the row so far are empty */
};

void csv_put_text(struct csv_writer *w, const char *text);
void csv_put_bytes(struct csv_writer *w, const char *text, size_t size);
void csv_put_f32(struct csv_writer *w, float value);
void csv_put_f64(struct csv_writer *w, double value);
void csv_put_size(struct csv_writer *w, size_t value);
void csv_put_int(struct csv_writer *w, long long value);
void csv_put_id(struct csv_writer *w, const char *hook, size_t neuron); /* HOOK:INDEX */
void csv_end_row(struct csv_writer *w);

/*
 * Calls put(context, i, writer) for each i in 0 .. n - 1, in any order, on n_threads threads, and
 * writes what it puts, whole rows, in the order of i. n_bytes: approximate length of a row.
 */
void csv_put_rows(struct csv_writer *w, size_t n, size_t n_bytes, int n_threads,
                  void (*put)(const void *context, size_t i, struct csv_writer *w),
                  const void *context);

/* A whole row of texts, such as a header: csv_put_row(&w, 3, (const char *[]){ "a", "b", "c" }). */
void csv_put_row(struct csv_writer *w, size_t n, const char *const *texts);

#endif
