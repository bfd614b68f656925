/* A temporary folder for the tests of readers and writers, and how their errors must read. */
#ifndef CT_TESTS_IO_TEMP_H
#define CT_TESTS_IO_TEMP_H

#include <stddef.h>

#include "base/status.h"

/* In main(), around the tests, or as a checked fixture, which gives each test a folder of its own:
 * makes the folder; removes it with all that is in it. */
void temp_begin(void);
void temp_end(void);
const char *temp_folder(void);

/* A name in the folder; the text lives until eight calls later. */
const char *temp_path(const char *name);

/* Writes a file there and gives its path. */
const char *temp_file(const char *name, const void *data, size_t size);
const char *temp_text(const char *name, const char *text);

/* Runs a line of shell in the folder, where $C is the program and `out` and `err` get what it
 * prints; returns its status. */
int temp_shell(const char *line);

/* The whole file with a zero at its end: free(). size may be NULL. */
char *slurp(const char *path, size_t *size);

/* How many entries the folder has. */
size_t count_entries(const char *folder);

/* err is `PATH: TEXT` with the code. */
void assert_error(const struct ct_error *err, enum ct_status code, const char *path,
                  const char *text);

/* Makes path standard input; returns what stdin_restore() takes. */
int stdin_replace(const char *path);
void stdin_restore(int saved);

#endif
