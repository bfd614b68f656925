/* Shared by all test programs: fixtures, closeness as defined by numpy, a main(). */
#ifndef CT_TESTS_SUPPORT_H
#define CT_TESTS_SUPPORT_H

#include <check.h>
#include <stddef.h>
#include <stdio.h>

#include "base/mat.h"

/* Check sends a message for every assertion that holds, to name the last line before a crash: in
 * loops over a million values that takes most of the time. */
#define _mark_point(file, line) ((void)0)

/* $FIXTURES_DIR/name, in a buffer that the next call overwrites. */
const char *fixture_path(const char *name);

/* Reads a CSV file of numbers with one header row; aborts the test if it is missing or ragged.
 * `nan`, `inf` and `-inf` are numbers. The caller frees it with mat_clear(). */
struct mat fixture_load(const char *name);

/*
 * Checks |got - want| <= atol + rtol * |want| for every entry, NaN equal to NaN, infinities equal
 * to themselves; fails the test with the first bad entry and the largest error.
 */
void assert_allclose(const double *got, const double *want, size_t n, double rtol, double atol);
void assert_mat_allclose(const struct mat *got, const struct mat *want, double rtol, double atol);

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { IS_SANITIZED = 1 };
#else
enum { IS_SANITIZED = 0 };
#endif

/* Reports a skipped test and what is missing. The test must return afterwards. */
#define SKIP(...) (printf("skipped: " __VA_ARGS__), printf("\n"), fflush(stdout), count_skipped())
void count_skipped(void);

/*
 * Runs a suite of this one case; returns main's status: 77, Automake's status for skipped programs,
 * if every test was skipped. $TMPDIR is a private folder meanwhile; it is a failure if it is not
 * empty at the end.
 */
int run_tcase(const char *name, TCase *tcase);

/* The same for plain tests. Honours CK_FORK=no. */
int run_tests(const char *name, const TTest *const tests[], size_t n_tests);
#define RUN_TESTS(name, tests) run_tests((name), (tests), sizeof(tests) / sizeof(tests)[0])

#endif
