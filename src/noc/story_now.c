/*
 * story_now.c - the state of a message in memory as a sentence that says what it waits for, and what to do. Must not
 * know where it was read.
 */
#include "noc/story_now.h"

#include <inttypes.h>
#include <string.h>

#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"
#include "noc/json.h"
#include "noc/label.h"
#include "noc/status.h"

static const char *span(int64_t ms, char out[STATUS_STAMP])
{
	return status_span(ms > 0 ? ms : 0, out);
}

static const struct {
	const char *name, *words;
} waits[] = {
	[LOOK_NOT_HELD] = {"", ""},
	[LOOK_TIME] = {"time", "held for its schedule"},
	[LOOK_HOURS] = {"hours", "held by the hours of contact"},
	[LOOK_RETRY] = {"retry", "held for the pause after an error"},
	[LOOK_REVIEW] = {"review", "held until somebody has read it: review list, review approve ID"},
	[LOOK_PARTS] = {"parts", "held until the other parts of its text are here"},
	[LOOK_CAMPAIGN] = {"campaign", "held at the gate of its campaign: campaign show"},
	[LOOK_BRAKE] = {"brake", "held by a brake: brake list says why, brake release lets it go"},
	[LOOK_RECIPIENT] = {"recipient", "held until the rules of its recipient have been asked"},
	[LOOK_STORE] = {"store", "held until the store (Redis) has what must stand there first"},
};

static void now_held(const struct flow_found *x, int64_t now_ms, struct buf *out)
{
	char stamp[STATUS_STAMP], left[STATUS_STAMP];

	buf_puts(out, waits[x->wait].words);
	if (x->due_ms)
		buf_printf(out, ", until %s (in %s)", status_time(x->due_ms, false, stamp),
			   span(x->due_ms - now_ms, left));
	if (*x->verdict)
		buf_printf(out, ", policy %s", x->verdict);
}

static void now_queued(const struct flow_found *x, int64_t now_ms, struct buf *out)
{
	char text[STATUS_STAMP];

	if (!*x->taker)
		buf_puts(out, "waits: no carrier of its route is up");
	else
		buf_printf(out, "waits for %s%s", x->taker, x->taker_up ? "" : ", which is down");
	buf_printf(out, "; %s%" PRIu64 " of its account and class before it, %" PRIu64 " in the lane",
		   x->before_more ? "more than " : "", x->before, x->lane);
	buf_printf(out, "; it has waited %s", span(now_ms - x->accepted_ms, text));
}

static void now_awaiting(const struct flow_found *x, int64_t now_ms, struct buf *out)
{
	char text[STATUS_STAMP];

	buf_printf(out, "%s has it", x->carrier);
	if (x->carrier_id.n)
		buf_printf(out, " as %.*s", (int)x->carrier_id.n, (const char *)x->carrier_id.p);
	buf_printf(out, "; its receipt has been awaited for %s", span(now_ms - x->sent_ms, text));
}

static void now_doubt(const struct flow_found *x, int64_t now_ms, struct buf *out)
{
	char text[STATUS_STAMP];

	buf_printf(out,
		   "in doubt for %s: %s has not answered the submit and may have it; a receipt settles it, or you: ",
		   span(now_ms - x->sent_ms, text), *x->carrier ? x->carrier : "a carrier");
	buf_printf(out, "doubt resend %" PRIu64 ", doubt fail %" PRIu64, x->msg ? x->msg : x->id,
		   x->msg ? x->msg : x->id);
}

static void now_state(const struct flow_found *x, int64_t now_ms, struct buf *out)
{
	char text[STATUS_STAMP];

	switch (x->state) {
	case MSG_HELD:
		now_held(x, now_ms, out);
		break;
	case MSG_QUEUED:
		now_queued(x, now_ms, out);
		break;
	case MSG_SENT:
		buf_printf(out, "at %s, no answer for %s", x->carrier, span(now_ms - x->sent_ms, text));
		break;
	case MSG_AWAITING:
		now_awaiting(x, now_ms, out);
		break;
	case MSG_PARTED:
		buf_printf(out, "its %u parts are on their way", x->parts);
		break;
	case MSG_DOUBT:
		now_doubt(x, now_ms, out);
		break;
	case MSG_PAST:
		buf_printf(out, "ended as %s", x->final_state);
		break;
	case MSG_CLOSING:
		buf_printf(out, "ended as %s; the end is on its way to the store", x->final_state);
		break;
	case MSG_DELIVERING:
		buf_printf(out, "ended as %s; the receipt waits for the app, which is %sbound", x->final_state,
			   x->app_bound ? "" : "not ");
		break;
	case MSG_LEAVING:
		buf_printf(out, "ended as %s; it is being forgotten", x->final_state);
		break;
	default:
		buf_puts(out, x->state == MSG_NEW ? "being judged" : "its record is on the way to the store");
		break;
	}
}

void story_now(const struct flow_found *x, int64_t now_ms, struct buf *out)
{
	char stamp[STATUS_STAMP], left[STATUS_STAMP];
	bool waits_still = x->state < MSG_SENT;

	if (x->part)
		buf_printf(out, "    part %u of %u: ", x->part, x->parts);
	else
		buf_puts(out, "  now: ");
	now_state(x, now_ms, out);
	if (x->attempts && waits_still)
		buf_printf(out, "; %u attempt%s so far", x->attempts, x->attempts == 1 ? "" : "s");
	if (waits_still && !x->part && x->expiry_ms)
		buf_printf(out, "; its validity ends at %s (in %s)", status_time(x->expiry_ms, false, stamp),
			   span(x->expiry_ms - now_ms, left));
	buf_puts(out, "\n");
}

static void now_number(const struct flow_found *x, bool whole, struct buf *out)
{
	char masked[32];

	if (whole)
		buf_put(out, x->number.p, x->number.n);
	else
		buf_puts(out, log_masked(x->number.p, x->number.n, masked));
}

void story_now_head(const struct flow_found *x, bool whole, struct buf *out)
{
	char id[IDS_DIGITS + 1];

	ids_print(x->id, id);
	buf_printf(out, "%s  %s  %s  %.*s -> ", id, *x->account ? x->account : "-", x->class_name, (int)x->code.n,
		   (const char *)x->code.p);
	now_number(x, whole, out);
	if (whole && x->text.n) {
		char *text = mem_strndup((const char *)x->text.p, x->text.n);
		buf_puts(out, ": ");
		label_cell(out, text);
		mem_free(text);
	}
	buf_puts(out, "\n");
}

static void now_text(struct json *j, const char *name, struct view v)
{
	if (v.n == 0)
		return;
	char *text = mem_strndup((const char *)v.p, v.n);
	json_text(j, name, text);
	mem_free(text);
}

static void now_time(struct json *j, const char *name, int64_t ms)
{
	char stamp[STATUS_STAMP];

	if (ms)
		json_text(j, name, status_time(ms, true, stamp));
}

static void now_who(struct json *j, const struct flow_found *x, bool whole)
{
	char id[IDS_DIGITS + 1];
	struct buf number = {0};

	ids_print(x->id, id);
	json_text(j, "id", id);
	if (x->msg) {
		ids_print(x->msg, id);
		json_text(j, "msg", id);
	}
	now_number(x, whole, &number);
	now_text(j, "number", (struct view){buf_data(&number), (uint32_t)buf_len(&number)});
	buf_free(&number);
	json_text(j, "account", x->account);
	json_text(j, "class", x->class_name);
	now_text(j, "code", x->code);
	if (whole)
		now_text(j, "text", x->text);
}

void story_now_json(const struct flow_found *x, bool whole, struct buf *out)
{
	struct json j = {.out = out};

	json_open(&j, NULL, '{');
	now_who(&j, x, whole);
	if (x->part)
		json_u64(&j, "part", x->part);
	if (x->parts)
		json_u64(&j, "parts", x->parts);
	json_text(&j, "state", msg_state_name(x->state));
	if (x->wait != LOOK_NOT_HELD)
		json_text(&j, "waits_for", waits[x->wait].name);
	if (*x->verdict)
		json_text(&j, "verdict", x->verdict);
	if (*x->carrier)
		json_text(&j, "carrier", x->carrier);
	now_text(&j, "carrier_id", x->carrier_id);
	if (*x->final_state)
		json_text(&j, "final", x->final_state);
	now_text(&j, "stat", x->stat);
	now_text(&j, "err", x->err);
	if (x->state == MSG_QUEUED) {
		json_text(&j, "taker", x->taker);
		json_bool(&j, "taker_up", x->taker_up);
		json_u64(&j, "before", x->before);
		json_u64(&j, "lane", x->lane);
	}
	json_u64(&j, "attempts", x->attempts);
	json_u64(&j, "doubts", x->doubts);
	now_time(&j, "accepted", x->accepted_ms);
	now_time(&j, "due", x->due_ms);
	now_time(&j, "sent", x->sent_ms);
	now_time(&j, "expires", x->expiry_ms);
	json_bool(&j, "app_bound", x->app_bound);
	json_close(&j, '}');
}
