/*
 * fake_data.h - what a Redis server holds, and its commands on it: strings, hashes, sets, sorted sets, streams,
 * scripts, expiry. Only the commands that the gateway uses; any other ends the program with a message. Knows no
 * connection.
 */
#ifndef SCENE_FAKE_DATA_H
#define SCENE_FAKE_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "fake_reply.h"

struct fake_data;
struct fake_data *fake_data_new(void);
void fake_data_free(struct fake_data *d);
/* Runs one command at a UTC time in ms. The reply is the caller's: freeReplyObject(). */
redisReply *fake_data_run(struct fake_data *d, int64_t now_ms, size_t argc, const struct blob *argv);
/* Memory is full: from now on, or not any more. */
void fake_data_full(struct fake_data *d, bool yes);
/* Whether the command is refused because memory is full; whether it writes. */
bool fake_data_refuses(const struct fake_data *d, const struct blob *name);
bool fake_data_writes(const struct blob *name);

/* Looking, for expectations: fields, members or entries of a key; 0 when there is none. */
size_t fake_data_count(struct fake_data *d, const char *key);
/* How often a text stands in a string; 0 when there is no such key. */
size_t fake_data_times(struct fake_data *d, const char *key, const char *text);
/* Sum over all keys that begin with prefix. */
size_t fake_data_count_all(struct fake_data *d, const char *prefix);
bool fake_data_has_member(struct fake_data *d, const char *key, const char *member);
void fake_data_set_field(struct fake_data *d, const char *key, const char *field, const char *value);
void fake_data_add_member(struct fake_data *d, const char *key, const char *member); /* of a set */
/* Keys that begin so and have not expired; only those that never expire. */
size_t fake_data_keys(struct fake_data *d, const char *prefix, bool lasting);
bool fake_data_has_expiry(struct fake_data *d, const char *key);

#endif
