#include "config.h"
#include "plot/figure_parts.h"

#include <math.h>
#include <string.h>

#include "plot/frame.h"
#include "plot/palette.h"

static const double MARGIN = 12.0, TITLE_SIZE = 10.0, NAME_SIZE = 9.0, NUMBER_SIZE = 8.0;
static const double TICK = 3.0, GAP = 4.0, BAR_WIDTH = 11.0;

enum { LINE_RGB = 0x262626, WORDS_RGB = 0x595959 };

static bool is_text(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* ---- the legend ---- */

static const double LEGEND_ROW = 12.0, LEGEND_MARK = 10.0, LEGEND_GAP = 14.0;

/* Draws the entries in rows from y on, or only counts the rows. */
static size_t legend_rows(struct figure *f, const struct axes *a, double y, bool draw)
{
    const double right = FIGURE_WIDTH - MARGIN;
    const double room = right - a->data.x - LEGEND_MARK;
    double x = a->data.x;
    size_t rows = 0;

    for (size_t k = 0; k < a->text->n_legend; k++) {
        const struct plot_legend *const e = &a->text->legend[k];
        const double width = LEGEND_MARK + fmin(figure_label_width(f, e->label, NUMBER_SIZE), room);
        if (rows == 0 || x + width > right + 0.5) {
            x = a->data.x;
            y += rows > 0 ? LEGEND_ROW : 0.0;
            rows++;
        }
        if (draw) {
            figure_marker(f, x + 3.0, y - 2.8, e->marker, palette_paper_rgb(e->ink), 2.4);
            figure_label(f, &(struct label){ .text = e->label,
                                             .x = x + LEGEND_MARK,
                                             .y = y,
                                             .size = NUMBER_SIZE,
                                             .room = room });
        }
        x += width + LEGEND_GAP;
    }
    return rows;
}

/* ---- layout ---- */

/* Aligns edges of the data with edges of pixels. */
static double snap(double x)
{
    return round(x * FIGURE_PIXELS) / FIGURE_PIXELS;
}

static double ticks_width(struct figure *f, const struct ticks *t)
{
    double widest = 0.0;

    for (size_t k = 0; k < t->n; k++)
        widest = fmax(widest, figure_label_width(f, t->text[k], NUMBER_SIZE));
    return widest;
}

/* Chooses as many numbers below the axis as fit without touching. */
static void fit_x(struct figure *f, struct axes *a)
{
    const double lo = a->window.x0 - a->shift, hi = a->window.x1 - a->shift;

    for (size_t most = (size_t)(a->data.w / 40.0) + 1; most > 0; most--) {
        ticks_make(&a->x, lo, hi, most, a->x_integer);
        if (a->x.n < 2)
            return;
        const double apart = (a->x.at[1] - a->x.at[0]) / (hi - lo) * a->data.w;
        if (apart >= ticks_width(f, &a->x) + 8.0)
            return;
    }
}

static void make_ticks(struct figure *f, struct axes *a)
{
    const struct plot_window *const w = &a->window;
    const size_t most = (size_t)(a->data.h / 30.0) + 1;

    fit_x(f, a);
    ticks_make(&a->y, w->y0 - a->shift, w->y1 - a->shift, most, a->y_integer);
    if (a->bar != NULL && a->bar->shown)
        ticks_make(&a->bar_ticks, a->bar->lo, a->bar->hi, most, false);
}

/* Right of the data: the strip, and the bar with its numbers and name. */
static double bar_room(struct figure *f, const struct axes *a)
{
    if (a->bar == NULL || !a->bar->shown)
        return 0.0;
    return a->strip + 10.0 + BAR_WIDTH + TICK + 2.0 + ticks_width(f, &a->bar_ticks) +
           (is_text(a->bar->label) ? GAP + NAME_SIZE : 0.0);
}

static double title_bottom(const struct axes *a)
{
    return MARGIN + (is_text(a->text->title) ? TITLE_SIZE + 6.0 : 0.0);
}

static bool has_names(const struct axes *a)
{
    return is_text(a->names[0]) || is_text(a->names[1]);
}

static void place_data(struct figure *f, struct axes *a)
{
    const double left = MARGIN + (is_text(a->text->y_label) ? NAME_SIZE + GAP : 0.0) +
                        ticks_width(f, &a->y) + 2.0 + TICK;
    const double bottom =
        MARGIN + (is_text(a->text->x_label) ? NAME_SIZE + GAP : 0.0) + NUMBER_SIZE + 2.0 + TICK;
    const double top = title_bottom(a) + (double)legend_rows(f, a, 0.0, false) * LEGEND_ROW +
                       (has_names(a) ? LEGEND_ROW : 0.0);
    struct box d = { left, top, FIGURE_WIDTH - left - MARGIN - bar_room(f, a),
                     FIGURE_HEIGHT - top - bottom };

    if (a->is_square) {
        const double side = fmin(d.w, d.h);
        d.x += (d.w - side) / 2;
        d.w = d.h = side;
    }
    a->data.x = snap(d.x);
    a->data.y = snap(d.y);
    a->data.w = fmax(snap(d.x + d.w) - a->data.x, 1.0);
    a->data.h = fmax(snap(d.y + d.h) - a->data.y, 1.0);
}

void axes_layout(struct figure *f, struct axes *a)
{
    a->data = (struct box){ 50.0, 50.0, 350.0, 250.0 };
    for (int round_ = 0; round_ < 3; round_++) { /* numbers need space, which changes the numbers */
        make_ticks(f, a);
        place_data(f, a);
    }
    make_ticks(f, a);
}

/* 0 .. 1 inside; correct for the full range of double. */
static double part(double v, double lo, double hi)
{
    return (v / 2 - lo / 2) / (hi / 2 - lo / 2);
}

double axes_x(const struct axes *a, double x)
{
    return a->data.x + part(x, a->window.x0, a->window.x1) * a->data.w;
}

double axes_y(const struct axes *a, double y)
{
    const double u = part(y, a->window.y0, a->window.y1);

    return a->data.y + (a->y_down ? u : 1.0 - u) * a->data.h;
}

/* ---- data ---- */

void axes_begin_data(struct figure *f, const struct axes *a, size_t n_shapes)
{
    const struct box *const d = &a->data;

    f->page = f->cr;
    cairo_save(f->cr);
    cairo_rectangle(f->cr, d->x, d->y, d->w, d->h);
    cairo_clip(f->cr);
    if (n_shapes <= FIGURE_MOST_SHAPES)
        return;
    cairo_surface_t *const image =
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)lround(d->w * FIGURE_PIXELS),
                                   (int)lround(d->h * FIGURE_PIXELS));
    f->cr = cairo_create(image);
    cairo_surface_destroy(image);
    cairo_scale(f->cr, FIGURE_PIXELS, FIGURE_PIXELS);
    cairo_translate(f->cr, -d->x, -d->y);
}

void axes_end_data(struct figure *f, const struct axes *a)
{
    cairo_t *const image = f->cr;

    f->cr = f->page;
    f->page = NULL;
    if (image != f->cr) {
        cairo_save(f->cr);
        cairo_translate(f->cr, a->data.x, a->data.y);
        cairo_scale(f->cr, 1.0 / FIGURE_PIXELS, 1.0 / FIGURE_PIXELS);
        cairo_set_source_surface(f->cr, cairo_get_target(image), 0.0, 0.0);
        cairo_pattern_set_filter(cairo_get_source(f->cr), CAIRO_FILTER_NEAREST);
        cairo_paint(f->cr);
        cairo_restore(f->cr);
        cairo_destroy(image);
    }
    cairo_restore(f->cr);
}

static void line(struct figure *f, double x0, double y0, double x1, double y1)
{
    cairo_move_to(f->cr, x0, y0);
    cairo_line_to(f->cr, x1, y1);
}

void axes_rules(struct figure *f, const struct axes *a, const struct plot_rule *rules,
                size_t n_rules)
{
    static const double dashes[] = { 4.0, 3.0 };
    const struct box *const d = &a->data;

    cairo_save(f->cr);
    cairo_set_dash(f->cr, dashes, 2, 0.0);
    cairo_set_line_width(f->cr, 0.75);
    for (size_t k = 0; k < n_rules; k++) {
        const struct plot_rule *const r = &rules[k];
        const double at = r->across ? axes_y(a, r->at) : axes_x(a, r->at);
        if (r->across)
            line(f, d->x, at, d->x + d->w, at);
        else
            line(f, at, d->y, at, d->y + d->h);
        figure_color(f, palette_paper_rgb(r->ink));
        cairo_stroke(f->cr);
    }
    cairo_restore(f->cr);
}

/* ---- around the data ---- */

static bool is_inside(double x, double from, double size)
{
    return x >= from - 0.1 && x <= from + size + 0.1;
}

static void draw_x(struct figure *f, const struct axes *a)
{
    const double bottom = a->data.y + a->data.h;

    for (size_t k = 0; k < a->x.n; k++) {
        const double x = axes_x(a, a->x.at[k] + a->shift);
        if (!is_inside(x, a->data.x, a->data.w))
            continue;
        line(f, x, bottom, x, bottom + TICK);
        cairo_stroke(f->cr);
        figure_label(f, &(struct label){ .text = a->x.text[k],
                                         .x = x,
                                         .y = bottom + TICK + 1.0 + NUMBER_SIZE,
                                         .size = NUMBER_SIZE,
                                         .anchor = 0.5 });
    }
    figure_label(f, &(struct label){ .text = a->text->x_label,
                                     .x = a->data.x + a->data.w / 2,
                                     .y = bottom + TICK + 2.0 + NUMBER_SIZE + GAP + NAME_SIZE,
                                     .size = NAME_SIZE,
                                     .anchor = 0.5,
                                     .room = FIGURE_WIDTH - 2 * MARGIN });
}

static void draw_y(struct figure *f, const struct axes *a)
{
    const double left = a->data.x;

    for (size_t k = 0; k < a->y.n; k++) {
        const double y = axes_y(a, a->y.at[k] + a->shift);
        if (!is_inside(y, a->data.y, a->data.h))
            continue;
        line(f, left - TICK, y, left, y);
        cairo_stroke(f->cr);
        figure_label(f, &(struct label){ .text = a->y.text[k],
                                         .x = left - TICK - 2.0,
                                         .y = y + 0.36 * NUMBER_SIZE,
                                         .size = NUMBER_SIZE,
                                         .anchor = 1.0 });
    }
    figure_label(f, &(struct label){ .text = a->text->y_label,
                                     .x = left - TICK - 2.0 - ticks_width(f, &a->y) - GAP - 1.0,
                                     .y = a->data.y + a->data.h / 2,
                                     .size = NAME_SIZE,
                                     .anchor = 0.5,
                                     .room = a->data.h,
                                     .is_upright = true });
}

static void draw_frame(struct figure *f, double x, double y, double w, double h)
{
    cairo_rectangle(f->cr, x, y, w, h);
    figure_color(f, LINE_RGB);
    cairo_set_line_width(f->cr, 0.6);
    cairo_stroke(f->cr);
}

static void draw_bar(struct figure *f, const struct axes *a)
{
    enum { STEPS = 256 };
    const struct color_bar *const bar = a->bar;
    const double x = a->data.x + a->data.w + a->strip + 10.0;
    const double right = x + BAR_WIDTH;
    const bool is_range = range_ok(bar->lo, bar->hi);
    const double lo = is_range || !bar->diverging ? bar->lo : bar->lo - 1.0;
    const double hi = is_range ? bar->hi : bar->lo + 1.0;
    uint32_t steps[STEPS];

    for (size_t i = 0; i < STEPS; i++)
        steps[i] = bar->points ? palette_point_map(1.0 - ((double)i + 0.5) / STEPS)
                               : palette_paper_map(1.0 - ((double)i + 0.5) / STEPS, bar->diverging);
    figure_image(f, steps, STEPS, 1, &(struct box){ x, a->data.y, BAR_WIDTH, a->data.h });
    draw_frame(f, x, a->data.y, BAR_WIDTH, a->data.h);
    for (size_t k = 0; k < a->bar_ticks.n; k++) {
        const double y = a->data.y + (1.0 - part(a->bar_ticks.at[k], lo, hi)) * a->data.h;
        line(f, right, y, right + TICK, y);
        cairo_stroke(f->cr);
        figure_label(f, &(struct label){ .text = a->bar_ticks.text[k],
                                         .x = right + TICK + 2.0,
                                         .y = y + 0.36 * NUMBER_SIZE,
                                         .size = NUMBER_SIZE });
    }
    figure_label(f, &(struct label){ .text = bar->label,
                                     .x = right + TICK + 2.0 + ticks_width(f, &a->bar_ticks) + GAP +
                                          0.8 * NAME_SIZE,
                                     .y = a->data.y + a->data.h / 2,
                                     .size = NAME_SIZE,
                                     .anchor = 0.5,
                                     .room = a->data.h,
                                     .is_upright = true });
}

/* Draws the names of the two groups, each above its part. */
static void draw_names(struct figure *f, const struct axes *a)
{
    const struct box *const d = &a->data;
    const double border = fmin(fmax(axes_x(a, a->split_x), d->x), d->x + d->w);

    for (size_t k = 0; k < 2; k++) {
        const double from = k == 0 ? d->x : border;
        const double to = k == 0 ? border : d->x + d->w;
        figure_label(f, &(struct label){
                            .text = a->names[k],
                            .x = (from + to) / 2,
                            .y = d->y - 4.0,
                            .size = NAME_SIZE,
                            .anchor = 0.5,
                            .room = fmax(to - from - 4.0, 1.0),
                            .is_bold = true,
                            .rgb = palette_paper_rgb(k == 0 ? INK_GROUP_A : INK_GROUP_B) });
    }
}

static double rule_label_width(struct figure *f, const struct plot_rule *r)
{
    return r->label != NULL ? figure_label_width(f, r->label, NUMBER_SIZE) + 6.0 : 0.0;
}

/* In which line below the top the label of a vertical rule is: each earlier one that it would touch
 * takes one. */
static size_t label_level(struct figure *f, const struct axes *a, size_t rule)
{
    const double at = axes_x(a, a->rules[rule].at);
    size_t level = 0;

    for (size_t k = 0; k < rule; k++) {
        const double other = axes_x(a, a->rules[k].at);
        const struct plot_rule *const left = &a->rules[other < at ? k : rule];
        level += !a->rules[k].across && fabs(other - at) < rule_label_width(f, left);
    }
    return level;
}

/* Above the right end of a horizontal line; next to the top of a vertical one. */
static void draw_rule_labels(struct figure *f, const struct axes *a)
{
    const struct box *const d = &a->data;

    for (size_t k = 0; k < a->n_rules; k++) {
        const struct plot_rule *const r = &a->rules[k];
        const double at = r->across ? axes_y(a, r->at) : axes_x(a, r->at);
        if (!is_inside(at, r->across ? d->y : d->x, r->across ? d->h : d->w))
            continue;
        const double below = d->y + (double)label_level(f, a, k) * (NUMBER_SIZE + 3.0);
        figure_label(f, &(struct label){ .text = r->label,
                                         .x = r->across ? d->x + d->w - 4.0 : at + 3.0,
                                         .y = r->across ? fmax(at - 3.0, d->y + NUMBER_SIZE)
                                                        : below + NUMBER_SIZE + 2.0,
                                         .size = NUMBER_SIZE,
                                         .anchor = r->across ? 1.0 : 0.0,
                                         .room = d->w / 2,
                                         .rgb = palette_paper_rgb(r->ink) });
    }
}

static void draw_title(struct figure *f, double middle, const char *title)
{
    figure_label(f, &(struct label){ .text = title,
                                     .x = middle,
                                     .y = MARGIN + TITLE_SIZE - 1.0,
                                     .size = TITLE_SIZE,
                                     .anchor = 0.5,
                                     .room = 2 * fmin(middle, FIGURE_WIDTH - middle) - 8.0,
                                     .is_bold = true });
}

void axes_draw(struct figure *f, const struct axes *a)
{
    const double all = a->data.w + bar_room(f, a);
    const double middle = a->data.x + all / 2;

    draw_frame(f, a->data.x, a->data.y, a->data.w, a->data.h);
    draw_x(f, a);
    draw_y(f, a);
    if (a->bar != NULL && a->bar->shown)
        draw_bar(f, a);
    if (has_names(a))
        draw_names(f, a);
    draw_rule_labels(f, a);
    legend_rows(f, a, title_bottom(a) + NUMBER_SIZE - 1.0, true);
    draw_title(f, middle, a->text->title);
}

static void draw_words(struct figure *f, double x, double y, const char *words)
{
    figure_label(f, &(struct label){ .text = words,
                                     .x = x,
                                     .y = y,
                                     .size = NAME_SIZE,
                                     .anchor = 0.5,
                                     .room = FIGURE_WIDTH - 2 * MARGIN,
                                     .rgb = WORDS_RGB });
}

void axes_words(struct figure *f, const struct axes *a, const char *words)
{
    draw_words(f, a->data.x + a->data.w / 2, a->data.y + a->data.h / 2, words);
}

void figure_words(const struct plot_target *target, const char *title, const char *words)
{
    draw_title(target->figure, FIGURE_WIDTH / 2, title);
    draw_words(target->figure, FIGURE_WIDTH / 2, FIGURE_HEIGHT / 2, words);
}
