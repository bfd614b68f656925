/*
 * The state of an analysis: parameters, the result of each stage, and which results no longer fit
 * the parameters. It knows nothing of screens; the command line runs the stages one after another,
 * and a user interface may compute one elsewhere and accept its result when it is there.
 */
#ifndef CT_PIPELINE_ANALYSIS_H
#define CT_PIPELINE_ANALYSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/spill.h"
#include "base/mat.h"
#include "base/status.h"
#include "io/activations.h"
#include "io/stimuli.h"
#include "model/extract.h"
#include "model/model.h"
#include "model/hooks.h"
#include "model/tokens/tokenizer.h"
#include "num/cluster/kmeans.h"
#include "num/linear/similarity.h"
#include "num/tsne/tsne.h"
#include "num/tests/ttest.h"
#include "pipeline/params.h"

enum stage_id {
    STAGE_LOAD,       /* model, tokenizer and sentences, or a file of activations */
    STAGE_HOOK,       /* the hook points that the names and globs stand for */
    STAGE_EXTRACT,    /* activations at the target of each sentence */
    STAGE_TTEST,      /* every neuron tested, the significant ones selected */
    STAGE_TSNE,       /* the significant neurons in the plane */
    STAGE_CLUSTER,    /* DBSCAN and k-means of the plane */
    STAGE_SIMILARITY, /* Gram matrix and cosines of the significant neurons */
    STAGE_LAYERS,     /* each hook point by itself, from the t-test to its clusters, in a row */
    N_STAGES
};

struct sentence {
    const char *text; /* [size] UTF-8, borrowed from the stimuli; NULL with an activations file */
    size_t size;
    size_t group;         /* index into group_names */
    struct token *tokens; /* [n_tokens], owned; NULL with an activations file */
    size_t n_tokens;
    size_t target_first; /* tokens of the target: target_first .. target */
    size_t target;       /* position whose activation is taken */
};

struct load_result {
    struct model *model;         /* NULL with an activations file */
    struct hash_ahead *hashes;   /* of the files of model; NULL: not asked for, or not to be had */
    struct tokenizer *tokenizer; /* NULL with an activations file */
    struct stimuli stimuli;
    struct activations activations; /* rows 0 without such a file */
    struct sentence *sentences;     /* [n_sentences] */
    size_t n_sentences;
    const char *const *group_names; /* [n_groups] in order of first appearance, borrowed */
    size_t n_groups;
    size_t *by_group;     /* [n_sentences] sentences group after group, in file order within one */
    size_t *group_starts; /* [n_groups + 1] where each group begins in by_group */
};

struct hook_result {
    struct hook_point *hooks; /* [n_hooks] in forward order */
    size_t n_hooks;
};

/* Columns of one hook point among the neurons. */
struct neuron_block {
    const char *hook; /* name, borrowed from the stage before */
    size_t first;     /* column of its first neuron */
    size_t n;
    const size_t *index; /* [n] number of each neuron in its hook point; NULL: 0 .. n - 1 */
    size_t layer;        /* number of the hook point among those that there are */
};

struct extract_result {
    struct matview X;            /* [n_sentences, n_neurons] */
    struct spill own;            /* what X looks at; empty: it is somebody else's */
    struct neuron_block *blocks; /* [n_blocks] in column order */
    size_t n_blocks;
    size_t n_layers;            /* different hook points, in order of their first column */
    struct extract_stats stats; /* zero with an activations file */
    double *neuron_means;       /* [n_neurons] over sentences; see ttest_alone */
    double *sentence_means;     /* [n_sentences] over neurons */
};

/* Above so many significant neurons the matrices are made only when asked for. */
enum { COSINE_BINS = 80 };

/* With more neurons gram.csv and cosine.csv are written only when params.matrices is set. */
enum { MATRICES_UNASKED = 5000 };

/* The two groups that are compared. */
struct contrast {
    size_t groups[2];      /* a and b: indices into group_names */
    const size_t *rows[2]; /* [n_rows[g]] sentences of a and of b, borrowed from what was loaded */
    size_t n_rows[2];
    bool are_pairs;  /* the n-th of a and the n-th of b differ in the target alone */
    size_t n_unique; /* different sentences up to their target, of both groups */
    size_t twin[2];  /* two sentences that are the same up to the target, if any */
};

struct ttest_stage {
    struct contrast contrast;
    struct ttest_result *neurons; /* [n_neurons] */
    double *p_adjusted;           /* [n_neurons] */
    bool *is_significant;         /* [n_neurons] */
    double p_threshold;           /* the bound that p was held against */
    double t_critical;       /* |t| at that bound; NaN when df differ between neurons (Welch) */
    size_t n_neurons, n_nan; /* n_nan: neurons without a p-value */
    size_t *significant;     /* [n_significant] columns, ascending */
    size_t n_significant;
    struct mat selected; /* [n_significant, n_a + n_b]: sentences in file order; see ttest_alone */
    struct spill own;    /* what selected looks at */
    double *norms;       /* [n_significant] lengths of the rows of selected */
};

enum { KL_INTERVAL = 50 };

struct tsne_stage {
    double perplexity;         /* that was used; 0: fewer than two neurons, nothing to embed */
    struct tsne_result result; /* embedding [n_significant, 2] */
    size_t max_iter;           /* of each descent; the iterations below go on over all of them */
    double *kl_iter;           /* [n_kl] every KL_INTERVAL iterations */
    double *kl;                /* [n_kl] KL divergence there */
    size_t n_kl;
};

struct cluster_row {
    size_t size;
    double mean_t;
    double mean_abs_t;
};

struct cluster_result {
    int32_t *dbscan; /* [n_significant] */
    size_t n_dbscan, n_noise;
    struct cluster_row *dbscan_rows; /* [n_dbscan] */
    double dbscan_silhouette;        /* without noise; NaN: fewer than two clusters */
    size_t k;                        /* neighbours that make a core point: min_samples - 1 */
    double *k_distance;              /* [n_k_distance] ascending, to the k-th neighbour */
    size_t n_k_distance;             /* n_significant; 0 where k is 0 or not below it */
    size_t n_clusters;               /* k that was used, at most n_significant */
    struct kmeans_result kmeans;
    struct cluster_row *kmeans_rows; /* [n_clusters] */
    double kmeans_silhouette;        /* NaN: as many clusters as neurons, or fewer than two */
};

struct similarity_result {
    size_t *by_dbscan; /* [n_significant] stable order by label */
    size_t *by_kmeans;
    uint64_t cosine_counts[COSINE_BINS];
    double cosine_edges[COSINE_BINS + 1];
    struct cosine_means means; /* by DBSCAN cluster */
};

/* What there is to say of one hook point as an analysis of its own. */
struct layer_row {
    const char *hook; /* borrowed from the extraction */
    size_t n_neurons, n_significant;
    size_t strongest;   /* the neuron whose |t| is largest, by its number in the hook point */
    double strongest_t; /* NaN: no neuron has a t */
    double perplexity;  /* NaN here and below: fewer than two significant neurons */
    double kl_divergence;
    size_t n_dbscan, n_noise, n_kmeans; /* clusters, and neurons in none of DBSCAN's */
    double dbscan_silhouette;           /* NaN: not defined, see cluster_result */
    double kmeans_silhouette;
};

struct layers_result {
    struct layer_row *rows; /* [n_rows] in order of their first column */
    size_t n_rows;
    struct contrast contrast;
};

struct analysis { /* zero-initialise, then analysis_init() to analysis_clear() */
    struct params params;
    const struct load_result *load; /* each NULL until its stage has run */
    const struct hook_result *hook;
    const struct extract_result *extract;
    const struct ttest_stage *ttest;
    const struct tsne_stage *tsne;
    const struct cluster_result *cluster;
    const struct similarity_result *similarity;
    const struct layers_result *layers;
    bool hash_ahead;          /* hash the model's files beside the stages, for a manifest */
    bool ttest_alone;         /* it is all: what plots and manifests need is left out */
    unsigned borrowed;        /* bits 1 << stage: results that belong to another analysis */
    uint64_t keys[N_STAGES];  /* of the results that are there */
    double seconds[N_STAGES]; /* that each took */
};

/* Who looks on: every member may be NULL. All are called from the thread that computes. */
struct analysis_watch {
    bool (*progress)(void *context, enum stage_id stage, size_t done, size_t total);
    enum tsne_answer (*tsne_tick)(void *context, size_t n_iter, size_t max_iter);
    void (*tsne_show)(void *context, size_t n_iter, double kl_divergence, const float *embedding,
                      size_t n_samples);
    /* A hook point of STAGE_LAYERS is clustered. *layer may be taken further by analysis_run(), and
     * is gone after the call. Not CT_OK: the stage ends with that. */
    enum ct_status (*layer)(void *context, struct analysis *layer, struct ct_error *err);
    void *context;
};

void analysis_init(struct analysis *a);
void analysis_clear(struct analysis *a);

/*
 * Begins the analysis of one hook point, 0 <= layer < whole->extract->n_layers: the same parameters
 * with that hook point alone, all up to the extraction in place. It borrows from whole, whose load
 * and extract must stay until analysis_clear(). CT_ENOMEM: nothing is to be cleared.
 */
enum ct_status analysis_init_layer(struct analysis *a, const struct analysis *whole, size_t layer,
                                   struct ct_error *err);

const char *stage_name(enum stage_id stage);

/* True when the stage has no result, one that other parameters gave, or files that were cut. */
bool analysis_is_stale(const struct analysis *a, enum stage_id stage);

/*
 * Computes one stage from the results of the stages before it, which must not be stale, and leaves
 * *a as it was. *result goes to analysis_accept() or analysis_discard(). The stages' own errors,
 * and those of analysis_check_inputs().
 */
enum ct_status analysis_compute(const struct analysis *a, enum stage_id stage,
                                const struct analysis_watch *watch, void **result,
                                struct ct_error *err);

/* CT_EIO when a file that was loaded, and is read where it lies, was made shorter since: what was
 * read from it is wrong, and STAGE_LOAD is stale. */
enum ct_status analysis_check_inputs(const struct analysis *a, struct ct_error *err);

/* The result of a stage, stale or not; NULL: none. */
const void *analysis_result(const struct analysis *a, enum stage_id stage);

/* What tells the results of a stage under these parameters apart from those under others. */
uint64_t analysis_key(const struct params *params, enum stage_id stage);

/* Takes over a result that was computed under parameters with that key; what hung on the old one is
 * dropped with it. */
void analysis_accept(struct analysis *a, enum stage_id stage, void *result, uint64_t key,
                     double seconds);
void analysis_discard(enum stage_id stage, void *result);

/* True when goal cannot be computed without the result of stage; also for itself. */
bool stage_is_needed(enum stage_id goal, enum stage_id stage);

/* Computes what is stale of last and of what it needs, in order. */
enum ct_status analysis_run(struct analysis *a, enum stage_id last,
                            const struct analysis_watch *watch, struct ct_error *err);

/* The groups compared by the t-test, or by those of the layers; NULL: there is none. */
const struct contrast *analysis_contrast(const struct analysis *a);

/* The hook point and the number in it of a column of the activations. */
const char *neuron_hook(const struct extract_result *extract, size_t column, size_t *index);

#endif
