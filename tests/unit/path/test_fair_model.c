/*
 * test_fair_model.c - what leaves and in which order, over random traces of accounts, classes, shares, long texts,
 * floors and ceilings: the queue and the shares of classes together, as flow_next.c asks them, against bounds that are
 * written down here in another way.
 *
 *   order     of one account and class nothing overtakes
 *   fairness  accounts that always wait differ by one turn each and one long text at most, by their shares
 *   floor     a class that always waits has its percent of what leaves, but for a handful
 *   ceiling   in no second more than the percent of tps, and its hundredth
 */
#include <stdlib.h>

#include "path/queue.h"
#include "path/share.h"
#include "samples.h"
#include "unit.h"

#define ACCOUNTS 4
#define TRACES	 100000
#define SENDS	 80
#define LONGEST	 5u
#define TPS	 100
#define SECOND	 1000000

static struct msgs *ms;

struct trace {
	uint64_t seed;
	struct queue *q;
	struct share s;
	struct class_rule rules[CLASSES];
	unsigned share[ACCOUNTS];
	bool waits[CLASSES][ACCOUNTS]; /* always, from the first to the last */
	uint64_t next_id, last_id[CLASSES][ACCOUNTS];
	unsigned got[CLASSES][ACCOUNTS], sum;
	struct {
		int64_t at;
		int class_id;
		unsigned n;
	} sent[SENDS];
	unsigned sends;
	bool ceilings;
};

static void put(struct trace *t, enum class_id c, uint16_t account)
{
	struct msg *m = msgs_take(ms);
	assert_non_null(m);
	m->class_id = (uint8_t)c;
	m->account = account;
	m->id = ++t->next_id;
	queue_put(t->q, m);
}

/* Rules that leave room: floors up to 80 together, ceilings over them. */
static void draw(struct trace *t)
{
	unsigned left = 80;
	classes_build(NULL, 0, t->rules, NULL);
	t->ceilings = sample_below(&t->seed, 2);
	for (int c = 0; c < CLASSES; c++) {
		t->rules[c].floor = (uint8_t)sample_below(&t->seed, left / 2 + 1);
		left -= t->rules[c].floor;
		t->rules[c].ceiling = 100;
		if (t->ceilings && sample_below(&t->seed, 3) == 0)
			t->rules[c].ceiling = (uint8_t)(20 + sample_below(&t->seed, 80));
	}
	for (uint16_t a = 0; a < ACCOUNTS; a++) {
		t->share[a] = 1 + sample_below(&t->seed, 3);
		queue_set_share(t->q, a, t->share[a]);
		for (int c = 0; c < CLASSES; c++)
			t->waits[c][a] = sample_below(&t->seed, 3) == 0;
	}
}

/* Those that always wait have two more; others come and go. */
static void refill(struct trace *t)
{
	for (int c = 0; c < CLASSES; c++) {
		for (uint16_t a = 0; a < ACCOUNTS; a++) {
			if (t->waits[c][a] || sample_below(&t->seed, 40) == 0)
				put(t, (enum class_id)c, a);
		}
	}
}

static void send(struct trace *t, int c, int64_t now)
{
	struct msg *m = queue_take(t->q, 0, (enum class_id)c);
	unsigned n = sample_below(&t->seed, 8) ? 1 : 1 + sample_below(&t->seed, LONGEST);
	assert_non_null(m);
	assert_int_equal(m->class_id, c);
	assert_true(m->id > t->last_id[c][m->account]);
	t->last_id[c][m->account] = m->id;
	t->got[c][m->account] += n;
	t->sum += n;
	t->sent[t->sends].at = now;
	t->sent[t->sends].class_id = c;
	t->sent[t->sends++].n = n;
	uint8_t waiting = (uint8_t)(queue_classes(t->q, 0) | 1u << c);
	share_spend(&t->s, t->rules, waiting, (enum class_id)c, n);
	if (n > 1)
		queue_charge(t->q, m, n - 1);
	msgs_give(ms, m);
}

static void check_fairness(const struct trace *t)
{
	for (int c = 0; c < CLASSES; c++) {
		for (int a = 0; a < ACCOUNTS; a++) {
			for (int b = 0; b < ACCOUNTS; b++) {
				if (!t->waits[c][a] || !t->waits[c][b])
					continue;
				/* turns that each has had, and one long text on either side */
				double turns_a = (double)t->got[c][a] / t->share[a];
				double turns_b = (double)t->got[c][b] / t->share[b];
				assert_true(turns_a - turns_b <= 1.0 + 2.0 * LONGEST);
			}
		}
	}
}

static void check_floors(const struct trace *t)
{
	for (int c = 0; c < CLASSES && !t->ceilings; c++) {
		unsigned got = 0;
		bool always = false;
		for (int a = 0; a < ACCOUNTS; a++) {
			got += t->got[c][a];
			always |= t->waits[c][a];
		}
		/* what others are owed goes before it: each of them once */
		if (always)
			assert_true(got + CLASSES * LONGEST >= t->sum * t->rules[c].floor / 100);
	}
}

static void check_ceilings(const struct trace *t)
{
	for (unsigned from = 0; from < t->sends; from++) {
		unsigned n[CLASSES] = {0};
		for (unsigned i = from; i < t->sends && t->sent[i].at - t->sent[from].at < SECOND; i++)
			n[t->sent[i].class_id] += t->sent[i].n;
		for (int c = 0; c < CLASSES; c++) {
			if (t->rules[c].ceiling < 100) /* a text that has begun goes on: its tokens are a debt */
				assert_true(n[c] <= TPS * t->rules[c].ceiling / 100u + 1 + LONGEST);
		}
	}
}

static void run(uint64_t seed)
{
	struct trace t = {.seed = seed, .q = queue_new(1)};
	int64_t now = 0, wait;
	struct msg *m;
	share_init(&t.s);
	draw(&t);
	refill(&t);
	while (t.sends < SENDS && now < 20 * (int64_t)SECOND) {
		refill(&t);
		share_use(&t.s, t.rules, t.ceilings ? TPS : 0, now);
		int c = share_choose(&t.s, queue_classes(t.q, 0), now, &wait);
		if (c >= 0)
			send(&t, c, now);
		now += c >= 0 ? SECOND / TPS : wait == INT64_MAX ? SECOND / TPS : wait;
	}
	check_fairness(&t);
	check_floors(&t);
	check_ceilings(&t);
	for (int c = 0; c < CLASSES; c++) {
		while ((m = queue_take(t.q, 0, (enum class_id)c)))
			msgs_give(ms, m);
	}
	queue_free(t.q);
}

static void test_traces(void **state)
{
	(void)state;
	const char *preload = getenv("LD_PRELOAD");
	bool slowly = preload != NULL && strstr(preload, "vgpreload") != NULL; /* under valgrind */
	uint64_t n = slowly ? TRACES / 100 : TRACES;
	ms = msgs_new(100000);
	for (uint64_t seed = 1; seed <= n; seed++)
		run(seed * 7919);
	msgs_free(ms);
}

static const struct CMUnitTest cases[] = {cmocka_unit_test(test_traces)};

UNIT_MAIN(cases)
