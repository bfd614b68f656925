/* Unicode's normalization form C (Unicode Standard Annex 15), as far as to recognise text that is
 * in it: text of most languages, and of keyboards, is. */
#ifndef CT_MODEL_TOKENS_NFC_H
#define CT_MODEL_TOKENS_NFC_H

#include <stddef.h>

/* The byte of the first character of text [size], valid UTF-8, that form C may change, by the quick
 * check of section 9 of the annex; size if the text is in form C. */
size_t nfc_first_change(const char *text, size_t size);

#endif
