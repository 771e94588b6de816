/*
 * test_history.c - the history against a model that remembers every look: days of seconds, stalls, clocks that step;
 * campaigns that come and go; minutes kept and read again; octets that are none.
 */
#include "noc/history.h"

#include <stdlib.h>

#include "base/ids.h"
#include "base/mem.h"
#include "unit.h"

#define START_MS 1780000123456 /* UTC */
#define MINUTES	 (11 * 1440)   /* of the model, around the start */
#define LOOKS	 80000

static struct loop *loop;
static struct tally *tally;
static struct history *history;
static int64_t mono_ms, wall_ms;
static struct rng rng;
static struct history_state all_state, carrier_state;

static uint32_t draw(uint32_t n) /* 0..n-1 */
{
	return (uint32_t)rng_below(&rng, n);
}

static int begin(void **state)
{
	(void)state;
	loop = loop_new_simulated(START_MS);
	tally = tally_new(loop);
	history = history_new();
	mono_ms = 5000;
	wall_ms = START_MS;
	rng_seed(&rng, 20261122);
	all_state = (struct history_state){.name = ""};
	carrier_state = (struct history_state){.name = "移动"};
	return 0;
}

static int end(void **state)
{
	(void)state;
	history_free(history);
	tally_free(tally);
	loop_free(loop);
	return 0;
}

static void look(int64_t after_ms)
{
	mono_ms += after_ms;
	wall_ms += after_ms;
	history_look(history, tally, mono_ms, wall_ms, &all_state, &carrier_state, 1);
}

static void add(enum tally_dim d, const char *name, enum tally_what w, unsigned times)
{
	unsigned place = tally_place(tally, d, view_of(name));

	while (times-- > 0)
		tally_add(tally, d, place, w);
}

static uint64_t sum(enum tally_dim d, const char *name, enum history_span span, enum tally_what w)
{
	uint64_t n[TALLY_WHATS];

	history_sums(history_find(history, d, name), span, n);
	return n[w];
}

/* --- the model --- */

struct model_minute {
	bool known;
	uint32_t sent, failed, queued_max, submits;
	uint32_t n;
	uint32_t answers[256];	    /* us */
	int64_t before50, before99; /* of those before the clock came to it once more */
};
struct model {
	struct model_minute *minutes; /* MINUTES, from base */
	int64_t base, head;
	int64_t begun_ms, second;
	struct {
		int64_t second;
		uint32_t sent;
	} seconds[HISTORY_SECONDS];
};

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

/* A quantile of what was measured in a minute since the clock came to it. */
static int64_t quantile_of(struct model_minute *w, uint32_t percent)
{
	if (w->n == 0)
		return 0;
	qsort(w->answers, w->n, sizeof(w->answers[0]), by_value);
	return w->answers[(percent * w->n + 99) / 100 - 1];
}

/* Within what buckets and slots round; of a minute that the clock came to twice, the worse of both. */
static void compare_quantile(struct model_minute *w, uint32_t percent, int64_t before, int64_t got)
{
	int64_t now = quantile_of(w, percent), exact = now > before ? now : before;

	if (exact == 0)
		assert_int_equal(got, HISTORY_UNKNOWN);
	else
		assert_in_range(got, exact, exact + exact / 16 + 11);
}

static struct model_minute *model_at(struct model *m, int64_t minute)
{
	assert_in_range(minute - m->base, 0, MINUTES - 1);
	return &m->minutes[minute - m->base];
}

static void model_forget(struct model *m, int64_t from, int64_t to)
{
	for (int64_t i = from; i < to; i++) {
		if (model_at(m, i)->known)
			memset(model_at(m, i), 0, sizeof(struct model_minute));
	}
}

/* The clock says `minute`. */
static void model_move(struct model *m, int64_t minute)
{
	if (minute <= m->head && minute >= m->head - HISTORY_BACK)
		return;
	if (llabs(minute - m->head) >= HISTORY_MINUTES)
		model_forget(m, m->base, m->base + MINUTES);
	if (minute < m->head)
		model_forget(m, minute + 1, m->head + 1);
	m->head = minute;
	struct model_minute *again = model_at(m, minute);
	int64_t p50 = quantile_of(again, 50), p99 = quantile_of(again, 99);
	again->before50 = p50 > again->before50 ? p50 : again->before50;
	again->before99 = p99 > again->before99 ? p99 : again->before99;
	again->n = 0;
	/* what a day has pushed out does not come back: the hour that is begun takes the place of the oldest one */
	int64_t oldest = minute - minute % 60 - HISTORY_MINUTES;
	if (oldest > m->base)
		model_forget(m, m->base, oldest);
}

static void model_look(struct model *m, uint32_t sent, uint32_t failed, uint32_t queued, uint32_t submits)
{
	int64_t passed = (mono_ms - m->begun_ms + 500) / 1000;

	m->begun_ms += passed * 1000;
	m->second += passed;
	model_move(m, wall_ms / 60000);
	struct model_minute *now = model_at(m, m->head);
	now->known = true;
	now->sent += sent;
	now->failed += failed;
	now->submits += submits;
	now->queued_max = queued > now->queued_max ? queued : now->queued_max;
	size_t at = (size_t)(m->second % HISTORY_SECONDS);
	if (m->seconds[at].second != m->second)
		m->seconds[at].sent = 0;
	m->seconds[at].second = m->second;
	m->seconds[at].sent += sent;
}

static void compare_minutes(struct model *m)
{
	static struct history_series sent, queued, submits, p50, p99;
	const struct history_object *o = history_find(history, TALLY_CARRIER, "移动");
	uint64_t day = 0, quarter = 0, failed = 0;

	history_minutes(history, TALLY_CARRIER, o, TALLY_SENT, &sent);
	history_minutes(history, TALLY_CARRIER, o, HISTORY_COLUMN_GAUGE + HISTORY_QUEUED, &queued);
	history_minutes(history, TALLY_CARRIER, o, HISTORY_COLUMN_GAUGE + HISTORY_SUBMITS, &submits);
	history_minutes(history, TALLY_CARRIER, o, HISTORY_COLUMN_OF(TALLY_ANSWER, HISTORY_P99), &p99);
	history_minutes(history, TALLY_CARRIER, o, HISTORY_COLUMN_OF(TALLY_ANSWER, HISTORY_P50), &p50);
	assert_int_equal(sent.from_ms, (m->head - HISTORY_MINUTES + 1) * 60000);
	for (int i = 0; i < HISTORY_MINUTES; i++) {
		struct model_minute *w = model_at(m, m->head - HISTORY_MINUTES + 1 + i);
		assert_int_equal(sent.v[i], w->known ? (int64_t)w->sent : HISTORY_UNKNOWN);
		assert_int_equal(queued.v[i], w->known ? (int64_t)w->queued_max : HISTORY_UNKNOWN);
		assert_int_equal(submits.v[i], w->known ? (int64_t)w->submits : HISTORY_UNKNOWN);
		compare_quantile(w, 50, w->before50, p50.v[i]);
		compare_quantile(w, 99, w->before99, p99.v[i]);
		day += w->sent;
		quarter += i >= HISTORY_MINUTES - 16 ? w->sent : 0;
		failed += w->failed;
	}
	assert_int_equal(sum(TALLY_CARRIER, "移动", HISTORY_24H, TALLY_SENT), day);
	assert_int_equal(sum(TALLY_CARRIER, "移动", HISTORY_15M, TALLY_SENT), quarter);
	assert_int_equal(sum(TALLY_CARRIER, "移动", HISTORY_24H, TALLY_FAILED), failed);
}

static void compare_seconds(const struct model *m)
{
	static struct history_series sent;
	uint64_t minute = 0;

	history_seconds(history, TALLY_CARRIER, history_find(history, TALLY_CARRIER, "移动"), TALLY_SENT, &sent);
	for (int i = 0; i < HISTORY_SECONDS; i++) {
		int64_t s = m->second - HISTORY_SECONDS + 1 + i;
		bool known = s >= 0 && m->seconds[s % HISTORY_SECONDS].second == s;
		uint32_t n = known ? m->seconds[s % HISTORY_SECONDS].sent : 0;
		assert_int_equal(sent.v[i], known ? (int64_t)n : HISTORY_UNKNOWN);
		minute += n;
	}
	assert_int_equal(sum(TALLY_CARRIER, "移动", HISTORY_1M, TALLY_SENT), minute);
}

/* One look of the model and of the history, with what a second brings. */
static void model_turn(struct model *m, int64_t after_ms, bool busy)
{
	uint32_t sent = busy ? draw(4) : 0, failed = busy ? draw(2) : 0;
	uint32_t queued = draw(50), us[3], n = busy && draw(20) == 0 ? 1 + draw(3) : 0;
	unsigned place = tally_place(tally, TALLY_CARRIER, view_of("移动"));

	add(TALLY_CARRIER, "移动", TALLY_SENT, sent);
	add(TALLY_CARRIER, "移动", TALLY_FAILED, failed);
	for (uint32_t i = 0; i < n; i++) {
		us[i] = 1 + draw(1u << (4 + draw(20)));
		tally_time(tally, TALLY_CARRIER, place, TALLY_ANSWER, us[i]);
	}
	carrier_state.gauges[HISTORY_QUEUED] = queued;
	carrier_state.gauges[HISTORY_SUBMITS] += sent + failed;
	look(after_ms);
	model_look(m, sent, failed, queued, sent + failed);
	struct model_minute *now = model_at(m, m->head);
	for (uint32_t i = 0; i < n && now->n < 256; i++)
		now->answers[now->n++] = us[i];
}

/* The clock is set, at times far; the process stands still, at times. */
static int64_t model_weather(struct model *m, int64_t *step_ms)
{
	*step_ms = 0;
	switch (draw(4000)) {
	case 0: /* set forward by up to 3 hours */
		*step_ms = 60000 * (int64_t)draw(180);
		break;
	case 1: /* back by up to 3 hours, but never out of the model */
		*step_ms = -60000 * (int64_t)draw(180);
		break;
	case 2: /* a little back */
		*step_ms = -1000 * (int64_t)draw(200);
		break;
	case 3: /* stands still for up to 5 minutes */
		return draw(300000);
	default:
		break;
	}
	if ((wall_ms + *step_ms) / 60000 <= m->base + 2 * HISTORY_MINUTES)
		*step_ms = 0;
	return 850 + draw(300);
}

static struct model *model_new(void)
{
	struct model *m = mem_zalloc(sizeof(*m));

	m->minutes = mem_zalloc(MINUTES * sizeof(m->minutes[0]));
	m->base = START_MS / 60000 - 3 * HISTORY_MINUTES;
	m->head = START_MS / 60000;
	m->begun_ms = mono_ms;
	m->second = mono_ms / 1000;
	for (int i = 0; i < HISTORY_SECONDS; i++)
		m->seconds[i].second = -1;
	return m;
}

static void test_model(void **state)
{
	(void)state;
	struct model *m = model_new();
	bool busy = true;

	model_turn(m, 0, true);
	for (int i = 0; i < LOOKS; i++) {
		int64_t step;
		int64_t after = model_weather(m, &step) * (i < LOOKS / 2 ? 1 : 6); /* hours, then days */
		wall_ms += step;
		busy = draw(3000) == 0 ? !busy : busy;
		model_turn(m, after, busy);
		if (i % 401 == 0 || step != 0)
			compare_seconds(m);
		if (i % 3001 == 0 || step != 0)
			compare_minutes(m);
	}
	compare_minutes(m);
	mem_free(m->minutes);
	mem_free(m);
}

/* --- spans --- */

static void test_spans(void **state)
{
	(void)state;
	look(0);
	add(TALLY_ACCOUNT, "商城", TALLY_ACCEPTED, 5);
	look(1000);
	for (int s = 0; s < HISTORY_SPANS; s++)
		assert_int_equal(sum(TALLY_ACCOUNT, "商城", (enum history_span)s, TALLY_ACCEPTED), 5);
	for (int i = 0; i < 59; i++)
		look(1000);
	assert_int_equal(sum(TALLY_ACCOUNT, "商城", HISTORY_1M, TALLY_ACCEPTED), 5);
	look(1000);
	assert_int_equal(sum(TALLY_ACCOUNT, "商城", HISTORY_1M, TALLY_ACCEPTED), 0);
	for (int i = 0; i < 14 * 60; i++)
		look(1000);
	assert_int_equal(sum(TALLY_ACCOUNT, "商城", HISTORY_15M, TALLY_ACCEPTED), 5);
	for (int i = 0; i < 2 * 60; i++)
		look(1000);
	assert_int_equal(sum(TALLY_ACCOUNT, "商城", HISTORY_15M, TALLY_ACCEPTED), 0);
	assert_int_equal(sum(TALLY_ACCOUNT, "商城", HISTORY_24H, TALLY_ACCEPTED), 5);
	for (int i = 0; i < 1423; i++)
		look(60000);
	assert_int_equal(sum(TALLY_ACCOUNT, "商城", HISTORY_24H, TALLY_ACCEPTED), 0);
	assert_int_equal(sum(TALLY_ACCOUNT, "没有", HISTORY_24H, TALLY_ACCEPTED), 0);
}

static void test_gauges(void **state)
{
	(void)state;
	const struct history_object *o;

	carrier_state.gauges[HISTORY_FLAPS] = 2;
	look(0);
	o = history_find(history, TALLY_CARRIER, "移动");
	assert_int_equal(history_gauge(o, HISTORY_FLAPS), 2);
	for (int i = 0; i < 5; i++) {
		carrier_state.gauges[HISTORY_SUBMITS] += 30;
		carrier_state.gauges[HISTORY_OLDEST] = (uint64_t)i;
		look(1000);
	}
	assert_true(history_rate(history, o) == 30.0);
	assert_true(history_rate(history, NULL) == 0.0);
	assert_int_equal(history_gauge(o, HISTORY_OLDEST), 4);
	assert_int_equal(history_gauge(NULL, HISTORY_OLDEST), 0);
	for (int i = 0; i < 59; i++)
		look(60000);
	assert_int_equal(history_gauge(o, HISTORY_FLAPS), 2);
	look(60000);
	assert_int_equal(history_gauge(o, HISTORY_FLAPS), 0);
}

static void test_latency(void **state)
{
	(void)state;
	unsigned place = tally_place(tally, TALLY_CLASS, view_of("otp"));
	struct history_quantiles q;

	look(0);
	for (int i = 1; i <= 100; i++)
		tally_time(tally, TALLY_CLASS, place, TALLY_WAIT, i * 1000);
	look(1000);
	const struct history_object *o = history_find(history, TALLY_CLASS, "otp");
	assert_true(history_latency(history, o, HISTORY_1M, TALLY_WAIT, &q));
	assert_in_range(q.p50, 50000, 54000);
	assert_in_range(q.p95, 95000, 102000);
	assert_in_range(q.p99, 99000, 106000);
	assert_false(history_latency(history, o, HISTORY_1M, TALLY_RECEIPT, &q));
	assert_false(history_latency(history, NULL, HISTORY_1M, TALLY_WAIT, &q));
	for (int i = 0; i < 70; i++)
		look(1000);
	assert_false(history_latency(history, o, HISTORY_1M, TALLY_WAIT, &q));
	assert_true(history_latency(history, o, HISTORY_15M, TALLY_WAIT, &q));
	tally_time(tally, TALLY_CLASS, place, TALLY_WAIT, 7000000);
	for (int i = 0; i < 16 * 60; i++)
		look(1000);
	assert_true(history_latency(history, o, HISTORY_15M, TALLY_WAIT, &q)); /* the late one, no more the others */
	assert_in_range(q.p50, 7000000, 7500000);
	for (int i = 0; i < 60; i++)
		look(1000);
	assert_false(history_latency(history, o, HISTORY_15M, TALLY_WAIT, &q));
}

/* --- campaigns --- */

struct names {
	unsigned n;
	char last[64];
	bool sorted;
};

static void count_name(void *arg, const char *name, const struct history_object *o)
{
	struct names *x = arg;

	assert_non_null(o);
	x->sorted = x->n == 0 || (x->sorted && strcmp(x->last, name) < 0);
	x->n++;
	snprintf(x->last, sizeof(x->last), "%s", name);
}

static struct names names(enum tally_dim d)
{
	struct names x = {0};

	history_each(history, d, count_name, &x);
	return x;
}

#define ROUND 32 /* campaigns: two rounds fill the tally, four the history */
static void campaigns_of_round(int round, unsigned each)
{
	char name[64];

	for (unsigned i = 0; i < ROUND; i++) {
		snprintf(name, sizeof(name), "商城:第%d场%02u", round, i);
		add(TALLY_CAMPAIGN, name, TALLY_SENT, each + i);
	}
	look(1000);
	for (unsigned i = 0; i < ROUND; i++) {
		snprintf(name, sizeof(name), "商城:第%d场%02u", round, i);
		assert_int_equal(sum(TALLY_CAMPAIGN, name, HISTORY_24H, TALLY_SENT), each + i);
	}
	loop_advance(loop, 61000); /* their places are free */
	look(61000);
}

/* A day of campaigns, more than have room: those of now are all there, the smallest old ones were forgotten. */
static void test_campaigns(void **state)
{
	(void)state;
	struct history_stats s;

	look(0);
	campaigns_of_round(0, 100);
	for (int round = 1; round < 6; round++)
		campaigns_of_round(round, 1);
	struct names x = names(TALLY_CAMPAIGN);
	assert_int_equal(x.n, 128);
	assert_true(x.sorted);
	assert_int_equal(sum(TALLY_CAMPAIGN, "商城:第0场31", HISTORY_24H, TALLY_SENT), 131);
	assert_int_equal(sum(TALLY_CAMPAIGN, "商城:第1场31", HISTORY_24H, TALLY_SENT), 0);
	assert_int_equal(sum(TALLY_CAMPAIGN, "商城:第2场31", HISTORY_24H, TALLY_SENT), 0);
	assert_int_equal(sum(TALLY_CAMPAIGN, "商城:第3场31", HISTORY_24H, TALLY_SENT), 32);
	for (int i = 0; i < 26 * 60; i++)
		look(60000);
	assert_int_equal(names(TALLY_CAMPAIGN).n, 0);
	history_stats(history, &s);
	assert_int_equal(s.objects, 2 + TALLY_CAMPAIGNS); /* those that have a place in the tally still */
}

/* One that comes again counts on where it was, though its place in the tally is another one. */
static void test_campaign_again(void **state)
{
	(void)state;
	char name[64];

	look(0);
	add(TALLY_CAMPAIGN, "商城:双十一", TALLY_SENT, 3);
	look(1000);
	loop_advance(loop, 61000);
	for (unsigned i = 0; i < TALLY_CAMPAIGNS; i++) {
		snprintf(name, sizeof(name), "商城:别的%02u", i);
		add(TALLY_CAMPAIGN, name, TALLY_SENT, 1);
	}
	look(61000);
	loop_advance(loop, 61000);
	add(TALLY_CAMPAIGN, "商城:双十一", TALLY_SENT, 4);
	look(61000);
	assert_int_equal(sum(TALLY_CAMPAIGN, "商城:双十一", HISTORY_24H, TALLY_SENT), 7);
	assert_int_equal(sum(TALLY_CAMPAIGN, "商城:双十一", HISTORY_1M, TALLY_SENT), 4);
}

static void test_too_many_accounts(void **state)
{
	(void)state;
	struct history_stats s;
	char name[32];

	look(0);
	for (int i = 0; i < 1100; i++) {
		snprintf(name, sizeof(name), "客户%04d", i);
		add(TALLY_ACCOUNT, name, TALLY_ACCEPTED, 1);
	}
	look(1000);
	look(1000);
	history_stats(history, &s);
	assert_int_equal(names(TALLY_ACCOUNT).n, 1024);
	assert_int_equal(s.left_out, 76);
	assert_true(s.bytes < 1024 * 5000);
	add(TALLY_ACCOUNT, "客户1099", TALLY_ACCEPTED, 1);
	look(60000);
	history_stats(history, &s);
	assert_int_equal(s.left_out, 2 * 76); /* tried again each minute */
	assert_null(history_find(history, TALLY_ACCOUNT, "客户1099"));
}

/* --- keeping --- */

static void keep_all(struct buf *kept /* [HISTORY_MINUTES] */, int64_t *last)
{
	*last = history_minute(history);
	for (int i = 0; i < HISTORY_MINUTES; i++) {
		if (history_known(history, *last - i))
			history_save(history, *last - i, &kept[i]);
	}
}

static void compare_columns(const struct history *a, const struct history *b, enum tally_dim d, const char *name)
{
	static struct history_series x, y;

	for (unsigned c = 0; c < HISTORY_COLUMNS; c++) {
		history_minutes(a, d, history_find(a, d, name), c, &x);
		history_minutes(b, d, history_find(b, d, name), c, &y);
		assert_int_equal(x.from_ms, y.from_ms);
		for (int i = 0; i < HISTORY_MINUTES - 1; i++)
			assert_int_equal(x.v[i], y.v[i]);
		/* what is not over yet is not rounded yet */
		assert_in_range(y.v[HISTORY_MINUTES - 1] + 1, x.v[HISTORY_MINUTES - 1] + 1,
				x.v[HISTORY_MINUTES - 1] + 10);
	}
	for (int s = HISTORY_15M; s <= HISTORY_24H; s++) {
		uint64_t p[TALLY_WHATS], q[TALLY_WHATS];
		history_sums(history_find(a, d, name), (enum history_span)s, p);
		history_sums(history_find(b, d, name), (enum history_span)s, q);
		assert_memory_equal(p, q, sizeof(p));
	}
	assert_int_equal(history_gauge(history_find(a, d, name), HISTORY_FLAPS),
			 history_gauge(history_find(b, d, name), HISTORY_FLAPS));
}

/* Some hours of traffic, with gaps. */
static void some_hours(void)
{
	unsigned place = tally_place(tally, TALLY_CARRIER, view_of("移动"));

	look(0);
	for (int i = 0; i < 2000; i++) {
		add(TALLY_CARRIER, "移动", TALLY_SENT, draw(3));
		add(TALLY_ACCOUNT, "商城", TALLY_ACCEPTED, draw(40) == 0 ? 70000 : draw(2));
		tally_time(tally, TALLY_CARRIER, place, TALLY_RECEIPT, draw(900000000));
		carrier_state.gauges[HISTORY_FLAPS] += draw(50) == 0;
		carrier_state.gauges[HISTORY_QUEUED] = draw(5);
		if (draw(100) == 0)
			wall_ms += 600000;
		look(20000);
	}
}

static void test_restart(void **state)
{
	(void)state;
	static struct buf kept[HISTORY_MINUTES];
	int64_t last;

	some_hours();
	keep_all(kept, &last);
	struct history *before = history;
	history = history_new();
	struct tally *old = tally;
	tally = tally_new(loop);
	memset(carrier_state.gauges, 0, sizeof(carrier_state.gauges));
	look(0); /* the process has begun in the minute in which the one before ended */
	for (int i = 0; i < HISTORY_MINUTES; i++) {
		struct view octets = {buf_data(&kept[i]), (uint32_t)buf_len(&kept[i])};
		if (octets.n > 0)
			assert_true(history_load(history, last - i, octets));
	}
	compare_columns(before, history, TALLY_CARRIER, "移动");
	compare_columns(before, history, TALLY_ACCOUNT, "商城");
	compare_columns(before, history, TALLY_ALL, "");
	/* and it goes on: the minute under way is one */
	uint64_t was = sum(TALLY_CARRIER, "移动", HISTORY_24H, TALLY_SENT);
	add(TALLY_CARRIER, "移动", TALLY_SENT, 11);
	look(1000);
	assert_int_equal(sum(TALLY_CARRIER, "移动", HISTORY_24H, TALLY_SENT), was + 11);
	assert_int_equal(sum(TALLY_CARRIER, "移动", HISTORY_1M, TALLY_SENT), 11);
	for (int i = 0; i < HISTORY_MINUTES; i++)
		buf_free(&kept[i]);
	history_free(before);
	tally_free(old);
}

/* After a night without the gateway: null then, what is older than a day is left. */
static void test_restart_later(void **state)
{
	(void)state;
	static struct buf kept[HISTORY_MINUTES];
	static struct history_series x;
	int64_t last;

	some_hours();
	keep_all(kept, &last);
	history_free(history);
	history = history_new();
	tally_free(tally);
	tally = tally_new(loop);
	memset(carrier_state.gauges, 0, sizeof(carrier_state.gauges));
	look(8 * 3600000);
	for (int i = 0; i < HISTORY_MINUTES; i++) {
		struct view octets = {buf_data(&kept[i]), (uint32_t)buf_len(&kept[i])};
		if (octets.n > 0)
			assert_true(history_load(history, last - i, octets));
		buf_free(&kept[i]);
	}
	history_minutes(history, TALLY_CARRIER, history_find(history, TALLY_CARRIER, "移动"), TALLY_SENT, &x);
	assert_int_equal(x.v[HISTORY_MINUTES - 1], 0);
	for (int i = 1; i < 480; i++)
		assert_int_equal(x.v[HISTORY_MINUTES - 1 - i], HISTORY_UNKNOWN);
	assert_true(x.v[HISTORY_MINUTES - 1 - 480] >= 0);
	uint64_t seen = 0;
	for (int i = 0; i < HISTORY_MINUTES; i++)
		seen += x.v[i] > 0 ? (uint64_t)x.v[i] : 0;
	assert_int_equal(sum(TALLY_CARRIER, "移动", HISTORY_24H, TALLY_SENT), seen);
	assert_int_equal(sum(TALLY_CARRIER, "移动", HISTORY_15M, TALLY_SENT), 0);
}

/* Octets that are none, or the end of some is missing: refused, nothing breaks. */
static void test_bad_octets(void **state)
{
	(void)state;
	struct buf kept = {0};
	uint8_t noise[64];

	some_hours();
	history_save(history, history_minute(history), &kept);
	assert_true(history_load(history, history_minute(history) - 7,
				 (struct view){buf_data(&kept), (uint32_t)buf_len(&kept)}));
	for (uint32_t n = 0; n < buf_len(&kept); n++) {
		uint8_t *part = mem_zalloc(n + 1); /* so that a sanitizer sees what reads beyond */
		memcpy(part, buf_data(&kept), n);
		uint8_t *exact = mem_realloc(part, n ? n : 1);
		history_load(history, history_minute(history) - 5, (struct view){exact, n});
		mem_free(exact);
	}
	assert_false(history_load(history, history_minute(history), (struct view){NULL, 0}));
	for (int i = 0; i < 20000; i++) {
		for (size_t k = 0; k < sizeof(noise); k++)
			noise[k] = (uint8_t)draw(k % 3 ? 256 : 8);
		noise[0] = 1;
		history_load(history, history_minute(history) - 9, (struct view){noise, draw(sizeof(noise) + 1)});
	}
	assert_false(history_load(history, history_minute(history), (struct view){(const uint8_t *)"\2", 1}));
	assert_true(history_load(history, history_minute(history), (struct view){(const uint8_t *)"\1", 1}));
	/* of a minute that is no more shown, or to come: left */
	assert_true(history_load(history, history_minute(history) - HISTORY_MINUTES, (struct view){NULL, 0}));
	assert_true(history_load(history, history_minute(history) + 1, (struct view){NULL, 0}));
	buf_free(&kept);
}

/* A clock that was never set, and is then. */
static void test_clock_1970(void **state)
{
	(void)state;
	wall_ms = 5000;
	look(0);
	add(TALLY_CARRIER, "移动", TALLY_SENT, 3);
	look(1000);
	wall_ms = START_MS;
	add(TALLY_CARRIER, "移动", TALLY_SENT, 4);
	look(1000);
	assert_int_equal(sum(TALLY_CARRIER, "移动", HISTORY_24H, TALLY_SENT), 4);
	assert_int_equal(sum(TALLY_CARRIER, "移动", HISTORY_1M, TALLY_SENT), 7);
	wall_ms = -5000;
	look(1000);
	assert_int_equal(sum(TALLY_CARRIER, "移动", HISTORY_24H, TALLY_SENT), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
static const struct CMUnitTest cases[] = {
	CASE(test_model),
	CASE(test_spans),
	CASE(test_gauges),
	CASE(test_latency),
	CASE(test_campaigns),
	CASE(test_campaign_again),
	CASE(test_too_many_accounts),
	CASE(test_restart),
	CASE(test_restart_later),
	CASE(test_bad_octets),
	CASE(test_clock_1970),
};
UNIT_MAIN(cases)
