/*
 * store_durable.c - whether Redis keeps what it has answered: asked each time the store is there, told in the log. Must
 * not know what is stored.
 *
 * A Redis that writes nothing down, or that throws keys away when its memory is full, answers like any other: nothing
 * would be noticed before the day on which messages are gone. Who may not ask (an ACL without INFO) hears nothing.
 */
#include "path/store_batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define WORD_MAX 32

/* A line `name:word` of INFO; false: there is none. */
static bool find(const char *info, const char *name, char word[WORD_MAX])
{
	size_t n = strlen(name);

	for (const char *at = info; (at = strstr(at, name)) != NULL; at += n) {
		if ((at != info && at[-1] != '\n') || at[n] != ':')
			continue;
		size_t len = strcspn(at + n + 1, "\r\n");
		if (len >= WORD_MAX)
			return false;
		memcpy(word, at + n + 1, len);
		word[len] = '\0';
		return true;
	}
	return false;
}

static void on_info(const redisReply *reply, void *arg)
{
	const struct store *s = arg;
	char written[WORD_MAX], most[WORD_MAX], policy[WORD_MAX];

	if (!reply || reply->type != REDIS_REPLY_STRING)
		return;
	const char *info = redis_text(reply), *redis = store_conf_of(s)->redis;
	if (find(info, "aof_enabled", written) && strcmp(written, "0") == 0)
		log_warn("-",
			 "event=redis_forgets redis=%s appendonly=no todo=\"messages that were acknowledged are lost "
			 "when it ends: redis-cli config set appendonly yes, and in redis.conf\"",
			 redis);
	if (find(info, "maxmemory", most) && strcmp(most, "0") != 0 && find(info, "maxmemory_policy", policy) &&
	    strcmp(policy, "noeviction") != 0)
		log_warn("-",
			 "event=redis_forgets redis=%s maxmemory_policy=%s todo=\"messages that were acknowledged are "
			 "thrown away when its memory is full: redis-cli config set maxmemory-policy noeviction, and "
			 "in redis.conf\"",
			 redis, policy);
}

void durable_ask(struct store *s)
{
	struct buf cmd = {0};

	resp_start(&cmd, 1);
	resp_str(&cmd, "INFO");
	if (redis_send(store_redis(s), buf_data(&cmd), buf_len(&cmd), on_info, s) == 0)
		redis_flush(store_redis(s));
	buf_free(&cmd);
}
