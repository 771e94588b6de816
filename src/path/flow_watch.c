/*
 * flow_watch.c - tells the log every step of the messages of watched numbers. Listens to what the order of life tells
 * (flow_tell.c), to changes of state and to verdicts; changes nothing. Must not know the console.
 */
#include "path/flow_watch.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "link/tap.h"
#include "link/tap_hide.h"
#include "path/flow_priv.h"

#define LINES_PER_SECOND 500u
#define PDU_SHOWN	 800u /* octets in one line */

struct row {
	struct number number;
	int64_t until_ms; /* of loop_wall_ms() */
	struct tap_match *pdus;
	uint64_t lines;
	char who[64];
};

struct watch { /* flow.watch; NULL while none is watched */
	struct flow *flow;
	struct row rows[FLOW_WATCHED_MAX];
	size_t n;
	struct timer timer;
};

/* --- which are watched --- */

static void on_frame(void *arg, const struct tap_from *from, bool out, const uint8_t *p, size_t n);

static void set_ears(struct flow *f)
{
	bool any = false;
	for (size_t i = 0; f->watch && i < f->watch->n; i++)
		any = any || f->watch->rows[i].pdus;
	tap_listen(flow_tap(f), any ? on_frame : NULL, f->watch);
}

static void drop(struct flow *f, size_t at, const char *why)
{
	struct watch *w = f->watch;
	struct row *r = &w->rows[at];
	char number[32];
	log_info("-", "event=watch_ended number=%s why=\"%s\" lines=%" PRIu64,
		 log_number(r->number.digits, r->number.n, number), why, r->lines);
	tap_match_free(r->pdus);
	*r = w->rows[--w->n];
	if (w->n == 0) {
		loop_timer_clear(f->loop, &w->timer);
		f->watch = NULL;
		mem_free(w);
	}
	set_ears(f);
}

static void set_timer(struct watch *w)
{
	int64_t next = INT64_MAX, now = loop_wall_ms(w->flow->loop);
	for (size_t i = 0; i < w->n; i++)
		next = w->rows[i].until_ms < next ? w->rows[i].until_ms : next;
	loop_timer(w->flow->loop, &w->timer, next > now ? next - now : 0);
}

static void on_time(struct timer *timer)
{
	struct watch *w = LIST_OF(timer, struct watch, timer);
	struct flow *f = w->flow;
	int64_t now = loop_wall_ms(f->loop);
	for (size_t i = f->watch->n; i-- > 0 && f->watch;) {
		if (f->watch->rows[i].until_ms <= now)
			drop(f, i, "time");
	}
	if (f->watch)
		set_timer(f->watch);
}

static struct row *find(const struct flow *f, const struct number *number)
{
	for (size_t i = 0; f->watch && i < f->watch->n; i++) {
		struct row *r = &f->watch->rows[i];
		if (r->number.n == number->n && memcmp(r->number.digits, number->digits, number->n) == 0)
			return r;
	}
	return NULL;
}

static struct watch *watch_new(struct flow *f)
{
	struct watch *w = mem_zalloc(sizeof(*w));
	w->flow = f;
	w->timer.fn = on_time;
	return w;
}

bool flow_watch_start(struct flow *f, const struct number *number, int64_t for_ms, bool pdus, const char *who)
{
	struct row *r = find(f, number);
	char masked[32];
	if (!r) {
		if (f->watch && f->watch->n == FLOW_WATCHED_MAX)
			return false;
		if (!f->watch)
			f->watch = watch_new(f);
		r = &f->watch->rows[f->watch->n++];
		*r = (struct row){.number = *number};
	}
	struct tap_filter filter = {.by = TAP_NUMBER};
	snprintf(filter.name, sizeof(filter.name), "%s", number->digits);
	tap_match_free(r->pdus);
	r->pdus = pdus ? tap_match_new(&filter) : NULL;
	r->until_ms = loop_wall_ms(f->loop) + for_ms;
	snprintf(r->who, sizeof(r->who), "%s", who);
	set_timer(f->watch);
	set_ears(f);
	log_info("-", "event=watch_started who=%s number=%s seconds=%" PRId64 " pdus=%d", who,
		 log_number(number->digits, number->n, masked), for_ms / 1000, pdus);
	return true;
}

bool flow_watch_stop(struct flow *f, const struct number *number)
{
	struct row *r = find(f, number);
	if (!r)
		return false;
	drop(f, (size_t)(r - f->watch->rows), "stopped");
	return true;
}

size_t flow_watch_list(const struct flow *f, struct flow_watched out[FLOW_WATCHED_MAX])
{
	size_t n = f->watch ? f->watch->n : 0;
	for (size_t i = 0; i < n; i++) {
		const struct row *r = &f->watch->rows[i];
		out[i] = (struct flow_watched){.number = r->number,
					       .left_ms = r->until_ms - loop_wall_ms(f->loop),
					       .pdus = r->pdus != NULL,
					       .lines = r->lines};
		snprintf(out[i].who, sizeof(out[i].who), "%s", r->who);
	}
	return n;
}

void flow_watch_free(struct flow *f)
{
	while (f->watch)
		drop(f, f->watch->n - 1, "the gateway ends");
}

/* --- lines --- */

static struct row *row_of_address(const struct flow *f, struct pdu_addr address)
{
	struct number number;
	return number_parse(address, &number) ? find(f, &number) : NULL;
}

static struct row *row_of_pdu(const struct flow *f, const struct pdu *pdu)
{
	struct row *r = row_of_address(f, pdu->sm.dst);
	return r ? r : row_of_address(f, pdu->sm.src);
}

/* A part that has ended keeps no PDU; its text's record has one. */
static struct row *row_of(const struct flow *f, const struct msg *m)
{
	const struct msg *with = m;
	struct record r;
	struct pdu pdu;
	while (with && with->kin_kind)
		with = msgs_get(f->msgs, with->parent);
	if (!with || !with->rec || !record_decode((struct view){with->rec, with->rec_len}, &r) ||
	    pdu_decode(r.frame.p, r.frame.n, &pdu) != ESME_ROK)
		return NULL;
	return row_of_pdu(f, &pdu);
}

__attribute__((format(printf, 3, 4))) static void say(struct row *r, const char *id, const char *fmt, ...)
{
	static struct log_limit limit = {.what = "watch"};
	char text[2 * PDU_SHOWN + 200], number[32];
	unsigned kept_back;
	va_list ap;
	if (!log_on(LOG_LEVEL_INFO) || !log_limit(&limit, LINES_PER_SECOND, &kept_back))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r->lines++;
	log_write(LOG_LEVEL_INFO, id, "event=watch number=%s %s", log_number(r->number.digits, r->number.n, number),
		  text);
}

/* The id of the message that m is, or is a part or receipt of. */
static const char *id_of(const struct flow *f, struct msg *m, char out[IDS_DIGITS + 1])
{
	ids_print(msg_whole(f->msgs, m)->id, out);
	return out;
}

static const char *carrier_of(const struct flow *f, uint16_t carrier)
{
	return carrier == MSG_NO_CARRIER ? "-" : carrier_name(carriers_at(f->carriers, carrier));
}

/* Who would take it from its lane now. */
static void say_queued(struct flow *f, struct row *r, struct msg *m, const char *id, const char *from)
{
	uint16_t taker = flow_taker(f, m->route);
	const struct carrier *c = taker == LANES_NOBODY ? NULL : carriers_at(f->carriers, taker);
	say(r, id, "step=state from=%s to=queued part=%u carrier=%s carrier_up=%d in_lane=%" PRIu64, from, m->part,
	    c ? carrier_name(c) : "nobody", c && carrier_up(c), queue_depth(f->queue, m->route));
}

void flow_watch_state(struct flow *f, struct msg *m, enum msg_state from, enum msg_state to)
{
	char id[IDS_DIGITS + 1];
	struct row *r = row_of(f, m);
	if (!r || from == to)
		return;
	if (to == MSG_QUEUED)
		say_queued(f, r, m, id_of(f, m, id), msg_state_name(from));
	else
		say(r, id_of(f, m, id), "step=state from=%s to=%s part=%u carrier=%s%s", msg_state_name(from),
		    msg_state_name(to), m->part, carrier_of(f, m->carrier), m->mo ? " kind=reply" : "");
}

void flow_watch_judged(struct flow *f, const struct account *a, const struct pdu *pdu, const char *verdict,
		       const char *why)
{
	struct row *r = row_of_pdu(f, pdu);
	if (r)
		say(r, account_name(a), "step=judged verdict=%s why=\"%s\"", verdict, why);
}

void flow_watch_asked(struct flow *f, struct msg *m, const char *verdict)
{
	char id[IDS_DIGITS + 1];
	struct row *r = row_of(f, m);
	if (r)
		say(r, id_of(f, m, id), "step=recipient verdict=%s", verdict);
}

void flow_watch_answered(struct flow *f, struct msg *m, uint32_t status)
{
	char id[IDS_DIGITS + 1];
	struct row *r = row_of(f, m);
	if (r)
		say(r, id_of(f, m, id), "step=answered account=%s class=%s status=%s code=0x%x verdict=%s",
		    flow_account_name(f, m->account), class_name((enum class_id)m->class_id), status_name(status),
		    status, f->refused_by ? f->refused_by : "-");
}

void flow_watch_refused(struct flow *f, const struct account *a, const struct pdu *pdu, uint32_t status,
			const char *why)
{
	struct row *r = row_of_pdu(f, pdu);
	if (r)
		say(r, account_name(a), "step=refused status=%s code=0x%x verdict=%s why=\"%s\"", status_name(status),
		    status, f->refused_by ? f->refused_by : "-", why);
}

void flow_watch_held(struct flow *f, struct msg *m, enum flow_wait why)
{
	char id[IDS_DIGITS + 1];
	struct row *r = row_of(f, m);
	if (r)
		say(r, id_of(f, m, id), "step=held waits_for=%s seconds=%" PRId64, flow_wait_name(why),
		    m->due_ms > 0 ? (m->due_ms - loop_wall_ms(f->loop)) / 1000 : 0);
}

void flow_watch_submitted(struct flow *f, const struct carrier *c, struct msg *m, uint32_t status)
{
	char id[IDS_DIGITS + 1];
	struct row *r = row_of(f, m);
	if (r)
		say(r, id_of(f, m, id),
		    "step=submitted carrier=%s part=%u attempt=%u status=%s code=0x%x answer_ms=%" PRId64
		    " carrier_id=%.*s",
		    carrier_name(c), m->part, m->attempts, status_name(status), status,
		    loop_wall_ms(f->loop) - m->sent_ms, m->cid ? (int)m->cid_len : 0, m->cid ? m->cid : "");
}

void flow_watch_retried(struct flow *f, struct msg *m, uint16_t carrier, const struct words *w)
{
	char id[IDS_DIGITS + 1];
	struct row *r = row_of(f, m);
	if (r)
		say(r, id_of(f, m, id), "step=retried carrier=%s stat=%.*s err=%.*s attempts=%u",
		    carrier_of(f, carrier), w ? (int)w->stat.n : 0, w ? (const char *)w->stat.p : "",
		    w ? (int)w->err.n : 0, w ? (const char *)w->err.p : "", m->attempts);
}

void flow_watch_doubt(struct flow *f, const struct carrier *c, struct msg *m, const char *why)
{
	char id[IDS_DIGITS + 1];
	struct row *r = row_of(f, m);
	if (r)
		say(r, id_of(f, m, id), "step=doubt carrier=%s why=%s", carrier_name(c), why);
}

void flow_watch_late(struct flow *f, struct msg *m)
{
	char id[IDS_DIGITS + 1];
	struct row *r = row_of(f, m);
	if (r)
		say(r, id_of(f, m, id), "step=late carrier=%s", carrier_of(f, m->carrier));
}

void flow_watch_receipt(struct flow *f, const struct carrier *c, const struct msg *m, const struct outcome *o,
			const char *what)
{
	struct row *r = m ? row_of(f, m) : row_of_address(f, o->from);
	char id[IDS_DIGITS + 1] = "-";
	if (!r)
		return;
	if (m)
		ids_print(m->id, id);
	say(r, id, "step=receipt what=%s carrier=%s carrier_id=%.*s stat=%.*s err=%.*s", what, carrier_name(c),
	    (int)o->id.n, (const char *)o->id.p, (int)o->stat.n, (const char *)o->stat.p, (int)o->err.n,
	    (const char *)o->err.p);
}

void flow_watch_end(struct flow *f, struct msg *m, enum finish how, const struct words *w)
{
	char id[IDS_DIGITS + 1];
	struct row *r = row_of(f, m);
	if (r)
		say(r, id_of(f, m, id), "step=ended how=%s carrier=%s attempts=%u verdict=%s stat=%.*s err=%.*s",
		    finish_name(how), carrier_of(f, m->carrier), m->attempts,
		    m->verdict ? policy_verdict_of((enum policy_id)m->verdict).name : "-", w ? (int)w->stat.n : 0,
		    w ? (const char *)w->stat.p : "", w ? (int)w->err.n : 0, w ? (const char *)w->err.p : "");
}

void flow_watch_told(struct flow *f, struct msg *m, const char *how)
{
	char id[IDS_DIGITS + 1];
	struct row *r = row_of(f, m);
	if (r)
		say(r, id_of(f, m, id), "step=told to=%s kind=%s account=%s", how, m->mo ? "reply" : "receipt",
		    flow_account_name(f, m->account));
}

void flow_watch_reply(struct flow *f, const struct reply_event *what)
{
	char id[IDS_DIGITS + 1], text[128];
	struct row *r = find(f, what->from);
	if (!r)
		return;
	ids_print(what->original->id, id);
	say(r, what->original->id ? id : "-", "step=reply what=%s account=%s carrier=%s code=%s text=\"%s\"",
	    event_name(what->kind), account_name(accounts_at(f->accounts, what->account)), what->carrier, what->code,
	    log_text(what->text.p, what->text.n, text));
}

/* --- PDUs --- */

static void say_pdu(struct row *r, const char *session, bool out, const uint8_t *p, size_t n)
{
	static uint8_t copy[PDU_MAX_DEFAULT];
	char hex[2 * PDU_SHOWN + 3];
	size_t shown = n < PDU_SHOWN ? n : PDU_SHOWN, whole = n < sizeof(copy) ? n : sizeof(copy);
	struct pdu pdu;
	memcpy(copy, p, whole);
	tap_hide(copy, whole, log_masks());
	for (size_t i = 0; i < shown; i++)
		snprintf(hex + 2 * i, 3, "%02x", copy[i]);
	snprintf(hex + 2 * shown, 3, "%s", shown < n ? ".." : "");
	uint32_t fault = pdu_decode(p, n, &pdu);
	say(r, session, "step=pdu direction=%s command=%s sequence=%u status=0x%x octets=%zu%s hex=%s",
	    out ? "out" : "in", command_name(pdu.command_id), pdu.sequence, pdu.command_status, n,
	    fault ? " malformed=1" : "", hex);
}

static void on_frame(void *arg, const struct tap_from *from, bool out, const uint8_t *p, size_t n)
{
	struct watch *w = arg;
	if (n < PDU_HEADER)
		return;
	for (size_t i = 0; i < w->n; i++) {
		struct row *r = &w->rows[i];
		if (r->pdus && tap_match(r->pdus, from->name, from->session, out, p, n))
			say_pdu(r, from->name, out, p, n);
	}
}
