#include "config.h"
#include "model/tokens/nfc.h"

#include <stdint.h>

#include "base/text.h"

struct range {
    uint32_t first;
    uint32_t last;
    uint8_t combining_class;
    uint8_t changes;
};

/* clang-format off */
static const struct range ranges[] = {
#include "model/tokens/nfc_table.inc"
};
/* clang-format on */

static struct range range_of(uint32_t c)
{
    size_t low = 0;
    size_t high = sizeof ranges / sizeof *ranges;

    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (c > ranges[middle].last)
            low = middle + 1;
        else if (c < ranges[middle].first)
            high = middle;
        else
            return ranges[middle];
    }
    return (struct range){ 0 };
}

size_t nfc_first_change(const char *text, size_t size)
{
    enum { FIRST = 0x300 }; /* below, nothing is changed */
    unsigned last_class = 0;
    uint32_t c = 0;

    for (size_t at = 0, n; at < size; at += n) {
        n = utf8_decode(text + at, size - at, &c);
        struct range range = { 0 };
        if (c >= FIRST)
            range = range_of(c);
        const unsigned class = range.combining_class;
        if (range.changes || (class != 0 && class < last_class))
            return at;
        last_class = class;
    }
    return size;
}
