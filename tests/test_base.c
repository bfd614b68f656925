#include "config.h"
#include "support.h"

#include <errno.h>
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/library.h"
#include "base/mem.h"
#include "base/progress.h"
#include "base/spill.h"
#include "base/status.h"
#include "base/text.h"

static const char *visible(const char *text, size_t size)
{
    static char out[256];

    text_visible(out, sizeof out, text, size);
    return out;
}

START_TEST(controls_are_escaped)
{
    ck_assert_str_eq(visible("a\x1b[31mb", 7), "a\\u{1b}[31mb");
    ck_assert_str_eq(visible("\n\t\r\0", 4), "\\n\\t\\r\\u{0}");
    ck_assert_str_eq(visible("\xc2\x9b"
                             "1m",
                             4),
                     "\\u{9b}1m");                             /* 8-bit CSI */
    ck_assert_str_eq(visible("\xe2\x80\xae", 3), "\\u{202e}"); /* bidi override */
    ck_assert_str_eq(visible("\xff\xc3", 2), "\\xff\\xc3");    /* not UTF-8 */
    ck_assert_str_eq(visible("a\u200bb\u200dc\u00add\ufe0fe\u2069", 19),
                     "a\\u{200b}b\\u{200d}c\\u{ad}d\\u{fe0f}e\\u{2069}"); /* invisible */
    ck_assert_str_eq(visible("\xc3\xa9\xf0\x9f\x98\x80", 6), "\xc3\xa9\xf0\x9f\x98\x80");
}
END_TEST

START_TEST(visible_text_is_truncated_between_code_points)
{
    char out[4];

    ck_assert_uint_eq(text_visible(out, sizeof out, "ab\xc3\xa9", 4), 2);
    ck_assert_str_eq(out, "ab");
    ck_assert_uint_eq(text_visible(out, 1, "ab", 2), 0);
    ck_assert_str_eq(out, "");
}
END_TEST

static void assert_shown(const char *text, const char *want)
{
    char out[64];
    size_t used = 0;

    for (size_t at = 0, size = strlen(text); at < size;) {
        char piece[TEXT_PIECE];
        size_t length;
        at += text_piece_for_terminal(text + at, size - at, piece, &length);
        ck_assert_uint_lt(used + length, sizeof out);
        memcpy(out + used, piece, length);
        used += length;
    }
    out[used] = '\0';
    ck_assert_str_eq(out, want);
}

/* This program has not called setlocale(), so the locale is C. */
START_TEST(terminals_without_utf8_get_ascii)
{
    const char text[] = "a\xc3\xa9\xc5\x9b\x1b\x9b";

    ck_assert(!text_is_utf8_locale());
    assert_shown(text, "a\\u{e9}\\u{15b}\\u{1b}\\x9b");
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) {
        SKIP("no locale C.UTF-8");
        return;
    }
    assert_shown(text, "a\xc3\xa9\xc5\x9b\\u{1b}\\x9b");
    setlocale(LC_CTYPE, "C");
}
END_TEST

START_TEST(utf8_is_strict)
{
    static const char *const bad[] = { "\x80",         "\xc0\xaf",         "\xe0\x80\xaf",
                                       "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80",
                                       "\xe2\x82" };
    uint32_t c = 7;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_uint_eq(utf8_decode(bad[i], strlen(bad[i]), &c), 0);
        ck_assert_uint_eq(utf8_first_invalid(bad[i], strlen(bad[i])), 0);
    }
    ck_assert_uint_eq(c, 7);
    ck_assert_uint_eq(utf8_first_invalid("ok\xc3\xa9\xff", 5), 4);
}
END_TEST

START_TEST(utf8_round_trips)
{
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        char out[4];
        uint32_t back = 0;
        const size_t n = utf8_put(c, out);
        if (c >= 0xD800 && c <= 0xDFFF) {
            ck_assert_uint_eq(n, 0);
            continue;
        }
        if (utf8_decode(out, n, &back) != n || back != c)
            ck_abort_msg("U+%04X does not come back", c);
    }
}
END_TEST

START_TEST(widths_follow_the_locale)
{
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) {
        SKIP("no locale C.UTF-8");
        return;
    }
    ck_assert_int_eq(text_width('a'), 1);
    ck_assert_int_eq(text_width(0x4E2D), 2);
    ck_assert_int_eq(text_width(0x301), 0);
}
END_TEST

START_TEST(errors_are_one_line_without_controls)
{
    struct ct_error err;

    ck_assert_int_eq(ct_fail(&err, CT_EFORMAT, "a\x1b]0;x\x07: %d\n", 3), CT_EFORMAT);
    ck_assert_str_eq(err.text, "a\\u{1b}]0;x\\u{7}: 3\\n");
    ck_assert_int_eq(ct_error_where(&err, CT_EFORMAT, "file %s", "f.csv"), CT_EFORMAT);
    ck_assert_str_eq(err.text, "file f.csv: a\\u{1b}]0;x\\u{7}: 3\\n");
    errno = ENOENT;
    ck_assert_int_eq(ct_fail_errno(&err, "f.csv"), CT_EIO);
    ck_assert_str_eq(err.text, "f.csv: No such file or directory");
    ck_assert_int_eq(ct_fail(NULL, CT_ENOMEM, "x"), CT_ENOMEM);
}
END_TEST

/* A path longer than the whole message must not push out the reason. */
START_TEST(long_errors_lose_their_middle)
{
    char path[4096];
    struct ct_error err;

    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    errno = ENOENT;
    ct_fail_errno(&err, "begin%s", path);
    ck_assert_uint_eq(strlen(err.text), CT_ERROR_SIZE - 1);
    ck_assert_int_eq(strncmp(err.text, "beginppp", 8), 0);
    ck_assert_ptr_nonnull(strstr(err.text, "p...p"));
    ck_assert_ptr_nonnull(strstr(err.text, "ppp: No such file or directory"));
    ct_error_where(&err, CT_EIO, "%s", path);
    ck_assert_ptr_nonnull(strstr(err.text, "ppp: No such file or directory"));
    for (size_t i = 0; i + 3 < sizeof path; i += 3) /* truncate between code points, not inside */
        memcpy(path + i, i % 2 == 0 ? "\u20ac" : "\x1b\xff\x07", 3);
    ct_fail(&err, CT_EIO, "%s: end", path);
    ck_assert_uint_eq(utf8_first_invalid(err.text, strlen(err.text)), strlen(err.text));
    ck_assert_str_eq(err.text + strlen(err.text) - 5, ": end");
    ck_assert_ptr_null(strchr(err.text, '\x1b'));
}
END_TEST

START_TEST(overflowing_sizes_are_refused)
{
    const size_t half = SIZE_MAX / 2 + 1;
    struct ct_error err;
    struct mat m = { 0 };

    ck_assert_ptr_null(ct_malloc_array(half, 2));
    ck_assert_ptr_null(ct_calloc_array(half, 2));
    ck_assert_ptr_null(ct_aligned_array(half, 2));
    ck_assert_ptr_null(ct_realloc_array(NULL, half, 2));
    ck_assert_int_eq(mat_init(&m, half, 4, "test", &err), CT_ENOMEM);
    ck_assert_ptr_null(m.data);
}
END_TEST

START_TEST(views_read_both_dtypes)
{
    const float f[6] = { 1, 2, 3, 4, 5, 6 };
    const struct matview v = { f, DTYPE_F32, 2, 2, 3 };
    double out[2];
    struct mat m = { 0 };

    matview_read(&v, 1, 0, 2, out);
    assert_allclose(out, (double[]){ 4, 5 }, 2, 0, 0); /* exact: small integers */
    ck_assert_int_eq(mat_init(&m, 2, 2, "test", NULL), CT_OK);
    m.data[3] = 9;
    const struct matview w = mat_view(&m);
    matview_read(&w, 1, 0, 2, out);
    assert_allclose(out, (double[]){ 0, 9 }, 2, 0, 0);
    ck_assert(matview_get(&w, 1, 1) == 9.0);
    mat_clear(&m);
}
END_TEST

static bool write_down(void *context, size_t done, size_t total)
{
    size_t *const seen = context;

    seen[0] = done;
    seen[1] = total;
    return done < total;
}

START_TEST(suffixes_of_names_are_recognised)
{
    ck_assert(text_ends_with("a.npy", ".npy") && text_ends_with(".npy", ".npy"));
    ck_assert(!text_ends_with("npy", ".npy") && !text_ends_with("a.npy.csv", ".npy"));
}
END_TEST

START_TEST(progress_of_parts_covers_the_whole)
{
    size_t seen[2] = { 0, 0 };
    const struct progress whole = { write_down, seen };
    struct progress_part part = { &whole, 1, 2, 4 };
    const struct progress progress = progress_of_part(&part);

    ck_assert(progress_tick(NULL, 1, 2));
    ck_assert(progress_tick(&progress, 0, 0));
    ck_assert(4 * seen[0] == seen[1]);
    ck_assert(progress_tick(&progress, 50, 100));
    ck_assert(2 * seen[0] == seen[1]);
    part.first = 2;
    ck_assert(!progress_tick(&progress, 100, 100));
    part.whole = NULL;
    ck_assert(progress_tick(&progress, 100, 100));
}
END_TEST

static void check_spill(size_t most, bool is_mapped)
{
    enum { N = 3000 };
    struct spill s = { 0 };

    ck_assert_int_eq(spill_init(&s, N, sizeof(size_t), most, ".", "numbers", NULL), CT_OK);
    ck_assert(s.is_mapped == is_mapped);
    ck_assert_uint_eq((uintptr_t)s.data % 64, 0);
    size_t *const numbers = s.data;
    for (size_t i = 0; i < N; i++)
        numbers[i] = i;
    for (size_t i = 0; i < N; i++)
        ck_assert_uint_eq(numbers[i], i);
    spill_clear(&s);
    ck_assert_ptr_null(s.data);
    spill_clear(&s);
}

START_TEST(large_arrays_are_stored_in_a_file)
{
    struct spill s = { 0 };
    struct ct_error err;

    check_spill(1 << 20, false);
    check_spill(1 << 10, true);
    ck_assert_int_eq(spill_init(&s, 2, 1, 1, "/no/such/folder", "numbers", &err), CT_EIO);
    ck_assert_msg(strncmp(err.text, "/no/such/folder: ", 17) == 0, "%s", err.text);
    ck_assert_int_eq(spill_init(&s, 1, (size_t)1 << 61, 1, ".", "numbers", &err), CT_EIO);
    ck_assert_msg(strstr(err.text, "of numbers") != NULL, "%s", err.text);
    ck_assert_int_eq(spill_init(&s, SIZE_MAX, 2, 1, ".", "numbers", &err), CT_ENOMEM);
    ck_assert_ptr_null(s.data);
}
END_TEST

/* Each attempt fails again. */
START_TEST(errors_name_libraries_that_lack_functions)
{
    void (*pointer)(void) = NULL;
    const struct library_function functions[] = { { "no_such_function", &pointer } };
    struct library none = { .file = "libnone-of-that-name.so.1" };
    struct library other = { .file = "libc.so.6", .functions = functions, .n_functions = 1 };
    struct ct_error err;

    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(library_load(&none, &err), CT_EIO);
        ck_assert_ptr_nonnull(strstr(err.text, "libnone-of-that-name.so.1"));
    }
    ck_assert_int_eq(library_load(&other, &err), CT_EIO);
    ck_assert_ptr_eq(pointer, NULL);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        controls_are_escaped,
        visible_text_is_truncated_between_code_points,
        terminals_without_utf8_get_ascii,
        utf8_is_strict,
        utf8_round_trips,
        widths_follow_the_locale,
        suffixes_of_names_are_recognised,
        errors_are_one_line_without_controls,
        long_errors_lose_their_middle,
        overflowing_sizes_are_refused,
        views_read_both_dtypes,
        progress_of_parts_covers_the_whole,
        large_arrays_are_stored_in_a_file,
        errors_name_libraries_that_lack_functions,
    };
    return RUN_TESTS("base", tests);
}
