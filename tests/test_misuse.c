/*
 * Misuse of the program: whatever its input, it ends with status 0, 1 or 2, reports a failure in
 * one line, sends no control sequences to the terminal, and leaves no folder that mixes two
 * analyses.
 */
#include "config.h"
#include "support.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "io/hash.h"
#include "io_temp.h"

enum { COMMAND_SIZE = 4096 };

/* Runs `circuittui ARGUMENTS` with stdout and stderr in files, from within the folder. */
static int circuittui(const char *arguments)
{
    char command[COMMAND_SIZE];

    snprintf(command, sizeof command, "cd '%s' && '%s' %s >out.txt 2>err.txt", temp_folder(),
             getenv("CIRCUITTUI"), arguments);
    const int status = system(command);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) <= 2, "%s: status %d", arguments,
                  status);
    return WEXITSTATUS(status);
}

static char *read_back(const char *name, size_t *size)
{
    return slurp(temp_path(name), size);
}

/* Valid UTF-8 without controls except line ends. */
static void assert_harmless(const char *what, const char *name)
{
    size_t size;
    char *const text = read_back(name, &size);

    for (size_t at = 0; at < size;) {
        uint32_t c = 0;
        const size_t length = utf8_decode(text + at, size - at, &c);
        ck_assert_msg(length > 0, "%s: %s: byte %zu is not UTF-8", what, name, at);
        ck_assert_msg(c == '\n' || !text_is_control(c), "%s: %s: U+%04X", what, name, (unsigned)c);
        at += length;
    }
    free(text);
}

/* Status 0 and nothing on stderr, or another status and one line. */
static void assert_one_line(const char *what, int status)
{
    size_t size;
    char *const text = read_back("err.txt", &size);

    if (status == 0)
        ck_assert_msg(size == 0, "%s: %s", what, text);
    else
        ck_assert_msg(strncmp(text, "circuittui: ", 12) == 0 &&
                          strchr(text, '\n') == text + size - 1,
                      "%s: %s", what, text);
    free(text);
    assert_harmless(what, "out.txt");
    assert_harmless(what, "err.txt");
}

static void put_file_of(const char *name)
{
    char path[64];
    size_t size;

    snprintf(path, sizeof path, "demo/%s", name);
    char *const bytes = slurp(fixture_path(path), &size);
    temp_file(name, bytes, size);
    free(bytes);
}

/* Escape sequences, C1, a bidirectional override, an isolate: in groups, texts and names. */
#define EVIL                                                                                       \
    "\x1b]0;x\x07\x1b[31m\xc2\x9b"                                                                 \
    "31m\xe2\x80\xae\xe2\x81\xa6"

START_TEST(untrusted_text_never_reaches_the_terminal_raw)
{
    static const char *const commands[] = {
        "run --plot -s 'x" EVIL ".csv'",
        "run --plot --ascii -s 'x" EVIL ".csv' -o 'o" EVIL "'",
        "run -s 'x" EVIL ".csv' -o 'o" EVIL "'",
        "run -s 'x" EVIL ".csv' --contrast 'a,b" EVIL "'",
        "run -s '" EVIL "'",
        "run -m '" EVIL "'",
        "run -H '" EVIL "'",
        "run -a 'x" EVIL ".csv'",
        "run --alpha '" EVIL "'",
        "run '--" EVIL "'",
        "'" EVIL "'",
        "tokenize 'a" EVIL "'",
        "tokenize '\xff" EVIL "'",
        "tokenize --tokenizer '" EVIL "' a",
        "hooks -m '" EVIL "'",
    };
    char text[2048];
    size_t used = (size_t)snprintf(text, sizeof text, "group,target,text\n");

    for (int i = 0; i < 4; i++)
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "\"" EVIL ",a\", him,I saw him" EVIL "\n" EVIL
                                 "b, her,I saw her" EVIL "\n");
    temp_text("x" EVIL ".csv", text);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        assert_one_line(commands[i], circuittui(commands[i]));
    temp_text("bad" EVIL ".csv", "group,target,text\na, him,I saw " EVIL "\n");
    ck_assert_int_eq(circuittui("run -s 'bad" EVIL ".csv'"), 1);
    assert_one_line("bad.csv", 1);
}
END_TEST

/* Sequences that terminals interpret, or are known to mishandle; a quote in one would end the
 * shell's. */
static const char *const crafted[] = {
    "\x1b[2J",                /* clear the screen */
    "\x1b[1;1H",              /* move the cursor */
    "\x1b[31;1m",             /* colours */
    "\x1b[8m",                /* hide what follows */
    "\x1b[?25l",              /* hide the cursor */
    "\x1b[?1049h",            /* alternate screen */
    "\x1b[?1000h\x1b[?1006h", /* report the mouse */
    "\x1b[?2004h",            /* bracketed paste */
    "\x1b[?5h",               /* reverse everything */
    "\x1b[?1;2c",             /* a reply to device attributes */
    "\x1b[c",                 /* device attributes: the reply would be typed into the shell */
    "\x1b[6n",                /* cursor position report */
    "\x1b[21t",               /* report the title */
    "\x1b[3;0;0t",            /* move the window */
    "\x1b[4i",                /* printing */
    "\x1b[3g",                /* clear tab stops */
    "\x1b[0;59;\"ls\"p",      /* a key that types a command */
    "\x1b[1;5r",              /* scroll region */
    "\x1b[200~ls\x1b[201~",   /* pretend to be pasted */
    "\x1b[999999999999;1H",   /* an overflowing number */
    "\x1b]0;title\x07",       /* title, terminated by BEL */
    "\x1b]2;title\x1b\\",     /* title, terminated properly */
    "\x1b]2;never ended",     /* unterminated */
    "\x1b]4;1;?\x07",         /* query a colour */
    "\x1b]8;;file:///etc/passwd\x1b\\a\x1b]8;;\x1b\\", /* a link */
    "\x1b]9;notice\x07",                               /* notification */
    "\x1b]10;?\x07",                                   /* query the text colour */
    "\x1b]50;font\x07",                                /* change the font */
    "\x1b]52;c;cm0gLXJmIH4=\x07",                      /* write the clipboard */
    "\x1b]777;notify;a;b\x07",                         /* notification */
    "\x1b]1337;File=inline=1:AA==\x07",                /* an image */
    "\x1bP1$r0m\x1b\\",                                /* a reply to a settings query */
    "\x1bP$qm\x1b\\",                                  /* that query */
    "\x1bP0;0;0q#0~-\x1b\\",                           /* a sixel image */
    "\x1bPtmux;\x1b\x1b[2J\x1b\\",                     /* through tmux to the outer terminal */
    "\x1b_Ga=T;AAAA\x1b\\",                            /* an image */
    "\x1b^private\x1b\\",                              /* privacy message */
    "\x1bXstring\x1b\\",                               /* start of string */
    "\x1b"
    "c",      /* reset the terminal */
    "\x1b#8", /* fill the screen with E */
    "\x1b(0", /* letters as line drawing */
    "\x1b%@", /* leave UTF-8 */
    "\x1bZ",  /* identify, as in 1975 */
    "\x1b>\x1b=\x1b"
    "7\x1b"
    "8",    /* keypad, saved cursor */
    "\x1b", /* an escape completed by what follows */
    "a\x0e"
    "b\x0f",               /* shift out, shift in */
    "good\rbad",           /* overwritten */
    "good\b\b\b\bbad\x7f", /* erased */
    "a\vb\fc\td",          /* down, form feed, tab */
    "\a\a\a",              /* bells */
    "\x05\x18\x1a",        /* enquiry, cancel, substitute */
    "\xc2\x9b"
    "2J", /* C1 as UTF-8: control sequence introducer */
    "\xc2\x9d"
    "0;title\xc2\x9c",   /* operating system command, string terminator */
    "\xc2\x90q\xc2\x9c", /* device control string */
    "\xc2\x85\xc2\x84",  /* next line, index */
    "\x9b"
    "2J\x9d"
    "0;t\x9c", /* C1 as bytes */
    "\xe2\x80\xae"
    "fdp.exe",                                          /* right-to-left override */
    "\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xad\xe2\x80\xac", /* embeddings, override, end */
    "\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9", /* isolates */
    "\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c",                 /* marks of direction */
    "\xe2\x80\xa8\xe2\x80\xa9",                         /* line and paragraph separator */
    "\xef\xbb\xbf",                                     /* byte order mark */
    "\xef\xbf\xb9"
    "a\xef\xbf\xba"
    "b\xef\xbf\xbb",                    /* annotation */
    "\xf3\xa0\x81\xa1\xf3\xa0\x81\xbf", /* tags */
    "\xc0\x9b[2J",                      /* an escape in overlong form */
    "\xe0\x80\x9b[2J",                  /* and in a longer one */
    "\xed\xa0\x9b",                     /* a surrogate */
    "\xf4\x90\x80\x80",                 /* beyond Unicode */
    "\xe2\x80",                         /* cut off */
    "\x80\xbf\xfe\xff",                 /* bytes that start no character */
    "a\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87\xcc\x88", /* stacked marks */
    "\xe2\x80\x8d\xe2\x80\x8b\xe2\x81\xa0",                              /* zero width */
};

/* Doubles quotes, as in CSV. */
static void put_field(char *out, const char *text)
{
    out += strlen(out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            *out++ = '"';
        *out++ = *text;
    }
    *out = '\0';
}

START_TEST(crafted_strings_are_escaped)
{
    char field[200] = "";
    char text[2000];
    char arguments[400];

    put_field(field, crafted[_i]);
    snprintf(text, sizeof text,
             "group,target,text\n\"a%s\", him,\"I saw him%s\"\n\"b%s\", her,\"%sI saw her\"\n"
             "\"a%s\", him,\"%s told him\"\n\"b%s\", her,\"We told her\"\n",
             field, field, field, field, field, field, field);
    temp_text("crafted.csv", text);
    assert_one_line(crafted[_i], circuittui("run --plot -s crafted.csv --force -o out"));
    snprintf(text, sizeof text, "group,target,text\na,\"%s\",I saw him\n", field);
    temp_text("crafted.csv", text);
    assert_one_line(crafted[_i], circuittui("run -s crafted.csv"));
    snprintf(arguments, sizeof arguments, "tokenize -- '%s'", crafted[_i]);
    assert_one_line(crafted[_i], circuittui(arguments));
    snprintf(arguments, sizeof arguments, "hooks -m '%s'", crafted[_i]);
    assert_one_line(crafted[_i], circuittui(arguments));
}
END_TEST

static json_t *read_manifest(const char *name)
{
    char *const text = read_back(name, NULL);
    json_error_t error;
    json_t *const root = json_loads(text, 0, &error);

    ck_assert_msg(root != NULL, "%s: %s", name, error.text);
    free(text);
    return root;
}

/* Input from a pipe is described as it was read: it cannot be read again. */
START_TEST(inputs_from_a_pipe_are_in_the_manifest)
{
    static const char *const commands[] = {
        "run -s - -o pipe --force < stimuli.csv",
        "run -s /dev/stdin -o pipe --force < stimuli.csv",
        "run -s fifo -o pipe --force",
    };
    char want[HASH_HEX_SIZE];
    char fifo[COMMAND_SIZE];
    size_t size;

    put_file_of("stimuli.csv");
    char *const bytes = read_back("stimuli.csv", &size);
    hash_memory(bytes, size, want);
    free(bytes);
    snprintf(fifo, sizeof fifo, "mkfifo '%s/fifo'; cat '%s/stimuli.csv' > '%s/fifo' &",
             temp_folder(), temp_folder(), temp_folder());
    ck_assert_int_eq(system(fifo), 0);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        ck_assert_int_eq(circuittui(commands[i]), 0);
        json_t *const manifest = read_manifest("pipe/manifest.json");
        const json_t *const stimuli = json_object_get(manifest, "stimuli");
        ck_assert_str_eq(json_string_value(json_object_get(stimuli, "sha256")), want);
        ck_assert_int_eq(json_integer_value(json_object_get(stimuli, "bytes")), (json_int_t)size);
        json_decref(manifest);
    }
    ck_assert_int_eq(circuittui("run -a - -o pipe2 < pipe/activations.csv"), 0);
}
END_TEST

/* The command as typed; a path that is not UTF-8 is escaped as in messages. */
START_TEST(the_manifest_contains_the_command)
{
    put_file_of("stimuli.csv");
    ck_assert_int_eq(circuittui("run -s stimuli.csv -o 'm\xff' --seed 3"), 0);
    json_t *const manifest = read_manifest("m\xff/manifest.json");
    const json_t *const command = json_object_get(manifest, "command");
    ck_assert_str_eq(json_string_value(json_array_get(command, 1)), "run");
    ck_assert_str_eq(json_string_value(json_array_get(command, 3)), "stimuli.csv");
    ck_assert_str_eq(json_string_value(json_array_get(command, 5)), "m\\xff");
    json_decref(manifest);
}
END_TEST

static bool is_there(const char *name)
{
    return access(temp_path(name), F_OK) == 0;
}

/* ---- sentences too long for the model ---- */

/* The output for two sentences, the second with n words before its target; free(). */
static char *output_for_words(size_t n, int status)
{
    FILE *const file = fopen(temp_path("long.csv"), "w");

    fputs("group,target,text\nhim, him,I saw him\nher, her,", file);
    for (size_t i = 0; i < n; i++)
        fputs(i > 0 ? " the" : "I", file);
    fputs(" her\n", file);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(temp_shell("$C run -s long.csv -H h.0.ln_1"), status);
    return slurp(temp_path("err"), NULL);
}

/* A target may be at the model's last position (128), but not after it; errors name the row. */
START_TEST(targets_must_be_within_the_models_positions)
{
    char *const last = output_for_words(127, 0); /* one token per word: the target is the 128th */
    char *const next = output_for_words(128, 1);

    ck_assert_str_eq(last, "");
    ck_assert_msg(strstr(next, "long.csv: row 2 (line 3): ") != NULL &&
                      strstr(next, "token 129") != NULL && strstr(next, "128 positions") != NULL,
                  "%s", next);
    free(last);
    free(next);
}
END_TEST

START_TEST(a_mismatched_tokenizer_is_reported_with_the_row)
{
    temp_text("odd.csv", "group,target,text\nhim, him,I saw him\nher, her,I saw her\n");
    ck_assert_int_eq(temp_shell("$C run -m \"$FIXTURES_DIR/gpt2_tiny\" "
                                "--tokenizer \"$FIXTURES_DIR/demo\" -s odd.csv"),
                     1);
    char *const err = slurp(temp_path("err"), NULL);
    ck_assert_msg(strstr(err, "odd.csv: row 1 (line 2)") != NULL &&
                      strstr(err, "vocab_size") != NULL && strstr(err, "--tokenizer") != NULL,
                  "%s", err);
    free(err);
    /* The tiny model has 40 tokens: of the demo's letters, H with id 39 is the last. */
    temp_text("odd.csv", "group,target,text\na,H,H\nb,G,G\na,F,F\nb,E,E\n");
    ck_assert_int_eq(temp_shell("$C run -m \"$FIXTURES_DIR/gpt2_tiny\" -H h.0.ln_1 "
                                "--tokenizer \"$FIXTURES_DIR/demo\" -s odd.csv"),
                     0);
    temp_text("odd.csv", "group,target,text\na,H,H\nb,I,I\na,F,F\nb,E,E\n");
    ck_assert_int_eq(temp_shell("$C run -m \"$FIXTURES_DIR/gpt2_tiny\" -H h.0.ln_1 "
                                "--tokenizer \"$FIXTURES_DIR/demo\" -s odd.csv"),
                     1);
    char *const next = slurp(temp_path("err"), NULL);
    ck_assert_msg(strstr(next, "odd.csv: row 2 (line 3)") != NULL && strstr(next, " 40") != NULL,
                  "%s", next);
    free(next);
}
END_TEST

/* A manifest marks a folder as complete: when writing fails before anything has its name, the old
 * results stay with theirs. */
START_TEST(a_failed_run_leaves_the_old_results)
{
    char command[COMMAND_SIZE];

    ck_assert_int_eq(circuittui("run -o old"), 0);
    ck_assert(is_there("old/manifest.json"));
    ck_assert_int_eq(temp_shell("cp -r old copy"), 0);
    snprintf(command, sizeof command, "cd '%s/old' && rm tsne.csv && mkdir tsne.csv",
             temp_folder());
    ck_assert_int_eq(system(command), 0);
    ck_assert_int_eq(circuittui("run --force -o old"), 1);
    assert_one_line("a folder in the way", 1);
    ck_assert_int_eq(temp_shell("diff -r -x tsne.csv old copy"), 0);
}
END_TEST

START_TEST(closed_streams_are_failures_not_files)
{
    char command[COMMAND_SIZE];
    size_t size;

    /* Without its standard descriptors the program would open its files under their numbers. */
    snprintf(command, sizeof command, "cd '%s' && '%s' run -o closed <&- >&- 2>&-", temp_folder(),
             getenv("CIRCUITTUI"));
    ck_assert_int_eq(WEXITSTATUS(system(command)), 1);
    char *const text = read_back("closed/ttest.csv", &size);
    ck_assert_int_eq(strncmp(text, "hook,neuron,", 12), 0);
    free(text);
    ck_assert_int_eq(circuittui("run -s - <&-"), 1);
    assert_one_line("standard input closed", 1);
}
END_TEST

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U; /* Numerical Recipes */
    return *state >> 8;
}

/* Changes, truncates, doubles or removes some of the first `within` bytes. */
static size_t damage(char *bytes, size_t size, size_t within, uint32_t *state)
{
    static const char syntax[] = "\"{}[],:0129-eE. \n\\\xff\x1b";

    for (uint32_t n = next_random(state) % 3; n < 3 && size > 0; n++) {
        const size_t at = next_random(state) % (within < size ? within : size);
        const size_t left = size - at;
        const size_t most = left < 40 ? left : 40;
        switch (next_random(state) % 5) {
        case 0:
            bytes[at] = (char)next_random(state);
            break;
        case 1:
            bytes[at] = syntax[next_random(state) % (sizeof syntax - 1)];
            break;
        case 2:
            memmove(bytes + at, bytes + at + most, left - most);
            size -= most;
            break;
        case 3:
            memmove(bytes + at + most, bytes + at, left - most);
            break;
        default:
            size = at;
            break;
        }
    }
    return size;
}

/* Files and the size of their structure: the rest is weights, all of which are valid. */
static const struct {
    const char *name;
    size_t within;
} parts[] = {
    { "config.json", SIZE_MAX },
    { "model.safetensors", 6200 },
    { "vocab.json", SIZE_MAX },
    { "merges.txt", SIZE_MAX },
};
enum { N_PARTS = sizeof parts / sizeof *parts, N_DAMAGES = 60 };

START_TEST(damaged_models_are_reported_in_one_line)
{
    uint32_t state = (uint32_t)_i + 1;
    size_t n_failed = 0;
    size_t size;

    for (size_t k = 0; k < N_PARTS; k++)
        put_file_of(parts[k].name);
    put_file_of("stimuli.csv");
    char *const whole = read_back(parts[_i].name, &size);
    char *const bytes = malloc(size);
    for (int i = 0; i < N_DAMAGES; i++) {
        char what[64];
        memcpy(bytes, whole, size);
        temp_file(parts[_i].name, bytes, damage(bytes, size, parts[_i].within, &state));
        snprintf(what, sizeof what, "%s, damage %d", parts[_i].name, i);
        const int status = circuittui("run -m . -s stimuli.csv --iterations 250 --threads 1");
        ck_assert_msg(status <= 1, "%s: status %d", what, status);
        assert_one_line(what, status);
        n_failed += status == 1;
    }
    ck_assert_uint_gt(n_failed, N_DAMAGES / 4);
    free(bytes);
    free(whole);
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("misuse");

    setenv("LC_ALL", "C.UTF-8", 1);
    tcase_add_checked_fixture(tcase, temp_begin, temp_end);
    tcase_add_test(tcase, untrusted_text_never_reaches_the_terminal_raw);
    tcase_add_loop_test(tcase, crafted_strings_are_escaped, 0, sizeof crafted / sizeof *crafted);
    tcase_add_test(tcase, inputs_from_a_pipe_are_in_the_manifest);
    tcase_add_test(tcase, the_manifest_contains_the_command);
    tcase_add_test(tcase, targets_must_be_within_the_models_positions);
    tcase_add_test(tcase, a_mismatched_tokenizer_is_reported_with_the_row);
    tcase_add_test(tcase, a_failed_run_leaves_the_old_results);
    tcase_add_test(tcase, closed_streams_are_failures_not_files);
    tcase_add_loop_test(tcase, damaged_models_are_reported_in_one_line, 0, N_PARTS);
    return run_tcase("misuse", tcase);
}
