/* Edits that people make in the user interface: what they change, undo, kinds, sessions, the
 * command line that repeats them. */
#include "config.h"
#include "io_temp.h"
#include "support.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/stage_cluster.h"
#include "pipeline/stage_effect.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_ttest.h"
#include "report/tables.h"
#include "tui/draw.h"
#include "tui/edits.h"
#include "tui/edits_file.h"
#include "tui/keys.h"
#include "tui/run.h"
#include "tui/screen.h"
#include "tui/session.h"
#include "tui/views.h"

static void wait_until_idle(struct app *app)
{
    app_take_news(app);
    while (app->news.state != WORKER_IDLE) {
        struct pollfd bell = { worker_fd(app->worker), POLLIN, 0 };
        ck_assert_int_ge(poll(&bell, 1, -1), 0);
        app_take_news(app);
    }
}

static void press(struct app *app, const char *keys)
{
    for (; *keys != '\0'; keys++) {
        const struct event event = { .kind = EVENT_KEY, .key = (unsigned char)*keys };
        keys_handle(app, &event, 24, 80);
    }
}

static void press_and_wait(struct app *app, const char *keys)
{
    press(app, keys);
    wait_until_idle(app);
}

static void begin(struct app *app, const char *hook)
{
    struct params *const p = &app->whole.params;

    views_init(false);
    ck_assert_int_eq(app_init(app, NULL), CT_OK);
    app->formats = FORMAT_CSV;
    p->threads = 2;
    p->iterations = 250;
    ck_assert_int_eq(params_set(&p->model, fixture_path("demo"), NULL), CT_OK);
    ck_assert_int_eq(params_set(&p->stimuli, fixture_path("demo/stimuli.csv"), NULL), CT_OK);
    ck_assert_int_eq(params_add_hook(p, hook, NULL), CT_OK);
}

static void compute(struct app *app, const struct stage *stage)
{
    app_run(app, stage);
    wait_until_idle(app);
    ck_assert_msg(app_has(app, stage), "%s", app->message);
}

static void edit_neuron(struct app *app, size_t neuron)
{
    app_select_neuron(app, neuron);
    press_and_wait(app, "a");
    ck_assert_msg(edits_are_shown(app), "%s", app->message);
}

/* The mean of the words' logits after the edits, sentence by sentence. */
static double *ends_of(const struct app *app)
{
    const struct effect_probed *const r = &app->edits.result;
    double *const ends = malloc(r->n * sizeof *ends);

    ck_assert_ptr_nonnull(ends);
    for (size_t i = 0; i < r->n; i++)
        ends[i] = r->edited[i].end;
    return ends;
}

static void assert_ends(const struct app *app, const double *want, bool same)
{
    const struct effect_probed *const r = &app->edits.result;
    size_t n_other = 0;

    for (size_t i = 0; i < r->n; i++)
        n_other += r->edited[i].end != want[i] ? 1 : 0;
    ck_assert(same ? n_other == 0 : n_other > 0);
}

START_TEST(edits_hold_together_and_are_taken_back)
{
    struct app app;

    begin(&app, "h.0.mlp.c_fc");
    compute(&app, &stage_extract);
    edit_neuron(&app, 12);
    ck_assert_ptr_eq(app.stage, &stage_effect);
    double *const first = ends_of(&app);
    edit_neuron(&app, 40);
    double *const both = ends_of(&app);
    assert_ends(&app, first, false);
    press_and_wait(&app, "U");
    ck_assert_uint_eq(app.edits.n, 1);
    assert_ends(&app, first, true);
    edit_neuron(&app, 40);
    assert_ends(&app, both, true);
    press_and_wait(&app, "a"); /* it is edited already */
    ck_assert_uint_eq(app.edits.n, 2);
    press_and_wait(&app, "UU");
    ck_assert_uint_eq(app.edits.n, 0);
    for (size_t i = 0; i < app.edits.result.n; i++)
        ck_assert(app.edits.result.edited[i].end == app.edits.result.clean[i].end);
    press_and_wait(&app, "U");
    ck_assert_str_eq(app.message, "there is no edit to take back");
    free(first);
    free(both);
    app_clear(&app);
}
END_TEST

START_TEST(kinds_change_the_last_edit_while_it_is_selected)
{
    struct app app;

    begin(&app, "h.0.mlp.c_fc");
    compute(&app, &stage_extract);
    edit_neuron(&app, 12);
    double *const swap = ends_of(&app);
    press_and_wait(&app, "A");
    ck_assert_int_eq(app.edits.steps[0].edit.kind, EFFECT_MEAN);
    ck_assert(edits_are_shown(&app));
    assert_ends(&app, swap, false);
    app_select_neuron(&app, 13);
    press_and_wait(&app, "A"); /* of the next edit alone */
    ck_assert_int_eq(app.edits.steps[0].edit.kind, EFFECT_MEAN);
    ck_assert_int_eq(edits_kind(&app).kind, EFFECT_ZERO);
    press_and_wait(&app, "A");
    ck_assert_int_eq(edits_kind(&app).kind, EFFECT_SWAP);
    ck_assert_int_eq(params_set(&app.whole.params.edit, "scale=3", NULL), CT_OK);
    press_and_wait(&app, "AAA");
    ck_assert_int_eq(edits_kind(&app).kind, EFFECT_SCALE);
    ck_assert(edits_kind(&app).factor == 3.0);
    free(swap);
    app_clear(&app);
}
END_TEST

/* Lines of a table of `chosen 1`; the n-th field of the next one, from 0. */
static double next_field(FILE *file, size_t n)
{
    char line[2000];

    while (fgets(line, sizeof line, file) != NULL) {
        char *at = line;
        if (strstr(line, ",chosen,1,") == NULL)
            continue;
        for (size_t i = 0; i < n; i++)
            at = strchr(at, ',') + 1;
        return strtod(at, NULL);
    }
    return NAN;
}

START_TEST(the_command_line_repeats_them_to_the_last_digit)
{
    struct app app;
    struct ct_error err = { 0 };
    char *command = NULL;
    char whole[9000];

    begin(&app, "h.1.mlp.c_fc");
    compute(&app, &stage_cluster);
    edit_neuron(&app, 12);
    press_and_wait(&app, "A");
    app.mark = (struct cluster_mark){ cluster_methods[1], 0 };
    press_and_wait(&app, "AAa");
    app.mark.method = NULL;
    edit_neuron(&app, 13);
    ck_assert_uint_eq(app.edits.n, 3);
    ck_assert_int_eq(edits_command(&app, &command, &err), CT_OK);
    ck_assert_ptr_nonnull(strstr(command, " --hook h.1.mlp.c_fc "));
    ck_assert_int_eq(strncmp(command, "circuittui run ", 15), 0);
    snprintf(whole, sizeof whole, "'%s' %s -o %s >/dev/null 2>&1", getenv("CIRCUITTUI"),
             command + 11, temp_path("out"));
    ck_assert_int_eq(system(whole), 0);
    FILE *const sentences = fopen(temp_path("out/effect_sentences.csv"), "r");
    FILE *const sets = fopen(temp_path("out/effect.csv"), "r");
    const struct effect_probed *const r = &app.edits.result;
    for (size_t i = 0; i < r->n; i++)
        ck_assert_double_eq(next_field(sentences, 6), r->edited[i].end);
    rewind(sentences);
    for (size_t i = 0; i < r->n; i++)
        ck_assert_double_eq(next_field(sentences, 5), r->clean[i].end);
    ck_assert_double_eq(next_field(sets, 5), r->moved_end);
    fclose(sentences);
    fclose(sets);
    free(command);
    app_clear(&app);
}
END_TEST

START_TEST(a_session_keeps_them)
{
    struct app app;
    struct ct_error err = { 0 };

    begin(&app, "h.0.mlp.c_fc");
    compute(&app, &stage_extract);
    edit_neuron(&app, 12);
    press_and_wait(&app, "A");
    edit_neuron(&app, 40);
    ck_assert(app.unsaved);
    double *const both = ends_of(&app);
    app.sessions = temp_path("sessions");
    ck_assert_int_eq(session_save(&app, &err), CT_OK);
    app_clear(&app);

    begin(&app, "h.0.mlp.c_fc");
    app.sessions = temp_path("sessions");
    session_offer(&app);
    press_and_wait(&app, "y");
    ck_assert_uint_eq(app.edits.n, 2);
    ck_assert_str_eq(app.edits.steps[1].what, "h.0.mlp.c_fc:40");
    ck_assert_int_eq(app.edits.steps[0].edit.kind, EFFECT_MEAN);
    compute(&app, &stage_extract);
    edits_update(&app);
    wait_until_idle(&app);
    ck_assert_msg(edits_are_shown(&app), "%s", app.message);
    assert_ends(&app, both, true);

    /* A session without the file has none; one that was changed is refused. */
    ck_assert_int_eq(edits_read(&app, temp_folder(), &err), CT_OK);
    ck_assert_uint_eq(app.edits.n, 0);
    temp_text("edits.txt", "# a comment\nzero:h.0.mlp.c_fc:3\tthree\nnonsense\tx\n");
    ck_assert_int_eq(edits_read(&app, temp_folder(), &err), CT_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "edits.txt:3: not an edit; remove the file"));
    ck_assert_uint_eq(app.edits.n, 0);
    free(both);
    app_clear(&app);
}
END_TEST

START_TEST(what_cannot_be_edited_says_so)
{
    struct app app;

    begin(&app, "h.0.mlp.c_fc");
    press_and_wait(&app, "a");
    ck_assert_str_eq(app.message, "edits need activations; compute the stage Extract");
    compute(&app, &stage_extract);
    app.has_neuron = false;
    press_and_wait(&app, "a");
    ck_assert_str_eq(app.message, "nothing is selected: / finds a neuron, c marks a cluster");
    app_clear(&app);

    temp_text("acts.csv", "group,a,b\nx,1,2\nx,2,4\nx,1.5,3\ny,3,1\ny,5,2\ny,4,1.5\n");
    begin(&app, "h.0.mlp.c_fc");
    params_clear_hooks(&app.whole.params);
    ck_assert_int_eq(params_set(&app.whole.params.activations, temp_path("acts.csv"), NULL), CT_OK);
    compute(&app, &stage_ttest);
    app_select_neuron(&app, 1);
    press_and_wait(&app, "aAU");
    ck_assert_uint_eq(app.edits.n, 0);
    press_and_wait(&app, "a");
    ck_assert_str_eq(app.message, "edits need a model, not a file of activations");
    app_clear(&app);
}
END_TEST

START_TEST(a_cancelled_edit_is_computed_later)
{
    struct app app;

    begin(&app, "h.0.mlp.c_fc");
    compute(&app, &stage_extract);
    app_select_neuron(&app, 12);
    press(&app, "a");
    press_and_wait(&app, "x"); /* it may have ended before */
    ck_assert_uint_eq(app.edits.n, 1);
    if (!edits_are_shown(&app))
        edits_update(&app);
    wait_until_idle(&app);
    ck_assert_msg(edits_are_shown(&app), "%s", app.message);
    double *const once = ends_of(&app);
    app_select_neuron(&app, 40);
    press(&app, "a");
    press_and_wait(&app, "Ua"); /* each key cancels what it makes superfluous */
    press_and_wait(&app, "U");
    assert_ends(&app, once, true);

    /* Other activations need other edits. */
    params_clear_hooks(&app.whole.params);
    ck_assert_int_eq(params_add_hook(&app.whole.params, "h.1.mlp.c_fc", NULL), CT_OK);
    ck_assert(!edits_are_shown(&app));
    compute(&app, &stage_extract);
    edits_update(&app);
    wait_until_idle(&app);
    ck_assert_ptr_nonnull(strstr(app.message, "h.0.mlp.c_fc is not one of the hook points"));
    free(once);
    app_clear(&app);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        edits_hold_together_and_are_taken_back,
        kinds_change_the_last_edit_while_it_is_selected,
        the_command_line_repeats_them_to_the_last_digit,
        a_session_keeps_them,
        what_cannot_be_edited_says_so,
        a_cancelled_edit_is_computed_later,
    };

    temp_begin();
    const int status = RUN_TESTS("edit list", tests);
    temp_end();
    return status;
}
