#include "config.h"
#include "model/tokens/vocab.h"

#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/keyed_hash.h"
#include "base/mem.h"

/* A slot holds id + 1, and above it bits of the hash, so that few wrong tokens are compared. */
#define SLOT_ID_BITS 22
#define SLOT_ID      ((1U << SLOT_ID_BITS) - 1)

static bool stands_for_itself(uint32_t byte)
{
    return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) ||
           (byte >= 0xAE && byte <= 0xFF);
}

uint32_t vocab_sign_of_byte(unsigned char byte)
{
    uint32_t sign = 0x100;

    if (stands_for_itself(byte))
        return byte;
    for (uint32_t before = 0; before < byte; before++)
        sign += !stands_for_itself(before);
    return sign;
}

/* The byte that a character stands for, or -1. The bytes that are not represented by themselves are
 * 0x00 .. 0x20, 0x7F .. 0xA0 and 0xAD. */
static int byte_of_sign(uint32_t sign)
{
    if (sign < 0x100)
        return stands_for_itself(sign) ? (int)sign : -1;
    if (sign <= 0x120)
        return (int)(sign - 0x100);
    if (sign <= 0x142)
        return (int)(sign - 0x121 + 0x7F);
    return sign == 0x143 ? 0xAD : -1;
}

size_t vocab_decode_name(const char *name, size_t size, char *bytes)
{
    const unsigned char *const s = (const unsigned char *)name;
    size_t n = 0;

    for (size_t at = 0; at < size; n++) {
        if (s[at] < 0x80) {
            if (!stands_for_itself(s[at]))
                return SIZE_MAX;
            bytes[n] = name[at++];
            continue;
        }
        /* The alphabet ends at U+0143: one byte of UTF-8 or two. */
        if (s[at] < 0xC2 || s[at] > 0xC5 || at + 1 == size || (s[at + 1] & 0xC0) != 0x80)
            return SIZE_MAX;
        const int byte = byte_of_sign((s[at] & 0x1FU) << 6 | (s[at + 1] & 0x3FU));
        if (byte < 0)
            return SIZE_MAX;
        bytes[n] = (char)byte;
        at += 2;
    }
    return n;
}

size_t vocab_bytes_of_name(const struct vocab *vocab, const char *name, size_t size, char *bytes)
{
    if (!vocab->is_plain)
        return vocab_decode_name(name, size, bytes);
    memcpy(bytes, name, size);
    return size;
}

void vocab_clear(struct vocab *vocab)
{
    free(vocab->bytes);
    free(vocab->spans);
    free(vocab->slots);
    free(vocab->odd);
    *vocab = (struct vocab){ 0 };
}

/* The slot of these bytes, or the empty slot for them. At least one in five is empty. */
static uint32_t *find_slot(const struct vocab *vocab, const char *bytes, size_t size, uint64_t h)
{
    const uint32_t tag = (uint32_t)(h >> 32) & ~SLOT_ID;
    size_t at = (size_t)h & (vocab->n_slots - 1);

    for (; vocab->slots[at] != 0; at = (at + 1) & (vocab->n_slots - 1)) {
        if ((vocab->slots[at] & ~SLOT_ID) != tag)
            continue;
        const struct vocab_span span = vocab->spans[(vocab->slots[at] & SLOT_ID) - 1];
        if (span.size == size && memcmp(vocab->bytes + span.begin, bytes, size) == 0)
            break;
    }
    return &vocab->slots[at];
}

static uint32_t slot_value(uint32_t id, uint64_t h)
{
    return ((uint32_t)(h >> 32) & ~SLOT_ID) | (id + 1);
}

static void put_again(struct vocab *vocab, uint32_t id)
{
    const struct vocab_span span = vocab->spans[id];
    const uint64_t h = keyed_hash(vocab->bytes + span.begin, span.size);

    *find_slot(vocab, vocab->bytes + span.begin, span.size, h) = slot_value(id, h);
}

enum ct_status vocab_expect(struct vocab *vocab, size_t n_tokens, struct ct_error *err)
{
    size_t n_slots = vocab->n_slots > 0 ? vocab->n_slots : 64;

    while (n_slots / 5 * 4 < n_tokens)
        n_slots *= 2;
    if (n_slots == vocab->n_slots)
        return CT_OK;
    uint32_t *const old = vocab->slots;
    const size_t n_old = vocab->n_slots;
    uint32_t *const slots = ct_calloc_array(n_slots, sizeof *slots);

    if (slots == NULL)
        return ct_fail_nomem(err, "vocabulary", n_slots * sizeof *slots);
    vocab->slots = slots;
    vocab->n_slots = n_slots;
    for (size_t i = 0; i < n_old; i++)
        if (old[i] != 0)
            put_again(vocab, (old[i] & SLOT_ID) - 1);
    free(old);
    return CT_OK;
}

static enum ct_status too_long(size_t size, struct ct_error *err)
{
    return ct_fail(err, CT_EFORMAT, "a token of %zu bytes; at most %d are supported", size,
                   VOCAB_MAX_PIECE);
}

/* Makes room for the id, and for n_bytes more bytes. */
static enum ct_status reserve(struct vocab *vocab, uint32_t id, size_t n_bytes,
                              struct ct_error *err)
{
    if (vocab->bytes == NULL || vocab->bytes_room - vocab->n_bytes < n_bytes) {
        const size_t room = 2 * vocab->bytes_room + VOCAB_MAX_PIECE + n_bytes;
        char *const bytes = room < UINT32_MAX ? ct_realloc_array(vocab->bytes, room, 1) : NULL;
        if (bytes == NULL)
            return ct_fail_nomem(err, "vocabulary", room);
        vocab->bytes = bytes;
        vocab->bytes_room = room;
    }
    if (id >= vocab->spans_room) {
        const size_t room = 2 * (size_t)id + 512;
        struct vocab_span *const spans = ct_realloc_array(vocab->spans, room, sizeof *spans);
        if (spans == NULL)
            return ct_fail_nomem(err, "vocabulary", room * sizeof *spans);
        vocab->spans = spans;
        vocab->spans_room = room;
    }
    for (; vocab->n_ids <= id; vocab->n_ids++)
        vocab->spans[vocab->n_ids] = (struct vocab_span){ UINT32_MAX, 0 };
    return CT_OK;
}

/* The slot of the token with this name outside the alphabet, or the empty one for it. */
static uint32_t *find_odd(const struct vocab *vocab, const char *name, size_t size)
{
    size_t at = (size_t)keyed_hash(name, size) & (vocab->n_odd_slots - 1);

    for (; vocab->odd[at] != 0; at = (at + 1) & (vocab->n_odd_slots - 1)) {
        const struct vocab_span span = vocab->spans[vocab->odd[at] - 1];
        if (span.size == size && memcmp(vocab->bytes + span.begin, name, size) == 0)
            break;
    }
    return &vocab->odd[at];
}

/* At least half of the slots are empty. */
static enum ct_status expect_odd(struct vocab *vocab, size_t n, struct ct_error *err)
{
    const size_t n_old = vocab->n_odd_slots;
    uint32_t *const old = vocab->odd;

    if (2 * n <= n_old)
        return CT_OK;
    const size_t n_slots = n_old > 0 ? 2 * n_old : 16;
    uint32_t *const slots = ct_calloc_array(n_slots, sizeof *slots);
    if (slots == NULL)
        return ct_fail_nomem(err, "vocabulary", n_slots * sizeof *slots);
    vocab->odd = slots;
    vocab->n_odd_slots = n_slots;
    for (size_t i = 0; i < n_old; i++)
        if (old[i] != 0) {
            const struct vocab_span span = vocab->spans[old[i] - 1];
            *find_odd(vocab, vocab->bytes + span.begin, span.size) = old[i];
        }
    free(old);
    return CT_OK;
}

/* A name outside the alphabet: its token is found by name only. A name that is there already keeps
 * its id. */
static enum ct_status add_odd(struct vocab *vocab, uint32_t id, const char *name, size_t size,
                              struct ct_error *err)
{
    enum ct_status st = expect_odd(vocab, vocab->n_odd + 1, err);

    if (st == CT_OK)
        st = vocab_put(vocab, id, name, size, err);
    if (st != CT_OK)
        return st;
    uint32_t *const slot = find_odd(vocab, name, size);
    if (*slot == 0) {
        *slot = id + 1;
        vocab->n_odd++;
    }
    return CT_OK;
}

enum ct_status vocab_add(struct vocab *vocab, uint32_t id, const char *name, size_t size,
                         struct ct_error *err)
{
    const int shown = (int)(size < 64 ? size : 64);
    CT_UNINITIALIZED char bytes[2 * VOCAB_MAX_PIECE];

    if (size > sizeof bytes)
        return too_long(size, err);
    if (id < vocab->n_ids && vocab->spans[id].begin != UINT32_MAX)
        return ct_fail(err, CT_EFORMAT, "\"%.*s\": another token has id %u already", shown, name,
                       id);
    const size_t n = vocab_bytes_of_name(vocab, name, size, bytes);

    if (n == SIZE_MAX)
        return add_odd(vocab, id, name, size, err);
    enum ct_status st = vocab_expect(vocab, vocab->n_names + 1, err);
    if (st != CT_OK)
        return st;
    const uint64_t h = keyed_hash(bytes, n);
    uint32_t *const slot = find_slot(vocab, bytes, n, h);
    if (*slot != 0)
        return ct_fail(err, CT_EFORMAT, "\"%.*s\" appears twice", shown, name);
    st = vocab_put(vocab, id, bytes, n, err);
    if (st != CT_OK)
        return st;
    *slot = slot_value(id, h);
    vocab->n_names++;
    return CT_OK;
}

enum ct_status vocab_put(struct vocab *vocab, uint32_t id, const char *bytes, size_t size,
                         struct ct_error *err)
{
    if (size > VOCAB_MAX_PIECE)
        return too_long(size, err);
    const enum ct_status st = reserve(vocab, id, size, err);

    if (st != CT_OK)
        return st;
    vocab->n_pieces += vocab->spans[id].begin == UINT32_MAX;
    memcpy(vocab->bytes + vocab->n_bytes, bytes, size);
    vocab->spans[id] = (struct vocab_span){ (uint32_t)vocab->n_bytes, (uint32_t)size };
    vocab->n_bytes += size;
    return CT_OK;
}

int32_t vocab_find_name(const struct vocab *vocab, const char *name, size_t size)
{
    CT_UNINITIALIZED char bytes[2 * VOCAB_MAX_PIECE];
    const size_t n =
        size <= sizeof bytes ? vocab_bytes_of_name(vocab, name, size, bytes) : SIZE_MAX;

    if (n != SIZE_MAX)
        return vocab_find(vocab, bytes, n);
    if (vocab->n_odd > 0)
        return (int32_t)*find_odd(vocab, name, size) - 1;
    return VOCAB_NONE;
}

int32_t vocab_find(const struct vocab *vocab, const char *bytes, size_t size)
{
    if (vocab->n_slots == 0)
        return VOCAB_NONE;
    return (int32_t)(*find_slot(vocab, bytes, size, keyed_hash(bytes, size)) & SLOT_ID) - 1;
}

/* A vocabulary is larger than the fast caches, and finding one name needs three places, of which
 * each says where the next one is. */
void vocab_load_ahead(const struct vocab *vocab, struct vocab_name *names, size_t n)
{
    size_t at[VOCAB_AHEAD];

    if (vocab->n_slots == 0 || vocab->n_ids == 0)
        return;
    for (size_t i = 0; i < n; i++) {
        at[i] = (size_t)keyed_hash(names[i].bytes, names[i].size) & (vocab->n_slots - 1);
        __builtin_prefetch(&vocab->slots[at[i]]);
    }
    for (size_t i = 0; i < n; i++) {
        const uint32_t slot = vocab->slots[at[i]];
        names[i].probable_id = slot != 0 ? (slot & SLOT_ID) - 1 : 0;
        __builtin_prefetch(&vocab->spans[names[i].probable_id]);
    }
    for (size_t i = 0; i < n; i++) {
        const uint32_t begin = vocab->spans[names[i].probable_id].begin;
        __builtin_prefetch(vocab->bytes + (begin != UINT32_MAX ? begin : 0));
    }
}

const char *vocab_piece(const struct vocab *vocab, uint32_t id, size_t *size)
{
    if (id >= vocab->n_ids || vocab->spans[id].begin == UINT32_MAX)
        return NULL;
    *size = vocab->spans[id].size;
    return vocab->bytes + vocab->spans[id].begin;
}

void vocab_seal(struct vocab *vocab)
{
    char *const fitting = ct_realloc_array(vocab->bytes, vocab->n_bytes, 1);

    if (fitting != NULL) {
        vocab->bytes = fitting;
        vocab->bytes_room = vocab->n_bytes;
    }
    free(vocab->slots);
    vocab->slots = NULL;
    vocab->n_slots = 0;
}
