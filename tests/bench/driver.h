/* What the commands of the driver share. A failure ends the program. */
#ifndef CT_TESTS_BENCH_DRIVER_H
#define CT_TESTS_BENCH_DRIVER_H

#include <stddef.h>

#include "pipeline/analysis.h"

void print_value(const char *name, double value);
void stop(const char *what);
void must(enum ct_status status, const struct ct_error *err);
void *allocate(size_t count, size_t size); /* aligned; never NULL */
int n_threads(void);
void save(const char *path, const void *data, size_t size);

/* argv: model, tokenizer, stimuli, hook points. The caller calls analysis_clear(). */
void run_stages(struct analysis *a, char **argv, const struct stage *last);

void run_effect(int argc, char **argv);

#endif
