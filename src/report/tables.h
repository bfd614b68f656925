/*
 * The result files, column for column as they are promised to scripts. Each appears whole or not at
 * all: tables in CSV with a header row, floats written so that they read back to the same value;
 * activations, picture and matrices also as .npy, activations also as safetensors.
 */
#ifndef CT_REPORT_TABLES_H
#define CT_REPORT_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "io/csv_writer.h"
#include "pipeline/analysis.h"
#include "report/table.h"
#include "report/written.h"

/* Reads `csv`, `npy`, `safetensors`, `both` (csv and npy), or several with commas between. False:
 * it is none of these. */
bool formats_parse(const char *text, unsigned *formats);

/* The same the other way round. */
enum { FORMATS_SIZE = 32 };
void formats_text(unsigned formats, char out[FORMATS_SIZE]);

enum { MAX_TABLES = 128 };

/* The i-th of all stages; NULL: there are no more. */
const struct table *table_at(size_t i);

/* The table of that name; NULL: none. */
const struct table *table_find(const char *file);

/* Writes one table to path ("-": standard output), whatever is there. Its stages must have run.
 * CT_EIO (also when activations that are read where they lie have been cut), CT_ENOMEM. */
enum ct_status table_write(const struct analysis *a, const struct table *table, const char *path,
                           struct ct_error *err);

/* What the file would hold, without writing it. Errors as table_write(). */
enum ct_status table_digest(const struct analysis *a, const struct table *table,
                            struct input_digest *digest, struct ct_error *err);

/* Whether tables_write() writes it: its stage has a result that fits the parameters, and it is one
 * of the formats (a set of enum result_format). */
bool table_is_written(const struct analysis *a, const struct table *table, unsigned formats);

/* Makes the folder when it is missing and takes its manifest away, since what that tells of will
 * not be there much longer. CT_EIO. */
enum ct_status tables_begin(const char *folder, struct ct_error *err);

/*
 * Writes into folder, which is made when it is missing, every table that table_is_written() with
 * formats, and adds them to *written. What is left of an analysis before is removed, so that the
 * folder holds one: the manifest first, the other tables last, and with an old layers.csv the
 * folders of its hook points, unless a has them too. CT_EIO; files that are finished by then stay,
 * the one at fault does not appear. CT_EINVAL: safetensors of columns that are not all of a hook.
 */
enum ct_status tables_write(const struct analysis *a, const char *folder, unsigned formats,
                            struct written *written, struct ct_error *err);

/* The same of one hook point, from the t-test on, into the folder of its name in folder. */
enum ct_status tables_write_layer(const struct analysis *a, const char *folder, unsigned formats,
                                  struct written *written, struct ct_error *err);

/* CT_EINVAL when folder holds a table or a manifest already. */
enum ct_status tables_check_absent(const char *folder, struct ct_error *err);

#endif
