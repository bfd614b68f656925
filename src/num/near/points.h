/* Points in the plane as separate coordinate arrays, with the operations for building trees. */
#ifndef CT_NUM_NEAR_POINTS_H
#define CT_NUM_NEAR_POINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/mat.h"
#include "base/status.h"

struct points { /* zero-initialise; owns its arrays until points_clear() */
    size_t n;
    double *x;       /* [n] */
    double *y;       /* [n] */
    uint32_t *order; /* [n], the original row of each point */
};

struct box {
    double x_lo, x_hi;
    double y_lo, y_hi;
};

/* CT_EINVAL if X is not finite, not [n, 2], or has more rows than int32_t can count; who names the
 * caller. Any X without rows is valid. */
enum ct_status points_check(const struct mat *X, const char *who, struct ct_error *err);

enum ct_status points_init(struct points *p, size_t n, struct ct_error *err); /* not zeroed */
void points_clear(struct points *p);
double points_memory(size_t n); /* bytes */

/* Copies the rows of X, which must have been checked, in order. */
void points_fill(struct points *p, const struct mat *X);

void points_swap(struct points *p, size_t a, size_t b);

/* The bounding box of points lo .. hi - 1, with lo < hi. */
struct box points_box(const struct points *p, size_t lo, size_t hi);

/* Partitions points lo .. hi - 1 so that none before mid has a larger coordinate (y if by_y, else
 * x) than any from mid on; lo <= mid < hi. Linear on average. */
void points_split(struct points *p, size_t lo, size_t hi, size_t mid, bool by_y);

/* Sorts keys [n] ascending, and values [n] with them; stable (least significant digit first).
 * spare_keys and spare_values [n] are scratch. */
void points_radix_sort(uint64_t *keys, uint32_t *values, uint64_t *spare_keys,
                       uint32_t *spare_values, size_t n);

/* An unsigned key with the order of the finite double v; and the inverse. */
static inline uint64_t points_key(double v)
{
    uint64_t bits;

    memcpy(&bits, &v, sizeof bits);
    return bits >> 63 != 0 ? ~bits : bits | (uint64_t)1 << 63;
}

static inline double points_unkey(uint64_t key)
{
    const uint64_t bits = key >> 63 != 0 ? key & ~((uint64_t)1 << 63) : ~key;
    double v;

    memcpy(&v, &bits, sizeof v);
    return v;
}

/*
 * Squared distances. Rounding is monotonic, so a bound computed from boxes is never on the wrong
 * side of the same expression for a pair of points inside them, including ties.
 */
static inline double squared(double dx, double dy)
{
    return dx * dx + dy * dy;
}

static inline double larger(double a, double b)
{
    return a > b ? a : b; /* one instruction, unlike fmax(); coordinates are not NaN */
}

static inline double box_gap(double lo_a, double hi_a, double lo_b, double hi_b)
{
    return larger(larger(lo_a - hi_b, lo_b - hi_a), 0.0);
}

/* Lower bound of the squared distance of any point of a to any point of b. */
static inline double box_nearest(const struct box *a, const struct box *b)
{
    return squared(box_gap(a->x_lo, a->x_hi, b->x_lo, b->x_hi),
                   box_gap(a->y_lo, a->y_hi, b->y_lo, b->y_hi));
}

/* Upper bound of the squared distance of any point of a to any point of b. */
static inline double box_farthest(const struct box *a, const struct box *b)
{
    return squared(larger(a->x_hi - b->x_lo, b->x_hi - a->x_lo),
                   larger(a->y_hi - b->y_lo, b->y_hi - a->y_lo));
}

#endif
