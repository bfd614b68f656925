#include "config.h"
#include "pipeline/neuron_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/stage_extract.h"

enum ct_status neuron_set_init(const struct analysis *a, const char *source, size_t group,
                               const size_t *columns, size_t n, struct neuron_set *out,
                               struct ct_error *err)
{
    const struct extract_result *const e = extract_of(a);
    size_t k = 0;

    *out = (struct neuron_set){ .source = source,
                                .group = group,
                                .n = n,
                                .columns = ct_malloc_array(n, sizeof *out->columns),
                                .neurons = ct_malloc_array(n, sizeof *out->neurons),
                                .starts = ct_malloc_array(e->n_blocks + 1, sizeof *out->starts) };
    if (out->columns == NULL || out->neurons == NULL || out->starts == NULL) {
        neuron_set_clear(out);
        return ct_fail_nomem(err, "neurons", n * sizeof *out->columns);
    }
    memcpy(out->columns, columns, n * sizeof *columns);
    for (size_t b = 0; b < e->n_blocks; b++) {
        const struct neuron_block *const block = &e->blocks[b];
        out->starts[b] = k;
        for (; k < n && columns[k] < block->first + block->n; k++)
            out->neurons[k] = (uint32_t)(columns[k] - block->first);
    }
    out->starts[e->n_blocks] = k;
    return CT_OK;
}

void neuron_set_clear(struct neuron_set *s)
{
    free(s->columns);
    free(s->neurons);
    free(s->starts);
    *s = (struct neuron_set){ 0 };
}

enum ct_status neuron_set_of_marks(const struct analysis *a, const char *source, size_t group,
                                   const bool *marks, bool wanted, struct neuron_set *out,
                                   struct ct_error *err)
{
    const size_t n_columns = extract_of(a)->X.cols;
    size_t *const columns = ct_malloc_array(n_columns, sizeof *columns);
    size_t n = 0;

    if (columns == NULL)
        return ct_fail_nomem(err, "neurons", n_columns * sizeof *columns);
    for (size_t j = 0; j < n_columns; j++)
        if (marks[j] == wanted)
            columns[n++] = j;
    const enum ct_status st = neuron_set_init(a, source, group, columns, n, out, err);
    free(columns);
    return st;
}

enum ct_status neuron_set_others(const struct analysis *a, const struct neuron_set *set,
                                 struct neuron_set *out, struct ct_error *err)
{
    bool *const marks = ct_calloc_array(extract_of(a)->X.cols, sizeof *marks);

    if (marks == NULL)
        return ct_fail_nomem(err, "neurons", 0);
    for (size_t i = 0; i < set->n; i++)
        marks[set->columns[i]] = true;
    const enum ct_status st =
        neuron_set_of_marks(a, set->source, set->group, marks, false, out, err);
    free(marks);
    return st;
}
