#include "config.h"
#include "model/prefix_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

size_t edit_list_first(const struct edit_list *list)
{
    size_t first = list->edits[0].first;

    for (size_t i = 1; i < list->n; i++)
        first = list->edits[i].first < first ? list->edits[i].first : first;
    return first;
}

/* The list of edits that a position is subject to; 0: none. */
static uint32_t list_at(const struct sorted_seq *s, size_t i)
{
    return i >= s->from ? s->list : 0;
}

static size_t common_tokens(const struct sorted_seq *a, const struct sorted_seq *b)
{
    const size_t n = a->seq.n < b->seq.n ? a->seq.n : b->seq.n;
    size_t i = 0;

    while (i < n && a->seq.ids[i] == b->seq.ids[i])
        i++;
    return i;
}

static size_t common_prefix(const struct sorted_seq *a, const struct sorted_seq *b)
{
    const size_t from = a->from < b->from ? a->from : b->from;
    const size_t i = common_tokens(a, b);

    return a->list != b->list && i > from ? from : i;
}

/* By ids and lists of edits from position i on, which is the first where they differ. */
static int compare_from(const struct sorted_seq *x, const struct sorted_seq *y, size_t i)
{
    if (i < x->seq.n && i < y->seq.n)
        return x->seq.ids[i] != y->seq.ids[i]  ? (x->seq.ids[i] < y->seq.ids[i] ? -1 : 1)
               : list_at(x, i) < list_at(y, i) ? -1
                                               : 1;
    if (x->seq.n != y->seq.n)
        return x->seq.n < y->seq.n ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

static int compare(const void *a, const void *b)
{
    return compare_from(a, b, common_prefix(a, b));
}

static int compare_plain(const void *a, const void *b)
{
    return compare_from(a, b, common_tokens(a, b));
}

void prefix_tree_sort(const struct token_seq *seqs, size_t n_seqs, const struct edits *edits,
                      struct sorted_seq *sorted)
{
    for (size_t i = 0; i < n_seqs; i++) {
        const uint32_t list = edits != NULL ? edits->of[i] : 0;
        sorted[i] = (struct sorted_seq){
            .seq = seqs[i],
            .index = i,
            .list = list,
            .from = list > 0 ? edit_list_first(&edits->lists[list - 1]) : SIZE_MAX,
        };
    }
    qsort(sorted, n_seqs, sizeof *sorted, compare);
}

/* The number of tokens of sorted[i] whose nodes it shares with sequences before it. */
static size_t shared_nodes(const struct sorted_seq *sorted, size_t i)
{
    return i > 0 ? common_prefix(&sorted[i - 1], &sorted[i]) : 0;
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
        .lists = ct_malloc_array(max_nodes, sizeof *tree->lists),
        .targets = ct_malloc_array(max_nodes, sizeof *tree->targets),
        .seq_index = ct_malloc_array(max_seqs, sizeof *tree->seq_index),
        .seq_target = ct_malloc_array(max_seqs, sizeof *tree->seq_target),
        .path = ct_malloc_array(max_len, sizeof *tree->path),
    };
    if (tree->tokens != NULL && tree->depth != NULL && tree->lists != NULL &&
        tree->targets != NULL && tree->seq_index != NULL && tree->seq_target != NULL &&
        tree->path != NULL)
        return CT_OK;
    prefix_tree_clear(tree);
    return ct_fail_nomem(err, "tree of prefixes", 0);
}

double prefix_tree_memory(size_t max_nodes, size_t max_seqs, size_t max_len)
{
    const struct prefix_tree *const tree = NULL;
    const double a_node =
        sizeof *tree->tokens + sizeof *tree->depth + sizeof *tree->lists + sizeof *tree->targets;
    const double a_seq = sizeof *tree->seq_index + sizeof *tree->seq_target;

    return a_node * (double)max_nodes + a_seq * (double)max_seqs +
           (double)sizeof *tree->path * (double)max_len;
}

void prefix_tree_clear(struct prefix_tree *tree)
{
    free(tree->tokens);
    free(tree->depth);
    free(tree->lists);
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
        tree->lists[tree->n_nodes] = list_at(s, i);
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

static void clear(struct prefix_tree *tree)
{
    tree->n_nodes = tree->n_targets = tree->n_seqs = tree->max_len = 0;
}

void prefix_tree_build(struct prefix_tree *tree, const struct sorted_seq *sorted, size_t n)
{
    clear(tree);
    for (size_t i = 0; i < n; i++)
        add(tree, &sorted[i], shared_nodes(sorted, i));
}

/* Sets of[] of the node and its ancestors: path[d] has the same tokens as the one at depth d. */
static void map_path(const struct prefix_tree *tree, size_t node, const uint32_t *path,
                     uint32_t *of)
{
    for (uint32_t depth = tree->depth[node]; of[node] != path[depth]; depth--) {
        of[node] = path[depth];
        if (depth == 0)
            break;
        while (tree->depth[node] != depth - 1)
            node--;
    }
}

void prefix_tree_build_plain(const struct prefix_tree *tree, struct sorted_seq *sorted,
                             struct prefix_tree *plain, uint32_t *of)
{
    for (size_t i = 0; i < tree->n_seqs; i++) {
        sorted[i].index = i;
        sorted[i].list = 0;
    }
    qsort(sorted, tree->n_seqs, sizeof *sorted, compare_plain);
    memset(of, 0xFF, tree->n_nodes * sizeof *of);
    clear(plain);
    for (size_t i = 0; i < tree->n_seqs; i++) {
        const size_t place = sorted[i].index;
        add(plain, &sorted[i], i > 0 ? common_tokens(&sorted[i - 1], &sorted[i]) : 0);
        plain->seq_index[i] = tree->seq_index[place];
        map_path(tree, tree->targets[tree->seq_target[place]], plain->path, of);
    }
}
