noinst_LIBRARIES += src/report/libreport.a
src_report_libreport_a_CFLAGS = $(AM_CFLAGS) $(EXACT_CFLAGS)
src_report_libreport_a_SOURCES = \
	src/report/account.c src/report/account.h \
	src/report/account_answer.c \
	src/report/account_cluster.c \
	src/report/account_contrast.c \
	src/report/account_direct.c \
	src/report/account_effect.c \
	src/report/account_extract.c \
	src/report/account_halves.c \
	src/report/account_layers.c \
	src/report/account_lens.c \
	src/report/account_load.c \
	src/report/account_map.c \
	src/report/account_picture.c \
	src/report/account_shuffled.c \
	src/report/account_similarity.c \
	src/report/account_space.c \
	src/report/account_tsne.c \
	src/report/account_ttest.c \
	src/report/accounts.c src/report/accounts.h \
	src/report/arrays.c src/report/arrays.h \
	src/report/effect_text.c src/report/effect_text.h \
	src/report/canvas_svg.c src/report/canvas_svg.h \
	src/report/canvas_text.c src/report/canvas_text.h \
	src/report/differences.c src/report/differences.h \
	src/report/figures.c src/report/figures.h \
	src/report/group_summary.c src/report/group_summary.h \
	src/report/layers.c src/report/layers.h \
	src/report/manifest.c src/report/manifest.h \
	src/report/manifest_read.c \
	src/report/matrix_rows.c src/report/matrix_rows.h \
	src/report/page.c src/report/page.h \
	src/report/plots.c src/report/plots.h \
	src/report/plots/cluster_names.c src/report/plots/cluster_names.h \
	src/report/plots/column_order.c src/report/plots/column_order.h \
	src/report/plots/parts.c src/report/plots/parts.h \
	src/report/plots/places.c src/report/plots/places.h \
	src/report/plots/plot.h \
	src/report/plots/plot_activations.c \
	src/report/plots/plot_answer.c \
	src/report/plots/plot_effect.c \
	src/report/plots/plot_layers.c \
	src/report/plots/plot_lens.c \
	src/report/plots/plot_map.c \
	src/report/plots/plot_matrices.c \
	src/report/plots/plot_neurons.c \
	src/report/plots/plot_plane.c \
	src/report/plots/space.h \
	src/report/plots/space_cloud.c \
	src/report/plots/space_items.c \
	src/report/plots/space_map.c \
	src/report/plots/space_matrix.c \
	src/report/plots/space_neurons.c \
	src/report/plots/space_sentences.c \
	src/report/points.c src/report/points.h \
	src/report/quantities.c src/report/quantities.h \
	src/report/rerun.c src/report/rerun.h \
	src/report/results.c src/report/results.h \
	src/report/sessions.c src/report/sessions.h \
	src/report/shell_word.c src/report/shell_word.h \
	src/report/slurm.c src/report/slurm.h \
	src/report/run_command.c src/report/run_command.h \
	src/report/summary.c src/report/summary.h \
	src/report/table.c src/report/table.h \
	src/report/tables.c src/report/tables.h \
	src/report/test_words.c src/report/test_words.h \
	src/report/unit_plan.c src/report/unit_plan.h \
	src/report/written.c src/report/written.h
