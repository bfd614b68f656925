noinst_LIBRARIES += src/plot/libplot.a
src_plot_libplot_a_SOURCES = \
	src/plot/bars.h \
	src/plot/canvas.h \
	src/plot/heatmap.h \
	src/plot/palette.h \
	src/plot/plot.h \
	src/plot/scatter.h \
	src/plot/series.h \
	src/plot/ticks.h
