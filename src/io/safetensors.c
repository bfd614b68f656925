#include "config.h"
#include "io/safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mapped.h"
#include "base/mem.h"
#include "io/file_kind.h"
#include "io/json_parse.h"

/* The format allows headers of 100,000,000 bytes, whose JSON tree could take gigabytes; even a
 * GPT-2 with ten thousand layers needs less than this. */
enum { MAX_HEADER_BYTES = 16 << 20 };

struct safetensors {
    char *path;
    struct mapped map;
    json_t *header; /* owns the entries' names */
    struct safetensors_entry *entries;
    size_t n_entries;
};

static const struct {
    const char *name;
    unsigned bits;
} dtypes[] = {
    { "F32", 32 },        { "F16", 16 },        { "BF16", 16 }, { "F64", 64 },    { "BOOL", 8 },
    { "U8", 8 },          { "I8", 8 },          { "I16", 16 },  { "U16", 16 },    { "I32", 32 },
    { "U32", 32 },        { "I64", 64 },        { "U64", 64 },  { "C64", 64 },    { "F8_E5M2", 8 },
    { "F8_E4M3", 8 },     { "F8_E8M0", 8 },     { "F4", 4 },    { "F6_E2M3", 6 }, { "F6_E3M2", 6 },
    { "F8_E4M3FNUZ", 8 }, { "F8_E5M2FNUZ", 8 },
};

static enum ct_status map_file(struct safetensors *file, struct ct_error *err)
{
    struct stat info;
    /* O_NONBLOCK: do not block on a FIFO */
    const int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return ct_fail_errno(err, "%s", file->path);
    enum ct_status st = CT_OK;
    if (fstat(fd, &info) != 0)
        st = ct_fail_errno(err, "%s", file->path);
    else if (!S_ISREG(info.st_mode))
        st = ct_fail(err, CT_EFORMAT, "%s: not a regular file", file->path);
    else if (info.st_size < SAFETENSORS_PREFIX + 2)
        st = ct_fail(err, CT_EFORMAT,
                     "%s: %lld bytes are too short for a safetensors file; download it again",
                     file->path, (long long)info.st_size);
    else if ((uintmax_t)info.st_size > SIZE_MAX / 2)
        st = ct_fail(err, CT_ENOTSUP, "%s: larger than this machine can map", file->path);
    if (st == CT_OK)
        st = mapped_open(fd, (size_t)info.st_size, file->path, &file->map, err);
    close(fd);
    return st;
}

static enum ct_status parse_header(struct safetensors *file, size_t *data_at, struct ct_error *err)
{
    json_error_t where;
    uint64_t n = 0;

    for (int i = SAFETENSORS_PREFIX - 1; i >= 0; i--)
        n = n << 8 | file->map.data[i];
    if ((n > file->map.size - SAFETENSORS_PREFIX || n > MAX_HEADER_BYTES) &&
        file_kind_check(file->path, file->map.data, size_min(file->map.size, FILE_KIND_SIZE),
                        err) != CT_OK)
        return CT_EFORMAT;
    if (n > MAX_HEADER_BYTES)
        return ct_fail(err, CT_EFORMAT,
                       "%s: header of %llu bytes, at most %d are read; is it a safetensors file?",
                       file->path, (unsigned long long)n, MAX_HEADER_BYTES);
    if (n > file->map.size - SAFETENSORS_PREFIX)
        return ct_fail(err, CT_EFORMAT,
                       "%s: header of %llu bytes in a file of %zu bytes; download it again",
                       file->path, (unsigned long long)n, file->map.size);
    const char *const text = (const char *)file->map.data + SAFETENSORS_PREFIX;
    if (n < 2 || text[0] != '{')
        return ct_fail(err, CT_EFORMAT, "%s: the header does not begin with '{'", file->path);
    file->header = json_parse_text(text, (size_t)n, &where);
    if (file->header == NULL)
        return json_error_code(&where) == json_error_out_of_memory
                   ? ct_fail_nomem(err, file->path, n)
                   : ct_fail(err, CT_EFORMAT, "%s: header, byte %d: %s", file->path,
                             SAFETENSORS_PREFIX + where.position, where.text);
    *data_at = SAFETENSORS_PREFIX + (size_t)n;
    return CT_OK;
}

static enum ct_status check_metadata(const struct safetensors *file, json_t *metadata,
                                     struct ct_error *err)
{
    const char *key;
    json_t *value;

    if (json_is_null(metadata))
        return CT_OK;
    if (!json_is_object(metadata))
        return ct_fail(err, CT_EFORMAT, "%s: " SAFETENSORS_METADATA " is not an object",
                       file->path);
    json_object_foreach(metadata, key, value) if (!json_is_string(value)) return ct_fail(
        err, CT_EFORMAT, "%s: " SAFETENSORS_METADATA ": '%s' is not text", file->path, key);
    return CT_OK;
}

static bool get_size(json_t *value, uint64_t *out)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *out = (uint64_t)json_integer_value(value);
    return true;
}

/* Bits of one item; 0 for an unknown dtype. */
static unsigned bits_of(const char *dtype)
{
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++)
        if (strcmp(dtype, dtypes[i].name) == 0)
            return dtypes[i].bits;
    return 0;
}

/* The bits of the whole tensor; false if a dimension is invalid or the product overflows. */
static bool shape_of(json_t *value, struct safetensors_entry *entry, uint64_t *bits)
{
    size_t i;
    json_t *item;
    uint64_t dim;

    if (!json_is_array(value))
        return false;
    entry->n_dims = json_array_size(value);
    json_array_foreach(value, i, item)
    {
        if (!get_size(item, &dim))
            return false;
        if (i < SAFETENSORS_DIMS)
            entry->shape[i] = dim;
        if (__builtin_mul_overflow(*bits, dim, bits))
            return false;
    }
    return true;
}

static enum ct_status parse_entry(const struct safetensors *file, size_t data_at, json_t *info,
                                  struct safetensors_entry *entry, struct ct_error *err)
{
    const json_t *const offsets = json_object_get(info, "data_offsets");
    const size_t room = file->map.size - data_at;
    const char *const name = entry->name;
    uint64_t bits;
    uint64_t begin;
    uint64_t end;

    if (!json_is_object(info))
        return ct_fail(err, CT_EFORMAT, "%s: %s: not an object", file->path, name);
    entry->dtype = json_string_value(json_object_get(info, "dtype"));
    if (entry->dtype == NULL)
        return ct_fail(err, CT_EFORMAT, "%s: %s: dtype is missing or not text", file->path, name);
    bits = bits_of(entry->dtype);
    if (!shape_of(json_object_get(info, "shape"), entry, &bits))
        return ct_fail(err, CT_EFORMAT, "%s: %s: shape is missing or invalid", file->path, name);
    if (json_array_size(offsets) != 2 || !get_size(json_array_get(offsets, 0), &begin) ||
        !get_size(json_array_get(offsets, 1), &end) || begin > end)
        return ct_fail(err, CT_EFORMAT, "%s: %s: data_offsets are missing or invalid", file->path,
                       name);
    if (end > room)
        return ct_fail(err, CT_EFORMAT,
                       "%s: %s: ends at byte %llu of %zu; the file is truncated, download it again",
                       file->path, name, (unsigned long long)end, room);
    if (bits_of(entry->dtype) == 0)
        bits = 8 * (end - begin); /* a dtype newer than this program: usable by nobody here */
    if (bits % 8 != 0 || end - begin != bits / 8)
        return ct_fail(err, CT_EFORMAT, "%s: %s: %llu bytes for %llu bits of shape and dtype %s",
                       file->path, name, (unsigned long long)(end - begin),
                       (unsigned long long)bits, entry->dtype);
    entry->data = file->map.data + data_at + begin;
    entry->n_bytes = (size_t)(end - begin);
    return CT_OK;
}

static enum ct_status parse_entries(struct safetensors *file, size_t data_at, struct ct_error *err)
{
    const char *key;
    json_t *value;

    file->entries = ct_calloc_array(json_object_size(file->header), sizeof *file->entries);
    if (file->entries == NULL)
        return ct_fail_nomem(err, file->path, 0);
    json_object_foreach(file->header, key, value)
    {
        enum ct_status st;
        if (strcmp(key, SAFETENSORS_METADATA) == 0) {
            st = check_metadata(file, value, err);
        } else {
            struct safetensors_entry *const entry = &file->entries[file->n_entries++];
            entry->name = key;
            st = parse_entry(file, data_at, value, entry, err);
        }
        if (st != CT_OK)
            return st;
    }
    return CT_OK;
}

static int by_place(const void *a, const void *b)
{
    const struct safetensors_entry *const x = a;
    const struct safetensors_entry *const y = b;

    if (x->data != y->data)
        return x->data < y->data ? -1 : 1;
    return (x->n_bytes > y->n_bytes) - (x->n_bytes < y->n_bytes);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct safetensors_entry *)a)->name,
                  ((const struct safetensors_entry *)b)->name);
}

/* Tensors must be stored back to back, from the first byte after the header to the last of the
 * file. */
static enum ct_status check_places(struct safetensors *file, size_t data_at, struct ct_error *err)
{
    const unsigned char *at = file->map.data + data_at;
    const unsigned char *const end = file->map.data + file->map.size;

    qsort(file->entries, file->n_entries, sizeof *file->entries, by_place);
    for (size_t i = 0; i < file->n_entries; i++) {
        const struct safetensors_entry *const e = &file->entries[i];
        if (e->data != at)
            return ct_fail(err, CT_EFORMAT, "%s: %s: %s the tensor before it", file->path, e->name,
                           e->data < at ? "overlaps" : "leaves a hole after");
        at += e->n_bytes;
    }
    if (at != end)
        return ct_fail(err, CT_EFORMAT, "%s: %zu bytes after the last tensor", file->path,
                       (size_t)(end - at));
    qsort(file->entries, file->n_entries, sizeof *file->entries, by_name);
    return CT_OK;
}

enum ct_status safetensors_open(const char *path, struct safetensors **out, struct ct_error *err)
{
    struct safetensors *const file = calloc(1, sizeof *file);
    size_t data_at = 0;

    if (file == NULL || (file->path = strdup(path)) == NULL) {
        free(file);
        return ct_fail_nomem(err, path, 0);
    }
    enum ct_status st = map_file(file, err);
    if (st == CT_OK)
        st = parse_header(file, &data_at, err);
    if (st == CT_OK)
        st = parse_entries(file, data_at, err);
    if (st == CT_OK)
        st = check_places(file, data_at, err);
    const enum ct_status cut = safetensors_check(file, err);
    if (cut != CT_OK)
        st = cut; /* the cause of any other error */
    if (st == CT_OK)
        *out = file;
    else
        safetensors_free(file);
    return st;
}

void safetensors_free(struct safetensors *file)
{
    if (file == NULL)
        return;
    mapped_close(&file->map);
    json_decref(file->header);
    free(file->entries);
    free(file->path);
    free(file);
}

enum ct_status safetensors_check(const struct safetensors *file, struct ct_error *err)
{
    return mapped_check(&file->map, file->path, err);
}

const char *safetensors_path(const struct safetensors *file)
{
    return file->path;
}

uint64_t safetensors_size(const struct safetensors *file)
{
    return file->map.size;
}

size_t safetensors_count(const struct safetensors *file)
{
    return file->n_entries;
}

const struct safetensors_entry *safetensors_at(const struct safetensors *file, size_t i)
{
    return &file->entries[i];
}

const struct safetensors_entry *safetensors_find(const struct safetensors *file, const char *name)
{
    const struct safetensors_entry key = { .name = name };

    return bsearch(&key, file->entries, file->n_entries, sizeof key, by_name);
}

const char *safetensors_metadata(const struct safetensors *file, const char *key)
{
    return json_string_value(
        json_object_get(json_object_get(file->header, SAFETENSORS_METADATA), key));
}
