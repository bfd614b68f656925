#include "config.h"
#include "model/tokens/added_tokens.h"

#include <stdlib.h>
#include <string.h>

#include "base/keyed_hash.h"
#include "base/mem.h"

static void free_text(const char *text)
{
    free((char *)(uintptr_t)text);
}

void added_tokens_clear(struct added_tokens *added)
{
    for (size_t i = 0; i < added->n; i++) {
        free_text(added->items[i].content);
        free_text(added->items[i].seen);
    }
    free(added->items);
    free(added->slots);
    free(added->entries[0]);
    free(added->entries[1]);
    word_class_free(added->words);
    *added = (struct added_tokens){ 0 };
}

/* The slot of the token with this content, or the empty one for it. */
static uint32_t *find_slot(const struct added_tokens *added, const char *content, size_t size)
{
    size_t at = (size_t)keyed_hash(content, size) & (added->n_slots - 1);

    for (; added->slots[at] != 0; at = (at + 1) & (added->n_slots - 1)) {
        const struct added_token *const token = &added->items[added->slots[at] - 1];
        if (token->size == size && memcmp(token->content, content, size) == 0)
            break;
    }
    return &added->slots[at];
}

/* At least half of the slots are empty. */
static enum ct_status expect(struct added_tokens *added, size_t n, struct ct_error *err)
{
    size_t n_slots = added->n_slots > 0 ? added->n_slots : 16;

    while (n_slots < 2 * n)
        n_slots *= 2;
    if (n_slots == added->n_slots)
        return CT_OK;
    uint32_t *const slots = ct_calloc_array(n_slots, sizeof *slots);
    if (slots == NULL)
        return ct_fail_nomem(err, "added tokens", n_slots * sizeof *slots);
    free(added->slots);
    added->slots = slots;
    added->n_slots = n_slots;
    for (size_t i = 0; i < added->n; i++)
        *find_slot(added, added->items[i].content, added->items[i].size) = (uint32_t)i + 1;
    return CT_OK;
}

enum ct_status added_tokens_add(struct added_tokens *added, const struct added_token *token,
                                struct ct_error *err)
{
    if (added->n == ADDED_TOKENS_MAX)
        return ct_fail(err, CT_EFORMAT, "more than %d added tokens", ADDED_TOKENS_MAX);
    if (added->n == added->room) {
        const size_t room = added->room > 0 ? 2 * added->room : 4;
        struct added_token *const items = ct_realloc_array(added->items, room, sizeof *items);
        if (items == NULL)
            return ct_fail_nomem(err, "added tokens", room * sizeof *items);
        added->items = items;
        added->room = room;
    }
    const enum ct_status st = expect(added, added->n + 1, err);
    if (st != CT_OK)
        return st;
    const char *const copy = ct_strndup(token->content, token->size);

    if (copy == NULL)
        return ct_fail_nomem(err, "added tokens", token->size);
    added->items[added->n] = *token;
    added->items[added->n].content = copy;
    added->items[added->n++].seen = NULL;
    *find_slot(added, copy, token->size) = (uint32_t)added->n;
    return CT_OK;
}

const struct added_token *added_tokens_get(const struct added_tokens *added, const char *content,
                                           size_t size)
{
    const uint32_t found = added->n > 0 ? *find_slot(added, content, size) : 0;

    return found > 0 ? &added->items[found - 1] : NULL;
}

enum ct_status added_tokens_set_seen(struct added_tokens *added, size_t i, const char *text,
                                     size_t size, struct ct_error *err)
{
    const char *const copy = ct_strndup(text, size);

    if (copy == NULL)
        return ct_fail_nomem(err, "added tokens", size);
    free_text(added->items[i].seen);
    added->items[i].seen = copy;
    added->items[i].seen_size = size;
    return CT_OK;
}

/* By bytes, then the shorter first, then in the order of the file. */
static int by_text(const void *a, const void *b)
{
    const struct added_entry *const x = a;
    const struct added_entry *const y = b;
    const int order = memcmp(x->text, y->text, x->size < y->size ? x->size : y->size);

    if (order != 0)
        return order;
    return x->size != y->size ? (x->size > y->size) - (x->size < y->size)
                              : (x->token > y->token) - (x->token < y->token);
}

static void add_entry(struct added_tokens *added, size_t i)
{
    const struct added_token *const token = &added->items[i];
    const struct added_entry entry = {
        .text = token->seen != NULL ? token->seen : token->content,
        .size = token->seen != NULL ? token->seen_size : token->size,
        .token = i,
    };

    if (entry.size == 0)
        return;
    added->entries[token->normalized][added->n_entries[token->normalized]++] = entry;
    added->begins[token->normalized][(unsigned char)entry.text[0]] = true;
}

enum ct_status added_tokens_seal(struct added_tokens *added, struct ct_error *err)
{
    bool has_words = false;

    if (added->n == 0)
        return CT_OK;
    for (int kind = 0; kind < 2; kind++) {
        added->entries[kind] = ct_malloc_array(added->n, sizeof *added->entries[kind]);
        if (added->entries[kind] == NULL)
            return ct_fail_nomem(err, "added tokens", added->n * sizeof *added->entries[kind]);
    }
    for (size_t i = 0; i < added->n; i++) {
        add_entry(added, i);
        has_words = has_words || added->items[i].single_word;
    }
    for (int kind = 0; kind < 2; kind++)
        qsort(added->entries[kind], added->n_entries[kind], sizeof *added->entries[kind], by_text);
    return has_words ? word_class_new(&added->words, err) : CT_OK;
}

/* The first of entries first .. last - 1, all longer than `at` and equal up to it, whose byte there
 * is at least `least`. */
static size_t lower_bound(const struct added_entry *entries, size_t first, size_t last, size_t at,
                          int least)
{
    while (first < last) {
        const size_t middle = first + (last - first) / 2;
        if ((unsigned char)entries[middle].text[at] < least)
            first = middle + 1;
        else
            last = middle;
    }
    return first;
}

/* The longest token that text [size] begins with, or NULL; *length is what is matched. */
static const struct added_token *longest(const struct added_tokens *added, bool normalized,
                                         const char *text, size_t size, size_t *length)
{
    const struct added_entry *const entries = added->entries[normalized];
    const struct added_token *found = NULL;
    size_t first = 0;
    size_t last = added->n_entries[normalized];

    for (size_t at = 0; at < size && first < last; at++) {
        first = lower_bound(entries, first, last, at, (unsigned char)text[at]);
        last = lower_bound(entries, first, last, at, (unsigned char)text[at] + 1);
        if (first == last || entries[first].size != at + 1)
            continue;
        found = &added->items[entries[first].token];
        *length = at + 1;
        while (first < last && entries[first].size == at + 1)
            first++;
    }
    return found;
}

/* Whether the word class allows the match. */
static bool is_allowed(const struct added_tokens *added, const struct added_match *match,
                       const char *text, size_t size)
{
    return !match->token->single_word ||
           (!word_class_ends(added->words, text, match->begin) &&
            !word_class_begins(added->words, text + match->end, size - match->end));
}

/* Adds the white space that the token takes, but for what the one before has taken. */
static void widen(struct added_match *match, const char *text, size_t size, size_t taken)
{
    if (match->token->lstrip) {
        const size_t begin = match->begin - white_space_ends(text, match->begin);
        match->begin = begin > taken ? begin : taken;
    }
    if (match->token->rstrip)
        match->end += white_space_begins(text + match->end, size - match->end);
}

bool added_tokens_next(const struct added_tokens *added, bool normalized, const char *text,
                       size_t size, struct added_iterator *it, struct added_match *match)
{
    while (it->at < size) {
        const size_t at = it->at++;
        if (!added->begins[normalized][(unsigned char)text[at]])
            continue;
        size_t length = 0;
        const struct added_token *const token =
            longest(added, normalized, text + at, size - at, &length);
        if (token == NULL)
            continue;
        it->at = at + length;
        *match = (struct added_match){ token, at, it->at };
        if (!is_allowed(added, match, text, size))
            continue;
        widen(match, text, size, it->taken);
        it->taken = match->end;
        return true;
    }
    return false;
}
