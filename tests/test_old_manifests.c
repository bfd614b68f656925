/*
 * Manifests of an earlier version, fixtures/manifests/: they remain readable, with their
 * parameters, inputs and files; and if this processor computes the same bits, everything is the
 * same.
 */
#include "config.h"
#include "support.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io_temp.h"

static json_t *load(const char *name)
{
    json_t *const root = json_load_file(temp_path(name), 0, NULL);

    ck_assert_msg(root != NULL, "%s is no JSON", name);
    return root;
}

static const char *name_of(const json_t *list, size_t i)
{
    return json_string_value(json_object_get(json_array_get(list, i), "file"));
}

/* Its hash in the list of files; NULL: missing. */
static const char *hash_of(const json_t *list, const char *file)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(name_of(list, i), file) == 0)
            return json_string_value(json_object_get(json_array_get(list, i), "sha256"));
    return NULL;
}

static void assert_same(const json_t *then, const json_t *now, const char *what)
{
    char *const text = json_dumps(now, JSON_ENCODE_ANY);

    ck_assert_msg(then != NULL && json_equal(then, now), "%s: %.1000s", what, text);
    free(text);
}

/* All parameters are set as before, except those that depend on the machine. */
static void compare_parameters(json_t *then, json_t *now)
{
    json_object_del(then, "threads");
    for (void *it = json_object_iter(then); it != NULL; it = json_object_iter_next(then, it))
        assert_same(json_object_iter_value(it), json_object_get(now, json_object_iter_key(it)),
                    json_object_iter_key(it));
}

/* Of config.json, manifests had every key, and now have those that are read, with null for those
 * that are absent. */
static void compare_input(const json_t *then, const json_t *now, const char *what)
{
    json_t *const before = json_copy((json_t *)then);
    json_t *const after = json_copy((json_t *)now);
    json_t *const config = json_object_get(now, "config");

    for (void *it = json_object_iter(config); it != NULL; it = json_object_iter_next(config, it)) {
        const json_t *const old =
            json_object_get(json_object_get(then, "config"), json_object_iter_key(it));
        if (old != NULL || !json_is_null(json_object_iter_value(it)))
            assert_same(old, json_object_iter_value(it), json_object_iter_key(it));
    }
    json_object_del(before, "config");
    json_object_del(after, "config");
    assert_same(before, after, what);
    json_decref(before);
    json_decref(after);
}

/* Inputs are identified by their bytes. */
static void compare_inputs(const json_t *then, const json_t *now)
{
    static const char *const keys[] = { "model", "tokenizer", "stimuli", "activations", "groups" };

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *const a = json_object_get(then, keys[i]);
        const json_t *const b = json_object_get(now, keys[i]);
        ck_assert_msg((a == NULL) == (b == NULL), "%s", keys[i]);
        if (a != NULL)
            compare_input(a, b, keys[i]);
    }
}

/* To these columns have been appended: what is written now has other bytes, but rerun compares the
 * columns that there were. */
static bool has_grown(const char *file)
{
    return strcmp(file, "layers.csv") == 0;
}

/* Checks that the files are the same; returns how many differ in their bytes. */
static size_t compare_files(const json_t *then, const json_t *now)
{
    size_t n_differ = 0;

    ck_assert_uint_gt(json_array_size(then), 0);
    ck_assert_uint_eq(json_array_size(then), json_array_size(now));
    for (size_t i = 0; i < json_array_size(then); i++) {
        ck_assert_str_eq(name_of(then, i), name_of(now, i));
        if (!has_grown(name_of(then, i)))
            n_differ +=
                strcmp(hash_of(then, name_of(then, i)), hash_of(now, name_of(then, i))) != 0;
    }
    return n_differ;
}

static const struct {
    const char *name;
    const char *first; /* the first file whose bits depend on the processor */
    size_t n_sentences;
    size_t n_neurons;
    size_t n_files;
} runs[] = {
    { "plain", "activations.csv", 108, 256, 8 },
    { "layers", "activations.csv", 108, 768, 34 },
    { "activations", "tsne.csv", 24, 40, 14 },
};

static size_t count(const json_t *root, const char *key)
{
    return (size_t)json_integer_value(json_object_get(json_object_get(root, "counts"), key));
}

START_TEST(results_are_reproduced)
{
    char line[400];

    snprintf(line, sizeof line,
             "mkdir -p %s && cp \"$FIXTURES_DIR\"/manifests/%s.json %s/manifest.json && "
             "$C rerun %s/manifest.json -o again",
             runs[_i].name, runs[_i].name, runs[_i].name, runs[_i].name);
    const int status = temp_shell(line);
    char *const err = slurp(temp_path("err"), NULL);
    char *const out = slurp(temp_path("out"), NULL);
    ck_assert_msg(access(temp_path("again/manifest.json"), R_OK) == 0, "%s%s", out, err);
    snprintf(line, sizeof line, "%s/manifest.json", runs[_i].name);
    json_t *const then = load(line);
    json_t *const now = load("again/manifest.json");
    const json_t *const files = json_object_get(now, "results");

    compare_parameters(json_object_get(then, "parameters"), json_object_get(now, "parameters"));
    compare_inputs(then, now);
    ck_assert_uint_eq(count(now, "sentences"), runs[_i].n_sentences);
    ck_assert_uint_eq(count(now, "neurons"), runs[_i].n_neurons);
    ck_assert_uint_eq(json_array_size(files), runs[_i].n_files);
    assert_same(json_object_get(then, "format"), json_object_get(now, "format"), "format");
    const size_t n_differ = compare_files(json_object_get(then, "results"), files);
    if (strcmp(hash_of(files, runs[_i].first),
               hash_of(json_object_get(then, "results"), runs[_i].first)) == 0)
        ck_assert_msg(n_differ == 0, "%s", out);
    ck_assert_msg(status == (n_differ > 0), "status %d: %s", status, out);
    json_decref(then);
    json_decref(now);
    free(out);
    free(err);
}
END_TEST

/* Plots that are drawn in another way since: lines with names, numbers on clusters. */
static bool is_redrawn(const char *file)
{
    static const char *const plots[] = { "t-values.", "volcano.", "dbscan.", "kmeans." };
    bool is_redrawn = false;

    for (size_t i = 0; i < sizeof plots / sizeof *plots; i++)
        is_redrawn = is_redrawn || strncmp(file, plots[i], strlen(plots[i])) == 0;
    return is_redrawn;
}

START_TEST(figures_are_reproduced)
{
    const char *const asan = getenv("ASAN_OPTIONS");
    char options[400];

    /* Memory that fontconfig keeps until exit is not our leak. */
    snprintf(options, sizeof options, "%s:detect_leaks=0", asan != NULL ? asan : "");
    setenv("ASAN_OPTIONS", options, 1);
    const int status = temp_shell("mkdir -p f && cp \"$FIXTURES_DIR\"/manifests/figures.json f && "
                                  "$C rerun f --figures new");
    char *const out = slurp(temp_path("out"), NULL);
    char *const err = slurp(temp_path("err"), NULL);
    if (strstr(err, "without cairo") != NULL) {
        SKIP("figures: this program was built without cairo");
        return;
    }
    ck_assert_msg(access(temp_path("new/figures.json"), R_OK) == 0, "%s%s", out, err);
    json_t *const then = load("f/figures.json");
    json_t *const now = load("new/figures.json");
    compare_parameters(json_object_get(then, "parameters"), json_object_get(now, "parameters"));
    compare_inputs(then, now);
    const json_t *const files = json_object_get(json_object_get(now, "figures"), "files");
    const json_t *const old_files = json_object_get(json_object_get(then, "figures"), "files");
    const size_t n_differ = compare_files(old_files, files);
    size_t n_redrawn = 0;
    ck_assert_uint_eq(json_array_size(files), 32);
    for (size_t i = 0; i < json_array_size(files); i++)
        n_redrawn +=
            is_redrawn(name_of(files, i)) &&
            strcmp(hash_of(files, name_of(files, i)), hash_of(old_files, name_of(files, i))) != 0;
    /* Other fonts or another cairo change nearly all of them, other bits of the embedding those
     * from t-SNE on; another plot changes a few. */
    if (strcmp(hash_of(files, "tsne.svg"), hash_of(old_files, "tsne.svg")) == 0)
        ck_assert_msg(n_differ == n_redrawn || n_differ > 16, "%s", out);
    ck_assert_msg(status == (n_differ > 0), "status %d: %s", status, out);
    json_decref(then);
    json_decref(now);
    free(out);
    free(err);
}
END_TEST

static void begin(void)
{
    temp_begin();
    ck_assert_int_eq(temp_shell("ln -s \"$FIXTURES_DIR/demo\" demo && "
                                "ln -s \"$FIXTURES_DIR/manifests/acts.csv\" acts.csv"),
                     0);
}

int main(void)
{
    TCase *const tcase = tcase_create("old manifests");

    tcase_add_checked_fixture(tcase, begin, temp_end);
    tcase_add_loop_test(tcase, results_are_reproduced, 0, sizeof runs / sizeof *runs);
    tcase_add_test(tcase, figures_are_reproduced);
    return run_tcase("old_manifests", tcase);
}
