noinst_LIBRARIES += src/tui/libtui.a
src_tui_libtui_a_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
src_tui_libtui_a_SOURCES = \
	src/tui/app.c src/tui/app.h \
	src/tui/crash.c src/tui/crash.h \
	src/tui/draw.c src/tui/draw.h \
	src/tui/fit.c src/tui/fit.h \
	src/tui/inputs.c src/tui/inputs.h \
	src/tui/keys.c src/tui/keys.h \
	src/tui/list_layers.c \
	src/tui/list_load.c \
	src/tui/lists.c src/tui/lists.h \
	src/tui/prompt.c src/tui/prompt.h \
	src/tui/run.c src/tui/run.h \
	src/tui/save.c src/tui/save.h \
	src/tui/screen.c src/tui/screen.h \
	src/tui/scroll.c src/tui/scroll.h \
	src/tui/session.c src/tui/session.h \
	src/tui/tui.c src/tui/tui.h \
	src/tui/view.c src/tui/view.h \
	src/tui/view_list.c \
	src/tui/view_overview.c \
	src/tui/view_plot.c \
	src/tui/view_report.c \
	src/tui/views.c src/tui/views.h \
	src/tui/worker.c src/tui/worker.h
