/*
 * The program in unfavourable environments: a small stack, endless files, other processes, a
 * terminal without UTF-8.
 */
#include "config.h"
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "io_temp.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
enum { HAS_LARGE_FRAMES = 1 };
#else
enum { HAS_LARGE_FRAMES = 0 };
#endif

/* ---- stacks ---- */

/* Nested deeper than any valid file, and than jansson's own limit. */
static void put_nested_json(const char *name)
{
    enum { DEPTH = 2000 };
    char text[2 * DEPTH + 32] = "{\"x\": ";
    const size_t first = strlen(text);

    memset(text + first, '[', DEPTH);
    memset(text + first + DEPTH, ']', DEPTH);
    text[first + 2 * DEPTH] = '}';
    temp_file(name, text, first + 2 * DEPTH + 1);
}

START_TEST(a_small_stack_is_sufficient)
{
    static const char *const lines[] = {
        "$C run --plot -o small --force",
        "$C run -H 'h.*.mlp.c_fc' --per-layer",
        "$C ttest small/activations.csv",
        "$C tsne small/activations.csv --neurons small/ttest.csv --iterations 250",
        "$C kmeans small/tsne.csv",
        "$C dbscan small/tsne.csv",
        "$C cosine small/activations.csv --neurons small/ttest.csv",
        "$C rerun small",
        "$C hooks",
        "yes a | head -c 100000 | tr -d '\\n' | $C tokenize -",
    };
    char line[256];

    if (HAS_LARGE_FRAMES) {
        SKIP("frames of this build are larger");
        return;
    }
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        snprintf(line, sizeof line, "ulimit -s 128; %s", lines[i]);
        ck_assert_msg(temp_shell(line) == 0, "%s: %s", lines[i], slurp(temp_path("err"), NULL));
    }
}
END_TEST

START_TEST(nested_json_needs_no_stack)
{
    static const char *const files[] = { "m/config.json", "t/tokenizer.json", "manifest.json" };
    static const char *const lines[] = { "$C hooks -m m", "$C tokenize --tokenizer t a",
                                         "$C rerun manifest.json" };
    char line[256];

    if (HAS_LARGE_FRAMES) {
        SKIP("frames of this build are larger");
        return;
    }
    ck_assert_int_eq(temp_shell("mkdir -p m t"), 0);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        put_nested_json(files[i]);
        snprintf(line, sizeof line, "ulimit -s 128; %s", lines[i]);
        ck_assert_int_eq(temp_shell(line), 1);
        char *const text = slurp(temp_path("err"), NULL);
        ck_assert_msg(strstr(text, "nested deeper than 64 levels") != NULL, "%s", text);
        free(text);
    }
}
END_TEST

START_TEST(too_small_a_stack_is_reported)
{
    ck_assert_int_eq(temp_shell("ulimit -s 64; $C run"), 1);
    char *const text = slurp(temp_path("err"), NULL);
    ck_assert_msg(strncmp(text, "circuittui: ulimit -s: ", 23) == 0, "%s", text);
    free(text);
}
END_TEST

/* ---- endless files ---- */

START_TEST(endless_settings_files_are_refused)
{
    static const char *const lines[] = {
        "CIRCUITTUI_CONFIG=/dev/zero $C hooks",
        "yes | tr -d '\\n' | CIRCUITTUI_CONFIG=/dev/stdin $C hooks",
        "printf 'seed = 1\\0002\\n' >c; CIRCUITTUI_CONFIG=c $C hooks"
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        ck_assert_int_eq(temp_shell(lines[i]), 2);
        char *const text = slurp(temp_path("err"), NULL);
        ck_assert_msg(strstr(text, ":1: not a text file; ") != NULL, "%s", text);
        free(text);
    }
    ck_assert_int_eq(temp_shell("printf 'seed = 1' >c; CIRCUITTUI_CONFIG=c $C hooks"), 0);
}
END_TEST

START_TEST(results_that_are_pipes_do_not_block)
{
    ck_assert_int_eq(temp_shell("$C run -o piped && rm piped/ttest.csv && mkfifo piped/ttest.csv"),
                     0);
    ck_assert_int_eq(temp_shell("$C rerun piped"), 1);
    char *text = slurp(temp_path("out"), NULL);
    ck_assert_msg(strstr(text, "is not a regular file") != NULL, "%s", text);
    free(text);
    ck_assert_int_eq(temp_shell("timeout 20 $C run --force -o piped"), 1); /* before computing */
    text = slurp(temp_path("err"), NULL);
    ck_assert_msg(strstr(text, "piped: ttest.csv is not a regular file of yours; remove it") !=
                      NULL,
                  "%s", text);
    free(text);
}
END_TEST

/* The text of a link in /proc is none that leads anywhere. */
START_TEST(results_go_to_streams_that_are_links)
{
    ck_assert_int_eq(temp_shell(
                         "printf 'x,y\\n0,0\\n0,1\\n5,5\\n' >p.csv; exec 2>&1; "
                         "$C dbscan p.csv >want && $C dbscan p.csv -o /dev/stdout | cmp - want && "
                         "$C dbscan p.csv -o /proc/self/fd/3 3>&1 | cmp - want && "
                         "$C dbscan p.csv -o /dev/stdout >file && cmp file want && "
                         "mkfifo own && { cmp own want & } && $C dbscan p.csv -o own && "
                         "wait $! && test -L /dev/stdout"),
                     0);
}
END_TEST

/* ---- another process ---- */

static int lock_file(const char *folder, const char *name)
{
    char path[200];

    ck_assert_int_eq(mkdir(temp_path(folder), 0777), 0);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    const int fd = open(temp_path(path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_eq(flock(fd, LOCK_EX), 0);
    return fd;
}

static void assert_said(const char *file, const char *what)
{
    char *const text = slurp(temp_path(file), NULL);

    ck_assert_msg(strstr(text, what) != NULL, "%s", text);
    free(text);
}

START_TEST(a_folder_in_use_by_another_process_is_refused)
{
    const int fd = lock_file("layers", ".circuittui.lock");

    ck_assert_int_eq(temp_shell("$C run --per-layer -o layers"), 1);
    assert_said("err", "layers: another process is writing");
    ck_assert_int_eq(temp_shell("$C run -o layers"), 1);
    assert_said("err", "layers: another process is writing");
    ck_assert_uint_eq(count_entries(temp_path("layers")), 1);
    close(fd);
    ck_assert_int_eq(temp_shell("$C run -o layers"), 0); /* left by a process that was killed */
    ck_assert_int_ne(access(temp_path("layers/.circuittui.lock"), F_OK), 0);
}
END_TEST

/* Who may only read the folder can lock that, but not make a run fail. */
START_TEST(a_lock_on_the_folder_itself_stops_nothing)
{
    ck_assert_int_eq(mkdir(temp_path("read"), 0777), 0);
    const int fd = open(temp_path("read"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_eq(flock(fd, LOCK_EX), 0);
    ck_assert_int_eq(temp_shell("$C run -o read && $C run --per-layer --force -o read"), 0);
    close(fd);
}
END_TEST

START_TEST(locks_that_are_none_are_refused)
{
    ck_assert_int_eq(temp_shell("mkdir pipe link dir && mkfifo pipe/.circuittui.lock && "
                                "ln -s /dev/null link/.circuittui.lock && mkdir "
                                "dir/.circuittui.lock"),
                     0);
    ck_assert_int_eq(temp_shell("$C run -o pipe"), 1);
    assert_said("err", "pipe/.circuittui.lock: is not a regular file; remove it");
    ck_assert_int_eq(temp_shell("$C run -o link"), 1);
    assert_said("err", "link/.circuittui.lock: is not a regular file; remove it");
    ck_assert_int_eq(temp_shell("$C run -o dir"), 1);
    assert_said("err", "dir: cannot be written: Is a directory");
}
END_TEST

/* While a run computes, the folder is its own. What somebody writes there all the same is not
 * replaced, and the results are kept in a folder below. */
START_TEST(results_are_written_beside_those_of_another)
{
    ck_assert_int_eq(
        temp_shell(
            "mkfifo go; { cat \"$FIXTURES_DIR/demo/stimuli.csv\"; cat go; } | "
            "$C run -s - -o shared >first 2>&1 & "
            "for i in $(seq 200); do test -e shared/.circuittui.lock && break; sleep 0.05; done"),
        0);
    ck_assert_int_eq(temp_shell("$C run --force -o shared"), 1);
    assert_said("err", "shared: another process is writing");
    temp_text("shared/tsne.csv", "theirs\n");
    ck_assert_int_eq(temp_shell("echo >go; for i in $(seq 600); do grep -q 'the results are in "
                                "shared/results-' first && break; sleep 0.1; done; "
                                "ls shared/results-*/tsne.csv shared/results-*/manifest.json && "
                                "grep -q theirs shared/tsne.csv"),
                     0);
    for (int i = 0; i < 100 && access(temp_path("shared/.circuittui.lock"), F_OK) == 0; i++)
        usleep(100000);
    ck_assert_uint_eq(count_entries(temp_path("shared")), 2);
}
END_TEST

/* ---- terminals ---- */

struct terminal {
    int fd;
    pid_t child;
    size_t n_high; /* bytes from 0x80 on */
    size_t n;
};

/* Runs a shell command on a terminal of 40 x 120. */
static void terminal_begin(struct terminal *t, const char *line)
{
    const struct winsize size = { .ws_row = 40, .ws_col = 120 };

    *t = (struct terminal){ .fd = posix_openpt(O_RDWR | O_NOCTTY) };
    ck_assert_int_ge(t->fd, 0);
    ck_assert_int_eq(grantpt(t->fd), 0);
    ck_assert_int_eq(unlockpt(t->fd), 0);
    ck_assert_int_eq(ioctl(t->fd, TIOCSWINSZ, &size), 0);
    const char *const name = ptsname(t->fd);
    t->child = fork();
    if (t->child == 0) {
        setsid();
        const int fd = open(name, O_RDWR);
        if (chdir(temp_path("")) != 0 || fd < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 ||
            dup2(fd, 2) < 0)
            _exit(127);
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
}

/* Reads until there is no output for a while; false at the end. */
static bool terminal_read(struct terminal *t, int milliseconds)
{
    struct pollfd wait = { t->fd, POLLIN, 0 };
    unsigned char bytes[4096];

    while (poll(&wait, 1, milliseconds) > 0) {
        const ssize_t n = read(t->fd, bytes, sizeof bytes);
        if (n <= 0)
            return false;
        t->n += (size_t)n;
        for (ssize_t i = 0; i < n; i++)
            t->n_high += bytes[i] >= 0x80;
    }
    return true;
}

static int terminal_end(struct terminal *t)
{
    int status = 0;

    for (int i = 0; i < 6000 && waitpid(t->child, &status, WNOHANG) == 0; i++) {
        if (!terminal_read(t, 10))
            usleep(10000);
        ck_assert_msg(i < 5999, "it does not end");
    }
    terminal_read(t, 0);
    close(t->fd);
    return status;
}

/* U+015B is C5 9B: on a Latin-1 terminal, the second byte starts a control sequence. */
#define S "\xc5\x9b"

static void put_stimuli(void)
{
    temp_text("a" S ".csv", "group,target,text\n"
                            "g" S ", him,I saw him" S "\nh, her,I saw her" S "\n"
                            "g" S ", him,We told him" S "\nh, her,We told her" S "\n");
    temp_text("points" S ".csv", "name" S ",x,y\na" S ",0,0\nb,0.5,0\nc,0,0.5\n");
}

static const char *const locales[] = { "LC_ALL=C", "LC_ALL= LC_CTYPE= LANG=en_US.ISO-8859-1" };
enum { N_LOCALES = sizeof locales / sizeof *locales };

START_TEST(only_ascii_reaches_a_terminal_without_utf8)
{
    static const char *const commands[] = {
        "run --plot -s a" S ".csv -o o" S " --force",
        "run -s " S,
        "run -H " S,
        "dbscan points" S ".csv",
        "tokenize " S " x" S,
        "hooks -m " S,
        "rerun o" S,
        "models",
        "config",
        "fetch a/" S,
        "-" S,
        S,
    };
    char line[512];

    put_stimuli();
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct terminal t;
        snprintf(line, sizeof line, "%s HF_HOME=h" S " XDG_CONFIG_HOME=h" S " '%s' %s", locales[_i],
                 getenv("CIRCUITTUI"), commands[i]);
        terminal_begin(&t, line);
        terminal_end(&t);
        ck_assert_msg(t.n > 0 && t.n_high == 0, "%s: %zu of %zu bytes", commands[i], t.n_high, t.n);
    }
    snprintf(line, sizeof line, "LC_ALL=C.UTF-8 '%s' run -s " S, getenv("CIRCUITTUI"));
    struct terminal t;
    terminal_begin(&t, line);
    terminal_end(&t);
    ck_assert_uint_gt(t.n_high, 0); /* it would be visible */
}
END_TEST

START_TEST(the_ui_sends_only_ascii_without_utf8)
{
    static const char keys[] = "jj\t\tjj?";
    char line[512];
    struct terminal t;

    put_stimuli();
    snprintf(line, sizeof line,
             "export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 %s TERM=xterm XDG_STATE_HOME=state; "
             "exec '%s' -s a" S ".csv",
             locales[_i], getenv("CIRCUITTUI"));
    terminal_begin(&t, line);
    terminal_read(&t, 1500);
    for (size_t k = 0; k < sizeof keys - 1 && terminal_read(&t, 300); k++)
        ck_assert_int_eq(write(t.fd, keys + k, 1), 1);
    ck_assert_uint_gt(t.n, 2000); /* it has drawn something */
    kill(t.child, SIGTERM);
    terminal_end(&t);
    ck_assert_uint_eq(t.n_high, 0);
}
END_TEST

/* The thread that reads can only be abandoned. */
START_TEST(the_ui_quits_while_reading_a_pipe_without_writer)
{
    char line[512];
    struct terminal t;

    ck_assert_int_eq(temp_shell("rm -f fifo; mkfifo fifo"), 0);
    snprintf(line, sizeof line,
             "export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 TERM=xterm XDG_STATE_HOME=state; "
             "exec '%s' -s fifo",
             getenv("CIRCUITTUI"));
    terminal_begin(&t, line);
    terminal_read(&t, 1500);
    if (_i == 0)
        ck_assert_int_eq(write(t.fd, "q", 1), 1);
    else
        kill(t.child, SIGHUP);
    const int status = terminal_end(&t);
    if (_i == 0)
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    else
        ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("surroundings");

    setenv("LC_ALL", "C.UTF-8", 1);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, a_small_stack_is_sufficient);
    tcase_add_test(tcase, nested_json_needs_no_stack);
    tcase_add_test(tcase, too_small_a_stack_is_reported);
    tcase_add_test(tcase, endless_settings_files_are_refused);
    tcase_add_test(tcase, results_that_are_pipes_do_not_block);
    tcase_add_test(tcase, results_go_to_streams_that_are_links);
    tcase_add_test(tcase, a_folder_in_use_by_another_process_is_refused);
    tcase_add_test(tcase, a_lock_on_the_folder_itself_stops_nothing);
    tcase_add_test(tcase, locks_that_are_none_are_refused);
    tcase_add_test(tcase, results_are_written_beside_those_of_another);
    tcase_add_loop_test(tcase, only_ascii_reaches_a_terminal_without_utf8, 0, N_LOCALES);
    tcase_add_loop_test(tcase, the_ui_sends_only_ascii_without_utf8, 0, N_LOCALES);
    tcase_add_loop_test(tcase, the_ui_quits_while_reading_a_pipe_without_writer, 0, 2);
    temp_begin();
    const int status = run_tcase("surroundings", tcase);
    temp_end();
    return status;
}
