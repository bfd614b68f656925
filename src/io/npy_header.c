#include "config.h"
#include "io/npy_header.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { DESCR_SIZE = 24, DIMS_MAX = 32 };

struct cursor { /* over the dictionary */
    const char *at;
    const char *end;
};

struct dictionary {
    char descr[DESCR_SIZE];
    bool fortran_order;
    size_t shape[DIMS_MAX];
    unsigned n_dims;
    bool structured; /* the dtype is a list of fields */
    bool has_descr, has_fortran_order, has_shape;
};

static void skip_blanks(struct cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n'))
        c->at++;
}

static bool take(struct cursor *c, char wanted)
{
    skip_blanks(c);
    if (c->at == c->end || *c->at != wanted)
        return false;
    c->at++;
    return true;
}

static bool take_word(struct cursor *c, const char *word)
{
    const size_t size = strlen(word);

    skip_blanks(c);
    if ((size_t)(c->end - c->at) < size || memcmp(c->at, word, size) != 0)
        return false;
    c->at += size;
    return true;
}

/* A string without escapes; refused, not cut, if it does not fit. */
static bool take_string(struct cursor *c, char *out, size_t out_size)
{
    skip_blanks(c);
    if (c->at == c->end || (*c->at != '\'' && *c->at != '"'))
        return false;
    const char quote = *c->at++;
    size_t n = 0;
    for (; c->at < c->end && *c->at != quote; c->at++) {
        if (*c->at == '\\' || n + 1 >= out_size)
            return false;
        out[n++] = *c->at;
    }
    out[n] = '\0';
    return take(c, quote);
}

static bool take_size(struct cursor *c, size_t *value)
{
    size_t sum = 0;

    skip_blanks(c);
    const char *const begin = c->at;
    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++)
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, (size_t)(*c->at - '0'), &sum))
            return false;
    if (c->at == begin)
        return false;
    if (c->at < c->end && *c->at == 'L') /* Python 2 */
        c->at++;
    *value = sum;
    return true;
}

static bool take_shape(struct cursor *c, struct dictionary *d)
{
    if (!take(c, '('))
        return false;
    while (!take(c, ')')) {
        if (d->n_dims == DIMS_MAX || !take_size(c, &d->shape[d->n_dims]))
            return false;
        d->n_dims++;
        if (take(c, ','))
            continue;
        return d->n_dims > 1 && take(c, ')'); /* (3) is not a tuple */
    }
    return true;
}

/* A list of fields is skipped: the caller refuses it as a structured dtype. */
static bool take_descr(struct cursor *c, struct dictionary *d)
{
    skip_blanks(c);
    if (c->at < c->end && *c->at == '[') {
        d->structured = true;
        c->at = c->end;
        return true;
    }
    return take_string(c, d->descr, sizeof d->descr);
}

static bool take_entry(struct cursor *c, struct dictionary *d)
{
    char key[DESCR_SIZE];
    bool *seen;
    bool good;

    if (!take_string(c, key, sizeof key) || !take(c, ':'))
        return false;
    if (strcmp(key, "descr") == 0) {
        seen = &d->has_descr;
        good = take_descr(c, d);
    } else if (strcmp(key, "fortran_order") == 0) {
        seen = &d->has_fortran_order;
        d->fortran_order = take_word(c, "True");
        good = d->fortran_order || take_word(c, "False");
    } else if (strcmp(key, "shape") == 0) {
        seen = &d->has_shape;
        d->n_dims = 0;
        good = take_shape(c, d);
    } else {
        return false;
    }
    good = good && !*seen;
    *seen = true;
    return good;
}

static bool parse_dictionary(struct cursor c, struct dictionary *d)
{
    if (!take(&c, '{'))
        return false;
    while (!take(&c, '}')) {
        if (!take_entry(&c, d))
            return false;
        if (d->structured)
            return true;
        if (take(&c, ','))
            continue;
        if (!take(&c, '}'))
            return false;
        break;
    }
    skip_blanks(&c);
    return c.at == c.end && d->has_descr && d->has_fortran_order && d->has_shape;
}

/* The bytes of the dictionary; {NULL, NULL} if the fixed part is invalid. */
static struct cursor find_dictionary(const char *bytes, size_t size)
{
    const unsigned char *const b = (const unsigned char *)bytes;
    const struct cursor none = { NULL, NULL };

    if (size < 10 || memcmp(bytes, NPY_MAGIC, NPY_MAGIC_SIZE) != 0)
        return none;
    const unsigned version = b[6];
    const size_t fixed = version == 1 ? 10 : 12;
    if (version < 1 || version > 3 || b[7] != 0 || size < fixed)
        return none;
    size_t length = (size_t)b[8] | (size_t)b[9] << 8;
    if (version > 1)
        length |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
    if (length > NPY_HEADER_MAX || length > size - fixed)
        return none;
    return (struct cursor){ bytes + fixed, bytes + fixed + length };
}

static enum ct_status check_kind(const struct dictionary *d, const char *name,
                                 struct npy_items *items, struct ct_error *err)
{
    if (d->structured)
        return ct_fail(err, CT_ENOTSUP,
                       "%s: a structured dtype; save a plain array of float32 or float64", name);
    if (!npy_items_parse(d->descr, items))
        return ct_fail(err, CT_ENOTSUP,
                       "%s: unsupported dtype %s; expected floats of 16 to 64 bits or integers, "
                       "convert it: numpy.save(FILE, x.astype('<f4'))",
                       name, d->descr);
    if (d->n_dims != 1 && d->n_dims != 2)
        return ct_fail(err, CT_ENOTSUP, "%s: %u axes; save it with one or two (x.reshape)", name,
                       d->n_dims);
    return CT_OK;
}

enum ct_status npy_header_parse(const char *bytes, size_t size, const char *name,
                                struct npy_header *out, struct ct_error *err)
{
    const struct cursor c = find_dictionary(bytes, size);
    struct dictionary d = { .n_dims = 0 };
    struct npy_header h = { .n_dims = 0 };

    if (c.at == NULL || !parse_dictionary(c, &d))
        return ct_fail(err, CT_EFORMAT,
                       "%s: incomplete .npy header; save the array again with numpy.save", name);
    const enum ct_status st = check_kind(&d, name, &h.items, err);
    if (st != CT_OK)
        return st;
    h.fortran_order = d.fortran_order;
    h.n_dims = d.n_dims;
    h.rows = d.shape[0];
    h.cols = d.n_dims == 2 ? d.shape[1] : 1;
    h.data_at = (size_t)(c.end - bytes);
    size_t count;
    if (!ct_mul_size(h.rows, h.cols, &count) || !ct_mul_size(count, h.items.size, &h.n_bytes) ||
        h.n_bytes > SIZE_MAX - h.data_at)
        h.n_bytes = SIZE_MAX - h.data_at;
    *out = h;
    return CT_OK;
}

enum ct_status npy_header_check_size(const struct npy_header *h, size_t size, const char *name,
                                     struct ct_error *err)
{
    const size_t there = size - h->data_at;

    if (h->n_bytes > there)
        return ct_fail(err, CT_EFORMAT,
                       "%s: the header says [%zu, %zu], the file has only %zu bytes of data; it "
                       "was truncated",
                       name, h->rows, h->cols, there);
    if (h->n_bytes < there)
        return ct_fail(err, CT_EFORMAT, "%s: bytes follow the array; save one array per file",
                       name);
    return CT_OK;
}

size_t npy_header_format(char out[NPY_WRITTEN_MAX], enum dtype dtype, size_t rows, size_t cols)
{
    enum { ALIGN = 64, FIXED = 10, ROW_DIGITS = 21 };
    char digits[32];
    const int n_digits = snprintf(digits, sizeof digits, "%zu", rows);
    const int n =
        snprintf(out + FIXED, NPY_WRITTEN_MAX - FIXED,
                 "{'descr': '%s', 'fortran_order': False, 'shape': (%s, %zu), }%*s",
                 dtype == DTYPE_F32 ? "<f4" : "<f8", digits, cols, ROW_DIGITS - n_digits, "");
    const size_t used = FIXED + (size_t)n + 1;
    const size_t total = used + (ALIGN - used % ALIGN); /* a full 64 if the remainder is 0 */

    memset(out + used - 1, ' ', total - used);
    out[total - 1] = '\n';
    memcpy(out, NPY_MAGIC "\x01", NPY_MAGIC_SIZE + 2); /* version 1.0, 0 from the terminator */
    out[8] = (char)((total - FIXED) & 0xFF);
    out[9] = (char)((total - FIXED) >> 8);
    return total;
}
