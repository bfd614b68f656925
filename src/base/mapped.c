#include "config.h"
#include "base/mapped.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * The open mappings, for the signal handler, which may not take a lock. It searches for an address
 * that its own thread was reading, so that mapping stays open; other slots may be in any state. A
 * size that changes during the search belongs to one of those.
 */
static struct slot {
    _Atomic uintptr_t begin; /* 0: free */
    _Atomic size_t size;
    atomic_bool is_cut;
} slots[MAPPED_MOST];

static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction before;

/* Async-signal-safe: mmap is a plain system call. */
bool mapped_heal(const void *address)
{
    const uintptr_t page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t at = (uintptr_t)address;

    for (size_t i = 0; i < MAPPED_MOST; i++) {
        const uintptr_t begin = atomic_load(&slots[i].begin);
        const size_t size = atomic_load(&slots[i].size);
        if (begin == 0 || at < begin || at - begin >= size || atomic_load(&slots[i].begin) != begin)
            continue;
        /* The rest of the mapping: beyond a cut the file has no data. */
        const uintptr_t page = at - at % page_size;
        atomic_store(&slots[i].is_cut, true);
        return mmap((void *)page, begin + size - page, PROT_READ,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) != MAP_FAILED;
    }
    return false;
}

static void on_bus_error(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (info->si_code <= 0 || !mapped_heal(info->si_addr)) /* sent by a process, or not ours */
        sigaction(number, &before, NULL); /* the signal is raised again after we return */
    if (info->si_code <= 0)
        raise(number);
}

void mapped_guard(void)
{
    struct sigaction action = { .sa_sigaction = on_bus_error,
                                .sa_flags = (int)(SA_SIGINFO | SA_ONSTACK) };

    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &before);
}

#ifdef __SANITIZE_THREAD__
/* ThreadSanitizer takes the handler's mmap() for a write. Other threads may read these pages at the
 * same time: whatever they get is discarded, as mapped_check() fails. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:mapped_heal\n";
}
#endif

static struct slot *find_free(void)
{
    for (size_t i = 0; i < MAPPED_MOST; i++)
        if (atomic_load(&slots[i].begin) == 0)
            return &slots[i];
    return NULL;
}

static bool take_slot(uintptr_t begin, size_t size, size_t *index)
{
    pthread_mutex_lock(&opening);
    struct slot *const slot = find_free();
    if (slot != NULL) {
        atomic_store(&slot->is_cut, false);
        atomic_store(&slot->size, size);
        atomic_store(&slot->begin, begin);
        *index = (size_t)(slot - slots);
    }
    pthread_mutex_unlock(&opening);
    return slot != NULL;
}

enum ct_status mapped_open(int fd, size_t size, const char *name, struct mapped *out,
                           struct ct_error *err)
{
    size_t slot;
    void *const map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

    if (map == MAP_FAILED)
        return ct_fail_errno(err, "%s: cannot be mapped", name);
    if (!take_slot((uintptr_t)map, size, &slot)) {
        munmap(map, size);
        return ct_fail(err, CT_EIO, "%s: more than %d files at a time", name, MAPPED_MOST);
    }
    *out = (struct mapped){ .data = map, .size = size, .slot = slot };
    return CT_OK;
}

void mapped_close(struct mapped *m)
{
    if (m->data == NULL)
        return;
    atomic_store(&slots[m->slot].begin, 0);
    munmap((void *)(uintptr_t)m->data, m->size);
    *m = (struct mapped){ 0 };
}

enum ct_status mapped_check(const struct mapped *m, const char *name, struct ct_error *err)
{
    if (m->data == NULL || !atomic_load(&slots[m->slot].is_cut))
        return CT_OK;
    return ct_fail(err, CT_EIO, "%s: was truncated while it was read; repeat with a complete file",
                   name);
}
