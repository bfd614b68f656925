/*
 * Student's t distribution for one number of degrees of freedom and many values of t: the part that
 * depends only on the degrees of freedom is computed once.
 *
 * It is implemented here because p of a neuron is often far out in the tail, where corrections for
 * multiple testing and the order of neurons still need accurate values: the relative error is below
 * 1e-10 down to 1e-300.
 */
#ifndef CT_NUM_TESTS_STUDENT_T_H
#define CT_NUM_TESTS_STUDENT_T_H

struct student_t { /* filled by student_t_init(); owns nothing */
    double df;
    double inverse_beta; /* 1 / B(df / 2, 1 / 2) */
};

/* df NaN or <= 0 makes all results NaN; df infinity is the normal distribution. */
void student_t_init(struct student_t *s, double df);

/* P(|T| > |t|); NaN if t or df is. Relative error below 1e-10 for results above 1e-300. */
double student_t_pvalue(const struct student_t *s, double t);

/* The critical value: the t >= 0 whose student_t_pvalue() is p, 0 < p <= 1. */
double student_t_critical(double p, double df);

#endif
