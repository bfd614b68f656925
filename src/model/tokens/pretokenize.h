/*
 * Cuts text into the pieces that byte pair encoding never merges across, by the pattern of GPT-2
 * (Radford et al. 2019, the code released with it): contractions, words, numbers and other signs,
 * each with at most one blank before it, and white space. White space is Unicode's White_Space, as
 * in Python's `regex` and in Rust; letters and numbers are those of the Unicode version that PCRE2
 * was built with.
 */
#ifndef CT_MODEL_TOKENS_PRETOKENIZE_H
#define CT_MODEL_TOKENS_PRETOKENIZE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

struct pretokenizer; /* immutable: threads may share it */

/* jit: compile the pattern to machine code where that can be; false gives the same pieces, slower.
 * The caller frees *out. CT_ENOMEM, CT_ENOTSUP (a PCRE2 without Unicode). */
enum ct_status pretokenizer_new(bool jit, struct pretokenizer **out, struct ct_error *err);
void pretokenizer_free(struct pretokenizer *pretokenizer);

struct piece_iterator { /* one thread's; zeroed, piece_iterator_clear() does nothing */
    const struct pretokenizer *pretokenizer;
    void *match_data;
};

enum ct_status piece_iterator_init(struct piece_iterator *it, const struct pretokenizer *p,
                                   struct ct_error *err);
void piece_iterator_clear(struct piece_iterator *it);

/* The piece that begins at `at` (below size) in text [size], valid UTF-8: *end is above at.
 * CT_ENOMEM. */
enum ct_status piece_iterator_next(struct piece_iterator *it, const char *text, size_t size,
                                   size_t at, size_t *end, struct ct_error *err);

#endif
