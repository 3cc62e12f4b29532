/* Stands between a program and the C library, loaded by LD_PRELOAD; passes everything through until it is armed.
 *
 * Armed, it counts durable steps (what changes a folder or file below `root`, what is synced, and, where asked, what
 * is sent to a socket: everything, or the COMMITs to a database), kills the process with SIGKILL before a given step or
 * holds it there, and keeps a journal of what was done to the disk, from which `platter.py` tells what a disk holds when
 * the power goes. It can also move the clock.
 *
 * Calls go to the kernel directly, so nothing depends on the order in which libraries are loaded.
 */
#define _GNU_SOURCE
#undef _FORTIFY_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { CREATE = 1, WRITE, TRUNCATE, LINK, RENAME, UNLINK, MKDIR, RMDIR, SYNC, SYNC_FOLDER, SYNC_ALL };
enum { FILES = 1024 };
enum { NO_SENDS, ALL_SENDS, COMMITS };

struct control {
    int64_t steps;          /* durable steps taken so far */
    int64_t clock_offset;   /* microseconds added to the clock of the day */
    int64_t full_from;      /* when not 0: from this step on nothing below root can grow (ENOSPC) */
    int64_t hold_at;        /* when not 0: before this step the process waits */
    int64_t held;           /* it does */
    int64_t go;             /* until this is set */
};
struct head {
    uint32_t op, path, other, data;  /* what, and the lengths of what follows */
    uint64_t inode;
    int64_t offset;
};

static struct control none, *control = &none;
static int armed, sockets, journal = -1;
static int64_t die_at;
static char root[PATH_MAX];
static size_t root_length;
static char *opened[FILES];
static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;

/* Arm: count below `folder`, die before step `step` (0: never), write the journal there (empty: none). */
int torture_arm(const char *folder, const char *control_file, int64_t step, const char *journal_file, int with_sockets)
{
    int file = syscall(SYS_openat, AT_FDCWD, control_file, O_RDWR | O_CLOEXEC, 0);
    if (file < 0)
        return -1;
    control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    syscall(SYS_close, file);
    if (control == MAP_FAILED) {
        control = &none;
        return -1;
    }
    if (*journal_file) {
        journal = syscall(SYS_openat, AT_FDCWD, journal_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (journal < 0)
            return -1;
    }
    strncpy(root, folder, sizeof root - 1);
    root_length = strlen(root);
    die_at = step;
    sockets = with_sockets;
    armed = 1;
    return 0;
}

/* The absolute form of a path; 0 when it is neither root nor below it. */
static int below(int folder, const char *path, char *whole)
{
    if (!armed || path == NULL)
        return 0;
    if (*path == '/') {
        strncpy(whole, path, PATH_MAX - 1);
        whole[PATH_MAX - 1] = 0;
    } else {
        char link[64] = "/proc/self/cwd";
        if (folder != AT_FDCWD) {
            char *end = link + strlen(strcpy(link, "/proc/self/fd/"));
            int digits = 1;
            for (int rest = folder; rest >= 10; rest /= 10)
                digits++;
            for (int place = digits - 1, rest = folder; place >= 0; place--, rest /= 10)
                end[place] = '0' + rest % 10;
            end[digits] = 0;
        }
        ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, whole, PATH_MAX - 1);
        if (length <= 0 || (size_t)length + strlen(path) + 2 > PATH_MAX)
            return 0;
        whole[length] = '/';
        strcpy(whole + length + 1, path);
    }
    return strncmp(whole, root, root_length) == 0 && (whole[root_length] == '/' || whole[root_length] == 0);
}

/* One more step: die here, when it is the one. */
static void step(void)
{
    int64_t now = __atomic_add_fetch(&control->steps, 1, __ATOMIC_SEQ_CST);
    if (die_at && now >= die_at) {
        syscall(SYS_kill, getpid(), SIGKILL);
        for (;;)
            pause();
    }
    if (control->hold_at && now == control->hold_at) {
        pid_t parent = getppid();
        __atomic_store_n(&control->held, 1, __ATOMIC_SEQ_CST);
        while (!__atomic_load_n(&control->go, __ATOMIC_SEQ_CST) && getppid() == parent)
            nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
    }
}

static void note(uint32_t op, const char *path, const char *other, int file, int64_t offset, const void *data,
                 size_t size)
{
    if (journal < 0)
        return;
    struct stat status = {0};
    if (file >= 0)
        fstat(file, &status);
    else if (op != UNLINK && op != RMDIR)
        fstatat(AT_FDCWD, other ? other : path, &status, AT_SYMLINK_NOFOLLOW);
    struct head head = {op, strlen(path), other ? strlen(other) : 0, size, status.st_ino, offset};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)path, head.path}, {(void *)other, head.other},
                            {(void *)data, size}};
    if (syscall(SYS_writev, journal, parts, 4) != (ssize_t)(sizeof head + head.path + head.other + size))
        abort();
}

static const char *known(int file)
{
    return armed && file >= 0 && file < FILES ? opened[file] : NULL;
}

static int full(void)
{
    if (!control->full_from || control->steps < control->full_from)
        return 0;
    errno = ENOSPC;
    return 1;
}

static int any_open(int folder, const char *path, int flags, mode_t mode)
{
    char whole[PATH_MAX];
    if (!below(folder, path, whole))
        return syscall(SYS_openat, folder, path, flags, mode);
    struct stat status;
    pthread_mutex_lock(&one);
    int there = fstatat(AT_FDCWD, whole, &status, AT_SYMLINK_NOFOLLOW) == 0;
    int makes = flags & O_CREAT && !there, empties = flags & O_TRUNC && there;
    int file = -1;
    if (makes || empties)
        step();
    if (!(makes && full()))
        file = syscall(SYS_openat, folder, path, flags, mode);
    if (file >= 0 && makes)
        note(CREATE, whole, NULL, file, 0, NULL, 0);
    if (file >= 0 && empties)
        note(TRUNCATE, whole, NULL, file, 0, NULL, 0);
    if (file >= 0 && file < FILES) {
        free(opened[file]);
        opened[file] = strdup(whole);
    }
    pthread_mutex_unlock(&one);
    return file;
}

#define MODE                                  \
    mode_t mode = 0;                          \
    if (flags & (O_CREAT | O_TMPFILE)) {      \
        va_list rest;                         \
        va_start(rest, flags);                \
        mode = va_arg(rest, mode_t);          \
        va_end(rest);                         \
    }

int open(const char *path, int flags, ...) { MODE return any_open(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return any_open(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE return any_open(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE return any_open(folder, path, flags, mode); }

int close(int file)
{
    if (known(file)) {
        pthread_mutex_lock(&one);
        free(opened[file]);
        opened[file] = NULL;
        pthread_mutex_unlock(&one);
    }
    return syscall(SYS_close, file);
}

static ssize_t written(int file, const void *data, size_t size, off_t offset, int placed)
{
    const char *path = known(file);
    if (path == NULL)
        return placed ? syscall(SYS_pwrite64, file, data, size, offset) : syscall(SYS_write, file, data, size);
    pthread_mutex_lock(&one);
    step();
    ssize_t done = -1;
    if (!full()) {
        if (!placed)
            offset = fcntl(file, F_GETFL) & O_APPEND ? lseek(file, 0, SEEK_END) : lseek(file, 0, SEEK_CUR);
        done = placed ? syscall(SYS_pwrite64, file, data, size, offset) : syscall(SYS_write, file, data, size);
    }
    if (done > 0)
        note(WRITE, path, NULL, file, offset, data, done);
    pthread_mutex_unlock(&one);
    return done;
}

ssize_t write(int file, const void *data, size_t size) { return written(file, data, size, 0, 0); }
ssize_t pwrite(int file, const void *data, size_t size, off_t offset) { return written(file, data, size, offset, 1); }
ssize_t pwrite64(int file, const void *data, size_t size, off_t offset) { return written(file, data, size, offset, 1); }

int ftruncate(int file, off_t size)
{
    const char *path = known(file);
    if (path == NULL)
        return syscall(SYS_ftruncate, file, size);
    pthread_mutex_lock(&one);
    step();
    int done = syscall(SYS_ftruncate, file, size);
    if (done == 0)
        note(TRUNCATE, path, NULL, file, size, NULL, 0);
    pthread_mutex_unlock(&one);
    return done;
}
int ftruncate64(int file, off_t size) { return ftruncate(file, size); }

/* A change of names: `call` is made between the step and its note. */
#define NAMED(op, touches, first, second, call) \
    if (!(touches))                             \
        return call;                            \
    pthread_mutex_lock(&one);                   \
    step();                                     \
    int done = call;                            \
    if (done == 0)                              \
        note(op, first, second, -1, 0, NULL, 0); \
    pthread_mutex_unlock(&one);                 \
    return done;

int renameat2(int a, const char *old, int b, const char *new, unsigned flags)
{
    char first[PATH_MAX] = "", second[PATH_MAX] = "";
    int inside = below(a, old, first) & below(b, new, second);
    NAMED(RENAME, inside, first, second, syscall(SYS_renameat2, a, old, b, new, flags))
}
int rename(const char *old, const char *new) { return renameat2(AT_FDCWD, old, AT_FDCWD, new, 0); }
int renameat(int a, const char *old, int b, const char *new) { return renameat2(a, old, b, new, 0); }

int linkat(int a, const char *old, int b, const char *new, int flags)
{
    char first[PATH_MAX] = "", second[PATH_MAX] = "";
    int inside = below(a, old, first) & below(b, new, second);
    NAMED(LINK, inside, first, second, syscall(SYS_linkat, a, old, b, new, flags))
}
int link(const char *old, const char *new) { return linkat(AT_FDCWD, old, AT_FDCWD, new, 0); }

int unlinkat(int folder, const char *path, int flags)
{
    char whole[PATH_MAX];
    int inside = below(folder, path, whole);
    NAMED(flags & AT_REMOVEDIR ? RMDIR : UNLINK, inside, whole, NULL, syscall(SYS_unlinkat, folder, path, flags))
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int folder, const char *path, mode_t mode)
{
    char whole[PATH_MAX];
    int inside = below(folder, path, whole);
    NAMED(MKDIR, inside, whole, NULL, syscall(SYS_mkdirat, folder, path, mode))
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

static int synced(int file, long call)
{
    const char *path = known(file);
    if (path == NULL)
        return syscall(call, file);
    pthread_mutex_lock(&one);
    step();
    int done = syscall(call, file);
    struct stat status;
    if (done == 0 && fstat(file, &status) == 0)
        note(S_ISDIR(status.st_mode) ? SYNC_FOLDER : SYNC, path, NULL, file, 0, NULL, 0);
    pthread_mutex_unlock(&one);
    return done;
}
int fsync(int file) { return synced(file, SYS_fsync); }
int fdatasync(int file) { return synced(file, SYS_fdatasync); }
int syncfs(int file)
{
    if (known(file) == NULL)
        return syscall(SYS_syncfs, file);
    pthread_mutex_lock(&one);
    step();
    int done = syscall(SYS_syncfs, file);
    if (done == 0)
        note(SYNC_ALL, root, NULL, file, 0, NULL, 0);
    pthread_mutex_unlock(&one);
    return done;
}

ssize_t send(int file, const void *data, size_t size, int flags)
{
    if (armed && (sockets == ALL_SENDS || (sockets == COMMITS && memmem(data, size, "COMMIT", 6))))
        step();
    return syscall(SYS_sendto, file, data, size, flags, NULL, 0);
}

int clock_gettime(clockid_t which, struct timespec *time)
{
    int done = syscall(SYS_clock_gettime, which, time);
    if (done == 0 && control->clock_offset && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) {
        int64_t moved = time->tv_nsec / 1000 + control->clock_offset % 1000000;
        time->tv_sec += control->clock_offset / 1000000;
        if (moved < 0)
            moved += 1000000, time->tv_sec--;
        if (moved >= 1000000)
            moved -= 1000000, time->tv_sec++;
        time->tv_nsec = moved * 1000;
    }
    return done;
}
int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *kept)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (kept)
        *kept = now.tv_sec;
    return now.tv_sec;
}
