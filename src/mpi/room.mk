# A program of its own: the ordinary one links no MPI, which would take longer to load than its work.
if HAVE_MPI
bin_PROGRAMS += src/circuittui-mpi
endif
src_circuittui_mpi_SOURCES = src/mpi/main.c src/mpi/words.c src/mpi/words.h
src_circuittui_mpi_CPPFLAGS = $(AM_CPPFLAGS) $(MPI_CFLAGS)
src_circuittui_mpi_LDADD = $(CLI) $(ALL_LIBS) $(MPI_LIBS)
