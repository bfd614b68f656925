/* Words for interventions, in reports, tables and views. */
#ifndef CT_REPORT_EFFECT_TEXT_H
#define CT_REPORT_EFFECT_TEXT_H

#include "io/csv_writer.h"
#include "pipeline/stage_effect.h"
#include "report/page.h"

/* `-0.5 %`; `-` for NaN */
struct share_text {
    char text[24];
};
struct share_text effect_share(double share);

struct shown effect_done(const struct effect_edit *edit);       /* `swapped with their twins'` */
struct shown effect_row_done(const struct effect_row *row);     /* of all its edits */
struct shown effect_set_name(const char *source, size_t group); /* `dbscan 3` */

/* Mean, standard deviation and p of each kind of controls, as cells. */
void put_controls(struct csv_writer *w, const struct effect_row *row);

/* Words [n], at most OUTPUT_TOP, separated by `|`, as tokenizer_show() shows them; and the
 * likeliest next words of a reading. */
struct effect_words_text {
    char text[320];
};
struct effect_words_text effect_word_list(const struct analysis *a, const uint32_t *words,
                                          size_t n);
struct effect_words_text effect_words(const struct analysis *a,
                                      const struct effect_reading *reading);

#endif
