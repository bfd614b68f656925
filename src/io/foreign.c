#include "config.h"
#include "io/foreign.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

static const char SAVE_UTF8[] = "save it as UTF-8 (Excel: CSV UTF-8)";

static const struct kind {
    const char *magic;
    size_t size;
    const char *what;
    const char *advice;
} kinds[] = {
    { "\xFF\xFE\0\0", 4, "encoded in UTF-32", SAVE_UTF8 },
    { "\0\0\xFE\xFF", 4, "encoded in UTF-32", SAVE_UTF8 },
    { "\xFF\xFE", 2, "encoded in UTF-16 (byte order mark FF FE)", SAVE_UTF8 },
    { "\xFE\xFF", 2, "encoded in UTF-16 (byte order mark FE FF)", SAVE_UTF8 },
    { "\x1F\x8B", 2, "compressed with gzip (R's .rds also is)", "decompress it: gunzip -c FILE" },
    { "BZh91AY&SY", 10, "compressed with bzip2", "decompress it: bunzip2 -c FILE" },
    { "\xFD"
      "7zXZ",
      5, "compressed with xz", "decompress it: xz -dc FILE" },
    { "\x28\xB5\x2F\xFD", 4, "compressed with zstd", "decompress it: zstd -dc FILE" },
    { "\x93NUMPY", 6, "an .npy array", "save the table as CSV" },
    { "\x89HDF\r\n", 6, "an HDF5 file", "save its array: numpy.save('x.npy', file['NAME'][:])" },
    { "PAR1\x15", 5, "a Parquet file", "save it as CSV: to_csv('x.csv', index=False)" },
    { "ARROW1\0\0", 8, "an Arrow file", "save it as CSV: to_csv('x.csv', index=False)" },
    { "MATLAB 5.0 MAT-file", 19, "a MATLAB file", "save it as CSV: writematrix(x, 'x.csv')" },
    { "RDX3\nX\n", 7, "an R workspace", "save it as CSV: write.csv(x, 'x.csv', row.names=FALSE)" },
    { "\xD0\xCF\x11\xE0", 4, "an old Excel workbook", "save it as CSV UTF-8" },
    { "version https://git-lfs", 23, "a pointer of Git LFS, not the file", "run git lfs pull" },
};

static bool begins_with(const char *head, size_t size, const char *magic, size_t n)
{
    return size >= n && memcmp(head, magic, n) == 0;
}

/* The name of a zip archive's first member, as far as it is within head. */
static enum ct_status fail_zip(const unsigned char *head, size_t size, const char *name,
                               struct ct_error *err)
{
    enum { LENGTH_AT = 26, NAME_AT = 30, MOST = 64 };
    const size_t room = size > NAME_AT ? size - NAME_AT : 0;
    const size_t length = room > 0 ? (size_t)head[LENGTH_AT] | (size_t)head[LENGTH_AT + 1] << 8 : 0;
    const size_t there = length <= room ? length : 0;
    const char *const member = room > 0 ? (const char *)head + NAME_AT : "";
    char shown[MOST + 1];

    if (there > 4 && memcmp(member + there - 4, ".npy", 4) == 0) {
        text_visible(shown, sizeof shown, member, there - 4);
        return ct_fail(err, CT_EFORMAT,
                       "%s: an .npz archive of arrays; take one out: "
                       "numpy.save('x.npy', numpy.load(FILE)['%s'])",
                       name, shown);
    }
    if (there > 8 && memcmp(member + there - 8, "data.pkl", 8) == 0)
        return ct_fail(
            err, CT_EFORMAT,
            "%s: a PyTorch file; save its tensor: numpy.save('x.npy', x.float().numpy())", name);
    if (begins_with(member, there, "[Content_Types]", 15) || begins_with(member, there, "xl/", 3) ||
        begins_with(member, there, "_rels/", 6))
        return ct_fail(err, CT_EFORMAT, "%s: an Excel workbook; save it as CSV UTF-8", name);
    return ct_fail(err, CT_EFORMAT, "%s: a zip archive; extract the file from it", name);
}

static bool is_pickle(const unsigned char *head, size_t size)
{
    return size > 2 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5;
}

/* The length of a JSON object, then the object. */
static bool is_safetensors(const unsigned char *head, size_t size)
{
    return size > 9 && head[8] == '{' && head[4] == 0 && head[5] == 0 && head[6] == 0 &&
           head[7] == 0;
}

/* ASCII in UTF-16 without a mark. */
static bool is_wide(const unsigned char *head, size_t size)
{
    return size >= 4 && ((head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0) ||
                         (head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0));
}

static bool is_page(const char *head, size_t size)
{
    return (size >= 9 && strncasecmp(head, "<!doctype", 9) == 0) ||
           (size >= 5 && strncasecmp(head, "<html", 5) == 0);
}

enum ct_status foreign_check(const void *head, size_t size, const char *name, struct ct_error *err)
{
    const char *const text = head;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (begins_with(text, size, kinds[i].magic, kinds[i].size))
            return ct_fail(err, CT_EFORMAT, "%s: %s; %s", name, kinds[i].what, kinds[i].advice);
    if (begins_with(text, size, "PK\x03\x04", 4))
        return fail_zip(head, size, name, err);
    if (is_pickle(head, size))
        return ct_fail(err, CT_EFORMAT,
                       "%s: a pickle, which can run code and is not read; save it as CSV or .npy",
                       name);
    if (is_safetensors(head, size))
        return ct_fail(err, CT_EFORMAT, "%s: a safetensors file; save its tensor with numpy.save",
                       name);
    if (is_wide(head, size))
        return ct_fail(err, CT_EFORMAT, "%s: encoded in UTF-16; %s", name, SAVE_UTF8);
    if (is_page(text, size))
        return ct_fail(err, CT_EFORMAT, "%s: a web page; download the file itself", name);
    return CT_OK;
}
