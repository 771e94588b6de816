/*
 * campaign.c - the table of campaigns, what is counted of them, and adding that to Redis once a second. Must not know
 * messages, nor when a state changes (campaign_control.c).
 */
#include "path/campaign_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "path/credit.h"

#define MARK_OCTETS 9u	    /* "~" and 8 hex digits */
#define IDLE_MS	    600000  /* a campaign without open messages may leave the memory after that, when room is needed */
#define KEPT_MS	    3600000 /* and leaves it after that */
#define ADD_MAX	    1400u   /* fields of one addition: all variants, all counters, by hour too */
#define FIELD_ROOM  64u
#define HOUR_MS	    3600000
#define CHINA_MS    28800000
#define PLACES_MAX  65535u
#define OTHERS_NAME "..."

const int64_t campaign_latency_s[CAMPAIGN_LATENCIES] = {5, 30, 120, 600, 3600, 21600, INT64_MAX};

static const struct {
	const char *name;
	bool hourly;
} counters[CAMPAIGN_FAULT] = {
	[CAMPAIGN_ACCEPTED] = {"accepted", true},
	[CAMPAIGN_REFUSED] = {"refused", true},
	[CAMPAIGN_SENT] = {"sent", true},
	[CAMPAIGN_DELIVERED] = {"delivered", true},
	[CAMPAIGN_FAILED] = {"failed", true},
	[CAMPAIGN_EXPIRED] = {"expired", false},
	[CAMPAIGN_NO_RECEIPT] = {"no_receipt", false},
	[CAMPAIGN_TAKEN_BACK] = {"cancelled", false},
	[CAMPAIGN_STOPPED] = {"stopped", false},
	[CAMPAIGN_OTHER] = {"other", false},
	[CAMPAIGN_ENDED] = {"ended", false},
	[CAMPAIGN_UNSENT] = {"unsent", false},
	[CAMPAIGN_REPLIED] = {"replied", true},
	[CAMPAIGN_OPTED_OUT] = {"opted_out", true},
	[CAMPAIGN_COMPLAINED] = {"complained", true},
	[CAMPAIGN_SEGMENTS] = {"segments", false},
	[CAMPAIGN_COST] = {"cost", false},
	[CAMPAIGN_LATENCY_MS] = {"latency_ms", false},
	[CAMPAIGN_LATENCY + 0] = {"within_5s", false},
	[CAMPAIGN_LATENCY + 1] = {"within_30s", false},
	[CAMPAIGN_LATENCY + 2] = {"within_2m", false},
	[CAMPAIGN_LATENCY + 3] = {"within_10m", false},
	[CAMPAIGN_LATENCY + 4] = {"within_1h", false},
	[CAMPAIGN_LATENCY + 5] = {"within_6h", false},
	[CAMPAIGN_LATENCY + 6] = {"later", false},
};

/* What is kept over all variants too, for trials and progress. */
static const struct {
	enum store_campaign_field field;
	enum campaign_counter from[2];
} totals[] = {
	{SC_ACCEPTED, {CAMPAIGN_ACCEPTED, CAMPAIGN_ACCEPTED}}, {SC_SENT, {CAMPAIGN_SENT, CAMPAIGN_SENT}},
	{SC_ENDED, {CAMPAIGN_ENDED, CAMPAIGN_ENDED}},	       {SC_DELIVERED, {CAMPAIGN_DELIVERED, CAMPAIGN_DELIVERED}},
	{SC_OUT, {CAMPAIGN_OPTED_OUT, CAMPAIGN_COMPLAINED}},   {SC_UNSENT, {CAMPAIGN_UNSENT, CAMPAIGN_UNSENT}},
};

static const struct stats_row stat_rows[] = {
	{"smppgw_campaign_trials_total", "Trials of campaigns that this node has judged.", STATS_COUNTER,
	 offsetof(struct campaign_counters, passed), "result", "passed"},
	{"smppgw_campaign_trials_total", "Trials of campaigns that this node has judged.", STATS_COUNTER,
	 offsetof(struct campaign_counters, failed), "result", "failed"},
	{"smppgw_campaigns", "Campaigns in memory.", STATS_GAUGE, offsetof(struct campaign_counters, live), NULL, NULL},
	{"smppgw_campaign_writes_failed_total", "Additions of a campaign's counters that have to be made once more.",
	 STATS_COUNTER, offsetof(struct campaign_counters, not_written), NULL, NULL},
};

const char *campaign_counter_name(enum campaign_counter c)
{
	static char names[FAULTS][24];
	if (c < CAMPAIGN_FAULT)
		return counters[c].name;
	char *name = names[c - CAMPAIGN_FAULT];
	if (!*name)
		snprintf(name, sizeof(names[0]), "failed.%s", fault_name((enum fault)(c - CAMPAIGN_FAULT)));
	return name;
}

bool campaign_counter_hourly(enum campaign_counter c)
{
	return c < CAMPAIGN_FAULT && counters[c].hourly;
}

/* --- the table --- */

struct key {
	size_t account;
	const char *name;
	uint32_t n;
};

static bool is_key(uint64_t value, const void *key)
{
	const struct campaign *c = (const struct campaign *)(uintptr_t)value;
	const struct key *k = key;
	return c->account == k->account && c->name_n == k->n && memcmp(c->name, k->name, k->n) == 0;
}

static uint64_t hash_of(const struct key *k)
{
	return map_hash(k->name, k->n) ^ map_hash_u64(k->account + 1);
}

/* What would spoil a table, a field or the line of a terminal, which marks of direction turn around. */
static bool spoils(int32_t c)
{
	return c < ' ' || c == '/' || (c >= 0x7F && c < 0xA0) || c == 0x61C || c == 0x200E || c == 0x200F ||
	       (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/* Octets of an app: UTF-8, cut between two characters. What spoils becomes "_". */
static uint32_t clean(struct view from, char *to, uint32_t max)
{
	const char *s = (const char *)from.p;
	size_t n = text_cut(s, from.n, max), len = 0;
	for (size_t pos = 0; pos < n;) {
		size_t at = pos;
		if (spoils(text_get(s, n, &pos))) {
			to[len++] = '_';
			continue;
		}
		memcpy(to + len, s + at, pos - at);
		len += pos - at;
	}
	to[len] = '\0';
	return (uint32_t)len;
}

/* FNV-1a: the same on all nodes and in all lives. */
static uint32_t mark_of(struct view name)
{
	uint32_t h = 2166136261u;

	for (uint32_t i = 0; i < name.n; i++)
		h = (h ^ name.p[i]) * 16777619u;
	return h;
}

uint32_t campaign_clean(struct view from, char to[CAMPAIGN_NAME_MAX + 1])
{
	if (from.n <= CAMPAIGN_NAME_MAX)
		return clean(from, to, CAMPAIGN_NAME_MAX);
	uint32_t n = clean(from, to, CAMPAIGN_NAME_MAX - MARK_OCTETS);
	return n + (uint32_t)snprintf(to + n, MARK_OCTETS + 1, "~%08x", mark_of(from));
}

struct campaign *campaigns_find(const struct campaigns *cs, size_t account, struct view name)
{
	char text[CAMPAIGN_NAME_MAX + 1];
	struct key k = {account, text, campaign_clean(name, text)};
	uint64_t value;
	return map_find(cs->names, hash_of(&k), is_key, &k, &value) ? (struct campaign *)(uintptr_t)value : NULL;
}

static void free_campaign(struct campaign *c)
{
	for (unsigned i = 0; i < c->variants_n; i++)
		mem_free(c->variants[i]);
	mem_free(c->account_name);
	mem_free(c);
}

static bool may_leave(const struct campaign *c, int64_t now_ms, int64_t idle_ms)
{
	return c->open == 0 && c->gate.n == 0 && c->flying == 0 && !c->dirty && !c->again &&
	       now_ms - c->used_ms >= idle_ms;
}

static void leave(struct campaigns *cs, size_t at)
{
	struct campaign *c = cs->live[at];
	struct key k = {c->account, c->name, c->name_n};
	map_remove(cs->names, hash_of(&k), is_key, &k, NULL);
	for (unsigned i = 0; i < c->variants_n; i++)
		cs->places[c->variants[i]->place].campaign = NULL;
	list_remove(&c->gate.link);
	cs->live[at] = cs->live[--cs->live_n];
	cs->counters.live = cs->live_n;
	free_campaign(c);
}

/* Room for one more: the one that was used longest ago, of those without open messages. */
static bool make_room(struct campaigns *cs)
{
	int64_t now_ms = loop_now_us(cs->loop) / 1000;
	size_t oldest = cs->live_n;
	if (cs->live_n < CAMPAIGN_LIVE_MAX)
		return true;
	for (size_t i = 0; i < cs->live_n; i++) {
		if (may_leave(cs->live[i], now_ms, 0) &&
		    (oldest == cs->live_n || cs->live[i]->used_ms < cs->live[oldest]->used_ms))
			oldest = i;
	}
	if (oldest == cs->live_n)
		return false;
	leave(cs, oldest);
	return true;
}

struct campaign *campaigns_get(struct campaigns *cs, const struct campaign_of *what)
{
	struct campaign *c = campaigns_find(cs, what->account, what->name);
	if (c || !make_room(cs))
		return c;
	c = mem_zalloc(sizeof(*c));
	c->owner = cs;
	c->account = what->account;
	c->account_name = mem_strdup(what->account_name);
	c->name_n = campaign_clean(what->name, c->name);
	c->used_ms = loop_now_us(cs->loop) / 1000;
	c->control.gate = CAMPAIGN_SHUT;
	list_init(&c->gate.link);
	list_init(&c->gate.waiting);
	list_init(&c->gate.back);
	c->gate.round = 1;
	if (cs->live_n == cs->live_cap) {
		cs->live_cap = cs->live_cap ? 2 * cs->live_cap : 64;
		cs->live = mem_realloc(cs->live, cs->live_cap * sizeof(struct campaign *));
	}
	struct key k = {c->account, c->name, c->name_n};
	if (map_put(cs->names, hash_of(&k), (uint64_t)(uintptr_t)c) < 0) {
		free_campaign(c);
		return NULL;
	}
	cs->live[cs->live_n++] = c;
	cs->counters.live = cs->live_n;
	campaign_sync(c); /* how does it stand? */
	return c;
}

static uint16_t free_place(struct campaigns *cs)
{
	for (size_t i = 1; i < cs->places_n; i++) {
		if (!cs->places[i].campaign)
			return (uint16_t)i;
	}
	if (cs->places_n > PLACES_MAX)
		return 0;
	if (cs->places_n >= cs->places_cap) {
		cs->places_cap = cs->places_cap ? 2 * cs->places_cap : 64;
		cs->places = mem_realloc(cs->places, cs->places_cap * sizeof(*cs->places));
	}
	if (cs->places_n == 0)
		cs->places[cs->places_n++] = (struct campaign_place){0};
	return (uint16_t)cs->places_n++;
}

static struct campaign_variant *variant_of(struct campaign *c, const char *name)
{
	for (unsigned i = 0; i < c->variants_n; i++) {
		if (strcmp(c->variants[i]->name, name) == 0)
			return c->variants[i];
	}
	if (c->variants_n == CAMPAIGN_VARIANTS - 1 && strcmp(name, OTHERS_NAME) != 0)
		return variant_of(c, OTHERS_NAME);
	uint16_t place = free_place(c->owner);
	if (c->variants_n == CAMPAIGN_VARIANTS || !place)
		return NULL;
	struct campaign_variant *v = mem_zalloc(sizeof(*v));
	snprintf(v->name, sizeof(v->name), "%s", name);
	v->place = place;
	c->owner->places[place] = (struct campaign_place){c, c->variants_n};
	c->variants[c->variants_n++] = v;
	return v;
}

uint16_t campaigns_place(struct campaigns *cs, const struct campaign_of *what)
{
	char variant[CAMPAIGN_VARIANT_MAX + 1];
	struct campaign *c = campaigns_get(cs, what);
	if (clean(what->variant, variant, CAMPAIGN_VARIANT_MAX) == 0)
		memcpy(variant, "-", 2);
	struct campaign_variant *v = c ? variant_of(c, variant) : NULL;
	return v ? v->place : 0;
}

struct campaign *campaigns_at(const struct campaigns *cs, uint16_t place)
{
	return cs->places[place].campaign;
}

void campaigns_named(struct campaigns *cs, uint16_t place)
{
	struct campaign *c = campaigns_at(cs, place);
	c->open++;
	c->used_ms = loop_now_us(cs->loop) / 1000;
}

void campaigns_unnamed(struct campaigns *cs, uint16_t place)
{
	campaigns_at(cs, place)->open--;
}

void campaigns_count(struct campaigns *cs, uint16_t place, enum campaign_counter c, int64_t by)
{
	struct campaign *of = campaigns_at(cs, place);
	of->variants[cs->places[place].variant]->now[c] += by;
	of->dirty = true;
}

size_t campaign_account(const struct campaign *c)
{
	return c->account;
}

const char *campaign_name(const struct campaign *c)
{
	return c->name;
}

const struct campaign_control *campaign_control(const struct campaign *c)
{
	return &c->control;
}

void campaigns_each(const struct campaigns *cs, void (*fn)(void *arg, const struct campaign *c), void *arg)
{
	for (size_t i = 0; i < cs->live_n; i++)
		fn(arg, cs->live[i]);
}

struct campaign_gate *campaign_gate(struct campaign *c)
{
	return &c->gate;
}

struct campaign *campaign_of_gate(struct campaign_gate *g)
{
	return LIST_OF(g, struct campaign, gate);
}

struct store_campaign_id campaign_id(const struct campaign *c)
{
	return (struct store_campaign_id){view_of(c->account_name), {(const uint8_t *)c->name, c->name_n}};
}

/* --- writing --- */

struct addition { /* the fields of one flush */
	struct store_campaign_pair at[ADD_MAX];
	char field[ADD_MAX][FIELD_ROOM], value[ADD_MAX][24];
	size_t n;
};

/* Hours are China's: 2026050110. */
static void print_hour(int64_t wall_ms, char out[16])
{
	snprintf(out, 16, "%u%02u", credit_day(wall_ms), (unsigned)((wall_ms + CHINA_MS) / HOUR_MS % 24));
}

static void add(struct addition *a, int64_t by, const char *variant, const char *hour, const char *counter)
{
	if (a->n == ADD_MAX)
		return;
	if (!variant)
		snprintf(a->field[a->n], FIELD_ROOM, "%s", counter);
	else
		snprintf(a->field[a->n], FIELD_ROOM, "%s/%s%s%s", variant, hour, *hour ? "/" : "", counter);
	snprintf(a->value[a->n], sizeof(a->value[0]), "%lld", (long long)by);
	a->at[a->n] = (struct store_campaign_pair){a->field[a->n], a->value[a->n]};
	a->n++;
}

static void add_variant(struct addition *a, const struct campaign_variant *v, const char *hour)
{
	for (int k = 0; k < CAMPAIGN_COUNTERS; k++) {
		const char *name = campaign_counter_name((enum campaign_counter)k);
		if (!v->out[k])
			continue;
		add(a, v->out[k], v->name, "", name);
		if (campaign_counter_hourly((enum campaign_counter)k))
			add(a, v->out[k], v->name, hour, name);
	}
}

static void add_totals(struct addition *a, const struct campaign *c)
{
	for (size_t t = 0; t < sizeof(totals) / sizeof(totals[0]); t++) {
		int64_t sum = 0;
		for (unsigned i = 0; i < c->variants_n; i++) {
			sum += c->variants[i]->out[totals[t].from[0]];
			if (totals[t].from[1] != totals[t].from[0])
				sum += c->variants[i]->out[totals[t].from[1]];
		}
		if (sum)
			add(a, sum, NULL, "", store_campaign_field_name(totals[t].field));
	}
}

/* What has gathered becomes the flush that is under way; what is to be sent once more stays what it was. */
static void gather(struct campaign *c, struct addition *a)
{
	char hour[16];
	a->n = 0;
	if (!c->again) {
		c->flush++;
		for (unsigned i = 0; i < c->variants_n; i++) {
			memcpy(c->variants[i]->out, c->variants[i]->now, sizeof(c->variants[i]->out));
			memset(c->variants[i]->now, 0, sizeof(c->variants[i]->now));
		}
		c->dirty = false;
	}
	print_hour(loop_wall_ms(c->owner->loop), hour);
	for (unsigned i = 0; i < c->variants_n; i++)
		add_variant(a, c->variants[i], hour);
	add_totals(a, c);
}

static void on_synced(void *arg, bool ok, int64_t done, const struct view *state)
{
	struct campaign *c = arg;
	(void)done;
	c->flying--;
	c->syncing = false;
	c->again = !ok;
	if (!ok) {
		c->owner->counters.not_written++;
		if (c->control.state == CAMPAIGN_UNKNOWN)
			c->owner->ops->on_state(c->owner->arg, c); /* whoever waits to hear it does so in vain */
		return;
	}
	for (unsigned i = 0; i < c->variants_n; i++)
		memset(c->variants[i]->out, 0, sizeof(c->variants[i]->out));
	campaign_heard(c, state);
}

void campaign_sync(struct campaign *c)
{
	static struct addition a;
	struct campaigns *cs = c->owner;
	struct campaign_pairs first = {.n = 0};
	char tag[48];
	if (c->syncing || !store_up(cs->store))
		return;
	gather(c, &a);
	if (c->control.state == CAMPAIGN_UNKNOWN)
		campaign_first_state(c, &first);
	snprintf(tag, sizeof(tag), "%lld-%llu", (long long)cs->begun_ms, (unsigned long long)c->flush);
	struct store_campaign_sync what = {campaign_id(c), cs->keep_s, tag, first.at, first.n, a.at, a.n};
	c->stale = false;
	c->syncing = true;
	c->flying++;
	if (store_campaign_sync(cs->store, &what, on_synced, c) < 0)
		on_synced(c, false, 0, NULL);
}

/* --- once a second --- */

static bool is_due(const struct campaign *c)
{
	enum campaign_state s = c->control.state;
	return c->dirty || c->again || c->stale || s == CAMPAIGN_UNKNOWN || s == CAMPAIGN_WAITING ||
	       s == CAMPAIGN_COLLECTING;
}

static void take_sample(struct campaign *c, int64_t now_ms)
{
	unsigned last = (c->sample_next + CAMPAIGN_SAMPLES - 1) % CAMPAIGN_SAMPLES;
	if (c->control.state == CAMPAIGN_UNKNOWN ||
	    (c->samples_n && now_ms - c->samples[last].at_ms < CAMPAIGN_SAMPLE_MS))
		return;
	c->samples[c->sample_next].at_ms = now_ms;
	c->samples[c->sample_next].sent = c->control.sent;
	c->sample_next = (c->sample_next + 1) % CAMPAIGN_SAMPLES;
	c->samples_n += c->samples_n < CAMPAIGN_SAMPLES;
	c->stale |= c->open > 0; /* other nodes send too */
}

double campaign_rate(const struct campaigns *cs, const struct campaign *c)
{
	unsigned first = (c->sample_next + CAMPAIGN_SAMPLES - c->samples_n) % CAMPAIGN_SAMPLES;
	int64_t now_ms = loop_now_us(cs->loop) / 1000;
	if (!c->samples_n || now_ms - c->samples[first].at_ms < 1000)
		return -1;
	return (double)(c->control.sent - c->samples[first].sent) * 1000 / (double)(now_ms - c->samples[first].at_ms);
}

static void on_epoch(void *arg, bool ok, uint64_t epoch)
{
	struct campaigns *cs = arg;
	cs->epoch_asked = false;
	if (!ok || (cs->epoch_known && epoch == cs->epoch))
		return;
	cs->epoch = epoch;
	cs->epoch_known = true;
	for (size_t i = 0; i < cs->live_n; i++) {
		cs->live[i]->stale = true;
		campaign_sync(cs->live[i]);
	}
	cs->ops->on_epoch(cs->arg);
}

static void ask_epoch(struct campaigns *cs)
{
	if (!cs->epoch_asked && store_campaign_epoch(cs->store, on_epoch, cs) == 0)
		cs->epoch_asked = true;
}

static void on_timer(struct timer *t)
{
	struct campaigns *cs = LIST_OF(t, struct campaigns, timer);
	int64_t now_ms = loop_now_us(cs->loop) / 1000;
	ask_epoch(cs);
	for (size_t i = cs->live_n; i > 0; i--) {
		struct campaign *c = cs->live[i - 1];
		take_sample(c, now_ms);
		if (is_due(c))
			campaign_sync(c);
		else if (may_leave(c, now_ms, cs->live_n > CAMPAIGN_LIVE_MAX / 2 ? IDLE_MS : KEPT_MS))
			leave(cs, i - 1);
	}
	cs->ops->on_tick(cs->arg);
	loop_timer(cs->loop, t, CAMPAIGN_FLUSH_MS);
}

void campaigns_flush(struct campaigns *cs)
{
	for (size_t i = 0; i < cs->live_n; i++) {
		if (cs->live[i]->dirty || cs->live[i]->again)
			campaign_sync(cs->live[i]);
	}
}

bool campaigns_quiet(struct campaigns *cs)
{
	bool quiet = true;
	campaigns_flush(cs);
	for (size_t i = 0; i < cs->live_n; i++)
		quiet &= !cs->live[i]->dirty && !cs->live[i]->again && cs->live[i]->flying == 0;
	return quiet;
}

void campaigns_store_up(struct campaigns *cs)
{
	cs->epoch_known = cs->epoch_asked = false;
	ask_epoch(cs);
}

struct campaigns *campaigns_new(struct loop *loop, struct stats *stats, const struct campaigns_ops *ops, void *arg)
{
	struct campaigns *cs = mem_zalloc(sizeof(*cs));
	cs->loop = loop;
	cs->stats = stats;
	cs->ops = ops;
	cs->arg = arg;
	cs->names = map_new();
	cs->begun_ms = loop_wall_ms(loop);
	cs->timer.fn = on_timer;
	stats_add(stats, stat_rows, sizeof(stat_rows) / sizeof(stat_rows[0]), &cs->counters, NULL, NULL, NULL);
	return cs;
}

void campaigns_use(struct campaigns *cs, struct store *store)
{
	cs->store = store;
	loop_timer(cs->loop, &cs->timer, CAMPAIGN_FLUSH_MS);
}

void campaigns_free(struct campaigns *cs)
{
	if (!cs)
		return;
	loop_timer_clear(cs->loop, &cs->timer);
	stats_drop(cs->stats, &cs->counters);
	for (size_t i = 0; i < cs->live_n; i++)
		free_campaign(cs->live[i]);
	map_free(cs->names);
	mem_free(cs->live);
	mem_free(cs->places);
	mem_free(cs);
}
