/*
 * The parameters as a table: name, stage that they belong to, what values they take. The command
 * line, the user interface and the manifest read, check and show parameters through it.
 */
#ifndef CT_PIPELINE_SETTINGS_H
#define CT_PIPELINE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "pipeline/analysis.h"
#include "pipeline/params.h"

enum setting_kind {
    SETTING_PATH,   /* char *, not empty */
    SETTING_HOOKS,  /* one more name or glob each time */
    SETTING_PAIR,   /* A,B */
    SETTING_NUMBER, /* double, low < x < high */
    SETTING_COUNT,  /* size_t, low or more */
    SETTING_SEED,   /* uint64_t */
    SETTING_CHOICE, /* an enum, the position among choices */
    SETTING_FLAG,   /* bool */
};

struct setting {
    const char *name; /* `min-samples` */
    char letter;      /* of the short option; 0: none */
    enum stage_id stage;
    enum setting_kind kind;
    size_t field;         /* offset in struct params */
    const char *argument; /* what help calls the value; NULL for a flag */
    const char *help;
    double low, high;
    const char *const *choices; /* ends with NULL */
};

extern const struct setting settings[];
extern const size_t n_settings;

/* Sets the parameter from text (NULL for a flag: on). CT_EINVAL, `--alpha: ...`; CT_ENOMEM. */
enum ct_status setting_parse(const struct setting *setting, struct params *params, const char *text,
                             struct ct_error *err);

/* The value as text, cut to size and terminated; empty when it has not been set. */
void setting_format(const struct setting *setting, const struct params *params, char *out,
                    size_t size);

#endif
