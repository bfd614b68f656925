/* A command line, one word per line: accepted settings read back from their printed form. */
#include "config.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/options.h"
#include "pipeline/stages.h"

enum { MOST_WORDS = 32, SHOWN = 512 };

static void check_setting(const struct setting *setting, const struct params *params)
{
    char shown[SHOWN];
    char again[SHOWN];
    struct params other;
    struct ct_error err = { 0 };

    setting->kind->format(setting, params, shown, sizeof shown);
    if (shown[0] == '\0' || strlen(shown) + 1 == sizeof shown || setting->kind == &kind_names)
        return; /* not set, truncated, or a list printed on one line */
    params_init(&other);
    fuzz_require(setting->kind->parse(setting, &other, shown, &err) == CT_OK);
    setting->kind->format(setting, &other, again, sizeof again);
    fuzz_require(strcmp(shown, again) == 0);
    params_clear(&other);
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
    char *const text = ct_strndup((const char *)data, size);
    char name[] = "circuittui";
    char *argv[MOST_WORDS + 1] = { name };
    int argc = 1;
    struct options options;
    struct ct_error err = { 0 };

    fuzz_require(text != NULL);
    for (char *at = text; at != NULL && *at != '\0' && argc < MOST_WORDS;) {
        char *const end = strchr(at, '\n');
        argv[argc++] = at;
        if (end != NULL)
            *end = '\0';
        at = end != NULL ? end + 1 : NULL;
    }
    argv[argc] = NULL;
    const enum ct_status status = options_parse(argc, argv, &options, &err);
    fuzz_check_answer(status, &err);
    for (size_t i = 0; status == CT_OK && setting_at(i) != NULL; i++)
        check_setting(setting_at(i), &options.params);
    options_clear(&options);
    free(text);
    return 0;
}
