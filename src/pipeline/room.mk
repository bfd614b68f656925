noinst_LIBRARIES += src/pipeline/libpipeline.a
src_pipeline_libpipeline_a_SOURCES = \
	src/pipeline/analysis.c src/pipeline/analysis.h \
	src/pipeline/memory_plan.c src/pipeline/memory_plan.h \
	src/pipeline/params.c src/pipeline/params.h \
	src/pipeline/settings.c src/pipeline/settings.h \
	src/pipeline/stage_cluster.c \
	src/pipeline/stage_extract.c \
	src/pipeline/stage_hook.c \
	src/pipeline/stage_layers.c \
	src/pipeline/stage_load.c \
	src/pipeline/stage_similarity.c \
	src/pipeline/stage_tsne.c \
	src/pipeline/stage_ttest.c \
	src/pipeline/stages.h \
	src/pipeline/steps.c src/pipeline/steps.h \
	src/pipeline/target.c src/pipeline/target.h
