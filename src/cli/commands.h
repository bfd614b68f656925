/* The commands: each writes its result to stdout and returns how it went. */
#ifndef CT_CLI_COMMANDS_H
#define CT_CLI_COMMANDS_H

#include "base/status.h"
#include "cli/options.h"
#include "pipeline/analysis.h"

enum ct_status command_run(struct options *options, struct ct_error *err);
enum ct_status command_rerun(struct options *options, struct ct_error *err);
enum ct_status command_ttest(struct options *options, struct ct_error *err);
enum ct_status command_tsne(struct options *options, struct ct_error *err);
enum ct_status command_dbscan(struct options *options, struct ct_error *err);
enum ct_status command_kmeans(struct options *options, struct ct_error *err);
enum ct_status command_cosine(struct options *options, struct ct_error *err);
enum ct_status command_hooks(struct options *options, struct ct_error *err);
enum ct_status command_tokenize(struct options *options, struct ct_error *err);
enum ct_status command_models(struct options *options, struct ct_error *err);
enum ct_status command_fetch(struct options *options, struct ct_error *err);
enum ct_status command_config(struct options *options, struct ct_error *err);

/* The processors that there are, where fewer are not asked for. */
void commands_default_threads(struct options *options);

/* Fills in what was not given: the demo's model and sentences, the processors. A model that is
 * named becomes a folder. */
enum ct_status commands_defaults(struct options *options, struct ct_error *err);

/* Opens the user interface with what the options name. On failure *code is the exit status. */
typedef enum ct_status open_ui_function(struct options *options, int *code, struct ct_error *err);

/* The program, but for its process: parses, runs a command or opens the user interface, tells
 * errors on stderr. Returns the exit status: 0 done, 1 could not be done, 2 wrong usage. */
int cli_main(int argc, char **argv, open_ui_function *ui);

#endif
