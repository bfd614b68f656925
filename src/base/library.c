#include "config.h"
#include "base/library.h"

#include <pthread.h>

enum ct_status library_load(struct library *library, struct ct_error *err)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

    pthread_mutex_lock(&mutex);
    const enum ct_status status = library->is_loaded ? CT_OK : library_open(library, err);
    library->is_loaded = status == CT_OK;
    pthread_mutex_unlock(&mutex);
    return status;
}
