/* Files of the Hugging Face cache one by one: where the store puts them, what is wrong with a
 * snapshot, in whole sentences, and downloads that arrive in pieces. */
#include "config.h"
#include "io_temp.h"
#include "support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/list.h"
#include "hub/partial.h"
#include "hub/snapshot.h"
#include "hub/store.h"
#include "io/lockfile.h"

#define COMMIT "0123456789abcdef0123456789abcdef01234567"
#define OTHER  "89abcdef0123456789abcdef0123456789abcdef"

static void shell(const char *line)
{
    ck_assert_msg(temp_shell(line) == 0, "%s", line);
}

/* The output of a command, in a buffer that the next call overwrites. */
static const char *printed(const char *line)
{
    static char out[4000];

    shell(line);
    char *const text = slurp(temp_path("out"), NULL);
    snprintf(out, sizeof out, "%s", text);
    free(text);
    return out;
}

/* ---- the store ---- */

START_TEST(the_store_has_the_layout_of_the_hub)
{
    struct hub_store s = { 0 };
    char path[PATH_MAX];
    char want[PATH_MAX];
    static const char *const files[] = { "blobs/etag", "snapshots/" COMMIT,
                                         "snapshots/" COMMIT "/a.json" };

    ck_assert_int_eq(hub_store_open(&s, temp_folder(), "org/name", COMMIT, NULL), CT_OK);
    ck_assert_str_eq(printed("find . -mindepth 1 -type d | sort"),
                     "./.locks\n./.locks/models--org--name\n./models--org--name\n"
                     "./models--org--name/blobs\n./models--org--name/snapshots\n"
                     "./models--org--name/snapshots/" COMMIT "\n");
    for (size_t i = 0; i < 3; i++) {
        ck_assert(i == 0   ? hub_store_blob(&s, "etag", path)
                  : i == 1 ? hub_store_folder(&s, path)
                           : hub_store_file(&s, "a.json", path));
        snprintf(want, sizeof want, "%s/models--org--name/%s", temp_folder(), files[i]);
        ck_assert_str_eq(path, want);
    }
    ck_assert(hub_store_lock(&s, "etag", path));
    snprintf(want, sizeof want, "%s/.locks/models--org--name/etag.lock", temp_folder());
    ck_assert_str_eq(path, want);
    ck_assert_int_eq(hub_store_open(&s, temp_folder(), "plain", OTHER, NULL), CT_OK);
    ck_assert_str_eq(printed("ls -d models--plain .locks/models--plain"),
                     ".locks/models--plain\nmodels--plain\n");
}
END_TEST

START_TEST(links_lead_to_blobs)
{
    struct hub_store s = { 0 };
    struct ct_error err = { 0 };
    char want[2 * PATH_MAX];

    ck_assert_int_eq(hub_store_open(&s, temp_folder(), "m", COMMIT, NULL), CT_OK);
    for (int again = 0; again < 2; again++)
        ck_assert_int_eq(hub_store_link(&s, "a", "one", NULL), CT_OK);
    ck_assert_str_eq(printed("readlink models--m/snapshots/*/a"), "../../blobs/one\n");
    ck_assert_int_eq(hub_store_link(&s, "a", "one-longer", NULL), CT_OK);
    ck_assert_str_eq(printed("readlink models--m/snapshots/*/a"), "../../blobs/one-longer\n");
    shell("echo text >models--m/snapshots/" COMMIT "/b; mkdir models--m/snapshots/" COMMIT "/c");
    ck_assert_int_eq(hub_store_link(&s, "b", "two", NULL), CT_OK);
    ck_assert_str_eq(printed("readlink models--m/snapshots/*/b"), "../../blobs/two\n");
    ck_assert_int_eq(hub_store_link(&s, "c", "two", &err), CT_EIO);
    snprintf(want, sizeof want,
             "%s/models--m/snapshots/" COMMIT "/c: cannot create the link: Is a directory",
             temp_folder());
    ck_assert_str_eq(err.text, want);
}
END_TEST

START_TEST(a_blob_is_whole_at_its_size)
{
    temp_text("blob", "12345");
    ck_assert(hub_store_has(temp_path("blob"), 5));
    ck_assert(!hub_store_has(temp_path("blob"), 4) && !hub_store_has(temp_path("blob"), 6));
    ck_assert(!hub_store_has(temp_path("absent"), 0) && !hub_store_has(temp_folder(), 4096));
    shell("ln -s blob link; mkfifo pipe");
    ck_assert(hub_store_has(temp_path("link"), 5) && !hub_store_has(temp_path("pipe"), 0));
}
END_TEST

START_TEST(absent_files_and_revisions_are_recorded)
{
    struct hub_store s = { 0 };
    char commit[HUB_COMMIT_SIZE] = "";

    ck_assert_int_eq(hub_store_open(&s, temp_folder(), "m", COMMIT, NULL), CT_OK);
    for (int again = 0; again < 2; again++)
        ck_assert_int_eq(hub_store_absent(&s, "x.json", NULL), CT_OK);
    ck_assert_str_eq(printed("find models--m/.no_exist -type f"),
                     "models--m/.no_exist/" COMMIT "/x.json\n");
    ck_assert_int_eq(hub_store_ref(&s, COMMIT, NULL), CT_OK);
    ck_assert_str_eq(printed("ls models--m"), "blobs\nsnapshots\n");
    ck_assert_int_eq(hub_store_ref(&s, "main", NULL), CT_OK);
    ck_assert_int_eq(hub_store_ref(&s, "refs/pr/1", NULL), CT_OK);
    ck_assert_str_eq(printed("cat models--m/refs/main models--m/refs/refs/pr/1"), COMMIT COMMIT);
    snprintf(s.commit, sizeof s.commit, "%s", OTHER);
    ck_assert_int_eq(hub_store_ref(&s, "main", NULL), CT_OK);
    ck_assert(hub_read_ref(s.repo, "main", commit));
    ck_assert_str_eq(commit, OTHER);
    shell("chmod 444 models--m/refs/main; stat -c %Y models--m/refs/main >before");
    ck_assert_int_eq(hub_store_ref(&s, "main", NULL), CT_OK); /* nothing to write */
    shell("stat -c %a models--m/refs/main | grep -q 444");
}
END_TEST

/* ---- references ---- */

START_TEST(a_reference_is_one_commit)
{
    static const struct {
        const char *text;
        bool is_commit;
    } cases[] = { { COMMIT, true },
                  { COMMIT "\n", true },
                  { COMMIT "\r\n", true },
                  { COMMIT "0", false },
                  { "0123", false },
                  { "", false },
                  { "\n" COMMIT, false },
                  { COMMIT " ", false },
                  { OTHER "\n" COMMIT, true },
                  { "0123456789ABCDEF0123456789abcdef01234567", false } };

    shell("mkdir refs refs/folder");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char commit[HUB_COMMIT_SIZE] = "untouched";
        temp_text("refs/main", cases[i].text);
        ck_assert_msg(hub_read_ref(temp_folder(), "main", commit) == cases[i].is_commit, "%zu", i);
        ck_assert_msg(cases[i].is_commit ? strncmp(commit, cases[i].text, 40) == 0
                                         : strcmp(commit, "untouched") == 0,
                      "%zu", i);
    }
    char commit[HUB_COMMIT_SIZE];
    ck_assert(!hub_read_ref(temp_folder(), "absent", commit));
    ck_assert(!hub_read_ref(temp_folder(), "folder", commit));
    ck_assert(hub_is_commit(COMMIT) && !hub_is_commit("") && !hub_is_commit(COMMIT "a"));
}
END_TEST

/* ---- snapshots ---- */

static void assert_snapshot(const char *line, unsigned needs, const char *want)
{
    struct ct_error err = { .text = "" };
    char command[4000];

    snprintf(command, sizeof command,
             "rm -rf repo; mkdir -p repo/blobs repo/snapshots/$A repo/.no_exist/$A; cd "
             "repo/snapshots/$A; "
             "touch config.json model.safetensors vocab.json merges.txt; %s",
             line);
    shell(command);
    const enum ct_status status = hub_snapshot_check(temp_path("repo"), COMMIT, needs, &err);
    ck_assert_msg((status == CT_OK) == (*want == '\0') && strcmp(err.text, want) == 0,
                  "%s: got '%s', want '%s'", line, err.text, want);
}

START_TEST(what_a_snapshot_lacks_is_named)
{
    enum { BOTH = HUB_WEIGHTS | HUB_TOKENIZER };
    static const struct {
        const char *line;
        unsigned needs;
        const char *want;
    } cases[] = {
        { ":", BOTH, "" },
        { "rm *", 0, "" },
        { "rm *", BOTH, "config.json is missing" },
        { "rm *", HUB_TOKENIZER,
          "the tokenizer is missing (vocab.json and merges.txt, or tokenizer.json)" },
        { "rm config.json", HUB_TOKENIZER, "" },
        { "rm config.json; touch ../../.no_exist/$A/config.json", BOTH,
          "the repository has no config.json" },
        { "rm config.json; touch ../../blobs/x.incomplete", BOTH,
          "config.json is missing, its download is incomplete" },
        { "rm config.json; touch ../../blobs/.incomplete", BOTH, "config.json is missing" },
        { "rm config.json; touch ../../blobs/x.incomplete.old", BOTH, "config.json is missing" },
        { "ln -sf ../../blobs/none config.json", BOTH, "config.json is a broken link" },
        { "ln -sf ../../blobs/none config.json; touch ../../blobs/a.incomplete", BOTH,
          "config.json is a broken link, its download is incomplete" },
        { "rm config.json; mkdir config.json", BOTH, "config.json is not a file" },
        { "rm config.json; ln -s config.json config.json", BOTH,
          "config.json: Too many levels of symbolic links" },
        { "rm model.safetensors", BOTH, "model.safetensors is missing" },
        { "rm model.safetensors", HUB_TOKENIZER, "" },
        { "rm model.safetensors; touch pytorch_model.bin", BOTH, "" },
        { "rm model.safetensors; touch pytorch_model.bin.index.json", BOTH, "" },
        { "rm model.safetensors; touch model.safetensors.index.json", BOTH, "" },
        { "rm model.safetensors; echo '{\"weight_map\":{\"a\":\"s1\",\"b\":\"s2\"}}' "
          ">model.safetensors.index.json; touch s2",
          BOTH, "s1 is missing" },
        { "rm model.safetensors; echo '{\"weight_map\":{\"a\":\"s1\",\"b\":\"s2\"}}' "
          ">model.safetensors.index.json; touch s1",
          BOTH, "s2 is missing" },
        { "rm model.safetensors; echo '{\"weight_map\":{\"a\":\"s1\",\"b\":3}}' "
          ">model.safetensors.index.json; touch s1",
          BOTH, "" },
        { "echo '{\"weight_map\":{\"a\":\"s1\"}}' >model.safetensors.index.json", BOTH, "" },
        { "rm model.safetensors; ln -s none model.safetensors.index.json", BOTH,
          "model.safetensors.index.json is a broken link" },
        { "rm vocab.json", BOTH, "vocab.json is missing" },
        { "rm merges.txt", BOTH, "merges.txt is missing" },
        { "rm vocab.json merges.txt", HUB_WEIGHTS, "" },
        { "rm vocab.json merges.txt; touch tokenizer.json", BOTH, "" },
        { "rm vocab.json; ln -s none tokenizer.json", BOTH, "tokenizer.json is a broken link" },
        { "ln -s none tokenizer.json", BOTH, "" },
        { "rm merges.txt; ln -s none tokenizer.json", BOTH, "merges.txt is missing" },
        { "rm vocab.json; mkdir tokenizer.json", BOTH, "tokenizer.json is not a file" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_snapshot(cases[i].line, cases[i].needs, cases[i].want);
}
END_TEST

/* Root may read everything: as another user. */
START_TEST(unreadable_files_are_reported)
{
    const char *const fork = getenv("CK_FORK");

    if (getuid() == 0) {
        shell("chmod 711 . ..; chown 65534 . ..");
        if ((fork != NULL && strcmp(fork, "no") == 0) || setuid(65534) != 0 ||
            access(temp_path("out"), R_OK) != 0) {
            SKIP("cannot become another user");
            return;
        }
        ck_assert_int_eq(unlink(temp_path("out")), 0);
        ck_assert_int_eq(unlink(temp_path("err")), 0);
    }
    assert_snapshot("chmod 0 vocab.json", HUB_TOKENIZER, "vocab.json: Permission denied");
    assert_snapshot("chmod 0 config.json", HUB_WEIGHTS, "config.json: Permission denied");
}
END_TEST

START_TEST(repositories_have_folders)
{
    char path[PATH_MAX];
    char name[300];
    static char long_name[PATH_MAX + 10];
    static const char *const folders[][2] = {
        { "/c/models--org--name/snapshots/" COMMIT, "org/name" },
        { "/c/models--org--name/snapshots/" COMMIT "///", "org/name" },
        { "models--plain/snapshots/x", "plain" },
        { "/c/models--org--na--me/snapshots/x", "org/na--me" },
        { "/c/datasets--org--name/snapshots/x", "x" },
        { "/c/models--org--name/other/x", "x" },
        { "snapshots/x", "x" },
        { "/snapshots/x", "x" },
        { "/a/folder", "folder" },
        { "/a/folder/", "folder" },
        { "folder", "folder" },
        { "/", "/" },
        { "", "" },
    };

    ck_assert(hub_repo_path(path, "/srv/hub", "org/name"));
    ck_assert_str_eq(path, "/srv/hub/models--org--name");
    ck_assert(hub_repo_path(path, "/srv/hub", "name"));
    ck_assert_str_eq(path, "/srv/hub/models--name");
    memset(long_name, 'n', sizeof long_name - 1);
    ck_assert(!hub_repo_path(path, "/srv/hub", long_name));
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        hub_folder_name(folders[i][0], name, sizeof name);
        if (strcmp(folders[i][0], "/") != 0)
            ck_assert_msg(strcmp(name, folders[i][1]) == 0, "%s: %s", folders[i][0], name);
    }
}
END_TEST

START_TEST(lists_are_ordered_by_use_name_and_revision)
{
    struct hub_model *models = NULL;
    size_t n = 0;
    char *text = NULL;
    size_t size = 0;

    shell("cp -r \"$FIXTURES_DIR\"/demo d; rm -f d/stimuli.csv; add() { mkdir -p $1/snapshots "
          "$1/refs; "
          "cp -r d $1/snapshots/$2; }; add models--z--last $A; add models--a--first $A; "
          "add models--a--first " OTHER "; printf $A >models--a--first/refs/v1; printf " OTHER
          " >models--a--first/refs/.hidden; printf " OTHER " >models--a--first/refs/main; "
          "add models--m--bad $A; rm models--m--bad/snapshots/$A/config.json; "
          "add models--b--type $A; echo '{\"model_type\":\"bert\"}' "
          ">models--b--type/snapshots/$A/config.json; "
          "mkdir models--c--none models--c--none/snapshots models--c--none/snapshots/notes; touch "
          "models--file; "
          "mkdir other--x");
    ck_assert_int_eq(hub_cache_list(temp_folder(), &models, &n, NULL), CT_OK);
    FILE *const out = open_memstream(&text, &size);
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%s@%s %s %zu\n", models[i].name, models[i].revision,
                models[i].problem != NULL ? models[i].problem : "ok", models[i].n_layers);
    fclose(out);
    ck_assert_msg(strncmp(text,
                          "a/first@main ok 6\na/first@v1 ok 6\nz/last@" COMMIT
                          " ok 6\nb/type@" COMMIT " ",
                          strlen("a/first@main ok 6\na/first@v1 ok 6\nz/last@" COMMIT
                                 " ok 6\nb/type@" COMMIT " ")) == 0,
                  "%s", text);
    ck_assert_msg(strstr(text, "\nc/none@ nothing of it has been downloaded 0\nm/bad@" COMMIT
                               " config.json is missing 0\n") != NULL,
                  "%s", text);
    ck_assert_uint_eq(n, 6);
    free(text);
    hub_models_free(models, n);
}
END_TEST

/* ---- pieces ---- */

/* sha256sum and git hash-object of `hello world`. */
#define TEXT   "hello world"
#define SHA256 "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
#define SHA1   "95d09f2b10159347eece71399a7e2e907ea3df4f"

START_TEST(hashes_have_their_lengths)
{
    ck_assert(partial_is_hash(SHA256) && partial_is_hash(SHA1));
    ck_assert(!partial_is_hash("") && !partial_is_hash("0123") && !partial_is_hash(SHA1 "0"));
    ck_assert(!partial_is_hash("g5d09f2b10159347eece71399a7e2e907ea3df4f"));
    ck_assert(!partial_is_hash("95D09f2b10159347eece71399a7e2e907ea3df4f"));
}
END_TEST

static struct partial *opened(const char *hash)
{
    struct partial *p = NULL;
    struct ct_error err;

    if (partial_open(temp_path("f"), strlen(TEXT), hash, &p, &err) != CT_OK)
        ck_abort_msg("%s", err.text);
    return p;
}

static void assert_committed(void)
{
    char *const text = slurp(temp_path("f"), NULL);

    ck_assert_str_eq(text, TEXT);
    free(text);
    ck_assert_int_ne(access(temp_path("f.incomplete"), F_OK), 0);
    ck_assert_int_eq(unlink(temp_path("f")), 0);
}

START_TEST(pieces_make_a_file)
{
    static const char *const hashes[] = { SHA256, SHA1 };

    for (size_t k = 0; k < 2; k++) {
        struct partial *p = opened(hashes[k]);
        ck_assert_uint_eq(partial_left(temp_path("f")), 0);
        ck_assert_uint_eq(partial_size(p), 11);
        ck_assert_int_eq(partial_write(p, TEXT, 4, NULL), CT_OK);
        ck_assert_uint_eq(partial_have(p), 4);
        partial_close(p);
        ck_assert_uint_eq(partial_left(temp_path("f")), 4);
        p = opened(hashes[k]);
        ck_assert_uint_eq(partial_have(p), 4);
        ck_assert_int_eq(partial_write(p, &TEXT[4], 7, NULL), CT_OK);
        ck_assert_int_eq(partial_commit(p, NULL), CT_OK);
        assert_committed();
    }
}
END_TEST

START_TEST(wrong_bytes_are_discarded)
{
    static const struct {
        const char *hash, *want;
    } cases[] = {
        { SHA256,
          "the downloaded file has the SHA-256 "
          "787ec76dcafd20c1908eb0936a12f91edd105ab5cd7ecc2b1ae2032648345dff instead of " SHA256 },
        { SHA1, "the downloaded file has the git SHA-1 1fcc4abb6d616949b55e28a2e91c2936e771c86f "
                "instead of " SHA1 }
    };

    for (size_t k = 0; k < 2; k++) {
        struct ct_error err = { 0 };
        struct partial *const p = opened(cases[k].hash);
        ck_assert_int_eq(partial_write(p, "HELLO WORLD", 11, NULL), CT_OK);
        ck_assert_int_eq(partial_commit(p, &err), CT_EFORMAT);
        ck_assert_str_eq(err.text, cases[k].want);
        ck_assert_uint_eq(partial_have(p), 0);
        ck_assert_uint_eq(partial_left(temp_path("f")), 0);
        ck_assert_int_eq(partial_write(p, TEXT, 11, NULL), CT_OK); /* once more */
        ck_assert_int_eq(partial_commit(p, NULL), CT_OK);
        assert_committed();
    }
}
END_TEST

START_TEST(all_digits_of_a_hash_count)
{
    static const char *const hashes[] = { SHA256, SHA1 };

    for (size_t k = 0; k < 2; k++) {
        char other[80];
        const size_t last = strlen(hashes[k]) - 1;
        snprintf(other, sizeof other, "%s", hashes[k]);
        other[last] = other[last] == '0' ? '1' : '0';
        struct partial *const p = opened(other);
        ck_assert_int_eq(partial_write(p, TEXT, 11, NULL), CT_OK);
        ck_assert_int_eq(partial_commit(p, NULL), CT_EFORMAT);
        partial_close(p);
    }
}
END_TEST

START_TEST(closed_pieces_leave_nothing_open)
{
    const size_t n_open = count_entries("/proc/self/fd");

    for (int k = 0; k < 3; k++) {
        struct partial *const p = opened(SHA256);
        ck_assert_int_eq(partial_write(p, k > 0 ? "" : TEXT, k > 0 ? 0 : 11, NULL), CT_OK);
        if (k < 2)
            partial_close(p);
        else
            ck_assert_int_eq(partial_commit(p, NULL), CT_OK);
    }
    ck_assert_uint_eq(count_entries("/proc/self/fd"), n_open);
}
END_TEST

START_TEST(bounds_of_pieces)
{
    struct ct_error err = { 0 };

    struct partial *p = opened(SHA256);
    ck_assert_int_eq(partial_write(p, TEXT, 11, NULL), CT_OK);
    ck_assert_int_eq(partial_write(p, "!", 1, &err), CT_EFORMAT);
    ck_assert_str_eq(err.text, "more than the expected 11 bytes");
    ck_assert_uint_eq(partial_have(p), 11);
    partial_close(p);
    p = opened(SHA256); /* all of it is there */
    ck_assert_uint_eq(partial_have(p), 11);
    ck_assert_int_eq(partial_commit(p, NULL), CT_OK);
    assert_committed();
    temp_text("f.incomplete", "hello world and more");
    p = opened(SHA256); /* too long: from the start */
    ck_assert_uint_eq(partial_have(p), 0);
    ck_assert_uint_eq(partial_left(temp_path("f")), 0);
    ck_assert_int_eq(partial_write(p, TEXT, 11, NULL), CT_OK);
    ck_assert_int_eq(partial_restart(p, NULL), CT_OK);
    ck_assert_int_eq(partial_write(p, TEXT, 11, NULL), CT_OK);
    ck_assert_int_eq(partial_commit(p, NULL), CT_OK);
    assert_committed();
    partial_close(NULL);
}
END_TEST

START_TEST(only_regular_files_are_resumed)
{
    struct partial *p = NULL;
    struct ct_error err = { 0 };
    char want[PATH_MAX + 100];

    shell("mkdir f.incomplete");
    ck_assert_uint_eq(partial_left(temp_path("f")), 0);
    ck_assert_int_eq(partial_open(temp_path("f"), 5, SHA1, &p, &err), CT_EIO);
    snprintf(want, sizeof want, "%s/f.incomplete: cannot be written: Is a directory",
             temp_folder());
    ck_assert_str_eq(err.text, want);
    shell("rmdir f.incomplete; echo x >y; ln -s y f.incomplete");
    ck_assert_uint_eq(partial_left(temp_path("f")), 0);
    ck_assert_int_eq(partial_open(temp_path("f"), 5, SHA1, &p, &err), CT_EIO);
    shell("rm f.incomplete; mkfifo f.incomplete");
    ck_assert_int_eq(partial_open(temp_path("f"), 5, SHA1, &p, &err), CT_EIO);
    snprintf(want, sizeof want, "%s/f.incomplete: is not a regular file; remove it", temp_folder());
    ck_assert_str_eq(err.text, want);
    ck_assert_ptr_null(p);
}
END_TEST

static bool never_wait(void *context)
{
    (void)context;
    return false;
}

/* In a cache that others may write to: their half of a file, which they could still change after it
 * was verified, their link in place of the folder of blobs, and locks that are none. */
START_TEST(what_others_have_planted_is_refused)
{
    enum { NOBODY = 65534 };
    struct partial *p = NULL;
    struct ct_error err = { 0 };
    int fd = -1;

    shell(
        "mkdir cache real && mkfifo lock && ln -s ../real cache/blobs && ln -s real/new link.lock");
    ck_assert_int_eq(lockfile_take(temp_path("lock"), never_wait, NULL, &fd, &err), CT_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "is not a regular file; remove it"));
    ck_assert_int_eq(lockfile_take(temp_path("link.lock"), never_wait, NULL, &fd, &err), CT_EIO);
    ck_assert_int_eq(partial_open(temp_path("cache/blobs/f"), 5, SHA1, &p, &err), CT_OK);
    partial_close(p); /* the user's own link is followed */
    if (geteuid() != 0) {
        SKIP("links of other users: only root can make them");
        return;
    }
    ck_assert_int_eq(lchown(temp_path("cache/blobs"), NOBODY, NOBODY), 0);
    ck_assert_int_eq(partial_open(temp_path("cache/blobs/f"), 5, SHA1, &p, &err), CT_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "blobs: is a link of another user"));
    ck_assert_int_eq(chown(temp_path("real/f.incomplete"), NOBODY, NOBODY), 0);
    ck_assert_int_eq(partial_open(temp_path("real/f"), 5, SHA1, &p, &err), CT_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "f.incomplete: is another user's; remove it"));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { the_store_has_the_layout_of_the_hub,
                                   links_lead_to_blobs,
                                   a_blob_is_whole_at_its_size,
                                   absent_files_and_revisions_are_recorded,
                                   a_reference_is_one_commit,
                                   what_a_snapshot_lacks_is_named,
                                   unreadable_files_are_reported,
                                   repositories_have_folders,
                                   lists_are_ordered_by_use_name_and_revision,
                                   hashes_have_their_lengths,
                                   pieces_make_a_file,
                                   wrong_bytes_are_discarded,
                                   all_digits_of_a_hash_count,
                                   closed_pieces_leave_nothing_open,
                                   bounds_of_pieces,
                                   only_regular_files_are_resumed,
                                   what_others_have_planted_is_refused };
    TCase *const tcase = tcase_create("hub files");

    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("A", COMMIT, 1);
    tcase_add_checked_fixture(tcase, temp_begin, temp_end);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tcase_add_test(tcase, tests[i]);
    return run_tcase("hub files", tcase);
}
