/*
 * history.c - slots of seconds and minutes, filled by looks at the tally. Must not know where the states that it is
 * given come from, nor who reads.
 *
 * A slot is a row of columns (history.h). Sums of the spans are kept while slots come and go, so that reading one costs
 * nothing. Slots of minutes lie in a ring of 25 hours, each hour allocated when the object does something in it.
 */
#include "noc/history_priv.h"

#include "base/mem.h"

/* How many objects of a dimension have a history. */
static const size_t bounds[TALLY_DIMS] = {
	[TALLY_ALL] = 1,
	[TALLY_CARRIER] = 256,
	[TALLY_OPERATOR] = 64,
	[TALLY_ACCOUNT] = 1024,
	[TALLY_CLASS] = 16,
	[TALLY_CAMPAIGN] = 128,
	[TALLY_REASON] = TALLY_REASONS + 1,
};

struct history *history_new(void)
{
	return mem_zalloc(sizeof(struct history));
}

/* --- objects --- */

static void object_free(struct history_object *o)
{
	for (int i = 0; i < HISTORY_HOURS; i++)
		mem_free(o->hours[i]);
	mem_free(o->seconds);
	mem_free(o->late);
	mem_free(o->name);
	mem_free(o);
}

void history_free(struct history *h)
{
	if (!h)
		return;
	for (int d = 0; d < TALLY_DIMS; d++) {
		for (size_t i = 0; i < h->kinds[d].n; i++)
			object_free(h->kinds[d].objects[i]);
		mem_free(h->kinds[d].objects);
		mem_free(h->kinds[d].seats);
	}
	mem_free(h);
}

/* Where a name stands, or would. */
static size_t object_at(const struct history_kind *k, const char *name, bool *there)
{
	size_t low = 0, high = k->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(k->objects[middle]->name, name);
		if (order == 0) {
			*there = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*there = false;
	return low;
}

const struct history_object *history_find(const struct history *h, enum tally_dim d, const char *name)
{
	bool there;
	size_t at = object_at(&h->kinds[d], name, &there);

	return there ? h->kinds[d].objects[at] : NULL;
}

static void object_drop(struct history_kind *k, size_t at)
{
	object_free(k->objects[at]);
	k->n--;
	memmove(k->objects + at, k->objects + at + 1, (k->n - at) * sizeof(k->objects[0]));
}

static uint64_t object_total(const struct history_object *o)
{
	uint64_t n = 0;

	for (int i = 0; i < TALLY_WHATS; i++)
		n += o->sums[HISTORY_24H][i];
	return n;
}

/* Nobody counts it any more: the tally or the flow would have shown it at the last look. */
static bool object_gone(const struct history *h, const struct history_object *o)
{
	return o->live + 1 < h->looks;
}

/* Makes room by forgetting the one that is gone and did least; false: none is gone. */
static bool object_evict(struct history *h, struct history_kind *k)
{
	size_t least = k->n;

	for (size_t i = 0; i < k->n; i++) {
		if (object_gone(h, k->objects[i]) &&
		    (least == k->n || object_total(k->objects[i]) < object_total(k->objects[least])))
			least = i;
	}
	if (least == k->n)
		return false;
	object_drop(k, least);
	return true;
}

struct history_object *history_object_of(struct history *h, enum tally_dim d, const char *name)
{
	struct history_kind *k = &h->kinds[d];
	bool there;
	size_t at = object_at(k, name, &there);

	if (there)
		return k->objects[at];
	if (k->n == bounds[d]) {
		if (!object_evict(h, k))
			return NULL;
		at = object_at(k, name, &there);
	}
	if (k->n == k->cap) {
		k->cap = k->cap ? 2 * k->cap : 8;
		k->objects = mem_realloc(k->objects, k->cap * sizeof(k->objects[0]));
	}
	struct history_object *o = mem_zalloc(sizeof(*o));
	o->name = mem_strdup(name);
	o->dim = d;
	o->width = d == TALLY_ALL || d == TALLY_CARRIER || d == TALLY_CLASS ? HISTORY_FULL : HISTORY_PLAIN;
	memmove(k->objects + at + 1, k->objects + at, (k->n - at) * sizeof(k->objects[0]));
	k->objects[at] = o;
	k->n++;
	return o;
}

/* Forgets who is gone and did nothing in a day. */
static void objects_sweep(struct history *h)
{
	for (int d = 0; d < TALLY_DIMS; d++) {
		struct history_kind *k = &h->kinds[d];
		for (size_t i = k->n; i-- > 0;) {
			if (object_gone(h, k->objects[i]) && object_total(k->objects[i]) == 0)
				object_drop(k, i);
		}
	}
}

/* --- slots --- */

uint32_t *history_slot(const struct history_object *o, int64_t minute)
{
	size_t at = history_minute_at(minute);
	uint32_t *hour = o->hours[at / 60];

	return hour ? hour + at % 60 * o->width : NULL;
}

uint32_t *history_slot_made(struct history_object *o, int64_t minute)
{
	uint32_t **hour = &o->hours[history_minute_at(minute) / 60];

	if (!*hour)
		*hour = mem_zalloc(60 * o->width * sizeof(**hour));
	return history_slot(o, minute);
}

static uint32_t *second_made(struct history_object *o, int64_t second)
{
	if (!o->seconds)
		o->seconds = mem_zalloc(HISTORY_SECONDS * o->width * sizeof(*o->seconds));
	return o->seconds + history_second_at(second) * o->width;
}

void history_gather(uint32_t *slot, unsigned column, uint64_t v)
{
	bool sum = column < TALLY_WHATS || column == HISTORY_COLUMN_GAUGE + HISTORY_SUBMITS ||
		   column == HISTORY_COLUMN_GAUGE + HISTORY_FLAPS;
	uint64_t was = slot[column], is = sum ? was + v : v > was ? v : was;

	slot[column] = is < UINT32_MAX ? (uint32_t)is : UINT32_MAX;
}

/* Takes the counters of a slot out of a span's sums. */
static void span_leave(struct history_object *o, enum history_span span, const uint32_t *slot)
{
	for (int i = 0; slot && i < TALLY_WHATS; i++)
		o->sums[span][i] -= slot[i];
}

static uint32_t slot_flaps(const struct history_object *o, const uint32_t *slot)
{
	return slot && o->width == HISTORY_FULL ? slot[HISTORY_COLUMN_GAUGE + HISTORY_FLAPS] : 0;
}

/* --- latencies --- */

void history_gather_times(uint32_t *slot, enum tally_time what, const struct history_quantiles *q)
{
	const int64_t us[HISTORY_QUANTILES] = {[HISTORY_P50] = q->p50, [HISTORY_P95] = q->p95, [HISTORY_P99] = q->p99};

	for (int i = 0; i < HISTORY_QUANTILES; i++)
		history_gather(slot, HISTORY_COLUMN_OF(what, i), us[i] > 0 ? ((uint64_t)us[i] + 9) / 10 : 1);
}

static void quantiles_of(const struct histogram *h, struct history_quantiles *out)
{
	static const double quantiles[] = {0.5, 0.95, 0.99};
	int64_t found[3];

	histogram_quantiles(h, quantiles, found, 3);
	*out = (struct history_quantiles){found[0], found[1], found[2]};
}

bool history_between(const struct history_shot *from, const struct history_shot *to, enum tally_time what,
		     struct history_quantiles *out)
{
	struct histogram h;

	h.count = h.sum_us = 0;
	for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		h.bucket[i] = (uint32_t)(to->bucket[what][i] - from->bucket[what][i]);
		h.count += h.bucket[i];
	}
	if (h.count == 0)
		return false;
	quantiles_of(&h, out);
	return true;
}

/* What was measured in the minute that ends. */
static void latencies_end_minute(struct history_object *o, int64_t minute)
{
	struct history_quantiles q;

	for (int t = 0; t < TALLY_TIMES; t++) {
		if (history_between(&o->late->minute, &o->late->look, (enum tally_time)t, &q))
			history_gather_times(history_slot_made(o, minute), (enum tally_time)t, &q);
	}
	o->late->minute = o->late->look;
}

/* Spans of ten seconds and of a minute begin between two looks. */
static void latencies_move(struct history_latencies *l, int64_t from, int64_t to)
{
	int64_t ten = to / 10, minute = to / 60;

	for (int64_t i = from / 10 + 1; i <= ten; i++) {
		if (i > ten - HISTORY_TENS)
			l->tens[i % HISTORY_TENS] = l->look;
	}
	for (int64_t i = from / 60 + 1; i <= minute; i++) {
		if (i > minute - HISTORY_LATE)
			l->late[i % HISTORY_LATE] = l->look;
	}
}

/* Was anything measured since the last look? Then it goes into the second's slot. */
static void latencies_look(struct history *h, struct history_object *o, const struct tally_counts *c)
{
	uint64_t any = 0;

	for (int t = 0; t < TALLY_TIMES; t++)
		any |= c->times[t] ? c->times[t]->count : 0;
	if (!any)
		return;
	if (!o->late)
		o->late = mem_zalloc(sizeof(*o->late));
	for (int t = 0; t < TALLY_TIMES; t++) {
		uint32_t *before = o->late->look.bucket[t], changed = 0;
		struct histogram now = {0};
		for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
			uint32_t total = (uint32_t)c->times[t]->bucket[i], more = total - before[i];
			before[i] = total;
			now.bucket[i] = more;
			changed += more;
		}
		if (!changed)
			continue;
		now.count = changed;
		struct history_quantiles q;
		quantiles_of(&now, &q);
		history_gather_times(second_made(o, h->second), (enum tally_time)t, &q);
	}
}

/* --- time passes --- */

/* The next seconds begin, up to `to`; none of those between was looked at. */
static void move_seconds(struct history *h, int64_t to)
{
	int64_t first = to - h->second < HISTORY_SECONDS ? h->second + 1 : to - HISTORY_SECONDS + 1;

	for (int64_t s = first; s <= to; s++)
		h->known_seconds[history_second_at(s)] = false;
	for (int d = 0; d < TALLY_DIMS; d++) {
		for (size_t i = 0; i < h->kinds[d].n; i++) {
			struct history_object *o = h->kinds[d].objects[i];
			if (o->late)
				latencies_move(o->late, h->second, to);
			for (int64_t s = first; o->seconds && s <= to; s++) {
				uint32_t *slot = second_made(o, s);
				span_leave(o, HISTORY_1M, slot);
				memset(slot, 0, o->width * sizeof(*slot));
			}
		}
	}
	h->second = to;
}

/* Minute m begins: what leaves the spans, and the slots that it takes over. */
static void object_enter(struct history_object *o, int64_t m)
{
	uint32_t **hour = &o->hours[history_minute_at(m) / 60];

	span_leave(o, HISTORY_15M, history_slot(o, m - HISTORY_15M_MINUTES));
	span_leave(o, HISTORY_24H, history_slot(o, m - HISTORY_MINUTES));
	o->hour_flaps -= slot_flaps(o, history_slot(o, m - HISTORY_FLAP_MINUTES));
	if (m % 60 == 0) {
		mem_free(*hour);
		*hour = NULL;
	}
}

/* Adds up the spans anew. */
static void object_add_up(struct history_object *o, int64_t minute)
{
	memset(o->sums[HISTORY_15M], 0, sizeof(o->sums[HISTORY_15M]));
	memset(o->sums[HISTORY_24H], 0, sizeof(o->sums[HISTORY_24H]));
	o->hour_flaps = 0;
	for (int64_t back = 0; back < HISTORY_MINUTES; back++) {
		const uint32_t *slot = history_slot(o, minute - back);
		for (int i = 0; slot && i < TALLY_WHATS; i++) {
			o->sums[HISTORY_24H][i] += slot[i];
			o->sums[HISTORY_15M][i] += back < HISTORY_15M_MINUTES ? slot[i] : 0;
		}
		o->hour_flaps += back < HISTORY_FLAP_MINUTES ? slot_flaps(o, slot) : 0;
	}
}

static void forget_all_minutes(struct history *h, int64_t minute)
{
	memset(h->known_minutes, 0, sizeof(h->known_minutes));
	for (int d = 0; d < TALLY_DIMS; d++) {
		for (size_t i = 0; i < h->kinds[d].n; i++) {
			struct history_object *o = h->kinds[d].objects[i];
			for (int k = 0; k < HISTORY_HOURS; k++) {
				mem_free(o->hours[k]);
				o->hours[k] = NULL;
			}
			object_add_up(o, minute);
		}
	}
}

/* The clock goes on, by a minute or over a gap. */
static void move_on(struct history *h, int64_t to)
{
	for (int64_t m = h->minute + 1; m <= to; m++) {
		size_t at = history_minute_at(m);
		memset(h->known_minutes + at, 0, (m % 60 ? 1 : 60) * sizeof(h->known_minutes[0]));
		for (int d = 0; d < TALLY_DIMS; d++) {
			for (size_t i = 0; i < h->kinds[d].n; i++)
				object_enter(h->kinds[d].objects[i], m);
		}
		if (m % 60 == 0)
			objects_sweep(h);
	}
}

/* The clock was set back: minutes after `to` are to come yet. */
static void move_back(struct history *h, int64_t to)
{
	for (int d = 0; d < TALLY_DIMS; d++) {
		for (size_t i = 0; i < h->kinds[d].n; i++) {
			struct history_object *o = h->kinds[d].objects[i];
			for (int64_t m = to + 1; m <= h->minute; m++) {
				uint32_t *slot = history_slot(o, m);
				if (slot)
					memset(slot, 0, o->width * sizeof(*slot));
			}
			object_add_up(o, to);
		}
	}
	for (int64_t m = to + 1; m <= h->minute; m++)
		h->known_minutes[history_minute_at(m)] = false;
}

static void move_minutes(struct history *h, int64_t to)
{
	if (to <= h->minute && to >= h->minute - HISTORY_BACK)
		return;
	for (int d = 0; d < TALLY_DIMS; d++) {
		for (size_t i = 0; i < h->kinds[d].n; i++) {
			if (h->kinds[d].objects[i]->late)
				latencies_end_minute(h->kinds[d].objects[i], h->minute);
		}
	}
	if (to - h->minute >= HISTORY_MINUTES || h->minute - to >= HISTORY_MINUTES)
		forget_all_minutes(h, to);
	else if (to > h->minute)
		move_on(h, to);
	else
		move_back(h, to);
	h->minute = to;
	for (int d = 0; d < TALLY_DIMS; d++) {
		for (size_t i = 0; i < h->kinds[d].seats_n; i++)
			h->kinds[d].seats[i].tried = false;
	}
}

/* --- looks --- */

struct looking {
	struct history *history;
	enum tally_dim dim;
};

/* Counters of the object that has grown by n. */
static void count(struct history *h, struct history_object *o, unsigned column, uint64_t n)
{
	if (n == 0)
		return;
	history_gather(second_made(o, h->second), column, n);
	history_gather(history_slot_made(o, h->minute), column, n);
	for (int s = 0; column < TALLY_WHATS && s < HISTORY_SPANS; s++)
		o->sums[s][column] += n;
}

static struct history_seat *seat_of(struct history_kind *k, unsigned place, uint32_t serial)
{
	if (place >= k->seats_n) {
		size_t n = place + 16;
		k->seats = mem_realloc(k->seats, n * sizeof(k->seats[0]));
		memset(k->seats + k->seats_n, 0, (n - k->seats_n) * sizeof(k->seats[0]));
		k->seats_n = n;
	}
	struct history_seat *seat = &k->seats[place];
	if (seat->serial != serial)
		*seat = (struct history_seat){.serial = serial};
	return seat;
}

static void look_at(void *arg, const char *name, unsigned place, uint32_t serial, const struct tally_counts *c)
{
	const struct looking *l = arg;
	struct history *h = l->history;
	struct history_seat *seat = seat_of(&h->kinds[l->dim], place, serial);

	if (!seat->o && !seat->tried) {
		seat->o = history_object_of(h, l->dim, name);
		seat->tried = !seat->o;
		h->left_out += !seat->o;
	}
	struct history_object *o = seat->o;
	if (!o)
		return;
	o->live = h->looks;
	for (unsigned i = 0; i < TALLY_WHATS; i++) {
		count(h, o, i, c->n[i] - seat->last[i]);
		seat->last[i] = c->n[i];
	}
	if (o->width == HISTORY_FULL)
		latencies_look(h, o, c);
}

static void look_at_state(struct history *h, enum tally_dim d, const struct history_state *s)
{
	struct history_object *o = history_object_of(h, d, s->name);

	if (!o)
		return;
	o->live = h->looks;
	memcpy(o->now, s->gauges, sizeof(o->now));
	for (unsigned g = HISTORY_QUEUED; g <= HISTORY_OUTSTANDING; g++)
		count(h, o, HISTORY_COLUMN_GAUGE + g, s->gauges[g]);
	count(h, o, HISTORY_COLUMN_GAUGE + HISTORY_SUBMITS, s->gauges[HISTORY_SUBMITS] - o->submits);
	count(h, o, HISTORY_COLUMN_GAUGE + HISTORY_FLAPS, s->gauges[HISTORY_FLAPS] - o->flaps);
	o->hour_flaps += s->gauges[HISTORY_FLAPS] - o->flaps;
	o->submits = s->gauges[HISTORY_SUBMITS];
	o->flaps = s->gauges[HISTORY_FLAPS];
}

/* The second and the minute that a look is in. */
static void look_when(struct history *h, int64_t now_ms, int64_t wall_ms)
{
	/* a clock that was never set: two days after 1970, so that a day back is still a number */
	int64_t minute = wall_ms / 60000 > 2 * HISTORY_RING ? wall_ms / 60000 : 2 * HISTORY_RING;

	if (h->minute == 0) {
		h->second = now_ms / 1000;
		h->begun_ms = now_ms;
		h->minute = minute;
	}
	/* looks come about a second after each other: to the nearest, so that none falls into the one before */
	int64_t passed = (now_ms - h->begun_ms + 500) / 1000;
	if (passed > 0) {
		h->begun_ms += passed * 1000;
		move_seconds(h, h->second + passed);
	}
	move_minutes(h, minute);
	h->wall_ms = wall_ms;
	h->known_seconds[history_second_at(h->second)] = true;
	h->known_minutes[history_minute_at(h->minute)] = true;
}

void history_look(struct history *h, const struct tally *tally, int64_t now_ms, int64_t wall_ms,
		  const struct history_state *all, const struct history_state *carriers, size_t carriers_n)
{
	h->looks++;
	look_when(h, now_ms, wall_ms);
	for (int d = 0; d < TALLY_DIMS; d++) {
		struct looking l = {h, (enum tally_dim)d};
		tally_each(tally, l.dim, look_at, &l);
	}
	look_at_state(h, TALLY_ALL, all);
	for (size_t i = 0; i < carriers_n; i++)
		look_at_state(h, TALLY_CARRIER, &carriers[i]);
}
