/*
 * outbox.c - delivery to apps. Must not know carriers, routes, nor when a message's record is written.
 *
 * Per account, in order: `sent` without answer, `waiting` for room, the backlog in the store, and the `line`, which is
 * in memory behind what the store has. What comes in goes to the end; from the head of the line the store gets what is
 * too much, or all of it when no bind can receive, some hundred a turn.
 */
#include "path/outbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"
#include "link/throttle.h"
#include "path/deliver.h"
#include "path/graves.h"

#define LINE_MAX  20000u /* messages in memory per account; and no more than a share of all that may be */
#define LINE_PART 4u
/* With more waiting, and that many windows full, the app's new submits come after it. Less would leave the gateway
 * without work while the app takes what it has. */
#define EASE_LEAST   3000u
#define EASE_WINDOWS 8u
#define READ_BELOW   200u /* read on when fewer wait */
#define READ_PAGE    200u
#define SPILL_STEP   200u /* moved to the store in one go */
#define SPILL_MS     1
#define RETRY_MS     1000
#define RETRY_MAX_MS 60000
#define ENTRY_MAX    48u /* characters of a stream entry's id */

/* What an answer to a deliver_sm means; every status that has no row is refused for good. */
enum verdict {
	TAKEN,
	NOT_NOW, /* sent again after a pause that grows, until it is too old */
	NEVER,	 /* a dead letter */
};
static const struct {
	uint32_t status;
	enum verdict verdict;
} verdicts[] = {
	{ESME_ROK, TAKEN},	 {ESME_RX_T_APPN, NOT_NOW},  {ESME_RMSGQFUL, NOT_NOW}, {ESME_RTHROTTLED, NOT_NOW},
	{ESME_RSYSERR, NOT_NOW}, {ESME_RINVBNDSTS, NOT_NOW}, /* this bind of it does not take any; another may */
};

struct box {
	struct outbox *owner;
	struct account *account;
	struct list waiting, sent, line;
	struct list soon; /* in outbox.soon: to be pumped in this turn's stage */
	uint64_t waiting_n, sent_n, line_n;
	uint64_t spilling; /* on their way to the store's backlog */
	uint64_t told_n;   /* the app has them, the store does not know it yet: a crash would tell them again */
	uint64_t serial;   /* of the last message that came in; msg.order is its rank here */
	bool behind;	   /* the store's backlog may hold what is not here */
	bool reading;
	bool grew;		/* ... while reading */
	bool stale;		/* what is being read began behind entries that have been forgotten since */
	bool full;		/* messages.max_held stopped reading: goes on after a pause */
	char cursor[ENTRY_MAX]; /* the last entry read */
	struct timer retry;
	int64_t retry_ms;     /* > 0: pausing after a temporary refusal */
	struct throttle rate; /* backlog_rate: what has been read back */
	struct timer rate_timer;
	struct timer spill_timer; /* the line has more for the store */
};

struct outbox {
	struct loop *loop;
	struct store *store;
	struct backlog *backlog;
	struct msgs *msgs;
	const struct outbox_ops *ops;
	void *arg;
	struct list soon; /* boxes */
	struct loop_hook hook;
	uint64_t pumped; /* the turn, from 1, in which the stage was last */
	struct graves *graves;
	struct accounts *accounts;
	struct box **boxes; /* by account; they never move: heads of lists */
	size_t n;
	uint64_t line_max;
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
	{"smppgw_outbox_burying", "Messages on their way to the dead letters.", STATS_GAUGE,
	 offsetof(struct outbox_stats, burying), NULL, NULL},
};

static void pump(struct box *b);
static void read_on(struct box *b);
static void on_spill(struct timer *t);
static void on_buried(void *arg, size_t account, struct msg *m, uint32_t status);
static void on_aged(void *arg, size_t account, bool again);
static void on_replayed(void *arg, size_t account);

/* What comes behind m in its list is probably next: fetched while m is worked on. */
static void fetch_ahead(const struct list *all, const struct msg *m)
{
	const struct list *next = m->link.next;
	if (next == all)
		return;
	msg_fetch_octets(LIST_OF(next, struct msg, link));
	if (next->next != all)
		msg_fetch(LIST_OF(next->next, struct msg, link));
}

/* Several that come back together are all in their places before the first of them goes out again. */
static void pump_soon(struct box *b)
{
	list_remove(&b->soon);
	list_append(&b->owner->soon, &b->soon);
	if (b->owner->pumped == loop_turns(b->owner->loop) + 1)
		loop_wake_in(b->owner->loop, 0); /* the stage is over: in the next turn's */
}

static void on_pump(void *arg)
{
	struct outbox *o = arg;
	o->pumped = loop_turns(o->loop) + 1;
	while (!list_empty(&o->soon)) {
		struct box *b = LIST_OF(o->soon.next, struct box, soon);
		list_remove(&b->soon);
		pump(b);
	}
}

static void on_rate(struct timer *t)
{
	pump(LIST_OF(t, struct box, rate_timer));
}

static void on_retry(struct timer *t)
{
	struct box *b = LIST_OF(t, struct box, retry);
	b->full = false;
	pump(b);
}

static struct box *box_new(struct outbox *o, struct account *a)
{
	struct box *b = mem_zalloc(sizeof(*b));
	b->owner = o;
	b->account = a;
	list_init(&b->waiting);
	list_init(&b->sent);
	list_init(&b->line);
	list_init(&b->soon);
	b->behind = true;
	b->retry.fn = on_retry;
	b->rate_timer.fn = on_rate;
	b->spill_timer.fn = on_spill;
	return b;
}

void outbox_grow(struct outbox *o)
{
	size_t n = accounts_count(o->accounts);
	backlog_grow(o->backlog);
	o->boxes = mem_realloc(o->boxes, (n + 1) * sizeof(struct box *));
	for (; o->n < n; o->n++)
		o->boxes[o->n] = box_new(o, accounts_at(o->accounts, o->n));
	for (size_t i = 0; i < n; i++)
		throttle_init(&o->boxes[i]->rate, account_conf(o->boxes[i]->account)->backlog_rate, 0,
			      loop_now_us(o->loop));
}

struct outbox *outbox_new(struct loop *loop, struct accounts *accounts, struct store *store, struct msgs *msgs,
			  uint64_t max_held, const struct outbox_ops *ops, void *arg, struct stats *stats)
{
	static const struct backlog_ops backlog_ops = {on_aged, on_replayed};
	struct outbox *o = mem_zalloc(sizeof(*o));
	*o = (struct outbox){.loop = loop, .store = store, .msgs = msgs, .ops = ops, .arg = arg, .stats = stats};
	o->backlog = backlog_new(loop, accounts, store, &backlog_ops, o, stats);
	list_init(&o->soon);
	o->hook = (struct loop_hook){.fn = on_pump, .arg = o};
	loop_hook(loop, LOOP_PUMP, &o->hook);
	o->graves = graves_new(loop, accounts, o->backlog, on_buried, o);
	o->line_max = max_held / LINE_PART < LINE_MAX ? max_held / LINE_PART : LINE_MAX;
	o->accounts = accounts;
	outbox_grow(o);
	stats_add(stats, stat_rows, sizeof(stat_rows) / sizeof(stat_rows[0]), &o->counters, NULL, NULL, NULL);
	return o;
}

void outbox_free(struct outbox *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->n; i++) {
		loop_timer_clear(o->loop, &o->boxes[i]->retry);
		loop_timer_clear(o->loop, &o->boxes[i]->rate_timer);
		loop_timer_clear(o->loop, &o->boxes[i]->spill_timer);
		mem_free(o->boxes[i]);
	}
	loop_unhook(o->loop, &o->hook);
	graves_free(o->graves);
	backlog_free(o->backlog);
	stats_drop(o->stats, &o->counters);
	mem_free(o->boxes);
	mem_free(o);
}

/* What came from the backlog stays there and is only forgotten here. */
static void evict(struct outbox *o, struct msg *m)
{
	o->counters.evicted++;
	if (m->from_backlog) {
		o->ops->on_forgotten(o->arg, m);
		return;
	}
	if (m->account != MSG_NO_ACCOUNT) {
		o->boxes[m->account]->behind = true;
		o->boxes[m->account]->spilling++;
	}
	o->ops->on_evicted(o->arg, m);
}

static void append(struct box *b, struct msg *m)
{
	m->order = ++b->serial;
	list_append(&b->waiting, &m->link);
	b->waiting_n++;
}

/* The first of the line, which has one. */
static struct msg *leave_line(struct box *b)
{
	struct msg *m = LIST_OF(b->line.next, struct msg, link);
	list_remove(&m->link);
	b->line_n--;
	return m;
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

/* m is in no list: given up. */
static void give_up(struct box *b, struct msg *m, enum backlog_why why, uint32_t status)
{
	b->owner->counters.burying++;
	graves_put(b->owner->graves, account_number(b->account), m, why, status);
}

static void on_buried(void *arg, size_t account, struct msg *m, uint32_t status)
{
	struct outbox *o = arg;
	if (m->from_backlog)
		backlog_went(o->backlog, account);
	o->counters.burying--;
	o->ops->on_delivered(o->arg, m, status);
}

/* --- sending --- */

static void finish(struct box *b, struct msg *m, uint32_t refused)
{
	struct outbox *o = b->owner;
	if (refused) {
		o->counters.refused++;
		give_up(b, m, BACKLOG_REFUSED, refused);
		return;
	}
	o->counters.delivered++;
	if (m->from_backlog)
		backlog_went(o->backlog, account_number(b->account));
	m->told = true;
	b->told_n++;
	o->ops->on_delivered(o->arg, m, 0);
}

/* What was read back keeps to the account's backlog_rate. */
static bool within_rate(struct box *b, const struct msg *m)
{
	int64_t wait_us = m->from_backlog ? throttle_wait(&b->rate, loop_now_us(b->owner->loop), 1) : 0;
	if (wait_us && !wheel_isset(&b->rate_timer))
		loop_timer(b->owner->loop, &b->rate_timer, wait_us / 1000 + 1);
	return !wait_us;
}

/* A store that is slow or away holds back what leaves, instead of ever more being told twice after a crash. */
static bool told_enough(const struct box *b)
{
	return b->told_n && b->told_n >= (uint64_t)account_conf(b->account)->window * account_binds(b->account);
}

void outbox_forgotten(struct outbox *o, size_t account)
{
	struct box *b = o->boxes[account];
	bool held_back = told_enough(b);
	b->told_n--;
	if (held_back)
		pump_soon(b);
}

/* The line goes on when nothing stands before it. */
static struct msg *next(struct box *b)
{
	if (list_empty(&b->waiting) && !b->behind) {
		for (unsigned i = 0; i < READ_PAGE && !list_empty(&b->line); i++) {
			append(b, leave_line(b));
		}
	}
	return list_empty(&b->waiting) ? NULL : LIST_OF(b->waiting.next, struct msg, link);
}

/* An app that takes what it is given is not handed new messages faster than it is rid of old ones. */
static void ease(struct box *b)
{
	uint64_t windows = EASE_WINDOWS * (uint64_t)account_conf(b->account)->window * account_binds(b->account);
	uint64_t waits = b->waiting_n + b->line_n;
	account_ease(b->account, !b->behind && waits > EASE_LEAST && waits > windows);
}

static void pump(struct box *b)
{
	struct outbox *o = b->owner;
	if (wheel_isset(&b->retry))
		return;
	for (struct msg *m; !told_enough(b) && (m = next(b)) != NULL;) {
		if (!within_rate(b, m))
			break;
		fetch_ahead(&b->waiting, m);
		int sent = account_send(b->account, m->handle, fill, b);
		if (sent == -EAGAIN || sent == -ENOTCONN)
			break;
		take_out(b, m);
		if (sent < 0) {
			log_peer_error(account_name(b->account), "event=deliver_failed error=unsendable id=%llu",
				       (unsigned long long)m->id);
			finish(b, m, ESME_RINVMSGLEN);
			continue;
		}
		o->counters.sent++;
		if (m->from_backlog)
			throttle_spend(&b->rate, 1);
		list_append(&b->sent, &m->link);
		b->sent_n++;
		m->out = true;
	}
	ease(b);
	if (!list_empty(&b->waiting)) /* for the next turn's */
		msg_fetch(LIST_OF(b->waiting.next, struct msg, link));
	read_on(b);
}

/* --- the backlog --- */

static void on_entry(void *arg, uint64_t token, const struct store_entry *e);
static void on_read(void *arg, uint64_t token, int count);
static const struct store_backlog_reader reader = {on_entry, on_read};

static void read_on(struct box *b)
{
	struct outbox *o = b->owner;
	if (!b->behind || b->reading || b->full || b->waiting_n >= READ_BELOW || !account_can_receive(b->account))
		return;
	b->grew = false;
	backlog_age_out(o->backlog, account_number(b->account), view_of(b->cursor));
	b->reading = store_backlog_read(o->store, STORE_BACKLOG, view_of(account_name(b->account)), view_of(b->cursor),
					READ_PAGE, &reader, (uint64_t)(uintptr_t)b) == 0;
}

/* Entries that are too old went ahead of this page, but not all of them: it is read again behind those. */
static void on_aged(void *arg, size_t account, bool again)
{
	struct box *b = ((struct outbox *)arg)->boxes[account];
	if (again)
		b->stale = b->reading;
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
	msg_take_fields(m, id, &r, &pdu, o->loop);
	m->from_backlog = true;
	return m;
}

static void on_entry(void *arg, uint64_t token, const struct store_entry *e)
{
	(void)arg;
	struct box *b = (struct box *)(uintptr_t)token;
	struct outbox *o = b->owner;
	if (b->stale || b->full)
		return;
	struct msg *m = message_of(b, e->entry, e->id, e->rec);
	if (b->full)
		return; /* read again later, from here */
	snprintf(b->cursor, sizeof(b->cursor), "%.*s", (int)e->entry.n, (const char *)e->entry.p);
	if (!m) {
		log_error(account_name(b->account),
			  "event=backlog_entry_unreadable entry=%s id=%llu action=\"left in the "
			  "stream\"",
			  b->cursor, (unsigned long long)e->id);
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
	if (count >= 0 && (unsigned)count < READ_PAGE && !b->grew && !b->full && b->spilling == 0)
		b->behind = false;
	if (count >= 0)
		pump(b);
	if (b->full && !wheel_isset(&b->retry))
		loop_timer(b->owner->loop, &b->retry, RETRY_MS);
}

static void grew(struct box *b)
{
	b->behind = true;
	b->grew = true;
	read_on(b);
}

void outbox_backlog_grew(struct outbox *o, size_t account)
{
	backlog_came(o->backlog, account);
	grew(o->boxes[account]);
}

static void on_replayed(void *arg, size_t account)
{
	grew(((struct outbox *)arg)->boxes[account]);
}

void outbox_store_up(struct outbox *o)
{
	backlog_store_up(o->backlog);
	graves_store_up(o->graves);
	for (size_t i = 0; i < o->n; i++) {
		o->boxes[i]->behind = true;
		read_on(o->boxes[i]);
	}
}

void outbox_evicted(struct outbox *o, size_t account)
{
	o->boxes[account]->spilling--;
	outbox_backlog_grew(o, account);
}

/* --- what comes in --- */

static bool spills(const struct box *b)
{
	return b->line_n > 0 && (b->waiting_n + b->line_n > b->owner->line_max || !account_can_receive(b->account));
}

/* In steps: an app may go away with all of its line waiting. */
static void spill(struct box *b)
{
	if (wheel_isset(&b->spill_timer))
		return;
	for (unsigned i = 0; i < SPILL_STEP && spills(b); i++) {
		evict(b->owner, leave_line(b));
	}
	if (spills(b))
		loop_timer(b->owner->loop, &b->spill_timer, SPILL_MS);
}

static void on_spill(struct timer *t)
{
	spill(LIST_OF(t, struct box, spill_timer));
}

void outbox_put(struct outbox *o, struct msg *m)
{
	if (m->account == MSG_NO_ACCOUNT) {
		evict(o, m);
		return;
	}
	struct box *b = o->boxes[m->account];
	m->due_ms = loop_wall_ms(o->loop);
	if (account_can_receive(b->account) && !b->behind && list_empty(&b->line) && b->waiting_n < READ_BELOW) {
		append(b, m);
	} else {
		list_append(&b->line, &m->link);
		b->line_n++;
		spill(b);
	}
	pump_soon(b);
}

void outbox_receiver(struct outbox *o, size_t account)
{
	pump_soon(o->boxes[account]);
}

void outbox_no_receiver(struct outbox *o, size_t account)
{
	struct box *b = o->boxes[account];
	loop_timer_clear(o->loop, &b->retry);
	loop_timer_clear(o->loop, &b->rate_timer);
	b->retry_ms = 0;
	b->behind = true;
	b->full = false;
	b->stale = b->reading;
	b->cursor[0] = '\0';
	ease(b);
	while (!list_empty(&b->waiting)) {
		struct msg *m = LIST_OF(b->waiting.next, struct msg, link);
		take_out(b, m);
		evict(o, m);
	}
	spill(b);
}

/* Since when it has waited: its entry's id tells, else when it came in here. */
static int64_t since_ms(const struct msg *m)
{
	return m->from_backlog ? strtoll(m->cid, NULL, 10) : m->due_ms;
}

/* Back to its place by rank: it goes out again before what came later, also when several come back together. */
static void return_to_place(struct box *b, struct msg *m, uint32_t status)
{
	b->owner->counters.retried++;
	take_out(b, m);
	if (backlog_too_old(b->owner->backlog, account_number(b->account), since_ms(m))) {
		give_up(b, m, BACKLOG_AGE, status);
		return;
	}
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

/* Once for all that were out together. */
static void pause_box(struct box *b)
{
	if (wheel_isset(&b->retry))
		return;
	b->retry_ms = b->retry_ms ? b->retry_ms * 2 : RETRY_MS;
	if (b->retry_ms > RETRY_MAX_MS)
		b->retry_ms = RETRY_MAX_MS;
	loop_timer(b->owner->loop, &b->retry, b->retry_ms);
}

static enum verdict verdict_of(uint32_t status)
{
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		if (verdicts[i].status == status)
			return verdicts[i].verdict;
	}
	return NEVER;
}

void outbox_settled(struct outbox *o, size_t account, uint64_t cookie, enum session_outcome outcome,
		    const struct pdu *resp)
{
	struct box *b = o->boxes[account];
	struct msg *m = msgs_get(o->msgs, cookie);
	if (!m || m->state != MSG_DELIVERING || list_empty(&m->link))
		return; /* an earlier answer has settled it, or it has been given up (a grave is in no list) */
	if (m->out)
		fetch_ahead(&b->sent, m);
	/* a late answer settles it too, also when it has been sent again: an app that is always late would never be
	 * done */
	uint32_t status = resp ? resp->command_status : ESME_ROK;
	enum verdict verdict = verdict_of(status);
	if (outcome == SESSION_LATE && verdict == NOT_NOW)
		return;
	if (outcome == SESSION_TIMEOUT || outcome == SESSION_LOST) {
		return_to_place(b, m, ESME_RDELIVERYFAILURE);
		pump_soon(b);
		return;
	} else if (verdict == NOT_NOW) {
		return_to_place(b, m, status);
		pause_box(b);
		return;
	} else {
		b->retry_ms = 0;
		take_out(b, m);
		finish(b, m, status);
	}
	pump_soon(b);
}

uint64_t outbox_waiting(const struct outbox *o, size_t account)
{
	return o->boxes[account]->waiting_n + o->boxes[account]->sent_n + o->boxes[account]->line_n;
}

uint64_t outbox_backlog(const struct outbox *o, size_t account)
{
	return backlog_length(o->backlog, account);
}

bool outbox_full(const struct outbox *o, size_t account)
{
	return backlog_full(o->backlog, account);
}

struct backlog *outbox_backlogs(struct outbox *o)
{
	return o->backlog;
}
