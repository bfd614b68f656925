#include "config.h"
#include "pipeline/setting_parts.h"

bool setting_decides(const struct setting *setting, const struct params *params)
{
    switch (setting->scope) {
    case OF_ANY:
        return true;
    case OF_MODEL:
        return params->activations == NULL;
    case OF_ACTIVATIONS:
        return params->activations != NULL;
    case OF_NONE:
        break;
    }
    return false;
}

void *setting_field(const struct setting *setting, struct params *params)
{
    return (char *)params + setting->field;
}

const void *setting_value(const struct setting *setting, const struct params *params)
{
    return (const char *)params + setting->field;
}

enum ct_status setting_refuse(const struct setting *setting, const char *text, const char *want,
                              struct ct_error *err)
{
    return ct_fail(err, CT_EINVAL, "--%s: invalid value '%.80s'; expected %s", setting->name, text,
                   want);
}
