#include "config.h"
#include "tui/draw_parts.h"

#include <stdio.h>

#include "base/text.h"
#include "pipeline/expect.h"
#include "pipeline/stage_extract.h"
#include "pipeline/stages.h"

enum { TELL_FROM = 3 }; /* seconds from which an estimate is of interest */

void progress_words(const struct app *app, char *out, size_t size)
{
    const struct worker_news *const news = &app->news;
    const struct key_text cancel = app_key(app, ACTION_CANCEL);
    const double part = news->total > 0 ? (double)news->done / (double)news->total : 0.0;

    if (!news->job.can_cancel)
        snprintf(out, size, "%s files, %.0f s", news->job.title, news->seconds);
    else if (news->canceling)
        snprintf(out, size, "cancelling %s", news->job.title);
    else if (news->job.stage == &stage_extract && extract_is_of_units(app->a))
        snprintf(out, size, "%s: %zu of %zu units are there, %s cancels", news->job.title,
                 news->done, news->total, cancel.text);
    else if (part > 0.02)
        snprintf(out, size, "%s %.0f %%, %s left, %s cancels", news->job.title, 100.0 * part,
                 duration_of(news->seconds / part * (1.0 - part)).text, cancel.text);
    else if (news->expected >= TELL_FROM)
        snprintf(out, size, "%s, about %s, %s cancels", news->job.title,
                 duration_of(news->expected).text, cancel.text);
    else
        snprintf(out, size, "%s, %s, %s cancels", news->job.title, duration_of(news->seconds).text,
                 cancel.text);
}

void draw_progress(const struct app *app, struct canvas *c, struct rect in)
{
    const struct worker_news *const news = &app->news;
    const double part = news->total > 0 ? (double)news->done / (double)news->total : 0.0;
    const size_t width = in.cols > 12 ? in.cols - 8 : in.cols;
    const size_t filled = (size_t)(part * (double)width);
    const size_t row = in.row + in.rows / 2;
    char words[120];

    progress_words(app, words, sizeof words);
    canvas_text(c, row - 1, in.col + 4, width, words, INK_DEFAULT, 0);
    for (size_t i = 0; i < width; i++)
        canvas_put(c, row, in.col + 4 + i, i < filled ? '#' : '.', INK_ACCENT, INK_DEFAULT, 0);
}

void draw_offer(const struct app *app, struct canvas *c, struct rect in, const struct stage *stage)
{
    const double expected =
        analysis_expect(app_analysis(app, stage), stage_with_parts(stage_shown(stage)));
    char time[40] = "";
    char remark[REMARK_SIZE];

    if (expected >= TELL_FROM)
        snprintf(time, sizeof time, ", about %s", duration_of(expected).text);
    canvas_printf(c, in.row + in.rows / 2, in.col + 3, in.cols - 3, INK_DEFAULT, 0, "%s %s%s",
                  app_key(app, ACTION_RUN).text, stage->does, time);
    if (analysis_remark(app_analysis(app, stage), stage, remark, sizeof remark))
        canvas_printf(c, in.row + in.rows / 2 + 1, in.col + 3, in.cols - 3, INK_DEFAULT, 0, "%s",
                      remark);
}
