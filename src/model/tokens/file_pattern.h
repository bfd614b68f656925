/*
 * A pattern that a tokenizer file gives, {"String": ...} or {"Regex": ...}, and its matches in a
 * text, as in Hugging Face's tokenizers. Patterns are untrusted: each text has a limited number of
 * steps.
 */
#ifndef CT_MODEL_TOKENS_FILE_PATTERN_H
#define CT_MODEL_TOKENS_FILE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct file_pattern; /* immutable; threads may share it */

/* text [size], UTF-8, not empty, is found literally, or as a regular expression; *out is owned by
 * the caller: file_pattern_free(). CT_ENOTSUP (syntax that PCRE2 does not share with Oniguruma),
 * CT_EFORMAT, CT_ENOMEM. */
enum ct_status file_pattern_new(const char *text, size_t size, bool is_regex,
                                struct file_pattern **out, struct ct_error *err);
void file_pattern_free(struct file_pattern *pattern);

struct file_match {
    size_t begin, end; /* may be equal */
};

struct file_search { /* of one text, by one thread; file_search_clear() accepts a zeroed one */
    const struct file_pattern *pattern;
    const char *text; /* [size], borrowed */
    size_t size;
    size_t at;       /* where to search */
    size_t last_end; /* of the last match; SIZE_MAX: there was none */
    double steps;    /* that are left for matches that need many */
    void *match_data;
    void *context;
};

/* CT_ENOMEM. */
enum ct_status file_search_init(struct file_search *search, const struct file_pattern *pattern,
                                const char *text, size_t size, struct ct_error *err);
void file_search_clear(struct file_search *search);

/* The next match, leftmost; an empty one is skipped if it is where the last match ended. *is_there
 * is false at the end. CT_ENOTSUP (the pattern takes too many steps), CT_ENOMEM. */
enum ct_status file_search_next(struct file_search *search, struct file_match *match,
                                bool *is_there, struct ct_error *err);

#endif
