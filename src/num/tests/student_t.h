/*
 * Student's t distribution for one number of degrees of freedom and many values of t: what depends
 * on the degrees of freedom alone is computed once. num/tests/ttest.h has the plain functions.
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

/* P(|T| > |t|); see student_t_two_sided() in num/tests/ttest.h. */
double student_t_pvalue(const struct student_t *s, double t);

#endif
