#include "config.h"
#include "tui/card.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/keyed.h"
#include "num/linear/similarity.h"
#include "pipeline/cluster_title.h"
#include "pipeline/stage_cluster.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stage_load.h"
#include "pipeline/stage_similarity.h"
#include "pipeline/stage_space.h"
#include "pipeline/stage_ttest.h"
#include "report/page.h"
#include "tui/neuron_words.h"

enum { N_SENTENCES = 5, N_NEIGHBOURS = 5 };

static void write_head(const struct app *app, FILE *out)
{
    const struct ttest_stage *const t = ttest_of(app->a);
    const struct ttest_result *const r = &t->neurons[app->neuron];
    size_t index;
    const char *const hook = neuron_hook(extract_of(app->a), app->neuron, &index);

    fprintf(out, "# %s:%zu\n\nt %.4f, p %.3g, %ssignificant\n", show_text(hook).text, index,
            r->statistic, r->pvalue, t->is_significant[app->neuron] ? "" : "not ");
    if (!app_significant_index(app, app->neuron, &index) || clusters_of(app->a) == NULL)
        return;
    for (size_t m = 0; m < clusters_of(app->a)->n; m++) {
        const struct clustering *const c = &clusters_of(app->a)->by[m];
        char number[CLUSTER_NUMBER_SIZE];
        cluster_number(app->a, c, c->labels[index], number);
        if (c->labels[index] < 0)
            fprintf(out, "%s: noise\n", c->method->title);
        else
            fprintf(out, "%s: cluster %s of %zu neurons\n", c->method->title, number,
                    c->rows[c->labels[index]].size);
    }
}

/* Sentences of a group [n], sorted by activation; owned by the caller. */
static struct keyed *rank_sentences(const struct app *app, size_t group, size_t *n)
{
    const struct load_result *const load = load_of(app->a);
    const size_t first = load->group_starts[group];

    *n = load->group_starts[group + 1] - first;
    struct keyed *const all = ct_malloc_array(*n, sizeof *all);
    for (size_t k = 0; all != NULL && k < *n; k++) {
        const size_t i = load->by_group[first + k];
        all[k] = (struct keyed){ matview_get(&extract_of(app->a)->X, i, app->neuron), i };
    }
    if (all != NULL)
        keyed_sort(all, *n);
    return all;
}

static void write_group(const struct app *app, size_t group, FILE *out)
{
    size_t n;
    struct keyed *const all = rank_sentences(app, group, &n);
    double sum = 0.0;
    double squares = 0.0;

    if (all == NULL || n == 0) {
        free(all);
        return;
    }
    for (size_t k = 0; k < n; k++)
        sum += all[k].key;
    const double mean = sum / (double)n;
    for (size_t k = 0; k < n; k++)
        squares += (all[k].key - mean) * (all[k].key - mean);
    fprintf(out, "| %s | %zu | %.4g | %.4g | %.4g | %.4g | %.4g |\n",
            show_text(load_of(app->a)->group_names[group]).text, n, mean,
            n > 1 ? sqrt(squares / (double)(n - 1)) : 0.0, all[0].key,
            n % 2 == 1 ? all[n / 2].key : (all[n / 2 - 1].key + all[n / 2].key) / 2,
            all[n - 1].key);
    free(all);
}

static void write_sentence(const struct app *app, const struct keyed *row, FILE *out)
{
    const struct sentence *const s = &load_of(app->a)->sentences[row->index];
    char text[140] = "";

    if (s->text != NULL)
        snprintf(text, sizeof text, "%.*s", s->size < 139 ? (int)s->size : 139, s->text);
    fprintf(out, "- %.4g, %s: %s\n", row->key,
            show_text(load_of(app->a)->group_names[s->group]).text, show_text(text).text);
}

static void write_sentences(const struct app *app, FILE *out)
{
    const size_t n = load_of(app->a)->n_sentences;
    struct keyed *const all = ct_malloc_array(n, sizeof *all);

    for (size_t i = 0; all != NULL && i < n; i++)
        all[i] = (struct keyed){ matview_get(&extract_of(app->a)->X, i, app->neuron), i };
    if (all == NULL)
        return;
    keyed_sort(all, n);
    fprintf(out, "\n## Strongest sentences\n\n");
    for (size_t k = 0; k < N_SENTENCES && k < n; k++)
        write_sentence(app, &all[n - 1 - k], out);
    fprintf(out, "\n## Weakest sentences\n\n");
    for (size_t k = 0; k < N_SENTENCES && k < n; k++)
        write_sentence(app, &all[k], out);
    free(all);
}

static void write_neighbours(const struct app *app, FILE *out)
{
    const struct ttest_stage *const t = ttest_of(app->a);
    const size_t n = t->n_significant;
    size_t own;

    if (similarity_of(app->a) == NULL || !app_significant_index(app, app->neuron, &own))
        return;
    struct keyed *const all = ct_malloc_array(n, sizeof *all);
    for (size_t i = 0; all != NULL && i < n; i++)
        all[i] =
            (struct keyed){ -row_cosine(&space_of(app->a)->points, space_of(app->a)->norms, own, i),
                            i };
    if (all == NULL)
        return;
    keyed_sort(all, n);
    fprintf(out, "\n## Nearest neighbours by cosine\n\n");
    for (size_t k = 0, listed = 0; k < n && listed < N_NEIGHBOURS; k++) {
        size_t index;
        if (all[k].index == own)
            continue;
        const size_t column = t->significant[all[k].index];
        const char *const hook = neuron_hook(extract_of(app->a), column, &index);
        fprintf(out, "- %.4f %s:%zu, t %.2f\n", -all[k].key, show_text(hook).text, index,
                t->neurons[column].statistic);
        listed++;
    }
    free(all);
}

char *card_write(const struct app *app)
{
    char *text = NULL;
    size_t size = 0;

    if (!app->has_neuron || ttest_of(app->a) == NULL)
        return NULL;
    FILE *const out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    write_head(app, out);
    fprintf(out, "\n| group | n | mean | sd | least | median | largest |\n"
                 "| --- | --- | --- | --- | --- | --- | --- |\n");
    for (size_t g = 0; g < load_of(app->a)->n_groups; g++)
        write_group(app, g, out);
    write_sentences(app, out);
    write_neighbours(app, out);
    neuron_words_write(app, out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}
