/* Labels of rows (groups of sentences, hooks of neurons); each distinct text is stored once. */
#ifndef CT_IO_LABELS_H
#define CT_IO_LABELS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "io/hash.h"

struct labels {   /* zero-initialise; owns everything until labels_clear() */
    char **names; /* [n_names], distinct, in order of first appearance */
    size_t n_names;
    uint32_t *of; /* [n], the label of each row: names[of[i]] */
    size_t n;
    struct input_digest digest; /* of the file that labels_read() read */
    size_t room_names;          /* the rest is private to labels.c */
    size_t room;
    uint32_t *slots;
    size_t n_slots;
};

/* Appends a row with the label text[0 .. size), which is copied. CT_ENOMEM, CT_ENOTSUP (too many);
 * the labels are then unchanged. */
enum ct_status labels_add(struct labels *l, const char *text, size_t size, struct ct_error *err);
void labels_clear(struct labels *l);

/* Reads a file with one label per line, as given to --groups ("-": standard input). Blanks are part
 * of the label; a byte order mark and the CR of CRLF are not. CT_EIO, CT_EFORMAT (not text, see
 * foreign_check(); empty, an empty line, not UTF-8, a NUL byte), CT_ENOMEM; *out is then
 * untouched. */
enum ct_status labels_read(const char *path, struct labels *out, struct ct_error *err);

#endif
