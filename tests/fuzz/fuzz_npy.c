/* An .npy file, mapped and copied; the header that circuittui would write for it reads back the
 * same. */
#include "config.h"
#include "fuzz.h"

#include "io/npy.h"
#include "io/npy_header.h"

static void check_written(const struct matview *v)
{
    char header[NPY_WRITTEN_MAX];
    struct npy_header h;
    struct ct_error err = { 0 };
    const size_t size = npy_header_format(header, v->dtype, v->rows, v->cols);

    fuzz_require(size % 64 == 0 && size <= sizeof header);
    const enum ct_status status = npy_header_parse(header, size, "written", &h, &err);
    fuzz_require(status == CT_OK && v->rows == h.rows && v->cols == h.cols);
    fuzz_require(npy_items_are_plain(&h.items) && npy_items_dtype(&h.items) == v->dtype &&
                 h.data_at == size);
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
    struct npy n = { 0 };
    struct ct_error err = { 0 };
    volatile double last = 0.0;
    const enum ct_status status = npy_open(fuzz_file("x.npy", data, size), &n, &err);

    fuzz_check_answer(status, &err);
    if (status != CT_OK)
        return 0;
    if (n.view.cols > 0)
        for (size_t i = 0; i < n.view.rows; i++)
            for (size_t j = 0; j < n.view.cols; j++)
                last = matview_get(&n.view, i, j);
    (void)last;
    check_written(&n.view);
    npy_close(&n);
    return 0;
}
