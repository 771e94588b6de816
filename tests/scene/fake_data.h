/*
 * fake_data.h - what a Redis server holds, and its commands on it: strings, hashes, sets, streams, expiry. Only the
 * commands that the gateway uses; any other ends the program with a message. Knows no connection.
 */
#ifndef SCENE_FAKE_DATA_H
#define SCENE_FAKE_DATA_H

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct blob { /* octets, owned by who made it */
	uint8_t *p;
	size_t n;
};

struct blob blob_of(const void *p, size_t n); /* a copy */
bool blob_is(const struct blob *b, const char *text);

struct fake_data;
struct fake_data *fake_data_new(void);
void fake_data_free(struct fake_data *d);
/* Runs one command at a UTC time in ms. The reply is the caller's: freeReplyObject(). */
redisReply *fake_data_run(struct fake_data *d, int64_t now_ms, size_t argc, const struct blob *argv);
/* Whether Redis refuses the command when its memory is full. */
bool fake_data_is_write(const struct blob *name);

redisReply *fake_reply_error(const char *text);
redisReply *fake_reply_status(const char *text);
redisReply *fake_reply_integer(long long v);
redisReply *fake_reply_blob(const struct blob *b);
redisReply *fake_reply_array(size_t n); /* elements to be set by the caller */

/* Looking, for expectations: fields, members or entries of a key; 0 when there is none. */
size_t fake_data_count(struct fake_data *d, const char *key);
/* Sum over all keys that begin with prefix. */
size_t fake_data_count_all(struct fake_data *d, const char *prefix);
bool fake_data_has_member(struct fake_data *d, const char *key, const char *member);
void fake_data_set_field(struct fake_data *d, const char *key, const char *field, const char *value);
/* Keys that begin so and have not expired; only those that never expire. */
size_t fake_data_keys(struct fake_data *d, const char *prefix, bool lasting);
bool fake_data_has_expiry(struct fake_data *d, const char *key);

#endif
