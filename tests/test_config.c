/* The user's defaults from a file, and `circuittui config`, which shows their origins. */
#include "config.h"
#include "support.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "io_temp.h"

static char *printed(const char *which)
{
    static char text[16384];
    char *const all = slurp(temp_path(which), NULL);

    snprintf(text, sizeof text, "%s", all);
    free(all);
    return text;
}

static void write_config(const char *text)
{
    temp_text("c", text);
    setenv("CIRCUITTUI_CONFIG", "c", 1);
}

/* Checks that `circuittui config ARGUMENTS` prints the setting with that origin. */
static void check_setting(const char *arguments, const char *setting, const char *origin)
{
    char line[200];

    snprintf(line, sizeof line, "$C config %s", arguments);
    ck_assert_int_eq(temp_shell(line), 0);
    char *const out = printed("out");
    snprintf(line, sizeof line, "\n%s ", setting);
    const char *at = strstr(out, line);
    if (at == NULL)
        ck_abort_msg("no %s in %.2000s", setting, out);
    at = strstr(at, " # ");
    snprintf(line, sizeof line, " # %s\n", origin);
    ck_assert_msg(strncmp(at, line, strlen(line)) == 0, "%s: %.200s", setting, at);
}

START_TEST(every_value_shows_its_origin)
{
    write_config("# mine\n\n alpha = 0.01 # strict\nhook=h.1.mlp.c_fc\r\nhook = h.*.ln_1\n"
                 "plot = yes\nout = a#b c\nthreads = 2");
    check_setting("", "alpha = 0.01", "c:3");
    check_setting("", "hook = h.1.mlp.c_fc", "c:5");
    check_setting("", "hook = h.*.ln_1", "c:5");
    check_setting("", "plot = yes", "c:6");
    check_setting("", "out = a#b c", "c:7");
    check_setting("", "threads = 2", "c:8");
    check_setting("", "eps = 1", "built in");
    check_setting("", "# model =", "built in: the demo");
    check_setting("--alpha 0.05", "alpha = 0.05", "command line");
    check_setting("-H wte", "hook = wte", "command line");
    ck_assert_ptr_null(strstr(printed("out"), "mlp.c_fc"));
    check_setting("", "color = auto", "built in");
    setenv("NO_COLOR", "1", 1);
    check_setting("", "color = never", "environment: NO_COLOR");
    check_setting("--color always", "color = always", "command line");
}
END_TEST

START_TEST(windows_editors_can_write_the_file)
{
    write_config("\xEF\xBB\xBF"
                 "alpha = 0.01\r\n\r\nhook = wte\r\n");
    check_setting("", "alpha = 0.01", "c:1");
    check_setting("", "hook = wte", "c:3");
}
END_TEST

START_TEST(printed_settings_can_be_read_back)
{
    write_config("perplexity = 12.5\ncontrast = \"a,b\",c\nformat = npy,csv\nforce = yes\n");
    ck_assert_int_eq(temp_shell("$C config >once && CIRCUITTUI_CONFIG=once $C config >twice && "
                                "sed 's/ *#.*//' once >c1 && sed 's/ *#.*//' twice >c2 && "
                                "grep -q '^contrast = \"a,b\",c$' c2 && cmp c1 c2"),
                     0);
}
END_TEST

START_TEST(keys_and_colours_can_be_configured)
{
    write_config("key.quit = x F10\ncolor.accent = 208\ncolor.bad = bright-red\n"
                 "color.noise = default\ncolor.frame=012\ncolor.cluster-19 = 45\n");
    check_setting("", "key.quit = x F10", "c:1");
    check_setting("", "key.cancel = none", "built in"); /* it was x */
    check_setting("", "key.help = ? F1", "built in");
    check_setting("", "color.accent = 208", "c:2");
    check_setting("", "color.bad = bright-red", "c:3");
    check_setting("", "color.noise = default", "c:4");
    check_setting("", "color.frame = bright-blue", "c:5");
    check_setting("", "color.cluster-19 = 45", "c:6");
    check_setting("", "# color.cluster-0 = 178", "built in");
    check_setting("", "# color.title = default", "built in");
}
END_TEST

START_TEST(plots_use_configured_colours)
{
    static const char run[] = "TERM=xterm-256color $C run -a n.csv --eps 1e4 -k 2 --plot "
                              "--color always >plots";

    temp_text("n.csv", "group,n:0,n:1,n:2,n:3\na,1,1,5,5\na,1,1.5,5,5.5\nb,5,5,1,1\nb,6,6,2,2\n");
    write_config("alpha = 0.9\ncorrection = none\n");
    ck_assert_int_eq(temp_shell(run), 0);
    ck_assert_int_ne(temp_shell("grep -e '38;5;20[12]' plots"), 0);
    write_config("alpha = 0.9\ncorrection = none\ncolor.cluster-0 = 201\ncolor.frame = 202\n");
    ck_assert_int_eq(temp_shell(run), 0);
    ck_assert_int_eq(temp_shell("grep -e '38;5;201' plots && grep -e '38;5;202' plots"), 0);
}
END_TEST

START_TEST(command_line_choices_override_conflicting_settings)
{
    write_config("model = there\ntokenizer = t\nhook = wpe\nstimuli = s\n");
    check_setting("-a acts.csv", "# model =", "built in: the demo");
    check_setting("-a acts.csv",
                  "# hook =", "built in: the middle layer's MLP, before its activation");
    check_setting("-m other", "# tokenizer =", "built in");
    check_setting("-m other", "stimuli = s", "c:4");
    write_config("activations = acts.csv\ngroups = g\n");
    check_setting("", "activations = acts.csv", "c:1");
    check_setting("-H wte", "# activations =", "built in");
    check_setting("-H wte", "# groups =", "built in");
}
END_TEST

/* Each choice against each of the file's, identified by the beginning of its line in `circuittui
 * config`. */
START_TEST(each_choice_overrides_conflicting_settings)
{
    static const char *const names[] = { "model",       "tokenizer", "stimuli",
                                         "activations", "groups",    "hook" };
    static const char *const ruled_out[] = {
        /* by that name */
        "groups activations tokenizer",        "", "activations groups",
        "model tokenizer stimuli groups hook", "", "activations groups"
    };
    enum { N = sizeof names / sizeof *names };

    for (size_t chosen = 0; chosen < N; chosen++)
        for (size_t other = 0; other < N; other++) {
            char text[200], line[200], want[100];
            const bool is_out = strstr(ruled_out[chosen], names[other]) != NULL;
            if (chosen == other || strcmp(names[chosen], "groups") == 0)
                continue;
            snprintf(text, sizeof text, "%s = mine\n%s", names[other],
                     strcmp(names[other], "groups") == 0 ? "activations = acts\n" : "");
            write_config(text);
            snprintf(line, sizeof line, "$C config --%s given", names[chosen]);
            ck_assert_msg(temp_shell(line) == 0, "%s: %s", line, printed("err"));
            snprintf(want, sizeof want, "\n%s = mine ", names[other]);
            ck_assert_msg((strstr(printed("out"), want) == NULL) == is_out,
                          "--%s with %s of the file", names[chosen], names[other]);
        }
}
END_TEST

/* The requested number of threads, but no more than the available processors. */
START_TEST(threads_are_limited_to_the_processors)
{
    static const char *const cases[][2] = {
        { "$C run", "$(nproc)" },
        { "$C run --threads 1", "1" },
        { "$C run --threads 4096", "$(nproc)" },
        { "taskset -c 0 $C run", "1" },
        { "taskset -c 0 $C run --threads 3", "1" },
        { "echo threads = 1 >c; $C run", "1" },
        { "echo threads = 1 >c; $C run --threads 4096", "$(nproc)" },
    };
    char line[300];

    if (temp_shell("taskset -c 0 true") != 0) {
        SKIP("threads: no taskset");
        return;
    }
    setenv("CIRCUITTUI_CONFIG", "c", 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_config("");
        snprintf(line, sizeof line,
                 "%s -H h.0.ln_1 --iterations 250 --force -o t && "
                 "grep -q '\"threads\": '%s'\\(,\\|$\\)' t/manifest.json",
                 cases[i][0], cases[i][1]);
        ck_assert_msg(temp_shell(line) == 0, "%s", line);
    }
    ck_assert_int_eq(temp_shell("$C run --threads 0"), 2);
    ck_assert_int_eq(temp_shell("$C run --threads -1"), 2);
}
END_TEST

START_TEST(commands_use_only_their_own_settings)
{
    temp_text("points.csv", "x,y\n0,0\n0,2\n0,4\n9,9\n");
    write_config("out = nowhere\nformat = npy\neps = 2.5\nmin-samples = 2\nmodel = /not/there\n");
    ck_assert_int_eq(temp_shell("$C dbscan points.csv"), 0);
    ck_assert_str_eq(printed("out"), "x,y,dbscan\n0,0,0\n0,2,0\n0,4,0\n9,9,-1\n");
    ck_assert_int_eq(temp_shell("$C dbscan --eps 1 points.csv | grep -c -e -1"), 0);
    ck_assert_str_eq(printed("out"), "4\n");
    temp_text("two.csv", "n:0,n:1\n1,2\n3,1\n");
    ck_assert_int_eq(temp_shell("$C cosine two.csv | head -n 1"), 0); /* a table, not an array */
    ck_assert_str_eq(printed("out"), "id,n:0,n:1\n");
    ck_assert_int_eq(temp_shell("$C hooks"), 1);
    ck_assert_msg(strstr(printed("err"), "/not/there") != NULL, "%s", printed("err"));
}
END_TEST

static void check_error(const char *config, const char *want)
{
    char line[300];

    write_config(config);
    ck_assert_int_eq(temp_shell("$C models"), 2);
    snprintf(line, sizeof line, "circuittui: c:%s\n", want);
    ck_assert_str_eq(printed("err"), line);
    ck_assert_int_eq(temp_shell("$C run --help && $C --version"), 0);
}

START_TEST(mistakes_are_reported_with_their_line)
{
    check_error("\nperplexiti = 3\n",
                "2: perplexiti: unknown setting; circuittui config lists them");
    check_error("help = yes\n", "1: help: unknown setting; circuittui config lists them");
    check_error("alpha = 2\n", "1: --alpha: invalid value '2'; expected a number between 0 and 1");
    check_error("alpha = 0.1\nascii = maybe\n",
                "2: --ascii: invalid value 'maybe'; expected yes or no");
    check_error("matrices = 1\n", "1: --matrices: invalid value '1'; expected yes or no");
    check_error("plot\n", "1: plot: not a setting; expected NAME = VALUE");
    check_error("model =\n", "1: --model: the value is empty; expected a path");
    check_error("key.fly = x\n", "1: key.fly: unknown action; circuittui config lists them");
    check_error("\nkey.quit = qq\n", "2: key.quit: 'qq' is not a key; expected a character, "
                                     "ctrl-L, F2, space, enter, ... or none");
    check_error("key.quit = a\nkey.help = a\n",
                "2: key.help: 'a' is already set for quit in line 1");
    check_error("color.sky = 1\n", "1: color.sky: unknown role; circuittui config lists them");
    check_error("color.bad = 256\n", "1: color.bad: invalid value '256'; expected 0 .. 255, "
                                     "default, or a name such as red, bright-red, white");
    check_error("color.bad = #f00\n", "1: color.bad: invalid value ''; expected 0 .. 255, default, "
                                      "or a name such as red, bright-red, white");
    write_config("groups = g\n");
    ck_assert_int_eq(temp_shell("$C run"), 2);
    ck_assert_str_eq(printed("err"), "circuittui: c: --groups needs --activations\n");
    setenv("CIRCUITTUI_CONFIG", ".", 1);
    ck_assert_int_eq(temp_shell("$C models"), 1);
}
END_TEST

START_TEST(the_file_is_in_the_xdg_directory)
{
    ck_assert_int_eq(temp_shell("mkdir -p x/circuittui .config/circuittui; "
                                "echo eps=7 >x/circuittui/config; "
                                "echo eps=8 >.config/circuittui/config"),
                     0);
    unsetenv("CIRCUITTUI_CONFIG");
    static const char *const cases[][2] = {
        { "HOME=$PWD XDG_CONFIG_HOME=$PWD/x", "eps = 7" },
        { "HOME=$PWD XDG_CONFIG_HOME=", "eps = 8" },
        { "HOME=$PWD XDG_CONFIG_HOME=x", "eps = 8" }, /* relative: treated as unset */
        { "HOME=$PWD XDG_CONFIG_HOME=/not/there", "eps = 1" },
        { "HOME=$PWD CIRCUITTUI_CONFIG=", "eps = 1" },
        { "HOME= XDG_CONFIG_HOME= XDG_CACHE_HOME=/", "eps = 1" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[200];
        snprintf(line, sizeof line, "env %s $C config | grep '^eps = ' | grep -q '^%s '",
                 cases[i][0], cases[i][1]);
        ck_assert_msg(temp_shell(line) == 0, "%s", line);
    }
}
END_TEST

/* The first line of `circuittui config`. */
START_TEST(the_first_line_names_the_file)
{
    static const char *const cases[][2] = {
        { "CIRCUITTUI_CONFIG=", "# no file" },
        { "CIRCUITTUI_CONFIG=c", "# c" },
        { "CIRCUITTUI_CONFIG=none", "# none (does not exist)" },
        { "CIRCUITTUI_CONFIG=c/below", "# c/below (does not exist)" }, /* c is no folder */
    };

    write_config("");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[200];
        snprintf(line, sizeof line, "test \"$(env %s $C config | head -n 1)\" = '%s'", cases[i][0],
                 cases[i][1]);
        ck_assert_msg(temp_shell(line) == 0, "%s", line);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        every_value_shows_its_origin,
        windows_editors_can_write_the_file,
        printed_settings_can_be_read_back,
        keys_and_colours_can_be_configured,
        plots_use_configured_colours,
        command_line_choices_override_conflicting_settings,
        each_choice_overrides_conflicting_settings,
        threads_are_limited_to_the_processors,
        commands_use_only_their_own_settings,
        mistakes_are_reported_with_their_line,
        the_file_is_in_the_xdg_directory,
        the_first_line_names_the_file,
    };

    unsetenv("NO_COLOR");
    temp_begin();
    const int failed = RUN_TESTS("config", tests);
    temp_end();
    return failed;
}
