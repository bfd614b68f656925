noinst_LIBRARIES += src/plot/libplot.a
src_plot_libplot_a_SOURCES =
