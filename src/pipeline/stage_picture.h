/*
 * What the picture is made of, and whether to believe it: its clusters against what is known of the
 * neurons, neighbours that it keeps, and pictures that could have been. A part of the answer.
 */
#ifndef CT_PIPELINE_STAGE_PICTURE_H
#define CT_PIPELINE_STAGE_PICTURE_H

#include <stddef.h>

#include "num/cluster/faithful.h"
#include "pipeline/analysis.h"
#include "pipeline/pictures.h"

struct picture_result {
    /* Of the clusters by the first method, without noise; NaN if there are fewer than two. */
    double share_size;         /* eta^2 of the log of the neurons' length */
    double share_mean;         /* eta^2 of their means */
    double ari_sign;           /* agreement of the clusters and the sign of t */
    double silhouette_context; /* of the clusters among context profiles */

    struct faithfulness faithfulness; /* of the picture to the neurons as they were embedded */
    size_t n_nearest;                 /* neighbours that it is about */
    struct pictures pictures;
};

extern const struct stage stage_picture;

static inline const struct picture_result *picture_of(const struct analysis *a)
{
    return analysis_result(a, &stage_picture);
}

#endif
