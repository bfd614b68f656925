# Fuzzers: one program for each thing that is read. Configured with --enable-fuzzers they are
# libFuzzer's; without it driver.c runs them over the corpus, and so does `make check`.
FUZZ_SOURCES = tests/fuzz/fuzz.c tests/fuzz/fuzz.h
if !FUZZERS
FUZZ_SOURCES += tests/fuzz/driver.c
endif
FUZZ_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/fuzz
FUZZ_MODEL_LIBS = $(MODEL) $(MODEL_LIBS)
FUZZ_IO_LIBS = $(IO) $(IO_LIBS)
FUZZ_TARGETS = tests/fuzz/fuzz_safetensors tests/fuzz/fuzz_index tests/fuzz/fuzz_config \
	tests/fuzz/fuzz_vocab tests/fuzz/fuzz_merges tests/fuzz/fuzz_added_tokens \
	tests/fuzz/fuzz_tokenizer_json tests/fuzz/fuzz_tokenizer_config tests/fuzz/fuzz_encode \
	tests/fuzz/fuzz_decode tests/fuzz/fuzz_hooks tests/fuzz/fuzz_stimuli \
	tests/fuzz/fuzz_activations tests/fuzz/fuzz_npy tests/fuzz/fuzz_labels tests/fuzz/fuzz_tables \
	tests/fuzz/fuzz_number tests/fuzz/fuzz_options tests/fuzz/fuzz_manifest \
	tests/fuzz/fuzz_analysis
EXTRA_PROGRAMS += $(FUZZ_TARGETS)
CLEANFILES += $(FUZZ_TARGETS)
check_DATA += $(FUZZ_TARGETS)
dist_check_SCRIPTS += tests/test_fuzz.sh
EXTRA_DIST += tests/fuzz/gen_corpus.py tests/fuzz/corpus

tests_fuzz_fuzz_safetensors_SOURCES = tests/fuzz/fuzz_safetensors.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_safetensors_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_safetensors_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_safetensors_LDADD = $(FUZZ_IO_LIBS)

tests_fuzz_fuzz_index_SOURCES = tests/fuzz/fuzz_index.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_index_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_index_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_index_LDADD = $(FUZZ_MODEL_LIBS)

tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz_config.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_config_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_config_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_config_LDADD = $(FUZZ_MODEL_LIBS)

tests_fuzz_fuzz_vocab_SOURCES = tests/fuzz/fuzz_tokenizer_file.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_vocab_CPPFLAGS = $(FUZZ_CPPFLAGS) -DFUZZED_FILE='"vocab.json"'
tests_fuzz_fuzz_vocab_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_vocab_LDADD = $(FUZZ_MODEL_LIBS)

tests_fuzz_fuzz_merges_SOURCES = tests/fuzz/fuzz_tokenizer_file.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_merges_CPPFLAGS = $(FUZZ_CPPFLAGS) -DFUZZED_FILE='"merges.txt"'
tests_fuzz_fuzz_merges_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_merges_LDADD = $(FUZZ_MODEL_LIBS)

tests_fuzz_fuzz_added_tokens_SOURCES = tests/fuzz/fuzz_tokenizer_file.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_added_tokens_CPPFLAGS = $(FUZZ_CPPFLAGS) -DFUZZED_FILE='"added_tokens.json"'
tests_fuzz_fuzz_added_tokens_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_added_tokens_LDADD = $(FUZZ_MODEL_LIBS)

tests_fuzz_fuzz_tokenizer_json_SOURCES = tests/fuzz/fuzz_tokenizer_file.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_tokenizer_json_CPPFLAGS = $(FUZZ_CPPFLAGS) -DFUZZED_FILE='"tokenizer.json"'
tests_fuzz_fuzz_tokenizer_json_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_tokenizer_json_LDADD = $(FUZZ_MODEL_LIBS)

tests_fuzz_fuzz_tokenizer_config_SOURCES = tests/fuzz/fuzz_tokenizer_file.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_tokenizer_config_CPPFLAGS = $(FUZZ_CPPFLAGS) -DFUZZED_FILE='"tokenizer_config.json"'
tests_fuzz_fuzz_tokenizer_config_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_tokenizer_config_LDADD = $(FUZZ_MODEL_LIBS)

tests_fuzz_fuzz_encode_SOURCES = tests/fuzz/fuzz_encode.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_encode_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_encode_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_encode_LDADD = $(FUZZ_MODEL_LIBS)

tests_fuzz_fuzz_decode_SOURCES = tests/fuzz/fuzz_decode.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_decode_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_decode_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_decode_LDADD = $(FUZZ_MODEL_LIBS)

tests_fuzz_fuzz_hooks_SOURCES = tests/fuzz/fuzz_hooks.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_hooks_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_hooks_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_hooks_LDADD = $(FUZZ_MODEL_LIBS)

tests_fuzz_fuzz_stimuli_SOURCES = tests/fuzz/fuzz_stimuli.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_stimuli_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_stimuli_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_stimuli_LDADD = $(FUZZ_IO_LIBS)

tests_fuzz_fuzz_activations_SOURCES = tests/fuzz/fuzz_activations.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_activations_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_activations_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_activations_LDADD = $(FUZZ_IO_LIBS)

tests_fuzz_fuzz_npy_SOURCES = tests/fuzz/fuzz_npy.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_npy_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_npy_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_npy_LDADD = $(FUZZ_IO_LIBS)

tests_fuzz_fuzz_labels_SOURCES = tests/fuzz/fuzz_labels.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_labels_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_labels_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_labels_LDADD = $(FUZZ_IO_LIBS)

tests_fuzz_fuzz_tables_SOURCES = tests/fuzz/fuzz_tables.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_tables_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_tables_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_tables_LDADD = $(FUZZ_IO_LIBS)

tests_fuzz_fuzz_number_SOURCES = tests/fuzz/fuzz_number.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_number_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_number_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_number_LDADD = $(FUZZ_IO_LIBS)

tests_fuzz_fuzz_options_SOURCES = tests/fuzz/fuzz_options.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_options_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_options_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_options_LDADD = $(CLI) $(ALL_LIBS)

tests_fuzz_fuzz_manifest_SOURCES = tests/fuzz/fuzz_manifest.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_manifest_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_manifest_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_manifest_LDADD = $(REPORT) $(ALL_LIBS)

tests_fuzz_fuzz_analysis_SOURCES = tests/fuzz/fuzz_analysis.c $(FUZZ_SOURCES)
tests_fuzz_fuzz_analysis_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_analysis_LDFLAGS = $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_analysis_LDADD = $(REPORT) $(ALL_LIBS)

# Their malformed inputs, given to the program.
check_PROGRAMS += tests/test_malformed
tests_test_malformed_SOURCES = tests/test_malformed.c $(IO_TEST_SOURCES) $(TEST_GOLDEN_CANVAS)
tests_test_malformed_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_malformed_LDADD = $(IO_TEST_LIBS)
