/*
 * verb_alarms.c - what the operator may ask about alarms, and that he has one in hand. Must not know when an alarm is
 * raised.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "noc/alarm.h"
#include "noc/alarm_post.h"
#include "noc/form.h"
#include "noc/status.h"
#include "noc/table.h"

struct listing {
	struct table *table;
	struct json json;
	struct buf *out;
	int64_t now_ms;
	unsigned n;
};

static void list_row(struct listing *l, const struct alarm_view *v)
{
	char text[48], stamp[STATUS_STAMP], span[STATUS_STAMP];
	table_text(l->table, v->raised ? alarm_severity_name(v->severity) : "-");
	table_text(l->table, v->alarm);
	table_text(l->table, v->object);
	table_text(l->table, alarm_value_text(v->value, v->unit, text));
	table_text(l->table, alarm_value_text(v->threshold, v->unit, text));
	table_text(l->table, status_time(v->since_ms, false, stamp));
	table_text(l->table, v->raised ? status_span(l->now_ms - v->since_ms, span) : "-");
	table_text(l->table, v->acked ? v->acked_by : "-");
}

static void list_one(void *arg, const struct alarm_view *v)
{
	struct listing *l = arg;
	l->n++;
	if (l->table) {
		list_row(l, v);
		return;
	}
	json_open(&l->json, NULL, '{');
	json_bool(&l->json, "raised", v->raised);
	alarm_json(&l->json, v);
	json_close(&l->json, '}');
}

/* What it means and what to do, a line each: of those that are raised. */
static void explain_one(void *arg, const struct alarm_view *v)
{
	struct listing *l = arg;
	buf_printf(l->out, "%s %s: %s (%s); %s\n", v->alarm, v->object, v->zh, v->en, v->todo);
}

static int list(struct console_call *call, const struct alarms *a, bool all)
{
	const struct snapshot_source *from = call->arg;
	struct listing l = {.out = call->out, .now_ms = loop_wall_ms(from->loop), .json = {.out = call->out}};
	if (form_is_json(call->out)) {
		form_open(call->out, "alarms");
		json_open(&l.json, NULL, '[');
		alarms_each(a, all, list_one, &l);
		json_close(&l.json, ']');
		form_close(call->out);
		return 0;
	}
	l.table = table_new("SEVERITY ALARM OBJECT +VALUE +THRESHOLD RAISED +FOR ACKNOWLEDGED");
	alarms_each(a, all, list_one, &l);
	if (l.n == 0)
		buf_puts(call->out, "no alarm is raised\n");
	else
		table_print(l.table, call->out);
	table_free(l.table);
	if (!all && l.n) {
		buf_puts(call->out, "\n");
		alarms_each(a, false, explain_one, &l);
	}
	return 0;
}

static int ack(struct console_call *call, struct alarms *a)
{
	const struct snapshot_source *from = call->arg;
	if (!alarms_ack(a, call->words[1], call->words[2], call->who, loop_wall_ms(from->loop)))
		return console_fail(call, "no alarm %.100s of %.100s is raised; alarms lists those that are",
				    call->words[1], call->words[2]);
	log_info(call->words[2], "event=alarm what=acknowledged alarm=%s by=%s", call->words[1], call->who);
	buf_printf(call->out, "%s of %s is told no more until it is cleared\n", call->words[1], call->words[2]);
	return 0;
}

int verb_alarms(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	const char *what = call->words[0];
	if (!from->alarms)
		return console_fail(call, "nothing is judged here");
	if (strcmp(what, "ack") == 0)
		return ack(call, from->alarms);
	return list(call, from->alarms, strcmp(what, "--all") == 0);
}
