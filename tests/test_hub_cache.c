/*
 * Models by name, in caches created by the tests from the hub's published rules
 * (huggingface.co/docs/hub/local-cache), the only reference.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/cache.h"
#include "hub/list.h"
#include "model_files.h"
#include "support.h"

#define COMMIT_A "0123456789abcdef0123456789abcdef01234567"
#define COMMIT_B "89abcdef0123456789abcdef0123456789abcdef"

enum { PATH_SIZE = 8192, ALL = HUB_WEIGHTS | HUB_TOKENIZER };

static char *root; /* of the test's cache */

static const char *at(const char *path)
{
    static char full[2 * PATH_SIZE];

    snprintf(full, sizeof full, "%s/%s", root, path);
    return full;
}

static void make_folder(const char *path)
{
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        char part[PATH_SIZE];
        snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        mkdir(at(part), 0777);
    }
    mkdir(at(path), 0777);
    ck_assert_int_eq(access(at(path), F_OK), 0);
}

static void put_text(const char *path, const char *text)
{
    text_put(root, path, text);
}

static void put_ref(const char *repo, const char *name, const char *commit)
{
    char path[PATH_SIZE];

    snprintf(path, sizeof path, "%s/refs", repo);
    make_folder(path);
    snprintf(path, sizeof path, "%s/refs/%s", repo, name);
    put_text(path, commit);
}

/* Creates a blob and a relative link to it, like the hub's tools. */
static void put_file(const char *repo, const char *commit, const char *name, const void *data,
                     size_t size)
{
    char path[PATH_SIZE];
    char link[PATH_SIZE];

    snprintf(path, sizeof path, "%s/blobs", repo);
    make_folder(path);
    snprintf(path, sizeof path, "%s/blobs/etag-of-%s", repo, name);
    file_put(root, path, data, size);
    snprintf(path, sizeof path, "%s/snapshots/%s", repo, commit);
    make_folder(path);
    snprintf(path, sizeof path, "%s/snapshots/%s/%s", repo, commit, name);
    snprintf(link, sizeof link, "../../blobs/etag-of-%s", name);
    ck_assert_int_eq(symlink(link, at(path)), 0);
}

static void copy_fixture(const char *repo, const char *commit, const char *name)
{
    static char data[1 << 20];
    char path[PATH_SIZE];

    snprintf(path, sizeof path, "gpt2_tiny/%s", name);
    FILE *const file = fopen(fixture_path(path), "rb");
    ck_assert_ptr_nonnull(file);
    const size_t size = fread(data, 1, sizeof data, file);
    fclose(file);
    ck_assert_uint_lt(size, sizeof data);
    put_file(repo, commit, name, data, size);
}

/* Creates all files of a model; those of the tokenizer are not read, only looked up. */
static void put_model(const char *repo, const char *commit)
{
    copy_fixture(repo, commit, "config.json");
    copy_fixture(repo, commit, "model.safetensors");
    put_file(repo, commit, "vocab.json", "{}", 2);
    put_file(repo, commit, "merges.txt", "", 0);
}

static void begin(void)
{
    root = folder_new();
}

static void end(void)
{
    folder_remove(root);
    root = NULL;
}

static void check_found(const char *name, unsigned needs, const char *want)
{
    struct ct_error err = { 0 };
    char *folder = NULL;

    ck_assert_msg(hub_cache_resolve(root, name, needs, &folder, &err) == CT_OK, "%s: %s", name,
                  err.text);
    ck_assert_str_eq(folder, at(want));
    free(folder);
}

static const char *failure(const char *name, unsigned needs, enum ct_status status)
{
    static struct ct_error err;
    char *folder = NULL;

    ck_assert_int_eq(hub_cache_resolve(root, name, needs, &folder, &err), status);
    ck_assert_ptr_null(folder);
    ck_assert_ptr_null(strchr(err.text, '\n'));
    return err.text;
}

#define CHECK_SAYS(text, part) ck_assert_msg(strstr(text, part) != NULL, "%s", text)

/* ---- location of the cache ---- */

static char *variable(const char *name)
{
    static char value[] = "/data";

    return strcmp(name, "DATA") == 0 ? value : NULL;
}

static void check_root(const struct hub_env *env, const char *want)
{
    char *got = NULL;

    ck_assert_int_eq(hub_cache_root(env, &got, NULL), CT_OK);
    ck_assert_str_eq(got, want);
    free(got);
}

START_TEST(root_follows_the_environment)
{
    struct hub_env env = { .home = "/home/a" };

    check_root(&env, "/home/a/.cache/huggingface/hub");
    env.xdg_cache_home = "/xdg";
    check_root(&env, "/xdg/huggingface/hub");
    env.hf_home = "/hf";
    check_root(&env, "/hf/hub");
    env.huggingface_hub_cache = "/old";
    check_root(&env, "/old");
    env.hf_hub_cache = "/new";
    check_root(&env, "/new");
    env.hf_hub_cache = ""; /* empty is treated as unset */
    check_root(&env, "/old");
    env.huggingface_hub_cache = "";
    check_root(&env, "/hf/hub");
    env.transformers_cache = "/older"; /* the rest of HF_HOME's rules come first */
    check_root(&env, "/hf/hub");
    env.hf_home = "";
    check_root(&env, "/older");
    env.transformers_cache = "";
    check_root(&env, "/xdg/huggingface/hub");
    env.xdg_cache_home = "";
    check_root(&env, "/home/a/.cache/huggingface/hub");
}
END_TEST

START_TEST(root_expands_home_and_variables)
{
    struct hub_env env = { .home = "/home/a", .variable = variable };

    env.hf_home = "~/hf";
    check_root(&env, "/home/a/hf/hub");
    env.hf_home = "~";
    check_root(&env, "/home/a/hub");
    env.hf_home = "$DATA/hf/${DATA}x/$NOT_SET/${DATA/$";
    check_root(&env, "/data/hf//datax/$NOT_SET/${DATA/$/hub");
    env.hf_home = "a~b";
    check_root(&env, "a~b/hub");
    env.variable = NULL;
    env.hf_home = "$DATA";
    check_root(&env, "$DATA/hub");
}
END_TEST

START_TEST(the_token_is_in_the_home_of_the_cache)
{
    struct hub_env env = { .home = "/home/a", .variable = variable };
    static const char *const wants[] = { "/home/a/.cache/huggingface/token", "/hf/token",
                                         "/data/t" };

    for (size_t i = 0; i < sizeof wants / sizeof *wants; i++) {
        char *got = NULL;
        env.hf_home = i > 0 ? "/hf" : NULL;
        env.hf_token_path = i > 1 ? "$DATA/t" : NULL;
        env.hf_hub_cache = "/elsewhere"; /* only for models */
        ck_assert_int_eq(hub_token_path(&env, &got, NULL), CT_OK);
        ck_assert_str_eq(got, wants[i]);
        free(got);
    }
    char *empty = NULL;
    env.hf_token_path = "";
    ck_assert_int_eq(hub_token_path(&env, &empty, NULL), CT_OK);
    ck_assert_str_eq(empty, "/hf/token");
    free(empty);
}
END_TEST

START_TEST(root_needs_a_home)
{
    const struct hub_env none = { .home = "" };
    char *got = NULL;
    char longer[PATH_SIZE];

    ck_assert_int_eq(hub_cache_root(&none, &got, NULL), CT_EINVAL);
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    const struct hub_env far = { .home = longer };
    ck_assert_int_eq(hub_cache_root(&far, &got, NULL), CT_EINVAL);
    ck_assert_ptr_null(got);
}
END_TEST

/* ---- names ---- */

START_TEST(names_and_paths_are_distinguished)
{
    static const char *const names[] = {
        "gpt2",           "openai-community/gpt2-medium",
        "a/b.c_d",        "gpt2@main",
        "gpt2@refs/pr/1", "a@v1.0",
        "a@v1+x_y-z",
    };
    static const char *const others[] = {
        "",     ".",          "..",   "./gpt2", "../gpt2",  "/gpt2",     "~/gpt2",    "a/b/c",
        "a/",   "/",          "a--b", "a..b",   "gpt2@",    "gpt2@../x", "gpt2@a//b", "gpt2@a/../b",
        "-a",   "a b",        "a\nb", "@main",  "\xC3\xA9", "a@$(x)",    "a@v;x",     "a@v\nx",
        "a@ v", "a@\xC3\xA9", "a@v'", "a@v\\x", "a$(x)",    "a;x/b",     "a`x`",
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ck_assert_msg(hub_is_name(names[i]), "%s", names[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_msg(!hub_is_name(others[i]), "%s", others[i]);
}
END_TEST

/* Each part of a name has 96 characters at most, each part of a revision 200, and no dot first. */
START_TEST(names_have_bounds)
{
    char name[300];

    memset(name, 'a', sizeof name);
    snprintf(name + 96, sizeof name - 96, "/b");
    ck_assert(hub_is_name(name));
    snprintf(name + 96, sizeof name - 96, "a/b");
    ck_assert(!hub_is_name(name));
    memcpy(name, "b@", 2);
    memset(name + 2, 'a', sizeof name - 2);
    name[2 + 200] = '\0';
    ck_assert(hub_is_name(name));
    memcpy(name + 2 + 200, "a", 2);
    ck_assert(!hub_is_name(name));
    ck_assert(!hub_is_name("b@.hidden"));
    ck_assert(!hub_is_name("b@a/.hidden"));
}
END_TEST

START_TEST(a_snapshots_name_is_that_of_its_model)
{
    static const char *const cases[][2] = {
        { "/c/models--openai-community--gpt2/snapshots/" COMMIT_A, "openai-community/gpt2" },
        { "/c/models--gpt2/snapshots/" COMMIT_A "/", "gpt2" },
        { "models--a--b/snapshots/x", "a/b" },
        { "/data/my-model", "my-model" },
        { "/data/my-model//", "my-model" },
        { "my-model", "my-model" },
        { "/x/snapshots/y", "y" },
        { "snapshots/y", "y" },
        { "/", "" },
        { "", "" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[64];
        hub_folder_name(cases[i][0], name, sizeof name);
        ck_assert_str_eq(name, cases[i][1]);
    }
}
END_TEST

/* ---- resolving ---- */

START_TEST(resolves_with_and_without_organisation)
{
    begin();
    put_model("models--openai-community--gpt2-medium", COMMIT_A);
    put_ref("models--openai-community--gpt2-medium", "main", COMMIT_A "\n");
    put_model("models--gpt2", COMMIT_B);
    put_ref("models--gpt2", "main", COMMIT_B);
    put_model("models--Me--Own_model.v1", COMMIT_B);
    put_ref("models--Me--Own_model.v1", "main", COMMIT_B);

    const char *const medium = "models--openai-community--gpt2-medium/snapshots/" COMMIT_A;
    check_found("gpt2-medium", ALL, medium);
    check_found("openai-community/gpt2-medium", ALL, medium);
    check_found("gpt2", ALL, "models--gpt2/snapshots/" COMMIT_B);
    check_found("openai-community/gpt2", ALL, "models--gpt2/snapshots/" COMMIT_B);
    check_found("Me/Own_model.v1", ALL, "models--Me--Own_model.v1/snapshots/" COMMIT_B);
    failure("me/own_model.v1", ALL, CT_EIO); /* case is preserved */
    end();
}
END_TEST

START_TEST(resolves_branches_tags_and_commits)
{
    begin();
    put_model("models--gpt2", COMMIT_A);
    put_model("models--gpt2/snapshots", COMMIT_B); /* a subfolder that is not a commit */
    put_ref("models--gpt2", "main", COMMIT_A);
    put_ref("models--gpt2", "v1.0", COMMIT_A);
    make_folder("models--gpt2/refs/refs/pr");
    put_text("models--gpt2/refs/refs/pr/1", COMMIT_A);
    put_ref("models--gpt2", "gone", COMMIT_B);
    put_ref("models--gpt2", "bad", "../../../../etc");

    const char *const folder = "models--gpt2/snapshots/" COMMIT_A;
    check_found("gpt2@main", ALL, folder);
    check_found("gpt2@v1.0", ALL, folder);
    check_found("gpt2@refs/pr/1", ALL, folder);
    check_found("gpt2@" COMMIT_A, ALL, folder);
    check_found("gpt2@pr/1", ALL, folder);
    CHECK_SAYS(failure("gpt2@gone", ALL, CT_EIO),
               "no files of commit 89abcdef0123, it has " COMMIT_A "; name one with @, or fetch");
    CHECK_SAYS(failure("gpt2@pr/2", ALL, CT_EIO), "refs/pr/1");
    CHECK_SAYS(failure("gpt2@" COMMIT_B, ALL, CT_EIO), "fetch openai-community/gpt2@" COMMIT_B);
    CHECK_SAYS(failure("gpt2@bad", ALL, CT_EIO), "no revision bad");
    CHECK_SAYS(failure("gpt2@v2", ALL, CT_EIO), "no revision v2, it has ");
    CHECK_SAYS(failure("gpt2@v2", ALL, CT_EIO), "v1.0");
    put_ref("models--gpt2", "v;touch x", COMMIT_A);
    put_ref("models--gpt2", "v$(x)", COMMIT_A);
    ck_assert_ptr_null(strpbrk(failure("gpt2@v2", ALL, CT_EIO), "$"));
    ck_assert_ptr_null(strstr(failure("gpt2@v2", ALL, CT_EIO), "touch"));
    failure("gpt2@../refs/main", ALL, CT_EINVAL);
    end();
}
END_TEST

START_TEST(errors_say_where_and_how_to_fetch)
{
    begin();
    const char *text = failure("gpt2-xl", ALL, CT_EIO);
    CHECK_SAYS(text, "gpt2-xl: ");
    CHECK_SAYS(text, "models--gpt2-xl or models--openai-community--gpt2-xl in ");
    CHECK_SAYS(text, root);
    CHECK_SAYS(text, "circuittui fetch openai-community/gpt2-xl");
    ck_assert_ptr_null(strstr(text, "which is in the cache"));
    make_folder("models--lab--tiny/refs");
    CHECK_SAYS(failure("tiny", ALL, CT_EIO), "fetch tiny, or use lab/tiny, which is in the cache");
    make_folder("models--a;touch x--small/refs"); /* as if the user should copy a command */
    ck_assert_ptr_null(strstr(failure("small", ALL, CT_EIO), "touch"));
    text = failure("a/b@v2", ALL, CT_EIO);
    CHECK_SAYS(text, "models--a--b in ");
    CHECK_SAYS(text, "circuittui fetch a/b@v2");
    end();
}
END_TEST

START_TEST(broken_and_partial_downloads_are_reported)
{
    begin();
    put_model("models--a--b", COMMIT_A);
    put_ref("models--a--b", "main", COMMIT_A);
    ck_assert_int_eq(unlink(at("models--a--b/blobs/etag-of-model.safetensors")), 0);
    CHECK_SAYS(failure("a/b", ALL, CT_EIO), "model.safetensors is a broken link");
    check_found("a/b", HUB_TOKENIZER, "models--a--b/snapshots/" COMMIT_A);

    ck_assert_int_eq(unlink(at("models--a--b/snapshots/" COMMIT_A "/model.safetensors")), 0);
    CHECK_SAYS(failure("a/b", ALL, CT_EIO), "model.safetensors is missing;");
    put_text("models--a--b/blobs/etag-of-model.safetensors.incomplete", "half");
    CHECK_SAYS(failure("a/b", ALL, CT_EIO), "its download is incomplete");
    make_folder("models--a--b/.no_exist/" COMMIT_A);
    put_text("models--a--b/.no_exist/" COMMIT_A "/model.safetensors", "");
    CHECK_SAYS(failure("a/b", ALL, CT_EIO), "the repository has no model.safetensors");
    /* A folder with a pickle passes: the loader explains how to convert it. */
    put_text("models--a--b/snapshots/" COMMIT_A "/pytorch_model.bin", "");
    check_found("a/b", ALL, "models--a--b/snapshots/" COMMIT_A);
    end();
}
END_TEST

START_TEST(the_tokenizer_is_required_only_when_needed)
{
    begin();
    put_ref("models--a--b", "main", COMMIT_A);
    copy_fixture("models--a--b", COMMIT_A, "config.json");
    copy_fixture("models--a--b", COMMIT_A, "model.safetensors");
    const char *const folder = "models--a--b/snapshots/" COMMIT_A;
    check_found("a/b", HUB_WEIGHTS, folder);
    CHECK_SAYS(failure("a/b", ALL, CT_EIO), "the tokenizer is missing");
    put_file("models--a--b", COMMIT_A, "vocab.json", "{}", 2);
    CHECK_SAYS(failure("a/b", ALL, CT_EIO), "merges.txt is missing");
    put_file("models--a--b", COMMIT_A, "tokenizer.json", "{}", 2);
    check_found("a/b", ALL, folder);
    end();
}
END_TEST

START_TEST(every_shard_must_exist)
{
    static const char index[] =
        "{\"weight_map\":{\"x\":\"one.safetensors\",\"y\":\"two.safetensors\"}}";

    begin();
    put_ref("models--a--b", "main", COMMIT_A);
    copy_fixture("models--a--b", COMMIT_A, "config.json");
    put_file("models--a--b", COMMIT_A, "model.safetensors.index.json", index, sizeof index - 1);
    put_file("models--a--b", COMMIT_A, "one.safetensors", "", 0);
    CHECK_SAYS(failure("a/b", HUB_WEIGHTS, CT_EIO), "two.safetensors is missing");
    put_file("models--a--b", COMMIT_A, "two.safetensors", "", 0);
    check_found("a/b", HUB_WEIGHTS, "models--a--b/snapshots/" COMMIT_A);
    end();
}
END_TEST

/* The second reading of a name is used when the first is found but unusable. */
START_TEST(a_complete_model_has_priority_over_a_partial_one)
{
    begin();
    make_folder("models--gpt2/refs");
    put_model("models--openai-community--gpt2", COMMIT_A);
    put_ref("models--openai-community--gpt2", "main", COMMIT_A);
    check_found("gpt2", ALL, "models--openai-community--gpt2/snapshots/" COMMIT_A);
    end();
}
END_TEST

/* Of two repositories the error is about the one that has more of the model. */
START_TEST(the_error_is_about_the_better_of_two)
{
    begin();
    copy_fixture("models--gpt2", COMMIT_A, "config.json");
    put_ref("models--gpt2", "main", COMMIT_A);
    make_folder("models--openai-community--gpt2/refs");
    CHECK_SAYS(failure("gpt2", ALL, CT_EIO), "models--gpt2/snapshots/" COMMIT_A);
    end();
}
END_TEST

/* Copies instead of links, as in caches created on Windows. */
START_TEST(plain_files_work_like_links)
{
    begin();
    make_folder("models--a--b/snapshots/" COMMIT_A);
    put_text("models--a--b/snapshots/" COMMIT_A "/config.json", "{}");
    put_text("models--a--b/snapshots/" COMMIT_A "/model.safetensors", "");
    check_found("a/b@" COMMIT_A, HUB_WEIGHTS, "models--a--b/snapshots/" COMMIT_A);
    CHECK_SAYS(failure("a/b", HUB_WEIGHTS, CT_EIO), "no revision main, it has " COMMIT_A);
    end();
}
END_TEST

START_TEST(a_read_only_cache_is_sufficient)
{
    begin();
    put_model("models--gpt2", COMMIT_A);
    put_ref("models--gpt2", "main", COMMIT_A);
    static const char *const folders[] = { ("models--gpt2/snapshots/" COMMIT_A),
                                           "models--gpt2/snapshots", "models--gpt2/blobs",
                                           "models--gpt2/refs", "models--gpt2" };
    const size_t n = sizeof folders / sizeof *folders;
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(chmod(at(folders[i]), 0555), 0);
    struct stat before;
    struct stat after;
    ck_assert_int_eq(stat(at("models--gpt2"), &before), 0);
    check_found("gpt2", ALL, "models--gpt2/snapshots/" COMMIT_A);
    ck_assert_int_eq(stat(at("models--gpt2"), &after), 0);
    ck_assert_int_eq(before.st_mtim.tv_sec, after.st_mtim.tv_sec); /* root can write anywhere */
    ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
    for (size_t i = n; i-- > 0;)
        ck_assert_int_eq(chmod(at(folders[i]), 0755), 0);
    end();
}
END_TEST

/* ---- folder or name ---- */

static void check_folder(const struct hub_env *env, const char *text, const char *want)
{
    struct ct_error err = { 0 };
    char *got = NULL;

    ck_assert_msg(hub_model_folder(env, text, ALL, &got, &err) == CT_OK, "%s", err.text);
    ck_assert_str_eq(got, want);
    free(got);
}

/* The folder of a repository in a cache, in whatever form it is given. */
START_TEST(a_repository_folder_is_its_model)
{
    char want[2 * PATH_SIZE];

    begin();
    const struct hub_env env = { .home = root, .hf_hub_cache = root };
    const struct hub_env elsewhere = { .home = "/not/there" };
    put_model("models--a--b", COMMIT_A);
    put_ref("models--a--b", "main", COMMIT_A);
    put_model("models--gpt2", COMMIT_B);
    put_ref("models--gpt2", "main", COMMIT_B);
    snprintf(want, sizeof want, "%s", at("models--a--b/snapshots/" COMMIT_A));
    check_folder(&env, "models--a--b", want);
    check_folder(&env, "models--a--b/", want);
    check_folder(&elsewhere, at("models--a--b"), want);
    check_folder(&elsewhere, at("models--a--b/"), want);
    check_folder(&elsewhere, at("models--a--b/snapshots"), want);
    check_folder(&elsewhere, at("models--a--b/snapshots//"), want);
    check_folder(&elsewhere, want, want);
    snprintf(want, sizeof want, "%s", at("models--gpt2/snapshots/" COMMIT_B));
    check_folder(&env, "~/models--gpt2", want);
    check_folder(&env, "models--gpt2", want);
    check_folder(&env, "/x/models-gpt2", "/x/models-gpt2");
    end();
}
END_TEST

START_TEST(files_are_not_folders)
{
    char here[PATH_SIZE];

    begin();
    const struct hub_env env = { .home = root, .hf_hub_cache = root };
    make_folder("m");
    put_text("m/config.json", "{}");
    put_text("gpt2", "x");
    put_model("models--gpt2", COMMIT_B);
    put_ref("models--gpt2", "main", COMMIT_B);
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    ck_assert_int_eq(chdir(root), 0);
    struct ct_error err = { 0 };
    char *folder = NULL;
    ck_assert_int_eq(hub_model_folder(&env, "m/config.json", ALL, &folder, &err), CT_EIO);
    CHECK_SAYS(err.text, "m/config.json: a file, not a model folder; give the folder");
    check_folder(&env, "gpt2", at("models--gpt2/snapshots/" COMMIT_B)); /* a file of that name */
    ck_assert_int_eq(chdir(here), 0);
    end();
}
END_TEST

START_TEST(addresses_are_not_paths)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        { "https://huggingface.co/openai-community/gpt2", "give the name: openai-community/gpt2," },
        { "https://huggingface.co/a/b/tree/main", "give the name: a/b," },
        { "http://hf.co/a/b?x=1", "give the name: a/b," },
        { "https://huggingface.co/gpt2", "give the name: gpt2," },
        { "https://example.org/model.safetensors", "download the model, and give its folder" },
        { "s3://bucket/model", "download the model, and give its folder" },
    };
    const struct hub_env env = { .home = "/not/there" };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ct_error err = { 0 };
        char *folder = NULL;
        ck_assert_int_eq(hub_model_folder(&env, cases[i].text, ALL, &folder, &err), CT_EINVAL);
        ck_assert_ptr_null(folder);
        CHECK_SAYS(err.text, cases[i].says);
        CHECK_SAYS(err.text, "a web address, not a folder or name; ");
    }
}
END_TEST

/* Opening it says what an adapter is. */
START_TEST(an_adapter_is_passed_on)
{
    begin();
    put_file("models--a--b", COMMIT_A, "adapter_config.json", "{}", 2);
    put_ref("models--a--b", "main", COMMIT_A);
    check_found("a/b", HUB_WEIGHTS, "models--a--b/snapshots/" COMMIT_A);
    end();
}
END_TEST

START_TEST(a_folder_has_priority_over_a_name)
{
    char here[PATH_SIZE];
    char want[2 * PATH_SIZE];
    char *got = NULL;

    begin();
    const struct hub_env env = { .home = root, .hf_hub_cache = root };
    put_model("models--gpt2", COMMIT_A);
    put_ref("models--gpt2", "main", COMMIT_A);
    make_folder("models/gpt2");
    snprintf(want, sizeof want, "%s", at("models--gpt2/snapshots/" COMMIT_A));
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    ck_assert_int_eq(chdir(root), 0);
    check_folder(&env, "gpt2", want);
    ck_assert_int_eq(chdir("models"), 0);
    check_folder(&env, "gpt2", "gpt2");
    check_folder(&env, "gpt2@main", want);
    ck_assert_int_eq(chdir(here), 0);
    check_folder(&env, "~/models/gpt2", at("models/gpt2"));
    check_folder(&env, "/not/there", "/not/there"); /* the loader reports it */
    ck_assert_int_eq(hub_model_folder(&env, "gpt2-xl", ALL, &got, NULL), CT_EIO);
    ck_assert_ptr_null(got);
    end();
}
END_TEST

/* ---- the list ---- */

static struct hub_model *models;
static size_t n_models;

static const struct hub_model *find(const char *name, const char *revision)
{
    for (size_t i = 0; i < n_models; i++)
        if (strcmp(models[i].name, name) == 0 && strcmp(models[i].revision, revision) == 0)
            return &models[i];
    ck_abort_msg("%s@%s is not in the list", name, revision);
    return NULL;
}

START_TEST(the_list_has_every_model_and_its_problem)
{
    static const char bert[] = "{\"model_type\":\"bert\"}";

    begin();
    put_model("models--openai-community--gpt2", COMMIT_A);
    put_ref("models--openai-community--gpt2", "main", COMMIT_A);
    for (char name[] = "a"; name[0] <= 'p'; name[0]++) /* main counts, wherever it is listed */
        put_ref("models--openai-community--gpt2", name, COMMIT_A);
    put_file("models--openai-community--gpt2", COMMIT_B, "README.md", "", 0);
    put_model("models--me--broken", COMMIT_A);
    put_ref("models--me--broken", "v1", COMMIT_A);
    ck_assert_int_eq(unlink(at("models--me--broken/blobs/etag-of-model.safetensors")), 0);
    put_model("models--me--bert", COMMIT_A);
    ck_assert_int_eq(unlink(at("models--me--bert/snapshots/" COMMIT_A "/config.json")), 0);
    put_text("models--me--bert/snapshots/" COMMIT_A "/config.json", bert);
    make_folder("models--me--nothing/refs");
    put_model("models--zz--short", COMMIT_A);
    put_ref("models--zz--short", "main", COMMIT_A);
    put_text("models--zz--short/blobs/etag-of-model.safetensors", "half a file");
    make_folder("datasets--me--sentences");
    put_text("version.txt", "1");

    ck_assert_int_eq(hub_cache_list(root, &models, &n_models, NULL), CT_OK);
    ck_assert_uint_eq(n_models, 6);
    const struct hub_model *const good = find("openai-community/gpt2", "main");
    ck_assert_str_eq(good->folder, at("models--openai-community--gpt2/snapshots/" COMMIT_A));
    ck_assert_ptr_null(good->problem);
    ck_assert_uint_gt(good->n_layers, 0);
    ck_assert_uint_gt(good->hidden_size, 0);
    hub_model_examine(&models[0]);
    ck_assert_ptr_null(good->problem);
    ck_assert_uint_gt(good->n_parameters, 0);
    ck_assert_uint_gt(good->bytes, good->n_parameters);
    ck_assert_str_eq(find("openai-community/gpt2", COMMIT_B)->problem, "config.json is missing");
    CHECK_SAYS(find("me/broken", "v1")->problem, "model.safetensors is a broken link");
    CHECK_SAYS(find("me/bert", COMMIT_A)->problem,
               "config.json: model_type: 'bert' is not supported, only gpt2, llama, ");
    ck_assert_str_eq(find("me/nothing", "")->problem, "nothing of it has been downloaded");
    ck_assert_ptr_eq(good, &models[0]);    /* usable models come first */
    ck_assert_ptr_null(models[1].problem); /* detecting a truncated file requires opening it */
    hub_model_examine(&models[1]);
    ck_assert_int_eq(strncmp(models[1].problem, "model.safetensors: ", 19), 0);
    for (size_t i = 2; i + 1 < n_models; i++)
        ck_assert_int_le(strcmp(models[i].name, models[i + 1].name), 0);
    hub_models_free(models, n_models);
    end();
}
END_TEST

/* Names go into shells and messages. */
START_TEST(names_that_the_hub_does_not_have_are_unusable)
{
    begin();
    put_model("models--me--x;touch y", COMMIT_A);
    put_ref("models--me--x;touch y", "main", COMMIT_A);
    put_model("models--me--tiny", COMMIT_A);
    put_ref("models--me--tiny", "v$(x)", COMMIT_A);
    ck_assert_int_eq(hub_cache_list(root, &models, &n_models, NULL), CT_OK);
    ck_assert_uint_eq(n_models, 2);
    ck_assert_str_eq(find("me/x;touch y", "main")->problem,
                     "not a name by the rules of the hub; give its folder");
    ck_assert_ptr_null(find("me/tiny", COMMIT_A)->problem); /* the ref is not its name */
    hub_models_free(models, n_models);
    end();
}
END_TEST

START_TEST(a_missing_cache_gives_an_empty_list)
{
    struct hub_model *none = NULL;
    size_t n = 1;

    ck_assert_int_eq(hub_cache_list("/not/there", &none, &n, NULL), CT_OK);
    ck_assert_uint_eq(n, 0);
    hub_models_free(none, n);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        root_follows_the_environment,
        root_expands_home_and_variables,
        the_token_is_in_the_home_of_the_cache,
        root_needs_a_home,
        names_and_paths_are_distinguished,
        names_have_bounds,
        a_snapshots_name_is_that_of_its_model,
        resolves_with_and_without_organisation,
        resolves_branches_tags_and_commits,
        errors_say_where_and_how_to_fetch,
        broken_and_partial_downloads_are_reported,
        the_tokenizer_is_required_only_when_needed,
        every_shard_must_exist,
        a_complete_model_has_priority_over_a_partial_one,
        the_error_is_about_the_better_of_two,
        plain_files_work_like_links,
        a_read_only_cache_is_sufficient,
        a_repository_folder_is_its_model,
        files_are_not_folders,
        addresses_are_not_paths,
        an_adapter_is_passed_on,
        a_folder_has_priority_over_a_name,
        the_list_has_every_model_and_its_problem,
        names_that_the_hub_does_not_have_are_unusable,
        a_missing_cache_gives_an_empty_list,
    };

    return RUN_TESTS("hub_cache", tests);
}
