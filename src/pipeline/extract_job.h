/* What is to be extracted: the sentences of an analysis up to their targets, and its hooks. */
#ifndef CT_PIPELINE_EXTRACT_JOB_H
#define CT_PIPELINE_EXTRACT_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/extract.h"
#include "pipeline/analysis.h"

struct analysis_job { /* zero-initialise; owns its arrays until analysis_job_clear() */
    struct extract_job job;
    struct token_seq *seqs;
    uint32_t *ids;
};

/* The results of Load, with a model, and Hook exist; the job borrows from them. CT_ENOMEM. */
enum ct_status analysis_job_init(const struct analysis *a, struct analysis_job *out,
                                 struct ct_error *err);
void analysis_job_clear(struct analysis_job *job);

/* If the weights that the hooks need and `bytes` more do not fit into memory: reports how much is
 * read from the file of the model. False: they fit, or there is no model. */
bool analysis_job_remark(const struct analysis *a, double bytes, char *out, size_t size);

/* The same when `left` bytes are left; the weights are read n_times. */
bool reading_remark(double weights, size_t n_times, double bytes, double left, char *out,
                    size_t size);

#endif
