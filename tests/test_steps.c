/*
 * Single steps of the analysis, piped together: the same bytes as from one run, from CSV and .npy,
 * from files and pipes; and error messages for wrong files.
 */
#include "config.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "io/npy.h"
#include "io_temp.h"

static void works(const char *line)
{
    const int status = temp_shell(line);
    char *const err = slurp(temp_path("err"), NULL);

    ck_assert_msg(status == 0 && err[0] == '\0', "%s: status %d, %s", line, status, err);
    free(err);
}

/* Expects a failure with this status and exactly this on stderr. */
static void fails(const char *line, int status, const char *want)
{
    const int got = temp_shell(line);
    char *const err = slurp(temp_path("err"), NULL);
    char expected[1024];

    snprintf(expected, sizeof expected, "circuittui: %s\n", want);
    ck_assert_msg(got == status, "%s: status %d", line, got);
    ck_assert_str_eq(err, expected);
    free(err);
}

static void prints(const char *line, const char *want)
{
    works(line);
    char *const out = slurp(temp_path("out"), NULL);
    ck_assert_str_eq(out, want);
    free(out);
}

START_TEST(each_step_gives_the_results_of_a_run)
{
    works("$C ttest r/activations.csv | cmp - r/ttest.csv");
    works("$C tsne r/activations.csv --neurons r/ttest.csv --threads 1 | cmp - r/tsne.csv");
    works("$C cosine r/activations.csv --neurons r/clusters.csv | cmp - r/cosine.csv");
    works("cut -d, -f1,2,4 r/clusters.csv >want; $C dbscan r/tsne.csv | cut -d, -f1,2,5 | "
          "cmp - want");
    works("cut -d, -f1,2,5 r/clusters.csv >want; $C kmeans <r/tsne.csv | cut -d, -f1,2,5 | "
          "cmp - want");
}
END_TEST

START_TEST(steps_can_be_piped)
{
    works("$C ttest <r/activations.csv | $C tsne r/activations.csv --neurons - | $C dbscan | "
          "$C kmeans - >chain.csv");
    works("cut -d, -f1,2,4,5 r/clusters.csv >want; cut -d, -f1,2,5,6 chain.csv | cmp - want");
    works("$C cosine r/activations.csv --neurons - <chain.csv | cmp - r/cosine.csv");
}
END_TEST

START_TEST(steps_have_the_options_of_a_run)
{
    works("$C run -a r/activations.csv --contrast her,him --test welch --correction fdr "
          "--alpha 0.01 --perplexity 12 --iterations 300 --seed 3 --eps 2.5 --min-samples 4 -k 5 "
          "-o p >/dev/null");
    works("$C ttest --contrast her,him --test welch --correction fdr --alpha 0.01 "
          "r/activations.csv | cmp - p/ttest.csv");
    works(
        "$C run -a r/activations.csv --correction maxt --seed 3 --iterations 250 -o m >/dev/null");
    works("$C ttest --correction maxt --seed 3 r/activations.csv | cmp - m/ttest.csv");
    works("$C tsne --contrast her,him --perplexity 12 --iterations 300 --seed 3 "
          "--neurons p/ttest.csv r/activations.csv | cmp - p/tsne.csv");
    works("$C dbscan --eps 2.5 --min-samples 4 p/tsne.csv | $C kmeans -k 5 --seed 3 | "
          "cut -d, -f5,6 >got; cut -d, -f4,5 p/clusters.csv | cmp - got");
}
END_TEST

/* In each space as a run in it; of one group there are no contexts. */
START_TEST(steps_know_spaces)
{
    works("for s in raw correlation context; do $C run -a r/activations.csv --space $s "
          "--iterations 300 -o $s >/dev/null && $C tsne --contrast him,her --space $s "
          "--iterations 300 --neurons r/ttest.csv r/activations.csv | cmp - $s/tsne.csv && "
          "$C cosine --contrast him,her --space $s --neurons $s/clusters.csv r/activations.csv | "
          "cmp - $s/cosine.csv && cmp r/ttest.csv $s/ttest.csv || exit 1; done");
    works("$C run -a r/activations.csv --space context --iterations 300 --plot >report && "
          "grep -q '^Space  *context: ' report && test $(grep -c '(context)' report) -ge 9");
    works("$C run -a r/activations.csv --iterations 300 --plot >report && "
          "! grep -q '(context)\\|^Space' report");
    works("$C cosine --space correlation --neurons correlation/clusters.csv r/activations.csv | "
          "cmp - correlation/cosine.csv");
    works("$C rerun context >/dev/null");
    fails("$C tsne --space context r/activations.csv", 1,
          "--space: context needs two groups; give --contrast A,B, or use correlation");
    fails("$C cosine --space context r/activations.csv", 1,
          "--space: context needs two groups; give --contrast A,B, or use correlation");
}
END_TEST

START_TEST(a_file_is_written_atomically)
{
    works("echo old >t.csv; $C ttest r/activations.csv -o t.csv && cmp t.csv r/ttest.csv");
    works("$C kmeans r/tsne.csv --out=- | head -1 | grep -qx hook,neuron,x,y,kmeans");
    fails("$C ttest r/activations.csv -o r", 1, "r: is a folder; name a file");
    fails("$C ttest r/activations.csv -o no/t.csv", 1,
          "no/t.csv: cannot be written: No such file or directory");
    fails("$C ttest r/activations.csv >/dev/full", 1,
          "standard output: cannot be written: No space left on device");
    works("test -z \"$(ls -A | grep '^[.]t')\"");
}
END_TEST

START_TEST(a_reader_may_close_the_pipe)
{
    prints("$C ttest r/activations.csv 2>/dev/null | head -1",
           "hook,neuron,mean_a,mean_b,t,df,p,p_adjusted,significant\n");
}
END_TEST

/* The same table as .npy, from a file and from a pipe: the same numbers. */
START_TEST(npy_gives_the_same_results)
{
    static const float x[] = { 1, 2, 4, 1, 8, 3, 2, 5, 7, 9, 1, 1 };
    const struct matview v = { x, DTYPE_F32, 6, 2, 2 };
    struct outfile *file;

    ck_assert_int_eq(outfile_open(temp_path("x.npy"), &file, NULL), CT_OK);
    npy_write(file, &v);
    ck_assert_int_eq(outfile_commit(file, NULL), CT_OK);
    temp_text("x.csv", "a,7\n1,2\n4,1\n8,3\n2,5\n7,9\n1,1\n");
    temp_text("groups", "u\nv\nu\nv\nu\nv\n");
    works("$C ttest x.csv --groups groups | cut -d, -f3- >want; "
          "cat x.npy | $C ttest --groups groups | cut -d, -f3- | cmp - want");
    prints("$C cosine x.npy | cut -d, -f1", "id\nnpy:0\nnpy:1\n");
    prints("$C cosine - <x.csv | cut -d, -f1", "id\na:0\ncsv:7\n");
    prints("cat x.npy | $C dbscan --eps 2 --min-samples 2",
           "x,y,dbscan\n1,2,0\n4,1,-1\n8,3,-1\n2,5,-1\n7,9,-1\n1,1,0\n");
    fails("$C ttest x.npy", 1,
          "x.npy: an .npy has no groups; give --groups FILE with one label per line");
}
END_TEST

/* Existing columns are copied unchanged. */
START_TEST(other_columns_are_kept)
{
    prints("printf 'y,note,x\\n1.50,\"a,\"\"b\",1e0\\n1,,+1\\n' | $C dbscan --min-samples 2",
           "y,note,x,dbscan\n1.50,\"a,\"\"b\",1e0,0\n1,,+1,0\n");
    prints("printf 'u,v\\n0,0\\n' | $C kmeans -k1", "u,v,kmeans\n0,0,0\n");
}
END_TEST

START_TEST(empty_results_are_not_an_error)
{
    prints("head -1 r/clusters.csv | $C tsne r/activations.csv --neurons -", "hook,neuron,x,y\n");
    prints("head -1 r/clusters.csv | $C cosine r/activations.csv --neurons -", "id\n");
    prints("echo x,y | $C dbscan | $C kmeans", "x,y,dbscan,kmeans\n");
    prints("head -2 r/clusters.csv | $C tsne r/activations.csv --neurons - | cut -d, -f3,4",
           "x,y\n0,0\n");
}
END_TEST

START_TEST(lowered_parameters_are_reported)
{
    fails("head -4 r/clusters.csv | $C tsne r/activations.csv --neurons -", 0,
          "--perplexity: lowered from 30 to 1; it must be below the number of neurons");
    fails("printf 'x,y\\n1,2\\n3,4\\n' | $C kmeans", 0,
          "--clusters: lowered from 3 to 2; there are no more points");
}
END_TEST

START_TEST(wrong_files_are_reported_in_one_line)
{
    fails("$C ttest", 1, "standard input: the file is empty; expected a header row");
    fails("$C ttest r", 1, "r: cannot be read: Is a directory");
    fails("$C dbscan none", 1, "none: cannot be opened: No such file or directory");
    fails("$C ttest a b", 2, "b: ttest takes one file; see circuittui ttest --help");
    fails("$C tsne --alpha 0.1 a", 2, "--alpha: not an option of tsne; see circuittui tsne --help");
    fails("$C ttest r/ttest.csv", 1,
          "r/ttest.csv: has no column `group`; give --groups FILE with one label per line");
    fails("$C tsne r/ttest.csv", 1,
          "r/ttest.csv: row 1 (line 2): column hook:0: `h.3.mlp.c_fc` is not a number");
    fails("printf ',a\\n0,1\\n' | $C cosine", 1,
          "standard input: the header (line 1): column 1 has no name, such as a column of row "
          "names; omit it (pandas: index=False, R: row.names=FALSE)");
    fails(
        "printf 'a,b\\n0,1\\n1,nan\\n' | $C cosine", 1,
        "standard input: row 2: b:0 is missing (NaN); exclude the neuron with --neurons, or remove "
        "the row");
    fails("printf 'x,y\\n1,2\\n3,inf\\n' | $C kmeans", 1,
          "standard input: row 2 (line 3): column y: `inf` is not a finite number");
    fails("$C dbscan r/activations.csv", 1,
          "r/activations.csv: the header (line 1): no columns `x` and `y`; expected points in the "
          "plane, as written by tsne");
    fails("printf 'x,y,dbscan\\n' | $C dbscan", 1,
          "standard input: the header (line 1): the column `dbscan` already exists; remove it");
}
END_TEST

/* Points as numpy.savetxt writes them; scikit-learn's DBSCAN gives 0 0 0 -1. */
START_TEST(a_table_need_not_have_a_header)
{
    const char *const want = "0,1,dbscan\n0,0,0\n0.5,0,0\n1,0,0\n10,10,-1\n";

    works("printf '0,0\n0.5,0\n1,0\n10,10\n' >points");
    fails("$C dbscan --eps .6 points", 1,
          "points: the header (line 1): numbers in place of names (0, ...); give --header no if "
          "they are data, --header yes if they are names");
    prints("$C dbscan --eps .6 --header no points", want);
    prints("$C dbscan --eps .6 --header=no <points", want);
    prints("$C dbscan --eps .6 --header yes points", "0,0,dbscan\n0.5,0,-1\n1,0,-1\n10,10,-1\n");
    prints("$C dbscan --eps .6 --header no points | $C kmeans -k 2 | cut -d, -f4",
           "kmeans\n0\n0\n0\n1\n");
    /* Names that count up are taken as names, and reported. */
    prints("sed '1s/.*/0,1/' points | $C dbscan --eps .6 2>note; grep -qx 'circuittui: standard "
           "input: numbers as names in the first row; give --header no if they are data' note",
           "0,1,dbscan\n0.5,0,-1\n1,0,-1\n10,10,-1\n");
    prints("sed '1s/.*/0,1/' points | $C dbscan --eps .6 --header yes",
           "0,1,dbscan\n0.5,0,-1\n1,0,-1\n10,10,-1\n");
    for (size_t i = 0; i < 3; i++) { /* every step on activations, and run */
        static const char *const steps[] = { "ttest", "cosine", "tsne" };
        char line[400];
        snprintf(line, sizeof line,
                 "printf 'a\na\nb\nb\n' >g; sed 1i0,1 points >named; $C %s --header no --groups "
                 "g points >one && $C %s --header yes --groups g named | cmp - one && ! $C %s "
                 "--groups g points",
                 steps[i], steps[i], steps[i]);
        temp_shell(line);
        char *const err = slurp(temp_path("err"), NULL);
        ck_assert_ptr_nonnull(strstr(err, "numbers in place of names"));
        free(err);
    }
    works(
        "$C run -a points --groups g --header no -o n >/dev/null && $C ttest --header no --groups "
        "g points | cmp - n/ttest.csv && grep -q '\"header\": \"no\"' n/manifest.json && "
        "$C rerun n >/dev/null && printf 'header = no\n' >conf && CIRCUITTUI_CONFIG=conf $C ttest "
        "--groups g points | cmp - n/ttest.csv");
}
END_TEST

/* As R's write.table() and spreadsheets write tables. */
START_TEST(tables_of_other_programs_are_read)
{
    prints("printf '\"V1\",\"V2\"\n\"1\",0,0\n\"2\",.5,0\n' | $C dbscan 2>note",
           ",V1,V2,dbscan\n1,0,0,-1\n2,.5,0,-1\n");
    works("grep -q 'its name: the header has one field fewer' note");
    fails("printf 'x,y\n1,2,\n2,4,\n' | $C dbscan", 1,
          "standard input: row 1 (line 2): 3 fields, the header has 2; a field that contains a "
          "comma must be quoted");
    fails("printf 'x,y\n5,1,2\n6,3,4\n' | $C dbscan", 1,
          "standard input: row 1 (line 2): 3 fields, the header has 2; a field that contains a "
          "comma must be quoted");
    prints("printf 'sep=,\r\nx, y\r\n1, 2\r\n3, 4 \r\n,\r\n,\r\n' | $C dbscan 2>note",
           "x,y,dbscan\n1,\" 2\",-1\n3,\" 4 \",-1\n");
    works("grep -qx 'circuittui: standard input: empty rows at the end, left out: 2' note");
    fails("printf 'x,y\n1,2\n,\n3,4\n' | $C kmeans", 1,
          "standard input: row 2 (line 3): column x is missing (``); remove the row");
    fails("printf 'x,y\n1,2\n1,NA\n' | $C kmeans", 1,
          "standard input: row 2 (line 3): column y is missing (`NA`); remove the row");
    fails("printf 'x;y\n1,5;2\n' | $C kmeans", 1,
          "standard input: the header (line 1): its columns are separated by semicolons; save it "
          "with commas");
    fails("printf 'hook\tneuron\nh\t2\n' | $C cosine r/activations.csv --neurons -", 1,
          "standard input: the header (line 1): its columns are separated by tabs; save it with "
          "commas");
    fails("printf 'sep=;\na;b\n1;2\n' | $C tsne", 1,
          "standard input: the header (line 1): its columns are separated by semicolons; save it "
          "with commas");
    fails("printf '0.5 1\n2 3\n' | $C cosine", 1,
          "standard input: the header (line 1): its columns are separated by blanks; save it with "
          "commas (numpy: delimiter=','; R: sep=',')");
    /* A neuron with a missing value has no p-value. */
    prints("printf 'group,x,y\na,1,4\na,2,5\nb,NA,6\nb,3,7\n' | $C ttest | cut -d, -f1,3-5,9",
           "hook,mean_a,mean_b,t,significant\nx,1.5,nan,nan,0\n"
           "y,4.5,6.5,-2.82842712474619,0\n");
    prints("printf 'group,x\n\"a,\"\"1\",1\n\"a,\"\"1\",2\nb,7\nb,6\nc,1\n' | $C ttest --contrast "
           "'\"a,\"\"1\",b' | cut -d, -f3,4",
           "mean_a,mean_b\n1.5,6.5\n");
}
END_TEST

/* Scaled by a power of two, all results are the same, to the bit: squares do not underflow. */
START_TEST(scaled_tables_give_the_same_results)
{
    static const char *const exponents[] = { "-600", "600", "-70", "100" };
    static const char make[] =
        "awk 'BEGIN { srand(3); for (j = 0; j < 12; j++) printf \"%%sn%%d\", j ? \",\" : \"\", j; "
        "for (i = 0; i < 9; i++) for (j = 0; j < 12; j++) printf \"%%s%%.17g\", j ? \",\" : "
        "\"\\n\", "
        "(int(rand() * 1000) - 500 + (j > 5) * 900) * 2^%s; print \"\" }' >%s";
    char line[1000];

    snprintf(line, sizeof line, make, "0", "plain");
    works(line);
    works("$C tsne plain --iterations 250 --perplexity 3 >t && $C cosine plain >c && "
          "awk -F, '{ print $3 \",\" $4 }' t >xy && $C dbscan --eps 4 xy | cut -d, -f3 >d && "
          "$C kmeans xy | cut -d, -f3 >k && test \"$(sort -u k | wc -l)\" = 4");
    for (size_t i = 0; i < 4; i++) {
        snprintf(line, sizeof line, make, exponents[i], "scaled");
        works(line);
        works("$C tsne scaled --iterations 250 --perplexity 3 | cmp - t && $C cosine scaled | cmp "
              "- c");
        snprintf(
            line, sizeof line,
            "awk -F, 'NR == 1 { print } NR > 1 { printf \"%%.17g,%%.17g\\n\", $1 * 2^%s, $2 * "
            "2^%s }' xy >far && $C kmeans far | cut -d, -f3 | cmp - k && eps=$(awk 'BEGIN { "
            "printf \"%%.17g\", 4 * 2^%s }') && $C dbscan --eps $eps far | cut -d, -f3 | cmp - d",
            exponents[i], exponents[i], exponents[i]);
        works(line);
    }
}
END_TEST

START_TEST(identical_neurons_are_reported)
{
    prints("printf 'x,y,z\n1,1,1\n2,2,2\n' | $C tsne 2>note | wc -l | tr -d ' '", "4\n");
    works("grep -qx 'circuittui: caution: all neurons are identical; the embedding shows no "
          "structure' note");
    prints("printf 'group,x,y,z\na,1,1,1\na,2,2,2\nb,9,9,9\nb,8,8,8\n' | $C run -a - --correction "
           "none | grep -c 'caution: all neurons are identical'",
           "1\n");
    prints("printf 'group,x,y,z\na,1,1,1\na,2,2,3\nb,9,9,9\nb,8,8,8\n' | $C run -a - --correction "
           "none | grep -c 'caution: only 2 of the neurons are distinct'",
           "1\n");
}
END_TEST

START_TEST(wrong_choices_are_reported_in_one_line)
{
    fails("$C tsne --neurons - <r/activations.csv", 1,
          "standard input: cannot be both the activations and --neurons; name a file");
    fails("$C tsne r/activations.csv --neurons r/activations.csv", 1,
          "r/activations.csv: the header (line 1): no columns `hook` and `neuron`; expected a "
          "table such as ttest.csv or clusters.csv");
    fails("printf 'hook,neuron\\nh.1,2\\n' | $C cosine r/activations.csv --neurons -", 1,
          "standard input: row 1 (line 2): h.1:2 is not among the neurons of r/activations.csv");
    fails("sed -n '1p;2p;2p' r/tsne.csv | $C cosine r/activations.csv --neurons -", 1,
          "standard input: row 2 (line 3): h.3.mlp.c_fc:1 appears twice");
    fails("printf 'hook,neuron,significant\\nh,0,yes\\n' | $C tsne r/activations.csv --neurons -",
          1, "standard input: row 1 (line 2): column significant: `yes`; expected 0 or 1");
    fails("printf 'hook,neuron,dbscan\\nh,0,-2\\n' | $C tsne r/activations.csv --neurons -", 1,
          "standard input: row 1 (line 2): column dbscan: `-2`; expected a label from 0, or -1");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        each_step_gives_the_results_of_a_run, steps_can_be_piped,
        steps_have_the_options_of_a_run,      steps_know_spaces,
        a_file_is_written_atomically,         a_reader_may_close_the_pipe,
        npy_gives_the_same_results,           other_columns_are_kept,
        empty_results_are_not_an_error,       lowered_parameters_are_reported,
        a_table_need_not_have_a_header,       tables_of_other_programs_are_read,
        scaled_tables_give_the_same_results,  identical_neurons_are_reported,
        wrong_files_are_reported_in_one_line, wrong_choices_are_reported_in_one_line,
    };

    temp_begin();
    const int status = temp_shell("$C run -o r") != 0 || RUN_TESTS("steps", tests);
    temp_end();
    return status;
}
