/*
 * `circuittui fetch` against a hub on loopback: the resulting cache has the layout of Hugging
 * Face's tools (huggingface.co/docs/hub/local-cache).
 */
#include "config.h"
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hub_server.h"
#include "hub/download.h"
#include "io_temp.h"
#include "watched.h"

#define REPO                   "hub/models--org--model"
#define SNAPSHOT               REPO "/snapshots/" HUB_COMMIT
#define CHECK_SAYS(text, part) ck_assert_msg(strstr(text, part) != NULL, "%s", text)

enum { LARGE = 1 << 20, KILLS = 20 };

static const char config[] = "{\"model_type\":\"gpt2\",\"n_layer\":2}";
static const char bert[] = "{\"model_type\":\"bert\"}";
static const char shards[] = "{\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"two.safetensors\","
                             "\"c\":\"one.safetensors\"}}";
static const char thief[] = "{\"weight_map\":{\"a\":\"../../../evil.safetensors\"}}";
static char large[LARGE];

#define SMALL(name, text)                                                                          \
    {                                                                                              \
        (name), (text), sizeof(text) - 1, false, ""                                                \
    }

static struct hub_file plain[] = {
    SMALL("config.json", config),
    SMALL("vocab.json", "{}"),
    SMALL("merges.txt", "#version: 0.2\n"),
    SMALL("tokenizer_config.json", "{ }"),
    { "model.safetensors", large, sizeof large, true, "" },
};
enum { N_PLAIN = sizeof plain / sizeof *plain, WEIGHTS = N_PLAIN - 1 };

static struct hub_server hub;

static void begin_with(struct hub_file *files, size_t n)
{
    unsigned x = 1;

    for (size_t i = 0; i < sizeof large; i++) {
        x = x * 1664525U + 1013904223U;
        large[i] = (char)(x >> 24);
    }
    ck_assert_int_eq(temp_shell("rm -rf hub home; mkdir home"), 0);
    hub_server_start(&hub, files, n);
    setenv("HF_ENDPOINT", hub.endpoint, 1);
}

static void begin(void)
{
    begin_with(plain, N_PLAIN);
}

static void end(void)
{
    hub_server_stop(&hub);
}

static int fetch(const char *name)
{
    char line[300];

    snprintf(line, sizeof line, "$C fetch %s", name);
    return temp_shell(line);
}

/* Its output; which is `out` or `err`. */
static const char *printed(const char *which)
{
    static char text[4096];
    char *const all = slurp(temp_path(which), NULL);

    snprintf(text, sizeof text, "%s", all);
    free(all);
    return text;
}

static void check_fetched(const char *name)
{
    if (fetch(name) != 0)
        ck_abort_msg("%s: %s", name, printed("err"));
}

static const char *failure(const char *name)
{
    ck_assert_int_eq(fetch(name), 1);
    ck_assert_str_eq(printed("out"), "");
    const char *const text = printed("err");
    ck_assert_msg(strchr(text, '\n') == text + strlen(text) - 1, "%s", text); /* a single line */
    return text;
}

static bool is_there(const char *path)
{
    struct stat info;

    return lstat(temp_path(path), &info) == 0;
}

static void check_holds(const char *path, const void *want, size_t size)
{
    size_t got = 0;
    char *const text = slurp(temp_path(path), &got);

    ck_assert_uint_eq(got, size);
    ck_assert_mem_eq(text, want, size);
    free(text);
}

static void check_link(const struct hub_file *f)
{
    char path[300];
    char want[100];
    char got[200] = "";

    snprintf(path, sizeof path, SNAPSHOT "/%s", f->name);
    snprintf(want, sizeof want, "../../blobs/%s", f->etag);
    ck_assert_int_gt(readlink(temp_path(path), got, sizeof got - 1), 0);
    ck_assert_str_eq(got, want);
    check_holds(path, f->data, f->size);
}

static void check_complete(void)
{
    for (size_t i = 0; i < N_PLAIN; i++)
        check_link(&plain[i]);
    check_holds(REPO "/refs/main", HUB_COMMIT, strlen(HUB_COMMIT));
    ck_assert_int_eq(temp_shell("! ls " REPO "/blobs | grep -v '^[0-9a-f]*$'"), 0);
}

/* The size of the large file on disk. */
static long long size_on_disk(void)
{
    char path[300];
    struct stat info;

    snprintf(path, sizeof path, REPO "/blobs/%s.incomplete", plain[WEIGHTS].etag);
    return stat(temp_path(path), &info) == 0 ? (long long)info.st_size : -1;
}

/* ---- contents of the cache ---- */

START_TEST(the_cache_has_the_layout_of_hugging_face)
{
    char lock[300];

    begin();
    check_fetched("org/model");
    const char *const out = printed("out");
    ck_assert_str_eq(out, SNAPSHOT "\n");
    ck_assert_str_eq(printed("err"), "");
    check_complete();
    check_holds(REPO "/.no_exist/" HUB_COMMIT "/tokenizer.json", "", 0);
    check_holds(REPO "/.no_exist/" HUB_COMMIT "/special_tokens_map.json", "", 0);
    ck_assert(!is_there(REPO "/.no_exist/" HUB_COMMIT "/config.json"));
    snprintf(lock, sizeof lock, "hub/.locks/models--org--model/%s.lock", plain[WEIGHTS].etag);
    ck_assert(is_there(lock));
    ck_assert_int_eq(hub.shared->n_whole, 1);
    ck_assert_int_eq(hub.shared->n_leaks, 0);
    end();
}
END_TEST

START_TEST(existing_files_are_not_fetched_again)
{
    begin();
    check_fetched("org/model");
    check_fetched("org/model");
    ck_assert_int_eq(hub.shared->n_whole + hub.shared->n_parts, 1);
    /* Blobs are sufficient, and a broken link is repaired. */
    ck_assert_int_eq(temp_shell("rm -r " REPO "/refs " SNAPSHOT "/config.json; "
                                "ln -sf nowhere " SNAPSHOT "/model.safetensors"),
                     0);
    check_fetched("org/model");
    check_complete();
    ck_assert_int_eq(hub.shared->n_whole + hub.shared->n_parts, 1);
    /* But not others of the same size. */
    ck_assert_int_eq(temp_shell(
                         "cd " SNAPSHOT " && for f in model.safetensors vocab.json; do "
                         "printf x | dd of=$f conv=notrunc bs=1 seek=7 2>dd || exit 1; done"),
                     0);
    check_fetched("org/model");
    check_complete();
    ck_assert_int_eq(hub.shared->n_whole, 2);
    end();
}
END_TEST

START_TEST(revisions_and_old_names_keep_their_names)
{
    begin();
    check_fetched("org/model@refs/pr/1");
    check_holds(REPO "/refs/refs/pr/1", HUB_COMMIT, strlen(HUB_COMMIT));
    ck_assert(!is_there(REPO "/refs/main"));
    check_fetched("org/model@" HUB_COMMIT);
    ck_assert(!is_there(REPO "/refs/" HUB_COMMIT));
    check_fetched("model");
    check_holds("hub/models--model/refs/main", HUB_COMMIT, strlen(HUB_COMMIT));
    check_holds("hub/models--model/snapshots/" HUB_COMMIT "/model.safetensors", large,
                sizeof large);
    CHECK_SAYS(failure("org/model@v9"), "has no revision v9");
    CHECK_SAYS(failure("org/other"), "has no such model, or a private one");
    ck_assert(!is_there("hub/models--org--other"));
    ck_assert_int_eq(fetch("a/b/c"), 1);
    ck_assert_int_eq(fetch(""), 2);
    end();
}
END_TEST

START_TEST(shards_are_taken_from_the_index)
{
    struct hub_file files[] = {
        SMALL("config.json", config),
        SMALL("model.safetensors.index.json", shards),
        { "one.safetensors", large, 1000, true, "" },
        { "two.safetensors", large, 2000, true, "" },
    };

    begin_with(files, 4);
    check_fetched("org/model");
    for (size_t i = 0; i < 4; i++)
        check_link(&files[i]);
    CHECK_SAYS(printed("err"), "it has no tokenizer");
    end();
}
END_TEST

START_TEST(unusable_models_are_not_fetched)
{
    struct hub_file pickles[] = { SMALL("config.json", config),
                                  { "pytorch_model.bin", large, sizeof large, true, "" } };
    struct hub_file other[] = { SMALL("config.json", bert),
                                { "model.safetensors", large, sizeof large, true, "" } };
    struct hub_file evil[] = { SMALL("config.json", config),
                               SMALL("model.safetensors.index.json", thief) };
    struct hub_file nothing[] = { SMALL("README.md", "x") };

    begin_with(pickles, 2);
    CHECK_SAYS(failure("org/model"), "only as pytorch_model.bin");
    CHECK_SAYS(printed("err"), "save_pretrained");
    end();
    begin_with(other, 2);
    CHECK_SAYS(failure("org/model"), "'bert' is not supported");
    ck_assert_int_eq(hub.shared->n_whole, 0);
    end();
    begin_with(evil, 2);
    CHECK_SAYS(failure("org/model"), "'a' is not a plain name");
    ck_assert(!is_there(REPO "/refs/main"));
    end();
    begin_with(nothing, 1);
    CHECK_SAYS(failure("org/model"), "no such model with a config.json");
    ck_assert(!is_there("hub"));
    end();
}
END_TEST

/* ---- the token ---- */

/* Names of shards from a malicious or broken server: each has one defect, and a file of that name
 * exists. */
START_TEST(names_of_shards_are_checked)
{
    static const char *const names[] = {
        "sub/one.safetensors",
        "/one.safetensors",
        "one\\.safetensors",
        ".one.safetensors",
        "..safetensors",
        "o\x1fne.safetensors",
        "o\x7fne.safetensors",
        "o\tne.safetensors",
        "one.bin",
        "safetensors",
        "config.json",
        "one.safetensors.part",
        "",
    };
    char longer[300];

    memset(longer, 'x', sizeof longer);
    memcpy(longer + sizeof longer - sizeof ".safetensors", ".safetensors", sizeof ".safetensors");
    for (size_t i = 0; i <= sizeof names / sizeof *names; i++) {
        const bool is_long = i == sizeof names / sizeof *names;
        const char *const name = is_long ? longer : names[i];
        json_t *const index =
            json_pack("{s:{s:s, s:s}}", "weight_map", "a", "good.safetensors", "b", name);
        char *const text = json_dumps(index, 0);
        struct hub_file files[] = {
            SMALL("config.json", config),
            { "model.safetensors.index.json", text, strlen(text), false, "" },
            { "good.safetensors", large, 1000, true, "" },
            { name, large, 2000, true, "" },
        };
        begin_with(files, 4);
        ck_assert_msg(fetch("org/model") == 1, "'%s' is taken", name);
        ck_assert_msg(strstr(printed("err"), "'b'") != NULL, "%s: %s", name, printed("err"));
        ck_assert_int_eq(hub.shared->n_whole, 0);
        ck_assert(!is_there(REPO "/refs/main"));
        end();
        free(text);
        json_decref(index);
    }
}
END_TEST

/* To this machine it may go without TLS: the other tests send it there. */
START_TEST(a_token_is_not_sent_in_the_clear)
{
    static const char *const others[] = { "http://hub.invalid",     "http://127.evil.invalid",
                                          "HTTP://localhost.x:80/", "http://[::2]:80",
                                          "http://192.0.2.1",       "http://127.0.0.1.invalid" };
    static const char *const here[] = { "http://LOCALHOST:1", "http://127.0.0.1:1",
                                        "http://[::1]:1" };

    begin();
    setenv("HF_TOKEN", HUB_TOKEN, 1);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        setenv("HF_ENDPOINT", others[i], 1);
        CHECK_SAYS(failure("org/model"), "would get the token without TLS; use https");
    }
    setenv("CIRCUITTUI_PLAIN_TOKEN", "1", 1);
    setenv("HF_ENDPOINT", "http://hub.invalid", 1);
    ck_assert_ptr_null(strstr(failure("org/model"), "without TLS"));
    unsetenv("CIRCUITTUI_PLAIN_TOKEN");
    for (size_t i = 0; i < sizeof here / sizeof *here; i++) {
        setenv("HF_ENDPOINT", here[i], 1);
        ck_assert_ptr_null(strstr(failure("org/model"), "without TLS"));
    }
    unsetenv("HF_TOKEN");
    end();
}
END_TEST

START_TEST(the_token_is_sent_only_to_the_hub)
{
    begin();
    hub.shared->needs_token = true;
    CHECK_SAYS(failure("org/model"), "or set HF_TOKEN");
    setenv("HF_TOKEN", " " HUB_TOKEN "\n", 1);
    check_fetched("org/model");
    check_complete();
    ck_assert_int_eq(hub.shared->n_leaks, 0);
    ck_assert_ptr_null(strstr(printed("err"), HUB_TOKEN));
    ck_assert_int_eq(temp_shell("! grep -r " HUB_TOKEN " hub"), 0);

    /* The older name counts only where the newer is not set. */
    ck_assert_int_eq(temp_shell("rm -rf hub"), 0);
    setenv("HUGGING_FACE_HUB_TOKEN", "hf_other", 1);
    check_fetched("org/model");
    ck_assert_int_eq(temp_shell("rm -rf hub"), 0);
    setenv("HUGGING_FACE_HUB_TOKEN", HUB_TOKEN, 1);
    unsetenv("HF_TOKEN");
    check_fetched("org/model");
    unsetenv("HUGGING_FACE_HUB_TOKEN");
    ck_assert_int_eq(temp_shell("rm -rf hub; echo " HUB_TOKEN " >home/token"), 0);
    check_fetched("org/model");
    ck_assert_int_eq(temp_shell("rm -rf hub; mv home/token t"), 0);
    setenv("HF_TOKEN_PATH", "t", 1);
    check_fetched("org/model");
    setenv("HF_TOKEN", "two\nlines", 1);
    const char *const text = failure("org/model");
    CHECK_SAYS(text, "HF_TOKEN: ");
    ck_assert_ptr_null(strstr(text, "two"));
    end();
}
END_TEST

START_TEST(https_never_redirects_to_http)
{
    ck_assert(download_may_follow("https://hub/a", "https://cdn/a"));
    ck_assert(download_may_follow("http://hub/a", "http://cdn/a"));
    ck_assert(download_may_follow("http://hub/a", "https://cdn/a"));
    ck_assert(!download_may_follow("https://hub/a", "http://hub/a"));
    ck_assert(!download_may_follow("HTTPS://hub/a", "HTTP://cdn/a"));
    ck_assert(!download_may_follow("https://hub/a", "ftp://cdn/a"));
    ck_assert(!download_may_follow("http://hub/a", "file:///etc/passwd"));
}
END_TEST

/* A hub with TLS and its own certificate, which redirects everything to the one without. */
START_TEST(a_hub_with_tls_never_redirects_to_one_without)
{
    char line[600];

    if (temp_shell("openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out hub.pem -days 2 "
                   "-subj /CN=hub -addext subjectAltName=IP:127.0.0.1") != 0) {
        printf("skipped: a hub with TLS: openssl is not there, or makes no certificate\n");
        return;
    }
    begin();
    setenv("HF_TOKEN", HUB_TOKEN, 1);
    setenv("CURL_CA_BUNDLE", "hub.pem", 1);
    /* Its answer must wait for the request: s_server ends with its standard input. */
    snprintf(line, sizeof line,
             ">asked; { timeout 60 sh -c 'until grep -q ^Authorization asked; do sleep 0.1; done'; "
             "printf 'HTTP/1.1 302 Found\\r\\nLocation: %s/org/model/resolve/main/config.json\\r\\n"
             "Content-Length: 0\\r\\n\\r\\n'; } | timeout 60 openssl s_server -accept 127.0.0.1:0 "
             "-naccept 1 -cert hub.pem -key key.pem >asked 2>&1 & "
             "timeout 60 sh -c 'until grep \"^ACCEPT 127\" asked; do sleep 0.1; done'",
             hub.endpoint);
    ck_assert_int_eq(temp_shell(line), 0);
    ck_assert_int_eq(temp_shell("HF_ENDPOINT=https://$(sed -n 's/^ACCEPT //p' asked) $C fetch "
                                "org/model"),
                     1);
    CHECK_SAYS(printed("err"), "redirects to an address without https; not followed");
    CHECK_SAYS(printed("asked"), "Authorization: Bearer " HUB_TOKEN);
    ck_assert_int_eq(hub.shared->n_requests, 0);
    end();
}
END_TEST

START_TEST(offline_mode_sends_no_request)
{
    begin();
    setenv("HF_HUB_OFFLINE", "Yes", 1);
    CHECK_SAYS(failure("org/model"), "HF_HUB_OFFLINE is set");
    ck_assert_int_eq(hub.shared->n_requests, 0);
    unsetenv("HF_HUB_OFFLINE");
    setenv("TRANSFORMERS_OFFLINE", "true", 1);
    CHECK_SAYS(failure("org/model"), "TRANSFORMERS_OFFLINE is set");
    unsetenv("TRANSFORMERS_OFFLINE");
    setenv("HF_HUB_OFFLINE", "0", 1);
    char slashes[256];
    snprintf(slashes, sizeof slashes, "%s//", hub.endpoint);
    setenv("HF_ENDPOINT", slashes, 1);
    check_fetched("org/model");
    ck_assert_int_eq(temp_shell("rm -rf hub"), 0);
    setenv("HF_ENDPOINT", "ftp://127.0.0.1", 1);
    CHECK_SAYS(failure("org/model"), "HF_ENDPOINT: 'ftp://127.0.0.1' is not a URL");
    setenv("HF_ENDPOINT", "https://me:secret@127.0.0.1", 1);
    CHECK_SAYS(failure("org/model"), "HF_ENDPOINT: contains a password; set HF_TOKEN instead");
    ck_assert_ptr_null(strstr(printed("err"), "secret"));
    setenv("HF_ENDPOINT", "http://127.0.0.1:1", 1); /* nothing listens there */
    CHECK_SAYS(failure("org/model"), "check the network and HF_ENDPOINT");
    end();
}
END_TEST

/* ---- failures during transfers ---- */

START_TEST(a_dropped_connection_is_resumed)
{
    begin();
    hub.shared->n_drops = 3;
    check_fetched("org/model");
    check_complete();
    ck_assert_int_eq(hub.shared->n_whole, 1);
    ck_assert_int_eq(hub.shared->n_parts, 3);
    ck_assert_int_eq(hub.shared->n_bytes, LARGE);
    end();
}
END_TEST

/* Half a file, and never the rest: it ends. */
START_TEST(a_hub_that_refuses_to_go_on_is_given_up)
{
    begin();
    hub.shared->refuses_parts = true;
    hub.shared->n_drops = 1000000;
    CHECK_SAYS(failure("org/model"), "replied with status 416");
    ck_assert_int_le(hub.shared->n_whole, 3);
    hub.shared->n_drops = 0; /* what is there cannot be gone on with, and is begun anew */
    check_fetched("org/model");
    check_complete();
    end();
}
END_TEST

/* Others may write to a shared cache: a pipe would be waited for, a link followed. */
START_TEST(absent_files_are_noted_without_following_links)
{
    static const char note[] = REPO "/.no_exist/" HUB_COMMIT;
    char line[700];

    begin();
    snprintf(line, sizeof line,
             "mkdir -p %s && mkfifo %s/tokenizer.json && echo mine >precious && "
             "ln -s ../../../../precious %s/special_tokens_map.json && "
             "ln -s ../../../../made %s/added_tokens.json",
             note, note, note, note);
    ck_assert_int_eq(temp_shell(line), 0);
    check_fetched("org/model");
    ck_assert(!is_there("made"));
    check_holds("precious", "mine\n", 5);
    snprintf(line, sizeof line,
             "rm -r %s " REPO "/snapshots && mkdir elsewhere && "
             "ln -s ../../../elsewhere %s",
             note, note);
    ck_assert_int_eq(temp_shell(line), 0);
    CHECK_SAYS(failure("org/model"), "cannot be written");
    ck_assert_int_eq(temp_shell("test -z \"$(ls -A elsewhere)\""), 0);
    end();
}
END_TEST

START_TEST(a_busy_hub_is_retried)
{
    begin();
    hub.shared->n_busy = 3;
    check_fetched("org/model");
    check_complete();
    hub.shared->n_busy = 1000;
    CHECK_SAYS(failure("org/model"), "replied with status 503; try again later");
    end();
}
END_TEST

START_TEST(a_rate_limit_is_respected)
{
    begin();
    hub.shared->n_limited = 2;
    hub.shared->retry_after = 1;
    check_fetched("org/model");
    check_complete();
    ck_assert_int_eq(hub.shared->n_limited, 0);
    ck_assert_int_eq(hub.shared->n_early, 0);
    ck_assert_int_eq(temp_shell("rm -rf hub"), 0);
    hub.shared->n_limited = 1;
    hub.shared->retry_after = 3600; /* the user must retry */
    CHECK_SAYS(failure("org/model"), "replied with status 429; try again in 3600 seconds");
    end();
}
END_TEST

START_TEST(a_full_disk_is_reported)
{
    begin();
    hub.shared->has_huge_size = true;
    CHECK_SAYS(failure("org/model"), " MB to download, but only ");
    ck_assert_int_eq(hub.shared->n_bytes, 0);
    hub.shared->has_huge_size = false;
    /* A limit on file sizes makes a write fail like a full disk. */
    ck_assert_int_eq(temp_shell("trap '' XFSZ; ulimit -f 200; $C fetch org/model"), 1);
    CHECK_SAYS(printed("err"), "model.safetensors: ");
    CHECK_SAYS(printed("err"), "File too large\n");
    ck_assert_int_gt(size_on_disk(), 0);
    check_fetched("org/model");
    check_complete();
    ck_assert_int_eq(hub.shared->n_whole, 1);
    end();
}
END_TEST

START_TEST(partial_files_are_used_or_discarded)
{
    char line[300];

    begin();
    /* Data of another file: detected by the hash. */
    ck_assert_int_eq(temp_shell("mkdir -p " REPO "/blobs"), 0);
    snprintf(line, sizeof line, "echo other >" REPO "/blobs/%s.incomplete", plain[WEIGHTS].etag);
    ck_assert_int_eq(temp_shell(line), 0);
    check_fetched("org/model");
    check_complete();
    ck_assert_int_eq(hub.shared->n_parts, 1);
    ck_assert_int_eq(hub.shared->n_whole, 1);
    /* Too long; and with a server that cannot resume. */
    for (int i = 0; i < 2; i++) {
        snprintf(line, sizeof line,
                 "cd " REPO "; mv blobs/%s half; echo %s >>half; rm -r snapshots; "
                 "head -c %d half >blobs/%s.incomplete",
                 plain[WEIGHTS].etag, "more", i == 0 ? LARGE + 1 : LARGE / 2, plain[WEIGHTS].etag);
        ck_assert_int_eq(temp_shell(line), 0);
        hub.shared->is_without_ranges = i == 1;
        check_fetched("org/model");
        check_complete();
        ck_assert_int_eq(hub.shared->n_whole, 2 + i);
    }
    end();
}
END_TEST

/* Complete name, but incomplete content: as after a power failure. */
START_TEST(a_blob_of_wrong_size_is_ignored)
{
    char line[600];

    begin();
    for (int i = 0; i < 3; i++) {
        const struct hub_file *const f = &plain[i == 2 ? 0 : WEIGHTS];
        snprintf(line, sizeof line,
                 "rm -rf hub; mkdir -p " REPO "/blobs; printf '%s' >" REPO "/blobs/%s",
                 i == 0 ? "" : "short", f->etag);
        ck_assert_int_eq(temp_shell(line), 0);
        check_fetched("org/model");
        check_complete();
    }
    end();
}
END_TEST

/* ---- a failing disk ---- */

static int watched(const char *fail)
{
    char line[1000];

    snprintf(
        line, sizeof line,
        "export WATCH_FOLDER=. WATCH_LOG=log WATCH_FAIL='%s'; LD_PRELOAD='%s' $C fetch org/model",
        fail, getenv("WATCH_FILES_SO"));
    return temp_shell(line);
}

START_TEST(a_blob_is_synced_before_it_is_renamed)
{
    char partial[200], path[200];

    if (IS_SANITIZED) {
        SKIP("the sanitizer watches these calls itself");
        return;
    }
    begin();
    ck_assert_int_eq(watched(""), 0);
    check_complete();
    watched_read("log");
    for (size_t i = 0; i < N_PLAIN; i++) {
        snprintf(partial, sizeof partial, REPO "/blobs/%s.incomplete", plain[i].etag);
        snprintf(path, sizeof path, REPO "/blobs/%s", plain[i].etag);
        watched_check_placed(partial, path, false);
        /* A snapshot links to existing files. */
        snprintf(path, sizeof path, SNAPSHOT "/%s", plain[i].name);
        const int linked = watched_find(0, "symlink", path);
        ck_assert_int_lt(linked, CALLS_MAX);
        ck_assert_int_lt(watched_find(0, "rename", partial), linked);
        ck_assert_int_lt(linked, watched_find(0, "rename", REPO "/refs/.main.??????"));
    }
    watched_check_placed(REPO "/refs/.main.??????", REPO "/refs/main", true);
    end();
}
END_TEST

START_TEST(a_failing_disk_is_reported)
{
    static const struct {
        const char *call, *part;
        int reason;
    } cases[] = {
        { "fsync", ".incomplete", EIO },    { "rename", ".incomplete", EACCES },
        { "write", ".incomplete", ENOSPC }, { "symlink", "model.safetensors", EACCES },
        { "fsync", "refs/.main", EIO },     { "close", "refs/.main", EIO },
        { "rename", "refs/.main", EIO },
    };
    char fail[200];

    if (IS_SANITIZED) {
        SKIP("the sanitizer watches these calls itself");
        return;
    }
    begin();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_eq(temp_shell("rm -rf hub"), 0);
        snprintf(fail, sizeof fail, "%s 1 %d %s", cases[i].call, cases[i].reason, cases[i].part);
        ck_assert_msg(watched(fail) == 1, "%s: status is not 1", fail);
        CHECK_SAYS(printed("err"), strerror(cases[i].reason));
        ck_assert_msg(!is_there(REPO "/refs/main"), "%s", fail);
        ck_assert_int_eq(temp_shell("test -z \"$(find hub -name '.main.*')\""), 0);
        check_fetched("org/model");
        check_complete();
    }
    end();
}
END_TEST

START_TEST(partial_files_that_cannot_be_resumed)
{
    static const char *const in_its_place[][2] = {
        { "mkdir", "incomplete: cannot be written" },
        { "mkfifo", "incomplete: is not a regular file; remove it" },
        { "ln -s nowhere", "incomplete: cannot be written" },
    };
    char line[300];

    begin();
    ck_assert_int_eq(temp_shell("mkdir -p " REPO "/blobs"), 0);
    for (size_t i = 0; i < sizeof in_its_place / sizeof *in_its_place; i++) {
        snprintf(line, sizeof line, "cd " REPO "/blobs; rm -rf *.incomplete; %s %s.incomplete",
                 in_its_place[i][0], plain[WEIGHTS].etag);
        ck_assert_int_eq(temp_shell(line), 0);
        CHECK_SAYS(failure("org/model"), in_its_place[i][1]);
    }
    snprintf(line, sizeof line, "cd " REPO "/blobs; rm *.incomplete; echo half >%s.incomplete",
             plain[WEIGHTS].etag);
    ck_assert_int_eq(temp_shell(line), 0);
    hub.shared->has_other_range = true;
    CHECK_SAYS(failure("org/model"), "the server sends a different range than requested");
    end();
}
END_TEST

START_TEST(wrong_bytes_are_never_renamed)
{
    begin();
    hub.shared->has_other_bytes = true;
    CHECK_SAYS(failure("org/model"), "model.safetensors: the downloaded file has the SHA-256 ");
    ck_assert(!is_there(SNAPSHOT "/model.safetensors"));
    ck_assert(!is_there(REPO "/refs/main"));
    ck_assert_int_eq(hub.shared->n_whole, 1);
    hub.shared->has_other_bytes = false;
    hub.shared->has_other_length = true;
    CHECK_SAYS(failure("org/model"),
               "model.safetensors: the server sends 1048575 bytes instead of");
    hub.shared->has_other_length = false;
    check_fetched("org/model");
    check_complete();
    hub.shared->has_odd_etags = true;
    CHECK_SAYS(failure("org/model"), "sends no checksum to verify it by");
    end();
}
END_TEST

/* ---- processes ---- */

static pid_t start_fetch(void)
{
    const pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        if (chdir(temp_path(".")) != 0)
            _exit(1);
        const int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDOUT_FILENO);
        execl(getenv("CIRCUITTUI"), "circuittui", "fetch", "org/model", (char *)NULL);
        _exit(1);
    }
    return pid;
}

/* Bytes on disk when it is killed are not requested again. */
START_TEST(a_killed_fetch_is_resumed)
{
    unsigned x = (unsigned)getpid();
    size_t n_resumed = 0;

    begin();
    hub.shared->pause_us = 10000; /* more than half a second for the file */
    for (int i = 0; i < KILLS; i++) {
        const long long had = size_on_disk();
        hub.shared->from = -1;
        const pid_t pid = start_fetch();
        x = x * 1664525U + 1013904223U;
        usleep(1000 * (10 + (x >> 16) % 90));
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        const long long from = hub.shared->from;
        ck_assert_msg(from < 0 || had < 0 || from == had, "from %lld, had %lld", from, had);
        n_resumed += from > 0;
    }
    hub.shared->pause_us = 0;
    check_fetched("org/model");
    check_complete();
    const int n_sent = hub.shared->n_whole + hub.shared->n_parts;
    check_fetched("org/model");
    ck_assert_int_eq(hub.shared->n_whole + hub.shared->n_parts, n_sent);
    printf("%zu of %d runs went on in the middle of the file\n", n_resumed, KILLS);
    end();
}
END_TEST

START_TEST(concurrent_fetches_download_once)
{
    int first;
    int second;

    begin();
    hub.shared->pause_us = 1500;
    const pid_t a = start_fetch();
    const pid_t b = start_fetch();
    waitpid(a, &first, 0);
    waitpid(b, &second, 0);
    ck_assert_int_eq(first, 0);
    ck_assert_int_eq(second, 0);
    check_complete();
    ck_assert_int_eq(hub.shared->n_whole, 1);
    ck_assert_int_eq(hub.shared->n_parts, 0);
    end();
}
END_TEST

/* ---- on a terminal ---- */

/* Types keys into a terminal with `fetch org/model`; *status is that of waitpid(). */
static const char *fetch_on_terminal(const char *keys, int *status)
{
    static char all[1 << 16];
    size_t used = 0;
    ssize_t n;
    int terminal;

    const pid_t pid = forkpty(&terminal, NULL, NULL, NULL);
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        if (chdir(temp_path(".")) == 0)
            execl(getenv("CIRCUITTUI"), "circuittui", "fetch", "org/model", (char *)NULL);
        _exit(1);
    }
    ck_assert_int_eq(write(terminal, keys, strlen(keys)), (ssize_t)strlen(keys));
    while (used < sizeof all - 1 && (n = read(terminal, all + used, sizeof all - 1 - used)) > 0)
        used += (size_t)n;
    all[used] = '\0';
    close(terminal);
    waitpid(pid, status, 0);
    return all;
}

START_TEST(a_terminal_shows_speed_and_time_left)
{
    int status;

    begin();
    setenv("HF_TOKEN", HUB_TOKEN, 1);
    hub.shared->pause_us = 20000; /* more than a second for the file */
    const char *const all = fetch_on_terminal("", &status);
    ck_assert_int_eq(status, 0);
    CHECK_SAYS(all, "org/model: 1.0 MB to download\r\n");
    const char *const line = strstr(all, "\r\033[Kmodel.safetensors ");
    ck_assert_msg(line != NULL, "%s", all);
    CHECK_SAYS(line, " %  ");
    CHECK_SAYS(line, " of 1.0 MB  ");
    CHECK_SAYS(line, " MB/s  0:0");
    CHECK_SAYS(line, " left");
    CHECK_SAYS(line, "\r\033[K" SNAPSHOT "\r\n"); /* cleared at the end */
    ck_assert_ptr_null(strstr(all, HUB_TOKEN));
    unsetenv("HF_TOKEN");
    end();
}
END_TEST

/* The server announces more than it has: of interest here is only whether it is asked for. */
START_TEST(large_models_are_confirmed)
{
    static const char question[] = "org/model: 5.1 GB to download. Continue? [y/N] ";
    static const char *const noes[] = { "\n", "n\n", "yesterday\n", "\x04" };
    struct statvfs disk;
    int status;

    ck_assert_int_eq(statvfs(temp_path("."), &disk), 0);
    if ((double)disk.f_bavail * (double)disk.f_frsize < 6e9) {
        SKIP("the disk has no room for 5.1 GB");
        return;
    }
    begin();
    hub.shared->size = 5100000000;
    CHECK_SAYS(failure("org/model"), "5.1 GB to download, more than 5 GB; confirm it with --yes\n");
    for (size_t i = 0; i < sizeof noes / sizeof *noes; i++) {
        CHECK_SAYS(fetch_on_terminal(noes[i], &status), question);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    }
    ck_assert_int_eq(hub.shared->n_whole, 0);
    CHECK_SAYS(fetch_on_terminal("y\n", &status), question);
    ck_assert_int_eq(hub.shared->n_whole, 1);
    CHECK_SAYS(failure("--yes org/model"), "the server sends 1048576 bytes instead of 5100000000");
    ck_assert_int_eq(hub.shared->n_whole, 2);
    hub.shared->size = 4900000000;
    CHECK_SAYS(failure("org/model"), "the server sends 1048576 bytes instead of 4900000000");
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_cache_has_the_layout_of_hugging_face,
        existing_files_are_not_fetched_again,
        revisions_and_old_names_keep_their_names,
        shards_are_taken_from_the_index,
        unusable_models_are_not_fetched,
        names_of_shards_are_checked,
        a_token_is_not_sent_in_the_clear,
        the_token_is_sent_only_to_the_hub,
        https_never_redirects_to_http,
        a_hub_with_tls_never_redirects_to_one_without,
        offline_mode_sends_no_request,
        a_dropped_connection_is_resumed,
        a_hub_that_refuses_to_go_on_is_given_up,
        absent_files_are_noted_without_following_links,
        a_busy_hub_is_retried,
        a_rate_limit_is_respected,
        a_full_disk_is_reported,
        partial_files_are_used_or_discarded,
        a_blob_of_wrong_size_is_ignored,
        a_blob_is_synced_before_it_is_renamed,
        a_failing_disk_is_reported,
        partial_files_that_cannot_be_resumed,
        wrong_bytes_are_never_renamed,
        a_killed_fetch_is_resumed,
        concurrent_fetches_download_once,
        a_terminal_shows_speed_and_time_left,
        large_models_are_confirmed,
    };
    static const char *const others[] = { "HF_TOKEN",       "HUGGING_FACE_HUB_TOKEN",
                                          "HF_TOKEN_PATH",  "HUGGINGFACE_HUB_CACHE",
                                          "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE" };

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        unsetenv(others[i]);
    setenv("HF_HUB_CACHE", "hub", 1);
    setenv("HF_HOME", "home", 1);
    setenv("no_proxy", "*", 1);
    temp_begin();
    const int failed = RUN_TESTS("fetch", tests);
    temp_end();
    return failed;
}
