/*
 * The program when memory runs out. fail_alloc.so, preloaded, makes one allocation after the other
 * fail: the program must end with status 1 and one line, or do without that memory and give the
 * same result. The suite tries every ALLOC_EVERY-th (17) allocation; `ALLOC_EVERY=1` tries all.
 */
#include "config.h"
#include "support.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io_temp.h"

enum { COMMAND_SIZE = 4096 };

/* A few sentences; many neurons are significant, so that every stage is exercised. */
#define RUN "run -s s.csv --threads 1 --iterations 250 --correction none --alpha 0.2"

static const struct {
    const char *arguments;
    const char *results; /* a folder, or NULL */
} commands[] = {
    { RUN " --plot --format csv,npy,safetensors -o out", "out" },
    { "rerun done/manifest.json", NULL },
    { "ttest done/activations.csv", NULL },
    { "tsne done/activations.csv --iterations 250 --threads 1 --neurons done/ttest.csv", NULL },
    { "dbscan done/tsne.csv", NULL },
    { "kmeans done/tsne.npy", NULL },
    { "cosine done/activations.csv --neurons done/clusters.csv", NULL },
    { "tokenize 'They warned him' --ids", NULL },
    { "hooks", NULL },
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

/* Runs the program with its failing-th allocation failing; returns a status as from system(). */
static int run(const char *arguments, size_t failing)
{
    char command[COMMAND_SIZE];

    snprintf(
        command, sizeof command,
        "cd '%s' && rm -rf out log && FAIL_ALLOC=%zu FAIL_ALLOC_LOG=log LD_PRELOAD='%s' '%s' %s "
        ">out.txt 2>err.txt",
        temp_folder(), failing, getenv("FAIL_ALLOC_SO"), getenv("CIRCUITTUI"), arguments);
    return system(command);
}

/* Its output on stdout, without run times. */
static char *read_answer(void)
{
    char *const text = slurp(temp_path("out.txt"), NULL);
    char *const seconds = strstr(text, "\nSeconds ");
    char *const after = seconds != NULL ? strstr(seconds, "\n\n") : NULL;

    if (after != NULL)
        memmove(seconds, after, strlen(after) + 1);
    else if (seconds != NULL)
        *seconds = '\0';
    return text;
}

static size_t read_count(void)
{
    if (access(temp_path("log"), F_OK) != 0)
        return 0;
    char *const text = slurp(temp_path("log"), NULL);
    const size_t n = strtoul(text, NULL, 10);

    free(text);
    return n;
}

/* Checks that no temporary file is left. */
static void check_no_temporary(const char *what, const char *results)
{
    DIR *const dir = results != NULL ? opendir(temp_path(results)) : NULL;

    if (dir == NULL)
        return;
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        ck_assert_msg(e->d_name[0] != '.' || strspn(e->d_name, ".") == strlen(e->d_name), "%s: %s",
                      what, e->d_name);
    }
    closedir(dir);
}

/* The number of hashes in the manifest: a complete one has those of all inputs and results. */
static size_t count_hashes(const char *results)
{
    static const char key[] = "\"sha256\": \"";
    char name[64];
    size_t n = 0;

    if (results == NULL)
        return 0;
    snprintf(name, sizeof name, "%s/manifest.json", results);
    char *const text = slurp(temp_path(name), NULL);
    for (const char *at = text; (at = strstr(at, key)) != NULL;) {
        at += sizeof key - 1;
        n += strspn(at, "0123456789abcdef") == 64;
    }
    free(text);
    return n;
}

struct whole { /* the results without failures */
    char *answer;
    size_t n_hashes;
};

static void check(size_t command, size_t failing, const struct whole *want)
{
    char what[COMMAND_SIZE];
    size_t size;
    const int status = run(commands[command].arguments, failing);
    char *const error = slurp(temp_path("err.txt"), &size);

    snprintf(what, sizeof what, "%.60s: allocation %zu", commands[command].arguments, failing);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) <= 1, "%s: status %d: %s", what, status,
                  error);
    if (WEXITSTATUS(status) == 0) {
        char *const answer = read_answer();
        ck_assert_msg(size == 0 && strcmp(answer, want->answer) == 0,
                      "%s: another answer, %zu bytes of error", what, size);
        free(answer);
        ck_assert_uint_eq(count_hashes(commands[command].results), want->n_hashes);
    } else {
        ck_assert_msg(strncmp(error, "circuittui: ", 12) == 0 &&
                          strchr(error, '\n') == error + size - 1,
                      "%s: %s", what, error);
        check_no_temporary(what, commands[command].results);
    }
    free(error);
}

static void make_inputs(void)
{
    char command[COMMAND_SIZE];

    temp_text("s.csv", "group,target,text\nhim, him,They warned him.\nher, her,They warned her.\n"
                       "him, him,We saw him there.\nher, her,We saw her there.\n"
                       "him, him,I told him so.\nher, her,I told her so.\n");
    snprintf(command, sizeof command, "cd '%s' && '%s' " RUN " --format csv,npy -o done >out.txt",
             temp_folder(), getenv("CIRCUITTUI"));
    ck_assert_int_eq(system(command), 0);
}

START_TEST(failing_allocations_are_reported_in_one_line)
{
    const char *const every = getenv("ALLOC_EVERY");
    const size_t step = every != NULL ? strtoul(every, NULL, 10) : 17;

    if (IS_SANITIZED) {
        SKIP("the sanitizer's allocations cannot be replaced");
        return;
    }
    make_inputs();
    ck_assert_int_eq(run(commands[_i].arguments, 0), 0);
    const size_t n = read_count();
    const struct whole want = { read_answer(), count_hashes(commands[_i].results) };
    ck_assert_uint_gt(n, 0);
    for (size_t failing = 1 + (size_t)_i % step; failing <= n; failing += step)
        check((size_t)_i, failing, &want);
    free(want.answer);
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("alloc");

    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("OPENBLAS_NUM_THREADS", "1", 1); /* unused threads would take time to start */
    tcase_add_checked_fixture(tcase, temp_begin, temp_end);
    tcase_add_loop_test(tcase, failing_allocations_are_reported_in_one_line, 0, N_COMMANDS);
    return run_tcase("alloc", tcase);
}
