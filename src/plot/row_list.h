/* A list beside a plot, such as of clusters: its legend, with numbers. */
#ifndef CT_PLOT_ROW_LIST_H
#define CT_PLOT_ROW_LIST_H

#include "plot/plot.h"

struct list_row {
    const char *text;
    ink ink;
    uint8_t marker;
    bool is_marked;
};

struct row_list { /* zero-initialise: none; borrows everything */
    const char *head;
    const struct list_row *rows; /* [n] */
    size_t n;
};

/* The columns of the list with the space before it; 0: none, or too little room for it and a plot
 * in area. */
size_t row_list_cols(const struct row_list *list, const struct canvas *c, struct rect area);

/* Draws as many rows as fit area; the last one says how many are missing. */
void row_list_draw(struct canvas *c, struct rect area, const struct row_list *list);

#endif
