/* Files that a program carries (io/unpack.h). */
#include "config.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "io/unpack.h"
#include "io_temp.h"

static const struct inside_file files[] = {
    { "one", "first", 5 },
    { "two", "a\0b", 3 },
    { "empty", "", 0 },
};
enum { N = sizeof files / sizeof *files };

static const char *path_of(const char *folder, const char *name)
{
    static char path[PATH_MAX];

    ck_assert(path_put(path, "%s/%s", folder, name));
    return path;
}

static void write_over(const char *path, const char *text)
{
    FILE *const f = fopen(path, "w");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

static void assert_unpacked(const char *folder)
{
    for (size_t i = 0; i < N; i++) {
        size_t size;
        char *const got = slurp(path_of(folder, files[i].name), &size);
        ck_assert_uint_eq(size, files[i].size);
        ck_assert_mem_eq(got, files[i].data, size);
        free(got);
    }
}

START_TEST(writes_what_is_missing)
{
    const char *const folder = temp_path("a/b/c");
    struct stat s;

    ck_assert_int_eq(unpack(files, N, folder, NULL), CT_OK);
    assert_unpacked(folder);
    ck_assert_int_eq(stat(folder, &s), 0);
    ck_assert_uint_eq(s.st_mode & 0777, 0700);
    ck_assert_int_eq(unlink(path_of(folder, "two")), 0);
    ck_assert_int_eq(unpack(files, N, folder, NULL), CT_OK);
    assert_unpacked(folder);
}
END_TEST

START_TEST(replaces_what_differs)
{
    const char *const folder = temp_path("differs");
    const char *const elsewhere = temp_text("elsewhere", "precious");

    ck_assert_int_eq(unpack(files, N, folder, NULL), CT_OK);
    write_over(path_of(folder, "one"), "fir5t"); /* of the same size */
    write_over(path_of(folder, "empty"), "not");
    ck_assert_int_eq(unlink(path_of(folder, "two")), 0);
    ck_assert_int_eq(symlink(elsewhere, path_of(folder, "two")), 0);
    ck_assert_int_eq(unpack(files, N, folder, NULL), CT_OK);
    assert_unpacked(folder);
    char *const text = slurp(elsewhere, NULL);
    ck_assert_str_eq(text, "precious");
    free(text);
}
END_TEST

START_TEST(leaves_what_is_the_same)
{
    const char *const folder = temp_path("same");
    struct stat before, after;

    ck_assert_int_eq(unpack(files, N, folder, NULL), CT_OK);
    ck_assert_int_eq(stat(path_of(folder, "one"), &before), 0);
    ck_assert_int_eq(unlink(path_of(folder, "two")), 0);
    ck_assert_int_eq(unpack(files, N, folder, NULL), CT_OK);
    ck_assert_int_eq(stat(path_of(folder, "one"), &after), 0);
    ck_assert_uint_eq(after.st_ino, before.st_ino);
}
END_TEST

START_TEST(refuses_folders_of_others)
{
    struct ct_error err = { 0 };
    const char *const shared = temp_path("shared");

    ck_assert_int_eq(mkdir(shared, 0700), 0);
    ck_assert_int_eq(chmod(shared, 0777), 0);
    ck_assert_int_eq(unpack(files, N, shared, &err), CT_EIO);
    assert_error(&err, CT_EIO, shared,
                 "belongs to another user, or others may write to it; remove it");
    ck_assert_int_ne(access(path_of(shared, "one"), F_OK), 0);
    if (geteuid() != 0) {
        SKIP("folders of other users: only root can make them");
        return;
    }
    const char *const foreign = temp_path("foreign");
    ck_assert_int_eq(mkdir(foreign, 0755), 0);
    ck_assert_int_eq(chown(foreign, 65532, 65532), 0);
    ck_assert_int_eq(unpack(files, N, foreign, &err), CT_EIO);
    ck_assert_int_ne(access(path_of(foreign, "one"), F_OK), 0);
}
END_TEST

START_TEST(reports_what_is_in_the_way)
{
    struct ct_error err = { 0 };
    const char *const file = temp_text("file", "");

    ck_assert_int_eq(unpack(files, N, file, &err), CT_EIO);
    ck_assert_int_eq(unpack(files, N, path_of(file, "below"), &err), CT_EIO);
    const char *const folder = temp_path("way");
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    ck_assert_int_eq(mkdir(path_of(folder, "two"), 0700), 0);
    ck_assert_int_eq(unpack(files, N, folder, &err), CT_EIO);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        writes_what_is_missing,    replaces_what_differs,      leaves_what_is_the_same,
        refuses_folders_of_others, reports_what_is_in_the_way,
    };
    temp_begin();
    const int status = RUN_TESTS("unpack", tests);
    temp_end();
    return status;
}
