#include "config.h"
#include "base/confine.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

static atomic_bool is_on;

bool confine_is_on(void)
{
    return atomic_load(&is_on);
}

#if defined(__linux__) && defined(SYS_landlock_create_ruleset) && defined(O_PATH)

/* As in <linux/landlock.h>, which older systems lack. */
struct ruleset {
    uint64_t handled_access_fs;
    uint64_t handled_access_net; /* since ABI 4 */
};

struct __attribute__((packed)) rule_beneath {
    uint64_t allowed_access;
    int32_t parent_fd;
};

enum {
    WRITE_FILE = 1 << 1,
    REMOVE_DIR = 1 << 4,
    REMOVE_FILE = 1 << 5,
    MAKE_CHAR = 1 << 6,
    MAKE_DIR = 1 << 7,
    MAKE_REG = 1 << 8,
    MAKE_SOCK = 1 << 9,
    MAKE_FIFO = 1 << 10,
    MAKE_BLOCK = 1 << 11,
    MAKE_SYM = 1 << 12,
    REFER = 1 << 13,    /* since ABI 2 */
    TRUNCATE = 1 << 14, /* since ABI 3 */
    BIND_TCP = 1 << 0,
    CONNECT_TCP = 1 << 1,
    ABI_VERSION = 1 << 0,
    PATH_BENEATH = 1,
};

static long abi(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, ABI_VERSION);
}

static void allow(int ruleset, int fd, uint64_t access)
{
    const struct rule_beneath rule = { access, fd };

    (void)syscall(SYS_landlock_add_rule, ruleset, PATH_BENEATH, &rule, 0);
}

static bool restrict_self(int ruleset)
{
    const bool is_done = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                         syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;

    close(ruleset);
    return is_done;
}

void confine_writes(const int *folders, size_t n)
{
    const long version = abi();
    uint64_t files = WRITE_FILE;
    uint64_t all = WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_CHAR | MAKE_DIR | MAKE_REG |
                   MAKE_SOCK | MAKE_FIFO | MAKE_BLOCK | MAKE_SYM;

    if (version < 1)
        return;
    all |= version >= 2 ? REFER : 0;
    all |= version >= 3 ? TRUNCATE : 0;
    files |= version >= 3 ? TRUNCATE : 0;
    const struct ruleset rules = { .handled_access_fs = all };
    const int ruleset =
        (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules.handled_access_fs, 0);
    if (ruleset < 0)
        return;
    for (size_t i = 0; i < n; i++) {
        allow(ruleset, folders[i],
              all & ~(uint64_t)(MAKE_CHAR | MAKE_SOCK | MAKE_FIFO | MAKE_BLOCK));
        /* A folder that was made for nothing is removed again: empty ones may be. */
        const int above = openat(folders[i], "..", O_PATH | O_CLOEXEC);
        if (above >= 0) {
            allow(ruleset, above, REMOVE_DIR);
            close(above);
        }
    }
    const int null = open("/dev/null", O_PATH | O_CLOEXEC);
    if (null >= 0) {
        allow(ruleset, null, files);
        close(null);
    }
    if (restrict_self(ruleset))
        atomic_store(&is_on, true);
}

void confine_network(void)
{
    const struct ruleset rules = { .handled_access_net = BIND_TCP | CONNECT_TCP };

    if (abi() < 4)
        return;
    const int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
    if (ruleset >= 0)
        (void)restrict_self(ruleset);
}

#else

void confine_writes(const int *folders, size_t n)
{
    (void)folders;
    (void)n;
}

void confine_network(void)
{
}

#endif
