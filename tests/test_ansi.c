#include "config.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "cli/ansi.h"
#include "plot/palette.h"

static struct canvas c;

static void open_canvas(void)
{
    ck_assert_int_eq(canvas_init(&c, 2, 8, false, true, NULL), CT_OK);
}

static void close_canvas(void)
{
    canvas_clear(&c);
}

/* The output of ansi_write(), in a buffer that the next call overwrites. */
static const char *written(enum ansi_depth depth)
{
    static char out[1024];
    FILE *const stream = fmemopen(out, sizeof out, "w");

    ck_assert_ptr_nonnull(stream);
    ck_assert_int_eq(ansi_write(stream, &c, depth, NULL), CT_OK);
    fclose(stream);
    return out;
}

START_TEST(plain_text_has_no_escape_sequences)
{
    open_canvas();
    canvas_text(&c, 0, 1, 7, "t\u2500", INK_ACCENT, CELL_BOLD);
    canvas_put(&c, 1, 0, ' ', INK_DEFAULT, INK_BAD, CELL_REVERSE);
    ck_assert_str_eq(written(ANSI_NONE), " t\u2500\n\n");
    close_canvas();
}
END_TEST

START_TEST(colours_change_as_rarely_as_possible)
{
    open_canvas();
    canvas_text(&c, 0, 0, 8, "ab", INK_GOOD, 0);
    canvas_text(&c, 0, 3, 5, "c", INK_GOOD, 0); /* across a blank */
    canvas_text(&c, 0, 4, 4, "d", INK_DEFAULT, 0);
    canvas_text(&c, 1, 0, 8, "e", INK_GOOD, 0);
    ck_assert_str_eq(written(ANSI_16), "\033[32mab c\033[0md\n\033[32me\033[0m\n");
    close_canvas();
}
END_TEST

START_TEST(every_depth_has_its_codes)
{
    char want[128];
    const uint32_t rgb = palette_rgb(INK_CLUSTER_0 + 3);

    open_canvas();
    canvas_put(&c, 0, 0, 'x', INK_CLUSTER_0 + 3, INK_BAD, CELL_BOLD | CELL_UNDERLINE);
    ck_assert_str_eq(written(ANSI_16), "\033[1;4;93;101mx\033[0m\n\n");
    snprintf(want, sizeof want, "\033[1;4;38;5;%d;48;5;%dmx\033[0m\n\n",
             palette_256(INK_CLUSTER_0 + 3), palette_256(INK_BAD));
    ck_assert_str_eq(written(ANSI_256), want);
    snprintf(want, sizeof want, "\033[1;4;38;2;%u;%u;%u;48;2;224;72;62mx\033[0m\n\n",
             (unsigned)(rgb >> 16), (unsigned)(rgb >> 8 & 0xFF), (unsigned)(rgb & 0xFF));
    ck_assert_str_eq(written(ANSI_TRUE), want);
    close_canvas();
}
END_TEST

START_TEST(attributes_are_reset_one_by_one)
{
    open_canvas();
    canvas_put(&c, 0, 0, 'a', INK_GOOD, INK_DEFAULT, CELL_BOLD);
    canvas_put(&c, 0, 1, 'b', INK_GOOD, INK_DEFAULT, CELL_REVERSE);
    canvas_put(&c, 0, 2, ' ', INK_DEFAULT, INK_DEFAULT, CELL_REVERSE); /* visible although blank */
    ck_assert_str_eq(written(ANSI_16), "\033[1;32ma\033[22;7mb\033[39m \033[0m\n\n");
    close_canvas();
}
END_TEST

START_TEST(wide_and_combined_characters)
{
    open_canvas();
    c.cells[0].ch = 0x4e2d; /* as canvas_put() sets them in a UTF-8 locale */
    c.cells[1].ch = 0;
    c.cells[2].ch = 'e';
    c.cells[2].mark = 0x301;
    c.cells[3].ch = 0x9b; /* a control is never sent, even if a cell contains it */
    ck_assert_str_eq(written(ANSI_NONE), "\u4e2de\u0301?\n\n");
    c.cells[5].mark = 0x301; /* over a blank, at the end of the row */
    ck_assert_str_eq(written(ANSI_NONE), "\u4e2de\u0301?  \u0301\n\n");
    close_canvas();
}
END_TEST

START_TEST(write_errors_are_reported)
{
    struct ct_error err;
    FILE *const full = fopen("/dev/full", "w");

    if (full == NULL) {
        SKIP("no /dev/full");
        return;
    }
    open_canvas();
    ck_assert_int_eq(ansi_write(full, &c, ANSI_16, &err), CT_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "output"));
    fclose(full);
    close_canvas();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        plain_text_has_no_escape_sequences, colours_change_as_rarely_as_possible,
        every_depth_has_its_codes,          attributes_are_reset_one_by_one,
        wide_and_combined_characters,       write_errors_are_reported,
    };
    return RUN_TESTS("ansi", tests);
}
