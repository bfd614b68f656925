/* The terminal user interface as a whole. */
#ifndef CT_TUI_TUI_H
#define CT_TUI_TUI_H

#include <stdbool.h>

#include "base/keymap.h"
#include "base/status.h"
#include "hub/cache.h"
#include "pipeline/params.h"

struct unit_source;

struct tui_options {
    struct params *params;           /* ownership passes to tui_run() */
    const struct keymap *keymap;     /* borrowed */
    const struct unit_source *units; /* that the activations are read from, borrowed; NULL: none */
    const char *demo;                /* folder of the built-in model and sentences; NULL: missing */
    struct hub_env hub;              /* locations of models in the cache */
    const char *sessions;            /* where interrupted sessions are saved; NULL: nowhere */
    const char *out;                 /* folder for export; NULL: ask */
    const char *figures;             /* folder for figures; NULL: ask */
    bool force;
    unsigned formats; /* of export: a set of enum result_format */
    bool per_layer;   /* start at the layers */
    bool no_color;
    bool ascii;
};

/* Runs until the user quits. CT_EINVAL: no suitable terminal; *signal_number is the signal that
 * ended it, or 0. */
enum ct_status tui_run(const struct tui_options *options, int *signal_number, struct ct_error *err);

/*
 * Without a terminal: computes the stage Cluster, or Answer or Layers if the options say so, and
 * writes the screen that shows it to path, as SVG. It has $COLUMNS columns and $LINES rows, else
 * 120 and 40. CT_EINVAL: what cannot be computed; CT_EIO, CT_ENOMEM.
 */
enum ct_status tui_screenshot(const struct tui_options *options, const char *path,
                              struct ct_error *err);

#endif
