#include "config.h"
#include "num/tsne_walk.h"

#include <string.h>

#include "base/kernel.h"

#ifdef CT_AVX512
#include <immintrin.h>
#endif

/*
 * Neighbours on the curve walk the tree as a party, since they take nearly the same way: a cell is
 * opened where one of them needs it, and those for which a cell above has stood already look on
 * until `skip`. Each point sees just the cells it would see alone. Truth values and places in the
 * tree are floats (exact below 2^24), since compilers make poor work of a mixture.
 *
 * A party's next step waits for its last one, from the load of the cell to the look at all points;
 * the steps of the other parties fill that time.
 */
enum {
    PARTY = 16,
    PARTIES = TSNE_WALK_BLOCK / PARTY,
};

struct party {
    _Alignas(64) float x[PARTY];
    float y[PARTY];
    float fx[PARTY];
    float fy[PARTY];
    float z[PARTY];
    float skip[PARTY];
};

static const float duplicate2 = 1e-12F; /* what lies within 1e-6 does not repel */

static void gather_parties(struct party *parties, const float *x, const float *y)
{
    memset(parties, 0, PARTIES * sizeof *parties);
    for (size_t i = 0; i < PARTIES; i++) {
        memcpy(parties[i].x, x + i * PARTY, sizeof parties[i].x);
        memcpy(parties[i].y, y + i * PARTY, sizeof parties[i].y);
    }
}

static void read_parties(const struct party *parties, float *fx, float *fy, float *z)
{
    for (size_t i = 0; i < PARTIES; i++) {
        memcpy(fx + i * PARTY, parties[i].fx, sizeof parties[i].fx);
        memcpy(fy + i * PARTY, parties[i].fy, sizeof parties[i].fy);
        memcpy(z + i * PARTY, parties[i].z, sizeof parties[i].z);
    }
}

/* Where the party goes from this cell. Looked up, since a branch would be guessed wrong often. */
static inline uint32_t party_meet(struct party *restrict p, const struct tsne_cell *restrict c,
                                  float angle2)
{
    const struct tsne_cell cell = *c;
    int32_t open = 0;

#pragma omp simd reduction(| : open)
    for (size_t l = 0; l < PARTY; l++) {
        const float dx = p->x[l] - cell.x;
        const float dy = p->y[l] - cell.y;
        const float d2 = dx * dx + dy * dy;
        const float w = 1.0F / (1.0F + d2);
        const float active = p->skip[l] <= cell.place ? 1.0F : 0.0F;
        const float stands = cell.width2 < angle2 * d2 ? active : 0.0F;
        const float size = d2 > duplicate2 ? cell.size : 0.0F;
        const float sw = stands * size * w;
        const float sw2 = sw * w;
        const float until = stands * cell.after;
        p->z[l] += sw;
        p->fx[l] += sw2 * dx;
        p->fy[l] += sw2 * dy;
        p->skip[l] = until > p->skip[l] ? until : p->skip[l];
        open |= (int32_t)(active - stands);
    }
    return c->next[open];
}

/* All from the root to the end. */
CT_KERNEL static void walk(struct party *restrict parties, const struct tsne_cell *restrict cells,
                           uint32_t end, float angle2)
{
    uint32_t at[PARTIES] = { 0 };
    uint32_t last = 0; /* the place of the one that is furthest behind */

    while (last < end) {
        last = end;
        for (size_t i = 0; i < PARTIES; i++) {
            at[i] = party_meet(&parties[i], cells + at[i], angle2);
            last = at[i] < last ? at[i] : last;
        }
    }
}

void tsne_walk_portable(const struct tsne_cell *cells, uint32_t end, float angle2, const float *x,
                        const float *y, float *fx, float *fy, float *z)
{
    struct party parties[PARTIES];

    gather_parties(parties, x, y);
    walk(parties, cells, end, angle2);
    read_parties(parties, fx, fy, z);
}

#ifdef CT_AVX512
/* party_meet with its truth values in mask registers, where one instruction compares those of all
 * points: a quarter less time for the whole of t-SNE. The same terms, added in the same order. */
CT_AVX512 static inline uint32_t
party_meet_avx512(struct party *restrict p, const struct tsne_cell *restrict c, __m512 angle2)
{
    const __m512 one = _mm512_set1_ps(1.0F);
    const __m512 skip = _mm512_load_ps(p->skip);
    const __m512 dx = _mm512_sub_ps(_mm512_load_ps(p->x), _mm512_set1_ps(c->x));
    const __m512 dy = _mm512_sub_ps(_mm512_load_ps(p->y), _mm512_set1_ps(c->y));
    const __m512 d2 = _mm512_fmadd_ps(dx, dx, _mm512_mul_ps(dy, dy));
    const __m512 w = _mm512_div_ps(one, _mm512_add_ps(one, d2));
    const __mmask16 active = _mm512_cmp_ps_mask(skip, _mm512_set1_ps(c->place), _CMP_LE_OQ);
    const __mmask16 stands = _mm512_mask_cmp_ps_mask(active, _mm512_set1_ps(c->width2),
                                                     _mm512_mul_ps(angle2, d2), _CMP_LT_OQ);
    const __mmask16 repels =
        _mm512_mask_cmp_ps_mask(stands, d2, _mm512_set1_ps(duplicate2), _CMP_GT_OQ);
    const __m512 sw = _mm512_maskz_mul_ps(repels, _mm512_set1_ps(c->size), w);
    const __m512 sw2 = _mm512_mul_ps(sw, w);

    _mm512_store_ps(p->z, _mm512_add_ps(_mm512_load_ps(p->z), sw));
    _mm512_store_ps(p->fx, _mm512_fmadd_ps(sw2, dx, _mm512_load_ps(p->fx)));
    _mm512_store_ps(p->fy, _mm512_fmadd_ps(sw2, dy, _mm512_load_ps(p->fy)));
    _mm512_store_ps(p->skip, _mm512_mask_mov_ps(skip, stands, _mm512_set1_ps(c->after)));
    return c->next[active != stands];
}

CT_AVX512 static void walk_avx512(struct party *restrict parties,
                                  const struct tsne_cell *restrict cells, uint32_t end,
                                  float angle2)
{
    const __m512 angle2_all = _mm512_set1_ps(angle2);
    uint32_t at[PARTIES] = { 0 };
    uint32_t last = 0;

    while (last < end) {
        last = end;
        for (size_t i = 0; i < PARTIES; i++) {
            at[i] = party_meet_avx512(&parties[i], cells + at[i], angle2_all);
            last = at[i] < last ? at[i] : last;
        }
    }
}
#endif

void tsne_walk(const struct tsne_cell *cells, uint32_t end, float angle2, const float *x,
               const float *y, float *fx, float *fy, float *z)
{
#ifdef CT_AVX512
    struct party parties[PARTIES];

    if (__builtin_cpu_supports("avx512f")) {
        gather_parties(parties, x, y);
        walk_avx512(parties, cells, end, angle2);
        read_parties(parties, fx, fy, z);
        return;
    }
#endif
    tsne_walk_portable(cells, end, angle2, x, y, fx, fy, z);
}
