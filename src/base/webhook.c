/*
 * webhook.c - webhooks by number, their signatures, tries and pauses. Must not know connections, nor what is told.
 *
 * What is on its way keeps the options that it began with: they are a struct setting, which lives until the last one
 * that uses it has ended.
 */
#include "base/webhook.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/histogram.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"

#define WEBHOOK_TASKS  1000000 /* on their way at a time; each webhook bounds its own far below */
#define WEBHOOK_ANSWER 65536   /* octets of an answer's body */
#define WEBHOOK_PATH   1024
#define WEBHOOK_PAUSE  60000 /* ms: a pause does not double over that; one that begins longer stays */
#define WEBHOOK_DIGEST 32u   /* octets of HMAC-SHA256 */

const struct conf_row webhook_rows[] = {
	{"name", CONF_STRING, offsetof(struct webhook_conf, name), "", 1, 31, NULL, true,
	 "Name by which others of the configuration speak of this webhook.", NULL},
	{"url", CONF_STRING, offsetof(struct webhook_conf, url), "", 1, 1000, NULL, true,
	 "Where to POST: http://host:port/path or https://host/path.", NULL},
	{"secret", CONF_SECRET, offsetof(struct webhook_conf, secret), "", 0, 256, "", true,
	 "Key of the signature in X-Smppgw-Signature; empty: no signature.", NULL},
	{"ca", CONF_STRING, offsetof(struct webhook_conf, ca), "", 0, 500, "", true,
	 "PEM file of the authorities that sign the server's certificate; empty: those of the system.", NULL},
	{"deadline", CONF_INT, offsetof(struct webhook_conf, deadline), "ms", 50, 60000, "3000", true,
	 "How long one try may take, from the name to the last octet of the answer.", NULL},
	{"retries", CONF_INT, offsetof(struct webhook_conf, retries), "", 0, 20, "3", true, "Tries after the first.",
	 NULL},
	{"retry", CONF_INT, offsetof(struct webhook_conf, retry), "ms", 10, 600000, "500", true,
	 "Pause before the second try; doubles with each, up to a minute.", NULL},
	{"connections", CONF_INT, offsetof(struct webhook_conf, connections), "", 1, 100, "4", true,
	 "Most connections at a time.", NULL},
	{"waiting", CONF_INT, offsetof(struct webhook_conf, waiting), "", 0, 100000, "1000", true,
	 "Most requests that wait for a connection; further ones fail at once.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

struct webhook_stats {
	uint64_t sent, tries, failed, refused, open;
	struct histogram seconds;
};

const struct stats_row webhook_stat_rows[] = {
	{"smppgw_webhook_sent_total", "What was to be told to a webhook.", STATS_COUNTER,
	 offsetof(struct webhook_stats, sent), NULL, NULL},
	{"smppgw_webhook_tries_total", "POSTs to a webhook, repeated ones too.", STATS_COUNTER,
	 offsetof(struct webhook_stats, tries), NULL, NULL},
	{"smppgw_webhook_failed_total", "What a webhook did not take, after all tries.", STATS_COUNTER,
	 offsetof(struct webhook_stats, failed), NULL, NULL},
	{"smppgw_webhook_refused_total", "What was not sent because too many waited for a webhook.", STATS_COUNTER,
	 offsetof(struct webhook_stats, refused), NULL, NULL},
	{"smppgw_webhook_open", "On the way to a webhook now.", STATS_GAUGE, offsetof(struct webhook_stats, open), NULL,
	 NULL},
	{"smppgw_webhook_seconds", "From the first try to the end.", STATS_HISTOGRAM,
	 offsetof(struct webhook_stats, seconds), NULL, NULL},
};

const size_t webhook_stat_rows_n = sizeof(webhook_stat_rows) / sizeof(webhook_stat_rows[0]);

struct setting { /* the options of a webhook, as of one configuration */
	unsigned users;
	struct webhook_conf *conf;  /* a copy */
	struct http_target *target; /* NULL: it cannot be made */
};

struct hook {
	char *name;
	struct setting *setting; /* NULL: not in the configuration now */
	struct webhook_stats counters;
};

struct webhooks {
	struct loop *loop;
	struct http_client *client;
	struct stats *stats;
	struct hook **at; /* a hook does not move: its counters are registered */
	size_t n;
	struct pool *tasks;
};

struct task {
	uint64_t handle, http; /* http: of the try under way */
	struct webhooks *owner;
	struct hook *hook;
	struct setting *setting;
	char *id, *json;
	size_t n;
	int64_t begun_us, until_ms; /* until_ms: of the loop's clock */
	int64_t tries;
	struct timer again;
	char why[HTTP_WHY]; /* of the last try that failed */
	int status;
	webhook_fn fn;
	void *arg;
	uint64_t token;
};

/* --- settings --- */

static void ca_path(const struct webhook_conf *conf, char out[WEBHOOK_PATH])
{
	const char *slash = conf->where.file != NULL ? strrchr(conf->where.file, '/') : NULL;

	if (*conf->ca == '\0' || *conf->ca == '/' || slash == NULL)
		snprintf(out, WEBHOOK_PATH, "%s", conf->ca);
	else
		snprintf(out, WEBHOOK_PATH, "%.*s/%s", (int)(slash - conf->where.file), conf->where.file, conf->ca);
}

static struct http_target_conf target_conf(const struct webhook_conf *conf, char ca[WEBHOOK_PATH])
{
	ca_path(conf, ca);
	return (struct http_target_conf){.url = conf->url,
					 .ca = ca,
					 .connections = conf->connections,
					 .waiting = conf->waiting,
					 .answer_max = WEBHOOK_ANSWER};
}

bool webhooks_check(const struct webhook_conf *rows, size_t n, char **errors)
{
	bool good = true;

	for (size_t i = 0; i < n; i++) {
		char ca[WEBHOOK_PATH], why[HTTP_WHY];
		const struct http_target_conf target = target_conf(&rows[i], ca);
		if (!http_target_ok(&target, why)) {
			conf_fault(errors, &rows[i].where, "webhook %s: %s", rows[i].name, why);
			good = false;
		}
		for (size_t k = 0; k < i; k++) {
			if (strcmp(rows[i].name, rows[k].name) != 0)
				continue;
			conf_fault(errors, &rows[i].where, "webhook %s: there is another one of this name at line %d",
				   rows[i].name, rows[k].where.line);
			good = false;
		}
	}
	return good;
}

static struct setting *setting_new(struct webhooks *w, const struct webhook_conf *conf)
{
	struct setting *s = mem_zalloc(sizeof(*s));
	char ca[WEBHOOK_PATH], why[HTTP_WHY];
	const struct http_target_conf target = target_conf(conf, ca);

	s->users = 1;
	s->conf = conf_copy(webhook_rows, sizeof(*conf), conf);
	s->target = http_target_new(w->client, &target, why);
	if (s->target == NULL)
		log_error(conf->name, "event=webhook_unusable error=\"%s\"", why);
	return s;
}

static void setting_leave(struct setting *s)
{
	if (s == NULL || --s->users > 0)
		return;
	http_target_free(s->target);
	conf_copy_free(webhook_rows, s->conf);
	mem_free(s);
}

/* --- a task --- */

static void sign(const struct task *t, char out[128])
{
	const char *secret = t->setting->conf->secret;
	long long now = (long long)(loop_wall_ms(t->owner->loop) / 1000);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	char *signed_text = mem_zalloc(t->n + 32);
	int head = snprintf(signed_text, 32, "%lld.", now);

	memcpy(signed_text + head, t->json, t->n);
	HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)signed_text, (size_t)head + t->n, digest,
	     &n);
	mem_free(signed_text);
	int at = snprintf(out, 128, "t=%lld,v1=", now);
	for (unsigned int i = 0; i < n && i < WEBHOOK_DIGEST; i++)
		at += snprintf(out + at, 128 - (size_t)at, "%02x", digest[i]);
}

static void task_free(struct task *t)
{
	loop_timer_clear(t->owner->loop, &t->again);
	t->hook->counters.open--;
	setting_leave(t->setting);
	mem_free(t->id);
	mem_free(t->json);
	pool_give(t->owner->tasks, t->handle);
}

/* The one end of a task; its owner may do anything when it is told. */
static void task_end(struct task *t, struct webhook_answer *answer)
{
	webhook_fn fn = t->fn;
	void *arg = t->arg;
	uint64_t token = t->token;
	char why[HTTP_WHY];

	histogram_add(&t->hook->counters.seconds, loop_now_us(t->owner->loop) - t->begun_us);
	if (!answer->ok) {
		t->hook->counters.failed++;
		log_peer_warn(t->hook->name, "event=webhook_failed id=%s tries=%lld status=%d error=\"%s\"", t->id,
			      (long long)t->tries, t->status, t->why);
		memcpy(why, t->why, sizeof(why));
		answer->why = why;
	} else {
		log_debug(t->hook->name, "event=webhook_told id=%s tries=%lld status=%d", t->id, (long long)t->tries,
			  t->status);
	}
	task_free(t);
	fn(arg, token, answer);
}

static void task_fail(struct task *t)
{
	struct webhook_answer answer = {.status = t->status, .type = "", .body = ""};

	task_end(t, &answer);
}

static bool may_pass(const struct http_answer *a)
{
	if (a->end != HTTP_ANSWERED)
		return a->end != HTTP_TOO_LARGE;
	return a->status == 408 || a->status == 425 || a->status == 429 || a->status >= 500;
}

/* A try failed: the next one comes later, when there is time for it. */
static void task_retry(struct task *t)
{
	const struct webhook_conf *conf = t->setting->conf;
	int64_t pause = conf->retry;

	for (int64_t i = 1; i < t->tries && pause < WEBHOOK_PAUSE; i++)
		pause = 2 * pause < WEBHOOK_PAUSE ? 2 * pause : WEBHOOK_PAUSE;

	if (t->tries > conf->retries || loop_now_ms(t->owner->loop) + pause >= t->until_ms)
		task_fail(t);
	else
		loop_timer(t->owner->loop, &t->again, pause);
}

static void task_on_answer(void *arg, uint64_t token, const struct http_answer *a)
{
	struct webhooks *w = arg;
	struct task *t = pool_get(w->tasks, token);

	t->http = 0;
	t->status = a->status;
	if (a->end == HTTP_ANSWERED && a->status >= 200 && a->status < 300) {
		struct webhook_answer answer = {true, "", a->status, a->type, a->body, a->n};
		task_end(t, &answer);
		return;
	}
	if (a->end == HTTP_ANSWERED)
		snprintf(t->why, sizeof(t->why), "the server answered with status %d", a->status);
	else
		snprintf(t->why, sizeof(t->why), "%s", a->why);
	if (may_pass(a))
		task_retry(t);
	else
		task_fail(t);
}

/* False: too many wait. */
static bool task_try(struct task *t)
{
	const struct webhook_conf *conf = t->setting->conf;
	int64_t left = t->until_ms - loop_now_ms(t->owner->loop);
	char signature[128];
	struct http_header headers[2] = {{"X-Smppgw-Id", t->id}, {"X-Smppgw-Signature", signature}};
	struct http_request request = {.body = t->json,
				       .n = t->n,
				       .type = "application/json",
				       .headers = headers,
				       .headers_n = *conf->secret != '\0' ? 2 : 1,
				       .deadline_ms = left < conf->deadline ? left : conf->deadline};

	sign(t, signature);
	t->tries++;
	t->http = http_send(t->setting->target, &request, task_on_answer, t->owner, t->handle);
	if (t->http == 0)
		return false;
	t->hook->counters.tries++;
	return true;
}

static void task_on_again(struct timer *timer)
{
	struct task *t = LIST_OF(timer, struct task, again);

	if (t->setting == NULL || t->setting->target == NULL) {
		snprintf(t->why, sizeof(t->why), "the webhook is not in the configuration, or cannot be used");
		task_fail(t);
	} else if (!task_try(t)) {
		snprintf(t->why, sizeof(t->why), "too many wait for a connection");
		task_retry(t);
	}
}

uint64_t webhook_send(struct webhooks *w, size_t index, const char *id, const char *json, size_t n, int64_t deadline_ms,
		      webhook_fn fn, void *arg, uint64_t token)
{
	uint64_t handle;
	struct hook *h = w->at[index];
	struct task *t = pool_take(w->tasks, &handle);

	if (t == NULL) {
		h->counters.refused++;
		return 0;
	}
	*t = (struct task){.handle = handle,
			   .owner = w,
			   .hook = h,
			   .setting = h->setting,
			   .id = mem_strdup(id),
			   .json = mem_strndup(json, n),
			   .n = n,
			   .begun_us = loop_now_us(w->loop),
			   .until_ms = deadline_ms > 0 ? loop_now_ms(w->loop) + deadline_ms : INT64_MAX,
			   .again = {.fn = task_on_again},
			   .fn = fn,
			   .arg = arg,
			   .token = token};
	h->counters.open++;
	if (h->setting != NULL)
		h->setting->users++;
	if (h->setting == NULL || h->setting->target == NULL) {
		loop_timer(w->loop, &t->again, 0);
	} else if (!task_try(t)) {
		h->counters.refused++;
		task_free(t);
		return 0;
	}
	h->counters.sent++;
	return handle;
}

void webhook_cancel(struct webhooks *w, uint64_t handle)
{
	struct task *t = pool_get(w->tasks, handle);

	if (t == NULL)
		return;
	if (t->http != 0)
		http_cancel(w->client, t->http);
	task_free(t);
}

/* --- all of them --- */

static struct hook *hook_of(struct webhooks *w, const char *name)
{
	for (size_t i = 0; i < w->n; i++) {
		if (strcmp(w->at[i]->name, name) == 0)
			return w->at[i];
	}
	struct hook *h = mem_zalloc(sizeof(*h));
	h->name = mem_strdup(name);
	w->at = mem_realloc(w->at, (w->n + 1) * sizeof(struct hook *));
	w->at[w->n++] = h;
	stats_add(w->stats, webhook_stat_rows, webhook_stat_rows_n, &h->counters, "webhook", h->name, NULL);
	return h;
}

void webhooks_use(struct webhooks *w, const struct webhook_conf *rows, size_t n)
{
	for (size_t i = 0; i < w->n; i++) {
		setting_leave(w->at[i]->setting);
		w->at[i]->setting = NULL;
	}
	for (size_t i = 0; i < n; i++) {
		struct hook *h = hook_of(w, rows[i].name);
		h->setting = setting_new(w, &rows[i]);
	}
}

int webhooks_find(const struct webhooks *w, const char *name)
{
	for (size_t i = 0; i < w->n; i++) {
		if (w->at[i]->setting != NULL && strcmp(w->at[i]->name, name) == 0)
			return (int)i;
	}
	return -1;
}

const char *webhooks_name(const struct webhooks *w, size_t index)
{
	return w->at[index]->name;
}

struct webhooks *webhooks_new(struct loop *loop, const struct webhook_conf *rows, size_t n, struct stats *stats)
{
	struct webhooks *w = mem_zalloc(sizeof(*w));

	w->loop = loop;
	w->client = http_client_new(loop);
	w->stats = stats;
	w->tasks = pool_new(sizeof(struct task), WEBHOOK_TASKS);
	webhooks_use(w, rows, n);
	return w;
}

static void free_task(void *item, uint64_t handle, void *arg)
{
	(void)handle;
	(void)arg;
	struct task *t = item;
	if (t->http != 0)
		http_cancel(t->owner->client, t->http);
	task_free(t);
}

void webhooks_free(struct webhooks *w)
{
	if (w == NULL)
		return;
	pool_each(w->tasks, free_task, NULL);
	for (size_t i = 0; i < w->n; i++) {
		stats_drop(w->stats, &w->at[i]->counters);
		setting_leave(w->at[i]->setting);
		mem_free(w->at[i]->name);
		mem_free(w->at[i]);
	}
	http_client_free(w->client);
	pool_free(w->tasks);
	mem_free(w->at);
	mem_free(w);
}
