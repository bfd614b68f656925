#include "config.h"
#include "base/progress.h"

static bool tick_part(void *context, size_t done, size_t total)
{
    enum { FINE = 1000 }; /* thousandths of a step */
    const struct progress_part *const part = context;
    const double share = total > 0 ? (double)done / (double)total : 0.0;

    return progress_tick(part->whole, FINE * part->first + (size_t)(share * FINE * (double)part->n),
                         FINE * part->n_steps);
}

struct progress progress_of_part(struct progress_part *part)
{
    return (struct progress){ tick_part, part };
}

bool progress_tick(const struct progress *p, size_t done, size_t total)
{
    return p == NULL || p->tick == NULL || p->tick(p->context, done, total);
}
