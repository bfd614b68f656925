/*
 * What a pass with edits computes before them, kept for passes with other edits of the same
 * sequences at the same positions: of the edited nodes, the stream at the beginning of a block; of
 * the others, on which they depend, the keys and values of that block and those after it. Such a
 * pass computes the edited nodes alone, to the same bits.
 */
#ifndef CT_MODEL_PASS_MEMO_H
#define CT_MODEL_PASS_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pass;
struct values;

struct pass_memo {    /* of one tree; zero-initialise; owns its arrays until pass_memo_clear() */
    size_t layer;     /* the block */
    bool is_complete; /* a pass has filled it to its end */
    uint32_t *edited; /* [n_edited] nodes of the tree, ascending */
    uint32_t *others; /* [n_others] */
    size_t n_edited, n_others;
    float *stream; /* [n_edited, hidden_size] */
    float *keys;   /* [n_blocks - layer, n_others, keys of a node] */
    float *values; /* the same */
};

void pass_memo_clear(struct pass_memo *m);

/* Bytes of those of some nodes. */
double pass_memo_bytes(size_t n_nodes, size_t hidden_size, size_t kv_width, size_t n_blocks);

/* Makes the pass that has begun start from the memo, if that is complete and begins no later than
 * the edits. Else false, and the pass fills it, if there is memory. */
bool pass_memo_resume(struct pass *p);

/* To be called at the beginning of each block, with keys and values of each block before attention,
 * and at the end of the pass. */
void pass_memo_block(struct pass *p);
void pass_memo_attend(struct pass *p, const struct values *k, const struct values *v);
void pass_memo_end(struct pass *p);

#endif
