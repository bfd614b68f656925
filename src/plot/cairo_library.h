/* cairo, loaded when a figure is drawn: it depends on some twenty libraries, and loading them takes
 * longer than most commands. Include instead of <cairo.h>; calls look the same. */
#ifndef CT_PLOT_CAIRO_LIBRARY_H
#define CT_PLOT_CAIRO_LIBRARY_H

#include <cairo-svg.h>
#include <cairo.h>

#include "base/status.h"

/* clang-format off */
#define CAIRO_FUNCTIONS(F)                                                                      \
    F(arc) F(clip) F(create) F(destroy) F(fill) F(fill_preserve) F(font_options_create)         \
    F(font_options_destroy) F(font_options_set_antialias) F(font_options_set_hint_metrics)      \
    F(font_options_set_hint_style) F(get_scaled_font) F(get_source) F(get_target)               \
    F(glyph_free) F(image_surface_create) F(image_surface_get_data)                             \
    F(image_surface_get_stride) F(line_to) F(move_to) F(new_sub_path) F(paint)                  \
    F(pattern_set_filter) F(rectangle) F(rel_line_to) F(restore) F(rotate) F(save) F(scale)     \
    F(scaled_font_text_to_glyphs) F(select_font_face) F(set_dash) F(set_font_options)           \
    F(set_font_size) F(set_line_cap) F(set_line_join) F(set_line_width) F(set_source_rgb)       \
    F(set_source_surface) F(show_text) F(status) F(status_to_string) F(stroke)                  \
    F(surface_destroy) F(surface_finish) F(surface_mark_dirty) F(surface_status)                \
    F(surface_write_to_png_stream) F(svg_surface_create_for_stream) F(text_extents)             \
    F(translate) F(version_string)
/* clang-format on */

struct cairo_library {
#define CAIRO_POINTER(f) __typeof__(cairo_##f) *f;
    CAIRO_FUNCTIONS(CAIRO_POINTER)
#undef CAIRO_POINTER
};

extern struct cairo_library cairo_library; /* filled in once, by cairo_library_load() */

/* Call before any other function. CT_EIO: cairo is missing, or too old. */
enum ct_status cairo_library_load(struct ct_error *err);

#define cairo_arc                           cairo_library.arc
#define cairo_clip                          cairo_library.clip
#define cairo_create                        cairo_library.create
#define cairo_destroy                       cairo_library.destroy
#define cairo_fill                          cairo_library.fill
#define cairo_fill_preserve                 cairo_library.fill_preserve
#define cairo_font_options_create           cairo_library.font_options_create
#define cairo_font_options_destroy          cairo_library.font_options_destroy
#define cairo_font_options_set_antialias    cairo_library.font_options_set_antialias
#define cairo_font_options_set_hint_metrics cairo_library.font_options_set_hint_metrics
#define cairo_font_options_set_hint_style   cairo_library.font_options_set_hint_style
#define cairo_get_scaled_font               cairo_library.get_scaled_font
#define cairo_get_source                    cairo_library.get_source
#define cairo_get_target                    cairo_library.get_target
#define cairo_glyph_free                    cairo_library.glyph_free
#define cairo_image_surface_create          cairo_library.image_surface_create
#define cairo_image_surface_get_data        cairo_library.image_surface_get_data
#define cairo_image_surface_get_stride      cairo_library.image_surface_get_stride
#define cairo_line_to                       cairo_library.line_to
#define cairo_move_to                       cairo_library.move_to
#define cairo_new_sub_path                  cairo_library.new_sub_path
#define cairo_paint                         cairo_library.paint
#define cairo_pattern_set_filter            cairo_library.pattern_set_filter
#define cairo_rectangle                     cairo_library.rectangle
#define cairo_rel_line_to                   cairo_library.rel_line_to
#define cairo_restore                       cairo_library.restore
#define cairo_rotate                        cairo_library.rotate
#define cairo_save                          cairo_library.save
#define cairo_scale                         cairo_library.scale
#define cairo_scaled_font_text_to_glyphs    cairo_library.scaled_font_text_to_glyphs
#define cairo_select_font_face              cairo_library.select_font_face
#define cairo_set_dash                      cairo_library.set_dash
#define cairo_set_font_options              cairo_library.set_font_options
#define cairo_set_font_size                 cairo_library.set_font_size
#define cairo_set_line_cap                  cairo_library.set_line_cap
#define cairo_set_line_join                 cairo_library.set_line_join
#define cairo_set_line_width                cairo_library.set_line_width
#define cairo_set_source_rgb                cairo_library.set_source_rgb
#define cairo_set_source_surface            cairo_library.set_source_surface
#define cairo_show_text                     cairo_library.show_text
#define cairo_status                        cairo_library.status
#define cairo_status_to_string              cairo_library.status_to_string
#define cairo_stroke                        cairo_library.stroke
#define cairo_surface_destroy               cairo_library.surface_destroy
#define cairo_surface_finish                cairo_library.surface_finish
#define cairo_surface_mark_dirty            cairo_library.surface_mark_dirty
#define cairo_surface_status                cairo_library.surface_status
#define cairo_surface_write_to_png_stream   cairo_library.surface_write_to_png_stream
#define cairo_svg_surface_create_for_stream cairo_library.svg_surface_create_for_stream
#define cairo_text_extents                  cairo_library.text_extents
#define cairo_translate                     cairo_library.translate
#define cairo_version_string                cairo_library.version_string

#endif
