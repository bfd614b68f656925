/* Runs the program with an OpenBLAS that computes wrong results: it reports that, and what to
 * set. */
#include "config.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io_temp.h"

static const char *const functions[] = { "sgemm", "dgemm", "dgemv", "dnrm2", "dsyevr" };

START_TEST(names_a_function_that_computes_wrongly)
{
    char line[256], message[512];

    unlink(temp_path(BLAS_LIBRARY));
    ck_assert_int_eq(symlink(getenv("WRONG_BLAS_SO"), temp_path(BLAS_LIBRARY)), 0);
    snprintf(line, sizeof line, "WRONG_BLAS=%s LD_LIBRARY_PATH=$PWD $C run -o results",
             functions[_i]);
    ck_assert_int_eq(temp_shell(line), 1);
    char *const err = slurp(temp_path("err"), NULL);
    snprintf(
        message, sizeof message,
        "circuittui: OpenBLAS: its %s computes wrong results on this processor (kernels: Haswell); "
        "set OPENBLAS_CORETYPE=",
        functions[_i]);
    ck_assert_msg(strncmp(err, message, strlen(message)) == 0, "%s", err);
    ck_assert_ptr_eq(strchr(err, '\n'), err + strlen(err) - 1);
    ck_assert_int_ne(access(temp_path("results"), F_OK), 0);
    free(err);
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("blas");

    temp_begin();
    tcase_add_loop_test(tcase, names_a_function_that_computes_wrongly, 0,
                        sizeof functions / sizeof *functions);
    const int status = run_tcase("blas", tcase);
    temp_end();
    return status;
}
