#include "config.h"
#include "model/forward.h"

#define PLACES(place) (1U << (place))

enum {
    OF_QKV = PLACES(PLACE_QKV) | PLACES(PLACE_Q) | PLACES(PLACE_K) | PLACES(PLACE_V) |
             PLACES(PLACE_Q_NORM) | PLACES(PLACE_K_NORM),
    OF_ATTENTION =
        OF_QKV | PLACES(PLACE_MIX) | PLACES(PLACE_ATTENTION) | PLACES(PLACE_ATTENTION_POST),
    OF_GATES = PLACES(PLACE_MLP_PRE) | PLACES(PLACE_MLP_GATE) | PLACES(PLACE_GATE_UP),
    OF_UP = PLACES(PLACE_MLP_UP) | PLACES(PLACE_GATE_UP),
    OF_MLP = OF_GATES | OF_UP | PLACES(PLACE_MLP_NORM) | PLACES(PLACE_MLP_POST) |
             PLACES(PLACE_MLP) | PLACES(PLACE_MLP_POST_NORM),
};

void forward_embed(struct pass *p)
{
    const struct model_config *const c = p->config;
    const struct weights *const w = p->weights;
    const struct values *const words = c->word_size > 0 ? &p->words : &p->stream;

    pass_token_rows(p, &w->token_embedding, words);
    if (c->embedding_scales_itself)
        pass_scale(p, words, c->embedding_scale);
    pass_output(p, PLACE_TOKEN_EMBEDDING, words);
    if (c->embedding_scale > 0.0 && !c->embedding_scales_itself)
        pass_scale(p, words, c->embedding_scale);
    if (c->word_size > 0)
        pass_linear(p, &w->word_projection, words, &p->stream);
    if (c->has_position_embedding) {
        pass_position_rows(p, &w->position_embedding, &p->normed);
        pass_output(p, PLACE_POSITION_EMBEDDING, &p->normed);
        pass_add(p, &p->stream, &p->normed);
    }
}

/* Queries, keys and values, as attention takes them; only the wanted ones if no output after them
 * is. */
static void project(struct pass *p, const struct block_weights *w, const struct values *x)
{
    const struct model_config *const c = p->config;
    const bool split = c->qkv == QKV_SPLIT;
    const bool beyond = pass_goes_beyond(p, OF_QKV);

    if (beyond || pass_wants(p, PLACES(PLACE_QKV) | PLACES(PLACE_K) | PLACES(PLACE_K_NORM))) {
        pass_linear(p, &w->k, x, &p->k);
        pass_output_of(p, split ? PLACE_K : PLACE_QKV, &w->k, &p->k);
        pass_prepare_heads(p, &w->k_norm, &p->k, PLACE_K_NORM);
    }
    if (beyond || pass_wants(p, PLACES(PLACE_QKV) | PLACES(PLACE_V))) {
        pass_linear(p, &w->v, x, &p->v);
        pass_output_of(p, split ? PLACE_V : PLACE_QKV, &w->v, &p->v);
    }
    pass_narrow(p, x);
    if (beyond || pass_wants(p, PLACES(PLACE_QKV) | PLACES(PLACE_Q) | PLACES(PLACE_Q_NORM))) {
        pass_linear(p, &w->q, x, &p->q);
        pass_output_of(p, split ? PLACE_Q : PLACE_QKV, &w->q, &p->q);
        pass_prepare_heads(p, &w->q_norm, &p->q, PLACE_Q_NORM);
    }
}

/* From x to p->attention_out. */
static void attention(struct pass *p, const struct block_weights *w, const struct values *x)
{
    project(p, w, x);
    pass_attend(p, &p->q, &p->k, &p->v, &p->mix);
    pass_output(p, PLACE_MIX, &p->mix);
    pass_linear(p, &w->attention_out, &p->mix, &p->attention_out);
    pass_output(p, PLACE_ATTENTION, &p->attention_out);
    if (p->config->residual == RESIDUAL_SANDWICH) {
        pass_norm(p, &w->attention_post_norm, &p->attention_out, &p->attention_out);
        pass_output(p, PLACE_ATTENTION_POST, &p->attention_out);
    }
}

/* p->neurons are activation(gate) times up; each is written there when it is wanted itself. */
static void gated_neurons(struct pass *p, const struct block_weights *w, const struct values *x)
{
    const struct values *const y = &p->neurons;
    const bool fused = p->config->gate_up_is_fused;
    const bool beyond = pass_goes_beyond(p, OF_GATES | OF_UP);
    const bool wants_up = pass_wants(p, OF_UP);
    const bool edits_gates = wants_up && pass_edits(p, OF_GATES);

    if (edits_gates || pass_wants(p, OF_GATES) || (beyond && !wants_up))
        pass_linear_activated(p, &w->mlp_in, x, edits_gates ? &p->gates : y,
                              fused ? PLACE_GATE_UP : PLACE_MLP_PRE, PLACE_MLP_GATE);
    if (wants_up) {
        pass_linear(p, &w->mlp_up, x, y);
        pass_output_of(p, fused ? PLACE_GATE_UP : PLACE_MLP_UP, &w->mlp_up, y);
        if (edits_gates)
            pass_multiply(p, y, &p->gates);
        else
            pass_linear_factor(p, &w->mlp_in, x, y, true);
    } else {
        pass_linear_factor(p, &w->mlp_up, x, y, false);
    }
    pass_output(p, PLACE_MLP_POST, y);
}

/* From x to p->mlp_out. */
static void mlp(struct pass *p, const struct block_weights *w, const struct values *x)
{
    if (p->config->is_gated)
        gated_neurons(p, w, x);
    else
        pass_linear_activated(p, &w->mlp_in, x, &p->neurons, PLACE_MLP_PRE, PLACE_MLP_POST);
    pass_linear(p, &w->mlp_out, &p->neurons, &p->mlp_out);
    pass_output(p, PLACE_MLP, &p->mlp_out);
    if (p->config->residual == RESIDUAL_SANDWICH) {
        pass_norm(p, &w->mlp_post_norm, &p->mlp_out, &p->mlp_out);
        pass_output(p, PLACE_MLP_POST_NORM, &p->mlp_out);
    }
}

static void add_mlp(struct pass *p, const struct block_weights *w, const struct values *x)
{
    pass_norm(p, &w->mlp_norm, x, &p->normed);
    pass_output(p, PLACE_MLP_NORM, &p->normed);
    mlp(p, w, &p->normed);
    pass_add(p, x, &p->mlp_out);
}

static void serial_block(struct pass *p, const struct block_weights *w)
{
    pass_norm(p, &w->attention_norm, &p->stream, &p->normed);
    pass_output(p, PLACE_ATTENTION_NORM, &p->normed);
    attention(p, w, &p->normed);
    pass_add(p, &p->stream, &p->attention_out);
    pass_keep(p);
    add_mlp(p, w, &p->stream);
    if (pass_begin_edited(p)) {
        add_mlp(p, w, &p->kept);
        pass_end_edited(p);
    }
}

/* Attention and MLP do not depend on each other; either is left out if only the other is wanted. */
static void parallel_block(struct pass *p, const struct block_weights *w)
{
    const bool beyond = pass_goes_beyond(p, PLACES(PLACE_ATTENTION_NORM) | OF_ATTENTION | OF_MLP);

    if (beyond || pass_wants(p, PLACES(PLACE_ATTENTION_NORM) | OF_ATTENTION)) {
        pass_norm(p, &w->attention_norm, &p->stream, &p->normed);
        pass_output(p, PLACE_ATTENTION_NORM, &p->normed);
    }
    if (beyond || pass_wants(p, OF_ATTENTION))
        attention(p, w, &p->normed);
    if (beyond || pass_wants(p, OF_MLP)) {
        pass_norm(p, &w->mlp_norm, &p->stream, &p->normed);
        if (p->config->residual == RESIDUAL_PARALLEL)
            pass_output(p, PLACE_MLP_NORM, &p->normed);
        else
            pass_output_again(p, PLACE_ATTENTION_NORM, &p->normed);
        mlp(p, w, &p->normed);
    }
    pass_add(p, &p->mlp_out, &p->attention_out);
    pass_add(p, &p->stream, &p->mlp_out);
}

static void post_norm_block(struct pass *p, const struct block_weights *w)
{
    attention(p, w, &p->stream);
    pass_add(p, &p->stream, &p->attention_out);
    pass_norm(p, &w->attention_norm, &p->stream, &p->stream);
    pass_output(p, PLACE_ATTENTION_NORM, &p->stream);
    mlp(p, w, &p->stream);
    pass_add(p, &p->stream, &p->mlp_out);
    pass_norm(p, &w->mlp_norm, &p->stream, &p->stream);
    pass_output(p, PLACE_MLP_NORM, &p->stream);
}

void forward_block(struct pass *p)
{
    const struct block_weights *const w = &p->weights->blocks[p->layer];

    switch (p->config->residual) {
    case RESIDUAL_SERIAL:
    case RESIDUAL_SANDWICH:
        serial_block(p, w);
        break;
    case RESIDUAL_PARALLEL:
    case RESIDUAL_SHARED:
        parallel_block(p, w);
        break;
    case RESIDUAL_POST:
        post_norm_block(p, w);
        break;
    }
    pass_output(p, PLACE_BLOCK, &p->stream);
}

/* Some logits at a time: there may be many more than neurons. */
static void logits(struct pass *p, const struct values *x)
{
    const struct linear *const whole = &p->weights->output;

    for (size_t first = 0; first < whole->n_out; first += p->neurons.n_cols) {
        const size_t left = whole->n_out - first;
        const struct linear part =
            linear_part(whole, first, left < p->neurons.n_cols ? left : p->neurons.n_cols);
        const struct values y = { p->neurons.at, part.n_out, p->neurons.ld };
        pass_linear(p, &part, x, &y);
        pass_cap(p, &y, p->config->logit_cap);
        pass_output_of(p, PLACE_LOGITS, &part, &y);
    }
}

void forward_head(struct pass *p)
{
    const struct values *x = &p->stream;

    if (!p->config->has_no_final_norm) {
        pass_norm(p, &p->weights->final_norm, x, x);
        pass_output(p, PLACE_FINAL_NORM, x);
    }
    if (!pass_wants(p, PLACES(PLACE_LOGITS)))
        return;
    if (p->config->word_size > 0) {
        pass_linear(p, &p->weights->output_projection, x, &p->words);
        x = &p->words;
    }
    logits(p, x);
}
