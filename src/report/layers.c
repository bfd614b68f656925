#include "config.h"
#include "report/layers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/path.h"
#include "pipeline/stage_layers.h"

/* The first method in full, only the silhouette of the second: there is no space for more. */
const char layers_header[] = " hook point      neuron signif      t clust silh.";
const char layers_header_more[] = " noise     % k-means";

_Static_assert(sizeof layers_header == LAYER_LINE_COLS + 1, "as wide as the lines");

enum { NAME_COLS = 15, NAME_SIZE = NAME_COLS + 2, NUMBER_SIZE = 24 };

/* Shortens a long name to the number of its layer, by which rows differ, and its end:
 * `layers.12.mlp.gate_proj` to `12~lp.gate_proj`. */
static void short_name(const char *name, char out[NAME_SIZE])
{
    char shown[200];
    const size_t length = text_visible(shown, sizeof shown, name, strlen(name));
    const char *const layer = shown + strcspn(shown, "0123456789");
    const size_t digits = strspn(layer, "0123456789");
    const size_t kept = digits < NAME_COLS / 2 ? digits : 0;
    const char *at = shown;

    if (length <= NAME_COLS) {
        snprintf(out, NAME_SIZE, "%.*s", NAME_COLS, shown);
        return;
    }
    at += length - (NAME_COLS - 1 - kept);
    while (((unsigned char)*at & 0xC0) == 0x80) /* not inside a character */
        at++;
    memcpy(out, layer, kept);
    snprintf(out + kept, NAME_SIZE - kept, "~%.*s", (int)(NAME_COLS - 1 - kept), at);
}

/* A dash for a missing number. */
static const char *number(double x, int n_decimals, char out[NUMBER_SIZE])
{
    snprintf(out, NUMBER_SIZE, "%.*f", n_decimals, x);
    return isnan(x) ? "-" : out;
}

void layer_line(const struct layer_row *row, char out[LAYER_LINE_SIZE])
{
    char name[NAME_SIZE];
    char t[NUMBER_SIZE];
    char dbscan[NUMBER_SIZE];
    char kmeans[NUMBER_SIZE];
    const double share = 100.0 * (double)row->n_significant / (double)row->n_neurons;

    short_name(row->hook, name);
    snprintf(out, LAYER_LINE_SIZE, " %-*s %6zu %6zu %6s %5zu %5s %5zu %5.1f %7s", NAME_COLS, name,
             row->n_neurons, row->n_significant, number(row->strongest_t, 1, t),
             row->by[0].n_clusters, number(row->by[0].silhouette, 2, dbscan), row->by[0].n_noise,
             share, number(row->by[1].silhouette, 2, kmeans));
}

const char layer_answer_header[] = " hook point      % signif. (95 %)";
const char layer_answer_header_more[] = " clumping cloud (95 %)     p  Holm verdict";

void layer_answer_line(const struct layer_row *row, bool has_answer, char out[LAYER_LINE_SIZE])
{
    const struct layer_answer *const r = &row->answer;
    const double share = 100.0 * (double)row->n_significant / (double)row->n_neurons;
    char name[NAME_SIZE], interval[60], clumping[NUMBER_SIZE], cloud[60] = "-";
    char p[NUMBER_SIZE] = "-", holm[NUMBER_SIZE] = "-";

    short_name(row->hook, name);
    snprintf(interval, sizeof interval, "%5.1f", share);
    if (!isnan(row->share_low))
        snprintf(interval, sizeof interval, "%5.1f (%.0f-%.0f)", share, 100.0 * row->share_low,
                 100.0 * row->share_high);
    if (!has_answer) {
        snprintf(out, LAYER_LINE_SIZE, " %-*s %s", NAME_COLS, name, interval);
        return;
    }
    if (!isnan(r->pvalue)) {
        snprintf(cloud, sizeof cloud, "%.3f-%.3f", r->cloud.low, r->cloud.high);
        snprintf(p, sizeof p, "%.2g", r->pvalue);
        snprintf(holm, sizeof holm, "%.2g", r->p_holm);
    }
    snprintf(out, LAYER_LINE_SIZE, " %-*s %-16s %8s %11s %6s %5s %s", NAME_COLS, name, interval,
             number(r->clumping, 3, clumping), cloud, p, holm,
             r->verdict == VERDICT_UNANSWERABLE ? "?" : verdict_name(r->verdict));
}

static bool is_plain(char c, bool is_first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || (c == '.' && !is_first);
}

char *layer_name(const char *hook)
{
    char *const name = ct_malloc_array(strlen(hook) + 1, 3);
    size_t used = 0;

    if (name == NULL)
        return NULL;
    for (size_t i = 0; hook[i] != '\0'; i++)
        if (is_plain(hook[i], i == 0))
            name[used++] = hook[i];
        else
            used += (size_t)sprintf(name + used, "%%%02X", (unsigned)(unsigned char)hook[i]);
    name[used] = '\0';
    return name;
}

char *layer_folder(const char *folder, const char *hook)
{
    char *const name = layer_name(hook);
    char *const path = name != NULL ? path_join(folder, name) : NULL;

    free(name);
    return path;
}

bool layer_is_plain(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat s;

    return path_put(path, "%s/%s", folder, name) && lstat(path, &s) == 0 && S_ISDIR(s.st_mode) &&
           path_put(path, "%s/%s/manifest.json", folder, name) && lstat(path, &s) != 0;
}

bool layer_is_name(const char *name, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!is_plain(name[i], i == 0) && name[i] != '%')
            return false;
    return size > 0;
}
