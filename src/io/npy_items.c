#include "config.h"
#include "io/npy_items.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

bool npy_items_parse(const char *descr, struct npy_items *out)
{
    const char order = descr[0];

    if ((order != '<' && order != '>' && order != '|') || strlen(descr) != 3 || descr[2] < '1' ||
        descr[2] > '8' || descr[1] == '\0' || strchr("fiu", descr[1]) == NULL)
        return false;
    *out = (struct npy_items){ descr[1], (size_t)(descr[2] - '0'), order == '>' };
    if ((out->size & (out->size - 1)) != 0 || (order == '|') != (out->size == 1))
        return false;
    return out->kind != 'f' || out->size > 1;
}

enum dtype npy_items_dtype(const struct npy_items *items)
{
    return items->size <= 2 || (items->kind == 'f' && items->size == 4) ? DTYPE_F32 : DTYPE_F64;
}

bool npy_items_are_plain(const struct npy_items *items)
{
    return items->kind == 'f' && items->size >= 4 && !items->is_big_endian;
}

/* The item's bits; this machine is little-endian. */
static uint64_t load(const unsigned char *at, size_t size, bool is_big_endian)
{
    uint64_t bits = 0;

    switch (size) {
    case 1:
        return *at;
    case 2:
        memcpy(&bits, at, 2);
        break;
    case 4:
        memcpy(&bits, at, 4);
        break;
    default:
        memcpy(&bits, at, 8);
    }
    return is_big_endian ? __builtin_bswap64(bits) >> (64 - 8 * size) : bits;
}

static float float_of(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* IEEE 754 binary16: its exponent and fraction as those of a float32, which then only lacks the
 * difference of the two biases. */
float npy_half(uint32_t bits)
{
    const uint32_t sign = (bits & 0x8000) << 16;
    const uint32_t rest = (bits & 0x7FFF) << 13;
    uint32_t value_bits;
    const float value = float_of(rest) * 0x1p112F;

    memcpy(&value_bits, &value, sizeof value_bits);
    if (rest >= UINT32_C(0x1F) << 23) /* infinity or NaN */
        value_bits = rest | UINT32_C(0xFF) << 23;
    return float_of(value_bits | sign);
}

/* The value of the bits; *is_exact is set to false if float64 does not have it. */
static double value_of(const struct npy_items *items, uint64_t bits, bool *is_exact)
{
    const unsigned unused = (unsigned)(64 - 8 * items->size);
    double value;

    assert(items->size >= 1 && items->size <= 8);
    if (items->kind == 'f' && items->size == 2)
        return (double)npy_half((uint32_t)bits);
    if (items->kind == 'f' && items->size == 4)
        return (double)float_of((uint32_t)bits);
    if (items->kind == 'f') {
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    const bool is_negative = items->kind == 'i' && bits << unused >> 63 != 0;
    const uint64_t magnitude =
        is_negative ? (UINT64_MAX << (63 - unused) | bits) * UINT64_MAX : bits;
    value = (double)magnitude;
    *is_exact = *is_exact && (magnitude <= UINT64_C(1) << 53 ||
                              (value < 0x1p64 && (uint64_t)value == magnitude));
    return is_negative ? -value : value;
}

size_t npy_items_convert(const struct npy_items *items, const void *from, size_t n, void *to)
{
    const bool narrow = npy_items_dtype(items) == DTYPE_F32;
    bool is_exact = true;

    for (size_t i = 0; i < n; i++) {
        const unsigned char *const at = (const unsigned char *)from + i * items->size;
        const double value =
            value_of(items, load(at, items->size, items->is_big_endian), &is_exact);
        if (!is_exact)
            return i;
        if (narrow)
            ((float *)to)[i] = (float)value;
        else
            ((double *)to)[i] = value;
    }
    return n;
}
