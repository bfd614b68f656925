#include "config.h"
#include "model/model_config.h"

#include <stdio.h>

#include "io/json_file.h"
#include "model/arch.h"
#include "model/config_reader.h"

const char *model_config_title(const struct model_config *config)
{
    return config->arch->title;
}

static enum ct_status find_arch(const struct config_reader *r, const struct arch **out)
{
    char known[256];
    const json_t *const type = json_object_get(r->root, "model_type");
    const char *const name = json_string_value(type);
    const bool is_absent = type == NULL || json_is_null(type);

    *out = is_absent ? arch_default() : name != NULL ? arch_by_model_type(name) : NULL;
    if (*out != NULL)
        return CT_OK;
    arch_list_model_types(known, sizeof known);
    return ct_fail(r->err, CT_ENOTSUP, "%s: model_type: '%s' is not supported, only %s", r->path,
                   name != NULL ? name : "(not a name)", known);
}

enum ct_status model_config_load(const char *path, struct model_config *out, struct ct_error *err)
{
    struct model_config c = { 0 };
    json_t *root = NULL;
    enum ct_status st = json_file_load(path, &root, err);

    if (st != CT_OK)
        return st;
    const struct config_reader r = { path, root, err };
    st = find_arch(&r, &c.arch);
    if (st == CT_OK)
        st = c.arch->read_config(&r, &c);
    json_decref(root);
    if (st == CT_OK)
        *out = c;
    return st;
}
