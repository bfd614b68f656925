#include "config.h"
#include "model/ops/panel.h"

#if defined(__x86_64__) && __has_attribute(target)
#define HAS_TARGETS 1
#endif

#ifdef HAS_TARGETS
/* 24 sums and 2 columns in 32 registers; x is read as an operand. */
#define PANEL_NAME(part) part##_avx512
#define PANEL_TARGET     __attribute__((target("avx512f")))
#define PANEL_LANES      16
#define PANEL_ROWS       12
#include "model/ops/panel_source.h"

/* 12 sums, 2 columns and a value of x in 16 registers. */
#define PANEL_NAME(part) part##_avx2
#define PANEL_TARGET     __attribute__((target("avx2,fma")))
#define PANEL_LANES      8
#define PANEL_ROWS       6
#include "model/ops/panel_source.h"
#endif

/* Baseline of every supported processor: SSE2, Neon. */
#define PANEL_NAME(part) part##_plain
#define PANEL_TARGET
#define PANEL_LANES 4
#define PANEL_ROWS  6
#include "model/ops/panel_source.h"

const struct panel_kernel *const *panel_kernels(size_t *n)
{
#ifdef HAS_TARGETS
    static const struct panel_kernel *const all[] = { &kernel_avx512, &kernel_avx2, &kernel_plain };
    const size_t first = __builtin_cpu_supports("avx512f")                                 ? 0
                         : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 1
                                                                                           : 2;
    *n = 3 - first;
    return all + first;
#else
    static const struct panel_kernel *const all[] = { &kernel_plain };
    *n = 1;
    return all;
#endif
}
