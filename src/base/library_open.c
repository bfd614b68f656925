#include "config.h"
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

enum ct_status library_open(const struct library *library, struct ct_error *err)
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
    return CT_OK;
}
