#include "config.h"
#include "model/prefix_tree.h"

#include <stdlib.h>

#include "base/mem.h"

static size_t common_prefix(const struct token_seq *a, const struct token_seq *b)
{
    const size_t n = a->n < b->n ? a->n : b->n;
    size_t i = 0;

    while (i < n && a->ids[i] == b->ids[i])
        i++;
    return i;
}

static int compare(const void *a, const void *b)
{
    const struct sorted_seq *const x = a;
    const struct sorted_seq *const y = b;
    const size_t i = common_prefix(&x->seq, &y->seq);

    if (i < x->seq.n && i < y->seq.n)
        return x->seq.ids[i] < y->seq.ids[i] ? -1 : 1;
    if (x->seq.n != y->seq.n)
        return x->seq.n < y->seq.n ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

void prefix_tree_sort(const struct token_seq *seqs, size_t n_seqs, struct sorted_seq *sorted)
{
    for (size_t i = 0; i < n_seqs; i++)
        sorted[i] = (struct sorted_seq){ seqs[i], i };
    qsort(sorted, n_seqs, sizeof *sorted, compare);
}

/* The number of tokens of sorted[i] whose nodes it shares with sequences before it. */
static size_t shared_nodes(const struct sorted_seq *sorted, size_t i)
{
    return i > 0 ? common_prefix(&sorted[i - 1].seq, &sorted[i].seq) : 0;
}

size_t prefix_tree_fit(const struct sorted_seq *sorted, size_t n, size_t max_nodes, size_t *n_nodes)
{
    size_t i;

    *n_nodes = 0;
    for (i = 0; i < n; i++) {
        const size_t n_new = sorted[i].seq.n - shared_nodes(sorted, i);
        if (i > 0 && *n_nodes + n_new > max_nodes)
            break;
        *n_nodes += n_new;
    }
    return i;
}

enum ct_status prefix_tree_init(struct prefix_tree *tree, size_t max_nodes, size_t max_seqs,
                                size_t max_len, struct ct_error *err)
{
    *tree = (struct prefix_tree){
        .tokens = ct_malloc_array(max_nodes, sizeof *tree->tokens),
        .depth = ct_malloc_array(max_nodes, sizeof *tree->depth),
        .targets = ct_malloc_array(max_nodes, sizeof *tree->targets),
        .seq_index = ct_malloc_array(max_seqs, sizeof *tree->seq_index),
        .seq_target = ct_malloc_array(max_seqs, sizeof *tree->seq_target),
        .path = ct_malloc_array(max_len, sizeof *tree->path),
    };
    if (tree->tokens != NULL && tree->depth != NULL && tree->targets != NULL &&
        tree->seq_index != NULL && tree->seq_target != NULL && tree->path != NULL)
        return CT_OK;
    prefix_tree_clear(tree);
    return ct_fail_nomem(err, "tree of prefixes", 0);
}

double prefix_tree_memory(size_t max_nodes, size_t max_seqs, size_t max_len)
{
    const struct prefix_tree *const tree = NULL;
    const double a_node = sizeof *tree->tokens + sizeof *tree->depth + sizeof *tree->targets;
    const double a_seq = sizeof *tree->seq_index + sizeof *tree->seq_target;

    return a_node * (double)max_nodes + a_seq * (double)max_seqs +
           (double)sizeof *tree->path * (double)max_len;
}

void prefix_tree_clear(struct prefix_tree *tree)
{
    free(tree->tokens);
    free(tree->depth);
    free(tree->targets);
    free(tree->seq_index);
    free(tree->seq_target);
    free(tree->path);
    *tree = (struct prefix_tree){ 0 };
}

/* Adds the nodes of a sequence after its first `shared` tokens, which are already on the path. */
static void add(struct prefix_tree *tree, const struct sorted_seq *s, size_t shared)
{
    for (size_t i = shared; i < s->seq.n; i++) {
        tree->tokens[tree->n_nodes] = s->seq.ids[i];
        tree->depth[tree->n_nodes] = (uint32_t)i;
        tree->path[i] = (uint32_t)tree->n_nodes;
        tree->n_nodes++;
    }
    /* In sorted order, a sequence that adds no node equals the one before it. */
    if (shared < s->seq.n)
        tree->targets[tree->n_targets++] = tree->path[s->seq.n - 1];
    tree->seq_index[tree->n_seqs] = s->index;
    tree->seq_target[tree->n_seqs] = (uint32_t)(tree->n_targets - 1);
    tree->n_seqs++;
    tree->max_len = s->seq.n > tree->max_len ? s->seq.n : tree->max_len;
}

void prefix_tree_build(struct prefix_tree *tree, const struct sorted_seq *sorted, size_t n)
{
    tree->n_nodes = tree->n_targets = tree->n_seqs = tree->max_len = 0;
    for (size_t i = 0; i < n; i++)
        add(tree, &sorted[i], shared_nodes(sorted, i));
}
