#include "config.h"
#include "io/json_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/file_kind.h"
#include "io/infile.h"
#include "io/json_parse.h"

enum { MAX_BYTES = 32 << 20 }; /* the tree takes up to sixteen times as much */

static enum ct_status check_kind(const char *path, int fd, struct ct_error *err)
{
    char bytes[FILE_KIND_SIZE];
    const ssize_t n = pread(fd, bytes, sizeof bytes, 0);

    return n > 0 ? file_kind_check(path, bytes, (size_t)n, err) : CT_OK;
}

enum ct_status json_file_open(const char *path, FILE **out, struct ct_error *err)
{
    enum ct_status st = CT_OK;
    struct stat info;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0 || fstat(fd, &info) != 0) {
        st = ct_fail_errno(err, "%s", path);
    } else if (!S_ISREG(info.st_mode)) {
        st = ct_fail(err, CT_EFORMAT, "%s: not a regular file", path);
    } else if (info.st_size > MAX_BYTES) {
        st = ct_fail(err, CT_EFORMAT, "%s: %lld bytes, at most %d are read", path,
                     (long long)info.st_size, MAX_BYTES);
    } else if ((st = check_kind(path, fd, err)) == CT_OK) {
        FILE *const file = fdopen(fd, "r");
        if (file != NULL) {
            *out = file;
            return CT_OK;
        }
        st = ct_fail_errno(err, "%s", path);
    }
    if (fd >= 0)
        close(fd);
    return st;
}

enum ct_status json_file_read(const char *path, char **text, size_t *size, struct ct_error *err)
{
    FILE *file = NULL;
    struct stat info;
    char *bytes = NULL;
    enum ct_status st = json_file_open(path, &file, err);

    if (st != CT_OK)
        return st;
    if (fstat(fileno(file), &info) != 0) {
        st = ct_fail_errno(err, "%s", path);
        goto done;
    }
    bytes = ct_malloc_array((size_t)info.st_size + 1, 1);
    if (bytes == NULL) {
        st = ct_fail_nomem(err, path, (unsigned long long)info.st_size);
        goto done;
    }
    *size = 0;
    st = infile_read(fileno(file), path, bytes, (size_t)info.st_size, size, err);
    if (st != CT_OK)
        goto done;
    bytes[*size] = '\0';
    *text = bytes;
    bytes = NULL;
done:
    free(bytes);
    fclose(file);
    return st;
}

/* root is handed over. */
static enum ct_status take_object(const char *path, json_t *root, json_t **out,
                                  struct ct_error *err)
{
    if (!json_is_object(root)) {
        json_decref(root);
        return ct_fail(err, CT_EFORMAT, "%s: not a JSON object", path);
    }
    *out = root;
    return CT_OK;
}

enum ct_status json_file_load(const char *path, json_t **out, struct ct_error *err)
{
    json_error_t where;
    FILE *file = NULL;
    const enum ct_status st = json_file_open(path, &file, err);

    if (st != CT_OK)
        return st;
    json_t *const root = json_parse_file(file, 0, &where);
    fclose(file);
    if (root == NULL)
        return json_error_code(&where) == json_error_out_of_memory
                   ? ct_fail_nomem(err, path, 0)
                   : ct_fail(err, CT_EFORMAT, "%s: line %d: %s", path, where.line, where.text);
    return take_object(path, root, out, err);
}

enum ct_status json_file_load_python(const char *path, json_t **out, struct ct_error *err)
{
    char *text = NULL;
    size_t size = 0;
    json_t *root = NULL;
    enum ct_status st = json_file_read(path, &text, &size, err);

    if (st != CT_OK)
        return st;
    st = json_parse_python(text, size, &root, err);
    free(text);
    return st == CT_OK ? take_object(path, root, out, err) : ct_error_where(err, st, "%s", path);
}
