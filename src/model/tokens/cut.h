/*
 * The pre-tokenizers of a tokenizer: they cut a stretch of text into pieces across which byte pair
 * encoding never merges, each cutting the pieces of the one before, as in Hugging Face's
 * tokenizers.
 */
#ifndef CT_MODEL_TOKENS_CUT_H
#define CT_MODEL_TOKENS_CUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "model/tokens/file_pattern.h"
#include "model/tokens/mapped_text.h"
#include "model/tokens/pretokenize.h"

enum cut_kind {
    CUT_GPT2,      /* by the pattern of GPT-2 */
    CUT_SPLIT,     /* at the matches of pattern */
    CUT_DIGITS,    /* numeric characters: each alone, or (behavior) runs of them */
    CUT_METASPACE, /* blanks become content; before each of these, if cuts_blanks */
};

/* What becomes of the matches. Names as in the files. */
enum cut_behavior {
    CUT_REMOVED,
    CUT_ISOLATED,
    CUT_MERGED_WITH_PREVIOUS,
    CUT_MERGED_WITH_NEXT,
    CUT_CONTIGUOUS, /* adjacent matches join, and so do adjacent gaps */
};

enum cut_prefix { /* a blank in front of a piece that does not begin with one */
                  CUT_PREFIX_NEVER,
                  CUT_PREFIX_FIRST, /* only where the text begins */
                  CUT_PREFIX_ALWAYS,
};

struct cut {
    enum cut_kind kind;
    enum cut_behavior behavior;
    enum cut_prefix prefix;       /* CUT_METASPACE and CUT_GPT2 */
    bool invert;                  /* matches are gaps, and the reverse */
    bool cuts;                    /* false: CUT_METASPACE and CUT_GPT2 only put blanks */
    char blank[5];                /* what stands for a blank: ` ` or `▁` */
    struct file_pattern *pattern; /* owned: of CUT_SPLIT, and a blank of CUT_METASPACE */
};

void cut_clear(struct cut *cut);

struct piece { /* bytes of a text */
    size_t begin, end;
};

struct piece_list { /* zero-initialise; owns items: free() */
    struct piece *items;
    size_t n;
    size_t room;
};

struct cutter { /* what a thread needs to cut one text after another */
    struct piece_iterator gpt2;
    struct mapped_text texts[2];
    struct piece_list lists[2];
};

/* CT_ENOMEM. */
enum ct_status cutter_init(struct cutter *cutter, const struct pretokenizer *gpt2,
                           struct ct_error *err);
void cutter_clear(struct cutter *cutter);

/*
 * Cuts `in` by steps [n] -> pieces of *out, both borrowed until the next call. inside: `in` does
 * not begin its text, so nothing is put in front of it. CT_ENOTSUP (a pattern that takes too many
 * steps), CT_EINVAL (too long), CT_ENOMEM.
 */
enum ct_status cutter_cut(struct cutter *cutter, const struct cut *steps, size_t n, bool inside,
                          const struct text_view *in, struct text_view *out,
                          const struct piece_list **pieces, struct ct_error *err);

#endif
