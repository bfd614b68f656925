/*
 * When preloaded, makes one allocation of a program fail:
 *
 *     FAIL_ALLOC=7 FAIL_ALLOC_LOG=log LD_PRELOAD=tests/fail_alloc.so src/circuittui run
 *
 * The seventh fails (0: none), or with `7+` that and all later ones. Only allocations of the
 * program's own code are counted, identified by the return address; with FAIL_ALLOC_IN=any those of
 * all libraries too. At exit their number is written to FAIL_ALLOC_LOG.
 */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uintptr_t code_begin, code_end; /* of the program */
static atomic_size_t count;
static size_t failing; /* 0: none */
static bool all_after;
static bool is_ready;

static int find_code(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    (void)context;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *const part = &info->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && (part->p_flags & PF_X) != 0) {
            code_begin = info->dlpi_addr + part->p_vaddr;
            code_end = code_begin + part->p_memsz;
        }
    }
    return 1; /* the first object is the program */
}

__attribute__((constructor)) static void begin(void)
{
    const char *const text = getenv("FAIL_ALLOC");
    const char *const where = getenv("FAIL_ALLOC_IN");

    if (where != NULL && strcmp(where, "any") == 0)
        code_end = UINTPTR_MAX;
    else
        dl_iterate_phdr(find_code, NULL);
    failing = text != NULL ? strtoul(text, NULL, 10) : 0;
    all_after = text != NULL && strchr(text, '+') != NULL;
    is_ready = true;
}

static void stop(void)
{
    is_ready = false;
}

__attribute__((destructor)) static void end(void)
{
    const char *const path = getenv("FAIL_ALLOC_LOG");

    stop();
    FILE *const file = path != NULL ? fopen(path, "w") : NULL;
    if (file != NULL) {
        fprintf(file, "%zu\n", atomic_load(&count));
        fclose(file);
    }
}

static bool fails(const void *caller)
{
    if (!is_ready || (uintptr_t)caller < code_begin || (uintptr_t)caller >= code_end)
        return false;
    const size_t n = atomic_fetch_add(&count, 1) + 1;
    if (n == 1)
        atexit(stop); /* later allocations are gcov's, which cannot handle a failure */
    if (failing == 0 || n < failing || (n > failing && !all_after))
        return false;
    errno = ENOMEM;
    return true;
}

static void *next(const char *name)
{
    void *const function = dlsym(RTLD_NEXT, name);

    if (function == NULL)
        abort();
    return function;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size)
{
    static void *(*real)(size_t);

    if (real == NULL)
        real = (void *(*)(size_t))next("malloc");
    return fails(CALLER) ? NULL : real(size);
}

void *calloc(size_t n, size_t size)
{
    static void *(*real)(size_t, size_t);

    if (real == NULL)
        real = (void *(*)(size_t, size_t))next("calloc");
    return fails(CALLER) ? NULL : real(n, size);
}

void *realloc(void *old, size_t size)
{
    static void *(*real)(void *, size_t);

    if (real == NULL)
        real = (void *(*)(void *, size_t))next("realloc");
    return fails(CALLER) ? NULL : real(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    static void *(*real)(size_t, size_t);

    if (real == NULL)
        real = (void *(*)(size_t, size_t))next("aligned_alloc");
    return fails(CALLER) ? NULL : real(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    static int (*real)(void **, size_t, size_t);

    if (real == NULL)
        real = (int (*)(void **, size_t, size_t))next("posix_memalign");
    return fails(CALLER) ? ENOMEM : real(out, alignment, size);
}
