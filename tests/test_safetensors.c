#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/safetensors.h"
#include "model/checkpoint.h"
#include "model/ops/tensor.h"
#include "model_files.h"
#include "support.h"

/* header_size 0: the header's own length. Then n_data bytes: 0, 1, 2, ... */
static enum ct_status open_made(const char *header, uint64_t header_size, size_t n_data,
                                struct safetensors **out, struct ct_error *err)
{
    char *const dir = folder_new();
    char path[4096];
    const size_t length = strlen(header);
    const size_t size = 8 + length + n_data;
    unsigned char *const data = calloc(1, size + 1);
    const uint64_t n = header_size > 0 ? header_size : length;

    for (size_t i = 0; i < 8; i++)
        data[i] = (unsigned char)(n >> (8 * i) & 0xFF);
    memcpy(data + 8, header, length);
    for (size_t i = 0; i < n_data; i++)
        data[8 + length + i] = (unsigned char)i;
    file_put(dir, "x", data, size);
    snprintf(path, sizeof path, "%s/x", dir);
    const enum ct_status st = safetensors_open(path, out, err);
    folder_remove(dir); /* the mapping remains */
    free(data);
    return st;
}

#define T(dtype, shape, begin, end)                                                                \
    "{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":[" begin "," end "]}"

START_TEST(reads_valid_files)
{
    static const struct {
        const char *header;
        size_t n_data;
        size_t n_tensors;
    } good[] = {
        { "{}", 0, 0 },
        { "{}      ", 0, 0 },
        { "{\"__metadata__\":{\"format\":\"pt\"}}", 0, 0 },
        { "{\"__metadata__\":null}", 0, 0 },
        /* a dtype of the future: nobody may need the tensor */
        { "{\"a\":" T("F33", "[7]", "0", "4") "}", 4, 1 },
        { "{\"a\":" T("f32", "[1]", "0", "4") "}", 4, 1 },
        { "{\"a\":" T("F32", "[2,3]", "0", "24") "}", 24, 1 },
        { "{\"b\":" T("F16", "[2]", "4", "8") ",\"a\":" T("F32", "[]", "0", "4") "}  ", 8, 2 },
        { "{\"a\":" T("U8", "[0,7]", "0", "0") ",\"b\":" T("I64", "[1]", "0", "8") "}", 8, 2 },
        { "{\"a\":" T("U8", "[0]", "3", "3") ",\"b\":" T("BOOL", "[3]", "0", "3") "}", 3, 2 },
        { "{\"a\":" T("F4", "[6]", "0", "3") ",\"b\":" T("F6_E2M3", "[4]", "3", "6") "}", 6, 2 },
        { "{\"a\":" T("F8_E4M3", "[1,1,1,1,1,2]", "0", "2") "}", 2, 1 },
        { "{\"a\":" T("U8", "[0,18446744073709551,1000000]", "0", "0") "}", 0, 1 },
        { "{ \"a\" :" T("BF16", "[ 1 ]", "0", "2") "}\n", 2, 1 },
    };

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct safetensors *file = NULL;
        struct ct_error err = { 0 };
        const enum ct_status st = open_made(good[i].header, 0, good[i].n_data, &file, &err);
        ck_assert_msg(st == CT_OK, "%s: %s", good[i].header, err.text);
        ck_assert_uint_eq(safetensors_count(file), good[i].n_tensors);
        ck_assert_uint_eq(safetensors_size(file), 8 + strlen(good[i].header) + good[i].n_data);
        safetensors_free(file);
    }
}
END_TEST

START_TEST(tensors_are_mapped_in_place)
{
    struct safetensors *file = NULL;

    ck_assert_int_eq(open_made("{\"b\":" T("F16", "[2]", "4", "8") ",\"a\":" T(
                                   "F32", "[1,1]", "0", "4") ",\"c\":" T("U8", "[]", "8", "9") "}",
                               0, 9, &file, NULL),
                     CT_OK);
    const struct safetensors_entry *const b = safetensors_find(file, "b");
    ck_assert_ptr_nonnull(b);
    ck_assert_str_eq(b->dtype, "F16");
    ck_assert_uint_eq(b->n_dims, 1);
    ck_assert_uint_eq(b->shape[0], 2);
    ck_assert_uint_eq(b->n_bytes, 4);
    ck_assert_mem_eq(b->data, "\x04\x05\x06\x07", 4);
    ck_assert_uint_eq(safetensors_find(file, "c")->n_dims, 0);
    ck_assert_ptr_null(safetensors_find(file, "d"));
    ck_assert_ptr_null(safetensors_find(file, ""));
    ck_assert_str_eq(safetensors_at(file, 0)->name, "a");
    safetensors_free(file);
}
END_TEST

START_TEST(checks_every_rule_of_the_format)
{
    static const struct {
        const char *header;
        uint64_t header_size; /* 0: the actual size */
        size_t n_data;
        const char *says;
    } bad[] = {
        /* the header's size */
        { "{}", 3, 0, "header of 3 bytes in a file of 10" },
        { "{}", 100000001, 0, "at most 16777216 are read" },
        { "{}", UINT64_MAX, 0, "at most 16777216 are read" },
        { "{}", UINT64_MAX - 7, 0, "at most 16777216 are read" },
        { "{}", 1, 0, "begin with '{'" },
        /* not JSON */
        { " {}", 0, 0, "begin with '{'" },
        { "[]", 0, 0, "begin with '{'" },
        { "{\"a\":", 0, 0, "header, byte" },
        { "{}{}", 0, 0, "header, byte" },
        { "{}\x01", 0, 0, "header, byte" },
        { "{\"a\xFF\":1}", 0, 0, "header, byte" },
        { "{\"a\\u0000b\":1}", 0, 0, "header, byte" },
        { "{\"a\":" T("U8", "[1]", "0", "1") ",\"a\":" T("U8", "[1]", "0", "1") "}", 0, 1,
          "duplicate" },
        { "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}", 0, 1,
          "duplicate" },
        /* metadata */
        { "{\"__metadata__\":{\"n\":1}}", 0, 0, "'n' is not text" },
        { "{\"__metadata__\":[]}", 0, 0, "__metadata__ is not an object" },
        { "{\"__metadata__\":\"x\"}", 0, 0, "__metadata__ is not an object" },
        /* entries */
        { "{\"a\":1}", 0, 0, "a: not an object" },
        { "{\"a\":[]}", 0, 0, "a: not an object" },
        { "{\"a\":{}}", 0, 0, "a: dtype is missing" },
        { "{\"a\":" T("F33", "[1]", "0", "5") "}", 0, 4, "a: ends at byte 5 of 4" },
        { "{\"a\":" T("F33", "[1]", "1", "4") "}", 0, 4, "a: leaves a hole" },
        { "{\"a\":{\"dtype\":4,\"shape\":[1],\"data_offsets\":[0,4]}}", 0, 4, "a: dtype" },
        { "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 0, 4, "a: shape is missing" },
        { "{\"a\":" T("F32", "1", "0", "4") "}", 0, 4, "a: shape" },
        { "{\"a\":" T("F32", "[-1]", "0", "4") "}", 0, 4, "a: shape" },
        { "{\"a\":" T("F32", "[1.0]", "0", "4") "}", 0, 4, "a: shape" },
        { "{\"a\":" T("F32", "[\"1\"]", "0", "4") "}", 0, 4, "a: shape" },
        { "{\"a\":" T("F32", "[4611686018427387904,4]", "0", "0") "}", 0, 0, "a: shape" },
        { "{\"a\":" T("F32", "[576460752303423488]", "0", "0") "}", 0, 0, "a: shape" },
        { "{\"a\":" T("F32", "[18446744073709551616]", "0", "0") "}", 0, 0, "header, byte" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 0, 4, "a: data_offsets are missing" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0]}}", 0, 1,
          "a: data_offsets" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1,1]}}", 0, 1,
          "a: data_offsets" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":{}}}", 0, 1, "a: data_offsets" },
        { "{\"a\":" T("U8", "[1]", "0.0", "1") "}", 0, 1, "a: data_offsets" },
        { "{\"a\":" T("U8", "[1]", "-1", "0") "}", 0, 1, "a: data_offsets" },
        { "{\"a\":" T("U8", "[1]", "1", "0") "}", 0, 1, "a: data_offsets" },
        /* sizes and places */
        { "{\"a\":" T("F32", "[1]", "0", "3") "}", 0, 3, "a: 3 bytes for 32 bits" },
        { "{\"a\":" T("F32", "[1]", "0", "5") "}", 0, 5, "a: 5 bytes for 32 bits" },
        { "{\"a\":" T("F32", "[0]", "0", "4") "}", 0, 4, "a: 4 bytes for 0 bits" },
        { "{\"a\":" T("F4", "[3]", "0", "2") "}", 0, 2, "a: 2 bytes for 12 bits" },
        { "{\"a\":" T("F32", "[1]", "0", "4") "}", 0, 3,
          "a: ends at byte 4 of 3; the file is truncated" },
        { "{\"a\":" T("F32", "[1]", "0", "4") "}", 0, 0, "a: ends at byte 4 of 0" },
        { "{\"a\":" T("U8", "[1]", "9223372036854775806", "9223372036854775807") "}", 0, 1,
          "a: ends at byte" },
        { "{\"a\":" T("U8", "[1]", "0", "1") "}", 0, 2, "1 bytes after the last tensor" },
        { "{}", 0, 1, "1 bytes after the last tensor" },
        { "{\"a\":" T("U8", "[1]", "1", "2") "}", 0, 2, "a: leaves a hole" },
        { "{\"a\":" T("U8", "[1]", "0", "1") ",\"b\":" T("U8", "[1]", "2", "3") "}", 0, 3,
          "b: leaves a hole" },
        { "{\"a\":" T("U8", "[2]", "0", "2") ",\"b\":" T("U8", "[2]", "1", "3") "}", 0, 3,
          "b: overlaps" },
        { "{\"a\":" T("U8", "[2]", "0", "2") ",\"b\":" T("U8", "[2]", "0", "2") "}", 0, 2,
          "overlaps" },
        { "{\"a\":" T("U8", "[3]", "0", "3") ",\"b\":" T("U8", "[0]", "1", "1") "}", 0, 3,
          "b: overlaps" },
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct safetensors *file = NULL;
        struct ct_error err = { 0 };
        const enum ct_status st =
            open_made(bad[i].header, bad[i].header_size, bad[i].n_data, &file, &err);
        ck_assert_msg(st == CT_EFORMAT, "%s was taken", bad[i].header);
        ck_assert_ptr_null(file);
        ck_assert_msg(strstr(err.text, bad[i].says) != NULL, "%s: %s", bad[i].header, err.text);
    }
}
END_TEST

/* A file truncated at any byte is rejected. */
START_TEST(rejects_truncated_files)
{
    char *const dir = folder_new();
    char path[4096];
    static char data[1 << 17];
    FILE *const in = fopen(fixture_path("gpt2_tiny/model.safetensors"), "rb");

    ck_assert_ptr_nonnull(in);
    const size_t size = fread(data, 1, sizeof data, in);
    fclose(in);
    snprintf(path, sizeof path, "%s/x", dir);
    for (size_t n = 0; n < size; n += n < 40 ? 1 : 997) {
        struct safetensors *file = NULL;
        file_put(dir, "x", data, n);
        ck_assert_int_eq(safetensors_open(path, &file, NULL), CT_EFORMAT);
    }
    folder_remove(dir);
}
END_TEST

START_TEST(rejects_paths_that_are_not_regular_files)
{
    char *const dir = folder_new();
    char path[4096];
    struct safetensors *file = NULL;
    struct ct_error err;

    ck_assert_int_eq(safetensors_open(dir, &file, &err), CT_EFORMAT);
    ck_assert_ptr_nonnull(strstr(err.text, "not a regular file"));
    snprintf(path, sizeof path, "%s/nowhere", dir);
    ck_assert_int_eq(safetensors_open(path, &file, &err), CT_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "No such file"));
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(safetensors_open(path, &file, &err), CT_EFORMAT);
    folder_remove(dir);
}
END_TEST

static const char *path_of(const char *dir, const char *name)
{
    static char path[4096];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void check_checkpoint(const char *dir, enum ct_status want, const char *says)
{
    struct checkpoint *c = NULL;
    struct ct_error err = { 0 };
    const enum ct_status st = checkpoint_open(dir, &c, &err);

    ck_assert_msg(st == want, "%s", err.text);
    ck_assert_msg(strstr(err.text, says) != NULL, "%s", err.text);
    checkpoint_free(c);
}

/* Only a tensor that is asked for must be where the index says. */
static void check_tensor(const char *dir, const char *tensor, enum ct_status want, const char *says)
{
    struct checkpoint *c = NULL;
    struct ct_error err = { 0 };
    const char *path = NULL;

    ck_assert_msg(checkpoint_open(dir, &c, &err) == CT_OK, "%s", err.text);
    ck_assert_str_eq(err.text, "");
    ck_assert((checkpoint_find(c, tensor, &path) != NULL) == (says[0] == '\0'));
    if (says[0] != '\0')
        ck_assert_int_eq(checkpoint_explain(c, tensor, &err), want);
    ck_assert_msg(strstr(err.text, says) != NULL, "%s", err.text);
    checkpoint_free(c);
}

START_TEST(checks_shards_against_their_index)
{
    static const struct {
        const char *index;
        enum ct_status st;
        const char *says;
    } cases[] = {
        { "{\"weight_map\":[]}", CT_EFORMAT, "weight_map is missing" },
        { "{}", CT_EFORMAT, "weight_map is missing" },
        { "[1]", CT_EFORMAT, "not a JSON object" },
        { "{\"weight_map\":{", CT_EFORMAT, "line 1" },
        { "", CT_EFORMAT, "line 1" },
    };
    static const struct {
        const char *entries; /* of the index, before one that is right */
        const char *tensor;
        enum ct_status st;
        const char *says; /* why the tensor is not found; empty: it is */
    } tensors[] = {
        { "", "h.0.ln_1.bias", CT_OK, "" },
        { "\"h.0.ln_1.weight\":\"./a\",", "h.0.ln_1.weight", CT_OK, "" },
        { "\"h.0.ln_1.weight\":\".//./a\",", "h.0.ln_1.weight", CT_OK, "" },
        { "\"h.0.ln_1.weight\":\"sub/a\",", "h.0.ln_1.weight", CT_OK, "" },
        { "\"h.0.ln_1.weight\":\"./sub/a\",", "h.0.ln_1.weight", CT_OK, "" },
        { "\"x\":\"b\",", "h.0.ln_1.bias", CT_OK, "" },
        { "\"x\":\"b\",", "x", CT_EIO, "/b: No such file" },
        { "\"x\":\"a\",", "h.0.ln_1.bias", CT_OK, "" },
        { "\"x\":\"a\",", "x", CT_EFORMAT, "x is not in a, although the index says so" },
        { "\"x\":\"../a\",", "h.0.ln_1.bias", CT_OK, "" },
        { "\"x\":\"../a\",", "x", CT_EFORMAT, "'x' is not the name of a file in the folder" },
        { "\"x\":\"sub/../../a\",", "x", CT_EFORMAT, "is not the name of a file" },
        { "\"x\":\"./../a\",", "x", CT_EFORMAT, "is not the name of a file" },
        { "\"x\":\"..\",", "x", CT_EFORMAT, "is not the name of a file" },
        { "\"x\":\"./\",", "x", CT_EFORMAT, "is not the name of a file" },
        { "\"x\":\"/etc/passwd\",", "x", CT_EFORMAT, "is not the name of a file" },
        { "\"x\":\".//etc/passwd\",", "x", CT_EIO, "/etc/passwd: No such file" },
        { "\"x\":\"\",", "x", CT_EFORMAT, "is not the name of a file" },
        { "\"x\":1,", "x", CT_EFORMAT, "is not the name of a file" },
        { "\"x\":\"broken\",", "h.0.ln_1.bias", CT_OK, "" },
        { "\"x\":\"broken\",", "x", CT_EFORMAT, "broken: 0 bytes are too short" },
    };
    struct tensor_set set = { 0 };
    char *const dir = folder_new();
    char path[4096];
    char index[512];

    tensors_load(&set, fixture_path("gpt2_tiny/model.safetensors"));
    tensors_put(&set, 0, set.n, "", 0, dir, "a");
    snprintf(path, sizeof path, "%s/sub", dir);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    tensors_put(&set, 0, set.n, "", 0, dir, "sub/a");
    text_put(dir, "broken", "");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text_put(dir, "model.safetensors.index.json", cases[i].index);
        check_checkpoint(dir, cases[i].st, cases[i].says);
    }
    for (size_t i = 0; i < sizeof tensors / sizeof tensors[0]; i++) {
        snprintf(index, sizeof index,
                 "{\"metadata\":{\"total_size\":NaN},\"weight_map\":{%s\"h.0.ln_1.bias\":\"a\"}}",
                 tensors[i].entries);
        text_put(dir, "model.safetensors.index.json", index);
        check_tensor(dir, tensors[i].tensor, tensors[i].st, tensors[i].says);
    }
    tensors_clear(&set);
    folder_remove(dir);
}
END_TEST

/* What a file really is, when it is not what its name says. */
START_TEST(recognises_other_files)
{
    static const struct {
        const char *bytes, *says;
    } cases[] = {
        { "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
          "a Git LFS pointer" },
        { "<!DOCTYPE html>\n<html>", "a web page" },
        { " \n<HTML lang=en>", "a web page" },
        { "\xef\xbb\xbf<html><body>", "a web page" },
        { "<?xml version=\"1.0\"?><Error>", "a web page or a server's message" },
        { "PK\3\4 and so on", "a zip archive" },
        { "GGUF\3 and so on", "a GGUF file" },
        { "\x80\2}q and so on", "a Python pickle" },
        { "\x89HDF\r\n\x1a\n and so on", "an HDF5 file" },
        { "\x1f\x8b\x08 and so on", "compressed by gzip" },
        { "{\"error\":\"Invalid username\"}", "is it a safetensors file?" },
    };
    char *const dir = folder_new();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text_put(dir, "model.safetensors", cases[i].bytes);
        check_checkpoint(dir, CT_EFORMAT, cases[i].says);
        if (i + 1 == sizeof cases / sizeof cases[0])
            break; /* JSON is what an index is */
        text_put(dir, "model.safetensors.index.json", cases[i].bytes);
        ck_assert_int_eq(unlink(path_of(dir, "model.safetensors")), 0);
        check_checkpoint(dir, CT_EFORMAT, cases[i].says);
    }
    folder_remove(dir);
}
END_TEST

START_TEST(rejects_pickles_with_a_hint)
{
    char *const dir = folder_new();

    check_checkpoint(dir, CT_EIO, "no model.safetensors;");
    text_put(dir, "pytorch_model.bin", "x");
    check_checkpoint(dir, CT_ENOTSUP, "safe_serialization=True");
    folder_remove(dir);
}
END_TEST

/* Compares every half with its definition: sign, 2^(e - 15), 1.fraction, by float64 arithmetic. */
START_TEST(widens_all_halves_exactly)
{
    static uint16_t halves[1 << 16];
    static float out[1 << 16];

    for (size_t i = 0; i < 1 << 16; i++)
        halves[i] = (uint16_t)i;
    const struct tensor t = { halves, TENSOR_F16, 1, 1 << 16 };
    tensor_read(&t, 0, 0, 1 << 16, out);
    for (unsigned i = 0; i < 1 << 16; i++) {
        const int e = (int)(i >> 10 & 31);
        const double fraction = i & 1023;
        const double sign = i & 0x8000 ? -1.0 : 1.0;
        double want = e == 0 ? fraction * 0x1p-24 : (1024.0 + fraction) * 0x1p-25;
        for (int k = 0; k < e; k++)
            want *= 2.0;
        if (e < 31)
            ck_assert(out[i] == (float)(sign * want));
        else if (fraction == 0.0)
            ck_assert(out[i] == (float)(sign * HUGE_VAL));
        else
            ck_assert(out[i] != out[i]);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        reads_valid_files,
        tensors_are_mapped_in_place,
        checks_every_rule_of_the_format,
        rejects_truncated_files,
        rejects_paths_that_are_not_regular_files,
        checks_shards_against_their_index,
        recognises_other_files,
        rejects_pickles_with_a_hint,
        widens_all_halves_exactly,
    };
    return RUN_TESTS("safetensors", tests);
}
