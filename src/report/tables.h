/*
 * The result files; their columns are a stable interface for scripts. Each is written atomically:
 * tables in CSV with a header row, floats written so that they round-trip; activations, embedding
 * and matrices also as .npy, activations also as safetensors.
 */
#ifndef CT_REPORT_TABLES_H
#define CT_REPORT_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "io/csv_writer.h"
#include "io/outfolder.h"
#include "pipeline/analysis.h"
#include "report/table.h"
#include "report/written.h"

/* Parses `csv`, `npy`, `safetensors`, `both` (csv and npy), or several separated by commas. False:
 * invalid. */
bool formats_parse(const char *text, unsigned *formats);

/* Formats such a set as text. */
enum { FORMATS_SIZE = 32 };
void formats_text(unsigned formats, char out[FORMATS_SIZE]);

enum { MAX_TABLES = 128 };

/* The i-th table of all stages; NULL: no more. */
const struct table *table_at(size_t i);

/* The table of that name; NULL: none. */
const struct table *table_find(const char *file);

/* The i-th form that the table had before columns were appended to it; NULL: no more. */
const struct table *table_earlier(const struct table *table, size_t i);

/* Writes one table to path ("-": standard output), replacing an existing file. Its stages must have
 * run. CT_EIO (also when mapped activations have been truncated), CT_ENOMEM. */
enum ct_status table_write(const struct analysis *a, const struct table *table, const char *path,
                           struct ct_error *err);

/* Digest of what table_write() would write, without writing. Errors as table_write(). */
enum ct_status table_digest(const struct analysis *a, const struct table *table,
                            struct input_digest *digest, struct ct_error *err);

/* Whether tables_write() writes it: its stage has a result for the current parameters, and formats
 * (a set of enum result_format) includes one of its formats. */
bool table_is_written(const struct analysis *a, const struct table *table, unsigned formats);

/*
 * Writes into the folder every table for which table_is_written(), and appends them to *written;
 * the other tables of an earlier analysis are dropped. They get their names with
 * outfolder_commit(). CT_EIO; CT_EINVAL: safetensors of incomplete hooks.
 */
enum ct_status tables_write(const struct analysis *a, struct outfolder *folder, unsigned formats,
                            struct written *written, struct ct_error *err);

/* The same for one hook point, from the t-test on, in a subfolder with its name. */
enum ct_status tables_write_layer(const struct analysis *a, struct outfolder *folder,
                                  unsigned formats, struct written *written, struct ct_error *err);

/* CT_EINVAL when folder already contains a table or a manifest. */
enum ct_status tables_check_absent(const char *folder, struct ct_error *err);

/* CT_EIO when something that is neither a file nor a link to one has the name of a table or a
 * manifest there. */
enum ct_status tables_check_plain(const char *folder, struct ct_error *err);

#endif
