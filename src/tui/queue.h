/* What Slurm says of the user's jobs, from its program squeue, without waiting for it. */
#ifndef CT_TUI_QUEUE_H
#define CT_TUI_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { QUEUE_SIZE = 4096 };

struct queue { /* zero-initialise; queue_clear() */
    bool has_asked, is_missing;
    bool is_asking; /* squeue runs as `process`, and writes to `from` */
    pid_t process;
    int from;
    double asked; /* seconds, when it was last started */
    char coming[QUEUE_SIZE];
    size_t n_coming;
    char text[QUEUE_SIZE]; /* lines of the last complete answer: job, state, time, nodes */
};

/* Takes what squeue has said, and asks again every few seconds. */
void queue_follow(struct queue *queue);

/* Ends a squeue that runs. */
void queue_clear(struct queue *queue);

#endif
