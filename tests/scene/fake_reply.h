/*
 * fake_reply.h - octets, and answers of the simulated Redis. Knows no command.
 */
#ifndef SCENE_FAKE_REPLY_H
#define SCENE_FAKE_REPLY_H

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct blob { /* octets, owned by who made it */
	uint8_t *p;
	size_t n;
};

struct blob blob_of(const void *p, size_t n);	      /* a copy; a NUL stands behind it */
bool blob_is(const struct blob *b, const char *text); /* in any case */
bool blob_equal(const struct blob *a, const struct blob *b);

/* Answers are the caller's: freeReplyObject(). */
redisReply *fake_reply_nil(void);
redisReply *fake_reply_error(const char *text);
redisReply *fake_reply_status(const char *text);
redisReply *fake_reply_integer(long long v);
redisReply *fake_reply_blob(const struct blob *b);
redisReply *fake_reply_text(const char *text);
redisReply *fake_reply_score(double score); /* as Redis prints it */
redisReply *fake_reply_array(size_t n);	    /* elements to be set by the caller */

#endif
