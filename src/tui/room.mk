noinst_LIBRARIES += src/tui/libtui.a
src_tui_libtui_a_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
src_tui_libtui_a_SOURCES = \
	src/tui/app.c src/tui/app.h \
	src/tui/aside.c src/tui/aside.h \
	src/tui/card.c src/tui/card.h \
	src/tui/changes.h \
	src/tui/edits.c src/tui/edits.h \
	src/tui/edits_file.c src/tui/edits_file.h \
	src/tui/crash.c src/tui/crash.h \
	src/tui/draw.c src/tui/draw.h \
	src/tui/draw_footer.c \
	src/tui/draw_frame.c \
	src/tui/draw_help.c \
	src/tui/draw_panels.c \
	src/tui/draw_parts.h \
	src/tui/draw_progress.c \
	src/tui/eps_curve.c src/tui/eps_curve.h \
	src/tui/fit.c src/tui/fit.h \
	src/tui/follow.c src/tui/follow.h \
	src/tui/inputs.c src/tui/inputs.h \
	src/tui/key_files.c \
	src/tui/key_parameters.c \
	src/tui/key_parts.h \
	src/tui/key_selection.c \
	src/tui/keys.c src/tui/keys.h \
	src/tui/layout.c src/tui/layout.h \
	src/tui/layout_file.c src/tui/layout_file.h \
	src/tui/list_changes.c \
	src/tui/list_clusters.c \
	src/tui/list_hooks.c \
	src/tui/list_layers.c \
	src/tui/list_load.c \
	src/tui/list_neurons.c \
	src/tui/list_parts.h \
	src/tui/list_selected.c \
	src/tui/list_sentences.c \
	src/tui/lists.h \
	src/tui/neuron_words.c src/tui/neuron_words.h \
	src/tui/plot_move.c src/tui/plot_move.h \
	src/tui/prompt.c src/tui/prompt.h \
	src/tui/queue.c src/tui/queue.h \
	src/tui/row_filter.c src/tui/row_filter.h \
	src/tui/row_range.c src/tui/row_range.h \
	src/tui/row_search.c src/tui/row_search.h \
	src/tui/row_words.c src/tui/row_words.h \
	src/tui/run.c src/tui/run.h \
	src/tui/save.c src/tui/save.h \
	src/tui/screen.c src/tui/screen.h \
	src/tui/scroll.c src/tui/scroll.h \
	src/tui/session.c src/tui/session.h \
	src/tui/token_values.c src/tui/token_values.h \
	src/tui/tui.c src/tui/tui.h \
	src/tui/view.c src/tui/view.h \
	src/tui/view_beside.c src/tui/view_beside.h \
	src/tui/view_changes.c \
	src/tui/view_list.c \
	src/tui/view_live.c \
	src/tui/view_overview.c \
	src/tui/view_plot.c src/tui/view_plot.h \
	src/tui/view_report.c \
	src/tui/view_units.c \
	src/tui/view_tokens.c \
	src/tui/views.c src/tui/views.h \
	src/tui/watch.c src/tui/watch.h \
	src/tui/worker.c src/tui/worker.h
