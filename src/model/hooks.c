#include "config.h"
#include "model/hooks.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { NAME_SIZE = 64, PATTERN_SIZE = 128 };

enum width { WIDTH_EMBD, WIDTH_QKV, WIDTH_INNER };

/* By enum hook_site; a path that begins with '.' hangs below `h.N`. */
static const struct {
    const char *path;
    enum width width;
    const char *what;
} sites[HOOK_N_SITES] = {
    [HOOK_WTE] = { "wte", WIDTH_EMBD, "token embedding" },
    [HOOK_WPE] = { "wpe", WIDTH_EMBD, "position embedding" },
    [HOOK_LN_1] = { ".ln_1", WIDTH_EMBD, "layer norm before attention" },
    [HOOK_ATTN_C_ATTN] = { ".attn.c_attn", WIDTH_QKV, "queries, keys, values" },
    [HOOK_ATTN_C_PROJ] = { ".attn.c_proj", WIDTH_EMBD, "attention output" },
    [HOOK_ATTN] = { ".attn", WIDTH_EMBD, "attention output" },
    [HOOK_LN_2] = { ".ln_2", WIDTH_EMBD, "layer norm before the MLP" },
    [HOOK_MLP_C_FC] = { ".mlp.c_fc", WIDTH_INNER, "MLP before the activation function" },
    [HOOK_MLP_ACT] = { ".mlp.act", WIDTH_INNER, "MLP after the activation function" },
    [HOOK_MLP_C_PROJ] = { ".mlp.c_proj", WIDTH_EMBD, "MLP output" },
    [HOOK_MLP] = { ".mlp", WIDTH_EMBD, "MLP output" },
    [HOOK_BLOCK] = { "", WIDTH_EMBD, "residual stream after the block" },
    [HOOK_LN_F] = { "ln_f", WIDTH_EMBD, "last layer norm" },
};

/* TransformerLens's names of the same places (its weights must not be folded). */
static const struct {
    enum hook_site site;
    const char *path; /* one that begins with '.' hangs below `blocks.N` */
} lens_names[] = {
    { HOOK_WTE, "hook_embed" },
    { HOOK_WPE, "hook_pos_embed" },
    { HOOK_ATTN_C_PROJ, ".hook_attn_out" },
    { HOOK_MLP_C_FC, ".mlp.hook_pre" },
    { HOOK_MLP_C_FC, ".mlp.in.hook_out" },
    { HOOK_MLP_ACT, ".mlp.hook_post" },
    { HOOK_MLP_ACT, ".mlp.out.hook_in" },
    { HOOK_MLP_C_PROJ, ".hook_mlp_out" },
    { HOOK_BLOCK, ".hook_resid_post" },
};

/* Names that people try, and why they get no answer. N stands for the layer. */
static const struct {
    const char *path; /* as above */
    const char *why;
} refusals[] = {
    { "blocks.N.ln1.hook_normalized", "is taken before gain and bias; the nearest is h.N.ln_1" },
    { "blocks.N.ln2.hook_normalized", "is taken before gain and bias; the nearest is h.N.ln_2" },
    { "blocks.N.ln1.hook_scale", "is no vector of neurons; the nearest is h.N.ln_1" },
    { "blocks.N.ln2.hook_scale", "is no vector of neurons; the nearest is h.N.ln_2" },
    { "ln_final.hook_normalized", "is taken before gain and bias; the nearest is ln_f" },
    { "ln_final.hook_scale", "is no vector of neurons; the nearest is ln_f" },
    { "blocks.N.attn.hook_q", "is the first third of h.N.attn.c_attn; ask for that" },
    { "blocks.N.attn.hook_k", "is the second third of h.N.attn.c_attn; ask for that" },
    { "blocks.N.attn.hook_v", "is the last third of h.N.attn.c_attn; ask for that" },
    { "blocks.N.attn.hook_z", "is an input, not an output; the nearest is h.N.attn.c_proj" },
    { "blocks.N.attn.hook_pattern", "has no fixed width; the nearest is h.N.attn.c_attn" },
    { "blocks.N.attn.hook_attn_scores", "has no fixed width; the nearest is h.N.attn.c_attn" },
    { "blocks.N.hook_resid_mid", "is an input, not an output; the nearest is h.N.ln_2" },
    { "blocks.0.hook_resid_pre", "is the sum of wte and wpe; ask for these" },
    { "lm_head", "gives logits, which are not computed; the nearest is ln_f" },
    { "unembed.hook_out", "gives logits, which are not computed; the nearest is ln_f" },
    { "unembed", "gives logits, which are not computed; the nearest is ln_f" },
};

static void format_name(char *out, size_t size, const char *stem, size_t layer, const char *path)
{
    if (path[0] == '.' || path[0] == '\0')
        snprintf(out, size, "%s.%zu%s", stem, layer, path);
    else
        snprintf(out, size, "%s", path);
}

static void make_point(const struct model_config *c, enum hook_site site, size_t layer,
                       struct hook_point *out)
{
    static const size_t threefold = 3;

    *out = (struct hook_point){ .site = site, .layer = layer, .what = sites[site].what };
    out->width = sites[site].width == WIDTH_QKV     ? threefold * c->hidden_size
                 : sites[site].width == WIDTH_INNER ? c->intermediate_size
                                                    : c->hidden_size;
    format_name(out->name, sizeof out->name, "h", layer, sites[site].path);
}

enum ct_status hooks_list(const struct model_config *c, struct hook_point **out, size_t *n,
                          struct ct_error *err)
{
    const size_t per_block = HOOK_BLOCK - HOOK_LN_1 + 1;
    const size_t total = c->n_layers * per_block + 3;
    struct hook_point *const points = ct_malloc_array(total, sizeof *points);
    size_t at = 0;

    if (points == NULL)
        return ct_fail_nomem(err, "hook points", total * sizeof *points);
    make_point(c, HOOK_WTE, 0, &points[at++]);
    make_point(c, HOOK_WPE, 0, &points[at++]);
    for (size_t l = 0; l < c->n_layers; l++)
        for (int site = HOOK_LN_1; site <= HOOK_BLOCK; site++)
            make_point(c, (enum hook_site)site, l, &points[at++]);
    make_point(c, HOOK_LN_F, 0, &points[at++]);
    *out = points;
    *n = at;
    return CT_OK;
}

/* fnmatch with '.' in the part of '/', which no wildcard crosses. */
static bool matches(const char *pattern, const char *name)
{
    char p[PATTERN_SIZE];
    char s[NAME_SIZE];

    snprintf(p, sizeof p, "%s", pattern);
    snprintf(s, sizeof s, "%s", name);
    for (char *at = p; (at = strchr(at, '.')) != NULL;)
        *at = '/';
    for (char *at = s; (at = strchr(at, '.')) != NULL;)
        *at = '/';
    return fnmatch(p, s, FNM_PATHNAME | FNM_NOESCAPE) == 0;
}

static bool point_matches(const struct hook_point *point, size_t n_layer, const char *pattern)
{
    char name[NAME_SIZE];

    if (matches(pattern, point->name))
        return true;
    if (strncmp(pattern, "blocks.", 7) != 0 && strncmp(pattern, "hook_", 5) != 0)
        return false; /* so that `h*` is not taken for `hook_embed` */
    for (size_t i = 0; i < sizeof lens_names / sizeof lens_names[0]; i++) {
        if (lens_names[i].site != point->site)
            continue;
        format_name(name, sizeof name, "blocks", point->layer, lens_names[i].path);
        if (matches(pattern, name))
            return true;
    }
    /* what leaves one block enters the next */
    if (point->site != HOOK_BLOCK || point->layer + 1 == n_layer)
        return false;
    format_name(name, sizeof name, "blocks", point->layer + 1, ".hook_resid_pre");
    return matches(pattern, name);
}

static bool read_layer(const char *text, const char *stem, size_t *layer, const char **rest)
{
    const size_t n = strlen(stem);
    char *end;

    if (strncmp(text, stem, n) != 0 || text[n] != '.' || !isdigit((unsigned char)text[n + 1]))
        return false;
    *layer = strtoul(text + n + 1, &end, 10);
    *rest = end;
    return *end == '\0' || *end == '.';
}

static bool is_site_path(const char *rest, bool lens)
{
    for (int s = HOOK_LN_1; !lens && s <= HOOK_BLOCK; s++)
        if (strcmp(rest, sites[s].path) == 0)
            return true;
    for (size_t i = 0; lens && i < sizeof lens_names / sizeof lens_names[0]; i++)
        if (strcmp(rest, lens_names[i].path) == 0)
            return true;
    return lens && strcmp(rest, ".hook_resid_pre") == 0;
}

/* The refusal for this name with its layer put in, or NULL. */
static const char *find_refusal(const char *name, char *out, size_t size)
{
    char general[PATTERN_SIZE];
    size_t layer = 0;
    const char *rest;
    const bool in_block = read_layer(name, "blocks", &layer, &rest);

    if (in_block)
        snprintf(general, sizeof general, "blocks.N%s", rest);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (strcmp(name, refusals[i].path) != 0 &&
            !(in_block && strcmp(general, refusals[i].path) == 0))
            continue;
        const char *const why = refusals[i].why;
        const char *const n = in_block ? strstr(why, "h.N") : NULL;
        if (n == NULL)
            snprintf(out, size, "%s", why);
        else
            snprintf(out, size, "%.*sh.%zu%s", (int)(n - why), why, layer, n + 3);
        return out;
    }
    return NULL;
}

static enum ct_status fail_unknown(const struct model_config *c, const char *asked,
                                   const char *pattern, struct ct_error *err)
{
    char why[PATTERN_SIZE];
    size_t layer;
    const char *rest;
    const bool lens = read_layer(pattern, "blocks", &layer, &rest);

    if (find_refusal(pattern, why, sizeof why) != NULL)
        return ct_fail(err, CT_EINVAL, "%s: %s", asked, why);
    if ((lens || read_layer(pattern, "h", &layer, &rest)) && is_site_path(rest, lens) &&
        layer >= c->n_layers)
        return ct_fail(err, CT_EINVAL, "%s: the model has %zu layers, h.0 to h.%zu", asked,
                       c->n_layers, c->n_layers - 1);
    if (strpbrk(pattern, "*?[") != NULL)
        return ct_fail(err, CT_EINVAL,
                       "%s: matches no hook point; there are wte, wpe, ln_f, h.N, and below "
                       "h.N ln_1, attn, attn.c_attn, attn.c_proj, ln_2, mlp, mlp.c_fc, mlp.act, "
                       "mlp.c_proj, for N from 0 to %zu",
                       asked, c->n_layers - 1);
    return ct_fail(err, CT_EINVAL,
                   "%s: no such hook point; there are wte, wpe, ln_f, h.N, and below h.N ln_1, "
                   "attn, attn.c_attn, attn.c_proj, ln_2, mlp, mlp.c_fc, mlp.act, mlp.c_proj, for "
                   "N from 0 to %zu",
                   asked, c->n_layers - 1);
}

/* Cuts `transformer.` and writes Python's h[5] as h.5. */
static enum ct_status normalise(const char *asked, char out[PATTERN_SIZE], struct ct_error *err)
{
    static const char prefix[] = "transformer.";
    const char *const name =
        strncmp(asked, prefix, sizeof prefix - 1) == 0 ? asked + sizeof prefix - 1 : asked;
    const size_t digits = strncmp(name, "h[", 2) == 0 ? strspn(name + 2, "0123456789") : 0;

    if (strlen(name) >= PATTERN_SIZE)
        return ct_fail(err, CT_EINVAL, "%.40s...: too long for the name of a hook point", asked);
    if (digits > 0 && name[2 + digits] == ']')
        snprintf(out, PATTERN_SIZE, "h.%.*s%s", (int)digits, name + 2, name + 3 + digits);
    else
        snprintf(out, PATTERN_SIZE, "%s", name);
    return CT_OK;
}

static enum ct_status mark_matches(const struct model_config *c, const struct hook_point *points,
                                   size_t n, const char *asked, bool *wanted, struct ct_error *err)
{
    char pattern[PATTERN_SIZE];
    bool found = false;
    const enum ct_status st = normalise(asked, pattern, err);

    if (st != CT_OK)
        return st;
    for (size_t i = 0; i < n; i++)
        if (point_matches(&points[i], c->n_layers, pattern)) {
            wanted[i] = true;
            found = true;
        }
    return found ? CT_OK : fail_unknown(c, asked, pattern, err);
}

enum ct_status hooks_resolve(const struct model_config *c, const char *const *patterns,
                             size_t n_patterns, struct hook_point **out, size_t *n,
                             struct ct_error *err)
{
    struct hook_point *points = NULL;
    size_t n_points = 0;
    size_t n_wanted = 0;
    enum ct_status st = hooks_list(c, &points, &n_points, err);
    bool *const wanted = st == CT_OK ? ct_calloc_array(n_points, sizeof *wanted) : NULL;

    if (st == CT_OK && wanted == NULL)
        st = ct_fail_nomem(err, "hook points", 0);
    for (size_t i = 0; st == CT_OK && i < n_patterns; i++)
        st = mark_matches(c, points, n_points, patterns[i], wanted, err);
    if (st == CT_OK) {
        for (size_t i = 0; i < n_points; i++)
            if (wanted[i])
                points[n_wanted++] = points[i];
        *out = points;
        *n = n_wanted;
        points = NULL;
    }
    free(points);
    free(wanted);
    return st;
}
