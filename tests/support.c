#include "config.h"
#include "support.h"

#include <ftw.h>
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const char *fixture_path(const char *name)
{
    static char path[4096];
    const char *const dir = getenv("FIXTURES_DIR");

    snprintf(path, sizeof path, "%s/%s", dir != NULL ? dir : "fixtures", name);
    return path;
}

static size_t count_fields(const char *line)
{
    size_t n = 1;

    for (; *line != '\0'; line++)
        n += *line == ',';
    return n;
}

static void parse_row(char *line, double *row, size_t cols, const char *name, size_t number)
{
    char *at = line;

    for (size_t j = 0; j < cols; j++) {
        char *end;
        row[j] = strtod(at, &end);
        const char stop = *end;
        ck_assert_msg(end != at && (j + 1 < cols ? stop == ',' : stop == '\n' || stop == '\0'),
                      "%s, line %zu, field %zu is not a number", name, number, j + 1);
        at = end + 1;
    }
}

struct mat fixture_load(const char *name)
{
    FILE *const file = fopen(fixture_path(name), "r");
    struct mat m = { 0 };
    char *line = NULL;
    size_t capacity = 0;
    size_t room = 0;

    ck_assert_msg(file != NULL, "cannot open the fixture %s", fixture_path(name));
    ck_assert_msg(getline(&line, &capacity, file) > 0, "%s is empty", name);
    m.cols = count_fields(line);
    while (getline(&line, &capacity, file) > 0) {
        if (m.rows == room) {
            room = room > 0 ? 2 * room : 64;
            m.data = realloc(m.data, room * m.cols * sizeof *m.data);
            ck_assert_ptr_nonnull(m.data);
        }
        parse_row(line, mat_row(&m, m.rows), m.cols, name, m.rows + 2);
        m.rows++;
    }
    free(line);
    fclose(file);
    return m;
}

static double error_of(double got, double want)
{
    if (isnan(got) || isnan(want))
        return isnan(got) && isnan(want) ? 0.0 : INFINITY;
    if (isinf(got) || isinf(want))
        return got == want ? 0.0 : INFINITY;
    return fabs(got - want);
}

void assert_allclose(const double *got, const double *want, size_t n, double rtol, double atol)
{
    size_t bad = n;
    double largest = 0.0;

    for (size_t i = 0; i < n; i++) {
        const double error = error_of(got[i], want[i]);
        if (bad == n && error > atol + (isfinite(want[i]) ? rtol * fabs(want[i]) : 0.0))
            bad = i;
        largest = fmax(largest, error);
    }
    if (bad < n)
        ck_abort_msg(
            "entry %zu of %zu: got %.17g, want %.17g; largest error %.3g (rtol %g, atol %g)", bad,
            n, got[bad], want[bad], largest, rtol, atol);
}

void assert_mat_allclose(const struct mat *got, const struct mat *want, double rtol, double atol)
{
    ck_assert_uint_eq(got->rows, want->rows);
    ck_assert_uint_eq(got->cols, want->cols);
    assert_allclose(got->data, want->data, got->rows * got->cols, rtol, atol);
}

static atomic_int *n_skipped; /* shared with the processes that the tests run in */

void count_skipped(void)
{
    if (n_skipped != NULL)
        atomic_fetch_add(n_skipped, 1);
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *where)
{
    (void)s;
    (void)type;
    (void)where;
    return remove(path);
}

static int name_one(const char *path, const struct stat *s, int type, struct FTW *where)
{
    (void)s;
    (void)type;
    if (where->level > 0)
        printf("left in $TMPDIR: %s\n", path);
    return 0;
}

/* Returns false when it was not empty. */
static bool remove_temporary(const char *folder, bool has_failed)
{
    if (rmdir(folder) == 0)
        return true;
    if (!has_failed) /* failing tests leave their files */
        nftw(folder, name_one, 8, FTW_PHYS);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return false;
}

int run_tcase(const char *name, TCase *tcase)
{
    enum { SKIPPED = 77 };
    Suite *const suite = suite_create(name);
    SRunner *const runner = srunner_create(suite);
    const char *const base = getenv("TMPDIR");
    char folder[4096];

    snprintf(folder, sizeof folder, "%s/circuittui-tests-XXXXXX", base != NULL ? base : "/tmp");
    n_skipped =
        mmap(NULL, sizeof *n_skipped, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (n_skipped == MAP_FAILED || mkdtemp(folder) == NULL || setenv("TMPDIR", folder, 1) != 0) {
        perror(folder);
        exit(1);
    }
    tcase_set_timeout(tcase, 900); /* ends hanging tests; a busy machine may be slow */
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    const int n_run = srunner_ntests_run(runner);
    const bool failed = srunner_ntests_failed(runner) > 0 || n_run == 0;
    srunner_free(runner);
    if (!remove_temporary(folder, failed) || failed)
        return 1;
    return atomic_load(n_skipped) >= n_run ? SKIPPED : 0;
}

int run_tests(const char *name, const TTest *const tests[], size_t n_tests)
{
    TCase *const tcase = tcase_create(name);

    for (size_t i = 0; i < n_tests; i++)
        tcase_add_test(tcase, tests[i]);
    return run_tcase(name, tcase);
}
