/* A manifest.json: if accepted, its parameters are valid options, and its result files have names
 * that the program writes. */
#include "config.h"
#include "fuzz.h"

#include <string.h>

#include "report/manifest.h"

static void check_files(const struct written *files)
{
    for (size_t i = 0; i < files->n; i++) {
        const char *const name = files->files[i].name;
        const char *const slash = strchr(name, '/');
        fuzz_require(name[0] != '/' && name[0] != '.');
        fuzz_require(slash == NULL || (strchr(slash + 1, '/') == NULL && slash[1] != '.'));
        fuzz_require(strlen(files->files[i].digest.sha256) == HASH_HEX_SIZE - 1);
    }
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
    struct manifest m = { 0 };
    struct ct_error err = { 0 };
    const enum ct_status status = manifest_read(fuzz_file("manifest.json", data, size), &m, &err);

    fuzz_check_answer(status, &err);
    if (status != CT_OK)
        return 0;
    fuzz_require(m.params.alpha > 0.0 && m.params.alpha < 1.0 && m.params.eps > 0.0);
    fuzz_require(m.params.clusters > 0 && m.params.min_samples > 0 && m.params.perplexity > 0.0);
    fuzz_require(m.params.activations != NULL ||
                 (m.params.model != NULL && m.params.stimuli != NULL));
    fuzz_require(m.version != NULL && m.tables.n > 0);
    check_files(&m.tables);
    check_files(&m.plots);
    fuzz_require(m.plots.n == 0 || m.figures != NULL);
    manifest_clear(&m);
    return 0;
}
