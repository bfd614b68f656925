/* The commands: each writes its result to stdout and returns a status. */
#ifndef CT_CLI_COMMANDS_H
#define CT_CLI_COMMANDS_H

#include "base/status.h"
#include "cli/options.h"
#include "pipeline/analysis.h"

enum ct_status command_run(struct options *options, struct ct_error *err);
enum ct_status command_rerun(struct options *options, struct ct_error *err);
enum ct_status command_merge(struct options *options, struct ct_error *err);
enum ct_status command_plan(struct options *options, struct ct_error *err);
enum ct_status command_ttest(struct options *options, struct ct_error *err);
enum ct_status command_tsne(struct options *options, struct ct_error *err);
enum ct_status command_dbscan(struct options *options, struct ct_error *err);
enum ct_status command_kmeans(struct options *options, struct ct_error *err);
enum ct_status command_cosine(struct options *options, struct ct_error *err);
enum ct_status command_hooks(struct options *options, struct ct_error *err);
enum ct_status command_tokenize(struct options *options, struct ct_error *err);
enum ct_status command_models(struct options *options, struct ct_error *err);
enum ct_status command_fetch(struct options *options, struct ct_error *err);
enum ct_status command_sessions(struct options *options, struct ct_error *err);
enum ct_status command_config(struct options *options, struct ct_error *err);

/* Sets the number of threads to, or limits it to, the available processors. */
void commands_default_threads(struct options *options);

/* Fills in unset options: the demo's model and sentences, the number of processors. A model's name
 * is replaced by its folder. */
enum ct_status commands_defaults(struct options *options, struct ct_error *err);

/* Opens the user interface with the options. On failure *code is the exit status. */
typedef enum ct_status open_ui_function(struct options *options, int *code, struct ct_error *err);

/* The program without process setup: parses, runs a command or opens the user interface, reports
 * errors on stderr. Returns the exit status: 0 success, 1 failure, 2 wrong usage. */
int cli_main(int argc, char **argv, open_ui_function *ui);

#endif
