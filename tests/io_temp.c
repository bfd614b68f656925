#include "config.h"
#include "io_temp.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[4000];

void temp_begin(void)
{
    const char *const base = getenv("TMPDIR");

    snprintf(folder, sizeof folder, "%s/circuittui-test-XXXXXX", base != NULL ? base : "/tmp");
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        exit(1);
    }
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *where)
{
    (void)s;
    (void)type;
    (void)where;
    return remove(path);
}

void temp_end(void)
{
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *temp_folder(void)
{
    return folder;
}

const char *temp_path(const char *name)
{
    static char paths[8][4096];
    static unsigned next;
    char *const path = paths[next++ % 8];

    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

const char *temp_file(const char *name, const void *data, size_t size)
{
    const char *const path = temp_path(name);
    FILE *const file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

int temp_shell(const char *line)
{
    char command[8192];

    snprintf(command, sizeof command, "C='%s'; cd '%s' && { %s\n} >out 2>err", getenv("CIRCUITTUI"),
             folder, line);
    const int status = system(command);
    if (!WIFEXITED(status))
        ck_abort_msg("%s: ended by a signal", line);
    return WEXITSTATUS(status);
}

const char *temp_text(const char *name, const char *text)
{
    return temp_file(name, text, strlen(text));
}

char *slurp(const char *path, size_t *size)
{
    FILE *const file = fopen(path, "r");

    ck_assert_msg(file != NULL, "cannot open %s", path);
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    const size_t n = (size_t)ftell(file);
    rewind(file);
    char *const text = malloc(n + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(fread(text, 1, n, file), n);
    text[n] = '\0';
    fclose(file);
    if (size != NULL)
        *size = n;
    return text;
}

size_t count_entries(const char *path)
{
    DIR *const dir = opendir(path);
    const struct dirent *entry;
    size_t n = 0;

    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir)) != NULL)
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return n;
}

void assert_error(const struct ct_error *err, enum ct_status code, const char *path,
                  const char *text)
{
    char want[CT_ERROR_SIZE];

    snprintf(want, sizeof want, "%s: %s", path, text);
    ck_assert_str_eq(err->text, want);
    ck_assert_int_eq(err->code, code);
}

int stdin_replace(const char *path)
{
    const int saved = dup(STDIN_FILENO);
    const int fd = open(path, O_RDONLY);

    ck_assert_int_ge(saved, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    return saved;
}

void stdin_restore(int saved)
{
    dup2(saved, STDIN_FILENO);
    close(saved);
}
