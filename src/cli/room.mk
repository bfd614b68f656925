noinst_LIBRARIES += src/cli/libcli.a
src_cli_libcli_a_CPPFLAGS = $(AM_CPPFLAGS) -DPKGDATADIR='"$(pkgdatadir)"'
src_cli_libcli_a_SOURCES = \
	src/cli/ansi.c src/cli/ansi.h \
	src/cli/commands.h \
	src/cli/complete.c src/cli/complete.h \
	src/cli/config_file.c src/cli/config_file.h \
	src/cli/confined.c src/cli/confined.h \
	src/cli/defaults.c \
	src/cli/fetch.c \
	src/cli/help.c \
	src/cli/hooks.c \
	src/cli/main.c \
	src/cli/merge.c \
	src/cli/meter.c src/cli/meter.h \
	src/cli/models.c \
	src/cli/option_table.c src/cli/option_table.h \
	src/cli/options.c src/cli/options.h \
	src/cli/paths.c src/cli/paths.h \
	src/cli/plan.c \
	src/cli/prepare.c src/cli/prepare.h \
	src/cli/print.c src/cli/print.h \
	src/cli/process.c src/cli/process.h \
	src/cli/rerun.c \
	src/cli/run.c src/cli/run.h \
	src/cli/shard.c \
	src/cli/sessions.c \
	src/cli/show_config.c \
	src/cli/steps.c \
	src/cli/task.c src/cli/task.h \
	src/cli/tokenize.c \
	src/cli/watch.c src/cli/watch.h

bashcompletiondir = $(datadir)/bash-completion/completions
bashcompletion_DATA = src/cli/shells/circuittui
zshcompletiondir = $(datadir)/zsh/site-functions
zshcompletion_DATA = src/cli/shells/_circuittui
fishcompletiondir = $(datadir)/fish/vendor_completions.d
fishcompletion_DATA = src/cli/shells/circuittui.fish

# They call the program where it is installed.
EXTRA_DIST += src/cli/shells/circuittui.bash.in src/cli/shells/_circuittui.in \
	src/cli/shells/circuittui.fish.in
CLEANFILES += $(bashcompletion_DATA) $(zshcompletion_DATA) $(fishcompletion_DATA)
put_program = $(AM_V_GEN)$(MKDIR_P) src/cli/shells && sed 's,@program''@,$(bindir)/circuittui,' \
	<$< >$@.new && mv $@.new $@
src/cli/shells/circuittui: src/cli/shells/circuittui.bash.in Makefile
	$(put_program)
src/cli/shells/_circuittui: src/cli/shells/_circuittui.in Makefile
	$(put_program)
src/cli/shells/circuittui.fish: src/cli/shells/circuittui.fish.in Makefile
	$(put_program)
