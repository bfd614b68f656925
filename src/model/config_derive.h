/* What follows from the keys of a config.json, and what is refused whatever the family. */
#ifndef CT_MODEL_CONFIG_DERIVE_H
#define CT_MODEL_CONFIG_DERIVE_H

#include "model/config_reader.h"

/* Settings under which no family computes what this program does, by name. CT_ENOTSUP, CT_EFORMAT.
 */
enum ct_status config_refuse(const struct config_reader *r);

/* Fills in sizes that are still 0 from the others, and checks that they fit together. out->arch is
 * set. CT_EFORMAT, CT_ENOTSUP. */
enum ct_status config_derive(const struct config_reader *r, struct model_config *out);

#endif
