noinst_LIBRARIES += src/hub/libhub.a
src_hub_libhub_a_SOURCES = \
	src/hub/cache.c src/hub/cache.h \
	src/hub/download.h \
	src/hub/fetch.c src/hub/fetch.h \
	src/hub/list.c src/hub/list.h \
	src/hub/partial.c src/hub/partial.h \
	src/hub/snapshot.c src/hub/snapshot.h \
	src/hub/store.c src/hub/store.h
if HAVE_LIBCURL
src_hub_libhub_a_SOURCES += \
	src/hub/curl_library.c src/hub/curl_library.h \
	src/hub/download.c
else
src_hub_libhub_a_SOURCES += src/hub/download_none.c
endif
