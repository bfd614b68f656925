#include "config.h"
#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/activations.h"
#include "io/csv_writer.h"
#include "io/infile.h"
#include "io_temp.h"

static const char labels5[] = "him\nher\nhim\nher\nhim\n";

#define EXPECTED "; expected sentence, group, token, HOOK:INDEX ..."

static struct activations read_ok(const char *path, const char *groups)
{
    struct activations a = { 0 };
    struct ct_error err = { .text = "" };

    ck_assert_msg(activations_read(path, &(struct activations_options){ .groups = groups }, NULL,
                                   &a, &err) == CT_OK,
                  "%s", err.text);
    return a;
}

static void refuse(const char *path, const char *groups, enum ct_status code, const char *message)
{
    struct activations a = { 0 };
    struct ct_error err = { .text = "" };

    ck_assert_int_eq(activations_read(path, &(struct activations_options){ .groups = groups }, NULL,
                                      &a, &err),
                     code);
    assert_error(&err, code, infile_name(path), message);
    ck_assert_ptr_null(a.name);
}

static void refuse_csv(const char *text, const char *message)
{
    refuse(temp_text("bad.csv", text), NULL, CT_EFORMAT, message);
}

/* The CSV has %.9g of float32, the .npy the float32 themselves: exactly the same numbers. */
START_TEST(csv_and_npy_agree)
{
    struct activations csv = read_ok(fixture_path("activations_f32.csv"), NULL);
    struct activations npy =
        read_ok(fixture_path("activations_f32.npy"), temp_text("labels", labels5));

    ck_assert_uint_eq(csv.values.rows, 5);
    ck_assert_uint_eq(csv.values.cols, 7);
    ck_assert_uint_eq(npy.values.rows, 5);
    ck_assert_uint_eq(npy.values.cols, 7);
    ck_assert_int_eq(csv.values.dtype, DTYPE_F32);
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 7; j++)
            assert_allclose((double[]){ matview_get(&csv.values, i, j) },
                            (double[]){ matview_get(&npy.values, i, j) }, 1, 0, 0);
    ck_assert_uint_eq(csv.groups.n, 5);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_str_eq(csv.groups.names[csv.groups.of[i]], i % 2 ? "her" : "him");
        ck_assert_str_eq(npy.groups.names[npy.groups.of[i]], i % 2 ? "her" : "him");
        ck_assert_uint_eq(csv.sentences[i], i);
        ck_assert_uint_eq(npy.sentences[i], i);
        ck_assert_uint_eq(csv.tokens[i], 3 + i);
    }
    ck_assert_ptr_null(npy.tokens);
    ck_assert_uint_eq(csv.hooks.n_names, 2);
    ck_assert_str_eq(csv.hooks.names[csv.hooks.of[3]], "h.5.mlp.c_fc");
    ck_assert_str_eq(csv.hooks.names[csv.hooks.of[4]], "h.6");
    ck_assert_uint_eq(csv.neurons[3], 3);
    ck_assert_uint_eq(csv.neurons[4], 0);
    ck_assert_str_eq(npy.hooks.names[npy.hooks.of[6]], "npy");
    ck_assert_uint_eq(npy.neurons[6], 6);
    activations_clear(&csv);
    activations_clear(&csv);
    activations_clear(&npy);
}
END_TEST

/* The same bytes as Python's '%.9g'. */
START_TEST(writes_the_same_as_python)
{
    const char *const path = temp_path("written.csv");
    struct npy n = { 0 };
    struct outfile *file;

    ck_assert_int_eq(npy_open(fixture_path("activations_f32.npy"), &n, NULL), CT_OK);
    ck_assert_int_eq(outfile_open(path, &file, NULL), CT_OK);
    struct csv_writer w = { .file = file };
    csv_put_text(&w, "sentence");
    csv_put_text(&w, "group");
    csv_put_text(&w, "token");
    for (size_t j = 0; j < 7; j++)
        csv_put_id(&w, j < 4 ? "h.5.mlp.c_fc" : "h.6", j < 4 ? j : j - 4);
    csv_end_row(&w);
    for (size_t i = 0; i < 5; i++) {
        csv_put_size(&w, i);
        csv_put_text(&w, i % 2 ? "her" : "him");
        csv_put_size(&w, 3 + i);
        for (size_t j = 0; j < 7; j++)
            csv_put_f32(&w, ((const float *)n.view.data)[i * 7 + j]);
        csv_end_row(&w);
    }
    ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
    char *const got = slurp(path, NULL);
    char *const want = slurp(fixture_path("activations_f32.csv"), NULL);
    ck_assert_str_eq(got, want);
    free(got);
    free(want);
    npy_close(&n);
}
END_TEST

START_TEST(columns_are_found_by_name_and_optional)
{
    struct activations a =
        read_ok(temp_text("order.csv", "a:7,group,blocks.0:x:1\r\n1e-3,g,NaN\r\n-.5,\"h\",-inf"),
                NULL);

    ck_assert_uint_eq(a.values.rows, 2);
    ck_assert_uint_eq(a.values.cols, 2);
    ck_assert_int_eq(a.values.dtype, DTYPE_F64);
    assert_allclose(a.values.data, (double[]){ 0.001, NAN, -0.5, -INFINITY }, 4, 0, 0);
    ck_assert_str_eq(a.hooks.names[a.hooks.of[1]], "blocks.0:x");
    ck_assert_uint_eq(a.neurons[0], 7);
    ck_assert_ptr_null(a.tokens);
    ck_assert_uint_eq(a.sentences[1], 1);
    activations_clear(&a);
    a = read_ok(temp_text("bare.csv", "n:0,n:1\n1,2\n3,4\n"), temp_text("labels", "x\ny\n"));
    ck_assert_str_eq(a.groups.names[a.groups.of[1]], "y");
    activations_clear(&a);
}
END_TEST

START_TEST(reads_any_table_of_numbers)
{
    struct activations a = { 0 };

    ck_assert_int_eq(activations_read(temp_text("plain.csv", "age,3,:x\n1,2,3\n4,5,6\n"),
                                      &(struct activations_options){ .groups_optional = true },
                                      NULL, &a, NULL),
                     CT_OK);
    ck_assert_str_eq(a.hooks.names[a.hooks.of[0]], "age");
    ck_assert_str_eq(a.hooks.names[a.hooks.of[1]], "csv");
    ck_assert_str_eq(a.hooks.names[a.hooks.of[2]], ":x");
    ck_assert_uint_eq(a.neurons[0], 0);
    ck_assert_uint_eq(a.neurons[1], 3);
    ck_assert_uint_eq(a.groups.n, 2);
    ck_assert_str_eq(a.groups.names[a.groups.of[1]], "all");
    activations_clear(&a);
    refuse_csv("group,age,\n", "the header (line 1): column 3 has no name, such as a column of row "
                               "names; omit it (pandas: index=False, R: row.names=FALSE)");
    refuse_csv("group,age,group\n",
               "the header (line 1): column 3, `group`, appears twice" EXPECTED);
}
END_TEST

static struct activations read_table(const char *path, enum header header)
{
    const struct activations_options options = { .groups_optional = true, .header = header };
    struct activations a = { 0 };
    struct ct_error err = { .text = "" };

    ck_assert_msg(activations_read(path, &options, NULL, &a, &err) == CT_OK, "%s", err.text);
    return a;
}

/* A matrix saved by numpy.savetxt is that saved by numpy.save. */
START_TEST(reads_what_savetxt_writes)
{
    static const char *const names[] = { "table_plain.csv", "table_blanks.csv", "table_width.csv",
                                         "table_named.csv" };
    struct npy want = { 0 };

    ck_assert_int_eq(npy_open(fixture_path("table.npy"), &want, NULL), CT_OK);
    for (size_t k = 0; k < 4; k++) {
        const bool is_named = k == 3;
        struct activations a =
            read_table(fixture_path(names[k]), is_named ? HEADER_AUTO : HEADER_NO);
        ck_assert_uint_eq(a.values.rows, 6);
        ck_assert_uint_eq(a.values.cols, 3);
        for (size_t i = 0; i < 6; i++)
            for (size_t j = 0; j < 3; j++) {
                const double got = matview_get(&a.values, i, j);
                const double value = matview_get(&want.view, i, j);
                ck_assert(got == value || (isnan(got) && isnan(value)));
            }
        ck_assert_str_eq(a.hooks.names[a.hooks.of[1]], is_named ? "b" : "csv");
        ck_assert_uint_eq(a.neurons[1], is_named ? 0 : 1);
        activations_clear(&a);
    }
    refuse(fixture_path("table_tabs.csv"), NULL, CT_EFORMAT,
           "the header (line 1): its columns are separated by tabs; save it with commas");
    refuse(fixture_path("table_default.csv"), NULL, CT_EFORMAT,
           "the header (line 1): its columns are separated by blanks; save it with commas "
           "(numpy: delimiter=','; R: sep=',')");
    npy_close(&want);
}
END_TEST

/* The same numbers, as programs write them. */
START_TEST(reads_tables_of_other_programs)
{
    static const struct {
        const char *text;
        struct table_remarks remarks;
    } cases[] = {
        { "group,x,y\na,1,nan\nb,0.5,-2\n", { 0 } },
        { "group, x,y \na, 1,  nan \nb,0.5 ,\t-2\t\n", { 0 } },
        { "group,x,y\na,1,NA\nb,0.5,-2\n", { 0 } },
        { "group,x,y\na,1,\nb,0.5,-2\n", { 0 } },
        { "group,x,y\na,1,NULL\nb,0.5,-2\n", { 0 } },
        { "group,x,y\na,1,#N/A\nb,0.5,-2\n", { 0 } },
        { "group,x,y\na,1,\" N/A \"\nb,0.5,\" -2 \"\n", { 0 } },
        { "sep=,\ngroup,x,y\na,1,<NA>\nb,0.5,-2\n", { 0 } },
        { "\xEF\xBB\xBFsep=,\r\ngroup,x,y\r\na,1,None\r\nb,0.5,-2\r\n", { 0 } },
        { "sep=,\rgroup,x,y\ra,1,null\rb,0.5,-2\r", { 0 } },
        { "group,x,y\na,1,\nb,0.5,-2\n,,\n,,\n", { .n_blank_rows = 2 } },
        { "group,x,y\r\na,1,\r\nb,0.5,-2\r\n,,\r\n\"\",,", { .n_blank_rows = 2 } },
        { "group,x,y\n1,a,1,NA\n2,b,0.5,-2\n", { .has_row_names = true } },
        { "\"group\",\"x\",\"y\"\n\"1\",\"a\",1,NA\n\"2\",\"b\",0.5,-2\n",
          { .has_row_names = true } },
        { "\"group\",\"x\",\"y\"\r\n\"o, p\",\"a\",1,NA\r\n\"q\",\"b\",0.5,-2\r\n",
          { .has_row_names = true } },
    };

    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct activations a = read_table(temp_text("odd.csv", cases[k].text), HEADER_AUTO);
        ck_assert_msg(a.values.rows == 2 && a.values.cols == 2 && a.groups.n == 2, "%zu", k);
        ck_assert_msg(matview_get(&a.values, 0, 0) == 1.0 && isnan(matview_get(&a.values, 0, 1)) &&
                          matview_get(&a.values, 1, 0) == 0.5 &&
                          matview_get(&a.values, 1, 1) == -2.0,
                      "%s", cases[k].text);
        ck_assert_str_eq(a.groups.names[1], "b");
        ck_assert_str_eq(a.hooks.names[1], "y");
        ck_assert_uint_eq(a.remarks.n_blank_rows, cases[k].remarks.n_blank_rows);
        ck_assert_int_eq(a.remarks.has_row_names, cases[k].remarks.has_row_names);
        activations_clear(&a);
    }
    /* Rows of commas before others are rows, and count as such. */
    struct activations a = read_table(temp_text("odd.csv", "x,y\n1,2\n,\n,\n3,4\n5,6\n,\n"), 0);
    ck_assert_uint_eq(a.values.rows, 5);
    ck_assert(isnan(matview_get(&a.values, 1, 0)) && matview_get(&a.values, 3, 1) == 4.0);
    ck_assert_uint_eq(a.remarks.n_blank_rows, 1);
    activations_clear(&a);
    refuse_csv("group,x,y\na,1,2\n,,\nb,1,2\n", "row 2 (line 3): group is empty; fill it in");
    refuse_csv("group,x,y\n,,\nb,1,z\n", "row 1 (line 2): group is empty; fill it in");
}
END_TEST

START_TEST(first_rows_of_numbers_are_not_lost)
{
    static const char *const refused[] = { "0.5,1\n", "0,0\n",  "3,7\n",   "2,3,4\n",
                                           "1,0\n",   "-1,0\n", "nan,1\n", "1e0,2\n",
                                           "1.0\n",   "5\n",    "5,\n",    "NA,2,3\n" };
    static const char *const names[] = { "0,1,2\n", "1,2\n", "0\n", "1\n", " 0, 1\n" };
    char text[100];

    for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
        const char *const path = temp_text("first.csv", refused[k]);
        const struct activations_options options = { .groups_optional = true };
        struct activations a = { 0 };
        struct ct_error err = { .text = "" };
        ck_assert_int_eq(activations_read(path, &options, NULL, &a, &err), CT_EFORMAT);
        ck_assert_msg(strstr(err.text, ": the header (line 1): numbers in place of names (") !=
                          NULL,
                      "%s", err.text);
        a = read_table(path, HEADER_NO);
        ck_assert_uint_eq(a.values.rows, 1);
        ck_assert(!a.remarks.numbers_are_names);
        activations_clear(&a);
    }
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        snprintf(text, sizeof text, "%s%s", names[k], names[k]);
        const char *const path = temp_text("first.csv", text);
        for (int header = HEADER_AUTO; header <= HEADER_NO; header++) {
            struct activations a = read_table(path, (enum header)header);
            ck_assert_uint_eq(a.values.rows, header == HEADER_NO ? 2 : 1);
            ck_assert_int_eq(a.remarks.numbers_are_names, header == HEADER_AUTO);
            activations_clear(&a);
        }
    }
}
END_TEST

/* One misspelt number does not make names of the others. */
START_TEST(a_misspelt_number_makes_no_header)
{
    const char *const path = temp_text("first.csv", "0.5,-1,0x1\n1,2,3\n");
    const struct activations_options optional = { .groups_optional = true };
    struct activations a = { 0 };
    struct ct_error err = { .text = "" };
    ck_assert_int_eq(activations_read(path, &optional, NULL, &a, &err), CT_EFORMAT);
    ck_assert_ptr_nonnull(strstr(err.text, "numbers in place of names (0.5, ...)"));
    a = read_table(temp_text("first.csv", "group,0.5,-1\na,1,2\n"), HEADER_AUTO);
    ck_assert_str_eq(a.hooks.names[1], "-1");
    activations_clear(&a);
}
END_TEST

START_TEST(reads_csv_and_npy_from_standard_input)
{
    const char *const groups = temp_text("labels", labels5);
    int saved = stdin_replace(fixture_path("activations_f32.npy"));
    struct activations a = read_ok("-", groups);

    ck_assert_str_eq(a.name, "standard input");
    ck_assert_uint_eq(a.values.cols, 7);
    activations_clear(&a);
    stdin_restore(saved);
    saved = stdin_replace(fixture_path("activations_f32.csv"));
    a = read_ok("-", NULL);
    ck_assert_uint_eq(a.values.cols, 7);
    activations_clear(&a);
    stdin_restore(saved);
    refuse("-", "-", CT_EINVAL, "cannot be both the activations and the groups; name a file");
}
END_TEST

START_TEST(groups_must_be_given_exactly_once)
{
    struct activations a = { 0 };
    struct ct_error err;
    char message[600];
    char npy[512];

    snprintf(npy, sizeof npy, "%s", fixture_path("activations_f32.npy"));
    refuse(npy, NULL, CT_EINVAL,
           "an .npy has no groups; give --groups FILE with one label per line");
    ck_assert_int_eq(activations_read(npy,
                                      &(struct activations_options){
                                          .groups = temp_text("four", "a\nb\na\nb\n") },
                                      NULL, &a, &err),
                     CT_EINVAL);
    snprintf(message, sizeof message, "4 labels, but %s has 5 sentences; one label per line", npy);
    assert_error(&err, CT_EINVAL, temp_path("four"), message);
    refuse(fixture_path("activations_f32.csv"), temp_text("labels", labels5), CT_EINVAL,
           "already has a column `group`; omit --groups");
    refuse(temp_text("bare.csv", "n:0\n1\n"), NULL, CT_EINVAL,
           "has no column `group`; give --groups FILE with one label per line");
    ck_assert_int_eq(
        activations_read(npy, &(struct activations_options){ .groups = temp_path("absent") }, NULL,
                         &a, &err),
        CT_EIO);
}
END_TEST

START_TEST(rejects_bad_files)
{
    refuse_csv("group,a:0\ng,1\nh,x\n", "row 2 (line 3): column a:0: `x` is not a number");
    refuse_csv("group,a:0\ng,1 1\n", "row 1 (line 2): column a:0: `1 1` is not a number");
    refuse_csv("group,a:0\ng,NAN?\n", "row 1 (line 2): column a:0: `NAN?` is not a number");
    refuse_csv("group,a:0\ng,0x1p3\n", "row 1 (line 2): column a:0: `0x1p3` is not a number");
    refuse_csv("group,a:0\ng,\"1,5\"\n", "row 1 (line 2): column a:0: `1,5` is not a number");
    refuse_csv(
        "group,a:0,a:1\ng,1\n",
        "row 1 (line 2): 2 fields, the header has 3; a field that contains a comma must be quoted");
    refuse_csv("group,a:0\n,1\n", "row 1 (line 2): group is empty; fill it in");
    refuse_csv("sentence,group,a:0\n-1,g,1\n",
               "row 1 (line 2): column 1: `-1` is not an integer of 0 or more");
    refuse_csv("group,token,a:0\ng,1.0,1\n",
               "row 1 (line 2): column 2: `1.0` is not an integer of 0 or more");
    refuse_csv("group,a:0\n", "no sentences below the header");
    refuse_csv("group,token\ng,1\n", "the header (line 1): no neurons: expected columns named "
                                     "HOOK:INDEX after sentence, group and token");
    refuse_csv("group,Unnamed: 0,a:0\n", "the header (line 1): column 2, `Unnamed: 0`, has no "
                                         "meaning" EXPECTED);
    refuse_csv("group,b:1,:0\n", "the header (line 1): column 3, `:0`, has no meaning" EXPECTED);
    refuse_csv("group,b:1,a:99999999999999999999\n",
               "the header (line 1): column 3, `a:99999999999999999999`, has no meaning" EXPECTED);
    refuse_csv("group,a:0,group\n",
               "the header (line 1): column 3, `group`, has no meaning" EXPECTED);
    refuse_csv("group,a:0,b:0,a:00\ng,1,2,3\n",
               "the header (line 1): column 4, `a:00`, appears twice" EXPECTED);
    refuse_csv("", "the file is empty; expected a header row");
    refuse(fixture_path("npy_vector.npy"), temp_text("labels", labels5), CT_EFORMAT,
           "one axis of 5; expected the shape [sentences, neurons]");
}
END_TEST

START_TEST(rejects_too_many_hooks)
{
    char *const text = malloc(5000 * 16);
    size_t used = 0;

    for (size_t i = 0; i < 5000; i++)
        used += (size_t)sprintf(text + used, "%s%zu:0", i > 0 ? "," : "group,", i);
    refuse_csv(text,
               "the header (line 1): column 4098, `4096:0`, names too many hook points" EXPECTED);
    free(text);
}
END_TEST

static bool count_and_stop(void *context, size_t done, size_t total)
{
    (void)done;
    (void)total;
    return ++*(size_t *)context < 3;
}

START_TEST(reading_can_be_cancelled)
{
    const size_t n = 600000;
    char *const text = malloc(10 + 4 * n + 1);
    size_t n_ticks = 0;
    const struct progress progress = { count_and_stop, &n_ticks };
    struct activations a = { 0 };
    struct ct_error err;

    memcpy(text, "group,a:0\n", 10);
    for (size_t i = 0; i < n; i++)
        memcpy(text + 10 + 4 * i, "g,1\n", 4);
    const char *const path = temp_file("long.csv", text, 10 + 4 * n);
    free(text);
    ck_assert_int_eq(activations_read(path, &(struct activations_options){ 0 }, &progress, &a,
                                      &err),
                     CT_ECANCELED);
    ck_assert_uint_eq(n_ticks, 3);
    a = read_ok(path, NULL);
    ck_assert_uint_eq(a.values.rows, n);
    activations_clear(&a);
}
END_TEST

/* Several lines in a chunk that has grown for them, and a line longer than a chunk. */
START_TEST(reads_lines_longer_than_a_chunk)
{
    static const struct {
        size_t rows;
        size_t cols;
    } sizes[] = { { 12, 15000 }, { 3, 60000 } };
    const struct activations_options options = { .n_threads = 2 };

    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const size_t rows = sizes[s].rows, cols = sizes[s].cols;
        char *const text = malloc((rows + 1) * (16 * cols + 8));
        struct activations a = { 0 };
        struct ct_error err = { .text = "" };

        ck_assert_ptr_nonnull(text);
        size_t used = (size_t)sprintf(text, "group");
        for (size_t j = 0; j < cols; j++)
            used += (size_t)sprintf(text + used, ",n:%zu", j);
        for (size_t i = 0; i < rows; i++) {
            used += (size_t)sprintf(text + used, "\n%s", i % 2 == 0 ? "him" : "her");
            for (size_t j = 0; j < cols; j++)
                used += (size_t)sprintf(text + used, ",%zu.5", i * cols + j);
        }
        const char *const path = temp_file("wide.csv", text, used);
        free(text);
        ck_assert_msg(activations_read(path, &options, NULL, &a, &err) == CT_OK, "%s", err.text);
        ck_assert_uint_eq(a.values.rows, rows);
        ck_assert_uint_eq(a.values.cols, cols);
        for (size_t e = 0; e < rows * cols; e++)
            ck_assert(matview_get(&a.values, e / cols, e % cols) == (double)e + 0.5);
        activations_clear(&a);
    }
}
END_TEST

/* The file must be read as with CR for LF, which disables the parser of whole lines. */
static void assert_reads_alike(char *text)
{
    const struct activations_options options = { .groups_optional = true, .n_threads = 2 };
    struct activations a[2] = { { 0 }, { 0 } };
    struct ct_error err[2] = { { .text = "" }, { .text = "" } };
    enum ct_status st[2];

    for (int k = 0; k < 2; k++) {
        for (char *at = text; k == 1 && (at = strchr(at, '\n')) != NULL;)
            *at = '\r';
        st[k] = activations_read(temp_text("table.csv", text), &options, NULL, &a[k], &err[k]);
    }
    ck_assert_msg(st[0] == st[1], "%s, %s", err[0].text, err[1].text);
    ck_assert_str_eq(err[0].text, err[1].text);
    ck_assert_int_eq(a[0].values.dtype, a[1].values.dtype);
    ck_assert_uint_eq(a[0].values.rows, a[1].values.rows);
    ck_assert_uint_eq(a[0].values.cols, a[1].values.cols);
    const size_t n = a[0].values.rows * a[0].values.cols;
    const size_t size = a[0].values.dtype == DTYPE_F32 ? sizeof(float) : sizeof(double);
    ck_assert(n == 0 || memcmp(a[0].values.data, a[1].values.data, n * size) == 0);
    for (size_t i = 0; i < a[0].values.rows; i++) {
        ck_assert_uint_eq(a[0].sentences[i], a[1].sentences[i]);
        ck_assert(a[0].tokens == NULL ? a[1].tokens == NULL : a[0].tokens[i] == a[1].tokens[i]);
        ck_assert_str_eq(a[0].groups.names[a[0].groups.of[i]],
                         a[1].groups.names[a[1].groups.of[i]]);
    }
    activations_clear(&a[0]);
    activations_clear(&a[1]);
}

/* Rows of every length, most of them as circuittui writes them, with occasional irregularities. */
START_TEST(line_and_field_parsers_agree)
{
    static const char *const odd[] = {
        "nan",
        "inf",
        "-inf",
        "1e5",
        "1.5E-3",
        "+2",
        "\"3\"",
        "\"4,\"",
        "",
        " 5",
        "6 ",
        "0x1p3",
        "1.2.3",
        "7,",
        "a\"b",
        "0.1234567890123456789",
        "-0",
        "\xC3\xA9",
        "\xFF",
        "\n",
        "0.100000002",
        "8.,9",
        "12345678901",
    };
    static const char *const groups[] = { "him", "her", "\"h,r\"", "h\xC3\xA9", "", "\xFF", "a b" };
    static char text[200000];
    uint64_t state = 42;

    for (int run = 0; run < 400; run++) {
        const size_t n_rows = run % 50 == 0 ? 700 : 1 + (size_t)run % 9;
        const size_t n_cols = 1 + (size_t)run % 5;
        size_t used = (size_t)sprintf(text, "%s", run % 2 ? "sentence,group,token" : "group");
        for (size_t j = 0; j < n_cols; j++)
            used += (size_t)sprintf(text + used, ",n:%zu", j);
        for (size_t i = 0; i < n_rows; i++) {
            state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
            const unsigned dice = (unsigned)(state >> 40);
            const char *const group = groups[dice % 97 < 7 && run % 3 == 0 ? dice % 97 : dice % 2];
            if (run % 2)
                used += (size_t)sprintf(text + used, "\n%u,%s,%s", dice % 50, group,
                                        dice % 211 == 0 ? "x" : "3");
            else
                used += (size_t)sprintf(text + used, dice % 61 == 0 ? "\n\n%s" : "\n%s", group);
            for (size_t j = 0; j < n_cols; j++)
                if ((dice + j) % 89 < 23 && run % 4 == 1 && dice % 8 == 0)
                    used += (size_t)sprintf(text + used, ",%s", odd[(dice + j) % 89]);
                else
                    used += (size_t)sprintf(text + used, ",%.9g",
                                            (double)((float)(dice + j) / 8192.0F - 1.0F));
        }
        strcpy(text + used, run % 7 ? "\n" : "");
        assert_reads_alike(text);
    }
}
END_TEST

/* ---- safetensors ---- */

/* A file NAME.safetensors of that header and data [n]. */
static const char *put_tensors(const char *name, const char *header, const void *data, size_t n)
{
    static char path[4096];
    const uint64_t size = strlen(header);

    snprintf(path, sizeof path, "%s", temp_path(name));
    FILE *const file = fopen(path, "wb");
    ck_assert(file != NULL);
    for (size_t k = 0; k < 8; k++)
        fputc((int)(size >> 8 * k & 0xFF), file);
    fwrite(header, 1, size, file);
    fwrite(data, 1, n, file);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

/* Two sentences; hook points in the order of people, numbers of every dtype that is read. */
START_TEST(reads_a_tensor_for_each_hook_point)
{
    static const unsigned char data[] = {
        0,    0,    0x80, 0x3F, 0, 0, 0x20, 0xC0, /* F32: 1, -2.5 */
        0x80, 0x3F, 0x20, 0xC0,                   /* BF16: 1, -2.5 */
        0,    0x3C, 0,    0xC1,                   /* F16: 1, -2.5 */
    };
    static const char header[] =
        "{\"__metadata__\":{\"groups\":\"him\\nher\"},"
        "\"h.10.mlp\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
        "\"h.9.mlp\":{\"dtype\":\"BF16\",\"shape\":[2,1],\"data_offsets\":[8,12]},"
        "\"h.1.mlp\":{\"dtype\":\"F16\",\"shape\":[2,1],\"data_offsets\":[12,16]}}";
    struct activations a = read_ok(put_tensors("a.safetensors", header, data, sizeof data), NULL);

    ck_assert(a.values.rows == 2 && a.values.cols == 3 && a.values.dtype == DTYPE_F32);
    ck_assert_uint_eq(a.hooks.n_names, 3);
    ck_assert_str_eq(a.hooks.names[a.hooks.of[0]], "h.1.mlp");
    ck_assert_str_eq(a.hooks.names[a.hooks.of[1]], "h.9.mlp");
    ck_assert_str_eq(a.hooks.names[a.hooks.of[2]], "h.10.mlp");
    for (size_t j = 0; j < 3; j++) {
        ck_assert(matview_get(&a.values, 0, j) == 1.0 && matview_get(&a.values, 1, j) == -2.5);
        ck_assert_uint_eq(a.neurons[j], 0);
    }
    ck_assert_str_eq(a.groups.names[a.groups.of[0]], "him");
    ck_assert_str_eq(a.groups.names[a.groups.of[1]], "her");
    ck_assert(a.tokens == NULL && a.sentences[1] == 1);
    activations_clear(&a);
}
END_TEST

START_TEST(float64_makes_all_float64)
{
    static const double wide[] = { 0.1, 0.2, 0.3, 0.4 };
    unsigned char data[40] = { 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40 }; /* F32: 1, 2 */
    static const char header[] =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
        "\"b\":{\"dtype\":\"F64\",\"shape\":[2,2],\"data_offsets\":[8,40]}}";

    memcpy(data + 8, wide, sizeof wide);
    struct activations a = read_ok(put_tensors("b.safetensors", header, data, sizeof data),
                                   temp_text("two", "x\ny\n"));
    ck_assert(a.values.dtype == DTYPE_F64 && a.values.cols == 3);
    ck_assert(matview_get(&a.values, 1, 0) == 2.0);
    for (size_t i = 0; i < 4; i++)
        ck_assert(matview_get(&a.values, i / 2, 1 + i % 2) == wide[i]);
    ck_assert(a.neurons[1] == 0 && a.neurons[2] == 1);
    activations_clear(&a);
}
END_TEST

START_TEST(refuses_other_tensors)
{
    static const struct {
        const char *metadata, *tensors, *groups, *message;
        enum ct_status code;
    } bad[] = {
        { "", "\"a\":{\"dtype\":\"I32\",\"shape\":[2,1],\"data_offsets\":[0,8]}", labels5,
          "a: I32 is not read; convert it to F32", CT_EFORMAT },
        { "", "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}", labels5,
          "a: expected the shape [sentences, width]", CT_EFORMAT },
        { "",
          "\"a\":{\"dtype\":\"F16\",\"shape\":[2,1],\"data_offsets\":[0,4]},"
          "\"b\":{\"dtype\":\"F16\",\"shape\":[1,2],\"data_offsets\":[4,8]}",
          labels5, "b: 1 sentences, but a has 2", CT_EFORMAT },
        { "", "\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}", NULL,
          "has no `groups` in its metadata; give --groups FILE with one label per line",
          CT_EINVAL },
        { "\"groups\":\"x\\ny\"",
          "\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}", labels5,
          "already has `groups` in its metadata; omit --groups", CT_EINVAL },
        { "\"groups\":\"x\\ny\\nz\"",
          "\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}", NULL,
          "metadata: groups: 3 labels for 2 sentences; one label per line", CT_EINVAL },
        { "\"groups\":\"\\ny\"", "\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]}",
          NULL, "metadata: groups: label 1 is empty", CT_EINVAL },
    };
    static const unsigned char data[8] = { 0 };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char header[500];
        char path[4096];
        snprintf(header, sizeof header, "{\"__metadata__\":{%s},%s}", bad[i].metadata,
                 bad[i].tensors);
        snprintf(path, sizeof path, "%s", put_tensors("c.safetensors", header, data, sizeof data));
        refuse(path, bad[i].groups != NULL ? temp_text("labels", bad[i].groups) : NULL, bad[i].code,
               bad[i].message);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        csv_and_npy_agree,
        writes_the_same_as_python,
        columns_are_found_by_name_and_optional,
        reads_any_table_of_numbers,
        reads_what_savetxt_writes,
        reads_tables_of_other_programs,
        first_rows_of_numbers_are_not_lost,
        a_misspelt_number_makes_no_header,
        reads_csv_and_npy_from_standard_input,
        groups_must_be_given_exactly_once,
        rejects_bad_files,
        rejects_too_many_hooks,
        reading_can_be_cancelled,
        reads_lines_longer_than_a_chunk,
        line_and_field_parsers_agree,
        reads_a_tensor_for_each_hook_point,
        float64_makes_all_float64,
        refuses_other_tensors,
    };
    temp_begin();
    const int status = RUN_TESTS("activations", tests);
    temp_end();
    return status;
}
