/*
 * event.h - what apps and data teams are told of a message's life, beside its receipt: the table of events, and the
 * form of one, a line of JSON. Pure: knows no store, no flow, no webhook.
 *
 * A line is one JSON object in UTF-8 without line breaks. Members without a value are left out: none but e and at is
 * always there.
 * - e: name of the event; at: when, ISO 8601, as China's clocks show it: "2026-05-01T09:30:00.123+08:00"
 * - id: the message_id that the app was given, 18 digits as a string; msg: the gateway's own, when that is another one
 *   (submit_multi: one id for all, a message for each destination)
 * - account, class; number: the phone; code: the sender code that the text came from, or went to
 * - campaign, variant, group: TLVs of the app
 * - carrier; attempts: when there were several; parts: of a long text
 * - due: when it may leave (held)
 * - state: SMPP's final state, when e does not say it; how: as in smppgw_finished_total, when it is another word than
 *   e; stat, err: the carrier's own words
 * - fault: what an error of a carrier is about (retried)
 * - verdict: the policy that refused, ended or holds it
 * - status: command_status of a refused submit, its name
 * - original: id of the message that a reply answers
 * - text: what a phone has said; why, of refused and of campaigns
 */
#ifndef PATH_EVENT_H
#define PATH_EVENT_H

#include "base/buf.h"
#include "base/conf.h"
#include "smpp/view.h"

/* Order of the table; the names are what counts outside. */
enum event_kind {
	EVENT_ACCEPTED,
	EVENT_REFUSED,
	EVENT_HELD,
	EVENT_REVIEW,
	EVENT_SENT,
	EVENT_RETRIED,
	EVENT_DOUBT,
	EVENT_LATE,
	EVENT_DELIVERED,
	EVENT_FAILED,
	EVENT_EXPIRED,
	EVENT_DELETED,
	EVENT_UNKNOWN,
	EVENT_REPLIED,
	EVENT_OPTED_OUT,
	EVENT_OPTED_IN,
	EVENT_COMPLAINED,
	EVENT_CONFIRMED,
	EVENT_CAMPAIGN_PAUSED,
	EVENT_CAMPAIGN_RESUMED,
	EVENT_CAMPAIGN_CANCELLED,
	EVENTS
};

const char *event_name(enum event_kind e);
const char *event_help(enum event_kind e); /* one sentence */
/* By name; false when there is none. */
bool event_by_name(const char *name, enum event_kind *out);
/*
 * A list of names as a set of bits (1 << kind); "all" and "none" as well, and "-name" takes one out of what stands
 * before it. False: *bad is a name that is none.
 */
bool event_set(const struct conf_list *names, uint32_t *set, const char **bad);

struct events_conf { /* section events */
	struct conf_where where;
	struct conf_list stream; /* as event_set() reads them */
	int64_t length;		 /* events in the stream */
	int64_t late;		 /* s; 0: off */
	bool mask;		 /* numbers */
	bool unstored;		 /* events of messages in datagram and forward mode, too */
	char *webhook;		 /* name in webhooks; "": none */
	struct conf_list webhook_events;
};
extern const struct conf_row events_rows[];

struct event { /* views borrowed; empty ones and zeros are left out */
	enum event_kind kind;
	int64_t at_ms, due_ms; /* UTC */
	uint64_t id, msg, original;
	struct view account, class_name, number, code, campaign, variant, group, carrier;
	struct view state, how, stat, err, fault, verdict, status, text;
	unsigned attempts, parts;
	bool mask; /* the number: as in a masked log */
};

struct event_clock { /* a second as text: most events are of the same one; zero it before first use */
	int64_t second;
	char text[24];
};
#define EVENT_TEXT_MAX 2048u /* octets of text at most, cut at a character */

/* Appends the line, without a line break. What is no UTF-8 stands as U+FFFD. */
void event_write(const struct event *e, struct event_clock *clock, struct buf *out);

#endif
