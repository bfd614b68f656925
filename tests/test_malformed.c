/*
 * The malformed inputs of the fuzzers' corpus (tests/fuzz/corpus/TARGET/bad-*, see gen_corpus.py):
 * given each, the program ends with status 1 or 2 and one printable line, the one in
 * tests/golden/malformed-TARGET.txt. Inputs found by fuzzers (found-*) may be well-formed: status 0
 * is also valid.
 */
#include "config.h"
#include "golden_canvas.h"
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "io_temp.h"

enum { MAX_WORDS = 32, INPUT_SIZE = 1 << 17, ANSWER_SIZE = 1 << 14, SECONDS = 120 };

/* How the program reads an input: as the file `name` of the folder, or on standard input (NULL),
 * with these arguments. */
static const struct target {
    const char *corpus;
    const char *name;
    const char *words[6];
} targets[] = {
    { "safetensors", "model/model.safetensors", { "hooks", "-m", "model" } },
    { "index", "shards/model.safetensors.index.json", { "hooks", "-m", "shards" } },
    { "config", "sizes/config.json", { "hooks", "-m", "sizes" } },
    { "vocab", "words/vocab.json", { "tokenize", "--tokenizer", "words", "the" } },
    { "merges", "words/merges.txt", { "tokenize", "--tokenizer", "words", "the" } },
    { "added_tokens", "words/added_tokens.json", { "tokenize", "--tokenizer", "words", "the" } },
    { "tokenizer_json", "json/tokenizer.json", { "tokenize", "--tokenizer", "json", "the" } },
    { "tokenizer_config",
      "words/tokenizer_config.json",
      { "tokenize", "--tokenizer", "words", "the" } },
    { "encode", NULL, { "tokenize", "-" } },
    { "stimuli", "s.csv", { "run", "-s", "s.csv" } },
    { "activations", "a.csv", { "ttest", "a.csv" } },
    { "npy", "x.npy", { "cosine", "x.npy" } },
    { "labels", "groups.txt", { "ttest", "--groups", "groups.txt", "four.npy" } },
    { "tables", "xy.csv", { "dbscan", "xy.csv" } },
    { "manifest", "manifest.json", { "rerun", "manifest.json" } },
};
enum { N_TARGETS = sizeof targets / sizeof *targets };

static const char *corpus_path(const char *target, const char *name)
{
    static char path[PATH_MAX];

    ck_assert_ptr_nonnull(getenv("CORPUS_DIR"));
    snprintf(path, sizeof path, "%s/%s/%s", getenv("CORPUS_DIR"), target, name);
    return path;
}

/* Links `name` in the folder to that file, replacing an existing one. */
static void link_file(const char *path, const char *name)
{
    char place[PATH_MAX];

    snprintf(place, sizeof place, "%s/%s", temp_folder(), name);
    unlink(place);
    ck_assert_int_eq(symlink(path, place), 0);
}

static void make_files(void)
{
    static const char *const folders[] = { "model", "shards", "sizes", "words", "json" };
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s/%s", temp_folder(), folders[i]);
        ck_assert_int_eq(mkdir(path, 0700), 0);
    }
    link_file(fixture_path("demo/config.json"), "model/config.json");
    link_file(fixture_path("demo/config.json"), "shards/config.json");
    link_file(corpus_path("safetensors", "good-two"), "shards/a");
    link_file(corpus_path("safetensors", "good-two"), "shards/b");
    link_file(fixture_path("demo/model.safetensors"), "sizes/model.safetensors");
    link_file(corpus_path("npy", "good-f4"), "four.npy");
}

/* Creates the files that tokenizer readers need next to the input. */
static void make_words(void)
{
    char path[PATH_MAX];

    link_file(corpus_path("vocab", "good-bytes"), "words/vocab.json");
    link_file(corpus_path("merges", "good-two"), "words/merges.txt");
    snprintf(path, sizeof path, "%s/words/added_tokens.json", temp_folder());
    unlink(path);
    snprintf(path, sizeof path, "%s/words/tokenizer_config.json", temp_folder());
    unlink(path);
}

_Noreturn static void become(const char *program, const char *input, const char *const *argv,
                             int answer)
{
    if (chdir(temp_folder()) == 0 && dup2(open(input, O_RDONLY), STDIN_FILENO) >= 0 &&
        dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO) >= 0 && dup2(answer, STDERR_FILENO) >= 0) {
        alarm(SECONDS); /* ends a hanging program by a signal */
        execv(program, (char *const *)argv);
    }
    _exit(127);
}

/* Runs a program with input as its standard input; returns its stderr, and its status as from
 * waitpid(). */
static int answer_of(const char *program, const char *input, const char *const *argv,
                     char answer[ANSWER_SIZE])
{
    size_t used = 0;
    int status = 0;
    int ends[2];
    ssize_t n;

    ck_assert_int_eq(pipe(ends), 0);
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        become(program, input, argv, ends[1]);
    close(ends[1]);
    while ((n = read(ends[0], answer + used, ANSWER_SIZE - 1 - used)) > 0)
        used += (size_t)n;
    answer[used] = '\0';
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
}

static void assert_one_line(const char *input, const char *answer)
{
    const size_t size = strlen(answer);

    ck_assert_msg(strncmp(answer, "circuittui: ", 12) == 0 &&
                      strchr(answer, '\n') == answer + size - 1,
                  "%s: %s", input, answer);
    for (size_t at = 0; at + 1 < size;) {
        uint32_t c = 0;
        const size_t length = utf8_decode(answer + at, size - at, &c);
        ck_assert_msg(length > 0 && !text_is_control(c), "%s: byte %zu: %s", input, at, answer);
        at += length;
    }
}

static struct golden answers; /* of this test */

static void open_answers(void)
{
    answers.stream = open_memstream(&answers.text, &answers.size);
    ck_assert_ptr_nonnull(answers.stream);
}

static void compare_answers(const char *target)
{
    char name[80];

    snprintf(name, sizeof name, "malformed-%s.txt", target);
    golden_compare(&answers, name);
}

/* Whether the input was refused. */
static bool check_input(const char *input, const char *const *words)
{
    const char *argv[MAX_WORDS + 2] = { "circuittui" };
    char answer[ANSWER_SIZE];

    for (size_t i = 0; i < MAX_WORDS && words[i] != NULL; i++)
        argv[i + 1] = words[i];
    const int status = answer_of(getenv("CIRCUITTUI"), input, argv, answer);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) <= 2, "%s: status %d: %s", input, status,
                  answer);
    fprintf(answers.stream, "%d %s", WEXITSTATUS(status), answer);
    if (WEXITSTATUS(status) == 0) {
        fputc('\n', answers.stream);
        return false;
    }
    assert_one_line(input, answer);
    return true;
}

static int without_hidden(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Calls check on every input of a corpus except the fuzzers' seeds; returns the number of malformed
 * ones, all of which must have been refused. */
static size_t each_input(const char *corpus, bool (*check)(const char *path, const void *context),
                         const void *context)
{
    struct dirent **entries = NULL;
    const int n_entries = scandir(corpus_path(corpus, "."), &entries, without_hidden, by_bytes);
    size_t n = 0;

    ck_assert_msg(n_entries >= 0, "%s: no corpus", corpus);
    for (int i = 0; i < n_entries; i++) {
        const char *const name = entries[i]->d_name;
        const bool bad = strncmp(name, "bad-", 4) == 0;
        if (strncmp(name, "good-", 5) != 0) {
            n += bad;
            if (check != NULL)
                fprintf(answers.stream, "%s: ", name);
            if (check != NULL)
                ck_assert_msg(check(corpus_path(corpus, name), context) || !bad, "%s/%s: accepted",
                              corpus, name);
        }
        free(entries[i]);
    }
    free(entries);
    return n;
}

static bool check_file(const char *path, const void *context)
{
    const struct target *const target = context;

    if (target->name == NULL)
        return check_input(path, target->words);
    link_file(path, target->name);
    return check_input("/dev/null", target->words);
}

START_TEST(malformed_files_are_refused_in_one_line)
{
    make_files();
    make_words();
    open_answers();
    each_input(targets[_i].corpus, check_file, &targets[_i]);
    compare_answers(targets[_i].corpus);
}
END_TEST

static char *read_input(const char *path)
{
    static char text[INPUT_SIZE];
    size_t size;
    char *const bytes = slurp(path, &size);

    ck_assert_uint_lt(size, sizeof text);
    memcpy(text, bytes, size);
    text[size] = '\0';
    free(bytes);
    return text;
}

/* Bad command lines are wrong usage before anything is read; valid ones are not run. */
static bool check_command_line(const char *path, const void *context)
{
    const char *words[MAX_WORDS + 1] = { NULL };
    char *at = read_input(path);
    size_t n = 0;

    (void)context;
    if (strstr(path, "/bad-") == NULL) {
        fputs("not run\n", answers.stream);
        return true;
    }
    while (at != NULL && n < MAX_WORDS) {
        char *const end = strchr(at, '\n');
        if (end != NULL)
            *end = '\0';
        words[n++] = at;
        at = end != NULL ? end + 1 : NULL;
    }
    return check_input("/dev/null", words);
}

static bool check_hook(const char *path, const void *context)
{
    const char *const words[] = { "run", "-H", read_input(path), NULL };

    (void)context;
    return check_input("/dev/null", words);
}

START_TEST(malformed_command_lines_are_refused_in_one_line)
{
    open_answers();
    each_input("options", check_command_line, NULL);
    compare_answers("options");
    open_answers();
    each_input("hooks", check_hook, NULL);
    compare_answers("hooks");
}
END_TEST

/* Nothing useless is read or kept: files with holes, and endless pipes. */
START_TEST(too_large_inputs_are_refused_early)
{
    static const struct {
        const char *command; /* $C: the program */
        const char *says;
    } cases[] = {
        { "truncate -s 33M sizes/config.json; $C hooks -m sizes", "at most 33554432 are read" },
        { "printf '\\0\\0\\0\\2\\0\\0\\0\\0{' >model/model.safetensors; "
          "truncate -s 100M model/model.safetensors; $C hooks -m model",
          "header of 33554432 bytes" },
        { "truncate -s 33M json/tokenizer.json; $C tokenize --tokenizer json x",
          "at most 33554432 are read" },
        { "truncate -s 65M groups.txt; $C ttest --groups groups.txt four.npy",
          "longer than 67108864 bytes" },
        { "cat four.npy /dev/zero | $C cosine -", "bytes follow the array" },
        { "cat four.npy /dev/zero | $C dbscan -", "bytes follow the array" },
        { "cat /dev/zero | tr '\\0' a | $C tokenize -", "line 1 is longer than 16777216 bytes" },
        { "cat /dev/zero | tr '\\0' a | $C dbscan -", "longer than 1048576 bytes" },
        { "cat /dev/zero | tr '\\0' , | $C ttest -", "more than 4194304 fields" },
    };
    char command[PATH_MAX];
    char answer[ANSWER_SIZE];

    make_files();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const words[] = { "sh", "-c", command, NULL };
        snprintf(command, sizeof command, "C='%s'; %s", getenv("CIRCUITTUI"), cases[i].command);
        const int status = answer_of("/bin/sh", "/dev/null", words, answer);
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 1, "%s: status %d: %s",
                      cases[i].command, status, answer);
        assert_one_line(cases[i].command, answer);
        ck_assert_msg(strstr(answer, cases[i].says) != NULL, "%s: %s", cases[i].command, answer);
    }
}
END_TEST

START_TEST(the_corpus_has_many_malformed_inputs)
{
    size_t n = each_input("options", NULL, NULL) + each_input("hooks", NULL, NULL);

    for (size_t i = 0; i < N_TARGETS; i++)
        n += each_input(targets[i].corpus, NULL, NULL);
    ck_assert_uint_ge(n, 300);
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("malformed");

    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("OPENBLAS_NUM_THREADS", "1", 1); /* unused threads would take time to start */
    tcase_add_checked_fixture(tcase, temp_begin, temp_end);
    tcase_add_loop_test(tcase, malformed_files_are_refused_in_one_line, 0, N_TARGETS);
    tcase_add_test(tcase, malformed_command_lines_are_refused_in_one_line);
    tcase_add_test(tcase, too_large_inputs_are_refused_early);
    tcase_add_test(tcase, the_corpus_has_many_malformed_inputs);
    return run_tcase("malformed", tcase);
}
