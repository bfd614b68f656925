/*
 * Files that another program truncates between opening and use: the run, or the stage, fails with a
 * one-line error, and does not crash. A FIFO in place of the file that is read next blocks the
 * program at a point where the truncated file has been mapped.
 */
#include "config.h"
#include "support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mapped.h"
#include "io_temp.h"
#include "pipeline/analysis.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_hook.h"
#include "pipeline/stage_load.h"
#include "report/tables.h"

enum { COMMAND_SIZE = 4096 };

static void put_fixture(const char *name, const char *as)
{
    size_t size;
    char *const bytes = slurp(fixture_path(name), &size);

    temp_file(as, bytes, size);
    free(bytes);
}

static void put_model(void)
{
    put_fixture("demo/config.json", "config.json");
    put_fixture("demo/model.safetensors", "model.safetensors");
    put_fixture("demo/vocab.json", "vocab.json");
    put_fixture("demo/merges.txt", "merges.txt");
    put_fixture("demo/stimuli.csv", "stimuli.csv");
}

/* Runs the program until it reads `fifo`, truncates `cut`, then writes text to the FIFO. The
 * program must fail and report that `cut` was truncated. */
static void run_and_cut(const char *arguments, const char *cut, long size, const char *text)
{
    char command[COMMAND_SIZE];
    char want[COMMAND_SIZE];
    int status;

    ck_assert_int_eq(mkfifo(temp_path("fifo"), 0600), 0);
    snprintf(command, sizeof command, "cd '%s' && '%s' %s >out.txt 2>err.txt", temp_folder(),
             getenv("CIRCUITTUI"), arguments);
    const pid_t child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    const int fd = open(temp_path("fifo"), O_WRONLY); /* blocks until it is opened for reading */
    ck_assert_int_eq(truncate(temp_path(cut), size), 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    char *const answer = slurp(temp_path("err.txt"), NULL);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 1, "status %d: %s", status, answer);
    snprintf(want, sizeof want, "%s: was truncated while it was read", cut);
    ck_assert_msg(strstr(answer, want) != NULL && strchr(answer, '\n') == strrchr(answer, '\n'),
                  "%s", answer);
    free(answer);
    unlink(temp_path("fifo"));
}

START_TEST(run_reports_a_truncated_model)
{
    static const char *const threads[] = { "1", "2" };
    char arguments[COMMAND_SIZE];

    for (size_t i = 0; i < 2; i++) {
        put_model();
        snprintf(arguments, sizeof arguments,
                 "run -m . -s fifo -H '*' -H 'h.*' -o out --threads %s", threads[i]);
        run_and_cut(arguments, "model.safetensors", 8192,
                    "group,target,text\na, him,I saw him\nb, her,I saw her\n");
        ck_assert_int_ne(access(temp_path("out"), F_OK), 0);
    }
}
END_TEST

/* [64, 64] float32: five pages with the header. */
static void put_npy(void)
{
    static const char dictionary[] =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (64, 64), }";
    static char bytes[128 + sizeof(float) * 64 * 64];

    memset(bytes, ' ', 128);
    memcpy(bytes, "\x93NUMPY\x01\0\x76", 10);
    memcpy(bytes + 10, dictionary, sizeof dictionary - 1);
    bytes[127] = '\n';
    for (size_t i = 0; i < 64 * 64; i++) {
        const float value = (float)(i * i % 101);
        memcpy(bytes + 128 + i * sizeof value, &value, sizeof value);
    }
    temp_file("x.npy", bytes, sizeof bytes);
}

START_TEST(step_reports_a_truncated_npy)
{
    char labels[2 * 64 + 1] = "";

    for (size_t i = 0; i < 64; i++)
        memcpy(labels + 2 * i, i % 2 == 0 ? "a\n" : "b\n", 2);
    put_npy();
    run_and_cut("ttest --groups fifo x.npy -o t.csv", "x.npy", 4096, labels);
    ck_assert_int_ne(access(temp_path("t.csv"), F_OK), 0);
    put_npy();
    run_and_cut("run --groups fifo -a x.npy -o out", "x.npy", 0, labels);
    ck_assert_int_ne(access(temp_path("out"), F_OK), 0);
}
END_TEST

/* As in the user interface, which continues: the stage fails, and when the file has been restored,
 * the analysis begins by loading it. */
START_TEST(analysis_reloads_a_restored_file)
{
    struct analysis a;
    struct ct_error err = { 0 };

    put_model();
    analysis_init(&a);
    ck_assert_int_eq(params_set(&a.params.model, temp_folder(), NULL), CT_OK);
    ck_assert_int_eq(params_set(&a.params.stimuli, temp_path("stimuli.csv"), NULL), CT_OK);
    ck_assert_int_eq(analysis_run(&a, &stage_hook, NULL, &err), CT_OK);
    ck_assert_int_eq(truncate(temp_path("model.safetensors"), 8192), 0);
    ck_assert_int_eq(analysis_run(&a, &stage_extract, NULL, &err), CT_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "model.safetensors: was truncated"));
    ck_assert_ptr_null(extract_of(&a));
    ck_assert(analysis_is_stale(&a, &stage_load));
    ck_assert_int_eq(analysis_check_inputs(&a, NULL), CT_EIO);
    ck_assert_int_eq(analysis_run(&a, &stage_extract, NULL, &err), CT_EFORMAT); /* too short now */
    put_model();
    ck_assert_int_eq(analysis_run(&a, &stage_extract, NULL, &err), CT_OK);
    ck_assert(!analysis_is_stale(&a, &stage_load));
    analysis_clear(&a);
}
END_TEST

START_TEST(writes_no_table_of_a_truncated_file)
{
    struct analysis a;

    put_npy();
    analysis_init(&a);
    a.ungrouped = true;
    ck_assert_int_eq(params_set(&a.params.activations, temp_path("x.npy"), NULL), CT_OK);
    ck_assert_int_eq(analysis_run(&a, &stage_extract, NULL, NULL), CT_OK);
    ck_assert_int_eq(truncate(temp_path("x.npy"), 4096), 0);
    ck_assert_int_eq(table_write(&a, table_find("activations.csv"), temp_path("a.csv"), NULL),
                     CT_EIO);
    ck_assert_int_ne(access(temp_path("a.csv"), F_OK), 0);
    analysis_clear(&a);
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("cut_files");

    mapped_guard();
    tcase_add_checked_fixture(tcase, temp_begin, temp_end);
    tcase_add_test(tcase, run_reports_a_truncated_model);
    tcase_add_test(tcase, step_reports_a_truncated_npy);
    tcase_add_test(tcase, writes_no_table_of_a_truncated_file);
    tcase_add_test(tcase, analysis_reloads_a_restored_file);
    return run_tcase("cut_files", tcase);
}
