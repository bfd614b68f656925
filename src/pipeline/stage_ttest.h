/* A test of every neuron between the groups, and the selection of the significant ones. */
#ifndef CT_PIPELINE_STAGE_TTEST_H
#define CT_PIPELINE_STAGE_TTEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mat.h"
#include "base/spill.h"
#include "num/tests/multitest.h"
#include "num/tests/ttest.h"
#include "pipeline/analysis.h"

struct ttest_stage {
    struct ttest_result *neurons; /* [n_neurons] */
    double *p_adjusted;           /* [n_neurons] */
    bool *is_significant;         /* [n_neurons] */
    double p_threshold;           /* the bound p was compared with; by maxT the p of t_critical */
    double t_critical; /* |t| at that bound, NaN when df differs between neurons (Welch); by maxT
                          the bound itself */
    size_t n_neurons, n_nan; /* n_nan: neurons without a p-value */
    size_t n_rounding;       /* neurons that vary within the groups by rounding alone */
    size_t *significant;     /* [n_significant] columns, ascending */
    size_t n_significant;
    struct mat
        selected; /* [n_significant, n_a + n_b]: sentences in file order; absent with ttest_alone */
    struct spill own; /* storage of selected */
    double *norms;    /* [n_significant] lengths of the rows of selected */
};

extern const struct stage stage_ttest;

static inline const struct ttest_stage *ttest_of(const struct analysis *a)
{
    return analysis_result(a, &stage_ttest);
}

/* How neurons of other data (draws, part of the sentences) are selected by the same rule. By maxT:
 * those whose p is below the bound that it has here. */
struct test_rule {
    enum correction correction;
    double alpha;
};
struct test_rule ttest_rule(const struct analysis *a);

/* *index: where the column is in t->significant. False: it is not significant. */
bool ttest_significant_index(const struct ttest_stage *t, size_t column, size_t *index);

/* The neuron with the largest |t|; if there is no t, the first. */
size_t ttest_strongest(const struct ttest_stage *t);

/* Fills t->selected: the columns t->significant of a's activations in rows [n_rows]. CT_ENOMEM,
 * CT_EIO: too large for memory, or for the temporary file. */
enum ct_status ttest_select(const struct analysis *a, const size_t *rows, size_t n_rows,
                            struct ttest_stage *t, struct ct_error *err);

/* Bytes of n_selected neurons copied as points with n_sentences features. */
double ttest_selection_memory(size_t n_selected, size_t n_sentences);

#endif
