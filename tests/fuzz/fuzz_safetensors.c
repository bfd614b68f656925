/* A .safetensors file: if accepted, every byte of every tensor can be read. */
#include "config.h"
#include "fuzz.h"

#include "io/safetensors.h"

int fuzz_one_input(const uint8_t *data, size_t size)
{
    struct safetensors *file = NULL;
    struct ct_error err = { 0 };
    uint64_t n_bytes = 0;
    unsigned sum = 0;
    const enum ct_status status =
        safetensors_open(fuzz_file("model.safetensors", data, size), &file, &err);

    fuzz_check_answer(status, &err);
    if (status != CT_OK)
        return 0;
    for (size_t i = 0; i < safetensors_count(file); i++) {
        const struct safetensors_entry *const e = safetensors_at(file, i);
        fuzz_require(safetensors_find(file, e->name) == e);
        for (size_t k = 0; k < e->n_bytes; k++)
            sum += e->data[k];
        n_bytes += e->n_bytes;
    }
    fuzz_require(n_bytes < size && sum <= 255 * n_bytes);
    safetensors_free(file);
    return 0;
}
