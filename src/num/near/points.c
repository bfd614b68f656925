#include "config.h"
#include "num/exact.h"
#include "num/near/points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum ct_status points_check(const struct mat *X, const char *who, struct ct_error *err)
{
    if (X->rows == 0)
        return CT_OK;
    if (X->cols != 2)
        return ct_fail(err, CT_EINVAL, "%s: points have %zu coordinates; give 2 columns, x and y",
                       who, X->cols);
    if (X->rows > (size_t)INT32_MAX)
        return ct_fail(err, CT_EINVAL, "%s: %zu points; at most %ld can be labelled", who, X->rows,
                       (long)INT32_MAX);
    for (size_t i = 0; i < 2 * X->rows; i++)
        if (!isfinite(X->data[i]))
            return ct_fail(err, CT_EINVAL,
                           "%s: row %zu holds a NaN or an infinity; remove that point", who, i / 2);
    return CT_OK;
}

enum ct_status points_init(struct points *p, size_t n, struct ct_error *err)
{
    struct points fresh = { .n = n,
                            .x = ct_aligned_array(n, sizeof *fresh.x),
                            .y = ct_aligned_array(n, sizeof *fresh.y),
                            .order = ct_aligned_array(n, sizeof *fresh.order) };

    if (fresh.x == NULL || fresh.y == NULL || fresh.order == NULL) {
        points_clear(&fresh);
        return ct_fail_nomem(err, "coordinates of the points", 20ULL * n);
    }
    *p = fresh;
    return CT_OK;
}

double points_memory(size_t n)
{
    const struct points *const p = NULL;

    return (double)n * (sizeof *p->x + sizeof *p->y + sizeof *p->order);
}

void points_clear(struct points *p)
{
    free(p->x);
    free(p->y);
    free(p->order);
    *p = (struct points){ 0 };
}

void points_fill(struct points *p, const struct mat *X)
{
    for (size_t i = 0; i < p->n; i++) {
        p->x[i] = X->data[2 * i];
        p->y[i] = X->data[2 * i + 1];
        p->order[i] = (uint32_t)i;
    }
}

void points_swap(struct points *p, size_t a, size_t b)
{
    const double x = p->x[a];
    const double y = p->y[a];
    const uint32_t row = p->order[a];

    p->x[a] = p->x[b];
    p->y[a] = p->y[b];
    p->order[a] = p->order[b];
    p->x[b] = x;
    p->y[b] = y;
    p->order[b] = row;
}

struct box points_box(const struct points *p, size_t lo, size_t hi)
{
    struct box box = { p->x[lo], p->x[lo], p->y[lo], p->y[lo] };

    for (size_t i = lo + 1; i < hi; i++) {
        box.x_lo = p->x[i] < box.x_lo ? p->x[i] : box.x_lo;
        box.x_hi = p->x[i] > box.x_hi ? p->x[i] : box.x_hi;
        box.y_lo = p->y[i] < box.y_lo ? p->y[i] : box.y_lo;
        box.y_hi = p->y[i] > box.y_hi ? p->y[i] : box.y_hi;
    }
    return box;
}

/* The median of three entries at pseudo-random places (multiplicative generator): only an
 * adversarial input order makes the selection slow. */
static double pivot_of(const double *v, size_t lo, size_t hi, uint64_t *state)
{
    double three[3];

    for (size_t i = 0; i < 3; i++) {
        *state = *state * 6364136223846793005U + 1442695040888963407U;
        three[i] = v[lo + (size_t)(*state >> 33) % (hi - lo)];
    }
    const double low = fmin(three[0], three[1]);
    const double high = fmax(three[0], three[1]);
    return fmax(low, fmin(high, three[2]));
}

/* Hoare 1961, CACM 4:321 (FIND), with his partition: both ends stop at equal entries, so that many
 * of them are split evenly. */
void points_split(struct points *p, size_t lo, size_t hi, size_t mid, bool by_y)
{
    const double *const v = by_y ? p->y : p->x;
    uint64_t state = hi - lo;

    while (hi - lo > 1) {
        const double pivot = pivot_of(v, lo, hi, &state);
        size_t i = lo;
        size_t j = hi - 1;
        for (;;) {
            while (v[i] < pivot)
                i++;
            while (v[j] > pivot)
                j--;
            if (i >= j)
                break;
            points_swap(p, i, j);
            i++;
            j--;
        }
        /* Entries below i are <= the pivot, those above j are >= it. */
        if (mid < i)
            hi = i;
        else if (mid > j)
            lo = j + 1;
        else
            return;
    }
}

static void insertion_sort(uint64_t *keys, uint32_t *values, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const uint64_t key = keys[i];
        const uint32_t value = values[i];
        size_t j = i;
        for (; j > 0 && keys[j - 1] > key; j--) {
            keys[j] = keys[j - 1];
            values[j] = values[j - 1];
        }
        keys[j] = key;
        values[j] = value;
    }
}

enum { MAX_BITS = 11, MIN_BITS = 8 };

void points_radix_sort(uint64_t *keys, uint32_t *values, uint64_t *spare_keys,
                       uint32_t *spare_values, size_t n)
{
    if (n <= 32) {
        insertion_sort(keys, values, n);
        return;
    }
    /* Large digits (few passes) for many keys; small ones (few counters) for few keys. */
    const unsigned bits = n > 4096 ? MAX_BITS : MIN_BITS;
    const uint64_t mask = ((uint64_t)1 << bits) - 1;
    uint32_t place[1 << MAX_BITS]; /* initially the count of each digit, then the place of its next
                                      key */
    uint64_t *from_keys = keys;
    uint32_t *from = values;

    for (unsigned shift = 0; shift < 64; shift += bits) {
        memset(place, 0, ((size_t)mask + 1) * sizeof *place);
        for (size_t i = 0; i < n; i++)
            place[from_keys[i] >> shift & mask]++;
        if (place[from_keys[0] >> shift & mask] == n)
            continue; /* all equal, such as the zero low digits of widened float32 */
        uint32_t next = 0;
        for (size_t v = 0; v <= mask; v++) {
            const uint32_t here = place[v];
            place[v] = next;
            next += here;
        }
        for (size_t i = 0; i < n; i++) {
            const uint32_t to = place[from_keys[i] >> shift & mask]++;
            spare_keys[to] = from_keys[i];
            spare_values[to] = from[i];
        }
        uint64_t *const keys_now = spare_keys;
        uint32_t *const values_now = spare_values;
        spare_keys = from_keys;
        spare_values = from;
        from_keys = keys_now;
        from = values_now;
    }
    if (from != values) {
        memcpy(keys, from_keys, n * sizeof *keys);
        memcpy(values, from, n * sizeof *values);
    }
}
