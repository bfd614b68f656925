#include "config.h"
#include <assert.h>
#include <string.h>

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

/* Rows of kept are those of nodes without edits; in ascending order of the edited ones, none is
 * written before it is read for the last time if they are moved through normed. */
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
