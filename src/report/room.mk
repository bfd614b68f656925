noinst_LIBRARIES += src/report/libreport.a
src_report_libreport_a_CFLAGS = $(AM_CFLAGS) $(EXACT_CFLAGS)
src_report_libreport_a_SOURCES = \
	src/report/arrays.c src/report/arrays.h \
	src/report/differences.c src/report/differences.h \
	src/report/figures.c src/report/figures.h \
	src/report/layers.c src/report/layers.h \
	src/report/manifest.c src/report/manifest.h \
	src/report/manifest_read.c \
	src/report/matrix_rows.c src/report/matrix_rows.h \
	src/report/picks.c src/report/picks.h \
	src/report/plot_activations.c \
	src/report/plot_layers.c \
	src/report/plot_matrices.c \
	src/report/plot_neurons.c \
	src/report/plot_parts.c src/report/plot_parts.h \
	src/report/plot_plane.c \
	src/report/plots.c src/report/plots.h \
	src/report/rerun.c src/report/rerun.h \
	src/report/results.c src/report/results.h \
	src/report/summary.c src/report/summary.h \
	src/report/tables.c src/report/tables.h \
	src/report/written.c src/report/written.h
