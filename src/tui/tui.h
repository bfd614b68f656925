/* The terminal user interface as a whole. */
#ifndef CT_TUI_TUI_H
#define CT_TUI_TUI_H

#include <stdbool.h>

#include "base/keymap.h"
#include "base/status.h"
#include "hub/cache.h"
#include "pipeline/params.h"

struct tui_options {
    struct params *params;       /* taken over */
    const struct keymap *keymap; /* borrowed */
    const char *demo;            /* folder of the built-in model and sentences; NULL: not there */
    struct hub_env hub;          /* where models are found by name */
    const char *sessions;        /* where sessions that were cut off are kept; NULL: they are not */
    const char *out;             /* where export writes to; NULL: asked for */
    const char *figures;         /* where figures go; NULL: asked for */
    bool force;
    unsigned formats; /* of export: a set of enum result_format */
    bool per_layer;   /* begins at the layers */
    bool no_color;
    bool ascii;
};

/* Runs until the user leaves. CT_EINVAL: no terminal that could show it; *signal_number is the
 * signal that ended it, or 0. */
enum ct_status tui_run(const struct tui_options *options, int *signal_number, struct ct_error *err);

#endif
