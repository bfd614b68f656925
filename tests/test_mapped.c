/* Files that another program truncates while they are mapped. */
#include "config.h"
#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mapped.h"
#include "base/signals.h"

enum { N_PAGES = 64 };

static size_t page;

/* An unnamed file of N_PAGES pages of 'x'. */
static int make_file(void)
{
    char path[] = "/tmp/circuittui_XXXXXX";
    const int fd = mkstemp(path);
    char *const text = malloc(page);

    ck_assert_int_ge(fd, 0);
    unlink(path);
    memset(text, 'x', page);
    for (size_t i = 0; i < N_PAGES; i++)
        ck_assert_int_eq(write(fd, text, page), (ssize_t)page);
    free(text);
    return fd;
}

static struct mapped map_file(int fd)
{
    struct mapped m = { 0 };

    ck_assert_int_eq(mapped_open(fd, N_PAGES * page, "x.bin", &m, NULL), CT_OK);
    return m;
}

/* The number of bytes 'x'; SIZE_MAX if others are not 0. */
static size_t count(const struct mapped *m)
{
    size_t n = 0;

    for (size_t i = 0; i < m->size; i++) {
        const unsigned char c = ((const volatile unsigned char *)m->data)[i];
        if (c != 'x' && c != 0)
            return SIZE_MAX;
        n += c == 'x';
    }
    return n;
}

START_TEST(complete_files_pass)
{
    const int fd = make_file();
    struct mapped m = map_file(fd);

    close(fd);
    ck_assert_uint_eq(count(&m), N_PAGES * page);
    ck_assert_int_eq(mapped_check(&m, "x.bin", NULL), CT_OK);
    mapped_close(&m);
    ck_assert_int_eq(mapped_check(&m, "x.bin", NULL), CT_OK);
    mapped_close(&m);
}
END_TEST

START_TEST(truncated_parts_are_zero_and_reported)
{
    const int fd = make_file();
    struct mapped m = map_file(fd);
    struct mapped other = map_file(fd);
    struct ct_error err = { 0 };

    ck_assert_int_eq(ftruncate(fd, (off_t)page + 10), 0);
    ck_assert_int_eq(mapped_check(&m, "x.bin", NULL), CT_OK); /* nothing has been read yet */
    ck_assert_uint_eq(count(&m), page + 10);
    ck_assert_int_eq(mapped_check(&m, "x.bin", &err), CT_EIO);
    ck_assert_ptr_eq(strstr(err.text, "x.bin: was truncated"), err.text);
    ck_assert_int_eq(mapped_check(&other, "x.bin", NULL), CT_OK);
    /* Restored: data read before are still wrong. */
    ck_assert_int_eq(ftruncate(fd, (off_t)(N_PAGES * page)), 0);
    ck_assert_int_eq(mapped_check(&m, "x.bin", NULL), CT_EIO);
    mapped_close(&m);
    mapped_close(&other);
    m = map_file(fd);
    ck_assert_int_eq(mapped_check(&m, "x.bin", NULL), CT_OK);
    mapped_close(&m);
    close(fd);
}
END_TEST

static void *count_in_thread(void *context)
{
    count(context);
    return NULL;
}

START_TEST(threads_with_blocked_signals_survive)
{
    enum { N_THREADS = 4, N_ROUNDS = 20 };
    pthread_t threads[N_THREADS];
    sigset_t before;

    for (int round = 0; round < N_ROUNDS; round++) {
        const int fd = make_file();
        struct mapped m = map_file(fd);
        signals_block(&before);
        for (int i = 0; i < N_THREADS; i++)
            ck_assert_int_eq(pthread_create(&threads[i], NULL, count_in_thread, &m), 0);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        ck_assert_int_eq(ftruncate(fd, 0), 0);
        for (int i = 0; i < N_THREADS; i++)
            pthread_join(threads[i], NULL);
        ck_assert_uint_eq(count(&m), 0);
        ck_assert_int_eq(mapped_check(&m, "x.bin", NULL), CT_EIO);
        mapped_close(&m);
        close(fd);
    }
}
END_TEST

START_TEST(mappings_are_limited_and_slots_reused)
{
    static struct mapped all[MAPPED_MOST];
    struct mapped more = { 0 };
    const int fd = make_file();

    for (size_t i = 0; i < MAPPED_MOST; i++)
        all[i] = map_file(fd);
    ck_assert_int_eq(mapped_open(fd, page, "x.bin", &more, NULL), CT_EIO);
    ck_assert_int_eq(ftruncate(fd, 0), 0);
    ck_assert_uint_eq(count(&all[7]), 0);
    for (size_t i = 0; i < MAPPED_MOST; i++) {
        ck_assert_int_eq(mapped_check(&all[i], "x.bin", NULL), i == 7 ? CT_EIO : CT_OK);
        mapped_close(&all[i]);
    }
    ck_assert_int_eq(ftruncate(fd, (off_t)(N_PAGES * page)), 0);
    for (size_t i = 0; i < MAPPED_MOST; i++) {
        all[i] = map_file(fd);
        ck_assert_int_eq(mapped_check(&all[i], "x.bin", NULL), CT_OK);
    }
    for (size_t i = 0; i < MAPPED_MOST; i++)
        mapped_close(&all[i]);
    close(fd);
}
END_TEST

/* Whether the action ends the process: by the signal, or by a sanitizer's exit. */
static bool ends(void (*action)(void))
{
    int status = 0;
    const pid_t child = fork();

    if (child == 0) {
        action();
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) == SIGBUS : WEXITSTATUS(status) != 0;
}

static void read_strange_mapping(void)
{
    const int fd = make_file();
    const volatile char *const map = mmap(NULL, N_PAGES * page, PROT_READ, MAP_PRIVATE, fd, 0);

    if (ftruncate(fd, 0) == 0)
        _exit(map[0]);
}

static void send_signal(void)
{
    raise(SIGBUS);
}

START_TEST(other_bus_errors_end_the_program)
{
    ck_assert(ends(read_strange_mapping));
    ck_assert(ends(send_signal));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        complete_files_pass,
        truncated_parts_are_zero_and_reported,
        threads_with_blocked_signals_survive,
        mappings_are_limited_and_slots_reused,
        other_bus_errors_end_the_program,
    };

    page = (size_t)sysconf(_SC_PAGESIZE);
    mapped_guard();
    return RUN_TESTS("mapped", tests);
}
