/* The input of an analysis: model, tokenizer and sentences, or a file of activations. */
#ifndef CT_PIPELINE_STAGE_LOAD_H
#define CT_PIPELINE_STAGE_LOAD_H

#include <stddef.h>

#include "io/activations.h"
#include "io/hash_ahead.h"
#include "io/stimuli.h"
#include "model/model.h"
#include "model/tokens/tokenizer.h"
#include "pipeline/analysis.h"

struct sentence {
    const char *text; /* [size] UTF-8, borrowed from the stimuli; NULL with an activations file */
    size_t size;
    size_t group;         /* index into group_names */
    struct token *tokens; /* [n_tokens], owned; NULL with an activations file */
    size_t n_tokens;
    size_t target_first; /* tokens of the target: target_first .. target */
    size_t target;       /* position whose activation is extracted */
};

struct load_result {
    struct model *model;         /* NULL with an activations file */
    struct hash_ahead *hashes;   /* of the model's files; NULL: not requested, or unavailable */
    struct tokenizer *tokenizer; /* NULL with an activations file */
    struct stimuli stimuli;
    struct activations activations; /* 0 rows without such a file */
    struct sentence *sentences;     /* [n_sentences] */
    size_t n_sentences;
    const char *const *group_names; /* [n_groups] in order of first appearance, borrowed */
    size_t n_groups;
    size_t *by_group;     /* [n_sentences] sentences by group, in file order within a group */
    size_t *group_starts; /* [n_groups + 1] where each group starts in by_group */
};

extern const struct stage stage_load;

static inline const struct load_result *load_of(const struct analysis *a)
{
    return analysis_result(a, &stage_load);
}

#endif
