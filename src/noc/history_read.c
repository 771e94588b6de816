/*
 * history_read.c - the history as numbers, and a minute of it as octets. Must not know how slots are filled.
 *
 * Octets of a minute: a version, then for each object that did something in it its dimension, its name (length,
 * octets), which columns are not 0 (a bit each), and their values; all numbers but the first two octets are LEB128.
 */
#include "noc/history_priv.h"

#include "base/mem.h"

#define HISTORY_VERSION 1
#define RATE_SECONDS	5

static const char *const span_names[] = {[HISTORY_1M] = "1m", [HISTORY_15M] = "15m", [HISTORY_24H] = "24h"};

const char *history_span_name(enum history_span s)
{
	return span_names[s];
}

void history_each(const struct history *h, enum tally_dim d,
		  void (*fn)(void *arg, const char *name, const struct history_object *o), void *arg)
{
	const struct history_kind *k = &h->kinds[d];

	for (size_t i = 0; i < k->n; i++) {
		const uint64_t *sums = k->objects[i]->sums[HISTORY_24H];
		uint64_t any = 0;
		for (int w = 0; w < TALLY_WHATS; w++)
			any |= sums[w];
		if (any)
			fn(arg, k->objects[i]->name, k->objects[i]);
	}
}

void history_sums(const struct history_object *o, enum history_span span, uint64_t out[TALLY_WHATS])
{
	if (o)
		memcpy(out, o->sums[span], sizeof(o->sums[span]));
	else
		memset(out, 0, TALLY_WHATS * sizeof(out[0]));
}

uint64_t history_gauge(const struct history_object *o, enum history_gauge g)
{
	if (!o)
		return 0;
	return g == HISTORY_FLAPS ? o->hour_flaps : o->now[g];
}

double history_rate(const struct history *h, const struct history_object *o)
{
	uint64_t n = 0;

	for (int64_t s = h->second - RATE_SECONDS + 1; o && o->seconds && o->width == HISTORY_FULL && s <= h->second;
	     s++)
		n += o->seconds[history_second_at(s) * o->width + HISTORY_COLUMN_GAUGE + HISTORY_SUBMITS];
	return (double)n / RATE_SECONDS;
}

bool history_latency(const struct history *h, const struct history_object *o, enum history_span span,
		     enum tally_time what, struct history_quantiles *out)
{
	if (!o || !o->late)
		return false;
	const struct history_latencies *l = o->late;
	/* the oldest that is kept of each: what came next in the ring */
	const struct history_shot *from = span == HISTORY_1M ? &l->tens[(h->second / 10 + 1) % HISTORY_TENS]
							     : &l->late[(h->second / 60 + 1) % HISTORY_LATE];
	return history_between(from, &l->look, what, out);
}

/* --- series --- */

/* Whether an object has such a column at all. */
static bool has_column(const struct history_object *o, enum tally_dim d, unsigned column)
{
	if (column < TALLY_WHATS)
		return true;
	if (column < HISTORY_COLUMN_TIME)
		return d == TALLY_ALL || d == TALLY_CARRIER;
	return o && o->width == HISTORY_FULL;
}

/* What a column says, where the gateway was running. */
static int64_t value_of(const uint32_t *slot, unsigned column)
{
	uint32_t v = slot ? slot[column] : 0;

	if (column < HISTORY_COLUMN_TIME)
		return v;
	return v ? (int64_t)v * 10 : HISTORY_UNKNOWN;
}

/* A latency of the minute under way: its slot is written when it is over; v: what a life before has measured in it. */
static int64_t value_now(const struct history_object *o, unsigned column, int64_t v)
{
	enum tally_time what = (enum tally_time)((column - HISTORY_COLUMN_TIME) / HISTORY_QUANTILES);
	struct history_quantiles q;

	if (!o->late || !history_between(&o->late->minute, &o->late->look, what, &q))
		return v;
	const int64_t us[HISTORY_QUANTILES] = {[HISTORY_P50] = q.p50, [HISTORY_P95] = q.p95, [HISTORY_P99] = q.p99};
	int64_t now = us[(column - HISTORY_COLUMN_TIME) % HISTORY_QUANTILES];
	return now > v ? now : v;
}

void history_minutes(const struct history *h, enum tally_dim d, const struct history_object *o, unsigned column,
		     struct history_series *out)
{
	bool has = has_column(o, d, column);

	out->points = HISTORY_MINUTES;
	out->from_ms = (h->minute - HISTORY_MINUTES + 1) * 60000;
	for (int i = 0; i < HISTORY_MINUTES; i++) {
		int64_t m = h->minute - HISTORY_MINUTES + 1 + i;
		out->v[i] = HISTORY_UNKNOWN;
		if (has && h->minute && history_known(h, m))
			out->v[i] = value_of(o ? history_slot(o, m) : NULL, column);
	}
	if (has && column >= HISTORY_COLUMN_TIME)
		out->v[HISTORY_MINUTES - 1] = value_now(o, column, out->v[HISTORY_MINUTES - 1]);
}

void history_seconds(const struct history *h, enum tally_dim d, const struct history_object *o, unsigned column,
		     struct history_series *out)
{
	bool has = has_column(o, d, column);

	out->points = HISTORY_SECONDS;
	out->from_ms = h->wall_ms / 1000 * 1000 - (HISTORY_SECONDS - 1) * 1000;
	for (int i = 0; i < HISTORY_SECONDS; i++) {
		int64_t s = h->second - HISTORY_SECONDS + 1 + i;
		out->v[i] = HISTORY_UNKNOWN;
		if (has && s >= 0 && h->known_seconds[history_second_at(s)])
			out->v[i] =
				value_of(o && o->seconds ? o->seconds + history_second_at(s) * o->width : NULL, column);
	}
}

/* --- keeping --- */

int64_t history_minute(const struct history *h)
{
	return h->minute;
}

bool history_known(const struct history *h, int64_t minute)
{
	return minute <= h->minute && minute > h->minute - HISTORY_MINUTES &&
	       h->known_minutes[history_minute_at(minute)];
}

static void put_number(struct buf *out, uint64_t v)
{
	uint8_t octets[10];
	size_t n = 0;

	do {
		octets[n++] = (uint8_t)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));
		v >>= 7;
	} while (v);
	buf_put(out, octets, n);
}

static bool get_number(struct view *in, uint64_t *v)
{
	*v = 0;
	for (unsigned shift = 0; in->n > 0 && shift < 63; shift += 7) {
		uint8_t octet = *in->p;
		in->p++;
		in->n--;
		*v |= (uint64_t)(octet & 0x7f) << shift;
		if (octet < 0x80)
			return true;
	}
	return false;
}

/* An object's row in a minute, with what is not in its slot yet; false: it did nothing. */
static bool row_of(const struct history *h, const struct history_object *o, int64_t minute,
		   uint32_t row[HISTORY_COLUMNS])
{
	const uint32_t *slot = history_slot(o, minute);
	struct history_quantiles q;
	uint32_t any = 0;

	memset(row, 0, HISTORY_COLUMNS * sizeof(row[0]));
	if (slot)
		memcpy(row, slot, o->width * sizeof(row[0]));
	for (int t = 0; o->late && minute == h->minute && t < TALLY_TIMES; t++) {
		if (history_between(&o->late->minute, &o->late->look, (enum tally_time)t, &q))
			history_gather_times(row, (enum tally_time)t, &q);
	}
	for (unsigned i = 0; i < HISTORY_COLUMNS; i++)
		any |= row[i];
	return any != 0;
}

void history_save(const struct history *h, int64_t minute, struct buf *out)
{
	uint32_t row[HISTORY_COLUMNS], which;

	buf_put(out, &(uint8_t){HISTORY_VERSION}, 1);
	for (int d = 0; d < TALLY_DIMS; d++) {
		for (size_t i = 0; i < h->kinds[d].n; i++) {
			const struct history_object *o = h->kinds[d].objects[i];
			if (!row_of(h, o, minute, row))
				continue;
			which = 0;
			for (unsigned c = 0; c < HISTORY_COLUMNS; c++)
				which |= (uint32_t)(row[c] != 0) << c;
			buf_put(out, &(uint8_t){(uint8_t)d}, 1);
			put_number(out, strlen(o->name));
			buf_puts(out, o->name);
			put_number(out, which);
			for (unsigned c = 0; c < HISTORY_COLUMNS; c++) {
				if (row[c])
					put_number(out, row[c]);
			}
		}
	}
}

/* An object's row: how it went into the spans, too. */
static void row_add(struct history *h, struct history_object *o, int64_t minute, const uint64_t row[HISTORY_COLUMNS])
{
	uint32_t *slot = history_slot_made(o, minute);
	int64_t back = h->minute - minute;

	for (unsigned c = 0; c < o->width; c++)
		history_gather(slot, c, row[c]);
	for (unsigned c = 0; c < TALLY_WHATS; c++) {
		o->sums[HISTORY_24H][c] += row[c];
		o->sums[HISTORY_15M][c] += back < HISTORY_15M_MINUTES ? row[c] : 0;
	}
	if (back < HISTORY_FLAP_MINUTES)
		o->hour_flaps += row[HISTORY_COLUMN_GAUGE + HISTORY_FLAPS];
}

/* One object out of the octets: false when they are none. Values are counters of a minute: below 2^32. */
static bool load_one(struct history *h, int64_t minute, struct view *in)
{
	uint64_t row[HISTORY_COLUMNS] = {0}, length, which;
	uint8_t dim = *in->p;
	char name[HISTORY_NAME_MAX + 1];

	in->p++;
	in->n--;
	if (dim >= TALLY_DIMS || !get_number(in, &length) || length > HISTORY_NAME_MAX || length > in->n)
		return false;
	memcpy(name, in->p, length);
	name[length] = '\0';
	in->p += length;
	in->n -= (uint32_t)length;
	if (!get_number(in, &which) || which >> HISTORY_COLUMNS)
		return false;
	for (unsigned c = 0; c < HISTORY_COLUMNS; c++) {
		if (which >> c & 1 && (!get_number(in, &row[c]) || row[c] > UINT32_MAX))
			return false;
	}
	struct history_object *o = history_object_of(h, (enum tally_dim)dim, name);
	if (!o)
		return true; /* no room */
	for (unsigned c = o->width; c < HISTORY_COLUMNS; c++)
		row[c] = 0;
	row_add(h, o, minute, row);
	return true;
}

bool history_load(struct history *h, int64_t minute, struct view octets)
{
	if (h->minute == 0 || minute > h->minute || minute <= h->minute - HISTORY_MINUTES)
		return true;
	if (octets.n == 0 || *octets.p != HISTORY_VERSION)
		return false;
	h->known_minutes[history_minute_at(minute)] = true;
	octets.p++;
	octets.n--;
	while (octets.n > 0) {
		if (!load_one(h, minute, &octets))
			return false;
	}
	return true;
}

void history_stats(const struct history *h, struct history_stats *out)
{
	*out = (struct history_stats){.bytes = sizeof(*h), .left_out = h->left_out};
	for (int d = 0; d < TALLY_DIMS; d++) {
		const struct history_kind *k = &h->kinds[d];
		out->objects += k->n;
		out->bytes += k->cap * sizeof(k->objects[0]) + k->seats_n * sizeof(k->seats[0]);
		for (size_t i = 0; i < k->n; i++) {
			const struct history_object *o = k->objects[i];
			out->bytes += sizeof(*o) + (o->late ? sizeof(*o->late) : 0);
			out->bytes += o->seconds ? HISTORY_SECONDS * o->width * sizeof(uint32_t) : 0;
			for (int hour = 0; hour < HISTORY_HOURS; hour++)
				out->bytes += o->hours[hour] ? 60 * o->width * sizeof(uint32_t) : 0;
		}
	}
}
