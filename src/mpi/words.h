/*
 * What the processes of a run tell the first one: that they are at work, a few times a minute, that
 * they are done, or that they failed. Only point-to-point messages, which work with every MPI.
 */
#ifndef CT_MPI_WORDS_H
#define CT_MPI_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum word_kind { WORD_AT_WORK, WORD_DONE, WORD_FAILED };

/* Seconds without a word after which a process counts as lost, unless CIRCUITTUI_SILENCE says
 * otherwise. */
enum { SILENCE = 600 };

struct words; /* of one process */

/* NULL: out of memory. MPI is initialised. */
struct words *words_new(int rank, int n_ranks);
void words_free(struct words *w);

/* Tells the first process; `n_done` of `n` units. Of WORD_AT_WORK at most one a second is sent, and
 * none that would have to wait. The first process notes its own. */
void words_say(struct words *w, enum word_kind kind, size_t n_done, size_t n, const char *text);

/* Lets MPI send what has been said. */
void words_go_on(struct words *w);

/* On the first process: takes the words that have come, without waiting. CT_EIO: another has failed
 * or been silent for too long, the message says who; *n_done, *n: of all. */
enum ct_status words_hear(struct words *w, size_t *n_done, size_t *n, bool *all_done,
                          struct ct_error *err);

#endif
