/* The tiny models of all families of fixtures/gen_families.py, written to folders. */
#ifndef CT_TESTS_FAMILY_MODELS_H
#define CT_TESTS_FAMILY_MODELS_H

#include <jansson.h>

#include "io/safetensors.h"
#include "model/model.h"
#include "model/token_seq.h"

enum { FAMILY_MAX_SEQS = 4, FAMILY_MAX_LEN = 200 };

struct family_models { /* owns everything until families_clear() */
    json_t *root;      /* `variants`, and the ids below */
    struct safetensors *reference;
    struct token_seq seqs[FAMILY_MAX_SEQS];
    size_t n_seqs;
    uint32_t ids[FAMILY_MAX_SEQS][FAMILY_MAX_LEN];
};

/* Loads fixtures: variants.json or another file with `sequences`, and values. */
void families_load(struct family_models *out, const char *json, const char *values);
void families_clear(struct family_models *families);

/* Aborts the test if there is none. */
json_t *families_variant(const struct family_models *families, const char *name);

/* A new folder with the model of a variant; the caller calls folder_remove(). */
char *family_folder(const json_t *variant);

/* Opens a folder; a failure mentions `what`. */
struct model *family_open(const char *dir, const char *what);

#endif
