/* Replaces the other figure files in builds without cairo. */
#include "config.h"
#include "plot/figure.h"

#include <stddef.h>

enum ct_status figure_check(struct ct_error *err)
{
    return ct_fail(err, CT_EINVAL,
                   "--figures: this program was built without cairo; use --plot, or one built "
                   "with libcairo2-dev");
}

const char *figure_library(void)
{
    return NULL;
}

enum ct_status figure_new(enum figure_format format, struct figure **out, struct ct_error *err)
{
    (void)format;
    *out = NULL;
    return figure_check(err);
}

struct plot_target figure_target(struct figure *f)
{
    return (struct plot_target){ .figure = f };
}

enum ct_status figure_write(struct figure *f,
                            void (*write)(void *context, const void *data, size_t size),
                            void *context, struct ct_error *err)
{
    (void)f;
    (void)write;
    (void)context;
    return figure_check(err);
}

void figure_free(struct figure *f)
{
    (void)f;
}
