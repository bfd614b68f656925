noinst_LIBRARIES += src/model/libmodel.a
src_model_libmodel_a_SOURCES = \
	src/model/arch.c src/model/arch.h \
	src/model/arch_gemma.c \
	src/model/arch_gpt2.c \
	src/model/arch_gpt_neo.c \
	src/model/arch_gpt_neox.c \
	src/model/arch_gptj.c \
	src/model/arch_llama.c src/model/arch_llama.h \
	src/model/arch_opt.c \
	src/model/arch_phi.c \
	src/model/bind.c src/model/bind.h \
	src/model/bind_model.c src/model/bind_model.h \
	src/model/checkpoint.c src/model/checkpoint.h \
	src/model/config_derive.c src/model/config_derive.h \
	src/model/config_keys.h \
	src/model/config_reader.c src/model/config_reader.h \
	src/model/config_rotary.c src/model/config_rotary.h \
	src/model/direct_path.c src/model/direct_path.h \
	src/model/edit.h \
	src/model/extract.c src/model/extract.h \
	src/model/forward.c src/model/forward.h \
	src/model/hooks.c src/model/hooks.h \
	src/model/model.c src/model/model.h \
	src/model/model_config.c src/model/model_config.h \
	src/model/normalise.c src/model/normalise.h \
	src/model/output.c src/model/output.h \
	src/model/output_extremes.c \
	src/model/output_predict.c \
	src/model/output_state.h \
	src/model/pass.c src/model/pass.h \
	src/model/pass_attention.c \
	src/model/pass_edit.c \
	src/model/pass_memo.c src/model/pass_memo.h \
	src/model/pass_ops.c src/model/pass_ops.h \
	src/model/pass_state.h \
	src/model/prefetch.c src/model/prefetch.h \
	src/model/prefix_tree.c src/model/prefix_tree.h \
	src/model/shuffled.c src/model/shuffled.h \
	src/model/site.c src/model/site.h \
	src/model/tensor_names.c src/model/tensor_names.h \
	src/model/token_seq.h \
	src/model/weights.h \
	src/model/write_size.c src/model/write_size.h \
	src/model/ops/activation.c src/model/ops/activation.h \
	src/model/ops/attention.c src/model/ops/attention.h \
	src/model/ops/exp_f32.h \
	src/model/ops/norm.c src/model/ops/norm.h \
	src/model/ops/linear.c src/model/ops/linear.h \
	src/model/ops/panel.c src/model/ops/panel.h \
	src/model/ops/panel_source.h \
	src/model/ops/rotary.c src/model/ops/rotary.h \
	src/model/ops/tensor.c src/model/ops/tensor.h \
	src/model/tokens/added_token_json.c src/model/tokens/added_token_json.h \
	src/model/tokens/added_tokens.c src/model/tokens/added_tokens.h \
	src/model/tokens/bos.h \
	src/model/tokens/bpe.c src/model/tokens/bpe.h \
	src/model/tokens/cut.c src/model/tokens/cut.h \
	src/model/tokens/fallback.h \
	src/model/tokens/family_rules.c src/model/tokens/family_rules.h \
	src/model/tokens/file_pattern.c src/model/tokens/file_pattern.h \
	src/model/tokens/json_cut.c src/model/tokens/json_cut.h \
	src/model/tokens/json_ids.c src/model/tokens/json_ids.h \
	src/model/tokens/json_merges.c src/model/tokens/json_merges.h \
	src/model/tokens/json_reader.c src/model/tokens/json_reader.h \
	src/model/tokens/mapped_text.c src/model/tokens/mapped_text.h \
	src/model/tokens/merges_txt.c src/model/tokens/merges_txt.h \
	src/model/tokens/nfc.c src/model/tokens/nfc.h \
	src/model/tokens/normalize.c src/model/tokens/normalize.h \
	src/model/tokens/onig_syntax.c src/model/tokens/onig_syntax.h \
	src/model/tokens/pattern.c src/model/tokens/pattern.h \
	src/model/tokens/pretokenize.c src/model/tokens/pretokenize.h \
	src/model/tokens/symbols.c src/model/tokens/symbols.h \
	src/model/tokens/text_rules.c src/model/tokens/text_rules.h \
	src/model/tokens/text_rules_json.c src/model/tokens/text_rules_json.h \
	src/model/tokens/token.h \
	src/model/tokens/tokenizer.c src/model/tokens/tokenizer.h \
	src/model/tokens/tokenizer_bos.c src/model/tokens/tokenizer_bos.h \
	src/model/tokens/tokenizer_compare.c src/model/tokens/tokenizer_compare.h \
	src/model/tokens/tokenizer_config.c src/model/tokens/tokenizer_config.h \
	src/model/tokens/tokenizer_files.c src/model/tokens/tokenizer_files.h \
	src/model/tokens/tokenizer_json.c src/model/tokens/tokenizer_json.h \
	src/model/tokens/tokenizer_parts.c src/model/tokens/tokenizer_parts.h \
	src/model/tokens/vocab.c src/model/tokens/vocab.h \
	src/model/tokens/word_class.c src/model/tokens/word_class.h
