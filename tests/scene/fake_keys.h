/*
 * fake_keys.h - the keys of the simulated Redis, for those files that hold its commands (fake_data.c, fake_stream.c,
 * fake_zset.c, fake_script.c). Nobody else includes it.
 */
#ifndef SCENE_FAKE_KEYS_H
#define SCENE_FAKE_KEYS_H

#include "base/list.h"
#include "fake_reply.h"

enum fake_kind { FAKE_STRING, FAKE_HASH, FAKE_SET, FAKE_STREAM, FAKE_ZSET };

struct fake_item { /* a field and its value, a member, or a stream's entry (name: its id) */
	struct list link;
	struct blob name, value;
	double score;	 /* of a sorted set's member */
	size_t fields_n; /* stream: names and values in turn */
	struct blob *fields;
};

struct fake_key {
	struct list link;
	char *name;
	enum fake_kind kind;
	int64_t expiry_ms; /* 0: none */
	struct list items; /* of a sorted set: by score, then by name */
	size_t n;
	struct blob text; /* FAKE_STRING */
	uint64_t last_id; /* FAKE_STREAM */
};

struct fake_lua; /* fake_script.c */
struct fake_data {
	struct list keys;
	int64_t now_ms;
	bool full;	      /* memory: what needs more is refused */
	struct fake_lua *lua; /* NULL until the first script */
};

/* One command: argv[0] is its name. */
struct fake_call {
	struct fake_data *d;
	size_t argc;
	const struct blob *argv;
	const char *key; /* the first argument */
};

struct fake_key *fake_key_find(struct fake_data *d, const char *name); /* NULL: there is none, or it has expired */
/* Finds or makes it; a key of another kind ends the program with a message. */
struct fake_key *fake_key_make(struct fake_data *d, const char *name, enum fake_kind kind);
void fake_key_free(struct fake_key *k);
struct fake_item *fake_item_find(const struct fake_key *k, const struct blob *name); /* k may be NULL */
struct fake_item *fake_item_add(struct fake_key *k, const struct blob *name);
/* A key that holds nothing is no key, but for streams: k may be gone after it. */
void fake_item_drop(struct fake_key *k, struct fake_item *it);

/* Argument i of a command as a number. */
long long fake_arg_int(const struct fake_call *c, size_t i);

/* fake_stream.c */
redisReply *fake_xadd(const struct fake_call *c);
redisReply *fake_xrange(const struct fake_call *c);
redisReply *fake_xinfo(const struct fake_call *c);
redisReply *fake_xrevrange(const struct fake_call *c);

/* fake_zset.c */
redisReply *fake_zadd(const struct fake_call *c);
redisReply *fake_zcount(const struct fake_call *c);
redisReply *fake_zscore(const struct fake_call *c);
redisReply *fake_zrange(const struct fake_call *c);
redisReply *fake_zrangebyscore(const struct fake_call *c);
redisReply *fake_zremrangebyscore(const struct fake_call *c);
redisReply *fake_zremrangebyrank(const struct fake_call *c);

/* fake_script.c */
redisReply *fake_eval(const struct fake_call *c);
redisReply *fake_evalsha(const struct fake_call *c);
redisReply *fake_script(const struct fake_call *c); /* SCRIPT LOAD */
void fake_lua_free(struct fake_lua *l);

#endif
