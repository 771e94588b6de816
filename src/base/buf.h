/*
 * buf.h - a byte FIFO: written at the end, consumed at the front, memory kept for the next round.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	uint8_t *mem;
	size_t start, end, cap; /* data is mem[start, end) */
};

static inline size_t buf_len(const struct buf *b)
{
	return b->end - b->start;
}
static inline uint8_t *buf_data(const struct buf *b)
{
	return b->mem ? b->mem + b->start : NULL; /* a step of 0 from NULL is none in C */
}

uint8_t *buf_more(struct buf *b, size_t n); /* buf_room() when there is none yet */
_Noreturn void buf_overflow(void);	    /* ends the process: a fault of ours */

/* Room for n more octets at the end; the pointer is good until the next call on b. Aborts the process when memory is
 * exhausted (buffers are bounded by their owners; see mem.h). */
static inline uint8_t *buf_room(struct buf *b, size_t n)
{
	return b->mem != NULL && b->cap - b->end >= n ? b->mem + b->end : buf_more(b, n);
}

/* n octets of the room were filled. */
static inline void buf_filled(struct buf *b, size_t n)
{
	if (n > b->cap - b->end)
		buf_overflow();
	b->end += n;
}

void buf_put(struct buf *b, const void *p, size_t n);
void buf_puts(struct buf *b, const char *s);
__attribute__((format(printf, 2, 3))) void buf_printf(struct buf *b, const char *fmt, ...);

/* Drops n octets from the front. When it gets empty and its memory is over keep octets, the memory is freed. */
void buf_consume(struct buf *b, size_t n, size_t keep);

void buf_free(struct buf *b);

#endif
