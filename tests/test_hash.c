#include "config.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/hash.h"
#include "io/hash_ahead.h"
#include "io_temp.h"

#define ABC     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define EMPTY   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define MILLION "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

/* The examples of FIPS 180-2, appendix B. */
START_TEST(hashes_memory)
{
    char hex[HASH_HEX_SIZE];

    hash_memory("", 0, hex);
    ck_assert_str_eq(hex, EMPTY);
    hash_memory("abc", 3, hex);
    ck_assert_str_eq(hex, ABC);
    hash_memory("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, hex);
    ck_assert_str_eq(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}
END_TEST

START_TEST(hashes_files)
{
    char *const a = malloc(1000000);
    char hex[HASH_HEX_SIZE];

    memset(a, 'a', 1000000);
    ck_assert_int_eq(hash_file(temp_file("million", a, 1000000), NULL, hex, NULL), CT_OK);
    ck_assert_str_eq(hex, MILLION);
    ck_assert_int_eq(hash_file(temp_text("empty", ""), NULL, hex, NULL), CT_OK);
    ck_assert_str_eq(hex, EMPTY);
    free(a);
}
END_TEST

struct ticks {
    size_t n;
    size_t stop_at;
    size_t done;
    size_t total;
};

static bool tick(void *context, size_t done, size_t total)
{
    struct ticks *const t = context;

    ck_assert_uint_ge(done, t->done);
    ck_assert_uint_le(done, total);
    t->done = done;
    t->total = total;
    return ++t->n != t->stop_at;
}

/* Slightly longer than the buffer: the same hash as of memory. */
START_TEST(long_files_report_progress_and_can_be_cancelled)
{
    const size_t size = 5 * (1 << 20) + 12345;
    char *const data = malloc(size);
    char want[HASH_HEX_SIZE];
    char got[HASH_HEX_SIZE] = "as it was";
    struct ticks t = { .stop_at = 2 };
    struct ct_error err;

    for (size_t i = 0; i < size; i++)
        data[i] = (char)(i >> 8 ^ i);
    const char *const path = temp_file("long", data, size);
    const struct progress progress = { tick, &t };
    ck_assert_int_eq(hash_file(path, &progress, got, &err), CT_ECANCELED);
    ck_assert_uint_eq(t.n, 2);
    ck_assert_str_eq(got, "as it was");
    t = (struct ticks){ 0 };
    ck_assert_int_eq(hash_file(path, &progress, got, NULL), CT_OK);
    ck_assert_uint_eq(t.n, 5);
    ck_assert_uint_eq(t.total, size);
    hash_memory(data, size, want);
    ck_assert_str_eq(got, want);
    free(data);
}
END_TEST

START_TEST(names_unreadable_files)
{
    char hex[HASH_HEX_SIZE] = "as it was";
    struct ct_error err;

    ck_assert_int_eq(hash_file(temp_path("absent"), NULL, hex, &err), CT_EIO);
    assert_error(&err, CT_EIO, temp_path("absent"), "cannot be opened: No such file or directory");
    ck_assert_int_eq(hash_file(temp_path(""), NULL, hex, &err), CT_EIO);
    ck_assert_str_eq(hex, "as it was");
}
END_TEST

START_TEST(reads_hashes_from_blob_names)
{
    char hex[HASH_HEX_SIZE] = "as it was";

    mkdir(temp_path("blobs"), 0777);
    mkdir(temp_path("other"), 0777);
    temp_text("blobs/" ABC, "not abc: the name is believed");
    temp_text("other/" ABC, "abc");
    temp_text("blobs/" ABC "0", "abc");
    temp_text("blobs/a9993e364706816aba3e25717850c26c9cd0d89d", "a git hash");
    ck_assert_int_eq(symlink("blobs/" ABC, temp_path("model.safetensors")), 0);
    ck_assert_int_eq(symlink("blobs/a9993e364706816aba3e25717850c26c9cd0d89d",
                             temp_path("config.json")),
                     0);
    ck_assert(!hash_from_blob_name(temp_path("other/" ABC), hex));
    ck_assert(!hash_from_blob_name(temp_path("blobs/" ABC "0"), hex));
    ck_assert(!hash_from_blob_name(temp_path("config.json"), hex));
    ck_assert(!hash_from_blob_name(temp_path("absent"), hex));
    ck_assert_str_eq(hex, "as it was");
    ck_assert(hash_from_blob_name(temp_path("model.safetensors"), hex));
    ck_assert_str_eq(hex, ABC);
}
END_TEST

START_TEST(hashes_files_ahead)
{
    const char *const abc = temp_text("ahead_abc", "abc");
    const char *const empty = temp_text("ahead_empty", "");
    const char *const paths[] = { abc, "/nowhere/at/all", empty };
    struct hash_ahead *const h = hash_ahead_new(paths, 3);
    char hex[HASH_HEX_SIZE] = "as before";

    ck_assert(!hash_ahead_get(h, "/nowhere/at/all", hex));
    ck_assert(!hash_ahead_get(h, "another", hex));
    ck_assert(!hash_ahead_get(NULL, abc, hex));
    ck_assert_str_eq(hex, "as before");
#ifdef CT_THREADS
    ck_assert(hash_ahead_get(h, empty, hex));
    ck_assert_str_eq(hex, EMPTY);
    ck_assert(hash_ahead_get(h, abc, hex));
    ck_assert_str_eq(hex, ABC);
#endif
    hash_ahead_free(h);
}
END_TEST

/* A sparse file that would take about ten seconds. */
START_TEST(hashing_ahead_can_be_stopped)
{
    const char *const path = temp_text("ahead_long", "");

    ck_assert_int_eq(truncate(path, (off_t)1 << 34), 0);
    hash_ahead_free(hash_ahead_new(&path, 1));
    hash_ahead_free(NULL);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        hashes_memory,
        hashes_files,
        long_files_report_progress_and_can_be_cancelled,
        names_unreadable_files,
        reads_hashes_from_blob_names,
        hashes_files_ahead,
        hashing_ahead_can_be_stopped,
    };
    temp_begin();
    const int status = RUN_TESTS("hash", tests);
    temp_end();
    return status;
}
