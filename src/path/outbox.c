/*
 * outbox.c - delivery to apps. Must not know carriers, routes, nor when a message's record is written.
 *
 * Per account: `waiting` in order, `sent` without answer, and the backlog in the store behind them. While the backlog
 * is not read to its end (`behind`), new receipts go there too, so that order holds and memory is bounded.
 */
#include "path/outbox.h"

#include <errno.h>
#include <stdio.h>

#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"
#include "path/deliver.h"

#define WAITING_MAX  20000u /* messages in memory per account */
#define READ_BELOW   200u   /* read on when fewer wait */
#define READ_PAGE    200u
#define RETRY_MS     1000
#define RETRY_MAX_MS 60000
#define ENTRY_MAX    48u /* characters of a stream entry's id */

struct box {
	struct outbox *owner;
	struct account *account;
	struct list waiting, sent;
	uint64_t waiting_n, sent_n;
	uint64_t serial; /* of the last message that came in; msg.order is its rank here */
	bool behind;	 /* the store's backlog may hold what is not here */
	bool reading;
	bool grew;		/* ... while reading */
	bool stale;		/* what is being read began behind entries that have been forgotten since */
	bool full;		/* messages.max_held stopped reading: goes on after a pause */
	char cursor[ENTRY_MAX]; /* the last entry read */
	struct timer retry;
	int64_t retry_ms; /* > 0: pausing after a temporary refusal */
};

struct outbox {
	struct loop *loop;
	struct store *store;
	struct msgs *msgs;
	const struct outbox_ops *ops;
	void *arg;
	struct box *boxes;
	size_t n;
	struct outbox_stats counters;
	struct stats *stats;
	struct deliver_scratch scratch;
};

static const struct stats_row stat_rows[] = {
	{"smppgw_outbox_sent_total", "deliver_sm sent to apps.", STATS_COUNTER, offsetof(struct outbox_stats, sent),
	 NULL, NULL},
	{"smppgw_outbox_delivered_total", "deliver_sm that apps took.", STATS_COUNTER,
	 offsetof(struct outbox_stats, delivered), NULL, NULL},
	{"smppgw_outbox_refused_total", "deliver_sm that apps refused for good.", STATS_COUNTER,
	 offsetof(struct outbox_stats, refused), NULL, NULL},
	{"smppgw_outbox_retried_total", "deliver_sm to be sent again: refused for now, or not answered.", STATS_COUNTER,
	 offsetof(struct outbox_stats, retried), NULL, NULL},
	{"smppgw_outbox_evicted_total", "Receipts moved to the backlog in the store.", STATS_COUNTER,
	 offsetof(struct outbox_stats, evicted), NULL, NULL},
	{"smppgw_outbox_read_back_total", "Entries read back from the backlog.", STATS_COUNTER,
	 offsetof(struct outbox_stats, read_back), NULL, NULL},
};

static void pump(struct box *b);
static void read_on(struct box *b);

static void on_retry(struct timer *t)
{
	struct box *b = LIST_OF(t, struct box, retry);
	b->full = false;
	pump(b);
}

struct outbox *outbox_new(struct loop *loop, struct accounts *accounts, struct store *store, struct msgs *msgs,
			  const struct outbox_ops *ops, void *arg, struct stats *stats)
{
	struct outbox *o = mem_zalloc(sizeof(*o));
	*o = (struct outbox){.loop = loop, .store = store, .msgs = msgs, .ops = ops, .arg = arg, .stats = stats};
	o->n = accounts_count(accounts);
	o->boxes = mem_zalloc((o->n ? o->n : 1) * sizeof(*o->boxes));
	for (size_t i = 0; i < o->n; i++) {
		struct box *b = &o->boxes[i];
		b->owner = o;
		b->account = accounts_at(accounts, i);
		list_init(&b->waiting);
		list_init(&b->sent);
		b->behind = true;
		b->retry.fn = on_retry;
	}
	stats_add(stats, stat_rows, sizeof(stat_rows) / sizeof(stat_rows[0]), &o->counters, NULL, NULL, NULL);
	return o;
}

void outbox_free(struct outbox *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->n; i++) {
		loop_timer_clear(o->loop, &o->boxes[i].retry);
	}
	stats_drop(o->stats, &o->counters);
	mem_free(o->boxes);
	mem_free(o);
}

/* What came from the backlog stays there and is only forgotten here. */
static void evict(struct outbox *o, struct msg *m)
{
	o->counters.evicted++;
	if (m->from_backlog)
		o->ops->on_forgotten(o->arg, m);
	else
		o->ops->on_evicted(o->arg, m);
}

static void append(struct box *b, struct msg *m)
{
	m->order = ++b->serial;
	list_append(&b->waiting, &m->link);
	b->waiting_n++;
}

/* Out of `waiting` or `sent`. */
static void take_out(struct box *b, struct msg *m)
{
	list_remove(&m->link);
	if (m->out)
		b->sent_n--;
	else
		b->waiting_n--;
	m->out = false;
}

static void fill(struct pdu *pdu, uint8_t peer_version, void *arg)
{
	struct box *b = arg;
	const struct msg *m = LIST_OF(b->waiting.next, struct msg, link);
	deliver_fill(m, account_conf(b->account), peer_version, &b->owner->scratch, pdu);
}

static void finish(struct box *b, struct msg *m, uint32_t refused)
{
	struct outbox *o = b->owner;
	if (refused)
		o->counters.refused++;
	else
		o->counters.delivered++;
	o->ops->on_delivered(o->arg, m, refused);
}

static void pump(struct box *b)
{
	struct outbox *o = b->owner;
	if (wheel_isset(&b->retry))
		return;
	while (!list_empty(&b->waiting)) {
		struct msg *m = LIST_OF(b->waiting.next, struct msg, link);
		int sent = account_send(b->account, m->handle, fill, b);
		if (sent == -EAGAIN || sent == -ENOTCONN)
			break;
		take_out(b, m);
		if (sent < 0) {
			log_error(account_name(b->account), "event=deliver_failed error=unsendable id=%llu",
				  (unsigned long long)m->id);
			finish(b, m, ESME_RINVMSGLEN);
			continue;
		}
		o->counters.sent++;
		list_append(&b->sent, &m->link);
		b->sent_n++;
		m->out = true;
	}
	read_on(b);
}

/* --- the backlog --- */

static void on_entry(void *arg, uint64_t token, struct view entry, uint64_t id, struct view rec);
static void on_read(void *arg, uint64_t token, int count);
static const struct store_backlog_reader reader = {on_entry, on_read};

static void read_on(struct box *b)
{
	struct outbox *o = b->owner;
	if (!b->behind || b->reading || b->full || b->waiting_n >= READ_BELOW || !account_can_receive(b->account))
		return;
	b->grew = false;
	b->reading = store_backlog_read(o->store, view_of(account_name(b->account)), view_of(b->cursor), READ_PAGE,
					&reader, (uint64_t)(uintptr_t)b) == 0;
}

static struct msg *message_of(struct box *b, struct view entry, uint64_t id, struct view rec)
{
	struct outbox *o = b->owner;
	struct record r;
	struct pdu pdu;
	if (!record_decode(rec, &r) || r.kind == RECORD_MT || pdu_decode(r.frame.p, r.frame.n, &pdu) != ESME_ROK)
		return NULL;
	struct msg *m = o->ops->make(o->arg);
	b->full = !m;
	if (!m)
		return NULL;
	if (msg_set_record(o->msgs, m, &r) < 0 || msg_set_cid(o->msgs, m, (const char *)entry.p, entry.n) < 0) {
		o->ops->on_forgotten(o->arg, m);
		return NULL;
	}
	m->id = id;
	m->final_state = r.final_state;
	m->attempts = r.attempts;
	m->class_id = r.class_id;
	m->mo = r.kind == RECORD_MO;
	m->from_backlog = true;
	return m;
}

static void on_entry(void *arg, uint64_t token, struct view entry, uint64_t id, struct view rec)
{
	(void)arg;
	struct box *b = (struct box *)(uintptr_t)token;
	struct outbox *o = b->owner;
	if (b->stale || b->full)
		return;
	struct msg *m = message_of(b, entry, id, rec);
	if (b->full)
		return; /* read again later, from here */
	snprintf(b->cursor, sizeof(b->cursor), "%.*s", (int)entry.n, (const char *)entry.p);
	if (!m) {
		log_error(account_name(b->account),
			  "event=backlog_entry_unreadable entry=%s id=%llu action=\"left in the "
			  "stream\"",
			  b->cursor, (unsigned long long)id);
		return;
	}
	m->account = (uint16_t)account_number(b->account);
	o->counters.read_back++;
	append(b, m);
}

static void on_read(void *arg, uint64_t token, int count)
{
	(void)arg;
	struct box *b = (struct box *)(uintptr_t)token;
	b->reading = false;
	if (b->stale) {
		b->stale = false;
		read_on(b);
		return;
	}
	if (!account_can_receive(b->account)) {
		outbox_no_receiver(b->owner, account_number(b->account));
		return;
	}
	if (count >= 0 && (unsigned)count < READ_PAGE && !b->grew && !b->full)
		b->behind = false;
	if (count >= 0)
		pump(b);
	if (b->full && !wheel_isset(&b->retry))
		loop_timer(b->owner->loop, &b->retry, RETRY_MS);
}

void outbox_backlog_grew(struct outbox *o, size_t account)
{
	struct box *b = &o->boxes[account];
	b->behind = true;
	b->grew = true;
	read_on(b);
}

void outbox_store_up(struct outbox *o)
{
	for (size_t i = 0; i < o->n; i++) {
		o->boxes[i].behind = true;
		read_on(&o->boxes[i]);
	}
}

/* --- what comes in --- */

void outbox_put(struct outbox *o, struct msg *m)
{
	if (m->account == MSG_NO_ACCOUNT) {
		evict(o, m);
		return;
	}
	struct box *b = &o->boxes[m->account];
	if (!account_can_receive(b->account) || b->behind || b->waiting_n >= WAITING_MAX) {
		b->behind = true; /* what comes next stands behind this one in the backlog */
		evict(o, m);
		return;
	}
	append(b, m);
	pump(b);
}

void outbox_receiver(struct outbox *o, size_t account)
{
	pump(&o->boxes[account]);
}

void outbox_no_receiver(struct outbox *o, size_t account)
{
	struct box *b = &o->boxes[account];
	loop_timer_clear(o->loop, &b->retry);
	b->retry_ms = 0;
	b->behind = true;
	b->full = false;
	b->stale = b->reading;
	b->cursor[0] = '\0';
	while (!list_empty(&b->waiting)) {
		struct msg *m = LIST_OF(b->waiting.next, struct msg, link);
		take_out(b, m);
		evict(o, m);
	}
}

/* Back to its place by rank: it goes out again before what came later, also when several come back together. */
static void return_to_place(struct box *b, struct msg *m)
{
	b->owner->counters.retried++;
	take_out(b, m);
	if (!account_can_receive(b->account)) {
		evict(b->owner, m);
		return;
	}
	struct list *at = &b->waiting;
	while (at->next != &b->waiting && LIST_OF(at->next, struct msg, link)->order < m->order)
		at = at->next;
	list_put(at, &m->link);
	b->waiting_n++;
}

static void pause_box(struct box *b)
{
	b->retry_ms = b->retry_ms ? b->retry_ms * 2 : RETRY_MS;
	if (b->retry_ms > RETRY_MAX_MS)
		b->retry_ms = RETRY_MAX_MS;
	loop_timer(b->owner->loop, &b->retry, b->retry_ms);
}

static bool is_temporary(uint32_t status)
{
	return status == ESME_RX_T_APPN || status == ESME_RMSGQFUL || status == ESME_RTHROTTLED ||
	       status == ESME_RSYSERR;
}

void outbox_settled(struct outbox *o, size_t account, uint64_t cookie, enum session_outcome outcome,
		    const struct pdu *resp)
{
	struct box *b = &o->boxes[account];
	struct msg *m = msgs_get(o->msgs, cookie);
	if (!m || m->state != MSG_DELIVERING)
		return; /* an earlier answer has settled it */
	/* a late answer settles it too, also when it has been sent again: an app that is always late would never be
	 * done */
	if (outcome == SESSION_LATE && is_temporary(resp->command_status))
		return;
	if (outcome == SESSION_TIMEOUT || outcome == SESSION_LOST) {
		return_to_place(b, m);
	} else if (resp->command_status && is_temporary(resp->command_status)) {
		return_to_place(b, m);
		pause_box(b);
		return;
	} else {
		b->retry_ms = 0;
		take_out(b, m);
		if (resp->command_status)
			log_warn(account_name(b->account), "event=receipt_refused id=%llu status=0x%x name=%s",
				 (unsigned long long)m->id, resp->command_status, status_name(resp->command_status));
		finish(b, m, resp->command_status);
	}
	pump(b);
}

uint64_t outbox_waiting(const struct outbox *o, size_t account)
{
	return o->boxes[account].waiting_n + o->boxes[account].sent_n;
}
