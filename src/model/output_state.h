/* The workspace of the output layer, shared by output.c and the files that go through the whole
 * vocabulary. */
#ifndef CT_MODEL_OUTPUT_STATE_H
#define CT_MODEL_OUTPUT_STATE_H

#include "base/crew.h"
#include "model/ops/linear.h"
#include "model/output.h"
#include "model/weights.h"

enum { OUTPUT_ROWS = 256, OUTPUT_WORDS = 1024, OUTPUT_ROWS_PER_BLOCK = 8 };

enum output_buffer { OUTPUT_OWN, OUTPUT_REFERENCE };

struct output {
    const struct model_config *config;
    const struct weights *weights;
    struct crew *crew;
    float *scratch;      /* of linear layers, for each thread */
    float *projected[2]; /* [OUTPUT_ROWS, width of words] of rows and of their references */
    float *gathered;     /* [OUTPUT_ROWS, hidden_size] references */
    float *logits[2];    /* [OUTPUT_ROWS, OUTPUT_WORDS] */
};

struct output_rows { /* as the output layer takes them */
    const float *x;
    size_t ld;
    size_t n;
};

/* x [n, hidden_size], n at most OUTPUT_ROWS. */
struct output_rows output_project(struct output *o, const float *x, size_t n,
                                  enum output_buffer buffer);

/* Of a layer of at most OUTPUT_WORDS words, to its buffer, whose rows are linear_stride(n_out)
 * apart. The second one without the cap. */
void output_find_logits(struct output *o, const struct linear *words, const struct output_rows *x,
                        enum output_buffer buffer);
void output_find_linear(struct output *o, const struct linear *words, const struct output_rows *x,
                        enum output_buffer buffer);

#endif
