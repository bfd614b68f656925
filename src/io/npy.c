#include "config.h"
#include "io/npy.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/memory_limit.h"
#include "io/infile.h"
#include "io/npy_header.h"

bool npy_is_magic(const void *head, size_t size)
{
    return size >= NPY_MAGIC_SIZE && memcmp(head, NPY_MAGIC, NPY_MAGIC_SIZE) == 0;
}

/* Converts [rows, cols] from Fortran to C order, in square blocks that fit the cache. */
static void transpose(const char *from, char *to, size_t rows, size_t cols, size_t item)
{
    enum { SIDE = 64 };

    for (size_t i0 = 0; i0 < rows; i0 += SIDE)
        for (size_t j0 = 0; j0 < cols; j0 += SIDE)
            for (size_t i = i0; i < rows && i < i0 + SIDE; i++)
                for (size_t j = j0; j < cols && j < j0 + SIDE; j++)
                    memcpy(to + (i * cols + j) * item, from + (j * rows + i) * item, item);
}

/* Allocates *copy: the items in their order in the file, as floats. */
static enum ct_status convert(const struct npy_header *h, const char *data, const char *name,
                              void **copy, struct ct_error *err)
{
    const size_t item = dtype_size(npy_items_dtype(&h->items));
    const size_t n = h->n_bytes / h->items.size;
    const enum ct_status st = memory_check((double)n * (double)item, name,
                                           "convert it: numpy.save(FILE, x.astype('<f4'))", err);

    if (st != CT_OK)
        return st;
    *copy = ct_aligned_array(n, item);
    if (*copy == NULL)
        return ct_fail_nomem(err, name, 0);
    const size_t bad = npy_items_convert(&h->items, data, n, *copy);
    if (bad == n)
        return CT_OK;
    free(*copy);
    *copy = NULL;
    return ct_fail(err, CT_ENOTSUP,
                   "%s: entry [%zu, %zu] is an integer beyond 2^53 that float64 does not have; "
                   "convert it: numpy.save(FILE, x.astype('<f8'))",
                   name, h->fortran_order ? bad % h->rows : bad / h->cols,
                   h->fortran_order ? bad / h->rows : bad % h->cols);
}

/* Allocates *copy of plain data, in C order and aligned. */
static enum ct_status copy_plain(const struct npy_header *h, const char *data, const char *name,
                                 void **copy, struct ct_error *err)
{
    const size_t item = dtype_size(npy_items_dtype(&h->items));

    *copy = ct_aligned_array(h->rows * h->cols, item);
    if (*copy == NULL)
        return ct_fail_nomem(err, name, 0);
    if (h->fortran_order)
        transpose(data, *copy, h->rows, h->cols, item);
    else if (h->rows * h->cols > 0)
        memcpy(*copy, data, h->rows * h->cols * item);
    return CT_OK;
}

/* Fills n->view from the bytes of a whole file, without a copy if possible. */
static enum ct_status lay_out(struct npy *n, const char *bytes, size_t size, const char *name,
                              struct ct_error *err)
{
    struct npy_header h;
    void *converted = NULL;
    void *copy = NULL;
    enum ct_status st = npy_header_parse(bytes, size, name, &h, err);

    if (st == CT_OK)
        st = npy_header_check_size(&h, size, name, err);
    if (st != CT_OK)
        return st;
    const enum dtype dtype = npy_items_dtype(&h.items);
    const char *data = bytes + h.data_at;
    if (!npy_items_are_plain(&h.items)) {
        st = convert(&h, data, name, &converted, err);
        data = converted;
    }
    h.fortran_order = h.fortran_order && h.rows > 1 && h.cols > 1;
    if (st == CT_OK && (h.fortran_order || (uintptr_t)data % dtype_size(dtype) != 0)) {
        st = copy_plain(&h, data, name, &copy, err);
        free(converted);
    } else {
        copy = converted;
    }
    if (st != CT_OK)
        return st;
    if (copy != NULL) {
        free(n->copy); /* the buffer that a pipe was read into */
        n->copy = copy;
        data = copy;
    }
    n->n_dims = h.n_dims;
    n->view = (struct matview){
        .data = data, .dtype = dtype, .rows = h.rows, .cols = h.cols, .stride = h.cols
    };
    return CT_OK;
}

static enum ct_status open_mapped(int fd, size_t size, const char *name, struct npy *n,
                                  struct ct_error *err)
{
    enum ct_status st = mapped_open(fd, size, name, &n->map, err);

    if (st != CT_OK)
        return st;
    st = lay_out(n, (const char *)n->map.data, size, name, err);
    const enum ct_status cut = npy_check(n, name, err);
    if (cut != CT_OK)
        return cut; /* the cause of any other error */
    if (n->copy != NULL)
        mapped_close(&n->map);
    return st;
}

/* Reads no more than the header says: a pipe may have no end. */
static enum ct_status open_read(int fd, const void *head, size_t n_head, const char *name,
                                struct npy *n, struct ct_error *err)
{
    struct npy_header h;
    struct inbuffer b = { ct_malloc_array(n_head, 1), n_head, n_head };
    bool more = true;

    static_assert((size_t)INFILE_STEP >= NPY_HEADER_END, "the first step has the header");
    if (b.data == NULL)
        return ct_fail_nomem(err, name, n_head);
    if (n_head > 0)
        memcpy(b.data, head, n_head);
    enum ct_status st = infile_read_on(fd, name, &b, &more, err);
    if (st == CT_OK)
        st = npy_header_parse(b.data, b.used, name, &h, err);
    if (st == CT_OK)
        st = memory_check((double)h.n_bytes, name, "give it as a file, which is not copied", err);
    while (st == CT_OK && more && b.used <= h.data_at + h.n_bytes)
        st = infile_read_on(fd, name, &b, &more, err);
    n->copy = b.data;
    return st == CT_OK ? lay_out(n, b.data, b.used, name, err) : st;
}

enum ct_status npy_open_fd(int fd, const char *name, const void *head, size_t n_head,
                           struct npy *out, struct ct_error *err)
{
    struct npy n = { 0 };
    const bool at_start = lseek(fd, 0, SEEK_CUR) == (off_t)n_head;
    const size_t size = at_start ? infile_size(fd) : 0;
    const enum ct_status st = size > 0 ? open_mapped(fd, size, name, &n, err)
                                       : open_read(fd, head, n_head, name, &n, err);

    if (st == CT_OK)
        *out = n;
    else
        npy_close(&n);
    return st;
}

enum ct_status npy_open(const char *path, struct npy *out, struct ct_error *err)
{
    int fd = -1;
    enum ct_status st = infile_open(path, &fd, err);

    if (st != CT_OK)
        return st;
    st = npy_open_fd(fd, infile_name(path), NULL, 0, out, err);
    infile_close(fd);
    return st;
}

void npy_close(struct npy *n)
{
    mapped_close(&n->map);
    free(n->copy);
    *n = (struct npy){ 0 };
}

enum ct_status npy_check(const struct npy *n, const char *name, struct ct_error *err)
{
    return mapped_check(&n->map, name, err);
}

void npy_write_header(struct outfile *file, enum dtype dtype, size_t rows, size_t cols)
{
    char header[NPY_WRITTEN_MAX];

    outfile_write(file, header, npy_header_format(header, dtype, rows, cols));
}

void npy_write(struct outfile *file, const struct matview *v)
{
    const size_t item = dtype_size(v->dtype);

    npy_write_header(file, v->dtype, v->rows, v->cols);
    for (size_t i = 0; i < v->rows && !outfile_failed(file); i++)
        outfile_write(file, (const char *)v->data + i * v->stride * item, v->cols * item);
}
