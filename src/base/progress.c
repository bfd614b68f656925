#include "config.h"
#include "base/progress.h"

bool progress_tick(const struct progress *p, size_t done, size_t total)
{
    return p == NULL || p->tick == NULL || p->tick(p->context, done, total);
}
