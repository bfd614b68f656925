/* Text of any bytes as JSON, which holds UTF-8 alone. */
#ifndef CT_IO_JSON_TEXT_H
#define CT_IO_JSON_TEXT_H

#include <jansson.h>

/* A new reference: the text, where it is not UTF-8 as messages show it; null for NULL, and without
 * memory. */
json_t *json_text(const char *text);

#endif
