noinst_LIBRARIES += src/io/libio.a
src_io_libio_a_SOURCES = \
	src/io/activations.c src/io/activations.h \
	src/io/csv.c src/io/csv.h \
	src/io/csv_table.c \
	src/io/csv_writer.c src/io/csv_writer.h \
	src/io/decimal.c src/io/decimal.h \
	src/io/grow.c src/io/grow.h \
	src/io/hash.c src/io/hash.h \
	src/io/hash_ahead.c src/io/hash_ahead.h \
	src/io/infile.c src/io/infile.h \
	src/io/json_file.c src/io/json_file.h \
	src/io/json_parse.c src/io/json_parse.h \
	src/io/json_text.c src/io/json_text.h \
	src/io/labels.c src/io/labels.h \
	src/io/lockfile.c src/io/lockfile.h \
	src/io/neuron_line.c src/io/neuron_line.h \
	src/io/neuron_table.c src/io/neuron_table.h \
	src/io/npy.c src/io/npy.h \
	src/io/npy_header.c src/io/npy_header.h \
	src/io/number.c src/io/number.h \
	src/io/outfile.c src/io/outfile.h \
	src/io/plain_number.c src/io/plain_number.h \
	src/io/plane.c src/io/plane.h \
	src/io/safetensors.c src/io/safetensors.h \
	src/io/safetensors_writer.c src/io/safetensors_writer.h \
	src/io/stimuli.c src/io/stimuli.h
