/*
 * What figures ask cairo to draw: every call with its numbers, in order, through a stand-in for the
 * library. Independent of cairo's version and of fonts: a character is half as wide as its size.
 */
#include "config.h"
#include "golden_canvas.h"
#include "plot_cases.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "plot/figure_parts.h"
#include "plot/svg_ids.h"

enum { NO_GLYPH = 0x4E00 };

static FILE *calls;      /* the golden text */
static char *here;       /* where the next id is taken from: addresses of chars are the ids */
static char ids[100000]; /* contexts and surfaces in order of their creation */
static cairo_status_t next_status;
static double font_size;
static cairo_write_func_t sink;
static void *sink_context;

struct image {
    const void *surface;
    size_t rows, cols;
    uint32_t *pixels;
};
static struct image images[64];
static size_t n_images;

static void *new_id(void)
{
    return here++;
}

static long id_of(const void *thing)
{
    return (long)((const char *)thing - ids);
}

#define LOG(...) fprintf(calls, __VA_ARGS__)
#define PLAIN(name)                                                                                \
    static void fake_##name(cairo_t *cr)                                                           \
    {                                                                                              \
        LOG("%ld " #name "\n", id_of(cr));                                                         \
    }
#define PAIR(name)                                                                                 \
    static void fake_##name(cairo_t *cr, double x, double y)                                       \
    {                                                                                              \
        LOG("%ld " #name " %.2f %.2f\n", id_of(cr), x, y);                                         \
    }

PLAIN(clip)
PLAIN(fill)
PLAIN(fill_preserve)
PLAIN(new_sub_path)
PLAIN(paint)
PLAIN(restore)
PLAIN(save)
PLAIN(stroke)
PLAIN(destroy)
PAIR(line_to)
PAIR(move_to)
PAIR(rel_line_to)
PAIR(translate)

static void fake_scale(cairo_t *cr, double x, double y)
{
    LOG("%ld scale %.5f %.5f\n", id_of(cr), x, y);
}

static void fake_arc(cairo_t *cr, double x, double y, double r, double from, double to)
{
    LOG("%ld arc %.2f %.2f %.2f %.2f %.2f\n", id_of(cr), x, y, r, from, to);
}

static void fake_rectangle(cairo_t *cr, double x, double y, double w, double h)
{
    LOG("%ld rectangle %.2f %.2f %.2f %.2f\n", id_of(cr), x, y, w, h);
}

static void fake_rotate(cairo_t *cr, double angle)
{
    LOG("%ld rotate %.4f\n", id_of(cr), angle);
}

static void fake_set_line_width(cairo_t *cr, double width)
{
    LOG("%ld line width %.3f\n", id_of(cr), width);
}

static void fake_set_source_rgb(cairo_t *cr, double r, double g, double b)
{
    LOG("%ld colour %.0f %.0f %.0f\n", id_of(cr), 255.0 * r, 255.0 * g, 255.0 * b);
}

static void fake_set_dash(cairo_t *cr, const double *dashes, int n, double offset)
{
    LOG("%ld dash %d: %.1f %.1f from %.1f\n", id_of(cr), n, dashes[0], dashes[1], offset);
}

static void fake_set_line_cap(cairo_t *cr, cairo_line_cap_t cap)
{
    LOG("%ld cap %d\n", id_of(cr), (int)cap);
}

static void fake_set_line_join(cairo_t *cr, cairo_line_join_t join)
{
    LOG("%ld join %d\n", id_of(cr), (int)join);
}

/* ---- text ---- */

static void fake_select_font_face(cairo_t *cr, const char *family, cairo_font_slant_t slant,
                                  cairo_font_weight_t weight)
{
    (void)cr;
    ck_assert_str_eq(family, "sans-serif");
    ck_assert_int_eq(slant, CAIRO_FONT_SLANT_NORMAL);
    (void)weight;
}

static void fake_set_font_size(cairo_t *cr, double size)
{
    (void)cr;
    font_size = size;
}

/* What a font shows for a character that it lacks is as wide as it is high. */
static void fake_text_extents(cairo_t *cr, const char *text, cairo_text_extents_t *extents)
{
    *extents = (cairo_text_extents_t){ .x_advance = 0.0 };
    (void)cr;
    for (size_t size = 0; *text != '\0'; text += size) {
        uint32_t c = 0;
        size = utf8_decode(text, strlen(text), &c);
        extents->x_advance += c >= NO_GLYPH ? font_size : font_size / 2;
    }
}

static void fake_show_text(cairo_t *cr, const char *text)
{
    LOG("%ld text %g '%s'\n", id_of(cr), font_size, text);
}

static cairo_scaled_font_t *fake_get_scaled_font(cairo_t *cr)
{
    return (cairo_scaled_font_t *)cr;
}

static cairo_status_t fake_scaled_font_text_to_glyphs(cairo_scaled_font_t *font, double x, double y,
                                                      const char *text, int size,
                                                      cairo_glyph_t **glyphs, int *n,
                                                      cairo_text_cluster_t **clusters,
                                                      int *n_clusters,
                                                      cairo_text_cluster_flags_t *flags)
{
    uint32_t c = 0;

    (void)font, (void)clusters, (void)n_clusters, (void)flags;
    ck_assert(x == 0.0 && y == 0.0);
    ck_assert_int_eq((int)utf8_decode(text, (size_t)size, &c), size);
    *glyphs = calloc(1, sizeof **glyphs);
    (*glyphs)->index = c >= NO_GLYPH ? 0 : c;
    *n = 1;
    return CAIRO_STATUS_SUCCESS;
}

static void fake_glyph_free(cairo_glyph_t *glyphs)
{
    free(glyphs);
}

static cairo_font_options_t *fake_font_options_create(void)
{
    return new_id();
}

static void fake_font_options_destroy(cairo_font_options_t *options)
{
    (void)options;
}

static void fake_font_options_set_antialias(cairo_font_options_t *options, cairo_antialias_t how)
{
    (void)options;
    LOG("antialias %d\n", (int)how);
}

static void fake_font_options_set_hint_style(cairo_font_options_t *options, cairo_hint_style_t how)
{
    (void)options;
    LOG("hint style %d\n", (int)how);
}

static void fake_font_options_set_hint_metrics(cairo_font_options_t *options,
                                               cairo_hint_metrics_t how)
{
    (void)options;
    LOG("hint metrics %d\n", (int)how);
}

static void fake_set_font_options(cairo_t *cr, const cairo_font_options_t *options)
{
    LOG("%ld font options %d\n", id_of(cr), options != NULL);
}

/* ---- surfaces ---- */

static struct image *image_of(const void *surface)
{
    for (size_t k = 0; k < n_images; k++)
        if (images[k].surface == surface)
            return &images[k];
    ck_abort_msg("%ld is no image", id_of(surface));
}

static cairo_surface_t *fake_image_surface_create(cairo_format_t format, int cols, int rows)
{
    cairo_surface_t *const surface = new_id();

    LOG("%ld image %d, %d x %d\n", id_of(surface), (int)format, cols, rows);
    ck_assert_uint_lt(n_images, 64);
    images[n_images++] = (struct image){ surface, (size_t)rows, (size_t)cols,
                                         calloc((size_t)rows * (size_t)cols, sizeof(uint32_t)) };
    return surface;
}

static unsigned char *fake_image_surface_get_data(cairo_surface_t *surface)
{
    return (unsigned char *)image_of(surface)->pixels;
}

static int fake_image_surface_get_stride(cairo_surface_t *surface)
{
    return (int)(4 * image_of(surface)->cols);
}

/* Runs of equal rows, each as runs of equal pixels; of long ones the length and a sum. */
static void fake_surface_mark_dirty(cairo_surface_t *surface)
{
    const struct image *const image = image_of(surface);
    const size_t rows = image->rows;
    const size_t cols = image->cols;
    size_t n_written = 0;

    for (size_t i = 0, n; i < rows; i += n) {
        const uint32_t *const row = image->pixels + i * cols;
        uint64_t sum = 14695981039346656037U; /* FNV-1a over the pixels */
        size_t n_runs = 0;
        n = 1;
        while (i + n < rows && memcmp(row, row + n * cols, cols * sizeof *row) == 0)
            n++;
        for (size_t j = 0; j < cols; j++) {
            sum = (sum ^ row[j]) * 1099511628211U;
            n_runs += j == 0 || row[j] != row[j - 1];
        }
        if (n_written++ > 20 && i + n < rows && i % 37 != 0)
            continue;
        LOG("  %zu rows of %zu runs, %016llx:", n, n_runs, (unsigned long long)sum);
        for (size_t j = 0, run; j < cols && n_runs < 20; j += run) {
            run = 1;
            while (j + run < cols && row[j + run] == row[j])
                run++;
            LOG(" %zu*%06x", run, (unsigned)row[j]);
        }
        LOG("\n");
    }
}

static cairo_surface_t *fake_svg_surface_create_for_stream(cairo_write_func_t write, void *context,
                                                           double width, double height)
{
    cairo_surface_t *const surface = new_id();

    LOG("%ld svg %.3f x %.3f\n", id_of(surface), width, height);
    sink = write;
    sink_context = context;
    return surface;
}

static cairo_t *fake_create(cairo_surface_t *surface)
{
    cairo_t *const cr = new_id();

    LOG("%ld context of %ld\n", id_of(cr), id_of(surface));
    return cr;
}

static cairo_surface_t *fake_get_target(cairo_t *cr)
{
    return (cairo_surface_t *)((char *)cr - 1); /* created right before it */
}

static void fake_surface_destroy(cairo_surface_t *surface)
{
    LOG("destroy surface %ld\n", id_of(surface));
}

static void fake_surface_finish(cairo_surface_t *surface)
{
    static const char text[] = "<?xml?>\n<svg width=\"1\"><g id=\"surface9\"><use "
                               "xlink:href=\"#surface9\"/></g>\n<g id=\"clip77-x\"/></svg>\n";

    LOG("finish %ld\n", id_of(surface));
    if (sink != NULL)
        ck_assert_int_eq(sink(sink_context, (const unsigned char *)text, sizeof text - 1),
                         CAIRO_STATUS_SUCCESS);
    sink = NULL;
}

static cairo_status_t fake_status(cairo_t *cr)
{
    (void)cr;
    return next_status;
}

static cairo_status_t fake_surface_status(cairo_surface_t *surface)
{
    (void)surface;
    return next_status;
}

static const char *fake_status_to_string(cairo_status_t status)
{
    return status == CAIRO_STATUS_SUCCESS ? "no error" : "an error";
}

static cairo_status_t fake_surface_write_to_png_stream(cairo_surface_t *surface,
                                                       cairo_write_func_t write, void *context)
{
    static const unsigned char png[] = "89504E47.13.IHDR.0123456789abcdef.the rest";

    LOG("png of %ld\n", id_of(surface));
    return write(context, png, sizeof png - 1);
}

static void fake_set_source_surface(cairo_t *cr, cairo_surface_t *surface, double x, double y)
{
    LOG("%ld source %ld at %.1f %.1f\n", id_of(cr), id_of(surface), x, y);
}

static cairo_pattern_t *fake_get_source(cairo_t *cr)
{
    return (cairo_pattern_t *)cr;
}

static void fake_pattern_set_filter(cairo_pattern_t *pattern, cairo_filter_t filter)
{
    LOG("%ld filter %d\n", id_of(pattern), (int)filter);
}

static const char *fake_version_string(void)
{
    return "9.8.7";
}

#define FAKE(f) .f = fake_##f,
static const struct cairo_library fakes = { CAIRO_FUNCTIONS(FAKE) };

static bool use_stand_in(void)
{
    struct ct_error err = { 0 };

    if (cairo_library_load(&err) != CT_OK) {
        SKIP("%s", err.text);
        return false;
    }
    cairo_library = fakes;
    here = ids;
    return true;
}

/* ---- figures ---- */

static void take(void *context, const void *data, size_t size)
{
    LOG("|%.*s", (int)size, (const char *)data);
    *(size_t *)context += size;
}

static void open_golden(struct golden *g)
{
    g->stream = open_memstream(&g->text, &g->size);
    ck_assert_ptr_nonnull(g->stream);
    calls = g->stream;
}

static void add_figure(const struct plot_case *p, enum figure_format format)
{
    struct figure *f = NULL;
    size_t size = 0;

    here = ids;
    n_images = 0;
    LOG("== %s, %s\n", p->name, format == FIGURE_SVG ? "SVG" : "PNG");
    ck_assert_int_eq(figure_new(format, &f, NULL), CT_OK);
    const struct plot_target target = figure_target(f);
    struct plot_view view = { .area = { 1, 1, 1, 1 } };
    p->show(&target, &view);
    ck_assert_uint_eq(view.area.rows, 0);
    if (format == FIGURE_SVG) {
        ck_assert_int_eq(figure_write(f, take, &size, NULL), CT_OK);
        ck_assert_uint_gt(size, 100);
    }
    figure_free(f);
    for (size_t k = 0; k < n_images; k++)
        free(images[k].pixels);
}

START_TEST(every_plot_is_drawn_with_the_same_calls)
{
    static const char pngs[] = "diverging clusters two-groups";
    struct golden g = { 0 };

    if (!use_stand_in())
        return;
    open_golden(&g);
    for (const struct plot_case *p = plot_cases; p->name != NULL; p++) {
        if (strcmp(p->name, "many-points") == 0)
            continue; /* below */
        add_figure(p, FIGURE_SVG);
        if (strstr(pngs, p->name) != NULL)
            add_figure(p, FIGURE_PNG);
    }
    golden_compare(&g, "figure_calls.txt");
}
END_TEST

/* More shapes than an SVG should have: both ends of the calls, and a sum of all. */
START_TEST(many_points_are_drawn_into_an_image)
{
    enum { HEAD = 40, TAIL = 80 };
    struct golden g = { 0 };
    struct golden all = { 0 };
    uint64_t sum = 14695981039346656037U;
    size_t n_lines = 0, line = 0;

    if (!use_stand_in())
        return;
    open_golden(&all);
    for (const struct plot_case *p = plot_cases; p->name != NULL; p++)
        if (strcmp(p->name, "many-points") == 0)
            add_figure(p, FIGURE_SVG);
    fclose(all.stream);
    open_golden(&g);
    for (const char *at = all.text; *at != '\0'; at++) {
        sum = (sum ^ (unsigned char)*at) * 1099511628211U;
        n_lines += *at == '\n';
    }
    LOG("%zu lines, %016llx\n", n_lines, (unsigned long long)sum);
    for (const char *at = all.text; *at != '\0'; line++) {
        const size_t size = strcspn(at, "\n") + 1;
        if (line < HEAD || line + TAIL > n_lines)
            LOG("%.*s", (int)size, at);
        at += size;
    }
    free(all.text);
    golden_compare(&g, "figure_image.txt");
}
END_TEST

START_TEST(text_is_cut_escaped_and_replaced)
{
    static const char *const texts[] = { "plain",
                                         "a <b> & \"c\"",
                                         "e\xCC\x81\xCC\x82 marks e\xCC\x81",
                                         "\xE4\xB8\xAD\xE6\x96\x87 \xED\x95\x9C",
                                         "tab\there",
                                         "\xEF\xB7\x90 \xEF\xBF\xBE \xEF\xBF\xBD",
                                         "bad \xFF byte" };
    struct golden g = { 0 };

    if (!use_stand_in())
        return;
    open_golden(&g);
    for (int format = FIGURE_SVG; format <= FIGURE_PNG; format++) {
        struct figure *f = NULL;
        size_t size = 0;
        ck_assert_int_eq(figure_new((enum figure_format)format, &f, NULL), CT_OK);
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            for (int room = 0; room < 60; room += 9) {
                const struct label l = { .text = texts[k],
                                         .x = 10.0 * room,
                                         .y = 3.0,
                                         .size = 8.0,
                                         .anchor = room % 3 / 2.0,
                                         .room = room,
                                         .is_bold = room == 18,
                                         .is_upright = room == 27,
                                         .rgb = 0x0a0b0c };
                LOG("%s, room %d, width %.2f\n", texts[k], room,
                    figure_label_width(f, texts[k], 10.0));
                figure_label(f, &l);
            }
        ck_assert_int_eq(figure_write(f, take, &size, NULL), CT_OK);
        figure_free(f);
    }
    golden_compare(&g, "figure_texts.txt");
}
END_TEST

START_TEST(every_marker_is_drawn)
{
    struct golden g = { 0 };

    if (!use_stand_in())
        return;
    open_golden(&g);
    struct figure f = { .cr = new_id() };
    for (int marker = 0; marker <= MARKER_CLUSTER_0; marker++)
        for (double r = 0.6; r < 2.5; r += 0.6) {
            LOG("marker %d, %.1f\n", marker, r);
            figure_marker(&f, 100.0, 50.0, (uint8_t)marker, 0x112233, r);
        }
    golden_compare(&g, "figure_markers.txt");
}
END_TEST

START_TEST(errors_of_cairo_are_reported)
{
    static const struct {
        cairo_status_t status;
        enum ct_status want;
        const char *text;
    } cases[] = { { CAIRO_STATUS_NO_MEMORY, CT_ENOMEM, "figure" },
                  { CAIRO_STATUS_WRITE_ERROR, CT_EIO, "figure: cairo: an error" } };
    struct golden g = { 0 };

    if (!use_stand_in())
        return;
    open_golden(&g);
    ck_assert_str_eq(figure_library(), "9.8.7");
    for (size_t k = 0; k < 2; k++) {
        struct figure *f = NULL;
        struct ct_error err = { 0 };
        size_t size = 0;
        ck_assert_int_eq(figure_new(FIGURE_SVG, &f, NULL), CT_OK);
        next_status = cases[k].status;
        ck_assert_int_eq(figure_write(f, take, &size, &err), cases[k].want);
        next_status = CAIRO_STATUS_SUCCESS;
        ck_assert_msg(strncmp(err.text, cases[k].text, strlen(cases[k].text)) == 0, "%s", err.text);
        ck_assert_uint_eq(size, 0);
        figure_free(f);
    }
    fclose(g.stream);
    free(g.text);
}
END_TEST

/* ---- ids of an SVG ---- */

static void collect(void *context, const void *data, size_t size)
{
    fwrite(data, 1, size, context);
}

START_TEST(ids_are_numbered_in_order)
{
    static const char *const cases[][2] = {
        { "<g id=\"a9\" b=\"#a9\"/>", "<g id=\"a1\" b=\"#a1\"/>" },
        { "url(#clip12) url(#clip7)", "url(#clip1) url(#clip2)" },
        { "id=\"x5\" id=\"x55\" #x5\"", "id=\"x1\" id=\"x2\" #x1\"" },
        { "id=\"x5\" id=\"y5\" #x5\"", "id=\"x1\" id=\"y2\" #x1\"" },
        { "id=\"glyph-0-1\"", "id=\"glyph-0-1\"" },
        { "id=\"az-7\"", "id=\"az-1\"" },
        { "id=\"7\" id=\"A7\" id=\"a\"", "id=\"7\" id=\"A7\" id=\"a\"" },
        { "d=\"a7\" #ff0000 #e5;", "d=\"a7\" #ff0000 #e5;" },
        { "id=\"a7", "id=\"a7" },
        { "#a09)", "#a1)" },
        { "", "" },
    };

    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char *text = NULL;
        size_t size = 0;
        FILE *const out = open_memstream(&text, &size);
        ck_assert(svg_ids_write(cases[k][0], strlen(cases[k][0]), collect, out));
        fclose(out);
        ck_assert_str_eq(text, cases[k][1]);
        free(text);
    }
}
END_TEST

START_TEST(hundreds_of_ids_are_told_apart)
{
    char *svg = NULL, *text = NULL;
    size_t n = 0, size = 0;
    FILE *const in = open_memstream(&svg, &n);
    FILE *const out = open_memstream(&text, &size);

    for (int k = 0; k < 300; k++)
        fprintf(in, "id=\"n%d\" #n%d) ", 1000 - k, 1000 - k / 2);
    fclose(in);
    ck_assert(svg_ids_write(svg, n, collect, out));
    fclose(out);
    const char *at = text;
    for (int k = 0; k < 300; k++) {
        int id = 0, reference = 0, used = 0;
        ck_assert_int_eq(sscanf(at, "id=\"n%d\" #n%d) %n", &id, &reference, &used), 2);
        ck_assert_int_eq(id, k + 1);
        ck_assert_int_eq(reference, k / 2 + 1);
        at += used;
    }
    free(svg);
    free(text);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { every_plot_is_drawn_with_the_same_calls,
                                   many_points_are_drawn_into_an_image,
                                   text_is_cut_escaped_and_replaced,
                                   every_marker_is_drawn,
                                   errors_of_cairo_are_reported,
                                   ids_are_numbered_in_order,
                                   hundreds_of_ids_are_told_apart };

    return RUN_TESTS("figure calls", tests);
}
