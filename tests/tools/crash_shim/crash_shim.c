/* Kills a program at the N-th thing it tells the outside: LD_PRELOAD this, no hook in the program.
 *
 *   KENTONGAN_CRASH_AT=N     die instead of making the N-th call that changes a file or speaks to a peer
 *   KENTONGAN_CRASH_ARM=F    calls count only while file F exists; the dying program removes it, so it dies once
 *
 * Without the first, F says which: its content is N. So a program that was started again can be armed again.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;

/* System calls throughout: nothing that is counted below. 0: not armed. */
static long armed(const char* arm) {
    const char* at = getenv("KENTONGAN_CRASH_AT");
    char text[24] = {0};
    long fd = syscall(SYS_openat, AT_FDCWD, arm, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    long size = syscall(SYS_read, fd, text, sizeof text - 1);
    syscall(SYS_close, fd);
    if (at != NULL) return atol(at);
    return size > 0 ? atol(text) : 0;
}

static void step(void) {
    const char* arm = getenv("KENTONGAN_CRASH_ARM");
    int cause = errno;
    long at = arm == NULL ? 0 : armed(arm);
    errno = cause;
    if (at == 0 || atomic_fetch_add(&calls, 1) + 1 < at) return;
    /* Whoever removes the file is the one that dies. */
    if (syscall(SYS_unlinkat, AT_FDCWD, arm, 0) == 0) syscall(SYS_kill, getpid(), SIGKILL);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* The log is no promise to anybody, and a test must not die in the middle of one. */
static int counts(int fd) { return fd != STDERR_FILENO; }

ssize_t write(int fd, const void* from, size_t size) {
    if (counts(fd)) step();
    return REAL(write)(fd, from, size);
}
ssize_t writev(int fd, const struct iovec* parts, int count) {
    if (counts(fd)) step();
    return REAL(writev)(fd, parts, count);
}
ssize_t pwrite(int fd, const void* from, size_t size, off_t at) {
    step();
    return REAL(pwrite)(fd, from, size, at);
}
ssize_t pwrite64(int fd, const void* from, size_t size, off64_t at) {
    step();
    return REAL(pwrite64)(fd, from, size, at);
}
ssize_t send(int fd, const void* from, size_t size, int flags) {
    step();
    return REAL(send)(fd, from, size, flags);
}
ssize_t sendto(int fd, const void* from, size_t size, int flags, const struct sockaddr* to, socklen_t length) {
    step();
    return REAL(sendto)(fd, from, size, flags, to, length);
}
ssize_t sendmsg(int fd, const struct msghdr* message, int flags) {
    step();
    return REAL(sendmsg)(fd, message, flags);
}
int fsync(int fd) {
    step();
    return REAL(fsync)(fd);
}
int fdatasync(int fd) {
    step();
    return REAL(fdatasync)(fd);
}
int ftruncate(int fd, off_t size) {
    step();
    return REAL(ftruncate)(fd, size);
}
int ftruncate64(int fd, off64_t size) {
    step();
    return REAL(ftruncate64)(fd, size);
}
int unlink(const char* path) {
    step();
    return REAL(unlink)(path);
}
int rename(const char* from, const char* to) {
    step();
    return REAL(rename)(from, to);
}
int mkdirat(int at, const char* path, mode_t mode) {
    step();
    return REAL(mkdirat)(at, path, mode);
}
int unlinkat(int at, const char* path, int flags) {
    step();
    return REAL(unlinkat)(at, path, flags);
}
int renameat(int from_at, const char* from, int to_at, const char* to) {
    step();
    return REAL(renameat)(from_at, from, to_at, to);
}
