/* Files that the program carries, written where others can open them. */
#ifndef CT_IO_UNPACK_H
#define CT_IO_UNPACK_H

#include <stddef.h>

#include "base/inside.h"
#include "base/status.h"

/*
 * Makes files[0 .. n) be in the folder, which is created if missing, only for this user. A file
 * that holds the same bytes stays as it is, and nothing is written if all do; the others appear
 * whole, all or none, in place of what has their names. CT_EIO: the folder cannot be written, or it
 * belongs to another user, or others may write to it. CT_ENOMEM.
 */
enum ct_status unpack(const struct inside_file *files, size_t n, const char *folder,
                      struct ct_error *err);

#endif
