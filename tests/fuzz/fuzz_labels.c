/* A file of groups, one label per line. */
#include "config.h"
#include "fuzz.h"

#include <string.h>

#include "base/text.h"
#include "io/labels.h"

int fuzz_one_input(const uint8_t *data, size_t size)
{
    struct labels l = { 0 };
    struct ct_error err = { 0 };
    const enum ct_status status = labels_read(fuzz_file("groups.txt", data, size), &l, &err);

    fuzz_check_answer(status, &err);
    fuzz_require(status != CT_OK || (l.n > 0 && l.n_names > 0 && l.n_names <= l.n));
    for (size_t i = 0; i < l.n_names; i++) {
        const size_t length = strlen(l.names[i]);
        fuzz_require(length > 0 && utf8_first_invalid(l.names[i], length) == length);
        for (size_t j = 0; j < i; j++)
            fuzz_require(strcmp(l.names[i], l.names[j]) != 0);
    }
    for (size_t i = 0; i < l.n; i++)
        fuzz_require(l.of[i] < l.n_names);
    labels_clear(&l);
    return 0;
}
