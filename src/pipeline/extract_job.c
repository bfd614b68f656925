#include "config.h"
#include "pipeline/extract_job.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/memory_limit.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"

enum ct_status analysis_job_init(const struct analysis *a, struct analysis_job *out,
                                 struct ct_error *err)
{
    const struct load_result *const load = load_of(a);
    const struct hook_result *const hook = hook_of(a);
    struct analysis_job job = { 0 };
    size_t n_ids = 0;

    for (size_t i = 0; i < load->n_sentences; i++)
        n_ids += load->sentences[i].target + 1;
    job.seqs = ct_calloc_array(load->n_sentences, sizeof *job.seqs);
    job.ids = ct_malloc_array(n_ids, sizeof *job.ids);
    if (job.seqs == NULL || job.ids == NULL) {
        analysis_job_clear(&job);
        return ct_fail_nomem(err, "extract", 0);
    }
    uint32_t *at = job.ids;
    for (size_t i = 0; i < load->n_sentences; i++) {
        job.seqs[i] = (struct token_seq){ .ids = at, .n = load->sentences[i].target + 1 };
        for (size_t t = 0; t < job.seqs[i].n; t++)
            *at++ = load->sentences[i].tokens[t].id;
    }
    job.job = (struct extract_job){ .model = load->model,
                                    .seqs = job.seqs,
                                    .n_seqs = load->n_sentences,
                                    .hooks = hook->hooks,
                                    .n_hooks = hook->n_hooks };
    *out = job;
    return CT_OK;
}

void analysis_job_clear(struct analysis_job *job)
{
    free(job->seqs);
    free(job->ids);
    *job = (struct analysis_job){ 0 };
}

bool reading_remark(double weights, size_t n_times, double bytes, double left, char *out,
                    size_t size)
{
    char times[80] = "once";

    if (weights + bytes <= left)
        return false;
    if (n_times > 1)
        snprintf(times, sizeof times, "%zu times, %.1f GB in all", n_times,
                 (double)n_times * weights / 1e9);
    snprintf(out, size, "%.1f GB of weights exceed the %.1f GB of memory left: read from disk %s",
             weights / 1e9, left / 1e9, times);
    return true;
}

bool analysis_job_remark(const struct analysis *a, double bytes, char *out, size_t size)
{
    struct analysis_job job = { 0 };
    struct extract_plan *plan = NULL;
    size_t n_times = 1;

    if (load_of(a)->model == NULL)
        return false;
    const double weights =
        extract_weight_bytes(load_of(a)->model, hook_of(a)->hooks, hook_of(a)->n_hooks);
    if (weights < MEMORY_LOOK_FROM) /* fits everywhere, and looking takes time */
        return false;
    const double left = (double)memory_for_files().bytes;
    if (weights + bytes <= left)
        return false;
    if (analysis_job_init(a, &job, NULL) == CT_OK &&
        extract_plan_new(&job.job, &plan, NULL) == CT_OK)
        n_times = extract_plan_stats(plan).n_batches;
    extract_plan_free(plan);
    analysis_job_clear(&job);
    return reading_remark(weights, n_times, bytes, left, out, size);
}
