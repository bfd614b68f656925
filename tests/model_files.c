#include "config.h"
#include "model_files.h"

#include <check.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/safetensors.h"

char *folder_new(void)
{
    const char *const base = getenv("TMPDIR");
    char path[4096];

    snprintf(path, sizeof path, "%s/circuittui_XXXXXX", base != NULL ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(path));
    return strdup(path);
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
    (void)info;
    (void)kind;
    (void)ftw;
    return remove(path);
}

void folder_remove(char *dir)
{
    nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(dir);
}

void file_put(const char *dir, const char *name, const void *data, size_t size)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *const file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

void text_put(const char *dir, const char *name, const char *text)
{
    file_put(dir, name, text, strlen(text));
}

void tensors_load(struct tensor_set *set, const char *path)
{
    struct safetensors *file = NULL;

    ck_assert_int_eq(safetensors_open(path, &file, NULL), 0);
    set->n = safetensors_count(file);
    ck_assert_uint_le(set->n, sizeof set->items / sizeof set->items[0]);
    for (size_t i = 0; i < set->n; i++) {
        const struct safetensors_entry *const e = safetensors_at(file, i);
        struct tensor_out *const t = &set->items[i];
        snprintf(t->name, sizeof t->name, "%s", e->name);
        t->dtype = "F32";
        t->n_dims = e->n_dims;
        memcpy(t->shape, e->shape, sizeof t->shape);
        t->n_bytes = e->n_bytes;
        t->data = malloc(e->n_bytes);
        memcpy(t->data, e->data, e->n_bytes);
    }
    safetensors_free(file);
}

void tensors_clear(struct tensor_set *set)
{
    for (size_t i = 0; i < set->n; i++)
        free(set->items[i].data);
    set->n = 0;
}

/* Rounds to a half, in float64: a sign, 5 bits of exponent, 10 of fraction. */
static uint16_t half_of(float value)
{
    const uint16_t sign = signbit(value) ? 0x8000 : 0;
    const double magnitude = fabs((double)value);
    int exponent;

    frexp(magnitude, &exponent); /* magnitude = [0.5, 1) 2^exponent */
    const int e = exponent - 1 < -14 ? -14 : exponent - 1;
    const double units = nearbyint(ldexp(magnitude, 10 - e)); /* in units of the last place */
    const unsigned bits =
        units < 1024.0 ? (unsigned)units : (unsigned)(e + 15) * 1024U + (unsigned)(units - 1024.0);
    return (uint16_t)(sign | bits);
}

static double value_of_half(uint16_t half)
{
    const int e = half >> 10 & 31;
    const double fraction = half & 1023;
    const double magnitude = e == 0 ? ldexp(fraction, -24) : ldexp(1024.0 + fraction, e - 25);

    return half & 0x8000 ? -magnitude : magnitude;
}

static uint32_t bits_of(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

void tensors_convert(struct tensor_set *set, const char *dtype)
{
    for (size_t i = 0; i < set->n; i++) {
        struct tensor_out *const t = &set->items[i];
        const size_t n = t->n_bytes / sizeof(float);
        const float *const from = t->data;
        uint16_t *const to = malloc(n * sizeof *to);
        for (size_t j = 0; j < n; j++)
            to[j] =
                strcmp(dtype, "F16") == 0 ? half_of(from[j]) : (uint16_t)(bits_of(from[j]) >> 16);
        free(t->data);
        t->data = to;
        t->n_bytes = n * sizeof *to;
        t->dtype = dtype;
    }
}

void tensors_widen(struct tensor_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        struct tensor_out *const t = &set->items[i];
        const size_t n = t->n_bytes / sizeof(uint16_t);
        const uint16_t *const from = t->data;
        float *const to = malloc(n * sizeof *to);
        for (size_t j = 0; j < n; j++) {
            const uint32_t bits = (uint32_t)from[j] << 16;
            if (strcmp(t->dtype, "F16") == 0)
                to[j] = (float)value_of_half(from[j]);
            else
                memcpy(&to[j], &bits, sizeof bits);
        }
        free(t->data);
        t->data = to;
        t->n_bytes = n * sizeof *to;
        t->dtype = "F32";
    }
}

void tensors_put(const struct tensor_set *set, size_t first, size_t n, const char *prefix,
                 size_t pad, const char *dir, const char *name)
{
    char *const out = calloc(1, 1 << 20);
    size_t size = 8;
    size_t at = 0;

    for (size_t i = first; i < first + n; i++) {
        const struct tensor_out *const t = &set->items[i];
        size += (size_t)sprintf(out + size, "%s\"%s%s\":{\"dtype\":\"%s\",\"shape\":[",
                                i > first ? "," : "{", prefix, t->name, t->dtype);
        for (size_t d = 0; d < t->n_dims; d++)
            size += (size_t)sprintf(out + size, "%s%llu", d > 0 ? "," : "",
                                    (unsigned long long)t->shape[d]);
        size += (size_t)sprintf(out + size, "],\"data_offsets\":[%zu,%zu]}", at, at + t->n_bytes);
        at += t->n_bytes;
    }
    size += (size_t)sprintf(out + size, "}%*s", (int)pad, "");
    for (size_t i = 0; i < 8; i++)
        out[i] = (char)((size - 8) >> (8 * i) & 0xFF);
    for (size_t i = first; i < first + n; i++) {
        ck_assert_uint_lt(size + set->items[i].n_bytes, 1 << 20);
        memcpy(out + size, set->items[i].data, set->items[i].n_bytes);
        size += set->items[i].n_bytes;
    }
    file_put(dir, name, out, size);
    free(out);
}
