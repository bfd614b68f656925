#include "config.h"
#include "plot/row_list.h"

#include "plot/raster.h"

enum { SWATCH_COLS = 2, LEAST_PLOT_COLS = 40 };

size_t row_list_cols(const struct row_list *list, const struct canvas *c, struct rect area)
{
    size_t width = canvas_text_width(c, list->head);

    for (size_t k = 0; list->head != NULL && k < list->n; k++)
        if (canvas_text_width(c, list->rows[k].text) > width)
            width = canvas_text_width(c, list->rows[k].text);
    return list->head != NULL && area.cols >= LEAST_PLOT_COLS + width + SWATCH_COLS + 1
               ? width + SWATCH_COLS + 1
               : 0;
}

void row_list_draw(struct canvas *c, struct rect area, const struct row_list *list)
{
    const size_t width = area.cols > SWATCH_COLS ? area.cols - SWATCH_COLS : 0;
    const size_t rows = area.rows > 1 ? area.rows - 1 : 0;
    const size_t n = list->n <= rows ? list->n : rows > 0 ? rows - 1 : 0;

    canvas_text(c, area.row, area.col + SWATCH_COLS, width, list->head, INK_DIM, 0);
    for (size_t k = 0; k < n; k++) {
        const struct list_row *const row = &list->rows[k];
        const uint32_t ch = marker_char(c, row->marker, row->ink);
        const uint8_t attr = row->is_marked ? CELL_REVERSE : 0;
        canvas_put(c, area.row + 1 + k, area.col,
                   ch != 0                       ? ch
                   : row->marker == MARKER_NOISE ? 0x2804
                                                 : 0x2588,
                   row->ink, INK_DEFAULT, 0);
        canvas_text(c, area.row + 1 + k, area.col + SWATCH_COLS, width, row->text,
                    row->marker == MARKER_NOISE ? INK_DIM : INK_DEFAULT, attr);
    }
    if (n < list->n && rows > 0)
        canvas_printf(c, area.row + 1 + n, area.col + SWATCH_COLS, width, INK_DIM, 0, "+%zu more",
                      list->n - n);
}
