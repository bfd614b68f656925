/* What the clusters of the picture are made of. */
#ifndef CT_PIPELINE_ANSWER_PICTURE_H
#define CT_PIPELINE_ANSWER_PICTURE_H

#include "num/null/profiles.h"
#include "pipeline/stage_answer.h"

/* Fills share_size, share_mean, ari_sign and silhouette_context of *r, NaN for fewer than two
 * clusters. selected [r->n_selected]: the significant neurons among the profiles. OpenBLAS must be
 * loaded. CT_ENOMEM. */
enum ct_status answer_picture(const struct analysis *a, const struct profiles *p,
                              const size_t *selected, struct answer_result *r,
                              struct ct_error *err);

#endif
