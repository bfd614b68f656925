#include "config.h"
#include "tui/edits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/effect_chosen.h"
#include "pipeline/effect_edits.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_ttest.h"
#include "report/effect_text.h"
#include "report/plots/cluster_names.h"
#include "report/run_command.h"
#include "tui/run.h"
#include "tui/view.h"

/* ---- texts ---- */

/* The edits as one set, in the order in which they were made; owned by the caller. NULL: out of
 * memory. */
static char *join(const struct edit_steps *e)
{
    char *text = NULL;
    size_t size = 0;
    FILE *const file = open_memstream(&text, &size);

    if (file == NULL)
        return NULL;
    for (size_t i = 0; i < e->n; i++) {
        char name[EFFECT_EDIT_NAME];
        effect_edit_name(&e->steps[i].edit, name);
        fprintf(file, "%s%s:%s", i > 0 ? "," : "", name, e->steps[i].neurons);
    }
    return ct_close_memstream(file, &text) ? text : NULL;
}

enum ct_status edits_text(const struct app *app, char **out, struct ct_error *err)
{
    struct chosen_sets sets = { 0 };
    char *const joined = join(&app->edits);
    enum ct_status st = joined != NULL ? CT_OK : ct_fail_nomem(err, "edits", 0);

    if (st == CT_OK && app->edits.n == 0) {
        *out = joined;
        return CT_OK;
    }
    if (st == CT_OK)
        st = effect_probe_check(app->a, err);
    if (st == CT_OK)
        st = chosen_sets_find(app->a, joined, &sets, err);
    if (st == CT_OK)
        st = chosen_set_text(app->a, &sets.sets[0], extract_of(app->a)->n_blocks > 1, out, err);
    chosen_sets_clear(&sets);
    free(joined);
    return st;
}

enum ct_status edits_command(const struct app *app, char **out, struct ct_error *err)
{
    char *text = NULL;
    enum ct_status st = edits_text(app, &text, err);

    if (st == CT_OK)
        st = run_command_with(&app->a->params, text, out, err);
    free(text);
    return st;
}

/* ---- computing ---- */

bool edits_are_shown(const struct app *app)
{
    const struct edit_steps *const e = &app->edits;

    return e->has_result && !e->is_changed && e->probe != NULL &&
           effect_probe_is_of(e->probe, app->a) && effect_probe_check(app->a, NULL) == CT_OK;
}

static bool tick(void *context, size_t done, size_t total)
{
    const struct analysis_watch *const watch = context;

    return watch->progress(watch->context, NULL, done, total);
}

/* In the worker's thread, to which probe, asked and fresh belong meanwhile. */
static enum ct_status run(void *context, const struct analysis *a,
                          const struct analysis_watch *watch, struct ct_error *err)
{
    struct edit_steps *const e = context;
    const struct progress progress = { tick, (void *)watch };

    (void)a;
    return effect_probe_run(e->probe, e->asked, &progress, &e->fresh, err);
}

/* The sentence that changes most. */
static size_t most_changed(const struct effect_probed *r)
{
    size_t best = 0;

    for (size_t i = 1; i < r->n; i++)
        if (fabs(r->edited[i].end - r->clean[i].end) >
            fabs(r->edited[best].end - r->clean[best].end))
            best = i;
    return r->sentences[best].row;
}

static void say_done(struct app *app)
{
    const struct effect_probed *const r = &app->edits.result;
    size_t n_edited = 0;

    for (size_t i = 0; i < r->n; i++)
        n_edited += r->is_edited[i] ? 1 : 0;
    if (r->n_neurons > 0 && n_edited == 0)
        app_say(app, INK_WARN, "no sentence has a twin to be swapped with: %s edits otherwise",
                app_key(app, ACTION_EDIT_KIND).text);
    else
        app_say(app, INK_GOOD, "edits done in %.2f s", app->news.seconds);
}

static void done(void *owner, void *context, enum ct_status status, const struct ct_error *err)
{
    struct app *const app = owner;
    struct edit_steps *const e = context;

    if (app == NULL)
        return;
    if (status == CT_OK) {
        const bool is_first = !e->has_result;
        effect_probed_clear(&e->result);
        e->result = e->fresh; /* handed over */
        e->fresh = (struct effect_probed){ 0 };
        e->has_result = true;
        e->is_changed = e->is_wanted;
        app->version++;
        if (is_first)
            app->sentence = most_changed(&e->result);
        say_done(app);
    } else if (status == CT_ECANCELED) {
        app_say(app, INK_WARN, "edits cancelled; %s in their view computes them",
                app_key(app, ACTION_RUN).text);
    } else {
        app_say(app, INK_BAD, "%s", err->text);
    }
}

static enum ct_status renew_probe(struct app *app, struct ct_error *err)
{
    struct edit_steps *const e = &app->edits;

    if (e->probe != NULL && effect_probe_is_of(e->probe, app->a))
        return CT_OK;
    effect_probe_free(e->probe);
    e->probe = NULL;
    return effect_probe_new(app->a, &e->probe, err);
}

bool edits_are_visible(const struct app *app)
{
    const struct edit_steps *const e = &app->edits;
    const bool is_running = app->news.state == WORKER_RUNNING && app->news.job.run == run;

    return edits_are_shown(app) || (e->has_result && (is_running || e->is_wanted) &&
                                    e->probe != NULL && effect_probe_is_of(e->probe, app->a));
}

/* Starts the job, if it is wanted. */
static bool start(struct app *app)
{
    struct edit_steps *const e = &app->edits;
    const struct job job = {
        .title = "Edits", .can_cancel = true, .run = run, .done = done, .context = e
    };
    struct ct_error err;

    if (!e->is_wanted)
        return false;
    e->is_wanted = false;
    enum ct_status st = effect_probe_check(app->a, &err);
    if (st == CT_OK)
        st = renew_probe(app, &err);
    if (st == CT_OK) {
        free(e->asked);
        e->asked = join(e);
        st = e->asked != NULL ? worker_start(app->worker, app->a, &job, &err)
                              : ct_fail_nomem(&err, "edits", 0);
    }
    if (st != CT_OK)
        app_say(app, INK_BAD, "%s", err.text);
    return st == CT_OK;
}

static void clear_steps(struct edit_steps *e)
{
    for (size_t i = 0; i < e->n; i++) {
        free(e->steps[i].neurons);
        free(e->steps[i].what);
    }
    free(e->steps);
    e->steps = NULL;
    e->n = 0;
}

void edits_clear(struct app *app)
{
    struct edit_steps *const e = &app->edits;

    clear_steps(e);
    effect_probe_free(e->probe);
    effect_probed_clear(&e->result);
    effect_probed_clear(&e->fresh);
    free(e->asked);
    *e = (struct edit_steps){ 0 };
}

/* A run of edits that are no longer wanted is cancelled for those that are. */
static void compute(struct app *app)
{
    struct edit_steps *const e = &app->edits;

    e->is_changed = true;
    e->is_wanted = true;
    if (app->news.state == WORKER_RUNNING && app->news.job.run == run)
        worker_cancel(app->worker);
    else if (app->news.state != WORKER_IDLE)
        app_say(app, INK_DEFAULT, "the edits follow %s", app->news.job.title);
    app_start_next(app);
}

void edits_update(struct app *app)
{
    struct ct_error err;

    if (app->edits.n == 0)
        app_say(app, INK_DEFAULT, "no edit: %s edits the neuron or the cluster that is marked",
                app_key(app, ACTION_EDIT).text);
    else if (edits_are_shown(app))
        app_say(app, INK_DEFAULT, "the edits are computed");
    else if (effect_probe_check(app->a, &err) != CT_OK)
        app_say(app, INK_WARN, "%s", err.text);
    else
        compute(app);
}

/* ---- what is selected ---- */

struct selected { /* owns neurons */
    char *neurons;
    char what[80];
};

/* columns: room for all neurons. Returns how many are selected. */
static size_t list_selected(const struct app *app, size_t *columns, char what[80])
{
    const struct ttest_stage *const t = ttest_of(app->a);
    const struct clustering *const c =
        app->mark.method != NULL ? clustering_of(app->a, app->mark.method) : NULL;
    char cluster[CLUSTER_WORDS_SIZE];
    size_t n = 0;

    if (app->range.n > 0) {
        n = app->range.n;
        memcpy(columns, app->range.columns, n * sizeof *columns);
        snprintf(what, 80, "%zu neurons", n);
    } else if (c != NULL && t != NULL) {
        for (size_t i = 0; i < c->n; i++)
            if (c->labels[i] == app->mark.label)
                columns[n++] = t->significant[i];
        cluster_words(app->a, app->mark, cluster);
        snprintf(what, 80, "%s (%zu)", cluster, n);
    } else if (app->has_neuron) {
        size_t index;
        const char *const hook = neuron_hook(extract_of(app->a), app->neuron, &index);
        columns[n++] = app->neuron;
        snprintf(what, 80, "%.60s:%zu", hook, index);
    }
    return n;
}

static enum ct_status find_selected(const struct app *app, struct selected *out,
                                    struct ct_error *err)
{
    struct effect_part part = { .edit = { EFFECT_SWAP, 0.0 } };
    const struct chosen_set set = { &part, 1, false };
    enum ct_status st = effect_probe_check(app->a, err);

    if (st != CT_OK)
        return st;
    size_t *const columns = ct_malloc_array(extract_of(app->a)->X.cols, sizeof *columns);
    if (columns == NULL)
        return ct_fail_nomem(err, "edits", 0);
    const size_t n = list_selected(app, columns, out->what);
    if (n == 0)
        st = ct_fail(err, CT_EINVAL, "nothing is selected: %s finds a neuron, %s marks a cluster",
                     app_key(app, ACTION_FIND).text, app_key(app, ACTION_MARK).text);
    if (st == CT_OK)
        st = neuron_set_init(app->a, CHOSEN_SOURCE, 1, columns, n, &part.set, err);
    if (st == CT_OK)
        st = chosen_set_text(app->a, &set, true, &out->neurons, err);
    neuron_set_clear(&part.set);
    free(columns);
    return st;
}

/* ---- the list ---- */

static bool are_same(const struct effect_edit *x, const struct effect_edit *y)
{
    return x->kind == y->kind && !(x->factor < y->factor) && !(x->factor > y->factor);
}

enum ct_status edits_push(struct app *app, const struct effect_edit *edit, char *neurons,
                          const char *what, struct ct_error *err)
{
    struct edit_steps *const e = &app->edits;
    struct edit_step *const steps = ct_realloc_array(e->steps, e->n + 1, sizeof *steps);
    char *const copy = strdup(what);

    if (steps != NULL)
        e->steps = steps;
    if (steps == NULL || copy == NULL) {
        free(copy);
        return ct_fail_nomem(err, "edits", 0);
    }
    steps[e->n] = (struct edit_step){ *edit, neurons, NULL };
    steps[e->n++].what = copy;
    app->probing = (struct pending){ start, edits_clear };
    return CT_OK;
}

static bool is_last(const struct edit_steps *e, const struct selected *s)
{
    return e->n > 0 && strcmp(e->steps[e->n - 1].neurons, s->neurons) == 0;
}

void edits_add(struct app *app)
{
    struct edit_steps *const e = &app->edits;
    const struct effect_edit edit = edits_kind(app);
    struct selected selected = { .neurons = NULL };
    struct ct_error err;
    enum ct_status st = find_selected(app, &selected, &err);

    if (st != CT_OK) {
        app_say(app, INK_WARN, "%s", err.text);
        return;
    }
    app_go_to_view(app, &stage_effect, EDITS_VIEW);
    if (is_last(e, &selected) && are_same(&e->steps[e->n - 1].edit, &edit)) {
        free(selected.neurons);
        edits_update(app);
        return;
    }
    st = edits_push(app, &edit, selected.neurons, selected.what, &err);
    if (st != CT_OK) {
        free(selected.neurons);
        app_say(app, INK_BAD, "%s", err.text);
        return;
    }
    app->unsaved = true;
    compute(app);
}

void edits_undo(struct app *app)
{
    struct edit_steps *const e = &app->edits;

    if (e->n == 0) {
        app_say(app, INK_DEFAULT, "there is no edit to take back");
        return;
    }
    e->n--;
    app_say(app, INK_DEFAULT, "taken back: %s", e->steps[e->n].what);
    free(e->steps[e->n].neurons);
    free(e->steps[e->n].what);
    app->unsaved = true;
    if (effect_probe_check(app->a, NULL) == CT_OK)
        compute(app);
}

/* ---- kinds ---- */

/* A swap, means, zeros, and what the parameter has beyond these. */
static size_t list_kinds(const struct app *app, struct effect_edit kinds[EFFECT_MOST_EDITS + 3])
{
    const char *const text = app->a->params.edit;
    struct effect_edit asked[EFFECT_MOST_EDITS];
    const size_t n_asked = text != NULL ? effect_edits_read(text, asked) : 0;
    size_t n = 0;

    for (enum effect_kind k = EFFECT_SWAP; k <= EFFECT_ZERO; k++)
        kinds[n++] = (struct effect_edit){ k, 0.0 };
    for (size_t i = 0; i < n_asked; i++)
        if (asked[i].kind == EFFECT_SCALE)
            kinds[n++] = asked[i];
    return n;
}

struct effect_edit edits_kind(const struct app *app)
{
    struct effect_edit kinds[EFFECT_MOST_EDITS + 3];
    const size_t n = list_kinds(app, kinds);

    return kinds[app->edits.kind % n];
}

void edits_next_kind(struct app *app)
{
    struct edit_steps *const e = &app->edits;
    struct effect_edit kinds[EFFECT_MOST_EDITS + 3];
    struct selected selected = { .neurons = NULL };
    char name[EFFECT_EDIT_NAME];

    e->kind = (e->kind + 1) % list_kinds(app, kinds);
    const struct effect_edit edit = edits_kind(app);
    effect_edit_name(&edit, name);
    app_say(app, INK_DEFAULT, "the next edit: %s", name);
    if (find_selected(app, &selected, NULL) == CT_OK && is_last(e, &selected)) {
        e->steps[e->n - 1].edit = edit;
        app->unsaved = true;
        compute(app);
    }
    free(selected.neurons);
}
