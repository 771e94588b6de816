/*
 * lines.c - reads a file in large pieces and hands out its lines. Must not know what stands in them.
 */
#include "audit/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"

struct lines {
	int fd, error;
	bool end, whole;
	uint64_t at, number;	/* of the last line */
	size_t given, from, to; /* octets of the last line with its break; what is read and not yet given */
	uint8_t mem[LINES_MAX];
};

struct lines *lines_open(const char *path, uint64_t at)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct lines *l;

	if (fd < 0)
		return NULL;
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	l = mem_zalloc(sizeof(*l));
	l->fd = fd;
	l->at = at;
	if (at > 0 && lseek(fd, (off_t)at, SEEK_SET) < 0)
		l->error = errno;
	return l;
}

void lines_close(struct lines *l)
{
	if (!l)
		return;
	close(l->fd);
	mem_free(l);
}

/* More octets behind those that wait; false: there are none. */
static bool fill(struct lines *l)
{
	ssize_t n;

	if (l->end || l->error)
		return false;
	if (l->from > 0) {
		memmove(l->mem, l->mem + l->from, l->to - l->from);
		l->to -= l->from;
		l->from = 0;
	}
	do
		n = read(l->fd, l->mem + l->to, LINES_MAX - l->to);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		l->error = errno;
	l->end = n == 0;
	l->to += n > 0 ? (size_t)n : 0;
	return n > 0;
}

bool lines_next(struct lines *l, struct view *line)
{
	size_t looked = 0;
	const uint8_t *newline = NULL;

	l->at += l->given;
	l->given = 0;
	for (;;) {
		if (l->to > l->from + looked)
			newline = memchr(l->mem + l->from + looked, '\n', l->to - l->from - looked);
		looked = l->to - l->from;
		if (newline || looked == LINES_MAX || !fill(l))
			break;
	}
	if (l->error || looked == 0)
		return false;
	*line = (struct view){l->mem + l->from, (uint32_t)(newline ? (size_t)(newline - l->mem) - l->from : looked)};
	l->whole = newline != NULL;
	l->given = line->n + (newline ? 1u : 0u);
	l->from += l->given;
	l->number++;
	return true;
}

bool lines_again(struct lines *l, struct view *line)
{
	l->from -= l->given;
	l->given = 0;
	l->end = false;
	l->number--;
	return lines_next(l, line);
}

bool lines_whole(const struct lines *l)
{
	return l->whole;
}

uint64_t lines_at(const struct lines *l)
{
	return l->at;
}

uint64_t lines_number(const struct lines *l)
{
	return l->number;
}

int lines_error(const struct lines *l)
{
	return l->error;
}
