#include "config.h"
#include "plot/palette.h"

#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(a) (sizeof(a) / sizeof(a)[0])

/* Eleven evenly spaced anchors each. */
static const uint32_t cividis[] = { 0x00224e, 0x083370, 0x35456c, 0x4f576c, 0x666970, 0x7d7c78,
                                    0x948e77, 0xaea371, 0xc8b866, 0xe5cf52, 0xfee838 };
/* The ends are light enough to be visible as a dot on black, the middle dark enough for white. */
static const uint32_t blue_red[] = { 0x1f5fc4, 0x3c7fd0, 0x649fdb, 0x93bfe5, 0xc2d7ea, 0xe4e4e4,
                                     0xf2cdb9, 0xefa68a, 0xe47b66, 0xd44d4a, 0xc42032 };

/* Grey where that one is near-white. */
static const uint32_t blue_red_points[] = { 0x1f5fc4, 0x3a75c6, 0x5a88c0, 0x7391b5,
                                            0x8695a4, 0x929292, 0xa88d84, 0xba7f70,
                                            0xc86a5c, 0xd04a48, 0xc42032 };

static const uint32_t blue_red_paper[] = { 0x053061, 0x2166ac, 0x4393c3, 0x92c5de,
                                           0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xf4a582,
                                           0xd6604d, 0xb2182b, 0x67001f };

static const uint32_t clusters[INK_N_CLUSTERS] = {
    /* Okabe & Ito, without black, the blue lighter: it is to be seen on black */
    0xe69f00, 0x56b4e9, 0x009e73, 0xf0e442, 0x2a7fff, 0xd55e00, 0xcc79a7,
    /* further ones, neighbours different in lightness */
    0xa6d854, 0x8e5bbe, 0x66e0d0, 0xa0522d, 0xffa8b0, 0x7f8c1f, 0xc2b0f8, 0xb03070, 0xf5cf9b,
    0x4f7f8a, 0xbfeaa0, 0x6a5acd, 0x2e8b3d
};
static const signed char clusters_16[INK_N_CLUSTERS] = { 3, 14, 2, 11, 12, 9,  13, 10, 5,  6,
                                                         1, 15, 4, 7,  3,  14, 2,  11, 12, 9 };

static const struct role {
    const char *name; /* NULL: cannot be chosen */
    uint32_t rgb;
    signed char color_16; /* -1: the terminal's default */
    uint8_t attr;
} roles[] = {
    [INK_DEFAULT] = { NULL, 0xd0d0d0, -1, 0 },
    [INK_DIM] = { "dim", 0x858585, 8, 0 },
    [INK_TITLE] = { "title", 0xd0d0d0, -1, CELL_BOLD },
    [INK_FRAME] = { "frame", 0x858585, 8, 0 },
    [INK_ACCENT] = { "accent", 0xf03cb0, 13, CELL_REVERSE },
    [INK_GOOD] = { "good", 0x2fa84f, 2, 0 },
    [INK_WARN] = { "warn", 0xc98a00, 3, CELL_BOLD },
    [INK_BAD] = { "bad", 0xe0483e, 9, CELL_BOLD },
    [INK_GROUP_A] = { "group-a", 0x3b8fe0, 12, 0 },
    [INK_GROUP_B] = { "group-b", 0xe07b00, 3, 0 },
    [INK_NOISE] = { "noise", 0x858585, 8, 0 },
};

/* CHOSEN + the colour chosen by the user; 0: none. */
static short choices[INK_ROLES];
enum { CHOSEN = 2 };

static bool is_map(ink i)
{
    return i >= INK_SEQUENTIAL && i < INK_MAPS_END;
}

static bool is_cluster(ink i)
{
    return i >= INK_CLUSTER_0 && i < INK_CLUSTER_0 + INK_N_CLUSTERS;
}

static const struct role *role_of(ink i)
{
    return &roles[i < LENGTH(roles) ? i : INK_DEFAULT];
}

/* The colour at step of 0 .. last, interpolated between n anchors. */
static uint32_t between(const uint32_t *anchors, size_t n, unsigned step, unsigned last)
{
    const unsigned scaled = step * (unsigned)(n - 1);
    const unsigned k = scaled / last, rest = scaled % last;
    uint32_t rgb = 0;

    for (unsigned shift = 0; shift < 24; shift += 8) {
        const unsigned a = anchors[k] >> shift & 0xFF;
        const unsigned b = rest > 0 ? anchors[k + 1] >> shift & 0xFF : a;
        const unsigned v = (a * (last - rest) + b * rest + (last + 1) / 2) / last;
        rgb |= v << shift;
    }
    return rgb;
}

static uint32_t own_rgb(ink i)
{
    if (is_cluster(i))
        return clusters[i - INK_CLUSTER_0];
    if (i >= INK_POINTS && is_map(i))
        return between(blue_red_points, LENGTH(blue_red_points), i - INK_POINTS, INK_STEPS - 1U);
    if (i >= INK_DIVERGING && is_map(i))
        return between(blue_red, LENGTH(blue_red), i - INK_DIVERGING, INK_STEPS - 1U);
    if (is_map(i))
        return between(cividis, LENGTH(cividis), i - INK_SEQUENTIAL, INK_STEPS - 1U);
    return role_of(i)->rgb;
}

static bool is_chosen(ink i)
{
    return i < LENGTH(choices) && choices[i] != 0;
}

/* xterm's default palette for all 256 colours. */
static uint32_t rgb_of_256(int color)
{
    static const uint32_t plain[] = { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
                                      0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
                                      0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff };
    uint32_t rgb = 0;

    if (color < 16)
        return plain[color];
    if (color >= 232)
        return (uint32_t)(8 + 10 * (color - 232)) * 0x10101U;
    for (int rest = color - 16, k = 0; k < 3; k++, rest /= 6)
        rgb |= (uint32_t)(rest % 6 > 0 ? 55 + 40 * (rest % 6) : 0) << 8 * k;
    return rgb;
}

uint32_t palette_rgb(ink i)
{
    return is_chosen(i) && choices[i] >= CHOSEN ? rgb_of_256(choices[i] - CHOSEN) : own_rgb(i);
}

/* u as a step of 0 .. LAST_STEP. */
enum { LAST_STEP = 1000 };

static unsigned step_of(double u)
{
    return (unsigned)lround(fmin(fmax(u, 0.0), 1.0) * LAST_STEP);
}

uint32_t palette_paper_map(double u, bool diverging)
{
    return diverging ? between(blue_red_paper, LENGTH(blue_red_paper), step_of(u), LAST_STEP)
                     : between(cividis, LENGTH(cividis), step_of(u), LAST_STEP);
}

uint32_t palette_point_map(double u)
{
    return between(blue_red_points, LENGTH(blue_red_points), step_of(u), LAST_STEP);
}

uint32_t palette_paper_rgb(ink i)
{
    if (i >= INK_POINTS && is_map(i))
        return own_rgb(i);
    if (is_map(i))
        return palette_paper_map((double)(i % INK_STEPS) / (INK_STEPS - 1), i >= INK_DIVERGING);
    switch (i) {
    case INK_DEFAULT:
    case INK_TITLE:
        return 0x000000;
    case INK_DIM:
    case INK_FRAME:
    case INK_NOISE:
        return 0x737373;
    case INK_ACCENT:
        return 0xc51b7d;
    default:
        return own_rgb(i);
    }
}

static int distance(const int a[3], const int b[3])
{
    int sum = 0;

    for (int k = 0; k < 3; k++)
        sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sum;
}

/* xterm: a 6 x 6 x 6 cube of levels 0, 95, 135 .. 255 from 16, 24 greys 8, 18 .. 238 from 232. */
static int nearest_256(uint32_t rgb)
{
    const int want[3] = { rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF };
    int cube[3], level[3];

    for (int k = 0; k < 3; k++) {
        level[k] = want[k] < 48 ? 0 : want[k] < 115 ? 1 : (want[k] - 35) / 40;
        cube[k] = level[k] == 0 ? 0 : 55 + 40 * level[k];
    }
    const int mean = (want[0] + want[1] + want[2]) / 3;
    const int step = mean < 8 ? 0 : mean > 238 ? 23 : (mean - 3) / 10;
    const int grey[3] = { 8 + 10 * step, 8 + 10 * step, 8 + 10 * step };

    return distance(want, grey) < distance(want, cube)
               ? 232 + step
               : 16 + 36 * level[0] + 6 * level[1] + level[2];
}

static int nearest_16(uint32_t rgb)
{
    const int want[3] = { rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF };
    int best = 0, least = INT_MAX;

    for (int color = 0; color < 16; color++) {
        const uint32_t has = rgb_of_256(color);
        const int d = distance(want, (int[]){ has >> 16 & 0xFF, has >> 8 & 0xFF, has & 0xFF });
        if (d < least) {
            least = d;
            best = color;
        }
    }
    return best;
}

int palette_256(ink i)
{
    /* The nearest colours of the cube would change hue from step to step. Chosen by eye, with
     * lightness rising, or falling towards both ends. */
    static const unsigned char low_high[] = { 17, 18, 24, 60, 243, 246, 144, 185, 221, 227 };
    static const unsigned char sign[] = { 26, 32, 74, 110, 153, 254, 223, 216, 209, 167, 160 };
    static const unsigned char points[] = { 26, 32, 68, 67, 103, 245, 138, 174, 167, 167, 160 };

    if (is_chosen(i))
        return choices[i] - CHOSEN;
    if (!is_map(i) && !is_cluster(i) && role_of(i)->color_16 < 0)
        return -1;
    if (i >= INK_POINTS && is_map(i))
        return points[(size_t)(i - INK_POINTS) * LENGTH(points) / INK_STEPS];
    if (i >= INK_DIVERGING && is_map(i))
        return sign[(size_t)(i - INK_DIVERGING) * LENGTH(sign) / INK_STEPS];
    if (is_map(i))
        return low_high[(size_t)(i - INK_SEQUENTIAL) * LENGTH(low_high) / INK_STEPS];
    return nearest_256(palette_rgb(i));
}

int palette_16(ink i)
{
    static const signed char low_high[] = { 4, 8, 6, 7, 11, 15 }; /* each lighter than the last */
    static const signed char sign[] = { 4, 12, 14, 15, 11, 9, 1 };
    static const signed char points[] = { 4, 12, 6, 8, 3, 9, 1 };

    if (is_chosen(i) && choices[i] - CHOSEN >= 16)
        return nearest_16(rgb_of_256(choices[i] - CHOSEN));
    if (is_chosen(i))
        return choices[i] - CHOSEN;
    if (is_cluster(i))
        return clusters_16[i - INK_CLUSTER_0];
    if (i >= INK_POINTS && is_map(i))
        return points[(size_t)(i - INK_POINTS) * LENGTH(points) / INK_STEPS];
    if (i >= INK_DIVERGING && is_map(i))
        return sign[(size_t)(i - INK_DIVERGING) * LENGTH(sign) / INK_STEPS];
    if (is_map(i))
        return low_high[(size_t)(i - INK_SEQUENTIAL) * LENGTH(low_high) / INK_STEPS];
    return role_of(i)->color_16;
}

uint8_t palette_attr(ink i)
{
    return is_map(i) || is_cluster(i) ? 0 : role_of(i)->attr;
}

ink palette_ink(double value, double lo, double hi, bool diverging)
{
    const int base = diverging ? INK_DIVERGING : INK_SEQUENTIAL;

    if (isnan(value))
        return INK_DIM;
    /* Halved, so that the width of -DBL_MAX .. DBL_MAX is finite. */
    const double width = hi / 2 - lo / 2;
    double u = diverging ? 0.5 : 0.0;
    if (value <= lo && lo < hi)
        u = 0.0;
    else if (value >= hi && lo < hi)
        u = 1.0;
    else if (width > 0.0 && isfinite(width))
        u = (value / 2 - lo / 2) / width;
    return (ink)(base + (int)fmin(floor(u * INK_STEPS), INK_STEPS - 1));
}

ink palette_point_ink(double value, double lo, double hi)
{
    const ink i = palette_ink(value, lo, hi, true);

    return (ink)(is_map(i) ? i - INK_DIVERGING + INK_POINTS : i);
}

uint32_t palette_glyph(ink i, bool ascii)
{
    static const char low_high[] = " .:-=+*#%@";
    static const uint32_t shades[] = { ' ', 0x2591, 0x2592, 0x2593, 0x2588 };
    static const char sign[] = "Z=-, .+*#";
    static const uint32_t sign_shades[] = { 0x2261, '=',    '-',    0xB7,  ' ',
                                            0x2591, 0x2592, 0x2593, 0x2588 };

    if (!is_map(i))
        return ' ';
    if (i >= INK_DIVERGING) {
        const size_t k = (size_t)(i % INK_STEPS) * LENGTH(sign_shades) / INK_STEPS;
        return ascii ? (unsigned char)sign[k] : sign_shades[k];
    }
    const size_t step = i - INK_SEQUENTIAL;
    return ascii ? (unsigned char)low_high[step * (LENGTH(low_high) - 1) / INK_STEPS]
                 : shades[step * LENGTH(shades) / INK_STEPS];
}

char palette_letter(long label)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    return label < 0 ? '+' : letters[label % (long)(LENGTH(letters) - 1)];
}

/* ---- the user's choice ---- */

static const char *const color_names[] = {
    "black",        "red",           "green",       "yellow",         "blue",
    "magenta",      "cyan",          "white",       "bright-black",   "bright-red",
    "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan",
    "bright-white"
};

const char *palette_role_name(ink i)
{
    static const char *const cluster_names[INK_N_CLUSTERS] = {
        "cluster-0",  "cluster-1",  "cluster-2",  "cluster-3",  "cluster-4",
        "cluster-5",  "cluster-6",  "cluster-7",  "cluster-8",  "cluster-9",
        "cluster-10", "cluster-11", "cluster-12", "cluster-13", "cluster-14",
        "cluster-15", "cluster-16", "cluster-17", "cluster-18", "cluster-19"
    };

    if (is_cluster(i))
        return cluster_names[i - INK_CLUSTER_0];
    return i < LENGTH(roles) ? roles[i].name : NULL;
}

ink palette_role(const char *name)
{
    for (size_t i = 0; i < INK_ROLES; i++) {
        const char *const role = palette_role_name((ink)i);
        if (role != NULL && strcmp(role, name) == 0)
            return (ink)i;
    }
    return INK_DEFAULT;
}

bool palette_color_parse(const char *text, int *color)
{
    char *end;

    for (int i = 0; i < 16; i++)
        if (strcmp(color_names[i], text) == 0) {
            *color = i;
            return true;
        }
    if (strcmp(text, "default") == 0) {
        *color = -1;
        return true;
    }
    const long number = strtol(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || number > 255)
        return false;
    *color = (int)number;
    return true;
}

void palette_color_text(int color, char out[PALETTE_COLOR_SIZE])
{
    if (color < 0)
        snprintf(out, PALETTE_COLOR_SIZE, "default");
    else if (color < 16)
        snprintf(out, PALETTE_COLOR_SIZE, "%s", color_names[color]);
    else
        snprintf(out, PALETTE_COLOR_SIZE, "%d", color);
}

void palette_choose(ink i, int color)
{
    choices[i] = (short)(CHOSEN + color);
}
