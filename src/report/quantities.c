#include "config.h"
#include "report/quantities.h"

#include <math.h>

#include "pipeline/stage_extract.h"
#include "report/table.h"

struct quantity quantity(const char *name, double value)
{
    return (struct quantity){ name, value, NAN, NAN, NAN, NAN, NAN, 0 };
}

struct quantity quantity_against(const char *name, double value, const struct null_summary *s,
                                 size_t m)
{
    return (struct quantity){ name, value, s->low, s->high, s->mean, s->sd, s->pvalue, m };
}

/* The hook point, if there is one alone, and the name. */
static void put_name(struct csv_writer *w, const struct analysis *a, const char *name)
{
    put_hook(w, a);
    csv_put_text(w, name);
}

void put_quantity(struct csv_writer *w, const struct analysis *a, const struct quantity *q)
{
    put_name(w, a, q->name);
    put_if_any(w, q->value);
    put_if_any(w, q->low);
    put_if_any(w, q->high);
    put_if_any(w, q->null_mean);
    put_if_any(w, q->null_sd);
    put_if_any(w, q->p);
    if (q->m > 0)
        csv_put_size(w, q->m);
    else
        csv_put_text(w, "");
    csv_end_row(w);
}

void put_text_quantity(struct csv_writer *w, const struct analysis *a, const char *name,
                       const char *text)
{
    enum { EMPTY = 6 }; /* low .. m */

    put_name(w, a, name);
    csv_put_text(w, text);
    for (size_t i = 0; i < EMPTY; i++)
        csv_put_text(w, "");
    csv_end_row(w);
}
