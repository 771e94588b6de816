/*
 * test_alarm_list.c - alarms that are acknowledged, told again and listed; their metrics, their values as
 * people read them. On a clock of its own.
 */
#include "alarm_rig.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/* --- acknowledged, told again, listed --- */

static void critical_ones_are_told_again_until_acknowledged(void **state)
{
	(void)state;
	struct alarm_rig *s = alarm_rig_new(NULL, 0);
	struct alarms_count n;
	alarm_rig_seconds(s, ALARM_RIG_GRACE + 1);
	s->carriers[0].up = false;	    /* critical */
	s->carriers[1].window_small = true; /* a warning */
	alarm_rig_seconds(s, 600);
	assert_int_equal(s->n, 2);
	alarm_rig_seconds(s, 20);
	alarm_rig_expect(s, 3, ALARM_REPEATED, "carrier_down", "移动");
	alarm_rig_seconds(s, 600);
	assert_int_equal(s->n, 4);
	assert_false(alarms_ack(s->alarms, "carrier_down", "电信", "张三", s->in.wall_ms));
	assert_false(alarms_ack(s->alarms, "carrier_gone", "移动", "张三", s->in.wall_ms));
	assert_true(alarms_ack(s->alarms, "carrier_down", "移动", "张三", s->in.wall_ms));
	alarms_count(s->alarms, &n);
	assert_int_equal(n.acked, 1);
	assert_string_equal(alarm_rig_look(s, "carrier_down", "移动").acked_by, "张三");
	alarm_rig_seconds(s, 3000);
	assert_int_equal(s->n, 4);
	s->carriers[0].up = true;
	alarm_rig_seconds(s, 11);
	alarm_rig_expect(s, 5, ALARM_CLEARED, "carrier_down", "移动");
	s->carriers[0].up = false;
	alarm_rig_seconds(s, 11); /* it is another one */
	alarm_rig_expect(s, 6, ALARM_RAISED, "carrier_down", "移动");
	assert_false(alarm_rig_look(s, "carrier_down", "移动").acked);
	alarm_rig_free(s);
}

struct order {
	char text[400];
};

static void append(void *arg, const struct alarm_view *v)
{
	struct order *o = arg;
	size_t n = strlen(o->text);
	snprintf(o->text + n, sizeof(o->text) - n, "%s/%s ", v->alarm, v->object);
}

static void the_worst_come_first(void **state)
{
	(void)state;
	struct alarm_rig *s = alarm_rig_new(NULL, 0);
	struct order o = {""};
	alarm_rig_seconds(s, ALARM_RIG_GRACE + 1);
	s->carriers[1].losses = 3;
	alarm_rig_seconds(s, 1);
	s->accounts[1].last15.complaints = 60;
	alarm_rig_seconds(s, 1);
	s->carriers[1].up = false;
	alarm_rig_seconds(s, 11);
	alarms_each(s->alarms, false, append, &o);
	assert_string_equal(o.text, "complaints/shop carrier_down/电信 carrier_flapping/电信 ");
	alarm_rig_free(s);
}

/* A list that is made in steps, while objects come, go and change. */
static void a_list_in_steps_shows_what_is_left(void **state)
{
	(void)state;
	struct alarm_rig *s = alarm_rig_new(NULL, 0);
	struct alarm_view v;
	struct alarms_list *l;
	unsigned n = 0, of_bank = 0, all = 0;
	alarm_rig_seconds(s, ALARM_RIG_GRACE + 1);
	l = alarms_list_new(s->alarms, true);
	while (alarms_list_next(l, &v))
		all++;
	assert_false(alarms_list_next(l, &v));
	alarms_list_free(l);
	s->carriers[0].up = false;
	alarm_rig_seconds(s, 60);
	l = alarms_list_new(s->alarms, true);
	assert_true(alarms_list_next(l, &v));
	assert_string_equal(v.alarm, "carrier_down"); /* raised ones first */
	/* bank goes, and shop stands in its place; the carrier is up again */
	s->accounts[0] = s->accounts[1];
	s->in.accounts_n = 1;
	s->carriers[0].up = true;
	alarm_rig_seconds(s, 60);
	for (n = 1; alarms_list_next(l, &v); n++) {
		of_bank += strcmp(v.object, "bank") == 0;
		assert_true(strcmp(v.alarm, "carrier_down") != 0 || !v.raised);
	}
	assert_int_equal(of_bank, 0);
	unsigned of_account = 0;
	alarms_list_free(l);
	for (size_t i = 0; i < alarm_table_n; i++)
		of_account += alarm_table[i].scope == ALARM_ACCOUNT && alarm_table[i].by_default.on;
	assert_int_equal(n, all - of_account);
	alarm_rig_free(s);
}

static void a_moment_shows_its_worst(void **state)
{
	(void)state;
	struct alarm_rig *s = alarm_rig_new(NULL, 0);
	alarm_rig_seconds(s, ALARM_RIG_GRACE + 1);
	s->in.gateway.clock_jump_s = 7200;
	alarm_rig_seconds(s, 1);
	s->in.gateway.clock_jump_s = 0;
	alarm_rig_seconds(s, 100);
	alarm_rig_expect(s, 1, ALARM_RAISED, "clock_jump", "gateway");
	assert_true(alarm_rig_look(s, "clock_jump", "gateway").value == 7200);
	s->in.gateway.store_lag_ms = 900;
	alarm_rig_seconds(s, 10);
	s->in.gateway.store_lag_ms = 600;
	alarm_rig_seconds(s, 1);
	assert_true(alarm_rig_look(s, "redis_slow", "gateway").value == 600);
	assert_true(alarm_rig_look(s, "redis_slow", "gateway").worst == 900);
	alarm_rig_free(s);
}

/* --- metrics, checks, texts --- */

static void sum_gauges(const struct stats_sample *sample, void *arg)
{
	if (strcmp(sample->row->name, "smppgw_alarm") == 0) {
		unsigned *n = arg;
		n[0]++;
		n[1] += *(const uint64_t *)sample->at != 0;
		if (*(const uint64_t *)sample->at) {
			assert_string_equal(sample->row->value, "carrier_down");
			assert_string_equal(sample->label_value, "移动");
		}
	}
}

static void gauges_are_bounded_and_follow(void **state)
{
	(void)state;
	struct alarm_rig *s = alarm_rig_new(NULL, 0);
	unsigned n[2] = {0}, per_scope[ALARM_SCOPES] = {0};
	for (size_t i = 0; i < alarm_table_n; i++)
		per_scope[alarm_table[i].scope]++;
	alarm_rig_seconds(s, ALARM_RIG_GRACE + 1);
	s->carriers[0].up = false;
	alarm_rig_seconds(s, 11);
	stats_walk(s->stats, sum_gauges, n);
	assert_int_equal(n[0], per_scope[ALARM_GATEWAY] + 2 * per_scope[ALARM_CARRIER] + 2 * per_scope[ALARM_ACCOUNT] +
				       per_scope[ALARM_LISTENER]);
	assert_int_equal(n[1], 1);
	alarm_rig_free(s);
}

static void values_as_people_read_them(void **state)
{
	(void)state;
	char text[48];
	assert_string_equal(alarm_value_text(NAN, "s", text), "-");
	assert_string_equal(alarm_value_text(1, "", text), "yes");
	assert_string_equal(alarm_value_text(0, "", text), "no");
	assert_string_equal(alarm_value_text(93.44, "%", text), "93.4 %");
	assert_string_equal(alarm_value_text(12, "s", text), "12 s");
	assert_string_equal(alarm_value_text(123456.7, "ms", text), "123457 ms");
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(critical_ones_are_told_again_until_acknowledged),
	cmocka_unit_test(the_worst_come_first),
	cmocka_unit_test(a_list_in_steps_shows_what_is_left),
	cmocka_unit_test(a_moment_shows_its_worst),
	cmocka_unit_test(gauges_are_bounded_and_follow),
	cmocka_unit_test(values_as_people_read_them),
};
UNIT_MAIN(cases)
