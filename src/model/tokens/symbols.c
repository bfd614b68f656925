#include "config.h"
#include "model/tokens/symbols.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

static bool has_all(const unsigned char lacks[256], const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (lacks[(unsigned char)bytes[i]])
            return false;
    return true;
}

static void append(struct symbol_list *out, uint32_t id, size_t begin, size_t size)
{
    out->items[out->n] = (struct bpe_symbol){ id, (uint32_t)begin };
    out->sizes[out->n++] = (uint32_t)size;
}

struct unknown { /* characters that are not yet appended */
    size_t begin;
    size_t size; /* 0: there are none */
};

static void flush(struct symbol_list *out, const struct symbol_rules *rules, struct unknown *unk)
{
    if (unk->size > 0)
        append(out, rules->unk_id, unk->begin, unk->size);
    unk->size = 0;
}

static void append_bytes(struct symbol_list *out, const uint32_t byte_ids[256], const char *bytes,
                         size_t at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        append(out, byte_ids[(unsigned char)bytes[at + i]], at + i, 1);
}

static enum ct_status reserve(struct symbol_list *out, size_t size, struct ct_error *err)
{
    const size_t room = size + size / 2 + 1; /* at most one for each byte, and the end */

    if (size < out->room)
        return CT_OK;
    struct bpe_symbol *const items = ct_realloc_array(out->items, room, sizeof *items);
    out->items = items != NULL ? items : out->items;
    uint32_t *const sizes =
        items != NULL ? ct_realloc_array(out->sizes, room, sizeof *sizes) : NULL;
    if (sizes == NULL)
        return ct_fail_nomem(err, "text", room * (sizeof *items + sizeof *sizes));
    out->sizes = sizes;
    out->room = room;
    return CT_OK;
}

void symbol_list_clear(struct symbol_list *list)
{
    free(list->items);
    free(list->sizes);
    *list = (struct symbol_list){ 0 };
}

/* Where the symbols begin if none is left out, in their order. */
static void set_begins(struct symbol_list *out)
{
    uint32_t at = 0;

    for (size_t i = 0; i < out->n; i++) {
        out->items[i].begin = at;
        at += out->sizes[i];
    }
}

enum ct_status symbols_of_piece(const struct vocab *vocab, const struct symbol_rules *rules,
                                const uint32_t byte_ids[256], const unsigned char lacks[256],
                                const char *bytes, size_t size, struct symbol_list *out,
                                struct ct_error *err)
{
    const enum ct_status st = reserve(out, size, err);
    struct unknown unk = { 0 };
    uint32_t c = 0;

    if (st != CT_OK)
        return st;
    out->n = 0;
    for (size_t at = 0, n; at < size; at += n) {
        n = utf8_decode(bytes + at, size - at, &c);
        const int32_t id = vocab_find(vocab, bytes + at, n);
        if (id != VOCAB_NONE) {
            flush(out, rules, &unk);
            append(out, (uint32_t)id, at, n);
        } else if (rules->byte_fallback && has_all(lacks, bytes + at, n)) {
            /* As in Hugging Face's tokenizers, an unknown character before them comes after. */
            append_bytes(out, byte_ids, bytes, at, n);
        } else if (rules->has_unk) {
            if (!rules->fuse_unk)
                flush(out, rules, &unk);
            unk = unk.size > 0 ? (struct unknown){ unk.begin, unk.size + n }
                               : (struct unknown){ at, n };
        }
    }
    flush(out, rules, &unk);
    if (rules->has_unk)
        set_begins(out);
    out->items[out->n] = (struct bpe_symbol){ .begin = (uint32_t)size };
    return CT_OK;
}
