/*
 * brake.c - windows of what has ended, a row per brake of the configuration, in it a watch per account or carrier. Must
 * not know what is done when one trips.
 */
#include "path/brake.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define BUCKETS 60u

const struct conf_row brake_rows[] = {
	{"account", CONF_STRING, offsetof(struct brake_conf, account), "", 0, 15, "", true,
	 "Whose texts are watched and braked; \"*\": every account by itself.", NULL},
	{"carrier", CONF_STRING, offsetof(struct brake_conf, carrier), "", 0, 63, "", true,
	 "By which carrier; \"*\": every one by itself; without it whichever.", NULL},
	{"class", CONF_STRING, offsetof(struct brake_conf, class_name), "", 1, 16, "promo", true,
	 "Which class is watched and braked.", NULL},
	{"floor", CONF_FLOAT, offsetof(struct brake_conf, floor), "percent", 0, 100, "0", true,
	 "Braked when fewer of the texts that ended were delivered; 0: off.", NULL},
	{"ceiling", CONF_FLOAT, offsetof(struct brake_conf, ceiling), "percent", 0, 100, "100", true,
	 "Braked when more said stop or complained, of those delivered; 100: off. Of accounts only.", NULL},
	{"over", CONF_INT, offsetof(struct brake_conf, over), "s", 10, 604800, "3600", true,
	 "The time that is looked at, up to now.", NULL},
	{"min", CONF_INT, offsetof(struct brake_conf, min), "messages", 1, 1000000, "100", true,
	 "As long as fewer have ended in that time nothing is judged.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

struct bucket {
	int64_t at; /* which one since the beginning of time */
	uint64_t ended, delivered, out;
};

struct watch {
	bool tripped;
	struct bucket buckets[BUCKETS];
};

struct row {
	size_t account, carrier; /* BRAKE_ANY: not looked at */
	bool each_account, each_carrier;
	enum class_id class_id;
	double floor, ceiling;
	uint64_t min;
	int64_t over_s, bucket_ms;
	struct watch **watches; /* by the number of what is watched each by itself; else only the first */
	size_t watches_n;
};

struct brakes {
	void (*on_trip)(void *arg, const struct brake_place *place, const char *why);
	void *arg;
	struct row *rows;
	size_t n;
};

static bool is_each(const char *name)
{
	return strcmp(name, "*") == 0;
}

void brakes_check(const struct brake_conf *confs, size_t n, const struct brake_names *names, char **errors)
{
	enum class_id class_id;
	for (size_t i = 0; i < n; i++) {
		const struct brake_conf *c = &confs[i];
		if (!*c->account && !*c->carrier)
			conf_fault(errors, &c->where, "a brake needs an account, a carrier, or both");
		if (is_each(c->account) && is_each(c->carrier))
			conf_fault(errors, &c->where, "a brake may have * as account or as carrier, not as both");
		if (*c->account && !is_each(c->account) && names->account(names->arg, c->account) < 0)
			conf_fault(errors, &c->where, "a brake names account \"%s\", which is not in accounts",
				   c->account);
		if (*c->carrier && !is_each(c->carrier) && names->carrier(names->arg, c->carrier) < 0)
			conf_fault(errors, &c->where, "a brake names carrier \"%s\", which is not in carriers",
				   c->carrier);
		if (!class_by_name(view_of(c->class_name), &class_id))
			conf_fault(errors, &c->where, "a brake names class \"%s\", which is none", c->class_name);
		if (*c->carrier && c->ceiling < 100)
			conf_fault(errors, &c->where,
				   "a brake of a carrier has no ceiling: who says stop does not say by which carrier");
		if (c->floor <= 0 && c->ceiling >= 100)
			conf_fault(errors, &c->where, "a brake needs a floor or a ceiling");
	}
}

static void drop_rows(struct brakes *b)
{
	for (size_t i = 0; i < b->n; i++) {
		for (size_t k = 0; k < b->rows[i].watches_n; k++)
			mem_free(b->rows[i].watches[k]);
		mem_free(b->rows[i].watches);
	}
	mem_free(b->rows);
	b->rows = NULL;
	b->n = 0;
}

static size_t number_of(int (*by_name)(const void *arg, const char *name), const void *arg, const char *name)
{
	int n = *name && !is_each(name) ? by_name(arg, name) : -1;
	return n < 0 ? BRAKE_ANY : (size_t)n;
}

void brakes_set(struct brakes *b, const struct brake_conf *confs, size_t n, const struct brake_names *names)
{
	drop_rows(b);
	b->rows = mem_zalloc((n + 1) * sizeof(*b->rows));
	b->n = n;
	for (size_t i = 0; i < n; i++) {
		const struct brake_conf *c = &confs[i];
		struct row *r = &b->rows[i];
		r->account = number_of(names->account, names->arg, c->account);
		r->carrier = number_of(names->carrier, names->arg, c->carrier);
		r->each_account = is_each(c->account);
		r->each_carrier = is_each(c->carrier);
		if (!class_by_name(view_of(c->class_name), &r->class_id))
			r->class_id = CLASS_PROMO; /* checked before */
		r->floor = c->floor;
		r->ceiling = c->ceiling;
		r->min = (uint64_t)c->min;
		r->over_s = c->over;
		r->bucket_ms = c->over * 1000 / BUCKETS;
	}
}

bool brakes_any(const struct brakes *b)
{
	return b->n > 0;
}

static bool fits(size_t wanted, size_t have)
{
	return wanted == BRAKE_ANY || wanted == have;
}

/* The watch of a row that such a text counts in. */
static struct watch *watch_of(struct row *r, size_t account, size_t carrier)
{
	size_t at = r->each_account ? account : r->each_carrier ? carrier : 0;
	if (at >= r->watches_n) {
		r->watches = mem_realloc(r->watches, (at + 1) * sizeof(struct watch *));
		memset(r->watches + r->watches_n, 0, (at + 1 - r->watches_n) * sizeof(struct watch *));
		r->watches_n = at + 1;
	}
	if (!r->watches[at])
		r->watches[at] = mem_zalloc(sizeof(struct watch));
	return r->watches[at];
}

static struct bucket *bucket_of(const struct row *r, struct watch *w, int64_t now_ms)
{
	int64_t at = now_ms / r->bucket_ms;
	struct bucket *b = &w->buckets[at % (int64_t)BUCKETS];
	if (b->at != at)
		*b = (struct bucket){.at = at};
	return b;
}

void brakes_ended(struct brakes *b, const struct brake_place *of, int64_t now_ms, bool delivered)
{
	for (size_t i = 0; i < b->n; i++) {
		struct row *r = &b->rows[i];
		if (r->class_id != of->class_id || !fits(r->account, of->account) || !fits(r->carrier, of->carrier) ||
		    (r->each_account && of->account == BRAKE_ANY) || (r->each_carrier && of->carrier == BRAKE_ANY))
			continue;
		struct bucket *at = bucket_of(r, watch_of(r, of->account, of->carrier), now_ms);
		at->ended++;
		at->delivered += delivered;
	}
}

void brakes_out(struct brakes *b, size_t account, int64_t now_ms)
{
	for (size_t i = 0; i < b->n; i++) {
		struct row *r = &b->rows[i];
		if (r->ceiling < 100 && (r->each_account || r->account == account))
			bucket_of(r, watch_of(r, account, BRAKE_ANY), now_ms)->out++;
	}
}

static struct bucket sum_of(const struct row *r, const struct watch *w, int64_t now_ms)
{
	int64_t now = now_ms / r->bucket_ms;
	struct bucket sum = {.at = now};
	for (unsigned i = 0; i < BUCKETS; i++) {
		const struct bucket *b = &w->buckets[i];
		if (b->at > now - (int64_t)BUCKETS) {
			sum.ended += b->ended;
			sum.delivered += b->delivered;
			sum.out += b->out;
		}
	}
	return sum;
}

static struct brake_place place_of(const struct row *r, size_t at)
{
	return (struct brake_place){r->each_account ? at : r->account, r->each_carrier ? at : r->carrier, r->class_id};
}

static void judge(struct brakes *b, const struct row *r, size_t at, int64_t now_ms)
{
	struct watch *w = r->watches[at];
	struct bucket s = sum_of(r, w, now_ms);
	char why[160] = "";
	double delivered = s.ended ? 100 * (double)s.delivered / (double)s.ended : 100;
	double out = s.delivered ? 100 * (double)s.out / (double)s.delivered : 0;
	if (s.ended >= r->min && delivered < r->floor)
		snprintf(why, sizeof(why), "%llu of %llu delivered in %lld s, %.1f %% (floor %g %%)",
			 (unsigned long long)s.delivered, (unsigned long long)s.ended, (long long)r->over_s, delivered,
			 r->floor);
	else if (s.delivered >= r->min && r->ceiling < 100 && out > r->ceiling)
		snprintf(why, sizeof(why),
			 "%llu stop or complaint of %llu delivered in %lld s, %.1f %% (ceiling %g %%)",
			 (unsigned long long)s.out, (unsigned long long)s.delivered, (long long)r->over_s, out,
			 r->ceiling);
	if (!*why)
		return;
	const struct brake_place place = place_of(r, at);
	w->tripped = true;
	b->on_trip(b->arg, &place, why);
}

void brakes_tick(struct brakes *b, int64_t now_ms)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct row *r = &b->rows[i];
		for (size_t at = 0; at < r->watches_n; at++) {
			if (r->watches[at] && !r->watches[at]->tripped)
				judge(b, r, at, now_ms);
		}
	}
}

void brakes_release(struct brakes *b, const struct brake_place *place)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct row *r = &b->rows[i];
		for (size_t at = 0; at < r->watches_n; at++) {
			struct brake_place p = place_of(r, at);
			if (r->watches[at] && p.account == place->account && p.carrier == place->carrier &&
			    p.class_id == place->class_id)
				memset(r->watches[at], 0, sizeof(struct watch));
		}
	}
}

struct brakes *brakes_new(void (*on_trip)(void *arg, const struct brake_place *place, const char *why), void *arg)
{
	struct brakes *b = mem_zalloc(sizeof(*b));
	b->on_trip = on_trip;
	b->arg = arg;
	return b;
}

void brakes_free(struct brakes *b)
{
	if (!b)
		return;
	drop_rows(b);
	mem_free(b);
}
