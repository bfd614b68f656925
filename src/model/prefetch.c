#include "config.h"
#include "model/prefetch.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CHUNK = 1 << 20 };

/* Calls madvise() for all pages that contain bytes at .. at + size of a mapping. */
static void advise(const unsigned char *at, size_t size, int advice)
{
    const long page = sysconf(_SC_PAGESIZE);
    const size_t before = page > 0 ? (uintptr_t)at % (uintptr_t)page : 0;

    if (page > 0)
        (void)madvise((void *)(uintptr_t)(at - before), size + before, advice);
}

static size_t tensor_bytes(const struct tensor *t)
{
    return t->rows * t->cols * tensor_item_size(t->dtype);
}

#ifdef MADV_POPULATE_READ
static void populate(void *context, size_t i)
{
    const struct tensor *const t = context;
    const size_t bytes = tensor_bytes(t);
    const size_t at = i * CHUNK;

    advise((const unsigned char *)t->data + at, bytes - at < CHUNK ? bytes - at : CHUNK,
           MADV_POPULATE_READ);
}
#endif

void prefetch_now(const struct tensor *const *tensors, size_t n, struct crew *crew)
{
#ifdef MADV_POPULATE_READ
    for (size_t i = 0; i < n; i++) {
        struct tensor tensor = *tensors[i];
        crew_run(crew, (tensor_bytes(&tensor) + CHUNK - 1) / CHUNK, populate, &tensor);
    }
#else
    (void)crew;
    prefetch_later(tensors, n);
#endif
}

void prefetch_later(const struct tensor *const *tensors, size_t n)
{
#ifdef MADV_WILLNEED
    for (size_t i = 0; i < n; i++)
        advise(tensors[i]->data, tensor_bytes(tensors[i]), MADV_WILLNEED);
#else
    (void)tensors;
    (void)n;
#endif
}
