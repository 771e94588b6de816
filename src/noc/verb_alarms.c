/*
 * verb_alarms.c - what the operator may ask about alarms, and that he has one in hand. Must not know when an alarm is
 * raised.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "noc/alarm.h"
#include "noc/alarm_post.h"
#include "noc/form.h"
#include "noc/listing.h"
#include "noc/status.h"
#include "noc/table.h"

#define ALARMS_STEP 50 /* rows */

struct listed { /* a list that is being made: with very many objects it takes more than one turn */
	const struct snapshot_source *from;
	struct alarms_list *list;
	struct table *table; /* NULL: as JSON */
	struct json json;
	bool all;
	enum { ROWS, PRINTING, EXPLAINING } part;
	unsigned n;
};

static void list_row(struct listed *l, const struct alarm_view *v)
{
	char text[48], stamp[STATUS_STAMP], span[STATUS_STAMP];
	table_text(l->table, v->raised ? alarm_severity_name(v->severity) : "-");
	table_text(l->table, v->alarm);
	table_text(l->table, v->object);
	table_text(l->table, alarm_value_text(v->value, v->unit, text));
	table_text(l->table, alarm_value_text(v->threshold, v->unit, text));
	table_text(l->table, status_time(v->since_ms, false, stamp));
	table_text(l->table, v->raised ? status_span(loop_wall_ms(l->from->loop) - v->since_ms, span) : "-");
	table_text(l->table, v->acked ? v->acked_by : "-");
}

static void list_object(struct listed *l, const struct alarm_view *v)
{
	json_open(&l->json, NULL, '{');
	json_bool(&l->json, "raised", v->raised);
	alarm_json(&l->json, v);
	json_close(&l->json, '}');
}

/* False: no row is left. */
static bool some_rows(struct listed *l)
{
	struct alarm_view v;
	for (unsigned i = 0; i < ALARMS_STEP; i++, l->n++) {
		if (!alarms_list_next(l->list, &v))
			return false;
		if (l->table)
			list_row(l, &v);
		else
			list_object(l, &v);
	}
	return true;
}

static bool some_json(struct listed *l, struct buf *out)
{
	if (!l->json.out) {
		form_open(out, "alarms");
		l->json = (struct json){.out = out};
		json_open(&l->json, NULL, '[');
	}
	if (some_rows(l))
		return true;
	json_close(&l->json, ']');
	form_close(out);
	return false;
}

/* What it means and what to do, a line each: of those that are raised. */
static bool explain_some(struct listed *l, struct buf *out)
{
	struct alarm_view v;
	for (unsigned i = 0; i < ALARMS_STEP; i++) {
		if (!alarms_list_next(l->list, &v))
			return false;
		if (v.raised)
			buf_printf(out, "%s %s: %s (%s); %s\n", v.alarm, v.object, v.zh, v.en, v.todo);
	}
	return true;
}

static bool some_text(struct listed *l, struct buf *out)
{
	switch (l->part) {
	case ROWS:
		if (some_rows(l))
			return true;
		if (l->n == 0)
			buf_puts(out, "no alarm is raised\n");
		l->part = PRINTING;
		return l->n > 0;
	case PRINTING:
		if (table_print_some(l->table, out, ALARMS_STEP))
			return true;
		if (l->all)
			return false;
		buf_puts(out, "\n");
		alarms_list_free(l->list);
		l->list = alarms_list_new(l->from->alarms, false);
		l->part = EXPLAINING;
		return true;
	case EXPLAINING:
		break;
	}
	return explain_some(l, out);
}

static bool some_alarms(void *job, struct buf *out)
{
	struct listed *l = job;
	return l->table ? some_text(l, out) : some_json(l, out);
}

static void end_alarms(void *job)
{
	struct listed *l = job;
	alarms_list_free(l->list);
	table_free(l->table);
	mem_free(l);
}

static int list(struct console_call *call, const struct alarms *a, bool all)
{
	static const struct listing_steps steps = {some_alarms, end_alarms};
	const struct snapshot_source *from = call->arg;
	struct listed *l = mem_zalloc(sizeof(*l));
	*l = (struct listed){.from = from, .list = alarms_list_new(a, all), .all = all};
	if (!form_is_json(call->out))
		l->table = table_new("SEVERITY ALARM OBJECT +VALUE +THRESHOLD RAISED +FOR ACKNOWLEDGED");
	return listing_start(call, from->loop, &steps, l);
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
