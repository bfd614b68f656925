#include "config.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "io/csv_table.h"
#include "io/stimuli.h"
#include "io_temp.h"

static void refuse(const char *text, const char *message)
{
    const char *const path = temp_text("bad.csv", text);
    struct stimuli s = { 0 };
    struct ct_error err;

    ck_assert_int_eq(stimuli_read(path, &s, &err), CT_EFORMAT);
    assert_error(&err, CT_EFORMAT, path, message);
    ck_assert_ptr_null(s.rows);
}

static void assert_hex(const char *text, size_t size, struct csv_field hex)
{
    ck_assert_uint_eq(2 * size, hex.size);
    for (size_t i = 0; i < size; i++) {
        char digits[3];
        snprintf(digits, sizeof digits, "%02x", (unsigned)(unsigned char)text[i]);
        ck_assert_msg(memcmp(digits, hex.text + 2 * i, 2) == 0, "byte %zu of %s", i, hex.text);
    }
}

START_TEST(reads_what_python_writes)
{
    struct stimuli s = { 0 };
    struct csv_table want = { 0 };

    ck_assert_int_eq(csv_table_read(fixture_path("stimuli_expected.csv"), &want, NULL), CT_OK);
    ck_assert_int_eq(stimuli_read(fixture_path("stimuli_quoted.csv"), &s, NULL), CT_OK);
    ck_assert_uint_eq(s.n, want.n_rows);
    for (size_t i = 0; i < s.n; i++) {
        const struct stimulus *const row = &s.rows[i];
        assert_hex(row->group, row->group_size, csv_table_field(&want, i + 1, 0));
        assert_hex(row->target, row->target_size, csv_table_field(&want, i + 1, 1));
        assert_hex(row->text, row->text_size, csv_table_field(&want, i + 1, 2));
        ck_assert_uint_eq(row->row, i + 1);
        ck_assert_str_eq(s.groups.names[s.groups.of[i]], row->group);
    }
    ck_assert_uint_eq(s.rows[7].line, 11); /* two texts take two lines each */
    ck_assert_uint_eq(s.groups.n_names, 4);
    ck_assert_str_eq(s.groups.names[0], "him");
    ck_assert_str_eq(s.groups.names[1], "her");
    ck_assert_str_eq(s.name, fixture_path("stimuli_quoted.csv"));
    csv_table_clear(&want);
    stimuli_clear(&s);
    stimuli_clear(&s);
}
END_TEST

START_TEST(columns_are_found_by_name)
{
    struct stimuli s = { 0 };

    ck_assert_int_eq(stimuli_read(temp_text("order.csv",
                                            "id,text,group,target\n7,I saw him,a, him\n"),
                                  &s, NULL),
                     CT_OK);
    ck_assert_str_eq(s.rows[0].text, "I saw him");
    ck_assert_str_eq(s.rows[0].group, "a");
    ck_assert_str_eq(s.rows[0].target, " him");
    stimuli_clear(&s);
}
END_TEST

START_TEST(reads_standard_input)
{
    const int saved = stdin_replace(temp_text("in.csv", "group,target,text\na,b,c b\n"));
    struct stimuli s = { 0 };

    ck_assert_int_eq(stimuli_read("-", &s, NULL), CT_OK);
    ck_assert_uint_eq(s.n, 1);
    ck_assert_str_eq(s.name, "standard input");
    stimuli_clear(&s);
    stdin_restore(saved);
}
END_TEST

START_TEST(rejects_bad_files)
{
    struct stimuli s = { 0 };
    struct ct_error err;

    refuse("group,target\na,b\n", "the header (line 1): no column `text`; the header should be "
                                  "group,target,text, it is group,target");
    refuse("him, him,I saw him\n", "the header (line 1): no column `group`; the header should be "
                                   "group,target,text, it is him, him,I saw him");
    refuse("group, target,text\na,b,c\n",
           "the header (line 1): no column `target`; the header should be group,target,text, it "
           "is group, target,text");
    refuse("group;target;text\na;b;\"c, \"\"d\"\"\"\n",
           "the header (line 1): its columns are separated by semicolons; save it with commas");
    refuse("group\ttarget\ttext\na\tb\tc\n",
           "the header (line 1): its columns are separated by tabs; save it with commas");
    refuse("group,target,text,text\na,b,c,d\n",
           "the header (line 1): two columns `text`; rename one");
    refuse("group,target,text\n", "no sentences below the header; add some");
    refuse("group,target,text\na,b,c\n\n,b,c\n", "row 2 (line 4): group is empty; fill it in");
    refuse("group,target,text\na,,c\n", "row 1 (line 2): target is empty; fill it in");
    refuse("group,target,text\na,b,\"\"\n", "row 1 (line 2): text is empty; fill it in");
    refuse("group,target,text\na,b,c\xe9\n",
           "row 1 (line 2): field 3, byte 2 is not UTF-8 (0xe9); save the file as UTF-8");
    refuse(
        "group,target,text\na,b,I saw him, then\n",
        "row 1 (line 2): 4 fields, the header has 3; a field that contains a comma must be quoted");
    ck_assert_int_eq(stimuli_read(temp_path("absent"), &s, &err), CT_EIO);
}
END_TEST

/* An unknown header is shown truncated and without control characters. */
START_TEST(unknown_headers_are_shown_on_one_line)
{
    struct stimuli s = { 0 };
    struct ct_error err;
    char text[1000] = "\x1b[31m,";

    memset(text + 6, 'x', sizeof text - 7);
    ck_assert_int_eq(stimuli_read(temp_text("strange.csv", text), &s, &err), CT_EFORMAT);
    ck_assert_ptr_nonnull(strstr(err.text, "it is \\u{1b}[31m,xxx"));
    ck_assert_str_eq(err.text + strlen(err.text) - 6, "xxx...");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        reads_what_python_writes,
        columns_are_found_by_name,
        reads_standard_input,
        rejects_bad_files,
        unknown_headers_are_shown_on_one_line,
    };
    temp_begin();
    const int status = RUN_TESTS("stimuli", tests);
    temp_end();
    return status;
}
