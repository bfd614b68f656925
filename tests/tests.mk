# Each test program links one room and what that room may include.
AM_TESTS_ENVIRONMENT = \
	FIXTURES_DIR='$(abs_top_srcdir)/fixtures'; export FIXTURES_DIR; \
	GOLDEN_DIR='$(abs_top_srcdir)/tests/golden'; export GOLDEN_DIR; \
	CIRCUITTUI='$(abs_top_builddir)/src/circuittui$(EXEEXT)'; export CIRCUITTUI;

TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CHECK_CFLAGS)
TEST_SUPPORT = tests/support.c tests/support.h
TESTS += $(check_PROGRAMS) $(dist_check_SCRIPTS)

check_PROGRAMS += tests/test_base
tests_test_base_SOURCES = tests/test_base.c $(TEST_SUPPORT)
tests_test_base_CPPFLAGS = $(TEST_CPPFLAGS)
tests_test_base_LDADD = $(BASE) $(CHECK_LIBS)
