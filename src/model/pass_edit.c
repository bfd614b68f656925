#include "config.h"
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "model/pass_ops.h"
#include "model/pass_state.h"

static bool is_here(const struct hook_point *hook, const struct pass *p, enum site_place place)
{
    return hook->place == place && (!hook->is_in_block || hook->layer == p->layer);
}

static bool is_within(const struct edit *edit, size_t depth)
{
    return depth >= edit->first && depth <= edit->last;
}

bool pass_edits(const struct pass *p, unsigned places)
{
    const struct pass_state *const s = p->state;

    for (size_t i = 0; i < s->n_edited_hooks; i++)
        if ((places >> s->edited_hooks[i]->place & 1U) != 0 &&
            is_here(s->edited_hooks[i], p, s->edited_hooks[i]->place))
            return true;
    return false;
}

/* ---- before a pass ---- */

static bool is_listed(const struct pass_state *s, const struct hook_point *hook)
{
    for (size_t i = 0; i < s->n_edited_hooks; i++) {
        const struct hook_point *const other = s->edited_hooks[i];
        if (other->place == hook->place && other->is_in_block == hook->is_in_block &&
            other->layer == hook->layer)
            return true;
    }
    return false;
}

/* Room for one more comes in powers of two. */
static enum ct_status list_hook(struct pass_state *s, const struct hook_point *hook,
                                struct ct_error *err)
{
    const size_t n = s->n_edited_hooks;

    if ((n & (n - 1)) == 0) {
        const struct hook_point **const more =
            ct_realloc_array(s->edited_hooks, n > 0 ? 2 * n : 1, sizeof *more);
        if (more == NULL)
            return ct_fail_nomem(err, "edits", 2 * n * sizeof *more);
        s->edited_hooks = more;
    }
    s->edited_hooks[s->n_edited_hooks++] = hook;
    s->edited_places |= 1U << hook->place;
    return CT_OK;
}

enum ct_status pass_collect_edits(struct pass_state *s, const struct edits *edits,
                                  struct ct_error *err)
{
    const unsigned embeddings = 1U << PLACE_TOKEN_EMBEDDING | 1U << PLACE_POSITION_EMBEDDING;
    enum ct_status st = CT_OK;

    s->edits = edits;
    for (size_t i = 0; edits != NULL && i < edits->n_lists; i++)
        for (size_t e = 0; st == CT_OK && e < edits->lists[i].n; e++)
            if (!is_listed(s, edits->lists[i].edits[e].hook))
                st = list_hook(s, edits->lists[i].edits[e].hook, err);
    s->edits_embedding = (s->edited_places & embeddings) != 0;
    assert((s->edited_places & 1U << PLACE_LOGITS) == 0);
    return st;
}

/* Whether all edits of the first edited block are in an MLP that follows attention, and nothing is
 * read there. */
static bool can_split(const struct pass *p)
{
    const unsigned mlp = 1U << PLACE_MLP_NORM | 1U << PLACE_GATE_UP | 1U << PLACE_MLP_PRE |
                         1U << PLACE_MLP_GATE | 1U << PLACE_MLP_UP | 1U << PLACE_MLP_POST |
                         1U << PLACE_MLP | 1U << PLACE_MLP_POST_NORM;
    const enum residual residual = p->config->residual;
    const struct pass_state *const s = p->state;

    if (s->expands_late || s->expand_at + 1 >= s->n_blocks ||
        (residual != RESIDUAL_SERIAL && residual != RESIDUAL_SANDWICH))
        return false;
    for (size_t h = 0; h < s->n_hooks; h++)
        if (s->hooks[h].is_in_block && s->hooks[h].layer == s->expand_at &&
            s->hooks[h].place != PLACE_BLOCK)
            return false;
    for (size_t i = 0; i < s->n_edited_hooks; i++) {
        const struct hook_point *const hook = s->edited_hooks[i];
        if (hook->is_in_block && hook->layer == s->expand_at && (mlp >> hook->place & 1U) == 0)
            return false;
    }
    return true;
}

void pass_plan_edits(struct pass *p)
{
    struct pass_state *const s = p->state;
    const size_t last = 2 * (s->n_blocks - 1);
    size_t at = last; /* twice the block, plus 1 for its output */

    for (size_t i = 0; i < s->n_edited_hooks; i++) {
        const struct hook_point *const hook = s->edited_hooks[i];
        const size_t here =
            hook->is_in_block ? 2 * hook->layer + (hook->place == PLACE_BLOCK ? 1 : 0) : last;
        at = here < at ? here : at;
    }
    s->expand_at = at / 2;
    s->expands_late = at % 2 == 1;
    s->splits = can_split(p);
}

/* ---- edits ---- */

/* The stream of each node is that of the node with the same tokens. */
void pass_expand(struct pass *p)
{
    struct pass_state *const s = p->state;
    const size_t size = p->stream.n_cols * sizeof *p->stream.at;

    assert(s->full != NULL && !s->is_narrow);
    for (size_t i = 0; i < s->n_rows; i++)
        memcpy(values_row(&p->normed, i), values_row(&p->stream, i), size);
    for (size_t i = 0; i < s->full->n_nodes; i++)
        memcpy(values_row(&p->stream, i), values_row(&p->normed, s->of[i]), size);
    s->n_rows = s->full->n_nodes;
    s->tree = s->full;
    s->full = NULL;
}

static void edit_value(const struct edit *edit, size_t column, float *x)
{
    switch (edit->op) {
    case EDIT_SET:
        *x = edit->values[column];
        break;
    case EDIT_SCALE:
        *x *= edit->factor;
        break;
    case EDIT_ADD:
        *x += edit->factor * edit->values[column];
        break;
    }
}

/* row has the outputs of a linear layer, or of the whole module (linear NULL). */
static void edit_row(const struct edit *edit, const struct linear *linear, size_t n, float *row)
{
    if (edit->columns == NULL) {
        for (size_t j = 0; j < n; j++)
            edit_value(edit, linear != NULL ? linear_stored(linear, j) : j, row + j);
        return;
    }
    for (size_t k = 0; k < edit->n_columns; k++) {
        const size_t column = edit->columns[k];
        const size_t j = linear != NULL ? linear_index(linear, column) : column;
        if (j < n)
            edit_value(edit, column, row + j);
    }
}

void pass_apply_edits(struct pass *p, enum site_place place, const struct linear *linear,
                      const struct values *values)
{
    const struct pass_state *const s = p->state;

    if (!pass_edits(p, 1U << place))
        return;
    for (size_t i = 0; i < s->n_rows; i++) {
        const size_t node = pass_node(s, i);
        const uint32_t of = s->tree->lists[node];
        const struct edit_list *const list = of > 0 ? &s->edits->lists[of - 1] : NULL;
        for (size_t e = 0; list != NULL && e < list->n; e++)
            if (is_here(list->edits[e].hook, p, place) &&
                is_within(&list->edits[e], s->tree->depth[node]))
                edit_row(&list->edits[e], linear, values->n_cols, values_row(values, i));
    }
}

/* ---- a block of which only the MLP is edited ---- */

static bool splits_here(const struct pass *p)
{
    const struct pass_state *const s = p->state;

    return pass_is_live(s) && s->splits && p->layer == s->expand_at && s->full != NULL;
}

void pass_keep(struct pass *p)
{
    if (splits_here(p))
        for (size_t i = 0; i < p->state->n_rows; i++)
            memcpy(values_row(&p->kept, i), values_row(&p->stream, i),
                   p->stream.n_cols * sizeof *p->stream.at);
}

/* Whether an edit of this block is at the node of the full tree. */
static bool is_edited(const struct pass *p, const struct prefix_tree *full, size_t node)
{
    const uint32_t of = full->lists[node];
    const struct edit_list *const list = of > 0 ? &p->state->edits->lists[of - 1] : NULL;

    for (size_t e = 0; list != NULL && e < list->n; e++)
        if (list->edits[e].hook->layer == p->layer && is_within(&list->edits[e], full->depth[node]))
            return true;
    return false;
}

/* The rows of kept, those of nodes without edits, become those of the edited nodes, by way of
 * normed, since a node may be wanted more than once. Returns their number. */
static size_t gather_edited(struct pass *p, size_t n_plain)
{
    struct pass_state *const s = p->state;
    const size_t size = p->kept.n_cols * sizeof *p->kept.at;
    size_t n = 0;

    for (size_t i = 0; i < n_plain; i++)
        memcpy(values_row(&p->normed, i), values_row(&p->kept, i), size);
    for (size_t node = 0; node < s->tree->n_nodes; node++) {
        if (!is_edited(p, s->tree, node))
            continue;
        memcpy(values_row(&p->kept, n), values_row(&p->normed, s->of[node]), size);
        s->rows[n++] = (uint32_t)node;
    }
    return n;
}

bool pass_begin_edited(struct pass *p)
{
    struct pass_state *const s = p->state;
    const size_t n_plain = s->n_rows;

    if (!splits_here(p))
        return false;
    pass_expand(p);
    s->n_rows = gather_edited(p, n_plain);
    s->row_nodes = s->rows;
    return true;
}

void pass_end_edited(struct pass *p)
{
    struct pass_state *const s = p->state;

    for (size_t i = 0; i < s->n_rows; i++)
        memcpy(values_row(&p->stream, s->rows[i]), values_row(&p->kept, i),
               p->kept.n_cols * sizeof *p->kept.at);
    s->row_nodes = NULL;
    s->n_rows = s->tree->n_nodes;
}
