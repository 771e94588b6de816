/*
 * backlog.c - what of each account lies in the store. Must not know what is in memory, nor binds and windows: it asks
 * whether an account can receive.
 *
 * Lengths are counted here and asked for now and then: other nodes fill and empty the same streams.
 */
#include "path/backlog.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"

#define REFRESH_MS 10000
#define PAGE	   500u
#define ENTRY_MAX  48u /* characters of a stream entry's id */

struct pile_stats {
	uint64_t length; /* gauge */
	uint64_t aged, refused, replayed;
};

struct pile { /* of an account */
	struct backlog *owner;
	struct account *account;
	bool aging; /* asked, not answered */
	struct pile_stats counters;
};

struct backlog {
	struct loop *loop;
	struct accounts *accounts;
	struct store *store;
	const struct backlog_ops *ops;
	void *arg;
	struct stats *stats;
	struct pile **piles; /* by account; they never move: answers of the store name them */
	size_t n;
	struct timer refresh;
};

static const struct stats_row stat_rows[] = {
	{"smppgw_backlog", "Receipts and replies that wait in the store, as of the last count.", STATS_GAUGE,
	 offsetof(struct pile_stats, length), NULL, NULL},
	{"smppgw_deadletters_total", "Receipts and replies given up and kept as dead letters, by why.", STATS_COUNTER,
	 offsetof(struct pile_stats, aged), "why", "age"},
	{"smppgw_deadletters_total", "Receipts and replies given up and kept as dead letters, by why.", STATS_COUNTER,
	 offsetof(struct pile_stats, refused), "why", "refused"},
	{"smppgw_deadletters_replayed_total", "Dead letters put back to the backlog by the operator.", STATS_COUNTER,
	 offsetof(struct pile_stats, replayed), NULL, NULL},
};

static void on_refresh(struct timer *t);

struct backlog *backlog_new(struct loop *loop, struct accounts *accounts, struct store *store,
			    const struct backlog_ops *ops, void *arg, struct stats *stats)
{
	struct backlog *b = mem_zalloc(sizeof(*b));
	*b = (struct backlog){
		.loop = loop, .accounts = accounts, .store = store, .ops = ops, .arg = arg, .stats = stats};
	b->refresh.fn = on_refresh;
	backlog_grow(b);
	return b;
}

void backlog_grow(struct backlog *b)
{
	size_t n = accounts_count(b->accounts);
	b->piles = mem_realloc(b->piles, (n + 1) * sizeof(struct pile *));
	for (; b->n < n; b->n++) {
		struct pile *p = b->piles[b->n] = mem_zalloc(sizeof(*p));
		p->owner = b;
		p->account = accounts_at(b->accounts, b->n);
		stats_add(b->stats, stat_rows, sizeof(stat_rows) / sizeof(stat_rows[0]), &p->counters, "account",
			  account_name(p->account), NULL);
	}
}

uint64_t backlog_dead(const struct backlog *b)
{
	uint64_t dead = 0;
	for (size_t i = 0; i < b->n; i++)
		dead += b->piles[i]->counters.aged + b->piles[i]->counters.refused;
	return dead;
}

void backlog_free(struct backlog *b)
{
	if (!b)
		return;
	loop_timer_clear(b->loop, &b->refresh);
	for (size_t i = 0; i < b->n; i++) {
		stats_drop(b->stats, &b->piles[i]->counters);
		mem_free(b->piles[i]);
	}
	mem_free(b->piles);
	mem_free(b);
}

static struct view name_of(const struct pile *p)
{
	return view_of(account_name(p->account));
}

/* --- length --- */

/* Something waits and nobody takes it: the app is called, if it has given an address. */
static void call(struct pile *p)
{
	if (p->counters.length && !account_can_receive(p->account) && *account_conf(p->account)->outbind)
		accounts_outbind(p->owner->accounts, account_number(p->account));
}

static void on_length(void *arg, uint64_t token, int64_t count)
{
	(void)arg;
	struct pile *p = (struct pile *)(uintptr_t)token;
	if (count < 0)
		return;
	p->counters.length = (uint64_t)count;
	call(p);
	if (count && !account_can_receive(p->account))
		backlog_age_out(p->owner, account_number(p->account), (struct view){NULL, 0});
}

void backlog_store_up(struct backlog *b)
{
	for (size_t i = 0; i < b->n; i++) {
		if (store_backlog_length(b->store, name_of(b->piles[i]), on_length, (uint64_t)(uintptr_t)b->piles[i]) <
		    0)
			break; /* asked again when it is back */
	}
	loop_timer(b->loop, &b->refresh, REFRESH_MS);
}

static void on_refresh(struct timer *t)
{
	backlog_store_up(LIST_OF(t, struct backlog, refresh));
}

void backlog_came(struct backlog *b, size_t account)
{
	b->piles[account]->counters.length++;
	call(b->piles[account]);
}

void backlog_went(struct backlog *b, size_t account)
{
	if (b->piles[account]->counters.length)
		b->piles[account]->counters.length--;
}

uint64_t backlog_length(const struct backlog *b, size_t account)
{
	return b->piles[account]->counters.length;
}

bool backlog_full(const struct backlog *b, size_t account)
{
	int64_t max = account_conf(b->piles[account]->account)->backlog_max;
	return max && backlog_length(b, account) >= (uint64_t)max;
}

/* --- age --- */

static int64_t oldest_ms(const struct backlog *b, size_t account)
{
	return loop_wall_ms(b->loop) - account_conf(b->piles[account]->account)->backlog_age * 1000;
}

bool backlog_too_old(const struct backlog *b, size_t account, int64_t since_ms)
{
	return since_ms < oldest_ms(b, account);
}

static void on_aged(void *arg, uint64_t token, int moved, struct view next, struct view last)
{
	(void)arg;
	(void)last;
	struct pile *p = (struct pile *)(uintptr_t)token;
	struct backlog *b = p->owner;
	size_t account = account_number(p->account);
	p->aging = false;
	if (moved > 0) {
		uint64_t gone = (uint64_t)moved;
		p->counters.aged += gone;
		p->counters.length -= gone < p->counters.length ? gone : p->counters.length;
		log_warn(account_name(p->account),
			 "event=deadletters count=%d why=age limit_s=%lld action=\"smppgwctl replay brings them back\"",
			 moved, (long long)account_conf(p->account)->backlog_age);
	}
	b->ops->on_aged(b->arg, account, next.n > 0);
	if (next.n && !account_can_receive(p->account))
		backlog_age_out(b, account, (struct view){NULL, 0});
}

void backlog_age_out(struct backlog *b, size_t account, struct view after)
{
	struct pile *p = b->piles[account];
	char last[24];
	if (p->aging)
		return;
	snprintf(last, sizeof(last), "%lld", (long long)oldest_ms(b, account) - 1);
	struct store_shift shift = {.account = name_of(p),
				    .from = STORE_BACKLOG,
				    .after = after,
				    .last = view_of(last),
				    .count = PAGE,
				    .why = "age"};
	p->aging = store_shift(b->store, &shift, on_aged, (uint64_t)(uintptr_t)p) == 0;
}

int backlog_bury(struct backlog *b, const struct msg *m, const char *why, store_fn fn, uint64_t token)
{
	struct record r;
	msg_record(m, &r);
	struct store_dead dead = {
		.account = r.account, .id = m->id, .rec = {m->rec, m->rec_len}, .journal = !m->volatile_, .why = why};
	if (m->from_backlog)
		dead.entry = (struct view){(const uint8_t *)m->cid, m->cid_len};
	return store_bury(b->store, &dead, fn, token);
}

void backlog_buried(struct backlog *b, size_t account, enum backlog_why why)
{
	struct pile_stats *c = &b->piles[account]->counters;
	if (why == BACKLOG_AGE)
		c->aged++;
	else
		c->refused++;
}

/* --- replay --- */

struct replay {
	struct pile *pile;
	backlog_replay_fn fn;
	void *arg;
	uint64_t moved;
	char after[ENTRY_MAX],
		last[ENTRY_MAX]; /* last: the youngest when it began: what is refused again does not count */
};

static int replay_page(struct replay *r);

static void replay_end(struct replay *r, const char *error)
{
	log_info(account_name(r->pile->account), "event=replay_end count=%llu error=\"%s\"",
		 (unsigned long long)r->moved, error ? error : "");
	r->fn(r->arg, r->moved, error);
	mem_free(r);
}

static void on_replayed(void *arg, uint64_t token, int moved, struct view next, struct view last)
{
	(void)arg;
	struct replay *r = (struct replay *)(uintptr_t)token;
	struct pile *p = r->pile;
	if (moved < 0) {
		replay_end(r, "the store went away; run it again for the rest");
		return;
	}
	r->moved += (uint64_t)moved;
	p->counters.replayed += (uint64_t)moved;
	p->counters.length += (uint64_t)moved;
	if (moved)
		p->owner->ops->on_replayed(p->owner->arg, account_number(p->account));
	call(p);
	if (!next.n) {
		replay_end(r, NULL);
		return;
	}
	log_info(account_name(p->account), "event=replay count=%llu", (unsigned long long)r->moved);
	snprintf(r->after, sizeof(r->after), "%.*s", (int)next.n, (const char *)next.p);
	snprintf(r->last, sizeof(r->last), "%.*s", (int)last.n, (const char *)last.p);
	if (replay_page(r) < 0)
		replay_end(r, "the store went away; run it again for the rest");
}

static int replay_page(struct replay *r)
{
	struct store_shift shift = {.account = name_of(r->pile),
				    .from = STORE_DEADLETTER,
				    .after = view_of(r->after),
				    .last = view_of(r->last),
				    .count = PAGE};
	return store_shift(r->pile->owner->store, &shift, on_replayed, (uint64_t)(uintptr_t)r);
}

int backlog_replay(struct backlog *b, size_t account, int64_t since_ms, backlog_replay_fn fn, void *arg)
{
	struct replay *r = mem_zalloc(sizeof(*r));
	*r = (struct replay){.pile = b->piles[account], .fn = fn, .arg = arg};
	snprintf(r->after, sizeof(r->after), "%lld", (long long)since_ms);
	if (replay_page(r) == 0)
		return 0;
	mem_free(r);
	return -1;
}

/* --- listing --- */

struct listing {
	struct pile *pile;
	const struct dead_reader *reader;
	void *arg;
	unsigned listed;
	char after[ENTRY_MAX];
};

static void on_letter(void *arg, uint64_t token, const struct store_entry *e);
static void on_letters(void *arg, uint64_t token, int count);
static const struct store_backlog_reader letter_reader = {on_letter, on_letters};

static void on_letter(void *arg, uint64_t token, const struct store_entry *e)
{
	(void)arg;
	struct listing *l = (struct listing *)(uintptr_t)token;
	struct dead_letter d = {.id = e->id, .why = e->why};
	struct record r;
	struct pdu pdu;
	snprintf(l->after, sizeof(l->after), "%.*s", (int)e->entry.n, (const char *)e->entry.p);
	d.at_ms = strtoll(l->after, NULL, 10);
	if (record_decode(e->rec, &r) && pdu_decode(r.frame.p, r.frame.n, &pdu) == ESME_ROK) {
		d.reply = r.kind == RECORD_MO;
		d.number = d.reply ? pdu.sm.src.addr : pdu.sm.dst.addr;
	}
	l->listed++;
	l->reader->letter(l->arg, &d);
}

static int list_page(struct listing *l)
{
	return store_backlog_read(l->pile->owner->store, STORE_DEADLETTER, name_of(l->pile), view_of(l->after), PAGE,
				  &letter_reader, (uint64_t)(uintptr_t)l);
}

static void on_letters(void *arg, uint64_t token, int count)
{
	(void)arg;
	struct listing *l = (struct listing *)(uintptr_t)token;
	bool ok = count >= 0, more = count == (int)PAGE;
	if (more && l->listed < BACKLOG_LISTED) {
		if (list_page(l) == 0)
			return;
		ok = false;
	}
	l->reader->done(l->arg, ok, more);
	mem_free(l);
}

int backlog_deadletters(struct backlog *b, size_t account, int64_t since_ms, const struct dead_reader *reader,
			void *arg)
{
	struct listing *l = mem_zalloc(sizeof(*l));
	*l = (struct listing){.pile = b->piles[account], .reader = reader, .arg = arg};
	snprintf(l->after, sizeof(l->after), "%lld", (long long)since_ms);
	if (list_page(l) == 0)
		return 0;
	mem_free(l);
	return -1;
}
