#include "config.h"
#include "tui/queue.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

extern char **environ;

enum { SECONDS_BETWEEN = 5 };

/* The jobs of plan's scripts. 0: it runs, and its output comes from fd. */
static int start(pid_t *process, int fd)
{
    char program[] = "squeue", bare[] = "--noheader", name[] = "--name=circuittui";
    char format[] = "--format=%i %T %M %R", user[24];
    char *const words[] = { program, bare, name, user, format, NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;

    snprintf(user, sizeof user, "--user=%u", (unsigned)getuid());
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    const int failed = posix_spawnp(process, program, &actions, &attributes, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failed;
}

static void ask(struct queue *q)
{
    int ends[2];

    q->asked = clock_seconds();
    if (pipe2(ends, O_CLOEXEC) != 0)
        return;
    const int failed = start(&q->process, ends[1]);
    close(ends[1]);
    q->is_missing = failed == ENOENT;
    q->is_asking = failed == 0;
    q->from = ends[0];
    q->n_coming = 0;
    if (failed != 0 || fcntl(q->from, F_SETFL, O_NONBLOCK) != 0)
        close(q->from);
}

/* Whether the answer is complete. */
static bool take(struct queue *q)
{
    char rest[256];
    ssize_t n;

    do {
        const size_t room = sizeof q->coming - 1 - q->n_coming;
        n = room > 0 ? read(q->from, q->coming + q->n_coming, room)
                     : read(q->from, rest, sizeof rest);
        if (n > 0 && room > 0)
            q->n_coming += (size_t)n;
    } while (n > 0 || (n < 0 && errno == EINTR));
    return n == 0 || errno != EAGAIN;
}

static void finish(struct queue *q)
{
    close(q->from);
    while (waitpid(q->process, NULL, 0) < 0 && errno == EINTR)
        ;
    q->is_asking = false;
}

void queue_follow(struct queue *queue)
{
    if (queue->is_asking && take(queue)) {
        finish(queue);
        queue->has_asked = true;
        queue->coming[queue->n_coming] = '\0';
        memcpy(queue->text, queue->coming, queue->n_coming + 1);
    }
    if (!queue->is_asking && !queue->is_missing &&
        (!queue->has_asked || clock_seconds() - queue->asked >= SECONDS_BETWEEN))
        ask(queue);
}

void queue_clear(struct queue *queue)
{
    if (!queue->is_asking)
        return;
    (void)kill(queue->process, SIGKILL);
    finish(queue);
}
