/* Inputs of single steps other than activations: selections of neurons, and points in the plane. */
#include "config.h"
#include "fuzz.h"

#include <math.h>
#include <string.h>

#include "io/neuron_table.h"
#include "io/plane.h"

static void read_neurons(const char *path)
{
    struct neuron_table t = { 0 };
    struct ct_error err = { 0 };
    const enum ct_status status = neuron_table_read(path, &t, &err);
    size_t length = 0;

    fuzz_check_answer(status, &err);
    for (size_t i = 0; i < t.n; i++) {
        fuzz_require(t.rows[i] >= 1 && t.rows[i] <= t.table.n_rows);
        fuzz_require(t.labels == NULL || t.labels[i] >= -1);
        length += strlen(t.hooks[i]);
    }
    fuzz_require(length <= t.table.digest.bytes);
    neuron_table_clear(&t);
}

static void read_plane(const char *path, enum header header)
{
    struct plane p = { 0 };
    struct ct_error err = { 0 };

    fuzz_check_answer(plane_read(path, header, &p, &err), &err);
    for (size_t i = 0; i < 2 * p.xy.rows; i++)
        fuzz_require(isfinite(p.xy.data[i]));
    plane_clear(&p);
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
    const char *const path = fuzz_file("table", data, size);

    read_neurons(path);
    read_plane(path, HEADER_AUTO);
    read_plane(path, HEADER_YES);
    read_plane(path, HEADER_NO);
    return 0;
}
