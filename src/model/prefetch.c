#include "config.h"
#include "model/prefetch.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CHUNK = 1 << 20, CHUNKS_AT_A_TIME = 32 };

/* Calls madvise() for all pages that contain bytes at .. at + size of a mapping. */
static void advise(const unsigned char *at, size_t size, int advice)
{
    const long page = sysconf(_SC_PAGESIZE);
    const size_t before = page > 0 ? (uintptr_t)at % (uintptr_t)page : 0;

    if (page > 0)
        (void)madvise((void *)(uintptr_t)(at - before), size + before, advice);
}

#ifdef MADV_POPULATE_READ
struct chunks {
    const struct tensor *tensor;
    size_t first;
};

static void populate(void *context, size_t i)
{
    const struct chunks *const chunks = context;
    const size_t bytes = tensor_bytes(chunks->tensor);
    const size_t at = (chunks->first + i) * CHUNK;

    advise((const unsigned char *)chunks->tensor->data + at,
           bytes - at < CHUNK ? bytes - at : CHUNK, MADV_POPULATE_READ);
}
#endif

void prefetch_now(const struct tensor *const *tensors, size_t n, struct crew *crew,
                  bool (*go_on)(void *context), void *context)
{
#ifdef MADV_POPULATE_READ
    for (size_t i = 0; i < n; i++) {
        const size_t n_chunks = (tensor_bytes(tensors[i]) + CHUNK - 1) / CHUNK;
        struct chunks chunks = { tensors[i], 0 };
        for (; chunks.first < n_chunks; chunks.first += CHUNKS_AT_A_TIME) {
            const size_t left = n_chunks - chunks.first;
            crew_run(crew, left < CHUNKS_AT_A_TIME ? left : CHUNKS_AT_A_TIME, populate, &chunks);
            if (n_chunks > CHUNKS_AT_A_TIME && !go_on(context))
                return;
        }
    }
#else
    (void)crew;
    (void)go_on;
    (void)context;
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
