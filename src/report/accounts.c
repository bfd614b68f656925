#include "config.h"
#include "report/accounts.h"

/* One row per stage. */
#define ACCOUNTS(X)                                                                                \
    X(load)                                                                                        \
    X(contrast)                                                                                    \
    X(extract)                                                                                     \
    X(ttest)                                                                                       \
    X(space)                                                                                       \
    X(tsne)                                                                                        \
    X(cluster)                                                                                     \
    X(similarity)                                                                                  \
    X(answer)                                                                                      \
    X(shuffled)                                                                                    \
    X(halves)                                                                                      \
    X(picture)                                                                                     \
    X(effect)                                                                                      \
    X(map)                                                                                         \
    X(lens)                                                                                        \
    X(direct)                                                                                      \
    X(layers)

#define DECLARE(name) extern const struct account account_##name;
#define LIST(name)    &account_##name,

ACCOUNTS(DECLARE)

const struct account *const accounts[] = { ACCOUNTS(LIST) NULL };
