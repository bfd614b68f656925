# One file to copy: the ordinary program's objects, linked statically, with what it would look for as
# files or load by name. These objects come first, and define what those of the libraries do that
# they replace: inside.c and library_open.c of base, download.c, figure.c.
EXTRA_PROGRAMS += src/portable/circuittui
src_portable_circuittui_SOURCES = src/main.c src/hub/download_none.c src/plot/figure_none.c \
	src/portable/characters.c src/portable/characters.h src/portable/fortran.c \
	src/portable/inside.c src/portable/library_open.c src/portable/terminals.h
nodist_src_portable_circuittui_SOURCES = src/portable/terminals.c
src_portable_circuittui_LDADD = src/portable/demo.o src/portable/openblas_memory.o \
	src/tui/libtui.a $(CLI) $(ALL_LIBS) $(TUI_LIBS) $(OPENBLAS_ARCHIVE)
src_portable_circuittui_LDFLAGS = $(PORTABLE_LDFLAGS) -Wl,--wrap=iswprint,--wrap=mblen \
	-Wl,--wrap=mbrtowc,--wrap=mbtowc,--wrap=nl_langinfo,--wrap=setlocale,--wrap=wcrtomb,--wrap=wcsrtombs \
	-Wl,--wrap=wcwidth
EXTRA_DIST += src/portable/demo.S src/portable/terminals.sh
CLEANFILES += src/portable/circuittui$(EXEEXT) src/portable/demo.o src/portable/openblas_memory.o \
	src/portable/terminals.c circuittui-$(VERSION)-*

src/portable/terminals.c: src/portable/terminals.sh
	$(AM_V_GEN)$(MKDIR_P) src/portable && $(srcdir)/src/portable/terminals.sh >$@.new && mv $@.new $@

src/portable/demo.o: src/portable/demo.S $(dist_demo_DATA)
	$(AM_V_GEN)$(MKDIR_P) src/portable && $(CC) -Wa,-I,$(srcdir)/fixtures/demo -c -o $@ \
		$(srcdir)/src/portable/demo.S

# OpenBLAS begins, with threads and buffers, before main(). Here it does so when library_open.c calls it:
# its file that has the constructor, without the constructor.
src/portable/openblas_memory.o: Makefile
	$(AM_V_GEN)$(MKDIR_P) src/portable && \
	{ test -e '$(OPENBLAS_ARCHIVE)' || { echo "make portable: there is no" \
		"$(OPENBLAS_ARCHIVE); apt-get install libopenblas-dev" >&2; exit 1; }; } && \
	$(AR) p $(OPENBLAS_ARCHIVE) memory.o >$@.new && \
	$(OBJCOPY) -R '.init_array*' -R '.rela.init_array*' -R '.ctors*' -R '.rela.ctors*' $@.new && \
	mv $@.new $@

# Named after the processors that it is for. The objects are those of `all', which is not to make them
# at the same time.
portable: all
	@$(MAKE) $(AM_MAKEFLAGS) src/portable/circuittui$(EXEEXT)
	@name=circuittui-$(VERSION)-$$($(CC) -dumpmachine | sed 's/-.*//') && \
	$(STRIP) -o "$$name" src/portable/circuittui$(EXEEXT) && \
	echo "$$name: $$(du -b "$$name" | awk '{ printf "%.1f", $$1 / 1e6 }') MB"
.PHONY: portable
