/* The normalizers of a tokenizer, as Hugging Face's tokenizers apply them to each stretch of text
 * between added tokens. */
#ifndef CT_MODEL_TOKENS_NORMALIZE_H
#define CT_MODEL_TOKENS_NORMALIZE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "model/tokens/file_pattern.h"
#include "model/tokens/mapped_text.h"

enum normalizer_kind {
    NORMALIZER_NFC,
    NORMALIZER_PREPEND, /* content before text that is not empty */
    NORMALIZER_REPLACE, /* every match of pattern by content */
};

struct normalizer {
    enum normalizer_kind kind;
    char *content; /* [size], owned */
    size_t size;
    struct file_pattern *pattern; /* owned */
    bool replaces_blanks;         /* pattern is one blank */
};

void normalizer_clear(struct normalizer *normalizer);

/*
 * Applies steps [n] in order to `in` -> *out, borrowed from `in` or from one of texts, which are
 * overwritten. inside: the stretch does not begin its text, so nothing is put in front of it.
 * CT_ENOTSUP (a pattern that takes too many steps), CT_EINVAL (too long), CT_ENOMEM.
 */
enum ct_status normalize(const struct normalizer *steps, size_t n, bool inside,
                         const struct text_view *in, struct mapped_text texts[2],
                         struct text_view *out, struct ct_error *err);

#endif
