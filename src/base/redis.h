/*
 * redis.h - one asynchronous connection to Redis through hiredis: connects, reconnects, pipelines, keeps deadlines.
 * Commands are built by resp.h.
 * Knows RESP and nothing of what is stored. Scenes replace this file with an in-memory server of the same contract.
 */
#ifndef BASE_REDIS_H
#define BASE_REDIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <hiredis/hiredis.h>
#include "base/resp.h"

struct loop;
struct redis;

struct redis_conf {
	const char *address;	     /* "127.0.0.1:6379", "[::1]:6379", "unix:/path" */
	const char *user, *password; /* "" for none */
	int64_t db;
	int64_t deadline_ms;  /* no reply for so long while commands wait: the connection is given up; connecting has
				 as long */
	int64_t reconnect_ms; /* first pause; doubles to 32 times with jitter */
};

struct redis_ops {
	void (*on_up)(void *arg); /* connected, authenticated, not LOADING */
	/* every waiting command has been called back with NULL before, in their order, over several turns when they are
	 * many; READONLY, LOADING, MASTERDOWN, CLUSTERDOWN and
	 * MOVED in a reply end the connection, too: that command has the reply, those behind it have NULL */
	void (*on_down)(void *arg, const char *reason);
};

/* Whether an address has one of the forms above (for checks of the configuration). */
bool redis_address_ok(const char *address);
/* conf and its strings are borrowed for the life of the object. */
struct redis *redis_new(struct loop *loop, const struct redis_conf *conf, const struct redis_ops *ops, void *arg);
/* Waiting commands are called back with NULL; on_down is not called; allowed in callbacks. */
void redis_free(struct redis *r);
bool redis_up(const struct redis *r); /* false from the moment in which the connection is lost */

/*
 * Sends one command, already in RESP (see resp_* below); cmd is copied. fn is called exactly once: with the reply
 * (borrowed, may be an error reply), or with NULL when the outcome is unknown or it was not sent. Returns 0, or -1 when
 * the connection is down (fn is then not called). fn may be NULL. Never blocks. Commands leave in order. While those
 * who waited on a connection that is lost are being told so, a command is taken to be told NULL behind them: who sends
 * sees the end of the connection at on_down. From within such a callback it is refused with -1.
 */
typedef void (*redis_fn)(const redisReply *reply, void *arg);
__attribute__((warn_unused_result)) int redis_send(struct redis *r, const uint8_t *cmd, size_t n, redis_fn fn,
						   void *arg);
/*
 * Writes what has gathered, once per turn (stage store), so that a turn's commands leave in one write. What is sent
 * later in the turn, or is never flushed, leaves at the turn's end (stage log) by itself.
 */
void redis_flush(struct redis *r);
/* Commands waiting for replies. */
size_t redis_pending(const struct redis *r);
/* Octets of commands that are not written yet; 0 while down. */
size_t redis_octets(const struct redis *r);
/* us of the oldest waiting command's wait; 0 when none. */
int64_t redis_lag_us(const struct redis *r);

#endif
