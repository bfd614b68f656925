#include "config.h"
#include "plot/svg_ids.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct name { /* such as `image8`: the whole name, and its prefix without the number */
    const char *text;
    size_t size, word_size;
};

struct names { /* seen so far, in order */
    struct name *all;
    size_t n, room;
};

/* Whether a name starts after this character: an id, or a reference to one. */
static bool begins_name(const char *svg, const char *at)
{
    return *at == '#' || (*at == '"' && at - svg >= 3 && memcmp(at - 3, "id=", 3) == 0);
}

/* The name that starts at text, such as `image8"` or `clip1)`; false: not a numbered name. */
static bool take_name(const char *text, const char *end, struct name *name)
{
    const char *at = text;

    while (at < end && ((*at >= 'a' && *at <= 'z') || *at == '-'))
        at++;
    const char *const digits = at;
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    *name = (struct name){ text, (size_t)(at - text), (size_t)(digits - text) };
    return digits > text && at > digits && at < end && (*at == '"' || *at == ')');
}

/* 1 for the first name seen, and so on; 0: out of memory. */
static size_t place_of(struct names *names, const struct name *name)
{
    for (size_t i = 0; i < names->n; i++)
        if (names->all[i].size == name->size &&
            memcmp(names->all[i].text, name->text, name->size) == 0)
            return i + 1;
    if (names->n == names->room) {
        const size_t room = 2 * names->room + 64;
        struct name *const more = ct_realloc_array(names->all, room, sizeof *more);
        if (more == NULL)
            return 0;
        names->all = more;
        names->room = room;
    }
    names->all[names->n++] = *name;
    return names->n;
}

bool svg_ids_write(const char *svg, size_t n,
                   void (*write)(void *context, const void *data, size_t size), void *context)
{
    const char *const end = svg + n;
    const char *from = svg;
    struct names names = { 0 };
    bool is_done = true;

    for (const char *at = svg; at < end && is_done; at++) {
        struct name name;
        char number[24];
        if (!begins_name(svg, at) || !take_name(at + 1, end, &name))
            continue;
        const size_t place = place_of(&names, &name);
        is_done = place > 0;
        write(context, from, (size_t)(name.text + name.word_size - from));
        write(context, number, (size_t)snprintf(number, sizeof number, "%zu", place));
        from = name.text + name.size;
    }
    write(context, from, (size_t)(end - from));
    free(names.all);
    return is_done;
}
