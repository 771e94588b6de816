/*
 * credit.c - settlements that are owed until Redis has made them, and usage counted in memory between two writes. Must
 * not know messages, prices or scripts.
 */
#include "path/credit.h"

#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"

#define RETRY_MS  1000
#define CHINA_MS  28800000 /* east of UTC */
#define DAY_MS	  86400000
#define NAME_ROOM 40u
#define PAGE	  256u /* rows of usage per command */
#define PAY_LEAST 16u  /* settlements of a turn, however long it is */

struct settlement {
	struct list link; /* owed, or under way */
	struct credit *owner;
	uint64_t id;
	unsigned day, segments;
	bool used;
	char carrier[NAME_ROOM];
};

struct count { /* of one account at one carrier */
	char account[NAME_ROOM], carrier[NAME_ROOM];
	int64_t messages, segments, amount;
};

struct by_account {
	struct count *at; /* by carrier number */
	size_t n;
};

struct credit_counters {
	uint64_t reserved, refused, settled, refunded;
	uint64_t owed; /* gauge */
};

struct credit {
	struct loop *loop;
	struct store *store;
	struct stats *stats;
	struct credit_counters counters;
	struct list owed, flying; /* struct settlement */
	struct list due;	  /* of those owed: whose turn it is, in steps */
	struct list pages;	  /* under way */
	struct by_account *accounts;
	size_t accounts_n;
	bool dirty;   /* something has been counted since the last write */
	unsigned day; /* of what has been counted */
	int64_t days; /* the same, since 1970 */
	struct timer timer, step;
};

struct page { /* usage under way */
	struct list link;
	struct credit *owner;
	size_t n;
	struct count rows[PAGE];
	struct by_place {
		size_t account, carrier;
	} at[PAGE];
	unsigned day;
};

static const struct stats_row stat_rows[] = {
	{"smppgw_credit_reserved_total", "Messages whose price was taken from a balance.", STATS_COUNTER,
	 offsetof(struct credit_counters, reserved), NULL, NULL},
	{"smppgw_credit_refused_total", "Messages refused because the balance was used up.", STATS_COUNTER,
	 offsetof(struct credit_counters, refused), NULL, NULL},
	{"smppgw_credit_settled_total", "Messages whose price was kept at their end.", STATS_COUNTER,
	 offsetof(struct credit_counters, settled), NULL, NULL},
	{"smppgw_credit_refunded_total", "Messages whose price was given back.", STATS_COUNTER,
	 offsetof(struct credit_counters, refunded), NULL, NULL},
	{"smppgw_credit_owed", "Ends of reservations that Redis has not confirmed yet.", STATS_GAUGE,
	 offsetof(struct credit_counters, owed), NULL, NULL},
};

static void arm(struct credit *c, int64_t ms)
{
	if (!wheel_isset(&c->timer))
		loop_timer(c->loop, &c->timer, ms);
}

/* --- days --- */

unsigned credit_day(int64_t wall_ms)
{
	/* civil date from days since 1970-01-01, by eras of 400 years that begin in March */
	int64_t days = (wall_ms + CHINA_MS) / DAY_MS + 719468, era = days / 146097;
	int64_t doe = days - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153, day = doy - (153 * mp + 2) / 5 + 1;
	int64_t month = mp < 10 ? mp + 3 : mp - 9, year = yoe + era * 400 + (month <= 2);
	return (unsigned)(year * 10000 + month * 100 + day);
}

/* --- settlements --- */

static void on_settled(void *arg, uint64_t token, bool ok)
{
	struct settlement *x = (struct settlement *)(uintptr_t)token;
	struct credit *c = x->owner;
	(void)arg;
	list_remove(&x->link);
	if (!ok) {
		list_append(&c->owed, &x->link);
		arm(c, RETRY_MS);
		return;
	}
	if (x->used)
		c->counters.settled++;
	else
		c->counters.refunded++;
	c->counters.owed--;
	mem_free(x);
}

static void send_settlement(struct credit *c, struct settlement *x)
{
	list_remove(&x->link);
	list_append(&c->flying, &x->link);
	if (store_settle(c->store, x->id, x->day, x->used ? x->carrier : NULL, x->segments, on_settled,
			 (uint64_t)(uintptr_t)x) < 0)
		on_settled(NULL, (uint64_t)(uintptr_t)x, false);
}

static void settle(struct credit *c, uint64_t id, const char *carrier, unsigned segments)
{
	struct settlement *x = mem_zalloc(sizeof(*x));
	list_init(&x->link);
	x->owner = c;
	x->id = id;
	x->day = credit_day(loop_wall_ms(c->loop));
	x->used = carrier != NULL;
	x->segments = segments;
	if (carrier)
		snprintf(x->carrier, sizeof(x->carrier), "%s", carrier);
	c->counters.owed++;
	send_settlement(c, x);
}

void credit_settle(struct credit *c, uint64_t id, const char *carrier, unsigned segments)
{
	settle(c, id, carrier, segments);
}

void credit_refund(struct credit *c, uint64_t id)
{
	settle(c, id, NULL, 0);
}

/* What cannot be written now is owed again, and not due. */
bool credit_pay_one(struct credit *c)
{
	if (list_empty(&c->due))
		return false;
	send_settlement(c, LIST_OF(c->due.next, struct settlement, link));
	return true;
}

static void on_step(struct timer *t)
{
	struct credit *c = LIST_OF(t, struct credit, step);
	for (unsigned n = 0; n < PAY_LEAST || !loop_is_long(c->loop); n++) {
		if (!credit_pay_one(c))
			return;
	}
	loop_timer(c->loop, t, 0);
}

void credit_note_reserved(struct credit *c, bool granted)
{
	if (granted)
		c->counters.reserved++;
	else
		c->counters.refused++;
}

/* --- usage of accounts without credit --- */

static struct count *count_at(struct credit *c, size_t account, size_t carrier)
{
	if (account >= c->accounts_n) {
		c->accounts = mem_realloc(c->accounts, (account + 1) * sizeof(*c->accounts));
		memset(c->accounts + c->accounts_n, 0, (account + 1 - c->accounts_n) * sizeof(*c->accounts));
		c->accounts_n = account + 1;
	}
	struct by_account *a = &c->accounts[account];
	if (carrier >= a->n) {
		a->at = mem_realloc(a->at, (carrier + 1) * sizeof(*a->at));
		memset(a->at + a->n, 0, (carrier + 1 - a->n) * sizeof(*a->at));
		a->n = carrier + 1;
	}
	return &a->at[carrier];
}

static void add(struct credit *c, size_t account, size_t carrier, const struct count *more)
{
	struct count *to = count_at(c, account, carrier);
	if (!*to->account) {
		memcpy(to->account, more->account, sizeof(to->account));
		memcpy(to->carrier, more->carrier, sizeof(to->carrier));
	}
	to->messages += more->messages;
	to->segments += more->segments;
	to->amount += more->amount;
	c->dirty = true;
}

static void on_page(void *arg, uint64_t token, bool ok)
{
	struct page *p = (struct page *)(uintptr_t)token;
	struct credit *c = p->owner;
	(void)arg;
	list_remove(&p->link);
	/* it may have been written: a message counted twice is better than one not counted; what was yesterday's is
	 * today's then */
	for (size_t i = 0; !ok && i < p->n; i++)
		add(c, p->at[i].account, p->at[i].carrier, &p->rows[i]);
	if (!ok)
		arm(c, CREDIT_WRITE_MS);
	mem_free(p);
}

static void send_page(struct credit *c, struct page *p)
{
	struct store_usage rows[PAGE];
	for (size_t i = 0; i < p->n; i++)
		rows[i] = (struct store_usage){p->rows[i].account, p->rows[i].carrier, p->rows[i].messages,
					       p->rows[i].segments, p->rows[i].amount};
	list_append(&c->pages, &p->link);
	if (store_usage_add(c->store, p->day, rows, p->n, on_page, (uint64_t)(uintptr_t)p) < 0)
		on_page(NULL, (uint64_t)(uintptr_t)p, false);
}

static struct page *new_page(struct credit *c)
{
	struct page *p = mem_zalloc(sizeof(*p));
	list_init(&p->link);
	p->owner = c;
	p->day = c->day;
	return p;
}

void credit_write(struct credit *c)
{
	struct page *p = NULL;
	if (!c->dirty || !store_up(c->store))
		return;
	c->dirty = false;
	for (size_t a = 0; a < c->accounts_n; a++) {
		for (size_t k = 0; k < c->accounts[a].n; k++) {
			struct count *have = &c->accounts[a].at[k];
			if (!have->messages)
				continue;
			p = p ? p : new_page(c);
			p->rows[p->n] = *have;
			p->at[p->n++] = (struct by_place){a, k};
			have->messages = have->segments = have->amount = 0;
			if (p->n == PAGE) {
				send_page(c, p);
				p = NULL;
			}
		}
	}
	if (p)
		send_page(c, p);
}

void credit_count(struct credit *c, const struct credit_use *use)
{
	struct count *to = count_at(c, use->account, use->carrier);
	int64_t days = (loop_wall_ms(c->loop) + CHINA_MS) / DAY_MS;
	if (c->dirty && days != c->days)
		credit_write(c);
	if (days != c->days)
		c->day = credit_day(loop_wall_ms(c->loop));
	c->days = days;
	if (!*to->account) {
		snprintf(to->account, sizeof(to->account), "%s", use->account_name);
		snprintf(to->carrier, sizeof(to->carrier), "%s", use->carrier_name);
	}
	to->messages++;
	to->segments += use->segments;
	to->amount += use->amount;
	c->dirty = true;
	arm(c, CREDIT_WRITE_MS);
}

/* --- all of it --- */

static void on_timer(struct timer *t)
{
	struct credit *c = LIST_OF(t, struct credit, timer);
	if (store_up(c->store)) {
		list_append_all(&c->due, &c->owed);
		on_step(&c->step);
	}
	credit_write(c);
	if (c->dirty || !list_empty(&c->owed))
		arm(c, list_empty(&c->owed) ? CREDIT_WRITE_MS : RETRY_MS);
}

void credit_store_up(struct credit *c)
{
	list_append_all(&c->due, &c->owed);
	credit_write(c);
}

bool credit_quiet(struct credit *c)
{
	credit_write(c);
	return !c->dirty && list_empty(&c->pages) && list_empty(&c->owed) && list_empty(&c->due) &&
	       list_empty(&c->flying);
}

struct credit *credit_new(struct loop *loop, struct stats *stats)
{
	struct credit *c = mem_zalloc(sizeof(*c));
	c->loop = loop;
	c->stats = stats;
	c->timer.fn = on_timer;
	c->step.fn = on_step;
	list_init(&c->owed);
	list_init(&c->due);
	list_init(&c->flying);
	list_init(&c->pages);
	stats_add(stats, stat_rows, sizeof(stat_rows) / sizeof(stat_rows[0]), &c->counters, NULL, NULL, NULL);
	return c;
}

void credit_use(struct credit *c, struct store *store)
{
	c->store = store;
}

static void free_list(struct list *l)
{
	LIST_EACH_SAFE(node, next, l) {
		mem_free(LIST_OF(node, struct settlement, link));
	}
}

void credit_free(struct credit *c)
{
	if (!c)
		return;
	loop_timer_clear(c->loop, &c->timer);
	loop_timer_clear(c->loop, &c->step);
	stats_drop(c->stats, &c->counters);
	free_list(&c->owed);
	free_list(&c->due);
	free_list(&c->flying);
	LIST_EACH_SAFE(node, next, &c->pages) {
		mem_free(LIST_OF(node, struct page, link));
	}
	for (size_t i = 0; i < c->accounts_n; i++)
		mem_free(c->accounts[i].at);
	mem_free(c->accounts);
	mem_free(c);
}
