/*
 * Runs a fuzzer's entry point over files, and over all files of folders, without libFuzzer:
 *
 *     fuzz_config FILE-OR-FOLDER...
 *
 * Inputs run in a child process, so that an input that crashes it is reported by name and the
 * others are still run. Prints `N passed, M failed`.
 */
#include "config.h"
#include "fuzz.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 100000 };

static char *paths[MOST];
static size_t n_paths;

static int add_path(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
    (void)info;
    (void)ftw;
    if (kind == FTW_F && n_paths < MOST)
        paths[n_paths++] = strdup(path);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void run_file(const char *path)
{
    FILE *const file = fopen(path, "rb");

    fuzz_require(file != NULL && fseek(file, 0, SEEK_END) == 0);
    const long size = ftell(file);
    fuzz_require(size >= 0 && fseek(file, 0, SEEK_SET) == 0);
    uint8_t *const data = malloc((size_t)size); /* exact size: ASan detects overreads */
    fuzz_require(size == 0 || data != NULL);
    fuzz_require(fread(data, 1, (size_t)size, file) == (size_t)size);
    fclose(file);
    LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
}

/* Runs inputs from `first` on, until one ends the process; returns its index, or n_paths. */
static size_t run_files(size_t first, volatile size_t *at)
{
    int status = 0;

    fflush(stdout);
    const pid_t child = fork();
    fuzz_require(child >= 0);
    if (child == 0) {
        for (*at = first; *at < n_paths; ++*at)
            run_file(paths[*at]);
        exit(0);
    }
    fuzz_require(waitpid(child, &status, 0) == child);
    return status == 0 ? n_paths : *at;
}

int main(int argc, char **argv)
{
    size_t n_failed = 0;
    size_t *const at =
        mmap(NULL, sizeof *at, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    fuzz_require(at != MAP_FAILED);
    for (int i = 1; i < argc; i++)
        if (nftw(argv[i], add_path, 8, FTW_PHYS) != 0) {
            fprintf(stderr, "%s: cannot be read\n", argv[i]);
            return 2;
        }
    qsort(paths, n_paths, sizeof *paths, by_name);
    for (size_t first = 0; first < n_paths; first++) {
        first = run_files(first, at);
        if (first == n_paths)
            break;
        printf("failed: %s\n", paths[first]);
        n_failed++;
    }
    printf("%zu passed, %zu failed\n", n_paths - n_failed, n_failed);
    for (size_t i = 0; i < n_paths; i++)
        free(paths[i]);
    return n_paths == 0 || n_failed > 0;
}
