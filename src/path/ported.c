/*
 * ported.c - the table of ported numbers in force: looked up, read from Redis, kept up with other nodes, taught. Must
 * not know messages, nor what a file of numbers looks like (ported_load.c).
 */
#include "path/ported_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

#define TICK_MS	  1000
#define FOLLOW_MS 5000
#define AT_ONCE	  32u /* buckets asked for: some hundred microseconds of work per turn */
#define VALUES	  16u /* kept of one number */
#define NOT	  0x100u
#define NAME	  0xffu

static const struct stats_row stat_rows[] = {
	{"smppgw_ported_numbers", "Ported numbers in memory.", STATS_GAUGE, offsetof(struct ported_stats, numbers),
	 NULL, NULL},
	{"smppgw_ported_bytes", "Memory of the table of ported numbers.", STATS_GAUGE,
	 offsetof(struct ported_stats, octets), NULL, NULL},
	{"smppgw_ported_ready", "1 when the table of ported numbers has been read.", STATS_GAUGE,
	 offsetof(struct ported_stats, ready), NULL, NULL},
	{"smppgw_ported_changes_total", "Numbers that were learnt, set or deleted on this node.", STATS_COUNTER,
	 offsetof(struct ported_stats, learnt), NULL, NULL},
	{"smppgw_ported_loads_total", "Files of ported numbers that were loaded on this node.", STATS_COUNTER,
	 offsetof(struct ported_stats, loads), NULL, NULL},
	{"smppgw_ported_rows_total", "Rows that those files had.", STATS_COUNTER, offsetof(struct ported_stats, rows),
	 NULL, NULL},
	{"smppgw_ported_bad_rows_total", "Lines of those files that were left out.", STATS_COUNTER,
	 offsetof(struct ported_stats, bad), NULL, NULL},
};

/* --- sets --- */

struct ported_set *ported_set_new(void)
{
	struct ported_set *set = mem_zalloc(sizeof(*set));
	set->table = ported_table_new();
	return set;
}

void ported_set_free(struct ported_set *set)
{
	if (!set)
		return;
	ported_table_free(set->table);
	mem_free(set);
}

static void count_value(struct ported_set *set, uint16_t value, bool in)
{
	uint64_t *count = value & NOT ? &set->not_at[value & NAME] : &set->at[value & NAME];
	*count += in ? 1 : (uint64_t)-1;
}

static void set_clear(struct ported_set *set, const struct number *number)
{
	uint16_t values[VALUES];
	size_t n = ported_table_find(set->table, number, values, VALUES);
	for (size_t i = 0; i < n; i++)
		count_value(set, values[i], false);
	if (n)
		ported_table_clear(set->table, number);
}

static bool set_add(struct ported_set *set, const struct number *number, uint16_t value)
{
	uint16_t values[VALUES];
	size_t n = ported_table_find(set->table, number, values, VALUES);
	for (size_t i = 0; i < n; i++) {
		if (values[i] == value)
			return true;
	}
	if (n == VALUES || ported_table_put(set->table, number, value) < 0)
		return false;
	count_value(set, value, true);
	return true;
}

bool ported_set_at(struct ported_set *set, const struct number *number, int name)
{
	set_clear(set, number);
	return set_add(set, number, (uint16_t)name);
}

/* --- names --- */

/* Operators may have come with a reload. */
static void map_names(struct ported *p)
{
	for (size_t i = 0; i < p->names_n; i++)
		p->operators[i] = (int8_t)routes_operator(p->setup.routes, p->names[i]);
	p->mapped = routes_operators(p->setup.routes);
}

/* What has a meaning in a value or parts the columns of a file. */
static bool fits_table(const char *name, size_t n)
{
	if (n == 0 || n > PORTED_NAME_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (strchr("!,; \t\r\n", name[i]))
			return false;
	}
	return true;
}

int ported_name(struct ported *p, const char *name, size_t n)
{
	for (size_t i = 0; i < p->names_n; i++) {
		if (strlen(p->names[i]) == n && memcmp(p->names[i], name, n) == 0)
			return (int)i;
	}
	if (!fits_table(name, n) || p->names_n == PORTED_NAMES)
		return -1;
	p->names[p->names_n++] = mem_strndup(name, n);
	map_names(p);
	return (int)p->names_n - 1;
}

/* --- values as text: "mobile", or "!unicom,telecom" --- */

static void set_text(struct ported *p, struct ported_set *set, const struct number *number, struct view text)
{
	bool not = text.n && text.p[0] == '!';
	uint32_t at = not ;
	set_clear(set, number);
	while (at < text.n) {
		const uint8_t *comma = memchr(text.p + at, ',', text.n - at);
		uint32_t end = comma ? (uint32_t)(comma - text.p) : text.n;
		int name = ported_name(p, (const char *)text.p + at, end - at);
		if (name < 0 || !set_add(set, number, (uint16_t)((unsigned)name | (not ? NOT : 0))))
			log_warn("-", "event=ported_value_unreadable");
		at = end + 1;
	}
}

bool ported_text(const struct ported *p, const struct number *number, char out[PORTED_TEXT_MAX])
{
	uint16_t values[VALUES];
	size_t n = ported_table_find(p->set->table, number, values, VALUES), len = 0;
	*out = '\0';
	for (size_t i = 0; i < n; i++) {
		const char *name = p->names[values[i] & NAME], *lead = i ? "," : values[i] & NOT ? "!" : "";
		if (len + strlen(lead) + strlen(name) < PORTED_TEXT_MAX)
			len += (size_t)snprintf(out + len, PORTED_TEXT_MAX - len, "%s%s", lead, name);
	}
	return n > 0;
}

/* --- looking up --- */

__attribute__((noinline)) static bool find(const struct ported *p, const struct number *number,
					   struct ported_entry *out)
{
	uint16_t values[VALUES];
	size_t n = ported_table_find(p->set->table, number, values, VALUES);
	if (n && p->mapped != routes_operators(p->setup.routes))
		map_names((struct ported *)p); /* what it caches of routes is older than they are */
	for (size_t i = 0; i < n; i++) {
		int op = p->operators[values[i] & NAME];
		if (op < 0)
			continue;
		if (values[i] & NOT)
			out->not_operators |= (uint64_t)1 << op;
		else
			out->operator_ = op;
	}
	return out->operator_ != ROUTE_NO_OPERATOR || out->not_operators;
}

bool ported_find(const struct ported *p, const struct number *number, struct ported_entry *out)
{
	*out = (struct ported_entry){.operator_ = ROUTE_NO_OPERATOR};
	return ported_table_count(p->set->table) && find(p, number, out);
}

/* --- reading all from Redis --- */

static void ask_buckets(struct ported *p);

static void stop_reading(struct ported *p)
{
	ported_set_free(p->next);
	p->next = NULL;
	p->state = PORTED_ABSENT;
}

static void finish_reading(struct ported *p)
{
	int64_t ms = loop_now_ms(p->setup.loop) - p->began_ms;
	ported_set_free(p->set);
	p->set = p->next;
	p->next = NULL;
	p->state = PORTED_READY;
	p->known = true;
	log_info("-", "event=ported_read numbers=%zu bytes=%zu seconds=%.1f epoch=%llu",
		 ported_table_count(p->set->table), ported_table_octets(p->set->table), (double)ms / 1000.0,
		 (unsigned long long)p->meta.epoch);
	p->setup.changed(p->setup.arg);
}

/* Text from Redis. */
static bool read_number(struct view v, struct number *out)
{
	*out = (struct number){.n = 0};
	if (v.n == 0 || v.n > PORTED_DIGITS_MAX)
		return false;
	for (uint32_t i = 0; i < v.n; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
		out->digits[i] = (char)v.p[i];
	}
	out->n = (uint8_t)v.n;
	return true;
}

int ported_take_row(struct ported *p, struct ported_set *set, struct view text, struct view value)
{
	struct number number;
	if (!read_number(text, &number))
		return -1;
	set_text(p, set, &number, value);
	return ported_bucket(&number);
}

static void on_row(void *arg, struct view text, struct view value)
{
	struct ported *p = arg;
	struct number number;
	if (read_number(text, &number) && p->next)
		set_text(p, p->next, &number, value);
}

static void on_bucket(void *arg, bool ok)
{
	struct ported *p = arg;
	p->asked--;
	p->failed |= !ok;
	ask_buckets(p);
}

static void ask_buckets(struct ported *p)
{
	static const struct store_ported_reader reader = {on_row, on_bucket};
	while (!p->failed && p->bucket < PORTED_BUCKETS && p->asked < AT_ONCE) {
		if (store_ported_read(p->setup.store, p->meta.set, p->bucket, &reader, p) < 0) {
			p->failed = true;
			break;
		}
		p->bucket++;
		p->asked++;
	}
	if (p->asked)
		return;
	if (p->failed || p->again)
		stop_reading(p);
	else
		finish_reading(p);
}

static void on_start(void *arg, bool ok, const struct store_ported_meta *meta)
{
	struct ported *p = arg;
	p->meta = *meta;
	p->asked = 0;
	p->failed = !ok;
	/* nothing was ever stored: no need to ask for each bucket */
	p->bucket = meta->epoch || meta->changes ? 0 : PORTED_BUCKETS;
	if (ok && p->bucket == 0)
		log_info("-", "event=ported_read_begins epoch=%llu", (unsigned long long)meta->epoch);
	ask_buckets(p);
}

static void start_reading(struct ported *p)
{
	p->again = false;
	if (store_ported_meta(p->setup.store, on_start, p) < 0)
		return;
	p->state = PORTED_READING;
	p->began_ms = p->followed_ms = loop_now_ms(p->setup.loop);
	p->next = ported_set_new();
}

void ported_read_again(struct ported *p)
{
	p->again = true;
	if (p->state == PORTED_READY)
		p->state = PORTED_ABSENT;
}

void ported_replace(struct ported *p, struct ported_set *set, unsigned which, uint64_t epoch)
{
	if (epoch != p->meta.epoch + 1) {
		if (set != p->set)
			ported_set_free(set); /* another node has been busy, too */
		ported_read_again(p);
		return;
	}
	if (set != p->set)
		ported_set_free(p->set);
	p->set = set;
	p->meta.epoch = epoch;
	p->meta.set = which;
	p->setup.changed(p->setup.arg);
}

/* --- following the other nodes --- */

static void on_change(void *arg, struct view text, struct view value)
{
	struct ported *p = arg;
	struct number number;
	char known[PORTED_TEXT_MAX];
	if (p->state != PORTED_READY || !read_number(text, &number))
		return;
	ported_text(p, &number, known);
	if (view_eq(value, view_of(known)))
		return; /* this node said so itself */
	set_text(p, p->set, &number, value);
	p->others = true;
}

static void on_followed(void *arg, bool ok, const struct store_ported_meta *meta, size_t changes)
{
	struct ported *p = arg;
	p->following = false;
	if (!ok || p->state != PORTED_READY)
		return;
	uint64_t seen = p->meta.changes + changes;
	bool whole = meta->epoch == p->meta.epoch && meta->set == p->meta.set &&
		     (changes == STORE_PORTED_PAGE ? seen <= meta->changes : seen == meta->changes);
	memcpy(p->meta.last, meta->last, sizeof(p->meta.last));
	p->meta.changes = seen;
	if (!whole) {
		log_info("-", "event=ported_behind epoch=%llu now=%llu", (unsigned long long)p->meta.epoch,
			 (unsigned long long)meta->epoch);
		ported_read_again(p);
	} else if (changes == STORE_PORTED_PAGE) {
		p->followed_ms = 0; /* there may be more: at the next tick */
	}
	if (p->others)
		p->setup.changed(p->setup.arg);
	p->others = false;
}

static void follow(struct ported *p)
{
	static const struct store_ported_follower follower = {on_change, on_followed};
	if (p->following || loop_now_ms(p->setup.loop) - p->followed_ms < FOLLOW_MS)
		return;
	p->followed_ms = loop_now_ms(p->setup.loop);
	p->following = store_ported_follow(p->setup.store, p->meta.last, &follower, p) == 0;
}

static void on_tick(struct timer *t)
{
	struct ported *p = LIST_OF(t, struct ported, tick);
	loop_timer(p->setup.loop, t, TICK_MS);
	if (p->job)
		ported_job_tick(p->job);
	if (!store_up(p->setup.store) || !p->setup.ready(p->setup.arg))
		return;
	if (p->state == PORTED_ABSENT && !p->following && !p->job)
		start_reading(p);
	else if (p->state == PORTED_READY)
		follow(p);
}

/* --- teaching --- */

/* What memory now says of a number goes to the store. */
static int store_change(struct ported *p, const struct number *number, ported_fn fn, void *arg)
{
	char text[PORTED_TEXT_MAX];
	ported_text(p, number, text);
	struct store_ported_row row = {.set = p->meta.set,
				       .bucket = (unsigned)ported_bucket(number),
				       .number = {(const uint8_t *)number->digits, number->n},
				       .value = view_of(text)};
	p->counters.learnt++;
	if (!p->known)
		return 1; /* what is stored of this number, and where, is not known yet */
	return store_ported_change(p->setup.store, &row, fn, arg) < 0 ? 1 : 0;
}

int ported_learn(struct ported *p, const struct number *number, const char *operator_name, ported_fn fn, void *arg)
{
	int name = ported_name(p, operator_name, strlen(operator_name));
	if (name < 0 || ported_bucket(number) < 0 || !ported_set_at(p->set, number, name))
		return -1;
	return store_change(p, number, fn, arg);
}

int ported_learn_not(struct ported *p, const struct number *number, const char *operator_name, ported_fn fn, void *arg)
{
	uint16_t values[VALUES];
	int name = ported_name(p, operator_name, strlen(operator_name));
	if (name < 0 || ported_bucket(number) < 0)
		return -1;
	size_t n = ported_table_find(p->set->table, number, values, VALUES);
	if (n && !(values[0] & NOT)) {
		if (values[0] != name) { /* it is elsewhere, which says the same */
			if (fn)
				fn(arg, true);
			return 0;
		}
		set_clear(p->set, number);
	}
	if (!set_add(p->set, number, (uint16_t)((unsigned)name | NOT)))
		return -1;
	return store_change(p, number, fn, arg);
}

int ported_forget(struct ported *p, const struct number *number, ported_fn fn, void *arg)
{
	if (ported_bucket(number) < 0)
		return -1;
	set_clear(p->set, number);
	return store_change(p, number, fn, arg);
}

/* --- for people --- */

const char *ported_state_name(enum ported_state s)
{
	static const char *const names[] = {"not read yet", "reading", "ready"};
	return names[s];
}

void ported_status(const struct ported *p, struct ported_status *out)
{
	*out = (struct ported_status){.state = p->state,
				      .numbers = ported_table_count(p->set->table),
				      .octets = ported_table_octets(p->set->table),
				      .epoch = p->meta.epoch,
				      .percent = p->bucket * 100u / PORTED_BUCKETS,
				      .loading_file = p->job != NULL};
}

void ported_each_operator(const struct ported *p, void (*fn)(const char *name, uint64_t at, uint64_t not_at, void *arg),
			  void *arg)
{
	for (size_t i = 0; i < p->names_n; i++) {
		if (p->set->at[i] || p->set->not_at[i])
			fn(p->names[i], p->set->at[i], p->set->not_at[i], arg);
	}
}

static void before_walk(void *object)
{
	struct ported_stats *c = object;
	struct ported *p = (struct ported *)(void *)((char *)c - offsetof(struct ported, counters));
	c->numbers = ported_table_count(p->set->table);
	c->octets = ported_table_octets(p->set->table);
	c->ready = p->state == PORTED_READY;
}

struct ported *ported_new(const struct ported_setup *setup)
{
	struct ported *p = mem_zalloc(sizeof(*p));
	p->setup = *setup;
	p->set = ported_set_new();
	p->tick.fn = on_tick;
	loop_timer(setup->loop, &p->tick, TICK_MS);
	stats_add(setup->stats, stat_rows, sizeof(stat_rows) / sizeof(stat_rows[0]), &p->counters, NULL, NULL,
		  before_walk);
	return p;
}

void ported_free(struct ported *p)
{
	if (!p)
		return;
	loop_timer_clear(p->setup.loop, &p->tick);
	stats_drop(p->setup.stats, &p->counters);
	if (p->job)
		ported_job_stop(p->job);
	ported_set_free(p->set);
	ported_set_free(p->next);
	for (size_t i = 0; i < p->names_n; i++)
		mem_free(p->names[i]);
	mem_free(p);
}
