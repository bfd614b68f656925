#include "config.h"
#include "cli/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/tokenizer.h"

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
        size_t size = 0;
        const char *const bytes = tokenizer_piece(tokenizer, tokens[t].id, &size);

        text_visible(piece, sizeof piece, bytes != NULL ? bytes : "", size);
        printf("%6lu  \"%s\"\n", (unsigned long)tokens[t].id, piece);
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

static enum ct_status tokenize_stdin(const struct tokenizer *tokenizer, bool ids,
                                     struct ct_error *err)
{
    char *line = NULL;
    size_t room = 0;
    size_t number = 0;
    ssize_t length;
    enum ct_status status = CT_OK;

    while (status == CT_OK && (length = getline(&line, &room, stdin)) >= 0) {
        if (length > 0 && line[length - 1] == '\n')
            length--;
        number++;
        status = tokenize_text(tokenizer, line, (size_t)length, ids, err);
        if (status != CT_OK)
            ct_error_where(err, status, "standard input: line %zu", number);
    }
    if (status == CT_OK && ferror(stdin))
        status = ct_fail_errno(err, "standard input");
    free(line);
    return status;
}

enum ct_status command_tokenize(struct options *options, struct ct_error *err)
{
    struct tokenizer *tokenizer = NULL;
    enum ct_status status = commands_defaults(options, err);

    if (status == CT_OK)
        status = tokenizer_open(options->params.tokenizer != NULL ? options->params.tokenizer
                                                                  : options->params.model,
                                &tokenizer, err);
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
