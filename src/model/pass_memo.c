#include "config.h"
#include "model/pass_memo.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/model_config.h"
#include "model/pass_ops.h"
#include "model/pass_state.h"

static size_t kv_width(const struct pass *p)
{
    return p->config->n_kv_heads * p->config->head_dim;
}

void pass_memo_clear(struct pass_memo *m)
{
    free(m->edited);
    free(m->others);
    free(m->stream);
    free(m->keys);
    free(m->values);
    *m = (struct pass_memo){ 0 };
}

double pass_memo_bytes(size_t n_nodes, size_t hidden_size, size_t kv_width, size_t n_blocks)
{
    return (double)n_nodes * sizeof(float) *
           (1.0 + (double)hidden_size + 2.0 * (double)kv_width * (double)n_blocks);
}

/* ---- filling it ---- */

/* Nothing is read before the end, and all that is read is edited. */
static bool can_keep(const struct pass_state *s, const struct prefix_tree *full)
{
    for (size_t h = 0; h < s->n_hooks; h++)
        if (s->hooks[h].is_in_block || s->hooks[h].place == PLACE_TOKEN_EMBEDDING ||
            s->hooks[h].place == PLACE_POSITION_EMBEDDING)
            return false;
    for (size_t i = 0; i < full->n_targets; i++)
        if (full->lists[full->targets[i]] == 0)
            return false;
    return true;
}

static bool make_room(const struct pass *p, const struct prefix_tree *full, struct pass_memo *m)
{
    const size_t n_blocks = p->state->n_blocks - m->layer;

    for (size_t i = 0; i < full->n_nodes; i++)
        *(full->lists[i] > 0 ? &m->n_edited : &m->n_others) += 1;
    m->edited = ct_malloc_array(m->n_edited, sizeof *m->edited);
    m->others = ct_malloc_array(m->n_others, sizeof *m->others);
    m->stream = ct_malloc_array(m->n_edited, p->stream.n_cols * sizeof *m->stream);
    m->keys = ct_malloc_array(m->n_others * n_blocks, kv_width(p) * sizeof *m->keys);
    m->values = ct_malloc_array(m->n_others * n_blocks, kv_width(p) * sizeof *m->values);
    return m->edited != NULL && m->others != NULL && m->stream != NULL && m->keys != NULL &&
           m->values != NULL;
}

static void begin(struct pass *p)
{
    struct pass_state *const s = p->state;
    struct pass_memo *const m = s->memo;
    const struct prefix_tree *const full = s->full;
    size_t n_edited = 0;
    size_t n_others = 0;

    pass_memo_clear(m);
    m->layer = s->expand_at;
    if (full == NULL || !can_keep(s, full) || !make_room(p, full, m)) {
        s->memo = NULL; /* its owner clears what there is of it */
        return;
    }
    for (size_t i = 0; i < full->n_nodes; i++)
        if (full->lists[i] > 0)
            m->edited[n_edited++] = (uint32_t)i;
        else
            m->others[n_others++] = (uint32_t)i;
}

/* The row of a node of the full tree, of which every row is computed, or those without edits. */
static size_t row_of(const struct pass_state *s, uint32_t node)
{
    return s->full != NULL ? s->of[node] : node;
}

void pass_memo_block(struct pass *p)
{
    const struct pass_state *const s = p->state;
    const size_t n = p->stream.n_cols;

    if (s->memo == NULL || s->is_resumed || p->layer != s->memo->layer)
        return;
    for (size_t i = 0; i < s->memo->n_edited; i++)
        memcpy(s->memo->stream + i * n, values_row(&p->stream, row_of(s, s->memo->edited[i])),
               n * sizeof(float));
}

static float *kept_row(const struct pass *p, float *kept, size_t i)
{
    const struct pass_memo *const m = p->state->memo;

    return kept + ((p->layer - m->layer) * m->n_others + i) * kv_width(p);
}

static void keep(struct pass *p, const struct values *k, const struct values *v)
{
    const struct pass_memo *const m = p->state->memo;
    const size_t size = kv_width(p) * sizeof(float);

    for (size_t i = 0; i < m->n_others; i++) {
        const size_t row = row_of(p->state, m->others[i]);
        memcpy(kept_row(p, m->keys, i), values_row(k, row), size);
        memcpy(kept_row(p, m->values, i), values_row(v, row), size);
    }
}

void pass_memo_end(struct pass *p)
{
    if (p->state->memo != NULL && !p->state->is_resumed)
        p->state->memo->is_complete = !p->state->is_stopped;
}

/* ---- starting from it ---- */

bool pass_memo_resume(struct pass *p)
{
    struct pass_state *const s = p->state;
    const struct pass_memo *const m = s->memo;
    const size_t n = p->stream.n_cols;

    s->is_resumed = m != NULL && m->is_complete && s->full != NULL && m->layer <= s->expand_at;
    if (!s->is_resumed) {
        if (m != NULL)
            begin(p);
        return false;
    }
    for (size_t i = 0; i < m->n_edited; i++)
        memcpy(values_row(&p->stream, i), m->stream + i * n, n * sizeof(float));
    s->tree = s->full;
    s->full = NULL;
    s->row_nodes = m->edited;
    s->n_rows = m->n_edited;
    p->layer = m->layer;
    return true;
}

/* The rows of edited nodes, from the last on, and those that were kept, to their nodes. */
static void spread(struct pass *p, float *kept, const struct values *x)
{
    const struct pass_memo *const m = p->state->memo;
    const size_t size = kv_width(p) * sizeof(float);

    for (size_t i = m->n_edited; i-- > 0;)
        if (m->edited[i] != i)
            memcpy(values_row(x, m->edited[i]), values_row(x, i), size);
    for (size_t i = 0; i < m->n_others; i++)
        memcpy(values_row(x, m->others[i]), kept_row(p, kept, i), size);
}

void pass_memo_attend(struct pass *p, const struct values *k, const struct values *v)
{
    const struct pass_state *const s = p->state;

    if (s->memo == NULL || p->layer < s->memo->layer)
        return;
    if (s->is_resumed) {
        spread(p, s->memo->keys, k);
        spread(p, s->memo->values, v);
    } else {
        keep(p, k, v);
    }
}
