noinst_LIBRARIES += src/model/libmodel.a
src_model_libmodel_a_SOURCES = \
	src/model/added_tokens.c src/model/added_tokens.h \
	src/model/bpe.c src/model/bpe.h \
	src/model/checkpoint.c src/model/checkpoint.h \
	src/model/extract.c src/model/extract.h \
	src/model/extract_batches.h \
	src/model/forward.c src/model/forward.h \
	src/model/gpt2.c src/model/gpt2.h \
	src/model/gpt2_config.c src/model/gpt2_config.h \
	src/model/gpt2_weights.h \
	src/model/hooks.c src/model/hooks.h \
	src/model/hub_cache.c src/model/hub_cache.h \
	src/model/hub_list.c \
	src/model/hub_snapshot.c src/model/hub_snapshot.h \
	src/model/json_file.c src/model/json_file.h \
	src/model/json_ids.c src/model/json_ids.h \
	src/model/json_parse.c src/model/json_parse.h \
	src/model/prefetch.c src/model/prefetch.h \
	src/model/prefix_tree.c src/model/prefix_tree.h \
	src/model/pretokenize.c src/model/pretokenize.h \
	src/model/safetensors.c src/model/safetensors.h \
	src/model/tensor.c src/model/tensor.h \
	src/model/tokenizer.c src/model/tokenizer.h \
	src/model/tokenizer_files.c src/model/tokenizer_files.h \
	src/model/tokenizer_json.c \
	src/model/tokenizer_parts.c src/model/tokenizer_parts.h \
	src/model/vocab.c src/model/vocab.h \
	src/model/ops/activation.c src/model/ops/activation.h \
	src/model/ops/attention.c src/model/ops/attention.h \
	src/model/ops/exp_f32.h \
	src/model/ops/layer_norm.c src/model/ops/layer_norm.h \
	src/model/ops/linear.c src/model/ops/linear.h \
	src/model/ops/panel.c src/model/ops/panel.h \
	src/model/ops/panel_source.h
