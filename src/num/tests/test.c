#include "config.h"
#include "num/tests/test.h"

#include <math.h>

#include "num/tests/student_t.h"

static enum ct_status columns(const struct test_job *job, enum ttest_kind kind,
                              struct ct_error *err)
{
    return ttest_columns(job->X, job->rows[0], job->n_rows[0], job->rows[1], job->n_rows[1], kind,
                         job->n_threads, job->out, job->n_rounding, err);
}

static double critical(double p, double df)
{
    return p > 0.0 && df >= 1.0 ? student_t_critical(p, df) : NAN;
}

#define T_TEST(lower, upper)                                                                       \
    static enum ct_status lower##_columns(const struct test_job *job, struct ct_error *err)        \
    {                                                                                              \
        return columns(job, TTEST_##upper, err);                                                   \
    }                                                                                              \
    static double lower##_df(const size_t n_rows[2])                                               \
    {                                                                                              \
        return ttest_df(TTEST_##upper, n_rows[0], n_rows[1]);                                      \
    }                                                                                              \
    static double lower##_critical(double p, const size_t n_rows[2])                               \
    {                                                                                              \
        return critical(p, lower##_df(n_rows));                                                    \
    }

T_TEST(student, STUDENT)
T_TEST(welch, WELCH)
T_TEST(paired, PAIRED)

const struct test tests[] = {
    [TTEST_STUDENT] = { "student", "Student's", "t-test", "t", false, student_columns,
                        ttest_columns_memory, student_df, student_critical },
    [TTEST_WELCH] = { "welch", "Welch's", "t-test", "t", false, welch_columns, ttest_columns_memory,
                      welch_df, welch_critical },
    [TTEST_PAIRED] = { "paired", "paired", "t-test", "t", true, paired_columns,
                       ttest_columns_memory, paired_df, paired_critical },
};

const char *test_name(size_t i)
{
    return i < sizeof tests / sizeof *tests ? tests[i].name : NULL;
}
