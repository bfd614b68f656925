#include "config.h"
#include "mpi/words.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

enum { FIRST = 0, TAG = 1, HOST_SIZE = 64, TEXT_SIZE = 1024 };

struct word {
    int kind;
    unsigned long long n_done, n;
    char host[HOST_SIZE];
    char text[TEXT_SIZE];
};

struct heard { /* of one process */
    enum word_kind kind;
    size_t n_done, n;
    double at; /* seconds, of its last word */
};

struct words {
    int rank, n_ranks;
    struct word sent;    /* until request is complete */
    MPI_Request request; /* MPI_REQUEST_NULL: none */
    double last;         /* seconds, of the last word sent */
    double silence;      /* seconds without a word after which a process counts as lost */
    struct heard *heard; /* [n_ranks] on the first process */
};

static double find_silence(void)
{
    const char *const text = getenv("CIRCUITTUI_SILENCE");
    char *end = NULL;
    const unsigned long seconds = text != NULL ? strtoul(text, &end, 10) : 0;

    return seconds > 0 && *end == '\0' ? (double)seconds : SILENCE;
}

struct words *words_new(int rank, int n_ranks)
{
    struct words *const w = calloc(1, sizeof *w);

    if (w == NULL)
        return NULL;
    w->silence = find_silence();
    w->rank = rank;
    w->n_ranks = n_ranks;
    w->request = MPI_REQUEST_NULL;
    w->heard = ct_calloc_array((size_t)n_ranks, sizeof *w->heard);
    if (w->heard == NULL) {
        free(w);
        return NULL;
    }
    for (int r = 0; r < n_ranks; r++)
        w->heard[r].at = clock_seconds();
    return w;
}

void words_free(struct words *w)
{
    if (w == NULL)
        return;
    if (w->request != MPI_REQUEST_NULL)
        MPI_Wait(&w->request, MPI_STATUS_IGNORE);
    free(w->heard);
    free(w);
}

static void note(struct words *w, int rank, enum word_kind kind, size_t n_done, size_t n)
{
    w->heard[rank] = (struct heard){ kind, n_done, n, clock_seconds() };
}

void words_say(struct words *w, enum word_kind kind, size_t n_done, size_t n, const char *text)
{
    const double now = clock_seconds();
    int is_sent = 1;
    int length;
    char host[MPI_MAX_PROCESSOR_NAME];

    if (w->rank == FIRST) {
        note(w, FIRST, kind, n_done, n);
        return;
    }
    if (kind == WORD_AT_WORK && now - w->last < 1.0)
        return;
    if (kind != WORD_AT_WORK)
        MPI_Wait(&w->request, MPI_STATUS_IGNORE);
    else
        MPI_Test(&w->request, &is_sent, MPI_STATUS_IGNORE);
    if (!is_sent)
        return;
    MPI_Get_processor_name(host, &length);
    w->last = now;
    w->sent = (struct word){ .kind = (int)kind, .n_done = n_done, .n = n };
    snprintf(w->sent.host, sizeof w->sent.host, "%.*s", HOST_SIZE - 1, host);
    snprintf(w->sent.text, sizeof w->sent.text, "%s", text);
    MPI_Isend(&w->sent, (int)sizeof w->sent, MPI_BYTE, FIRST, TAG, MPI_COMM_WORLD, &w->request);
}

void words_go_on(struct words *w)
{
    int flag;

    MPI_Test(&w->request, &flag, MPI_STATUS_IGNORE);
    MPI_Iprobe(MPI_ANY_SOURCE, TAG, MPI_COMM_WORLD, &flag, MPI_STATUS_IGNORE);
}

static enum ct_status take_word(struct words *w, struct ct_error *err)
{
    struct word word;
    MPI_Status from;

    MPI_Recv(&word, (int)sizeof word, MPI_BYTE, MPI_ANY_SOURCE, TAG, MPI_COMM_WORLD, &from);
    word.host[HOST_SIZE - 1] = word.text[TEXT_SIZE - 1] = '\0';
    note(w, from.MPI_SOURCE, (enum word_kind)word.kind, (size_t)word.n_done, (size_t)word.n);
    if (word.kind == WORD_FAILED)
        return ct_fail(err, CT_EIO, "rank %d on %s: %s", from.MPI_SOURCE, word.host, word.text);
    return CT_OK;
}

enum ct_status words_hear(struct words *w, size_t *n_done, size_t *n, bool *all_done,
                          struct ct_error *err)
{
    const double now = clock_seconds();
    enum ct_status status = CT_OK;
    int is_there = 1;

    while (status == CT_OK && is_there) {
        MPI_Iprobe(MPI_ANY_SOURCE, TAG, MPI_COMM_WORLD, &is_there, MPI_STATUS_IGNORE);
        if (is_there)
            status = take_word(w, err);
    }
    *n_done = *n = 0;
    *all_done = true;
    for (int r = 0; status == CT_OK && r < w->n_ranks; r++) {
        *n_done += w->heard[r].n_done;
        *n += w->heard[r].n;
        *all_done = *all_done && w->heard[r].kind == WORD_DONE;
        if (w->heard[r].kind == WORD_AT_WORK && r != FIRST && now - w->heard[r].at > w->silence)
            status = ct_fail(err, CT_EIO,
                             "rank %d: no word for %.0f s; see whether its machine is there, the "
                             "same command goes on",
                             r, w->silence);
    }
    return status;
}
