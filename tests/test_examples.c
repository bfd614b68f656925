/* Runs the commands in README and manual, see examples.sh, with a hub that has the demo model. */
#include "config.h"
#include "support.h"

#include <stdlib.h>

#include "hub_server.h"
#include "io_temp.h"

START_TEST(examples_run_as_documented)
{
    static struct hub_file files[] = {
        { .name = "config.json" },
        { .name = "vocab.json" },
        { .name = "merges.txt" },
        { .name = "model.safetensors", .is_large = true },
    };
    enum { N_FILES = sizeof files / sizeof *files };
    struct hub_server hub;

    if (IS_SANITIZED) {
        SKIP("they would take minutes under a sanitizer; other tests run the same commands");
        return;
    }
    for (size_t i = 0; i < N_FILES; i++) {
        char name[64];
        snprintf(name, sizeof name, "demo/%s", files[i].name);
        files[i].data = slurp(fixture_path(name), &files[i].size);
    }
    hub_server_start(&hub, files, N_FILES);
    hub.shared->has_any_name = true;
    setenv("HUB", hub.endpoint, 1);
    const int status = temp_shell("\"$FIXTURES_DIR\"/../tests/examples.sh $HUB");
    char *const out = slurp(temp_path("out"), NULL);
    printf("%s", out);
    ck_assert_msg(status == 0, "%s", slurp(temp_path("err"), NULL));
    hub_server_stop(&hub);
    for (size_t i = 0; i < N_FILES; i++)
        free((void *)files[i].data);
    free(out);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = { examples_run_as_documented };

    temp_begin();
    const int failed = RUN_TESTS("examples", tests);
    temp_end();
    return failed;
}
