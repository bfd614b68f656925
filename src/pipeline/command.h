/* The commands of the program, and sets of them: a parameter lists the commands that take it. */
#ifndef CT_PIPELINE_COMMAND_H
#define CT_PIPELINE_COMMAND_H

enum command {
    COMMAND_NONE, /* the user interface */
    COMMAND_RUN,
    COMMAND_RERUN,
    COMMAND_MERGE,
    COMMAND_PLAN,
    COMMAND_WATCH,
    COMMAND_TTEST,
    COMMAND_TSNE,
    COMMAND_DBSCAN,
    COMMAND_KMEANS,
    COMMAND_COSINE,
    COMMAND_HOOKS,
    COMMAND_TOKENIZE,
    COMMAND_MODELS,
    COMMAND_FETCH,
    COMMAND_CONFIG,
    COMMAND_SESSIONS,
    N_COMMANDS
};

enum { /* bits 1 << COMMAND_* */
       FOR_UI = 1 << COMMAND_NONE,
       FOR_RUN = 1 << COMMAND_RUN,
       FOR_RERUN = 1 << COMMAND_RERUN,
       FOR_MERGE = 1 << COMMAND_MERGE,
       FOR_PLAN = 1 << COMMAND_PLAN,
       FOR_WATCH = 1 << COMMAND_WATCH,
       FOR_TTEST = 1 << COMMAND_TTEST,
       FOR_TSNE = 1 << COMMAND_TSNE,
       FOR_DBSCAN = 1 << COMMAND_DBSCAN,
       FOR_KMEANS = 1 << COMMAND_KMEANS,
       FOR_COSINE = 1 << COMMAND_COSINE,
       FOR_HOOKS = 1 << COMMAND_HOOKS,
       FOR_TOKENIZE = 1 << COMMAND_TOKENIZE,
       FOR_FETCH = 1 << COMMAND_FETCH,
       FOR_SESSIONS = 1 << COMMAND_SESSIONS,
       FOR_CHOICES = FOR_TSNE | FOR_COSINE, /* neurons chosen from a file */
       FOR_RUNS = FOR_RUN | FOR_RERUN,
       FOR_STEPS = FOR_CHOICES | FOR_TTEST | FOR_DBSCAN | FOR_KMEANS,
       FOR_ALL = ~0,
};

#endif
