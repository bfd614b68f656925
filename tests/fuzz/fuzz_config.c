/* A config.json: what is accepted has sizes whose products fit. */
#include "config.h"
#include "fuzz.h"

#include "base/mem.h"
#include "model/gpt2_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gpt2_config c;
    struct ct_error err = { 0 };
    const enum ct_status status = gpt2_config_load(fuzz_file("config.json", data, size), &c, &err);
    size_t product;

    fuzz_check_answer(status, &err);
    if (status != CT_OK)
        return 0;
    fuzz_require(c.n_head > 0 && c.n_layer > 0 && c.n_embd % c.n_head == 0);
    fuzz_require(ct_mul_size(c.n_embd, 3 * sizeof(float), &product) &&
                 ct_mul_size(product, c.vocab_size, &product));
    fuzz_require(ct_mul_size(c.n_embd, c.n_inner * sizeof(float), &product) &&
                 ct_mul_size(product, c.n_layer, &product));
    return 0;
}
