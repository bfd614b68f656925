#include "config.h"
#include "model/config_rotary.h"

#include <math.h>
#include <string.h>

/* Where a value may be, in the order in which it counts. */
struct sources {
    const struct config_reader *r;
    const json_t *scaling; /* rope_scaling; NULL: none */
    const json_t *params;  /* rope_parameters, or its part for this kind of block; NULL: none */
};

static const char *const SCALING = "rope_scaling";
static const char *const PARAMETERS = "rope_parameters";

/* The object that has this key; *where is its name. */
static const json_t *owner_of(const struct sources *s, const char *name, const char **where)
{
    const json_t *const found = json_object_get(s->scaling, name);
    const bool is_scaling = found != NULL && !json_is_null(found);

    *where = is_scaling || s->params == NULL ? SCALING : PARAMETERS;
    return is_scaling || s->params == NULL ? s->scaling : s->params;
}

static enum ct_status read_number(const struct sources *s, const char *name, double *out)
{
    const char *where;
    const json_t *const object = owner_of(s, name, &where);

    return object != NULL ? config_read_positive(s->r, object, where, name, out) : CT_OK;
}

static enum ct_status read_required(const struct sources *s, const char *name, double *out)
{
    const char *where;
    const json_t *const value = json_object_get(owner_of(s, name, &where), name);

    if (value == NULL || json_is_null(value))
        return ct_fail(s->r->err, CT_EFORMAT, "%s: %s.%s: missing", s->r->path, where, name);
    return read_number(s, name, out);
}

static enum ct_status read_llama3(const struct sources *s, struct rotary *out)
{
    enum ct_status st = read_required(s, "low_freq_factor", &out->low_freq_factor);

    if (st == CT_OK)
        st = read_required(s, "high_freq_factor", &out->high_freq_factor);
    if (st == CT_OK)
        st = read_required(s, "original_max_position_embeddings", &out->original_length);
    if (st == CT_OK && out->high_freq_factor <= out->low_freq_factor)
        st = ct_fail(s->r->err, CT_EFORMAT,
                     "%s: rope_scaling: high_freq_factor is not above low_freq_factor", s->r->path);
    return st;
}

/* YaRN's factor for attention at a scale (Peng et al. 2023, eq. 22). */
static double mscale(double factor, double of)
{
    return factor > 1.0 ? 0.1 * of * log(factor) + 1.0 : 1.0;
}

static enum ct_status read_yarn(const struct sources *s, double n_positions, struct rotary *out)
{
    const char *where;
    double over = 0.0;
    double under = 0.0;
    enum ct_status st = CT_OK;

    out->original_length = n_positions;
    out->beta_fast = 32.0;
    out->beta_slow = 1.0;
    const struct {
        const char *name;
        double *out;
    } numbers[] = {
        { "original_max_position_embeddings", &out->original_length },
        { "beta_fast", &out->beta_fast },
        { "beta_slow", &out->beta_slow },
        { "mscale", &over },
        { "mscale_all_dim", &under },
    };
    for (size_t i = 0; st == CT_OK && i < sizeof numbers / sizeof numbers[0]; i++)
        st = read_number(s, numbers[i].name, numbers[i].out);
    out->attention_factor = over > 0.0 && under > 0.0
                                ? mscale(out->factor, over) / mscale(out->factor, under)
                                : mscale(out->factor, 1.0);
    if (st == CT_OK)
        st = read_number(s, "attention_factor", &out->attention_factor);
    const json_t *const truncate = json_object_get(owner_of(s, "truncate", &where), "truncate");
    out->is_not_truncated = json_is_false(truncate);
    return st;
}

static enum ct_status read_kind(const struct sources *s, const char **out)
{
    static const char *const names[] = { "rope_type", "type" };
    const char *where;

    *out = "default";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const json_t *const value = json_object_get(owner_of(s, names[i], &where), names[i]);
        if (value == NULL || json_is_null(value))
            continue;
        *out = json_string_value(value);
        return *out != NULL ? CT_OK
                            : ct_fail(s->r->err, CT_EFORMAT, "%s: %s.%s: not a name", s->r->path,
                                      where, names[i]);
    }
    return CT_OK;
}

static enum ct_status read_scaling(const struct sources *s, double n_positions, struct rotary *out)
{
    static const struct {
        const char *name;
        enum rotary_scaling scaling;
    } kinds[] = {
        { "default", ROTARY_PLAIN }, { "dynamic", ROTARY_PLAIN }, /* changes nothing within
                                                                     max_position_embeddings */
        { "linear", ROTARY_LINEAR }, { "llama3", ROTARY_LLAMA3 }, { "yarn", ROTARY_YARN },
    };
    const char *kind;
    size_t i = 0;
    enum ct_status st = read_kind(s, &kind);

    if (st != CT_OK)
        return st;
    while (i < sizeof kinds / sizeof kinds[0] && strcmp(kinds[i].name, kind) != 0)
        i++;
    if (i == sizeof kinds / sizeof kinds[0])
        return ct_fail(s->r->err, CT_ENOTSUP,
                       "%s: rope_type: '%s' is not supported, only default, linear, dynamic, "
                       "llama3 and yarn; use a model without it",
                       s->r->path, kind);
    out->scaling = kinds[i].scaling;
    if (out->scaling != ROTARY_PLAIN)
        st = read_required(s, "factor", &out->factor);
    if (st == CT_OK && out->scaling == ROTARY_LLAMA3)
        st = read_llama3(s, out);
    if (st == CT_OK && out->scaling == ROTARY_YARN)
        st = read_yarn(s, n_positions, out);
    return st;
}

/* A number of rope_parameters, or else of the file itself by the first of these names. */
static enum ct_status read_either(const struct sources *s, const char *in_params,
                                  const char *const *names, double *out)
{
    const json_t *const value = json_object_get(s->params, in_params);
    enum ct_status st = CT_OK;

    if (value != NULL && !json_is_null(value))
        return config_read_positive(s->r, s->params, PARAMETERS, in_params, out);
    for (bool found = false; st == CT_OK && !found && *names != NULL; names++) {
        found = config_find(s->r, *names) != NULL;
        st = config_read_positive(s->r, NULL, NULL, *names, out);
    }
    return st;
}

static enum ct_status find_object(const struct config_reader *r, const char *name,
                                  const json_t **out)
{
    *out = config_find(r, name);
    if (*out != NULL && !json_is_object(*out))
        return ct_fail(r->err, CT_EFORMAT, "%s: %s: not an object", r->path, name);
    return CT_OK;
}

/* rope_parameters, or if they are by kind of block, those for this one. */
static const json_t *part_of(const json_t *params, const char *kind)
{
    const json_t *const part = json_object_get(params, kind);

    return json_is_object(part) ? part : params;
}

static enum ct_status check_base(const struct config_reader *r, const struct rotary *rotary,
                                 const char *name)
{
    return rotary->base > 1.0 ? CT_OK
                              : ct_fail(r->err, CT_EFORMAT, "%s: %s: %g is not above 1", r->path,
                                        name, rotary->base);
}

enum ct_status config_read_rotary(const struct config_reader *r, const struct rotary_keys *keys,
                                  struct model_config *out)
{
    const char *const sliding_names[] = { keys->sliding_base, NULL };
    const double n_positions = (double)out->n_positions;
    const json_t *scaling = NULL;
    const json_t *params = NULL;
    enum ct_status st = find_object(r, PARAMETERS, &params);

    if (st == CT_OK)
        st = find_object(r, SCALING, &scaling);
    const struct sources full = { r, scaling, part_of(params, "full_attention") };
    const struct sources sliding = { r, NULL, part_of(params, "sliding_attention") };
    if (st == CT_OK)
        st = read_either(&full, "rope_theta", keys->base, &out->rotary[0].base);
    if (st == CT_OK)
        st = check_base(r, &out->rotary[0], keys->base[0]);
    if (st == CT_OK && keys->part[0] != NULL)
        st = read_either(&full, "partial_rotary_factor", keys->part, &out->rotary_part);
    if (st == CT_OK)
        st = read_scaling(&full, n_positions, &out->rotary[0]);
    if (st != CT_OK || keys->sliding_base == NULL)
        return st;
    out->has_sliding_rotary = true;
    st = read_either(&sliding, "rope_theta", sliding_names, &out->rotary[1].base);
    if (st == CT_OK)
        st = check_base(r, &out->rotary[1], keys->sliding_base);
    return st == CT_OK ? read_scaling(&sliding, n_positions, &out->rotary[1]) : st;
}
