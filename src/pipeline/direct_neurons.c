#include "config.h"
#include "pipeline/direct_neurons.h"

#include <stdlib.h>

#include "base/mem.h"

enum { MOST = 256 }; /* neurons at a time */

struct room {                       /* for some neurons */
    double *direction;              /* [hidden] of the words */
    double *rows;                   /* [MOST or fewer, hidden] */
    float *x;                       /* the same */
    struct word_extremes *extremes; /* [MOST or fewer] */
};

static void room_clear(struct room *r)
{
    free(r->direction);
    free(r->rows);
    free(r->x);
    free(r->extremes);
}

static void relate_to_mean(struct word_extremes *e)
{
    for (size_t k = 0; k < e->n; k++) {
        e->high[k] = (float)((double)e->high[k] - e->mean);
        e->low[k] = (float)((double)e->low[k] - e->mean);
    }
}

static enum ct_status find_some(struct output *output, const struct direct_path *path,
                                const struct room *r, const uint32_t *neurons, size_t n,
                                const struct progress *progress, struct direct_neuron *out,
                                struct ct_error *err)
{
    const size_t hidden = model_config(path->model)->hidden_size;
    enum ct_status st = direct_path_rows(path, neurons, n, r->rows, err);

    for (size_t i = 0; st == CT_OK && i < n * hidden; i++)
        r->x[i] = (float)r->rows[i];
    if (st == CT_OK)
        st = output_extremes(output, r->x, n, OUTPUT_LINEAR, progress, r->extremes, err);
    for (size_t k = 0; st == CT_OK && k < n; k++) {
        out[k] = (struct direct_neuron){ 0.0, r->extremes[k] };
        for (size_t i = 0; i < hidden; i++)
            out[k].effect += r->rows[k * hidden + i] * r->direction[i];
        relate_to_mean(&out[k].words);
    }
    return st;
}

enum ct_status direct_neurons_find(struct output *output, const struct direct_path *path,
                                   const struct word_pairs *words, const uint32_t *neurons,
                                   size_t n, const struct progress *progress,
                                   struct direct_neuron *out, struct ct_error *err)
{
    const size_t hidden = model_config(path->model)->hidden_size;
    const size_t most = size_min(n, MOST);
    struct room r = { .direction = ct_malloc_array(hidden, sizeof *r.direction),
                      .rows = ct_malloc_array(most, hidden * sizeof *r.rows),
                      .x = ct_malloc_array(most, hidden * sizeof *r.x),
                      .extremes = ct_malloc_array(most, sizeof *r.extremes) };
    enum ct_status st = r.direction != NULL && r.rows != NULL && r.x != NULL && r.extremes != NULL
                            ? direct_path_words(path->model, words->ids, words->n, r.direction, err)
                            : ct_fail_nomem(err, "direct effects", most * hidden * sizeof *r.rows);

    for (size_t k = 0; st == CT_OK && k < n; k += most) {
        const size_t n_here = size_min(most, n - k);
        struct progress_part part = { progress, k, n_here, n };
        const struct progress here = progress_of_part(&part);
        st = find_some(output, path, &r, neurons + k, n_here, &here, out + k, err);
    }
    room_clear(&r);
    return st;
}

double direct_neurons_memory(const struct model_config *config, size_t n)
{
    return (double)size_min(n, MOST) *
               ((double)config->hidden_size * (sizeof(double) + sizeof(float)) +
                sizeof(struct word_extremes)) +
           4.0 * (double)config->hidden_size * sizeof(double);
}
