#include "config.h"
#include "pipeline/settings.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/number.h"

static const char *const tests[] = { "student", "welch", "paired", NULL };
static const char *const corrections[] = { "bonferroni", "fdr", "none", NULL };
static const char *const occurrences[] = { "only", "first", "last", NULL };

#define FIELD(member) offsetof(struct params, member)

const struct setting settings[] = {
    { "model", 'm', STAGE_LOAD, SETTING_PATH, FIELD(model), "DIR or NAME",
      "model folder, or its name in the Hugging Face cache", 0, 0, NULL },
    { "tokenizer", 0, STAGE_LOAD, SETTING_PATH, FIELD(tokenizer), "DIR",
      "folder of the tokenizer's files (the model's)", 0, 0, NULL },
    { "stimuli", 's', STAGE_LOAD, SETTING_PATH, FIELD(stimuli), "FILE",
      "sentences: CSV with the header group,target,text", 0, 0, NULL },
    { "activations", 'a', STAGE_LOAD, SETTING_PATH, FIELD(activations), "FILE",
      "begin at the t-test with these: CSV or .npy", 0, 0, NULL },
    { "groups", 0, STAGE_LOAD, SETTING_PATH, FIELD(groups), "FILE",
      "groups of the rows of an .npy, one a line", 0, 0, NULL },
    { "occurrence", 0, STAGE_LOAD, SETTING_CHOICE, FIELD(occurrence), "NAME",
      "of a target that a sentence holds twice: first, last", 0, 0, occurrences },
    { "hook", 'H', STAGE_HOOK, SETTING_HOOKS, FIELD(hooks), "NAME",
      "hook point or glob, as h.5.mlp.c_fc; repeatable", 0, 0, NULL },
    { "contrast", 0, STAGE_TTEST, SETTING_PAIR, FIELD(contrast), "A,B",
      "the two groups that are compared", 0, 0, NULL },
    { "test", 0, STAGE_TTEST, SETTING_CHOICE, FIELD(test), "NAME",
      "the t-test: student, welch or paired (student)", 0, 0, tests },
    { "alpha", 0, STAGE_TTEST, SETTING_NUMBER, FIELD(alpha), "X", "significance level (0.05)", 0, 1,
      NULL },
    { "correction", 0, STAGE_TTEST, SETTING_CHOICE, FIELD(correction), "NAME",
      "for many tests: bonferroni, fdr or none (bonferroni)", 0, 0, corrections },
    { "perplexity", 0, STAGE_TSNE, SETTING_NUMBER, FIELD(perplexity), "X", "of t-SNE (30)", 0,
      INFINITY, NULL },
    { "iterations", 0, STAGE_TSNE, SETTING_COUNT, FIELD(iterations), "N", "of t-SNE (1000)", 250, 0,
      NULL },
    { "seed", 0, STAGE_TSNE, SETTING_SEED, FIELD(seed), "N", "random seed (0)", 0, 0, NULL },
    { "eps", 0, STAGE_CLUSTER, SETTING_NUMBER, FIELD(eps), "X", "of DBSCAN (1)", 0, INFINITY,
      NULL },
    { "min-samples", 0, STAGE_CLUSTER, SETTING_COUNT, FIELD(min_samples), "N", "of DBSCAN (3)", 1,
      0, NULL },
    { "clusters", 'k', STAGE_CLUSTER, SETTING_COUNT, FIELD(clusters), "N", "of k-means (3)", 1, 0,
      NULL },
    { "matrices", 0, STAGE_SIMILARITY, SETTING_FLAG, FIELD(matrices), NULL, "of any size", 0, 0,
      NULL },
};
const size_t n_settings = sizeof settings / sizeof *settings;

static enum ct_status refuse(const struct setting *setting, const char *text, const char *want,
                             struct ct_error *err)
{
    return ct_fail(err, CT_EINVAL, "--%s: '%.80s' will not do; give %s", setting->name, text, want);
}

static enum ct_status parse_number(const struct setting *setting, const char *text, double *field,
                                   struct ct_error *err)
{
    double x;

    if (number_parse(text, strlen(text), &x) && x > setting->low && x < setting->high) {
        *field = x;
        return CT_OK;
    }
    return refuse(setting, text,
                  isinf(setting->high) ? "a number above 0" : "a number between 0 and 1", err);
}

static enum ct_status parse_count(const struct setting *setting, const char *text, size_t *field,
                                  struct ct_error *err)
{
    char want[60];
    size_t n;

    if (number_parse_size(text, strlen(text), &n) && n >= (size_t)setting->low && n <= INT32_MAX) {
        *field = n;
        return CT_OK;
    }
    snprintf(want, sizeof want, "a whole number, %.0f or more", setting->low);
    return refuse(setting, text, want, err);
}

static enum ct_status parse_seed(const struct setting *setting, const char *text, uint64_t *field,
                                 struct ct_error *err)
{
    size_t n;

    if (!number_parse_size(text, strlen(text), &n))
        return refuse(setting, text, "a whole number", err);
    *field = n;
    return CT_OK;
}

/* One name of a pair, up to a comma or the end: as in CSV, in quotes when it holds a comma or
 * begins with a quote. Returns what follows it, or NULL when it is no name. */
static const char *parse_name(const char *text, char *name)
{
    bool is_open = *text == '"';
    size_t n = 0;

    for (text += is_open; *text != '\0' && (is_open || *text != ','); text++) {
        if (is_open && *text == '"' && *++text != '"') {
            is_open = false;
            break;
        }
        name[n++] = *text;
    }
    name[n] = '\0';
    return n > 0 && !is_open && (*text == '\0' || *text == ',') ? text : NULL;
}

static enum ct_status parse_pair(const struct setting *setting, const char *text, char *pair[2],
                                 struct ct_error *err)
{
    const size_t size = strlen(text) + 1;
    char *const a = ct_malloc_array(size, 1);
    char *const b = ct_malloc_array(size, 1);
    enum ct_status status = CT_OK;

    if (a == NULL || b == NULL) {
        status = ct_fail_nomem(err, "parameters", 0);
    } else {
        const char *end = parse_name(text, a);
        if (end != NULL)
            end = *end == ',' ? parse_name(end + 1, b) : NULL;
        if (end == NULL || *end != '\0')
            status = refuse(setting, text, "two group names with a comma between", err);
    }
    if (status == CT_OK)
        status = params_set(&pair[0], a, err);
    if (status == CT_OK)
        status = params_set(&pair[1], b, err);
    free(a);
    free(b);
    return status;
}

static enum ct_status parse_choice(const struct setting *setting, const char *text, void *field,
                                   struct ct_error *err)
{
    char want[80] = "";
    size_t used = 0;

    for (int i = 0; setting->choices[i] != NULL; i++)
        if (strcmp(setting->choices[i], text) == 0) {
            memcpy(field, &i, sizeof i);
            return CT_OK;
        }
    for (int i = 0; setting->choices[i] != NULL && used < sizeof want; i++)
        used += (size_t)snprintf(want + used, sizeof want - used, "%s%s", i > 0 ? "/" : "",
                                 setting->choices[i]);
    return refuse(setting, text, want, err);
}

enum ct_status setting_parse(const struct setting *setting, struct params *params, const char *text,
                             struct ct_error *err)
{
    void *const field = (char *)params + setting->field;

    switch (setting->kind) {
    case SETTING_PATH:
        if (*text == '\0')
            return ct_fail(err, CT_EINVAL, "--%s: the value is empty; give a path", setting->name);
        return params_set(field, text, err);
    case SETTING_HOOKS:
        if (*text == '\0')
            return ct_fail(err, CT_EINVAL, "--%s: the value is empty; give a name", setting->name);
        return params_add_hook(params, text, err);
    case SETTING_PAIR:
        return parse_pair(setting, text, field, err);
    case SETTING_NUMBER:
        return parse_number(setting, text, field, err);
    case SETTING_COUNT:
        return parse_count(setting, text, field, err);
    case SETTING_SEED:
        return parse_seed(setting, text, field, err);
    case SETTING_CHOICE:
        return parse_choice(setting, text, field, err);
    case SETTING_FLAG:
        *(bool *)field = text == NULL || strcmp(text, "no") != 0;
        return CT_OK;
    }
    return CT_OK;
}

static void format_hooks(const struct params *params, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < params->n_hooks && used < size; i++)
        used +=
            (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? " " : "", params->hooks[i]);
}

static size_t put(char c, char *out, size_t size, size_t used)
{
    if (used + 1 < size)
        out[used++] = c;
    return used;
}

/* A name as parse_name() reads it, and what follows it. Returns the bytes written. */
static size_t format_name(const char *name, char next, char *out, size_t size)
{
    const bool is_quoted = name[0] == '"' || strchr(name, ',') != NULL;
    size_t used = 0;

    if (is_quoted)
        used = put('"', out, size, used);
    for (; *name != '\0'; name++) {
        if (is_quoted && *name == '"')
            used = put('"', out, size, used);
        used = put(*name, out, size, used);
    }
    if (is_quoted)
        used = put('"', out, size, used);
    if (next != '\0')
        used = put(next, out, size, used);
    out[used] = '\0';
    return used;
}

void setting_format(const struct setting *setting, const struct params *params, char *out,
                    size_t size)
{
    const void *const field = (const char *)params + setting->field;
    char *const *const texts = field;
    char number[NUMBER_SIZE];
    int choice;

    out[0] = '\0';
    switch (setting->kind) {
    case SETTING_PATH:
        snprintf(out, size, "%s", texts[0] != NULL ? texts[0] : "");
        break;
    case SETTING_HOOKS:
        format_hooks(params, out, size);
        break;
    case SETTING_PAIR:
        if (texts[0] != NULL && texts[1] != NULL) {
            const size_t used = format_name(texts[0], ',', out, size);
            format_name(texts[1], '\0', out + used, size - used);
        }
        break;
    case SETTING_NUMBER:
        number_format_f64(number, *(const double *)field); /* so that it reads back the same */
        snprintf(out, size, "%s", number);
        break;
    case SETTING_COUNT:
        snprintf(out, size, "%zu", *(const size_t *)field);
        break;
    case SETTING_SEED:
        snprintf(out, size, "%llu", (unsigned long long)*(const uint64_t *)field);
        break;
    case SETTING_CHOICE:
        memcpy(&choice, field, sizeof choice);
        snprintf(out, size, "%s", setting->choices[choice]);
        break;
    case SETTING_FLAG:
        snprintf(out, size, "%s", *(const bool *)field ? "yes" : "no");
        break;
    }
}
