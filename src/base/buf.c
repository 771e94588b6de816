/*
 * buf.c - a byte FIFO for input, output and text. Knows nothing of what the octets mean and sets no bound: the owner
 * bounds what it puts in.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

#define BUF_FIRST 512 /* octets of the first allocation */

void buf_overflow(void)
{
	fprintf(stderr, "smppgw: a buffer was asked for more octets than memory can hold\n");
	abort();
}

uint8_t *buf_more(struct buf *b, size_t n)
{
	size_t len = buf_len(b), cap = b->cap;

	if (n > SIZE_MAX / 4 - len)
		buf_overflow();
	if (b->mem != NULL && cap - len >= n && b->start >= cap / 2) {
		/* moving at most half of the memory, after at least as much was consumed: cheap per octet */
		memmove(b->mem, b->mem + b->start, len);
	} else {
		if (cap < BUF_FIRST)
			cap = BUF_FIRST;
		while (cap - len < n)
			cap *= 2;
		uint8_t *mem = mem_realloc(NULL, cap);
		if (len > 0)
			memcpy(mem, b->mem + b->start, len);
		mem_free(b->mem);
		b->mem = mem;
		b->cap = cap;
	}
	b->start = 0;
	b->end = len;
	return b->mem + b->end;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	memcpy(buf_room(b, n), p, n);
	b->end += n;
}

void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	size_t room = 128;

	for (;;) {
		char *at = (char *)buf_room(b, room);
		va_start(ap, fmt);
		int n = vsnprintf(at, room, fmt, ap);
		va_end(ap);
		if (n < 0)
			return;
		if ((size_t)n < room) {
			b->end += (size_t)n;
			return;
		}
		room = (size_t)n + 1;
	}
}

void buf_consume(struct buf *b, size_t n, size_t keep)
{
	if (n > buf_len(b))
		buf_overflow();
	b->start += n;
	if (b->start < b->end)
		return;
	b->start = b->end = 0;
	if (b->cap > keep)
		buf_free(b);
}

void buf_free(struct buf *b)
{
	mem_free(b->mem);
	memset(b, 0, sizeof(*b));
}
