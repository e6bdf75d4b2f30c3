/* Full disk: writes that would make a file below a folder longer fail with ENOSPC while a flag file
 * is there. Loaded in front of the C library with LD_PRELOAD; needs no right that a test lacks.
 *
 * FULL_DISK_FOLDER: part of the paths it is about. FULL_DISK_FLAG: the file that switches it on.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_full(int fd, off64_t end)
{
    const char *flag = getenv("FULL_DISK_FLAG"), *folder = getenv("FULL_DISK_FOLDER");
    char link[64], path[PATH_MAX];
    struct stat64 file;
    ssize_t length;

    if (!flag || !folder || access(flag, F_OK) != 0)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = '\0';
    return strstr(path, folder) && fstat64(fd, &file) == 0 && end > file.st_size;
}

static off64_t total(const struct iovec *parts, int count)
{
    off64_t bytes = 0;
    for (int at = 0; at < count; at++)
        bytes += parts[at].iov_len;
    return bytes;
}

ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t at)
{
    static ssize_t (*next)(int, const void *, size_t, off64_t);
    if (!next)
        next = dlsym(RTLD_NEXT, "pwrite64");
    if (is_full(fd, at + (off64_t)bytes)) {
        errno = ENOSPC;
        return -1;
    }
    return next(fd, data, bytes, at);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at)
{
    static ssize_t (*next)(int, const struct iovec *, int, off64_t);
    if (!next)
        next = dlsym(RTLD_NEXT, "pwritev64");
    if (is_full(fd, at + total(parts, count))) {
        errno = ENOSPC;
        return -1;
    }
    return next(fd, parts, count, at);
}

int posix_fallocate64(int fd, off64_t at, off64_t bytes)
{
    static int (*next)(int, off64_t, off64_t);
    if (!next)
        next = dlsym(RTLD_NEXT, "posix_fallocate64");
    return is_full(fd, at + bytes) ? ENOSPC : next(fd, at, bytes);
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t at)
{
    return pwrite64(fd, data, bytes, at);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
    return pwritev64(fd, parts, count, at);
}

int posix_fallocate(int fd, off_t at, off_t bytes)
{
    return posix_fallocate64(fd, at, bytes);
}
