#include "config.h"
#include "pipeline/effect_run.h"

#include <stdlib.h>

#include "base/mem.h"
#include "pipeline/effect_state.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"

static const float *values_of(const struct effect_run *r, const struct effect_edit *edit, size_t i,
                              size_t first)
{
    const struct matview *const X = &extract_of(r->a)->X;

    switch (edit->kind) {
    case EFFECT_SWAP:
        return (const float *)X->data + r->sentences[r->sentences[i].twin].row * X->stride + first;
    case EFFECT_MEAN:
        return r->means + first;
    case EFFECT_ADD:
        return r->differences + first;
    case EFFECT_ZERO:
    case EFFECT_SCALE:
        break;
    }
    return r->zeros + first;
}

bool effect_applies(const struct effect_run *r, const struct effect_edit *edit, size_t i)
{
    return edit->kind != EFFECT_SWAP || r->sentences[i].twin != NO_TWIN;
}

const struct effect_edit *effect_strictest(const struct effect_edit *edits, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (edits[i].kind == EFFECT_SWAP)
            return &edits[i];
    return &edits[0];
}

/* Begins a list, which add_edits() fills. */
static void begin_list(struct passes *p)
{
    p->lists[p->n_lists++] = (struct edit_list){ p->edits + p->n_edits, 0 };
}

static void add_edits(const struct effect_run *r, const struct effect_edit *edit,
                      const struct neuron_set *set, size_t i, struct passes *p)
{
    const struct extract_result *const e = extract_of(r->a);
    const size_t target = sentence_of(r, i)->target;

    for (size_t b = 0; b < e->n_blocks; b++) {
        const size_t begin = set->starts[b];
        if (set->starts[b + 1] == begin)
            continue;
        p->lists[p->n_lists - 1].n++;
        p->edits[p->n_edits++] = (struct edit){
            .hook = &hook_of(r->a)->hooks[b],
            .first = target,
            .last = target,
            .op = edit->kind == EFFECT_SCALE ? EDIT_SCALE
                  : edit->kind == EFFECT_ADD ? EDIT_ADD
                                             : EDIT_SET,
            .factor = (float)edit->factor,
            .columns = set->neurons + begin,
            .n_columns = set->starts[b + 1] - begin,
            .values = values_of(r, edit, i, e->blocks[b].first),
        };
    }
}

/* Sequences that a set takes. */
static size_t count_reads(const struct effect_run *r, const bool *is_in, enum effect_depth depth)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++)
        n += is_in[i] ? n_read(tail_length(r, i), depth) : 0;
    return n;
}

struct chunk { /* some sets that are run together, each for itself; or one of several parts */
    const struct effect_edit *edit;
    const struct neuron_set *sets;   /* [n_sets] */
    const struct effect_part *parts; /* [n_parts] instead of edit and sets; NULL: none */
    size_t n_sets, n_parts;          /* 1 if there are none of them */
    enum effect_depth depth;
    const bool *is_in; /* [n] sentences that are edited */
    size_t n_in;
    size_t n_reads; /* by count_reads() */
};

static void add_list(const struct effect_run *r, const struct chunk *c, size_t s, size_t i,
                     struct passes *p)
{
    begin_list(p);
    for (size_t k = 0; c->parts != NULL && k < c->n_parts; k++)
        add_edits(r, &c->parts[k].edit, &c->parts[k].set, i, p);
    if (c->parts == NULL)
        add_edits(r, c->edit, &c->sets[s], i, p);
}

static enum ct_status run_chunk(struct effect_run *r, const struct chunk *c,
                                const struct progress *progress, struct effect_reading *readings,
                                struct ct_error *err)
{
    const bool has_distributions = c->depth == EFFECT_SAID || c->depth == EFFECT_ALL;
    const size_t n_parts = has_distributions ? 2 * c->n_sets : c->n_sets;
    struct progress_part part = { progress, 0, c->n_sets, n_parts };
    const struct progress passing = progress_of_part(&part);
    struct passes p;
    enum ct_status st =
        passes_init(r, c->n_sets * c->n_reads, c->n_sets * c->n_in, c->n_parts, &p, err);

    p.memo = r->memo;
    for (size_t s = 0; st == CT_OK && s < c->n_sets; s++)
        for (size_t i = 0; i < r->n; i++) {
            if (!c->is_in[i])
                continue;
            add_list(r, c, s, i, &p);
            passes_add(r, i, c->depth, (uint32_t)p.n_lists, &p);
        }
    if (st == CT_OK)
        st = passes_run(r, &p, &passing, err);
    for (size_t s = 0; st == CT_OK && s < c->n_sets; s++) {
        struct progress_part read = { progress, c->n_sets + s, 1, n_parts };
        const struct progress reading = progress_of_part(&read);
        st = effect_read_set(r, p.out + s * c->n_reads * r->hidden, c->is_in, c->depth, &reading,
                             readings + s * r->n, err);
    }
    passes_clear(&p);
    return st;
}

/* c: what is run, of n_sets sets in all. */
static enum ct_status run_sets(struct effect_run *r, struct chunk *c, size_t n_sets,
                               const struct progress *progress, struct effect_reading *readings,
                               struct ct_error *err)
{
    const struct neuron_set *const sets = c->sets;
    bool *const is_in = ct_calloc_array(r->n, sizeof *is_in);
    enum ct_status st = is_in != NULL ? CT_OK : ct_fail_nomem(err, "effect", r->n);

    c->is_in = is_in;
    for (size_t i = 0; st == CT_OK && i < r->n; i++) {
        is_in[i] = effect_applies(r, c->edit, i);
        c->n_in += is_in[i] ? 1 : 0;
        for (size_t s = 0; s < n_sets; s++)
            readings[s * r->n + i] = r->readings[i];
    }
    if (st == CT_OK)
        c->n_reads = count_reads(r, is_in, c->depth);
    if (st != CT_OK || c->n_reads == 0) {
        free(is_in);
        return st;
    }
    const size_t most = EFFECT_MOST_BYTES / (c->n_reads * r->hidden * sizeof(float)) + 1;
    for (size_t s = 0; st == CT_OK && s < n_sets; s += c->n_sets) {
        c->sets = sets != NULL ? sets + s : NULL;
        c->n_sets = n_sets - s < most ? n_sets - s : most;
        struct progress_part part = { progress, s, c->n_sets, n_sets };
        const struct progress here = progress_of_part(&part);
        st = run_chunk(r, c, &here, readings + s * r->n, err);
    }
    free(is_in);
    return st;
}

enum ct_status effect_run_sets(struct effect_run *r, const struct effect_edit *edit,
                               const struct neuron_set *sets, size_t n_sets,
                               enum effect_depth depth, const struct progress *progress,
                               struct effect_reading *readings, struct ct_error *err)
{
    struct chunk c = { .edit = edit, .sets = sets, .n_parts = 1, .depth = depth };

    return run_sets(r, &c, n_sets, progress, readings, err);
}

enum ct_status effect_run_parts(struct effect_run *r, const struct effect_part *parts,
                                size_t n_parts, enum effect_depth depth,
                                const struct progress *progress, struct effect_reading *readings,
                                struct ct_error *err)
{
    struct chunk c = { .edit = &parts[0].edit, .parts = parts, .n_parts = n_parts, .depth = depth };

    for (size_t k = 0; k < n_parts; k++)
        if (parts[k].edit.kind == EFFECT_SWAP)
            c.edit = &parts[k].edit;
    return run_sets(r, &c, 1, progress, readings, err);
}

/* ---- one position at a time ---- */

size_t effect_n_positions(const struct effect_run *r, size_t i)
{
    const size_t twin = r->sentences[i].twin;

    if (twin == NO_TWIN)
        return 0;
    return tail_length(r, i) < tail_length(r, twin) ? tail_length(r, i) : tail_length(r, twin);
}

bool effect_has_position(const struct effect_run *r, size_t i, size_t position)
{
    const size_t n = effect_n_positions(r, i);

    if (position != EFFECT_LAST)
        return n > position;
    return n > 0 && tail_length(r, i) == tail_length(r, r->sentences[i].twin);
}

size_t effect_n_values(const struct effect_run *r)
{
    return r->tails[r->n];
}

enum ct_status effect_values(const struct effect_run *r, const struct hook_point *hook,
                             const struct progress *progress, float *values, struct ct_error *err)
{
    struct passes p;
    enum ct_status st = passes_init(r, r->tails[r->n], 0, 1, &p, err);

    for (size_t i = 0; st == CT_OK && i < r->n; i++)
        passes_add(r, i, EFFECT_ALL, 0, &p);
    if (st == CT_OK) {
        const struct extract_job job = { .model = load_of(r->a)->model,
                                         .seqs = p.seqs,
                                         .n_seqs = p.n,
                                         .hooks = hook,
                                         .n_hooks = 1 };
        st = extract_activations(&job, r->a->params.threads, progress, values, NULL, err);
    }
    passes_clear(&p);
    return st;
}

enum ct_status effect_run_position(struct effect_run *r, const struct hook_point *hook,
                                   size_t position, const float *values,
                                   const struct progress *progress, struct effect_reading *readings,
                                   struct ct_error *err)
{
    bool *const is_in = ct_calloc_array(r->n, sizeof *is_in);
    struct passes p;
    enum ct_status st = passes_init(r, r->n, r->n, 1, &p, err);

    if (st == CT_OK && is_in == NULL)
        st = ct_fail_nomem(err, "map", r->n);
    for (size_t i = 0; st == CT_OK && i < r->n; i++) {
        readings[i] = r->readings[i];
        if (!effect_has_position(r, i, position))
            continue;
        const size_t k = position == EFFECT_LAST ? tail_length(r, i) - 1 : position;
        const size_t at = sentence_of(r, i)->target + k;
        is_in[i] = true;
        p.edits[p.n_lists] = (struct edit){
            .hook = hook,
            .first = at,
            .last = at,
            .op = EDIT_SET,
            .values = values + (r->tails[r->sentences[i].twin] + k) * hook->width,
        };
        p.lists[p.n_lists] = (struct edit_list){ &p.edits[p.n_lists], 1 };
        p.n_lists++;
        passes_add(r, i, EFFECT_END, (uint32_t)p.n_lists, &p);
    }
    if (st == CT_OK && p.n > 0)
        st = passes_run(r, &p, progress, err);
    if (st == CT_OK && p.n > 0)
        st = effect_read_set(r, p.out, is_in, EFFECT_END, NULL, readings, err);
    passes_clear(&p);
    free(is_in);
    return st;
}
