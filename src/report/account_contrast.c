#include "config.h"
#include "report/account.h"

#include <stdio.h>

#include "io/json_text.h"
#include "num/tests/test.h"
#include "pipeline/stage_contrast.h"
#include "pipeline/stage_load.h"

static const char *group_name(const struct analysis *a, size_t which)
{
    return load_of(a)->group_names[contrast_of(a)->groups[which]];
}

/* Row numbers are those of the user's file. */
static void report_twins(const struct analysis *a, struct page *page)
{
    const struct contrast *const c = contrast_of(a);
    const size_t n = c->n_rows[0] + c->n_rows[1];

    if (c->n_unique == n) {
        page_line(page, "no two of them are identical up to the target");
        return;
    }
    page_line(page,
              "%zu of the %zu sentences duplicate another up to the target (rows %zu and %zu,",
              n - c->n_unique, n, load_of(a)->stimuli.rows[c->twin[0]].row,
              load_of(a)->stimuli.rows[c->twin[1]].row);
    page_line(page, "say); duplicates have identical activations and overstate significance");
}

static void report(const struct analysis *a, struct page *page)
{
    const struct contrast *const c = contrast_of(a);
    const size_t used = c->n_rows[0] + c->n_rows[1];

    page->heading = "Sentences";
    if (load_of(a)->model != NULL)
        page_path(page, load_of(a)->stimuli.name);
    page_line(page, "%zu sentences: %zu %s, %zu %s%s", load_of(a)->n_sentences, c->n_rows[0],
              show_text(group_name(a, 0)).text, c->n_rows[1], show_text(group_name(a, 1)).text,
              used < load_of(a)->n_sentences ? " (other groups are ignored)" : "");
    if (load_of(a)->model == NULL)
        return;
    if (c->are_pairs && !tests[a->params.test].is_paired)
        page_line(page, "pairs that differ only in the target: consider --test paired");
    else if (c->are_pairs)
        page_line(page, "pairs that differ only in the target");
    else if (tests[a->params.test].is_paired)
        page_line(page, "the pairs do not differ only in the target: check the order of the rows");
    report_twins(a, page);
}

static void describe(const struct analysis *a, json_t *counts, json_t *outcome)
{
    const struct contrast *const c = contrast_of(a);

    json_object_set_new(counts, "sentences", json_integer((json_int_t)load_of(a)->n_sentences));
    json_object_set_new(counts, "groups",
                        json_pack("[I, I]", (json_int_t)c->n_rows[0], (json_int_t)c->n_rows[1]));
    json_object_set_new(counts, "unique_to_target", json_integer((json_int_t)c->n_unique));
    json_object_set_new(outcome, "contrast",
                        json_pack("[o, o]", json_text(group_name(a, 0)),
                                  json_text(group_name(a, 1))));
}

const struct account account_contrast = { .stage = &stage_contrast,
                                          .report = report,
                                          .describe = describe };
