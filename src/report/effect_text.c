#include "config.h"
#include "report/effect_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/stage_load.h"
#include "report/table.h"

struct share_text effect_share(double share)
{
    struct share_text s;
    const double percent = 100.0 * share;

    if (isnan(share))
        return (struct share_text){ "-" };
    snprintf(s.text, sizeof s.text, fabs(percent) < 9.95 ? "%.1f %%" : "%.0f %%", percent);
    if (strcmp(s.text, "-0.0 %") == 0)
        return (struct share_text){ "0.0 %" };
    return s;
}

struct shown effect_done(const struct effect_edit *edit)
{
    struct shown s;

    switch (edit->kind) {
    case EFFECT_SWAP:
        return (struct shown){ "swapped with their twins'" };
    case EFFECT_MEAN:
        return (struct shown){ "set to their means" };
    case EFFECT_ZERO:
        return (struct shown){ "set to zero" };
    case EFFECT_SCALE:
        snprintf(s.text, sizeof s.text, "times %g", edit->factor);
        return s;
    case EFFECT_ADD:
        break;
    }
    snprintf(s.text, sizeof s.text, "with %g times the difference of the groups added",
             edit->factor);
    return s;
}

struct shown effect_row_done(const struct effect_row *row)
{
    struct shown s;
    size_t used = 0;

    s.text[0] = '\0';
    for (size_t k = 0; k < row->n_edits && used < sizeof s.text; k++)
        used += (size_t)snprintf(s.text + used, sizeof s.text - used, "%s%s", k > 0 ? " or " : "",
                                 effect_done(&row->edits[k]).text);
    return s;
}

struct shown effect_set_name(const char *source, size_t group)
{
    struct shown s;

    if (group == NO_GROUP)
        return show_text(source);
    snprintf(s.text, sizeof s.text, "%.100s %zu", source, group);
    return s;
}

struct effect_words_text effect_word_list(const struct analysis *a, const uint32_t *words, size_t n)
{
    struct effect_words_text out = { "" };
    size_t used = 0;

    for (size_t k = 0; k < n; k++) {
        char word[56];
        const size_t size = tokenizer_show(load_of(a)->tokenizer, words[k], word, sizeof word);
        used += (size_t)snprintf(out.text + used, sizeof out.text - used, "%s%.*s",
                                 k > 0 ? "|" : "", (int)size, word);
    }
    return out;
}

struct effect_words_text effect_words(const struct analysis *a,
                                      const struct effect_reading *reading)
{
    return effect_word_list(a, reading->likeliest, reading->n_likeliest);
}

void put_controls(struct csv_writer *w, const struct effect_row *row)
{
    for (size_t k = 0; k < N_CONTROLS; k++) {
        put_if_any(w, row->by[k].mean);
        put_if_any(w, row->by[k].sd);
        put_if_any(w, row->by[k].pvalue);
    }
}
