/* Random order in parts, against the sort of all keys. */
#include "config.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/keyed.h"
#include "num/shuffle.h"

enum { SEED = 5 };

/* The order of n uniforms from word `first` on. */
static size_t *sorted_order(uint64_t replicate, uint64_t first, size_t n)
{
    struct keyed *const keys = ct_malloc_array(n, sizeof *keys);
    size_t *const order = ct_malloc_array(n, sizeof *order);
    struct philox rng;

    philox_init(&rng, SEED, STREAM_WEIGHTS, replicate);
    for (uint64_t i = 0; i < first; i++)
        philox_word(&rng);
    philox_permutation(&rng, n, keys, order);
    free(keys);
    return order;
}

static void shuffle_items(const struct shuffle *order, const void *items, size_t item_size,
                          const struct shuffle_ranks *ranks, size_t n_ranks, int n_threads,
                          size_t n_wanted, void *out)
{
    struct shuffler *shuffler = NULL;
    struct crew *crew = NULL;

    ck_assert_int_eq(crew_new(n_threads, &crew, NULL), CT_OK);
    ck_assert_int_eq(shuffler_new(order->n, n_wanted, crew, &shuffler, NULL), CT_OK);
    shuffler_copy(shuffler, order, items, item_size, ranks, n_ranks, out);
    shuffler_free(shuffler);
    crew_free(crew);
}

static uint32_t *numbers(size_t n)
{
    uint32_t *const items = ct_malloc_array(n, sizeof *items);

    for (size_t i = 0; i < n; i++)
        items[i] = (uint32_t)i;
    return items;
}

/* Replicate 6 has two words that agree in the first 41 bits, the larger one first. */
START_TEST(the_order_is_that_of_a_stable_sort)
{
    static const size_t sizes[] = { 0, 1, 2, 3, 7, 100, 2048, 2049, 5000, 40000, 1 << 20 };

    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        for (uint64_t first = 0; first < 4; first++) {
            const size_t n = sizes[k];
            const struct shuffle order = {
                .seed = SEED, .stream = STREAM_WEIGHTS, .replicate = 6, .first = first, .n = n
            };
            const struct shuffle_ranks all = { 0, n, 0 };
            if (first > 0 && n > 5000)
                break;
            size_t *const want = sorted_order(order.replicate, first, n);
            uint32_t *const items = numbers(n);
            uint32_t *const got = ct_calloc_array(n, sizeof *got);
            shuffle_items(&order, items, sizeof *items, &all, 1, (int)(k % 3) + 1, n, got);
            for (size_t i = 0; i < n; i++)
                ck_assert_uint_eq(got[i], want[i]);
            free(want);
            free(items);
            free(got);
        }
}
END_TEST

/* Parts of the ranks, in one turn or many, of items of two bytes that are not aligned. */
START_TEST(parts_are_those_of_the_whole)
{
    enum { N = 60000 };
    const struct shuffle order = {
        .seed = SEED, .stream = STREAM_WEIGHTS, .replicate = 1, .first = 11, .n = N
    };
    static const struct shuffle_ranks ranks[] = { { 0, 1, 3 },         { 1, 9, 5 },
                                                  { 2040, 4000, 20 },  { 6040, 10000, 5000 },
                                                  { 30000, 0, 15000 }, { N - 7, 7, 15001 } };
    size_t *const want = sorted_order(1, 11, N);
    char *const bytes = ct_malloc_array(2 * N + 1, 1);
    uint16_t *const got = ct_malloc_array(16000, sizeof *got);

    for (size_t i = 0; i < N; i++)
        memcpy(bytes + 1 + 2 * i, &(uint16_t){ (uint16_t)i }, 2);
    for (int n_threads = 1; n_threads <= 4; n_threads++) {
        memset(got, 0xFF, 16000 * sizeof *got);
        shuffle_items(&order, bytes + 1, 2, ranks, sizeof ranks / sizeof *ranks, n_threads,
                      n_threads < 3 ? 1 : N, got);
        for (size_t r = 0; r < sizeof ranks / sizeof *ranks; r++)
            for (size_t i = 0; i < ranks[r].n; i++)
                ck_assert_uint_eq(got[ranks[r].to + i], (uint16_t)want[ranks[r].first + i]);
        ck_assert(got[0] == 0xFFFF && got[4] == 0xFFFF && got[15008] == 0xFFFF);
    }
    free(want);
    free(bytes);
    free(got);
}
END_TEST

/* More than are sorted at a time. */
START_TEST(large_orders_are_permutations)
{
    enum { N = 3000000 };
    const struct shuffle order = {
        .seed = 1, .stream = STREAM_WEIGHTS, .replicate = 2, .first = UINT64_C(1) << 40, .n = N
    };
    const struct shuffle_ranks all = { 0, N, 0 };
    uint32_t *const items = numbers(N);
    uint32_t *const got = ct_calloc_array(N, sizeof *got);
    unsigned char *const seen = ct_calloc_array(N, 1);

    shuffle_items(&order, items, sizeof *items, &all, 1, 2, N / 3, got);
    for (size_t i = 0; i < N; i++) {
        ck_assert(got[i] < N && !seen[got[i]]);
        seen[got[i]] = 1;
    }
    free(items);
    free(got);
    free(seen);
}
END_TEST

START_TEST(words_are_drawn_from_any_place)
{
    struct philox rng;
    uint64_t want[40];
    uint64_t got[40];

    philox_init(&rng, SEED, STREAM_WEIGHTS, 3);
    for (size_t i = 0; i < 40; i++)
        want[i] = philox_word(&rng);
    for (size_t first = 0; first < 10; first++)
        for (size_t n = 0; first + n <= 40; n++) {
            philox_words(&rng, first, n, got);
            ck_assert(memcmp(got, want + first, n * sizeof *got) == 0);
        }
    ck_assert_uint_eq(rng.n_drawn, 40);
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("shuffle");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, words_are_drawn_from_any_place);
    tcase_add_test(tcase, the_order_is_that_of_a_stable_sort);
    tcase_add_test(tcase, parts_are_those_of_the_whole);
    tcase_add_test(tcase, large_orders_are_permutations);
    return run_tcase("shuffle", tcase);
}
