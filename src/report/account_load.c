#include "config.h"
#include "report/account.h"

#include "base/text.h"
#include "pipeline/stage_load.h"

/* What the tokenizer puts before every text, and how its files contradict each other. */
static void report_tokenizer(const struct tokenizer *tokenizer, struct page *page)
{
    const size_t n = tokenizer_n_prefix(tokenizer);
    const char *const note = tokenizer_note(tokenizer);

    for (size_t i = 0; i < n; i++) {
        const uint32_t id = tokenizer_prefix(tokenizer)[i];
        size_t size = 0;
        const char *const piece = tokenizer_piece(tokenizer, id, &size);
        char shown[64] = "";
        if (piece != NULL)
            text_visible(shown, sizeof shown, piece, size);
        page_line(page, "every text begins with the token \"%s\" (%lu)", shown, (unsigned long)id);
    }
    if (note != NULL)
        page_line(page, "tokenizer: %s", show_text(note).text);
}

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
    report_tokenizer(load_of(a)->tokenizer, page);
}

const struct account account_load = { .stage = &stage_load, .report = report };
