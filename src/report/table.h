/* A result file as a const row; its columns are a stable interface for scripts. */
#ifndef CT_REPORT_TABLE_H
#define CT_REPORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "io/csv_writer.h"
#include "pipeline/analysis.h"

/* Formats of result files: bits of a set. */
enum result_format { FORMAT_CSV = 1, FORMAT_NPY = 2, FORMAT_SAFETENSORS = 4 };

/* Sets for rows. If neither CSV nor .npy is requested, the embedding and the matrices are CSV. */
enum { NEITHER = 8, PICTURE_CSV = FORMAT_CSV | NEITHER, ALWAYS = PICTURE_CSV | FORMAT_NPY };

struct table {
    const char *file; /* `ttest.csv` */
    unsigned formats; /* written with any of these */
    /* Writes the whole table, or the array, into the writer's outfile, where errors stay. */
    void (*write)(const struct analysis *a, struct csv_writer *w);
    /* NULL: always written. */
    bool (*is_wanted)(const struct analysis *a);
    const struct stage *stage; /* whose result it contains */
};

/* The header row of a table. */
#define PUT_HEADER(w, ...)                                                                         \
    csv_put_row((w), sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *),                     \
                (const char *[]){ __VA_ARGS__ })

/* Writes the hook point of a, or an empty field if it has several. */
void put_hook(struct csv_writer *w, const struct analysis *a);

/* Writes the columns hook and neuron, and the id HOOK:INDEX, of a column of the activations. */
void put_neuron(struct csv_writer *w, const struct analysis *a, size_t column);
void put_id(struct csv_writer *w, const struct analysis *a, size_t column);

/* Writes a number, or an empty field if there is none. */
void put_if_any(struct csv_writer *w, double x);

#endif
