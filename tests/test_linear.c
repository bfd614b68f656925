/*
 * Tables whose entries come from a file take no longer for entries that were chosen to share one
 * slot under a hash that everybody can compute: before tables had a key, n labels took n^2
 * comparisons.
 */
#include "config.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fnv.h"
#include "base/keyed_hash.h"
#include "io/labels.h"
#include "model/tokens/added_tokens.h"

enum { N = 8000, N_SLOTS = 1 << 14, NAME_SIZE = 12 };

static char names[N][NAME_SIZE];

static double cpu_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* folded: the slot is that of the higher bits added to the lower, as labels had it. */
static void make_names(bool collide, bool folded)
{
    size_t n = 0;

    for (unsigned i = 0; n < N; i++) {
        char name[NAME_SIZE];
        int size = 0;
        for (unsigned rest = i; size == 0 || rest > 0; rest /= 62) /* sprintf() is slow */
            name[size++] =
                "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[rest % 62];
        name[size] = '\0';
        const uint64_t h = fnv_add(FNV_START, name, (size_t)size);
        if (!collide || ((folded ? h ^ h >> 32 : h) & (N_SLOTS - 1)) == 77)
            memcpy(names[n++], name, NAME_SIZE);
    }
}

static double time_labels(void)
{
    struct labels l = { 0 };
    const double begin = cpu_seconds();

    for (size_t i = 0; i < N; i++)
        ck_assert_int_eq(labels_add(&l, names[i], strlen(names[i]), NULL), CT_OK);
    const double seconds = cpu_seconds() - begin;
    ck_assert_uint_eq(l.n_names, N);
    labels_clear(&l);
    return seconds;
}

static double time_added(void)
{
    struct added_tokens added = { 0 };
    const double begin = cpu_seconds();

    for (size_t i = 0; i < N; i++) {
        const struct added_token token = { .content = names[i], .size = strlen(names[i]) };
        ck_assert_int_eq(added_tokens_add(&added, &token, NULL), CT_OK);
    }
    const double seconds = cpu_seconds() - begin;
    ck_assert_ptr_nonnull(added_tokens_get(&added, names[N - 1], strlen(names[N - 1])));
    added_tokens_clear(&added);
    return seconds;
}

static double (*const tables[])(void) = { time_labels, time_added };

/* Colliding, it was more than 20 times as slow; caches and a busy machine account for less than 5.
 */
START_TEST(chosen_entries_take_no_longer)
{
    make_names(false, false);
    const double plain = tables[_i]();
    make_names(true, _i == 0);
    const double chosen = tables[_i]();
    ck_assert_msg(chosen < 10.0 * plain + 0.002, "%g s for chosen entries, %g s for others", chosen,
                  plain);
}
END_TEST

/* Test vectors of SipHash are for a known key; here: every byte and the size count, and the low
 * bits are spread. */
START_TEST(hashes_depend_on_every_byte)
{
    char text[40] = "";
    size_t n_ones = 0;

    for (size_t size = 0; size < sizeof text; size++) {
        const uint64_t h = keyed_hash(text, size);
        ck_assert_uint_eq(h, keyed_hash(text, size));
        ck_assert_uint_ne(h, keyed_hash(text, size + 1 < sizeof text ? size + 1 : 0));
        for (size_t i = 0; i < size; i++) {
            text[i] = 1;
            ck_assert_uint_ne(h, keyed_hash(text, size));
            n_ones += (size_t)__builtin_popcountll(h ^ keyed_hash(text, size));
            text[i] = 0;
        }
    }
    /* 780 pairs of 64 bits: half of them differ, 4 standard deviations are 447 */
    ck_assert_int_lt(llabs((long long)n_ones - 780 * 32), 447);
    ck_assert_uint_eq(keyed_multiplier() & 1, 1);
    ck_assert_uint_eq(keyed_multiplier(), keyed_multiplier());
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("linear");

    tcase_add_loop_test(tcase, chosen_entries_take_no_longer, 0, sizeof tables / sizeof *tables);
    tcase_add_test(tcase, hashes_depend_on_every_byte);
    return run_tcase("linear", tcase);
}
