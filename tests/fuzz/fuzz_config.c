/* A config.json: if accepted, products of its sizes do not overflow. */
#include "config.h"
#include "fuzz.h"

#include "base/mem.h"
#include "model/model.h"

int fuzz_one_input(const uint8_t *data, size_t size)
{
    struct model_config c;
    struct ct_error err = { 0 };
    const enum ct_status status = model_config_load(fuzz_file("config.json", data, size), &c, &err);
    size_t product;

    fuzz_check_answer(status, &err);
    if (status != CT_OK)
        return 0;
    fuzz_require(c.n_heads > 0 && c.n_layers > 0 && c.head_dim > 0 && c.n_kv_heads > 0);
    fuzz_require(c.n_heads % c.n_kv_heads == 0);
    fuzz_require(c.rotary_width <= c.head_dim && c.rotary_width % 2 == 0);
    fuzz_require(ct_mul_size(c.n_heads * c.head_dim, 3 * sizeof(float), &product) &&
                 ct_mul_size(product, c.hidden_size, &product));
    fuzz_require(ct_mul_size(c.hidden_size, 3 * sizeof(float), &product) &&
                 ct_mul_size(product, c.vocab_size, &product));
    fuzz_require(ct_mul_size(c.hidden_size, c.intermediate_size * sizeof(float), &product) &&
                 ct_mul_size(product, c.n_layers, &product));
    return 0;
}
