/*
 * store_recipient.c - asks and what becomes of them: the asks of a turn are written into one call of the script, its
 * answer is told to who asked. Must not know what the script does (store_recipient_script.c), nor when a message is
 * asked about.
 *
 * The script is called by its digest, which Redis gives when it reads it; a Redis that does not know it (any more) is
 * given the whole script in the same call.
 */
#include "path/store_recipient.h"

#include <stdio.h>

#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"
#include "path/store_batch.h"
#include "path/store_recipient_priv.h"

#define GROUP	   64u	  /* messages in one call: Redis answers no one else meanwhile */
#define SHA_MAX	   41u	  /* digits of a digest, and NUL */
#define KNOWN	   65536u /* numbers with a failure that this process remembers */
#define KEY_MAX	   512u	  /* octets of a key */
#define KEEP_BYTES ((size_t)1 << 16)
#define PROFILES   16u /* in one call: accounts and classes with the same questions */
#define LARGE	   100 /* messages: caps over that are counted in sets, not in lines that are read whole */

struct item {
	store_recipient_fn fn;
	uint64_t token, number; /* number: by its hash */
	uint32_t enforce, dry;
};

struct profile { /* what the questions about some messages have in common */
	const struct recipient *rules;
	size_t account;
	enum class_id class_id;
	uint32_t enforce, dry;
	bool look;
};

struct group { /* one call */
	struct list link;
	struct recipients *owner;
	struct buf head, args; /* head: the profiles */
	size_t head_n, args_n, n, profiles_n;
	struct profile profiles[PROFILES];
	struct item items[GROUP];
	int64_t sent_us;
	bool whole; /* it was sent with the script itself */
};

struct recipient_counters {
	uint64_t calls, asked, failures, dead, cleared, swept;
	struct histogram call;
};

struct recipients {
	struct store *store;
	struct stats *stats;
	size_t prefix_n;
	struct list flying, spare;
	struct dead_sweep *sweep;
	struct group *open; /* NULL: nothing was asked since the last flush */
	char sha[SHA_MAX];  /* "": not known */
	bool reading;	    /* Redis was told to read the script */
	uint64_t known[KNOWN];
	struct recipient_counters counters;
};

#define AT(member) offsetof(struct recipient_counters, member)
static const struct stats_row stat_rows[] = {
	{"smppgw_recipient_calls_total", "Calls of the script that judges recipients.", STATS_COUNTER, AT(calls), NULL,
	 NULL},
	{"smppgw_recipient_asked_total", "Messages inside those calls.", STATS_COUNTER, AT(asked), NULL, NULL},
	{"smppgw_recipient_seconds", "Time from sending such a call to its answer.", STATS_HISTOGRAM, AT(call), NULL,
	 NULL},
	{"smppgw_dead_failures_total", "Failures that say that a number does not exist.", STATS_COUNTER, AT(failures),
	 NULL, NULL},
	{"smppgw_dead_learnt_total", "Numbers that became dead by them.", STATS_COUNTER, AT(dead), NULL, NULL},
	{"smppgw_dead_cleared_total", "Numbers with failures that a delivery showed to live.", STATS_COUNTER,
	 AT(cleared), NULL, NULL},
	{"smppgw_dead_swept_total", "Dead numbers that were forgotten because their time was over.", STATS_COUNTER,
	 AT(swept), NULL, NULL},
};
#undef AT

struct recipients *recipients_new(struct store *s, struct stats *stats)
{
	struct recipients *r = mem_zalloc(sizeof(*r));
	r->store = s;
	r->stats = stats;
	r->prefix_n = strlen(store_conf_of(s)->prefix);
	list_init(&r->flying);
	list_init(&r->spare);
	stats_add(stats, stat_rows, sizeof(stat_rows) / sizeof(stat_rows[0]), &r->counters, NULL, NULL, NULL);
	r->sweep = dead_sweep_new(s, &r->counters.swept);
	return r;
}

static void free_list(struct list *l)
{
	LIST_EACH_SAFE(node, next, l) {
		struct group *g = LIST_OF(node, struct group, link);
		buf_free(&g->head);
		buf_free(&g->args);
		mem_free(g);
	}
}

void recipients_free(struct recipients *r)
{
	if (!r)
		return;
	dead_sweep_free(r->sweep);
	stats_drop(r->stats, &r->counters);
	if (r->open)
		list_append(&r->spare, &r->open->link);
	free_list(&r->flying);
	free_list(&r->spare);
	mem_free(r);
}

/* --- numbers with failures: a hash of each in its place, or of another one --- */

static uint64_t hash(struct view number)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (uint32_t i = 0; i < number.n; i++)
		h = (h ^ number.p[i]) * 0x100000001b3u;
	return (h ^ h >> 32) | 1u; /* 0 is an empty place */
}

static void remember(struct recipients *r, uint64_t number)
{
	r->known[number / 2 % KNOWN] = number;
}

/* --- writing an ask --- */

static void put(struct group *g, struct view v)
{
	resp_arg(&g->args, v.p, v.n);
	g->args_n++;
}

static void put_number(struct group *g, int64_t v)
{
	resp_u64(&g->args, (uint64_t)v);
	g->args_n++;
}

static void head(struct group *g, struct view v)
{
	resp_arg(&g->head, v.p, v.n);
	g->head_n++;
}

static void head_number(struct group *g, int64_t v)
{
	resp_u64(&g->head, (uint64_t)v);
	g->head_n++;
}

/* A key of pieces behind the prefix. */
static void put_pieces(struct group *g, const struct view *piece, size_t n)
{
	char key[KEY_MAX];
	size_t at = g->owner->prefix_n;
	memcpy(key, store_conf_of(g->owner->store)->prefix, at);
	for (size_t i = 0; i < n; i++) {
		size_t room = sizeof(key) - at, len = piece[i].n < room ? piece[i].n : room;
		if (len)
			memcpy(key + at, piece[i].p, len);
		at += len;
	}
	resp_arg(&g->args, key, at);
	g->args_n++;
}

static void put_key(struct group *g, const char *name, struct view tail)
{
	put_pieces(g, (const struct view[]){view_of(name), tail}, 2);
}

/* to:{number}what */
static void put_own_key(struct group *g, struct view number, const char *what)
{
	put_pieces(g, (const struct view[]){view_of("to:{"), number, view_of("}"), view_of(what)}, 4);
}

/* The caps of one name that begin at list.at[i]; returns how many. */
static size_t same_name(const struct caps *caps, struct scope_list list, size_t i)
{
	uint32_t group = caps_at(caps, list.at[i])->group;
	size_t n = 1;
	while (i + n < list.n && caps_at(caps, list.at[i + n])->group == group)
		n++;
	return n;
}

/* Rows of one name are counted together. */
static bool is_large(const struct caps *caps, struct scope_list list, size_t i, size_t n)
{
	bool large = false;
	for (size_t k = i; k < i + n; k++)
		large = large || caps_at(caps, list.at[k])->limit > LARGE;
	return large;
}

static void head_caps(struct group *g, const struct recipient_ask *ask)
{
	const struct caps *caps = recipient_caps(ask->rules);
	struct scope_list list = caps_for(caps, ask->account, ask->class_id);
	if (!((ask->enforce | ask->dry) & POLICY_BIT(POLICY_CAP)))
		list.n = 0;
	head_number(g, (int64_t)list.n);
	for (size_t i = 0, n; i < list.n; i += n) {
		n = same_name(caps, list, i);
		bool large = is_large(caps, list, i, n);
		for (size_t k = i; k < i + n; k++) {
			const struct cap *cap = caps_at(caps, list.at[k]);
			head(g, view_of(cap->name));
			head_number(g, cap->scope);
			head_number(g, large);
			head_number(g, cap->limit);
			head_number(g, cap->window_ms);
			head_number(g, cap->keep_ms);
		}
	}
}

static void head_profile(struct group *g, const struct recipient_ask *ask)
{
	static const struct similar_rule no_rule;
	const struct similar_rule *similar = recipient_similar(ask->rules, ask->account, ask->class_id);
	if (!similar)
		similar = &no_rule;
	head(g, ask->account_name);
	head_number(g, ask->look ? UINT32_MAX : ask->enforce);
	head_number(g, ask->enforce | ask->dry);
	/* also for classes that are not refused: what is known of the number is of use when they are delivered */
	head_number(g, recipient_dead(ask->rules) != NULL);
	if (recipient_dead(ask->rules))
		dead_sweep_want(g->owner->sweep);
	head_number(g, ask->meets && !ask->look ? recipient_met_ms(ask->rules, ask->account) : 0);
	head_number(g, similar->distance);
	head_number(g, similar->age_ms);
	head_number(g, similar->remember_ms);
	head_number(g, similar->keep);
	head_caps(g, ask);
}

/* The number of the ask's profile in the call, from 1; 0: there is no room for another one. */
static size_t profile_of(struct group *g, const struct recipient_ask *ask)
{
	for (size_t i = 0; i < g->profiles_n; i++) {
		const struct profile *p = &g->profiles[i];
		if (p->rules == ask->rules && p->account == ask->account && p->class_id == ask->class_id &&
		    p->enforce == ask->enforce && p->dry == ask->dry && p->look == ask->look)
			return i + 1;
	}
	if (g->profiles_n == PROFILES)
		return 0;
	g->profiles[g->profiles_n++] =
		(struct profile){ask->rules, ask->account, ask->class_id, ask->enforce, ask->dry, ask->look};
	head_profile(g, ask);
	return g->profiles_n;
}

static void put_print(struct group *g, const struct recipient_ask *ask)
{
	static const char digits[] = "0123456789abcdef";
	char text[16];
	bool asked = ask->printed && ((ask->enforce | ask->dry) & POLICY_BIT(POLICY_SIMILAR)) &&
		     recipient_similar(ask->rules, ask->account, ask->class_id);
	for (unsigned i = 0; i < sizeof(text); i++)
		text[i] = digits[ask->print >> (60 - 4 * i) & 15u];
	put(g, (struct view){(const uint8_t *)text, asked ? (uint32_t)sizeof(text) : 0});
}

static struct group *group_open(struct recipients *r)
{
	struct group *g = r->open;
	if (!g && !list_empty(&r->spare)) {
		g = LIST_OF(r->spare.next, struct group, link);
		list_remove(&g->link);
	} else if (!g) {
		g = mem_zalloc(sizeof(*g));
		list_init(&g->link);
		g->owner = r;
	}
	r->open = g;
	return g;
}

int store_recipient(struct store *s, const struct recipient_ask *ask, store_recipient_fn fn, uint64_t token)
{
	struct recipients *r = store_recipients(s);
	char id[IDS_DIGITS + 1];
	if (!store_up(s))
		return -1;
	struct group *g = group_open(r);
	size_t profile = profile_of(g, ask);
	if (profile == 0) {
		recipients_flush(r);
		g = group_open(r);
		profile = profile_of(g, ask);
	}
	ids_print(ask->id, id);
	put_number(g, (int64_t)profile);
	put(g, view_of(id));
	put(g, ask->number);
	put_number(g, ask->now_ms);
	put(g, ask->signature);
	put_print(g, ask);
	g->items[g->n++] = (struct item){fn, token, hash(ask->number), ask->enforce, ask->dry};
	r->counters.asked++;
	if (g->n == GROUP)
		recipients_flush(r);
	return 0;
}

/* --- the call --- */

/* What the script says of one message: a mask; or mask, cap, limit, window, when it frees. */
static bool read_answer(const redisReply *reply, struct item *item, struct recipients *r, struct recipient_answer *out)
{
	const redisReply *mask = reply;
	*out = (struct recipient_answer){.failed = 0};
	if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 5) {
		mask = reply->element[0];
		if (reply->element[1]->str)
			snprintf(out->cap, sizeof(out->cap), "%s", reply->element[1]->str);
		out->limit = reply->element[2]->integer;
		out->window_ms = reply->element[3]->integer;
		out->free_ms = reply->element[4]->integer;
	}
	if (mask->type != REDIS_REPLY_INTEGER)
		return false;
	out->failed = (uint32_t)mask->integer & item->enforce;
	out->dry = (uint32_t)mask->integer & item->dry;
	if (mask->integer & RECIPIENT_KNOWN)
		remember(r, item->number);
	return true;
}

/* The one end of a call. reply NULL: nobody knows. */
static void settle(struct group *g, const redisReply *reply)
{
	struct recipients *r = g->owner;
	void *arg = store_arg(r->store);
	for (size_t i = 0; i < g->n; i++) {
		struct recipient_answer answer = {.failed = 0};
		bool ok = reply && read_answer(reply->element[i], &g->items[i], r, &answer);
		g->items[i].fn(arg, g->items[i].token, ok, &answer);
	}
	g->n = g->args_n = g->head_n = g->profiles_n = 0;
	buf_consume(&g->head, buf_len(&g->head), KEEP_BYTES);
	buf_consume(&g->args, buf_len(&g->args), KEEP_BYTES);
	list_remove(&g->link);
	list_append(&r->spare, &g->link);
}

static void send_group(struct group *g);

static void on_called(const redisReply *reply, void *arg)
{
	struct group *g = arg;
	struct recipients *r = g->owner;
	bool ok = reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == g->n;
	if (reply && reply->type == REDIS_REPLY_ERROR) {
		if (!g->whole && strncmp(reply->str, "NOSCRIPT", 8) == 0) {
			r->sha[0] = '\0';
			list_remove(&g->link);
			send_group(g);
			return;
		}
		log_error("-", "event=script_failed what=recipient error=\"%s\"", reply->str);
	}
	if (ok)
		histogram_add(&r->counters.call, loop_now_us(store_loop(r->store)) - g->sent_us);
	settle(g, ok ? reply : NULL);
}

static void on_read(const redisReply *reply, void *arg)
{
	struct recipients *r = arg;
	r->reading = false;
	if (reply && reply->type == REDIS_REPLY_STRING && reply->len < SHA_MAX)
		snprintf(r->sha, sizeof(r->sha), "%s", reply->str);
}

static void learn_sha(struct recipients *r)
{
	struct buf cmd = {0};
	resp_start(&cmd, 3);
	resp_str(&cmd, "SCRIPT");
	resp_str(&cmd, "LOAD");
	resp_str(&cmd, recipient_script);
	r->reading = true;
	if (redis_send(store_redis(r->store), buf_data(&cmd), buf_len(&cmd), on_read, r) < 0)
		r->reading = false;
	buf_free(&cmd);
}

static void send_group(struct group *g)
{
	struct recipients *r = g->owner;
	struct buf cmd = {0};
	if (!r->sha[0] && !r->reading)
		learn_sha(r);
	g->whole = !r->sha[0];
	resp_start(&cmd, 5 + g->head_n + g->args_n);
	resp_str(&cmd, g->whole ? "EVAL" : "EVALSHA");
	resp_str(&cmd, g->whole ? recipient_script : r->sha);
	resp_str(&cmd, "0");
	resp_str(&cmd, store_conf_of(r->store)->prefix);
	resp_u64(&cmd, g->profiles_n);
	buf_put(&cmd, buf_data(&g->head), buf_len(&g->head));
	buf_put(&cmd, buf_data(&g->args), buf_len(&g->args));
	list_append(&r->flying, &g->link);
	g->sent_us = loop_now_us(store_loop(r->store));
	r->counters.calls++;
	if (redis_send(store_redis(r->store), buf_data(&cmd), buf_len(&cmd), on_called, g) < 0)
		settle(g, NULL);
	buf_free(&cmd);
}

void recipients_flush(struct recipients *r)
{
	struct group *g = r->open;
	if (!g)
		return;
	r->open = NULL;
	send_group(g);
}

/* --- what is told, and not answered to anybody --- */

static void note_failed(const redisReply *reply, const char *what)
{
	if (reply && reply->type == REDIS_REPLY_ERROR)
		log_error("-", "event=script_failed what=%s error=\"%s\"", what, reply->str);
}

static void on_refunded(const redisReply *reply, void *arg)
{
	(void)arg;
	note_failed(reply, "recipient_refund");
}

static void on_reprinted(const redisReply *reply, void *arg)
{
	(void)arg;
	note_failed(reply, "recipient_reprint");
}

/* A call of a script that stands in args of a group of its own; frees them. */
static int send_told(struct group *g, const char *script, redis_fn fn)
{
	struct store *s = g->owner->store;
	struct buf cmd = {0};
	resp_start(&cmd, 3 + g->args_n);
	resp_str(&cmd, "EVAL");
	resp_str(&cmd, script);
	resp_str(&cmd, "0");
	buf_put(&cmd, buf_data(&g->args), buf_len(&g->args));
	int sent = redis_send(store_redis(s), buf_data(&cmd), buf_len(&cmd), fn, g->owner);
	buf_free(&cmd);
	buf_free(&g->args);
	return sent;
}

/* What a cap counts together, as the script writes it. */
static void put_large_cap(struct group *g, const struct recipient_ask *ask, const struct cap *cap)
{
	bool global = cap->scope == CAP_GLOBAL, sign = cap->scope == CAP_SIGNATURE;
	struct view nothing = {NULL, 0};
	put_pieces(g,
		   (const struct view[]){view_of("to:{"), ask->number, view_of("}:cap:"), view_of(cap->name),
					 view_of(":"), global ? view_of("global") : ask->account_name,
					 sign ? view_of("/") : nothing, sign ? ask->signature : nothing},
		   8);
}

int store_recipient_refund(struct store *s, const struct recipient_ask *ask)
{
	const struct caps *caps = recipient_caps(ask->rules);
	struct scope_list list = caps_for(caps, ask->account, ask->class_id);
	struct group g = {.owner = store_recipients(s)};
	const struct view nothing = {NULL, 0};
	const struct view met[] = {view_of("to:{"), ask->number, view_of("}:met:"), ask->account_name};
	char id[IDS_DIGITS + 1];
	bool lines = list.n || recipient_similar(ask->rules, ask->account, ask->class_id);
	if (!lines && !ask->meets)
		return 0;
	if (!store_up(s))
		return -1;
	recipients_flush(g.owner); /* what is given back has been counted before */
	ids_print(ask->id, id);
	put(&g, view_of(id));
	if (lines)
		put_own_key(&g, ask->number, ":past");
	else
		put(&g, nothing);
	if (ask->meets)
		put_pieces(&g, met, sizeof(met) / sizeof(met[0]));
	else
		put(&g, nothing);
	for (size_t i = 0, n; i < list.n; i += n) {
		n = same_name(caps, list, i);
		if (is_large(caps, list, i, n))
			put_large_cap(&g, ask, caps_at(caps, list.at[i]));
	}
	return send_told(&g, recipient_refund_script, on_refunded);
}

int store_recipient_reprint(struct store *s, const struct recipient_ask *ask)
{
	struct group g = {.owner = store_recipients(s)};
	char id[IDS_DIGITS + 1];
	if (!store_up(s))
		return -1;
	recipients_flush(g.owner); /* it may have been counted in this turn */
	ids_print(ask->id, id);
	put(&g, view_of(id));
	put_own_key(&g, ask->number, ":past");
	return send_told(&g, recipient_reprint_script, on_reprinted);
}

static void on_failed(const redisReply *reply, void *arg)
{
	struct recipients *r = arg;
	note_failed(reply, "recipient_failed");
	if (reply && reply->type == REDIS_REPLY_INTEGER && reply->integer == 1)
		r->counters.dead++;
}

int store_recipient_failed(struct store *s, const struct dead_rule *rule, const struct store_failure *f)
{
	struct group g = {.owner = store_recipients(s)};
	char id[IDS_DIGITS + 1];
	if (!store_up(s))
		return -1;
	ids_print(f->id, id);
	put_own_key(&g, f->number, ":failed");
	put_key(&g, "dead", (struct view){NULL, 0});
	put(&g, f->number);
	put(&g, view_of(id));
	put_number(&g, f->now_ms);
	put_number(&g, rule->failures);
	put_number(&g, rule->within_ms);
	put_number(&g, rule->keep_ms);
	put(&g, view_of(f->word));
	remember(g.owner, hash(f->number));
	g.owner->counters.failures++;
	dead_sweep_want(g.owner->sweep);
	return send_told(&g, recipient_failed_script, on_failed);
}

void store_recipient_delivered(struct store *s, struct view number)
{
	struct recipients *r = store_recipients(s);
	uint64_t h = hash(number), *place = &r->known[h / 2 % KNOWN];
	struct group g = {.owner = r};
	if (*place != h || !store_up(s))
		return;
	put_key(&g, "dead", (struct view){NULL, 0});
	put_own_key(&g, number, ":failed");
	put(&g, number);
	if (send_told(&g, recipient_alive_script, on_refunded) < 0)
		return;
	*place = 0;
	r->counters.cleared++;
}
