#include "config.h"
#include "base/path.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool path_put(char out[PATH_MAX], const char *format, ...)
{
    va_list args;

    va_start(args, format);
    const int length = vsnprintf(out, PATH_MAX, format, args);
    va_end(args);
    return length >= 0 && length < PATH_MAX;
}

const char *path_take_home(const char **path, const char *home)
{
    const char *const text = *path;

    if (text[0] != '~' || (text[1] != '/' && text[1] != '\0') || home == NULL || *home == '\0')
        return "";
    *path = text + 1;
    return home;
}

bool path_is_folder(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

char *path_join(const char *folder, const char *name)
{
    const size_t folder_size = strlen(folder);
    const size_t name_size = strlen(name);
    const size_t slash = folder_size > 0 && folder[folder_size - 1] != '/' ? 1 : 0;
    char *const path = malloc(folder_size + slash + name_size + 1);

    if (path == NULL)
        return NULL;
    memcpy(path, folder, folder_size);
    memcpy(path + folder_size, "/", slash);
    memcpy(path + folder_size + slash, name, name_size + 1);
    return path;
}

bool path_is_file(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}
