/*
 * resp.h - builds Redis commands in RESP, and looks at replies with care. Knows no connection but redis_send().
 * Included by redis.h.
 */
#ifndef BASE_RESP_H
#define BASE_RESP_H

#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"

struct redis;
struct redisReply;

/* Builds a command behind what is in b: resp_start(b, 3); then three times one of the others. */
void resp_start(struct buf *b, size_t args);
void resp_arg(struct buf *b, const void *p, size_t n);
void resp_str(struct buf *b, const char *s);
void resp_u64(struct buf *b, uint64_t v);

/* A variadic command whose args are not counted yet: args are gathered behind a header that is written at the end. */
struct resp_batch {	 /* zero it before first use */
	struct buf body; /* room for the header, then args in RESP; memory kept; buf_free() it at the end */
	size_t args;	 /* gathered so far, the command's name included */
};
void resp_batch_arg(struct resp_batch *c, const void *p, size_t n);
void resp_batch_str(struct resp_batch *c, const char *s);
void resp_batch_u64(struct resp_batch *c, uint64_t v);
/*
 * Sends what gathered as one command and empties the batch, also when it returns -1; as redis_send(). An empty batch:
 * -1.
 */
__attribute__((warn_unused_result)) int resp_batch_send(struct redis *r, struct resp_batch *c,
							void (*fn)(const struct redisReply *reply, void *arg),
							void *arg);

/*
 * Replies as who answers has made them, which may be no Redis that knows our keys: the text of one, "" when it has
 * none; element i of one, a nil when it has none.
 */
const char *redis_text(const struct redisReply *r);
const struct redisReply *redis_at(const struct redisReply *r, size_t i);

#endif
