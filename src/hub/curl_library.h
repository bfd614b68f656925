/* libcurl, loaded on first use: it depends on some thirty libraries, and loading them takes longer
 * than most commands. Include instead of <curl/curl.h>; calls look the same. */
#ifndef CT_HUB_CURL_LIBRARY_H
#define CT_HUB_CURL_LIBRARY_H

#include <curl/curl.h>

#include "base/status.h"

/* clang-format off */
#define CURL_FUNCTIONS(F)                                                                     \
    F(easy_cleanup) F(easy_getinfo) F(easy_header) F(easy_init) F(easy_perform) F(easy_reset) \
    F(easy_setopt) F(easy_strerror) F(free) F(global_cleanup) F(global_init) F(slist_append)  \
    F(slist_free_all) F(url) F(url_cleanup) F(url_get) F(url_set)
/* clang-format on */

struct curl_library {
#define CURL_POINTER(f) __typeof__(curl_##f) *f;
    CURL_FUNCTIONS(CURL_POINTER)
#undef CURL_POINTER
};

extern struct curl_library curl_library; /* filled in once, by curl_library_load() */

/* Call before any other function. CT_EIO: libcurl is missing, or too old. */
enum ct_status curl_library_load(struct ct_error *err);

#undef curl_easy_getinfo /* these are macros already */
#undef curl_easy_setopt
#define curl_easy_cleanup   curl_library.easy_cleanup
#define curl_easy_getinfo   curl_library.easy_getinfo
#define curl_easy_header    curl_library.easy_header
#define curl_easy_init      curl_library.easy_init
#define curl_easy_perform   curl_library.easy_perform
#define curl_easy_reset     curl_library.easy_reset
#define curl_easy_setopt    curl_library.easy_setopt
#define curl_easy_strerror  curl_library.easy_strerror
#define curl_free           curl_library.free
#define curl_global_cleanup curl_library.global_cleanup
#define curl_global_init    curl_library.global_init
#define curl_slist_append   curl_library.slist_append
#define curl_slist_free_all curl_library.slist_free_all
#define curl_url            curl_library.url
#define curl_url_cleanup    curl_library.url_cleanup
#define curl_url_get        curl_library.url_get
#define curl_url_set        curl_library.url_set

#endif
