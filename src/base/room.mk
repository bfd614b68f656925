noinst_LIBRARIES += src/base/libbase.a
src_base_libbase_a_SOURCES = \
	src/base/cgroup.c src/base/cgroup.h \
	src/base/clock.c src/base/clock.h \
	src/base/confine.c src/base/confine.h \
	src/base/crew.c src/base/crew.h \
	src/base/fnv.h \
	src/base/kernel.c src/base/kernel.h \
	src/base/inside.c src/base/inside.h \
	src/base/keyed_hash.c src/base/keyed_hash.h \
	src/base/keymap.c src/base/keymap.h \
	src/base/library.c src/base/library.h \
	src/base/library_open.c \
	src/base/mapped.c src/base/mapped.h \
	src/base/mat.c src/base/mat.h \
	src/base/mem.c src/base/mem.h \
	src/base/memory_limit.c src/base/memory_limit.h \
	src/base/path.c src/base/path.h \
	src/base/processors.c src/base/processors.h \
	src/base/progress.c src/base/progress.h \
	src/base/signals.c src/base/signals.h \
	src/base/spill.c src/base/spill.h \
	src/base/status.c src/base/status.h \
	src/base/text.c src/base/text.h \
	src/base/thread.c src/base/thread.h
