/* Interrupted sessions: folders that are named when they are complete, once each. */
#include "config.h"
#include "support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/lockfile.h"
#include "io_temp.h"
#include "report/sessions.h"

static const char *at(const char *name)
{
    static char path[400];

    snprintf(path, sizeof path, "%s/s/%s", temp_folder(), name);
    return path;
}

static void put(const char *name, bool has_manifest)
{
    char path[500];

    (void)mkdir(at(""), 0700);
    ck_assert_int_eq(mkdir(at(name), 0700), 0);
    snprintf(path, sizeof path, "%s/manifest.json", at(name));
    if (has_manifest) {
        FILE *const file = fopen(path, "w");
        ck_assert_ptr_nonnull(file);
        ck_assert_int_eq(fclose(file), 0);
    }
}

/* Saves an empty session; returns whether that succeeded. */
static bool save(void)
{
    char path[500];
    char *aside = NULL;

    if (session_begin(at(""), &aside, NULL) != CT_OK)
        return false;
    snprintf(path, sizeof path, "%s/manifest.json", aside);
    FILE *const file = fopen(path, "w");
    const bool is_saved =
        file != NULL && fclose(file) == 0 && session_commit(at(""), aside, NULL) == CT_OK;
    free(aside);
    return is_saved;
}

/* Terminals that hang up together: no session is lost. */
START_TEST(many_in_a_second_have_names_of_their_own)
{
    enum { PROCESSES = 12, EACH = 3 };
    struct session *list = NULL;
    char name[SESSION_NAME_SIZE];
    struct stat info;
    size_t n = 0;

    for (int i = 0; i < PROCESSES; i++)
        if (fork() == 0) {
            bool is_saved = true;
            for (int k = 0; k < EACH; k++)
                is_saved = save() && is_saved;
            _exit(is_saved ? 0 : 1);
        }
    for (int i = 0; i < PROCESSES; i++) {
        int status = 1;
        ck_assert_int_gt(wait(&status), 0);
        ck_assert_int_eq(status, 0);
    }
    ck_assert(session_newest(at(""), name, &n));
    ck_assert_uint_eq(n, (size_t)PROCESSES * EACH);
    ck_assert_int_eq(stat(at(name), &info), 0);
    ck_assert_int_eq(info.st_mode & 0777, 0700);
    while (session_newest(at(""), name, &n)) {
        char *folder = NULL;
        ck_assert_int_eq(session_mark(at(""), name, &folder, NULL), CT_OK);
        ck_assert_ptr_nonnull(strstr(folder, "/session-"));
        free(folder);
    }
    ck_assert_int_eq(sessions_list(at(""), &list, &n, NULL), CT_OK);
    ck_assert_uint_eq(n, (size_t)PROCESSES * EACH);
    for (size_t i = 0; i < n; i++)
        ck_assert(list[i].state == SESSION_ASKED);
    free(list);
}
END_TEST

START_TEST(only_whole_names_with_a_manifest_are_offered)
{
    static const char *const others[] = {
        "cut-off-",
        "cut-off-x",
        "cut-off-20260731",
        "cut-off-20260731-23595",
        "cut-off-20260731-235959x",
        "cut-off-20260731-235959-",
        "cut-off-20260731-235959-2x",
        "cut-off-20260731-235959-222222222222222222222222222222",
        "saving-AbCdEf",
        "session-20300101-000000",
        "cut-off-\303\25120731-235959",
    };
    char name[SESSION_NAME_SIZE];
    char date[11];
    size_t n = 7;

    ck_assert(!session_newest(at(""), name, &n));
    ck_assert_uint_eq(n, 0);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        put(others[i], true);
    put("cut-off-20400101-000000", false); /* being written by an older version */
    ck_assert_int_eq(symlink(at("session-20300101-000000"), temp_path("s/cut-off-20410101-000000")),
                     0);
    ck_assert(!session_newest(at(""), name, &n));
    put("cut-off-20260731-235959", true);
    put("cut-off-20260731-235959-2", true);
    put("cut-off-20260731-235959-10", true);
    put("cut-off-20260730-235959", true);
    ck_assert(session_newest(at(""), name, &n));
    ck_assert_str_eq(name, "cut-off-20260731-235959-10");
    ck_assert_uint_eq(n, 4);
    session_date(name, date);
    ck_assert_str_eq(date, "2026-07-31");
    session_date("cut-off-", date);
    ck_assert_str_eq(date, "--");
}
END_TEST

/* What was offered keeps its name, whatever is interrupted later. */
START_TEST(an_older_one_of_that_name_stays)
{
    char name[SESSION_NAME_SIZE];
    char *folder = NULL;
    size_t n;

    put("session-20260731-235959", true);
    put("cut-off-20260731-235959", true);
    ck_assert(session_newest(at(""), name, &n));
    ck_assert_int_eq(session_mark(at(""), name, &folder, NULL), CT_OK);
    ck_assert_str_eq(strrchr(folder, '/'), "/session-20260731-235959-2");
    ck_assert_int_eq(access(at("session-20260731-235959/manifest.json"), F_OK), 0);
    free(folder);
}
END_TEST

START_TEST(sessions_are_listed_and_removed)
{
    struct session *list = NULL;
    struct ct_error err;
    size_t n = 0;
    int lock = 0;

    ck_assert_int_eq(sessions_list(at(""), &list, &n, NULL), CT_OK);
    ck_assert_uint_eq(n, 0);
    temp_text("precious", "12345");
    put("cut-off-20260731-235959", true);
    put("session-20260801-000000", true);
    put("saving-abcdef", true);
    put("other", true);
    ck_assert_int_eq(symlink(temp_path("precious"), at("cut-off-20260731-235959/link")), 0);
    ck_assert_int_eq(symlink(temp_folder(), at("cut-off-20260731-235959/folder")), 0);
    ck_assert_int_eq(symlink(temp_folder(), at("saving-linked")), 0);
    ck_assert_int_eq(sessions_list(at(""), &list, &n, NULL), CT_OK);
    ck_assert_uint_eq(n, 3);
    ck_assert_str_eq(list[0].name, "session-20260801-000000");
    ck_assert_str_eq(list[1].name, "cut-off-20260731-235959");
    ck_assert(list[2].state == SESSION_UNFINISHED);
    free(list);

    ck_assert_int_eq(session_remove(at(""), "other", &err), CT_EINVAL);
    ck_assert_int_eq(session_remove(at(""), "../precious", &err), CT_EINVAL);
    ck_assert_int_eq(session_remove(at(""), "saving-/../../precious", &err), CT_EINVAL);
    ck_assert_int_eq(session_remove(at(""), "saving-linked", &err), CT_EIO);
    ck_assert_int_eq(session_remove(at(""), "cut-off-20260731-235958", &err), CT_EIO);
    const int folder = open(at("saving-abcdef"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(folder, 0);
    ck_assert_int_eq(lockfile_take_folder(folder, "saving-abcdef", 0, &lock, NULL), CT_OK);
    ck_assert_int_eq(session_remove(at(""), "saving-abcdef", &err), CT_EIO); /* being written */
    lockfile_release_folder(folder, lock);
    close(folder);
    ck_assert_int_eq(session_remove(at(""), "saving-abcdef", &err), CT_OK);
    ck_assert_int_eq(session_remove(at(""), "cut-off-20260731-235959", &err), CT_OK);
    ck_assert_int_ne(access(at("cut-off-20260731-235959"), F_OK), 0);
    ck_assert_int_eq(access(temp_path("precious"), F_OK), 0);
}
END_TEST

START_TEST(the_command_lists_and_removes)
{
    put("cut-off-20260731-235959", true);
    ck_assert_int_eq(temp_shell(
                         "mkdir state && mv s state/circuittui && export XDG_STATE_HOME=$PWD/"
                         "state && $C sessions | grep -q '^cut-off-20260731-235959 .* not "
                         "offered yet$' && $C sessions --remove cut-off-20260731-235959 && "
                         "$C sessions 2>said && grep -q 'no sessions there' said"),
                     0);
    ck_assert_int_eq(temp_shell("XDG_STATE_HOME=$PWD/state $C sessions --remove"), 1);
    ck_assert_int_eq(temp_shell("XDG_STATE_HOME=$PWD/state $C sessions x"), 1);
    ck_assert_int_eq(temp_shell("XDG_STATE_HOME=$PWD/state $C sessions --remove ../state"), 1);
}
END_TEST

int main(void)
{
    TCase *const tcase = tcase_create("sessions");

    tcase_add_checked_fixture(tcase, temp_begin, temp_end);
    tcase_add_test(tcase, many_in_a_second_have_names_of_their_own);
    tcase_add_test(tcase, only_whole_names_with_a_manifest_are_offered);
    tcase_add_test(tcase, an_older_one_of_that_name_stays);
    tcase_add_test(tcase, sessions_are_listed_and_removed);
    tcase_add_test(tcase, the_command_lists_and_removes);
    return run_tcase("sessions", tcase);
}
