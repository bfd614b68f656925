/* A temporary folder for the tests of readers and writers, and a check of their errors. */
#ifndef CT_TESTS_IO_TEMP_H
#define CT_TESTS_IO_TEMP_H

#include <stddef.h>

#include "base/status.h"

/* Creates the folder; removes it with its contents. Call them in main(), around the tests, or as a
 * checked fixture, which gives each test its own folder. */
void temp_begin(void);
void temp_end(void);
const char *temp_folder(void);

/* The path of a name in the folder; the string is valid for the next eight calls. */
const char *temp_path(const char *name);

/* Writes a file there and returns its path. */
const char *temp_file(const char *name, const void *data, size_t size);
const char *temp_text(const char *name, const char *text);

/* Runs a shell command in the folder, where $C is the program, with output in the files `out` and
 * `err`; returns its exit status. */
int temp_shell(const char *line);

/* The contents of a file, with a terminating zero; owned by the caller: free(). size may be
 * NULL. */
char *slurp(const char *path, size_t *size);

/* The number of entries in the folder. */
size_t count_entries(const char *folder);

/* Checks that err is `PATH: TEXT` with the code. */
void assert_error(const struct ct_error *err, enum ct_status code, const char *path,
                  const char *text);

/* Redirects standard input from path; returns the argument for stdin_restore(). */
int stdin_replace(const char *path);
void stdin_restore(int saved);

#endif
