noinst_LIBRARIES += src/io/libio.a
src_io_libio_a_SOURCES = \
	src/io/activations.h \
	src/io/csv.h \
	src/io/csv_writer.h \
	src/io/hash.h \
	src/io/infile.h \
	src/io/labels.h \
	src/io/npy.h \
	src/io/number.h \
	src/io/outfile.h \
	src/io/stimuli.h
