/* The small parts of the base room as tables: which characters are escaped, what errors say, how
 * paths are joined, and what temporary files leave behind. */
#include "config.h"
#include "io_temp.h"
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/memory_limit.h"
#include "base/path.h"
#include "base/progress.h"
#include "base/spill.h"
#include "base/text.h"

/* ---- text ---- */

typedef bool predicate(uint32_t c);

/* Checks that exactly the code points in ranges [n] are true. */
static void assert_ranges(predicate *is, const uint32_t ranges[][2], size_t n)
{
    size_t k = 0;

    for (uint32_t c = 0; c <= 0x110000; c++) {
        while (k < n && c > ranges[k][1])
            k++;
        ck_assert_msg(is(c) == (k < n && c >= ranges[k][0]), "U+%04X", (unsigned)c);
    }
}

START_TEST(exactly_these_characters_are_escaped)
{
    static const uint32_t controls[][2] = {
        { 0, 0x1F },          { 0x7F, 0x9F },       { 0xAD, 0xAD },     { 0x34F, 0x34F },
        { 0x61C, 0x61C },     { 0x115F, 0x1160 },   { 0x17B4, 0x17B5 }, { 0x180E, 0x180E },
        { 0x200B, 0x200B },   { 0x200E, 0x200F },   { 0x2028, 0x202E }, { 0x2060, 0x206F },
        { 0x3164, 0x3164 },   { 0xFEFF, 0xFEFF },   { 0xFFA0, 0xFFA0 }, { 0xFFF9, 0xFFFB },
        { 0x1D173, 0x1D17A }, { 0xE0000, 0xE007F },
    };
    static const uint32_t joiners[][2] = { { 0x180B, 0x180D }, { 0x180F, 0x180F },
                                           { 0x200C, 0x200D }, { 0x20E3, 0x20E3 },
                                           { 0xFE00, 0xFE0F }, { 0xE0100, 0xE01EF } };

    assert_ranges(text_is_control, controls, sizeof controls / sizeof *controls);
    assert_ranges(text_is_joiner, joiners, sizeof joiners / sizeof *joiners);
}
END_TEST

START_TEST(text_is_shown_like_this)
{
    static const char *const cases[][2] = {
        { "plain ~", "plain ~" },
        { "\t\n\r\v", "\\t\\n\\r\\u{b}" },
        { "\x7F\xC2\x80\xC2\x9F\xC2\xA0", "\\u{7f}\\u{80}\\u{9f}\xC2\xA0" },
        { "\xFF\xC0\x80", "\\xff\\xc0\\x80" },
        { "a\xE2\x81\xA9z", "a\\u{2069}z" },
        { "\xE2\x80\x8D", "\\u{200d}" },
        { "\xF3\xA0\x80\x80", "\\u{e0000}" },
        { "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF" },
        { "\xED\xA0\x80", "\\xed\\xa0\\x80" },
        { "\xE6\x97", "\\xe6\\x97" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[80];
        const size_t size = strlen(cases[i][0]);
        const size_t want = strlen(cases[i][1]);
        ck_assert_uint_eq(text_visible(out, sizeof out, cases[i][0], size), want);
        ck_assert_str_eq(out, cases[i][1]);
        ck_assert_uint_eq(text_visible_size(cases[i][0], size), want);
        for (size_t room = 1; room <= want + 1; room++) { /* whole pieces, and a terminating zero */
            const size_t used = text_visible(out, room, cases[i][0], size);
            ck_assert_uint_eq(strlen(out), used);
            ck_assert_uint_lt(used, room);
            ck_assert(strncmp(out, cases[i][1], used) == 0 && (room <= want || used == want));
        }
    }
}
END_TEST

START_TEST(code_points_have_one_encoding)
{
    static const struct {
        uint32_t c;
        const char *bytes;
    } cases[] = { { 0x7F, "\x7F" },
                  { 0x80, "\xC2\x80" },
                  { 0x7FF, "\xDF\xBF" },
                  { 0x800, "\xE0\xA0\x80" },
                  { 0xD7FF, "\xED\x9F\xBF" },
                  { 0xE000, "\xEE\x80\x80" },
                  { 0xFFFF, "\xEF\xBF\xBF" },
                  { 0x10000, "\xF0\x90\x80\x80" },
                  { 0x10FFFF, "\xF4\x8F\xBF\xBF" } };
    static const uint32_t invalid[] = { 0xD800, 0xDFFF, 0x110000, 0xFFFFFFFF };
    char out[5];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t c = 0;
        const size_t size = strlen(cases[i].bytes);
        memset(out, 0, sizeof out);
        ck_assert_uint_eq(utf8_put(cases[i].c, out), size);
        ck_assert_str_eq(out, cases[i].bytes);
        ck_assert_uint_eq(utf8_decode(cases[i].bytes, size, &c), size);
        ck_assert_uint_eq(c, cases[i].c);
        ck_assert_uint_eq(utf8_decode(cases[i].bytes, size - 1, &c), 0);
    }
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
        ck_assert_uint_eq(utf8_put(invalid[i], out), 0);
    ck_assert_uint_eq(utf8_first_invalid("a\xC3\xA9\xFFz", 5), 3);
    ck_assert_uint_eq(utf8_first_invalid("a\xC3\xA9", 3), 3);
    ck_assert_uint_eq(utf8_first_invalid("a\xC3\xA9", 2), 1);
    ck_assert(text_ends_with("a.npy", ".npy") && text_ends_with(".npy", ".npy"));
    ck_assert(!text_ends_with("npy", ".npy") && !text_ends_with("a.npyx", ".npy"));
    ck_assert(text_ends_with("a", ""));
}
END_TEST

/* ---- errors ---- */

START_TEST(errors_have_their_code_and_reason)
{
    static const struct {
        int number;
        enum ct_status code;
    } cases[] = { { ENOMEM, CT_ENOMEM }, { ENOENT, CT_EIO }, { EIO, CT_EIO }, { ENOSPC, CT_EIO } };
    char want[200];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ct_error err = { 0 };
        errno = cases[i].number;
        ck_assert_int_eq(ct_fail_errno(&err, "%s: file %d", "place", 7), cases[i].code);
        ck_assert_int_eq(err.code, cases[i].code);
        snprintf(want, sizeof want, "place: file 7: %s", strerror(cases[i].number));
        ck_assert_str_eq(err.text, want);
    }
    struct ct_error err = { 0 };
    ck_assert_int_eq(ct_fail_nomem(&err, "part", 0), CT_ENOMEM);
    ck_assert_str_eq(err.text, "part: out of memory; use less data or a larger machine");
    ck_assert_int_eq(ct_fail_nomem(&err, "part", 1), CT_ENOMEM);
    ck_assert_str_eq(err.text, "part: out of memory for 0.0 MB; use less data or a larger machine");
    ck_assert_int_eq(ct_fail_nomem(&err, "part", 2550000), CT_ENOMEM);
    ck_assert_str_eq(err.text, "part: out of memory for 2.5 MB; use less data or a larger machine");
    ck_assert_int_eq(ct_fail(&err, CT_EINVAL, "%d%%", 5), CT_EINVAL);
    ck_assert_int_eq(ct_error_where(&err, CT_EFORMAT, "row %d", 3), CT_EFORMAT);
    ck_assert_str_eq(err.text, "row 3: 5%");
    ck_assert_int_eq(err.code, CT_EFORMAT);
    ck_assert_int_eq(ct_fail(NULL, CT_EIO, "x"), CT_EIO);
    ck_assert_int_eq(ct_error_where(NULL, CT_EIO, "x"), CT_EIO);
}
END_TEST

/* At every length: whole, or with both ends and three dots, and never longer than allowed. */
START_TEST(errors_of_every_length_keep_both_ends)
{
    static char text[3 * CT_ERROR_SIZE];

    for (size_t n = 1; n < sizeof text - 2; n++) {
        struct ct_error err = { 0 };
        memset(text, 'm', n);
        text[0] = 'A';
        text[n - 1] = 'Z';
        text[n] = '\0';
        ct_fail(&err, CT_EIO, "%s", text);
        const size_t size = strlen(err.text);
        ck_assert_uint_eq(size, n < CT_ERROR_SIZE ? n : CT_ERROR_SIZE - 1);
        ck_assert(n == 1 || (err.text[0] == 'A' && err.text[size - 1] == 'Z'));
        ck_assert((strstr(err.text, "m...m") != NULL) == (n >= CT_ERROR_SIZE));
        if (n >= CT_ERROR_SIZE)
            ck_assert_uint_eq((size_t)(strstr(err.text, "...") - err.text), CT_ERROR_SIZE / 3 - 1);
    }
}
END_TEST

/* ---- paths ---- */

START_TEST(paths_are_joined_and_expanded)
{
    static const char *const joined[][3] = { { "a", "b", "a/b" }, { "a/", "b", "a/b" },
                                             { "/", "b", "/b" },  { "", "b", "b" },
                                             { "a", "", "a/" },   { "a//", "b/c", "a//b/c" } };
    static const char *const homes[][4] = {
        { "~/x", "/home", "/home", "/x" }, { "~", "/home", "/home", "" },
        { "~user", "/home", "", "~user" }, { "~/x", "", "", "~/x" },
        { "a/~", "/home", "", "a/~" },     { "~/x", NULL, "", "~/x" },
        { "", "/home", "", "" },
    };
    char path[PATH_MAX];
    static char longest[PATH_MAX + 1];

    for (size_t i = 0; i < sizeof joined / sizeof *joined; i++) {
        char *const got = path_join(joined[i][0], joined[i][1]);
        ck_assert_str_eq(got, joined[i][2]);
        free(got);
    }
    for (size_t i = 0; i < sizeof homes / sizeof *homes; i++) {
        const char *rest = homes[i][0];
        ck_assert_str_eq(path_take_home(&rest, homes[i][1]), homes[i][2]);
        ck_assert_str_eq(rest, homes[i][3]);
    }
    memset(longest, 'x', PATH_MAX - 1);
    ck_assert(path_put(path, "%s", longest));
    longest[PATH_MAX - 1] = 'x';
    ck_assert(!path_put(path, "%s", longest));
    ck_assert(path_is_folder(temp_folder()) && !path_is_folder(temp_path("absent")));
    ck_assert(!path_is_folder(temp_text("file", "")));
}
END_TEST

/* ---- memory ---- */

START_TEST(arrays_have_their_size_and_alignment)
{
    size_t product = 0;

    ck_assert(ct_mul_size(6, 7, &product) && product == 42);
    ck_assert(!ct_mul_size(SIZE_MAX / 2 + 1, 2, &product));
    ck_assert(ct_mul_size(SIZE_MAX / 2, 2, &product) && product == SIZE_MAX - 1);
    for (size_t n = 0; n < 200; n += 33) {
        char *const plain = ct_malloc_array(n, 3);
        char *const zeros = ct_calloc_array(n, 3);
        char *const aligned = ct_aligned_array(n, 3);
        ck_assert(plain != NULL && zeros != NULL && aligned != NULL);
        ck_assert_uint_eq((uintptr_t)aligned % 64, 0);
        for (size_t i = 0; i < 3 * n; i++)
            ck_assert_int_eq(zeros[i], 0);
        memset(plain, 1, 3 * n);
        memset(aligned, 1, 3 * n);
        char *const more = ct_realloc_array(plain, n + 1, 3);
        ck_assert(more != NULL && (n == 0 || more[3 * n - 1] == 1));
        free(more);
        free(zeros);
        free(aligned);
    }
    void *const huge = ct_aligned_array(4 << 20, 1);
    ck_assert_uint_eq((uintptr_t)huge % (2 << 20), 0);
    free(huge);
    char *const copy = ct_strndup("abcdef", 3);
    ck_assert_str_eq(copy, "abc");
    free(copy);
    ck_assert_ptr_null(ct_malloc_array(SIZE_MAX, 2));
    ck_assert_ptr_null(ct_aligned_array(SIZE_MAX, 1));
}
END_TEST

START_TEST(checks_of_memory_say_what_is_left)
{
    struct ct_error err = { .text = "" };
    static const char before[] = "part: needs 1e+12 MB of memory, ";
    double left = 0.0;

    ck_assert_int_eq(memory_check(MEMORY_LOOK_FROM - 1.0, "x", "y", &err), CT_OK);
    ck_assert_int_eq(memory_check(MEMORY_LOOK_FROM, "x", "y", &err), CT_OK);
    ck_assert_str_eq(err.text, "");
    ck_assert_int_eq(memory_check(1e18, "part", "use less", &err), CT_ENOMEM);
    ck_assert_msg(strncmp(err.text, before, strlen(before)) == 0, "%s", err.text);
    const char *const has = strstr(err.text, " has ");
    ck_assert_msg(has != NULL && sscanf(has, " has %lf MB left; use less", &left) == 1, "%s",
                  err.text);
    ck_assert(left > 30.0 && left < 1e9);
    ck_assert(text_ends_with(err.text, " MB left; use less"));
}
END_TEST

/* ---- temporary files ---- */

START_TEST(temporary_files_are_closed_and_gone)
{
    struct spill s = { 0 };
    struct ct_error err = { 0 };
    char want[PATH_MAX + 200];

    temp_text("before", "");
    const size_t n_files = count_entries(temp_folder());
    const size_t n_open = count_entries("/proc/self/fd");
    for (size_t most = 999; most <= 1001; most++) {
        ck_assert_int_eq(spill_init(&s, 100, 10, most, temp_folder(), "x", &err), CT_OK);
        ck_assert_int_eq(s.is_mapped, most < 1000);
        ck_assert_uint_eq(s.size, 1000);
        ck_assert_uint_eq((uintptr_t)s.data % 64, 0);
        memset(s.data, 1, s.size);
        spill_clear(&s);
        ck_assert(s.data == NULL && s.size == 0 && !s.is_mapped);
    }
    ck_assert_int_eq(spill_init(&s, 10, 1, 0, temp_path("absent"), "numbers", &err), CT_EIO);
    snprintf(want, sizeof want,
             "%s: no temporary folder for numbers; set TMPDIR: No such file or directory",
             temp_path("absent"));
    ck_assert_str_eq(err.text, want);
    ck_assert_int_eq(spill_init(&s, SIZE_MAX, 2, 0, temp_folder(), "numbers", &err), CT_ENOMEM);
    signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = { 1 << 20, 1 << 20 };
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    static const size_t sizes[] = { 1999999, 2000000, 2999999 };
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(spill_init(&s, sizes[i], 1, 0, temp_folder(), "numbers", &err), CT_EIO);
        snprintf(want, sizeof want,
                 "%s: no space for %d MB of numbers; free some space or set TMPDIR: File too large",
                 temp_folder(), i == 0 ? 2 : 3);
        ck_assert_str_eq(err.text, want);
    }
    ck_assert_ptr_null(s.data);
    ck_assert_uint_eq(count_entries("/proc/self/fd"), n_open);
    ck_assert_uint_eq(count_entries(temp_folder()), n_files);
}
END_TEST

START_TEST(spilled_bytes_count_where_they_are)
{
    ck_assert(spill_takes_memory(10.0, 10, NULL));
    ck_assert(!spill_takes_memory(11.0, 10, NULL));
    ck_assert(!spill_takes_memory(11.0, 10, "/nowhere/at/all"));
    ck_assert(spill_takes_memory(9.0, 10, "/nowhere/at/all"));
    ck_assert(!spill_takes_memory(11.0, 10, "/proc")); /* some other file system */
    if (access("/dev/shm", W_OK) == 0)
        ck_assert(spill_takes_memory(11.0, 10, "/dev/shm"));
}
END_TEST

/* ---- streams in memory ---- */

START_TEST(streams_in_memory_give_their_text)
{
    char *text = NULL;
    size_t size = 0;
    FILE *const stream = open_memstream(&text, &size);

    fputs("abc", stream);
    ck_assert(ct_close_memstream(stream, &text));
    ck_assert_str_eq(text, "abc");
    free(text);
    text = strdup("left");
    FILE *const full = fopen("/dev/full", "w");
    fputs("abc", full);
    ck_assert(!ct_close_memstream(full, &text));
    ck_assert_ptr_null(text);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        exactly_these_characters_are_escaped,  text_is_shown_like_this,
        code_points_have_one_encoding,         errors_have_their_code_and_reason,
        errors_of_every_length_keep_both_ends, paths_are_joined_and_expanded,
        arrays_have_their_size_and_alignment,  checks_of_memory_say_what_is_left,
        temporary_files_are_closed_and_gone,   spilled_bytes_count_where_they_are,
        streams_in_memory_give_their_text
    };
    TCase *const tcase = tcase_create("base tables");

    setlocale(LC_ALL, "C.UTF-8");
    tcase_add_checked_fixture(tcase, temp_begin, temp_end);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tcase_add_test(tcase, tests[i]);
    return run_tcase("base tables", tcase);
}
