/*
 * test_alarm.c - every alarm of the table: raised after its time, not by a short spike, cleared with hysteresis, quiet
 * at its threshold; and what settings, a start and a reload do to them. On a clock of its own.
 */
#include "alarm_rig.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/* --- each row --- */

/* Puts the gateway where the row's value is about v: NAN for "well". */
struct knob {
	const char *alarm, *object;
	void (*set)(struct alarm_rig *s, double v);
	double bad, between; /* between: neither raised nor cleared; NAN: there is no such value */
};

#define SET(name, statement)                                                                                           \
	static void set_##name(struct alarm_rig *s, double v)                                                          \
	{                                                                                                              \
		statement;                                                                                             \
	}
#define COUNT(v) ((uint64_t)(v))
SET(redis_down, s->in.gateway.store_up = v == 0)
SET(redis_refusing, s->in.gateway.store_refused = COUNT(v))
SET(redis_slow, s->in.gateway.store_lag_ms = v)
SET(clock_jump, s->in.gateway.clock_jump_s = v)
SET(loop_slow, s->in.gateway.longest_turn_ms = v)
SET(store_full, s->in.gateway.held_percent = v)
SET(receipts_parked, s->in.gateway.parked_percent = v)
SET(waiting_age, s->in.gateway.oldest_s = v)
SET(waiting_depth, s->in.gateway.queued = COUNT(v))
SET(disk_filling, s->in.gateway.records_disk_percent = v)
SET(work_disk_filling, s->in.gateway.work_disk_percent = v)
SET(files_open, s->in.gateway.files_percent = v)
SET(records_lost, s->in.gateway.records_lost = COUNT(v))
SET(records_waiting, s->in.gateway.records_waiting_mb = v)
SET(log_lost, s->in.gateway.log_lost = COUNT(v))
SET(posts_lost, s->in.gateway.posts_lost = COUNT(v))
SET(lockouts, s->in.gateway.lockouts = COUNT(v))
SET(review_age, s->in.gateway.review_s = v)
SET(expired, s->in.gateway.ended = 1000; s->in.gateway.expired = COUNT(10 * v))
SET(unknown, s->in.gateway.ended = 1000; s->in.gateway.unknown = COUNT(10 * v))
SET(dead_letters, s->in.gateway.dead_letters = COUNT(v))
SET(carrier_down, s->carriers[1].up = v == 0)
SET(carrier_degraded, s->carriers[1].bound = 2 - COUNT(v))
SET(carrier_flapping, s->carriers[1].losses = COUNT(v))
SET(carrier_left, s->carriers[1].left = v != 0)
SET(throttled, s->carriers[1].throttled_1m = COUNT(6 * v))
SET(refusing, s->carriers[1].errors_1m = COUNT(6 * v))
SET(queue_age, s->carriers[1].oldest_s = v)
SET(queue_depth, s->carriers[1].queued = COUNT(v); s->carriers[1].max_queued = 0)
SET(queue_full, s->carriers[1].queued = COUNT(10 * v))
SET(doubts, s->carriers[1].doubts = COUNT(v))
SET(answer_latency, s->carriers[1].answer_p99_ms = v)
SET(latency, s->carriers[1].receipt_p99_s = v)
/* the day is as bad as the last quarter of an hour, so that nothing falls */
SET(delivery_ratio, s->carriers[1].last15.delivered = COUNT(10 * v);
    s->carriers[1].last15.failed = COUNT(1000 - 10 * v); s->carriers[1].day = s->carriers[1].last15)
SET(delivery_falling, s->carriers[1].last15.delivered = COUNT(950 - 10 * v);
    s->carriers[1].last15.failed = COUNT(50 + 10 * v))
SET(window_small, s->carriers[1].window_small = v != 0)
SET(carrier_certificate, s->carriers[1].certificate_days = v)
SET(carrier_crl, s->carriers[1].crl_hours = v)
SET(carrier_braked, s->carriers[1].brakes = COUNT(v))
SET(account_delivery_ratio, s->accounts[0].last15.delivered = COUNT(10 * v);
    s->accounts[0].last15.failed = COUNT(1000 - 10 * v); s->accounts[0].day = s->accounts[0].last15)
SET(account_delivery_falling, s->accounts[0].last15.delivered = COUNT(950 - 10 * v);
    s->accounts[0].last15.failed = COUNT(50 + 10 * v))
SET(complaints, s->accounts[0].last15.complaints = COUNT(v) + 1)
SET(optouts, s->accounts[0].last15.optouts = COUNT(v))
SET(refusals, s->accounts[0].last15.refused = COUNT(1000 * v / (100 - v)))
SET(over_rate, s->accounts[0].throttled_1m = COUNT(6 * v))
SET(backlog_growing, s->accounts[0].grown = (int64_t)v)
SET(backlog_full, s->accounts[0].waiting = COUNT(100 * v))
SET(account_unbound, s->accounts[0].binds = 0; s->accounts[0].waiting = COUNT(v))
SET(account_braked, s->accounts[0].brakes = COUNT(v))
SET(campaign_stopped, s->accounts[0].campaigns_stopped = COUNT(v))
SET(credit_low, s->accounts[0].credit = v)
SET(certificate_expiring, s->listeners[0].certificate_days = v)
SET(crl_expiring, s->listeners[0].crl_hours = v)

#define GATEWAY(name, bad, between)                                                                                    \
	{                                                                                                              \
#name, "gateway", set_##name, bad, between                                                             \
	}
#define CARRIER(name, bad, between)                                                                                    \
	{                                                                                                              \
#name, "电信", set_##name, bad, between                                                                \
	}
#define ACCOUNT(name, bad, between)                                                                                    \
	{                                                                                                              \
#name, "bank", set_##name, bad, between                                                                \
	}
#define LISTENER(name, bad, between)                                                                                   \
	{                                                                                                              \
#name, "0.0.0.0:2775", set_##name, bad, between                                                        \
	}
static const struct knob knobs[] = {
	GATEWAY(redis_down, 1, NAN),
	GATEWAY(redis_refusing, 5, NAN),
	GATEWAY(redis_slow, 800, 300),
	GATEWAY(clock_jump, 3600, NAN),
	GATEWAY(loop_slow, 900, 300),
	GATEWAY(store_full, 85, 75),
	GATEWAY(receipts_parked, 60, 40),
	GATEWAY(waiting_age, 700, 300),
	GATEWAY(waiting_depth, 600000, 300000),
	GATEWAY(disk_filling, 95, 87),
	GATEWAY(work_disk_filling, 95, 87),
	GATEWAY(files_open, 90, 75),
	GATEWAY(records_lost, 3, NAN),
	GATEWAY(records_waiting, 20, 4),
	GATEWAY(log_lost, 100, NAN),
	GATEWAY(posts_lost, 2, NAN),
	GATEWAY(lockouts, 1, NAN),
	GATEWAY(review_age, 2000, 1000),
	GATEWAY(expired, 8, 3),
	GATEWAY(unknown, 15, 7),
	GATEWAY(dead_letters, 200, 50),
	CARRIER(carrier_down, 1, NAN),
	CARRIER(carrier_degraded, 1, NAN),
	CARRIER(carrier_flapping, 3, 2),
	CARRIER(carrier_left, 1, NAN),
	CARRIER(throttled, 25, 10),
	CARRIER(refusing, 40, 20),
	CARRIER(queue_age, 400, 100),
	CARRIER(queue_depth, 200000, 70000),
	CARRIER(queue_full, 90, 70),
	CARRIER(doubts, 150, 70),
	CARRIER(answer_latency, 6000, 3000),
	CARRIER(latency, 2000, 1500),
	CARRIER(delivery_ratio, 65, 75),
	CARRIER(delivery_falling, 20, 10),
	CARRIER(window_small, 1, NAN),
	CARRIER(carrier_certificate, 5, 14.5),
	CARRIER(carrier_crl, 5, 24.5),
	CARRIER(carrier_braked, 1, NAN),
	ACCOUNT(account_delivery_ratio, 55, 65),
	ACCOUNT(account_delivery_falling, 25, 15),
	ACCOUNT(complaints, 12, 6),
	ACCOUNT(optouts, 300, 100),
	ACCOUNT(refusals, 60, 30),
	ACCOUNT(over_rate, 40, 20),
	ACCOUNT(backlog_growing, 1500, 500),
	ACCOUNT(backlog_full, 90, 70),
	ACCOUNT(account_unbound, 200, 50),
	ACCOUNT(account_braked, 1, NAN),
	ACCOUNT(campaign_stopped, 1, NAN),
	ACCOUNT(credit_low, 20, 100.5),
	LISTENER(certificate_expiring, 5, 14.5),
	LISTENER(crl_expiring, -3, 24.5),
};
#define KNOBS (sizeof(knobs) / sizeof(knobs[0]))

static const struct alarm_row *row_of(const char *name)
{
	for (size_t i = 0; i < alarm_table_n; i++) {
		if (strcmp(alarm_table[i].name, name) == 0)
			return &alarm_table[i];
	}
	return NULL;
}

static void each_row_has_a_test(void **state)
{
	(void)state;
	assert_int_equal(KNOBS, alarm_table_n);
	for (size_t i = 0; i < alarm_table_n; i++) {
		assert_string_equal(knobs[i].alarm, alarm_table[i].name);
		assert_string_equal(alarm_gauges[i].value, alarm_table[i].name);
		assert_non_null(alarm_table[i].value);
	}
}

/* Bad for less than its time; then bad for long; then hardly better; then well. */
static void walk(const struct knob *k)
{
	struct alarm_rig *s = alarm_rig_new(NULL, 0);
	const struct alarm_row *row = row_of(k->alarm);
	const struct alarm_post_conf quiet = {.webhook = (char *)"", .grace = ALARM_RIG_GRACE};
	int64_t after = row->by_default.after, clear_after = row->by_default.clear_after;

	alarms_use(s->alarms, NULL, 0, &quiet); /* no repetitions */
	alarm_rig_seconds(s, ALARM_RIG_GRACE + 1);
	assert_int_equal(s->n, 0);
	if (after > 0) {
		k->set(s, k->bad);
		alarm_rig_seconds(s, after); /* one second less than it takes: the first look begins it */
		alarm_rig_well(s);
		alarm_rig_seconds(s, 1);
		assert_int_equal(s->n, 0);
	}
	k->set(s, k->bad);
	alarm_rig_seconds(s, after + 1);
	alarm_rig_expect(s, 1, ALARM_RAISED, k->alarm, k->object);
	alarm_rig_seconds(s, 3);
	assert_int_equal(s->n, 1); /* told once */
	if (!isnan(k->between)) {
		k->set(s, k->between);
		alarm_rig_seconds(s, clear_after + 10);
		assert_int_equal(s->n, 1);
		for (unsigned i = 0; i < 20; i++) { /* no flapping around the threshold */
			k->set(s, i % 2 ? k->bad : k->between);
			alarm_rig_seconds(s, after + 2);
		}
		assert_int_equal(s->n, 1);
	}
	alarm_rig_well(s);
	if (clear_after > 0) {
		alarm_rig_seconds(s, clear_after);
		assert_int_equal(s->n, 1);
	}
	alarm_rig_seconds(s, 1);
	alarm_rig_expect(s, 2, ALARM_CLEARED, k->alarm, k->object);
	alarm_rig_seconds(s, 2000);
	assert_int_equal(s->n, 2);
	if (!isnan(k->between)) { /* and from that side it is not raised */
		k->set(s, k->between);
		alarm_rig_seconds(s, after + 100);
		assert_int_equal(s->n, 2);
	}
	alarm_rig_free(s);
}

static void each_row_is_raised_and_cleared(void **state)
{
	(void)state;
	for (size_t i = 0; i < KNOBS; i++) {
		print_message("%s\n", knobs[i].alarm);
		walk(&knobs[i]);
	}
}

/* --- what is not to be judged --- */

static void few_messages_are_not_judged(void **state)
{
	(void)state;
	struct alarm_rig *s = alarm_rig_new(NULL, 0);
	alarm_rig_seconds(s, ALARM_RIG_GRACE + 1);
	s->carriers[0].last15 = (struct alarm_window){.delivered = 0, .failed = 99};
	s->accounts[0].last15 = (struct alarm_window){.accepted = 9, .refused = 90, .failed = 99};
	s->carriers[0].answered_1m = s->carriers[0].throttled_1m = 19;
	alarm_rig_seconds(s, 1000);
	assert_int_equal(s->n, 0);
	s->carriers[0].last15.failed = 100;
	alarm_rig_seconds(s, 500);
	assert_int_equal(s->n, 2);
	assert_string_equal(s->told[0].alarm, "delivery_ratio");
	assert_string_equal(s->told[1].alarm, "delivery_falling");
	s->carriers[0].last15.failed = 50; /* its traffic ends: nothing is known, nobody is to be called for it */
	alarm_rig_seconds(s, 121);
	assert_int_equal(s->n, 4);
	assert_int_equal(s->told[3].what, ALARM_CLEARED);
	alarm_rig_free(s);
}

/* A carrier that never delivers much does not fall; one that does better than usual does not either. */
static void falling_is_against_its_own_usual(void **state)
{
	(void)state;
	struct alarm_rig *s = alarm_rig_new(NULL, 0);
	alarm_rig_seconds(s, ALARM_RIG_GRACE + 1);
	s->carriers[0].day = (struct alarm_window){.delivered = 80000, .failed = 20000};
	s->carriers[0].last15 = (struct alarm_window){.delivered = 990, .failed = 10};
	s->carriers[1].day = (struct alarm_window){.delivered = 76000, .failed = 24000};
	s->carriers[1].last15 = (struct alarm_window){.delivered = 720, .failed = 280};
	alarm_rig_seconds(s, 600);
	assert_int_equal(s->n, 0);
	s->carriers[0].last15 =
		(struct alarm_window){.delivered = 710, .failed = 290}; /* 9 points down, still over 70 */
	alarm_rig_seconds(s, 600);
	assert_int_equal(s->n, 0);
	s->carriers[0].day = (struct alarm_window){.delivered = 98000, .failed = 2000};
	alarm_rig_seconds(s, 600);
	alarm_rig_expect(s, 1, ALARM_RAISED, "delivery_falling", "移动");
	assert_true(s->told[0].value > 26 && s->told[0].value < 28);
	alarm_rig_free(s);
}

static void what_the_operator_stops_is_no_alarm(void **state)
{
	(void)state;
	struct alarm_rig *s = alarm_rig_new(NULL, 0);
	alarm_rig_seconds(s, ALARM_RIG_GRACE + 1);
	s->carriers[0].up = false;
	s->carriers[0].bound = 0;
	s->carriers[0].stopped = true;
	alarm_rig_seconds(s, 600);
	assert_int_equal(s->n, 0);
	s->carriers[0].stopped = false;
	alarm_rig_seconds(s, 11);
	alarm_rig_expect(s, 1, ALARM_RAISED, "carrier_down", "移动");
	s->carriers[0].removed = true; /* by a reload: gone at once */
	alarm_rig_seconds(s, 1);
	alarm_rig_expect(s, 2, ALARM_CLEARED, "carrier_down", "移动");
	alarm_rig_seconds(s, 600);
	assert_int_equal(s->n, 2);
	alarm_rig_free(s);
}

/* One that calls with outbind is down most of the time; one that binds in may do with fewer binds than it may have. */
static void links_that_others_make_are_theirs(void **state)
{
	(void)state;
	struct alarm_rig *s = alarm_rig_new(NULL, 0);
	alarm_rig_seconds(s, ALARM_RIG_GRACE + 1);
	s->carriers[0].calls = true;
	s->carriers[0].up = false;
	s->carriers[0].losses = 9;
	s->carriers[0].binds = s->carriers[0].bound = 0;
	s->carriers[1].binds = 0;
	s->carriers[1].bound = 1;
	alarm_rig_seconds(s, 600);
	assert_int_equal(s->n, 0);
	s->carriers[1].up = false; /* but one that is to be there is not */
	alarm_rig_seconds(s, 11);
	alarm_rig_expect(s, 1, ALARM_RAISED, "carrier_down", "电信");
	alarm_rig_free(s);
}

static void complaints_are_against_the_usual(void **state)
{
	(void)state;
	struct alarm_rig *s = alarm_rig_new(NULL, 0);
	alarm_rig_seconds(s, ALARM_RIG_GRACE + 1);
	s->accounts[1].day.complaints = 96 * 12; /* twelve in each quarter of an hour: sad, but no rise */
	s->accounts[1].last15.complaints = 12;
	alarm_rig_seconds(s, 60);
	assert_int_equal(s->n, 0);
	s->accounts[1].day.complaints += 11;
	s->accounts[1].last15.complaints += 11;
	alarm_rig_seconds(s, 1);
	alarm_rig_expect(s, 1, ALARM_RAISED, "complaints", "shop");
	alarm_rig_free(s);
}

/* --- the start, the end, a standstill --- */

static void the_start_is_given_time(void **state)
{
	(void)state;
	struct alarm_rig *s = alarm_rig_new(NULL, 0);
	s->in.running = false;
	s->carriers[0].up = s->carriers[1].up = false;
	alarm_rig_seconds(s, 300); /* loading a large journal */
	assert_int_equal(s->n, 0);
	s->in.running = true;
	alarm_rig_seconds(s, ALARM_RIG_GRACE);
	assert_int_equal(s->n, 0);
	s->carriers[0].up = true;
	alarm_rig_seconds(s, 12);
	alarm_rig_expect(s, 1, ALARM_RAISED, "carrier_down", "电信");
	s->in.leaving = true; /* what goes down now was asked to */
	s->carriers[0].up = false;
	alarm_rig_seconds(s, 60);
	assert_int_equal(s->n, 1);
	alarm_rig_free(s);
}

static void the_store_is_watched_while_starting(void **state)
{
	(void)state;
	struct alarm_rig *s = alarm_rig_new(NULL, 0);
	s->in.running = false;
	s->in.gateway.store_up = false;
	alarm_rig_seconds(s, ALARM_RIG_GRACE);
	assert_int_equal(s->n, 0);
	alarm_rig_seconds(s, 5);
	alarm_rig_expect(s, 1, ALARM_RAISED, "redis_down", "gateway");
	alarm_rig_free(s);
}

/* Nobody looked for a minute: that is not a minute of bad. */
static void a_standstill_is_no_time(void **state)
{
	(void)state;
	struct alarm_rig *s = alarm_rig_new(NULL, 0);
	alarm_rig_seconds(s, ALARM_RIG_GRACE + 1);
	s->carriers[0].up = false;
	alarm_rig_seconds(s, 1);
	s->in.now_ms += 60000;
	s->in.wall_ms += 60000;
	alarm_rig_seconds(s, 1);
	assert_int_equal(s->n, 0);
	alarm_rig_seconds(s, 8);
	alarm_rig_expect(s, 1, ALARM_RAISED, "carrier_down", "移动");
	alarm_rig_free(s);
}

/* --- settings --- */

static char *words[] = {(char *)"电信"};
#define UNSET .threshold = -1, .clear = -1, .after = -1, .clear_after = -1, .min = -1

static void rows_override_by_object(void **state)
{
	(void)state;
	const struct alarm_conf rows[] = {
		{.alarm = (char *)"queue_age", UNSET, .severity = 2},
		{.alarm = (char *)"queue_age",
		 .carriers = {words, 1},
		 .threshold = 60,
		 .clear = 30,
		 .after = 5,
		 .clear_after = -1,
		 .min = -1},
		{.alarm = (char *)"carrier_down", .carriers = {words, 1}, UNSET, .mode = 2},
	};
	struct alarm_rig *s = alarm_rig_new(rows, 3);
	alarm_rig_seconds(s, ALARM_RIG_GRACE + 1);
	s->carriers[0].oldest_s = s->carriers[1].oldest_s = 61;
	s->carriers[1].up = false;
	alarm_rig_seconds(s, 6);
	alarm_rig_expect(s, 1, ALARM_RAISED, "queue_age", "电信");
	assert_int_equal(alarm_rig_look(s, "queue_age", "电信").severity, ALARM_CRITICAL);
	assert_int_equal(alarm_rig_look(s, "queue_age", "移动").severity, ALARM_CRITICAL);
	alarm_rig_seconds(s, 60);
	assert_int_equal(s->n, 1);
	assert_null(alarm_rig_look(s, "carrier_down", "电信").row); /* off */
	assert_non_null(alarm_rig_look(s, "carrier_down", "移动").row);
	alarm_rig_free(s);
}

/* Another threshold takes the clear with it: 10 seconds are cleared below 2, as 300 are below 60; and 98 % above 98.7.
 */
static void clear_follows_threshold(void **state)
{
	(void)state;
	const struct alarm_conf rows[] = {
		{.alarm = (char *)"queue_age", .threshold = 10, .clear = -1, .after = -1, .clear_after = -1, .min = -1},
		{.alarm = (char *)"delivery_ratio",
		 .threshold = 98,
		 .clear = -1,
		 .after = -1,
		 .clear_after = -1,
		 .min = -1},
	};
	struct alarm_rig *s = alarm_rig_new(rows, 2);
	alarm_rig_seconds(s, 1);
	assert_true(fabs(alarm_rig_look(s, "queue_age", "移动").clear - 2) < 1e-9);
	assert_true(fabs(alarm_rig_look(s, "delivery_ratio", "移动").clear - (100 - 2 * 20 / 30.0)) < 1e-9);
	alarm_rig_free(s);
}

static void a_reload_clears_what_is_off_now(void **state)
{
	(void)state;
	const struct alarm_conf off = {.alarm = (char *)"disk_filling", UNSET, .mode = 2};
	struct alarm_rig *s = alarm_rig_new(NULL, 0);
	struct alarms_count n;
	alarm_rig_seconds(s, ALARM_RIG_GRACE + 1);
	s->in.gateway.records_disk_percent = 99;
	s->listeners[0].certificate_days = 3;
	alarm_rig_seconds(s, 31);
	assert_int_equal(s->n, 2);
	alarms_count(s->alarms, &n);
	assert_int_equal(n.critical, 2);
	alarms_use(s->alarms, &off, 1, &alarm_rig_no_post);
	alarm_rig_seconds(s, 1);
	alarm_rig_expect(s, 3, ALARM_CLEARED, "disk_filling", "gateway");
	s->in.listeners_n = 0; /* the listener is closed */
	alarm_rig_seconds(s, 1);
	alarm_rig_expect(s, 4, ALARM_CLEARED, "certificate_expiring", "0.0.0.0:2775");
	alarms_count(s->alarms, &n);
	assert_int_equal(n.critical, 0);
	alarm_rig_free(s);
}

static bool known(const void *arg, const char *name)
{
	return strcmp(arg, name) == 0;
}

static void faults_are_named(void **state)
{
	(void)state;
	char *errors = NULL;
	const struct alarm_names names = {known, known, known, "电信"};
	struct alarm_conf rows[] = {
		{.alarm = (char *)"queue_ageing", UNSET},
		{.alarm = (char *)"redis_slow", .carriers = {words, 1}, UNSET},
		{.alarm = (char *)"refusals", .accounts = {(char *[]){(char *)"没有"}, 1}, UNSET},
		{.alarm = (char *)"queue_age", .threshold = 10, .clear = 20, .after = -1, .clear_after = -1, .min = -1},
		{.alarm = (char *)"delivery_ratio",
		 .threshold = 80,
		 .clear = 70,
		 .after = -1,
		 .clear_after = -1,
		 .min = -1},
		{.alarm = (char *)"queue_age", .carriers = {words, 1}, UNSET},
	};
	struct alarm_post_conf post = {.webhook = (char *)"nobody"};
	for (int i = 0; i < 6; i++)
		rows[i].where = (struct conf_where){"gw.conf", i + 1};
	assert_false(alarms_check(rows, 6, &post, &names, &errors));
	assert_non_null(strstr(errors, "gw.conf:1: alarms: there is no alarm \"queue_ageing\""));
	assert_non_null(strstr(errors, "gw.conf:2: alarms: redis_slow is about the gateway"));
	assert_non_null(strstr(errors, "gw.conf:3: alarms: refusals names account \"没有\""));
	assert_non_null(strstr(errors, "gw.conf:4: alarms: queue_age is raised at 10 and above"));
	assert_non_null(strstr(errors, "gw.conf:5: alarms: delivery_ratio is raised at 80 and below"));
	assert_null(strstr(errors, "gw.conf:6"));
	assert_non_null(strstr(errors, "alarm.webhook \"nobody\""));
	free(errors);
	errors = NULL;
	post.webhook = (char *)"电信";
	assert_true(alarms_check(&rows[5], 1, &post, &names, &errors));
	assert_null(errors);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(each_row_has_a_test),
	cmocka_unit_test(each_row_is_raised_and_cleared),
	cmocka_unit_test(few_messages_are_not_judged),
	cmocka_unit_test(falling_is_against_its_own_usual),
	cmocka_unit_test(what_the_operator_stops_is_no_alarm),
	cmocka_unit_test(links_that_others_make_are_theirs),
	cmocka_unit_test(complaints_are_against_the_usual),
	cmocka_unit_test(the_start_is_given_time),
	cmocka_unit_test(the_store_is_watched_while_starting),
	cmocka_unit_test(a_standstill_is_no_time),
	cmocka_unit_test(rows_override_by_object),
	cmocka_unit_test(clear_follows_threshold),
	cmocka_unit_test(a_reload_clears_what_is_off_now),
	cmocka_unit_test(faults_are_named),
};
UNIT_MAIN(cases)
