/* Activations, CSV or .npy: every value that the reader promises can be read. */
#include "config.h"
#include "fuzz.h"

#include "io/activations.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct activations a = { 0 };
    struct ct_error err = { 0 };
    double sum = 0.0;
    const enum ct_status status =
        activations_read_ungrouped(fuzz_file("activations", data, size), NULL, NULL, &a, &err);

    fuzz_check_answer(status, &err);
    fuzz_require(status != CT_OK ||
                 (a.values.rows > 0 && a.groups.n == a.values.rows && a.hooks.n == a.values.cols));
    for (size_t i = 0; i < a.values.rows; i++)
        for (size_t j = 0; j < a.values.cols; j++)
            sum += matview_get(&a.values, i, j) + (double)a.neurons[j];
    for (size_t i = 0; i < a.values.rows; i++)
        sum += (double)a.sentences[i] + (a.tokens != NULL ? (double)a.tokens[i] : 0.0);
    fuzz_require(sum == sum || sum != sum); /* read all of it */
    activations_clear(&a);
    return 0;
}
