noinst_LIBRARIES += src/plot/libplot.a
src_plot_libplot_a_CPPFLAGS = $(AM_CPPFLAGS) $(CAIRO_CFLAGS)
src_plot_libplot_a_CFLAGS = $(AM_CFLAGS) $(EXACT_CFLAGS)
src_plot_libplot_a_SOURCES = \
	src/plot/bars.c src/plot/bars.h \
	src/plot/block_means.c src/plot/block_means.h \
	src/plot/canvas.c src/plot/canvas.h \
	src/plot/frame.c src/plot/frame.h \
	src/plot/heatmap.c src/plot/heatmap.h \
	src/plot/heatmap_layout.c src/plot/heatmap_layout.h \
	src/plot/heatmap_pixels.c src/plot/heatmap_pixels.h \
	src/plot/palette.c src/plot/palette.h \
	src/plot/plot.h \
	src/plot/raster.c src/plot/raster.h \
	src/plot/row_list.c src/plot/row_list.h \
	src/plot/scatter.c src/plot/scatter.h \
	src/plot/series.c src/plot/series.h \
	src/plot/target.c src/plot/target.h \
	src/plot/ticks.c src/plot/ticks.h

if HAVE_CAIRO
src_plot_libplot_a_SOURCES += \
	src/plot/cairo_library.c src/plot/cairo_library.h \
	src/plot/figure.c src/plot/figure.h \
	src/plot/figure_axes.c \
	src/plot/figure_bars.c \
	src/plot/figure_heatmap.c \
	src/plot/figure_marks.c \
	src/plot/figure_parts.h \
	src/plot/figure_scatter.c \
	src/plot/figure_series.c \
	src/plot/figure_text.c \
	src/plot/svg_ids.c src/plot/svg_ids.h
else
src_plot_libplot_a_SOURCES += src/plot/figure.h src/plot/figure_none.c
endif
