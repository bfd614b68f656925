#include "config.h"
#include "report/table.h"

#include <math.h>

#include "pipeline/stage_extract.h"

void put_hook(struct csv_writer *w, const struct analysis *a)
{
    csv_put_text(w, extract_of(a)->n_layers == 1 ? extract_of(a)->blocks[0].hook : "");
}

void put_neuron(struct csv_writer *w, const struct analysis *a, size_t column)
{
    size_t index;

    csv_put_text(w, neuron_hook(extract_of(a), column, &index));
    csv_put_size(w, index);
}

void put_id(struct csv_writer *w, const struct analysis *a, size_t column)
{
    size_t index;
    const char *const hook = neuron_hook(extract_of(a), column, &index);

    csv_put_id(w, hook, index);
}

void put_if_any(struct csv_writer *w, double x)
{
    if (isnan(x))
        csv_put_text(w, "");
    else
        csv_put_f64(w, x);
}
