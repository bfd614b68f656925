#include "config.h"
#include <assert.h>
#include <string.h>

#include "model/pass_ops.h"
#include "model/pass_state.h"

static bool is_here(const struct edit *edit, const struct pass *p, enum site_place place)
{
    return edit->hook->place == place &&
           (!edit->hook->is_in_block || edit->hook->layer == p->layer);
}

bool pass_edits(const struct pass *p, unsigned places)
{
    const struct pass_state *const s = p->state;

    if (s->edits == NULL || (places & s->edited_places) == 0)
        return false;
    for (size_t i = 0; i < s->edits->n_lists; i++)
        for (size_t e = 0; e < s->edits->lists[i].n; e++) {
            const struct edit *const edit = &s->edits->lists[i].edits[e];
            if ((places >> edit->hook->place & 1U) != 0 && is_here(edit, p, edit->hook->place))
                return true;
        }
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

    if (s->edits == NULL || (s->edited_places >> place & 1U) == 0)
        return;
    for (size_t i = 0; i < s->n_rows; i++) {
        const size_t node = s->is_narrow ? s->tree->targets[i] : i;
        const uint32_t of = s->tree->lists[node];
        const struct edit_list *const list = of > 0 ? &s->edits->lists[of - 1] : NULL;
        for (size_t e = 0; list != NULL && e < list->n; e++) {
            const struct edit *const edit = &list->edits[e];
            if (is_here(edit, p, place) && s->tree->depth[node] >= edit->first &&
                s->tree->depth[node] <= edit->last)
                edit_row(edit, linear, values->n_cols, values_row(values, i));
        }
    }
}
