/* Text of arbitrary bytes as a JSON string, which must be UTF-8. */
#ifndef CT_IO_JSON_TEXT_H
#define CT_IO_JSON_TEXT_H

#include <jansson.h>

/* A new reference: the text, escaped as in messages if it is not UTF-8; a JSON null for NULL or if
 * out of memory. */
json_t *json_text(const char *text);

#endif
