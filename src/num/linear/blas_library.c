#include "config.h"
#include "num/linear/blas_library.h"

#include <inttypes.h>
#include <stdatomic.h>

#include "base/library.h"
#include "base/memory_limit.h"
#include "num/linear/blas_check.h"

struct blas_library blas;

/* If there is no memory for its buffers, OpenBLAS retries forever, already while it is loaded, so
 * this is checked before. Buffers are kept and reused. */
static enum ct_status check_buffers(size_t n_threads, struct ct_error *err)
{
    enum {
        BUFFER = 136 << 20,            /* per thread, and so is: */
        ARENA = 64 << 20,              /* of the C library */
        LIBRARY = (64 << 20) + BUFFER, /* including a buffer (0.3.29) */
    };
    static atomic_size_t n_there;
    size_t there = atomic_load(&n_there);
    const uint64_t left = address_space_left();

    if (n_threads <= there)
        return CT_OK;
    const uint64_t needed =
        (n_threads - there) * (uint64_t)(BUFFER + ARENA) + (there == 0 ? LIBRARY : 0);
    if (left < needed)
        return ct_fail(err, CT_ENOMEM,
                       "OpenBLAS: needs %" PRIu64 " MB of address space for %zu thread%s, ulimit "
                       "leaves %" PRIu64 " MB; raise it%s",
                       needed >> 20, n_threads, n_threads == 1 ? "" : "s", left >> 20,
                       n_threads == 1 ? "" : ", or lower --threads");
    while (there < n_threads && !atomic_compare_exchange_weak(&n_there, &there, n_threads))
        ;
    return CT_OK;
}

double blas_memory(int n_threads)
{
    const double code = 8e6;
    const double factors = 4e6; /* blocks of both factors, the part of the buffers that is used */

    return code + factors * n_threads;
}

static enum ct_status check_once(struct ct_error *err)
{
    static atomic_bool is_right;
    const enum ct_status status = atomic_load(&is_right) ? CT_OK : blas_check(&blas, err);

    atomic_store(&is_right, status == CT_OK);
    return status;
}

enum ct_status blas_library_load(size_t n_threads, struct ct_error *err)
{
#define ENTRY(prefix, f) { #prefix #f, &blas.f },
    static const struct library_function functions[] = { BLAS_FUNCTIONS(ENTRY) };
    static struct library library = {
        .file = BLAS_LIBRARY,
        .functions = functions,
        .n_functions = sizeof functions / sizeof *functions,
    };
    enum ct_status status = check_buffers(n_threads, err);

    if (status == CT_OK)
        status = library_load(&library, err);
    if (status != CT_OK)
        return status;
    blas.set_num_threads(1);
    return check_once(err);
}
