#include "config.h"
#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/npy.h"
#include "io_temp.h"

enum { ROWS = 5, COLS = 7 };

static struct npy open_fixture(const char *name)
{
    struct npy n = { 0 };
    struct ct_error err = { .text = "" };

    ck_assert_msg(npy_open(fixture_path(name), &n, &err) == CT_OK, "%s", err.text);
    return n;
}

static void assert_same(const struct matview *got, const struct matview *want)
{
    ck_assert_uint_eq(got->rows, want->rows);
    ck_assert_uint_eq(got->cols, want->cols);
    for (size_t i = 0; i < want->rows; i++)
        for (size_t j = 0; j < want->cols; j++) {
            const double g = matview_get(got, i, j);
            const double w = matview_get(want, i, j);
            ck_assert_msg(memcmp(&g, &w, sizeof g) == 0 || (g != g && w != w),
                          "[%zu, %zu]: got %.17g, want %.17g", i, j, g, w);
        }
}

/* The same matrix, saved by numpy in every supported layout. */
START_TEST(reads_all_layouts_of_numpy)
{
    static const char *const names[] = { "npy_f32_fortran.npy", "npy_f64.npy", "npy_f64_v2.npy" };
    struct npy want = open_fixture("activations_f32.npy");

    ck_assert_uint_eq(want.n_dims, 2);
    ck_assert_uint_eq(want.view.rows, ROWS);
    ck_assert_uint_eq(want.view.cols, COLS);
    ck_assert_int_eq(want.view.dtype, DTYPE_F32);
    ck_assert_ptr_nonnull(want.map.data); /* in place */
    ck_assert_ptr_null(want.copy);
    ck_assert(matview_get(&want.view, 2, 2) == 123456792.0); /* ...789 rounded to float32 */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct npy got = open_fixture(names[i]);
        assert_same(&got.view, &want.view);
        ck_assert_int_eq(got.view.dtype, i == 0 ? DTYPE_F32 : DTYPE_F64);
        npy_close(&got);
    }
    struct npy vector = open_fixture("npy_vector.npy");
    ck_assert_uint_eq(vector.n_dims, 1);
    const struct matview column = { (const float *)want.view.data + 5, DTYPE_F32, ROWS, 1, COLS };
    assert_same(&vector.view, &column);
    npy_close(&vector);
    npy_close(&want);
    npy_close(&want);
}
END_TEST

/* Every other dtype of numbers is converted without loss: the values are those of numpy's astype.
 */
START_TEST(converts_as_numpy)
{
    static const struct {
        const char *name;
        enum dtype dtype;
    } cases[] = {
        { "f2", DTYPE_F32 },
        { "f2_big", DTYPE_F32 },
        { "f2_fortran", DTYPE_F32 },
        { "i1", DTYPE_F32 },
        { "u1", DTYPE_F32 },
        { "i2", DTYPE_F32 },
        { "i2_big", DTYPE_F32 },
        { "u2", DTYPE_F32 },
        { "i4", DTYPE_F64 },
        { "u4", DTYPE_F64 },
        { "u4_big", DTYPE_F64 },
        { "i8", DTYPE_F64 },
        { "i8_big", DTYPE_F64 },
        { "u8", DTYPE_F64 },
        { "f4_big", DTYPE_F32 },
        { "f8_big", DTYPE_F64 },
        { "i4_big_fortran", DTYPE_F64 },
        { "f8_big_fortran", DTYPE_F64 },
    };
    char file[64];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(file, sizeof file, "npy_as_%s.npy", cases[i].name);
        struct npy got = open_fixture(file);
        snprintf(file, sizeof file, "npy_as_%s_f64.npy", cases[i].name);
        struct npy want = open_fixture(file);
        ck_assert_int_eq(got.view.dtype, cases[i].dtype);
        ck_assert_ptr_nonnull(got.copy);
        ck_assert_ptr_null(got.map.data);
        assert_same(&got.view, &want.view);
        npy_close(&got);
        npy_close(&want);
    }
}
END_TEST

/* The same bytes as numpy.save, including the room for more rows in the header. */
START_TEST(writes_the_same_as_numpy)
{
    static const char *const names[] = { "activations_f32.npy", "npy_f64.npy" };

    for (size_t i = 0; i < 2; i++) {
        const char *const path = temp_path("written.npy");
        struct npy n = open_fixture(names[i]);
        struct outfile *file;
        size_t got_size;
        size_t want_size;

        ck_assert_int_eq(outfile_open(path, &file, NULL), CT_OK);
        npy_write(file, &n.view);
        ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
        char *const got = slurp(path, &got_size);
        char *const want = slurp(fixture_path(names[i]), &want_size);
        ck_assert_uint_eq(got_size, want_size);
        ck_assert_mem_eq(got, want, want_size);
        free(got);
        free(want);
        npy_close(&n);
    }
}
END_TEST

START_TEST(headers_are_padded_to_64_bytes)
{
    static const size_t sizes[] = { 0, 1, 99, 123456789, SIZE_MAX };

    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 5; j++) {
            const char *const path = temp_path("header.npy");
            struct outfile *file;
            size_t size;
            ck_assert_int_eq(outfile_open(path, &file, NULL), CT_OK);
            npy_write_header(file, DTYPE_F64, sizes[i], sizes[j]);
            ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
            char *const text = slurp(path, &size);
            ck_assert_uint_eq(size % 64, 0);
            ck_assert_uint_eq((unsigned char)text[8] + 256U * (unsigned char)text[9], size - 10);
            ck_assert_int_eq(text[size - 1], '\n');
            free(text);
        }
}
END_TEST

START_TEST(rejects_unsupported_dtypes_by_name)
{
    static const struct {
        const char *name;
        const char *says;
    } cases[] = {
        { "npy_refused_i64.npy", "entry [1, 2] is an integer beyond 2^53" },
        { "npy_refused_u64.npy", "entry [1, 0] is an integer beyond 2^53" },
        { "npy_refused_bool.npy",
          "unsupported dtype |b1; expected floats of 16 to 64 bits or integers" },
        { "npy_refused_complex.npy", "unsupported dtype <c8; " },
        { "npy_refused_object.npy", "unsupported dtype |O; " },
        { "npy_refused_structured.npy", "a structured dtype; " },
        { "npy_refused_three_axes.npy", "3 axes; " },
        { "npy_refused_no_axis.npy", "0 axes; " },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct npy n = { 0 };
        struct ct_error err = { .text = "" };
        ck_assert_int_eq(npy_open(fixture_path(cases[i].name), &n, &err), CT_ENOTSUP);
        ck_assert_msg(strstr(err.text, cases[i].says) != NULL, "%s", err.text);
        ck_assert_ptr_null(n.map.data);
    }
}
END_TEST

/* A version 1.0 file of this dictionary and n_bytes of data, 1, 2, 3 ... */
static const char *npy_with(const char *dictionary, size_t n_bytes)
{
    static unsigned char bytes[70000];
    const size_t length = strlen(dictionary);

    memcpy(bytes, "\x93NUMPY\x01\x00", 8);
    bytes[8] = (unsigned char)(length & 0xFF);
    bytes[9] = (unsigned char)(length >> 8);
    memcpy(bytes + 10, dictionary, length);
    for (size_t i = 0; i < n_bytes; i++)
        bytes[10 + length + i] = (unsigned char)(i + 1);
    return temp_file("made.npy", bytes, 10 + length + n_bytes);
}

/* Versions 1.0 to 3.0, the last of which may hold UTF-8, are read; the fixed part is checked. */
START_TEST(reads_versions_1_to_3)
{
    static const char dictionary[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
    static const struct {
        unsigned char major, minor, extra; /* error of the length in bytes */
        bool is_good;
    } cases[] = {
        { 0, 0, 0, false },  { 1, 0, 0, true },   { 2, 0, 0, true },  { 3, 0, 0, true },
        { 4, 0, 0, false },  { 1, 1, 0, false },  { 2, 1, 0, false }, { 3, 9, 0, false },
        { 1, 0, 99, false }, { 2, 0, 99, false },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const size_t fixed = cases[i].major == 1 ? 10 : 12, length = sizeof dictionary - 1;
        unsigned char bytes[200] = "\x93NUMPY";
        struct npy n = { 0 };
        bytes[6] = cases[i].major;
        bytes[7] = cases[i].minor;
        bytes[8] = (unsigned char)(length + cases[i].extra);
        memcpy(bytes + fixed, dictionary, length);
        const char *const path = temp_file("version.npy", bytes, fixed + length + 8);
        const bool is_read = npy_open(path, &n, NULL) == CT_OK;
        ck_assert_msg(is_read == cases[i].is_good, "version %d.%d", cases[i].major, cases[i].minor);
        if (is_read)
            npy_close(&n);
    }
    for (size_t size = 0; size < 12; size++) { /* shorter than the fixed part */
        struct npy n = { 0 };
        ck_assert_int_ne(npy_open(temp_file("version.npy", "\x93NUMPY\2\0\0\0\0\0", size), &n,
                                  NULL),
                         CT_OK);
    }
}
END_TEST

START_TEST(parses_headers_like_python)
{
    static const char *const good[] = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }",
        "{'shape':(1,2),'fortran_order':False,'descr':'<f4'}",
        "{\"descr\" : \"<f4\" ,\t'shape' : ( 1L , 2L , ) , 'fortran_order' : False , }   \n",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2)}",
    };

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const char *const path = npy_with(good[i], 8);
        const uint32_t want[2] = { 0x04030201, 0x08070605 };
        struct npy n = { 0 };
        struct ct_error err = { .text = "" };

        ck_assert_msg(npy_open(path, &n, &err) == CT_OK, "%s: %s", good[i], err.text);
        ck_assert_uint_eq(n.view.cols, 2);
        ck_assert_mem_eq(n.view.data, want, 8);
        ck_assert_uint_eq((uintptr_t)n.view.data % sizeof(float), 0);
        npy_close(&n);
    }
}
END_TEST

static void refuse(const char *path, const char *message)
{
    struct npy n = { 0 };
    struct ct_error err = { .text = "" };

    ck_assert_int_eq(npy_open(path, &n, &err), CT_EFORMAT);
    assert_error(&err, CT_EFORMAT, path, message);
}

START_TEST(rejects_malformed_headers)
{
    static const char *const bad[] = {
        "",
        "{}",
        "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), 'more': 1}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1, 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, -2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': [1, 2]}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 18446744073709551616)}",
        "{'descr': '<f4\\'', 'fortran_order': False, 'shape': (1, 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)} x",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,,2)}",
        "{'descr': '<f4",
    };
    static const char message[] = "incomplete .npy header; save the array again with numpy.save";
    char shape[4000] = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
    char *const endless = malloc(20001);

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuse(npy_with(bad[i], 8), message);
    while (strlen(shape) < 3000)
        strcat(shape, "1,");
    strcat(shape, ")}");
    refuse(npy_with(shape, 4), message);
    memset(endless, ' ', 20000);
    endless[20000] = '\0';
    refuse(npy_with(endless, 8), message);
    free(endless);
    refuse(temp_file("short.npy", "\x93NUMPY\x01\x00\x10", 9), message);
    refuse(temp_file("v4.npy", "\x93NUMPY\x04\x00\x02\x00\x00\x00{}", 14), message);
    refuse(temp_file("long.npy", "\x93NUMPY\x02\x00\xff\xff\xff\xff{}", 14), message);
    refuse(temp_file("other.npy", "PK\x03\x04 no array here", 18), message);
}
END_TEST

START_TEST(rejects_files_of_the_wrong_size)
{
    static const char head[] = "{'descr': '<f8', 'fortran_order': False, 'shape': (";
    char dictionary[200];
    struct npy n = { 0 };

    snprintf(dictionary, sizeof dictionary, "%s3, 2)}", head);
    refuse(npy_with(dictionary, 47), "the header says [3, 2], the file has only 47 bytes of data; "
                                     "it was truncated");
    refuse(npy_with(dictionary, 50), "bytes follow the array; save one array per file");
    snprintf(dictionary, sizeof dictionary, "%s4294967296, 4294967296)}", head);
    refuse(npy_with(dictionary, 8), "the header says [4294967296, 4294967296], the file has only 8 "
                                    "bytes of data; it was truncated");
    snprintf(dictionary, sizeof dictionary, "%s0, 18446744073709551615)}", head);
    ck_assert_int_eq(npy_open(npy_with(dictionary, 0), &n, NULL), CT_OK);
    ck_assert_uint_eq(n.view.rows, 0);
    npy_close(&n);
    ck_assert_int_eq(npy_open(temp_path("absent.npy"), &n, NULL), CT_EIO);
    ck_assert_int_eq(npy_open(temp_path(""), &n, NULL), CT_EIO);
}
END_TEST

/* Every file truncated at every byte, and every byte of the header changed: an error, never a
 * crash. */
START_TEST(damaged_files_do_not_crash)
{
    size_t size;
    char *const bytes = slurp(fixture_path("activations_f32.npy"), &size);

    for (size_t cut = 0; cut < size; cut++) {
        struct npy n = { 0 };
        ck_assert_int_ne(npy_open(temp_file("cut.npy", bytes, cut), &n, NULL), CT_OK);
    }
    for (size_t at = 0; at < 128; at++)
        for (unsigned bit = 0; bit < 8; bit++) {
            struct npy n = { 0 };
            bytes[at] = (char)(bytes[at] ^ 1 << bit);
            if (npy_open(temp_file("flip.npy", bytes, size), &n, NULL) == CT_OK)
                ck_assert_uint_eq(n.view.rows * n.view.cols * (n.view.dtype == DTYPE_F32 ? 4 : 8),
                                  size - 128);
            npy_close(&n);
            bytes[at] = (char)(bytes[at] ^ 1 << bit);
        }
    free(bytes);
}
END_TEST

struct feed {
    int fd;
    const char *bytes;
    size_t size;
};

static void *feed_pipe(void *context)
{
    const struct feed *const f = context;

    for (size_t at = 0; at < f->size;) {
        const size_t piece = f->size - at < 1000 ? f->size - at : 1000;
        const ssize_t n = write(f->fd, f->bytes + at, piece);
        if (n <= 0)
            break;
        at += (size_t)n;
    }
    close(f->fd);
    return NULL;
}

START_TEST(reads_pipes_into_memory)
{
    enum { N = 300 };
    struct npy want = { 0 };
    struct npy got = { 0 };
    struct matview v = { .dtype = DTYPE_F64, .rows = N, .cols = N, .stride = N };
    double *const data = malloc(sizeof *data * N * N);
    struct outfile *file;
    char head[8];
    int ends[2];
    pthread_t thread;

    for (size_t i = 0; i < N * N; i++)
        data[i] = (double)i;
    v.data = data;
    ck_assert_int_eq(outfile_open(temp_path("big.npy"), &file, NULL), CT_OK);
    npy_write(file, &v);
    ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
    struct feed feed = { 0 };
    char *const bytes = slurp(temp_path("big.npy"), &feed.size);
    ck_assert_int_eq(pipe(ends), 0);
    feed.fd = ends[1];
    feed.bytes = bytes;
    ck_assert_int_eq(pthread_create(&thread, NULL, feed_pipe, &feed), 0);
    ck_assert_int_eq(read(ends[0], head, sizeof head), 8);
    ck_assert(npy_is_magic(head, sizeof head));
    ck_assert(!npy_is_magic(head, 5));
    ck_assert_int_eq(npy_open_fd(ends[0], "pipe", head, sizeof head, &got, NULL), CT_OK);
    pthread_join(thread, NULL);
    close(ends[0]);
    ck_assert_int_eq(npy_open(temp_path("big.npy"), &want, NULL), CT_OK);
    assert_same(&got.view, &want.view);
    npy_close(&got);
    npy_close(&want);
    free(bytes);
    free(data);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        reads_all_layouts_of_numpy,
        converts_as_numpy,
        writes_the_same_as_numpy,
        headers_are_padded_to_64_bytes,
        rejects_unsupported_dtypes_by_name,
        parses_headers_like_python,
        reads_versions_1_to_3,
        rejects_malformed_headers,
        rejects_files_of_the_wrong_size,
        damaged_files_do_not_crash,
        reads_pipes_into_memory,
    };
    temp_begin();
    const int status = RUN_TESTS("npy", tests);
    temp_end();
    return status;
}
