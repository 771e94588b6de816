/*
 * redis_link.h - one hiredis context on the loop: when its socket is read and written, and what of the commands is
 * given to hiredis by now. Knows no command, no reply and not what a connection is for. Only redis.c includes it.
 */
#ifndef BASE_REDIS_LINK_H
#define BASE_REDIS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <hiredis/async.h>

struct loop;
struct redis_link;

struct redis_link_ops {
	redisCallbackFn *on_reply;		/* hiredis' callback for every command; its last argument is NULL */
	void (*on_rest)(redisAsyncContext *ac); /* the turn that redis_link_rest() has asked for */
};

/* Takes its place between ac and the loop; freed by hiredis together with ac. ops is borrowed. */
struct redis_link *redis_link_new(struct loop *loop, redisAsyncContext *ac, const struct redis_link_ops *ops);
/*
 * Copies a command; it leaves with the next redis_link_write(), or when those before it have left. Never writes.
 * 0, or -1 when hiredis is about to free the context.
 */
__attribute__((warn_unused_result)) int redis_link_send(struct redis_link *link, const uint8_t *cmd, size_t n);
/*
 * Writes what the socket takes at once; the loop writes the rest. Does nothing when the socket is full already. Not
 * inside a callback of hiredis. A failing write frees the context, and the link with it.
 */
void redis_link_write(struct redis_link *link);
/* Octets that are not written yet. */
size_t redis_link_octets(const struct redis_link *link);

/* Nothing is read from here on; on_rest comes with the next turn, once. */
void redis_link_rest(struct redis_link *link);
bool redis_link_rests(const struct redis_link *link);
/* Reads again. */
void redis_link_go_on(struct redis_link *link);

#endif
