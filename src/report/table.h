/* A result file, column for column as it is promised to scripts, as a const row. */
#ifndef CT_REPORT_TABLE_H
#define CT_REPORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "io/csv_writer.h"
#include "pipeline/analysis.h"

/* What result files are written as: bits of a set. */
enum result_format { FORMAT_CSV = 1, FORMAT_NPY = 2, FORMAT_SAFETENSORS = 4 };

/* Sets for rows. Where neither CSV nor .npy is asked for, the picture and the matrices are CSV. */
enum { NEITHER = 8, PICTURE_CSV = FORMAT_CSV | NEITHER, ALWAYS = PICTURE_CSV | FORMAT_NPY };

struct table {
    const char *file; /* `ttest.csv` */
    unsigned formats; /* it is written with any of these */
    /* Writes the whole table, or the array into the writer's outfile, where errors stay. */
    void (*write)(const struct analysis *a, struct csv_writer *w);
    /* NULL: always written. */
    bool (*is_wanted)(const struct analysis *a);
    const struct stage *stage; /* whose result it shows */
};

/* The header row of a table. */
#define PUT_HEADER(w, ...)                                                                         \
    csv_put_row((w), sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *),                     \
                (const char *[]){ __VA_ARGS__ })

/* The columns hook and neuron, and the id HOOK:INDEX, of a column of the activations. */
void put_neuron(struct csv_writer *w, const struct analysis *a, size_t column);
void put_id(struct csv_writer *w, const struct analysis *a, size_t column);

/* An empty field where there is no number. */
void put_if_any(struct csv_writer *w, double x);

#endif
