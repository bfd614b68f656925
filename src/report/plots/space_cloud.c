#include "config.h"
#include "report/plots/space.h"

#include <math.h>
#include <stdio.h>

#include "pipeline/stage_tsne.h"
#include "pipeline/stage_ttest.h"
#include "report/plots/parts.h"
#include "report/plots/places.h"

/* Points that represent neurons: the t-SNE or the volcano plot. */

struct cloud {
    const struct ttest_stage *t;
    const struct mat *plane; /* NULL: the volcano plot */
    const struct analysis *a;
    double ceiling;        /* of the volcano plot */
    double x_unit, y_unit; /* scales that make both axes comparable */
    size_t n;
};

static size_t cloud_neuron(const struct cloud *cloud, size_t i)
{
    return cloud->plane == NULL ? i : cloud->t->significant[i];
}

static bool cloud_point(const struct cloud *cloud, size_t i, double *x, double *y)
{
    if (cloud->plane == NULL)
        return volcano_point(cloud->a, i, cloud->ceiling, x, y);
    *x = mat_row(cloud->plane, i)[0];
    *y = mat_row(cloud->plane, i)[1];
    return true;
}

static struct cloud cloud_make(const struct plot *plot, const struct analysis *a)
{
    struct cloud cloud = { .t = ttest_of(a), .a = a, .x_unit = 1.0, .y_unit = 1.0 };
    double widest = 0.0;
    double x;
    double y;

    if (plot->space == &space_plane) {
        cloud.plane = &tsne_of(a)->result.embedding;
        cloud.n = cloud.plane->rows;
        return cloud;
    }
    cloud.n = cloud.t->n_neurons;
    cloud.ceiling = volcano_ceiling(a);
    for (size_t i = 0; i < cloud.n; i++)
        if (cloud_point(&cloud, i, &x, &y))
            widest = fmax(widest, fabs(x));
    cloud.x_unit = widest > 0.0 ? widest : 1.0;
    cloud.y_unit = cloud.ceiling;
    return cloud;
}

static bool place_at(const struct plot *plot, const struct analysis *a, double x, double y,
                     struct pick *pick)
{
    const struct cloud cloud = cloud_make(plot, a);
    double nearest = INFINITY;
    double px;
    double py;

    for (size_t i = 0; i < cloud.n; i++) {
        if (!cloud_point(&cloud, i, &px, &py))
            continue;
        const double dx = (px - x) / cloud.x_unit;
        const double dy = (py - y) / cloud.y_unit;
        if (dx * dx + dy * dy < nearest) {
            nearest = dx * dx + dy * dy;
            pick->neuron = cloud_neuron(&cloud, i);
        }
    }
    pick->has_neuron = isfinite(nearest);
    return pick->has_neuron;
}

static bool place_in_plane(const struct plot *plot, const struct analysis *a,
                           const struct pick *pick, double *x, double *y)
{
    size_t k;

    (void)plot;
    if (!pick->has_neuron || !significant_place(a, pick->neuron, &k))
        return false;
    *x = mat_row(&tsne_of(a)->result.embedding, k)[0];
    *y = mat_row(&tsne_of(a)->result.embedding, k)[1];
    return true;
}

static bool place_in_volcano(const struct plot *plot, const struct analysis *a,
                             const struct pick *pick, double *x, double *y)
{
    (void)plot;
    return pick->has_neuron && volcano_point(a, pick->neuron, volcano_ceiling(a), x, y);
}

/* The nearest point whose direction is within 45 degrees of (dx, dy). */
static void move(const struct plot *plot, const struct analysis *a, int dx, int dy, bool y_down,
                 struct pick *pick)
{
    const struct cloud cloud = cloud_make(plot, a);
    double nearest = INFINITY;
    double x;
    double y;
    double px;
    double py;

    (void)y_down;
    if (!plot->space->place(plot, a, pick, &x, &y)) {
        place_at(plot, a, 0.0, 0.0, pick);
        return;
    }
    for (size_t i = 0; i < cloud.n; i++) {
        if (!cloud_point(&cloud, i, &px, &py))
            continue;
        const double right = (px - x) / cloud.x_unit;
        const double up = (py - y) / cloud.y_unit;
        const double along = dx * right + dy * up;
        const double across = dy * right + dx * up;
        const double distance = along * along + 2.0 * across * across; /* rather straight on */
        if (along > 0.0 && fabs(across) <= along && distance < nearest) {
            nearest = distance;
            pick->neuron = cloud_neuron(&cloud, i);
        }
    }
}

static void describe_in_plane(const struct plot *plot, const struct analysis *a,
                              const struct pick *pick, char *out, size_t size)
{
    char name[120];
    double x;
    double y;

    out[0] = '\0';
    if (!place_in_plane(plot, a, pick, &x, &y))
        return;
    name_neuron(a, pick->neuron, name, sizeof name);
    snprintf(out, size, "%s: (%.4g, %.4g), t %.4g", name, x, y,
             ttest_of(a)->neurons[pick->neuron].statistic);
}

static void describe_in_volcano(const struct plot *plot, const struct analysis *a,
                                const struct pick *pick, char *out, size_t size)
{
    char name[120];
    double x;
    double y;

    out[0] = '\0';
    if (!place_in_volcano(plot, a, pick, &x, &y))
        return;
    const struct ttest_result *const r = &ttest_of(a)->neurons[pick->neuron];
    name_neuron(a, pick->neuron, name, sizeof name);
    snprintf(out, size, "%s: difference %.4g, p %.3g", name, r->mean_a - r->mean_b, r->pvalue);
}

const struct plot_space space_plane = { .can_zoom = true,
                                        .shows_selection = true,
                                        .at = place_at,
                                        .place = place_in_plane,
                                        .move = move,
                                        .describe = describe_in_plane };
const struct plot_space space_volcano = { .can_zoom = true,
                                          .shows_selection = true,
                                          .at = place_at,
                                          .place = place_in_volcano,
                                          .move = move,
                                          .describe = describe_in_volcano };
