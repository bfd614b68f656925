#include "config.h"
#include "model/tokens/tokenizer_compare.h"

#include "model/tokens/json_ids.h"
#include "model/tokens/merges_txt.h"

struct comparison {
    const struct tokenizer_parts *parts;
    size_t n;
};

static enum ct_status compare_name(void *context, const struct named_id *entry,
                                   struct ct_error *err)
{
    struct comparison *const c = context;
    const int shown = (int)(entry->size < 64 ? entry->size : 64);
    const struct added_token *const added =
        added_tokens_get(&c->parts->added, entry->name, entry->size);
    const int32_t id = added != NULL ? (int32_t)added->id
                                     : vocab_find_name(&c->parts->vocab, entry->name, entry->size);

    c->n++;
    if (id == VOCAB_NONE)
        return ct_fail(err, CT_EFORMAT, "\"%.*s\" is only in vocab.json", shown, entry->name);
    if ((uint32_t)id != entry->id)
        return ct_fail(err, CT_EFORMAT, "\"%.*s\" is %d and %u", shown, entry->name, id, entry->id);
    return CT_OK;
}

static enum ct_status compare_merge(void *context, const struct merge_names *merge,
                                    struct ct_error *err)
{
    struct comparison *const c = context;
    const struct vocab *const vocab = &c->parts->vocab;
    const int32_t left = vocab_find_name(vocab, merge->left, merge->left_size);
    const int32_t right = vocab_find_name(vocab, merge->right, merge->right_size);

    if (left == VOCAB_NONE || right == VOCAB_NONE ||
        bpe_rank(&c->parts->bpe, (uint32_t)left, (uint32_t)right) != c->n)
        return ct_fail(err, CT_EFORMAT, "another merge");
    c->n++;
    return CT_OK;
}

static enum ct_status print_name(void *context, const struct named_id *entry, struct ct_error *err)
{
    (void)err;
    fingerprint_name(context, entry->name, entry->size, entry->id);
    return CT_OK;
}

static enum ct_status print_merge(void *context, const struct merge_names *merge,
                                  struct ct_error *err)
{
    (void)err;
    fingerprint_merge(context, merge->left, merge->left_size, merge->right, merge->right_size);
    return CT_OK;
}

void tokenizer_compare_vocab(const char *text, size_t size, size_t n_vocab,
                             struct tokenizer_parts *parts)
{
    struct comparison c = { .parts = parts };
    struct fingerprint print = { 0 };
    struct ct_error why = { 0 };

    if (json_ids_read(text, 0, size, print_name, &print, NULL) == CT_OK &&
        print.names == parts->print.names)
        return;
    if (json_ids_read(text, 0, size, compare_name, &c, &why) != CT_OK)
        tokenizer_parts_note(
            parts, "tokenizer.json and vocab.json differ: %.160s; tokenizer.json was used",
            why.text);
    else if (c.n + parts->added.n < n_vocab)
        tokenizer_parts_note(parts, "tokenizer.json and vocab.json differ: tokens are missing "
                                    "there; tokenizer.json was used");
}

void tokenizer_compare_merges(const char *text, size_t size, struct tokenizer_parts *parts)
{
    struct comparison c = { .parts = parts };
    struct fingerprint print = { 0 };

    if (merges_txt_read(text, size, print_merge, &print, NULL) == CT_OK &&
        print.merges == parts->print.merges)
        return;
    if (merges_txt_read(text, size, compare_merge, &c, NULL) != CT_OK || c.n != parts->bpe.n_merges)
        tokenizer_parts_note(
            parts, "tokenizer.json and merges.txt differ in merge %zu; tokenizer.json was used",
            c.n + 1);
}
