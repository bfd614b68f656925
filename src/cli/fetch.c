#include "config.h"
#include "cli/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/confined.h"
#include "cli/paths.h"
#include "cli/print.h"
#include "hub/download.h"
#include "hub/fetch.h"
#include "io/json_file.h"

enum { TOKEN_SIZE = 512 };

/* ---- progress on the terminal ---- */

struct line {
    const char *name; /* of the model */
    bool is_agreed;   /* to any size, without a question */
    bool shown;
    double last; /* seconds, when last drawn */
    double rate; /* recent bytes per second */
    uint64_t downloaded;
};

/* Smoothed over about five seconds: the speed a minute ago says little. */
static void measure(struct line *line, const struct hub_fetch_state *s, double now)
{
    const double seconds = now - line->last;
    const double bytes =
        (double)(s->downloaded -
                 (s->downloaded < line->downloaded ? s->downloaded : line->downloaded));
    const double weight = seconds < 5.0 ? seconds / 5.0 : 1.0;

    if (line->rate == 0.0)
        line->rate = bytes / seconds;
    else
        line->rate += weight * (bytes / seconds - line->rate);
    line->downloaded = s->downloaded;
}

static void print_left(double seconds, char *out, size_t size)
{
    const unsigned long all = seconds < 360000.0 ? (unsigned long)(seconds + 0.5) : 360000UL;

    if (all >= 3600)
        snprintf(out, size, "%lu:%02lu:%02lu left", all / 3600, all / 60 % 60, all % 60);
    else
        snprintf(out, size, "%lu:%02lu left", all / 60, all % 60);
}

static void print_state(const struct line *line, const struct hub_fetch_state *s)
{
    const double done = (double)s->done / 1e6;
    const double total = (double)s->total / 1e6;
    char file[40];
    char left[40] = "";

    text_visible(file, sizeof file, s->file, strlen(s->file));
    fputs("\r\033[K", stderr);
    switch (s->step) {
    case HUB_FETCH_QUERYING:
        print(stderr, "requesting %s", file);
        break;
    case HUB_FETCH_WAITING:
        print(stderr, "%s: another process is downloading it", file);
        break;
    case HUB_FETCH_DOWNLOADING:
        if (line->rate > 0.0)
            print_left((total - done) * 1e6 / line->rate, left, sizeof left);
        print(stderr, "%.24s %3.0f %%  %.1f of %.1f MB  %.1f MB/s  %s", file,
              total > 0.0 ? 100.0 * done / total : 0.0, done, total, line->rate / 1e6, left);
        break;
    }
}

static bool show(void *context, const struct hub_fetch_state *s)
{
    struct line *const line = context;
    const double now = clock_seconds();

    if (now - line->last < 0.2)
        return true;
    measure(line, s, now);
    line->last = now;
    line->shown = true;
    print_state(line, s);
    return true;
}

static void clear(struct line *line)
{
    if (line->shown)
        fputs("\r\033[K", stderr);
    line->shown = false;
}

/* ---- the size ---- */

/* Larger downloads are confirmed. */
static const double MAX_UNASKED = 5e9;

/* `y` or `yes` on standard input. */
static bool is_confirmed(void)
{
    char answer[16] = "";

    return fgets(answer, sizeof answer, stdin) != NULL &&
           (strcasecmp(answer, "y\n") == 0 || strcasecmp(answer, "yes\n") == 0);
}

/* Reports the size on a terminal, and asks whether to download that much. */
static enum ct_status agree(void *context, uint64_t bytes, struct ct_error *err)
{
    struct line *const line = context;
    const bool is_large = (double)bytes > MAX_UNASKED && !line->is_agreed;
    const bool is_shown = isatty(STDERR_FILENO) != 0;

    if (is_large && (!is_shown || !isatty(STDIN_FILENO)))
        return ct_fail(err, CT_EINVAL,
                       "%s: %.1f GB to download, more than %.0f GB; confirm it with --yes",
                       line->name, (double)bytes / 1e9, MAX_UNASKED / 1e9);
    if (!is_shown || bytes == 0)
        return CT_OK;
    clear(line);
    if (!is_large) {
        print(stderr, "%s: %.1f MB to download\n", line->name, (double)bytes / 1e6);
        return CT_OK;
    }
    print(stderr, "%s: %.1f GB to download. Continue? [y/N] ", line->name, (double)bytes / 1e9);
    fflush(stderr);
    const bool is_wanted = is_confirmed();
    line->last = clock_seconds(); /* the speed of the download does not count the question */
    return is_wanted ? CT_OK : ct_fail(err, CT_ECANCELED, "%s: not downloaded", line->name);
}

/* ---- environment variables ---- */

static bool is_true(const char *name)
{
    static const char *const words[] = { "1", "on", "yes", "true" };
    const char *const value = getenv(name);

    for (size_t i = 0; value != NULL && i < sizeof words / sizeof *words; i++)
        if (strcasecmp(value, words[i]) == 0)
            return true;
    return false;
}

static enum ct_status check_online(const char *name, struct ct_error *err)
{
    static const char *const switches[] = { "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE" };

    for (size_t i = 0; i < 2; i++)
        if (is_true(switches[i]))
            return ct_fail(err, CT_EIO, "%s: %s is set, so nothing is downloaded; unset it", name,
                           switches[i]);
    if (!download_is_built_in())
        return ct_fail(err, CT_ENOTSUP,
                       "%s: this program was built without libcurl and cannot download; "
                       "huggingface-cli download %s does",
                       name, name);
    return CT_OK;
}

static void copy_trimmed(const char *text, char out[TOKEN_SIZE])
{
    static const char blanks[] = " \t\r\n";
    const char *const from = text + strspn(text, blanks);
    size_t size = strlen(from);

    while (size > 0 && strchr(blanks, from[size - 1]) != NULL)
        size--;
    snprintf(out, TOKEN_SIZE, "%.*s", (int)size, from);
}

/* Empty if there is no token. */
static void find_token(const struct hub_env *env, char out[TOKEN_SIZE])
{
    static const char *const names[] = { "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN" };
    char line[TOKEN_SIZE] = "";
    char *path = NULL;
    FILE *file = NULL;

    out[0] = '\0';
    for (size_t i = 0; i < 2 && out[0] == '\0'; i++) {
        const char *const token = getenv(names[i]);
        if (token != NULL)
            copy_trimmed(token, out);
    }
    if (out[0] != '\0' || hub_token_path(env, &path, NULL) != CT_OK)
        return;
    if (json_file_open(path, &file, NULL) == CT_OK) { /* a regular file, whatever its content */
        if (fgets(line, sizeof line, file) != NULL)
            copy_trimmed(line, out);
        fclose(file);
    }
    explicit_bzero(line, sizeof line);
    free(path);
}

/* HF_ENDPOINT without a trailing slash. Owned by the caller. */
static char *find_endpoint(void)
{
    const char *const set = getenv("HF_ENDPOINT");
    char *const endpoint = strdup(set != NULL && *set != '\0' ? set : "https://huggingface.co");

    if (endpoint != NULL)
        for (size_t n = strlen(endpoint); n > 0 && endpoint[n - 1] == '/'; n--)
            endpoint[n - 1] = '\0';
    return endpoint;
}

/* The variables that curl uses; libcurl itself ignores them. */
static const char *find_authorities(void)
{
    const char *const bundle = getenv("CURL_CA_BUNDLE");
    const char *const file = getenv("SSL_CERT_FILE");

    if (bundle != NULL && *bundle != '\0')
        return bundle;
    return file != NULL && *file != '\0' ? file : NULL;
}

static void keep_from_others(void)
{
#ifdef __linux__
    (void)prctl(PR_SET_DUMPABLE, 0);
#endif
}

static enum ct_status fetch(const struct options *options, const char *root, const char *endpoint,
                            const char *token, struct ct_error *err)
{
    const char *const name = options->texts[0];
    struct line line = { .name = name, .is_agreed = options->yes, .last = clock_seconds() };
    const struct hub_fetch_params params = {
        .root = root,
        .name = name,
        .endpoint = endpoint,
        .token = *token != '\0' ? token : NULL,
        .may_send_plain = is_true("CIRCUITTUI_PLAIN_TOKEN"),
        .authorities = find_authorities(),
        .tick = isatty(STDERR_FILENO) ? show : NULL,
        .agree = agree,
        .context = &line,
    };
    bool has_tokenizer = false;
    char *folder = NULL;
    const enum ct_status status = hub_fetch(&params, &folder, &has_tokenizer, err);

    clear(&line);
    if (status != CT_OK)
        return status;
    if (isatty(STDOUT_FILENO))
        print(stdout, "%s\n", folder);
    else
        puts(folder); /* for programs: not escaped */
    if (!has_tokenizer)
        print(stderr, "circuittui: %s: it has no tokenizer; give one with --tokenizer\n", name);
    free(folder);
    return CT_OK;
}

enum ct_status command_fetch(struct options *options, struct ct_error *err)
{
    const char *const name = options->texts[0];
    const struct rlimit none = { 0, 0 };
    const struct hub_env env = paths_hub();
    char token[TOKEN_SIZE] = "";
    char *endpoint = NULL;
    char *root = NULL;
    enum ct_status status = check_online(name, err);

    if (status == CT_OK)
        status = hub_cache_root(&env, &root, err);
    if (status == CT_OK) {
        (void)setrlimit(RLIMIT_CORE, &none); /* keeps the token out of core dumps */
        keep_from_others();                  /* and from other processes of the user */
        find_token(&env, token);
        confined_to_folder_and_network(root);
        endpoint = find_endpoint();
        status = endpoint != NULL ? fetch(options, root, endpoint, token, err)
                                  : ct_fail_nomem(err, "fetch", 0);
    }
    explicit_bzero(token, sizeof token);
    free(endpoint);
    free(root);
    return status;
}
