/*
 * How functions fail: they return an enum ct_status and, if the caller passed a struct ct_error,
 * write one line there. The line has the form `WHERE: WHAT; WHAT TO DO` and never contains bytes
 * that a terminal would interpret as commands, whatever file the words came from.
 */
#ifndef CT_BASE_STATUS_H
#define CT_BASE_STATUS_H

enum ct_status {
    CT_OK = 0,
    CT_EINVAL,    /* the caller or user asked for something invalid */
    CT_ENOMEM,    /* out of memory */
    CT_ECANCELED, /* the progress callback returned stop */
    CT_EIO,       /* the operating system refused: open, read, write, rename */
    CT_EFORMAT,   /* a file is malformed */
    CT_ENOTSUP,   /* a file is well formed, but requires an unsupported feature */
};

enum { CT_ERROR_SIZE = 512 };

struct ct_error {
    enum ct_status code;
    char text[CT_ERROR_SIZE]; /* UTF-8, one line, no control characters, always terminated */
};

/* Fills *err (may be NULL) and returns code, so that `return ct_fail(...)` is possible. */
enum ct_status ct_fail(struct ct_error *err, enum ct_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a system call that just failed: appends strerror(errno). */
enum ct_status ct_fail_errno(struct ct_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For failed allocations; what names the object, size is its bytes (0: unknown). */
enum ct_status ct_fail_nomem(struct ct_error *err, const char *what, unsigned long long size);

/* Prepends `WHERE: ` to the text of an error from a called function. Returns err's code. */
enum ct_status ct_error_where(struct ct_error *err, enum ct_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#ifdef __clang_analyzer__ /* it analyses one file at a time, and cannot see that these never       \
                             return CT_OK */
#define ct_fail(err, code, ...) ((ct_fail)(err, code, __VA_ARGS__), (code))
#define ct_fail_errno(...)      ((ct_fail_errno)(__VA_ARGS__), CT_EIO)
#define ct_fail_nomem(...)      ((ct_fail_nomem)(__VA_ARGS__), CT_ENOMEM)
#endif

#endif
