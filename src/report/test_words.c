#include "config.h"
#include "report/test_words.h"

#include <math.h>
#include <stdio.h>

#include "num/tests/test.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_load.h"

void report_test(const struct analysis *a, struct page *page)
{
    const struct contrast *const c = contrast_of(a);
    const struct test *const test = &tests[a->params.test];
    const double common = test->df(c->n_rows);
    char df[40] = "";

    if (!isnan(common))
        snprintf(df, sizeof df, ", %.0f degrees of freedom", common);
    page->heading = test->family;
    page_line(page, "%s, %s minus %s%s", test->title,
              show_text(load_of(a)->group_names[c->groups[0]]).text,
              show_text(load_of(a)->group_names[c->groups[1]]).text, df);
}
