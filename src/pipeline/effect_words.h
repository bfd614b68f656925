/* The words by whose logits an intervention is measured: pairs, one for each group. */
#ifndef CT_PIPELINE_EFFECT_WORDS_H
#define CT_PIPELINE_EFFECT_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "model/tokens/tokenizer.h"
#include "pipeline/analysis.h"

#define DEFAULT_WORDS " He: She, he: she, His: Her, himself: herself"

struct word_pairs { /* zero-initialise; owns ids until word_pairs_clear() */
    uint32_t *ids;  /* [2 n] of the pairs: the first group's word, then the other's */
    size_t n;
    size_t n_dropped;  /* pairs with a word that is not a single token, or in both places */
    char dropped[120]; /* the first of them, as `He: She`; empty: none */
};

/* Whether text is pairs `A:B`, separated by commas; blanks belong to the words. */
bool word_pairs_are(const char *text);

/* text as above. CT_EINVAL: no pair consists of single tokens. CT_ENOMEM. *out is empty then. */
enum ct_status word_pairs_find(const struct tokenizer *tokenizer, const char *text,
                               struct word_pairs *out, struct ct_error *err);
void word_pairs_clear(struct word_pairs *w);

/* Those that an analysis with a model asks for. Errors as above. */
enum ct_status effect_words_find(const struct analysis *a, struct word_pairs *out,
                                 struct ct_error *err);

/* The mean of logit(a) - logit(b) over the pairs. logits [2 n], of ids. */
double word_pairs_difference(const struct word_pairs *w, const float *logits);

#endif
