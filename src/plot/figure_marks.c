#include "config.h"
#include "plot/figure_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void bytes_add(struct bytes *b, const void *data, size_t n)
{
    if (b->failed || n == 0)
        return;
    if (n > b->room - b->n) {
        const size_t room = n > SIZE_MAX / 4 - b->n ? 0 : 2 * (b->n + n) + 4096;
        char *const more = room > 0 ? realloc(b->data, room) : NULL;
        if (more == NULL) {
            b->failed = true;
            return;
        }
        b->data = more;
        b->room = room;
    }
    memcpy(b->data + b->n, data, n);
    b->n += n;
}

void figure_color(struct figure *f, uint32_t rgb)
{
    cairo_set_source_rgb(f->cr, (double)(rgb >> 16 & 0xFF) / 255.0,
                         (double)(rgb >> 8 & 0xFF) / 255.0, (double)(rgb & 0xFF) / 255.0);
}

static void cross(cairo_t *cr, double x, double y, double r, bool is_upright)
{
    const double dx = is_upright ? 0.0 : 0.7071 * r;
    const double dy = is_upright ? r : 0.7071 * r;

    cairo_move_to(cr, x - dx, y - dy);
    cairo_line_to(cr, x + dx, y + dy);
    cairo_move_to(cr, x - (is_upright ? r : dx), y + (is_upright ? 0.0 : dy));
    cairo_line_to(cr, x + (is_upright ? r : dx), y - (is_upright ? 0.0 : dy));
}

static void draw_cross(struct figure *f, double x, double y, double r, bool is_upright,
                       double width, uint32_t rgb)
{
    cross(f->cr, x, y, r, is_upright);
    figure_color(f, rgb);
    cairo_set_line_width(f->cr, width);
    cairo_stroke(f->cr);
}

/* A disc; large ones have an outline, so that pale ones are visible on white. */
static void draw_disc(struct figure *f, double x, double y, double r, uint32_t rgb)
{
    cairo_new_sub_path(f->cr);
    cairo_arc(f->cr, x, y, r, 0.0, 4.0 * acos(0.0));
    figure_color(f, rgb);
    if (r < 1.2) {
        cairo_fill(f->cr);
        return;
    }
    cairo_fill_preserve(f->cr);
    figure_color(f, 0x404040);
    cairo_set_line_width(f->cr, 0.25);
    cairo_stroke(f->cr);
}

void figure_marker(struct figure *f, double x, double y, uint8_t marker, uint32_t rgb, double r)
{
    switch (marker) {
    case MARKER_NOISE:
        draw_cross(f, x, y, r, true, 0.35 * r, rgb);
        break;
    case MARKER_CENTROID:
        draw_cross(f, x, y, 5.2, false, 3.4, 0xffffff);
        draw_cross(f, x, y, 4.6, false, 2.0, 0x000000);
        break;
    case MARKER_SELECTED:
        cairo_new_sub_path(f->cr);
        cairo_arc(f->cr, x, y, r + 2.0, 0.0, 4.0 * acos(0.0));
        figure_color(f, rgb);
        cairo_set_line_width(f->cr, 1.2);
        cairo_stroke(f->cr);
        break;
    case MARKER_CROSS:
        draw_cross(f, x, y, r, false, 0.35 * r, rgb);
        break;
    case MARKER_SMALL:
        draw_disc(f, x, y, fmin(0.6 * r, 1.1), rgb);
        break;
    default:
        draw_disc(f, x, y, r, rgb);
        break;
    }
}

/* Some SVG viewers always smooth images: with many pixels per entry, only the edges are
 * affected. */
static size_t pixels_each(const struct figure *f, size_t n)
{
    enum { ENOUGH = 1200 };

    return f->format == FIGURE_SVG && n < ENOUGH ? ENOUGH / n : 1;
}

void figure_image(struct figure *f, const uint32_t *pixels, size_t rows, size_t cols,
                  const struct box *at)
{
    const size_t high = pixels_each(f, rows), wide = pixels_each(f, cols);
    cairo_surface_t *const image =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(cols * wide), (int)(rows * high));
    unsigned char *const data = cairo_image_surface_get_data(image);
    const size_t stride = (size_t)cairo_image_surface_get_stride(image);

    for (size_t i = 0; data != NULL && i < rows * high; i++) {
        uint32_t *const row = (uint32_t *)(void *)(data + i * stride);
        for (size_t j = 0; j < cols * wide; j++)
            row[j] = pixels[i / high * cols + j / wide];
    }
    cairo_surface_mark_dirty(image);
    cairo_save(f->cr);
    cairo_translate(f->cr, at->x, at->y);
    cairo_scale(f->cr, at->w / (double)(cols * wide), at->h / (double)(rows * high));
    cairo_set_source_surface(f->cr, image, 0.0, 0.0);
    cairo_pattern_set_filter(cairo_get_source(f->cr), CAIRO_FILTER_NEAREST);
    cairo_paint(f->cr); /* in an SVG a fill would become a pattern */
    cairo_restore(f->cr);
    cairo_surface_destroy(image);
}
