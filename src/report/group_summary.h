/* group_summary.csv: the groups of the answer, and the clusters of the picture. */
#ifndef CT_REPORT_GROUP_SUMMARY_H
#define CT_REPORT_GROUP_SUMMARY_H

#include "io/csv_writer.h"
#include "pipeline/analysis.h"

void write_group_summary(const struct analysis *a, struct csv_writer *w);

/* As it was without the columns of the effect. */
void write_group_summary_before_effects(const struct analysis *a, struct csv_writer *w);

#endif
