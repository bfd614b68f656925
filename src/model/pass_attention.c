#include "config.h"
#include <string.h>

#include "model/ops/attention.h"
#include "model/pass_ops.h"
#include "model/pass_state.h"

/* Rows are those of all nodes, or of some that include the targets; both are ascending. */
static void move_targets(const struct pass_state *s, const struct values *values)
{
    const struct prefix_tree *const tree = s->tree;
    size_t row = 0;

    for (size_t i = 0; i < tree->n_targets; i++) {
        if (s->row_nodes == NULL)
            row = tree->targets[i];
        else
            while (s->row_nodes[row] != tree->targets[i])
                row++;
        if (row != i)
            memcpy(values_row(values, i), values_row(values, row),
                   values->n_cols * sizeof *values->at);
    }
}

void pass_keep_targets(struct pass *p)
{
    move_targets(p->state, &p->stream);
    p->state->row_nodes = NULL;
    p->state->n_rows = p->state->tree->n_targets;
    p->state->is_narrow = true;
}

void pass_narrow(struct pass *p, const struct values *also)
{
    const struct pass_state *const s = p->state;

    if (!pass_is_live(s) || p->layer + 1 != s->n_blocks || s->is_narrow)
        return;
    if (also->at != p->stream.at) /* which is moved once */
        move_targets(s, also);
    pass_keep_targets(p);
}

void pass_attend(struct pass *p, const struct values *q, const struct values *k,
                 const struct values *v, const struct values *out)
{
    const struct pass_state *const s = p->state;
    const struct model_config *const c = p->config;
    const double by_layer = c->scores_scale_by_layer ? (double)(p->layer + 1) : 1.0;

    if (pass_is_rehearsed(s))
        s->rehearsal->attends = true;
    if (!pass_is_live(s))
        return;
    pass_memo_attend(p, k, v);
    const struct attention_job job = {
        .q = q->at,
        .ld_q = q->ld,
        .k = k->at,
        .ld_k = k->ld,
        .v = v->at,
        .ld_v = v->ld,
        .depth = s->tree->depth,
        .n_nodes = s->tree->n_nodes,
        .queries = s->is_narrow ? s->tree->targets : s->row_nodes,
        .n_queries = s->n_rows,
        .max_len = s->tree->max_len,
        .n_heads = c->n_heads,
        .n_kv_heads = c->n_kv_heads,
        .head_dim = c->head_dim,
        .scale = (float)(c->score_scale / by_layer),
        .cap = (float)c->score_cap,
        .window = config_slides(c, p->layer) ? c->window : 0,
        .out = out->at,
        .ld_out = out->ld,
    };
    attention_apply(&job, s->scratch, s->crew);
}
