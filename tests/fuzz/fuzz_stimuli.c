/* A CSV of sentences: accepted texts are UTF-8 without NUL, and not empty. */
#include "config.h"
#include "fuzz.h"

#include <string.h>

#include "base/text.h"
#include "io/stimuli.h"

static void check_text(const char *text, size_t size)
{
    fuzz_require(size > 0 && strlen(text) == size && utf8_first_invalid(text, size) == size);
}

int fuzz_one_input(const uint8_t *data, size_t size)
{
    struct stimuli s = { 0 };
    struct ct_error err = { 0 };
    const enum ct_status status = stimuli_read(fuzz_file("stimuli.csv", data, size), &s, &err);

    fuzz_check_answer(status, &err);
    fuzz_require(status != CT_OK || (s.n > 0 && s.groups.n == s.n));
    for (size_t i = 0; i < s.n; i++) {
        const struct stimulus *const row = &s.rows[i];
        check_text(row->group, row->group_size);
        check_text(row->target, row->target_size);
        check_text(row->text, row->text_size);
        fuzz_require(strcmp(s.groups.names[s.groups.of[i]], row->group) == 0);
    }
    stimuli_clear(&s);
    return 0;
}
