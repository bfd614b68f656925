#include "config.h"
#include "io/file_kind.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define BEGINNING(bytes) bytes, sizeof(bytes) - 1

static const struct kind {
    const char *bytes; /* [size] at the beginning */
    size_t size;
    const char *name;
} kinds[] = {
    { BEGINNING("version https://git-lfs.github.com/"),
      "a Git LFS pointer, not the file itself; run 'git lfs pull' in its repository, or download "
      "it again" },
    { BEGINNING("\x1f\x8b"), "compressed by gzip; decompress it" },
    { BEGINNING("BZh"), "compressed by bzip2; decompress it" },
    { BEGINNING("\xfd"
                "7zXZ"),
      "compressed by xz; decompress it" },
    { BEGINNING("\x28\xb5\x2f\xfd"), "compressed by zstd; decompress it" },
    { BEGINNING("PK\3\4"),
      "a zip archive, as PyTorch's .bin and .pt files are; unpack it, or save the model as "
      "safetensors" },
    { BEGINNING("GGUF"), "a GGUF file; get the model in Hugging Face layout" },
    { BEGINNING("\x89HDF"), "an HDF5 file, as of TensorFlow; save the model as safetensors" },
    { BEGINNING("\x93NUMPY"), "a NumPy array" },
    { BEGINNING("\xff\xfe"), "UTF-16 text; save it as UTF-8" },
    { BEGINNING("\xfe\xff"), "UTF-16 text; save it as UTF-8" },
};

/* Whether a web page or a server's error message begins here, in either case of letters. */
static bool is_markup(const char *text, size_t size)
{
    static const char *const tags[] = { "<!doctype", "<html", "<head", "<?xml", "<error" };
    size_t at = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    while (at < size && strchr(" \t\r\n", text[at]) != NULL && text[at] != '\0')
        at++;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        size_t n = 0;
        while (tags[i][n] != '\0' && at + n < size &&
               tolower((unsigned char)text[at + n]) == tags[i][n])
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
            bytes[2] == 0x8A);
}

const char *file_kind_name(const void *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].size <= size && memcmp(bytes, kinds[i].bytes, kinds[i].size) == 0)
            return kinds[i].name;
    if (is_markup(bytes, size))
        return "a web page or a server's message, not the file itself; download it again";
    if (is_pickle(bytes, size))
        return "a Python pickle, which can run code and is not read; save it as safetensors";
    return NULL;
}

enum ct_status file_kind_check(const char *path, const void *bytes, size_t size,
                               struct ct_error *err)
{
    const char *const name = file_kind_name(bytes, size);

    return name == NULL ? CT_OK : ct_fail(err, CT_EFORMAT, "%s: is %s", path, name);
}
