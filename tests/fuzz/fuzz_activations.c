/* Activations, CSV or .npy: every value of the result can be read, and a CSV gives the same with CR
 * for LF, which is parsed by fields instead of whole lines. */
#include "config.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "io/activations.h"

static void compare_with_cr(const uint8_t *data, size_t size, enum ct_status status,
                            const struct activations *a)
{
    const struct activations_options options = { .groups_optional = true, .n_threads = 1 };
    uint8_t *const copy = malloc(size + 1);
    struct activations b = { 0 };

    fuzz_require(copy != NULL);
    for (size_t i = 0; i < size; i++)
        copy[i] = data[i] == '\n' ? '\r' : data[i];
    const enum ct_status other =
        activations_read(fuzz_file("activations", copy, size), &options, NULL, &b, NULL);
    fuzz_require(status == other && a->values.rows == b.values.rows &&
                 a->values.cols == b.values.cols && a->values.dtype == b.values.dtype);
    for (size_t i = 0; i < b.values.rows; i++)
        for (size_t j = 0; j < b.values.cols; j++) {
            const double x = matview_get(&a->values, i, j);
            const double y = matview_get(&b.values, i, j);
            fuzz_require(memcmp(&x, &y, sizeof x) == 0);
        }
    activations_clear(&b);
    free(copy);
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
    const struct activations_options options = { .groups_optional = true, .n_threads = 1 };
    struct activations a = { 0 };
    struct ct_error err = { 0 };
    double sum = 0.0;
    const enum ct_status status =
        activations_read(fuzz_file("activations", data, size), &options, NULL, &a, &err);

    fuzz_check_answer(status, &err);
    fuzz_require(status != CT_OK ||
                 (a.values.rows > 0 && a.groups.n == a.values.rows && a.hooks.n == a.values.cols));
    for (size_t i = 0; i < a.values.rows; i++)
        for (size_t j = 0; j < a.values.cols; j++)
            sum += matview_get(&a.values, i, j) + (double)a.neurons[j];
    for (size_t i = 0; i < a.values.rows; i++)
        sum += (double)a.sentences[i] + (a.tokens != NULL ? (double)a.tokens[i] : 0.0);
    fuzz_require(sum == sum || sum != sum); /* reads all values */
    if (size < 6 || memcmp(data, "\x93NUMPY", 6) != 0)
        compare_with_cr(data, size, status, &a);
    activations_clear(&a);
    return 0;
}
