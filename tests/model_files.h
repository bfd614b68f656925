/* Model folders created by tests, in a temporary directory. */
#ifndef CT_TESTS_MODEL_FILES_H
#define CT_TESTS_MODEL_FILES_H

#include <stddef.h>
#include <stdint.h>

struct tensor_out { /* one tensor of a file to be written */
    char name[128];
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
/* Removes it with its contents, and frees the string. */
void folder_remove(char *dir);

void file_put(const char *dir, const char *name, const void *data, size_t size);
void text_put(const char *dir, const char *name, const char *text);

/* Loads the tensors of a valid safetensors file. */
void tensors_load(struct tensor_set *set, const char *path);
void tensors_clear(struct tensor_set *set);
/* Converts float32 to "F16" (rounded to nearest even) or "BF16". */
void tensors_convert(struct tensor_set *set, const char *dtype);
/* Converts back to float32, with the same values. */
void tensors_widen(struct tensor_set *set);
/* Writes items first .. first + n; prefix is prepended to every name; the header is padded by `pad`
 * blanks. */
void tensors_put(const struct tensor_set *set, size_t first, size_t n, const char *prefix,
                 size_t pad, const char *dir, const char *name);

#endif
