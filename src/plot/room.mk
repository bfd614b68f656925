noinst_LIBRARIES += src/plot/libplot.a
src_plot_libplot_a_SOURCES = \
	src/plot/bars.c src/plot/bars.h \
	src/plot/block_means.c src/plot/block_means.h \
	src/plot/canvas.c src/plot/canvas.h \
	src/plot/frame.c src/plot/frame.h \
	src/plot/heatmap.c src/plot/heatmap.h \
	src/plot/heatmap_pixels.c src/plot/heatmap_pixels.h \
	src/plot/palette.c src/plot/palette.h \
	src/plot/plot.h \
	src/plot/raster.c src/plot/raster.h \
	src/plot/scatter.c src/plot/scatter.h \
	src/plot/series.c src/plot/series.h \
	src/plot/target.c src/plot/target.h \
	src/plot/ticks.c src/plot/ticks.h
