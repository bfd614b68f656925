#include "config.h"
#include "cli/commands.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/confined.h"
#include "cli/print.h"
#include "io/grow.h"
#include "model/tokens/tokenizer.h"

static void print_ids(const struct token *tokens, size_t n)
{
    for (size_t t = 0; t < n; t++)
        printf("%s%lu", t > 0 ? " " : "", (unsigned long)tokens[t].id);
    putchar('\n');
}

static void print_pieces(const struct tokenizer *tokenizer, const struct token *tokens, size_t n)
{
    for (size_t t = 0; t < n; t++) {
        char piece[256];

        tokenizer_show(tokenizer, tokens[t].id, piece, sizeof piece);
        print(stdout, "%6lu  \"%s\"\n", (unsigned long)tokens[t].id, piece);
    }
}

static enum ct_status tokenize_text(const struct tokenizer *tokenizer, const char *text,
                                    size_t size, bool ids, struct ct_error *err)
{
    static size_t n_printed;
    struct token *tokens = NULL;
    size_t n = 0;
    const enum ct_status status = tokenizer_encode(tokenizer, text, size, &tokens, &n, err);

    if (status != CT_OK)
        return status;
    if (ids) {
        print_ids(tokens, n);
    } else {
        if (n_printed++ > 0)
            putchar('\n');
        print_pieces(tokenizer, tokens, n);
    }
    free(tokens);
    return CT_OK;
}

struct line {
    char *text; /* [size] allocated, without its line end and byte order mark */
    size_t size;
    size_t room;
    size_t number; /* from 1 */
};

/* *is_there is false at the end of standard input. */
static enum ct_status read_line(struct line *line, bool *is_there, struct ct_error *err)
{
    enum { MOST = 1 << 24 };
    int c = getc_unlocked(stdin);

    *is_there = c != EOF;
    line->size = 0;
    line->number++;
    for (; c != EOF && c != '\n'; c = getc_unlocked(stdin)) {
        char *const grown = array_grow(line->text, &line->room, line->size + 1, 1);
        if (grown == NULL)
            return ct_fail_nomem(err, "standard input", line->size + 1);
        line->text = grown;
        if (line->size == MOST)
            return ct_fail(err, CT_EFORMAT, "standard input: line %zu is longer than %d bytes",
                           line->number, MOST);
        line->text[line->size++] = (char)c;
    }
    const bool has_mark = line->number == 1 && line->size > 0;
    const size_t mark = has_mark ? text_mark_size(line->text, line->size) : 0;
    if (mark > 0)
        memmove(line->text, line->text + mark, line->size - mark);
    line->size = text_line_size(line->text, line->size - mark);
    return ferror(stdin) ? ct_fail_errno(err, "standard input") : CT_OK;
}

static enum ct_status tokenize_stdin(const struct tokenizer *tokenizer, bool ids,
                                     struct ct_error *err)
{
    struct line line = { 0 };
    bool is_there = true;
    enum ct_status status = read_line(&line, &is_there, err);

    while (status == CT_OK && is_there) {
        status = tokenize_text(tokenizer, line.text, line.size, ids, err);
        if (status != CT_OK)
            ct_error_where(err, status, "standard input: line %zu", line.number);
        else
            status = read_line(&line, &is_there, err);
    }
    free(line.text);
    return status;
}

enum ct_status command_tokenize(struct options *options, struct ct_error *err)
{
    struct tokenizer *tokenizer = NULL;
    enum ct_status status = commands_defaults(options, err);

    confined_to_file("-");
    if (status == CT_OK)
        status = tokenizer_open(options->params.tokenizer != NULL ? options->params.tokenizer
                                                                  : options->params.model,
                                &tokenizer, err);
    if (status == CT_OK)
        status = tokenizer_set_bos(tokenizer, options->params.bos, err);
    if (status == CT_OK && tokenizer_note(tokenizer) != NULL)
        print(stderr, "circuittui: note: %s\n", tokenizer_note(tokenizer));
    for (size_t i = 0; status == CT_OK && i < options->n_texts; i++) {
        const char *const text = options->texts[i];
        if (strcmp(text, "-") == 0) {
            status = tokenize_stdin(tokenizer, options->ids, err);
            continue;
        }
        status = tokenize_text(tokenizer, text, strlen(text), options->ids, err);
        if (status != CT_OK)
            ct_error_where(err, status, "text %zu", i + 1);
    }
    tokenizer_free(tokenizer);
    return status;
}
