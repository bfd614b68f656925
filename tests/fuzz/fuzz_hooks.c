/* The name or glob of a hook point, in a model of twelve layers. */
#include "config.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/arch.h"
#include "model/hooks.h"

int fuzz_one_input(const uint8_t *data, size_t size)
{
    static const struct model_config config = { .arch = &arch_gpt2,
                                                .n_kv_heads = 2,
                                                .head_dim = 4,
                                                .vocab_size = 100,
                                                .n_positions = 64,
                                                .hidden_size = 8,
                                                .intermediate_size = 32,
                                                .n_layers = 12,
                                                .n_heads = 2 };
    char *const pattern = ct_strndup((const char *)data, size);
    const char *const patterns[] = { pattern };
    struct hook_point *points = NULL;
    struct ct_error err = { 0 };
    size_t n = 0;

    fuzz_require(pattern != NULL);
    const enum ct_status status = hooks_resolve(&config, patterns, 1, &points, &n, &err);
    fuzz_check_answer(status, &err);
    fuzz_require(status != CT_OK || n > 0);
    for (size_t i = 0; i < n; i++) {
        const char *const names[] = { points[i].name };
        struct hook_point *again = NULL;
        size_t n_again = 0;
        fuzz_require(hooks_resolve(&config, names, 1, &again, &n_again, &err) == CT_OK);
        fuzz_require(n_again == 1 && strcmp(again[0].name, points[i].name) == 0);
        free(again);
    }
    free(points);
    free(pattern);
    return 0;
}
