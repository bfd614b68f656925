#include "config.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "cli/options.h"
#include "pipeline/stages.h"

enum { MOST = 20 };

/* Parses `circuittui` and n words. */
static enum ct_status parse(struct options *options, struct ct_error *err, size_t n,
                            const char *const *words)
{
    static char copies[MOST][64]; /* borrowed by the options */
    static char *argv[MOST + 1];

    ck_assert_uint_lt(n + 1, MOST);
    snprintf(copies[0], sizeof copies[0], "circuittui");
    for (size_t i = 0; i < n; i++)
        snprintf(copies[i + 1], sizeof copies[i + 1], "%s", words[i]);
    for (size_t i = 0; i <= n; i++)
        argv[i] = copies[i];
    argv[n + 1] = NULL;
    return options_parse((int)n + 1, argv, options, err);
}

#define PARSE(options, err, ...)                                                                   \
    parse((options), (err), sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *),              \
          (const char *[]){ __VA_ARGS__ })

START_TEST(defaults_match_the_manual)
{
    struct options o;

    ck_assert_int_eq(PARSE(&o, NULL, "run"), CT_OK);
    ck_assert_int_eq(o.command, COMMAND_RUN);
    ck_assert(o.params.alpha == 0.05 && o.params.perplexity == 30 && o.params.eps == 1);
    ck_assert_uint_eq(o.params.iterations, 1000);
    ck_assert_uint_eq(o.params.min_samples, 3);
    ck_assert_uint_eq(o.params.clusters, 3);
    ck_assert_uint_eq(o.params.seed, 0);
    ck_assert_int_eq(o.params.test, TTEST_STUDENT);
    ck_assert_int_eq(o.params.correction, CORRECTION_BONFERRONI);
    ck_assert_int_eq(o.color, COLOR_AUTO);
    ck_assert_ptr_null(o.out);
    options_clear(&o);
}
END_TEST

START_TEST(every_option_is_accepted)
{
    struct options o;

    ck_assert_int_eq(PARSE(&o, NULL, "run", "-m", "M", "-sS", "-H", "h.1", "--hook=h.2.mlp", "-k",
                           "7", "--contrast", "him,her", "--test=welch", "--correction", "fdr"),
                     CT_OK);
    ck_assert_str_eq(o.params.model, "M");
    ck_assert_str_eq(o.params.stimuli, "S");
    ck_assert_uint_eq(o.params.n_hooks, 2);
    ck_assert_str_eq(o.params.hooks[1], "h.2.mlp");
    ck_assert_uint_eq(o.params.clusters, 7);
    ck_assert_str_eq(o.params.contrast[0], "him");
    ck_assert_str_eq(o.params.contrast[1], "her");
    ck_assert_int_eq(o.params.test, TTEST_WELCH);
    ck_assert_int_eq(o.params.correction, CORRECTION_FDR_BH);
    options_clear(&o);

    ck_assert_int_eq(PARSE(&o, NULL, "--alpha=0.01", "run", "--eps", "2.5", "--seed", "9",
                           "--min-samples=4", "--perplexity", "1e1", "--iterations", "250", "-o",
                           "D", "--force", "--plot"),
                     CT_OK);
    ck_assert(o.params.alpha == 0.01 && o.params.eps == 2.5 && o.params.perplexity == 10);
    ck_assert_uint_eq(o.params.seed, 9);
    ck_assert_uint_eq(o.params.min_samples, 4);
    ck_assert_uint_eq(o.params.iterations, 250);
    ck_assert_str_eq(o.out, "D");
    ck_assert(o.force && o.plot && !o.ascii);
    options_clear(&o);

    ck_assert_int_eq(PARSE(&o, NULL, "run", "--ascii", "--color", "never", "--threads", "2",
                           "--matrices", "--chosen", "1,2", "--chosen", "zero:3-5", "-a", "A",
                           "--groups", "G", "--occurrence", "last"),
                     CT_OK);
    ck_assert(o.ascii && o.params.matrices);
    ck_assert_int_eq(o.color, COLOR_NEVER);
    ck_assert_int_eq(o.params.threads, 2);
    ck_assert_str_eq(o.params.activations, "A");
    ck_assert_str_eq(o.params.groups, "G");
    ck_assert_int_eq(o.params.occurrence, OCCURRENCE_LAST);
    ck_assert_str_eq(o.params.chosen, "1,2 zero:3-5");
    options_clear(&o);
}
END_TEST

START_TEST(texts_are_distinguished_from_options)
{
    struct options o;

    ck_assert_int_eq(PARSE(&o, NULL, "tokenize", "--ids", "a b", "-", "--", "-x"), CT_OK);
    ck_assert_int_eq(o.command, COMMAND_TOKENIZE);
    ck_assert(o.ids);
    ck_assert_uint_eq(o.n_texts, 3);
    ck_assert_str_eq(o.texts[0], "a b");
    ck_assert_str_eq(o.texts[1], "-");
    ck_assert_str_eq(o.texts[2], "-x");
    options_clear(&o);
}
END_TEST

START_TEST(steps_take_a_file)
{
    struct options o;

    ck_assert_int_eq(PARSE(&o, NULL, "cosine", "-o", "F", "--neurons", "N", "a.csv"), CT_OK);
    ck_assert_int_eq(o.command, COMMAND_COSINE);
    ck_assert_str_eq(o.out, "F");
    ck_assert_str_eq(o.neurons, "N");
    ck_assert_uint_eq(o.n_texts, 1);
    ck_assert_str_eq(o.texts[0], "a.csv");
    options_clear(&o);
    ck_assert(options_take_file(COMMAND_TTEST));
    ck_assert(!options_take_file(COMMAND_RUN) && !options_take_file(COMMAND_TOKENIZE));
}
END_TEST

START_TEST(words_and_options_come_in_any_order)
{
    struct options o;

    /* With POSIX, options end at the first word. */
    ck_assert_int_eq(setenv("POSIXLY_CORRECT", "1", 1), 0);
    ck_assert_int_eq(PARSE(&o, NULL, "--ids", "tokenize", "a", "-m", "M", "b", "--", "c"), CT_OK);
    ck_assert_int_eq(o.command, COMMAND_TOKENIZE);
    ck_assert_str_eq(o.params.model, "M");
    ck_assert_uint_eq(o.n_texts, 3);
    ck_assert_str_eq(o.texts[1], "b");
    ck_assert_str_eq(o.texts[2], "c");
    ck_assert_uint_eq(o.n_argv, 9);
    ck_assert_str_eq(o.argv[1], "--ids"); /* the manifest stores the command as typed */
    ck_assert_str_eq(o.argv[2], "tokenize");
    options_clear(&o);
}
END_TEST

START_TEST(group_names_may_contain_commas)
{
    struct options o;
    char text[40];
    const struct setting *const contrast = setting_find("contrast");

    ck_assert_int_eq(PARSE(&o, NULL, "run", "--contrast", "\"a,\"\"1\"\"\",b\"c"), CT_OK);
    ck_assert_str_eq(o.params.contrast[0], "a,\"1\"");
    ck_assert_str_eq(o.params.contrast[1], "b\"c");
    contrast->kind->format(contrast, &o.params, text, sizeof text);
    ck_assert_str_eq(text, "\"a,\"\"1\"\"\",b\"c");
    contrast->kind->format(contrast, &o.params, text, 5);
    ck_assert_str_eq(text, "\"a,\"");
    options_clear(&o);
}
END_TEST

/* Each with the words that its message must contain. */
static const struct {
    const char *want;
    const char *words[5];
} mistakes[] = {
    { "dance: unknown command", { "dance" } },
    { "--alpha: invalid value '0'", { "run", "--alpha", "0" } },
    { "--alpha: invalid value '1'", { "run", "--alpha", "1" } },
    { "--alpha: invalid value 'nan'", { "run", "--alpha", "nan" } },
    { "--alpha: invalid value '0,05'", { "run", "--alpha", "0,05" } },
    { "--perplexity: invalid value '-3'", { "run", "--perplexity", "-3" } },
    { "--perplexity: invalid value 'inf'", { "run", "--perplexity", "inf" } },
    { "--iterations: invalid value '249'", { "run", "--iterations", "249" } },
    { "--iterations: invalid value '1e3'", { "run", "--iterations", "1e3" } },
    { "--min-samples: invalid value '0'", { "run", "--min-samples", "0" } },
    { "--clusters: invalid value '0'", { "run", "-k", "0" } },
    { "--clusters: invalid value '99999999999'", { "run", "-k", "99999999999" } },
    { "--seed: invalid value '-1'", { "run", "--seed", "-1" } },
    { "--threads: invalid value '0'", { "run", "--threads", "0" } },
    { "--eps: invalid value ' 1'", { "run", "--eps", " 1" } },
    { "--eps: invalid value '0x1'", { "run", "--eps", "0x1" } },
    { "--contrast: invalid value 'him'", { "run", "--contrast", "him" } },
    { "--contrast: invalid value ',her'", { "run", "--contrast", ",her" } },
    { "--contrast: invalid value 'a,b,c'", { "run", "--contrast", "a,b,c" } },
    { "--contrast: invalid value '\"a,b'", { "run", "--contrast", "\"a,b" } },
    { "--contrast: invalid value '\"a\"x,b'", { "run", "--contrast", "\"a\"x,b" } },
    { "--contrast: invalid value '\"\",b'", { "run", "--contrast", "\"\",b" } },
    { "--cluster-name: invalid value 'dbscan:h.1:2='; expected METHOD:HOOK:NEURON=NAME",
      { "run", "--cluster-name", "dbscan:h.1:2=" } },
    { "--cluster-name: invalid value 'dbscan:2=x'", { "run", "--cluster-name", "dbscan:2=x" } },
    { "--cluster-name: invalid value 'knn:h.1:2=x'", { "run", "--cluster-name", "knn:h.1:2=x" } },
    { "--cluster-name: invalid value 'ward:h.1:2=a=b'",
      { "run", "--cluster-name", "ward:h.1:2=a=b" } },
    { "--chosen: invalid value ''; expected neurons such as", { "run", "--chosen", " " } },
    { "--chosen: invalid value '1,zero:2'", { "run", "--chosen", "3", "--chosen", "1,zero:2" } },
    { "--hook: the value is empty", { "run", "--hook", "" } },
    { "exclude each other; omit one", { "run", "-a", "f.csv", "-H", "h.1" } },
    { "--groups needs --activations", { "run", "--groups", "g.txt" } },
    { "--test: invalid value 'anova'", { "run", "--test", "anova" } },
    { "--color: invalid value 'red'", { "run", "--color", "red" } },
    { "--model: the value is empty", { "run", "--model", "" } },
    { "--mode", { "run", "--modelx", "a" } },
    { "-z: unknown option; see circuittui run --help", { "run", "-z" } },
    { "-\u00e9: unknown option", { "run", "-\u00e9" } },
    { "-\\u{1b}: unknown option", { "run", "-\x1b" } },
    { "--\\u{1b}[31m: unknown or ambiguous option", { "run", "--\x1b[31m" } },
    { "--alpha: requires a value", { "run", "--alpha" } },
    { "--force: does not take a value", { "run", "--force=yes" } },
    { "--alpha: not an option of hooks", { "hooks", "--alpha", "0.1" } },
    { "run takes options only", { "run", "extra" } },
    { "tokenize: no text", { "tokenize" } },
    { "b: ttest takes one file", { "ttest", "a", "b" } },
    { "--eps: not an option of kmeans", { "kmeans", "--eps", "1" } },
    { "--neurons: not an option of run", { "run", "--neurons", "f.csv" } },
};

START_TEST(mistakes_are_reported_in_one_line)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct options o;
        struct ct_error err = { 0 };
        size_t n = 0;

        while (n < 5 && mistakes[i].words[n] != NULL)
            n++;
        ck_assert_msg(parse(&o, &err, n, mistakes[i].words) == CT_EINVAL, "taken: %s",
                      mistakes[i].want);
        ck_assert_msg(strstr(err.text, mistakes[i].want) != NULL, "want '%s' in '%s'",
                      mistakes[i].want, err.text);
        options_clear(&o);
    }
}
END_TEST

START_TEST(help_names_every_option_of_a_command)
{
    char *text = NULL;
    size_t size = 0;
    FILE *const file = open_memstream(&text, &size);

    options_help(COMMAND_RUN, file);
    fclose(file);
    ck_assert_ptr_nonnull(strstr(text, "--perplexity"));
    ck_assert_ptr_nonnull(strstr(text, "--help"));
    ck_assert_ptr_null(strstr(text, "--ids"));
    free(text);
}
END_TEST

START_TEST(help_fits_a_terminal)
{
    for (enum command command = COMMAND_NONE; command < N_COMMANDS; command++) {
        char *text = NULL;
        size_t size = 0;
        size_t rows = 0;
        FILE *const file = open_memstream(&text, &size);

        options_help(command, file);
        fclose(file);
        for (const char *row = text; *row != '\0'; row = strchr(row, '\n') + 1) {
            ck_assert_msg(strcspn(row, "\n") <= 80, "too wide: %s", row);
            rows++;
        }
        ck_assert_uint_le(rows, 23); /* plus the prompt that follows */
        free(text);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        defaults_match_the_manual,
        every_option_is_accepted,
        texts_are_distinguished_from_options,
        steps_take_a_file,
        words_and_options_come_in_any_order,
        group_names_may_contain_commas,
        mistakes_are_reported_in_one_line,
        help_names_every_option_of_a_command,
        help_fits_a_terminal,
    };
    return RUN_TESTS("options", tests);
}
