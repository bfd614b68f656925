/* A model.safetensors.index.json for two shards, `a` with tensor x and `b` with tensor y. */
#include "config.h"
#include "fuzz.h"

#include <string.h>

#include "model/checkpoint.h"

static void put_shard(const char *name, char tensor)
{
    static const char header[] = "{\"?\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
    enum { PREFIX = 8, HEADER = sizeof header - 1 };
    char bytes[PREFIX + HEADER + 4] = { HEADER };

    memcpy(bytes + PREFIX, header, HEADER);
    bytes[PREFIX + 2] = tensor;
    fuzz_file(name, bytes, sizeof bytes);
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
    static int has_shards;
    struct checkpoint *c = NULL;
    struct ct_error err = { 0 };

    if (!has_shards) {
        put_shard("a", 'x');
        put_shard("b", 'y');
        has_shards = 1;
    }
    fuzz_file("model.safetensors.index.json", data, size);
    const enum ct_status status = checkpoint_open(fuzz_folder(), &c, &err);
    fuzz_check_answer(status, &err);
    if (status != CT_OK)
        return 0;
    fuzz_require(checkpoint_n_files(c) <= 2);
    const struct safetensors_entry *const x = checkpoint_find(c, "x", NULL);
    fuzz_require(x == NULL || x->n_bytes == 4);
    checkpoint_free(c);
    return 0;
}
