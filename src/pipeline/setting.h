/*
 * A parameter as a const row: its name, the values that it takes, who takes it. The command line,
 * the user interface, the manifest and the keys of results read, check, show and hash parameters
 * through it; its default is what params_init() sets.
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
    /* Sets the parameter from what an option is given (NULL: a flag without a value). */
    enum ct_status (*parse)(const struct setting *setting, struct params *params, const char *text,
                            struct ct_error *err);
    /* The value as text that parse() takes, cut to size; empty when it is not set. */
    void (*format)(const struct setting *setting, const struct params *params, char *out,
                   size_t size);
    void (*key)(const struct setting *setting, const struct params *params, struct key *key);
    json_t *(*to_json)(const struct setting *setting, const struct params *params);
    bool (*is_json)(const json_t *value);
    const char *json_words; /* what is_json() expects */
    /* Relative paths begin in directory (NULL: here), when they are there. */
    enum ct_status (*from_json)(const struct setting *setting, struct params *params,
                                const json_t *value, const char *directory, struct ct_error *err);
    /* The text of the next value up (1) or down (-1) from value. NULL: there is no next one. */
    void (*step)(const struct setting *setting, const char *value, int step, char *out,
                 size_t size);
};

extern const struct setting_kind kind_path;   /* char *, not empty */
extern const struct setting_kind kind_names;  /* one more name or glob each time */
extern const struct setting_kind kind_pair;   /* A,B */
extern const struct setting_kind kind_number; /* double, low < x < high */
extern const struct setting_kind kind_count;  /* size_t, low or more */
extern const struct setting_kind kind_seed;   /* uint64_t */
extern const struct setting_kind kind_choice; /* an enum, the position among the choices */
extern const struct setting_kind kind_flag;   /* bool */

/* Which analyses have results that depend on a parameter. */
enum setting_scope {
    OF_ANY,
    OF_MODEL,       /* those that begin with a model */
    OF_ACTIVATIONS, /* those that begin with a file of activations */
    OF_NONE,        /* it decides which files are written */
};

struct setting {
    const char *name; /* `min-samples` */
    char letter;      /* of the short option; 0: none */
    const struct setting_kind *kind;
    enum setting_scope scope;
    size_t field;         /* offset in struct params */
    int commands;         /* that take it, see command.h */
    const char *argument; /* what help calls the value; NULL for a flag */
    const char *help;
    double low, high;
    const char *(*choice)(size_t i); /* the i-th name that it takes; NULL: there are no more */
    /* What programs went by that did not have this parameter yet, as an option would be given, so
     * that their manifests keep their meaning. NULL: its default. */
    const char *before;
};

/* Whether results depend on the parameter, given what the others are. */
bool setting_decides(const struct setting *setting, const struct params *params);

/* The values that it can take, as `a/b/c`, cut to size; empty unless it is a choice. */
void setting_choices(const struct setting *setting, char *out, size_t size);

#endif
