/* For the kinds of settings: where a parameter is, and what is said of a wrong value. */
#ifndef CT_PIPELINE_SETTING_PARTS_H
#define CT_PIPELINE_SETTING_PARTS_H

#include "pipeline/setting.h"

/* The parameter in params, of the type that the setting's kind has. */
void *setting_field(const struct setting *setting, struct params *params);
const void *setting_value(const struct setting *setting, const struct params *params);

/* CT_EINVAL: text is not what is wanted. */
enum ct_status setting_refuse(const struct setting *setting, const char *text, const char *want,
                              struct ct_error *err);

#endif
