/*
 * redis.c - the connection to Redis: down, connecting, greeting (AUTH, SELECT, PING until it is not LOADING), up. Owns
 * the order of waiting commands, their deadline and the reconnect pause; redis_link.c writes them and reads, hiredis
 * owns the parser.
 *
 * A server that cannot serve us as it is now (it has become a replica, it is loading) is as good as none: its
 * connection is given up, and the address is tried again until a server stands there that can.
 *
 * Replies that come together may mean very much work, when Redis has stood still for a while: what would make a turn
 * long is held, in its order, for the next one, and nothing is read before all of it is told.
 *
 * So may telling those who wait that the connection is lost: that, too, is done in their order, over as many turns as
 * it takes. Until all are told who uses the connection sees it end a little later: what is sent meanwhile waits behind
 * the others for the same end, so that of two commands the earlier one is told first; only a callback that is being
 * told is refused at once. Each turn tells more commands than it has taken, so it ends; and nothing is connected
 * before.
 *
 * hiredis frees its context by itself in the middle of its own functions, so a context that is lost is cut off at once
 * (ac->data = NULL) and its later callbacks are ignored.
 */
#include "base/redis.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/ids.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/redis_link.h"

#define REDIS_PING_MS	 100 /* between two PINGs while Redis is LOADING */
#define REDIS_DOUBLINGS	 5   /* of the reconnect pause: 32 times */
#define REDIS_REASON_MAX 200
#define REDIS_HOST_MAX	 256
#define REDIS_TOLD_LEAST                                                                                               \
	8 /* commands of a lost connection that a turn tells at least, besides as many as it has taken */

enum redis_state { REDIS_STATE_DOWN, REDIS_STATE_CONNECTING, REDIS_STATE_GREETING, REDIS_STATE_UP };

struct redis_wait { /* a command that waits for its reply */
	redis_fn fn;
	void *arg;
	int64_t sent_us;
};

struct redis {
	struct loop *loop;
	const struct redis_conf *conf;
	const struct redis_ops *ops;
	void *arg;
	enum redis_state state;
	redisAsyncContext *ac;	 /* NULL while down */
	struct redis_link *link; /* of ac */
	bool dirty;		 /* something was gathered since the last write */
	struct redis_wait *ring; /* waiting commands, oldest first */
	size_t cap, first, count;
	void **held; /* replies to the first of them that came and are not told yet; held[held_at] is the oldest */
	size_t held_cap, held_n, held_at;
	bool told;	     /* a reply in this turn */
	int64_t progress_us; /* the last reply, or when waiting began */
	struct timer deadline, retry, falling;
	char *fallen;	/* why the connection was lost, while those who waited are being told; else NULL */
	bool fallen_up; /* it was up then */
	bool failing;	/* one of them is being told */
	size_t taken;	/* commands since one turn has told some of them */
	struct loop_hook hook;
	unsigned attempts; /* since it last did what it was asked to */
	struct rng rng;
	bool *gone; /* set to true when the object is freed inside a callback */
};

/* -- the waiting commands -- */

static void redis_wait_push(struct redis *r, redis_fn fn, void *arg)
{
	if (r->count == r->cap) {
		size_t cap = r->cap > 0 ? r->cap * 2 : 64;
		struct redis_wait *ring = mem_zalloc(cap * sizeof(*ring));
		for (size_t i = 0; i < r->count; i++)
			ring[i] = r->ring[(r->first + i) & (r->cap - 1)];
		mem_free(r->ring);
		r->ring = ring;
		r->cap = cap;
		r->first = 0;
	}
	r->ring[(r->first + r->count++) & (r->cap - 1)] =
		(struct redis_wait){.fn = fn, .arg = arg, .sent_us = loop_now_us(r->loop)};
}

static struct redis_wait redis_wait_pop(struct redis *r)
{
	struct redis_wait w = r->ring[r->first];

	r->first = (r->first + 1) & (r->cap - 1);
	r->count--;
	return w;
}

/*
 * Calls waiting commands back with NULL: at least so many, and more while that does not make the turn long. False when
 * a callback freed r.
 */
static bool redis_wait_fail(struct redis *r, size_t least)
{
	bool gone = false, *outer = r->gone;

	r->gone = &gone;
	r->failing = true;
	for (size_t told = 0; r->count > 0 && (told < least || !loop_is_long(r->loop)); told++) {
		struct redis_wait w = redis_wait_pop(r);
		if (w.fn != NULL)
			w.fn(NULL, w.arg);
		if (gone) {
			if (outer != NULL)
				*outer = true;
			return false;
		}
	}
	r->failing = false;
	r->gone = outer;
	return true;
}

/* -- replies that are held -- */

static void *redis_kept; /* the reply whose callback has kept it, while hiredis is about to free it */

static void redis_free_reply(void *reply)
{
	if (reply != redis_kept)
		freeReplyObject(reply);
	redis_kept = NULL;
}

/* hiredis' way to make replies, with our way to free them. */
static void redis_keep_replies(redisReader *reader)
{
	static redisReplyObjectFunctions ours;
	ours = *reader->fn;
	ours.freeObject = redis_free_reply;
	reader->fn = &ours;
}

static void redis_hold(struct redis *r, void *reply)
{
	if (r->held_n == r->held_cap) {
		r->held_cap = r->held_cap > 0 ? r->held_cap * 2 : 64;
		r->held = mem_realloc(r->held, r->held_cap * sizeof(*r->held));
	}
	r->held[r->held_n++] = reply;
	redis_kept = reply;
	if (!redis_link_rests(r->link))
		redis_link_rest(r->link);
}

/* Those who wait for them are told that the outcome is not known. */
static void redis_drop_held(struct redis *r)
{
	while (r->held_at < r->held_n)
		freeReplyObject(r->held[r->held_at++]);
	r->held_at = r->held_n = 0;
}

/* -- going down -- */

static int64_t redis_pause_ms(struct redis *r)
{
	unsigned doublings = r->attempts < REDIS_DOUBLINGS ? r->attempts : REDIS_DOUBLINGS;
	int64_t pause = (r->conf->reconnect_ms > 0 ? r->conf->reconnect_ms : 1) << doublings;

	r->attempts++;
	/* 3/4 to 5/4, so that many nodes do not come back in step */
	return pause - pause / 4 + (int64_t)rng_below(&r->rng, (uint64_t)pause / 2 + 1);
}

/* Tells some of those who wait that the connection is lost; behind the last of them, whose connection it was. */
static void redis_fall(struct redis *r)
{
	size_t least = REDIS_TOLD_LEAST + r->taken;

	r->taken = 0;
	if (!redis_wait_fail(r, least))
		return;
	if (r->count > 0) {
		loop_timer(r->loop, &r->falling, 0);
		return;
	}
	char *reason = r->fallen;
	r->fallen = NULL;
	if (!wheel_isset(&r->retry))
		loop_timer(r->loop, &r->retry, 0);
	if (r->fallen_up)
		r->ops->on_down(r->arg, reason); /* may free r */
	mem_free(reason);
}

static void redis_on_falling(struct timer *t)
{
	redis_fall(LIST_OF(t, struct redis, falling));
}

/*
 * The one way to end a connection. hiredis_frees: we are inside the function with which hiredis itself ends the
 * context. r may be freed by a callback: not to be used after this.
 */
static void redis_lost(struct redis *r, const char *why, bool hiredis_frees)
{
	redisAsyncContext *ac = r->ac;

	r->fallen = mem_strndup(why, strnlen(why, REDIS_REASON_MAX - 1)); /* why may be part of the context */
	r->fallen_up = r->state == REDIS_STATE_UP;
	r->state = REDIS_STATE_DOWN;
	r->ac = NULL;
	r->link = NULL;
	r->dirty = false;
	loop_timer_clear(r->loop, &r->deadline);
	redis_drop_held(r);
	int64_t pause = redis_pause_ms(r);
	loop_timer(r->loop, &r->retry, pause);
	if (ac != NULL)
		ac->data = NULL;
	if (ac != NULL && !hiredis_frees)
		redisAsyncFree(ac);
	log_warn("redis", "event=down address=%s waiting=%zu retry_ms=%lld reason=\"%s\"", r->conf->address, r->count,
		 (long long)pause, r->fallen);
	redis_fall(r);
}

static void redis_on_deadline(struct timer *t)
{
	struct redis *r = LIST_OF(t, struct redis, deadline);
	int64_t left_us = r->progress_us + r->conf->deadline_ms * 1000 - loop_now_us(r->loop);
	char reason[REDIS_REASON_MAX];

	if (r->state == REDIS_STATE_UP && r->count == 0)
		return;
	if (left_us > 0) {
		loop_timer(r->loop, &r->deadline, left_us / 1000 + 1);
		return;
	}
	snprintf(reason, sizeof(reason), "%s within %lld ms",
		 r->state == REDIS_STATE_CONNECTING ? "no connection" : "no reply", (long long)r->conf->deadline_ms);
	redis_lost(r, reason, false);
}

/* Waiting begins now. */
static void redis_watch(struct redis *r)
{
	r->progress_us = loop_now_us(r->loop);
	if (!wheel_isset(&r->deadline))
		loop_timer(r->loop, &r->deadline, r->conf->deadline_ms);
}

/* -- commands and replies -- */

/* What a server says that is not the one to talk to now, in the reply to whatever it was asked. */
static bool redis_is_elsewhere(const redisReply *reply)
{
	static const char *const codes[] = {"READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "MOVED"};

	if (reply->type != REDIS_REPLY_ERROR)
		return false;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (strncmp(reply->str, codes[i], strlen(codes[i])) == 0)
			return true;
	}
	/* Redis before 7 says it of what a script has called */
	return strncmp(reply->str, "ERR Error running script", 24) == 0 && strstr(reply->str, "-READONLY ") != NULL;
}

/* Tells the oldest waiting command its reply. r may be gone, or have lost its connection, afterwards. */
static void redis_tell(struct redis *r, const redisReply *reply)
{
	struct redis_wait w = redis_wait_pop(r);
	const redisAsyncContext *ac = r->ac;
	bool elsewhere = false, gone = false, *outer = r->gone;
	char why[REDIS_REASON_MAX];

	r->told = true;
	r->progress_us = loop_now_us(r->loop);
	if (r->state == REDIS_STATE_UP) {
		elsewhere = redis_is_elsewhere(reply);
		snprintf(why, sizeof(why), "%s", elsewhere ? reply->str : "");
		if (reply->type != REDIS_REPLY_ERROR)
			r->attempts = 0;
	}
	r->gone = &gone;
	if (w.fn != NULL)
		w.fn(reply, w.arg);
	if (gone) {
		if (outer != NULL)
			*outer = true;
		return;
	}
	r->gone = outer;
	if (elsewhere && r->ac == ac) /* else r has lost it already */
		redis_lost(r, why, false);
}

/* hiredis' callback for every command of ours. */
static void redis_on_reply(redisAsyncContext *ac, void *reply, void *unused)
{
	struct redis *r = ac->data;

	(void)unused;
	if (r == NULL)
		return;
	if (reply == NULL)
		redis_lost(r, ac->errstr != NULL && ac->errstr[0] != '\0' ? ac->errstr : "closed", true);
	else if (r->held_n > 0 || (r->told && loop_is_long(r->loop)))
		redis_hold(r, reply);
	else
		redis_tell(r, reply);
}

/* Held replies, as many as do not make the turn long, but at least one. */
static void redis_on_rest(redisAsyncContext *ac)
{
	struct redis *r = ac->data;
	bool gone = false, *outer = r->gone;

	r->gone = &gone;
	while (r->held_at < r->held_n && !(r->told && loop_is_long(r->loop))) {
		redisReply *reply = r->held[r->held_at++];
		redis_tell(r, reply);
		freeReplyObject(reply);
		if (gone)
			return;
		if (r->ac != ac)
			break; /* lost, and the others with it */
	}
	r->gone = outer;
	if (r->ac != ac)
		return;
	if (r->held_at < r->held_n) {
		redis_link_rest(r->link);
		return;
	}
	r->held_at = r->held_n = 0;
	redis_link_go_on(r->link);
}

static int redis_queue(struct redis *r, const uint8_t *cmd, size_t n, redis_fn fn, void *arg)
{
	if (redis_link_send(r->link, cmd, n) != 0)
		return -1;
	if (r->count == 0)
		redis_watch(r);
	redis_wait_push(r, fn, arg);
	r->dirty = true;
	return 0;
}

int redis_send(struct redis *r, const uint8_t *cmd, size_t n, redis_fn fn, void *arg)
{
	if (r->fallen != NULL && r->fallen_up && !r->failing) {
		redis_wait_push(r, fn, arg);
		r->taken++;
		return 0;
	}
	if (r->state != REDIS_STATE_UP)
		return -1;
	return redis_queue(r, cmd, n, fn, arg);
}

void redis_flush(struct redis *r)
{
	/* inside a callback of hiredis a failing write would free what hiredis is working on: the turn's end does it */
	if (!r->dirty || r->ac == NULL || (r->ac->c.flags & REDIS_CONNECTED) == 0 ||
	    (r->ac->c.flags & REDIS_IN_CALLBACK) != 0)
		return;
	r->dirty = false;
	redis_link_write(r->link); /* may end in redis_lost() */
}

static void redis_on_turn_end(void *arg)
{
	((struct redis *)arg)->told = false;
	redis_flush(arg);
}

/* -- coming up -- */

static void redis_greet(struct redis *r, const char *const *args, size_t n, redis_fn fn)
{
	struct buf cmd = {0};

	resp_start(&cmd, n);
	for (size_t i = 0; i < n; i++)
		resp_str(&cmd, args[i]);
	if (redis_queue(r, buf_data(&cmd), buf_len(&cmd), fn, r) != 0)
		log_error("redis", "event=greeting_not_sent command=%s", args[0]);
	buf_free(&cmd);
}

static bool redis_error_is(const redisReply *reply, const char *code)
{
	return reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, code, strlen(code)) == 0;
}

/* The reply to AUTH or SELECT. */
static void redis_on_greeting(const redisReply *reply, void *arg)
{
	struct redis *r = arg;

	if (reply != NULL && reply->type == REDIS_REPLY_ERROR)
		redis_lost(r, reply->str, false);
}

static void redis_on_ping(const redisReply *reply, void *arg)
{
	struct redis *r = arg;

	if (reply == NULL)
		return;
	if (redis_error_is(reply, "LOADING") || redis_error_is(reply, "BUSY")) {
		int64_t half = r->conf->deadline_ms / 2;
		log_info("redis", "event=waiting address=%s reason=\"%s\"", r->conf->address, reply->str);
		loop_timer(r->loop, &r->retry, half < REDIS_PING_MS ? half : REDIS_PING_MS);
		return;
	}
	if (reply->type == REDIS_REPLY_ERROR && !redis_error_is(reply, "MISCONF")) {
		redis_lost(r, reply->str, false); /* NOAUTH, MASTERDOWN: no command would fare better */
		return;
	}
	r->state = REDIS_STATE_UP;
	log_info("redis", "event=up address=%s", r->conf->address);
	r->ops->on_up(r->arg);
}

static void redis_ping(struct redis *r)
{
	static const char *const ping[] = {"PING"};

	redis_greet(r, ping, 1, redis_on_ping);
}

static void redis_on_connect(const redisAsyncContext *ac, int status)
{
	struct redis *r = ac->data;
	char db[24];

	if (r == NULL)
		return;
	if (status != REDIS_OK) {
		redis_lost(r, ac->c.errstr[0] != '\0' ? ac->c.errstr : "cannot connect", true);
		return;
	}
	r->state = REDIS_STATE_GREETING;
	r->progress_us = loop_now_us(r->loop);
	if (r->conf->password != NULL && r->conf->password[0] != '\0') {
		bool named = r->conf->user != NULL && r->conf->user[0] != '\0';
		const char *const with_user[] = {"AUTH", r->conf->user, r->conf->password};
		const char *const without[] = {"AUTH", r->conf->password};
		redis_greet(r, named ? with_user : without, named ? 3 : 2, redis_on_greeting);
	}
	if (r->conf->db != 0) {
		snprintf(db, sizeof(db), "%lld", (long long)r->conf->db);
		const char *const choose[] = {"SELECT", db};
		redis_greet(r, choose, 2, redis_on_greeting);
	}
	redis_ping(r);
}

static void redis_on_disconnect(const redisAsyncContext *ac, int status)
{
	struct redis *r = ac->data;

	(void)status;
	if (r != NULL)
		redis_lost(r, ac->errstr != NULL && ac->errstr[0] != '\0' ? ac->errstr : "closed", true);
}

/* "host:port", "[host]:port" into host and port; false when malformed. */
static bool redis_split(const char *address, char host[REDIS_HOST_MAX], int *port)
{
	const char *colon = strrchr(address, ':');
	size_t n = colon != NULL ? (size_t)(colon - address) : 0;
	char *end;

	if (n == 0 || colon[1] < '0' || colon[1] > '9')
		return false;
	long v = strtol(colon + 1, &end, 10);
	if (*end != '\0' || v < 1 || v > 65535)
		return false;
	if (address[0] == '[') {
		if (n < 3 || address[n - 1] != ']')
			return false;
		address++;
		n -= 2;
	} else if (memchr(address, ':', n) != NULL) {
		return false; /* IPv6 without brackets: where does the port begin? */
	}
	if (n >= REDIS_HOST_MAX)
		return false;
	memcpy(host, address, n);
	host[n] = '\0';
	*port = (int)v;
	return true;
}

static const char *redis_unix_path(const char *address)
{
	return strncmp(address, "unix:", 5) == 0 ? address + 5 : NULL;
}

bool redis_address_ok(const char *address)
{
	char host[REDIS_HOST_MAX];
	int port;
	const char *path = redis_unix_path(address);

	return path != NULL ? path[0] == '/' && strlen(path) < 108 : redis_split(address, host, &port);
}

static redisAsyncContext *redis_dial(const struct redis_conf *conf)
{
	char host[REDIS_HOST_MAX];
	int port;
	const char *path = redis_unix_path(conf->address);

	if (!redis_address_ok(conf->address))
		return NULL;
	if (path != NULL)
		return redisAsyncConnectUnix(path);
	return redis_split(conf->address, host, &port) ? redisAsyncConnect(host, port) : NULL;
}

static void redis_connect(struct redis *r)
{
	static const struct redis_link_ops link_ops = {redis_on_reply, redis_on_rest};
	redisAsyncContext *ac = redis_dial(r->conf);
	char reason[REDIS_REASON_MAX];

	if (ac == NULL || ac->err != 0) {
		snprintf(reason, sizeof(reason), "%s",
			 ac != NULL ? ac->errstr : "address is no host:port or unix:/path");
		if (ac != NULL)
			redisAsyncFree(ac);
		redis_lost(r, reason, true);
		return;
	}
	(void)fcntl(ac->c.fd, F_SETFD, FD_CLOEXEC);
	ac->c.reader->maxbuf = 0; /* the reader keeps its memory */
	redis_keep_replies(ac->c.reader);
	ac->data = r;
	r->ac = ac;
	r->link = redis_link_new(r->loop, ac, &link_ops);
	r->state = REDIS_STATE_CONNECTING;
	redisAsyncSetDisconnectCallback(ac, redis_on_disconnect);
	redisAsyncSetConnectCallback(ac, redis_on_connect);
	redis_watch(r);
}

static void redis_on_retry(struct timer *t)
{
	struct redis *r = LIST_OF(t, struct redis, retry);

	if (r->state == REDIS_STATE_DOWN && r->fallen == NULL) /* else it connects when all are told */
		redis_connect(r);
	else if (r->state == REDIS_STATE_GREETING)
		redis_ping(r);
}

struct redis *redis_new(struct loop *loop, const struct redis_conf *conf, const struct redis_ops *ops, void *arg)
{
	struct redis *r = mem_zalloc(sizeof(*r));

	r->loop = loop;
	r->conf = conf;
	r->ops = ops;
	r->arg = arg;
	r->deadline.fn = redis_on_deadline;
	r->retry.fn = redis_on_retry;
	r->falling.fn = redis_on_falling;
	r->hook.fn = redis_on_turn_end;
	r->hook.arg = r;
	rng_seed(&r->rng, 0);
	loop_hook(loop, LOOP_LOG, &r->hook);
	redis_connect(r);
	return r;
}

void redis_free(struct redis *r)
{
	redisAsyncContext *ac;

	if (r == NULL)
		return;
	ac = r->ac;
	r->state = REDIS_STATE_DOWN;
	r->ac = NULL;
	r->link = NULL;
	loop_timer_clear(r->loop, &r->deadline);
	loop_timer_clear(r->loop, &r->retry);
	loop_timer_clear(r->loop, &r->falling);
	loop_unhook(r->loop, &r->hook);
	if (ac != NULL) {
		ac->data = NULL;
		redisAsyncFree(ac);
	}
	redis_drop_held(r);
	if (!redis_wait_fail(r, SIZE_MAX))
		return;
	if (r->gone != NULL)
		*r->gone = true;
	mem_free(r->fallen);
	mem_free(r->held);
	mem_free(r->ring);
	mem_free(r);
}

bool redis_up(const struct redis *r)
{
	return r->state == REDIS_STATE_UP;
}

size_t redis_pending(const struct redis *r)
{
	return r->count;
}

size_t redis_octets(const struct redis *r)
{
	return r->link != NULL ? redis_link_octets(r->link) : 0;
}

int64_t redis_lag_us(const struct redis *r)
{
	return r->count > 0 ? loop_now_us(r->loop) - r->ring[r->first].sent_us : 0;
}
