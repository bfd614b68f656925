/* `circuittui models` on a cache created by the test. */
#include "config.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "io_temp.h"

#define COMMIT "0123456789abcdef0123456789abcdef01234567"

/* Plain files instead of links, as in caches created on Windows. */
static const char CACHE[] =
    "put() { mkdir -p $1/snapshots/" COMMIT " $1/refs; cp \"$FIXTURES_DIR\"/gpt2_tiny/* "
    "\"$FIXTURES_DIR\"/tokenizer/* $1/snapshots/*; "
    "printf %s " COMMIT " >$1/refs/$2; }\n"
    "rm -rf hub; mkdir hub; cd hub\n"
    "put models--openai-community--gpt2 main; put models--me--tagged v1; put models--me--short "
    "main\n"
    "rm models--me--short/snapshots/*/model.safetensors\n"
    "head -c 100 \"$FIXTURES_DIR\"/gpt2_tiny/model.safetensors "
    ">models--me--short/snapshots/" COMMIT "/model.safetensors\n"
    "mkdir -p models--me--empty datasets--me--other\n"
    "cd ..; HF_HUB_CACHE=hub $C models";

START_TEST(models_are_listed_with_their_problems)
{
    static const char want[] =
        "name                   layers  width  parameters      size  state\n"
        "me/tagged@v1                3     24      0.01 M    0.1 MB  complete\n"
        "openai-community/gpt2       3     24      0.01 M    0.1 MB  complete\n"
        "me/short                    -      -           -         -  model.safetensors: header of ";

    ck_assert_int_eq(temp_shell(CACHE), 0);
    char *const out = slurp(temp_path("out"), NULL);
    ck_assert_msg(strncmp(out, want, sizeof want - 1) == 0, "%s", out);
    free(out);
}
END_TEST

START_TEST(an_empty_cache_is_not_an_error)
{
    ck_assert_int_eq(temp_shell("HF_HUB_CACHE=/not/there $C models"), 0);
    char *const out = slurp(temp_path("out"), NULL);
    char *const err = slurp(temp_path("err"), NULL);
    ck_assert_str_eq(out, "");
    ck_assert_str_eq(err, "circuittui: /not/there: no models there; circuittui fetch "
                          "openai-community/gpt2 downloads one\n");
    free(out);
    free(err);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        models_are_listed_with_their_problems,
        an_empty_cache_is_not_an_error,
    };

    temp_begin();
    const int failed = RUN_TESTS("models", tests);
    temp_end();
    return failed;
}
