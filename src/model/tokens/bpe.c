#include "config.h"
#include "model/tokens/bpe.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/kernel.h"
#include "base/keyed_hash.h"
#include "base/mem.h"
#include "model/tokens/vocab.h"

enum {
    ID_BITS = 21,
    RANK_BITS = 22,
    SHORT = 48, /* longest piece for which a scan over all pairs is faster than a heap */
    NIL = INT32_MAX,
};
_Static_assert(VOCAB_MAX_ID < 1 << ID_BITS && 2 * ID_BITS + RANK_BITS <= 64, "slots hold them");

#define RANK_MASK ((UINT64_C(1) << RANK_BITS) - 1)
#define NO_MERGE  UINT32_MAX /* greater than any rank */

void bpe_clear(struct bpe *bpe)
{
    free(bpe->slots);
    free(bpe->ids);
    *bpe = (struct bpe){ 0 };
}

static uint64_t slot_of(uint32_t left, uint32_t right)
{
    return ((uint64_t)left << ID_BITS | right) << RANK_BITS;
}

/* Where a pair would be. */
static size_t first_slot(const struct bpe *bpe, uint64_t pair)
{
    const uint64_t h = (pair >> RANK_BITS) * bpe->multiplier;

    return (size_t)((h >> 32) * bpe->n_slots >> 32); /* the highest bits */
}

/* The slot of a pair (its rank is ignored), or the empty slot for it; at least one in five is
 * empty. Multiply-shift hashing, linear probing. */
static uint64_t *find(const struct bpe *bpe, uint64_t pair)
{
    size_t at = first_slot(bpe, pair);

    while (bpe->slots[at] != 0 && (bpe->slots[at] ^ pair) > RANK_MASK)
        at = (at + 1) & (bpe->n_slots - 1);
    return &bpe->slots[at];
}

static uint32_t rank_of(const struct bpe *bpe, uint32_t left, uint32_t right)
{
    /* The slot holds rank + 1, or 0 if empty; 0 - 1 is NO_MERGE. */
    return (uint32_t)(*find(bpe, slot_of(left, right)) & RANK_MASK) - 1;
}

uint32_t bpe_rank(const struct bpe *bpe, uint32_t left, uint32_t right)
{
    return rank_of(bpe, left, right);
}

void bpe_load_ahead(const struct bpe *bpe, uint32_t left, uint32_t right)
{
    if (bpe->n_slots > 0)
        __builtin_prefetch(&bpe->slots[first_slot(bpe, slot_of(left, right))], 1);
}

enum ct_status bpe_expect(struct bpe *bpe, size_t n_merges, struct ct_error *err)
{
    size_t n_slots = bpe->n_slots > 0 ? bpe->n_slots : 64;

    while (n_slots / 5 * 4 < n_merges)
        n_slots *= 2;
    if (n_slots == bpe->n_slots)
        return CT_OK;
    uint64_t *const old = bpe->slots;
    const size_t n_old = bpe->n_slots;
    uint64_t *const slots = ct_calloc_array(n_slots, sizeof *slots);

    if (slots == NULL)
        return ct_fail_nomem(err, "merges", n_slots * sizeof *slots);
    bpe->slots = slots;
    bpe->multiplier = keyed_multiplier();
    bpe->n_slots = n_slots;
    for (size_t i = 0; i < n_old; i++)
        if (old[i] != 0)
            *find(bpe, old[i] & ~RANK_MASK) = old[i];
    free(old);
    return CT_OK;
}

enum ct_status bpe_add(struct bpe *bpe, uint32_t left, uint32_t right, uint32_t id,
                       struct ct_error *err)
{
    const enum ct_status st = bpe_expect(bpe, bpe->n_merges + 1, err);

    if (st != CT_OK)
        return st;
    if (bpe->n_merges + 2 > RANK_MASK)
        return ct_fail(err, CT_EFORMAT, "more than %zu merges", bpe->n_merges);
    if (bpe->n_merges == bpe->ids_room) {
        const size_t room = 2 * bpe->ids_room + 512;
        uint32_t *const ids = ct_realloc_array(bpe->ids, room, sizeof *ids);
        if (ids == NULL)
            return ct_fail_nomem(err, "merges", room * sizeof *ids);
        bpe->ids = ids;
        bpe->ids_room = room;
    }
    bpe->ids[bpe->n_merges++] = id;
    *find(bpe, slot_of(left, right)) = slot_of(left, right) | bpe->n_merges;
    return CT_OK;
}

enum ct_status token_list_reserve(struct token_list *list, size_t n_more, struct ct_error *err)
{
    if (list->room - list->n >= n_more)
        return CT_OK;
    const size_t half_more = list->n + list->n / 2;
    const size_t room = list->n + n_more > half_more ? list->n + n_more : half_more;
    struct token *const items = ct_realloc_array(list->items, room, sizeof *items);

    if (items == NULL)
        return ct_fail_nomem(err, "tokens", room * sizeof *items);
    list->items = items;
    list->room = room;
    return CT_OK;
}

static void append(struct token_list *out, uint32_t id, size_t begin, size_t end)
{
    out->items[out->n++] = (struct token){ id, begin, end };
}

struct start { /* a piece before merging: bytes, or symbols */
    const struct bpe *bpe;
    const char *bytes;                /* [n]; NULL: symbols */
    const struct bpe_symbol *symbols; /* [n + 1] */
    size_t n;
};

static uint32_t start_id(const struct start *start, size_t i)
{
    return start->bytes != NULL ? start->bpe->byte_ids[(unsigned char)start->bytes[i]]
                                : start->symbols[i].id;
}

static size_t start_begin(const struct start *start, size_t i)
{
    return start->bytes != NULL ? i : start->symbols[i].begin;
}

/* ids and firsts of the remaining tokens: token i is that of symbols firsts[i] .. firsts[i + 1] -
 * 1; ranks[i] is the rank of merging tokens i and i + 1. */
static void encode_short(const struct start *start, size_t base, struct token_list *out)
{
    const struct bpe *const bpe = start->bpe;
    CT_UNINITIALIZED uint32_t ids[SHORT];
    CT_UNINITIALIZED uint32_t ranks[SHORT];
    CT_UNINITIALIZED uint8_t firsts[SHORT + 1];
    size_t n = start->n;

    for (size_t i = 0; i < n; i++) {
        ids[i] = start_id(start, i);
        firsts[i] = (uint8_t)i;
    }
    firsts[n] = (uint8_t)n;
    for (size_t i = 0; i + 1 < n; i++)
        ranks[i] = rank_of(bpe, ids[i], ids[i + 1]);
    while (n > 1) {
        size_t at = 0;
        for (size_t i = 1; i + 1 < n; i++)
            at = ranks[i] < ranks[at] ? i : at;
        if (ranks[at] == NO_MERGE)
            break;
        ids[at] = bpe->ids[ranks[at]];
        n--;
        memmove(ids + at + 1, ids + at + 2, (n - at - 1) * sizeof *ids);
        memmove(firsts + at + 1, firsts + at + 2, (n - at) * sizeof *firsts);
        if (at + 1 < n) {
            memmove(ranks + at + 1, ranks + at + 2, (n - at - 2) * sizeof *ranks);
            ranks[at] = rank_of(bpe, ids[at], ids[at + 1]);
        }
        if (at > 0)
            ranks[at - 1] = rank_of(bpe, ids[at - 1], ids[at]);
    }
    for (size_t i = 0; i < n; i++)
        append(out, ids[i], base + start_begin(start, firsts[i]),
               base + start_begin(start, firsts[i + 1]));
}

struct node { /* of a list over the symbols: node i is the token that begins with symbol i */
    uint32_t id;
    uint32_t rank; /* of merging it with next, or NO_MERGE */
    int32_t prev;
    int32_t next;
};

struct heap { /* smallest rank << 32 | position on top; four children each, for the cache */
    uint64_t *items;
    size_t n;
};

static void heap_push(struct heap *heap, uint64_t item)
{
    size_t i = heap->n++;

    for (; i > 0 && item < heap->items[(i - 1) / 4]; i = (i - 1) / 4)
        heap->items[i] = heap->items[(i - 1) / 4];
    heap->items[i] = item;
}

static void heap_sink(struct heap *heap, size_t i)
{
    const uint64_t item = heap->items[i];

    for (size_t child; (child = 4 * i + 1) < heap->n; i = child) {
        const size_t end = child + 4 < heap->n ? child + 4 : heap->n;
        for (size_t other = child + 1; other < end; other++)
            child = heap->items[other] < heap->items[child] ? other : child;
        if (heap->items[child] >= item)
            break;
        heap->items[i] = heap->items[child];
    }
    heap->items[i] = item;
}

static uint64_t heap_pop(struct heap *heap)
{
    const uint64_t top = heap->items[0];

    heap->items[0] = heap->items[--heap->n];
    if (heap->n > 0)
        heap_sink(heap, 0);
    return top;
}

/* Updates the rank of the pair at i; true if it can be merged. */
static bool rank_node(const struct bpe *bpe, struct node *nodes, int32_t i)
{
    const int32_t next = nodes[i].next;

    nodes[i].rank = next == NIL ? NO_MERGE : rank_of(bpe, nodes[i].id, nodes[next].id);
    return nodes[i].rank != NO_MERGE;
}

static uint64_t heap_item(const struct node *nodes, int32_t i)
{
    return (uint64_t)nodes[i].rank << 32 | (uint32_t)i;
}

/* Merges until no pair can be merged; returns the number of remaining tokens. */
static size_t merge_all(const struct bpe *bpe, struct node *nodes, struct heap *heap, size_t n)
{
    while (heap->n > 0) {
        const uint64_t item = heap_pop(heap);
        const int32_t i = (int32_t)(uint32_t)item;
        if (nodes[i].rank != item >> 32)
            continue; /* stale: already merged, or its neighbour changed */
        const int32_t gone = nodes[i].next;
        const int32_t prev = nodes[i].prev;

        nodes[i].id = bpe->ids[nodes[i].rank];
        nodes[i].next = nodes[gone].next;
        nodes[gone].rank = NO_MERGE;
        if (nodes[i].next != NIL)
            nodes[nodes[i].next].prev = i;
        n--;
        if (rank_node(bpe, nodes, i))
            heap_push(heap, heap_item(nodes, i));
        if (prev != NIL && rank_node(bpe, nodes, prev))
            heap_push(heap, heap_item(nodes, prev));
    }
    return n;
}

static enum ct_status encode_long(const struct start *start, size_t base, struct token_list *out,
                                  struct ct_error *err)
{
    /* Every merge removes one item and adds at most two, and there are at most n - 1 merges. */
    const size_t n = start->n;
    struct node *const nodes = ct_malloc_array(n, sizeof *nodes);
    struct heap heap = { ct_malloc_array(n, 2 * sizeof *heap.items), 0 };
    enum ct_status st = CT_OK;

    if (nodes == NULL || heap.items == NULL) {
        st = ct_fail_nomem(err, "a long word", n * (sizeof *nodes + 2 * sizeof *heap.items));
        goto done;
    }
    for (size_t i = 0; i < n; i++)
        nodes[i] = (struct node){ start_id(start, i), UINT32_MAX, i > 0 ? (int32_t)i - 1 : NIL,
                                  i + 1 < n ? (int32_t)i + 1 : NIL };
    for (int32_t i = 0; (size_t)i < n; i++)
        if (rank_node(start->bpe, nodes, i))
            heap.items[heap.n++] = heap_item(nodes, i);
    for (size_t i = heap.n / 4 + 1; heap.n > 0 && i-- > 0;)
        heap_sink(&heap, i);

    st = token_list_reserve(out, merge_all(start->bpe, nodes, &heap, n), err);
    if (st != CT_OK)
        goto done;
    for (int32_t i = 0; i != NIL; i = nodes[i].next)
        append(out, nodes[i].id, base + start_begin(start, (size_t)i),
               base + start_begin(start, nodes[i].next != NIL ? (size_t)nodes[i].next : n));
done:
    free(nodes);
    free(heap.items);
    return st;
}

static enum ct_status encode(const struct start *start, size_t base, struct token_list *out,
                             struct ct_error *err)
{
    if (start->n > SHORT)
        return encode_long(start, base, out, err);
    const enum ct_status st = token_list_reserve(out, start->n, err);

    if (st == CT_OK)
        encode_short(start, base, out);
    return st;
}

enum ct_status bpe_encode(const struct bpe *bpe, const char *bytes, size_t size, size_t base,
                          struct token_list *out, struct ct_error *err)
{
    return encode(&(struct start){ .bpe = bpe, .bytes = bytes, .n = size }, base, out, err);
}

enum ct_status bpe_encode_symbols(const struct bpe *bpe, const struct bpe_symbol *symbols, size_t n,
                                  size_t base, struct token_list *out, struct ct_error *err)
{
    return encode(&(struct start){ .bpe = bpe, .symbols = symbols, .n = n }, base, out, err);
}
