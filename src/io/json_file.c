#include "config.h"
#include "io/json_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/json_parse.h"

enum { MAX_BYTES = 32 << 20 }; /* the tree takes up to sixteen times as much */

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
    } else {
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
    if (!json_is_object(root)) {
        json_decref(root);
        return ct_fail(err, CT_EFORMAT, "%s: not a JSON object", path);
    }
    *out = root;
    return CT_OK;
}
