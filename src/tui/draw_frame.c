#include "config.h"
#include "tui/draw_parts.h"

struct frame_glyphs {
    uint32_t top_left, top_right, bottom_left, bottom_right, across, down;
};

struct rect draw_frame(struct canvas *c, struct rect r, const char *title, bool is_active)
{
    static const struct frame_glyphs lines = { 0x250C, 0x2510, 0x2514, 0x2518, 0x2500, 0x2502 };
    static const struct frame_glyphs ascii = { '+', '+', '+', '+', '-', '|' };
    const struct frame_glyphs *const g = c->ascii ? &ascii : &lines;
    const ink color = is_active ? INK_ACCENT : INK_FRAME;

    if (r.rows < 2 || r.cols < 2)
        return (struct rect){ r.row, r.col, 0, 0 };
    const size_t bottom = r.row + r.rows - 1;
    const size_t right = r.col + r.cols - 1;
    for (size_t col = r.col; col <= right; col++) {
        canvas_put(c, r.row, col, g->across, color, INK_DEFAULT, 0);
        canvas_put(c, bottom, col, g->across, color, INK_DEFAULT, 0);
    }
    for (size_t row = r.row; row <= bottom; row++) {
        canvas_put(c, row, r.col, g->down, color, INK_DEFAULT, 0);
        canvas_put(c, row, right, g->down, color, INK_DEFAULT, 0);
    }
    canvas_put(c, r.row, r.col, g->top_left, color, INK_DEFAULT, 0);
    canvas_put(c, r.row, right, g->top_right, color, INK_DEFAULT, 0);
    canvas_put(c, bottom, r.col, g->bottom_left, color, INK_DEFAULT, 0);
    canvas_put(c, bottom, right, g->bottom_right, color, INK_DEFAULT, 0);
    if (title != NULL && r.cols > 6)
        canvas_printf(c, r.row, r.col + 2, r.cols - 4, is_active ? INK_ACCENT : INK_TITLE,
                      CELL_BOLD, " %s ", title);
    return (struct rect){ r.row + 1, r.col + 1, r.rows - 2, r.cols - 2 };
}
