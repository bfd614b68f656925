#include "config.h"
#include "io/file_kind.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

#define BEGINNING(bytes) bytes, sizeof(bytes) - 1

static const struct beginning {
    const char *bytes; /* [size] */
    size_t size;
    enum file_kind kind;
} beginnings[] = {
    { BEGINNING("\xFF\xFE\0\0"), FILE_UTF32 }, /* before UTF-16, which begins the same */
    { BEGINNING("\0\0\xFE\xFF"), FILE_UTF32 },
    { BEGINNING("\xFF\xFE"), FILE_UTF16_LE },
    { BEGINNING("\xFE\xFF"), FILE_UTF16_BE },
    { BEGINNING("version https://git-lfs"), FILE_LFS_POINTER },
    { BEGINNING("\x1F\x8B"), FILE_GZIP },
    { BEGINNING("\xFD"
                "7zXZ"),
      FILE_XZ },
    { BEGINNING("\x28\xB5\x2F\xFD"), FILE_ZSTD },
    { BEGINNING("PK\3\4"), FILE_ZIP },
    { BEGINNING("\x93NUMPY"), FILE_NPY },
    { BEGINNING("\x89HDF"), FILE_HDF5 },
    { BEGINNING("PAR1\x15"), FILE_PARQUET },
    { BEGINNING("ARROW1\0\0"), FILE_ARROW },
    { BEGINNING("MATLAB 5.0 MAT-file"), FILE_MATLAB },
    { BEGINNING("RDX3\nX\n"), FILE_R_WORKSPACE },
    { BEGINNING("\xD0\xCF\x11\xE0"), FILE_OLD_EXCEL },
    { BEGINNING("GGUF"), FILE_GGUF },
};

/* `BZh`, the size of blocks, then pi: a text may begin with the first three. */
static bool is_bzip2(const char *bytes, size_t size)
{
    return size >= 10 && memcmp(bytes, "BZh", 3) == 0 && bytes[3] >= '1' && bytes[3] <= '9' &&
           memcmp(bytes + 4, "1AY&SY", 6) == 0;
}

/* Whether a web page or a server's error message begins here, in either case of letters. */
static bool is_markup(const char *text, size_t size)
{
    static const char *const tags[] = { "<!doctype", "<html", "<head", "<?xml", "<error" };
    size_t at = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    while (at < size && strchr(" \t\r\n", text[at]) != NULL && text[at] != '\0')
        at++;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        size_t n = 0;
        while (tags[i][n] != '\0' && at + n < size && ascii_lower(text[at + n]) == tags[i][n])
            n++;
        if (tags[i][n] == '\0')
            return true;
    }
    return false;
}

/* A pickle of protocol 2 to 5: the opcode PROTO, then usually a frame or the first object. */
static bool is_pickle(const unsigned char *bytes, size_t size)
{
    return size >= 3 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5 &&
           (bytes[2] == 0x95 || bytes[2] == '}' || bytes[2] == ']' || bytes[2] == 'c' ||
            bytes[2] == '(' || bytes[2] == 0x8A);
}

/* The length of a JSON object, then the object. */
static bool is_safetensors(const unsigned char *bytes, size_t size)
{
    return size > 9 && bytes[8] == '{' && bytes[4] == 0 && bytes[5] == 0 && bytes[6] == 0 &&
           bytes[7] == 0;
}

/* ASCII in UTF-16 without a mark. */
static bool is_wide(const unsigned char *bytes, size_t size)
{
    return size >= 4 && ((bytes[0] != 0 && bytes[1] == 0 && bytes[2] != 0 && bytes[3] == 0) ||
                         (bytes[0] == 0 && bytes[1] != 0 && bytes[2] == 0 && bytes[3] != 0));
}

enum file_kind file_kind_of(const void *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (beginnings[i].size <= size &&
            memcmp(bytes, beginnings[i].bytes, beginnings[i].size) == 0)
            return beginnings[i].kind;
    return is_bzip2(bytes, size)         ? FILE_BZIP2
           : is_markup(bytes, size)      ? FILE_MARKUP
           : is_pickle(bytes, size)      ? FILE_PICKLE
           : is_safetensors(bytes, size) ? FILE_SAFETENSORS
           : is_wide(bytes, size)        ? FILE_UTF16
                                         : FILE_UNKNOWN;
}

enum ct_status file_kind_check(const char *path, const void *bytes, size_t size,
                               struct ct_error *err)
{
    static const char *const words[] = {
        [FILE_LFS_POINTER] = ("a Git LFS pointer, not the file itself; run 'git lfs pull' in its "
                              "repository, or download it again"),
        [FILE_MARKUP] = "a web page or a server's message, not the file itself; download it again",
        [FILE_GZIP] = "compressed by gzip; decompress it",
        [FILE_BZIP2] = "compressed by bzip2; decompress it",
        [FILE_XZ] = "compressed by xz; decompress it",
        [FILE_ZSTD] = "compressed by zstd; decompress it",
        [FILE_ZIP] = ("a zip archive, as PyTorch's .bin and .pt files are; unpack it, or save the "
                      "model as safetensors"),
        [FILE_NPY] = "a NumPy array",
        [FILE_HDF5] = "an HDF5 file, as of TensorFlow; save the model as safetensors",
        [FILE_PICKLE] =
            "a Python pickle, which can run code and is not read; save it as safetensors",
        [FILE_GGUF] = "a GGUF file; get the model in Hugging Face layout",
        [FILE_UTF16_LE] = "UTF-16 text; save it as UTF-8",
        [FILE_UTF16_BE] = "UTF-16 text; save it as UTF-8",
        [FILE_UTF16] = NULL, /* other kinds may be what is expected */
    };
    const char *const what = words[file_kind_of(bytes, size)];

    return what == NULL ? CT_OK : ct_fail(err, CT_EFORMAT, "%s: is %s", path, what);
}
