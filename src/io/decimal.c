#include "config.h"
#include "io/decimal.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

enum { POWER_MIN = -342, POWER_MAX = 324 };

/* power.bits * 2^s <= 10^k < (power.bits + 1) * 2^s, with s = log2_pow10(k) - 127 and the top bit
 * of bits set. Equality holds for k in 0 .. 55. */
struct power {
    uint64_t high;
    uint64_t low;
};
static struct power powers[POWER_MAX - POWER_MIN + 1];

/* ---- powers of ten, by exact multiple-precision arithmetic ---- */

enum { N_LIMBS = 40, ONE_BIT = 31 };

struct limbs { /* little-endian; n - 1 is the highest nonzero limb */
    uint32_t limb[N_LIMBS];
    int n;
};

static void limbs_times_ten(struct limbs *x)
{
    uint64_t carry = 0;

    for (int i = 0; i < x->n; i++) {
        carry += UINT64_C(10) * x->limb[i];
        x->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0)
        x->limb[x->n++] = (uint32_t)carry;
}

/* Rounded down; repeated rounding down equals rounding down once. */
static void limbs_over_ten(struct limbs *x)
{
    uint64_t rest = 0;

    for (int i = x->n - 1; i >= 0; i--) {
        rest = rest << 32 | x->limb[i];
        x->limb[i] = (uint32_t)(rest / 10);
        rest %= 10;
    }
    if (x->limb[x->n - 1] == 0)
        x->n--;
}

/* The 128 bits from the highest set bit. */
static struct power limbs_top(const struct limbs *x)
{
    uint32_t top[5] = { 0 };

    for (int i = 0; i < 5 && i < x->n; i++)
        top[i] = x->limb[x->n - 1 - i];
    const int shift = __builtin_clz(top[0]);
    for (int i = 0; i < 4 && shift > 0; i++)
        top[i] = top[i] << shift | top[i + 1] >> (32 - shift);
    return (struct power){ .high = (uint64_t)top[0] << 32 | top[1],
                           .low = (uint64_t)top[2] << 32 | top[3] };
}

static void make_powers(void)
{
    struct limbs up = { .limb = { 1 }, .n = 1 };
    struct limbs down = { .limb = { [N_LIMBS - 1] = UINT32_C(1) << ONE_BIT }, .n = N_LIMBS };

    for (int k = 0; k <= POWER_MAX; k++, limbs_times_ten(&up))
        powers[k - POWER_MIN] = limbs_top(&up);
    for (int k = -1; k >= POWER_MIN; k--) {
        limbs_over_ten(&down);
        powers[k - POWER_MIN] = limbs_top(&down);
    }
}

static struct power power_of_ten(int k)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, make_powers);
    return powers[k - POWER_MIN];
}

/* ---- logarithms, rounded down; correct for all exponents of a float64 ---- */

static int log2_pow10(int k)
{
    return (int)((int64_t)k * 217706 >> 16);
}

static int log10_pow2(int q)
{
    return (int)((int64_t)q * 1292913986 >> 32);
}

static int log10_three_quarters_pow2(int q)
{
    return (int)(((int64_t)q * 1292913986 - 536607788) >> 32);
}

/* ---- common numbers, by exact float64 arithmetic ---- */

const double decimal_powers[DECIMAL_POWERS] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

/* One product or quotient of exact numbers rounds once, that is, correctly (Clinger 1990). */
static bool divide_exactly(struct decimal d, double *value)
{
    if (d.digits > UINT64_C(1) << 53 || d.exponent <= -DECIMAL_POWERS ||
        d.exponent >= DECIMAL_POWERS)
        return false;
    *value = d.exponent < 0 ? (double)d.digits / decimal_powers[-d.exponent]
                            : (double)d.digits * decimal_powers[d.exponent];
    return true;
}

/* value times 10^k, rounded to a whole number below 10^11; false near a tie, where the rounding
 * error of the product could decide. */
static bool scale_roughly(double value, int k, uint64_t *digits)
{
    if (k < 0 || k >= DECIMAL_POWERS)
        return false;
    const double p = value * decimal_powers[k];
    *digits = (uint64_t)(p + 0.5);
    return fabs(p - (double)*digits) < 0.5 - 1e-4;
}

/* ---- to decimal ---- */

/* (x * (g.high, g.low)) >> 64. */
static unsigned __int128 product_top(uint64_t x, struct power g)
{
    return (unsigned __int128)x * g.high + ((unsigned __int128)x * g.low >> 64);
}

/* x * g * 2^-127, rounded to odd: a nonzero fraction sets the last bit, so that comparisons with
 * whole numbers give the same result as without rounding (section 9.6). */
static uint64_t product_to_odd(uint64_t x, struct power g)
{
    const unsigned __int128 p = product_top(x, g);
    const uint64_t fraction = (uint64_t)p & (UINT64_MAX >> 1);

    return (uint64_t)(p >> 63) | (fraction != 0);
}

/* 10^k to 126 bits, rounded up, as the proofs of Schubfach require. */
static struct power power_above(int k)
{
    const struct power floor = power_of_ten(k);
    const uint64_t low = floor.high << 62 | floor.low >> 2;

    return (struct power){ .high = (floor.high >> 2) + (low == UINT64_MAX), .low = low + 1 };
}

/*
 * Names as in the paper: value = c 2^q, and the decimals between vl and vr, the midpoints to its
 * neighbours, read back as value. k is chosen such that this interval contains one to ten multiples
 * of 10^k. v, vl, vr are in quarters of 10^k.
 */
static struct decimal shortest(uint64_t c, int q, bool is_irregular)
{
    const int k = is_irregular ? log10_three_quarters_pow2(q) : log10_pow2(q);
    const int h = q + log2_pow10(-k) + 2;
    const struct power g = power_above(-k);
    const uint64_t v = product_to_odd(4 * c << h, g);
    const uint64_t vl = product_to_odd((4 * c - (is_irregular ? 1 : 2)) << h, g);
    const uint64_t vr = product_to_odd((4 * c + 2) << h, g);
    const uint64_t out = c & 1; /* vl and vr round to even: to value if c is even */
    const uint64_t s = v / 4;

    if (s >= 10) {
        const uint64_t tens = s / 10 * 10;
        const bool below = vl + out <= 4 * tens;
        const bool above = 4 * (tens + 10) + out <= vr;
        if (below != above)
            return (struct decimal){ .digits = below ? tens : tens + 10, .exponent = k };
    }
    const bool below = vl + out <= 4 * s;
    const bool above = 4 * (s + 1) + out <= vr;
    const uint64_t middle = 4 * s + 2;
    const bool up = below != above ? above : v > middle || (v == middle && (s & 1) != 0);
    return (struct decimal){ .digits = s + up, .exponent = k };
}

struct decimal decimal_shortest(double value)
{
    const uint64_t hidden = UINT64_C(1) << 52;
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    const uint64_t fraction = bits & (hidden - 1);
    const int biased = (int)(bits >> 52);
    const bool is_normal = biased > 0;
    /* The lower neighbour of a power of two is at half the distance. */
    struct decimal d = shortest(is_normal ? hidden | fraction : fraction,
                                is_normal ? biased - 1075 : -1074, fraction == 0 && biased > 1);
    while (d.digits % 10 == 0) {
        d.digits /= 10;
        d.exponent++;
    }
    return d;
}

/* m 2^e times 10^k, rounded to the nearest whole number, ties to even. m has its top bit set and at
 * most 24 significant bits. */
static uint64_t scale_f32(uint64_t m, int e, int k)
{
    const unsigned __int128 p = product_top(m, power_of_ten(k));
    const int shift = -(e + log2_pow10(k) - 63); /* the result is p 2^-shift */
    const unsigned __int128 half = (unsigned __int128)1 << (shift - 1);
    const uint64_t whole = (uint64_t)(p >> shift);
    const unsigned __int128 rest = p - ((unsigned __int128)whole << shift);

    /* p is exact where ties are possible (10^k times 2 m 2^e odd: k from 1 to 13), and otherwise
     * too small by less than 2: no float32 is that close to a tie. */
    return whole + (rest > half || (rest == half && (whole & 1) != 0));
}

struct decimal decimal_round_f32(float value)
{
    enum { DIGITS = 9, LIMIT = 1000000000 /* 10^9 */ };
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    const uint32_t fraction = bits & 0x7FFFFF;
    const int biased = (int)(bits >> 23);
    const uint32_t m = biased > 0 ? fraction | 0x800000 : fraction;
    const int shift = 32 + __builtin_clz(m);
    const int e = (biased > 0 ? biased : 1) - 150 - shift;
    int k = DIGITS - 1 - log10_pow2(e + 63); /* DIGITS or DIGITS + 1 digits before the point */
    uint64_t digits;
    for (;; k--) {
        if (!scale_roughly((double)value, k, &digits))
            digits = scale_f32((uint64_t)m << shift, e, k);
        if (digits < LIMIT)
            return (struct decimal){ .digits = digits, .exponent = -k };
    }
}

/* ---- to binary ---- */

bool decimal_to_f64(struct decimal d, double *value)
{
    enum { DROPPED = 128 - 53 };

    if (divide_exactly(d, value))
        return true;
    if (d.digits == 0) {
        *value = 0.0;
        return true;
    }
    if (d.exponent < POWER_MIN || d.exponent > POWER_MAX)
        return false;
    const int zeros = __builtin_clzll(d.digits);
    unsigned __int128 p = product_top(d.digits << zeros, power_of_ten(d.exponent));
    const int carry = (int)(p >> 127);
    p <<= 1 - carry; /* the exact value is in [p, p + 4) */
    int biased = 1023 + 63 - zeros + log2_pow10(d.exponent) + carry;
    uint64_t c = (uint64_t)(p >> DROPPED);
    const unsigned __int128 rest = p - ((unsigned __int128)c << DROPPED);
    const unsigned __int128 half = (unsigned __int128)1 << (DROPPED - 1);
    const bool is_exact = d.exponent >= 0 && d.exponent <= 27; /* 5^27 fits 64 bits */
    if (!is_exact && rest <= half && half - rest < 4)
        return false;
    c += rest > half || (rest == half && (c & 1) != 0);
    biased += (int)(c >> 53); /* rounded up to a power of two: the fraction is 0 */
    if (biased < 1 || biased > 2046)
        return false;
    const uint64_t bits = (uint64_t)biased << 52 | (c & ((UINT64_C(1) << 52) - 1));
    memcpy(value, &bits, sizeof bits);
    return true;
}
