#include "config.h"
#include "hub/download.h"

/* Replaces download.c in builds without libcurl. */

bool download_is_built_in(void)
{
    return false;
}

enum ct_status download_new(const struct download_params *params, struct download **out,
                            struct ct_error *err)
{
    (void)params;
    (void)out;
    return ct_fail(err, CT_ENOTSUP, "download: this program was built without libcurl");
}

void download_free(struct download *d)
{
    (void)d;
}

enum ct_status download_headers(struct download *d, const char *url, struct download_reply *reply,
                                struct ct_error *err)
{
    (void)url;
    (void)reply;
    return download_new(NULL, &d, err);
}

enum ct_status download_file(struct download *d, const char *url, struct partial *file,
                             struct ct_error *err)
{
    (void)url;
    (void)file;
    return download_new(NULL, &d, err);
}
