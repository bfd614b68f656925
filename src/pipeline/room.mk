noinst_LIBRARIES += src/pipeline/libpipeline.a
src_pipeline_libpipeline_a_SOURCES = \
	src/pipeline/analysis.c src/pipeline/analysis.h \
	src/pipeline/cluster_methods.c \
	src/pipeline/cluster_title.c src/pipeline/cluster_title.h \
	src/pipeline/clustering.c src/pipeline/clustering.h \
	src/pipeline/command.h \
	src/pipeline/direct_neurons.c src/pipeline/direct_neurons.h \
	src/pipeline/effect_answer.c src/pipeline/effect_answer.h \
	src/pipeline/effect_chosen.c src/pipeline/effect_chosen.h \
	src/pipeline/effect_controls.c src/pipeline/effect_controls.h \
	src/pipeline/effect_edits.c src/pipeline/effect_edits.h \
	src/pipeline/effect_passes.c \
	src/pipeline/effect_probe.c src/pipeline/effect_probe.h \
	src/pipeline/effect_read.c \
	src/pipeline/effect_run.c src/pipeline/effect_run.h \
	src/pipeline/effect_sentences.c \
	src/pipeline/effect_state.h \
	src/pipeline/effect_sets.c src/pipeline/effect_sets.h \
	src/pipeline/effect_summary.c src/pipeline/effect_summary.h \
	src/pipeline/effect_twins.c src/pipeline/effect_twins.h \
	src/pipeline/effect_words.c src/pipeline/effect_words.h \
	src/pipeline/effect_write.c src/pipeline/effect_write.h \
	src/pipeline/eps_counts.c src/pipeline/eps_counts.h \
	src/pipeline/expect.c src/pipeline/expect.h \
	src/pipeline/key.h \
	src/pipeline/lookalike.c src/pipeline/lookalike.h \
	src/pipeline/method_dbscan.c \
	src/pipeline/method_kmeans.c \
	src/pipeline/method_ward.c \
	src/pipeline/neuron_set.c src/pipeline/neuron_set.h \
	src/pipeline/params.c src/pipeline/params.h \
	src/pipeline/pictures.c src/pipeline/pictures.h \
	src/pipeline/seed.c src/pipeline/seed.h \
	src/pipeline/setting.c src/pipeline/setting.h \
	src/pipeline/setting_numbers.c \
	src/pipeline/setting_parts.h \
	src/pipeline/setting_texts.c \
	src/pipeline/answer_chance.c src/pipeline/answer_chance.h \
	src/pipeline/inner_run.c src/pipeline/inner_run.h \
	src/pipeline/answer_neurons.c src/pipeline/answer_neurons.h \
	src/pipeline/answer_samples.c src/pipeline/answer_samples.h \
	src/pipeline/stage_answer.c src/pipeline/stage_answer.h \
	src/pipeline/stage_cluster.c src/pipeline/stage_cluster.h \
	src/pipeline/stage_contrast.c src/pipeline/stage_contrast.h \
	src/pipeline/extract_job.c src/pipeline/extract_job.h \
	src/pipeline/stage_direct.c src/pipeline/stage_direct.h \
	src/pipeline/stage_effect.c src/pipeline/stage_effect.h \
	src/pipeline/stage_extract.c src/pipeline/stage_extract.h \
	src/pipeline/stage_halves.c src/pipeline/stage_halves.h \
	src/pipeline/stage_hook.c src/pipeline/stage_hook.h \
	src/pipeline/stage_layers.c src/pipeline/stage_layers.h \
	src/pipeline/stage_lens.c src/pipeline/stage_lens.h \
	src/pipeline/stage_load.c src/pipeline/stage_load.h \
	src/pipeline/stage_map.c src/pipeline/stage_map.h \
	src/pipeline/stage_picture.c src/pipeline/stage_picture.h \
	src/pipeline/stage_shuffled.c src/pipeline/stage_shuffled.h \
	src/pipeline/stage_similarity.c src/pipeline/stage_similarity.h \
	src/pipeline/stage_space.c src/pipeline/stage_space.h \
	src/pipeline/stage_tsne.c src/pipeline/stage_tsne.h \
	src/pipeline/stage_ttest.c src/pipeline/stage_ttest.h \
	src/pipeline/stage.h \
	src/pipeline/stages.c src/pipeline/stages.h \
	src/pipeline/steps.c src/pipeline/steps.h \
	src/pipeline/target.c src/pipeline/target.h \
	src/pipeline/target_missing.c src/pipeline/target_missing.h \
	src/pipeline/unit_file.c src/pipeline/unit_file.h \
	src/pipeline/units.c src/pipeline/units.h \
	src/pipeline/units_folder.c src/pipeline/units_folder.h
