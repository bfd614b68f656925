/* A monotonic clock, for durations. */
#ifndef CT_BASE_CLOCK_H
#define CT_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_nanoseconds(void);
double clock_seconds(void);

#endif
