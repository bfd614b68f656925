#include "config.h"
#include "report/test_words.h"

#include <stdio.h>

#include "pipeline/stage_contrast.h"
#include "pipeline/stage_load.h"

void report_test(const struct analysis *a, struct page *page)
{
    static const char *const kinds[] = { "Student's", "Welch's", "paired" };
    const size_t *const n = contrast_of(a)->n_rows;
    char df[40] = "";

    if (a->params.test != TTEST_WELCH)
        snprintf(df, sizeof df, ", %.0f degrees of freedom", ttest_df(a->params.test, n[0], n[1]));
    page->heading = "t-test";
    page_line(page, "%s, %s minus %s%s", kinds[a->params.test],
              show_text(load_of(a)->group_names[contrast_of(a)->groups[0]]).text,
              show_text(load_of(a)->group_names[contrast_of(a)->groups[1]]).text, df);
}
