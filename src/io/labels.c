#include "config.h"
#include "io/labels.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/keyed_hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/csv.h"
#include "io/foreign.h"
#include "io/grow.h"
#include "io/infile.h"

/* The slot that holds text, or the empty slot for it. A slot is an index plus 1. */
static size_t find_slot(const struct labels *l, const char *text, size_t size)
{
    size_t slot = (size_t)keyed_hash(text, size) & (l->n_slots - 1);

    while (l->slots[slot] != 0) {
        const char *const name = l->names[l->slots[slot] - 1];
        if (strncmp(name, text, size) == 0 && name[size] == '\0')
            break;
        slot = (slot + 1) & (l->n_slots - 1);
    }
    return slot;
}

/* Keeps the table at most half full, so that probing is short. */
static bool make_slots(struct labels *l)
{
    const size_t n_slots = l->n_slots > 0 ? 2 * l->n_slots : 16;

    if (l->n_slots > 0 && 2 * (l->n_names + 1) <= l->n_slots)
        return true;
    uint32_t *const slots = ct_calloc_array(n_slots, sizeof *slots);
    if (slots == NULL)
        return false;
    free(l->slots);
    l->slots = slots;
    l->n_slots = n_slots;
    for (size_t i = 0; i < l->n_names; i++)
        l->slots[find_slot(l, l->names[i], strlen(l->names[i]))] = (uint32_t)i + 1;
    return true;
}

static bool make_room(struct labels *l)
{
    uint32_t *const of = array_grow(l->of, &l->room, l->n + 1, sizeof *of);

    if (of == NULL)
        return false;
    l->of = of;
    char **const names = array_grow(l->names, &l->room_names, l->n_names + 1, sizeof *names);
    if (names == NULL)
        return false;
    l->names = names;
    return make_slots(l);
}

enum ct_status labels_add(struct labels *l, const char *text, size_t size, struct ct_error *err)
{
    enum { MOST = 1 << 30 };

    /* Consecutive rows usually have the same label. */
    if (l->n > 0 && l->n < l->room) {
        const char *const last = l->names[l->of[l->n - 1]];
        if (strncmp(last, text, size) == 0 && last[size] == '\0') {
            l->of[l->n] = l->of[l->n - 1];
            l->n++;
            return CT_OK;
        }
    }
    if (l->n_names >= MOST)
        return ct_fail(err, CT_ENOTSUP, "more than %d different labels", MOST);
    if (!make_room(l))
        return ct_fail_nomem(err, "labels", 0);
    const size_t slot = find_slot(l, text, size);
    if (l->slots[slot] == 0) {
        char *const name = ct_strndup(text, size);
        if (name == NULL)
            return ct_fail_nomem(err, "labels", 0);
        l->names[l->n_names++] = name;
        l->slots[slot] = (uint32_t)l->n_names;
    }
    l->of[l->n++] = l->slots[slot] - 1;
    return CT_OK;
}

void labels_clear(struct labels *l)
{
    for (size_t i = 0; i < l->n_names; i++)
        free(l->names[i]);
    free(l->names);
    free(l->of);
    free(l->slots);
    *l = (struct labels){ 0 };
}

/* Reads the whole input. */
static enum ct_status read_all(int fd, const char *name, struct inbuffer *text,
                               struct ct_error *err)
{
    enum { MOST = 1 << 26 };
    enum ct_status st = CT_OK;

    for (bool more = true; st == CT_OK && more;) {
        st = infile_read_on(fd, name, text, &more, err);
        if (st == CT_OK && text->used > MOST)
            st = ct_fail(err, CT_EFORMAT, "%s: longer than %d bytes; expected one label per line",
                         name, MOST);
    }
    return st;
}

static enum ct_status add_line(struct labels *l, const char *name, size_t line, const char *text,
                               size_t size, struct ct_error *err)
{
    if (size == 0)
        return ct_fail(err, CT_EFORMAT, "%s: line %zu is empty; each line is the label of a row",
                       name, line);
    if (size > CSV_MAX_FIELD)
        return ct_fail(err, CT_EFORMAT, "%s: line %zu is longer than %d bytes", name, line,
                       CSV_MAX_FIELD);
    if (memchr(text, '\0', size) != NULL)
        return ct_fail(err, CT_EFORMAT,
                       "%s: line %zu contains a NUL byte; save the file as plain UTF-8 text", name,
                       line);
    const size_t bad = utf8_first_invalid(text, size);
    if (bad < size)
        return ct_fail(err, CT_EFORMAT,
                       "%s: line %zu, byte %zu is not UTF-8 (0x%02x); save the file as UTF-8", name,
                       line, bad + 1, (unsigned)(unsigned char)text[bad]);
    return labels_add(l, text, size, err);
}

static enum ct_status add_lines(struct labels *l, const char *name, const char *text, size_t size,
                                struct ct_error *err)
{
    size_t at = text_mark_size(text, size);
    const enum ct_status foreign = foreign_check(text, size, name, err);

    if (foreign != CT_OK)
        return foreign;
    for (size_t line = 1; at < size; line++) {
        const char *const newline = memchr(text + at, '\n', size - at);
        const size_t end = newline != NULL ? (size_t)(newline - text) : size;
        const enum ct_status st =
            add_line(l, name, line, text + at, text_line_size(text + at, end - at), err);
        if (st != CT_OK)
            return st;
        at = end + 1;
    }
    if (l->n == 0)
        return ct_fail(err, CT_EFORMAT, "%s: the file is empty; expected one label per line", name);
    return CT_OK;
}

enum ct_status labels_read(const char *path, struct labels *out, struct ct_error *err)
{
    struct labels l = { 0 };
    struct inbuffer text = { 0 };
    int fd = -1;
    enum ct_status st = infile_open(path, &fd, err);

    if (st != CT_OK)
        return st;
    st = read_all(fd, infile_name(path), &text, err);
    if (st == CT_OK)
        st = add_lines(&l, infile_name(path), text.data, text.used, err);
    if (st == CT_OK) {
        l.digest.bytes = text.used;
        hash_memory(text.data, text.used, l.digest.sha256);
        *out = l;
    } else {
        labels_clear(&l);
    }
    free(text.data);
    infile_close(fd);
    return st;
}
