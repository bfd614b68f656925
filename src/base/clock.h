/* Time that only goes forward, whatever is done to the clock on the wall: for durations. */
#ifndef CT_BASE_CLOCK_H
#define CT_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_nanoseconds(void);
double clock_seconds(void);

#endif
