/*
 * CT_KERNEL before a function: compile it for several generations of x86-64 and let the loader
 * choose. Not with Clang, whose clones (version 14) have names that clash between files or that
 * callers in other files do not find. -DCT_KERNEL_V3 selects the second newest, for tests.
 *
 * CT_AVX512, where it is defined, before a function that uses that instruction set's intrinsics; it
 * is called only if __builtin_cpu_supports("avx512f").
 *
 * CT_UNINITIALIZED before a local array of a function that is called for each word: it is not
 * filled with zeros, as configure lets the compiler do, where that takes as long as the function.
 * Everything that is read of it must be written before.
 *
 * ct_prefetch() prefetches the cache line that many bytes after p, which need not be valid memory.
 */
#ifndef CT_BASE_KERNEL_H
#define CT_BASE_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#if defined(CT_KERNEL_V3)
#define CT_KERNEL __attribute__((target("arch=x86-64-v3")))
#elif defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__) &&                           \
    !defined(__SANITIZE_THREAD__) && !defined(__clang__) && __has_attribute(target_clones)
#define CT_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#define CT_KERNEL_CLONES
#else
#define CT_KERNEL
#endif

#if defined(__x86_64__) && defined(__GNUC__) && !defined(CT_KERNEL_V3)
#define CT_AVX512 __attribute__((target("avx512f")))
#endif

#if __has_attribute(uninitialized)
#define CT_UNINITIALIZED __attribute__((uninitialized))
#else
#define CT_UNINITIALIZED
#endif

/* Which of them run on this processor: results of programs that differ in this differ in the last
 * bits. */
const char *kernel_name(void);

static inline void ct_prefetch(const void *p, size_t bytes)
{
    __builtin_prefetch((const void *)((uintptr_t)p + bytes));
}

#endif
