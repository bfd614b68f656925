#include "config.h"
#include "io/json_parse.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "io/json_python.h"

struct source {
    FILE *file;       /* or NULL: */
    const char *text; /* [size], what is left of it */
    size_t size;
    unsigned depth; /* of the text passed on so far */
    bool in_string;
    bool escaped; /* by a backslash, which was the last byte */
    bool too_deep;
};

/* Counts brackets outside of strings. */
static bool is_shallow(struct source *s, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char c = text[i];
        if (s->escaped)
            s->escaped = false;
        else if (c == '"')
            s->in_string = !s->in_string;
        else if (s->in_string)
            s->escaped = c == '\\';
        else if ((c == '{' || c == '[') && ++s->depth > JSON_PARSE_LEVELS)
            return false;
        else if ((c == '}' || c == ']') && s->depth > 0)
            s->depth--;
    }
    return true;
}

static size_t hand_over(void *buffer, size_t room, void *context)
{
    struct source *const s = context;
    size_t n = s->size < room ? s->size : room;

    if (s->file != NULL) {
        n = fread(buffer, 1, room, s->file);
    } else {
        memcpy(buffer, s->text, n);
        s->text += n;
        s->size -= n;
    }
    s->too_deep = !is_shallow(s, buffer, n);
    return s->too_deep ? (size_t)-1 : n;
}

static json_t *parse(struct source *s, size_t flags, json_error_t *where)
{
    json_t *const root = json_load_callback(hand_over, s, flags | JSON_REJECT_DUPLICATES, where);

    if (root == NULL && s->too_deep)
        snprintf(where->text, sizeof where->text - 1, "nested deeper than %d levels",
                 JSON_PARSE_LEVELS); /* jansson stores the error code in the last byte */
    return root;
}

json_t *json_parse_file(FILE *file, size_t flags, json_error_t *where)
{
    return parse(&(struct source){ .file = file }, flags, where);
}

json_t *json_parse_text(const char *text, size_t size, json_error_t *where)
{
    return parse(&(struct source){ .text = text, .size = size }, 0, where);
}

enum ct_status json_parse_python(const char *text, size_t size, json_t **out, struct ct_error *err)
{
    json_error_t where;
    char *quoted = NULL;
    size_t quoted_size = 0;
    const enum ct_status st = json_python_quote(text, size, &quoted, &quoted_size, err);

    if (st != CT_OK)
        return st;
    *out = json_parse_text(quoted, quoted_size, &where);
    free(quoted);
    if (*out != NULL)
        return CT_OK;
    return json_error_code(&where) == json_error_out_of_memory
               ? ct_fail_nomem(err, "JSON", 0)
               : ct_fail(err, CT_EFORMAT, "line %d, column %d: %s", where.line, where.column,
                         where.text);
}
