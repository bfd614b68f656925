/* The candidates of `circuittui complete WORD...` for the last word. */
#include "config.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "io_temp.h"

static const struct {
    const char *words; /* in shell syntax */
    const char *want;  /* in alphabetical order, each followed by a blank */
} cases[] = {
    { "''", "config cosine dbscan fetch hooks kmeans merge models plan rerun run sessions tokenize "
            "tsne ttest watch " },
    { "", "config cosine dbscan fetch hooks kmeans merge models plan rerun run sessions tokenize "
          "tsne ttest watch " },
    { "r", "rerun run " },
    { "run r", "" },
    { "run ''", "" },
    { "--test welch r", "rerun run " }, /* a value is not a command */
    { "--test run r", "rerun run " },
    /* options of a command, or of the user interface */
    { "run --t", "--test --threads --tokenizer " },
    { "tokenize --t", "--tokenizer " },
    { "--per", "--per-layer --perplexity " },
    { "dbscan --per", "" },
    { "config --co", "--color --contrast --controls --correction " },
    { "run -k 3 --fo", "--force --format " },
    { "run --plot --te", "--test " }, /* a flag takes no value */
    { "ttest x --te", "--test " },
    { "run -- --te", "" },
    /* values */
    { "run --test ''", "paired student welch " },
    { "run --test w", "welch " },
    { "run --test=w", "--test=welch " },
    { "run --test=", "--test=paired --test=student --test=welch " },
    { "run --test = ''", "paired student welch " }, /* when the shell splits the word */
    { "run --test = w", "welch " },
    { "run --test =", "paired student welch " },
    { "run --color a", "always auto " },
    { "run --eps ''", "" },
    { "run -m --test ''", "" }, /* --test is the model here */
    { "run --nosuch ''", "" },
    { "run --nosuch=", "" },
    { "dbscan --hook=", "" }, /* an option of other commands */
    { "run --plot=", "" },
    /* hook points of the model */
    { "run -H h.5.mlp.", "h.5.mlp.act h.5.mlp.c_fc h.5.mlp.c_proj h.5.mlp.c_proj.input " },
    { "-H h.0.mlp.c_f", "h.0.mlp.c_fc " },
    { "run --hook=h.5.mlp.c",
      "--hook=h.5.mlp.c_fc --hook=h.5.mlp.c_proj --hook=h.5.mlp.c_proj.input " },
    { "run -m one -H h.",
      "h.0 h.0.attn h.0.attn.c_attn h.0.attn.c_proj h.0.attn.c_proj.input h.0.ln_1 h.0.ln_2 "
      "h.0.mlp h.0.mlp.act h.0.mlp.c_fc h.0.mlp.c_proj h.0.mlp.c_proj.input " },
    { "run --model=one -H h.1", "" },
    { "run --model = one -H h.1", "" },
    { "run -m nowhere -H h.1", "" },
    { "run -Hh.0 ''", "" }, /* its value is attached to the letter */
    /* files are completed by the shell */
    { "run -s ''", ":files " },
    { "run --groups x", ":files " },
    { "run -o ''", ":folders " },
    { "dbscan -o ''", ":files " },
    { "dbscan ''", ":files " },
    { "rerun x", ":files " },
    { "dbscan -- x", ":files " },
    { "tokenize x", "" },
};

START_TEST(words_are_offered_in_the_right_places)
{
    char line[400];

    ck_assert_int_eq(temp_shell("mkdir one && sed 's/\"n_layer\": [0-9]*/\"n_layer\": 1/' "
                                "\"$FIXTURES_DIR/demo/config.json\" >one/config.json && "
                                "! cmp -s one/config.json \"$FIXTURES_DIR/demo/config.json\""),
                     0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(line, sizeof line,
                 "LC_ALL=C HF_HUB_CACHE=none $C complete %s >all; test $? = 0 && cut -f1 all | "
                 "LC_ALL=C sort | tr '\\n' ' '",
                 cases[i].words);
        ck_assert_int_eq(temp_shell(line), 0);
        char *const out = slurp(temp_path("out"), NULL);
        ck_assert_msg(strcmp(out, cases[i].want) == 0, "%s: '%s', not '%s'", cases[i].words, out,
                      cases[i].want);
        free(out);
    }
}
END_TEST

/* Commands and options have the descriptions of help. */
START_TEST(words_have_descriptions)
{
    ck_assert_int_eq(temp_shell("$C complete run --alp | grep -q \"$(printf '^--alpha\\t.')\" && "
                                "$C complete rer | grep -q \"$(printf '^rerun\\t.')\" && "
                                "! $C complete run --test w | grep -q \"$(printf '\\t')\""),
                     0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        words_are_offered_in_the_right_places,
        words_have_descriptions,
    };

    temp_begin();
    const int status = RUN_TESTS("complete", tests);
    temp_end();
    return status;
}
