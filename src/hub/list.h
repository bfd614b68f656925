/* The models in a Hugging Face cache, for users to choose from. */
#ifndef CT_HUB_LIST_H
#define CT_HUB_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct hub_model {   /* a snapshot in the cache; owns its strings */
    char *name;      /* `openai-community/gpt2` */
    char *revision;  /* its branch or tag, else the commit */
    char *folder;    /* of the snapshot; of the repository if it has none */
    size_t n_layers; /* from config.json; 0 when that has a problem */
    size_t hidden_size;
    bool is_examined;
    uint64_t n_parameters; /* 0 until examined */
    uint64_t bytes;        /* of the weight files; 0 until examined */
    char *problem;         /* why it is unusable; NULL: none known */
};

/* Every model in the cache, usable ones first, by name and revision, judged by their config.json
 * and file names. None when the folder does not exist. *models [*n] is freed with
 * hub_models_free(). CT_EIO, CT_ENOMEM. */
enum ct_status hub_cache_list(const char *root, struct hub_model **models, size_t *n,
                              struct ct_error *err);

/* Reads the headers of the weight files, once: takes some milliseconds. */
void hub_model_examine(struct hub_model *model);
void hub_models_free(struct hub_model *models, size_t n);

/* The display name of a folder, from the end of its path: `ORG/NAME` for a snapshot in a cache.
 * Truncated to size. */
void hub_folder_name(const char *folder, char *out, size_t size);

#endif
