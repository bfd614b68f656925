#include "config.h"
#include "pipeline/effect_answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/effect_chosen.h"
#include "pipeline/effect_controls.h"
#include "pipeline/effect_sets.h"
#include "pipeline/effect_summary.h"
#include "pipeline/effect_write.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"

/* ---- what is asked ---- */

/* Without twins nothing can be swapped: means and zeros instead, if nothing else is asked for. */
static void choose_edits(const struct params *params, struct effect_result *out)
{
    struct effect_edit edits[EFFECT_MOST_EDITS];
    const size_t n = effect_edits_read(params->edit != NULL ? params->edit : DEFAULT_EDIT, edits);

    for (size_t i = 0; i < n; i++)
        if (edits[i].kind != EFFECT_SWAP || out->twins != TWINS_NONE)
            out->edits[out->n_edits++] = edits[i];
    if (out->n_edits == 0) {
        out->edits[out->n_edits++] = (struct effect_edit){ EFFECT_MEAN, 0.0 };
        out->edits[out->n_edits++] = (struct effect_edit){ EFFECT_ZERO, 0.0 };
    }
    out->n_added = params->add != 0.0 ? 1 : 0;
    if (out->n_added > 0)
        out->edits[out->n_edits++] = (struct effect_edit){ EFFECT_ADD, params->add };
}

struct question { /* what is known while the stage is computed; owns everything but a and out */
    const struct analysis *a;
    const struct stage_run *run;
    struct effect_result *out;
    struct twins twins;
    struct neuron_sets sets;
    struct neuron_set *others; /* [sets.n] complements */
    struct chosen_sets chosen; /* of which those with edits of their own are not among sets */
    double *writes;            /* [n_columns] */
    struct effect_run *r;
    size_t step, n_steps; /* of progress */
};

enum { STEPS_CONTROL = 12 }; /* of a control of a set, when a set takes 2 */

static void question_clear(struct question *q)
{
    twins_clear(&q->twins);
    for (size_t s = 0; q->others != NULL && s < q->sets.n; s++)
        neuron_set_clear(&q->others[s]);
    free(q->others);
    neuron_sets_clear(&q->sets);
    chosen_sets_clear(&q->chosen);
    free(q->writes);
    effect_run_free(q->r);
}

/* The next n steps; *part must outlive it. */
static struct progress take_steps(struct question *q, size_t n, struct progress_part *part)
{
    *part = (struct progress_part){ &q->run->progress, q->step, n, q->n_steps };
    q->step += n;
    return progress_of_part(part);
}

/* Whether a chosen set has rows of its own. */
static bool is_own(const struct chosen_set *set)
{
    return set->has_edits && set->n_parts > 0;
}

static size_t count_own(const struct chosen_sets *chosen)
{
    size_t n = 0;

    for (size_t i = 0; i < chosen->n; i++)
        n += is_own(&chosen->sets[i]) ? 1 : 0;
    return n;
}

/* Whether such a set is a swap that has controls. */
static bool has_controls(const struct question *q, const struct chosen_set *set)
{
    return is_own(set) && set->n_parts == 1 && set->parts[0].edit.kind == EFFECT_SWAP &&
           effect_has_controls(q->a, &set->parts[0].set);
}

static size_t n_with_controls(const struct question *q)
{
    size_t n = 0;

    for (size_t s = 0; q->out->edits[0].kind == EFFECT_SWAP && s < q->sets.n; s++)
        n += effect_has_controls(q->a, &q->sets.sets[s]) ? 1 : 0;
    for (size_t i = 0; i < q->chosen.n; i++)
        n += has_controls(q, &q->chosen.sets[i]) ? 1 : 0;
    return q->a->params.controls ? n : 0;
}

static enum ct_status find_sets(struct question *q, struct ct_error *err)
{
    enum ct_status st = neuron_sets_find(q->a, &q->sets, err);

    if (st == CT_OK && q->a->params.chosen != NULL)
        st = chosen_sets_find(q->a, q->a->params.chosen, &q->chosen, err);
    if (st != CT_OK)
        return st;
    q->others = ct_calloc_array(q->sets.n, sizeof *q->others);
    q->writes = ct_malloc_array(extract_of(q->a)->X.cols, sizeof *q->writes);
    if (q->others == NULL || q->writes == NULL)
        return ct_fail_nomem(err, "effect", 0);
    for (size_t s = 0; st == CT_OK && s < q->sets.n; s++)
        st = neuron_set_others(q->a, &q->sets.sets[s], &q->others[s], err);
    return st == CT_OK ? effect_writes(q->a, &q->twins, q->writes, err) : st;
}

static enum ct_status prepare(struct question *q, struct ct_error *err)
{
    struct effect_result *const out = q->out;
    struct progress_part part;
    enum ct_status st = twins_find(q->a, &q->twins, err);

    if (st == CT_OK) {
        out->twins = q->twins.by;
        out->n_twins = q->twins.n;
        out->n_without = q->twins.n_without;
        choose_edits(&q->a->params, out);
        st = effect_words_find(q->a, &out->words, err);
    }
    if (st == CT_OK)
        st = find_sets(q, err);
    if (st != CT_OK)
        return st;
    q->n_steps = 2 + 3 * out->n_edits * q->sets.n + 3 * count_own(&q->chosen) +
                 STEPS_CONTROL * N_CONTROLS * n_with_controls(q);
    const struct progress progress = take_steps(q, 2, &part);
    return effect_run_new(q->a, &q->twins, &out->words, EFFECT_ALL, &progress, &q->r, err);
}

/* ---- edits ---- */

/* Of the set, as the root of the sum of the squares of its neurons'. */
static double write_of(const struct question *q, const struct neuron_set *set)
{
    double sum = 0.0;

    for (size_t i = 0; i < set->n; i++)
        sum += q->writes[set->columns[i]] * q->writes[set->columns[i]];
    return sqrt(sum);
}

/* What the readings of a set are; *row has its edits and its name. */
static enum ct_status describe_row(const struct question *q, const struct effect_reading *readings,
                                   struct effect_row *row, struct ct_error *err)
{
    const struct effect_edit *const e = effect_strictest(row->edits, row->n_edits);
    struct effect_interval interval;

    row->moved_end = effect_moved_end(q->r, readings);
    row->moved_next = effect_moved_next(q->r, readings);
    row->without_end = row->without_next = NAN;
    row->divergence_next = effect_divergence_next(q->r, e, readings);
    row->divergence_end = effect_divergence_end(q->r, e, readings);
    row->loss = effect_loss(q->r, e, readings);
    row->difference = effect_difference(q->r, e, readings);
    for (size_t k = 0; k < N_CONTROLS; k++)
        row->by[k] = (struct effect_control_row){ NAN, NAN, NAN, false, 0 };
    const enum ct_status st =
        effect_interval(q->r, readings, q->a->params.seed, EFFECT_RESAMPLES, &interval, err);
    if (st == CT_OK) {
        row->moved_end_low = interval.low;
        row->moved_end_high = interval.high;
    }
    return st;
}

static enum ct_status describe_set(const struct question *q, size_t edit,
                                   const struct neuron_set *set,
                                   const struct effect_reading *readings, struct effect_row *row,
                                   struct ct_error *err)
{
    *row = (struct effect_row){ .edit = edit,
                                .edits = &q->out->edits[edit],
                                .n_edits = 1,
                                .source = set->source,
                                .group = set->group,
                                .size = set->n,
                                .write = q->twins.n > 0 ? write_of(q, set) : NAN };
    return describe_row(q, readings, row, err);
}

/* The complements of the sets, of which only what words say is kept. */
static enum ct_status run_others(struct question *q, size_t edit, struct effect_row *rows,
                                 struct ct_error *err)
{
    struct effect_reading *const readings = ct_malloc_array(q->out->n, sizeof *readings);
    enum ct_status st =
        readings != NULL ? CT_OK : ct_fail_nomem(err, "effect", q->out->n * sizeof *readings);

    for (size_t s = 0; st == CT_OK && s < q->sets.n; s++) {
        struct progress_part part;
        const struct progress progress = take_steps(q, 1, &part);
        st = effect_run_sets(q->r, &q->out->edits[edit], &q->others[s], 1, EFFECT_WORDS, &progress,
                             readings, err);
        if (st == CT_OK) {
            rows[s].without_end = effect_moved_end(q->r, readings);
            rows[s].without_next = effect_moved_next(q->r, readings);
        }
    }
    free(readings);
    return st;
}

static enum ct_status run_edit(struct question *q, size_t edit, struct ct_error *err)
{
    struct effect_result *const out = q->out;
    struct effect_row *const rows = out->rows + edit * q->sets.n;
    struct effect_reading *const readings = out->readings + edit * q->sets.n * out->n;
    struct progress_part part;
    const struct progress progress = take_steps(q, 2 * q->sets.n, &part);
    enum ct_status st = effect_run_sets(q->r, &out->edits[edit], q->sets.sets, q->sets.n,
                                        EFFECT_ALL, &progress, readings, err);

    for (size_t s = 0; st == CT_OK && s < q->sets.n; s++)
        st = describe_set(q, edit, &q->sets.sets[s], readings + s * out->n, &rows[s], err);
    return st == CT_OK ? run_others(q, edit, rows, err) : st;
}

/* ---- chosen sets with edits of their own ---- */

/* The complement of a set of one edit. */
static enum ct_status run_other(struct question *q, const struct effect_part *part,
                                const struct progress *progress, struct effect_row *row,
                                struct ct_error *err)
{
    struct effect_reading *const readings = ct_malloc_array(q->out->n, sizeof *readings);
    struct neuron_set others = { 0 };
    enum ct_status st = readings != NULL
                            ? neuron_set_others(q->a, &part->set, &others, err)
                            : ct_fail_nomem(err, "effect", q->out->n * sizeof *readings);

    if (st == CT_OK)
        st = effect_run_sets(q->r, &part->edit, &others, 1, EFFECT_WORDS, progress, readings, err);
    if (st == CT_OK) {
        row->without_end = effect_moved_end(q->r, readings);
        row->without_next = effect_moved_next(q->r, readings);
    }
    neuron_set_clear(&others);
    free(readings);
    return st;
}

/* edits: room for those of the set, which the row borrows. */
static enum ct_status run_own(struct question *q, size_t number, const struct chosen_set *set,
                              struct effect_edit *edits, size_t row, struct ct_error *err)
{
    struct effect_result *const out = q->out;
    struct effect_row *const to = &out->rows[row];
    struct progress_part part;
    const struct progress progress = take_steps(q, 2, &part);
    double squares = 0.0;
    enum ct_status st = effect_run_parts(q->r, set->parts, set->n_parts, EFFECT_ALL, &progress,
                                         out->readings + row * out->n, err);

    if (st != CT_OK)
        return st;
    *to = (struct effect_row){ .edit = OWN_EDITS,
                               .edits = edits,
                               .n_edits = set->n_parts,
                               .source = CHOSEN_SOURCE,
                               .group = number };
    for (size_t k = 0; k < set->n_parts; k++) {
        edits[k] = set->parts[k].edit;
        to->size += set->parts[k].set.n;
        squares += pow(write_of(q, &set->parts[k].set), 2.0);
    }
    to->write = q->twins.n > 0 ? sqrt(squares) : NAN;
    st = describe_row(q, out->readings + row * out->n, to, err);
    struct progress_part last;
    const struct progress rest = take_steps(q, 1, &last);
    return st == CT_OK && set->n_parts == 1 ? run_other(q, &set->parts[0], &rest, to, err) : st;
}

static enum ct_status run_chosen(struct question *q, struct ct_error *err)
{
    struct effect_result *const out = q->out;
    size_t row = out->n_edits * q->sets.n;
    size_t n_edits = 0;
    enum ct_status st = CT_OK;

    for (size_t i = 0; i < q->chosen.n; i++)
        n_edits += q->chosen.sets[i].n_parts;
    out->own_edits = ct_calloc_array(n_edits, sizeof *out->own_edits);
    if (out->own_edits == NULL)
        return ct_fail_nomem(err, "effect", n_edits * sizeof *out->own_edits);
    n_edits = 0;
    for (size_t i = 0; st == CT_OK && i < q->chosen.n; i++) {
        const struct chosen_set *const set = &q->chosen.sets[i];
        if (!is_own(set))
            continue;
        st = run_own(q, i + 1, set, out->own_edits + n_edits, row++, err);
        n_edits += set->n_parts;
    }
    return st;
}

/* ---- all rows ---- */

static enum ct_status run_edits(struct question *q, struct ct_error *err)
{
    struct effect_result *const out = q->out;
    const struct effect_sentence *const sentences = effect_sentences(q->r, &out->n);
    const size_t n_rows = out->n_edits * q->sets.n + count_own(&q->chosen);
    enum ct_status st = CT_OK;

    out->sentences = ct_malloc_array(out->n, sizeof *out->sentences);
    out->clean = ct_malloc_array(out->n, sizeof *out->clean);
    out->rows = ct_calloc_array(n_rows, sizeof *out->rows);
    out->readings = ct_malloc_array(n_rows, out->n * sizeof *out->readings);
    if (out->sentences == NULL || out->clean == NULL || out->rows == NULL || out->readings == NULL)
        return ct_fail_nomem(err, "effect", n_rows * out->n * sizeof *out->readings);
    memcpy(out->sentences, sentences, out->n * sizeof *sentences);
    memcpy(out->clean, effect_clean(q->r), out->n * sizeof *out->clean);
    for (size_t e = 0; st == CT_OK && e < out->n_edits; e++)
        st = run_edit(q, e, err);
    if (st == CT_OK)
        st = run_chosen(q, err);
    out->n_rows = n_rows;
    return st;
}

/* ---- controls ---- */

/* Those of an earlier result that was cancelled are kept. */
static bool take_earlier(const struct question *q, size_t row, enum effect_control kind)
{
    const struct effect_result *const earlier = q->run->earlier;

    if (earlier == NULL || row >= earlier->n_rows || earlier->rows[row].by[kind].n_draws == 0)
        return false;
    q->out->rows[row].by[kind] = earlier->rows[row].by[kind];
    return true;
}

static enum ct_status run_controls_of(struct question *q, const struct effect_keys *keys,
                                      const struct effect_edit *edit, const struct neuron_set *set,
                                      size_t number, size_t at, struct ct_error *err)
{
    struct effect_row *const row = &q->out->rows[at];
    enum ct_status st = CT_OK;

    for (size_t k = 0; st == CT_OK && k < N_CONTROLS; k++) {
        struct progress_part part;
        const struct progress progress = take_steps(q, STEPS_CONTROL, &part);
        if (!take_earlier(q, at, (enum effect_control)k))
            st = effect_control_find(q->r, keys, edit, set, (enum effect_control)k, row->moved_end,
                                     (number * N_CONTROLS + k) * EFFECT_DRAWS, &progress,
                                     &row->by[k], err);
    }
    return st;
}

/* Draws are numbered by sets: those of the first edit, then chosen ones with edits of their own. */
static enum ct_status run_controls(struct question *q, struct ct_error *err)
{
    const struct effect_edit *const first = &q->out->edits[0];
    struct effect_keys keys = { .by = { NULL } };
    size_t row = q->out->n_edits * q->sets.n;
    enum ct_status st = CT_OK;

    if (n_with_controls(q) > 0)
        st = effect_keys_find(q->a, q->writes, &keys, err);
    if (st != CT_OK || n_with_controls(q) == 0)
        return st;
    for (size_t s = 0; st == CT_OK && first->kind == EFFECT_SWAP && s < q->sets.n; s++)
        if (effect_has_controls(q->a, &q->sets.sets[s]))
            st = run_controls_of(q, &keys, first, &q->sets.sets[s], s, s, err);
    for (size_t i = 0; st == CT_OK && i < q->chosen.n; i++) {
        const struct chosen_set *const set = &q->chosen.sets[i];
        if (has_controls(q, set))
            st = run_controls_of(q, &keys, &set->parts[0].edit, &set->parts[0].set, q->sets.n + i,
                                 row, err);
        row += is_own(set) ? 1 : 0;
    }
    effect_keys_clear(&keys);
    q->out->is_partial = st == CT_ECANCELED;
    return st == CT_ECANCELED ? CT_OK : st;
}

static void find_differences(const struct analysis *a, struct effect_result *out)
{
    const struct contrast *const c = contrast_of(a);
    double sums[2] = { 0.0, 0.0 };

    for (size_t i = 0; i < out->n; i++) {
        const size_t group = load_of(a)->sentences[out->sentences[i].row].group;
        sums[group == c->groups[0] ? 0 : 1] += out->clean[i].end;
    }
    for (size_t g = 0; g < 2; g++)
        out->difference[g] = sums[g] / (double)c->n_rows[g];
}

enum ct_status effect_answer(const struct analysis *a, const struct stage_run *run,
                             struct effect_result *out, struct ct_error *err)
{
    struct question q = { .a = a, .run = run, .out = out };
    enum ct_status st = prepare(&q, err);

    if (st == CT_OK)
        st = run_edits(&q, err);
    if (st == CT_OK) {
        find_differences(a, out);
        st = run_controls(&q, err);
    }
    question_clear(&q);
    return st;
}
