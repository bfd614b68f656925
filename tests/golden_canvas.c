#include "config.h"
#include "golden_canvas.h"
#include "support.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static int ink_sign(ink i)
{
    static const char roles[] = ".dTf!gwbABn";

    if (i >= INK_SEQUENTIAL && i < INK_MAPS_END)
        return '0' + (i - INK_SEQUENTIAL) % INK_STEPS * 10 / INK_STEPS;
    if (i >= INK_CLUSTER_0 && i < INK_CLUSTER_0 + INK_N_CLUSTERS)
        return 'a' + (i - INK_CLUSTER_0);
    return i < sizeof roles - 1 ? roles[i] : '?';
}

/* Writes rows without trailing blanks (or, in a map, defaults). */
static void add_rows(FILE *out, const struct canvas *c, char layer)
{
    for (size_t i = 0; i < c->rows; i++) {
        const struct cell *const row = c->cells + i * c->cols;
        size_t cols = c->cols;
        while (cols > 0 && (layer == 'c'   ? row[cols - 1].ch == ' '
                            : layer == 'f' ? row[cols - 1].fg == INK_DEFAULT
                                           : row[cols - 1].bg == INK_DEFAULT))
            cols--;
        for (size_t j = 0; j < cols; j++) {
            char bytes[4];
            if (layer != 'c')
                fputc(row[j].ch == ' ' && row[j].bg == INK_DEFAULT
                          ? ' '
                          : ink_sign(layer == 'f' ? row[j].fg : row[j].bg),
                      out);
            else if (row[j].ch != 0)
                fwrite(bytes, 1, utf8_put(row[j].ch, bytes), out);
        }
        fputc('\n', out);
    }
}

void golden_add(struct golden *g, const char *heading, const struct canvas *c)
{
    bool backgrounds = false;

    if (g->stream == NULL)
        g->stream = open_memstream(&g->text, &g->size);
    ck_assert_ptr_nonnull(g->stream);
    fprintf(g->stream, "== %s, %zu x %zu, %s%s\n", heading, c->cols, c->rows,
            c->ascii ? "ASCII" : "UTF-8", c->color ? ", colour" : "");
    add_rows(g->stream, c, 'c');
    if (!c->color)
        return;
    for (size_t i = 0; i < c->rows * c->cols; i++)
        backgrounds = backgrounds || c->cells[i].bg != INK_DEFAULT;
    fprintf(g->stream, "-- foreground\n");
    add_rows(g->stream, c, 'f');
    if (backgrounds) {
        fprintf(g->stream, "-- background\n");
        add_rows(g->stream, c, 'b');
    }
}

static char *read_file(const char *path)
{
    FILE *const in = fopen(path, "rb");
    char *text = NULL;
    size_t size = 0;

    if (in == NULL)
        ck_abort_msg("%s is not there; UPDATE_GOLDEN=1 writes it", path);
    FILE *const out = open_memstream(&text, &size);
    for (int ch; (ch = getc(in)) != EOF;)
        fputc(ch, out);
    fclose(out);
    fclose(in);
    return text;
}

/* Steps over decimals that are as long and the same but for rounding: of six digits, the last one
 * differs by one between kernels of the forward pass. Whole numbers must be equal. */
static bool step_over_number(const char **a, const char **b)
{
    static const double rounding = 1e-5;
    char *end_a = NULL;
    char *end_b = NULL;

    if (strchr("-0123456789", **a) == NULL || **a == '\0' || **b == '\0')
        return false;
    const double x = strtod(*a, &end_a);
    const double y = strtod(*b, &end_b);
    if (end_a == *a || memchr(*a, '.', (size_t)(end_a - *a)) == NULL || end_a - *a != end_b - *b ||
        fabs(x - y) > rounding * fabs(y))
        return false;
    *a = end_a;
    *b = end_b;
    return true;
}

void golden_compare(struct golden *g, const char *name)
{
    const char *const dir = getenv("GOLDEN_DIR");
    char path[4096];
    int line = 1;

    fclose(g->stream);
    snprintf(path, sizeof path, "%s/%s", dir != NULL ? dir : "tests/golden", name);
    if (getenv("UPDATE_GOLDEN") != NULL) {
        FILE *const out = fopen(path, "wb");
        ck_assert_ptr_nonnull(out);
        fputs(g->text, out);
        ck_assert_int_eq(fclose(out), 0);
    }
    char *const want = read_file(path);
    const char *a = g->text, *b = want;
    while (*a != '\0') {
        if (step_over_number(&a, &b))
            continue;
        if (*a != *b)
            break;
        line += *a == '\n';
        a++;
        b++;
    }
    if (*a != *b) {
        while (a > g->text && a[-1] != '\n')
            a--;
        while (b > want && b[-1] != '\n')
            b--;
        ck_abort_msg("%s:%d:\n got  %.*s\n want %.*s", name, line, (int)strcspn(a, "\n"), a,
                     (int)strcspn(b, "\n"), b);
    }
    free(want);
    free(g->text);
    *g = (struct golden){ .text = NULL };
}
