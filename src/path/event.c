/*
 * event.c - the table of events and the JSON of one. Written by hand, without printf: three of them for each message.
 * Must not know messages, Redis or HTTP.
 */
#include "path/event.h"

#include <string.h>

#include "base/ids.h"
#include "base/json_put.h"
#include "base/log.h"
#include "base/text.h"

#define CHINA_S	   28800 /* east of UTC */
#define VALUE_MAX  255u	 /* octets of a value that is no text, before it is escaped */
#define HEAD_MAX   1024u /* names, numbers and marks of a line, without its values */
#define VALUES_MAX 15u
#define DUE_MS_MAX 253402272000000 /* the year 9999: four digits */

const struct conf_row events_rows[] = {
	{"stream", CONF_LIST, offsetof(struct events_conf, stream), "", 0, 0, "[ \"all\", \"-accepted\", \"-sent\" ]",
	 true, "Events that are written to the Redis stream event: names, all, none, -name for all but it.", NULL},
	{"length", CONF_INT, offsetof(struct events_conf, length), "events", 1000, 1000000000, "500000", true,
	 "Events that the stream keeps, roughly, for each gateway that writes it.", NULL},
	{"late", CONF_INT, offsetof(struct events_conf, late), "s", 0, 2592000, "0", true,
	 "The event late comes when a message's receipt has not come for so long; 0: never.", NULL},
	{"mask", CONF_BOOL, offsetof(struct events_conf, mask), "", 0, 0, "false", true,
	 "Whether phone numbers in events are masked.", NULL},
	{"unstored", CONF_BOOL, offsetof(struct events_conf, unstored), "", 0, 0, "true", true,
	 "Whether there are events of messages that the store does not keep: datagram and forward mode.", NULL},
	{"webhook", CONF_STRING, offsetof(struct events_conf, webhook), "", 0, 64, "", true,
	 "Name in webhooks: events are posted there too; empty: nowhere.", NULL},
	{"webhook_events", CONF_LIST, offsetof(struct events_conf, webhook_events), "", 0, 0, "[ \"all\" ]", true,
	 "Events that are posted, as in stream; they stand in the stream as well.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

static const struct {
	const char *name, *help;
} rows[EVENTS] = {
	[EVENT_ACCEPTED] = {"accepted", "stored, and acknowledged to the app"},
	[EVENT_REFUSED] = {"refused", "a submit was answered with an error"},
	[EVENT_HELD] = {"held", "waits for its time: a schedule, hours of contact"},
	[EVENT_REVIEW] = {"review", "waits until somebody has read it"},
	[EVENT_SENT] = {"sent", "a carrier has all of it; its receipt is awaited"},
	[EVENT_RETRIED] = {"retried", "a submit failed; it goes once more, to the same carrier or the next"},
	[EVENT_DOUBT] = {"doubt", "a carrier did not answer its submit"},
	[EVENT_LATE] = {"late", "no receipt for events.late seconds; it is still awaited"},
	[EVENT_DELIVERED] = {"delivered", "the phone has it"},
	[EVENT_FAILED] = {"failed", "it cannot be delivered"},
	[EVENT_EXPIRED] = {"expired", "its time was over, or no receipt came at all"},
	[EVENT_DELETED] = {"deleted", "cancelled, replaced, or ended by a policy"},
	[EVENT_UNKNOWN] = {"unknown", "held in doubt for as long as it is kept"},
	[EVENT_REPLIED] = {"replied", "a phone has sent a text"},
	[EVENT_OPTED_OUT] = {"opted_out", "a phone has said stop"},
	[EVENT_OPTED_IN] = {"opted_in", "a phone has taken its stop back"},
	[EVENT_COMPLAINED] = {"complained", "a phone has complained"},
	[EVENT_CONFIRMED] = {"confirmed", "a phone has confirmed a message"},
	[EVENT_CAMPAIGN_PAUSED] = {"campaign_paused", "a campaign is paused, by the operator or by its brake"},
	[EVENT_CAMPAIGN_RESUMED] = {"campaign_resumed", "a campaign goes on"},
	[EVENT_CAMPAIGN_CANCELLED] = {"campaign_cancelled", "a campaign was cancelled"},
};

const char *event_name(enum event_kind e)
{
	return rows[e].name;
}

const char *event_help(enum event_kind e)
{
	return rows[e].help;
}

bool event_by_name(const char *name, enum event_kind *out)
{
	for (int i = 0; i < EVENTS; i++) {
		if (strcmp(name, rows[i].name) == 0) {
			*out = (enum event_kind)i;
			return true;
		}
	}
	return false;
}

bool event_set(const struct conf_list *names, uint32_t *set, const char **bad)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < names->n; i++) {
		const char *name = names->at[i];
		bool out = *name == '-';
		enum event_kind e = EVENTS;
		uint32_t these = strcmp(name, "all") == 0 ? (1u << EVENTS) - 1 : 0;
		if (!these && event_by_name(name + out, &e))
			these = 1u << e;
		if (!these && strcmp(name, "none") != 0) {
			*bad = name;
			return false;
		}
		bits = out ? bits & ~these : bits | these;
	}
	*set = bits;
	return true;
}

/* --- JSON: p is where the next octet goes; there is room --- */

/* name: with the comma before and the colon behind it. Nothing for an empty value. */
static char *put_value(char *p, const char *name, size_t name_n, struct view v, size_t max)
{
	if (v.n == 0)
		return p;
	if (v.n > max)
		v.n = (uint32_t)text_cut((const char *)v.p, v.n, max);
	return json_put_string(json_put(p, name, name_n), v.p, v.n);
}
/* Most are empty: that is asked before the call. */
#define VALUE(p, name, v)                                                                                              \
	((v).n == 0 ? (p) : put_value(p, ",\"" name "\":", sizeof(",\"" name "\":") - 1, v, VALUE_MAX))

static char *put_number(char *p, const char *name, size_t name_n, unsigned v)
{
	return v ? json_put_u64(json_put(p, name, name_n), v) : p;
}
#define NUMBER(p, name, v) put_number(p, ",\"" name "\":", sizeof(",\"" name "\":") - 1, v)

static char *put_id(char *p, const char *name, size_t name_n, uint64_t id)
{
	if (id == 0)
		return p;
	p = json_put(p, name, name_n);
	*p++ = '"';
	p = json_put_digits(p, id, IDS_DIGITS);
	*p++ = '"';
	return p;
}
#define ID(p, name, v) put_id(p, ",\"" name "\":", sizeof(",\"" name "\":") - 1, v)

static char *put_time(char *p, const char *second, int64_t ms)
{
	*p++ = '"';
	p = json_put(p, second, JSON_SECOND);
	*p++ = '.';
	p = json_put_digits(p, (uint64_t)(ms % 1000), 3);
	return JSON_PUT(p, "+08:00\"");
}

static char *put_at(char *p, struct event_clock *clock, int64_t ms)
{
	if (clock->second != ms / 1000 || !clock->text[0]) {
		clock->second = ms / 1000;
		json_second(clock->second, CHINA_S, clock->text);
	}
	return put_time(JSON_PUT(p, ",\"at\":"), clock->text, ms);
}

static char *put_due(char *p, int64_t ms)
{
	char second[24];
	if (ms <= 0 || ms > DUE_MS_MAX)
		return p;
	json_second(ms / 1000, CHINA_S, second);
	return put_time(JSON_PUT(p, ",\"due\":"), second, ms);
}

/* The number of a message as it stands in the log, or whole. */
static char *put_phone(char *p, const struct event *e)
{
	char masked[32];
	struct view number = e->number;
	if (e->mask && number.n)
		number = view_of(log_masked(number.p, number.n, masked));
	return VALUE(p, "number", number);
}

/* Which message of whose. */
static char *put_message(char *p, const struct event *e)
{
	p = ID(p, "id", e->id);
	p = ID(p, "msg", e->msg);
	p = VALUE(p, "account", e->account);
	p = VALUE(p, "class", e->class_name);
	p = put_phone(p, e);
	p = VALUE(p, "code", e->code);
	p = VALUE(p, "campaign", e->campaign);
	p = VALUE(p, "variant", e->variant);
	p = VALUE(p, "group", e->group);
	return p;
}

/* What became of it. */
static char *put_outcome(char *p, const struct event *e)
{
	p = VALUE(p, "carrier", e->carrier);
	p = NUMBER(p, "attempts", e->attempts);
	p = NUMBER(p, "parts", e->parts);
	p = put_due(p, e->due_ms);
	p = VALUE(p, "state", e->state);
	p = VALUE(p, "how", e->how);
	p = VALUE(p, "stat", e->stat);
	p = VALUE(p, "err", e->err);
	p = VALUE(p, "fault", e->fault);
	p = VALUE(p, "verdict", e->verdict);
	p = VALUE(p, "status", e->status);
	p = ID(p, "original", e->original);
	return put_value(p, ",\"text\":", sizeof(",\"text\":") - 1, e->text, EVENT_TEXT_MAX);
}

/* Octets that the line cannot be longer than. */
static size_t room_for(const struct event *e)
{
	size_t values = e->account.n + e->class_name.n + e->number.n + e->code.n + e->campaign.n + e->variant.n +
			e->group.n + e->carrier.n + e->state.n + e->how.n + e->stat.n + e->err.n + e->fault.n +
			e->verdict.n + e->status.n + e->text.n;
	size_t most = VALUES_MAX * VALUE_MAX + EVENT_TEXT_MAX;
	return HEAD_MAX + JSON_ESCAPED * (values < most ? values : most);
}

void event_write(const struct event *e, struct event_clock *clock, struct buf *out)
{
	const char *name = rows[e->kind].name;
	char *start = (char *)buf_room(out, room_for(e));
	char *p = json_put(JSON_PUT(start, "{\"e\":\""), name, strlen(name));
	*p++ = '"';
	p = put_at(p, clock, e->at_ms);
	p = put_message(p, e);
	p = put_outcome(p, e);
	*p++ = '}';
	buf_filled(out, (size_t)(p - start));
}
