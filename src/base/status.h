/*
 * How functions fail: they return an enum ct_status and, where the caller gave a struct ct_error,
 * leave one line there. The line has the form `WHERE: WHAT; WHAT TO DO` and never holds bytes
 * that a terminal would take for commands, whatever file the words came from.
 */
#ifndef CT_BASE_STATUS_H
#define CT_BASE_STATUS_H

enum ct_status {
    CT_OK = 0,
    CT_EINVAL,    /* the caller, or the user, asked for something that makes no sense */
    CT_ENOMEM,    /* out of memory */
    CT_ECANCELED, /* the progress sink said stop */
    CT_EIO,       /* the operating system refused: open, read, write, rename */
    CT_EFORMAT,   /* a file is not what it should be */
    CT_ENOTSUP,   /* a file is well made, but asks for something that we do not do */
};

enum { CT_ERROR_SIZE = 512 };

struct ct_error {
    enum ct_status code;
    char text[CT_ERROR_SIZE]; /* UTF-8, one line, no control characters, always terminated */
};

/* Fills *err (which may be NULL) and returns code, so that `return ct_fail(...)` reads well. */
enum ct_status ct_fail(struct ct_error *err, enum ct_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a system call that just failed: appends strerror(errno). */
enum ct_status ct_fail_errno(struct ct_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The one answer to a failed allocation; what names the thing, size its bytes (0: not known). */
enum ct_status ct_fail_nomem(struct ct_error *err, const char *what, unsigned long long size);

/* Puts `WHERE: ` before the text of an error that has come up from below. Returns err's code. */
enum ct_status ct_error_where(struct ct_error *err, enum ct_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#ifdef __clang_analyzer__ /* it sees one file at a time, and not that these never return CT_OK */
#define ct_fail(err, code, ...) ((ct_fail)(err, code, __VA_ARGS__), (code))
#define ct_fail_errno(...)      ((ct_fail_errno)(__VA_ARGS__), CT_EIO)
#define ct_fail_nomem(...)      ((ct_fail_nomem)(__VA_ARGS__), CT_ENOMEM)
#endif

#endif
