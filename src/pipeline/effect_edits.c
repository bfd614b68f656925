#include "config.h"
#include "pipeline/effect_edits.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/number.h"

static const char *const names[] = { "swap", "mean", "zero", "scale", "add" };

bool effect_edit_read(const char *text, size_t size, struct effect_edit *out)
{
    char word[NUMBER_SIZE + 8];
    const size_t stem = strlen("scale=");

    if (size >= sizeof word)
        return false;
    memcpy(word, text, size);
    word[size] = '\0';
    for (size_t k = 0; k < EFFECT_SCALE; k++)
        if (strcmp(word, names[k]) == 0) {
            *out = (struct effect_edit){ (enum effect_kind)k, 0.0 };
            return true;
        }
    out->kind = EFFECT_SCALE;
    return strncmp(word, "scale=", stem) == 0 &&
           number_parse(word + stem, size - stem, &out->factor) && isfinite(out->factor);
}

size_t effect_edits_read(const char *text, struct effect_edit edits[EFFECT_MOST_EDITS])
{
    size_t n = 0;

    for (;;) {
        const size_t size = strcspn(text, ",");
        if (n + 1 == EFFECT_MOST_EDITS || !effect_edit_read(text, size, &edits[n]))
            return 0;
        n++;
        if (text[size] == '\0')
            return n;
        text += size + 1;
    }
}

bool effect_edits_are(const char *text)
{
    struct effect_edit edits[EFFECT_MOST_EDITS];

    return effect_edits_read(text, edits) > 0;
}

void effect_edit_name(const struct effect_edit *edit, char out[EFFECT_EDIT_NAME])
{
    char number[NUMBER_SIZE];

    if (edit->kind < EFFECT_SCALE) {
        snprintf(out, EFFECT_EDIT_NAME, "%s", names[edit->kind]);
        return;
    }
    number_format_f64(number, edit->factor);
    snprintf(out, EFFECT_EDIT_NAME, "%s=%s", names[edit->kind], number);
}

void effect_edits_name(const struct effect_edit *edits, size_t n, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < n && used < size; i++) {
        char name[EFFECT_EDIT_NAME];
        effect_edit_name(&edits[i], name);
        used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? "+" : "", name);
    }
}
