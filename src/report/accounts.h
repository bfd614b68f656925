/* The list of accounts. */
#ifndef CT_REPORT_ACCOUNTS_H
#define CT_REPORT_ACCOUNTS_H

#include "report/account.h"

/* In report order; ends with NULL. */
extern const struct account *const accounts[];

#endif
