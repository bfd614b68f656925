/* The state of a pass, shared by pass.c, pass_ops.c and pass_attention.c and hidden from forward.c.
 */
#ifndef CT_MODEL_PASS_STATE_H
#define CT_MODEL_PASS_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/crew.h"
#include "model/edit.h"
#include "model/hooks.h"
#include "model/ops/tensor.h"
#include "model/pass_memo.h"
#include "model/prefix_tree.h"
#include "model/shuffled.h"

enum { PASS_MAX_WEIGHTS = 16 }; /* large tensors of a block */

struct rehearsal {                                  /* records what would be computed */
    const struct tensor *weights[PASS_MAX_WEIGHTS]; /* of linear layers, in the order of use */
    size_t n_weights;
    size_t work;          /* of all linear layers */
    size_t work_shuffled; /* of shuffling all weights */
    double weight_bytes;
    bool attends;
    bool activates;
};

/* Called after each step with the work that it was, see pass_work(), and while weights are read
 * with 0; false stops the pass. */
typedef bool pass_step(void *context, size_t work);

struct pass_state {
    /* For all trees: */
    const struct hook_point *hooks; /* [n_hooks] */
    size_t n_hooks;
    size_t width;     /* of all hooks together */
    size_t n_blocks;  /* that are computed, the last one possibly in part */
    size_t work;      /* per node */
    size_t max_slice; /* rows of a step; 0: by its work */
    struct crew *crew;
    float *gain;                  /* [hidden_size or head_dim]: weight of a norm */
    float *bias;                  /* the same: its bias */
    float *cosines[2], *sines[2]; /* [max_len, rotary_width / 2], see model_config; NULL: none */
    uint32_t *positions;          /* [max_nodes]: rows of a table with an offset; NULL: none */
    float *third;                 /* room for attention_out of parallel blocks; NULL: none */
    float *scratch; /* for linear layers and attention in turn, for each thread of the crew */
    struct shuffled *shuffled; /* NULL: weights as they are */
    const struct edits *edits; /* NULL: none */
    size_t expand_at;          /* the block from whose beginning on edited nodes are computed; */
    bool expands_late;         /* or from its output on */
    bool edits_embedding;      /* from the first value on: both do not count then */
    const struct hook_point **edited_hooks; /* [n_edited_hooks] each place once */
    size_t n_edited_hooks;
    bool splits;    /* the edits of the first block are in its MLP: it is computed for all nodes
                       without edits, then for the edited nodes alone; expand_at is its number */
    float *kept;    /* room for p->kept */
    uint32_t *rows; /* [max_nodes] for row_nodes */
    unsigned edited_places; /* of all edits: a set of bits 1 << place */
    float *gates;           /* room for gates that are edited before they meet their partners; NULL:
                               none */

    /* For one tree: */
    const struct prefix_tree *tree;
    const struct prefix_tree *full; /* tree once edited nodes are computed; NULL: it already is */
    struct pass_memo *memo;         /* filled, or started from; NULL: none */
    bool is_resumed;                /* started from it: rows are those of the edited nodes */
    const uint32_t *of;             /* [full->n_nodes] nodes of tree */
    float *out;                     /* [., width] */
    pass_step *step;
    void *step_context;
    size_t n_nodes; /* of the tree, edited ones included */
    size_t n_rows;  /* all nodes, or only the targets */
    bool is_narrow; /* only the targets */
    const uint32_t
        *row_nodes; /* [n_rows] if the rows are those of some nodes; NULL: they are not */
    size_t n_left;  /* columns of hooks not yet reached */
    bool is_stopped;
    struct rehearsal *rehearsal; /* NULL: compute values */
};

/* Nothing left to compute. */
static inline bool pass_is_over(const struct pass_state *s)
{
    return s->n_left == 0 || s->is_stopped;
}

/* Values are being computed. */
static inline bool pass_is_live(const struct pass_state *s)
{
    return !pass_is_over(s) && s->rehearsal == NULL;
}

static inline bool pass_is_rehearsed(const struct pass_state *s)
{
    return !pass_is_over(s) && s->rehearsal != NULL;
}

struct pass;
struct linear;
struct values;

/* From here on the rows of the stream are those of the targets. */
void pass_keep_targets(struct pass *p);

/* The node of a row. */
static inline size_t pass_node(const struct pass_state *s, size_t row)
{
    return s->is_narrow ? s->tree->targets[row] : s->row_nodes != NULL ? s->row_nodes[row] : row;
}

/* Sets s->edits and lists the hook points that are edited; edits may be NULL. CT_ENOMEM. */
enum ct_status pass_collect_edits(struct pass_state *s, const struct edits *edits,
                                  struct ct_error *err);

/* Sets where edited nodes begin to differ from those without; n_blocks is known. */
void pass_plan_edits(struct pass *p);

/* From here on the rows are those of all nodes, edited ones included. */
void pass_expand(struct pass *p);

/* Applies the edits of the output at a place of this block: see pass_output_of(). */
void pass_apply_edits(struct pass *p, enum site_place place, const struct linear *linear,
                      const struct values *values);

/* Called at the end of a step. False: the pass is stopped. */
bool pass_tick(struct pass *p, size_t work);

/* The work of a step that goes through n_rows * n_cols weights, for a node. */
static inline size_t pass_work_of(size_t n_rows, size_t n_cols)
{
    enum { UNIT = 1024 };

    return n_rows * n_cols / UNIT + 1;
}

#endif
