/* Actions of the user interface and their keys: assigning and removing keys, their descriptions,
 * and the table in the manual. */
#include "config.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "base/keymap.h"

static struct keymap map;

static const char *text_of(enum action action)
{
    static struct keys_text text;

    text = keymap_text(&map, action);
    return text.text;
}

START_TEST(every_action_has_its_own_keys)
{
    keymap_init(&map);
    for (enum action a = ACTION_NONE + 1; a < N_ACTIONS; a++) {
        ck_assert_int_eq(action_find(actions[a].name), a);
        ck_assert_ptr_nonnull(actions[a].what);
        ck_assert_str_eq(text_of(a), actions[a].keys);
        for (size_t i = 0; i < KEYS_EACH && map.keys[a][i] != 0; i++)
            ck_assert_int_eq(keymap_find(&map, map.keys[a][i]), a);
    }
    ck_assert_int_eq(action_find("nothing"), ACTION_NONE);
    ck_assert_int_eq(keymap_find(&map, 'Y'), ACTION_NONE);
}
END_TEST

START_TEST(an_assigned_key_is_removed_from_its_default_action)
{
    keymap_init(&map);
    ck_assert_int_eq(keymap_set(&map, ACTION_QUIT, "x  F10 \xC3\xA9 ctrl-d", 3, NULL), CT_OK);
    ck_assert_str_eq(text_of(ACTION_QUIT), "x F10 \xC3\xA9 ctrl-D");
    ck_assert_str_eq(text_of(ACTION_CANCEL), "none");
    ck_assert_str_eq(keymap_key(&map, ACTION_CANCEL).text, "no key");
    ck_assert_int_eq(keymap_find(&map, 'q'), ACTION_NONE);
    ck_assert_int_eq(keymap_find(&map, 0xE9), ACTION_QUIT);
    ck_assert_int_eq(keymap_find(&map, 4), ACTION_QUIT);
    ck_assert_int_eq(keymap_set(&map, ACTION_SORT, "none", 4, NULL), CT_OK);
    ck_assert_int_eq(keymap_find(&map, 's'), ACTION_NONE);
    ck_assert_int_eq(keymap_set(&map, ACTION_CHOOSE, "space hash s", 5, NULL), CT_OK);
    ck_assert_int_eq(keymap_find(&map, '#'), ACTION_CHOOSE);
    ck_assert_int_eq(keymap_find(&map, ' '), ACTION_CHOOSE);
    /* The last of four keys is not left behind when one of them goes. */
    ck_assert_int_eq(keymap_set(&map, ACTION_CHOOSE, "a b c d", 0, NULL), CT_OK);
    ck_assert_int_eq(keymap_set(&map, ACTION_HELP, "b", 7, NULL), CT_OK);
    ck_assert_str_eq(text_of(ACTION_CHOOSE), "a c d");
}
END_TEST

START_TEST(invalid_keys_are_reported)
{
    static const struct {
        const char *keys;
        const char *want;
    } cases[] = {
        { "", "key.help: no key; expected keys, or none" },
        { "xy", "key.help: 'xy' is not a key;" },
        { "ctrl-c", "key.help: 'ctrl-c' is not a key;" }, /* that interrupts */
        { "ctrl-", "key.help: 'ctrl-' is not a key;" },
        { "F13", "key.help: 'F13' is not a key;" },
        { "\xff", "key.help: '" },
        { "a b c d i", "key.help: more than 4 keys" },
        { "b x", "key.help: 'x' is already set for quit in line 7" },
        { "0123456789012345678901234567890", "key.help: '01234567890123456789' is not a key;" },
    };
    struct ct_error err;

    keymap_init(&map);
    ck_assert_int_eq(keymap_set(&map, ACTION_QUIT, "x", 7, NULL), CT_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_eq(keymap_set(&map, ACTION_HELP, cases[i].keys, 8, &err), CT_EINVAL);
        ck_assert_msg(strncmp(err.text, cases[i].want, strlen(cases[i].want)) == 0, "%s", err.text);
        ck_assert_str_eq(text_of(ACTION_HELP), "? F1");
    }
}
END_TEST

/* The terminal or the kernel takes them. */
START_TEST(control_keys_that_do_not_arrive_are_no_keys)
{
    static const char taken[] = "chijmqsz";
    char word[] = "ctrl-?";

    keymap_init(&map);
    for (const char *letter = taken; *letter != '\0'; letter++) {
        word[5] = *letter;
        ck_assert_int_eq(keymap_set(&map, ACTION_HELP, word, 1, NULL), CT_EINVAL);
    }
}
END_TEST

START_TEST(keys_are_described_together)
{
    static const enum action moves[] = { ACTION_UP, ACTION_DOWN, ACTION_LEFT, ACTION_RIGHT,
                                         ACTION_STEP_LEFT };
    static const enum action zooms[] = { ACTION_ZOOM_IN, ACTION_ZOOM_OUT, ACTION_ZOOM_ALL };
    enum action stages[10];

    for (size_t i = 0; i < 10; i++)
        stages[i] = (enum action)(ACTION_STAGE_1 + i);
    keymap_init(&map);
    ck_assert_str_eq(keymap_keys(&map, moves, 5, ' ').text, "arrows h");
    ck_assert_str_eq(keymap_keys(&map, moves, 2, '/').text, "up/down");
    ck_assert_str_eq(keymap_keys(&map, zooms, 3, '/').text, "+/-/0");
    ck_assert_str_eq(keymap_keys(&map, zooms, 1, '/').text, "+ =");
    ck_assert_str_eq(keymap_keys(&map, stages, 8, ' ').text, "1-8");
    ck_assert_str_eq(keymap_keys(&map, stages, 10, '/').text, "1-9/E");
    ck_assert_str_eq(keymap_keys(&map, stages, 5, ' ').text, "1-5");
    ck_assert_str_eq(keymap_keys(&map, stages, 4, ' ').text, "1 2 3 4");
    ck_assert_int_eq(keymap_set(&map, ACTION_STAGE_1 + 2, "F3", 1, NULL), CT_OK);
    ck_assert_str_eq(keymap_keys(&map, stages, 8, ' ').text, "1 2 F3 4 5 6 7 8");
}
END_TEST

/* ---- the manual ---- */

/* Writes text with roff's special characters escaped. */
static void put_roff(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        fputs(*text == '-' ? "\\-" : (char[]){ *text, '\0' }, out);
}

/* The neighbours from first on that are described together; returns the start of the next group. */
static enum action put_entry(FILE *out, enum action first)
{
    enum action all[N_ACTIONS];
    size_t n = 0;

    while (first + n < N_ACTIONS && strcmp(actions[first + n].what, actions[first].what) == 0) {
        all[n] = (enum action)(first + n);
        n++;
    }
    fputs(".It Ic \"", out);
    put_roff(out, keymap_keys(&map, all, n, ' ').text);
    fputs("\"\n.Li ", out);
    for (size_t i = 0; i < n; i++) {
        if (n > 4 && i > 0 && i + 1 < n) /* only the first and the last */
            continue;
        put_roff(out, actions[all[i]].name);
        fputs(i + 1 == n ? " :\n" : n > 4 ? " No to Li " : " , ", out);
    }
    fprintf(out, "%s.\n", actions[first].what);
    return (enum action)(first + n);
}

static char *read_manual(void)
{
    enum { ROOM = 200000 };
    FILE *const file = fopen(fixture_path("../man/circuittui.1"), "r");
    char *const text = malloc(ROOM);

    ck_assert(file != NULL && text != NULL);
    const size_t size = fread(text, 1, ROOM - 1, file);
    ck_assert(size < ROOM - 1);
    text[size] = '\0';
    fclose(file);
    return text;
}

START_TEST(the_manual_contains_the_table)
{
    char *const manual = read_manual();
    char *want = NULL;
    size_t size = 0;
    FILE *const out = open_memstream(&want, &size);

    keymap_init(&map);
    fputs(".\\\" From the table of actions.\n.Bl -tag -width Ds\n", out);
    for (enum action a = ACTION_NONE + 1; a < N_ACTIONS;)
        a = put_entry(out, a);
    fputs(".El\n", out);
    fclose(out);
    ck_assert_msg(strstr(manual, want) != NULL, "man/circuittui.1 is to have\n%s", want);
    free(want);
    free(manual);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        every_action_has_its_own_keys, an_assigned_key_is_removed_from_its_default_action,
        invalid_keys_are_reported,     keys_are_described_together,
        the_manual_contains_the_table, control_keys_that_do_not_arrive_are_no_keys,
    };

    return RUN_TESTS("keymap", tests);
}
