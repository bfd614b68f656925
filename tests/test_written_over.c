/*
 * Results written over others: afterwards the folder contains exactly the files of the same command
 * in a new folder, whatever the first run was, and other files are kept.
 */
#include "config.h"
#include "support.h"

#include <stdlib.h>
#include <unistd.h>

#include "io_temp.h"

#define A " -H h.1.attn.c_proj"
#define B " -H h.2.attn.c_proj"
#define C " -H h.3.attn.c_proj"

/* Few neurons, for speed. */
static const char *const runs[] = {
    A B " --per-layer",
    B C " --per-layer",
    C " --per-layer --format csv,npy",
    A B " --alpha 1e-200 --per-layer",
    A,
    B C " --format csv,npy,safetensors",
};
enum { N_RUNS = sizeof runs / sizeof *runs };

static void works(const char *line)
{
    const int status = temp_shell(line);

    if (status != 0)
        ck_abort_msg("%s: status %d\n%s%s", line, status, slurp(temp_path("out"), NULL),
                     slurp(temp_path("err"), NULL));
}

static void run(const char *arguments, const char *folder)
{
    char line[400];

    snprintf(line, sizeof line, "$C run --iterations 250%s --force -o %s", arguments, folder);
    works(line);
}

START_TEST(a_second_run_leaves_the_files_of_a_first)
{
    char folder[40], line[400];

    snprintf(folder, sizeof folder, "first%d", _i);
    for (int second = 0; second < N_RUNS; second++) {
        char new[40];
        snprintf(new, sizeof new, "new%d", second);
        if (access(temp_path(new), F_OK) != 0) /* for this and later first runs */
            run(runs[second], new);
        run(runs[_i], folder);
        run(runs[second], folder);
        snprintf(line, sizeof line, "diff -r -x manifest.json %s %s && test -e %s/manifest.json",
                 new, folder, folder);
        works(line);
        snprintf(line, sizeof line, "$C rerun %s", folder);
        works(line);
        snprintf(line, sizeof line, "rm -r %s", folder);
        works(line);
    }
}
END_TEST

START_TEST(files_that_are_not_results_are_kept)
{
    works("rm -rf r");
    run(A B " --per-layer --format csv,npy", "r");
    works("echo mine >r/mine && echo mine >r/h.1.attn.c_proj/mine && mkdir r/other && "
          "echo theirs >r/other/ttest.csv && mkdir r/h.1.attn.c_proj/tsne");
    run(B C " --per-layer", "r");
    works(
        "test \"$(cat r/mine r/h.1.attn.c_proj/mine r/other/ttest.csv)\" = \"mine\nmine\ntheirs\"");
    works("test \"$(ls r/h.1.attn.c_proj | tr '\\n' ' ')\" = 'mine tsne '");
    works("test -e r/h.3.attn.c_proj/tsne.csv && ! test -e r/h.2.attn.c_proj/tsne.npy");
    run(A, "r");
    works("test -e r/mine && test -e r/other/ttest.csv && ! test -e r/h.2.attn.c_proj && "
          "! test -e r/h.3.attn.c_proj && test -e r/h.1.attn.c_proj/mine");
}
END_TEST

/* An edited list of hook points must not make the program empty other folders. */
START_TEST(names_in_an_old_list_cannot_escape_the_folder)
{
    works("rm -rf r");
    run(A B " --per-layer", "r/in");
    works("mkdir r/up r/in/deep r/in/deep/er && for d in r r/up r/in/deep r/in/deep/er; do "
          "echo mine >$d/ttest.csv; done; "
          "printf '..,1\\n../up,1\\ndeep/er,1\\n.,1\\n,1\\n' >names; "
          "{ echo hook,n_neurons; cat names; } >r/in/layers.csv");
    run(C " --per-layer", "r/in");
    works("for d in r r/up r/in/deep r/in/deep/er; do grep -qx mine $d/ttest.csv || exit 1; done");
}
END_TEST

START_TEST(without_force_nothing_is_changed)
{
    works("rm -rf r before");
    run(A B " --per-layer", "r");
    works("cp -r r before");
    ck_assert_int_eq(temp_shell("$C run" C " --per-layer -o r"), 1);
    ck_assert_int_eq(temp_shell("$C run" C " -o r"), 1);
    works("diff -r before r");
}
END_TEST

/* Somebody else's layers.csv names a link and the folder of another run: neither is emptied. */
START_TEST(layers_that_are_none_stay)
{
    works("mkdir -p planted/run elsewhere && touch elsewhere/ttest.csv planted/run/ttest.csv "
          "planted/run/manifest.json && ln -s ../elsewhere planted/link && "
          "printf 'hook,n_neurons\\nlink,1\\nrun,1\\n' >planted/layers.csv && "
          "$C run -H h.0.mlp.c_proj --iterations 250 --force -o planted >said && "
          "test -e elsewhere/ttest.csv && test -e planted/run/ttest.csv");
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("written_over");

    tcase_add_loop_test(tcase, a_second_run_leaves_the_files_of_a_first, 0, N_RUNS);
    tcase_add_test(tcase, files_that_are_not_results_are_kept);
    tcase_add_test(tcase, names_in_an_old_list_cannot_escape_the_folder);
    tcase_add_test(tcase, without_force_nothing_is_changed);
    tcase_add_test(tcase, layers_that_are_none_stay);
    temp_begin();
    const int status = run_tcase("written_over", tcase);
    temp_end();
    return status;
}
