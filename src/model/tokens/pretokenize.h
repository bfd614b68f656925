/*
 * Splits text into the pieces across which byte pair encoding never merges, by the pattern of GPT-2
 * (Radford et al. 2019, the code released with it): contractions; words, numbers and other symbols,
 * each with at most one blank before it; and white space. White space is Unicode's White_Space, as
 * in Python's `regex` and in Rust; letters and numbers are those of PCRE2's Unicode version.
 */
#ifndef CT_MODEL_TOKENS_PRETOKENIZE_H
#define CT_MODEL_TOKENS_PRETOKENIZE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct pretokenizer; /* immutable; threads may share it */

/* jit: compile the pattern to machine code if possible; without it, the pieces are the same, but
 * slower. *out is owned by the caller: pretokenizer_free(). CT_ENOMEM, CT_ENOTSUP (a PCRE2 without
 * Unicode). */
enum ct_status pretokenizer_new(bool jit, struct pretokenizer **out, struct ct_error *err);
void pretokenizer_free(struct pretokenizer *pretokenizer);

struct piece_iterator { /* for one thread; piece_iterator_clear() accepts a zeroed one */
    const struct pretokenizer *pretokenizer;
    void *match_data;
};

enum ct_status piece_iterator_init(struct piece_iterator *it, const struct pretokenizer *p,
                                   struct ct_error *err);
void piece_iterator_clear(struct piece_iterator *it);

/* The piece that begins at `at` < size in text [size], valid UTF-8: sets *end > at. CT_ENOMEM. */
enum ct_status piece_iterator_next(struct piece_iterator *it, const char *text, size_t size,
                                   size_t at, size_t *end, struct ct_error *err);

#endif
