#include "config.h"
#include "pipeline/cluster_title.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/number.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_ttest.h"

static const char blanks[] = " \t";

enum { NEURON_SIZE = 160 };

struct item { /* borrows from the text */
    const char *begin;
    size_t size;
    const struct cluster_method *method;
    char neuron[NEURON_SIZE]; /* HOOK:NUMBER */
    char title[CLUSTER_TITLE_SIZE];
};

/* ---- reading ---- */

bool cluster_title_is(const char *name)
{
    const size_t size = strlen(name);
    uint32_t ch;
    size_t n;

    if (size == 0 || size >= CLUSTER_TITLE_SIZE || strpbrk(name, " \t='\"") != NULL)
        return false;
    for (size_t at = 0; at < size; at += n) {
        n = utf8_decode(name + at, size - at, &ch);
        if (n == 0 || text_is_control(ch))
            return false;
    }
    return true;
}

static const struct cluster_method *find_method(const char *name, size_t size)
{
    for (size_t m = 0; m < n_cluster_methods; m++)
        if (strlen(cluster_methods[m]->name) == size &&
            strncmp(cluster_methods[m]->name, name, size) == 0)
            return cluster_methods[m];
    return NULL;
}

static bool is_neuron(const char *text)
{
    const char *const colon = strrchr(text, ':');
    size_t number;

    return colon != NULL && colon > text &&
           number_parse_size(colon + 1, strlen(colon + 1), &number);
}

/* The item at *at, which moves behind it. False: not one. */
static bool read_item(const char **at, struct item *item)
{
    const char *const begin = *at + strspn(*at, blanks);
    const size_t size = strcspn(begin, blanks);
    const char *const colon = memchr(begin, ':', size);
    const char *const equals = memchr(begin, '=', size);

    *item = (struct item){ .begin = begin, .size = size };
    *at = begin + size;
    if (colon == NULL || equals == NULL || colon > equals)
        return false;
    item->method = find_method(begin, (size_t)(colon - begin));
    const size_t neuron = (size_t)(equals - colon - 1);
    const size_t title = (size_t)(begin + size - equals - 1);
    if (item->method == NULL || neuron >= NEURON_SIZE || title >= CLUSTER_TITLE_SIZE)
        return false;
    memcpy(item->neuron, colon + 1, neuron);
    memcpy(item->title, equals + 1, title);
    return is_neuron(item->neuron) && cluster_title_is(item->title);
}

static bool has_more(const char *at)
{
    return at != NULL && at[strspn(at, blanks)] != '\0';
}

bool cluster_titles_are(const char *text)
{
    struct item item;

    while (has_more(text))
        if (!read_item(&text, &item))
            return false;
    return true;
}

bool cluster_titles_exist(const struct analysis *a)
{
    return has_more(a->params.cluster_names);
}

/* ---- clusters ---- */

static bool is_in_cluster(const struct analysis *a, const struct clustering *c, int32_t label,
                          const struct item *item)
{
    size_t column, i;

    return item->method == c->method &&
           neuron_find(extract_of(a), item->neuron, &column, NULL) == CT_OK &&
           ttest_significant_index(ttest_of(a), column, &i) && c->labels[i] == label;
}

void cluster_title(const struct analysis *a, const struct clustering *c, int32_t label,
                   char out[CLUSTER_TITLE_SIZE])
{
    struct item item;

    out[0] = '\0';
    for (const char *at = a->params.cluster_names; label >= 0 && has_more(at);)
        if (read_item(&at, &item) && is_in_cluster(a, c, label, &item))
            memcpy(out, item.title, CLUSTER_TITLE_SIZE);
}

void cluster_number(const struct analysis *a, const struct clustering *c, int32_t label,
                    char out[CLUSTER_NUMBER_SIZE])
{
    char title[CLUSTER_TITLE_SIZE];

    cluster_title(a, c, label, title);
    snprintf(out, CLUSTER_NUMBER_SIZE, "%d%s%s", (int)label, title[0] != '\0' ? " " : "", title);
}

/* The column of the cluster's strongest neuron; clusters are not empty. */
static size_t strongest(const struct analysis *a, const struct clustering *c, int32_t label)
{
    const struct ttest_stage *const t = ttest_of(a);
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < c->n; i++)
        if (c->labels[i] == label &&
            (best == SIZE_MAX ||
             fabs(t->neurons[t->significant[i]].statistic) > fabs(t->neurons[best].statistic)))
            best = t->significant[i];
    return best;
}

enum ct_status cluster_title_set(const struct analysis *a, const struct clustering *c,
                                 int32_t label, const char *name, char **list, struct ct_error *err)
{
    const size_t column = strongest(a, c, label);
    struct item item;
    char *text = NULL;
    size_t size = 0;
    size_t index;

    if (column == SIZE_MAX || (*name != '\0' && !cluster_title_is(name)))
        return ct_fail(err, CT_EINVAL,
                       "'%.40s' cannot name a cluster; expected up to %d bytes without spaces, = "
                       "and quotes",
                       name, CLUSTER_TITLE_SIZE - 1);
    FILE *const out = open_memstream(&text, &size);
    if (out == NULL)
        return ct_fail_nomem(err, "names of clusters", 0);
    const char *before = "";
    for (const char *at = *list; has_more(at);)
        if (read_item(&at, &item) && !is_in_cluster(a, c, label, &item)) {
            fprintf(out, "%s%.*s", before, (int)item.size, item.begin);
            before = " ";
        }
    if (*name != '\0') {
        const char *const hook = neuron_hook(extract_of(a), column, &index);
        fprintf(out, "%s%s:%s:%zu=%s", before, c->method->name, hook, index, name);
    }
    if (fclose(out) != 0) {
        free(text);
        return ct_fail_nomem(err, "names of clusters", 0);
    }
    if (!cluster_titles_are(text)) { /* such as a name with spaces, from a file */
        free(text);
        return ct_fail(err, CT_EINVAL, "the name of the hook point does not fit in --cluster-name");
    }
    free(*list);
    *list = text;
    return CT_OK;
}
