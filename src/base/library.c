#include "config.h"
#include "base/library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

static enum ct_status load(struct library *library, struct ct_error *err)
{
    void *const handle = dlopen(library->file, RTLD_NOW | RTLD_LOCAL);

    if (handle == NULL)
        return ct_fail(err, CT_EIO, "%s; install it", dlerror());
    for (size_t i = 0; i < library->n_functions; i++) {
        const struct library_function *const f = &library->functions[i];
        void *const address = dlsym(handle, f->name);
        if (address == NULL)
            return ct_fail(err, CT_EIO, "%s: has no function %s; install a newer one",
                           library->file, f->name);
        memcpy(f->pointer, &address, sizeof address);
    }
    library->is_loaded = true;
    return CT_OK;
}

enum ct_status library_load(struct library *library, struct ct_error *err)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

    pthread_mutex_lock(&mutex);
    const enum ct_status status = library->is_loaded ? CT_OK : load(library, err);
    pthread_mutex_unlock(&mutex);
    return status;
}
