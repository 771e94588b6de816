/*
 * store_lease.c - the lease of a node's journal: one live process per node number. Must not know what the journal
 * holds. The owner's name says host, pid and start, so that a process that died on this host is succeeded at once and
 * one on another host when its lease runs out.
 */
#include "path/store_batch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

#define LEASE_MS      15000
#define RENEW_MS      5000
#define WAIT_MS	      1000
#define DYING_MS      2000
#define DYING_POLL_MS 100

struct lease {
	struct loop *loop;
	struct redis *redis;
	const struct lease_ops *ops;
	void *arg;
	char key[128], owner[160];
	struct timer timer;
	bool up, held;
	int64_t met_ms; /* loop's clock: when its owner was found alive on this host; 0: not yet */
};

static void attempt(struct timer *t);

struct lease *lease_new(struct loop *loop, struct redis *redis, const char *prefix, unsigned node,
			const struct lease_ops *ops, void *arg)
{
	struct lease *l = mem_zalloc(sizeof(*l));
	char host[64] = "?";
	gethostname(host, sizeof(host) - 1);
	l->loop = loop;
	l->redis = redis;
	l->ops = ops;
	l->arg = arg;
	l->timer.fn = attempt;
	snprintf(l->key, sizeof(l->key), "%snode:%u", prefix, node);
	snprintf(l->owner, sizeof(l->owner), "%s %ld %lld", host, (long)getpid(), (long long)loop_wall_ms(loop));
	return l;
}

void lease_free(struct lease *l)
{
	if (!l)
		return;
	loop_timer_clear(l->loop, &l->timer);
	mem_free(l);
}

/* Whether the process that an owner's name says is gone for sure: same host and no such pid, or it was us before. */
static bool is_dead(const struct lease *l, const char *owner)
{
	char theirs[64], ours[64];
	long pid, our_pid;
	if (sscanf(owner, "%63s %ld", theirs, &pid) != 2 || sscanf(l->owner, "%63s %ld", ours, &our_pid) != 2)
		return false;
	if (strcmp(theirs, ours) != 0)
		return false;
	return pid == our_pid || (kill((pid_t)pid, 0) < 0 && errno == ESRCH);
}

static bool is_same_host(const struct lease *l, const char *owner)
{
	size_t n = strcspn(l->owner, " ");
	return strncmp(l->owner, owner, n) == 0 && owner[n] == ' ';
}

/* A process that was killed a moment ago is there until the kernel has cleaned up behind it. */
static bool may_be_dying(struct lease *l)
{
	int64_t now = loop_now_ms(l->loop);
	if (!l->met_ms)
		l->met_ms = now;
	return now - l->met_ms < DYING_MS;
}

static void hold(struct lease *l)
{
	loop_timer(l->loop, &l->timer, RENEW_MS);
	if (l->held)
		return;
	l->held = true;
	l->ops->on_held(l->arg);
}

static void send_set(struct lease *l, const char *condition, redis_fn fn);

static void on_forced(const redisReply *reply, void *arg)
{
	struct lease *l = arg;
	if (reply && reply->type == REDIS_REPLY_STATUS)
		hold(l);
	else if (reply)
		loop_timer(l->loop, &l->timer, WAIT_MS);
}

/* The reply is the owner before: nil (it was free and is ours now), ourselves, a dead one, or somebody alive. */
static void on_owner(const redisReply *reply, void *arg)
{
	struct lease *l = arg;
	if (!reply)
		return;
	if (reply->type == REDIS_REPLY_NIL ||
	    (reply->type == REDIS_REPLY_STRING && strcmp(reply->str, l->owner) == 0)) {
		hold(l);
		return;
	}
	if (reply->type != REDIS_REPLY_STRING) {
		log_error("-", "event=lease_failed key=%s error=\"%s\"", l->key, reply->str ? reply->str : "?");
		loop_timer(l->loop, &l->timer, WAIT_MS);
		return;
	}
	if (!l->held && is_dead(l, reply->str)) {
		log_info("-", "event=lease_taken_over from=\"%s\"", reply->str);
		send_set(l, NULL, on_forced);
	} else if (l->held || (is_same_host(l, reply->str) && !may_be_dying(l))) {
		l->ops->on_taken(reply->str, l->arg);
	} else if (is_same_host(l, reply->str)) {
		loop_timer(l->loop, &l->timer, DYING_POLL_MS);
	} else {
		log_warn("-",
			 "event=lease_waiting owner=\"%s\" action=\"wait until it runs out, or give this node another "
			 "number\"",
			 reply->str);
		loop_timer(l->loop, &l->timer, WAIT_MS);
	}
}

/* SET key owner [NX GET] PX ms */
static void send_set(struct lease *l, const char *condition, redis_fn fn)
{
	struct buf cmd = {0};
	resp_start(&cmd, condition ? 7 : 5);
	resp_str(&cmd, "SET");
	resp_str(&cmd, l->key);
	resp_str(&cmd, l->owner);
	if (condition) {
		resp_str(&cmd, condition);
		resp_str(&cmd, "GET");
	}
	resp_str(&cmd, "PX");
	resp_u64(&cmd, LEASE_MS);
	if (redis_send(l->redis, buf_data(&cmd), buf_len(&cmd), fn, l) < 0)
		l->up = false;
	buf_free(&cmd);
}

static void on_renewed(const redisReply *reply, void *arg)
{
	struct lease *l = arg;
	if (reply && reply->type == REDIS_REPLY_STATUS)
		hold(l);
	else if (reply)
		loop_timer(l->loop, &l->timer, WAIT_MS);
}

static void on_kept(const redisReply *reply, void *arg)
{
	struct lease *l = arg;
	if (!reply)
		return;
	if (reply->type == REDIS_REPLY_STRING && strcmp(reply->str, l->owner) == 0)
		send_set(l, NULL, on_renewed);
	else
		send_set(l, "NX", on_owner);
}

/* Takes a free lease; a held one is looked at before it is renewed, so that it is never taken from another. */
static void attempt(struct timer *t)
{
	struct lease *l = LIST_OF(t, struct lease, timer);
	if (!l->up)
		return;
	if (!l->held) {
		send_set(l, "NX", on_owner);
		return;
	}
	struct buf cmd = {0};
	resp_start(&cmd, 2);
	resp_str(&cmd, "GET");
	resp_str(&cmd, l->key);
	if (redis_send(l->redis, buf_data(&cmd), buf_len(&cmd), on_kept, l) < 0)
		l->up = false;
	buf_free(&cmd);
}

void lease_up(struct lease *l)
{
	l->up = true;
	l->held = false;
	attempt(&l->timer);
}

void lease_down(struct lease *l)
{
	l->up = false;
	l->held = false;
	loop_timer_clear(l->loop, &l->timer);
}

void lease_release(struct lease *l)
{
	if (!l->held || !redis_up(l->redis))
		return;
	struct buf cmd = {0};
	resp_start(&cmd, 2);
	resp_str(&cmd, "DEL");
	resp_str(&cmd, l->key);
	if (redis_send(l->redis, buf_data(&cmd), buf_len(&cmd), NULL, NULL) == 0)
		redis_flush(l->redis);
	buf_free(&cmd);
	l->held = false;
}
