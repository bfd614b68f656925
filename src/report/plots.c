#include "config.h"
#include "report/plots.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/accounts.h"

enum { MAX_PLOTS = 128 };

static struct plot all[MAX_PLOTS];
static size_t n_all;

/* Replaces %s in text, a trusted format string. */
static void fill_in(char out[PLOT_NAME_SIZE], const char *text, const char *word)
{
    const char *const at = strstr(text, "%s");

    if (at == NULL)
        snprintf(out, PLOT_NAME_SIZE, "%s", text);
    else
        snprintf(out, PLOT_NAME_SIZE, "%.*s%s%s", (int)(at - text), text, word, at + 2);
}

static void add(const struct plot *row, const struct cluster_method *method)
{
    assert(n_all < MAX_PLOTS);
    struct plot *const plot = &all[n_all++];

    *plot = *row;
    if (method == NULL)
        return;
    plot->method = method;
    fill_in(plot->name, row->name, method->name);
    fill_in(plot->title, row->title, method->title);
}

/* Plots of a method are adjacent, in the order of the methods. */
static unsigned place(const struct plot *plot)
{
    enum { A_METHOD = 1000 };
    unsigned m = 0;

    while (plot->by != BY_NO_METHOD && cluster_methods[m] != plot->method)
        m++;
    return plot->order + A_METHOD * m;
}

static int by_place(const void *left, const void *right)
{
    const unsigned a = place(left);
    const unsigned b = place(right);

    return (a > b) - (a < b);
}

static void collect(void)
{
    for (size_t i = 0; accounts[i] != NULL; i++)
        for (size_t k = 0; k < accounts[i]->n_plots; k++) {
            const struct plot *const row = &accounts[i]->plots[k];
            const size_t n =
                row->by == BY_EACH_METHOD ? n_cluster_methods : row->by == BY_FIRST_METHOD;
            for (size_t m = 0; m < n; m++)
                add(row, cluster_methods[m]);
            if (row->by == BY_NO_METHOD)
                add(row, NULL);
        }
    qsort(all, n_all, sizeof *all, by_place);
}

const struct plot *plot_at(size_t i)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, collect);
    return i < n_all ? &all[i] : NULL;
}
