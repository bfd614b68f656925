/*
 * Shared by the fuzzers. Each fuzz_*.c defines fuzz_one_input(), which reads one input as the
 * program would, and aborts if a documented property does not hold; taking more time than its bytes
 * account for is a failure, too. Built with libFuzzer
 * (configure --enable-fuzzers) they search for inputs; without it driver.c runs them over files.
 */
#ifndef CT_TESTS_FUZZ_H
#define CT_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

int fuzz_one_input(const uint8_t *data, size_t size);

/* The entry point: fuzz_one_input() within its budget of time. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts with file, line and condition if the condition does not hold. */
#define fuzz_require(condition) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))
_Noreturn void fuzz_fail(const char *file, int line, const char *condition);

/* A temporary folder of this process, removed at exit. */
const char *fuzz_folder(void);

/* Writes folder/name; the path is borrowed until the next call. */
const char *fuzz_file(const char *name, const void *data, size_t size);

/* The path of a fixture, borrowed until the next call. */
const char *fuzz_fixture(const char *name);

/* A failure must be reported in one line of printable text, success without a message. *err must be
 * zeroed before. */
void fuzz_check_answer(enum ct_status status, const struct ct_error *err);

/* text [size] must not contain terminal control characters. */
void fuzz_check_printable(const char *text, size_t size);

#endif
