# Each test program links one room and what that room may include.
AM_TESTS_ENVIRONMENT = \
	CIRCUITTUI_CONFIG=; export CIRCUITTUI_CONFIG; \
	FIXTURES_DIR='$(abs_top_srcdir)/fixtures'; export FIXTURES_DIR; \
	GOLDEN_DIR='$(abs_top_srcdir)/tests/golden'; export GOLDEN_DIR; \
	CORPUS_DIR='$(abs_top_srcdir)/tests/fuzz/corpus'; export CORPUS_DIR; \
	WRONG_BLAS_SO='$(abs_top_builddir)/tests/wrong_blas.so'; export WRONG_BLAS_SO; \
	WATCH_FILES_SO='$(abs_top_builddir)/tests/watch_files.so'; export WATCH_FILES_SO; \
	FAIL_ALLOC_SO='$(abs_top_builddir)/tests/fail_alloc.so'; export FAIL_ALLOC_SO; \
	CIRCUITTUI='$(abs_top_builddir)/src/circuittui$(EXEEXT)'; export CIRCUITTUI;

TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CHECK_CFLAGS)
TEST_SUPPORT = tests/support.c tests/support.h
TESTS += $(check_PROGRAMS) $(dist_check_SCRIPTS)

check_PROGRAMS += tests/test_base
tests_test_base_SOURCES = tests/test_base.c $(TEST_SUPPORT)
tests_test_base_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_base_LDADD = $(BASE) $(CHECK_LIBS)

check_PROGRAMS += tests/test_base_tables
tests_test_base_tables_SOURCES = tests/test_base_tables.c tests/io_temp.c tests/io_temp.h \
	$(TEST_SUPPORT)
tests_test_base_tables_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_base_tables_LDADD = $(BASE) $(CHECK_LIBS)

check_PROGRAMS += tests/test_keymap
tests_test_keymap_SOURCES = tests/test_keymap.c $(TEST_SUPPORT)
tests_test_keymap_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_keymap_LDADD = $(BASE) $(CHECK_LIBS)

check_PROGRAMS += tests/test_mapped
tests_test_mapped_SOURCES = tests/test_mapped.c $(TEST_SUPPORT)
tests_test_mapped_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_mapped_LDADD = $(BASE) $(CHECK_LIBS)

check_PROGRAMS += tests/test_crew
tests_test_crew_SOURCES = tests/test_crew.c $(TEST_SUPPORT)
tests_test_crew_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_crew_LDADD = $(BASE) $(CHECK_LIBS)

# The io room: readers and writers, on files of their own in a temporary folder.
IO_TEST_SOURCES = tests/io_temp.c tests/io_temp.h $(TEST_SUPPORT)
IO_TEST_LIBS = $(IO) $(IO_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_csv
tests_test_csv_SOURCES = tests/test_csv.c $(IO_TEST_SOURCES)
tests_test_csv_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_csv_LDADD = $(IO_TEST_LIBS)

check_PROGRAMS += tests/test_stimuli
tests_test_stimuli_SOURCES = tests/test_stimuli.c $(IO_TEST_SOURCES)
tests_test_stimuli_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_stimuli_LDADD = $(IO_TEST_LIBS)

check_PROGRAMS += tests/test_activations
tests_test_activations_SOURCES = tests/test_activations.c $(IO_TEST_SOURCES)
tests_test_activations_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_activations_LDADD = $(IO_TEST_LIBS)

check_PROGRAMS += tests/test_npy
tests_test_npy_SOURCES = tests/test_npy.c $(IO_TEST_SOURCES)
tests_test_npy_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_npy_LDADD = $(IO_TEST_LIBS)

check_PROGRAMS += tests/test_outfile
tests_test_outfile_SOURCES = tests/test_outfile.c $(IO_TEST_SOURCES)
tests_test_outfile_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_outfile_LDADD = $(IO_TEST_LIBS)

check_PROGRAMS += tests/test_unpack
tests_test_unpack_SOURCES = tests/test_unpack.c $(IO_TEST_SOURCES)
tests_test_unpack_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_unpack_LDADD = $(IO_TEST_LIBS)

check_PROGRAMS += tests/test_number
tests_test_number_SOURCES = tests/test_number.c $(IO_TEST_SOURCES)
tests_test_number_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_number_LDADD = $(IO_TEST_LIBS)

check_PROGRAMS += tests/test_hash
tests_test_hash_SOURCES = tests/test_hash.c $(IO_TEST_SOURCES)
tests_test_hash_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_hash_LDADD = $(IO_TEST_LIBS)

TEST_MODEL_FILES = tests/model_files.c tests/model_files.h

check_PROGRAMS += tests/test_characters
tests_test_characters_SOURCES = tests/test_characters.c src/portable/characters.c \
	src/portable/characters.h $(TEST_SUPPORT)
tests_test_characters_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_characters_LDADD = $(BASE) $(UTF8PROC_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_extract
tests_test_extract_SOURCES = tests/test_extract.c $(TEST_MODEL_FILES) $(TEST_SUPPORT)
tests_test_extract_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_extract_LDADD = $(MODEL) $(MODEL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_shuffled
tests_test_shuffled_SOURCES = tests/test_shuffled.c $(TEST_MODEL_FILES) $(TEST_SUPPORT)
tests_test_shuffled_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_shuffled_LDADD = $(MODEL) $(MODEL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_ops_limits
tests_test_ops_limits_SOURCES = tests/test_ops_limits.c $(TEST_SUPPORT)
tests_test_ops_limits_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_ops_limits_LDADD = $(MODEL) $(MODEL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_tokenizer
tests_test_tokenizer_SOURCES = tests/test_tokenizer.c $(TEST_SUPPORT)
tests_test_tokenizer_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_tokenizer_LDADD = $(MODEL) $(MODEL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_linear
tests_test_linear_SOURCES = tests/test_linear.c $(TEST_SUPPORT)
tests_test_linear_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_linear_LDADD = $(MODEL) $(MODEL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_mt19937
tests_test_mt19937_SOURCES = tests/test_mt19937.c $(TEST_SUPPORT)
tests_test_mt19937_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_mt19937_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_matched
tests_test_matched_SOURCES = tests/test_matched.c tests/uniform.c tests/uniform.h $(TEST_SUPPORT)
tests_test_matched_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_matched_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_shuffle
tests_test_shuffle_SOURCES = tests/test_shuffle.c $(TEST_SUPPORT)
tests_test_shuffle_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_shuffle_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_pca
tests_test_pca_SOURCES = tests/test_pca.c $(TEST_SUPPORT)
tests_test_pca_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_pca_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_tsne_affinity
tests_test_tsne_affinity_SOURCES = tests/test_tsne_affinity.c $(TEST_SUPPORT)
tests_test_tsne_affinity_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_tsne_affinity_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_tsne_gradient
tests_test_tsne_gradient_SOURCES = tests/test_tsne_gradient.c $(TEST_SUPPORT)
tests_test_tsne_gradient_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_tsne_gradient_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_tsne
tests_test_tsne_SOURCES = tests/test_tsne.c $(TEST_SUPPORT)
tests_test_tsne_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_tsne_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_histogram
tests_test_histogram_SOURCES = tests/test_histogram.c $(TEST_SUPPORT)
tests_test_histogram_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_histogram_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_multitest
tests_test_multitest_SOURCES = tests/test_multitest.c $(TEST_SUPPORT)
tests_test_multitest_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_multitest_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_silhouette
tests_test_silhouette_SOURCES = tests/test_silhouette.c $(TEST_SUPPORT)
tests_test_silhouette_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_silhouette_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_faithful
tests_test_faithful_SOURCES = tests/test_faithful.c $(TEST_SUPPORT)
tests_test_faithful_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_faithful_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_groups
tests_test_groups_SOURCES = tests/test_groups.c $(TEST_SUPPORT)
tests_test_groups_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_groups_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_effect
tests_test_effect_SOURCES = tests/test_effect.c $(TEST_SUPPORT)
tests_test_effect_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_effect_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_null
tests_test_null_SOURCES = tests/test_null.c $(TEST_SUPPORT)
tests_test_null_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_null_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_halves
tests_test_halves_SOURCES = tests/test_halves.c $(TEST_SUPPORT)
tests_test_halves_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_halves_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_similarity
tests_test_similarity_SOURCES = tests/test_similarity.c $(TEST_SUPPORT)
tests_test_similarity_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_similarity_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_ttest
tests_test_ttest_SOURCES = tests/test_ttest.c $(TEST_SUPPORT)
tests_test_ttest_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_ttest_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_safetensors
tests_test_safetensors_SOURCES = tests/test_safetensors.c $(TEST_MODEL_FILES) $(TEST_SUPPORT)
tests_test_safetensors_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_safetensors_LDADD = $(MODEL) $(MODEL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_model
tests_test_model_SOURCES = tests/test_model.c $(TEST_MODEL_FILES) $(TEST_SUPPORT)
tests_test_model_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_model_LDADD = $(MODEL) $(MODEL_LIBS) $(CHECK_LIBS)

TEST_FAMILIES = tests/family_models.c tests/family_models.h $(TEST_MODEL_FILES)

check_PROGRAMS += tests/test_families
tests_test_families_SOURCES = tests/test_families.c $(TEST_FAMILIES) $(TEST_SUPPORT)
tests_test_families_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_families_LDADD = $(MODEL) $(MODEL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_edits
tests_test_edits_SOURCES = tests/test_edits.c tests/family_edits.c tests/family_edits.h \
	$(TEST_FAMILIES) $(TEST_SUPPORT)
tests_test_edits_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_edits_LDADD = $(MODEL) $(MODEL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_lens
tests_test_lens_SOURCES = tests/test_lens.c $(TEST_FAMILIES) $(TEST_SUPPORT)
tests_test_lens_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_lens_LDADD = $(MODEL) $(MODEL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_memo
tests_test_memo_SOURCES = tests/test_memo.c tests/family_edits.c tests/family_edits.h \
	$(TEST_FAMILIES) $(TEST_SUPPORT)
tests_test_memo_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_memo_LDADD = $(MODEL) $(MODEL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_swaps
tests_test_swaps_SOURCES = tests/test_swaps.c $(TEST_SUPPORT)
tests_test_swaps_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_swaps_LDADD = $(MODEL) $(MODEL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_hooks
tests_test_hooks_SOURCES = tests/test_hooks.c $(TEST_SUPPORT)
tests_test_hooks_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_hooks_LDADD = $(MODEL) $(MODEL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_pass
tests_test_pass_SOURCES = tests/test_pass.c $(TEST_SUPPORT)
tests_test_pass_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_pass_LDADD = $(MODEL) $(MODEL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_ops
tests_test_ops_SOURCES = tests/test_ops.c $(TEST_SUPPORT)
tests_test_ops_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_ops_LDADD = $(MODEL) $(MODEL_LIBS) $(CHECK_LIBS)

# The plot room: canvases compared with golden text; UPDATE_GOLDEN=1 writes it anew.
TEST_GOLDEN_CANVAS = tests/golden_canvas.c tests/golden_canvas.h

check_PROGRAMS += tests/test_canvas
tests_test_canvas_SOURCES = tests/test_canvas.c $(TEST_SUPPORT)
tests_test_canvas_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_canvas_LDADD = $(PLOT) $(CHECK_LIBS)

check_PROGRAMS += tests/test_plot
tests_test_plot_SOURCES = tests/test_plot.c $(TEST_GOLDEN_CANVAS) $(TEST_SUPPORT)
tests_test_plot_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_plot_LDADD = $(PLOT) $(CHECK_LIBS)

check_PROGRAMS += tests/test_plot_properties
tests_test_plot_properties_SOURCES = tests/test_plot_properties.c $(TEST_SUPPORT)
tests_test_plot_properties_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_plot_properties_LDADD = $(PLOT) $(CHECK_LIBS)

check_PROGRAMS += tests/test_plot_limits
tests_test_plot_limits_SOURCES = tests/test_plot_limits.c $(TEST_SUPPORT)
tests_test_plot_limits_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_plot_limits_LDADD = $(PLOT) $(CHECK_LIBS)

TEST_PLOT_CASES = tests/plot_cases.c tests/plot_cases.h $(TEST_GOLDEN_CANVAS) $(TEST_SUPPORT)

check_PROGRAMS += tests/test_plot_cases
tests_test_plot_cases_SOURCES = tests/test_plot_cases.c $(TEST_PLOT_CASES)
tests_test_plot_cases_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_plot_cases_LDADD = $(PLOT) $(CHECK_LIBS)

if HAVE_CAIRO
check_PROGRAMS += tests/test_figure_calls
endif
tests_test_figure_calls_SOURCES = tests/test_figure_calls.c $(TEST_PLOT_CASES)
tests_test_figure_calls_CPPFLAGS = $(TEST_CPPFLAGS) $(CAIRO_CFLAGS)
tests_test_figure_calls_LDADD = $(PLOT) $(CHECK_LIBS)

check_PROGRAMS += tests/test_ansi
tests_test_ansi_SOURCES = tests/test_ansi.c $(TEST_SUPPORT)
tests_test_ansi_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_ansi_LDADD = src/cli/libcli.a $(PLOT) $(CHECK_LIBS)

# The num room: clusters of points.
check_PROGRAMS += tests/test_dbscan
tests_test_dbscan_SOURCES = tests/test_dbscan.c tests/made_points.c tests/made_points.h \
	$(TEST_SUPPORT)
tests_test_dbscan_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_dbscan_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_kmeans
tests_test_kmeans_SOURCES = tests/test_kmeans.c tests/made_points.c tests/made_points.h \
	$(TEST_SUPPORT)
tests_test_kmeans_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_kmeans_LDADD = $(NUM) $(CHECK_LIBS)

check_PROGRAMS += tests/test_tokenizer_files
tests_test_tokenizer_files_SOURCES = tests/test_tokenizer_files.c $(TEST_MODEL_FILES) \
	$(TEST_SUPPORT)
tests_test_tokenizer_files_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_tokenizer_files_LDADD = $(MODEL) $(MODEL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_pipelines
tests_test_pipelines_SOURCES = tests/test_pipelines.c $(TEST_MODEL_FILES) \
	$(TEST_SUPPORT)
tests_test_pipelines_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_pipelines_LDADD = $(MODEL) $(MODEL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_options
tests_test_options_SOURCES = tests/test_options.c $(TEST_SUPPORT)
tests_test_options_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_options_LDADD = $(CLI) $(ALL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_target
tests_test_target_SOURCES = tests/test_target.c $(TEST_MODEL_FILES) $(TEST_SUPPORT)
tests_test_target_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_target_LDADD = $(PIPELINE) $(ALL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_answer
tests_test_answer_SOURCES = tests/test_answer.c $(TEST_SUPPORT)
tests_test_answer_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_answer_LDADD = $(PIPELINE) $(ALL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_analysis
tests_test_analysis_SOURCES = tests/test_analysis.c $(TEST_SUPPORT)
tests_test_analysis_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_analysis_LDADD = $(PIPELINE) $(ALL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_learned
tests_test_learned_SOURCES = tests/test_learned.c $(IO_TEST_SOURCES)
tests_test_learned_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_learned_LDADD = $(PIPELINE) $(ALL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_space
tests_test_space_SOURCES = tests/test_space.c $(IO_TEST_SOURCES)
tests_test_space_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_space_LDADD = $(PIPELINE) $(ALL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_sessions
tests_test_sessions_SOURCES = tests/test_sessions.c $(IO_TEST_SOURCES)
tests_test_sessions_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_sessions_LDADD = $(REPORT) $(ALL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_controls
tests_test_controls_SOURCES = tests/test_controls.c tests/uniform.c tests/uniform.h \
	$(IO_TEST_SOURCES)
tests_test_controls_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_controls_LDADD = $(PIPELINE) $(ALL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_direct
tests_test_direct_SOURCES = tests/test_direct.c $(TEST_SUPPORT)
tests_test_direct_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_direct_LDADD = $(PIPELINE) $(ALL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_intervene
tests_test_intervene_SOURCES = tests/test_intervene.c $(IO_TEST_SOURCES)
tests_test_intervene_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_intervene_LDADD = $(PIPELINE) $(ALL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_chosen
tests_test_chosen_SOURCES = tests/test_chosen.c $(IO_TEST_SOURCES)
tests_test_chosen_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_chosen_LDADD = $(PIPELINE) $(ALL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_staleness
tests_test_staleness_SOURCES = tests/test_staleness.c $(IO_TEST_SOURCES)
tests_test_staleness_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_staleness_LDADD = $(PIPELINE) $(ALL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_memory
tests_test_memory_SOURCES = tests/test_memory.c $(IO_TEST_SOURCES)
tests_test_memory_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_memory_LDADD = $(PIPELINE) $(ALL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_cut_files
tests_test_cut_files_SOURCES = tests/test_cut_files.c $(IO_TEST_SOURCES)
tests_test_cut_files_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_cut_files_LDADD = $(REPORT) $(ALL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_plots
tests_test_plots_SOURCES = tests/test_plots.c tests/made_analysis.c tests/made_analysis.h \
	$(TEST_GOLDEN_CANVAS) $(TEST_SUPPORT)
tests_test_plots_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_plots_LDADD = $(REPORT) $(ALL_LIBS) $(CHECK_LIBS)

if HAVE_CAIRO
check_PROGRAMS += tests/test_figures
endif
tests_test_figures_SOURCES = tests/test_figures.c tests/made_analysis.c tests/made_analysis.h \
	$(IO_TEST_SOURCES)
tests_test_figures_CPPFLAGS = $(TEST_CPPFLAGS) $(CAIRO_CFLAGS)
tests_test_figures_LDADD = $(REPORT) $(ALL_LIBS) $(CAIRO_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_run
tests_test_run_SOURCES = tests/test_run.c $(TEST_SUPPORT)
tests_test_run_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_run_LDADD = $(IO) $(IO_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_steps
tests_test_steps_SOURCES = tests/test_steps.c $(IO_TEST_SOURCES)
tests_test_steps_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_steps_LDADD = $(IO_TEST_LIBS)

check_PROGRAMS += tests/test_formats
tests_test_formats_SOURCES = tests/test_formats.c $(IO_TEST_SOURCES)
tests_test_formats_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_formats_LDADD = $(REPORT) $(ALL_LIBS) $(CHECK_LIBS)
# The same files as numpy, pandas, polars and R read them; skipped without all of these.
dist_check_SCRIPTS += tests/test_readers.sh

check_PROGRAMS += tests/test_rerun
tests_test_rerun_SOURCES = tests/test_rerun.c $(IO_TEST_SOURCES)
tests_test_rerun_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_rerun_LDADD = $(REPORT) $(ALL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_old_manifests
tests_test_old_manifests_SOURCES = tests/test_old_manifests.c $(IO_TEST_SOURCES)
tests_test_old_manifests_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_old_manifests_LDADD = $(IO_TEST_LIBS)

check_PROGRAMS += tests/test_report
tests_test_report_SOURCES = tests/test_report.c $(IO_TEST_SOURCES)
tests_test_report_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_report_LDADD = $(IO_TEST_LIBS)

check_PROGRAMS += tests/test_written_over
tests_test_written_over_SOURCES = tests/test_written_over.c $(IO_TEST_SOURCES)
tests_test_written_over_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_written_over_LDADD = $(IO_TEST_LIBS)

# The program with a malloc that fails.
check_PROGRAMS += tests/test_alloc
tests_test_alloc_SOURCES = tests/test_alloc.c $(IO_TEST_SOURCES)
tests_test_alloc_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_alloc_LDADD = $(IO_TEST_LIBS)
EXTRA_DIST += tests/fail_alloc.c tests/watch_files.c tests/wrong_blas.c
CLEANFILES += tests/fail_alloc.so tests/watch_files.so tests/wrong_blas.so
check_DATA += tests/fail_alloc.so tests/watch_files.so tests/wrong_blas.so
tests/%.so: tests/%.c
	$(AM_V_CC)$(MKDIR_P) tests && $(CC) $(DEFS) $(DEFAULT_INCLUDES) $(CPPFLAGS) $(OPENBLAS_CFLAGS) \
		$(WARN_CFLAGS) $(CFLAGS) -std=gnu11 -shared -fPIC -o $@ $< $(LDFLAGS) -lm

# The program on a disk that fails.
TEST_WATCHED = tests/watched.c tests/watched.h
check_PROGRAMS += tests/test_durable
tests_test_durable_SOURCES = tests/test_durable.c $(TEST_WATCHED) $(IO_TEST_SOURCES)
tests_test_durable_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_durable_LDADD = $(IO_TEST_LIBS)

# The program with an OpenBLAS that computes wrongly.
check_PROGRAMS += tests/test_blas
tests_test_blas_SOURCES = tests/test_blas.c $(IO_TEST_SOURCES)
tests_test_blas_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_blas_LDADD = $(IO_TEST_LIBS)

check_PROGRAMS += tests/test_misuse
tests_test_misuse_SOURCES = tests/test_misuse.c $(IO_TEST_SOURCES)
tests_test_misuse_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_misuse_LDADD = $(IO_TEST_LIBS)

# The program with a small stack, and on a terminal that takes bytes for characters.
check_PROGRAMS += tests/test_transcript
tests_test_transcript_SOURCES = tests/test_transcript.c $(TEST_GOLDEN_CANVAS) $(IO_TEST_SOURCES)
tests_test_transcript_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_transcript_LDADD = $(CLI) $(ALL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_surroundings
tests_test_surroundings_SOURCES = tests/test_surroundings.c $(IO_TEST_SOURCES)
tests_test_surroundings_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_surroundings_LDADD = $(IO_TEST_LIBS)
EXTRA_DIST += \
	fixtures/gen_gpt2.py fixtures/gpt2_tiny/config.json fixtures/gpt2_tiny/model.safetensors \
	fixtures/gpt2_sequences.csv fixtures/gpt2_demo_sequences.csv fixtures/gpt2_demo.csv \
	fixtures/gpt2_tiny_base.csv fixtures/gpt2_tiny_gelu.csv fixtures/gpt2_tiny_inverse.csv \
	fixtures/gpt2_tiny_relu.csv fixtures/gpt2_tiny_unscaled.csv

check_PROGRAMS += tests/test_hub_cache
tests_test_hub_cache_SOURCES = tests/test_hub_cache.c $(TEST_MODEL_FILES) $(TEST_SUPPORT)
tests_test_hub_cache_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_hub_cache_LDADD = $(HUB) $(MODEL_LIBS) $(CHECK_LIBS)
# The user interface in a real terminal; skipped without tmux.
dist_check_SCRIPTS += tests/test_tui.sh

check_PROGRAMS += tests/test_load_views
tests_test_load_views_SOURCES = tests/test_load_views.c $(TEST_MODEL_FILES) $(TEST_SUPPORT)
tests_test_load_views_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_load_views_LDADD = $(TUI) $(ALL_LIBS) $(TUI_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_change
tests_test_change_SOURCES = tests/test_change.c $(TEST_MODEL_FILES) $(IO_TEST_SOURCES)
tests_test_change_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_change_LDADD = $(TUI) $(ALL_LIBS) $(TUI_LIBS) $(CHECK_LIBS)
# The benchmark on small inputs without peers; skipped without python3.
dist_check_SCRIPTS += tests/test_bench.sh
check_DATA += tests/bench/driver$(EXEEXT)
# Measured by hand, see their heads.
EXTRA_DIST += tests/key_counts.py tests/pictures.py tests/tui_latency.py

check_PROGRAMS += tests/test_worker
tests_test_worker_SOURCES = tests/test_worker.c $(TEST_MODEL_FILES) $(IO_TEST_SOURCES)
tests_test_worker_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_worker_LDADD = $(TUI) $(ALL_LIBS) $(TUI_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_screen_draw
tests_test_screen_draw_SOURCES = tests/test_screen_draw.c tests/made_analysis.c \
	tests/made_analysis.h $(TEST_SUPPORT)
tests_test_screen_draw_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_screen_draw_LDADD = $(TUI) $(ALL_LIBS) $(TUI_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_views
tests_test_views_SOURCES = tests/test_views.c $(TEST_SUPPORT)
tests_test_views_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_views_LDADD = $(TUI) $(ALL_LIBS) $(TUI_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_edit_list
tests_test_edit_list_SOURCES = tests/test_edit_list.c $(IO_TEST_SOURCES)
tests_test_edit_list_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_edit_list_LDADD = $(TUI) $(ALL_LIBS) $(TUI_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_screen_film
tests_test_screen_film_SOURCES = tests/test_screen_film.c $(TEST_GOLDEN_CANVAS) $(IO_TEST_SOURCES)
tests_test_screen_film_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_screen_film_LDADD = $(TUI) $(ALL_LIBS) $(TUI_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_models
tests_test_models_SOURCES = tests/test_models.c $(IO_TEST_SOURCES)
tests_test_models_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_models_LDADD = $(IO_TEST_LIBS)

if HAVE_LIBCURL
check_PROGRAMS += tests/test_hub_files
tests_test_hub_files_SOURCES = tests/test_hub_files.c $(IO_TEST_SOURCES)
tests_test_hub_files_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_hub_files_LDADD = $(HUB) $(MODEL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_fetch
endif
tests_test_fetch_SOURCES = tests/test_fetch.c tests/hub_server.c tests/hub_server.h \
	$(TEST_WATCHED) $(IO_TEST_SOURCES)
tests_test_fetch_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_fetch_LDADD = $(HUB) $(MODEL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/test_examples
tests_test_examples_SOURCES = tests/test_examples.c tests/hub_server.c tests/hub_server.h \
	$(IO_TEST_SOURCES)
tests_test_examples_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_examples_LDADD = $(IO_TEST_LIBS)
EXTRA_DIST += tests/cross_arm64.sh tests/examples.sh tests/fresh_system.sh
# The order of the rooms of src/, and no circles.
dist_check_SCRIPTS += tests/test_rooms.sh
# Beside the program's own help and source; mandoc and groff have their say where they are.
dist_check_SCRIPTS += tests/test_manual.sh
# The completions in bash, zsh and fish; skipped without all of these.
dist_check_SCRIPTS += tests/test_completion.sh

check_PROGRAMS += tests/test_complete
tests_test_complete_SOURCES = tests/test_complete.c $(IO_TEST_SOURCES)
tests_test_complete_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_complete_LDADD = $(IO_TEST_LIBS)

check_PROGRAMS += tests/test_config
tests_test_config_SOURCES = tests/test_config.c $(IO_TEST_SOURCES)
tests_test_config_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_config_LDADD = $(IO_TEST_LIBS)
# Killed at many moments: every result file is the old or the new one.
dist_check_SCRIPTS += tests/test_kill.sh
# Seconds per megabyte of files that fill a table or a list.
dist_check_SCRIPTS += tests/test_linear.sh
# What another user of the machine has put in the way; skipped if not root.
dist_check_SCRIPTS += tests/test_users.sh
# Disks that are full or cannot be written, readers that have left.
dist_check_SCRIPTS += tests/test_places.sh
# Runs that are shared out, without and with MPI.
dist_check_SCRIPTS += tests/test_shards.sh tests/test_mpi.sh tests/test_slurm.sh
EXTRA_DIST += tests/repeated.sh
# Another decimal point; skipped where no such locale can be made.
dist_check_SCRIPTS += tests/test_locale.sh
# A control group that limits memory; skipped where none can be made.
dist_check_SCRIPTS += tests/test_cgroup.sh
# One file to copy; skipped unless PORTABLE names what `make portable` has made.
dist_check_SCRIPTS += tests/test_portable.sh
