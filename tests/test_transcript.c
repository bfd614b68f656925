/*
 * What the program prints: command lines on small made files, with exit status and every byte of
 * both outputs, compared with tests/golden/transcript.txt. Long numbers are rounded to six digits,
 * and paths of this machine replaced.
 */
#include "config.h"
#include "golden_canvas.h"
#include "io_temp.h"
#include "support.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/commands.h"

static const char *const lines[] = {
    /* the command line */
    "$C --help",
    "for c in run rerun ttest tsne dbscan kmeans cosine hooks tokenize models fetch config; do $C "
    "$c "
    "--help; done",
    "$C -h run",
    "$C nonsense",
    "$C --nonsense",
    "$C run --nonsense",
    "$C run -y",
    "$C run --out",
    "$C run -o",
    "$C run -o ''",
    "$C run --plot=yes",
    "$C run --al 0.1 --help | sed -n 1,1p",
    "$C run --p",
    "$C run extra words",
    "$C ttest a b",
    "$C fetch",
    "$C fetch a b",
    "$C tokenize",
    "$C rerun",
    "$C rerun a b",
    "$C models extra",
    "$C hooks extra",
    "$C hooks --alpha 1",
    "$C dbscan --alpha 0.1",
    "$C kmeans --eps 1",
    "$C ttest --threads 0 acts.csv",
    "$C tsne --format both acts.csv",
    "$C tsne --format safetensors acts.csv",
    "$C run --format xls",
    "$C run --color blue",
    "$C run --threads x",
    "$C run --threads 1.5",
    "$C run --hook a -a b.csv",
    "$C run --groups g.csv",
    "$C run --activations '' ",
    "$C run --alpha '' ",
    "$C run --alpha 0",
    "$C run --alpha 1",
    "$C run --alpha 1.5",
    "$C run --alpha nan",
    "$C run --test z",
    "$C run --correction none --correction x",
    "$C run --perplexity 0",
    "$C run --perplexity inf",
    "$C run --iterations 0",
    "$C run --iterations -5",
    "$C run --iterations 2147483648",
    "$C run --seed -1",
    "$C run --seed 18446744073709551616",
    "$C run --eps 0",
    "$C run --eps -1",
    "$C run --min-samples 0",
    "$C run -k 0",
    "$C run --clusters 1e3",
    "$C run --occurrence second",
    "$C run --contrast a",
    "$C run --contrast a,a",
    "$C run --contrast ,b",
    "$C run --contrast a,b,c",
    "$C run -H ''",
    "$C run -H nonsense",
    "$C run -H h.9.mlp",
    "$C run -H 'h.[0'",
    "$C run -H 'x*'",
    "$C run -H blocks.0.hook_resid_mid",
    "$C run -m no/such/folder",
    "$C run -m two--dashes",
    "$C run -m absent",
    "$C run -m org/absent@v1",
    "$C run -s absent.csv",
    "$C run -a absent.csv",
    "$C ttest absent.csv",
    "$C ttest . ",
    "$C dbscan absent.npy",
    "$C run -o file/below -a acts.csv",
    "$C run -o acts.csv -a acts.csv",
    "$C run --figures acts.csv -a acts.csv",
    "$C tsne acts.csv -o no/folder/t.csv",
    "$C tsne - --neurons - <acts.csv",
    "$C tokenize --tokenizer absent a",
    "$C rerun absent",
    "$C rerun acts.csv",
    "$C rerun .",
    /* completion */
    "$C complete",
    "$C complete ''",
    "$C complete r",
    "$C complete run --",
    "$C complete --t",
    "$C complete dbscan --",
    "$C complete tsne -",
    "$C complete run --test ''",
    "$C complete run --test=p",
    "$C complete run --test = w",
    "$C complete run --format ''",
    "$C complete tsne --format ''",
    "$C complete run --color a",
    "$C complete run -o ''",
    "$C complete run -s ''",
    "$C complete ttest ''",
    "$C complete ttest -o ''",
    "$C complete rerun ''",
    "$C complete hooks ''",
    "$C complete run --hook h.0.",
    "$C complete run -m \"$FIXTURES_DIR/gpt2_tiny\" --hook ''",
    "$C complete run --model=\"$FIXTURES_DIR/gpt2_tiny\" -H lm",
    "$C complete run --model ''",
    "$C complete tokenize -- -",
    "$C complete run --plot ''",
    "$C complete run --nonsense ''",
    "$C complete run --nonsense=a",
    "$C complete -- ru",
    "$C complete run -k ''",
    "$C complete run --seed 3 --al",
    "$C complete run --matr",
    /* models and tokens */
    "$C hooks",
    "$C hooks -m \"$FIXTURES_DIR/gpt2_tiny\"",
    "$C hooks -m org/tiny",
    "$C hooks -m tiny",
    "$C models",
    "HF_HUB_CACHE=$PWD/none $C models",
    "HF_HUB_CACHE=acts.csv $C models",
    "$C tokenize 'The cat sat.' 'her'",
    "$C tokenize --ids 'The cat sat.' her",
    "printf 'one\\n\\ntwo three' | $C tokenize -",
    "printf 'one\\ntwo' | $C tokenize --ids a - b",
    "printf '' | $C tokenize -",
    "$C tokenize ''",
    "$C tokenize 'tab\there'",
    "$C tokenize $(printf '\\377')",
    "$C tokenize 'caf\xc3\xa9 \xe6\x97\xa5'",
    /* settings */
    "$C config",
    "$C config --alpha 0.1 -k 4 -H h.0 -H h.1 --plot --threads 2",
    "CIRCUITTUI_CONFIG= $C config | sed -n 1,3p",
    "CIRCUITTUI_CONFIG=$PWD/good.conf $C config",
    "CIRCUITTUI_CONFIG=$PWD/good.conf $C config --alpha 0.2 --activations x.csv | sed -n 1,30p",
    "XDG_CONFIG_HOME=$PWD/xdg $C config | sed -n 1,1p",
    "XDG_CONFIG_HOME=rel $C config | sed -n 1,1p",
    "HOME= $C config | sed -n 1,2p; HOME= $C models",
    "NO_COLOR=1 $C config | grep color",
    "NO_COLOR= $C config | grep ^color",
    "NO_COLOR=1 $C config --color always | grep ^color",
    "HF_HOME=/h $C config | tail -1",
    "XDG_CACHE_HOME=/x $C config | tail -1",
    "HF_HUB_CACHE='~/c' $C config | tail -1",
    "HUGGINGFACE_HUB_CACHE='$HOME/d' $C config | tail -1",
    "for l in 'alpha' 'alpha = 2' 'nonsense = 1' 'help = yes' 'plot = maybe' 'key.x = a' "
    "'key.quit = q q' 'key.run = hyper-x' 'color.x = 1' 'color.dim = 999' '= 3' 'alpha = 0.1 # ok' "
    "'# comment' 'format = both' 'hook = a' 'threads = 0' 'model=#1' 'alpha=0.01#x'; do echo "
    "\"$l\" "
    ">one.conf; echo \"  $l\"; CIRCUITTUI_CONFIG=one.conf $C config 2>&1 | grep -v 'built in' | "
    "sed -n 1,4p; "
    "done",
    "printf 'activations = a.csv\\nhook = h.0\\n' >two.conf; CIRCUITTUI_CONFIG=two.conf $C run; "
    "CIRCUITTUI_CONFIG=two.conf $C config --hook h.1 2>&1 | grep two.conf",
    "printf 'a\\0b = 1\\n' >nul.conf; CIRCUITTUI_CONFIG=nul.conf $C config | sed -n 1,1p",
    "CIRCUITTUI_CONFIG=. $C config",
    "CIRCUITTUI_CONFIG=absent $C config | sed -n 1,1p",
    "printf 'out = x\\nformat = npy\\nneurons = n\\ngroups = g\\nalpha = 0.9\\n' >step.conf; "
    "CIRCUITTUI_CONFIG=step.conf $C ttest acts.csv",
    "CIRCUITTUI_CONFIG=step.conf $C run -a acts.csv",
    /* steps */
    "$C ttest acts.csv",
    "$C ttest <acts.csv",
    "$C ttest - --test welch <acts.csv",
    "$C ttest --test paired acts.csv",
    "$C ttest --correction fdr --alpha 0.2 acts.csv",
    "$C ttest --correction none acts.csv",
    "$C ttest --contrast y,x acts.csv",
    "$C ttest --contrast y,z acts.csv",
    "$C ttest three.csv",
    "$C ttest --contrast c,a three.csv",
    "$C ttest plain.csv",
    "$C ttest plain.csv --groups labels.csv",
    "$C ttest plain.csv --groups short.csv",
    "$C ttest plain.csv --groups absent",
    "$C ttest acts.csv --groups labels.csv",
    "$C ttest one_group.csv",
    "$C ttest small.csv",
    "$C ttest --test paired uneven.csv",
    "$C ttest nan.csv",
    "$C ttest ragged.csv",
    "$C ttest words.csv",
    "$C ttest empty.csv",
    "$C ttest header.csv",
    "$C ttest quoted.csv",
    "printf 'a;b\\n1;2\\n' | $C ttest --groups labels.csv",
    "$C cosine acts.csv",
    "$C cosine plain.csv",
    "$C cosine acts.csv --neurons pick.csv",
    "$C cosine acts.csv --neurons sorted.csv",
    "$C cosine acts.csv --neurons missing.csv",
    "$C cosine acts.csv --neurons empty.csv",
    "$C cosine acts.csv --neurons twice.csv",
    "$C cosine acts.csv --neurons - <missing.csv",
    "$C cosine three.csv --contrast c,a",
    "$C run -s few_texts.csv -H 'h.[0123].ln_1' --threads 1 --iterations 250 | sed -n 7,12p",
    "$C cosine acts.csv --contrast x,y",
    "$C cosine acts.csv -o c.npy && wc -c <c.npy",
    "$C cosine acts.csv --format npy | wc -c",
    "$C cosine acts.csv -o c.npy --format csv && sed -n 1,1p c.npy",
    "$C tsne acts.csv --perplexity 2 --iterations 250 | cut -d, -f1,2 ",
    "$C tsne acts.csv --perplexity 50 --iterations 250 | sed -n 1,1p",
    "$C tsne acts.csv --neurons one.csv",
    "$C tsne acts.csv --neurons none.csv",
    "$C tsne acts.csv --perplexity 2 --iterations 250 -o t.npy; wc -c <t.npy",
    "$C dbscan points.csv",
    "$C dbscan --eps 2.5 --min-samples 2 points.csv",
    "$C dbscan --eps 0.5 --min-samples 1 points.csv",
    "$C dbscan twice.csv",
    "$C dbscan labelled.csv",
    "$C dbscan words.csv",
    "$C dbscan empty.csv",
    "$C dbscan nopoints.csv",
    "$C kmeans points.csv",
    "$C kmeans -k 2 points.csv",
    "$C kmeans -k 5 few.csv",
    "$C kmeans -k 2 --seed 9 <points.csv",
    "$C kmeans nopoints.csv",
    "$C kmeans nan_point.csv",
    "$C dbscan nan_point.csv",
    "$C dbscan points.csv -o p.csv && cat p.csv && $C kmeans -k 2 p.csv",
    "$C dbscan p.csv",
    /* runs on activations */
    "$C run -a acts.csv --threads 1 --iterations 250 --alpha 0.9 --correction none",
    "$C run -a acts.csv --threads 1 --iterations 250 --alpha 0.0000001",
    "$C run -a three.csv --threads 1 --iterations 250 --test welch --correction fdr",
    "$C run -a uneven.csv --threads 1 --test paired",
    "$C run -a one_group.csv",
    "$C run -a small.csv",
    "$C run -a plain.csv",
    "$C run -a plain.csv --groups labels.csv --threads 1 --iterations 250",
    "$C run -a acts.csv --per-layer",
    "$C run -a acts.csv --contrast y,x --threads 1 --iterations 250",
    "$C run -a wide.csv --threads 1 --iterations 250 --alpha 0.9 --correction none --plot --ascii "
    "| "
    "sed '/^Seconds/,$!d' | sed -n 1,80p",
    "$C run -a acts.csv --threads 1 --iterations 250 -o r1 --alpha 0.9 --correction none "
    ">/dev/null && ls "
    "r1 && cat r1/ttest.csv r1/activations.csv",
    "$C run -a acts.csv --threads 1 --iterations 250 -o r1",
    "sed '/\"activations\": {/,$!d; "
    "/\"seconds\"/,$d; /bytes/d; /sha256/d' r1/manifest.json",
    "$C run -a acts.csv --threads 1 --iterations 250 -o r2 --format both --matrices --alpha 0.9 "
    "--correction none | tail -3; ls r2; cat r2/gram.csv",
    "$C run -a acts.csv --threads 1 --iterations 250 -o r3 --format safetensors --alpha 0.9 "
    "--correction none | tail -3; ls r3",
    "$C rerun r1",
    "$C rerun r1/manifest.json -o r4 >/dev/null; ls r4",
    "sed 's/1.5/1.25/' r1/ttest.csv >changed && cp changed r1/ttest.csv; $C rerun r1",
    "sed '3s/,1$/,0/' r1/ttest.csv >changed && cp changed r1/ttest.csv; $C rerun r1",
    "rm r1/tsne.csv; $C rerun r1",
    "mv acts.csv moved.csv; $C rerun r1; $C rerun r1 --activations moved.csv "
    "| sed -n 1,30p; $C rerun r1 --model m; mv moved.csv acts.csv",
    "$C rerun r1 --stimuli s.csv",
    "$C rerun r1 --groups g.csv",
    "$C rerun r1 --alpha 0.1",
    "$C run -a - -o piped --threads 1 <acts.csv >/dev/null; $C rerun piped",
    "$C run -a acts.csv >/dev/full",
    "$C tokenize a >/dev/full",
    /* runs of the demo's model on a few sentences */
    "$C run -s few_texts.csv --threads 1 --iterations 250",
    "$C run -s bad_target.csv",
    "$C run -s no_target.csv",
    "$C run -s twice_target.csv",
    "$C run -s twice_target.csv --occurrence "
    "first --threads 1 --iterations 250 | sed -n 1,12p",
    "$C run -s twice_target.csv --occurrence last "
    "--threads 1 --iterations 250 | sed -n 1,12p",
    "$C run -s prefixes.csv --occurrence last -H h.0 --threads 1 --iterations 250 | sed -n 3,12p",
    "$C run -s prefixes.csv --occurrence first -H h.0 --threads 1 --iterations 250 | sed -n 3,12p",
    "$C dbscan double.npy | grep -c 0.3333333333333333",
    "$C kmeans -k 1 double.npy --out k.csv; cut -d, -f1,2 k.csv",
    "$C run -s no_text.csv",
    "$C run -s one_text.csv",
    "$C run -s few_texts.csv --per-layer --threads 1 --iterations 250 -H 'h.*.ln_1'",
    "$C run -s few_texts.csv -H h.0 -H h.1.mlp.act --threads 1 --iterations 250 | sed -n 1,14p",
    "$C run -s few_texts.csv -H 'h.*.mlp' --contrast him,her --threads 1 --iterations 250 | sed -n "
    "1,20p",
    "$C run -s few_texts.csv -H h.0 --contrast him,it",
    "$C run -s three_texts.csv -H h.0 --threads 1 "
    "--iterations 250 | sed -n 1,12p",
    "$C run -m org/tiny -s few_texts.csv",
    "$C run -m org/empty -s "
    "few_texts.csv",
    "$C run -m org/other@nope",
    "$C run -m other",
};

/* Points [2, 2] that are no float32, as .npy. */
static void put_points(void)
{
    static const char header[] = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }";
    static const double xy[] = { 0.1, 0.2, 1.0 / 3.0, 2.5 };
    char npy[128 + sizeof xy];

    memset(npy, ' ', 128);
    memcpy(npy, "\x93NUMPY\x01\0\x76\0", 10);
    memcpy(npy + 10, header, sizeof header - 1);
    npy[127] = '\n';
    memcpy(npy + 128, xy, sizeof xy);
    temp_file("double.npy", npy, sizeof npy);
}

static void put_files(void)
{
    temp_text("acts.csv", "group,a,b,c,d,e\nx,1,2,0,4,-1\nx,2,4,0,5,-2\nx,1.5,3,0,4.5,-1\n"
                          "y,3,1,0,1,7\ny,5,2,0,0.5,9\ny,4,1.5,0,2,8\n");
    temp_text("wide.csv", "group,a,b,c,d,e,f,g,h\nx,1,2,0,4,-1,3,5,8\nx,2,4,1,5,-2,1,4,7\n"
                          "x,1.5,3,2,4.5,-1,9,6,6\ny,3,1,0,1,7,2,2,2\ny,5,2,4,0.5,9,1,3,1\n"
                          "y,4,1.5,5,2,8,3,1,4\n");
    temp_text("three.csv", "group,n1,n2,n3\na,1,2,9\na,2,1,8\na,3,4,9\nb,4,2,1\nb,5,3,2\nb,7,1,1\n"
                           "c,8,8,5\nc,7,9,6\nc,9,7,5\n");
    temp_text("plain.csv", "u,v\n1,2\n2,4\n3,1\n5,2\n");
    temp_text("labels.csv", "p\np\nq\nq\n");
    temp_text("short.csv", "p\nq\n");
    temp_text("one_group.csv", "group,a\nx,1\nx,2\n");
    temp_text("small.csv", "group,a\nx,1\ny,2\ny,3\n");
    temp_text("uneven.csv", "group,a,b\nx,1,2\nx,2,5\nx,3,1\ny,2,4\ny,4,2\n");
    temp_text("nan.csv", "group,a,b\nx,1,nan\nx,2,4\ny,3,1\ny,5,inf\n");
    temp_text("ragged.csv", "group,a,b\nx,1,2\nx,2\n");
    temp_text("words.csv", "group,a,b\nx,1,two\n");
    temp_text("empty.csv", "");
    temp_text("header.csv", "group,a,b\n");
    temp_text("quoted.csv", "\"group\",\"a,\"\"b\"\n\"x\",\"1\"\nx,2\n\"y y\",4\n\"y y\",7\n");
    temp_text("pick.csv", "hook,neuron,significant\na,0,1\nc,0,0\ne,0,1\nd,0,1\n");
    temp_text("sorted.csv", "hook,neuron,dbscan\na,0,1\nb,0,-1\nd,0,0\ne,0,1\n");
    temp_text("missing.csv", "hook,neuron\na,0\nz,0\n");
    temp_text("twice.csv", "hook,neuron,x,y,x\na,0,1,2,3\na,0,4,5,6\n");
    temp_text("one.csv", "hook,neuron\nb,0\n");
    temp_text("none.csv", "hook,neuron,significant\nb,0,0\n");
    temp_text("points.csv",
              "name,x,y\np1,0,0\np2,1,0\np3,0,1\np4,10,10\np5,10,11\np6,11,10\np7,50,50\n");
    temp_text("labelled.csv", "x,y,dbscan\n0,0,7\n1,1,8\n");
    temp_text("nopoints.csv", "x,y\n");
    temp_text("few.csv", "x,y\n1,2\n3,4\n1,2\n");
    temp_text("nan_point.csv", "x,y\n1,2\nnan,4\n");
    temp_text("good.conf",
              "# a comment\nalpha = 0.01\nclusters = 5   # five\nhook = h.0\nhook = h.1\n"
              "plot = yes\nthreads = 1\nformat = both\nout = results\nkey.quit = x ctrl-c\n"
              "color.accent = bright-red\ncolor.cluster-3 = 77\ntest = welch\n");
    temp_text("few_texts.csv", "group,target,text\nhim, him,I saw him\nher, her,I saw her\n"
                               "him, him,We told him\nher, her,We told her\nhim, him,They met him\n"
                               "her, her,They met her\n");
    temp_text("three_texts.csv", "group,target,text\nhim, him,I saw him\nher, her,I saw her\n"
                                 "it, it,I saw it\nhim, him,We told him\nher, her,We told her\n"
                                 "it, it,We told it\n");
    temp_text("bad_target.csv", "group,target,text\nhim, hi,I saw him\n");
    temp_text("no_target.csv", "group,target,text\nhim, cat,I saw him\n");
    temp_text("twice_target.csv",
              "group,target,text\nhim, him,I saw him and him\n"
              "her, her,I saw her and her\nhim, him,We met him\nher, her,We met her\n");
    temp_text("prefixes.csv", "group,target,text\nhim, him,I saw him\nher, her,I saw her\n"
                              "him, him,I saw him and him\nher, her,I saw her and her\n"
                              "him, him,I saw him\nher, her,I saw her and her\n");
    put_points();
    temp_text("no_text.csv", "group,target\nhim, him\n");
    temp_text("one_text.csv", "group,target,text\nhim, him,I saw him\n");
    temp_shell("mkdir -p home hub/models--org--tiny/refs hub/models--org--tiny/snapshots/$A "
               "hub/models--org--empty hub/models--org--other/snapshots/$A "
               "hub/models--org--other/refs hub/notes; printf $A >hub/models--org--tiny/refs/main; "
               "printf $A >hub/models--org--other/refs/v2; "
               "cp \"$FIXTURES_DIR\"/gpt2_tiny/* hub/models--org--tiny/snapshots/$A");
}

/* Where the numbers of this line begin that are different on every machine, or depend on where
 * t-SNE ends, which the last bits decide; their end is the line's. */
static const char *unsteady(const char *line, const char *section)
{
    static const char *const words[] = { "; perplexity ",         "KL divergence",
                                         "\"kl_divergence\"",     "\"kmeans_silhouette\"",
                                         "\"dbscan_silhouette\"", "\"inertia\"",
                                         "\"tsne_iterations\"",   "\"dbscan_clusters\"",
                                         "\"dbscan_noise\"",      "DBSCAN clusters" };
    static const char *const sections[] = { "Seconds", "DBSCAN", "k-means" };
    enum { T_END = 50 }; /* of the table of layers: clusters follow */
    const char *const end = line + strcspn(line, "\n");

    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (strncmp(section, sections[i], strlen(sections[i])) == 0)
            return line;
    if (strncmp(section, "Layers", 6) == 0 && end - line > T_END &&
        strchr("- 0123456789", line[T_END - 1]))
        return line + T_END;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *const at = strstr(line, words[i]);
        if (at != NULL && at < end)
            return at;
    }
    return end;
}

/* A path of this machine, or the version, at text: what it is written as, and its size. */
static const char *named(const char *text, size_t *size)
{
    const char *const values[] = { getenv("FIXTURES_DIR"), getenv("CIRCUITTUI"), temp_folder(),
                                   PACKAGE_VERSION };
    static const char *const names[] = { "$FIXTURES_DIR", "$CIRCUITTUI", "$PWD", "VERSION" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        *size = strlen(values[i]);
        if (strncmp(text, values[i], *size) == 0)
            return names[i];
    }
    return NULL;
}

static void add_line(FILE *out, const char *line, const char *section)
{
    const char *const end = line + strcspn(line, "\n");
    const char *const from = unsteady(line, section);
    const bool is_layer = strncmp(section, "Layers", 6) == 0;
    size_t size = 0;

    for (const char *at = line; at < end; at += size) {
        const char *const name = named(at, &size);
        const size_t digits = strspn(at, "0123456789.");
        if (name != NULL) {
            fputs(name, out);
        } else if (at >= from && is_layer) {
            size = 1;
        } else if (digits > 0 && at >= from) {
            size = digits;
            fputc('#', out);
        } else if (at >= from &&
                   (strncmp(at, "  ", 2) == 0 || (*at == '-' && at[1] >= '0' && at[1] <= '9'))) {
            size = 1; /* the width of what follows is as unsteady */
        } else if (digits > 9 && memchr(at, '.', digits) != NULL) {
            char *after;
            fprintf(out, "%.6g", strtod(at, &after));
            size = (size_t)(after - at);
        } else {
            size = digits > 0 ? digits : 1;
            fwrite(at, 1, size, out);
        }
    }
    if (is_layer && from < end)
        fputs(" ...", out);
}

/* Rounds numbers of more than eight digits, and leaves out what is different elsewhere. */
static void add_cleaned(FILE *out, const char *text)
{
    for (const char *section = text; *text != '\0';) {
        if (*text != ' ')
            section = text;
        add_line(out, text, section);
        text += strcspn(text, "\n");
        if (*text == '\n')
            fputc(*text++, out);
    }
}

static void add_output(FILE *out, const char *name, const char *mark)
{
    char *const text = slurp(temp_path(name), NULL);
    const size_t size = strlen(text);

    if (size > 0) {
        fputs(mark, out);
        add_cleaned(out, text);
        fputs(text[size - 1] == '\n' ? "" : "(no end of line)\n", out);
    }
    free(text);
}

/* ---- running a line ---- */

enum { MAX_WORDS = 32 };

/* Splits a line without anything for the shell but single quotes into words; false: it has more, or
 * needs the demo, which is found next to the program. */
static bool split(char *line, char *words[MAX_WORDS + 1])
{
    static const char *const of_demo[] = { " -H",    " -m ",     " -s ",       "--contrast a,a",
                                           "--hook", "$C hooks", "$C tokenize" };
    size_t n = 0;

    for (size_t i = 0; i < sizeof of_demo / sizeof *of_demo; i++)
        if (strstr(line, of_demo[i]) != NULL)
            return false;
    if (strncmp(line, "$C ", 3) != 0 || strpbrk(line + 1, "|;<>&$`\"*()\\\n") != NULL)
        return false;
    for (char *at = line; *at != '\0' && n < MAX_WORDS;) {
        const bool is_quoted = *at == '\'';
        char *const end = at + is_quoted + strcspn(at + is_quoted, is_quoted ? "'" : " ");
        words[n++] = at + is_quoted;
        at = end + (*end != '\0');
        *end = '\0';
        at += strspn(at, " ");
    }
    words[n] = NULL;
    return n < MAX_WORDS;
}

static enum ct_status no_ui(struct options *options, int *code, struct ct_error *err)
{
    (void)options;
    *code = 1;
    return ct_fail(err, CT_EINVAL, "no user interface here");
}

/* The program without starting it, which takes longer than what it does here. */
static int run_here(char *words[MAX_WORDS + 1])
{
    int n = 0, status = 0;

    while (words[n] != NULL)
        n++;
    fflush(NULL);
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        if (chdir(temp_folder()) != 0 || freopen("/dev/null", "r", stdin) == NULL ||
            freopen("out", "w", stdout) == NULL || freopen("err", "w", stderr) == NULL)
            _exit(99);
        signal(SIGPIPE, SIG_IGN);
        setlocale(LC_CTYPE, "");
        const int code = cli_main(n, words, no_ui);
        fflush(NULL);
        _exit(code);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status), "%s: ended by a signal", words[n - 1]);
    return WEXITSTATUS(status);
}

static int run_line(const char *line)
{
    static char copy[4000];
    char *words[MAX_WORDS + 1];

    snprintf(copy, sizeof copy, "%s", line);
    return split(copy, words) ? run_here(words) : temp_shell(line);
}

START_TEST(every_line_is_answered_as_before)
{
    struct golden g = { 0 };

    g.stream = open_memstream(&g.text, &g.size);
    ck_assert_ptr_nonnull(g.stream);
    put_files();
    setenv("HOME", temp_path("home"), 1);
    setenv("HF_HUB_CACHE", temp_path("hub"), 1);
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
        const int status = run_line(lines[k]);
        fprintf(g.stream, "==== %s\n---- %d\n", lines[k], status);
        add_output(g.stream, "out", "");
        add_output(g.stream, "err", "---- stderr\n");
    }
    golden_compare(&g, "transcript.txt");
}
END_TEST

int main(void)
{
    static const char *const unset[] = { "HF_HOME",        "HUGGINGFACE_HUB_CACHE",
                                         "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
                                         "XDG_STATE_HOME", "NO_COLOR",
                                         "COLORTERM",      "CIRCUITTUI_CONFIG",
                                         "HF_TOKEN" };
    TCase *const tcase = tcase_create("transcript");
    char *const fixtures = realpath(fixture_path(""), NULL); /* as the program prints it */

    if (fixtures != NULL)
        setenv("FIXTURES_DIR", fixtures, 1);
    free(fixtures);
    for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
        unsetenv(unset[i]);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    setenv("TERM", "dumb", 1);
    setenv("A", "0123456789abcdef0123456789abcdef01234567", 1);
    tcase_add_checked_fixture(tcase, temp_begin, temp_end);
    tcase_add_test(tcase, every_line_is_answered_as_before);
    return run_tcase("transcript", tcase);
}
