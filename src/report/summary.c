#include "config.h"
#include "report/summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pipeline/stages.h"
#include "pipeline/stage_ttest.h"
#include "report/accounts.h"

static void report_caution(struct page *page)
{
    page->heading = "Caution";
    page_line(page, "t-SNE and clusters use neurons selected by their t and then describe them by");
    page_line(page, "it: they are exploratory and do not test for structure.");
    page_line(page, "Distances between distant clusters of a t-SNE embedding mean little.");
}

static void report_files(const struct analysis *a, const struct results *r, struct page *page)
{
    if (r->out == NULL)
        return;
    page->heading = "Files";
    page_path(page, r->out);
    for (size_t i = 0; i < r->tables.n; i++)
        if (strchr(r->tables.files[i].name, '/') == NULL)
            page_line(page, "  %s", r->tables.files[i].name);
    if (analysis_result(a, goal_layers) != NULL)
        page_line(page, "  a folder of its own for each hook point");
    page_line(page, "  manifest.json");
}

static void report_figures(const struct results *r, struct page *page)
{
    if (r->plots.n == 0)
        return;
    page->heading = "Figures";
    page_path(page, r->figures);
    page_line(page, "  %zu files", r->plots.n);
}

static void report_seconds(const struct analysis *a, struct page *page)
{
    enum { ON_FIRST_LINE = 4, MOST_ON_LINE = 50 /* bytes, before the last one and the total */ };
    char times[200] = "";
    size_t used = 0;
    size_t n = 0;
    double total = 0.0;

    page->heading = "Seconds";
    for (size_t i = 0; i < n_stages; i++) {
        if (!stage_is_told(stages[i]) || analysis_result(a, stages[i]) == NULL)
            continue;
        if (n++ == ON_FIRST_LINE || used > MOST_ON_LINE) {
            page_line(page, "%s", times);
            used = 0;
        }
        used +=
            (size_t)snprintf(times + used, sizeof times - used, "%s%s %.3f,", used > 0 ? " " : "",
                             stages[i]->name, analysis_seconds(a, stages[i]));
        total += analysis_seconds(a, stages[i]);
    }
    page_line(page, "%s total %.3f", times, total);
}

/* Of all stages that have results, or of one. */
static void report_stages(const struct analysis *a, const struct stage *one, struct page *page)
{
    for (size_t i = 0; accounts[i] != NULL; i++)
        if (accounts[i]->report != NULL && !analysis_is_stale(a, accounts[i]->stage) &&
            (one == NULL || stage_shown(accounts[i]->stage) == one))
            accounts[i]->report(a, page);
}

void summary_of_stage(const struct analysis *a, const struct stage *stage, struct page *page)
{
    report_stages(a, stage, page);
}

enum ct_status summary_text(const struct analysis *a, const struct results *r, char **text,
                            struct ct_error *err)
{
    char *buffer = NULL;
    size_t size = 0;
    struct page page = { .file = open_memstream(&buffer, &size) };

    if (page.file == NULL)
        return ct_fail_nomem(err, "report", 0);
    report_stages(a, NULL, &page);
    if (!analysis_is_stale(a, goal_analysis) && ttest_of(a)->n_significant > 1)
        report_caution(&page);
    report_files(a, r, &page);
    report_figures(r, &page);
    report_seconds(a, &page);
    if (!ct_close_memstream(page.file, &buffer) || page.starved) {
        free(buffer);
        return ct_fail_nomem(err, "report", 0);
    }
    *text = buffer;
    return CT_OK;
}
