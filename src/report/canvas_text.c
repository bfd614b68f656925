#include "config.h"
#include "report/canvas_text.h"

#include "base/text.h"
#include "io/outfile.h"

static void write_cell(struct outfile *file, const struct cell *cell)
{
    char bytes[4];

    if (cell->ch == 0)
        return;
    outfile_write(file, bytes, utf8_put(cell->ch, bytes));
    if (cell->mark != 0)
        outfile_write(file, bytes, utf8_put(cell->mark, bytes));
}

enum ct_status canvas_text_write(const struct canvas *c, const char *path, struct ct_error *err)
{
    struct outfile *file = NULL;
    const enum ct_status status = outfile_open(path, &file, err);

    if (status != CT_OK)
        return status;
    for (size_t row = 0; row < c->rows; row++) {
        const struct cell *const cells = &c->cells[row * c->cols];
        size_t used = c->cols;
        while (used > 0 && cells[used - 1].ch == ' ')
            used--;
        for (size_t col = 0; col < used; col++)
            write_cell(file, &cells[col]);
        outfile_puts(file, "\n");
    }
    return outfile_commit(file, err);
}
