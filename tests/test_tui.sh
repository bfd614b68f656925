#!/bin/sh
# The user interface in a real terminal: sends keys to a private tmux server and reads its screens.
# It waits for expected output, never only for a time, so that a busy machine makes it slower but
# not wrong. Skipped (77) without tmux.
set -u

program=${CIRCUITTUI-src/circuittui}
case $program in
/*) ;;
*) program=$(pwd)/$program ;;
esac
command -v tmux >/dev/null 2>&1 || { echo "skipped: there is no tmux"; exit 77; }
[ -x "$program" ] || { echo "$program: no such program"; exit 1; }

tmp=$(mktemp -d "${TMPDIR:-/tmp}/test_tui.XXXXXX") || exit 1
socket=circuittui-test-$$
unset TMUX TMUX_PANE NO_COLOR COLORTERM ENV LC_ALL CIRCUITTUI_GPT2_TOKENIZER
export LANG=C.UTF-8 XDG_STATE_HOME=$tmp/state
# Memory that curses and its modules keep until exit is not our leak.
export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0"
mux() { tmux -L "$socket" -f /dev/null "$@"; }
# shellcheck disable=SC2317 # the trap calls it
cleanup() {
    mux kill-server 2>/dev/null
    rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# ---- driving ----

screen() { mux capture-pane -p -t "$pane"; }

fail() {
    echo "FAILED: $*"
    echo "---- the screen"
    screen
    echo "----"
    exit 1
}

ok() { echo "ok: $* ($(($(date +%s) - began)) s)"; }
began=$(date +%s)

# holds EXPRESSION: the current screen has a line that grep finds.
holds() { screen | grep -q -e "$1"; }

# Timeout in seconds: only reached by failing tests.
limit=$((60 * ${CK_TIMEOUT_MULTIPLIER-1}))

# retry WHAT COMMAND...: repeats the command until it succeeds.
retry() {
    what=$1
    shift
    until_time=$(($(date +%s) + limit))
    while ! "$@"; do
        [ "$(date +%s)" -lt "$until_time" ] || fail "$what"
        sleep 0.05
    done
}

# await EXPRESSION [WHAT]: waits until the screen holds it.
await() { retry "waited for: ${2-$1}" holds "$1"; }

lacks() { ! holds "$1"; }
await_gone() { retry "still there: ${2-$1}" lacks "$1"; }

keys() { mux send-keys -t "$pane" "$@"; }

# press KEY...: sends keys and waits until their effect is on the screen, by opening and closing
# help afterwards.
press() {
    keys "$@" '?'
    await 'any key closes'
    keys F1
    await_gone 'any key closes'
}
type_in() { mux send-keys -t "$pane" -l "$1"; }

# A pane with a shell that has job control and reports exit statuses.
new_pane() { # NAME COLS ROWS
    pane=$1
    mux new-session -d -s "$pane" -x "$2" -y "$3" -c "$tmp" "PS1='%> ' sh -i"
    mux set-option -t "$pane" -q status off
    mux resize-window -t "$pane" -x "$2" -y "$3"
    await '^%>'
}

# run LINE: runs a command line and records the terminal's settings before and after. It is a
# separate script, since a shell with job control drops the rest of a line after an interrupted
# command.
run_n=0
run() {
    run_n=$((run_n + 1)) # the end of the previous run may still be on the screen
    rm -f "$tmp/before" "$tmp/after" "$tmp/status" "$tmp/state/circuittui/layout"
    printf '%s\n' 'stty -g >before' "$1" 'echo $? >status' 'stty -g >after' "echo END $run_n" \
        >"$tmp/line.sh"
    type_in 'clear; sh line.sh'
    keys Enter
}

# ended STATUS: run has returned with that exit status, and the terminal has been restored.
ended() {
    await "^END $run_n\$" "the end of the program"
    [ "$(cat "$tmp/status")" = "$1" ] || fail "exit status $(cat "$tmp/status"), not $1"
    cmp -s "$tmp/before" "$tmp/after" || fail "the terminal's settings have changed: $(
        diff "$tmp/before" "$tmp/after")"
    mux display-message -p -t "$pane" '#{cursor_flag} #{alternate_on} #{mouse_any_flag}' \
        >"$tmp/flags"
    [ "$(cat "$tmp/flags")" = "1 0 0" ] ||
        fail "cursor shown, other screen, mouse: $(cat "$tmp/flags"), not 1 0 0"
}

leave() { # from the normal mode, with or without the question
    keys q
    await "^END $run_n\$\|y/n" "the end or the question before it"
    if holds 'y/n'; then keys y; fi
    ended 0
}

# The mark of stage $1 (1 .. 7) in the panel: * done, ~ stale, . not computed, > running.
mark_is() { holds "^.[> ]$2 $1 "; }
await_mark() { await "^.[> ]$2 $1 " "stage $1 marked $2"; }

# ---- units of tasks, as they come ----

units() {
    stimuli=$tmp/stimuli.csv
    mkdir "$tmp/bin" "$tmp/jobs"
    printf '%s\n' '#!/bin/sh' 'printf "17_2 RUNNING 1:02 node1\n17_3 PENDING \033[31mred\n"' \
        >"$tmp/bin/squeue"
    chmod +x "$tmp/bin/squeue"
    printf 'begun\nat work\n\n' >"$tmp/jobs/circuittui-17_2.out"
    cp "$FIXTURES_DIR/demo/stimuli.csv" "$stimuli"
    (cd "$tmp/jobs" && "$program" run --stimuli "$stimuli" -o shared --shard 1/2) >"$tmp/shard"
    new_pane units 80 24
    run "cd jobs; TERM=xterm-256color HOME=$tmp PATH=$tmp/bin:\$PATH $program watch shared; cd .."
    await '1 of 2 units are there'
    await '#\.  *│*$' "a cell for each unit"
    await '17_2 RUNNING 1:02 node1'
    await '17_3 PENDING .*u{1b}.*red' "control characters as text"
    await 'circuittui-17_2.out'
    await 'at work'
    await_mark 3 '>'
    keys x
    await_mark 3 '\.'
    keys Enter
    await_mark 3 '>'
    (cd "$tmp/jobs" && "$program" run --stimuli "$stimuli" -o shared --shard 2/2) >"$tmp/shard"
    await_mark 3 '\*'
    await '2 of 2 units are there'
    keys 6 Enter
    await_mark 6 '\*'
    leave
    ok "units"
}

# ---- on the demo, from the first screen to the files ----

on_the_demo() {
    new_pane demo 80 24
    run "TERM=xterm-256color HOME=$tmp $program"
    await 'They warned him' "the sentences of the demo"
    ok "the first screen shows the sentences"
    for stage in 2 3 4 5 6 7; do
        keys Enter
        await_mark "$stage" '\*'
    done
    ok "enter goes through all stages"
    keys 5
    await '^.>\* 5 '
    set_parameter 0 25
    await_mark 5 '~'
    back_to_pipeline
    keys 1 Enter Enter Enter Enter Enter Enter
    await '^.>. 7 '
    for stage in 5 6 7; do
        await_mark "$stage" '\*'
    done
    ok "enter, pressed before a stage is done, computes the next after it"
    every_view 80x24 4 1 7 5 4 6 7
    marking
    scaling
    control_s
    parameters
    selection
    zoom_and_help
    wrong_input
    files
    typing_a_path
    figures
    keys q
    await_gone 'everything is computed'
    ended 0
    ok "leaving after the export asks nothing and leaves the terminal as it was"
}

# The number of the view among those of its stage: K/N in the title of the view.
view_place() { screen | sed -n '2s|.* \([0-9][0-9]*/[0-9][0-9]*\)[ ,].*|\1|p'; }

every_view() { # SIZE N...: of stage 1, 2, ..
    at=$1
    stage=0
    total=0
    shift
    for n in "$@"; do
        stage=$((stage + 1))
        keys "$stage"
        await "^.>. $stage "
        await " [0-9]*/${n}[ ,]" "$n views of stage $stage"
        place=$(view_place)
        i=${place%/*}
        for _ in $(seq "$n"); do
            i=$((i % n + 1))
            keys v
            await " ${i}/${n}[ ,]" "view $i of $n of stage $stage"
            total=$((total + 1))
        done
    done
    ok "every view of every stage at $at: $total"
}

# set_parameter DOWN TEXT: with the pipeline pane active, sets the parameter that many rows down.
set_parameter() {
    keys Tab
    await 'enter edit'
    i=0
    while [ $i -lt "$1" ]; do
        keys Down
        i=$((i + 1))
    done
    keys Enter
    await '^[a-z-]*:' "the line to type a value in"
    keys C-u
    type_in "$2"
    keys Enter
}

back_to_pipeline() {
    keys BTab
    await '^enter run\|done in\|cancelled\|is set' "the keys of the pipeline"
}

clusters_found() { screen | sed -n 's/.*6 Cluster *\([0-9][0-9]*\).*/\1/p'; }
other_clusters() { ! clusters_found | grep -qx "$1\|"; }

parameters() {
    keys 6
    await '^.>\* 6 '
    before=$(clusters_found)
    set_parameter 0 0.31
    await "eps  *0.31"
    retry "still $before clusters" other_clusters "$before"
    await_mark 6 '\*'
    mark_is 5 '\*' || fail "t-SNE is stale after a change of eps"
    keys Right
    await "eps  *0.32"
    keys Left Left Left
    await "eps  *0.29"
    await_mark 6 '\*'
    back_to_pipeline
    keys 5
    await '^.>\* 5 '
    set_parameter 0 20
    await_mark 5 '~'
    mark_is 4 '\*' || fail "the t-test is stale after a change of perplexity"
    back_to_pipeline
    keys Enter
    await_mark 5 '\*'
    keys 7 Enter
    await_mark 7 '\*'
    ok "a changed parameter: clusters at once, t-SNE stale until enter"
}

selection() {
    keys 4 /
    await '^neuron:'
    type_in "99999"
    keys Enter
    await 'no neuron 99999'
    keys C-u
    type_in "17"
    keys Enter
    await 'Neuron .*:17 '
    keys n
    await_gone 'Neuron .*:17 ' "neuron 17 after n"
    await 'Neuron .*:[0-9]' "the next significant neuron"
    first=$(screen | sed -n 's/.*Neuron [^ ]*:\([0-9]*\) .*/\1/p')
    keys Tab Tab
    await '^arrows move'
    keys v v Down
    await_gone "Neuron .*:$first " "neuron $first after the arrow"
    keys Tab
    click 4 3
    await '^.>. 2 '
    click 9 3
    await '^.>. 7 '
    click 17 45
    await 'Neuron .*:[0-9]' "a neuron after a click"
    ok "one selection: by number, n, arrows and mouse"
}

# A left click at row, col (from 1), as the terminal reports it.
click() {
    mux send-keys -t "$pane" -l "$(printf '\033[<0;%d;%dM\033[<0;%d;%dm' "$2" "$1" "$2" "$1")"
}

# A cluster of each method is marked in its list, visible in another stage's view, and cleared.
marking() {
    keys 6
    to_view 'table of clusters'
    to_pane 'space choose'
    keys g Space
    await '^.*> DBSCAN  *0 ' "DBSCAN's cluster 0 marked in the list"
    keys G Space
    await '^.*> Ward  *[0-9]* ' "the last of Ward's marked instead"
    holds '> DBSCAN' && fail "two clusters are marked"
    keys 4
    to_view 't by neuron'
    await 'Ward [0-9]' "the marked cluster in the legend of another view"
    keys Escape
    await_gone 'Ward [0-9]' "the mark after esc"
    ok "a cluster of DBSCAN and of Ward marked, everywhere, and cleared"
}

# The colour scale of the activations, doubled and halved: the end of the bar changes.
scaling() {
    keys 3
    to_view 'activations'
    await ' 2 *│$' "a bar that ends at 2"
    keys '>'
    await 'scale x2' "a scale twice as long"
    await ' 4 *│$' "a bar that ends at 4"
    keys '<' '<'
    await 'scale x0.5' "half the usual scale"
    keys 0
    await_gone 'scale x' "another scale after 0"
    to_pane "up/down stage"
    ok "the colour scale"
}

# Output continues: ctrl-S is a normal key.
control_s() {
    keys C-s
    keys 2
    await '^.>. 2 ' "the screen after ctrl-S"
    ok "ctrl-S does not freeze the screen"
}

to_view() { # NAME, of the current stage
    to_n=0
    while ! holds "┌─ $1 "; do
        to_n=$((to_n + 1))
        [ $to_n -lt 40 ] || fail "no view $1"
        press v
    done
}

to_pane() { # text of its last line
    to_n=0
    while ! holds "$1"; do
        to_n=$((to_n + 1))
        [ $to_n -lt 20 ] || fail "no pane with $1"
        press Tab
    done
}

zoom_and_help() {
    keys 6 z
    await_gone 'Pipeline'
    keys + +
    keys 0
    keys z
    await 'Pipeline'
    keys '?'
    await 'any key closes'
    keys F1
    await_gone 'any key closes'
    for key in F2 F5 F12 IC DC M-x C-a C-b C-t C-y C-] '%' '"' '@' '~' ';' ':' '{' y Y; do
        keys "$key"
    done
    keys 1
    await '^.>. 1 '
    ok "zoom, the view alone, help, and keys that mean nothing"
}

wrong_input() {
    press 1 Escape
    await '^.>\* 1 '
    press BTab BTab BTab
    to_pane '^enter run'
    set_parameter 0 "$tmp/no/such/model"
    await 'no/such/model.*:' "one line that names the folder"
    keys Escape
    await '^enter edit'
    mark_is 1 '\*' || fail "a path that is not there has been taken"
    mkdir -p "$tmp/empty"
    keys Enter
    await '^model:'
    keys C-u
    type_in "$tmp/empty"
    keys Enter
    await_mark 1 '~'
    back_to_pipeline
    keys Enter
    await 'empty.*: ' "one line that names the folder"
    holds '7 Similarity' || fail "the pipeline is gone after an error"
    mark_is 7 '~' || fail "the results are gone after an error"
    set_parameter 0 ""
    back_to_pipeline
    await_mark 1 '\*'
    await_mark 7 '\*'
    ok "a model that is not there, or is none: a line that says so, nothing lost; no path: the demo"
}

files() {
    keys p
    await 'write the view to: '
    keys C-u
    type_in view.txt
    keys Enter
    await 'view written to'
    grep -q 'They warned him' "$tmp/view.txt" || fail "the printed view lacks its sentences"
    echo mine >"$tmp/view.txt"
    for answer in n y; do
        keys p
        await 'write the view to: '
        keys C-u
        type_in view.txt
        keys Enter
        await 'view.txt already exists; overwrite it?'
        grep -qx mine "$tmp/view.txt" || fail "p overwrote a file before the answer"
        keys "$answer"
        await_gone 'already exists'
    done
    await 'view written to'
    grep -q 'They warned him' "$tmp/view.txt" || fail "the view is not written after y"
    keys 5
    set_parameter 0 21
    await_mark 5 '~'
    back_to_pipeline
    keys e
    await 'write results to: '
    keys C-u
    type_in part
    keys Enter
    await 'stale stages are omitted'
    keys q
    await 'Quit without saving' "a question: the export left results out"
    keys n
    keys 5
    set_parameter 0 20
    await_mark 5 '\*'
    back_to_pipeline
    keys e
    await 'write results to: '
    keys C-u
    type_in out
    keys Enter
    await 'files written to'
    "$program" run --eps 0.29 --perplexity 20 --out "$tmp/want" >/dev/null 2>&1 ||
        fail "circuittui run"
    for file in "$tmp"/want/*.csv; do
        cmp -s "$file" "$tmp/out/${file##*/}" || fail "${file##*/} differs from that of run"
    done
    for at in want out; do
        sed -e '/"command"/,/\]/d' -e '/"directory"/d' -e '/"seconds"/,/}/d' \
            "$tmp/$at/manifest.json" >"$tmp/$at.json"
    done
    cmp -s "$tmp/want.json" "$tmp/out.json" || fail "manifest.json: $(
        diff "$tmp/want.json" "$tmp/out.json")"
    [ "$(ls "$tmp/want")" = "$(ls "$tmp/out")" ] || fail "other files than run writes"
    keys e
    await 'write results to: '
    keys C-u
    type_in out
    keys Enter
    await 'overwrite them'
    keys n
    await_gone 'overwrite them'
    ok "the view as text, and the files of run"
}

# completes TYPED SHOWN: the input line after a tab.
completes() {
    keys C-u
    type_in "$1"
    keys Tab
    await "write results to: $2 *\$"
}

typing_a_path() {
    mkdir -p "$tmp/shelf/model-a" "$tmp/shelf/model-b" "$tmp/shelf/.hidden"
    touch "$tmp/shelf/$(printf 'z\033[31m')"
    keys e
    await 'write results to: '
    completes shelf/m shelf/model-
    await 'model-[ab]  model-[ab]' "both that begin like that"
    completes shelf/model-b shelf/model-b/
    completes shelf/.h shelf/.hidden/
    completes '~/shelf/model-a' '~/shelf/model-a/'
    completes shelf/z 'shelf/z.u{1b}.31m'
    completes shelf/x shelf/x
    await 'no file name begins like this'
    completes no/such/folder no/such/folder
    keys C-u
    type_in abcd
    keys Left Left BSpace
    await 'write results to: acd *$'
    keys Home DC
    await 'write results to: cd *$'
    keys End
    type_in e
    await 'write results to: cde *$'
    mux send-keys -t "$pane" -H 1b 5b 33 31 3b 35 78 # an unknown key
    keys C-a Right C-u
    await 'write results to: de *$'
    keys Escape
    await_gone 'write results to'
    ok "paths are completed, typed lines edited"
}

figures() {
    keys f
    await 'write figures to: \|without cairo'
    if holds 'without cairo'; then
        ok "figures: a line that says why there are none"
        return
    fi
    keys C-u
    type_in figures
    keys Enter
    await '[0-9]* figures written to figures'
    [ -s "$tmp/figures/tsne.svg" ] && [ -s "$tmp/figures/cosine-dbscan.png" ] ||
        fail "figures are missing: $(ls "$tmp/figures")"
    "$program" rerun "$tmp/figures" >"$tmp/said" || fail "figures.json: $(cat "$tmp/said")"
    keys f
    await 'write figures to: '
    keys C-u
    type_in figures
    keys Enter
    await 'contains figures; overwrite them'
    keys n
    await_gone 'overwrite them'
    ok "every plot as a figure"
}

# Results of several hook points, and of a single one.
hook_points() {
    new_pane layers 80 24
    run "TERM=xterm-256color $program -H h.2.mlp.c_fc -H h.3.mlp.c_fc --per-layer --iterations 250"
    await 'They warned him\|hook points'
    keys 9 Enter
    await_mark 9 '\*'
    keys e
    await 'write results to: '
    keys C-u
    type_in all
    keys Enter
    await '17 files written to all'
    "$program" run -H h.2.mlp.c_fc -H h.3.mlp.c_fc --per-layer --iterations 250 -o "$tmp/all_want" \
        >/dev/null 2>&1 || fail "circuittui run --per-layer"
    diff -r -x manifest.json "$tmp/all_want" "$tmp/all" >"$tmp/diff" ||
        fail "files of hook points: $(cat "$tmp/diff")"
    ok "the files of each hook point are those of run"
    keys Tab Tab
    await 'enter\|space'
    keys Down Enter
    await 'Neuron h.2.mlp.c_fc\|h.2.mlp.c_fc |'
    keys Tab 7 Enter
    await_mark 7 '\*'
    keys e
    await 'write results to: '
    keys C-u
    type_in alone
    keys Enter
    await '9 files written to alone'
    (cd "$tmp" && "$program" rerun alone >rerun.txt 2>&1) || fail "rerun: $(cat "$tmp/rerun.txt")"
    ok "the files of one hook point alone are those of its own run"
    leave
}

# Configured keys and colours: their effect, the last line and the help.
own_keys() {
    cat >"$tmp/own" <<END
key.quit = F10
key.wide = x
key.find = ctrl-F
color.accent = 208
END
    new_pane own 80 24
    run "CIRCUITTUI_CONFIG=own TERM=xterm-256color $program"
    await 'They warned him'
    keys Tab Tab
    await 'x wide.*F10 quit' "the last line with the user's keys"
    mux capture-pane -e -p -t "$pane" | grep -q '38;5;208m' || fail "the accent is not colour 208"
    keys F1
    await 'x  *show the view alone' "the help with the user's keys"
    await 'ctrl-F  *find a neuron'
    await 'F10  *quit'
    keys NPage
    await 'cancel the running stage' "the word of an action that has no key"
    keys q
    await_gone 'the view alone'
    keys q x
    await_gone 'Pipeline' "the panels, which x hides"
    keys F10
    ended 0
    ok "keys and colours of the user's own"
}

# ---- other sizes, a long stage, quitting ----

# Activations with very many significant neurons: t-SNE takes a minute.
long_activations() {
    awk -v n=10000 'BEGIN {
        srand(3); printf "sentence,group,token"
        for (j = 0; j < n; j++) printf ",h.0.mlp.c_fc:%d", j
        printf "\n"
        for (i = 0; i < 12; i++) {
            printf "%d,%s,1", i, i % 2 ? "b" : "a"
            for (j = 0; j < n; j++) printf ",%.4f", rand() + i % 2 * 3
            printf "\n"
        }
    }' >"$tmp/long.csv"
}

# tmux resizes the terminal with a delay; a program started before would draw for the old size.
size() { # COLS ROWS
    mux resize-window -t "$pane" -x "$1" -y "$2"
    retry "the terminal has not got its size $1 x $2" has_size "$2 $1"
}
has_size() { # ROWS COLS, in one word
    [ "$(stty size <"$(mux display-message -p -t "$pane" '#{pane_tty}')")" = "$1" ]
}

sizes_and_cancel() {
    long_activations
    new_pane long 200 50
    run "$program -a long.csv --correction none --alpha 0.9 --perplexity 400 --iterations 20000"
    await_mark 1 '\*'
    keys 4 Enter
    await_mark 4 '\*'
    keys Enter
    await '5 t-SNE *[0-9.]*%' "t-SNE under way"
    size 20 5
    await_gone 'Pipeline'
    await '60' "the size that is needed"
    size 200 50
    await 'Pipeline'
    size 80 24
    await 'Pipeline'
    await '^.>> 5 '
    holds '^.\{81\}' && fail "something is wider than the screen"
    ok "from 200x50 to 20x5 and back while t-SNE runs"
    keys x
    await 'cancelled' "tsne cancelled"
    await_mark 5 '\.'
    keys Enter
    await '5 t-SNE *[0-9.]*%' "t-SNE under way again"
    ok "cancel, and once more"
    keys q
    await 'y/n' "the question before leaving"
    keys n
    await_gone 'y/n'
    holds '7 Similarity' || fail "gone after no"
    keys q
    await 'y/n'
    keys y
    ended 0
    ok "leaving asks once, also while a stage runs"
}

program_pid() { cat "$tmp/pid"; }

signals() {
    for number in 15:TERM 1:HUP 2:INT; do
        name=${number#*:}
        run "sh -c 'echo \$\$ >pid; exec $program'"
        await 'They warned him'
        kill -s "$name" "$(program_pid)"
        ended $((128 + ${number%%:*}))
    done
    ok "SIGTERM, SIGHUP, SIGINT: the terminal as it was, the status of the signal"
    run "sh -c 'echo \$\$ >pid; exec $program'"
    await 'They warned him'
    kill -s SEGV "$(program_pid)"
    ended 139
    ok "a fault of the program: the terminal as it was"
    type_in "clear; stty -g >before; $program"
    keys Enter
    await 'They warned him'
    keys C-z
    await '^.1. *+.*Stopped' "the shell"
    holds 'Pipeline' && fail "the screen is still there after ctrl-Z"
    type_in 'stty -g >stopped; clear; fg; echo $? >status; stty -g >after; echo END '$run_n
    keys Enter
    await 'They warned him' "the screen after fg"
    cmp -s "$tmp/before" "$tmp/stopped" || fail "settings differ while stopped: $(
        diff "$tmp/before" "$tmp/stopped")"
    keys C-z
    await '^.1. *+.*Stopped' "the shell once more"
    size 100 30
    type_in 'clear; fg; echo $? >status; stty -g >after; echo END '$run_n
    keys Enter
    await 'They warned him' "the screen after another fg"
    await '^.\{90,\}[^ ]' "the width that the terminal was given meanwhile"
    size 80 24
    keys 2
    await '^.>. 2 '
    keys q
    ended 0
    ok "ctrl-Z and back, also into a terminal of another size"
}

# A session interrupted by a lost connection is offered at the next start, once; its files are kept.
cut_off() {
    rm -rf "$tmp/state"
    run "sh -c 'echo \$\$ >pid; exec $program --eps 0.5'"
    await 'They warned him'
    keys 4 Enter
    await_mark 4 '\*'
    kill -s HUP "$(program_pid)"
    kill -s HUP "$(program_pid)" 2>/dev/null # the shell's, after the terminal's
    ended 129
    "$program" run --eps 0.5 --out "$tmp/cut" >/dev/null 2>&1
    cmp "$tmp/cut/ttest.csv" "$tmp"/state/circuittui/cut-off-*/ttest.csv ||
        fail "ttest.csv was not saved, or is another: $(find "$tmp/cut" "$tmp/state")"
    run "$program"
    await 'was interrupted; continue with it? *y/n'
    keys y
    await_mark 4 '\*'
    mark_is 5 '\.' || fail "more was computed than before"
    keys 6
    await 'eps  *0.5'
    cmp -s "$tmp/cut/ttest.csv" "$tmp"/state/circuittui/session-*/ttest.csv ||
        fail "the files of the session are gone"
    leave
    run "$program"
    await 'They warned him'
    holds 'cut off' && fail "asked twice"
    keys 2
    await '^.>. 2 '
    leave
    ok "a session that is cut off: saved, offered once, gone on with"
}

terminals() {
    for term in vt100 xterm-256color tmux-256color screen linux; do
        infocmp "$term" >/dev/null 2>&1 || { echo "skipped: no terminfo for $term"; continue; }
        run "TERM=$term $program"
        await 'They warned him' "the first screen with TERM=$term"
        keys 3 Enter
        await_mark 3 '\*'
        keys v
        await_mark 3 '\*'
        mux capture-pane -p -e -t "$pane" | grep -q '\[\([0-9;]*;\)\{0,1\}30[;m]' &&
            fail "TERM=$term: black letters, not to be seen on most screens"
        leave
    done
    ok "vt100, xterm-256color, tmux-256color, screen, linux"
    # Colours themselves where the terminal has them: by its own entry, or as COLORTERM says.
    if infocmp tmux-direct >/dev/null 2>&1; then
        for direct in "TERM=tmux-direct" "TERM=tmux-256color COLORTERM=truecolor"; do
            run "$direct $program"
            await 'They warned him' "the first screen with $direct"
            mux capture-pane -e -p -t "$pane" | grep -q '38;2;240;60;176' || fail "$direct: no colours"
            mux capture-pane -e -p -t "$pane" | grep -q '38;5;' && fail "$direct: of 256 colours"
            leave
        done
        ok "direct colours"
    else
        echo "skipped: direct colours: there is no entry tmux-direct (ncurses-term)"
    fi
    for plain in "LC_ALL=C" "NO_COLOR=1" "TERM=vt100 LC_ALL=C NO_COLOR=1"; do
        run "$plain $program"
        await 'They warned him' "the first screen with $plain"
        mux capture-pane -p -e -t "$pane" >"$tmp/cells"
        case $plain in
        *LC_ALL*) LC_ALL=C grep -q '[^ -~[:cntrl:]]' "$tmp/cells" && fail "$plain: not ASCII" ;;
        esac
        case $plain in
        *NO_COLOR*) grep -q '\[\([0-9;]*;\)\{0,1\}[34][0-8]' "$tmp/cells" &&
            fail "$plain: colours" ;;
        esac
        leave
    done
    ok "LC_ALL=C is ASCII, NO_COLOR has no colours"
    for refused in "TERM=dumb" "TERM=" "TERM=no-such-terminal"; do
        run "$refused $program 2>message"
        ended 2
        [ "$(wc -l <"$tmp/message")" -eq 1 ] || fail "$refused: not one line"
        grep -q 'circuittui run' "$tmp/message" || fail "$refused: $(cat "$tmp/message")"
    done
    ok "TERM=dumb and unknown ones are refused in one line"
}

# Terminals disagree about the columns of these. What tmux shows must not depend on what it showed
# before: a redrawn screen is the same.
odd_widths() {
    {
        echo group,target,text
        for i in 1 2 3 4 5 6 7 8 9 10; do
            for start in '👨‍👩‍👧' '❤️' '👍🏽' '🇩🇪' '1️⃣' 'नमस्ते' 'กำลัง' 'é' '🫨' '­'; do
                printf 'a, him,%s We saw him %d\nb, her,%s We saw her %d\n' \
                    "$start" "$i" "$start" "$i"
            done
        done
    } >"$tmp/odd.csv"
    run "$program --stimuli odd.csv"
    await 'We saw him'
    for stage in 2 3 4 5; do
        keys Enter
        await_mark "$stage" '\*'
    done
    keys 1
    # Without help in between (press), which would draw over what is left.
    for stage in 2 1 3 1 4 1 5 1; do
        keys Down Down "$stage"
        await "^.>. $stage "
        sleep 0.2
        screen >"$tmp/seen"
        keys C-l
        sleep 0.2
        screen >"$tmp/redrawn"
        cmp -s "$tmp/seen" "$tmp/redrawn" || fail "stage $stage: remains of an earlier view: $(
            diff "$tmp/seen" "$tmp/redrawn")"
    done
    holds 'We saw' || fail "no sentences"
    leave
    ok "emoji and scripts of odd widths leave nothing behind"
}

# A zombie has ended too: there may be no process that reaps orphans.
has_ended() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null; }

terminal_gone() {
    run "sh -c 'echo \$\$ >pid; exec $program'"
    await 'They warned him'
    pid=$(program_pid)
    mux kill-session -t "$pane"
    pane=keeper
    retry "it lives on without a terminal" has_ended "$pid"
    ok "it ends with its terminal"
}

mux new-session -d -s keeper -x 80 -y 24 'sleep 3600'
on_the_demo
hook_points
units
own_keys
sizes_and_cancel
signals
cut_off
odd_widths
terminals
terminal_gone
