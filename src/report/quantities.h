/* Rows of answer.csv: hook,name,value,low,high,null_mean,null_sd,p,m. */
#ifndef CT_REPORT_QUANTITIES_H
#define CT_REPORT_QUANTITIES_H

#include <stddef.h>

#include "io/csv_writer.h"
#include "pipeline/analysis.h"
#include "pipeline/stage_answer.h"

struct quantity { /* NaN: empty */
    const char *name;
    double value, low, high, null_mean, null_sd, p;
    size_t m; /* draws; 0: empty */
};

/* A value alone. */
struct quantity quantity(const char *name, double value);

/* A value against m draws of a null model. */
struct quantity quantity_against(const char *name, double value, const struct null_summary *s,
                                 size_t m);

void put_quantity(struct csv_writer *w, const struct analysis *a, const struct quantity *q);
void put_text_quantity(struct csv_writer *w, const struct analysis *a, const char *name,
                       const char *text);

/* The rows of parts of the answer, by account_NAME.c; they have results. */
void put_shuffled_quantities(const struct analysis *a, struct csv_writer *w);
void put_halves_quantities(const struct analysis *a, struct csv_writer *w);
void put_picture_quantities(const struct analysis *a, struct csv_writer *w);

#endif
