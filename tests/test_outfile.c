#include "config.h"
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/csv_writer.h"
#include "base/path.h"
#include "io/outfile.h"
#include "io_temp.h"

static void assert_holds(const char *path, const char *want)
{
    char *const got = slurp(path, NULL);

    ck_assert_str_eq(got, want);
    free(got);
}

static const char *fresh_folder(const char *name)
{
    const char *const path = temp_path(name);

    ck_assert_int_eq(mkdir(path, 0777), 0);
    return path;
}

static char *inside(const char *folder, const char *name)
{
    char *const path = path_join(folder, name);

    ck_assert_ptr_nonnull(path);
    return path;
}

START_TEST(a_file_appears_at_commit)
{
    const char *const folder = fresh_folder("appears");
    char *const path = inside(folder, "f.csv");
    struct outfile *file;
    struct stat s;

    umask(0027);
    ck_assert_int_eq(outfile_open(path, &file, NULL), CT_OK);
    outfile_puts(file, "new");
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_assert_uint_eq(count_entries(folder), 1); /* the temporary file */
    ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
    assert_holds(path, "new");
    ck_assert_uint_eq(count_entries(folder), 1);
    ck_assert_int_eq(stat(path, &s), 0);
    ck_assert_int_eq(s.st_mode & 0777, 0640); /* according to the umask */
    free(path);
}
END_TEST

START_TEST(the_old_file_stays_until_commit)
{
    const char *const folder = fresh_folder("old");
    char *const path = inside(folder, "f.csv");
    struct outfile *file;

    temp_text("old/f.csv", "old");
    ck_assert_int_eq(outfile_open(path, &file, NULL), CT_OK);
    outfile_puts(file, "half");
    outfile_abort(file);
    outfile_abort(NULL);
    assert_holds(path, "old");
    ck_assert_uint_eq(count_entries(folder), 1);
    ck_assert_int_eq(outfile_open(path, &file, NULL), CT_OK);
    outfile_puts(file, "new");
    assert_holds(path, "old");
    ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
    assert_holds(path, "new");
    free(path);
}
END_TEST

/* Two writers of one file use different temporary files, and long names fit. */
START_TEST(temporary_names_differ)
{
    const char *const folder = fresh_folder("names");
    char name[256];
    struct outfile *files[50];

    memset(name, 'n', 255);
    name[255] = '\0';
    char *const path = inside(folder, name);
    for (size_t i = 0; i < 50; i++) {
        ck_assert_int_eq(outfile_open(path, &files[i], NULL), CT_OK);
        outfile_write(files[i], &"abcde"[i % 5], 1);
    }
    ck_assert_uint_eq(count_entries(folder), 50);
    DIR *const dir = opendir(folder);
    for (const struct dirent *e; (e = readdir(dir)) != NULL;)
        ck_assert_int_eq(e->d_name[0], '.');
    closedir(dir);
    for (size_t i = 0; i < 50; i++)
        ck_assert_int_eq(outfile_commit(files[i], NULL), CT_OK);
    ck_assert_uint_eq(count_entries(folder), 1);
    assert_holds(path, "e");
    free(path);
}
END_TEST

/* Killed at any moment: the old file or the new one. */
START_TEST(kill_leaves_old_or_new)
{
    char path[4096];
    size_t n_old = 0;
    size_t n_new = 0;

    snprintf(path, sizeof path, "%s/f", fresh_folder("killed"));
    for (int i = 0; i < 40; i++) {
        temp_text("killed/f", "old");
        const pid_t child = fork();
        if (child == 0) {
            struct outfile *file;
            char block[1000];
            memset(block, 'n', sizeof block);
            if (outfile_open(path, &file, NULL) != CT_OK)
                _exit(1);
            for (int k = 0; k < 300; k++)
                outfile_write(file, block, sizeof block);
            outfile_commit(file, NULL);
            pause();
        }
        usleep((useconds_t)(i * 150));
        ck_assert_int_eq(kill(child, SIGKILL), 0);
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
        size_t size;
        char *const text = slurp(path, &size);
        ck_assert(size == 300000 || strcmp(text, "old") == 0);
        n_new += size == 300000;
        n_old += size == 3;
        free(text);
    }
    ck_assert_uint_eq(n_old + n_new, 40);
}
END_TEST

START_TEST(large_writes_are_complete)
{
    const size_t size = 3000001;
    char *const data = malloc(size);
    struct outfile *file;
    size_t got_size;

    for (size_t i = 0; i < size; i++)
        data[i] = (char)(i * 7 + i / 251);
    ck_assert_int_eq(outfile_open(temp_path("large"), &file, NULL), CT_OK);
    size_t at = 0;
    for (size_t piece = 1; at < size; piece = piece * 3 + 1) {
        const size_t n = piece < size - at ? piece : size - at;
        outfile_write(file, data + at, n);
        at += n;
        outfile_write(file, NULL, 0);
    }
    ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
    char *const got = slurp(temp_path("large"), &got_size);
    ck_assert_uint_eq(got_size, size);
    ck_assert_mem_eq(got, data, size);
    free(got);
    free(data);
}
END_TEST

START_TEST(reports_a_full_disk)
{
    static char block[100000];
    struct outfile *file;
    struct ct_error err;

    if (access("/dev/full", W_OK) != 0) {
        SKIP("no /dev/full");
        return;
    }
    ck_assert_int_eq(outfile_open("/dev/full", &file, NULL), CT_OK);
    outfile_puts(file, "x");
    ck_assert(!outfile_failed(file)); /* still buffered */
    ck_assert_int_eq(outfile_commit(file, &err), CT_EIO);
    assert_error(&err, CT_EIO, "/dev/full", "cannot be written: No space left on device");
    ck_assert_int_eq(outfile_open("/dev/full", &file, NULL), CT_OK);
    outfile_write(file, block, sizeof block);
    ck_assert(outfile_failed(file));
    outfile_write(file, block, sizeof block);
    ck_assert_int_eq(outfile_commit(file, &err), CT_EIO);
    ck_assert_int_eq(outfile_open("/dev/null", &file, NULL), CT_OK);
    outfile_write(file, block, sizeof block);
    ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
}
END_TEST

/* A limit on file size simulates a disk that becomes full while writing. */
START_TEST(a_failed_write_leaves_the_old_file)
{
    const char *const folder = fresh_folder("limited");
    const char *const path = temp_path("limited/f");
    int status;

    temp_text("limited/f", "old");
    const pid_t child = fork();
    if (child == 0) {
        static char block[200000];
        struct outfile *file;
        struct ct_error err;
        const struct rlimit limit = { 70000, 70000 };
        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || outfile_open(path, &file, NULL) != CT_OK)
            _exit(1);
        outfile_write(file, block, sizeof block);
        if (outfile_commit(file, &err) != CT_EIO)
            _exit(2);
        _exit(strstr(err.text, "f: cannot be written: File too large") != NULL ? 0 : 3);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    assert_holds(path, "old");
    ck_assert_uint_eq(count_entries(folder), 1);
}
END_TEST

START_TEST(writes_nowhere_with_a_digest)
{
    const char *const text = "not on a disk";
    const size_t n = 100000; /* more than its buffer */
    char *const all = calloc(n, 1);
    struct outfile *file;
    struct input_digest digest;
    char want[HASH_HEX_SIZE];

    ck_assert_ptr_nonnull(all);
    memcpy(all + n - strlen(text), text, strlen(text));
    ck_assert_int_eq(outfile_open_nowhere(&file, NULL), CT_OK);
    outfile_digest(file, &digest);
    outfile_write(file, all, n - strlen(text));
    outfile_puts(file, text);
    ck_assert(!outfile_failed(file));
    ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
    hash_memory(all, n, want);
    ck_assert_str_eq(digest.sha256, want);
    ck_assert_uint_eq(digest.bytes, n);
    free(all);
}
END_TEST

START_TEST(writes_to_standard_output)
{
    const char *const path = temp_text("stdout", "");
    const int saved = dup(STDOUT_FILENO);
    const int fd = open(path, O_WRONLY);
    struct outfile *file;
    struct ct_error err;

    fflush(stdout);
    dup2(fd, STDOUT_FILENO);
    ck_assert_int_eq(outfile_open("-", &file, NULL), CT_OK);
    outfile_puts(file, "to stdout\n");
    ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
    const bool is_open = fcntl(STDOUT_FILENO, F_GETFD) >= 0;
    close(STDOUT_FILENO);
    ck_assert_int_eq(outfile_open("-", &file, NULL), CT_OK);
    outfile_puts(file, "closed");
    const enum ct_status st = outfile_commit(file, &err);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(fd);
    ck_assert(is_open); /* others write there, too */
    ck_assert_int_eq(st, CT_EIO);
    assert_error(&err, CT_EIO, "standard output", "cannot be written: Bad file descriptor");
    assert_holds(path, "to stdout\n");
}
END_TEST

/* Untrusted text is kept as it is in a file, but escaped on a terminal. */
START_TEST(escapes_control_characters_on_a_terminal)
{
    static const char want[] = "\"a\\u{1b}[31m\"\"\\n\",\\u{9b}1m:7,0.5\r\n";
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    struct outfile *file;
    char got[128];

    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) {
        SKIP("no pseudo terminal");
        return;
    }
    const int kept =
        open(ptsname(terminal), O_RDWR | O_NOCTTY); /* keeps unread text until it is closed */
    ck_assert_int_eq(outfile_open(ptsname(terminal), &file, NULL), CT_OK);
    struct csv_writer w = { .file = file };
    csv_put_text(&w, "a\x1b[31m\"\n");
    csv_put_id(&w,
               "\xc2\x9b"
               "1m",
               7);
    csv_put_f64(&w, 0.5);
    csv_end_row(&w);
    ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
    const ssize_t n = read(terminal, got, sizeof got);
    ck_assert_int_eq(n, (ssize_t)sizeof want - 1);
    ck_assert_mem_eq(got, want, sizeof want - 1);
    close(kept);
    close(terminal);
}
END_TEST

/* A table may hold sentences that are private. */
START_TEST(keeps_the_rights_of_what_it_replaces)
{
    static const mode_t modes[] = { 0600, 0400, 0640, 0664, 0755 };
    struct outfile *file = NULL;
    struct stat s;

    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        char *const path = strdup(temp_text("private", "old"));
        ck_assert_int_eq(chmod(path, modes[i]), 0);
        ck_assert_int_eq(outfile_open(path, &file, NULL), CT_OK);
        outfile_puts(file, "new");
        ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
        ck_assert_int_eq(stat(path, &s), 0);
        ck_assert_int_eq(s.st_mode & 0777, modes[i]);
        ck_assert_int_eq(unlink(path), 0);
        free(path);
    }
}
END_TEST

/* Links and pipes that somebody else has put into a folder for everybody. */
START_TEST(follows_no_links_of_other_users)
{
    enum { NOBODY = 65534 };
    struct outfile *file = NULL;
    struct ct_error err = { 0 };
    char *text;

    if (geteuid() != 0) {
        SKIP("links of other users: only root can make them");
        return;
    }
    ck_assert_int_eq(mkdir(temp_path("shared"), 0777), 0);
    ck_assert_int_eq(chmod(temp_path("shared"), 01777), 0);
    temp_text("precious", "mine");
    ck_assert_int_eq(symlink(temp_path("precious"), temp_path("shared/planted")), 0);
    ck_assert_int_eq(lchown(temp_path("shared/planted"), NOBODY, NOBODY), 0);
    ck_assert_int_eq(symlink("planted", temp_path("shared/chain")), 0);
    ck_assert_int_eq(mkfifo(temp_path("shared/pipe"), 0666), 0);
    ck_assert_int_eq(chown(temp_path("shared/pipe"), NOBODY, NOBODY), 0);
    ck_assert_int_eq(outfile_open(temp_path("shared/planted"), &file, &err), CT_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "planted: is a link of another user; remove it"));
    ck_assert_int_eq(outfile_open(temp_path("shared/chain"), &file, &err), CT_EIO);
    ck_assert_int_eq(outfile_open(temp_path("shared/pipe"), &file, &err), CT_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "pipe: is a pipe or device of another user"));
    text = slurp(temp_path("precious"), NULL);
    ck_assert_str_eq(text, "mine");
    free(text);
    ck_assert_int_eq(mkdir(temp_path("private"), 0700), 0);
    ck_assert_int_eq(symlink(temp_path("private"), temp_path("shared/results")), 0);
    ck_assert_int_eq(lchown(temp_path("shared/results"), NOBODY, NOBODY), 0);
    ck_assert_int_eq(folder_check(temp_path("shared/results"), &err), CT_EIO);
    ck_assert_int_eq(folder_make(temp_path("shared/results"), &err), CT_EIO);
    ck_assert_int_eq(folder_make(temp_path("shared/results/below"), &err), CT_EIO);
    ck_assert_ptr_nonnull(
        strstr(err.text, "results: is a link of another user; remove it, or use another path"));
    /* Of the folder's owner, they are no trap. */
    ck_assert_int_eq(chown(temp_path("shared"), NOBODY, NOBODY), 0);
    ck_assert_int_eq(outfile_open(temp_path("shared/chain"), &file, &err), CT_OK);
    outfile_puts(file, "new");
    ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
    text = slurp(temp_path("precious"), NULL);
    ck_assert_str_eq(text, "new");
    free(text);
}
END_TEST

START_TEST(keeps_symbolic_links)
{
    const char *const folder = fresh_folder("links");
    char *const target = inside(folder, "target");
    char *const link = inside(folder, "link");
    struct outfile *file;
    struct stat s;

    temp_text("links/target", "old");
    ck_assert_int_eq(symlink("target", link), 0);
    ck_assert_int_eq(outfile_open(link, &file, NULL), CT_OK);
    outfile_puts(file, "new");
    ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
    ck_assert_int_eq(lstat(link, &s), 0);
    ck_assert(S_ISLNK(s.st_mode));
    assert_holds(target, "new");
    free(target);
    free(link);
}
END_TEST

static void refuse(const char *path, const char *message)
{
    struct outfile *file = NULL;
    struct ct_error err;

    ck_assert_int_eq(outfile_open(path, &file, &err), CT_EIO);
    assert_error(&err, CT_EIO, path, message);
    ck_assert_ptr_null(file);
}

static void refuse_folder(const char *name, const char *text)
{
    const char *const path = temp_path(name);
    struct ct_error err = { 0 };

    ck_assert_int_eq(folder_check(path, &err), CT_EIO);
    assert_error(&err, CT_EIO, path, text);
}

START_TEST(rejects_bad_paths)
{
    struct ct_error err = { 0 };

    refuse(temp_path("absent/f"), "cannot be written: No such file or directory");
    temp_text("plain", "x");
    refuse(temp_path("plain/f"), "cannot be written: Not a directory");
    refuse(fresh_folder("taken"), "is a folder; name a file");
    refuse(temp_path("taken/"), "is not a file name; give one");
    refuse("", "is not a file name; give one");
    refuse_folder("plain", "already exists and is not a folder; use another path");
    ck_assert_int_eq(folder_check(temp_path("plain/a/b"), &err), CT_EIO);
    assert_error(&err, CT_EIO, temp_path("plain"),
                 "already exists and is not a folder; use another path");
    ck_assert_int_eq(symlink("nowhere", temp_path("link")), 0);
    refuse_folder("link", "is a broken link; use another path");
    ck_assert_int_eq(folder_check(temp_path("taken/a//b/"), NULL), CT_OK);
    ck_assert_int_eq(folder_check("absent/", NULL), CT_OK);
    if (geteuid() == 0) {
        SKIP("a folder without permission: root may write anywhere");
        return;
    }
    ck_assert_int_eq(chmod(temp_path("taken"), 0555), 0);
    refuse(temp_path("taken/f"), "cannot be written: Permission denied");
    ck_assert_int_eq(chmod(temp_path("taken"), 0777), 0);
}
END_TEST

START_TEST(creates_folders_with_parents)
{
    struct ct_error err;
    struct stat s;

    ck_assert_int_eq(folder_make(temp_path("deep/er//est/"), NULL), CT_OK);
    ck_assert_int_eq(stat(temp_path("deep/er/est"), &s), 0);
    ck_assert(S_ISDIR(s.st_mode));
    ck_assert_int_eq(folder_make(temp_path("deep/er/est"), NULL), CT_OK);
    ck_assert_int_eq(folder_make("/", NULL), CT_OK);
    ck_assert_int_eq(folder_make(".", NULL), CT_OK);
    temp_text("deep/file", "x");
    ck_assert_int_eq(folder_make(temp_path("deep/file/below"), &err), CT_EIO);
    assert_error(&err, CT_EIO, temp_path("deep/file"),
                 "already exists and is not a folder; use another path");
    ck_assert_int_eq(folder_make("/proc/no-such-folder", &err), CT_EIO);
    assert_error(&err, CT_EIO, "/proc/no-such-folder",
                 "cannot create the folder: No such file or directory");
    ck_assert_int_eq(folder_make("", &err), CT_EIO);
}
END_TEST

START_TEST(finds_existing_results)
{
    static const char *const names[] = { "a.csv", "b.csv" };
    const char *const folder = fresh_folder("results");
    struct ct_error err;

    ck_assert_int_eq(folder_check_absent(folder, names, 2, &err), CT_OK);
    ck_assert_int_eq(folder_check_absent(temp_path("nowhere"), names, 2, &err), CT_OK);
    temp_text("results/c.csv", "x");
    ck_assert_int_eq(folder_check_absent(folder, names, 2, &err), CT_OK);
    temp_text("results/b.csv", "x");
    ck_assert_int_eq(folder_check_absent(folder, names, 2, &err), CT_EINVAL);
    assert_error(&err, CT_EINVAL, folder, "b.csv already exists; use another folder, or --force");
    char *const joined = path_join("a/", "b");
    ck_assert_str_eq(joined, "a/b");
    free(joined);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_file_appears_at_commit,
        the_old_file_stays_until_commit,
        temporary_names_differ,
        kill_leaves_old_or_new,
        large_writes_are_complete,
        reports_a_full_disk,
        a_failed_write_leaves_the_old_file,
        writes_nowhere_with_a_digest,
        writes_to_standard_output,
        escapes_control_characters_on_a_terminal,
        keeps_the_rights_of_what_it_replaces,
        follows_no_links_of_other_users,
        keeps_symbolic_links,
        rejects_bad_paths,
        creates_folders_with_parents,
        finds_existing_results,
    };
    temp_begin();
    const int status = RUN_TESTS("outfile", tests);
    temp_end();
    return status;
}
