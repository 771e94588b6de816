/*
 * test_store_recipient.c - the script that judges recipients, run by a real Redis: caps against a model over random
 * times, refunds and repeats; similar text, opt-outs, consent, first contact, dead numbers; many in one turn, a Redis
 * that has forgotten the script. Skipped without redis-server.
 */
#include "path/store_recipient.h"

#include <stdlib.h>

#include "redis_rig.h"
#include "unit.h"

#define NUMBER	  "8613800138000"
#define MINUTE_MS 60000ll
#define HOUR_MS	  3600000ll
#define DAY_MS	  86400000ll
#define START_MS  1792000000000ll
#define ID	  612345678901200001ull
#define BIT(name) POLICY_BIT(POLICY_##name)

/* --- asking --- */

static int account_number(const void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "bank") == 0 ? 0 : strcmp(name, "loan") == 0 ? 1 : -1;
}

static const struct policy_names names = {NULL, account_number, NULL, 2, 0};

static struct recipient *build(const struct recipient_conf *conf)
{
	char *errors = NULL;
	struct recipient *r = recipient_new(conf, &names, &errors);
	if (!r)
		fail_msg("%s", errors);
	return r;
}

static struct recipient_answer answers[300];
static size_t told, wanted;
static bool all_told;

static void on_answer(void *arg, uint64_t token, bool ok, const struct recipient_answer *answer)
{
	(void)arg;
	assert_true(ok);
	answers[token] = *answer;
	all_told = ++told == wanted;
}

static void begin(const struct recipient_ask *ask, size_t token)
{
	assert_int_equal(store_recipient(rig_store, ask, on_answer, token), 0);
	wanted = token + 1;
}

static void wait_for_all(void)
{
	all_told = told == wanted;
	rig_until(&all_told);
	told = 0;
}

static struct recipient_answer asked(const struct recipient_ask *ask)
{
	begin(ask, 0);
	wait_for_all();
	return answers[0];
}

static struct recipient_ask ask_of(const struct recipient *r, uint64_t id, int64_t now_ms)
{
	return (struct recipient_ask){.rules = r,
				      .account = 0,
				      .class_id = CLASS_PROMO,
				      .number = view_of(NUMBER),
				      .account_name = view_of("bank"),
				      .signature = view_of("平安理财"),
				      .id = id,
				      .now_ms = now_ms,
				      .enforce = BIT(CAP)};
}

static int setup(void **state)
{
	(void)state;
	rig_raw("FLUSHALL");
	return 0;
}

/* rig_raw() for what is answered with a status */
#define raw(command) (void)rig_raw(command)

/* Lines of the number with a tag. */
static long long counted(const char *tag)
{
	char command[250];
	int n = snprintf(command, sizeof(command),
			 "EVAL return(select(2,string.gsub(redis.call('GET',KEYS[1])or'','%%s'..ARGV[1]..'%%s',''))) 1 "
			 "试:to:{" NUMBER "}:past %s",
			 tag);
	assert_in_range(n, 1, sizeof(command) - 1);
	return rig_raw(command);
}

/* --- caps --- */

#define CAP(name, scope, limit, window_s)                                                                              \
	{                                                                                                              \
		{{"gw.conf", 1}, "", NULL, {NULL, 0}}, name, scope, limit, window_s                                    \
	}
static const struct cap_conf cap_rows[] = {
	CAP("minute", CAP_SIGNATURE, 1, 60),  CAP("rolling", CAP_ACCOUNT, 2, 600), CAP("rolling", CAP_ACCOUNT, 5, 3600),
	CAP("rolling", CAP_ACCOUNT, 9, 7200), CAP("all", CAP_GLOBAL, 12, 10800),
};
#define CAPS (sizeof(cap_rows) / sizeof(cap_rows[0]))
/* "many" counts so many that it has a set; the others are lines */
static const struct cap_conf large_rows[] = {
	CAP("few", CAP_SIGNATURE, 2, 600),
	CAP("many", CAP_ACCOUNT, 3, 900),
	CAP("many", CAP_ACCOUNT, 101, 90000),
	CAP("all", CAP_GLOBAL, 12, 10800),
};

struct sent {
	int64_t at_ms;
	unsigned account, signature;
	uint64_t id;
	bool counted;
};

static bool together(const struct cap_conf *cap, const struct sent *a, const struct sent *b)
{
	if (cap->scope == CAP_GLOBAL)
		return true;
	return a->account == b->account && (cap->scope == CAP_ACCOUNT || a->signature == b->signature);
}

/* By counting: when the last of the caps that fail frees; 0: it may go. */
static int64_t model(const struct cap_conf *rows, size_t rows_n, const struct sent *all, size_t n, const struct sent *m)
{
	int64_t free_ms = 0;
	for (size_t c = 0; c < rows_n; c++) {
		int64_t window = rows[c].window * 1000, in[256];
		size_t count = 0;
		for (size_t i = 0; i < n; i++) {
			if (all[i].counted && together(&rows[c], &all[i], m) && all[i].at_ms > m->at_ms - window)
				in[count++] = all[i].at_ms; /* times only grow: they are in order */
		}
		if ((int64_t)count >= rows[c].limit) {
			int64_t frees = in[count - (size_t)rows[c].limit] + window;
			free_ms = frees > free_ms ? frees : free_ms;
		}
	}
	return free_ms;
}

static struct recipient_ask ask_of_sent(const struct recipient *r, const struct sent *m)
{
	static const char *const accounts[] = {"bank", "loan"}, *const signatures[] = {"平安理财", "", "招商银行"};
	struct recipient_ask ask = ask_of(r, m->id, m->at_ms);
	ask.account = m->account;
	ask.account_name = view_of(accounts[m->account]);
	ask.signature = view_of(signatures[m->signature]);
	return ask;
}

static void compare(const struct cap_conf *rows, size_t rows_n)
{
	static struct sent all[1500];
	struct recipient *r = build(&(struct recipient_conf){.caps = rows, .caps_n = rows_n});
	int64_t now = START_MS;
	unsigned refused = 0, again = 0;
	srand(20260501);
	for (size_t n = 0; n < 1500; n++) {
		static const int64_t steps[] = {0, 1, 999, 20000, 59999, 60000, 60001, 300000, 600000, 1800000};
		now += steps[(size_t)rand() % 10];
		all[n] = (struct sent){now, (unsigned)rand() % 2, (unsigned)rand() % 3, ID + n, false};
		struct recipient_ask ask = ask_of_sent(r, &all[n]);
		int64_t free_ms = model(rows, rows_n, all, n, &all[n]);
		struct recipient_answer a = asked(&ask);
		assert_int_equal(a.failed, free_ms ? BIT(CAP) : 0);
		assert_int_equal(a.free_ms, free_ms);
		assert_int_equal(*a.cap != '\0', free_ms != 0);
		all[n].counted = free_ms == 0;
		refused += free_ms != 0;
		if (rand() % 8 == 0 && all[n].counted) { /* the answer was lost: asked again, counted once */
			assert_int_equal(asked(&ask).failed, 0);
			again++;
		}
		size_t back = (size_t)rand() % (n + 1);
		if (rand() % 4 == 0) { /* counted or not, once or twice */
			ask = ask_of_sent(r, &all[back]);
			assert_int_equal(store_recipient_refund(rig_store, &ask), 0);
			all[back].counted = false;
		}
	}
	assert_true(refused > 200 && again > 20);
	/* what is too old to count is not kept */
	assert_in_range(counted("all:global"), 1, 2 * rows[rows_n - 1].limit);
	recipient_free(r);
}

static void test_caps_model(void **state)
{
	(void)state;
	compare(cap_rows, CAPS);
}

static void test_large_caps_model(void **state)
{
	(void)state;
	compare(large_rows, sizeof(large_rows) / sizeof(large_rows[0]));
	assert_in_range(rig_raw("ZCARD 试:to:{" NUMBER "}:cap:many:bank"), 1, 200);
}

/* Names that hold what separates lines and tags. */
static void test_odd_names(void **state)
{
	(void)state;
	const struct cap_conf one[] = {CAP("one", CAP_SIGNATURE, 1, 60)};
	struct recipient *r = build(&(struct recipient_conf){.caps = one, .caps_n = 1});
	static const char *const signatures[] = {"平 安", "平@bank ", "平\n安", "平%20安",
						 "平:安", "平",	      "平_安",	"[%w]*"};
	for (unsigned turn = 0; turn < 2; turn++) {
		for (unsigned i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
			struct recipient_ask ask = ask_of(r, ID + 10 * turn + i, START_MS + turn);
			ask.account_name = view_of("a b@c");
			ask.signature = view_of(signatures[i]);
			assert_int_equal(asked(&ask).failed, turn ? BIT(CAP) : 0);
		}
	}
	recipient_free(r);
}

static void test_caps_keys(void **state)
{
	(void)state;
	struct recipient *r = build(&(struct recipient_conf){.caps = cap_rows, .caps_n = CAPS});
	struct recipient_ask ask = ask_of(r, ID, START_MS);
	assert_int_equal(asked(&ask).failed, 0);
	assert_int_equal(counted("minute:bank/平安理财"), 1);
	assert_int_equal(counted("rolling:bank"), 1);
	assert_int_equal(counted("all:global"), 1);
	assert_int_equal(rig_raw("DBSIZE"), 1);
	assert_in_range(rig_raw("PTTL 试:to:{" NUMBER "}:past"), 10790000, 10800000);

	ask.id++;
	ask.now_ms += 1000;
	struct recipient_answer a = asked(&ask);
	assert_int_equal(a.failed, BIT(CAP));
	assert_string_equal(a.cap, "minute");
	assert_int_equal(a.limit, 1);
	assert_int_equal(a.window_ms, 60000);
	assert_int_equal(a.free_ms, START_MS + 60000);
	assert_int_equal(counted("all:global"), 1); /* refused: nothing counted */

	ask.look = true;
	ask.now_ms = START_MS + 60000;
	assert_int_equal(asked(&ask).failed, 0);
	assert_int_equal(counted("all:global"), 1); /* only looked */

	const struct cap_conf never[] = {CAP("never", CAP_GLOBAL, 0, 60)};
	struct recipient *none = build(&(struct recipient_conf){.caps = never, .caps_n = 1});
	ask = ask_of(none, ID + 9, START_MS);
	a = asked(&ask);
	assert_int_equal(a.failed, BIT(CAP));
	assert_string_equal(a.cap, "never");
	assert_int_equal(a.free_ms, 0);
	recipient_free(none);
	recipient_free(r);
}

/* What is only tried refuses nothing, and counts what it would have let through. */
static void test_dry_run(void **state)
{
	(void)state;
	struct recipient *r = build(&(struct recipient_conf){.caps = cap_rows, .caps_n = CAPS});
	struct recipient_ask ask = ask_of(r, ID, START_MS);
	ask.enforce = 0;
	ask.dry = BIT(CAP);
	for (unsigned i = 0; i < 3; i++, ask.id++, ask.now_ms += 30000) {
		struct recipient_answer a = asked(&ask);
		assert_int_equal(a.failed, 0);
		assert_int_equal(a.dry, i == 1 ? BIT(CAP) : 0);
	}
	assert_int_equal(counted("all:global"), 2);
	recipient_free(r);
}

/* --- many in one turn --- */

static void test_one_turn(void **state)
{
	(void)state;
	const struct cap_conf row[] = {CAP("day", CAP_GLOBAL, 2, 86400)};
	struct recipient *r = build(&(struct recipient_conf){.caps = row, .caps_n = 1});
	char number[290][16];
	for (size_t i = 0; i < 290; i++) { /* 100 numbers in turn: the first two of each pass */
		snprintf(number[i], sizeof(number[i]), "86139%08zu", i % 100);
		struct recipient_ask ask = ask_of(r, ID + i, START_MS);
		ask.number = view_of(number[i]);
		begin(&ask, i);
	}
	wait_for_all();
	for (size_t i = 0; i < 290; i++)
		assert_int_equal(answers[i].failed, i < 200 ? 0 : BIT(CAP));

	raw("SCRIPT FLUSH"); /* Redis has forgotten the script: it is given again */
	struct recipient_ask ask = ask_of(r, ID + 500, START_MS);
	ask.number = view_of(number[0]);
	assert_int_equal(asked(&ask).failed, BIT(CAP));
	ask.number = view_of("8613700000000");
	assert_int_equal(asked(&ask).failed, 0);
	recipient_free(r);
}

/* --- similar text --- */

static const struct similar_conf similar_row = {{{"gw.conf", 1}, "", NULL, {NULL, 0}}, 3, 3600, 2};

static struct recipient_ask ask_of_text(const struct recipient *r, uint64_t id, int64_t now_ms, uint64_t print)
{
	struct recipient_ask ask = ask_of(r, id, now_ms);
	ask.enforce = BIT(SIMILAR);
	ask.printed = true;
	ask.print = print;
	return ask;
}

static uint32_t text(const struct recipient *r, unsigned n, int64_t now_ms, uint64_t print)
{
	struct recipient_ask ask = ask_of_text(r, ID + n, now_ms, print);
	return asked(&ask).failed;
}

static void test_similar(void **state)
{
	(void)state;
	struct recipient *r = build(&(struct recipient_conf){.similars = &similar_row, .similars_n = 1});
	const uint64_t print = 0x8000000180000001u;
	assert_int_equal(text(r, 0, START_MS, print), 0);
	assert_int_equal(text(r, 0, START_MS + 5, print), 0); /* itself, asked again */
	assert_int_equal(text(r, 1, START_MS + 5, print), BIT(SIMILAR));
	assert_int_equal(text(r, 2, START_MS + 5, print ^ 0x8000000180000000u), BIT(SIMILAR)); /* 3 bits */
	assert_int_equal(text(r, 3, START_MS + 5, ~print), 0);
	struct recipient_ask ask = ask_of_text(r, ID + 4, START_MS + 5, print ^ 3u << 30);
	struct recipient_answer a = asked(&ask);
	assert_int_equal(a.failed, BIT(SIMILAR));
	assert_int_equal(a.free_ms, START_MS + HOUR_MS);
	assert_string_equal(a.cap, "");
	assert_int_equal(text(r, 5, START_MS + HOUR_MS - 1, print), BIT(SIMILAR));
	assert_int_equal(text(r, 6, START_MS + HOUR_MS, print), 0); /* an hour is over */
	assert_int_equal(counted("%x+@bank"), 2);
	assert_int_equal(text(r, 7, START_MS + HOUR_MS + 1, 0xffu), 0); /* the third: the oldest is forgotten */
	assert_int_equal(counted("%x+@bank"), 2);
	/* given back */
	ask = ask_of_text(r, ID + 6, START_MS + HOUR_MS + 2, 0);
	assert_int_equal(store_recipient_refund(rig_store, &ask), 0);
	assert_int_equal(text(r, 8, START_MS + HOUR_MS + 2, print), 0);
	recipient_free(r);
}

/* All distances of pairs of prints, against the count in C. */
static void test_distances(void **state)
{
	(void)state;
	srand(20260501);
	for (unsigned round = 0; round < 300; round++) {
		struct similar_conf row = similar_row;
		row.distance = rand() % 12;
		struct recipient *r = build(&(struct recipient_conf){.similars = &row, .similars_n = 1});
		uint64_t print = (uint64_t)rand() << 42 ^ (uint64_t)rand() << 21 ^ (uint64_t)rand(), other = print;
		for (int bits = rand() % 14; bits > 0; bits--)
			other ^= 1ull << rand() % 64;
		raw("FLUSHALL");
		assert_int_equal(text(r, 0, START_MS, print), 0);
		assert_int_equal(text(r, 1, START_MS, other),
				 similar_distance(print, other) <= (unsigned)row.distance ? BIT(SIMILAR) : 0);
		recipient_free(r);
	}
}

/* --- what is known of a number --- */

static uint32_t fails(const struct recipient *r, uint32_t mask, struct view signature)
{
	struct recipient_ask ask = ask_of(r, ID, START_MS);
	ask.enforce = mask;
	ask.signature = signature;
	return asked(&ask).failed;
}

static void test_opt_outs(void **state)
{
	(void)state;
	struct recipient *r = build(&(struct recipient_conf){.caps_n = 0});
	static const char *const scopes[] = {"bank", "bank/平安理财", "global"};
	const struct view none = {NULL, 0};
	assert_int_equal(fails(r, BIT(OPTED_OUT), view_of("平安理财")), 0);
	for (size_t i = 0; i < 3; i++) {
		rig_outcome(store_optout(rig_store, view_of(scopes[i]), view_of(NUMBER), true, view_of("sms"), none,
					 rig_on_written, 0));
		assert_int_equal(fails(r, BIT(OPTED_OUT), view_of("平安理财")), BIT(OPTED_OUT));
		assert_int_equal(fails(r, BIT(OPTED_OUT), none), i == 1 ? 0 : BIT(OPTED_OUT));
		assert_int_equal(fails(r, BIT(OPTED_OUT), view_of("招商银行")), i == 1 ? 0 : BIT(OPTED_OUT));
		rig_outcome(store_optout(rig_store, view_of(scopes[i]), view_of(NUMBER), false, view_of("sms"), none,
					 rig_on_written, 0));
	}
	assert_int_equal(fails(r, BIT(OPTED_OUT), view_of("平安理财")), 0);
	/* another account's */
	rig_outcome(store_optout(rig_store, view_of("loan"), view_of(NUMBER), true, view_of("sms"), none,
				 rig_on_written, 0));
	assert_int_equal(fails(r, BIT(OPTED_OUT), view_of("平安理财")), 0);
	recipient_free(r);
}

/* What one enforced policy refuses, no other counts. */
static void test_refused_not_counted(void **state)
{
	(void)state;
	static const struct consent_conf consent = {{{"gw.conf", 1}, "", NULL, {NULL, 0}}, false};
	struct recipient *r = build(&(struct recipient_conf){.caps = cap_rows,
							     .caps_n = CAPS,
							     .similars = &similar_row,
							     .similars_n = 1,
							     .consents = &consent,
							     .consents_n = 1});
	struct recipient_ask ask = ask_of_text(r, ID, START_MS, 77);
	ask.enforce = BIT(CAP) | BIT(SIMILAR) | BIT(CONSENT);
	assert_int_equal(asked(&ask).failed, BIT(CONSENT));
	assert_int_equal(rig_raw("DBSIZE"), 0);
	ask.enforce = BIT(CAP) | BIT(SIMILAR);
	ask.dry = BIT(CONSENT);
	struct recipient_answer a = asked(&ask);
	assert_int_equal(a.failed, 0);
	assert_int_equal(a.dry, BIT(CONSENT));
	assert_int_equal(rig_raw("DBSIZE"), 1);
	raw("HSET 试:consent:bank " NUMBER " 2026-05-01");
	ask.id++;
	ask.print = ~0ull;
	ask.now_ms += HOUR_MS;
	ask.enforce |= BIT(CONSENT);
	assert_int_equal(asked(&ask).failed, 0);
	recipient_free(r);
}

static void test_first_contact(void **state)
{
	(void)state;
	static const struct first_contact_conf first = {{{"gw.conf", 1}, "bank", NULL, {NULL, 0}}, 30};
	struct recipient *r = build(&(struct recipient_conf){.firsts = &first, .firsts_n = 1});
	struct recipient_ask ask = ask_of(r, ID, START_MS), notice = ask;
	ask.enforce = BIT(FIRST);
	notice.class_id = CLASS_NOTICE;
	notice.enforce = 0;
	notice.meets = true;
	assert_int_equal(asked(&ask).failed, BIT(FIRST));
	assert_int_equal(asked(&notice).failed, 0);
	assert_int_equal(asked(&ask).failed, 0);
	assert_in_range(rig_raw("PTTL 试:to:{" NUMBER "}:met:bank"), 30 * DAY_MS - 60000, 30 * DAY_MS);
	recipient_free(r);
}

/* Of many notices the four oldest are remembered; one that has failed has met nobody. */
static void test_first_contact_fails(void **state)
{
	(void)state;
	static const struct first_contact_conf first = {{{"gw.conf", 1}, "bank", NULL, {NULL, 0}}, 30};
	struct recipient *r = build(&(struct recipient_conf){.firsts = &first, .firsts_n = 1});
	struct recipient_ask promo = ask_of(r, ID, START_MS), notice = promo;
	promo.enforce = BIT(FIRST);
	notice.class_id = CLASS_NOTICE;
	notice.enforce = 0;
	notice.meets = true;
	for (unsigned i = 0; i < 6; i++) {
		notice.id = ID + 10 + i / 2 * 2; /* each asked twice */
		asked(&notice);
	}
	assert_int_equal(rig_raw("STRLEN 试:to:{" NUMBER "}:met:bank"), 3 * 18 + 2);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(asked(&promo).failed, 0);
		notice.id = ID + 10 + 2 * ((i + 1) % 3); /* the one in the middle, the last, the first */
		assert_int_equal(store_recipient_refund(rig_store, &notice), 0);
		assert_int_equal(store_recipient_refund(rig_store, &notice), 0);
	}
	assert_int_equal(asked(&promo).failed, BIT(FIRST));
	assert_int_equal(rig_raw("EXISTS 试:to:{" NUMBER "}:met:bank"), 0);
	for (unsigned i = 0; i < 9; i++) {
		notice.id = ID + 30 + i;
		asked(&notice);
	}
	assert_int_equal(rig_raw("STRLEN 试:to:{" NUMBER "}:met:bank"), 4 * 18 + 3);
	assert_in_range(rig_raw("PTTL 试:to:{" NUMBER "}:met:bank"), 30 * DAY_MS - 60000, 30 * DAY_MS);
	assert_int_equal(store_recipient_refund(rig_store, &notice), 0); /* one that is not remembered */
	assert_int_equal(rig_raw("STRLEN 试:to:{" NUMBER "}:met:bank"), 4 * 18 + 3);
	assert_int_equal(asked(&promo).failed, 0);
	recipient_free(r);
}

static void fail_once(const struct recipient *r, unsigned n, int64_t now_ms)
{
	struct store_failure f = {view_of(NUMBER), ID + n, "dead-number", now_ms};
	assert_int_equal(store_recipient_failed(rig_store, recipient_dead(r), &f), 0);
}

static uint32_t dead_at(const struct recipient *r, int64_t now_ms)
{
	struct recipient_ask ask = ask_of(r, ID, now_ms);
	ask.enforce = BIT(DEAD);
	return asked(&ask).failed;
}

static void test_dead(void **state)
{
	(void)state;
	static const struct dead_conf dead = {{{"gw.conf", 1}, NULL, NULL, {NULL, 0}}, 3, 30, 90};
	struct recipient *r = build(&(struct recipient_conf){.dead = &dead});
	fail_once(r, 1, START_MS);
	fail_once(r, 1, START_MS); /* the same receipt twice */
	fail_once(r, 2, START_MS + 30 * DAY_MS);
	fail_once(r, 3, START_MS + 30 * DAY_MS);
	assert_int_equal(dead_at(r, START_MS + 30 * DAY_MS), 0); /* the first is too long ago */
	fail_once(r, 4, START_MS + 31 * DAY_MS);
	assert_int_equal(dead_at(r, START_MS + 31 * DAY_MS), BIT(DEAD));
	assert_int_equal(dead_at(r, START_MS + 121 * DAY_MS - 1), BIT(DEAD));
	assert_int_equal(dead_at(r, START_MS + 121 * DAY_MS), 0); /* and forgotten */
	assert_int_equal(rig_raw("HLEN 试:dead"), 0);

	/* a delivery shows that it lives: what has failed before counts no more */
	for (unsigned i = 5; i < 8; i++)
		fail_once(r, i, START_MS);
	assert_int_equal(dead_at(r, START_MS), BIT(DEAD));
	store_recipient_delivered(rig_store, view_of("8613900000000"));
	assert_int_equal(dead_at(r, START_MS), BIT(DEAD));
	store_recipient_delivered(rig_store, view_of(NUMBER));
	assert_int_equal(dead_at(r, START_MS), 0);
	fail_once(r, 8, START_MS);
	fail_once(r, 9, START_MS);
	store_recipient_delivered(rig_store, view_of(NUMBER));
	fail_once(r, 10, START_MS);
	assert_int_equal(dead_at(r, START_MS), 0);
	recipient_free(r);
}

/* Another process has learnt it: an answer tells, so that a delivery clears it here too. */
static void test_dead_elsewhere(void **state)
{
	(void)state;
	static const struct dead_conf dead = {{{"gw.conf", 1}, NULL, NULL, {NULL, 0}}, 3, 30, 90};
	struct recipient *r = build(&(struct recipient_conf){.dead = &dead});
	struct recipient_ask ask = ask_of(r, ID, START_MS);
	ask.number = view_of("8613611112222");
	ask.enforce = BIT(DEAD);
	raw("HSET 试:dead 8613611112222 9999999999999,3,dead-number");
	store_recipient_delivered(rig_store, ask.number); /* nothing is known here yet */
	struct recipient_answer a = asked(&ask);
	assert_int_equal(a.failed, BIT(DEAD));
	store_recipient_delivered(rig_store, ask.number);
	assert_int_equal(asked(&ask).failed, 0);
	recipient_free(r);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup(test_caps_model, setup),	   cmocka_unit_test_setup(test_large_caps_model, setup),
	cmocka_unit_test_setup(test_odd_names, setup),	   cmocka_unit_test_setup(test_caps_keys, setup),
	cmocka_unit_test_setup(test_dry_run, setup),	   cmocka_unit_test_setup(test_one_turn, setup),
	cmocka_unit_test_setup(test_similar, setup),	   cmocka_unit_test_setup(test_distances, setup),
	cmocka_unit_test_setup(test_opt_outs, setup),	   cmocka_unit_test_setup(test_refused_not_counted, setup),
	cmocka_unit_test_setup(test_first_contact, setup), cmocka_unit_test_setup(test_first_contact_fails, setup),
	cmocka_unit_test_setup(test_dead, setup),	   cmocka_unit_test_setup(test_dead_elsewhere, setup),
};

int main(void)
{
	return redis_rig_main(cases, sizeof(cases) / sizeof(cases[0]));
}
