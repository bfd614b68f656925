/* Runs repeated from their manifests: what is the same, what differs and by how much; and manifests
 * that were tampered with. */
#include "config.h"
#include "support.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io_temp.h"
#include "report/differences.h"
#include "report/manifest.h"
#include "report/tables.h"

static void works(const char *line)
{
    const int status = temp_shell(line);
    char *const err = slurp(temp_path("err"), NULL);

    ck_assert_msg(status == 0 && err[0] == '\0', "%s: status %d, %s", line, status, err);
    free(err);
}

/* Expects status 1 and this line on stderr; returns the lines on stdout with any of words (NULL:
 * all). */
static void differs(const char *line, const char *want_err, const char *want_out)
{
    const int status = temp_shell(line);
    char *const err = slurp(temp_path("err"), NULL);
    char *const out = slurp(temp_path("out"), NULL);

    ck_assert_msg(status == 1, "%s: status %d", line, status);
    ck_assert_str_eq(err, want_err);
    ck_assert_msg(strstr(out, want_out) != NULL, "want %s in %s", want_out, out);
    free(err);
    free(out);
}

#define NOT_ALL "circuittui: x/manifest.json: not everything is the same\n"

START_TEST(equal_results_are_reported_as_the_same)
{
    works("$C rerun r/manifest.json >said");
    works("test $(grep -c ' the same$' said) = 16");
    works("tail -1 said | grep -qx 'All of 13 result files are the same.'");
    works("cd / && $C rerun \"$OLDPWD/r/manifest.json\" --threads 1");
    works("$C rerun r/manifest.json -o again && cmp r/tsne.npy again/tsne.npy && "
          "$C rerun again/manifest.json");
    works("test -z \"$(ls \"$TMPDIR\")\"");
}
END_TEST

START_TEST(a_manifest_without_files_is_sufficient)
{
    works("mkdir -p alone; cp r/manifest.json alone; $C rerun alone/manifest.json | "
          "grep -qx 'ttest.csv  *the same as in the manifest; the file does not exist'");
}
END_TEST

START_TEST(differing_values_are_reported)
{
    temp_shell("rm -rf x; cp -r r x; awk -F, -v OFS=, 'NR == 4 { $5 = 7.5 } 1' r/ttest.csv "
               ">x/ttest.csv; awk -F, -v OFS=, 'NR == 4 { printf \"%s\", $5 }' r/ttest.csv");
    char *const t = slurp(temp_path("out"), NULL);
    char want[400];

    snprintf(want, sizeof want,
             "ttest.csv                the file is not the one in the manifest; 1 of 2304 "
             "numbers differ, by %.3g at most\n  t: 1 of 256 rows, row 3 (h.3.mlp.c_fc:2): 7.5 "
             "before, %s now, ",
             fabs(atof(t) - 7.5), t);
    differs("$C rerun x/manifest.json", NOT_ALL, want);
    differs("$C rerun x/manifest.json", NOT_ALL, "\n1 of 13 result files differs.\n");
    free(t);
    works(
        "awk -F, -v OFS=, 'NR == 4 { $6 = 100 } NR == 9 { $6 = 110 } 1' r/ttest.csv >x/ttest.csv");
    differs("$C rerun x/manifest.json", NOT_ALL,
            "2 of 2304 numbers differ, by 6 at most\n  df: 2 of 256 rows (3, 8), most in row 3 "
            "(h.3.mlp.c_fc:2): "
            "100 before, 106 now, +6\n");
}
END_TEST

START_TEST(differing_arrays_are_reported)
{
    /* The first coordinate becomes 0: its bytes follow a header of 128. */
    works("rm -rf x; cp -r r x; { head -c 128 r/tsne.npy; printf '\\0\\0\\0\\0'; "
          "tail -c +133 r/tsne.npy; } >x/tsne.npy");
    differs("$C rerun x/manifest.json", NOT_ALL,
            "tsne.npy                 the file is not the one in the manifest; 1 of 218 "
            "numbers differ, by ");
    differs("$C rerun x", NOT_ALL, " at most\n  column 0: 1 of 109 rows, row 0: 0 before, ");
    works(
        "rm -rf x; cp -r r x; awk -F, -v OFS=, 'NR == 2 { for (i = 4; i < 24; i++) $i = i * 1000 } "
        "1' r/activations.csv >x/activations.csv");
    differs("$C rerun x", NOT_ALL,
            "20 of 27972 numbers differ, by 2.3e+04 at most\n"
            "  h.3.mlp.c_fc:19: 1 of 108 rows, row 1: 23000 before, ");
    differs("$C rerun x", NOT_ALL, "\n  and smaller differences in 8 more columns\n");
    works("rm -rf x; cp -r r x; sed -i 1s/him/hex/ x/groups.txt");
    differs("$C rerun x/manifest.json", NOT_ALL, "differs from byte 2 on\n");
    works("rm -rf x; cp -r r x; sed -i 2d x/clusters.csv");
    differs("$C rerun x/manifest.json", NOT_ALL, "108 rows before, 109 now\n");
    works("rm -rf x; cp -r r x; echo >x/tsne.npy");
    differs(
        "$C rerun x/manifest.json",
        "circuittui: x/tsne.npy: incomplete .npy header; save the array again with numpy.save\n",
        "");
}
END_TEST

START_TEST(changed_inputs_are_reported)
{
    works("rm -rf x; cp -r r x; sed 2,3d stimuli.csv >fewer.csv");
    differs(
        "$C rerun x/manifest.json -s fewer.csv", NOT_ALL,
        "Stimuli                  differs\nactivations.csv          108 rows before, 106 now\n");
    works("cp -r \"$FIXTURES_DIR/demo\" model; sed -i s/gelu_new/relu/ model/config.json");
    differs("$C rerun x/manifest.json -m model", NOT_ALL,
            "Model                    differs in its config.json\n"
            "Tokenizer                the same\n");
    works("$C run -s - -o piped <stimuli.csv");
    differs("$C rerun piped/manifest.json",
            "circuittui: piped/manifest.json: the run read standard input; name a file with "
            "--stimuli\n",
            "");
    works("$C rerun piped/manifest.json -s stimuli.csv");
    works("sed 's/: \"stimuli.csv\"/: \"gone.csv\"/' r/manifest.json >x/manifest.json");
    differs(
        "$C rerun x",
        "circuittui: x/manifest.json: gone.csv does not exist; give its new path with --stimuli\n",
        "");
    works("$C rerun x -s stimuli.csv");
    differs("$C rerun r/manifest.json --groups r/groups.txt",
            "circuittui: --groups: the run of r/manifest.json had none; omit it\n", "");
}
END_TEST

/* Different bytes with the same meaning: every result agrees, but it is not the same run. */
START_TEST(differing_inputs_count_as_a_difference)
{
    works("sed '2s/\\(.*\\),\\(.*\\)/\\1,\"\\2\"/' stimuli.csv >quoted.csv && ! cmp -s stimuli.csv "
          "quoted.csv");
    ck_assert_int_eq(temp_shell("$C rerun r -s quoted.csv -o quoted"), 1);
    works("diff -r -x manifest.json r quoted");
}
END_TEST

/* Reports differences between an input in the manifest and this run's. */
START_TEST(each_file_of_an_input_is_compared)
{
    static const char nothing[] =
        "0000000000000000000000000000000000000000000000000000000000000000";

    for (int i = 0; i < 8; i++) {
        json_t *const root = json_load_file(temp_path("r/manifest.json"), 0, NULL);
        json_t *const model = json_object_get(root, "model");
        json_t *const tokenizer = json_object_get(root, "tokenizer");
        json_t *const files = json_object_get(tokenizer, "files");
        json_t *const one =
            json_pack("{s:s, s:i, s:s}", "path", "x", "bytes", 1, "sha256", nothing);
        ck_assert_uint_eq(json_array_size(files), 2);
        if (i == 0)
            json_array_remove(files, 1);
        else if (i == 1)
            json_array_append(files, one);
        else if (i == 2)
            json_array_append(json_object_get(model, "files"), one);
        else if (i == 3)
            json_array_clear(json_object_get(model, "files"));
        else if (i == 4)
            json_object_set_new(json_array_get(files, 1), "sha256", json_string(nothing));
        else if (i == 5)
            json_object_set_new(json_object_get(model, "config"), "n_positions", json_integer(1));
        else if (i == 6)
            json_object_set_new(json_object_get(root, "stimuli"), "sha256", json_string(nothing));
        else
            json_object_del(root, "stimuli");
        ck_assert_int_eq(temp_shell("rm -rf x; cp -r r x"), 0);
        ck_assert_int_eq(json_dump_file(root, temp_path("x/manifest.json"), 0), 0);
        ck_assert_msg(temp_shell("$C rerun x") == 1, "case %d", i);
        json_decref(one);
        json_decref(root);
    }
}
END_TEST

/* A model's folder may be somebody else's, and config.json a link to any file of the user. */
START_TEST(manifests_have_nothing_but_what_is_read)
{
    works("cp -r \"$FIXTURES_DIR/demo\" theirs && cp -r theirs/config.json theirs/vocab.json . && "
          "rm theirs/config.json theirs/vocab.json && "
          "sed 's/{/{ \"token\": \"hunter2\",/' config.json >token.json && "
          "ln -s ../token.json theirs/config.json && ln -s ../vocab.json theirs/ && "
          "$C run -m theirs -s r/../theirs/stimuli.csv -o linked >said");
    works("! grep -r hunter2 linked && ! grep -q bos_token_id linked/manifest.json && "
          "grep -q '\"n_embd\": 64' linked/manifest.json && "
          "grep -q '\"link_to\": \".*/vocab.json\"' linked/manifest.json && "
          "grep -q 'caution: config.json is a link that leads out of' said && "
          "grep -q '/token.json$' said && grep -q 'caution: vocab.json is a link' said");
    works("$C rerun linked >said && grep -qx 'Model  *the same' said");
    works("sed 's/hunter2/hunter3/' token.json >t2 && mv t2 token.json && $C rerun linked >said && "
          "grep -qx 'Model  *the same' said");
    works("echo '{\"auths\":{\"x\":{\"auth\":\"hunter2\"}}}' >token.json; ! $C run -m theirs -s "
          "theirs/stimuli.csv 2>said && ! grep -q hunter2 said && "
          "grep -q 'config.json: has neither model_type nor sizes' said; true <said");
}
END_TEST

/* In the cache, files are links to blobs of the same repository, and to nothing else. */
START_TEST(links_of_the_cache_are_its_blobs)
{
    works("mkdir -p hub/models--a--b/blobs hub/models--a--b/snapshots/c hub/models--x--y/blobs && "
          "cd hub/models--a--b && cp -L \"$FIXTURES_DIR\"/demo/* blobs && cp blobs/merges.txt "
          "../models--x--y/blobs && cd snapshots/c && ln -s ../../blobs/* . && $C run -m . -s "
          "stimuli.csv -o ../../../../cached >said && ! grep -q 'is a link' said && "
          "! grep -q link_to ../../../../cached/manifest.json");
    works("cd hub/models--a--b/snapshots/c && "
          "ln -sf ../../../models--x--y/blobs/merges.txt merges.txt && "
          "$C run -m . -s stimuli.csv >said && grep -q 'caution: merges.txt is a link' said");
}
END_TEST

/* The name of a blob is its hash, until somebody changes the content. */
START_TEST(blobs_are_read_again)
{
    works("mkdir -p hub2/models--a--b/blobs hub2/models--a--b/snapshots/c && "
          "cd hub2/models--a--b/snapshots/c && for f in \"$FIXTURES_DIR\"/demo/*; do "
          "h=$(sha256sum <$f | cut -d' ' -f1) && cat $f >../../blobs/$h && "
          "ln -s ../../blobs/$h ${f##*/} || exit 1; done; $C run -m . -s stimuli.csv "
          "-o ../../../../blobs_run >/dev/null");
    works("grep -q 'sha256_from.*cache' blobs_run/manifest.json && $C rerun blobs_run >said && "
          "grep -qx 'Model  *the same' said");
    works("cd hub2/models--a--b/snapshots/c && s=$(stat -Lc %s model.safetensors) && "
          "printf x | dd of=model.safetensors conv=notrunc bs=1 seek=$((s - 1)) 2>/dev/null");
    works("$C rerun blobs_run >said 2>&1; grep -qx 'Model  *differs' said");
}
END_TEST

/* A repeated run uses only the number of threads from the user's settings. */
START_TEST(user_settings_are_ignored)
{
    temp_text("mine", "threads = 1\nmodel = gone\ntokenizer = gone\nstimuli = gone\n"
                      "hook = wpe\ncontrast = her,him\ntest = welch\nalpha = 0.01\n"
                      "correction = none\nperplexity = 5\niterations = 300\nseed = 5\neps = 9\n"
                      "min-samples = 9\nclusters = 9\nmatrices = yes\noccurrence = last\n"
                      "per-layer = yes\nforce = yes\nformat = npy\nout = mine_out\n"
                      "figures = mine_figures\nplot = yes\n");
    works("CIRCUITTUI_CONFIG=mine $C rerun r && ! test -e mine_out && ! test -e mine_figures");
    works("CIRCUITTUI_CONFIG=mine $C rerun r -o threads >said && "
          "grep -q '\"threads\": 1\\(,\\|$\\)' threads/manifest.json");
    works("echo activations = gone >mine; echo groups = gone >>mine; "
          "CIRCUITTUI_CONFIG=mine $C rerun r");
}
END_TEST

/* The report of differences_report() for two tables. */
static const char *difference(const char *then, const char *now)
{
    static char text[2000];
    FILE *const out = fmemopen(text, sizeof text, "w");

    temp_text("then.csv", then);
    temp_text("now.csv", now);
    ck_assert_int_eq(differences_report("t.csv", temp_path("then.csv"), temp_path("now.csv"), out,
                                        NULL),
                     CT_OK);
    fclose(out);
    return text;
}

static void expect_cells(const char *then, const char *now, const char *count, const char *most)
{
    const char *const text = difference(then, now);

    ck_assert_msg(strncmp(text, count, strlen(count)) == 0, "%s: %s", count, text);
    ck_assert_msg(most == NULL || strstr(text, most) != NULL, "%s: %s", most, text);
}

START_TEST(cells_that_are_not_numbers_are_compared)
{
    expect_cells("a,b\nnan,1\n2,inf\n", "a,b\nnan,1.5\n2,inf\n", "1 of 4 ", "0.5");
    expect_cells("a,b\nnan,1\n2,3\n", "a,b\n7,1\n2,nan\n", "2 of 4 ", "a: 1 of 2 ");
    expect_cells("a\nnan\n1\n", "a\n1\nnan\n", "2 of 2 ", NULL);
    expect_cells("a\ninf\n-inf\n", "a\n-inf\n-inf\n", "1 of 2 ", "inf");
    expect_cells("a\ninf\n", "a\n1\n", "1 of 1 ", "inf");
    expect_cells("a,b\nx,\ny,1\n", "a,b\nx,2\nz,1\n", "2 of 4 ", "y");
    expect_cells("a\nx\n", "a\n1\n", "1 of 1 ", NULL);
    /* The largest difference is not the first, and negative. */
    expect_cells("a\n1\n9\n3\n", "a\n1.5\n2\n3\n", "2 of 3 ", "-7");
    ck_assert_ptr_null(strstr(difference("a\nnan\n1.0\n", "a\nNaN\n1\n"), " of "));
}
END_TEST

START_TEST(activations_can_be_repeated)
{
    works("$C run -a r/activations.npy --groups r/groups.txt -o acts && "
          "$C rerun acts/manifest.json >said && grep -q '^Groups  *the same' said");
}
END_TEST

/* ---- hook points and figures ---- */

#define LAYERS_RUN                                                                                 \
    "$C run -s stimuli.csv -H h.2.mlp.c_fc -H h.3.mlp.c_fc --per-layer --iterations 250 -o p"

START_TEST(files_of_each_hook_point_are_compared)
{
    works("test -d p || " LAYERS_RUN);
    works("$C rerun p >said && tail -1 said | grep -qx 'All of 16 result files are the same.' && "
          "grep -qx 'h.2.mlp.c_fc  *7 files, the same' said");
    works("rm -rf x; cp -r p x; sed -i 2d x/h.3.mlp.c_fc/tsne.csv");
    differs("$C rerun x", NOT_ALL,
            "\nh.2.mlp.c_fc             7 files, the same\n"
            "h.3.mlp.c_fc\n  ttest.csv              the same\n"
            "  tsne.csv               the file is not the one in the manifest; "
            "108 rows before, 109 now\n");
    works("rm -rf x/h.3.mlp.c_fc && $C rerun x | "
          "grep -qx '  tsne.csv  *the same as in the manifest; the file does not exist'");
    works("sed -i s,h.3.mlp.c_fc/,h.9/, x/manifest.json");
    differs("$C rerun x", NOT_ALL, "\n  ttest.csv              is not in the manifest\n");
    differs("$C rerun x", NOT_ALL, "\nh.9/ttest.csv            is no longer produced\n");
    works("$C rerun p -o again_p >said && diff -r -x manifest.json p again_p && $C rerun again_p");
}
END_TEST

static bool can_make_figures(void)
{
    const char *const old = getenv("ASAN_OPTIONS");
    char options[400];

    /* Memory that fontconfig keeps until exit is not our leak. */
    snprintf(options, sizeof options, "%s:detect_leaks=0", old != NULL ? old : "");
    setenv("ASAN_OPTIONS", options, 1);
    return temp_shell("$C run -s nowhere --figures f 2>said; grep -q 'without cairo' said") != 0;
}

START_TEST(figures_are_compared)
{
    if (!can_make_figures())
        return;
    works("rm -rf x f; " LAYERS_RUN "/../x --figures x/f");
    works("test $(grep -c '\"file\": \".*png\"' x/manifest.json) = $(find x/f -name '*.png' | wc "
          "-l)");
    works("$C rerun x --figures f >said && diff -r -x figures.json x/f f && "
          "grep -qx \"Figures  *$(find x/f -type f | wc -l) files, the same\" said");
    works("mv f elsewhere && $C rerun elsewhere >said2 && "
          "test \"$(grep ^Figures said)\" = \"$(grep ^Figures said2)\" && ! grep csv said2");
    works("echo >>x/f/h.2.mlp.c_fc/tsne.svg; rm x/f/h.3.mlp.c_fc/kl.png; "
          "sed -i 's/\"cairo\": \"/&0./' x/manifest.json");
    differs(
        "$C rerun x >said; status=$?; cat said; exit $status", NOT_ALL,
        " files, 1 not the same\n  h.2.mlp.c_fc/tsne.svg  the file is not the one in the manifest; "
        "differs\n  h.3.mlp.c_fc/kl.png    the same as in the manifest; the file does not exist\n");
    works("grep '^cairo                    0[.]' said");
}
END_TEST

/* Figures without result files have their own manifest, which can be moved with them. */
START_TEST(figures_without_result_files_are_compared)
{
    if (!can_make_figures())
        return;
    works(
        "rm -rf a b; mkdir -p a && cd a && $C run -s ../stimuli.csv --iterations 250 --figures f");
    works("test $(ls a/f | wc -l) = 37");
    works("mv a/f b && $C rerun b >said && grep -qx 'Figures  *36 files, the same' said && "
          "grep -qx 'Model  *the same' said && ! grep csv said");
    works("sed -i 's/\"neuron\": null/\"neuron\": 5/' b/figures.json");
    differs("$C rerun b", "circuittui: b/figures.json: not everything is the same\n",
            "\n  neuron.svg             differs\n");
    works("$C run -s stimuli.csv --iterations 250 --figures b --force -o c && "
          "! test -e b/figures.json");
}
END_TEST

/* ---- untrusted manifests ---- */

static json_t *load_manifest(void)
{
    json_t *const root = json_load_file(temp_path("r/manifest.json"), 0, NULL);

    ck_assert_ptr_nonnull(root);
    return root;
}

/* The error of manifest_read() for root, after the path; frees root. */
static const char *read_error(json_t *root)
{
    static struct ct_error err;
    struct manifest m = { 0 };
    const char *const path = temp_path("bad.json");

    ck_assert_int_eq(json_dump_file(root, path, 0), 0);
    json_decref(root);
    ck_assert_int_ne(manifest_read(path, &m, &err), CT_OK);
    ck_assert_ptr_null(m.root);
    ck_assert_int_eq(strncmp(err.text, path, strlen(path)), 0);
    return err.text + strlen(path);
}

#define EXPECTED(want) ": expected " want "; is it a manifest.json of circuittui?"

START_TEST(every_member_is_checked)
{
    static const struct {
        const char *key;
        const char *value; /* JSON */
        const char *want;
    } cases[] = {
        { "alpha", "\"x\"", ": parameters.alpha" EXPECTED("a number") },
        { "alpha", "2", ": --alpha: invalid value '2'; expected a number between 0 and 1" },
        { "model", "7", ": parameters.model" EXPECTED("a path or null") },
        { "model", "null", ": parameters.model" EXPECTED("a path") },
        { "stimuli", "\"\"", ": parameters.stimuli" EXPECTED("a path or null") },
        { "hook", "\"h.1\"", ": parameters.hook" EXPECTED("names") },
        { "hook", "[1]", ": parameters.hook" EXPECTED("names") },
        { "contrast", "[\"a\"]", ": parameters.contrast" EXPECTED("two names") },
        { "contrast", "[\"a\", null]", ": parameters.contrast" EXPECTED("two names") },
        { "iterations", "1000.5", ": parameters.iterations" EXPECTED("a whole number") },
        { "iterations", "-1",
          ": --iterations: invalid value '-1'; expected an integer of 250 or more" },
        { "seed", "1.5", ": parameters.seed" EXPECTED("a whole number") },
        { "seed", "\"-1\"", ": --seed: invalid value '-1'; expected a whole number" },
        { "test", "1", ": parameters.test" EXPECTED("a word") },
        { "test", "\"anova\"", ": --test: invalid value 'anova'; expected student/welch/paired" },
        { "matrices", "0", ": parameters.matrices" EXPECTED("true or false") },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *const root = load_manifest();
        json_t *const params = json_object_get(root, "parameters");
        json_object_set_new(params, cases[i].key,
                            json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
        ck_assert_str_eq(read_error(root), cases[i].want);
    }
}
END_TEST

/* For a manifest of an older program, the value that it used is taken and reported. */
START_TEST(a_manifest_may_omit_parameters)
{
    json_t *const root = load_manifest();
    json_t *const params = json_object_get(root, "parameters");

    ck_assert_int_eq(json_object_del(params, "occurrence"), 0);
    ck_assert_int_eq(json_object_del(params, "eps"), 0);
    ck_assert_int_eq(json_dump_file(root, temp_path("r/older.json"), 0), 0);
    json_decref(root);
    ck_assert_int_eq(temp_shell("$C rerun r/older.json"), 0);
    char *const out = slurp(temp_path("out"), NULL);
    ck_assert(
        strstr(out, "\noccurrence               not in the manifest; that version used only") !=
        NULL);
    ck_assert(strstr(out, "\neps                      not in the manifest; that version used 1") !=
              NULL);
    ck_assert_ptr_null(strstr(out, "\nalpha"));
    free(out);
}
END_TEST

START_TEST(the_list_of_files_is_checked)
{
    static const struct {
        const char *key; /* of the second file; NULL: the list itself */
        const char *value;
        const char *want;
    } cases[] = {
        { NULL, "{}", ": results" EXPECTED("a list of files") },
        { NULL, "[]", ": results" EXPECTED("a list of files") },
        { NULL, "[1]", ": results.file" EXPECTED("the name of such a file") },
        { "file", "\"../../etc/passwd\"", ": results.file" EXPECTED("the name of such a file") },
        { "file", "\"../ttest.csv\"", ": results.file" EXPECTED("the name of such a file") },
        { "file", "\"h.3/../ttest.csv\"", ": results.file" EXPECTED("the name of such a file") },
        { "file", "\"activations.csv\"", ": results.activations.csv" EXPECTED("each file once") },
        { "sha256", "\"12\"", ": results.sha256" EXPECTED("64 digits") },
        { "sha256", "null", ": results.sha256" EXPECTED("64 digits") },
        { "bytes", "-1", ": results.bytes" EXPECTED("a whole number") },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *const root = load_manifest();
        json_t *const value = json_loads(cases[i].value, JSON_DECODE_ANY, NULL);
        if (cases[i].key == NULL)
            json_object_set_new(root, "results", value);
        else
            json_object_set_new(json_array_get(json_object_get(root, "results"), 1), cases[i].key,
                                value);
        ck_assert_str_eq(read_error(root), cases[i].want);
    }
}
END_TEST

START_TEST(figures_are_checked_too)
{
    static const struct {
        const char *value;
        const char *want;
    } cases[] = {
        { "{}", ": figures.folder" EXPECTED("a path") },
        { "{ \"folder\": \"f\", \"files\": [], \"neuron\": -1 }",
          ": figures.neuron" EXPECTED("the number of a neuron") },
        { "{ \"folder\": \"f\" }", ": figures.files" EXPECTED("a list of files") },
        { "{ \"folder\": \"f\", \"files\": [{ \"file\": \"ttest.csv\" }] }",
          ": figures.file" EXPECTED("the name of such a file") },
        { "{ \"folder\": \"f\", \"files\": [{ \"file\": \"h.3/tsne.svg\" }] }",
          ": figures.sha256" EXPECTED("64 digits") },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *const root = load_manifest();
        json_object_set_new(root, "figures", json_loads(cases[i].value, 0, NULL));
        ck_assert_str_eq(read_error(root), cases[i].want);
    }
}
END_TEST

START_TEST(other_files_are_refused_as_manifests)
{
    struct manifest m = { 0 };

    ck_assert_str_eq(read_error(json_object()), ": version" EXPECTED("a text"));
    ck_assert_str_eq(read_error(json_pack("{s:s}", "version", "1")),
                     ": parameters" EXPECTED("an object"));
    ck_assert_str_eq(read_error(json_array()), ": not a JSON object");
    ck_assert_int_eq(manifest_read(temp_path("r"), &m, NULL), CT_EFORMAT);
    ck_assert_int_eq(manifest_read(temp_path("nothing"), &m, NULL), CT_EIO);
    ck_assert_int_eq(temp_shell("$C rerun"), 2);
    ck_assert_int_eq(temp_shell("$C rerun a b"), 2);
}
END_TEST

START_TEST(manifests_round_trip)
{
    struct manifest m = { 0 };
    struct ct_error err;

    ck_assert_msg(manifest_read(temp_path("r/manifest.json"), &m, &err) == CT_OK, "%s", err.text);
    ck_assert(m.params.seed == UINT64_MAX);
    ck_assert(m.params.alpha == 0.05);
    ck_assert_int_eq(m.params.test, TTEST_STUDENT);
    ck_assert_uint_eq(m.formats, FORMAT_CSV | FORMAT_NPY);
    ck_assert_uint_eq(m.tables.n, 13);
    ck_assert_str_eq(m.tables.files[0].name, "activations.csv");
    manifest_clear(&m);
    manifest_clear(&m);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        equal_results_are_reported_as_the_same,
        a_manifest_without_files_is_sufficient,
        differing_values_are_reported,
        differing_arrays_are_reported,
        changed_inputs_are_reported,
        differing_inputs_count_as_a_difference,
        each_file_of_an_input_is_compared,
        manifests_have_nothing_but_what_is_read,
        links_of_the_cache_are_its_blobs,
        blobs_are_read_again,
        user_settings_are_ignored,
        cells_that_are_not_numbers_are_compared,
        activations_can_be_repeated,
        every_member_is_checked,
        a_manifest_may_omit_parameters,
        the_list_of_files_is_checked,
        files_of_each_hook_point_are_compared,
        figures_are_compared,
        figures_without_result_files_are_compared,
        figures_are_checked_too,
        other_files_are_refused_as_manifests,
        manifests_round_trip,
    };

    temp_begin();
    const int status = temp_shell("cp \"$FIXTURES_DIR/demo/stimuli.csv\" . && "
                                  "$C run -s stimuli.csv --format both --iterations 250 "
                                  "--seed 18446744073709551615 -o r") != 0 ||
                       RUN_TESTS("rerun", tests);
    temp_end();
    return status;
}
