/*
 * Reads values of a config.json, for the files that know the keys of a family. If a key is absent
 * or null, *out is untouched and so keeps its default. A value of the wrong type or out of range is
 * CT_EFORMAT, with the name of the key.
 */
#ifndef CT_MODEL_CONFIG_READER_H
#define CT_MODEL_CONFIG_READER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "model/model_config.h"

struct config_reader { /* all borrowed */
    const char *path;
    const json_t *root;
    json_t *asked;   /* NULL, or an object that receives each key that was asked for, with its value
                        or null */
    size_t *n_sizes; /* increased by each size that is there */
    struct ct_error *err;
};

/* The value of a key; NULL if absent or null. */
const json_t *config_find(const struct config_reader *r, const char *name);

enum config_kind {
    CONFIG_SIZE,       /* size_t, 1 .. max */
    CONFIG_BOOL,       /* bool */
    CONFIG_FRACTION,   /* double, 0 <= x < 1 */
    CONFIG_POSITIVE,   /* double, finite */
    CONFIG_ACTIVATION, /* activation and activation_name. An unknown one is no failure: hook points
                          before it do not need it. */
};

struct config_key {
    enum config_kind kind;
    const char *names[4]; /* alternative names; the first one present is used; NULL-terminated */
    size_t offset;        /* of the field in struct model_config */
    size_t max;           /* of a CONFIG_SIZE */
    bool null_is_zero;    /* of a CONFIG_SIZE or CONFIG_POSITIVE: null is not its default, but 0 */
};

/* Fields of *out that are in no key, or whose keys are absent, are untouched. */
enum ct_status config_read_keys(const struct config_reader *r, const struct config_key *keys,
                                size_t n, struct model_config *out);

enum ct_status config_read_bool(const struct config_reader *r, const char *name, bool *out);

/* A member of an object in the file, or of the file if that is NULL; WHERE.NAME in messages. */
enum ct_status config_read_positive(const struct config_reader *r, const json_t *object,
                                    const char *where, const char *name, double *out);

/*
 * layer_types, an array of "full_attention" and "sliding_attention" by block: sets out->slides, and
 * *is_there. Another word is CT_ENOTSUP.
 */
enum ct_status config_read_layer_types(const struct config_reader *r, struct model_config *out,
                                       bool *is_there);

/* For read_more of families whose blocks all have the window. */
enum ct_status config_all_slide(const struct config_reader *r, struct model_config *out);

#endif
