/*
 * alarm_duty.c - looks, judges, tells. Must not know thresholds, nor how a value is found.
 */
#include "noc/alarm_duty.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/archive.h"
#include "base/log.h"
#include "base/mem.h"
#include "noc/alarm_inputs.h"
#include "noc/alarm_post.h"
#include "path/flow.h"

#define LOOK_MS 1000

struct alarm_duty {
	struct loop *loop;
	struct flow *flow;
	struct archive *archive;
	const struct history *history;
	struct alarm_duty_conf conf;
	struct alarms *alarms;
	struct alarm_inputs_keeper *inputs;
	struct alarm_post *post;
	struct timer timer;
};

/* --- checks --- */

static bool has_carrier(const void *arg, const char *name)
{
	const struct flow_conf *f = arg;
	for (size_t i = 0; i < f->carriers_n; i++) {
		if (strcmp(f->carriers[i].name, name) == 0)
			return true;
	}
	return false;
}

static bool has_account(const void *arg, const char *name)
{
	const struct flow_conf *f = arg;
	for (size_t i = 0; i < f->accounts_n; i++) {
		if (strcmp(f->accounts[i].system_id, name) == 0)
			return true;
	}
	return false;
}

static bool has_webhook(const void *arg, const char *name)
{
	const struct flow_conf *f = arg;
	for (size_t i = 0; i < f->webhooks_n; i++) {
		if (strcmp(f->webhooks[i].name, name) == 0)
			return true;
	}
	return false;
}

bool alarm_duty_check(const struct alarm_duty_conf *conf, const struct flow_conf *flow, char **errors)
{
	const struct alarm_names names = {has_carrier, has_account, has_webhook, flow};
	return alarms_check(conf->rows, conf->rows_n, conf->post, &names, errors);
}

/* --- telling --- */

static const char *const change_words[] = {
	[ALARM_RAISED] = "raised", [ALARM_CLEARED] = "cleared", [ALARM_REPEATED] = "repeated"};

static void tell_log(const struct alarm_duty *d, enum alarm_change what, const struct alarm_view *v)
{
	char value[48], threshold[48];
	if (what == ALARM_CLEARED) {
		log_info(v->object, "event=alarm what=cleared alarm=%s severity=%s value=\"%s\" lasted=%" PRId64 "s",
			 v->alarm, alarm_severity_name(v->severity), alarm_value_text(v->value, v->unit, value),
			 (loop_wall_ms(d->loop) - v->since_ms) / 1000);
		return;
	}
	log_write(v->severity == ALARM_CRITICAL ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, v->object,
		  "event=alarm what=%s alarm=%s severity=%s value=\"%s\" threshold=\"%s\" why=\"%s\" todo=\"%s\"",
		  change_words[what], v->alarm, alarm_severity_name(v->severity),
		  alarm_value_text(v->value, v->unit, value), alarm_value_text(v->threshold, v->unit, threshold), v->en,
		  v->todo);
}

/* A repetition is no news to the regulator. */
static void tell_archive(const struct alarm_duty *d, enum alarm_change what, const struct alarm_view *v)
{
	char why[512], value[48];
	if (!d->archive || what == ALARM_REPEATED || !archive_wants(d->archive, CDR_ALARM))
		return;
	snprintf(why, sizeof(why), "%s %s %s: %s", v->alarm, alarm_severity_name(v->severity),
		 alarm_value_text(v->value, v->unit, value), v->en);
	struct cdr c = {.kind = CDR_ALARM,
			.at_ms = loop_wall_ms(d->loop),
			.how = view_of(change_words[what]),
			.why = view_of(why),
			.wait_ms = -1,
			.answer_ms = -1,
			.price = -1};
	if (v->row->scope == ALARM_CARRIER)
		c.carrier = view_of(v->object);
	else if (v->row->scope == ALARM_ACCOUNT)
		c.account = view_of(v->object);
	else if (v->row->scope == ALARM_LISTENER)
		c.bind = view_of(v->object);
	archive_put(d->archive, &c);
}

static void on_change(void *arg, enum alarm_change what, const struct alarm_view *v)
{
	struct alarm_duty *d = arg;
	tell_log(d, what, v);
	tell_archive(d, what, v);
	alarm_post_add(d->post, what, v, loop_wall_ms(d->loop));
}

/* --- looking --- */

static void on_timer(struct timer *timer)
{
	struct alarm_duty *d = LIST_OF(timer, struct alarm_duty, timer);
	struct archive_view records;
	struct alarm_source from = {.loop = d->loop,
				    .flow = d->flow,
				    .history = d->history,
				    .max_held = d->conf.messages->max_held,
				    .max_bytes = d->conf.messages->max_bytes,
				    .max_parked = d->conf.messages->max_parked,
				    .posts_lost = alarm_post_stats(d->post)->failed};
	loop_timer(d->loop, &d->timer, LOOK_MS);
	if (d->archive) {
		archive_look(d->archive, &records);
		from.records = &records;
	}
	alarms_judge(d->alarms, alarm_inputs_take(d->inputs, &from));
	alarm_post_tick(d->post);
}

/* --- the room --- */

struct alarm_duty *alarm_duty_new(struct loop *loop, const struct alarm_duty_conf *conf, struct flow *flow,
				  struct archive *archive, const struct history *history, struct stats *stats)
{
	struct alarm_duty *d = mem_zalloc(sizeof(*d));
	*d = (struct alarm_duty){.loop = loop, .flow = flow, .archive = archive, .history = history, .conf = *conf};
	d->alarms = alarms_new(conf->rows, conf->rows_n, conf->post, stats, on_change, d);
	d->inputs = alarm_inputs_new();
	d->post = alarm_post_new(loop, flow_webhooks(flow), conf->node, conf->system_id, stats);
	alarm_post_use(d->post, conf->post->webhook);
	d->timer.fn = on_timer;
	loop_timer(loop, &d->timer, LOOK_MS);
	return d;
}

void alarm_duty_use(struct alarm_duty *d, const struct alarm_duty_conf *conf)
{
	d->conf = *conf;
	alarms_use(d->alarms, conf->rows, conf->rows_n, conf->post);
	alarm_post_use(d->post, conf->post->webhook);
}

void alarm_duty_free(struct alarm_duty *d)
{
	if (!d)
		return;
	loop_timer_clear(d->loop, &d->timer);
	alarm_post_free(d->post);
	alarms_free(d->alarms);
	alarm_inputs_free(d->inputs);
	mem_free(d);
}

struct alarms *alarm_duty_alarms(const struct alarm_duty *d)
{
	return d->alarms;
}
