/*
 * Writes the head of a safetensors file (safetensors 0.4: 8 bytes of length, JSON, then the
 * tensors' bytes without gaps) for matrices whose rows are streamed after it.
 */
#ifndef CT_IO_SAFETENSORS_WRITER_H
#define CT_IO_SAFETENSORS_WRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mat.h"
#include "io/outfile.h"

struct safetensors_matrix {
    const char *name; /* UTF-8, unique, not __metadata__ */
    enum dtype dtype;
    size_t rows;
    size_t cols;
    bool is_whole; /* I64, instead of a dtype */
};

struct safetensors_note { /* an entry of __metadata__ */
    const char *key;
    const char *text; /* UTF-8 */
};

/*
 * Writes the head; the caller then writes each tensor of matrices [n] in C order, one after the
 * other. The data begins at a multiple of 8 bytes. The outfile keeps any error.
 */
void safetensors_write_head(struct outfile *file, const struct safetensors_matrix *matrices,
                            size_t n, const struct safetensors_note *notes, size_t n_notes);

#endif
