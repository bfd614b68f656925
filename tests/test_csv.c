#include "config.h"
#include "support.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "io/csv.h"
#include "io/csv_table.h"
#include "io/csv_writer.h"
#include "io/infile.h"
#include "io/labels.h"
#include "io_temp.h"

static void assert_field(const struct csv_table *t, size_t row, size_t col, const char *want)
{
    const struct csv_field field = csv_table_field(t, row, col);

    ck_assert_str_eq(field.text, want);
    ck_assert_uint_eq(field.size, strlen(want));
}

static struct csv_table read_text(const char *text)
{
    struct csv_table t = { 0 };
    struct ct_error err = { .text = "" };

    ck_assert_msg(csv_table_read(temp_text("read.csv", text), &t, &err) == CT_OK, "%s", err.text);
    return t;
}

static void refuse_bytes(const void *data, size_t size, const char *message)
{
    const char *const path = temp_file("bad.csv", data, size);
    struct csv_table t = { 0 };
    struct ct_error err = { .text = "" };

    ck_assert_int_eq(csv_table_read(path, &t, &err), CT_EFORMAT);
    assert_error(&err, CT_EFORMAT, path, message);
    ck_assert_ptr_null(t.text);
}

static void refuse(const char *text, const char *message)
{
    refuse_bytes(text, strlen(text), message);
}

START_TEST(accepts_all_line_ends)
{
    static const char *const texts[] = { "a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4\r\n",
                                         "a,b\r1,2\r3,4\r", "a,b\n1,2\n3,4",
                                         "a,b\r\n\r\n1,2\n\n\n3,4\r\n\r\n" };
    static const size_t last_line[] = { 3, 3, 3, 3, 6 };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct csv_table t = read_text(texts[i]);
        ck_assert_uint_eq(t.n_rows, 2);
        ck_assert_uint_eq(t.n_cols, 2);
        assert_field(&t, 0, 0, "a");
        assert_field(&t, 0, 1, "b");
        assert_field(&t, 1, 1, "2");
        assert_field(&t, 2, 0, "3");
        assert_field(&t, 2, 1, "4");
        ck_assert_uint_eq(t.lines[2], last_line[i]);
        csv_table_clear(&t);
    }
}
END_TEST

START_TEST(fields_keep_every_byte)
{
    struct csv_table t = read_text("\xEF\xBB\xBF" /* byte order mark */
                                   "a, b ,c\n"
                                   " him,him ,\t\n"
                                   "\" q \",\"say \"\"x\"\"\",\"\"\n"
                                   "\"one\r\ntwo\",\"\n\",\",\"\n"
                                   "z,z,caf\xc3\xa9\n");

    ck_assert_uint_eq(t.n_rows, 4);
    assert_field(&t, 0, 0, "a");
    assert_field(&t, 0, 1, " b ");
    assert_field(&t, 1, 0, " him");
    assert_field(&t, 1, 1, "him ");
    assert_field(&t, 1, 2, "\t");
    assert_field(&t, 2, 0, " q ");
    assert_field(&t, 2, 1, "say \"x\"");
    assert_field(&t, 2, 2, "");
    assert_field(&t, 3, 0, "one\r\ntwo");
    assert_field(&t, 3, 1, "\n");
    assert_field(&t, 3, 2, ",");
    assert_field(&t, 4, 2, "caf\xc3\xa9");
    ck_assert_uint_eq(t.lines[3], 4);
    ck_assert_uint_eq(t.lines[4], 7); /* row 3 takes three lines */
    ck_assert_uint_eq(csv_table_find(&t, " b "), 1);
    ck_assert_uint_eq(csv_table_find(&t, "b"), 3);
    csv_table_clear(&t);
}
END_TEST

START_TEST(accepts_a_header_without_rows)
{
    struct csv_table t = read_text("a,b");

    ck_assert_uint_eq(t.n_rows, 0);
    ck_assert_uint_eq(t.n_cols, 2);
    csv_table_clear(&t);
}
END_TEST

START_TEST(rejects_malformed_files_with_row)
{
    refuse("", "the file is empty; expected a header row");
    refuse("\n\r\n\n", "the file is empty; expected a header row");
    refuse("\xEF\xBB\xBF", "the file is empty; expected a header row");
    refuse(
        "a,b\n1,2\n\n3,4,5\n",
        "row 2 (line 4): 3 fields, the header has 2; a field that contains a comma must be quoted");
    refuse(
        "a,b\n\"x\ny\",2\n3",
        "row 2 (line 4): 1 field, the header has 2; a field that contains a comma must be quoted");
    refuse("a,b\n1,2\n3,\"4\n5,6\n",
           "row 2 (line 3): field 2 begins with a quote that is never closed");
    refuse(
        "a,b\n\"1\"x,2\n",
        "row 1 (line 2): field 1 continues after its closing quote; double a quote inside a field");
    refuse("a,b\n1, \"2\"\n", "row 1 (line 2): field 2 contains a quote but does not begin with "
                              "one; put it in quotes and double those inside");
    refuse("a\"b\n", "the header (line 1): field 1 contains a quote but does not begin with one; "
                     "put it in quotes and double those inside");
    refuse("a,b\r1,2\r3,4\xff\r",
           "row 2 (line 3): field 2, byte 2 is not UTF-8 (0xff); save the file as UTF-8");
    refuse("a\nx\xe9t\xe9\n",
           "row 1 (line 2): field 1, byte 2 is not UTF-8 (0xe9); save the file as UTF-8");
    refuse_bytes("a,b\nx,\0\n", 8,
                 "row 1 (line 2): field 2 contains a NUL byte; save the file as plain UTF-8 text");
    refuse_bytes("\xff\xfe"
                 "a\0",
                 4,
                 "encoded in UTF-16 (byte order mark FF FE); save it as UTF-8 (Excel: CSV UTF-8)");
}
END_TEST

START_TEST(names_unreadable_files)
{
    struct csv_table t = { 0 };
    struct ct_error err;

    ck_assert_int_eq(csv_table_read(temp_path("absent.csv"), &t, &err), CT_EIO);
    assert_error(&err, CT_EIO, temp_path("absent.csv"),
                 "cannot be opened: No such file or directory");
    ck_assert_int_eq(csv_table_read(temp_path(""), &t, &err), CT_EIO);
    assert_error(&err, CT_EIO, temp_path(""), "cannot be read: Is a directory");
}
END_TEST

START_TEST(reads_standard_input)
{
    const int saved = stdin_replace(temp_text("stdin.csv", "a\n1\n"));
    struct csv_table t = { 0 };
    struct ct_error err;

    ck_assert_int_eq(csv_table_read("-", &t, NULL), CT_OK);
    assert_field(&t, 1, 0, "1");
    csv_table_clear(&t);
    ck_assert_int_eq(csv_table_read("-", &t, &err), CT_EFORMAT); /* already at its end */
    assert_error(&err, CT_EFORMAT, "standard input", "the file is empty; expected a header row");
    stdin_restore(saved);
}
END_TEST

/* Fields longer than the reader's chunks, and the limit of a field. */
START_TEST(reads_fields_up_to_the_limit)
{
    const size_t size = CSV_MAX_FIELD;
    char *const text = malloc(size + 16);

    memset(text, 'x', size + 16);
    memcpy(text, "a\n\"", 3);
    memcpy(text + 3 + size, "\"\n", 3);
    struct csv_table t = read_text(text);
    ck_assert_uint_eq(csv_table_field(&t, 1, 0).size, size);
    csv_table_clear(&t);
    memcpy(text + 3 + size, "x\"\n", 4);
    refuse(text, "row 1 (line 2): field 1 is longer than 1048576 bytes");
    free(text);
    char *const endless = malloc(3 * size);
    memset(endless, 'x', 3 * size);
    memcpy(endless, "a\n\"", 3);
    refuse_bytes(endless, 3 * size,
                 "row 1 (line 2): field 1 is longer than 1048576 bytes; is a closing quote "
                 "missing?");
    free(endless);
}
END_TEST

/* Line numbers are correct wherever the reader's chunks end. */
START_TEST(line_numbers_do_not_depend_on_chunks)
{
    for (size_t pad = (1 << 18) - 8; pad <= (1 << 18); pad++) {
        char *const text = malloc(pad + 64);
        memset(text, 'x', pad);
        memcpy(text, "a,b\r\n", 5);
        memcpy(text + pad, ",\"\r\n\"\r\n\xc3\xa9,2\r\n", 14);
        text[pad + 14] = '\0';
        struct csv_table t = read_text(text);
        ck_assert_uint_eq(t.n_rows, 2);
        ck_assert_uint_eq(t.lines[1], 2);
        ck_assert_uint_eq(t.lines[2], 4);
        assert_field(&t, 1, 1, "\r\n");
        assert_field(&t, 2, 0, "\xc3\xa9");
        csv_table_clear(&t);
        free(text);
    }
}
END_TEST

struct counter {
    size_t rows;
    size_t stop_at;
};

static enum ct_status count_row(void *context, const struct csv_row *row, struct ct_error *err)
{
    struct counter *const c = context;

    ck_assert_uint_eq(row->number, c->rows);
    c->rows++;
    if (row->number == c->stop_at)
        return csv_fail(err, "NAME", row->number, row->line, "enough of %s", row->fields[0].text);
    return CT_OK;
}

static bool stop_halfway(void *context, size_t done, size_t total)
{
    ++*(size_t *)context;
    return 2 * done < total;
}

static enum ct_status read_rows(const char *path, const struct csv_handler *handler,
                                const struct progress *progress, struct ct_error *err)
{
    int fd = -1;

    ck_assert_int_eq(infile_open(path, &fd, err), CT_OK);
    const enum ct_status status = csv_read_fd(fd, path, NULL, 0, handler, progress, err);
    infile_close(fd);
    return status;
}

/* A byte order mark is skipped only at the start of a file. Elsewhere it is part of its field, even
 * at the start of a chunk, which here is nearly always a mark. */
enum { MARKS = 100, MARK_SIZE = 3 };

static enum ct_status check_marked_row(void *context, const struct csv_row *row,
                                       struct ct_error *err)
{
    size_t *const n = context;

    (void)err;
    ck_assert_uint_eq(row->fields[0].size, row->number == 0 ? 1 : MARKS * MARK_SIZE);
    ++*n;
    return CT_OK;
}

START_TEST(skips_a_byte_order_mark_only_at_the_start)
{
    enum { ROWS = 10000 };
    FILE *const file = fopen(temp_path("marks.csv"), "w");
    size_t n = 0;
    const struct csv_handler handler = { .row = check_marked_row, .context = &n };

    fputs("\xEF\xBB\xBF"
          "a,b\n",
          file);
    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k < MARKS; k++)
            fputs("\xEF\xBB\xBF", file);
        fputs(",1\n", file);
    }
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(read_rows(temp_path("marks.csv"), &handler, NULL, NULL), CT_OK);
    ck_assert_uint_eq(n, ROWS + 1);
}
END_TEST

START_TEST(handler_and_progress_can_stop_reading)
{
    const size_t n = 300000;
    char *const text = malloc(4 * n);
    struct counter c = { .stop_at = 5 };
    const struct csv_handler handler = { .row = count_row, .context = &c };
    struct ct_error err;
    size_t n_ticks = 0;
    const struct progress progress = { stop_halfway, &n_ticks };

    for (size_t i = 0; i < n; i++)
        memcpy(text + 4 * i, "a,b\n", 4);
    const char *const path = temp_file("long.csv", text, 4 * n);
    free(text);
    ck_assert_int_eq(read_rows(path, &handler, NULL, &err), CT_EFORMAT);
    ck_assert_str_eq(err.text, "NAME: row 5 (line 6): enough of a");
    ck_assert_uint_eq(c.rows, 6);
    c = (struct counter){ .stop_at = n };
    ck_assert_int_eq(read_rows(path, &handler, NULL, &err), CT_OK);
    ck_assert_uint_eq(c.rows, n);
    c.rows = 0;
    ck_assert_int_eq(read_rows(path, &handler, &progress, &err), CT_ECANCELED);
    ck_assert_uint_gt(c.rows, 0);
    ck_assert_uint_lt(c.rows, n);
    ck_assert_uint_gt(n_ticks, 1);
}
END_TEST

START_TEST(writer_quotes_where_needed)
{
    const char *const path = temp_path("written.csv");
    struct outfile *file;

    ck_assert_int_eq(outfile_open(path, &file, NULL), CT_OK);
    struct csv_writer w = { .file = file };
    csv_put_row(&w, 3, (const char *[]){ "plain", "with blank", "caf\xc3\xa9" });
    csv_put_row(&w, 3, (const char *[]){ "a,b", "\"", "say \"x\"" });
    csv_put_row(&w, 3, (const char *[]){ " a", "a\t", "one\r\ntwo" });
    csv_put_row(&w, 3, (const char *[]){ "", "", "" });
    csv_put_row(&w, 1, (const char *[]){ "" });
    csv_put_bytes(&w, "cut here", 3);
    csv_put_f32(&w, 0.1F);
    csv_put_f64(&w, 0.1);
    csv_put_size(&w, SIZE_MAX);
    csv_put_int(&w, INT64_MIN);
    csv_put_int(&w, -1);
    csv_put_id(&w, "h.5.mlp.c_fc", 4095);
    csv_put_id(&w, "a,\"b", 0);
    csv_end_row(&w);
    ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
    char *const text = slurp(path, NULL);
    ck_assert_str_eq(text, "plain,with blank,caf\xc3\xa9\n"
                           "\"a,b\",\"\"\"\",\"say \"\"x\"\"\"\n"
                           "\" a\",\"a\t\",\"one\r\ntwo\"\n"
                           ",,\n"
                           "\"\"\n"
                           "cut,0.100000001,0.1,18446744073709551615,-9223372036854775808,-1,"
                           "h.5.mlp.c_fc:4095,\"a,\"\"b:0\"\n");
    free(text);
}
END_TEST

static void put_square(const void *context, size_t i, struct csv_writer *w)
{
    csv_put_size(w, i);
    csv_put_text(w, context);
    for (size_t k = 0; k < i % 7; k++)
        csv_put_f64(w, (double)(i * i) / 7.0);
    csv_end_row(w);
}

START_TEST(rows_of_threads_are_in_order)
{
    static const size_t counts[] = { 0, 1, 5, 4000 };
    static const size_t sizes[] = { 0, 60, 100000 };

    for (size_t c = 0; c < 4; c++) {
        char *text[2];
        for (int n_threads = 1; n_threads <= 3; n_threads += 2)
            for (size_t s = 0; s < 3; s++) {
                struct outfile *file;
                ck_assert_int_eq(outfile_open(temp_path("rows.csv"), &file, NULL), CT_OK);
                struct csv_writer w = { .file = file };
                csv_put_rows(&w, counts[c], sizes[s], n_threads, put_square, "a, \"b\"");
                ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
                text[s > 0 || n_threads > 1] = slurp(temp_path("rows.csv"), NULL);
                if (s > 0 || n_threads > 1) {
                    ck_assert_str_eq(text[0], text[1]);
                    free(text[1]);
                }
            }
        free(text[0]);
    }
}
END_TEST

static void put_much(const void *context, size_t i, struct csv_writer *w)
{
    (void)i;
    csv_put_text(w, context);
    csv_end_row(w);
}

START_TEST(a_block_without_memory_is_a_failure)
{
    enum { SIZE = 64 << 20 };
    char *const text = malloc(SIZE);
    struct outfile *file = NULL;
    struct ct_error err = { 0 };
    struct rlimit limit;

    if (IS_SANITIZED) {
        free(text);
        SKIP("sanitizers need much address space");
        return;
    }
    memset(text, 'x', SIZE - 1);
    text[SIZE - 1] = '\0';
    ck_assert_int_eq(outfile_open(temp_path("much.csv"), &file, NULL), CT_OK);
    struct csv_writer w = { .file = file };
    ck_assert_int_eq(getrlimit(RLIMIT_DATA, &limit), 0);
    limit.rlim_cur = 128 << 20; /* one block more, but not four */
    ck_assert_int_eq(setrlimit(RLIMIT_DATA, &limit), 0);
    csv_put_rows(&w, 8, SIZE, 2, put_much, text);
    ck_assert_int_eq(outfile_commit(file, &err), CT_ENOMEM);
    ck_assert_msg(strstr(err.text, "much.csv: ") != NULL, "%s", err.text);
    ck_assert_int_ne(access(temp_path("much.csv"), F_OK), 0);
    free(text);
}
END_TEST

/* Whatever is written reads back; the bytes are from a fixed pattern with many special
 * characters. */
START_TEST(written_fields_read_back)
{
    static const char pieces[] = ",\"\r\n x";
    const char *const path = temp_path("inverse.csv");
    char fields[500][8];
    struct outfile *file;
    struct csv_table t = { 0 };
    uint32_t state = 7;

    ck_assert_int_eq(outfile_open(path, &file, NULL), CT_OK);
    struct csv_writer w = { .file = file };
    for (size_t i = 0; i < 500; i++) {
        size_t n = 0;
        while (n < 7 && (state = state * 1664525 + 1013904223) >> 29 != 0)
            fields[i][n++] = pieces[(state >> 16) % (sizeof pieces - 1)];
        fields[i][n] = '\0';
        csv_put_text(&w, fields[i]);
        if (i % 5 == 4)
            csv_end_row(&w);
    }
    ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
    ck_assert_int_eq(csv_table_read(path, &t, NULL), CT_OK);
    ck_assert_uint_eq(t.n_rows, 99);
    for (size_t i = 0; i < 500; i++)
        assert_field(&t, i / 5, i % 5, fields[i]);
    csv_table_clear(&t);
}
END_TEST

START_TEST(stores_each_label_once)
{
    struct labels l = { 0 };
    char name[16];

    for (size_t i = 0; i < 5000; i++) {
        const int n = snprintf(name, sizeof name, "%zu-", i % 1000);
        ck_assert_int_eq(labels_add(&l, name, (size_t)n - 1, NULL), CT_OK);
    }
    ck_assert_uint_eq(l.n, 5000);
    ck_assert_uint_eq(l.n_names, 1000);
    for (size_t i = 0; i < 5000; i++)
        ck_assert_uint_eq(l.of[i], i % 1000);
    ck_assert_str_eq(l.names[17], "17");
    labels_clear(&l);
    labels_clear(&l);
}
END_TEST

static void refuse_labels(const void *data, size_t size, const char *message)
{
    const char *const path = temp_file("bad.labels", data, size);
    struct labels l = { 0 };
    struct ct_error err;

    ck_assert_int_eq(labels_read(path, &l, &err), CT_EFORMAT);
    assert_error(&err, CT_EFORMAT, path, message);
    ck_assert_ptr_null(l.names);
}

START_TEST(label_files_have_one_label_per_line)
{
    const char *const path = temp_text("labels", "\xEF\xBB\xBFhim\r\n her \nhim\na,b");
    struct labels l = { 0 };

    ck_assert_int_eq(labels_read(path, &l, NULL), CT_OK);
    ck_assert_uint_eq(l.n, 4);
    ck_assert_uint_eq(l.n_names, 3);
    ck_assert_str_eq(l.names[0], "him");
    ck_assert_str_eq(l.names[1], " her ");
    ck_assert_str_eq(l.names[2], "a,b");
    ck_assert_uint_eq(l.of[2], 0);
    labels_clear(&l);
    /* A carriage return belongs to the label unless it ends the line, also the last one. */
    ck_assert_int_eq(labels_read(temp_text("labels", "b\r\na\rb\nb\r"), &l, NULL), CT_OK);
    ck_assert_uint_eq(l.n_names, 2);
    ck_assert_str_eq(l.names[0], "b");
    ck_assert_str_eq(l.names[1], "a\rb");
    labels_clear(&l);
    /* One that is the beginning of the one before it, and the other way round. */
    ck_assert_int_eq(labels_read(temp_text("labels", "ab\na\nab\nabc\n"), &l, NULL), CT_OK);
    ck_assert_uint_eq(l.n_names, 3);
    ck_assert(l.of[0] == 0 && l.of[1] == 1 && l.of[2] == 0 && l.of[3] == 2);
    labels_clear(&l);
    refuse_labels("", 0, "the file is empty; expected one label per line");
    refuse_labels("a\n\nb\n", 5, "line 2 is empty; each line is the label of a row");
    refuse_labels("a\nb\xff\n", 5, "line 2, byte 2 is not UTF-8 (0xff); save the file as UTF-8");
    refuse_labels("a\0b\n", 4, "line 1 contains a NUL byte; save the file as plain UTF-8 text");
}
END_TEST

/* Files that are no text, told by their first bytes, in every reader. */
START_TEST(foreign_files_are_named)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *says;
    } cases[] = {
        { "\xFF\xFE"
          "a\0,\0",
          6, "encoded in UTF-16 (byte order mark FF FE); save it as UTF-8 (" },
        { "\xFE\xFF\0a\0,", 6, "encoded in UTF-16 (byte order mark FE FF); save it as UTF-8 (" },
        { "\xFF\xFE\0\0a\0\0\0", 8, "encoded in UTF-32; save it as UTF-8 (" },
        { "a\0,\0b\0", 6, "encoded in UTF-16; save it as UTF-8 (" },
        { "\x1f\x8b\x08\0", 4, "compressed with gzip" },
        { "PK\3\4\24\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0x.npyNUMPY", 40,
          "an .npz archive of arrays; take one out: numpy.save('x.npy', numpy.load(FILE)['x'])" },
        { "PK\3\4\24\0\0\0\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0x.csv1,2,3", 40,
          "a zip archive; extract the file from it" },
        { "PK\3\4", 4, "a zip archive; extract the file from it" },
        { "\x80\4\x95\0", 4, "a pickle, which can run code and is not read" },
        { "<!doctype html>", 15, "a web page; download the file itself" },
        { "version https://git-lfs.github.com/spec/v1\n", 43,
          "a pointer of Git LFS, not the file" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const path = temp_file("foreign", cases[i].bytes, cases[i].size);
        struct csv_table t = { 0 };
        struct labels l = { 0 };
        struct ct_error err = { .text = "" };
        ck_assert_int_eq(csv_table_read(path, &t, &err), CT_EFORMAT);
        ck_assert_msg(strstr(err.text, cases[i].says) != NULL, "%s", err.text);
        ck_assert_int_eq(labels_read(path, &l, &err), CT_EFORMAT);
        ck_assert_msg(strstr(err.text, cases[i].says) != NULL, "%s", err.text);
    }
    struct csv_table t = read_text("PAR1,RDX\n1,2\n"); /* names are not magic */
    csv_table_clear(&t);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        skips_a_byte_order_mark_only_at_the_start,
        accepts_all_line_ends,
        fields_keep_every_byte,
        accepts_a_header_without_rows,
        rejects_malformed_files_with_row,
        names_unreadable_files,
        reads_standard_input,
        reads_fields_up_to_the_limit,
        line_numbers_do_not_depend_on_chunks,
        handler_and_progress_can_stop_reading,
        writer_quotes_where_needed,
        rows_of_threads_are_in_order,
        a_block_without_memory_is_a_failure,
        written_fields_read_back,
        stores_each_label_once,
        label_files_have_one_label_per_line,
        foreign_files_are_named,
    };
    temp_begin();
    const int status = RUN_TESTS("csv", tests);
    temp_end();
    return status;
}
