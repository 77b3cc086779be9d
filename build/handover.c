/* Hands a run of the one file over to the ccr that an earlier run has unpacked; the bootloader calls it first.
 *
 * Unpacking takes longer than the commands that Claude Code calls all the time, and a one-file program of PyInstaller
 * does it anew each time. `build/unpack.py` unpacks once, into a folder named after the content; here is only looked
 * whether that folder is there and nobody else's. If anything is odd, the program runs as PyInstaller made it.
 *
 * The same code begins the unpacked programs, where it takes the lock that keeps their folder from being swept away.
 * At the end is what decides which signals a run of the one file passes on to its second process.
 * `build/bootloader.py` compiles it into the bootloader, on Linux.
 */

/* For ST_NOEXEC. */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

/* What the one file itself takes in the temporary folder, and a little more. */
#define ROOM_MB 16

#define MARK "CCR-FOLDER:"
#define FOLDER (ccr_folder + sizeof(MARK) - 1)

/* build/ccr.spec writes the folder's name behind the mark; that of the unpacked programs stays empty.
 * It is no constant, so that the compiler can't know what is in it. */
char ccr_folder[96] = MARK;

/* What the program `quick` answers; `ccr.__main__` needs no other module of ccr's command line for them. */
static const char *const QUICK[] = {"-v", "--version", "version", "statusline", NULL};

/* Set when `quick` has found that it takes the whole program after all. */
#define WHOLE "CCR_WHOLE"

static int join(char *path, const char *folder, const char *name)
{
    return snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX;
}

static int find_self(char *path)
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);

    if (length <= 0) {
        return 0;
    }
    path[length] = '\0';
    return 1;
}

/* Tell whether a path is of this kind, belongs to us, and nobody else may change it. */
static int is_ours(const char *path, mode_t kind)
{
    struct stat found;

    return lstat(path, &found) == 0 && (found.st_mode & S_IFMT) == kind && found.st_uid == geteuid() &&
           (found.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Give the folder that holds the unpacked ones: as in `cache` of build/unpack.py. */
static int find_base(char *path)
{
    const char *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");

    if (cache != NULL && cache[0] == '/') {
        return join(path, cache, "ccr");
    }
    return home != NULL && home[0] == '/' && join(path, home, ".cache/ccr");
}

/* Tell whether a file was made before the system has booted: see `is_usable` of build/unpack.py. */
static int is_older_than_boot(int descriptor)
{
    struct timespec now, up;
    struct stat found;

    return clock_gettime(CLOCK_REALTIME, &now) != 0 || clock_gettime(CLOCK_BOOTTIME, &up) != 0 ||
           fstat(descriptor, &found) != 0 || found.st_mtime < now.tv_sec - up.tv_sec;
}

/* Keep the folder from being swept away while we live, as the descriptor outlives exec. Fail if it is being swept or
 * may be incomplete. */
static int hold(const char *folder)
{
    char path[PATH_MAX];
    int descriptor;

    if (!join(path, folder, "lock") || (descriptor = open(path, O_RDONLY)) < 0) {
        return 0;
    }
    /* A file system that knows no locks knows no sweeping either. */
    if (is_older_than_boot(descriptor) || (flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)) {
        close(descriptor);
        return 0;
    }
    return 1;
}

static int is_quick(int argc, char **argv)
{
    int number;

    for (number = 0; argc > 1 && QUICK[number] != NULL; number++) {
        if (strcmp(argv[1], QUICK[number]) == 0) {
            return getenv(WHOLE) == NULL;
        }
    }
    return 0;
}

/* Become the unpacked program. Returns only if that can't be done. */
static void become(const char *folder, int argc, char **argv)
{
    char program[PATH_MAX];

    if (join(program, folder, is_quick(argc, argv) ? "quick" : "ccr") && is_ours(program, S_IFREG) && hold(folder)) {
        execv(program, argv);
    }
}

/* Tell whether we are the second process of a one-file run, which finds everything unpacked. */
static int is_second(const char *self)
{
    const char *level = getenv("_PYI_PARENT_PROCESS_LEVEL");
    const char *archive = getenv("_PYI_ARCHIVE_FILE");

    return level != NULL && archive != NULL && strcmp(level, "0") == 0 && strcmp(archive, self) == 0;
}

/* End with a message that says what to do, if there is no place to unpack to. The bootloader takes the same folder, and
 * would only say which of its calls failed. */
static void check_room(void)
{
    const char *const folders[] = {getenv("TMPDIR"), getenv("TEMP"), getenv("TMP"), "/tmp", "/var/tmp", "/usr/tmp"};
    struct statvfs found;
    size_t number;

    for (number = 0; number < sizeof(folders) / sizeof(folders[0]); number++) {
        const char *folder = folders[number];
        unsigned long long room;

        if (folder == NULL || folder[0] == '\0' || access(folder, W_OK | X_OK) != 0 || statvfs(folder, &found) != 0) {
            continue;
        }
        room = (unsigned long long)found.f_bavail * found.f_frsize >> 20;
        if (room >= ROOM_MB && (found.f_flag & ST_NOEXEC) == 0) {
            return;
        }
        if (room < ROOM_MB) {
            fprintf(stderr, "ccr: can't unpack into %s: it has %llu MB left, and %d are needed", folder, room, ROOM_MB);
        } else {
            fprintf(stderr, "ccr: can't unpack into %s: no program may run from there (noexec)", folder);
        }
        fprintf(stderr, "; set TMPDIR to another folder\n");
        exit(1);
    }
    fprintf(stderr, "ccr: there is no folder to unpack into; set TMPDIR to one that you can write to\n");
    exit(1);
}

/* An unpacked program: hold its folder, and let `quick` do what is quick. */
static void begin_unpacked(char *self, int argc, char **argv)
{
    char *name = strrchr(self, '/');

    /* The bootloader starts itself a second time, for its libraries; then we are asked again. */
    if (name == NULL || getenv("_PYI_PARENT_PROCESS_LEVEL") != NULL) {
        return;
    }
    *name = '\0';
    if (strcmp(name + 1, "ccr") == 0) {
        if (is_quick(argc, argv)) {
            become(self, argc, argv);
        }
        unsetenv(WHOLE);
    }
    hold(self);
}

void ccr_handover(int argc, char **argv)
{
    char self[PATH_MAX], base[PATH_MAX], folder[PATH_MAX];

    if (geteuid() != getuid() || getegid() != getgid() || !find_self(self)) {
        return;
    }
    if (FOLDER[0] == '\0') {
        begin_unpacked(self, argc, argv);
        return;
    }
    if (is_second(self)) {
        /* Who kills the first process means us. */
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        return;
    }
    if (find_base(base) && join(folder, base, FOLDER) && is_ours(base, S_IFDIR) && is_ours(folder, S_IFDIR)) {
        become(folder, argc, argv);
    }
    check_room();
}

/* How the bootloader passes a signal on to the second process, if it does. */
static void (*forward)(int);

static void forward_others(int number, siginfo_t *info, void *context)
{
    (void)context;
    /* What the terminal sends, as with Ctrl-C, goes to all processes that it belongs to; passed on too it would come to
     * the second one twice. */
    if (info->si_code != SI_KERNEL) {
        forward(number);
    }
}

/* Install the bootloader's handler of a signal in its first process. */
void ccr_forward(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_sigaction = forward_others, .sa_flags = SA_SIGINFO | SA_RESTART};

    forward = handler;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}
