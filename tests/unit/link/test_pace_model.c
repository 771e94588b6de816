/*
 * test_pace_model.c - pacing against a model that knows nothing of buckets: random traces of work, answers, throttling,
 * congestion and changes of the rate. What was sent is judged by what the configuration said in that second, the limit
 * by the arithmetic of pace.h's contract.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "unit.h"
#include "link/pace.h"

#define SECOND	      INT64_C(1000000)
#define TRACES	      100000
#define TRACES_SLOWLY 2000 /* under valgrind */
#define STEPS	      60
#define SENDS_MAX     4096
#define CHANGES_MAX   64
#define OUT_MAX	      2048
#define WINDOW	      100u

struct send {
	int64_t at_us;
	uint32_t n;
};

struct change { /* what holds from at_us on */
	int64_t at_us;
	double tps, burst; /* tps 0: no limit */
};

struct trace {
	uint64_t random;
	struct pace pace;
	struct pace_conf conf;
	int64_t now_us;
	struct send sent[SENDS_MAX];
	unsigned nsent;
	struct change agreed[CHANGES_MAX], learnt[SENDS_MAX];
	unsigned nagreed, nlearnt;
	struct send out[OUT_MAX]; /* without an answer, oldest first: out[first..nout) */
	unsigned first, nout;
	uint32_t in_flight, work, together;
	int64_t angry_until_us;	 /* the carrier refuses all that it answers before */
	int64_t paused_until_us; /* by the model */
	int64_t resumed_us, kept_us;
	double kept; /* the limit when the carrier said congested; it must not grow within a second of kept_us */
};

static uint64_t draw(struct trace *t, uint64_t below)
{
	t->random ^= t->random << 13;
	t->random ^= t->random >> 7;
	t->random ^= t->random << 17;
	return below > 0 ? (t->random >> 11) % below : 0;
}

/* 1..most, small ones as likely as large ones. */
static int64_t draw_scale(struct trace *t, int64_t most)
{
	int64_t top = 1;

	while (top < most && draw(t, 8) != 0)
		top *= 2;
	return 1 + (int64_t)draw(t, (uint64_t)(top < most ? top : most));
}

static double burst_of(const struct pace_conf *c)
{
	if (c->burst > 0)
		return (double)c->burst;
	return c->tps / 100 > 1 ? (double)(c->tps / 100) : 1;
}

static void note_agreed(struct trace *t)
{
	assert_true(t->nagreed < CHANGES_MAX);
	t->agreed[t->nagreed++] = (struct change){t->now_us, (double)t->conf.tps, burst_of(&t->conf)};
}

/* The limit as it is now; it never exceeds the contract. */
static double look(struct trace *t)
{
	double limit = pace_limit(&t->pace, t->now_us);

	assert_true(limit >= 0);
	if (t->conf.tps > 0)
		assert_true(limit < (double)t->conf.tps);
	if (t->kept > 0 && t->now_us < t->kept_us + SECOND && (double)t->conf.tps >= t->kept)
		assert_true(limit > 0 && limit <= t->kept);
	struct change *last = t->nlearnt > 0 ? &t->learnt[t->nlearnt - 1] : NULL;
	if (last == NULL || last->tps < limit || last->tps > limit) {
		if (t->nlearnt == SENDS_MAX)
			t->nlearnt = 0;
		t->learnt[t->nlearnt++] = (struct change){t->now_us, limit, limit / 100 > 1 ? limit / 100 : 1};
	}
	return limit;
}

/* The most that may leave in the second that ends now, by what held in it; 0: no limit in a part of it. */
static double most_of_second(const struct change *c, unsigned n, int64_t now_us, double *burst)
{
	double tps = 0;

	*burst = 0;
	for (unsigned i = n; i-- > 0;) {
		if (c[i].tps <= 0)
			return 0;
		tps = c[i].tps > tps ? c[i].tps : tps;
		*burst = c[i].burst > *burst ? c[i].burst : *burst;
		if (c[i].at_us < now_us - SECOND)
			return tps;
	}
	return n > 0 && c[0].at_us <= now_us - SECOND ? tps : tps > 0 && n > 0 ? tps : 0;
}

static void judge_second(const struct trace *t)
{
	uint64_t sum = 0;
	double burst, tps = most_of_second(t->agreed, t->nagreed, t->now_us, &burst);

	for (unsigned i = t->nsent; i-- > 0 && t->sent[i].at_us >= t->now_us - SECOND;)
		sum += t->sent[i].n;
	if (tps > 0)
		assert_true((double)sum <= tps + burst);
	/* while a limit held all the second: rounded to whole messages, and the one token that it begins with */
	if (t->nlearnt > 1 && t->learnt[0].at_us < t->now_us - SECOND) {
		tps = most_of_second(t->learnt, t->nlearnt, t->now_us, &burst);
		if (tps > 0)
			assert_true((double)sum <= tps + 0.5 + burst);
	}
}

static void send_some(struct trace *t, uint32_t n)
{
	assert_true(t->now_us >= t->paused_until_us);
	assert_true(t->nsent < SENDS_MAX && t->nout < OUT_MAX);
	pace_spend(&t->pace, n);
	t->sent[t->nsent++] = t->out[t->nout++] = (struct send){t->now_us, n};
	t->in_flight += n;
	t->work -= n;
	judge_second(t);
}

/* A text whose parts need tokens together: they are there when they were said to be. */
static bool together_fits(struct trace *t)
{
	uint32_t room = pace_room(&t->pace, t->now_us);

	if (room >= t->together)
		return true;
	int64_t wait = pace_wait(&t->pace, t->now_us, t->together);
	assert_true(wait > 0);
	struct pace later = t->pace;
	room = pace_room(&later, t->now_us + wait);
	assert_true(room >= t->together);
	return false;
}

/* What on_pull is told is what may be sent; but a bucket that is as full as it gets is not waited for. */
static void judge_room(const struct trace *t)
{
	struct pace copy = t->pace;
	int64_t wait_us;
	double agreed = t->conf.tps > 0 ? burst_of(&t->conf) : 1e9;
	double learnt = copy.limit >= 200 ? copy.limit / 100 - 1 : copy.limit > 0 ? 1 : 1e9;

	if (copy.allowed != PACE_FREE || copy.paused_until_us != 0)
		return;
	uint32_t room = pace_room(&copy, t->now_us);
	uint32_t there = pace_there(&copy, t->now_us, 0, 1u << 30, &wait_us);
	uint32_t full = (uint32_t)(agreed < learnt ? agreed : learnt);
	if (t->conf.tps == 0 && copy.limit <= 0)
		assert_int_equal(room, UINT32_MAX);
	else if (room != there)
		assert_true(room > there && there >= full);
	if (room != there && copy.limit <= 0)
		assert_int_equal(room, UINT32_MAX);
}

/* As the pump: what the pace gives. */
static void pump(struct trace *t)
{
	int64_t wait_us;

	look(t);
	judge_room(t);
	uint32_t n = pace_there(&t->pace, t->now_us, t->in_flight, WINDOW, &wait_us);
	if (n == 0) {
		assert_true(wait_us > 0 && (wait_us < INT64_MAX || t->in_flight > 0));
		return;
	}
	assert_true(t->now_us >= t->paused_until_us);
	if (t->paused_until_us > 0) {
		t->paused_until_us = 0;
		t->resumed_us = t->now_us;
	}
	n = n < t->work ? n : t->work;
	if (t->in_flight + n > WINDOW)
		n = WINDOW - t->in_flight;
	if (n == 0 || (t->together > 0 && !together_fits(t)))
		return;
	t->together = 0;
	send_some(t, n);
}

static double at_least_one(double v)
{
	return v > 1 ? v : 1;
}

/* The carrier says "slow down": the limit falls to `decrease` percent at least, unless this was said before. */
static void throttle(struct trace *t, int64_t sent_us)
{
	double before = look(t), from = before > 0 ? before : (double)t->conf.tps;
	bool again = t->paused_until_us > 0 || sent_us < t->resumed_us;
	int64_t ms = pace_throttled(&t->pace, t->now_us, sent_us);

	assert_int_equal(again, ms == 0);
	t->kept = 0;
	double after = look(t);
	if (again) {
		assert_true(after <= before && after >= before);
		return;
	}
	assert_true(ms >= t->conf.pause && ms <= t->conf.pause_max);
	t->paused_until_us = t->now_us + ms * 1000;
	if (from > 1)
		assert_true(after > 0 && after <= at_least_one(from * (double)t->conf.decrease / 100) + 1e-6);
}

static void congest(struct trace *t, int64_t sent_us, uint32_t state)
{
	double before = look(t), from = before > 0 ? before : (double)t->conf.tps;
	bool lowered = pace_congested(&t->pace, t->now_us, sent_us, state);

	t->kept = 0;
	double after = look(t);
	if (state < 90)
		assert_true(!lowered && after <= before && after >= before);
	if (lowered && from > 0)
		assert_true(after <= at_least_one(from * (double)t->conf.decrease / 100) + 1e-6);
	if (lowered) /* not twice in a round trip */
		assert_false(pace_congested(&t->pace, t->now_us, t->now_us - 1, 99));
	if (state >= 80 && after > 0) {
		t->kept = after;
		t->kept_us = t->now_us;
	}
}

/* Some of what is out is answered, oldest first. */
static void answer(struct trace *t)
{
	unsigned n = (unsigned)draw(t, 8);

	for (; n > 0 && t->first < t->nout; n--) {
		struct send *s = &t->out[t->first++];
		t->in_flight -= s->n;
		bool refused = t->now_us < t->angry_until_us;
		for (uint32_t i = 0; i < s->n && !refused; i++)
			pace_good(&t->pace, t->now_us, s->at_us, WINDOW);
		if (refused) {
			throttle(t, s->at_us);
			t->work += s->n; /* put back */
		} else if (draw(t, 16) == 0) {
			congest(t, s->at_us, (uint32_t)draw(t, 100));
		}
	}
}

static void configure(struct trace *t, bool first)
{
	t->conf.tps = draw(t, 10) == 0 ? 0 : draw_scale(t, 3000);
	t->conf.burst = draw(t, 2) ? 0 : draw_scale(t, 300);
	if (first) {
		t->conf.decrease = 10 + (int64_t)draw(t, 86);
		t->conf.increase = 1 + (int64_t)draw(t, 100);
		t->conf.pause = 10 + (int64_t)draw(t, 2000);
		t->conf.pause_max = t->conf.pause + (int64_t)draw(t, 4000);
		pace_init(&t->pace, &t->conf, t->now_us);
	} else {
		pace_set(&t->pace, &t->conf, t->now_us);
		t->kept = 0;
	}
	note_agreed(t);
}

static void step(struct trace *t)
{
	t->now_us += draw(t, 6) == 0 ? (int64_t)draw(t, 3 * SECOND) : (int64_t)draw(t, 40000);
	switch (draw(t, 12)) {
	case 0:
		configure(t, false);
		break;
	case 1:
		t->angry_until_us = t->now_us + (int64_t)draw(t, 2 * SECOND);
		break;
	case 2:
		t->together = 1 + (uint32_t)draw(t, 40);
		break;
	default:
		break;
	}
	if (draw(t, 2))
		t->work += (uint32_t)draw_scale(t, 200);
	answer(t);
	pump(t);
}

/* The carrier is content: after the pause the limit grows, and is gone in the time that pace.h states. */
static void recover(struct trace *t)
{
	int64_t wait_us, seconds = 100 / t->conf.increase + 1;

	if (t->now_us < t->paused_until_us)
		t->now_us = t->paused_until_us;
	t->in_flight = 0;
	assert_true(pace_there(&t->pace, t->now_us, 0, 1, &wait_us) == 1 || wait_us < 2 * SECOND);
	t->kept = 0;
	double before = look(t), step = at_least_one((double)(t->conf.tps * t->conf.increase) / 100);
	for (int64_t i = 0; i < seconds && before > 0; i++) {
		t->now_us += SECOND;
		double after = look(t);
		assert_true(after <= 0 || t->conf.tps == 0 ||
			    (after >= before + step - 1e-6 && after <= before + step + 1e-6));
		before = after;
	}
	if (t->conf.tps > 0)
		assert_true(before <= 0);
}

/* A spender that always has work gets the whole rate again. */
static void full_speed(struct trace *t)
{
	uint64_t sum = 0;
	int64_t until, wait_us;

	/* what is left of the pause's caution ends with a window of good answers */
	for (uint32_t i = 0; i < WINDOW; i++)
		pace_good(&t->pace, t->now_us, t->now_us, WINDOW);
	until = t->now_us + 2 * SECOND;
	while (t->now_us < until && t->conf.tps > 0) {
		uint32_t n = pace_there(&t->pace, t->now_us, 0, WINDOW, &wait_us);
		pace_spend(&t->pace, n);
		sum += n;
		assert_true(n > 0 || (wait_us > 0 && wait_us < 2 * SECOND));
		t->now_us += n > 0 ? 1 : wait_us;
	}
	assert_true((double)sum >= (double)t->conf.tps * 1.98 - 1);
	assert_true((double)sum <= (double)t->conf.tps * 2 + burst_of(&t->conf));
}

static int traces(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload != NULL && strstr(preload, "vgpreload") != NULL ? TRACES_SLOWLY : TRACES;
}

static void every_trace_fits_the_model(void **state)
{
	static struct trace t;
	int n = traces();

	(void)state;
	for (int i = 0; i < n; i++) {
		t.nsent = t.nagreed = t.nlearnt = t.first = t.nout = 0;
		t.in_flight = t.work = t.together = 0;
		t.angry_until_us = t.paused_until_us = t.kept_us = 0;
		t.kept = 0;
		t.random = (uint64_t)(i + 1) * UINT64_C(0x9E3779B97F4A7C15);
		t.now_us = 1 + (int64_t)draw(&t, 100 * SECOND);
		t.resumed_us = t.now_us;
		configure(&t, true);
		for (int s = 0; s < STEPS; s++)
			step(&t);
		recover(&t);
		if (i % 100 == 0)
			full_speed(&t);
	}
	print_message("%d traces\n", n);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(every_trace_fits_the_model),
};

UNIT_MAIN(cases)
