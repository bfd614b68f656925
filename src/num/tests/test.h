/*
 * The statistical tests for neurons, as a table: the values of --test, the words in reports and
 * plots, and the computation follow from a row.
 */
#ifndef CT_NUM_TESTS_TEST_H
#define CT_NUM_TESTS_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mat.h"
#include "base/status.h"
#include "num/tests/ttest.h"

struct test_job {
    const struct matview *X; /* [n_samples, n_features] */
    const size_t *rows[2];   /* [n_rows[g]], samples of both groups */
    size_t n_rows[2];
    int n_threads;            /* the result does not depend on it */
    struct ttest_result *out; /* [n_features], owned by the caller */
    size_t *n_rounding;       /* NULL, or as for ttest_columns() */
};

struct test {
    const char *name;      /* `student`, as given to --test */
    const char *title;     /* `Student's` */
    const char *family;    /* `t-test` */
    const char *statistic; /* `t`: on axes and in reports */
    bool is_paired;        /* the n-th sample of one group is paired with the n-th of the other */

    /* Tests every column; errors as for ttest_columns(). */
    enum ct_status (*columns)(const struct test_job *job, struct ct_error *err);
    double (*memory)(int n_threads); /* peak memory of columns() in bytes, excluding out */

    /* Degrees of freedom of all columns; NaN if they differ. */
    double (*df)(const size_t n_rows[2]);

    /* The statistic >= 0 whose two-sided p-value is p; NaN if it differs between columns, or p is
     * not above 0. */
    double (*critical)(double p, const size_t n_rows[2]);
};

/* Indexed by enum ttest_kind. */
extern const struct test tests[];

/* The name of the i-th; NULL after the last. */
const char *test_name(size_t i);

#endif
