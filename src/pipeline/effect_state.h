/* The state of effect_run.h, shared by its files. */
#ifndef CT_PIPELINE_EFFECT_STATE_H
#define CT_PIPELINE_EFFECT_STATE_H

#include "model/edit.h"
#include "model/extract.h"
#include "pipeline/effect_run.h"
#include "pipeline/stage_load.h"

struct effect_run {
    const struct analysis *a;
    const struct word_pairs *words;
    struct output *output;
    struct hook_point final; /* what the output layer reads */
    size_t hidden;           /* its width */

    struct effect_sentence *sentences; /* [n] */
    size_t n;
    uint32_t *ids;  /* of all sentences, one after another, */
    size_t *starts; /* [n + 1] where each begins */
    size_t *tails;  /* [n + 1] and where its final values begin, from the target on, in: */
    float *clean;   /* [tails[n], hidden] */
    struct effect_reading *readings; /* [n] without edits */

    struct extract_memo *memo; /* for edits one after another; NULL: none */

    float *means;       /* [n_columns] over the sentences */
    float *differences; /* [n_columns] of the groups' means */
    float *zeros;       /* [n_columns] */
};

static inline const struct sentence *sentence_of(const struct effect_run *r, size_t i)
{
    return &load_of(r->a)->sentences[r->sentences[i].row];
}

/* Positions from the target on. */
static inline size_t tail_length(const struct effect_run *r, size_t i)
{
    return r->tails[i + 1] - r->tails[i];
}

/* Positions of a sentence that are read, counted from the target: all, the first and the last, or
 * the last. */
static inline size_t n_read(size_t tail, enum effect_depth depth)
{
    return depth == EFFECT_ALL ? tail : depth == EFFECT_WORDS && tail > 1 ? 2 : 1;
}

static inline size_t read_at(size_t tail, enum effect_depth depth, size_t k)
{
    return depth == EFFECT_ALL ? k : k + 1 == n_read(tail, depth) ? tail - 1 : 0;
}

struct passes {             /* edited sequences to be run; owns its arrays */
    struct token_seq *seqs; /* [n] */
    uint32_t *of;           /* [n] see struct edits */
    size_t n;
    struct edit *edits; /* [n_edits] */
    size_t n_edits;
    struct edit_list *lists; /* [n_lists] */
    size_t n_lists;
    struct extract_memo *memo; /* borrowed; NULL: none */
    float *out;                /* [n, hidden] */
};

void passes_clear(struct passes *p);

/* Room for some sequences, and lists of edits of some parts. CT_ENOMEM: clear it, too. */
enum ct_status passes_init(const struct effect_run *r, size_t n_seqs, size_t n_lists,
                           size_t n_parts, struct passes *p, struct ct_error *err);

/* Adds what is read of a sentence; list 0: without edits. */
void passes_add(const struct effect_run *r, size_t i, enum effect_depth depth, uint32_t list,
                struct passes *p);

/* Fills p->out. The errors of extract_activations(). */
enum ct_status passes_run(const struct effect_run *r, struct passes *p,
                          const struct progress *progress, struct ct_error *err);

/* Readings by sentence [n] from the final values x of those that are in, in order. CT_ENOMEM,
 * CT_ECANCELED. */
enum ct_status effect_read_set(struct effect_run *r, const float *x, const bool *is_in,
                               enum effect_depth depth, const struct progress *progress,
                               struct effect_reading *readings, struct ct_error *err);

#endif
