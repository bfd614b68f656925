#include "config.h"
#include "report/account.h"

#include <stdio.h>

json_t *number_or_null(double x)
{
    json_t *const value = json_real(x); /* NULL for NaN and infinities */

    return value != NULL ? value : json_null();
}

static void set(json_t *object, const struct cluster_method *method, const char *what,
                json_t *value)
{
    char name[60];

    snprintf(name, sizeof name, "%s_%s", method->name, what);
    json_object_set_new(object, name, value);
}

void describe_clusters(json_t *object, const struct cluster_method *method, size_t n_clusters,
                       size_t n_noise)
{
    set(object, method, "clusters", json_integer((json_int_t)n_clusters));
    if (method->has_noise)
        set(object, method, "noise", json_integer((json_int_t)n_noise));
}

void describe_silhouette(json_t *object, const struct cluster_method *method, double silhouette)
{
    set(object, method, "silhouette", number_or_null(silhouette));
}
