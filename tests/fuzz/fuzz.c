#include "config.h"
#include "fuzz.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

static char folder[PATH_MAX];

_Noreturn void fuzz_fail(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: %s does not hold\n", file, line, condition);
    abort();
}

static double cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Under the sanitizers, readers take some microseconds per byte: 100 per byte are only exceeded by
 * what grows faster than its input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const double begin = cpu_seconds();
    const int answer = fuzz_one_input(data, size);

    fuzz_require(cpu_seconds() - begin < 2.0 + 1e-4 * (double)size);
    return answer;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
    (void)info;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static void remove_folder(void)
{
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

const char *fuzz_folder(void)
{
    const char *const base = getenv("TMPDIR");

    if (folder[0] == '\0') {
        snprintf(folder, sizeof folder, "%s/fuzz_XXXXXX", base != NULL ? base : "/tmp");
        fuzz_require(mkdtemp(folder) != NULL);
        atexit(remove_folder);
    }
    return folder;
}

const char *fuzz_file(const char *name, const void *data, size_t size)
{
    static char path[PATH_MAX + 64];

    snprintf(path, sizeof path, "%s/%s", fuzz_folder(), name);
    FILE *const file = fopen(path, "wb");
    fuzz_require(file != NULL);
    fuzz_require(fwrite(data, 1, size, file) == size);
    fuzz_require(fclose(file) == 0);
    return path;
}

const char *fuzz_fixture(const char *name)
{
    static char path[PATH_MAX];
    const char *const fixtures = getenv("FIXTURES_DIR");

    snprintf(path, sizeof path, "%s/%s", fixtures != NULL ? fixtures : "fixtures", name);
    return path;
}

void fuzz_check_answer(enum ct_status status, const struct ct_error *err)
{
    const size_t size = strlen(err->text);

    fuzz_require((status == CT_OK) == (size == 0));
    fuzz_require(err->code == status);
    fuzz_check_printable(err->text, size);
}

void fuzz_check_printable(const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        uint32_t c = 0;
        const size_t length = utf8_decode(text + at, size - at, &c);
        fuzz_require(length > 0 && !text_is_control(c));
        at += length;
    }
}
