#include "config.h"
#include "plot/ticks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct step { /* mantissa * 10^exponent */
    int mantissa, exponent;
};

static double step_size(struct step s)
{
    return s.mantissa * pow(10.0, s.exponent);
}

static struct step next_step(struct step s)
{
    return s.mantissa == 1   ? (struct step){ 2, s.exponent }
           : s.mantissa == 2 ? (struct step){ 5, s.exponent }
                             : (struct step){ 1, s.exponent + 1 };
}

/* k steps; divides by an exact power of ten if there is one, so that 3 steps of 0.1 are 0.3. */
static double multiple(double k, struct step s)
{
    return s.exponent < 0 && s.exponent >= -22 ? k * s.mantissa / pow(10.0, -s.exponent)
                                               : k * step_size(s);
}

/* Removes trailing zeros of the mantissa and leading zeros of the exponent. */
static void tidy_exponent(char *text)
{
    char *const e = strchr(text, 'e');

    if (e == NULL)
        return;
    char *end = e;
    if (memchr(text, '.', (size_t)(e - text)) != NULL) {
        while (end[-1] == '0')
            end--;
        if (end[-1] == '.')
            end--;
    }
    memmove(end, e, strlen(e) + 1);
}

void number_short(char out[TICK_TEXT_SIZE], double value, int digits)
{
    const int most = digits < 1 ? 1 : digits > 15 ? 15 : digits;

    if (isnan(value)) {
        snprintf(out, TICK_TEXT_SIZE, "nan");
        return;
    }
    snprintf(out, TICK_TEXT_SIZE, "%.*g", most, value == 0.0 ? 0.0 : value);
    /* %g switches to exponents when there are more digits before the point than requested. */
    if (strchr(out, 'e') != NULL && fabs(value) >= 1.0 && fabs(value) < 999999.5)
        snprintf(out, TICK_TEXT_SIZE, "%.0f", value);
    tidy_exponent(out);
}

static void write_texts(struct ticks *t, struct step s)
{
    double largest = 0.0;

    for (size_t i = 0; i < t->n; i++)
        largest = fmax(largest, fabs(t->at[i]));
    const bool fixed = s.exponent >= -4 && largest < 1e6;
    const int digits = largest > 0.0 ? (int)floor(log10(largest)) - s.exponent + 1 : 1;
    t->width = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (fixed)
            snprintf(t->text[i], TICK_TEXT_SIZE, "%.*f", s.exponent < 0 ? -s.exponent : 0,
                     t->at[i]);
        else
            number_short(t->text[i], t->at[i], digits);
        const size_t width = strlen(t->text[i]);
        if (width > t->width)
            t->width = width;
    }
}

/* Ticks at every multiple of s in lo .. hi; false when there are more than most. The tolerance
 * admits a tick that misses an end only by rounding. */
static bool ticks_at(struct ticks *t, double lo, double hi, struct step s, size_t most)
{
    const double size = step_size(s);
    const double sliver = 1e-9;
    const double first = ceil(lo / size - sliver), last = floor(hi / size + sliver);

    if (!(size > 0.0) || !isfinite(size) || !isfinite(first) || !isfinite(last) ||
        last - first >= (double)most)
        return false;
    t->n = 0;
    for (double k = first; k <= last && t->n < most; k += 1.0) {
        const double at = fmin(fmax(multiple(k, s), lo), hi);
        if (t->n > 0 && !(at > t->at[t->n - 1]))
            break; /* steps below the resolution of double */
        t->at[t->n++] = at == 0.0 ? 0.0 : at;
    }
    write_texts(t, s);
    return true;
}

/* The first and the last multiple of s in lo .. hi, which differ. */
static void outer_ticks(struct ticks *t, double lo, double hi, struct step s)
{
    const double size = step_size(s);
    const double ends[] = { multiple(ceil(lo / size), s), multiple(floor(hi / size), s) };

    if (!(ends[0] < ends[1]))
        return;
    t->n = 2;
    t->at[0] = ends[0];
    t->at[1] = ends[1];
    write_texts(t, s);
}

static void single_tick(struct ticks *t, double at)
{
    t->n = 1;
    t->at[0] = at;
    number_short(t->text[0], at, 6);
    t->width = strlen(t->text[0]);
}

void ticks_make(struct ticks *t, double lo, double hi, size_t most, bool integer)
{
    *t = (struct ticks){ .n = 0 };
    if (!isfinite(lo) || !isfinite(hi) || lo > hi || most == 0)
        return;
    if (most > TICKS_MAX)
        most = TICKS_MAX;
    if (lo == hi) {
        single_tick(t, lo);
        return;
    }
    const double raw = fmax(hi / 2 / (double)most - lo / 2 / (double)most, 1e-300);
    struct step s = { 1, (int)floor(log10(raw)) };
    if (integer && s.exponent < 0)
        s = (struct step){ 1, 0 };
    struct step finer = s;
    for (int tries = 0; tries < 16 && !ticks_at(t, lo, hi, s, most); tries++) {
        finer = s;
        s = next_step(s);
    }
    if (t->n < 2 && most >= 2) /* a single number does not define a scale */
        outer_ticks(t, lo, hi, finer);
}

void ticks_fit(struct ticks *t, double lo, double hi, size_t cols, bool integer)
{
    enum { LEAST_APART = 8 };

    for (size_t most = cols / LEAST_APART + 1; most > 0; most--) {
        ticks_make(t, lo, hi, most, integer);
        if (t->n < 2)
            return;
        const double apart = (t->at[1] / 2 - t->at[0] / 2) / (hi / 2 - lo / 2) * (double)cols;
        if (apart >= (double)(t->width + 3))
            return;
    }
}

struct even { /* steps of `each` cells */
    struct step step;
    double each, cost;
};

/* The step that widens a range the least, with some preference for usual ones that are not close
 * together; each 0: none. */
static struct even find_even(double width, size_t cells, bool integer)
{
    enum { LEAST_EACH = 2, MOST_EACH = 8 };
    const double most_each = integer ? (double)cells : MOST_EACH; /* of small counts, a step is 1 */
    static const struct {
        int mantissa, exponent;
        double cost;
    } steps[] = { { 1, 0, 0.0 }, { 2, 0, 0.0 }, { 25, -1, 0.06 }, { 4, 0, 0.06 }, { 5, 0, 0.0 } };
    static const double most = 0.3;
    struct even best = { .cost = most };
    const int power = (int)floor(log10(width / (double)cells));

    for (int exponent = power; exponent <= power + 2; exponent++)
        for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
            const struct step s = { steps[k].mantissa, steps[k].exponent + exponent };
            const double each = floor((double)cells * step_size(s) / width * (1.0 + 1e-9));
            const double cost = (double)cells * step_size(s) / each / width - 1.0 + steps[k].cost +
                                (each < LEAST_EACH + 1 ? 0.05 : 0.0);
            if (each >= LEAST_EACH && each <= most_each &&
                (integer || 2.0 * each <= (double)cells) && cost < best.cost &&
                (!integer || s.exponent >= 0))
                best = (struct even){ s, each, cost };
        }
    return best;
}

bool ticks_even(struct ticks *t, double *lo, double *hi, size_t cells, bool integer,
                bool is_centred)
{
    enum { FEW_CELLS = 14 }; /* where half a cell may be more than a margin of 4 % */
    const double width = *hi - *lo;
    const double margin = is_centred && cells < FEW_CELLS ? width / (double)cells : 0.0;

    if (cells == 0 || !(width > 1e-300) || !isfinite(width + margin))
        return false;
    const struct even even = find_even(width + margin, cells, integer);
    if (!(even.each > 0.0))
        return false;
    const double cell = step_size(even.step) / even.each;
    double from = *lo;
    if (is_centred) {
        from -= (cell * (double)cells - width) / 2;
        from = (floor(from / cell) + 0.5) * cell; /* steps are whole numbers of cells from 0 */
    }
    const double to = from + cell * (double)cells;
    if (!isfinite(from) || !isfinite(to) || !(to - from > width * 0.9))
        return false;
    *lo = from;
    *hi = to;
    /* The edge at the top is above the last cell. */
    ticks_at(t, from, is_centred ? to : to - cell / 2, even.step, TICKS_MAX);
    return true;
}
