/*
 * redis_out.h - commands, already in RESP, that wait until the socket to Redis takes them: first in, first out.
 * Knows no socket and nothing of what a command says.
 */
#ifndef BASE_REDIS_OUT_H
#define BASE_REDIS_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct redis_chunk;

struct redis_out { /* embedded by its owner; zero it before first use, redis_out_clear() it at the end */
	struct redis_chunk *first, *last;
	size_t octets; /* of commands in it */
};

/* Copies a command of n octets, at least 1, behind the others. */
void redis_out_put(struct redis_out *o, const uint8_t *cmd, size_t n);
bool redis_out_empty(const struct redis_out *o);
/* The oldest command and its octets, borrowed until it is dropped. NULL when there is none. */
const uint8_t *redis_out_first(const struct redis_out *o, size_t *n);
/* Forgets the oldest command; there must be one. */
void redis_out_drop(struct redis_out *o);
/* Forgets all of them and frees all memory. */
void redis_out_clear(struct redis_out *o);

#endif
