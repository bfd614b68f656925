#include "config.h"
#include "num/scale.h"

#include <stddef.h>

int scale_exponent(const struct mat *X)
{
    enum { COMFORTABLE = 30 };
    double largest = 0.0;
    int exponent = 0;

    for (size_t i = 0; i < X->rows * X->cols; i++) {
        if (!isfinite(X->data[i]))
            return 0;
        largest = fmax(largest, fabs(X->data[i]));
    }
    frexp(largest, &exponent);
    return exponent < -COMFORTABLE || exponent > COMFORTABLE ? exponent : 0;
}

enum ct_status scale_copy(const struct mat *X, int exponent, const char *what, struct mat *out,
                          struct ct_error *err)
{
    double scale[2];
    const enum ct_status status = mat_init(out, X->rows, X->cols, what, err);

    scale_factors(-exponent, scale);
    for (size_t i = 0; status == CT_OK && i < X->rows * X->cols; i++)
        out->data[i] = X->data[i] * scale[0] * scale[1];
    return status;
}
