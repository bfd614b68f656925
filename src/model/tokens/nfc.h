/* Unicode's normalization form C (Unicode Standard Annex 15), by utf8proc; its Unicode version
 * counts, and unassigned code points stay as they are. */
#ifndef CT_MODEL_TOKENS_NFC_H
#define CT_MODEL_TOKENS_NFC_H

#include "model/tokens/mapped_text.h"

/* Appends `in`, valid UTF-8, in form C to *out. CT_ENOMEM, CT_EINVAL (too long). */
enum ct_status nfc_append(const struct text_view *in, struct mapped_text *out,
                          struct ct_error *err);

#endif
