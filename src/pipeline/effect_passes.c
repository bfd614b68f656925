#include "config.h"
#include <stdlib.h>

#include "base/mem.h"
#include "pipeline/effect_state.h"
#include "pipeline/stage_extract.h"

void passes_clear(struct passes *p)
{
    free(p->seqs);
    free(p->of);
    free(p->edits);
    free(p->lists);
    free(p->out);
}

enum ct_status passes_init(const struct effect_run *r, size_t n_seqs, size_t n_lists,
                           size_t n_parts, struct passes *p, struct ct_error *err)
{
    const size_t n_each = extract_of(r->a)->n_blocks * n_parts;

    *p = (struct passes){ .seqs = ct_calloc_array(n_seqs, sizeof *p->seqs),
                          .of = ct_calloc_array(n_seqs, sizeof *p->of),
                          .edits = ct_calloc_array(n_lists, n_each * sizeof *p->edits),
                          .lists = ct_calloc_array(n_lists, sizeof *p->lists),
                          .out = ct_malloc_array(n_seqs, r->hidden * sizeof *p->out) };
    if (p->seqs == NULL || p->of == NULL || p->edits == NULL || p->lists == NULL || p->out == NULL)
        return ct_fail_nomem(err, "effect", n_seqs * r->hidden * sizeof *p->out);
    return CT_OK;
}

void passes_add(const struct effect_run *r, size_t i, enum effect_depth depth, uint32_t list,
                struct passes *p)
{
    const size_t tail = tail_length(r, i);
    const size_t target = sentence_of(r, i)->target;

    for (size_t k = 0; k < n_read(tail, depth); k++) {
        p->seqs[p->n] =
            (struct token_seq){ r->ids + r->starts[i], target + 1 + read_at(tail, depth, k) };
        p->of[p->n++] = list;
    }
}

enum ct_status passes_run(const struct effect_run *r, struct passes *p,
                          const struct progress *progress, struct ct_error *err)
{
    const struct edits edits = { p->lists, p->n_lists, p->of };
    const struct extract_job job = { .model = load_of(r->a)->model,
                                     .seqs = p->seqs,
                                     .n_seqs = p->n,
                                     .hooks = &r->final,
                                     .n_hooks = 1,
                                     .memo = p->memo,
                                     .edits = p->n_lists > 0 ? &edits : NULL };

    return extract_activations(&job, r->a->params.threads, progress, p->out, NULL, err);
}
