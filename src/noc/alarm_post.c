/*
 * alarm_post.c - alarms as JSON, gathered into POSTs. Must not know HTTP, nor when an alarm is raised.
 */
#include "noc/alarm_post.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"

#define PAUSE_MS  5000	/* after a POST that was not taken; doubles ... */
#define PAUSE_MAX 60000 /* ... up to this */
#define ID_MAX	  64

struct change {
	struct list link;
	size_t n;
	char json[]; /* an object */
};

struct alarm_post {
	struct loop *loop;
	struct webhooks *webhooks;
	unsigned node;
	char *system_id, *webhook;
	struct list waiting; /* struct change */
	struct buf body;     /* on its way, or to be posted again; empty: none */
	unsigned in_body;    /* changes */
	char id[ID_MAX];     /* of body */
	uint64_t serial;
	uint64_t request;		 /* webhook_send()'s; 0: none is on its way */
	int64_t pause_ms, not_before_ms; /* monotonic */
	struct stats *registry;
	struct alarm_post_stats stats;
};

#define ROW(suffix, help, type, member)                                                                                \
	{                                                                                                              \
		"smppgw_alarm_posts" suffix, help, type, offsetof(struct alarm_post_stats, member), NULL, NULL         \
	}
const struct stats_row alarm_post_stat_rows[] = {
	ROW("_total", "POSTs of alarms that the webhook has taken.", STATS_COUNTER, posted),
	ROW("_failed_total", "POSTs of alarms that the webhook did not take; they are made again.", STATS_COUNTER,
	    failed),
	ROW("_lost_total", "Changes of alarms that were never told: too many waited for the webhook.", STATS_COUNTER,
	    lost),
	ROW("_waiting", "Changes of alarms that the webhook has not taken yet.", STATS_GAUGE, waiting),
};
#undef ROW
const size_t alarm_post_stat_rows_n = sizeof(alarm_post_stat_rows) / sizeof(alarm_post_stat_rows[0]);

/* --- JSON --- */

void alarm_json(struct json *j, const struct alarm_view *v)
{
	json_text(j, "alarm", v->alarm);
	json_text(j, "object", v->object);
	json_text(j, "scope", alarm_scope_name(v->row->scope));
	json_text(j, "severity", alarm_severity_name(v->severity));
	json_u64(j, "since_ms", (uint64_t)v->since_ms);
	json_real(j, "value", v->value);
	json_real(j, "worst", v->worst);
	json_real(j, "threshold", v->threshold);
	json_text(j, "unit", v->unit);
	json_text(j, "zh", v->zh);
	json_text(j, "en", v->en);
	json_text(j, "todo", v->todo);
	json_bool(j, "acknowledged", v->acked);
	json_text(j, "acknowledged_by", v->acked ? v->acked_by : NULL);
}

static void change_json(struct buf *out, enum alarm_change what, const struct alarm_view *v, int64_t wall_ms)
{
	static const char *const names[] = {
		[ALARM_RAISED] = "raised", [ALARM_CLEARED] = "cleared", [ALARM_REPEATED] = "repeated"};
	struct json j = {.out = out};
	json_open(&j, NULL, '{');
	json_text(&j, "what", names[what]);
	json_u64(&j, "at_ms", (uint64_t)wall_ms);
	alarm_json(&j, v);
	json_close(&j, '}');
}

/* --- what waits --- */

static void change_drop(struct alarm_post *p, struct change *c)
{
	list_remove(&c->link);
	mem_free(c);
	p->stats.waiting--;
}

void alarm_post_add(struct alarm_post *p, enum alarm_change what, const struct alarm_view *v, int64_t wall_ms)
{
	struct buf json = {0};
	if (*p->webhook == '\0')
		return;
	if (p->stats.waiting - p->in_body >= ALARM_POST_WAITING) {
		change_drop(p, LIST_OF(p->waiting.next, struct change, link));
		p->stats.lost++;
	}
	change_json(&json, what, v, wall_ms);
	struct change *c = mem_zalloc(sizeof(*c) + buf_len(&json));
	c->n = buf_len(&json);
	memcpy(c->json, buf_data(&json), c->n);
	list_append(&p->waiting, &c->link);
	p->stats.waiting++;
	buf_free(&json);
}

static void gather(struct alarm_post *p)
{
	struct json head = {.out = &p->body};
	json_open(&head, NULL, '{');
	json_u64(&head, "node", p->node);
	json_text(&head, "system_id", p->system_id);
	json_open(&head, "alarms", '[');
	while (!list_empty(&p->waiting)) {
		struct change *c = LIST_OF(p->waiting.next, struct change, link);
		json_raw(&head, NULL, c->json, c->n);
		p->in_body++;
		list_remove(&c->link);
		mem_free(c);
	}
	json_close(&head, ']');
	json_close(&head, '}');
	snprintf(p->id, sizeof(p->id), "alarm-%u-%" PRId64 "-%" PRIu64, p->node, loop_wall_ms(p->loop), ++p->serial);
}

/* --- posting --- */

static void body_done(struct alarm_post *p)
{
	p->stats.waiting -= p->in_body;
	p->in_body = 0;
	buf_free(&p->body);
	p->body = (struct buf){0};
}

static void refused(struct alarm_post *p, const char *why, int status)
{
	p->stats.failed++;
	log_warn("-", "event=alarm_not_posted webhook=%s alarms=%u status=%d why=\"%s\" again_in=%" PRId64 "ms",
		 p->webhook, p->in_body, status, why, p->pause_ms);
	p->not_before_ms = loop_now_ms(p->loop) + p->pause_ms;
	p->pause_ms = p->pause_ms * 2 < PAUSE_MAX ? p->pause_ms * 2 : PAUSE_MAX;
}

static void on_posted(void *arg, uint64_t token, const struct webhook_answer *answer)
{
	struct alarm_post *p = arg;
	(void)token;
	p->request = 0;
	if (!answer->ok) {
		refused(p, answer->why, answer->status);
		return;
	}
	p->stats.posted++;
	p->pause_ms = PAUSE_MS;
	body_done(p);
}

void alarm_post_tick(struct alarm_post *p)
{
	if (p->request || *p->webhook == '\0' || loop_now_ms(p->loop) < p->not_before_ms)
		return;
	if (p->in_body == 0) {
		if (list_empty(&p->waiting))
			return;
		gather(p);
	}
	int webhook = p->webhooks ? webhooks_find(p->webhooks, p->webhook) : -1;
	if (webhook >= 0)
		p->request = webhook_send(p->webhooks, (size_t)webhook, p->id, (const char *)buf_data(&p->body),
					  buf_len(&p->body), 0, on_posted, p, 0);
	if (!p->request)
		refused(p, webhook < 0 ? "there is no such webhook" : "too many requests wait for the webhook", 0);
}

/* --- the room --- */

static void drop_all(struct alarm_post *p)
{
	if (p->request)
		webhook_cancel(p->webhooks, p->request);
	p->request = 0;
	body_done(p);
	while (!list_empty(&p->waiting))
		change_drop(p, LIST_OF(p->waiting.next, struct change, link));
}

struct alarm_post *alarm_post_new(struct loop *loop, struct webhooks *webhooks, unsigned node, const char *system_id,
				  struct stats *stats)
{
	struct alarm_post *p = mem_zalloc(sizeof(*p));
	*p = (struct alarm_post){.loop = loop,
				 .webhooks = webhooks,
				 .node = node,
				 .system_id = mem_strdup(system_id),
				 .webhook = mem_strdup(""),
				 .pause_ms = PAUSE_MS,
				 .registry = stats};
	list_init(&p->waiting);
	stats_add(stats, alarm_post_stat_rows, alarm_post_stat_rows_n, &p->stats, NULL, NULL, NULL);
	return p;
}

void alarm_post_use(struct alarm_post *p, const char *webhook)
{
	if (strcmp(p->webhook, webhook) == 0)
		return;
	if (p->request)
		webhook_cancel(p->webhooks, p->request);
	p->request = 0; /* what was in it goes to the other one */
	mem_free(p->webhook);
	p->webhook = mem_strdup(webhook);
	p->not_before_ms = 0;
	if (*webhook == '\0')
		drop_all(p);
}

const struct alarm_post_stats *alarm_post_stats(const struct alarm_post *p)
{
	return &p->stats;
}

void alarm_post_free(struct alarm_post *p)
{
	if (!p)
		return;
	drop_all(p);
	stats_drop(p->registry, &p->stats);
	mem_free(p->system_id);
	mem_free(p->webhook);
	mem_free(p);
}
