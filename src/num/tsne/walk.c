#include "config.h"
#include "num/tsne/walk.h"

#include <stddef.h>
#include <string.h>

#include "base/kernel.h"

#ifdef CT_AVX512
#include <immintrin.h>
#endif

/*
 * Neighbours on the curve traverse the tree as a party, since their paths are nearly the same: a
 * cell is opened if at least one point needs it, and points for which it is a summary are masked
 * while the others are inside. Each point uses exactly the cells that it would use alone.
 *
 * A party's next step depends on its last one, from loading the cell to checking all points; the
 * steps of other parties hide this latency.
 */
enum {
    PARTY = 16,
    PARTIES = TSNE_WALK_BLOCK / PARTY,
    ABREAST = 4, /* parties that step in turn; the others wait until one has finished */
    LEVELS = TSNE_WALK_LEAF + 1,
    AHEAD = 1024, /* bytes to prefetch: another thread has just written the cells */
};

/* The next cell: the first one inside, or, if no point goes in, the one after those. Branchless,
 * since the branch would often be mispredicted. goes_in is below 2^31. */
static inline const struct tsne_cell *next_cell(const struct tsne_cell *cell, uint32_t goes_in)
{
    const uint32_t nobody = 0U - ((goes_in - 1) >> 31);

    return (const struct tsne_cell *)(const void *)((const char *)(cell + 1) +
                                                    (cell->inside & nobody));
}

struct party {
    _Alignas(64) float x[PARTY];
    float y[PARTY];
    float fx[PARTY];
    float fy[PARTY];
    float z[PARTY];
    /* Per level: 1 for points inside the last cell of that level, 0 for others. Floats, since
     * compilers vectorise mixed types poorly. */
    float inside[LEVELS][PARTY];
    const struct tsne_cell *at;
};

static void party_start(struct party *p, const float *x, const float *y,
                        const struct tsne_cell *first)
{
    for (size_t l = 0; l < PARTY; l++) {
        p->x[l] = x[l];
        p->y[l] = y[l];
        p->fx[l] = p->fy[l] = p->z[l] = 0.0F;
        p->inside[0][l] = 1.0F;
    }
    p->at = first;
}

static inline void party_step(struct party *restrict p)
{
    const struct tsne_cell c = *p->at;
    const float *const inside = p->inside[c.parent];
    float *const goes_in = p->inside[c.level];
    int32_t anybody = 0;

#pragma omp simd reduction(| : anybody)
    for (size_t l = 0; l < PARTY; l++) {
        const float dx = p->x[l] - c.x;
        const float dy = p->y[l] - c.y;
        const float d2 = dx * dx + dy * dy;
        const float w = 1.0F / (1.0F + d2);
        const float stands = d2 > c.beyond2 ? inside[l] : 0.0F;
        const float sw = stands * c.size * w;
        const float sw2 = sw * w;
        p->z[l] += sw;
        p->fx[l] += sw2 * dx;
        p->fy[l] += sw2 * dy;
        goes_in[l] = inside[l] - stands;
        anybody |= (int32_t)goes_in[l];
    }
    p->at = next_cell(p->at, (uint32_t)anybody);
}

CT_KERNEL static void walk(struct party *parties, const struct tsne_cell *end)
{
    struct party *abreast[ABREAST];
    size_t n = 0, next = 0;

    for (; n < ABREAST; n++)
        abreast[n] = &parties[next++];
    while (n > 0)
        for (size_t i = 0; i < n; i++) {
            party_step(abreast[i]);
            if (abreast[i]->at == end)
                abreast[i] = next < PARTIES ? &parties[next++] : abreast[--n];
        }
}

void tsne_walk_portable(const struct tsne_cell *first, const struct tsne_cell *end, const float *x,
                        const float *y, float *fx, float *fy, float *z)
{
    struct party parties[PARTIES];

    for (size_t i = 0; i < PARTIES; i++)
        party_start(&parties[i], x + i * PARTY, y + i * PARTY, first);
    walk(parties, end);
    for (size_t i = 0; i < PARTIES; i++) {
        memcpy(fx + i * PARTY, parties[i].fx, sizeof parties[i].fx);
        memcpy(fy + i * PARTY, parties[i].fy, sizeof parties[i].fy);
        memcpy(z + i * PARTY, parties[i].z, sizeof parties[i].z);
    }
}

#ifdef CT_AVX512
/* The same in registers, with booleans in masks: takes less than 60 % of the time. The same terms,
 * added in the same order. */
struct masked_party {
    __m512 x;
    __m512 y;
    __m512 fx;
    __m512 fy;
    __m512 z;
    __mmask16 inside[LEVELS];
    const struct tsne_cell *at;
    size_t number; /* PARTIES or more: no party left, results are discarded */
};

CT_AVX512 static inline void masked_start(struct masked_party *p, size_t number, const float *x,
                                          const float *y, const struct tsne_cell *first)
{
    p->number = number;
    p->at = first;
    p->inside[0] = 0xFFFF;
    if (number < PARTIES) {
        p->x = _mm512_loadu_ps(x + number * PARTY);
        p->y = _mm512_loadu_ps(y + number * PARTY);
        p->fx = p->fy = p->z = _mm512_setzero_ps();
    }
}

CT_AVX512 static inline void masked_step(struct masked_party *restrict p)
{
    const struct tsne_cell *const c = p->at;
    const __m512 one = _mm512_set1_ps(1.0F);
    const __m512 dx = _mm512_sub_ps(p->x, _mm512_set1_ps(c->x));
    const __m512 dy = _mm512_sub_ps(p->y, _mm512_set1_ps(c->y));
    const __m512 d2 = _mm512_fmadd_ps(dx, dx, _mm512_mul_ps(dy, dy));
    const __m512 w = _mm512_div_ps(one, _mm512_add_ps(one, d2));
    const __mmask16 inside = p->inside[c->parent];
    const __mmask16 stands = _mm512_cmp_ps_mask(d2, _mm512_set1_ps(c->beyond2), _CMP_GT_OQ);
    const __m512 sw = _mm512_maskz_mul_ps(stands, _mm512_set1_ps(c->size), w);
    const __m512 sw2 = _mm512_maskz_mul_ps(inside, sw, w);
    const uint32_t goes_in = (uint32_t)inside & ~(uint32_t)stands;

    ct_prefetch(c, AHEAD);
    p->z = _mm512_mask_add_ps(p->z, inside, p->z, sw);
    p->fx = _mm512_fmadd_ps(sw2, dx, p->fx);
    p->fy = _mm512_fmadd_ps(sw2, dy, p->fy);
    p->inside[c->level] = (__mmask16)goes_in;
    p->at = next_cell(c, goes_in);
}

CT_AVX512 static void walk_avx512(const struct tsne_cell *first, const struct tsne_cell *end,
                                  const float *x, const float *y, float *fx, float *fy, float *z)
{
    struct masked_party abreast[ABREAST];
    size_t next = 0, n_through = 0;

#pragma GCC unroll 4
    for (size_t i = 0; i < ABREAST; i++)
        masked_start(&abreast[i], next++, x, y, first);
    while (n_through < PARTIES)
#pragma GCC unroll 4 /* so that all stay in registers */
        for (size_t i = 0; i < ABREAST; i++) {
            struct masked_party *const p = &abreast[i];
            masked_step(p);
            if (p->at == end) {
                if (p->number < PARTIES) {
                    _mm512_storeu_ps(fx + p->number * PARTY, p->fx);
                    _mm512_storeu_ps(fy + p->number * PARTY, p->fy);
                    _mm512_storeu_ps(z + p->number * PARTY, p->z);
                    n_through++;
                }
                masked_start(p, next++, x, y, first);
            }
        }
}
#endif

void tsne_walk(const struct tsne_cell *first, const struct tsne_cell *end, const float *x,
               const float *y, float *fx, float *fy, float *z)
{
#ifdef CT_AVX512
    if (__builtin_cpu_supports("avx512f")) {
        walk_avx512(first, end, x, y, fx, fy, z);
        return;
    }
#endif
    tsne_walk_portable(first, end, x, y, fx, fy, z);
}
