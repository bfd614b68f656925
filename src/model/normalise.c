#include "config.h"
#include "model/normalise.h"

#include <string.h>

#include "model/ops/norm.h"

void norm_read(const struct model_config *config, const struct norm *norm, size_t n, float *gain,
               float *bias)
{
    const float more = config->norm == NORM_RMS_PLUS_ONE ? 1.0F : 0.0F;

    if (norm->weight.data != NULL)
        tensor_read(&norm->weight, 0, 0, n, gain);
    for (size_t i = 0; i < n; i++)
        gain[i] = norm->weight.data != NULL ? gain[i] + more : 1.0F;
    if (norm->bias.data != NULL)
        tensor_read(&norm->bias, 0, 0, n, bias);
    else
        memset(bias, 0, n * sizeof *bias);
}

void norm_apply(const struct model_config *config, const float *gain, const float *bias,
                const float *x, size_t n, float *y)
{
    if (config->norm == NORM_LAYER)
        layer_norm_apply(x, n, gain, bias, config->norm_epsilon, y);
    else
        rms_norm_apply(x, n, gain, config->norm_epsilon, y);
}
