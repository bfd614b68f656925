/*
 * A parameter as a const row: its name, its valid values, the commands that take it. The command
 * line, the user interface, the manifest and the keys of results parse, validate, format and hash
 * parameters through it; its default is the one params_init() sets.
 */
#ifndef CT_PIPELINE_SETTING_H
#define CT_PIPELINE_SETTING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "pipeline/command.h"
#include "pipeline/key.h"
#include "pipeline/params.h"

struct setting;

struct setting_kind {
    /* Sets the parameter from an option's argument (NULL: a flag without a value). */
    enum ct_status (*parse)(const struct setting *setting, struct params *params, const char *text,
                            struct ct_error *err);
    /* The value as text that parse() accepts, truncated to size; empty when not set. */
    void (*format)(const struct setting *setting, const struct params *params, char *out,
                   size_t size);
    void (*key)(const struct setting *setting, const struct params *params, struct key *key);
    json_t *(*to_json)(const struct setting *setting, const struct params *params);
    bool (*is_json)(const json_t *value);
    const char *json_words; /* what is_json() expects */
    /* Relative paths are resolved against directory (NULL: the current one) when they exist
     * there. */
    enum ct_status (*from_json)(const struct setting *setting, struct params *params,
                                const json_t *value, const char *directory, struct ct_error *err);
    /* The text of the next value up (1) or down (-1) from value; NULL: none. */
    void (*step)(const struct setting *setting, const char *value, int step, char *out,
                 size_t size);
};

extern const struct setting_kind kind_path;   /* char *, not empty */
extern const struct setting_kind kind_text;   /* char *, as the parameter accepts it */
extern const struct setting_kind kind_list;   /* the same; parse() adds to it, after a blank */
extern const struct setting_kind kind_names;  /* adds one name or glob each time */
extern const struct setting_kind kind_pair;   /* A,B */
extern const struct setting_kind kind_number; /* double, low < x < high */
extern const struct setting_kind kind_count;  /* size_t, at least low */
extern const struct setting_kind kind_seed;   /* uint64_t */
extern const struct setting_kind kind_choice; /* an enum, the index of the choice */
extern const struct setting_kind kind_flag;   /* bool */

/* Which analyses have results that depend on a parameter. */
enum setting_scope {
    OF_ANY,
    OF_MODEL,       /* analyses that start from a model */
    OF_ACTIVATIONS, /* analyses that start from a file of activations */
    OF_NONE,        /* none: it decides which files are written */
};

struct setting {
    const char *name; /* `min-samples` */
    char letter;      /* of the short option; 0: none */
    const struct setting_kind *kind;
    enum setting_scope scope;
    size_t field;         /* offset in struct params */
    int commands;         /* that take it, see command.h */
    const char *argument; /* placeholder of the value in help; NULL for a flag */
    const char *help;
    bool is_rare; /* in the manual, not in --help, which fits a terminal */
    double low, high;
    const char *initial;               /* of a text that is not set (NULL) */
    bool (*accepts)(const char *text); /* whether a text is valid, or else what is */
    const char *expected;
    const char *(*choice)(size_t i); /* the i-th valid name; NULL: no more */
    /* The value, as an option would be given, that programs without this parameter used, so that
     * their manifests keep their meaning. NULL: its default. */
    const char *before;
};

/* Whether results depend on the parameter, given the other values. */
bool setting_decides(const struct setting *setting, const struct params *params);

#endif
