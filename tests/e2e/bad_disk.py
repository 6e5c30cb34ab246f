"""A disk that takes no more writes, from whichever write on, until it is well again: a library
between SQLite and the kernel (LD_PRELOAD), for the daemon alone."""
import errno
import mmap
import os
import struct

import second_daemon

FULL, READ_ONLY, BROKEN = errno.ENOSPC, errno.EROFS, errno.EIO

# $BAD_DISK is a file of four numbers: what was written so far, from which write on all fail (0:
# none), with which error, and how many did.
SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PASSED, FIRST, ERROR, FAILED };

static int64_t *numbers;
static const char *folder;

__attribute__((constructor)) static void begin(void)
{
    int file = open(getenv("BAD_DISK"), O_RDWR | O_CLOEXEC);
    void *found = mmap(NULL, 32, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

    folder = getenv("BAD_DISK_FOLDER");
    numbers = found != MAP_FAILED ? found : NULL;
}

static bool is_there(const char *path)
{
    return numbers != NULL && strncmp(path, folder, strlen(folder)) == 0;
}

static bool is_open_there(int file)
{
    char name[64], path[4096];
    ssize_t length;

    if (numbers == NULL)
        return false;
    snprintf(name, sizeof(name), "/proc/self/fd/%d", file);
    length = readlink(name, path, sizeof(path) - 1);
    path[length > 0 ? length : 0] = '\0';
    return is_there(path);
}

/* One more write: does it fail? */
static bool fails(void)
{
    int64_t passed = __atomic_add_fetch(&numbers[PASSED], 1, __ATOMIC_SEQ_CST);
    int64_t first = __atomic_load_n(&numbers[FIRST], __ATOMIC_SEQ_CST);

    if (first == 0 || passed < first)
        return false;
    __atomic_add_fetch(&numbers[FAILED], 1, __ATOMIC_SEQ_CST);
    errno = (int)numbers[ERROR];
    return true;
}

#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

ssize_t pwrite64(int file, const void *octets, size_t size, off64_t at)
{
    if (is_open_there(file) && fails())
        return -1;
    return NEXT(ssize_t(*)(int, const void *, size_t, off64_t), "pwrite64")(file, octets, size, at);
}

ssize_t write(int file, const void *octets, size_t size)
{
    if (is_open_there(file) && fails())
        return -1;
    return NEXT(ssize_t(*)(int, const void *, size_t), "write")(file, octets, size);
}

int fdatasync(int file)
{
    if (is_open_there(file) && fails())
        return -1;
    return NEXT(int (*)(int), "fdatasync")(file);
}

/* What needs no room works on a full disk. */
int ftruncate64(int file, off64_t size)
{
    if (is_open_there(file) && numbers[ERROR] != ENOSPC && fails())
        return -1;
    return NEXT(int (*)(int, off64_t), "ftruncate64")(file, size);
}

int unlink(const char *path)
{
    if (is_there(path) && numbers[ERROR] != ENOSPC && fails())
        return -1;
    return NEXT(int (*)(const char *), "unlink")(path);
}

int open64(const char *path, int flags, ...)
{
    va_list rest;
    mode_t mode;
    bool writes;

    va_start(rest, flags);
    mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    writes = (flags & O_CREAT) != 0 && access(path, F_OK) != 0;
    if (numbers != NULL && numbers[ERROR] == EROFS)
        writes = writes || (flags & O_ACCMODE) != O_RDONLY;
    if (writes && is_there(path) && fails())
        return -1;
    return NEXT(int (*)(const char *, int, ...), "open64")(path, flags, mode);
}
"""


class BadDisk:
    """Under the stack's daemon, as long as this is open; well, until it is broken."""

    def __init__(self, stack):
        self.stack = stack
        self.file = stack.directory / "run" / "bad-disk"

    def __enter__(self):
        self.file.write_bytes(bytes(32))
        self.file.chmod(0o666)
        with open(self.file, "r+b") as file:
            self.numbers = mmap.mmap(file.fileno(), 32)
        env = {**second_daemon.preload(self.stack, "bad-disk", SOURCE), "BAD_DISK": str(self.file),
               "BAD_DISK_FOLDER": os.path.dirname(self.stack.env["KAIRAN_STORE"]) + "/"}
        words = [f"{name}={value}" for name, value in env.items()]
        self.daemon = self.stack.milter_by("env", *words)
        self.daemon.__enter__()
        return self

    def __exit__(self, *failure):
        self.mend()
        self.daemon.__exit__(*failure)
        self.numbers.close()

    def set(self, *numbers):
        self.numbers[:32] = struct.pack("qqqq", *numbers)

    def break_at(self, number, error):
        """From the write with this number on, counted from now."""
        self.set(0, number, error, 0)

    def mend(self):
        """Counts go on."""
        self.numbers[8:16] = struct.pack("q", 0)

    def passed(self):
        return struct.unpack("qqqq", self.numbers[:32])[0]

    def failed(self):
        return struct.unpack("qqqq", self.numbers[:32])[3]
