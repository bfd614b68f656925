#include "config.h"
#include "tui/screen.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "base/fnv.h"
#include "base/inside.h"
#include "base/mem.h"
#include "base/text.h"
#include "plot/palette.h"
#include "tui/crash.h"

enum {
    DIRECT = 1 << 24,   /* colours are given as 0xRRGGBB */
    N_COLORS = 256 + 1, /* plus the terminal's default, at 0; DIRECT: inks */
    MAX_PAIRS = 32767,
};

struct screen {
    SCREEN *terminal;
    bool ascii;
    int colors;            /* 0, 16, 256 or DIRECT */
    bool is_default_known; /* the terminal supports -1 for its default colours */
    short *pairs;          /* [N_COLORS, N_COLORS] pair number of fg and bg; 0: not allocated */
    int n_pairs;
    size_t cursor_row, cursor_col;
    bool has_cursor;
    bool is_gone;     /* the terminal was disconnected */
    uint64_t *unsure; /* [n_unsure] per row, unsure_hash() of what is shown */
    size_t n_unsure;
};

/* A signal handler only writes one byte into a pipe that the event loop reads. */
static int signal_pipe[2] = { -1, -1 };

static void on_signal(int number)
{
    const int saved = errno;
    const char byte = (char)number;

    if (write(signal_pipe[1], &byte, 1) < 0) {
        /* the pipe is full: the program is quitting already */
    }
    errno = saved;
}

/* curses would exit or resize inside its own handlers, perhaps during a refresh: here all of these
 * wait for the event loop. */
static const int caught_signals[] = {
    SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH
};
enum { N_SIGNALS = sizeof caught_signals / sizeof *caught_signals };

static void catch_signal(int number)
{
    struct sigaction action = { .sa_handler = on_signal };

    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

static enum ct_status catch_signals(struct ct_error *err)
{
    if (pipe(signal_pipe) != 0)
        return ct_fail_errno(err, "pipe");
    for (size_t i = 0; i < 2; i++) {
        fcntl(signal_pipe[i], F_SETFL, O_NONBLOCK);
        fcntl(signal_pipe[i], F_SETFD, FD_CLOEXEC);
    }
    for (size_t i = 0; i < N_SIGNALS; i++)
        catch_signal(caught_signals[i]);
    return CT_OK;
}

static void release_signals(void)
{
    for (size_t i = 0; i < N_SIGNALS; i++)
        signal(caught_signals[i], SIG_DFL);
    close(signal_pipe[0]);
    close(signal_pipe[1]);
    signal_pipe[0] = -1;
    signal_pipe[1] = -1;
}

/* Makes the terminal's description current: the system's, or else the one that the program carries,
 * which curses takes from TERMINFO, also later. */
static bool find_terminal(const char *term)
{
    int found;

    if (setupterm(term, STDOUT_FILENO, &found) != ERR)
        return true;
    const char *const entry = inside_terminal(term);
    return entry != NULL && setenv("TERMINFO", entry, 1) == 0 &&
           setupterm(term, STDOUT_FILENO, &found) != ERR;
}

static enum ct_status check_terminal(struct ct_error *err)
{
    const char *const term = getenv("TERM");

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return ct_fail(err, CT_EINVAL,
                       "the terminal UI needs a terminal; without one, use circuittui run");
    if (term == NULL || *term == '\0' || strcmp(term, "dumb") == 0)
        return ct_fail(err, CT_EINVAL,
                       "TERM=%.40s cannot show the terminal UI; set TERM, or use circuittui run",
                       term != NULL ? term : "");
    if (!find_terminal(term) || cursor_address == NULL)
        return ct_fail(err, CT_EINVAL,
                       "TERM=%.40s is unknown or cannot move the cursor; set TERM, or use "
                       "circuittui run",
                       term);
    return CT_OK;
}

/* The entry of TERM with direct colours, `xterm-direct` for `xterm-256color`, if the terminal says
 * that it has them and there is such an entry; else NULL, which stands for TERM itself. */
static const char *direct_entry(char *name, size_t size)
{
    static const char usual[] = "-256color";
    const char *const color = getenv("COLORTERM");
    const char *const term = getenv("TERM");
    const char *const end = term != NULL ? strstr(term, usual) : NULL;

    if (end == NULL || end[sizeof usual - 1] != '\0' || color == NULL ||
        (strcmp(color, "truecolor") != 0 && strcmp(color, "24bit") != 0))
        return NULL;
    snprintf(name, size, "%.*s-direct", (int)(end - term), term);
    if (!find_terminal(name))
        return NULL;
    const bool is_direct = tigetnum("colors") >= DIRECT;
    del_curterm(cur_term);
    return is_direct ? name : NULL;
}

static int count_colors(enum screen_colors wanted)
{
    const char *const no_color = getenv("NO_COLOR");
    const int available = tigetnum("colors"); /* COLORS is only set by start_color() */

    if (wanted == SCREEN_COLORS_NEVER || (no_color != NULL && *no_color != '\0') || !has_colors())
        return 0;
    return available >= DIRECT ? DIRECT : available >= 256 ? 256 : available >= 8 ? 16 : 0;
}

/* Ctrl-S would freeze the terminal, which users may mistake for a crash. */
static void free_control_keys(void)
{
    struct termios modes;

    if (tcgetattr(STDIN_FILENO, &modes) != 0)
        return;
    modes.c_iflag &= (tcflag_t)~IXON;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
    def_prog_mode(); /* curses restores these settings after a stop */
}

static void set_modes(struct screen *s)
{
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(25);
    define_key("\033[1~", KEY_HOME); /* sent by tmux and others regardless of TERM */
    define_key("\033[4~", KEY_END);
    define_key("\033[1;2A", KEY_SR); /* with shift, sent by most, also where terminfo has none */
    define_key("\033[1;2B", KEY_SF);
    define_key("\033[1;2C", KEY_SRIGHT);
    define_key("\033[1;2D", KEY_SLEFT);
    free_control_keys();
    curs_set(0);
    mousemask(BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    mouseinterval(0);
    if (s->colors > 0) { /* without colours, pair 0 would be white on black */
        start_color();
        s->is_default_known = use_default_colors() == OK;
    }
}

enum ct_status screen_new(enum screen_colors colors, bool ascii, struct screen **out,
                          struct ct_error *err)
{
    struct screen *s = NULL;
    enum ct_status status = check_terminal(err);

    if (status != CT_OK)
        return status;
    s = calloc(1, sizeof *s);
    if (s != NULL)
        s->pairs = ct_calloc_array((size_t)N_COLORS * N_COLORS, sizeof *s->pairs);
    if (s == NULL || s->pairs == NULL) {
        free(s);
        return ct_fail_nomem(err, "screen", 0);
    }
    crash_guard();
    char name[64];
    s->terminal = newterm(direct_entry(name, sizeof name), stdout, stdin);
    if (s->terminal == NULL) {
        status = ct_fail(err, CT_EINVAL, "the terminal cannot be set up; use circuittui run");
        goto fail;
    }
    s->colors = count_colors(colors);
    s->ascii = ascii || !text_is_utf8_locale();
    set_modes(s);
    status = catch_signals(err);
    if (status == CT_OK) {
        *out = s;
        return CT_OK;
    }
    endwin();
    delscreen(s->terminal);
fail:
    crash_release();
    free(s->pairs);
    free(s->unsure);
    free(s);
    return status;
}

/* Terminals without an alternate screen keep the picture: further output starts on a new line. */
static void restore_terminal(void)
{
    move(LINES - 1, 0);
    clrtoeol();
    refresh();
    curs_set(1);
    endwin();
}

void screen_free(struct screen *s)
{
    if (s == NULL)
        return;
    if (!s->is_gone)
        restore_terminal();
    delscreen(s->terminal);
    release_signals();
    crash_release();
    free(s->pairs);
    free(s);
}

void screen_size(const struct screen *s, size_t *rows, size_t *cols)
{
    (void)s;
    *rows = (size_t)LINES;
    *cols = (size_t)COLS;
}

bool screen_has_color(const struct screen *s)
{
    return s->colors > 0;
}

bool screen_is_ascii(const struct screen *s)
{
    return s->ascii;
}

/* ---- events ---- */

static const struct {
    int curses;
    uint32_t code;
} keys[] = {
    { KEY_UP, KEYCODE_UP },
    { KEY_DOWN, KEYCODE_DOWN },
    { KEY_LEFT, KEYCODE_LEFT },
    { KEY_RIGHT, KEYCODE_RIGHT },
    { KEY_HOME, KEYCODE_HOME },
    { KEY_END, KEYCODE_END },
    { KEY_PPAGE, KEYCODE_PAGE_UP },
    { KEY_NPAGE, KEYCODE_PAGE_DOWN },
    { KEY_ENTER, KEYCODE_ENTER },
    { KEY_BACKSPACE, KEYCODE_BACKSPACE },
    { KEY_DC, KEYCODE_DELETE },
    { KEY_BTAB, KEYCODE_BACKTAB },
    { KEY_SR, KEYCODE_SHIFT_UP },
    { KEY_SF, KEYCODE_SHIFT_DOWN },
    { KEY_SLEFT, KEYCODE_SHIFT_LEFT },
    { KEY_SRIGHT, KEYCODE_SHIFT_RIGHT },
};

static uint32_t plain_key(wint_t ch)
{
    switch (ch) {
    case '\r':
    case '\n':
        return KEYCODE_ENTER;
    case '\t':
        return KEYCODE_TAB;
    case 27:
        return KEYCODE_ESCAPE;
    case 8:
    case 127:
        return KEYCODE_BACKSPACE;
    default:
        return (uint32_t)ch;
    }
}

static void read_mouse(struct event *event)
{
    MEVENT mouse;

    if (getmouse(&mouse) != OK || mouse.y < 0 || mouse.x < 0)
        return;
    event->row = (size_t)mouse.y;
    event->col = (size_t)mouse.x;
    if (mouse.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED)) {
        event->kind = EVENT_WHEEL;
        event->wheel = mouse.bstate & BUTTON4_PRESSED ? -1 : 1;
    } else {
        event->kind = EVENT_CLICK;
    }
}

/* Skips the rest of a key sequence unknown to curses, so that its letters are not taken for keys.
 * False: nothing follows, it was the Escape key. */
static bool skip_sequence(void)
{
    wint_t ch = 0;
    int kind = get_wch(&ch);

    if (kind == OK && (ch == '[' || ch == 'O')) {
        do
            kind = get_wch(&ch);
        while (kind == OK && ch >= ' ' && ch < '@');
        return true;
    }
    if (kind == OK)
        unget_wch((wchar_t)ch);
    else if (kind == KEY_CODE_YES)
        ungetch((int)ch);
    return false;
}

/* Reads one event from curses; EVENT_NONE when there are no more. */
static void read_input(struct event *event)
{
    wint_t ch = 0;
    int kind;

    *event = (struct event){ .kind = EVENT_NONE };
    do
        kind = get_wch(&ch);
    while (kind == OK && ch == 27 && skip_sequence());
    if (kind == OK) {
        event->kind = EVENT_KEY;
        event->key = plain_key(ch);
        return;
    }
    if (kind != KEY_CODE_YES)
        return;
    if (ch == KEY_RESIZE) {
        event->kind = EVENT_RESIZE;
        return;
    }
    if (ch == KEY_MOUSE) {
        read_mouse(event);
        return;
    }
    if (ch >= KEY_F(1) && ch <= KEY_F(12)) {
        event->kind = EVENT_KEY;
        event->key = KEYCODE_F1 + (uint32_t)(ch - KEY_F(1));
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].curses == (int)ch) {
            event->kind = EVENT_KEY;
            event->key = keys[i].code;
        }
}

/* Adapts to a terminal size that differs from curses' record. */
static void fit_terminal(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0 &&
        is_term_resized(size.ws_row, size.ws_col))
        resizeterm(size.ws_row, size.ws_col);
}

/* Back from the shell, which may have changed anything on the screen. */
static void resume(void)
{
    reset_prog_mode();
    fit_terminal();
    clearok(curscr, TRUE);
}

/* Restores the terminal and stops the process, as ctrl-Z requests, until the shell resumes it. */
static void suspend(void)
{
    def_prog_mode();
    signal(SIGTTOU, SIG_IGN); /* even if a shell owns the terminal already */
    restore_terminal();
    signal(SIGTTOU, SIG_DFL);
    signal(SIGTSTP, SIG_DFL);
    raise(SIGTSTP);
    catch_signal(SIGTSTP);
    resume();
}

static void read_signal(struct event *event)
{
    unsigned char number;

    if (read(signal_pipe[0], &number, 1) != 1)
        return;
    event->kind = EVENT_RESIZE;
    switch (number) {
    case SIGTSTP:
        suspend();
        break;
    case SIGCONT:
        resume();
        break;
    case SIGWINCH:
        fit_terminal();
        break;
    default:
        event->kind = EVENT_HANGUP;
        event->signal = number;
        break;
    }
}

void screen_wait(struct screen *s, int fd, int timeout_ms, struct event *event)
{
    struct pollfd waits[3] = { { STDIN_FILENO, POLLIN, 0 },
                               { signal_pipe[0], POLLIN, 0 },
                               { fd, POLLIN, 0 } };

    read_input(event); /* input buffered by curses */
    if (event->kind != EVENT_NONE)
        return;
    if (poll(waits, fd >= 0 ? 3 : 2, timeout_ms) < 0) {
        if (errno == EINTR)
            read_signal(event);
        return;
    }
    if (waits[1].revents & POLLIN) {
        read_signal(event);
        return;
    }
    if (waits[0].revents & (POLLHUP | POLLERR | POLLNVAL)) {
        s->is_gone = true;
        event->kind = EVENT_HANGUP;
        event->signal = SIGHUP;
        return;
    }
    if (waits[0].revents & POLLIN) {
        read_input(event);
        if (event->kind != EVENT_NONE)
            return;
    }
    if (fd >= 0 && (waits[2].revents & POLLIN))
        event->kind = EVENT_BELL;
}

/* ---- drawing ---- */

enum { BRIGHT = 8 }; /* from here on bright colours: bright black is grey */

/* Whether grey is unavailable: with eight colours, it would be black, perhaps the background. */
static bool is_missing_grey(const struct screen *s, ink i)
{
    return s->colors == 16 && COLORS <= BRIGHT && palette_16(i) == BRIGHT;
}

/* -1: the terminal's default. */
static int color_of(const struct screen *s, ink i)
{
    const int color = s->colors >= 256 ? palette_256(i) : palette_16(i);

    if (color < 0 || is_missing_grey(s, i))
        return -1;
    if (s->colors == DIRECT) { /* below 8 are the terminal's own */
        const uint32_t rgb = palette_rgb(i);
        return rgb < BRIGHT ? BRIGHT : (int)rgb;
    }
    return color < COLORS ? color : color - BRIGHT;
}

_Static_assert((int)INK_MAPS_END < (int)N_COLORS, "inks fit into the table of pairs");

/* The place of a colour in the table of pairs. */
static size_t place_of(const struct screen *s, ink i, int color)
{
    return color < 0 ? 0 : s->colors == DIRECT ? 1 + (size_t)i : 1 + (size_t)color;
}

/* The number of a colour pair, allocated on first use; 0, the terminal's default, when there are no
 * more. */
static short pair_of(struct screen *s, ink fg_ink, ink bg_ink)
{
    int fg = color_of(s, fg_ink);
    int bg = color_of(s, bg_ink);

    if (!s->is_default_known) {
        fg = fg < 0 ? COLOR_WHITE : fg;
        bg = bg < 0 ? COLOR_BLACK : bg;
    }
    if (fg < 0 && bg < 0)
        return 0;
    short *const pair = &s->pairs[place_of(s, fg_ink, fg) * N_COLORS + place_of(s, bg_ink, bg)];
    if (*pair == 0 && s->n_pairs + 1 < MAX_PAIRS && s->n_pairs + 1 < COLOR_PAIRS) {
        *pair = (short)++s->n_pairs;
        init_extended_pair(*pair, fg, bg);
    }
    return *pair;
}

static void put_cell(struct screen *s, int row, int col, const struct cell *cell)
{
    const wchar_t text[3] = { (wchar_t)cell->ch, (wchar_t)cell->mark, 0 };
    uint8_t attr = cell->attr;
    attr_t attributes = A_NORMAL;
    cchar_t c;
    short pair = 0;

    if (s->colors > 0)
        pair = pair_of(s, cell->fg, cell->bg);
    else
        attr |= palette_attr(cell->fg);
    attributes |= s->colors > 0 && is_missing_grey(s, cell->fg) ? A_DIM : A_NORMAL;
    attributes |= attr & CELL_BOLD ? A_BOLD : A_NORMAL;
    attributes |= attr & CELL_REVERSE ? A_REVERSE : A_NORMAL;
    attributes |= attr & CELL_UNDERLINE ? A_UNDERLINE : A_NORMAL;
    setcchar(&c, text, attributes, pair, NULL);
    mvadd_wch(row, col, &c);
}

/* A hash of the row if it has characters that the terminal may draw in another width than curses
 * thinks; 0 if not. */
static uint64_t unsure_hash(const struct canvas *c, size_t row)
{
    const struct cell *const cells = c->cells + row * c->cols;
    bool is_unsure = false;
    uint64_t hash = FNV_START;

    for (size_t col = 0; col < c->cols; col++) {
        const struct cell *const cell = &cells[col];
        is_unsure = is_unsure || cell->mark != 0 || !text_is_width_sure(cell->ch);
        hash = fnv_add(hash, &cell->ch, sizeof cell->ch);
        hash = fnv_add(hash, &cell->mark, sizeof cell->mark);
    }
    return is_unsure ? hash | 1 : 0;
}

/* Where curses and the terminal disagree about columns, what curses leaves as it is would be in
 * another place: such rows are redrawn completely, also when the characters are gone. */
static void redraw_unsure_rows(struct screen *s, const struct canvas *c)
{
    const size_t rows = c->rows < (size_t)LINES ? c->rows : (size_t)LINES;

    if (rows != s->n_unsure) {
        free(s->unsure);
        s->unsure = ct_calloc_array(rows, sizeof *s->unsure);
        s->n_unsure = s->unsure != NULL ? rows : 0;
    }
    for (size_t row = 0; row < s->n_unsure; row++) {
        const uint64_t hash = unsure_hash(c, row);
        if (hash != s->unsure[row])
            wredrawln(stdscr, (int)row, 1);
        s->unsure[row] = hash;
    }
}

void screen_show(struct screen *s, const struct canvas *c)
{
    if (s->is_gone)
        return;
    redraw_unsure_rows(s, c);
    for (size_t row = 0; row < c->rows && row < (size_t)LINES; row++)
        for (size_t col = 0; col < c->cols && col < (size_t)COLS; col++) {
            const struct cell *const cell = &c->cells[row * c->cols + col];
            if (cell->ch != 0) /* the right half of a wide character is drawn with the left */
                put_cell(s, (int)row, (int)col, cell);
        }
    if (s->has_cursor)
        move((int)s->cursor_row, (int)s->cursor_col);
    curs_set(s->has_cursor ? 1 : 0);
    refresh();
}

void screen_copy(struct screen *s, const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t size = strlen(text);

    if (s->is_gone)
        return;
    fputs("\033]52;c;", stdout);
    for (size_t i = 0; i < size; i += 3) {
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (i + k < size ? (unsigned char)text[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            putchar(i + k > size ? '=' : digits[bits >> (18 - 6 * k) & 63]);
    }
    fputs("\a", stdout);
    fflush(stdout);
}

void screen_redraw(struct screen *s)
{
    (void)s;
    clearok(curscr, TRUE);
}

void screen_cursor(struct screen *s, bool shown, size_t row, size_t col)
{
    s->has_cursor = shown;
    s->cursor_row = row;
    s->cursor_col = col;
}
