/*
 * powercut.c - preloaded into redis-server: notes how much of each append-only file has reached the disk, so that a
 * test can cut the files to what a power failure leaves. Knows no Redis; a file is looked at when its name holds
 * ".aof".
 *
 * POWERCUT_NOTE names the side file: one slot of 512 octets per file, a line "size name" filled up with blanks. The
 * size is that from before the fsync began: what is written while it runs may not be on the disk.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLOTS	  256
#define SLOT_SIZE 512
#define NAME_MAX_ 440

static struct {
	pthread_mutex_t lock;
	int fd;
	pid_t owner; /* a child that rewrites the log notes nothing */
	int used;
	char name[SLOTS][NAME_MAX_];
	long long size[SLOTS];
} notes = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1};

/* The file's name; false when it is none that counts. */
static int name_of(int fd, char name[NAME_MAX_])
{
	char link[64];
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, name, NAME_MAX_ - 1);
	if (n <= 0)
		return 0;
	name[n] = '\0';
	return strstr(name, ".aof") != NULL;
}

static void write_slot(int slot)
{
	char line[SLOT_SIZE + 1];
	int n = snprintf(line, sizeof(line), "%lld %s", notes.size[slot], notes.name[slot]);
	memset(line + n, ' ', (size_t)(SLOT_SIZE - n));
	line[SLOT_SIZE - 1] = '\n';
	if (pwrite(notes.fd, line, SLOT_SIZE, (off_t)slot * SLOT_SIZE) != SLOT_SIZE)
		abort();
}

static void note(const char *name, long long size)
{
	const char *path = getenv("POWERCUT_NOTE");
	pthread_mutex_lock(&notes.lock);
	if (notes.fd < 0 && path && notes.owner == 0) {
		notes.owner = getpid();
		notes.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	}
	if (notes.owner != getpid()) {
		pthread_mutex_unlock(&notes.lock);
		return;
	}
	int slot = 0;
	while (slot < notes.used && strcmp(notes.name[slot], name) != 0)
		slot++;
	if (notes.fd >= 0 && slot < SLOTS) {
		if (slot == notes.used) {
			strcpy(notes.name[slot], name);
			notes.used++;
		}
		if (notes.size[slot] < size)
			notes.size[slot] = size;
		write_slot(slot);
	}
	pthread_mutex_unlock(&notes.lock);
}

static int sync_with(const char *symbol, int fd)
{
	int (*real)(int);
	char name[NAME_MAX_];
	struct stat st;
	*(void **)&real = dlsym(RTLD_NEXT, symbol);
	int counts = name_of(fd, name) && fstat(fd, &st) == 0;
	int result = real(fd);
	if (result == 0 && counts)
		note(name, (long long)st.st_size);
	return result;
}

int fsync(int fd)
{
	return sync_with("fsync", fd);
}

int fdatasync(int fd)
{
	return sync_with("fdatasync", fd);
}
