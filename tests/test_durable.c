/*
 * Result files must survive power failures and full disks: tests the order in which they are
 * written, synced and renamed, as recorded by watch_files.so, and the result when one of these
 * calls fails.
 */
#include "config.h"
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io_temp.h"
#include "watched.h"

#define RUN "$C run -H h.3.attn.c_proj --iterations 250 --threads 1 --format csv,npy,safetensors "

/* The exit status of a shell command whose program is watched. */
static int watched(const char *fail, const char *line)
{
    char command[1200];

    snprintf(command, sizeof command,
             "export WATCH_FOLDER=. WATCH_LOG=log WATCH_FAIL='%s'; export LD_PRELOAD='%s'; %s",
             fail, getenv("WATCH_FILES_SO"), line);
    return temp_shell(command);
}

static bool cannot_watch(void)
{
    if (IS_SANITIZED)
        SKIP("the sanitizer watches these calls itself");
    return IS_SANITIZED;
}

static void works(const char *line)
{
    if (temp_shell(line) != 0)
        ck_abort_msg("%s: %s", line, slurp(temp_path("err"), NULL));
}

START_TEST(each_file_is_synced_before_it_is_renamed)
{
    struct dirent **names;
    char temporary[300], path[300];
    int n_files = 0;

    if (cannot_watch())
        return;
    ck_assert_int_eq(watched("", RUN "--per-layer -o r"), 0);
    watched_read("log");
    for (int i = 0; i < 2; i++) {
        const char *const folder = i == 0 ? "r" : "r/h.3.attn.c_proj";
        const int n = scandir(temp_path(folder), &names, NULL, alphasort);
        for (int k = 0; k < n; k++) {
            if (strchr(names[k]->d_name, '.') != NULL && names[k]->d_name[0] != '.' &&
                strncmp(names[k]->d_name, "h.", 2) != 0) {
                snprintf(temporary, sizeof temporary, "%s/.%.100s.??????", folder,
                         names[k]->d_name);
                snprintf(path, sizeof path, "%s/%.100s", folder, names[k]->d_name);
                watched_check_placed(temporary, path, true);
                n_files++;
            }
            free(names[k]);
        }
        free(names);
    }
    ck_assert_int_eq(n_files, 16);
    for (int i = watched_find(0, "open", "*"); i < CALLS_MAX; i = watched_find(i + 1, "open", "*"))
        if (strchr(watched_call(i)->other, 'w') != NULL) /* only temporary files */
            ck_assert_msg(strstr(watched_call(i)->path, "/.") != NULL, "%s", watched_call(i)->path);
}
END_TEST

/* The manifest is last, and an old one is removed before anything else is replaced. */
START_TEST(the_manifest_is_renamed_last)
{
    if (cannot_watch())
        return;
    works(RUN "-o r");
    ck_assert_int_eq(watched("", RUN "--force -o r"), 0);
    watched_read("log");
    const int removed = watched_find(0, "unlink", "r/manifest.json");
    const int manifest = watched_find(0, "rename", "r/.manifest.json.??????");
    int n = 0, last = 0;
    for (int i = watched_find(0, "rename", "*"); i < CALLS_MAX;
         i = watched_find(i + 1, "rename", "*")) {
        ck_assert_int_lt(removed, i);
        last = i;
        n++;
    }
    ck_assert_int_eq(n, 15);
    ck_assert_int_eq(last, manifest);
}
END_TEST

static const char *const files[] = { "activations.csv", "activations.safetensors",
                                     "ttest.csv",       "tsne.npy",
                                     "groups.txt",      "manifest.json" };
enum { N_FILES = sizeof files / sizeof *files };

/* Nothing is written half, and all of the old is there, or, if renaming failed after some files had
 * their names, each file is old or new. All of the new is in a folder beside. */
static void check_old_and_new(const char *file, const char *what, bool is_renaming)
{
    char line[300];

    ck_assert_msg(temp_shell("test -z \"$(ls -A r r/results-* | grep '^[.]')\"") == 0, "%s: %s",
                  what, "a temporary file is left");
    snprintf(line, sizeof line, "test ! -e r/%s || cmp r/%s old/%s", file, file, file);
    ck_assert_msg(temp_shell(line) == 0, "%s: %s is neither the old one nor away", what, file);
    ck_assert_msg(temp_shell(is_renaming ? "! test -e r/manifest.json"
                                         : "diff -r -x 'results-*' old r") == 0,
                  "%s: the old results are mixed with others", what);
    ck_assert_msg(
        temp_shell(
            "diff -r -x manifest.json new r/results-* && test -e r/results-*/manifest.json") == 0,
        "%s: the new results are not beside", what);
}

START_TEST(a_failed_call_gives_one_line_and_keeps_the_old_file)
{
    static const struct {
        const char *call;
        int reason;
    } cases[] = { { "open", EACCES },  { "write", ENOSPC }, { "write", EIO },
                  { "fsync", EIO },    { "fsync", ENOSPC }, { "close", EIO },
                  { "close", EDQUOT }, { "rename", EACCES } };

    if (cannot_watch())
        return;
    works(RUN "--seed 1 -o old");
    works(RUN "-o new");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char fail[200];
        snprintf(fail, sizeof fail, "%s 1 %d /.%s.", cases[i].call, cases[i].reason, files[_i]);
        works("rm -rf r; cp -r old r");
        ck_assert_msg(watched(fail, RUN "--force -o r") == 1, "%s: status is not 1", fail);
        char *const err = slurp(temp_path("err"), NULL);
        ck_assert_msg(strncmp(err, "circuittui: ", 12) == 0 && strstr(err, files[_i]) != NULL &&
                          strstr(err, strerror(cases[i].reason)) != NULL &&
                          strstr(err, "; the results are in r/results-") != NULL &&
                          strchr(err, '\n') == err + strlen(err) - 1,
                      "%s: %s", fail, err);
        free(err);
        check_old_and_new(files[_i], fail, strcmp(cases[i].call, "rename") == 0);
    }
}
END_TEST

/* The second hook point of a run over another fails: neither its files nor those of the first have
 * replaced any. Into a new folder, the first is there and stays. */
START_TEST(a_failed_hook_point_leaves_the_old_results)
{
    if (cannot_watch())
        return;
    works(RUN "-H h.1.attn.c_proj --seed 1 --per-layer -o old && cp -r old r");
    ck_assert_int_eq(watched("write 1 28 h.3.attn.c_proj/.ttest.csv",
                             RUN "-H h.1.attn.c_proj --per-layer --force -o r"),
                     1);
    works("diff -r old r && test ! -e r/.circuittui.lock");
    ck_assert_int_eq(watched("write 1 28 h.3.attn.c_proj/.ttest.csv",
                             RUN "-H h.1.attn.c_proj --per-layer -o fresh"),
                     1);
    works("test -e fresh/h.1.attn.c_proj/ttest.csv && test -z \"$(ls -A fresh/h.3.attn.c_proj)\"");
}
END_TEST

/* Planted: what is to be written is somewhere else, as if a link had been followed, and a
 * connection is opened. Landlock refuses both, with an error that says why; without it, both
 * happen. */
START_TEST(a_planted_fault_cannot_leave_the_folder)
{
    static const char *const commands[] = {
        RUN "-o r",
        RUN "--per-layer -o r",
        RUN "--figures f",
        "printf 'x,y\\n0,0\\n0,1\\n5,5\\n' >p.csv; mkdir -p r; $C dbscan p.csv -o r/ttest.csv",
    };
    char line[1000];

    if (cannot_watch())
        return;
#ifdef SYS_landlock_create_ruleset
    const long abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, 1);
#else
    const long abi = -1;
#endif
    if (abi < 4) {
        SKIP("the kernel has no Landlock of files and connections");
        return;
    }
    for (int i = 0; i < 2; i++) { /* with Landlock, and without */
        works("rm -rf r f; mkdir -p private; echo mine >private/file");
        snprintf(
            line, sizeof line,
            "export WATCH_LEAD=\"%s $PWD/private/file\" CIRCUITTUI_CONFINE=%s TMPDIR=$PWD/tmp; "
            "mkdir -p tmp; %s",
            _i == 2 ? "/.tsne.svg." : "/.ttest.csv.", i == 0 ? "" : "no", commands[_i]);
        const int status = watched("", line);
        char *const err = slurp(temp_path("err"), NULL);
        char *const log = slurp(temp_path("log"), NULL);
        ck_assert_ptr_nonnull(strstr(log, i == 0 ? "lead 13 13\n" : "lead 111 0\n"));
        ck_assert_int_eq(temp_shell("grep -qx mine private/file"), i);
        ck_assert_msg(i == 1 || (status == 1 && strstr(err, "a run may only write to its folders")),
                      "%d: %s", status, err);
        free(err);
        free(log);
    }
}
END_TEST

/* Not failures: a signal, a partial write, a file system without sync. */
START_TEST(continues_after_harmless_failures)
{
    static const struct {
        const char *call;
        int reason;
    } cases[] = { { "write", EINTR },
                  { "write", 0 },
                  { "fsync", EINVAL },
                  { "fsync", ENOTSUP },
                  { "close", EINTR } };

    if (cannot_watch())
        return;
    works(RUN "-o want");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char fail[200];
        snprintf(fail, sizeof fail, "%s 1 %d /.%s.", cases[i].call, cases[i].reason, files[_i]);
        works("rm -rf r");
        ck_assert_msg(watched(fail, RUN "-o r") == 0, "%s: %s", fail,
                      slurp(temp_path("err"), NULL));
        works("diff -r -x manifest.json want r && test -e r/manifest.json");
        watched_read("log");
    }
}
END_TEST

/* A table of a single step. */
START_TEST(steps_write_files_in_the_same_way)
{
    if (cannot_watch())
        return;
    works("mkdir d && printf 'x,y\\n0,0\\n0,1\\n5,5\\n' >p.csv");
    ck_assert_int_eq(watched("", "$C dbscan p.csv -o d/labels.csv"), 0);
    watched_read("log");
    watched_check_placed("d/.labels.csv.??????", "d/labels.csv", true);
    ck_assert_int_eq(watched("close 1 5 /.labels.csv.", "$C dbscan p.csv -o d/labels.csv"), 1);
    works("test \"$(ls -A d)\" = labels.csv");
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("durable");

    tcase_add_checked_fixture(tcase, temp_begin, temp_end);
    tcase_add_test(tcase, each_file_is_synced_before_it_is_renamed);
    tcase_add_test(tcase, the_manifest_is_renamed_last);
    tcase_add_loop_test(tcase, a_failed_call_gives_one_line_and_keeps_the_old_file, 0, N_FILES);
    tcase_add_loop_test(tcase, a_planted_fault_cannot_leave_the_folder, 0, 4);
    tcase_add_test(tcase, a_failed_hook_point_leaves_the_old_results);
    tcase_add_loop_test(tcase, continues_after_harmless_failures, 0, N_FILES);
    tcase_add_test(tcase, steps_write_files_in_the_same_way);
    return run_tcase("durable", tcase);
}
