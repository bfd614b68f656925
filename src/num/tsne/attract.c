#include "config.h"
#include "num/tsne/attract.h"

#include "base/kernel.h"
#include "num/tsne/pair.h"

#ifdef CT_AVX512
#include <immintrin.h>
#endif

/* The sum over the lanes by halves, as with vector instructions. */
static inline float sum_lanes(float *lanes)
{
    for (size_t half = TSNE_LANES / 2; half > 0; half /= 2)
        for (size_t l = 0; l < half; l++)
            lanes[l] += lanes[l + half];
    return lanes[0];
}

CT_KERNEL static void attract_point(const uint64_t *restrict pairs, uint64_t self,
                                    const uint32_t *restrict indices, const float *restrict p,
                                    size_t n, float *restrict out_x, float *restrict out_y)
{
    const float xi = tsne_pair_x(self), yi = tsne_pair_y(self);
    float fx[TSNE_LANES] = { 0 }, fy[TSNE_LANES] = { 0 };

    for (size_t first = 0; first < n; first += TSNE_LANES)
#pragma omp simd
        for (size_t l = 0; l < TSNE_LANES; l++) {
            const uint64_t pair = pairs[indices[first + l]];
            const float dx = xi - tsne_pair_x(pair);
            const float dy = yi - tsne_pair_y(pair);
            const float pw = p[first + l] / (1.0F + dx * dx + dy * dy);
            fx[l] += pw * dx;
            fy[l] += pw * dy;
        }
    *out_x = sum_lanes(fx);
    *out_y = sum_lanes(fy);
}

void tsne_attract_portable(const struct tsne_joint *P, const uint64_t *pairs, size_t first,
                           size_t end, float *fx, float *fy)
{
    for (size_t i = first; i < end; i++)
        attract_point(pairs, pairs[i], P->indices + P->indptr[i], P->data + P->indptr[i],
                      P->indptr[i + 1] - P->indptr[i], fx + i, fy + i);
}

#ifdef CT_AVX512
/* Gathers eight pairs into a register that is cleared first, to avoid a dependency on its old
 * value. A compiler that knew that all bits of `all` are set would omit that. */
CT_AVX512 static inline __m512 gather_pairs(const uint64_t *pairs, __m256i indices, __mmask8 all)
{
    return _mm512_castsi512_ps(
        _mm512_mask_i32gather_epi64(_mm512_setzero_si512(), all, indices, pairs, 8));
}

/* By gather instructions, which compilers do not use well here. The same terms, added in the same
 * order. */
CT_AVX512 static void attract_avx512(const struct tsne_joint *P, const uint64_t *pairs,
                                     size_t first, size_t end, float *fx, float *fy)
{
    enum { AHEAD = 2048 }; /* bytes: hardware prefetchers stop at page boundaries */
    static const volatile uint8_t every_lane = 0xFF;
    const __mmask8 all = every_lane;
    const __m512 one = _mm512_set1_ps(1.0F);
    const __m512i xs = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const __m512i ys = _mm512_or_si512(xs, _mm512_set1_epi32(1));

    _Static_assert(TSNE_LANES == 16, "a vector of floats");
    for (size_t i = first; i < end; i++) {
        const __m512 xi = _mm512_set1_ps(tsne_pair_x(pairs[i]));
        const __m512 yi = _mm512_set1_ps(tsne_pair_y(pairs[i]));
        __m512 sum_x = _mm512_setzero_ps(), sum_y = sum_x;
        for (size_t e = P->indptr[i]; e < P->indptr[i + 1]; e += TSNE_LANES) {
            ct_prefetch(P->indices + e, AHEAD);
            ct_prefetch(P->data + e, AHEAD);
            const __m512i indices = _mm512_loadu_si512(P->indices + e);
            const __m512 low = gather_pairs(pairs, _mm512_castsi512_si256(indices), all);
            const __m512 high = gather_pairs(pairs, _mm512_extracti64x4_epi64(indices, 1), all);
            const __m512 dx = _mm512_sub_ps(xi, _mm512_permutex2var_ps(low, xs, high));
            const __m512 dy = _mm512_sub_ps(yi, _mm512_permutex2var_ps(low, ys, high));
            const __m512 d = _mm512_fmadd_ps(dy, dy, _mm512_fmadd_ps(dx, dx, one));
            const __m512 pw = _mm512_div_ps(_mm512_loadu_ps(P->data + e), d);
            sum_x = _mm512_fmadd_ps(pw, dx, sum_x);
            sum_y = _mm512_fmadd_ps(pw, dy, sum_y);
        }
        fx[i] = _mm512_reduce_add_ps(sum_x);
        fy[i] = _mm512_reduce_add_ps(sum_y);
    }
}
#endif

void tsne_attract(const struct tsne_joint *P, const uint64_t *pairs, size_t first, size_t end,
                  float *fx, float *fy)
{
#ifdef CT_AVX512
    if (__builtin_cpu_supports("avx512f")) {
        attract_avx512(P, pairs, first, end, fx, fy);
        return;
    }
#endif
    tsne_attract_portable(P, pairs, first, end, fx, fy);
}
