#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "model/arch.h"
#include "model/hooks.h"
#include "support.h"

static const struct model_config medium = { .arch = &arch_gpt2,
                                            .vocab_size = 50257,
                                            .n_positions = 1024,
                                            .hidden_size = 1024,
                                            .n_layers = 24,
                                            .n_heads = 16,
                                            .n_kv_heads = 16,
                                            .head_dim = 64,
                                            .intermediate_size = 4000 };

/* The names to which the patterns resolve; both are separated by blanks. */
static const char *resolve(const char *patterns)
{
    static char names[1 << 16];
    char copy[1024];
    const char *list[16];
    size_t n_list = 0;
    struct hook_point *hooks = NULL;
    size_t n = 0;
    struct ct_error err = { 0 };

    snprintf(copy, sizeof copy, "%s", patterns);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        list[n_list++] = word;
    ck_assert_msg(hooks_resolve(&medium, list, n_list, &hooks, &n, &err) == CT_OK, "%s", err.text);
    names[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        strcat(names, i > 0 ? " " : "");
        strcat(names, hooks[i].name);
    }
    free(hooks);
    return names;
}

static size_t count_words(const char *text)
{
    size_t n = 1;

    for (; *text != '\0'; text++)
        n += *text == ' ';
    return n;
}

START_TEST(lists_hook_points_in_forward_order)
{
    struct hook_point *hooks = NULL;
    size_t n = 0;

    ck_assert_int_eq(hooks_list(&medium, &hooks, &n, NULL), CT_OK);
    ck_assert_uint_eq(n, 24 * 12 + 3);
    ck_assert_str_eq(hooks[0].name, "wte");
    ck_assert_str_eq(hooks[1].name, "wpe");
    ck_assert_str_eq(hooks[2].name, "h.0.ln_1");
    ck_assert_str_eq(hooks[13].name, "h.0");
    ck_assert_str_eq(hooks[n - 2].name, "h.23");
    ck_assert_str_eq(hooks[n - 1].name, "ln_f");
    for (size_t i = 0; i < n; i++) {
        const enum site_place place = hooks[i].place;
        const size_t want = place == PLACE_QKV                                  ? 3072
                            : place == PLACE_MLP_PRE || place == PLACE_MLP_POST ? 4000
                                                                                : 1024;
        ck_assert_uint_eq(hooks[i].width, want);
    }
    free(hooks);
}
END_TEST

START_TEST(the_default_is_in_the_middle_block)
{
    struct hook_point *hooks = NULL;
    size_t n = 0;

    ck_assert_int_eq(hooks_default(&medium, &hooks, &n, NULL), CT_OK);
    ck_assert_uint_eq(n, 1);
    ck_assert_str_eq(hooks[0].name, "h.12.mlp.c_fc");
    free(hooks);
}
END_TEST

START_TEST(resolves_names)
{
    static const struct {
        const char *asked;
        const char *got;
    } cases[] = {
        { "h.5.mlp.c_fc", "h.5.mlp.c_fc" },
        { "transformer.h.5.mlp.c_fc", "h.5.mlp.c_fc" },
        { "h[5].mlp.c_fc", "h.5.mlp.c_fc" },
        { "transformer.h[23]", "h.23" },
        { "transformer.wte", "wte" },
        { "ln_f", "ln_f" },
        { "ln_f wte h.3 wpe h.3.ln_1 ln_f", "wte wpe h.3.ln_1 h.3 ln_f" },
        { "h.2*", "h.2 h.20 h.21 h.22 h.23" },
        { "h.[01]", "h.0 h.1" },
        { "h.?.mlp", "h.0.mlp h.1.mlp h.2.mlp h.3.mlp h.4.mlp h.5.mlp h.6.mlp h.7.mlp h.8.mlp "
                     "h.9.mlp" },
        { "h.7.*", "h.7.ln_1 h.7.attn h.7.ln_2 h.7.mlp" },
        { "h.7.*.c_*", "h.7.attn.c_attn h.7.attn.c_proj h.7.mlp.c_fc h.7.mlp.c_proj" },
        { "h.7.mlp.* h.7.mlp.act", "h.7.mlp.c_fc h.7.mlp.act h.7.mlp.c_proj" },
        { "h.7.*.c_proj.input", "h.7.attn.c_proj.input h.7.mlp.c_proj.input" },
        { "w?e", "wte wpe" },
        { "transformer.w*", "wte wpe" },
        /* TransformerLens */
        { "hook_embed", "wte" },
        { "hook_pos_embed", "wpe" },
        { "blocks.5.mlp.hook_pre", "h.5.mlp.c_fc" },
        { "blocks.5.mlp.in.hook_out", "h.5.mlp.c_fc" },
        { "blocks.5.mlp.hook_post", "h.5.mlp.act" },
        { "blocks.5.mlp.out.hook_in", "h.5.mlp.act" },
        { "blocks.5.attn.hook_z", "h.5.attn.c_proj.input" },
        { "blocks.5.hook_mlp_out", "h.5.mlp.c_proj" },
        { "blocks.5.hook_attn_out", "h.5.attn.c_proj" },
        { "blocks.5.hook_resid_post", "h.5" },
        { "blocks.5.hook_resid_pre", "h.4" },
        { "blocks.23.hook_resid_post", "h.23" },
        { "blocks.2?.mlp.hook_pre", "h.20.mlp.c_fc h.21.mlp.c_fc h.22.mlp.c_fc h.23.mlp.c_fc" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        ck_assert_str_eq(resolve(cases[i].asked), cases[i].got);
    ck_assert_uint_eq(count_words(resolve("h.*")), 24);
    ck_assert_uint_eq(count_words(resolve("h.*.mlp.c_fc")), 24);
    ck_assert_uint_eq(count_words(resolve("h.*.*")), 24 * 4);
    ck_assert_uint_eq(count_words(resolve("*")), 3);
    ck_assert_uint_eq(count_words(resolve("* *.* *.*.* *.*.*.* *.*.*.*.*")), 24 * 12 + 3);
}
END_TEST

START_TEST(rejects_unknown_names_with_a_hint)
{
    static const struct {
        const char *asked;
        const char *says;
    } cases[] = {
        { "h.30.mlp.c_fc", "h.30.mlp.c_fc: the model has 24 layers, h.0 to h.23" },
        { "transformer.h.24", "transformer.h.24: the model has 24 layers, h.0 to h.23" },
        { "h[24].attn", "the model has 24 layers" },
        { "blocks.24.mlp.hook_pre", "the model has 24 layers" },
        { "blocks.24.hook_resid_pre", "the model has 24 layers" },
        { "h.99999999999999999999999.mlp", "the model has 24 layers" },
        { "h.5.mlp.c_fcc", "unknown hook point" },
        { "h.05", "unknown hook point" },
        { "H.5", "unknown hook point" },
        { "h.-1.mlp", "unknown hook point" },
        { "", "unknown hook point" },
        { ".", "unknown hook point" },
        { "h.", "unknown hook point" },
        { "h.*.mlp.c_fx*", "matches no hook point" },
        { "h*", "matches no hook point" },
        { "h.5[", "matches no hook point" },
        { "lm_head", "the nearest is ln_f" },
        { "blocks.7.ln1.hook_normalized", "the nearest is h.7.ln_1" },
        { "blocks.7.attn.hook_q", "the first third of h.7.attn.c_attn" },
        { "blocks.7.attn.hook_k", "the second third of h.7.attn.c_attn" },
        { "blocks.7.attn.hook_v", "the last third of h.7.attn.c_attn" },
        { "blocks.7.attn.hook_pattern", "h.7.attn.c_attn" },
        { "blocks.7.ln2.hook_scale", "is not a vector of neurons; the nearest is h.7.ln_2" },
        { "h.5.mlp.c_fcc", "there are wte, wpe, ln_f, h.N, and below h.N ln_1, attn.c_attn, " },
        { "blocks.7.hook_resid_mid", "the nearest is h.7.ln_2" },
        { "blocks.0.hook_resid_pre", "the sum of wte and wpe" },
        { "ln_final.hook_normalized", "the nearest is ln_f" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hook_point *hooks = NULL;
        size_t n = 0;
        struct ct_error err = { 0 };
        const char *const list[] = { "wte", cases[i].asked };
        ck_assert_msg(hooks_resolve(&medium, list, 2, &hooks, &n, &err) == CT_EINVAL,
                      "%s was taken", cases[i].asked);
        ck_assert_ptr_null(hooks);
        ck_assert_msg(strstr(err.text, cases[i].says) != NULL, "%s", err.text);
    }
}
END_TEST

START_TEST(hostile_patterns_are_harmless)
{
    char longest[5000];
    struct hook_point *hooks = NULL;
    size_t n = 0;
    struct ct_error err = { 0 };
    const char *list[] = { longest };

    memset(longest, '*', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    ck_assert_int_eq(hooks_resolve(&medium, list, 1, &hooks, &n, &err), CT_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "too long"));
    longest[126] = 'x';
    longest[127] = '\0';
    ck_assert_int_eq(hooks_resolve(&medium, list, 1, &hooks, &n, &err), CT_EINVAL);
    list[0] = "h.\x1b[2J\xFF";
    ck_assert_int_eq(hooks_resolve(&medium, list, 1, &hooks, &n, &err), CT_EINVAL);
    ck_assert_ptr_null(strchr(err.text, '\x1b'));
    ck_assert_int_eq(hooks_resolve(&medium, NULL, 0, &hooks, &n, &err), CT_OK);
    ck_assert_uint_eq(n, 0);
    free(hooks);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        lists_hook_points_in_forward_order, the_default_is_in_the_middle_block, resolves_names,
        rejects_unknown_names_with_a_hint,  hostile_patterns_are_harmless,
    };
    return RUN_TESTS("hooks", tests);
}
