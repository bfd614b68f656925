#include "config.h"
#include "report/account.h"

#include "pipeline/stage_load.h"

static void report(const struct analysis *a, struct page *page)
{
    const struct model *const model = load_of(a)->model;
    struct model_info info;

    if (model == NULL)
        return;
    const struct model_config *const config = model_config(model);
    model_describe(model, &info);
    page->heading = "Model";
    page_path(page, a->params.model);
    page_line(page, "%s of %zu layers, width %zu, %zu heads; %.4g M parameters in %s, %s",
              model_config_title(config), config->n_layers, config->hidden_size, config->n_heads,
              (double)info.n_parameters / 1e6, info.dtype,
              show_bytes((double)info.file_bytes).text);
}

const struct account account_load = { .stage = &stage_load, .report = report };
