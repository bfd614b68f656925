#include "config.h"
#include "model/hooks.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/arch.h"

enum { PATTERN_SIZE = 128, LIST_SIZE = 400 };

/* TransformerLens's names of places (for unfolded weights). If one is there several times, it means
 * the first place that the family has. */
static const struct {
    enum site_place place;
    const char *path; /* one that begins with '.' is below `blocks.N` */
} lens_names[] = {
    { PLACE_TOKEN_EMBEDDING, "hook_embed" },
    { PLACE_POSITION_EMBEDDING, "hook_pos_embed" },
    { PLACE_Q, ".attn.hook_q" },
    { PLACE_K, ".attn.hook_k" },
    { PLACE_V, ".attn.hook_v" },
    { PLACE_MIX, ".attn.hook_z" },
    { PLACE_ATTENTION_POST, ".hook_attn_out" },
    { PLACE_ATTENTION, ".hook_attn_out" },
    { PLACE_MLP_PRE, ".mlp.hook_pre" },
    { PLACE_MLP_UP, ".mlp.hook_pre_linear" },
    { PLACE_MLP_UP, ".mlp.in.hook_out" },
    { PLACE_MLP_PRE, ".mlp.in.hook_out" },
    { PLACE_MLP_POST, ".mlp.hook_post" },
    { PLACE_MLP_POST, ".mlp.out.hook_in" },
    { PLACE_MLP_POST_NORM, ".hook_mlp_out" },
    { PLACE_MLP, ".hook_mlp_out" },
    { PLACE_BLOCK, ".hook_resid_post" },
};

enum { N_LENS_NAMES = sizeof lens_names / sizeof lens_names[0] };

static const char BEFORE_GAIN[] = "is taken before gain and bias";
static const char NO_VECTOR[] = "is not a vector of neurons";
static const char NO_OUTPUT[] = "is an input, not an output";
static const char NO_WIDTH[] = "has no fixed width";
static const char INSIDE[] = "is inside attention";

/* Names that people try with any family, why there is no such hook point, and the nearest existing
 * place. N stands for a block number. */
static const struct {
    const char *name;
    const char *why;
    enum site_place nearest;
} refusals[] = {
    { "blocks.N.ln1.hook_normalized", BEFORE_GAIN, PLACE_ATTENTION_NORM },
    { "blocks.N.ln2.hook_normalized", BEFORE_GAIN, PLACE_MLP_NORM },
    { "ln_final.hook_normalized", BEFORE_GAIN, PLACE_FINAL_NORM },
    { "blocks.N.ln1.hook_scale", NO_VECTOR, PLACE_ATTENTION_NORM },
    { "blocks.N.ln2.hook_scale", NO_VECTOR, PLACE_MLP_NORM },
    { "ln_final.hook_scale", NO_VECTOR, PLACE_FINAL_NORM },
    { "blocks.N.hook_resid_mid", NO_OUTPUT, PLACE_MLP_NORM },
    { "blocks.N.attn.hook_rot_q", INSIDE, PLACE_Q },
    { "blocks.N.attn.hook_rot_k", INSIDE, PLACE_K },
    { "blocks.N.attn.hook_pattern", NO_WIDTH, PLACE_QKV },
    { "blocks.N.attn.hook_attn_scores", NO_WIDTH, PLACE_QKV },
};

static void format_name(char *out, size_t size, const char *stem, size_t layer, const char *path)
{
    if (path[0] == '.' || path[0] == '\0')
        snprintf(out, size, "%s.%zu%s", stem, layer, path);
    else
        snprintf(out, size, "%s", path);
}

struct list { /* of hook points, in forward order */
    const struct model_config *config;
    struct hook_point *points;
    size_t n;
};

static void add_point(struct list *list, const struct site *site, size_t layer)
{
    const size_t width = site->width(list->config);
    struct hook_point *const point = &list->points[list->n];

    if (width == 0)
        return;
    *point = (struct hook_point){
        .place = site->place,
        .is_in_block = site_is_in_block(site),
        .layer = layer,
        .width = width,
        .what = site->what,
    };
    format_name(point->name, sizeof point->name, list->config->arch->block_path, layer, site->path);
    list->n++;
}

/* Of the name of the output layer, `MODULE.weight` in heads[0], the module. */
static int output_length(const struct arch *arch)
{
    return (int)(strlen(arch->heads[0]) - strlen(".weight"));
}

/* The output layer is named by the module of its weight, even if that is the embedding's. */
static void add_logits(struct list *list)
{
    const char *const *const heads = list->config->arch->heads;
    struct hook_point *const point = &list->points[list->n];

    if (heads == NULL)
        return;
    list->n++;
    *point = (struct hook_point){
        .place = PLACE_LOGITS,
        .width = list->config->vocab_size,
        .what = "logits of the next token",
    };
    snprintf(point->name, sizeof point->name, "%.*s", output_length(list->config->arch), heads[0]);
}

/* No glob asks for as many columns as there are words. */
static bool names_logits(const char *name, const struct hook_point *point)
{
    return strcmp(name, point->name) == 0 || strcmp(name, "lm_head") == 0 ||
           strcmp(name, "unembed") == 0 || strcmp(name, "unembed.hook_out") == 0;
}

enum ct_status hooks_list(const struct model_config *c, struct hook_point **out, size_t *n,
                          struct ct_error *err)
{
    const struct arch *const arch = c->arch;
    const size_t most = c->n_layers * arch->n_sites + 1;
    struct list list = { c, ct_malloc_array(most, sizeof *list.points), 0 };
    size_t begin;

    if (list.points == NULL)
        return ct_fail_nomem(err, "hook points", most * sizeof *list.points);
    for (begin = 0; begin < arch->n_sites; begin++) {
        if (site_is_in_block(&arch->sites[begin]))
            break;
        add_point(&list, &arch->sites[begin], 0);
    }
    size_t end = begin;
    while (end < arch->n_sites && site_is_in_block(&arch->sites[end]))
        end++;
    for (size_t l = 0; l < c->n_layers; l++)
        for (size_t s = begin; s < end; s++)
            add_point(&list, &arch->sites[s], l);
    for (size_t s = end; s < arch->n_sites; s++)
        add_point(&list, &arch->sites[s], 0);
    add_logits(&list);
    *out = list.points;
    *n = list.n;
    return CT_OK;
}

/* fnmatch() with '.' in the role of '/', which no wildcard matches. */
static bool matches(const char *pattern, const char *name)
{
    char p[PATTERN_SIZE];
    char s[HOOK_NAME_SIZE];

    snprintf(p, sizeof p, "%s", pattern);
    snprintf(s, sizeof s, "%s", name);
    for (char *at = p; (at = strchr(at, '.')) != NULL;)
        *at = '/';
    for (char *at = s; (at = strchr(at, '.')) != NULL;)
        *at = '/';
    return fnmatch(p, s, FNM_PATHNAME | FNM_NOESCAPE) == 0;
}

/* NULL if the family has no module there. */
static const struct site *first_at(const struct arch *arch, enum site_place place)
{
    for (size_t i = 0; i < arch->n_sites; i++)
        if (arch->sites[i].place == place)
            return &arch->sites[i];
    return NULL;
}

/* Whether the family has other plans with a name. */
static bool is_refused(const struct arch *arch, const char *path)
{
    for (size_t i = 0; i < arch->n_refusals; i++) {
        const char *const name = arch->refusals[i].name;
        if (strcmp(strncmp(name, "blocks.N.", 9) == 0 ? name + 8 : name, path) == 0)
            return true;
    }
    return false;
}

/* Whether a name of TransformerLens means this place in the family. */
static bool lens_means(const struct arch *arch, size_t name, enum site_place place)
{
    if (lens_names[name].place != place || is_refused(arch, lens_names[name].path))
        return false;
    for (size_t i = 0; i < name; i++)
        if (strcmp(lens_names[i].path, lens_names[name].path) == 0 &&
            first_at(arch, lens_names[i].place) != NULL)
            return false;
    return true;
}

/* If two points share a place, TransformerLens's names mean the first. */
static bool is_first_at_its_place(const struct model_config *c, const struct hook_point *point)
{
    const struct site *const site = first_at(c->arch, point->place);
    char name[HOOK_NAME_SIZE];

    format_name(name, sizeof name, c->arch->block_path, point->layer, site->path);
    return strcmp(name, point->name) == 0;
}

static bool lens_matches(const struct model_config *c, const struct hook_point *point,
                         const char *pattern)
{
    char name[HOOK_NAME_SIZE];

    if (strncmp(pattern, "blocks.", 7) != 0 && strncmp(pattern, "hook_", 5) != 0)
        return false; /* so that `h*` is not taken for `hook_embed` */
    for (size_t i = 0; i < N_LENS_NAMES; i++) {
        if (!lens_means(c->arch, i, point->place))
            continue;
        format_name(name, sizeof name, "blocks", point->layer, lens_names[i].path);
        if (matches(pattern, name))
            return is_first_at_its_place(c, point);
    }
    /* the output of one block is the input of the next */
    if (point->place != PLACE_BLOCK || point->layer + 1 == c->n_layers)
        return false;
    format_name(name, sizeof name, "blocks", point->layer + 1, ".hook_resid_pre");
    return matches(pattern, name);
}

static bool read_layer(const char *text, const char *stem, size_t *layer, const char **rest)
{
    const size_t n = strlen(stem);
    char *end;

    if (strncmp(text, stem, n) != 0 || text[n] != '.' || !ascii_is_digit(text[n + 1]))
        return false;
    *layer = strtoul(text + n + 1, &end, 10);
    *rest = end;
    return *end == '\0' || *end == '.';
}

/* Whether blocks have a module of that path. */
static bool is_path_in_block(const struct arch *arch, const char *rest, bool lens)
{
    for (size_t i = 0; !lens && i < arch->n_sites; i++)
        if (site_is_in_block(&arch->sites[i]) && strcmp(rest, arch->sites[i].path) == 0)
            return true;
    for (size_t i = 0; lens && i < N_LENS_NAMES; i++)
        if (strcmp(rest, lens_names[i].path) == 0)
            return true;
    return lens && strcmp(rest, ".hook_resid_pre") == 0;
}

/* Copies text with N replaced by the number of the block, if it has an N. */
static void fill_in_layer(char *out, size_t size, const char *text, size_t layer)
{
    const char *const n = strstr(text, ".N");

    if (n == NULL)
        snprintf(out, size, "%s", text);
    else
        snprintf(out, size, "%.*s.%zu%s", (int)(n - text), text, layer, n + 2);
}

/* Whether name is the refused name, with N replaced by the number of the block. */
static bool is_named(const char *name, const char *refused, size_t layer)
{
    char filled[PATTERN_SIZE];

    fill_in_layer(filled, sizeof filled, refused, layer);
    return strcmp(name, filled) == 0;
}

/* The module at a place, or the one that it shares with others; NULL: there is none. */
static const struct site *nearest_to(const struct arch *arch, enum site_place place)
{
    const struct site *const site = first_at(arch, place);

    if (site == NULL && place == PLACE_QKV)
        return first_at(arch, PLACE_Q);
    if (site == NULL && (place == PLACE_Q || place == PLACE_K))
        return first_at(arch, PLACE_QKV);
    if (site == NULL && place == PLACE_MLP_NORM)
        return first_at(arch, PLACE_ATTENTION_NORM);
    return site;
}

/* False if the name is simply unknown. */
static bool find_refusal(const struct arch *arch, const char *name, char *out, size_t size)
{
    size_t layer = 0;
    const char *rest;

    (void)read_layer(name, "blocks", &layer, &rest);
    for (size_t i = 0; i < arch->n_refusals; i++)
        if (is_named(name, arch->refusals[i].name, layer)) {
            fill_in_layer(out, size, arch->refusals[i].why, layer);
            return true;
        }
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (!is_named(name, refusals[i].name, layer))
            continue;
        const struct site *const nearest = nearest_to(arch, refusals[i].nearest);
        char nearest_name[HOOK_NAME_SIZE] = "";
        if (nearest != NULL)
            format_name(nearest_name, sizeof nearest_name, arch->block_path, layer, nearest->path);
        snprintf(out, size, "%s%s%s", refusals[i].why, nearest != NULL ? "; the nearest is " : "",
                 nearest_name);
        return true;
    }
    return false;
}

/* The available sites: `wte, wpe, ln_f, h.N, and below h.N ln_1, ...`. */
static void list_sites(const struct model_config *c, char out[LIST_SIZE])
{
    const struct arch *const arch = c->arch;
    char output[HOOK_NAME_SIZE] = "";
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < arch->n_sites && used < LIST_SIZE; i++)
        if (!site_is_in_block(&arch->sites[i]) && arch->sites[i].width(c) > 0)
            used += (size_t)snprintf(out + used, LIST_SIZE - used, "%s, ", arch->sites[i].path);
    if (arch->heads != NULL)
        snprintf(output, sizeof output, "%.*s, ", output_length(arch), arch->heads[0]);
    if (used < LIST_SIZE)
        used += (size_t)snprintf(out + used, LIST_SIZE - used, "%s%s.N, and below %s.N", output,
                                 arch->block_path, arch->block_path);
    const char *separator = " ";
    for (size_t i = 0; i < arch->n_sites && used < LIST_SIZE; i++)
        if (arch->sites[i].path[0] == '.' && arch->sites[i].width(c) > 0) {
            used += (size_t)snprintf(out + used, LIST_SIZE - used, "%s%s", separator,
                                     arch->sites[i].path + 1);
            separator = ", ";
        }
}

static enum ct_status fail_unknown(const struct model_config *c, const char *asked,
                                   const char *pattern, struct ct_error *err)
{
    const char *const block = c->arch->block_path;
    char why[PATTERN_SIZE];
    char sites[LIST_SIZE];
    size_t layer = 0;
    const char *rest = "";
    const bool lens = read_layer(pattern, "blocks", &layer, &rest);

    if (find_refusal(c->arch, pattern, why, sizeof why))
        return ct_fail(err, CT_EINVAL, "%s: %s", asked, why);
    if ((lens || read_layer(pattern, block, &layer, &rest)) &&
        is_path_in_block(c->arch, rest, lens) && layer >= c->n_layers)
        return ct_fail(err, CT_EINVAL, "%s: the model has %zu layers, %s.0 to %s.%zu", asked,
                       c->n_layers, block, block, c->n_layers - 1);
    list_sites(c, sites);
    return ct_fail(err, CT_EINVAL, "%s: %s; there are %s, for N from 0 to %zu", asked,
                   strpbrk(pattern, "*?[") != NULL ? "matches no hook point" : "unknown hook point",
                   sites, c->n_layers - 1);
}

static const char *without_prefix(const struct arch *arch, const char *name)
{
    for (const char *const *prefix = arch->prefixes; *prefix != NULL; prefix++)
        if (strncmp(name, *prefix, strlen(*prefix)) == 0)
            return name + strlen(*prefix);
    return name;
}

/* Removes the prefix and rewrites Python's h[5] as h.5. */
static enum ct_status normalise(const struct arch *arch, const char *asked, char out[PATTERN_SIZE],
                                struct ct_error *err)
{
    const char *const name = without_prefix(arch, asked);
    const size_t stem = strlen(arch->block_path);
    const bool is_indexed = strncmp(name, arch->block_path, stem) == 0 && name[stem] == '[';
    const char *const index = name + stem + 1;
    const size_t digits = is_indexed ? strspn(index, "0123456789") : 0;

    if (strlen(name) >= PATTERN_SIZE)
        return ct_fail(err, CT_EINVAL, "%.40s...: too long for the name of a hook point", asked);
    if (digits > 0 && index[digits] == ']')
        snprintf(out, PATTERN_SIZE, "%s.%.*s%s", arch->block_path, (int)digits, index,
                 index + digits + 1);
    else
        snprintf(out, PATTERN_SIZE, "%s", name);
    return CT_OK;
}

static enum ct_status mark_matches(const struct model_config *c, const struct hook_point *points,
                                   size_t n, const char *asked, bool *wanted, struct ct_error *err)
{
    char pattern[PATTERN_SIZE];
    bool found = false;
    const enum ct_status st = normalise(c->arch, asked, pattern, err);

    if (st != CT_OK)
        return st;
    for (size_t i = 0; i < n; i++)
        if (points[i].place == PLACE_LOGITS
                ? names_logits(pattern, &points[i])
                : matches(pattern, points[i].name) || lens_matches(c, &points[i], pattern)) {
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

enum ct_status hooks_default(const struct model_config *c, struct hook_point **out, size_t *n,
                             struct ct_error *err)
{
    const struct site *const site = first_at(c->arch, c->arch->default_place);
    char name[HOOK_NAME_SIZE];
    const char *const names[1] = { name };

    format_name(name, sizeof name, c->arch->block_path, c->n_layers / 2, site->path);
    return hooks_resolve(c, names, 1, out, n, err);
}
