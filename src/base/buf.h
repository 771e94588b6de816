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
	return b->mem + b->start;
}

/* Room for n more octets at the end; the pointer is good until the next call on b. Aborts the process when memory is
 * exhausted (buffers are bounded by their owners; see mem.h). */
uint8_t *buf_room(struct buf *b, size_t n);

/* n octets of the room were filled. */
void buf_filled(struct buf *b, size_t n);

void buf_put(struct buf *b, const void *p, size_t n);
void buf_puts(struct buf *b, const char *s);
__attribute__((format(printf, 2, 3))) void buf_printf(struct buf *b, const char *fmt, ...);

/* Drops n octets from the front. When it gets empty and its memory is over keep octets, the memory is freed. */
void buf_consume(struct buf *b, size_t n, size_t keep);

void buf_free(struct buf *b);

#endif
