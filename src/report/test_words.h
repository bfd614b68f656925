/* The line of the report that describes the test. */
#ifndef CT_REPORT_TEST_WORDS_H
#define CT_REPORT_TEST_WORDS_H

#include "pipeline/analysis.h"
#include "report/page.h"

/* Starts the block `t-test`: `Student's, him minus her, 106 degrees of freedom`. */
void report_test(const struct analysis *a, struct page *page);

#endif
