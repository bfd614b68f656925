/* The models in a Hugging Face cache, for people to choose from. */
#ifndef CT_HUB_LIST_H
#define CT_HUB_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct hub_model {   /* a snapshot in the cache; owns its strings */
    char *name;      /* `openai-community/gpt2` */
    char *revision;  /* branch or tag that it is, else the commit */
    char *folder;    /* of the snapshot; of the repository when it has none */
    size_t n_layers; /* by config.json; 0 when there is a problem with it */
    size_t hidden_size;
    bool is_examined;
    uint64_t n_parameters; /* 0 until it is examined */
    uint64_t bytes;        /* of the weight files; 0 until it is examined */
    char *problem;         /* why it cannot be used; NULL: none is known */
};

/* Every model in the cache, first those that can be used, by name and revision, as far as their
 * config.json and the names of their files show. None when there is no such folder. *models [*n]
 * goes to hub_models_free(). CT_EIO, CT_ENOMEM. */
enum ct_status hub_cache_list(const char *root, struct hub_model **models, size_t *n,
                              struct ct_error *err);

/* Looks into the weight files, once: some milliseconds. */
void hub_model_examine(struct hub_model *model);
void hub_models_free(struct hub_model *models, size_t n);

/* What the last folder of a path is called: `ORG/NAME` for a snapshot in a cache. Cut to size. */
void hub_folder_name(const char *folder, char *out, size_t size);

#endif
