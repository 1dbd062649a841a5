/* Stands between a program and its files: fails the N-th call, and writes down what was done.
 *
 * Loaded by LD_PRELOAD. Acts on files below IO_SHIM_ROOT (an absolute path without symbolic links) and on nothing else.
 * Told what to do by opening these paths, all answered with ENOENT:
 *   /.io-shim/arm/N/ERRNO[/sticky]  the N-th call from now on fails, and with `sticky` all after it; ENOSPC and EDQUOT
 *                                   count and hit only calls that may need space
 *   /.io-shim/short/N               the N-th write writes half, and each after it fails with ENOSPC
 *   /.io-shim/disarm
 *   /.io-shim/count/FILE            writes to /FILE how many calls were counted since arming; where one failed, a second
 *                                   line says which
 *   /.io-shim/trace/FILE            appends each change that succeeds to /FILE, and the bytes to /FILE.data
 *   /.io-shim/mark/TEXT             a line `mark TEXT` in the trace
 *   /.io-shim/untrace
 *
 * The trace has paths below the root and inode numbers. SQLite's shared memory is not in it: it is rebuilt.
 * Real calls are made by syscall(), so that nothing here calls itself. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 65536
#define HALF (-1)
enum need { READS, CHANGES, NEEDS_SPACE, WRITES };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root;
static size_t root_len;
static struct { char *path; ino_t ino; } files[FDS];
static struct { long n, count; int err, sticky, half; char fired[PATH_MAX + 64]; } armed;
static int trace_fd = -1, data_fd = -1;
static long data_len;

__attribute__((constructor)) static void start(void) {
    root = getenv("IO_SHIM_ROOT");
    root_len = root ? strlen(root) : 0;
}

/* ---- which file ---- */

/* The path below the root, "." for the root itself, NULL for all that is elsewhere. `full` holds PATH_MAX bytes. */
static const char *below(int dir, const char *path, char *full) {
    if (!root_len || !path) return NULL;
    if (*path == '/') {
        snprintf(full, PATH_MAX, "%s", path);
    } else {
        char link[64];
        if (dir == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
        else snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
        long len = syscall(SYS_readlinkat, AT_FDCWD, link, full, PATH_MAX - 1);
        if (len < 0) return NULL;
        snprintf(full + len, PATH_MAX - len, "/%s", path);
    }
    if (strncmp(full, root, root_len)) return NULL;
    const char *rest = full + root_len;
    if (*rest == 0) return ".";
    if (*rest != '/') return NULL;
    while (*rest == '/') rest++;
    return *rest ? rest : ".";
}

/* The path of an open file below the root. Under the lock. */
static const char *known(int fd) {
    struct stat st;
    if (fd < 0 || fd >= FDS || !files[fd].path) return NULL;
    if (fstat(fd, &st) || st.st_ino != files[fd].ino) return NULL;
    return files[fd].path;
}

static int is_shm(const char *path) {
    size_t len = strlen(path);
    return len > 4 && !strcmp(path + len - 4, "-shm");
}

/* ---- failing ---- */

/* Counts a call: 0 lets it pass, HALF cuts a write short, else it fails with this errno. Under the lock. */
static int strike(enum need need, const char *call, const char *path) {
    int space = armed.err == ENOSPC || armed.err == EDQUOT;
    if (!armed.n || (space && need < NEEDS_SPACE) || (armed.half && need != WRITES)) return 0;
    long at = ++armed.count;
    if (at < armed.n || (at > armed.n && !armed.sticky)) return 0;
    if (at == armed.n) snprintf(armed.fired, sizeof armed.fired, "%s %s", call, path);
    return armed.half && at == armed.n ? HALF : armed.err;
}

static void disarm(void) { memset(&armed, 0, sizeof armed); }

static int fail(int error) {
    pthread_mutex_unlock(&lock);
    errno = error;
    return -1;
}

/* ---- tracing ---- */

static void put(int fd, const void *bytes, size_t len) {
    while (len > 0) {
        long n = syscall(SYS_write, fd, bytes, len);
        if (n <= 0) abort(); /* a trace with a hole is worse than none */
        bytes = (const char *)bytes + n;
        len -= n;
    }
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...) {
    char line[3 * PATH_MAX];
    if (trace_fd < 0) return;
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    put(trace_fd, line, len);
}

static void say_write(int fd, const char *path, const void *bytes, long len, off_t at) {
    if (trace_fd < 0 || len <= 0 || is_shm(path)) return;
    put(data_fd, bytes, len);
    say("write %lu %ld %ld %ld\n", (unsigned long)files[fd].ino, (long)at, len, data_len);
    data_len += len;
}

static void say_truncate(int fd, const char *path, off_t len) {
    if (!is_shm(path)) say("truncate %lu %ld\n", (unsigned long)files[fd].ino, (long)len);
}

/* ---- being told ---- */

static int open_for(const char *path, const char *end, int flags) {
    char full[PATH_MAX];
    snprintf(full, sizeof full, "%s%s", path, end);
    int fd = syscall(SYS_openat, AT_FDCWD, full, flags | O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0) abort();
    return fd;
}

static void untrace(void) {
    if (trace_fd < 0) return;
    syscall(SYS_close, trace_fd);
    syscall(SYS_close, data_fd);
    trace_fd = data_fd = -1;
}

/* Obeys a magic path; any other is answered with 0. */
static int told(const char *path) {
    if (strncmp(path, "/.io-shim/", 10)) return 0;
    char *what = (char *)path + 10, *rest;
    pthread_mutex_lock(&lock);
    if (!strncmp(what, "arm/", 4)) {
        disarm();
        armed.n = strtol(what + 4, &rest, 10);
        armed.err = *rest ? strtol(rest + 1, &rest, 10) : EIO;
        armed.sticky = !strcmp(rest, "/sticky");
    } else if (!strncmp(what, "short/", 6)) {
        disarm();
        armed.n = strtol(what + 6, NULL, 10);
        armed.err = ENOSPC;
        armed.sticky = armed.half = 1;
    } else if (!strcmp(what, "disarm")) {
        disarm();
    } else if (!strncmp(what, "count/", 6)) {
        char text[sizeof armed.fired + 64];
        int fd = open_for(what + 5, "", O_TRUNC);
        put(fd, text, snprintf(text, sizeof text, "%ld\n%s\n", armed.count, armed.fired));
        syscall(SYS_close, fd);
    } else if (!strncmp(what, "trace/", 6)) {
        untrace();
        trace_fd = open_for(what + 5, "", O_APPEND);
        data_fd = open_for(what + 5, ".data", O_APPEND);
        data_len = lseek(data_fd, 0, SEEK_END);
    } else if (!strncmp(what, "mark/", 5)) {
        say("mark %s\n", what + 5);
    } else if (!strcmp(what, "untrace")) {
        untrace();
    }
    return 1 + fail(ENOENT) + 1;
}

/* ---- the calls ---- */

static int open_at(int dir, const char *path, int flags, mode_t mode) {
    char full[PATH_MAX];
    struct stat st;
    if (told(path)) return -1;
    const char *at = below(dir, path, full);
    if (!at) return syscall(SYS_openat, dir, path, flags, mode);
    pthread_mutex_lock(&lock);
    int unnamed = (flags & O_TMPFILE) == O_TMPFILE;
    int creates = unnamed || ((flags & O_CREAT) && fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW));
    int error = strike(creates ? NEEDS_SPACE : READS, creates ? "create" : "open", at);
    if (error) return fail(error);
    int fd = syscall(SYS_openat, dir, path, flags, mode);
    if (fd >= 0 && fd < FDS && !fstat(fd, &st)) {
        int failed = errno;
        free(files[fd].path);
        files[fd].path = strdup(at);
        files[fd].ino = st.st_ino;
        if (unnamed) say("tmpfile %lu\n", (unsigned long)st.st_ino);
        else if (creates && !is_shm(at)) say("create %lu %s\n", (unsigned long)st.st_ino, at);
        else if (flags & O_TRUNC) say_truncate(fd, at, 0);
        errno = failed;
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

#define OPEN_MODE(last) \
    mode_t mode = 0; \
    if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) { \
        va_list args; va_start(args, last); mode = va_arg(args, int); va_end(args); \
    }
int open(const char *path, int flags, ...) { OPEN_MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { OPEN_MODE(flags) return open_at(AT_FDCWD, path, flags, mode); }
int openat(int dir, const char *path, int flags, ...) { OPEN_MODE(flags) return open_at(dir, path, flags, mode); }
int openat64(int dir, const char *path, int flags, ...) { OPEN_MODE(flags) return open_at(dir, path, flags, mode); }

DIR *opendir(const char *path) {
    char full[PATH_MAX];
    const char *at = below(AT_FDCWD, path, full);
    if (at) {
        pthread_mutex_lock(&lock);
        int error = strike(READS, "opendir", at);
        if (error) { fail(error); return NULL; }
        pthread_mutex_unlock(&lock);
    }
    int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? NULL : fdopendir(fd);
}

int close(int fd) {
    if (fd >= 0 && fd < FDS) {
        pthread_mutex_lock(&lock);
        free(files[fd].path);
        files[fd].path = NULL;
        pthread_mutex_unlock(&lock);
    }
    return syscall(SYS_close, fd);
}

/* A call that changes nothing: it may fail, and is made outside of the lock. */
#define READ_CALL(fd, made) \
    pthread_mutex_lock(&lock); \
    const char *at = known(fd); \
    int error = at ? strike(READS, "read", at) : 0; \
    if (error) return fail(error); \
    pthread_mutex_unlock(&lock); \
    return made;
ssize_t read(int fd, void *to, size_t len) { READ_CALL(fd, syscall(SYS_read, fd, to, len)) }
ssize_t readv(int fd, const struct iovec *v, int n) { READ_CALL(fd, syscall(SYS_readv, fd, v, n)) }
ssize_t pread(int fd, void *to, size_t len, off_t at_) { READ_CALL(fd, syscall(SYS_pread64, fd, to, len, at_)) }
ssize_t pread64(int fd, void *to, size_t len, off64_t at_) { READ_CALL(fd, syscall(SYS_pread64, fd, to, len, at_)) }

/* At `offset`, or where the file stands when that is negative. */
static ssize_t write_at(int fd, const void *bytes, size_t len, off_t offset) {
    pthread_mutex_lock(&lock);
    const char *path = known(fd);
    if (!path) {
        pthread_mutex_unlock(&lock);
        return offset < 0 ? syscall(SYS_write, fd, bytes, len) : syscall(SYS_pwrite64, fd, bytes, len, offset);
    }
    int error = strike(WRITES, "write", path);
    if (error == HALF) len = (len + 1) / 2;
    else if (error) return fail(error);
    long n = offset < 0 ? syscall(SYS_write, fd, bytes, len) : syscall(SYS_pwrite64, fd, bytes, len, offset);
    int failed = errno;
    say_write(fd, path, bytes, n, offset < 0 ? lseek(fd, 0, SEEK_CUR) - n : offset);
    pthread_mutex_unlock(&lock);
    errno = failed;
    return n;
}
ssize_t write(int fd, const void *bytes, size_t len) { return write_at(fd, bytes, len, -1); }
ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at) { return write_at(fd, bytes, len, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at) { return write_at(fd, bytes, len, at); }

/* Only the first slice of a file's: what is left over is written by the caller's next call. */
ssize_t writev(int fd, const struct iovec *v, int n) {
    pthread_mutex_lock(&lock);
    int ours = known(fd) != NULL;
    pthread_mutex_unlock(&lock);
    while (ours && n > 1 && v->iov_len == 0) { v++; n--; }
    return ours && n > 0 ? write_at(fd, v->iov_base, v->iov_len, -1) : syscall(SYS_writev, fd, v, n);
}

/* Callers that may not copy inside of the kernel read and write instead, which is seen. */
ssize_t copy_file_range(int in, off64_t *in_at, int out, off64_t *out_at, size_t len, unsigned flags) {
    (void)in, (void)in_at, (void)out, (void)out_at, (void)len, (void)flags;
    errno = EXDEV;
    return -1;
}
ssize_t sendfile(int out, int in, off_t *at, size_t len) {
    (void)out, (void)in, (void)at, (void)len;
    errno = EINVAL;
    return -1;
}
ssize_t sendfile64(int out, int in, off64_t *at, size_t len) { return sendfile(out, in, at, len); }

/* A call by file: counted, made, and said when it succeeded. */
#define FILE_CALL(fd, need, name, made, said) \
    pthread_mutex_lock(&lock); \
    const char *at = known(fd); \
    int error = at ? strike(need, name, at) : 0; \
    if (error) return fail(error); \
    int result = made, failed = errno; \
    if (at && !result) { said; } \
    pthread_mutex_unlock(&lock); \
    errno = failed; \
    return result;

static void say_sync(int fd, const char *at) {
    struct stat st;
    if (is_shm(at) || fstat(fd, &st)) return;
    if (S_ISDIR(st.st_mode)) say("fsyncdir %s\n", at);
    else say("fsync %lu\n", (unsigned long)st.st_ino);
}
int fsync(int fd) { FILE_CALL(fd, NEEDS_SPACE, "fsync", syscall(SYS_fsync, fd), say_sync(fd, at)) }
int fdatasync(int fd) { FILE_CALL(fd, NEEDS_SPACE, "fdatasync", syscall(SYS_fdatasync, fd), say_sync(fd, at)) }
int ftruncate(int fd, off_t len) {
    FILE_CALL(fd, NEEDS_SPACE, "truncate", syscall(SYS_ftruncate, fd, len), say_truncate(fd, at, len))
}
int ftruncate64(int fd, off64_t len) { return ftruncate(fd, len); }
int fallocate(int fd, int mode, off_t from, off_t len) {
    struct stat st;
    FILE_CALL(fd, NEEDS_SPACE, "fallocate", syscall(SYS_fallocate, fd, mode, from, len),
              if (!fstat(fd, &st)) say_truncate(fd, at, st.st_size))
}
int fallocate64(int fd, int mode, off64_t from, off64_t len) { return fallocate(fd, mode, from, len); }
int posix_fallocate(int fd, off_t from, off_t len) { return fallocate(fd, 0, from, len) ? errno : 0; }
int posix_fallocate64(int fd, off64_t from, off64_t len) { return posix_fallocate(fd, from, len); }

/* A call by path: the same. */
#define PATH_CALL(dir, path, need, name, made, said) \
    char full[PATH_MAX]; \
    const char *at = below(dir, path, full); \
    if (!at) return made; \
    pthread_mutex_lock(&lock); \
    int error = strike(need, name, at); \
    if (error) return fail(error); \
    int result = made, failed = errno; \
    if (!result) { said; } \
    pthread_mutex_unlock(&lock); \
    errno = failed; \
    return result;

int linkat(int from_dir, const char *from, int dir, const char *path, int flags) {
    struct stat st;
    PATH_CALL(dir, path, NEEDS_SPACE, "link", syscall(SYS_linkat, from_dir, from, dir, path, flags),
              if (!fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW)) say("link %lu %s\n", (unsigned long)st.st_ino, at))
}
int link(const char *from, const char *path) { return linkat(AT_FDCWD, from, AT_FDCWD, path, 0); }

int renameat2(int from_dir, const char *from, int dir, const char *path, unsigned flags) {
    char old[PATH_MAX];
    const char *was = below(from_dir, from, old);
    PATH_CALL(dir, path, NEEDS_SPACE, "rename", syscall(SYS_renameat2, from_dir, from, dir, path, flags),
              say("rename %s %s\n", was ? was : from, at))
}
int renameat(int from_dir, const char *from, int dir, const char *path) { return renameat2(from_dir, from, dir, path, 0); }
int rename(const char *from, const char *path) { return renameat2(AT_FDCWD, from, AT_FDCWD, path, 0); }

int unlinkat(int dir, const char *path, int flags) {
    PATH_CALL(dir, path, CHANGES, flags & AT_REMOVEDIR ? "rmdir" : "unlink", syscall(SYS_unlinkat, dir, path, flags),
              if (!is_shm(at)) say("%s %s\n", flags & AT_REMOVEDIR ? "rmdir" : "unlink", at))
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int dir, const char *path, mode_t mode) {
    PATH_CALL(dir, path, NEEDS_SPACE, "mkdir", syscall(SYS_mkdirat, dir, path, mode), say("mkdir %s\n", at))
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
