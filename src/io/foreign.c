#include "config.h"
#include "io/foreign.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "io/file_kind.h"

static const char SAVE_UTF8[] = "save it as UTF-8 (Excel: CSV UTF-8)";

static const struct words {
    const char *what, *advice; /* NULL: not a foreign file */
} words[] = {
    [FILE_UTF32] = { "encoded in UTF-32", SAVE_UTF8 },
    [FILE_UTF16_LE] = { "encoded in UTF-16 (byte order mark FF FE)", SAVE_UTF8 },
    [FILE_UTF16_BE] = { "encoded in UTF-16 (byte order mark FE FF)", SAVE_UTF8 },
    [FILE_UTF16] = { "encoded in UTF-16", SAVE_UTF8 },
    [FILE_GZIP] = { "compressed with gzip (R's .rds also is)", "decompress it: gunzip -c FILE" },
    [FILE_BZIP2] = { "compressed with bzip2", "decompress it: bunzip2 -c FILE" },
    [FILE_XZ] = { "compressed with xz", "decompress it: xz -dc FILE" },
    [FILE_ZSTD] = { "compressed with zstd", "decompress it: zstd -dc FILE" },
    [FILE_NPY] = { "an .npy array", "save the table as CSV" },
    [FILE_HDF5] = { "an HDF5 file", "save its array: numpy.save('x.npy', file['NAME'][:])" },
    [FILE_PARQUET] = { "a Parquet file", "save it as CSV: to_csv('x.csv', index=False)" },
    [FILE_ARROW] = { "an Arrow file", "save it as CSV: to_csv('x.csv', index=False)" },
    [FILE_MATLAB] = { "a MATLAB file", "save it as CSV: writematrix(x, 'x.csv')" },
    [FILE_R_WORKSPACE] = { "an R workspace",
                           "save it as CSV: write.csv(x, 'x.csv', row.names=FALSE)" },
    [FILE_OLD_EXCEL] = { "an old Excel workbook", "save it as CSV UTF-8" },
    [FILE_LFS_POINTER] = { "a pointer of Git LFS, not the file", "run git lfs pull" },
    [FILE_MARKUP] = { "a web page", "download the file itself" },
    [FILE_PICKLE] = { "a pickle, which can run code and is not read", "save it as CSV or .npy" },
    [FILE_SAFETENSORS] = { "a safetensors file", "save its tensor with numpy.save" },
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

enum ct_status foreign_check(const void *head, size_t size, const char *name, struct ct_error *err)
{
    const enum file_kind kind = file_kind_of(head, size);

    if (kind == FILE_ZIP)
        return fail_zip(head, size, name, err);
    if (words[kind].what == NULL)
        return CT_OK;
    return ct_fail(err, CT_EFORMAT, "%s: %s; %s", name, words[kind].what, words[kind].advice);
}
