#include "config.h"
#include "report/account.h"

#include <limits.h>
#include <string.h>

#include "base/path.h"
#include "io/link.h"
#include "model/tokens/tokenizer_files.h"
#include "pipeline/stage_load.h"

/* What the tokenizer puts before every text, and how its files contradict each other. */
static void report_tokenizer(const struct tokenizer *tokenizer, struct page *page)
{
    const char *const note = tokenizer_note(tokenizer);
    char bos[TOKENIZER_BOS_SIZE];

    if (tokenizer_bos_text(tokenizer, bos))
        page_line(page, "token before every sentence: %s", bos);
    if (tokenizer_lacks_bos(tokenizer))
        page_line(page, "caution: this model was trained with a token before every text; without "
                        "it, activations differ much (--bos yes)");
    if (tokenizer_has_suffix(tokenizer))
        page_line(page,
                  "the tokenizer's files also put a token behind every text; it was left out");
    if (note != NULL)
        page_line(page, "tokenizer: %s", show_text(note).text);
}

/* Files that somebody else's link takes from elsewhere. */
static void report_links(const char *folder, const char *path, struct page *page)
{
    char target[PATH_MAX];

    if (!link_leads_out(folder, path, target))
        return;
    page_line(page, "caution: %s is a link that leads out of the model's folder, to",
              show_text(strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path).text);
    page_path(page, target);
}

static void report_all_links(const struct analysis *a, const struct model_info *info,
                             struct page *page)
{
    const char *const folder = a->params.tokenizer != NULL ? a->params.tokenizer : a->params.model;
    const char *names[TOKENIZER_FILES_MAX];
    const size_t n = tokenizer_files_list(folder, names);
    char path[PATH_MAX];

    if (path_put(path, "%s/config.json", a->params.model))
        report_links(a->params.model, path, page);
    for (size_t i = 0; i < info->n_files; i++)
        report_links(a->params.model, info->files[i], page);
    for (size_t i = 0; i < n; i++)
        if (path_put(path, "%s/%s", folder, names[i]))
            report_links(folder, path, page);
}

/* The weights of Gemma 1 were trained with tanh, whatever hidden_act says; transformers computes
 * what it says since 4.48. */
static void report_activation(const struct model_config *config, struct page *page)
{
    const char *const ignored = config->activation_ignored;

    if (ignored[0] != '\0' && config->activation != ACTIVATION_UNKNOWN)
        page_line(page,
                  "caution: hidden_act is %s, but %s is computed, as the model was trained; "
                  "hidden_activation in config.json decides",
                  show_text(ignored).text, activation_name(config->activation));
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
    report_activation(config, page);
    report_all_links(a, &info, page);
    report_tokenizer(load_of(a)->tokenizer, page);
}

const struct account account_load = { .stage = &stage_load, .report = report };
