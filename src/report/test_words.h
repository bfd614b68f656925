/* The line of a report on which test it is. */
#ifndef CT_REPORT_TEST_WORDS_H
#define CT_REPORT_TEST_WORDS_H

#include "pipeline/analysis.h"
#include "report/page.h"

/* Begins the block `t-test`: `Student's, him minus her, 106 degrees of freedom`. */
void report_test(const struct analysis *a, struct page *page);

#endif
