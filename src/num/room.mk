noinst_LIBRARIES += src/num/libnum.a
src_num_libnum_a_SOURCES =
