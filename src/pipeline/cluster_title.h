/*
 * Names that people give to clusters, from the parameter --cluster-name: items separated by blanks,
 *
 *     dbscan:h.3.mlp.c_fc:74=pronouns
 *
 * names the cluster of a method that has this neuron, whatever its number: other parameters number
 * clusters anew. Of several names of a cluster, the last counts.
 */
#ifndef CT_PIPELINE_CLUSTER_TITLE_H
#define CT_PIPELINE_CLUSTER_TITLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/analysis.h"
#include "pipeline/clustering.h"

enum { CLUSTER_TITLE_SIZE = 25 }; /* bytes of a name and its end */

/* Whether text is as above; empty: no names. */
bool cluster_titles_are(const char *text);

/* Whether it can be a name: up to 24 bytes of UTF-8, no blanks, controls, = or quotes. */
bool cluster_title_is(const char *name);

/* Whether there are names at all. */
bool cluster_titles_exist(const struct analysis *a);

/* The name of a cluster of the analysis; without one, empty. Clusters, t-test and extraction have
 * results. */
void cluster_title(const struct analysis *a, const struct clustering *c, int32_t label,
                   char out[CLUSTER_TITLE_SIZE]);

/* `4`, or with a name `4 pronouns`. */
enum { CLUSTER_NUMBER_SIZE = CLUSTER_TITLE_SIZE + 12 };
void cluster_number(const struct analysis *a, const struct clustering *c, int32_t label,
                    char out[CLUSTER_NUMBER_SIZE]);

/* Makes *list, which is replaced, the names of the analysis with another one for this cluster,
 * after its strongest neuron; an empty name removes it. CT_EINVAL (not a name), CT_ENOMEM: it is
 * untouched. */
enum ct_status cluster_title_set(const struct analysis *a, const struct clustering *c,
                                 int32_t label, const char *name, char **list,
                                 struct ct_error *err);

#endif
