/* Model folders that a test makes for itself, in a temporary directory. */
#ifndef CT_TESTS_MODEL_FILES_H
#define CT_TESTS_MODEL_FILES_H

#include <stddef.h>
#include <stdint.h>

struct tensor_out { /* one tensor of a file to be written */
    char name[64];
    const char *dtype;
    size_t n_dims;
    uint64_t shape[4];
    void *data; /* owned by the set */
    size_t n_bytes;
};

struct tensor_set {
    struct tensor_out items[64];
    size_t n;
};

/* A new folder below $TMPDIR or /tmp; the string is owned by the caller. */
char *folder_new(void);
/* Removes it with all that is in it, and frees the string. */
void folder_remove(char *dir);

void file_put(const char *dir, const char *name, const void *data, size_t size);
void text_put(const char *dir, const char *name, const char *text);

/* The tensors of a safetensors file that is known to be good. */
void tensors_load(struct tensor_set *set, const char *path);
void tensors_clear(struct tensor_set *set);
/* float32 to "F16" (rounded to nearest even) or "BF16". */
void tensors_convert(struct tensor_set *set, const char *dtype);
/* The same values as float32 again. */
void tensors_widen(struct tensor_set *set);
/* Writes items first .. first + n; prefix goes before every name; `pad` blanks end the header. */
void tensors_put(const struct tensor_set *set, size_t first, size_t n, const char *prefix,
                 size_t pad, const char *dir, const char *name);

#endif
