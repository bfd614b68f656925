#include "config.h"
#include "pipeline/expect.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "num/philox.h"

/* ---- this machine ---- */

static double speed = 1.0; /* of a thread, relative to the machine of the costs */

static double cpu_seconds(void)
{
    struct timespec t;

    return clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) == 0
               ? (double)t.tv_sec + 1e-9 * (double)t.tv_nsec
               : 0.0;
}

static void measure(void)
{
    enum { NORMALS = 1000, TIMES = 20 };
    static const double there = 3.25e-4;
    double normals[NORMALS];
    struct philox rng;

    philox_init(&rng, 0, STREAM_CLOUD, 0);
    philox_normals(&rng, NORMALS, normals); /* wakes the processor and its caches */
    const double begun = cpu_seconds();
    for (size_t i = 0; i < TIMES; i++)
        philox_normals(&rng, NORMALS, normals);
    const double here = cpu_seconds() - begun;
    if (here > 0.0)
        speed = there / here;
}

double expect_here(double seconds, int n_threads)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static const double of_more_threads = 0.9; /* what another thread adds */

    (void)pthread_once(&once, measure);
    return seconds / speed / (1.0 + of_more_threads * (n_threads - 1));
}

/* ---- costs ---- */

double cost_of_draw(double n, double s)
{
    return 2.5e-8 * n * s;
}

double cost_of_clumping(double k)
{
    return 1.2e-8 * k * k;
}

double cost_of_fit(double n, double s)
{
    return 6e-9 * n * s * s;
}

/* Below 256 neurons there are four descents. */
double cost_of_tsne(double k, double iterations)
{
    static const double few = 256;

    return 1.7e-7 * iterations * k * (k < few ? 3.0 : 1.0);
}

double cost_of_tree(double k, double s)
{
    return (5e-9 + 5e-11 * s) * k * k;
}

/* ---- words ---- */

struct duration duration_of(double seconds)
{
    struct duration d;

    if (seconds < 90.0)
        snprintf(d.text, sizeof d.text, "%.0f s",
                 seconds < 10.0 ? ceil(seconds) : 10.0 * ceil(seconds / 10.0));
    else if (seconds < 5400.0)
        snprintf(d.text, sizeof d.text, "%.0f minutes", ceil(seconds / 60.0));
    else
        snprintf(d.text, sizeof d.text, "%.0f hours", ceil(seconds / 3600.0));
    return d;
}
