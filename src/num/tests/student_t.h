/*
 * Student's t distribution for one number of degrees of freedom and many values of t: what depends
 * on the degrees of freedom alone is computed once.
 *
 * It is our own because neurons are often so different that their p is far out in the tail, where
 * corrections for many tests and the order of the neurons still need its digits: the relative error
 * stays below 1e-10 down to 1e-300.
 */
#ifndef CT_NUM_TESTS_STUDENT_T_H
#define CT_NUM_TESTS_STUDENT_T_H

struct student_t { /* filled by student_t_init(); owns nothing */
    double df;
    double inverse_beta; /* 1 / B(df / 2, 1 / 2) */
};

/* df NaN, 0 or below makes every value that comes of it NaN; infinity is the normal distribution.
 */
void student_t_init(struct student_t *s, double df);

/* P(|T| > |t|); NaN when t or df is. Relative error below 1e-10 wherever it is above 1e-300. */
double student_t_pvalue(const struct student_t *s, double t);

/* The t >= 0 that student_t_pvalue() gives p for, 0 < p <= 1: the critical value. */
double student_t_critical(double p, double df);

#endif
