#include "config.h"
#include "num/shuffle.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    CHUNK = 1024,       /* words drawn at a time */
    BUCKET_MEAN = 2048, /* at most; a bucket is a range of keys */
    BUCKET_ROOM = 4096, /* 45 standard deviations above */
    BUCKETS_AT_ONCE = 16,
    WORD_BITS = 64,
    KEY_BITS = 53,
    INDEX_BITS = 32,
    SORT_BITS = 11,
};

static const uint32_t unwanted = UINT32_MAX;

struct shuffler {
    struct crew *crew;
    size_t n_sections; /* of the words, one a thread */
    uint32_t *counts;  /* [n_sections, n_buckets] words, then those in sections before */
    size_t *starts;    /* [n_buckets + 1] rank of the first entry of each */
    uint32_t *places;  /* [n_buckets] of it among the pairs; `unwanted` */
    uint32_t *next;    /* [n_sections, n_buckets] place of the section's next pair; `unwanted` */
    uint64_t *pairs;   /* [room] key and index of an entry */
    size_t room;
    uint64_t *scratch; /* [n_sections, BUCKET_ROOM] */

    /* The current order: */
    const struct shuffle *shuffle;
    struct philox philox;
    int bits; /* of the key that choose the bucket */
    size_t n_buckets;
    const void *items;
    size_t item_size;
    const struct shuffle_ranks *ranks; /* [n_ranks] */
    size_t n_ranks;
    void *out;
    size_t first_bucket, end_bucket; /* of this turn */
};

static int bits_for(size_t n)
{
    int bits = 0;

    while (n >> bits > BUCKET_MEAN)
        bits++;
    return bits;
}

static size_t room_for(size_t n_most, size_t n_wanted)
{
    const size_t room = size_min(size_min(n_most, n_wanted), SHUFFLE_WINDOW);

    return room > BUCKET_ROOM ? room : BUCKET_ROOM;
}

double shuffler_memory(size_t n_most, size_t n_wanted, size_t n_threads)
{
    const double n_buckets = (double)((size_t)1 << bits_for(n_most));

    return 8.0 * (double)room_for(n_most, n_wanted) + 12.0 * n_buckets +
           (double)n_threads * (8.0 * n_buckets + 8.0 * BUCKET_ROOM);
}

enum ct_status shuffler_new(size_t n_most, size_t n_wanted, struct crew *crew,
                            struct shuffler **out, struct ct_error *err)
{
    const size_t n_buckets = (size_t)1 << bits_for(n_most);
    struct shuffler *const s = calloc(1, sizeof *s);

    if (s == NULL)
        return ct_fail_nomem(err, "shuffling", 0);
    s->crew = crew;
    s->n_sections = crew_size(crew);
    s->room = room_for(n_most, n_wanted);
    s->counts = ct_malloc_array(s->n_sections * n_buckets, sizeof *s->counts);
    s->starts = ct_malloc_array(n_buckets + 1, sizeof *s->starts);
    s->places = ct_malloc_array(n_buckets, sizeof *s->places);
    s->next = ct_malloc_array(s->n_sections * n_buckets, sizeof *s->next);
    s->pairs = ct_aligned_array(s->room, sizeof *s->pairs);
    s->scratch = ct_aligned_array(s->n_sections * BUCKET_ROOM, sizeof *s->scratch);
    if (s->counts == NULL || s->starts == NULL || s->places == NULL || s->next == NULL ||
        s->pairs == NULL || s->scratch == NULL) {
        shuffler_free(s);
        return ct_fail_nomem(err, "shuffling", n_most * sizeof *s->pairs);
    }
    *out = s;
    return CT_OK;
}

void shuffler_free(struct shuffler *s)
{
    if (s == NULL)
        return;
    free(s->counts);
    free(s->starts);
    free(s->places);
    free(s->next);
    free(s->pairs);
    free(s->scratch);
    free(s);
}

/* ---- keys ---- */

/* The bits above decide the order. That of the uniforms, ((word >> 11) + 0.5) * 2^-53, is meant: at
 * 0.5 and more, the sum is rounded to an even number. */
static inline uint64_t key_of(uint64_t word)
{
    const uint64_t half = UINT64_C(1) << (KEY_BITS - 1);
    const uint64_t last = (UINT64_C(1) << KEY_BITS) - 1;
    const uint64_t x = word >> (WORD_BITS - KEY_BITS);
    const uint64_t rounded = x < half || x == last ? x : (x + 1) & ~UINT64_C(1);

    return rounded << (WORD_BITS - KEY_BITS);
}

static inline size_t bucket_of(const struct shuffler *s, uint64_t key)
{
    return s->bits > 0 ? (size_t)(key >> (WORD_BITS - s->bits)) : 0;
}

/* The next 32 bits of the key, and the index: pairs of one bucket are sorted as numbers. */
static inline uint64_t pair_of(const struct shuffler *s, uint64_t key, size_t index)
{
    return (key << s->bits) >> INDEX_BITS << INDEX_BITS | index;
}

/* Words of a section: *end - *begin, whole chunks except at the end. */
static void section_range(const struct shuffler *s, size_t section, size_t *begin, size_t *end)
{
    const size_t n = s->shuffle->n;
    const size_t chunks = (n + CHUNK - 1) / CHUNK;
    const size_t each = (chunks + s->n_sections - 1) / s->n_sections * CHUNK;

    *begin = size_min(section * each, n);
    *end = size_min(*begin + each, n);
}

static void count_words(void *context, size_t section)
{
    const struct shuffler *const s = context;
    uint32_t *const counts = s->counts + section * s->n_buckets;
    uint64_t words[CHUNK];
    size_t begin, end;

    memset(counts, 0, s->n_buckets * sizeof *counts);
    section_range(s, section, &begin, &end);
    for (size_t i = begin; i < end; i += CHUNK) {
        const size_t n = size_min(CHUNK, end - i);
        philox_words(&s->philox, s->shuffle->first + i, n, words);
        for (size_t k = 0; k < n; k++)
            counts[bucket_of(s, key_of(words[k]))]++;
    }
}

static void collect_pairs(void *context, size_t section)
{
    const struct shuffler *const s = context;
    const uint32_t *const before = s->counts + section * s->n_buckets;
    uint32_t *const next = s->next + section * s->n_buckets;
    uint64_t words[CHUNK];
    size_t begin, end;

    for (size_t b = 0; b < s->n_buckets; b++)
        next[b] = s->places[b] != unwanted ? s->places[b] + before[b] : unwanted;
    section_range(s, section, &begin, &end);
    for (size_t i = begin; i < end; i += CHUNK) {
        const size_t n = size_min(CHUNK, end - i);
        philox_words(&s->philox, s->shuffle->first + i, n, words);
        for (size_t k = 0; k < n; k++) {
            const uint64_t key = key_of(words[k]);
            const size_t b = bucket_of(s, key);
            if (next[b] != unwanted)
                s->pairs[next[b]++] = pair_of(s, key, i + k);
        }
    }
}

/* ---- a bucket ---- */

static int compare_pairs(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static void insert_sorted(uint64_t *pairs, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const uint64_t pair = pairs[i];
        size_t k = i;
        for (; k > 0 && pairs[k - 1] > pair; k--)
            pairs[k] = pairs[k - 1];
        pairs[k] = pair;
    }
}

/* Keys are uniform: after they are distributed by their first bits, little is left to sort. Returns
 * where they are, pairs or scratch [BUCKET_ROOM]. */
static uint64_t *sort_pairs(uint64_t *pairs, size_t n, uint64_t *scratch)
{
    uint32_t at[1 << SORT_BITS];
    uint32_t sum = 0;
    int bits = 1;

    if (n > BUCKET_ROOM) { /* as good as impossible */
        qsort(pairs, n, sizeof *pairs, compare_pairs);
        return pairs;
    }
    while (bits < SORT_BITS && n >> bits > 0)
        bits++;
    memset(at, 0, sizeof *at << bits);
    for (size_t i = 0; i < n; i++)
        at[pairs[i] >> (WORD_BITS - bits)]++;
    for (size_t i = 0; i < (size_t)1 << bits; i++) {
        const uint32_t count = at[i];
        at[i] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        scratch[at[pairs[i] >> (WORD_BITS - bits)]++] = pairs[i];
    insert_sorted(scratch, n);
    return scratch;
}

static size_t index_of(uint64_t pair)
{
    return (size_t)(pair & ((UINT64_C(1) << INDEX_BITS) - 1));
}

static uint64_t whole_key(const struct shuffler *s, uint64_t pair)
{
    uint64_t word;

    philox_words(&s->philox, s->shuffle->first + index_of(pair), 1, &word);
    return key_of(word);
}

/* Sorts pairs that agree in the bits of the key that they hold by the whole key; they are sorted by
 * index. */
static void break_ties(const struct shuffler *s, uint64_t *pairs, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (pairs[i - 1] >> INDEX_BITS != pairs[i] >> INDEX_BITS)
            continue;
        const uint64_t pair = pairs[i];
        const uint64_t key = whole_key(s, pair);
        size_t k = i;
        for (; k > 0 && pairs[k - 1] >> INDEX_BITS == pair >> INDEX_BITS &&
               whole_key(s, pairs[k - 1]) > key;
             k--)
            pairs[k] = pairs[k - 1];
        pairs[k] = pair;
    }
}

/* The first of the ranks that ends after rank k; n_ranks: none. */
static size_t find_ranks(const struct shuffler *s, size_t k)
{
    size_t low = 0;
    size_t high = s->n_ranks;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->ranks[middle].first + s->ranks[middle].n > k)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Copies the items of sorted pairs [n] to `to`. */
static void copy_items(const struct shuffler *s, const uint64_t *pairs, size_t n, size_t to)
{
    const char *const items = s->items;
    char *const out = (char *)s->out + to * s->item_size;

    if (s->item_size == 2)
        for (size_t i = 0; i < n; i++)
            memcpy(out + 2 * i, items + 2 * index_of(pairs[i]), 2);
    else
        for (size_t i = 0; i < n; i++)
            memcpy(out + 4 * i, items + 4 * index_of(pairs[i]), 4);
}

static void take_bucket(const struct shuffler *s, size_t bucket)
{
    const size_t begin = s->starts[bucket];
    const size_t end = s->starts[bucket + 1];

    if (s->places[bucket] == unwanted || begin == end)
        return;
    uint64_t *const pairs = sort_pairs(s->pairs + s->places[bucket], end - begin,
                                       s->scratch + crew_thread() * BUCKET_ROOM);
    break_ties(s, pairs, end - begin);
    for (size_t r = find_ranks(s, begin); r < s->n_ranks && s->ranks[r].first < end; r++) {
        const struct shuffle_ranks *const part = &s->ranks[r];
        const size_t from = part->first > begin ? part->first : begin;
        const size_t until = size_min(part->first + part->n, end);
        copy_items(s, pairs + (from - begin), until - from, part->to + (from - part->first));
    }
}

static void take_buckets(void *context, size_t block)
{
    const struct shuffler *const s = context;
    const size_t first = s->first_bucket + block * BUCKETS_AT_ONCE;

    for (size_t b = first; b < size_min(first + BUCKETS_AT_ONCE, s->end_bucket); b++)
        take_bucket(s, b);
}

/* ---- an order ---- */

/* Counts become those in the sections before. */
static void find_starts(struct shuffler *s)
{
    size_t rank = 0;

    for (size_t b = 0; b < s->n_buckets; b++) {
        uint32_t before = 0;
        s->starts[b] = rank;
        for (size_t section = 0; section < s->n_sections; section++) {
            uint32_t *const count = &s->counts[section * s->n_buckets + b];
            const uint32_t own = *count;
            *count = before;
            before += own;
        }
        rank += before;
    }
    s->starts[s->n_buckets] = rank;
}

static bool is_wanted(const struct shuffler *s, size_t bucket)
{
    const size_t r = find_ranks(s, s->starts[bucket]);

    return r < s->n_ranks && s->ranks[r].first < s->starts[bucket + 1];
}

/* Gives places to the wanted buckets from first_bucket on, as many as there is room for. False:
 * there are none. */
static bool begin_turn(struct shuffler *s)
{
    size_t used = 0;

    for (size_t b = 0; b < s->n_buckets; b++)
        s->places[b] = unwanted;
    for (s->end_bucket = s->first_bucket; s->end_bucket < s->n_buckets; s->end_bucket++) {
        const size_t b = s->end_bucket;
        const size_t n = s->starts[b + 1] - s->starts[b];
        if (!is_wanted(s, b))
            continue;
        assert(n <= s->room);
        if (used + n > s->room)
            break;
        s->places[b] = (uint32_t)used;
        used += n;
    }
    return used > 0;
}

void shuffler_copy(struct shuffler *s, const struct shuffle *shuffle, const void *items,
                   size_t item_size, const struct shuffle_ranks *ranks, size_t n_ranks, void *out)
{
    s->shuffle = shuffle;
    philox_init(&s->philox, shuffle->seed, shuffle->stream, shuffle->replicate);
    s->bits = bits_for(shuffle->n);
    s->n_buckets = (size_t)1 << s->bits;
    s->items = items;
    s->item_size = item_size;
    s->ranks = ranks;
    s->n_ranks = n_ranks;
    s->out = out;
    crew_run(s->crew, s->n_sections, count_words, s);
    find_starts(s);
    for (s->first_bucket = 0; begin_turn(s); s->first_bucket = s->end_bucket) {
        crew_run(s->crew, s->n_sections, collect_pairs, s);
        const size_t n = s->end_bucket - s->first_bucket;
        crew_run(s->crew, (n + BUCKETS_AT_ONCE - 1) / BUCKETS_AT_ONCE, take_buckets, s);
    }
}
