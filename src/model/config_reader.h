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

/* Bounds that keep all products of sizes small, far above any published model. */
enum {
    CONFIG_MAX_VOCAB = 1 << 24,
    CONFIG_MAX_POSITIONS = 1 << 20,
    CONFIG_MAX_HIDDEN = 1 << 16,
    CONFIG_MAX_LAYERS = 10000,
    CONFIG_MAX_INTERMEDIATE = 1 << 20
};

struct config_size {
    const char *names[4]; /* alternative names; the first one present is used; NULL-terminated */
    size_t max;
    size_t *out; /* 1 .. max */
};

enum ct_status config_read_sizes(const struct config_reader *r, const struct config_size *sizes,
                                 size_t n);

enum ct_status config_read_bool(const struct config_reader *r, const char *name, bool *out);

/* 0 <= *out < 1. */
enum ct_status config_read_fraction(const struct config_reader *r, const char *name, double *out);

/* The activation function of *out. An unknown one is no failure: hook points before it do not need
 * it. */
enum ct_status config_read_activation(const struct config_reader *r, const char *name,
                                      struct model_config *out);

#endif
