#include "config.h"
#include "base/kernel.h"

#ifdef CT_KERNEL_CLONES
static const char *level(void)
{
    return __builtin_cpu_supports("x86-64-v4")   ? "x86-64-v4"
           : __builtin_cpu_supports("x86-64-v3") ? "x86-64-v3"
                                                 : "x86-64";
}
#endif

/* Intrinsics need only AVX-512F, clones all of x86-64-v4: between the two, both count. */
const char *kernel_name(void)
{
#if defined(CT_KERNEL_CLONES)
    const char *const clones = level();
    return clones[sizeof "x86-64-v" - 1] != '4' && __builtin_cpu_supports("avx512f")
               ? "x86-64+avx512f"
               : clones;
#elif defined(CT_AVX512)
    return __builtin_cpu_supports("avx512f")                                 ? "avx512f"
           : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? "avx2"
                                                                             : "plain";
#elif defined(CT_KERNEL_V3)
    return "x86-64-v3";
#else
    return "plain";
#endif
}
