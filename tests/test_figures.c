/* Plots as figures: SVG that is well-formed and has its numbers as text, PNG whose pixels have the
 * colours of the data, files that are written atomically and reproducibly. */
#include "config.h"
#include "io_temp.h"
#include "made_analysis.h"
#include "support.h"

#include <cairo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plot/figure.h"
#include "plot/palette.h"
#include "report/figures.h"
#include "report/plots/space.h"

/* Memory that fontconfig keeps until exit is not our leak. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig";
}

/* ---- a minimal XML parser for SVG ---- */

static bool is_entity(const char *at)
{
    static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&apos;" };

    for (size_t i = 0; i < 5; i++)
        if (strncmp(at, entities[i], strlen(entities[i])) == 0)
            return true;
    return false;
}

/* The end of the tag that begins at `at`; NULL: missing, or an open quotation mark. */
static const char *tag_end(const char *at)
{
    for (char quote = 0; *at != '\0'; at++) {
        if (quote != 0 && *at == '<')
            return NULL;
        if (*at == quote)
            quote = 0;
        else if (quote == 0 && (*at == '"' || *at == '\''))
            quote = *at;
        else if (quote == 0 && *at == '>')
            return at;
    }
    return NULL;
}

/* Every tag is closed by one with its name, every & begins an entity, there are no controls. */
static void assert_well_formed(const char *xml)
{
    enum { DEEPEST = 32 };
    const char *open[DEEPEST];
    size_t sizes[DEEPEST];
    size_t depth = 0;

    for (const char *at = xml; *at != '\0'; at++) {
        ck_assert_msg((unsigned char)*at >= 0x20 || *at == '\n', "a control: %#x", *at);
        ck_assert_msg(*at != '&' || is_entity(at), "no entity: %.20s", at);
        if (*at != '<')
            continue;
        const bool closes = at[1] == '/';
        const char *const name = at + 1 + closes;
        const size_t size = strcspn(name, " />\n");
        const char *const end = tag_end(at);
        ck_assert_msg(end != NULL, "an open tag: %.40s", at);
        if (closes) {
            ck_assert_uint_gt(depth--, 0);
            ck_assert_msg(sizes[depth] == size && memcmp(open[depth], name, size) == 0,
                          "%.20s closed by %.20s", open[depth], name);
        } else if (at[1] != '?' && end[-1] != '/') {
            ck_assert_uint_lt(depth, DEEPEST);
            open[depth] = name;
            sizes[depth++] = size;
        }
        at = end;
    }
    ck_assert_uint_eq(depth, 0);
}

/* ---- one figure ---- */

struct memory {
    char *data; /* with a terminating NUL */
    size_t n;
};

static void take(void *context, const void *data, size_t size)
{
    struct memory *const m = context;

    m->data = realloc(m->data, m->n + size + 1);
    ck_assert_ptr_nonnull(m->data);
    memcpy(m->data + m->n, data, size);
    m->n += size;
    m->data[m->n] = '\0';
}

enum kind { HEATMAP, SCATTER, SERIES, BARS };

static struct memory make(enum kind kind, const void *plot, enum figure_format format)
{
    struct memory m = { NULL, 0 };
    struct figure *f = NULL;

    ck_assert_int_eq(figure_new(format, &f, NULL), CT_OK);
    const struct plot_target target = figure_target(f);
    struct plot_view view = { .area = { 1, 1, 1, 1 } };
    switch (kind) {
    case HEATMAP:
        show_heatmap(&target, plot, &view);
        break;
    case SCATTER:
        show_scatter(&target, plot, &view);
        break;
    case SERIES:
        show_series(&target, plot, &view);
        break;
    case BARS:
        show_bars(&target, plot, &view);
        break;
    }
    ck_assert_uint_eq(view.area.rows, 0); /* no cells to click on */
    ck_assert_int_eq(figure_write(f, take, &m, NULL), CT_OK);
    figure_free(f);
    return m;
}

static cairo_status_t read_memory(void *context, unsigned char *data, unsigned n)
{
    struct memory *const m = context;

    if (n > m->n)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(data, m->data, n);
    m->data += n;
    m->n -= n;
    return CAIRO_STATUS_SUCCESS;
}

enum { WIDE = 1890, HIGH = 1417 }; /* 160 x 120 mm at 300 dpi, rounded */

struct picture {
    cairo_surface_t *surface;
};

static struct picture picture_read(struct memory m)
{
    struct picture p = { cairo_image_surface_create_from_png_stream(read_memory, &m) };

    ck_assert_int_eq(cairo_surface_status(p.surface), CAIRO_STATUS_SUCCESS);
    ck_assert_int_eq(cairo_image_surface_get_width(p.surface), WIDE);
    ck_assert_int_eq(cairo_image_surface_get_height(p.surface), HIGH);
    return p;
}

static uint32_t pixel(const struct picture *p, size_t row, size_t col)
{
    const unsigned char *const data = cairo_image_surface_get_data(p->surface);
    uint32_t rgb;

    memcpy(&rgb, data + row * (size_t)cairo_image_surface_get_stride(p->surface) + 4 * col, 4);
    return rgb & 0xFFFFFF;
}

/* The colours are 10 * value anchors of ColorBrewer's 11-class RdBu, halfway between two of them
 * for 0.5; each fills its sixth of the page's centre. */
START_TEST(entries_of_a_heatmap_are_pixels_of_their_colour)
{
    const double values[] = { -1.0, 0.0, 0.5, 1.0, -0.2, 0.2 };
    const uint32_t want[] = { 0x053061, 0xf7f7f7, 0xe58368, 0x67001f, 0xd1e5f0, 0xfddbc7 };
    const struct heatmap map = { .data = { values, DTYPE_F64, 2, 3, 3 },
                                 .vmin = -1.0,
                                 .vmax = 1.0,
                                 .diverging = true,
                                 .no_bar = true };
    struct memory m = make(HEATMAP, &map, FIGURE_PNG);
    const struct picture p = picture_read(m);

    for (size_t i = 0; i < 6; i++) {
        const size_t row = HIGH * (1 + 2 * (i / 3)) / 4, col = WIDE * (1 + 2 * (i % 3)) / 6;
        for (size_t near = 0; near < 100; near++)
            ck_assert_msg(pixel(&p, row + near, col + near) == want[i], "entry %zu: %06x", i,
                          (unsigned)pixel(&p, row + near, col + near));
    }
    ck_assert_uint_eq(pixel(&p, 0, 0), 0xffffff);
    cairo_surface_destroy(p.surface);
    free(m.data);
}
END_TEST

START_TEST(colours_on_paper_match_their_maps)
{
    ck_assert_uint_eq(palette_paper_map(0.0, true), 0x053061);
    ck_assert_uint_eq(palette_paper_map(0.5, true), 0xf7f7f7);
    ck_assert_uint_eq(palette_paper_map(0.9, true), 0xb2182b);
    ck_assert_uint_eq(palette_paper_map(2.0, true), 0x67001f);
    ck_assert_uint_eq(palette_paper_map(-1.0, false), 0x00224e);
    ck_assert_uint_eq(palette_paper_map(1.0, false), 0xfee838);
    ck_assert_uint_eq(palette_paper_rgb(INK_CLUSTER_0), 0xe69f00);
    ck_assert_uint_eq(palette_paper_rgb(INK_DIVERGING), 0x053061);
    ck_assert_uint_eq(palette_paper_rgb(INK_SEQUENTIAL + INK_STEPS - 1), 0xfee838);
}
END_TEST

/* 3,200 alternating columns of 1 and -1 are 1,600 pixels of 0 each, whether the last is complete or
 * not. */
START_TEST(a_large_heatmap_shows_means)
{
    enum { COLS = 2 * FIGURE_MOST_PIXELS };
    double *const values = malloc(COLS * sizeof *values);

    for (size_t j = 0; j < COLS; j++)
        values[j] = j % 2 == 0 ? 1.0 : -1.0;
    for (size_t cols = COLS; cols > COLS - 2; cols--) {
        const struct heatmap map = { .data = { values, DTYPE_F64, 1, cols, cols },
                                     .vmin = -1.0,
                                     .vmax = 1.0,
                                     .diverging = true,
                                     .no_bar = true };
        struct memory m = make(HEATMAP, &map, FIGURE_PNG);
        const struct picture p = picture_read(m);
        for (size_t row = HIGH / 4; row < HIGH / 2; row += 100)
            for (size_t col = WIDE / 4; col < WIDE / 2; col++)
                ck_assert_uint_eq(pixel(&p, row, col), 0xf7f7f7);
        cairo_surface_destroy(p.surface);
        free(m.data);
    }
    free(values);
}
END_TEST

/* ---- text ---- */

static size_t count(const char *text, const char *what)
{
    size_t n = 0;

    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what))
        n++;
    return n;
}

START_TEST(numbers_and_names_are_text_elements)
{
    const double x[] = { 0.0, 10.0, 20.0, 30.0 };
    const double y[] = { -1.0, 1.0, NAN, 0.5 };
    const struct plot_legend legend = { "a < b & c", INK_CLUSTER_0, MARKER_NOISE };
    const struct plot_rule rule = {
        .at = 0.5, .across = true, .ink = INK_ACCENT, .label = "eps 0.5"
    };
    const struct scatter s = { .text = { .title = "The title",
                                         .x_label = "abscissa",
                                         .y_label = "ordinate",
                                         .legend = &legend,
                                         .n_legend = 1 },
                               .x = x,
                               .y = y,
                               .n = 4,
                               .rules = &rule,
                               .n_rules = 1,
                               .bar = { true, true, -3.0, 3.0, "t", false } };
    static const char *const want[] = {
        ">0<",        ">20<",      ">-1.0<", ">0.5<", ">The title<",       ">abscissa<",
        ">ordinate<", ">eps 0.5<", ">-3<",   ">t<",   ">a &lt; b &amp; c<"
    };
    struct memory m = make(SCATTER, &s, FIGURE_SVG);

    assert_well_formed(m.data);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        ck_assert_msg(strstr(m.data, want[i]) != NULL, "no %s", want[i]);
    free(m.data);
}
END_TEST

/* Where a text of an SVG stands, and its colour; false: it is not there. */
static bool find_text(const char *svg, const char *text, double *x, double *y, unsigned *rgb)
{
    static const char head[] = "<text transform=\"translate(";
    char wanted[100];

    snprintf(wanted, sizeof wanted, ">%s</text>", text);
    const char *const end = strstr(svg, wanted);
    if (end == NULL)
        return false;
    const char *at = end;
    while (strncmp(at, head, sizeof head - 1) != 0)
        at--;
    ck_assert_int_eq(sscanf(at + sizeof head - 1, "%lf %lf", x, y), 2);
    ck_assert_int_eq(sscanf(strstr(at, "fill="), "fill=\"#%6x\"", rgb), 1);
    return true;
}

START_TEST(groups_have_their_names_and_colours)
{
    const double y[] = { 1.0, 2.0, 3.0, 4.0 };
    const struct series s = {
        .y = y, .n = 4, .split = 2, .split_labels = { "one", "two" }, .style = SERIES_POINTS
    };
    struct memory m = make(SERIES, &s, FIGURE_SVG);
    double x[2], height[2];
    unsigned rgb[2];

    for (size_t g = 0; g < 2; g++)
        ck_assert(find_text(m.data, s.split_labels[g], &x[g], &height[g], &rgb[g]));
    ck_assert(x[0] < x[1] && height[0] == height[1]);
    ck_assert_uint_eq(rgb[0], palette_paper_rgb(INK_GROUP_A));
    ck_assert_uint_eq(rgb[1], palette_paper_rgb(INK_GROUP_B));
    free(m.data);
}
END_TEST

/* The first row stands below the title, the others 12 points below each other. */
START_TEST(rows_of_a_legend_stand_above_the_data)
{
    enum { N = 12 };
    char names[N][20];
    struct plot_legend legend[N];
    const double xy[] = { 0.0, 1.0 };
    double x, y, last_x = 0.0, last_y = 35.0;
    size_t n_rows = 1;
    unsigned rgb;

    for (size_t k = 0; k < N; k++) {
        snprintf(names[k], sizeof names[k], "cluster number %zu", k);
        legend[k] = (struct plot_legend){ names[k], INK_CLUSTER_0, MARKER_DOT };
    }
    const struct scatter s = {
        .text = { .title = "title", .legend = legend, .n_legend = N }, .x = xy, .y = xy, .n = 2
    };
    struct memory m = make(SCATTER, &s, FIGURE_SVG);
    for (size_t k = 0; k < N; k++) {
        ck_assert(find_text(m.data, names[k], &x, &y, &rgb));
        if (x <= last_x) {
            last_y += 12.0;
            n_rows++;
        }
        ck_assert_double_eq(y, last_y);
        last_x = x;
    }
    ck_assert_uint_gt(n_rows, 1);
    free(m.data);
}
END_TEST

START_TEST(rules_are_named_where_they_are_seen)
{
    const double xy[] = { 0.0, 1.0 };
    const struct plot_rule rules[] = {
        { .at = 0.95, .across = false, .ink = INK_ACCENT, .label = "right" },
        { .at = -0.1, .across = false, .ink = INK_ACCENT, .label = "too far left" },
        { .at = 0.05, .across = true, .ink = INK_ACCENT, .label = "low" },
        { .at = -0.1, .across = true, .ink = INK_ACCENT, .label = "too low" },
        { .at = 1.1, .across = true, .ink = INK_ACCENT, .label = "too high" }
    };
    const struct scatter s = {
        .x = xy, .y = xy, .n = 2, .rules = rules, .n_rules = 5, .window = { 0.0, 1.0, 0.0, 1.0 }
    };
    struct memory m = make(SCATTER, &s, FIGURE_SVG);
    double x, y;
    unsigned rgb;

    for (size_t k = 0; k < 5; k++)
        ck_assert_int_eq(find_text(m.data, rules[k].label, &x, &y, &rgb), k == 0 || k == 2);
    free(m.data);
}
END_TEST

START_TEST(the_highest_bar_ends_below_the_frame)
{
    const uint64_t counts[] = { 10, 100 };
    const double edges[] = { 0.0, 1.0, 2.0 };
    const struct bars b = { .counts = counts, .edges = edges, .n_bins = 2, .ink = INK_ACCENT };
    struct memory m = make(BARS, &b, FIGURE_SVG);
    double x, y;
    unsigned rgb;

    ck_assert(find_text(m.data, "100", &x, &y, &rgb));
    free(m.data);
}
END_TEST

/* Values below 0 hang from it, those above stand on it. */
START_TEST(bars_of_a_series_begin_at_0)
{
    const double y[] = { -1.0, 1.0 };
    const struct series s = {
        .y = y, .n = 2, .style = SERIES_BARS, .ink = INK_ACCENT, .window = { 0.0, 0.0, -1.0, 1.0 }
    };
    struct memory m = make(SERIES, &s, FIGURE_PNG);
    const struct picture p = picture_read(m);
    const uint32_t color = palette_paper_rgb(INK_ACCENT);

    ck_assert_uint_eq(pixel(&p, HIGH * 7 / 10, WIDE * 3 / 10), color);
    ck_assert_uint_eq(pixel(&p, HIGH * 3 / 10, WIDE * 3 / 10), 0xffffff);
    ck_assert_uint_eq(pixel(&p, HIGH * 7 / 10, WIDE * 7 / 10), 0xffffff);
    ck_assert_uint_eq(pixel(&p, HIGH * 3 / 10, WIDE * 7 / 10), color);
    cairo_surface_destroy(p.surface);
    free(m.data);
}
END_TEST

/* Whether two drawings are the same to the byte. */
static bool are_alike(enum kind kind, const void *a, const void *b)
{
    struct memory x = make(kind, a, FIGURE_PNG), y = make(kind, b, FIGURE_PNG);
    const bool alike = x.n == y.n && memcmp(x.data, y.data, x.n) == 0;

    free(x.data);
    free(y.data);
    return alike;
}

START_TEST(each_point_and_each_centroid_is_drawn)
{
    const double x[] = { 0.2, 0.5, 0.8 };
    const double all[] = { 0.2, 0.5, 0.8 };
    struct series points = { .y = all, .n = 3, .window = { -1.0, 3.0, 0.0, 1.0 } };
    struct scatter cloud = {
        .x = x, .y = all, .n = 3, .over_x = x, .over_y = x, .window = { 0.0, 1.0, 0.0, 1.0 }
    };

    for (size_t i = 0; i < 3; i++) {
        double some[] = { 0.2, 0.5, 0.8 };
        struct series fewer = points;
        struct scatter thinner = cloud;
        some[i] = NAN;
        fewer.y = thinner.y = some;
        ck_assert_msg(!are_alike(SERIES, &points, &fewer), "value %zu is not drawn", i);
        ck_assert_msg(!are_alike(SCATTER, &cloud, &thinner), "point %zu is not drawn", i);
        struct scatter more = cloud;
        more.n_over = i + 1;
        thinner = cloud;
        thinner.n_over = i;
        ck_assert_msg(!are_alike(SCATTER, &more, &thinner), "centroid %zu is not drawn", i);
    }
}
END_TEST

/* Controls, bytes that are not UTF-8, characters that are invalid in XML, and too long text. */
START_TEST(untrusted_text_is_harmless)
{
    char longest[5000];
    const double y[] = { 1.0, 2.0 };
    struct series s = {
        .y = y, .n = 2, .split = 1, .split_labels = { "\x1b[31m\xff</text>\xEF\xBF\xBE", longest }
    };

    memset(longest, 'W', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    s.text.title = longest;
    s.text.x_label = "\xE2\x80\xAE]]>";
    struct memory m = make(SERIES, &s, FIGURE_SVG);
    assert_well_formed(m.data);
    ck_assert_ptr_nonnull(strstr(m.data, "\\u{1b}[31m\\xff&lt;/text&gt;\xEF\xBF\xBD"));
    ck_assert_ptr_nonnull(strstr(m.data, "W\xE2\x80\xA6<"));
    ck_assert_uint_lt(m.n, 20000);
    free(m.data);
    m = make(SERIES, &s, FIGURE_PNG);
    cairo_surface_destroy(picture_read(m).surface);
    free(m.data);
}
END_TEST

/* The columns of a PNG that the title takes, of ink on white. */
static size_t title_columns(const char *title)
{
    const double y[] = { 1.0, 2.0 };
    struct series s = { .y = y, .n = 2 };
    size_t n = 0;

    s.text.title = title;
    struct memory m = make(SERIES, &s, FIGURE_PNG);
    const struct picture p = picture_read(m);
    for (size_t col = 0; col < WIDE; col++)
        for (size_t row = 0; row < HIGH / 14; row++)
            if (pixel(&p, row, col) != 0xffffff) {
                n++;
                break;
            }
    cairo_surface_destroy(p.surface);
    free(m.data);
    return n;
}

/* U+10FFFD is for private use: no font should have it. A PNG shows its number. */
START_TEST(characters_missing_in_the_font_show_their_number)
{
    const double y[] = { 1.0, 2.0 };
    struct series s = { .y = y, .n = 2 };

    s.text.title = "\xF4\x8F\xBF\xBD \xE5\xBD\xBC\xE5\xA5\xB3";
    struct memory m = make(SERIES, &s, FIGURE_SVG);
    ck_assert_ptr_nonnull(strstr(m.data, s.text.title));
    free(m.data);
    ck_assert_uint_gt(title_columns("plain"), 0);
    ck_assert_uint_eq(title_columns("\xF4\x8F\xBF\xBD"), title_columns("\\u{10fffd}"));
    ck_assert_uint_ne(title_columns("\\u{10fffd}"), title_columns("\\u{10fff}"));
}
END_TEST

/* Wherever a text of e + combining acute is truncated, the accent goes with its letter. */
START_TEST(a_text_is_not_cut_inside_a_character)
{
    char text[601] = "";
    const double y[] = { 1.0, 2.0 };
    struct series s = { .y = y, .n = 2 };

    for (size_t first = 0; first < 2; first++) {
        text[0] = '\0';
        strcat(text, first == 0 ? "" : "x");
        while (strlen(text) + 3 < 500)
            strcat(text, "e\xCC\x81");
        s.text.title = text;
        struct memory m = make(SERIES, &s, FIGURE_SVG);
        const char *const dots = strstr(m.data, "\xE2\x80\xA6<");
        ck_assert_ptr_nonnull(dots);
        ck_assert_mem_eq(dots - 2, "\xCC\x81", 2);
        free(m.data);
    }
}
END_TEST

START_TEST(a_hundred_thousand_points_become_an_image)
{
    enum { N = 100000 };
    double *const x = malloc(2 * N * sizeof *x);

    for (size_t i = 0; i < 2 * N; i++)
        x[i] = (double)(i * 7919 % 10007);
    struct scatter s = { .x = x, .y = x + N, .n = N, .ink = INK_CLUSTER_0 + 4 };
    struct memory m = make(SCATTER, &s, FIGURE_SVG);
    assert_well_formed(m.data);
    ck_assert_uint_eq(count(m.data, "<image"), 1);
    ck_assert_uint_lt(m.n, 10 * 1000 * 1000);
    free(m.data);
    s.n = 100;
    m = make(SCATTER, &s, FIGURE_SVG);
    ck_assert_uint_eq(count(m.data, "<image"), 0);
    ck_assert_uint_ge(count(m.data, "<path"), 100);
    free(m.data);
    free(x);
}
END_TEST

/* As a single path it would take minutes. */
START_TEST(a_curve_of_many_values_is_drawn_in_pieces)
{
    enum { N = 20000 };
    double *const y = malloc(N * sizeof *y);

    for (size_t i = 0; i < N; i++)
        y[i] = (double)(i * 7919 % 10007);
    const struct series s = { .y = y, .n = N, .style = SERIES_LINE, .ink = INK_CLUSTER_0 };
    struct memory m = make(SERIES, &s, FIGURE_SVG);
    assert_well_formed(m.data);
    ck_assert_uint_eq(count(m.data, "<image"), 1);
    free(m.data);
    free(y);
}
END_TEST

START_TEST(empty_and_invalid_data_are_drawn)
{
    const double y[] = { NAN, INFINITY, -INFINITY, 1e308, -1e308 };
    const uint64_t counts[] = { 0, UINT64_MAX };
    const double edges[] = { 0.0, 1.0, 2.0 };
    const struct scatter scatters[] = { { .n = 0 },
                                        { .x = y, .y = y, .n = 5, .equal_aspect = true },
                                        { .x = y, .y = y, .n = 1, .bar = { .shown = true } } };
    const struct series series[] = { { .n = 0 },
                                     { .y = y, .n = 5, .style = SERIES_LINE },
                                     { .y = y, .n = 5, .style = SERIES_STEPS },
                                     { .y = y, .n = 5, .style = SERIES_BARS } };
    const struct bars bars[] = { { .n_bins = 0 },
                                 { .counts = counts, .edges = edges, .n_bins = 2 } };
    const struct heatmap maps[] = { { .data = { y, DTYPE_F64, 0, 0, 0 } },
                                    { .data = { y, DTYPE_F64, 1, 5, 5 } },
                                    { .data = { y, DTYPE_F64, 1, 1, 1 }, .diverging = true } };
    struct memory m[12];
    size_t n = 0;

    for (size_t i = 0; i < 3; i++) {
        m[n++] = make(SCATTER, &scatters[i], FIGURE_SVG);
        m[n++] = make(HEATMAP, &maps[i], FIGURE_SVG);
    }
    for (size_t i = 0; i < 4; i++)
        m[n++] = make(SERIES, &series[i], FIGURE_SVG);
    for (size_t i = 0; i < 2; i++)
        m[n++] = make(BARS, &bars[i], FIGURE_SVG);
    ck_assert_ptr_nonnull(strstr(m[1].data, ">no data<"));
    while (n-- > 0) {
        assert_well_formed(m[n].data);
        ck_assert_msg(strstr(m[n].data, "nan") == NULL && strstr(m[n].data, "inf") == NULL,
                      "figure %zu has a place that is no number", n);
        free(m[n].data);
    }
}
END_TEST

/* ---- all figures of an analysis ---- */

static char *read_figure(const char *folder, const struct plot *plot, const char *ending,
                         size_t *size)
{
    char name[200];

    snprintf(name, sizeof name, "%s/%s.%s", folder, plot->name, ending);
    return slurp(temp_path(name), size);
}

static void write_figures(const struct analysis *a, const char *folder, struct written *written)
{
    const struct plot_request everything = { 0 };
    struct outfolder *to = NULL;
    struct ct_error err = { 0 };

    if (outfolder_open(temp_path(folder), 0, &to, &err) != CT_OK ||
        figures_write(a, &everything, to, written, &err) != CT_OK ||
        outfolder_commit(to, NULL, &err) != CT_OK)
        ck_abort_msg("%s", err.text);
    outfolder_close(to);
}

static size_t count_plots(void)
{
    size_t n = 0;

    while (plot_at(n) != NULL)
        n++;
    return n;
}

static size_t write_plots(double alpha, const char *folder)
{
    struct written written = { 0 };
    struct analysis a;

    make_analysis(&a, alpha);
    write_figures(&a, folder, &written);
    analysis_clear(&a);
    const size_t n = written.n;
    written_clear(&written);
    return n;
}

/* The second time after others, so that cairo's numbering differs. */
START_TEST(every_plot_gives_two_reproducible_files)
{
    const struct plot_request everything = { 0 };
    struct written one = { 0 };
    struct written two = { 0 };
    struct analysis a;

    make_analysis(&a, 0.05);
    write_figures(&a, "one", &one);
    ck_assert_uint_eq(one.n, 2 * count_plots());
    ck_assert_uint_eq(count_entries(temp_path("one")), 2 * count_plots());
    ck_assert_int_eq(figures_digest(&a, &everything, NULL, &two, NULL), CT_OK);
    ck_assert_int_eq(figures_digest(&a, &everything, "h.0", &two, NULL), CT_OK);
    for (size_t i = 0; i < one.n; i++) {
        const char *const name = one.files[i].name;
        const struct written_file *const again = written_find(&two, NULL, name);
        const struct written_file *const layer = written_find(&two, "h.0", name);
        char path[200];
        snprintf(path, sizeof path, "one/%s", name);
        struct memory m;
        m.data = slurp(temp_path(path), &m.n);
        ck_assert_uint_eq(m.n, one.files[i].digest.bytes);
        ck_assert_str_eq(one.files[i].digest.sha256, again->digest.sha256);
        ck_assert_str_eq(one.files[i].digest.sha256, layer->digest.sha256);
        ck_assert(figures_is_name(name));
        if (i % 2 == 0) {
            assert_well_formed(m.data);
            ck_assert_msg(count(m.data, "<text") > 8, "%s", name);
        } else {
            ck_assert_mem_eq(m.data + 37, "pHYs", 4);
        }
        free(m.data);
    }
    a.params.perplexity += 1.0; /* t-SNE and its dependents are stale */
    struct written early = { 0 };
    write_figures(&a, "one", &early);
    ck_assert_uint_lt(early.n, one.n);
    ck_assert_uint_eq(count_entries(temp_path("one")), early.n);
    written_clear(&one);
    written_clear(&two);
    written_clear(&early);
    analysis_clear(&a);
}
END_TEST

START_TEST(without_significant_neurons_plots_show_a_message)
{
    ck_assert_uint_eq(write_plots(1e-300, "none"), 2 * count_plots());
    for (size_t i = 0; plot_at(i) != NULL; i++) {
        char *const svg = read_figure("none", plot_at(i), "svg", NULL);
        assert_well_formed(svg);
        if (plot_at(i)->space == &space_matrix || plot_at(i)->space == &space_plane)
            ck_assert_ptr_nonnull(strstr(svg, ">no significant neuron<"));
        free(svg);
    }
}
END_TEST

START_TEST(obstacles_are_reported_in_one_line)
{
    struct ct_error err = { 0 };
    struct analysis a;
    struct written written = { 0 };

    ck_assert_int_eq(figures_check(temp_path("nowhere"), false, &err), CT_OK);
    ck_assert_int_eq(mkdir(temp_path("some"), 0777), 0);
    temp_text("some/kl.png", "old");
    ck_assert_int_eq(figures_check(temp_path("some"), false, &err), CT_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "kl.png already exists"));
    ck_assert_int_eq(figures_check(temp_path("some"), true, &err), CT_OK);

    /* Nothing computed: nothing to draw, and old files belong to another analysis. */
    analysis_init(&a);
    write_figures(&a, "some", &written);
    ck_assert_uint_eq(written.n, 0);
    ck_assert_uint_eq(count_entries(temp_path("some")), 0);
    analysis_clear(&a);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        entries_of_a_heatmap_are_pixels_of_their_colour,
        colours_on_paper_match_their_maps,
        a_large_heatmap_shows_means,
        numbers_and_names_are_text_elements,
        groups_have_their_names_and_colours,
        rows_of_a_legend_stand_above_the_data,
        rules_are_named_where_they_are_seen,
        the_highest_bar_ends_below_the_frame,
        bars_of_a_series_begin_at_0,
        each_point_and_each_centroid_is_drawn,
        untrusted_text_is_harmless,
        characters_missing_in_the_font_show_their_number,
        a_text_is_not_cut_inside_a_character,
        a_hundred_thousand_points_become_an_image,
        a_curve_of_many_values_is_drawn_in_pieces,
        empty_and_invalid_data_are_drawn,
        every_plot_gives_two_reproducible_files,
        without_significant_neurons_plots_show_a_message,
        obstacles_are_reported_in_one_line,
    };

    temp_begin();
    const int status = RUN_TESTS("figures", tests);
    temp_end();
    return status;
}
