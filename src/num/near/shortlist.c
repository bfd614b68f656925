#include "config.h"
#include "num/near/shortlist.h"

#include <float.h>

#include "base/kernel.h"

enum { GROUP = 32 }; /* columns that are checked together */

size_t shortlist_capacity(size_t n_neighbors)
{
    return 3 * n_neighbors + 2 * GROUP;
}

struct span {
    float low;
    float high;
};

/* The first whole group from `begin` on that contains a half within the limit; the end of the whole
 * groups if none does. */
CT_KERNEL static size_t next_group(const float *restrict products, const float *restrict base,
                                   size_t begin, size_t n, float limit)
{
    for (; begin + GROUP <= n; begin += GROUP) {
        int32_t any = 0;
#pragma omp simd reduction(| : any)
        for (size_t j = 0; j < GROUP; j++)
            any |= base[begin + j] - products[begin + j] <= limit ? 1 : 0;
        if (any != 0)
            break;
    }
    return begin;
}

CT_KERNEL static struct span span_of(const float *v, size_t n)
{
    float low = v[0], high = v[0];

#pragma omp simd reduction(min : low) reduction(max : high)
    for (size_t e = 0; e < n; e++) {
        low = v[e] < low ? v[e] : low;
        high = v[e] > high ? v[e] : high;
    }
    return (struct span){ low, high };
}

CT_KERNEL static size_t count_within(const float *v, size_t n, float limit)
{
    int32_t count = 0;

#pragma omp simd reduction(+ : count)
    for (size_t e = 0; e < n; e++)
        count += v[e] <= limit ? 1 : 0;
    return (size_t)count;
}

/* An upper bound of at least k values of v, and of not many more unless they are equal. */
static float loose_kth(const float *v, size_t n, size_t k)
{
    struct span span = span_of(v, n);

    for (size_t within = n; within > k + k / 16;) {
        const float middle = 0.5F * span.low + 0.5F * span.high;
        if (!(middle > span.low && middle < span.high))
            break;
        const size_t lower = count_within(v, n, middle);
        if (lower >= k) {
            span.high = middle;
            within = lower;
        } else {
            span.low = middle;
        }
    }
    return span.high;
}

/* The largest half that one of the nearest rows may have: the k-th half plus twice the largest
 * error of a half that is not above it. */
CT_KERNEL static float cut_limit(const float *halves, const uint32_t *indices, size_t n,
                                 const float *sqnorm, float own, float slack, float kth)
{
    float limit = kth;

#pragma omp simd reduction(max : limit)
    for (size_t e = 0; e < n; e++) {
        const float width = slack * (own + sqnorm[indices[e]]) + FLT_MIN;
        const float highest = halves[e] <= kth ? halves[e] + 2.0F * width : kth;
        limit = highest > limit ? highest : limit;
    }
    return limit;
}

double shortlist_memory(size_t n_neighbors)
{
    const struct shortlist *const list = NULL;
    const size_t entry = sizeof *list->halves + sizeof *list->indices;

    return (double)(sizeof *list + shortlist_capacity(n_neighbors) * entry);
}

void shortlist_reset(struct shortlist *list)
{
    list->limit = FLT_MAX;
    list->crowded = false;
    list->count = 0;
}

void shortlist_cut(struct shortlist *list, const struct halves *h, size_t i)
{
    float *const halves = list->halves;
    uint32_t *const indices = list->indices;
    size_t kept = 0;

    if (list->count < h->n_neighbors)
        return;
    const float kth = loose_kth(halves, list->count, h->n_neighbors);
    const float limit =
        cut_limit(halves, indices, list->count, h->sqnorm, h->sqnorm[i], h->slack, kth);
    list->limit = limit;
    for (size_t e = 0; e < list->count; e++) {
        halves[kept] = halves[e];
        indices[kept] = indices[e];
        kept += halves[e] <= limit;
    }
    list->count = kept;
}

void shortlist_add(struct shortlist *list, const struct halves *h, size_t i, const float *products,
                   size_t first, size_t n)
{
    const float *const base = h->base + first;
    float *const halves = list->halves;
    uint32_t *const indices = list->indices;

    for (size_t j = 0; !list->crowded && j < n;) {
        j = next_group(products, base, j, n, list->limit);
        const size_t end = n - j < GROUP ? n : j + GROUP;
        if (list->count + GROUP > h->capacity) {
            shortlist_cut(list, h, i);
            list->crowded = list->count + GROUP > h->capacity;
            continue;
        }
        const float limit = list->limit;
        size_t count = list->count;
        for (; j < end; j++) {
            const float half = base[j] - products[j];
            halves[count] = half;
            indices[count] = (uint32_t)(first + j);
            count += (size_t)(half <= limit) & (size_t)(first + j != i);
        }
        list->count = count;
    }
}
