#include "config.h"
#include "plot/figure_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plot/svg_ids.h"

static cairo_status_t take_bytes(void *context, const unsigned char *data, unsigned n)
{
    struct bytes *const b = context;

    bytes_add(b, data, n);
    return b->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

enum ct_status figure_check(struct ct_error *err)
{
    return cairo_library_load(err);
}

static cairo_surface_t *new_page(struct figure *f)
{
    if (f->format == FIGURE_SVG)
        return cairo_svg_surface_create_for_stream(take_bytes, &f->file, FIGURE_WIDTH,
                                                   FIGURE_HEIGHT);
    return cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)lround(FIGURE_WIDTH * FIGURE_PIXELS),
                                      (int)lround(FIGURE_HEIGHT * FIGURE_PIXELS));
}

/* Unhinted glyph widths: the layout is then the same in both formats. */
static void plain_letters(cairo_t *cr)
{
    cairo_font_options_t *const options = cairo_font_options_create();

    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cr, options);
    cairo_font_options_destroy(options);
}

enum ct_status figure_new(enum figure_format format, struct figure **out, struct ct_error *err)
{
    const enum ct_status status = figure_check(err);
    struct figure *const f = status == CT_OK ? calloc(1, sizeof *f) : NULL;

    if (status != CT_OK)
        return status;
    if (f == NULL)
        return ct_fail_nomem(err, "figure", sizeof *f);
    f->format = format;
    cairo_surface_t *const surface = new_page(f);
    f->cr = cairo_create(surface);
    cairo_surface_destroy(surface); /* cr keeps it; errors of either stay in cr */
    if (format == FIGURE_PNG)
        cairo_scale(f->cr, FIGURE_PIXELS, FIGURE_PIXELS);
    plain_letters(f->cr);
    cairo_set_source_rgb(f->cr, 1.0, 1.0, 1.0);
    cairo_paint(f->cr);
    *out = f;
    return CT_OK;
}

void figure_free(struct figure *f)
{
    if (f == NULL)
        return;
    cairo_surface_finish(cairo_get_target(f->cr)); /* the bytes are final now */
    cairo_destroy(f->cr);
    free(f->file.data);
    free(f->texts.data);
    free(f);
}

struct plot_target figure_target(struct figure *f)
{
    static const struct plot_painter painter = { figure_heatmap, figure_scatter, figure_series,
                                                 figure_bars, figure_words };

    return (struct plot_target){ .painter = &painter, .figure = f };
}

/* ---- files ---- */

const char *figure_library(void)
{
    return cairo_library_load(NULL) == CT_OK ? cairo_version_string() : NULL;
}

/* The last occurrence of text in b; NULL: none. */
static const char *find_last(const struct bytes *b, const char *text)
{
    const size_t size = strlen(text);

    for (size_t at = b->n >= size ? b->n - size + 1 : 0; at-- > 0;)
        if (memcmp(b->data + at, text, size) == 0)
            return b->data + at;
    return NULL;
}

/*
 * Cairo draws all text of an SVG as outlines, which can be neither searched nor edited. So our own
 * text elements are added to its drawing, and its images are marked as pixelated.
 */
static bool write_svg(const struct figure *f, void (*write)(void *, const void *, size_t),
                      void *context)
{
    static const char pixelated[] = "<svg style=\"image-rendering:pixelated\"";
    static const char begin[] =
        "<g font-family=\"Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif\">\n";
    static const char end[] = "</g>\n</svg>\n";
    const struct bytes *const file = &f->file;
    const char *const last = find_last(file, "</svg>");
    const char *first = last;

    if (last == NULL)
        return false;
    for (const char *at = file->data; at + 4 < last && first == last; at++)
        if (memcmp(at, "<svg", 4) == 0)
            first = at;
    if (first == last)
        return false;
    write(context, file->data, (size_t)(first - file->data));
    write(context, pixelated, sizeof pixelated - 1);
    if (!svg_ids_write(first + 4, (size_t)(last - first) - 4, write, context))
        return false;
    write(context, begin, sizeof begin - 1);
    write(context, f->texts.data, f->texts.n);
    write(context, end, sizeof end - 1);
    return true;
}

/* Cairo does not write the size of pixels: the chunk for it, 11811 per metre, is inserted after the
 * signature and the header. */
static bool write_png(const struct figure *f, void (*write)(void *, const void *, size_t),
                      void *context)
{
    static const unsigned char resolution[] = { 0x00, 0x00, 0x00, 0x09, 'p',  'H',  'Y',
                                                's',  0x00, 0x00, 0x2e, 0x23, 0x00, 0x00,
                                                0x2e, 0x23, 0x01, 0x78, 0xa5, 0x3f, 0x76 };
    enum { HEAD = 8 + 25 };

    if (f->file.n < HEAD)
        return false;
    write(context, f->file.data, HEAD);
    write(context, resolution, sizeof resolution);
    write(context, f->file.data + HEAD, f->file.n - HEAD);
    return true;
}

enum ct_status figure_write(struct figure *f,
                            void (*write)(void *context, const void *data, size_t size),
                            void *context, struct ct_error *err)
{
    cairo_surface_t *const surface = cairo_get_target(f->cr);
    cairo_status_t status = cairo_status(f->cr);

    if (status == CAIRO_STATUS_SUCCESS && f->format == FIGURE_PNG)
        status = cairo_surface_write_to_png_stream(surface, take_bytes, &f->file);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    if (status == CAIRO_STATUS_NO_MEMORY || f->texts.failed || f->file.failed)
        return ct_fail_nomem(err, "figure", 0);
    if (status != CAIRO_STATUS_SUCCESS)
        return ct_fail(err, CT_EIO, "figure: cairo: %s", cairo_status_to_string(status));
    if (!(f->format == FIGURE_SVG ? write_svg : write_png)(f, write, context))
        return ct_fail(err, CT_EIO, "figure: cairo has not written an image");
    return CT_OK;
}
