/*
 * test_campaign.c - what the rows of campaigns may say, how a campaign stands by what the store answers, its pace. Its
 * life (counting, gates, trials, restarts, several nodes) is in tests/scene/scenes/campaign_*.
 */
#include <stdlib.h>

#include "path/campaign.h"
#include "unit.h"

static bool known(const void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "bank") == 0;
}

static struct campaign_conf row(const char *name, const char *trial, double floor)
{
	return (struct campaign_conf){.where = {"g.conf", 3},
				      .account = (char *)(uintptr_t) "",
				      .name = (char *)(uintptr_t)name,
				      .trial = (char *)(uintptr_t)trial,
				      .floor = floor,
				      .ceiling = 100,
				      .ramp_to = 1000};
}

/* The faults of a row; the caller frees them. */
static char *check(struct campaign_conf conf)
{
	char *errors = NULL;
	campaigns_check(&conf, 1, known, NULL, &errors);
	return errors;
}

static void expect_fault(struct campaign_conf conf, const char *part)
{
	char *errors = check(conf);
	if (!errors || !strstr(errors, part) || !strstr(errors, "g.conf:3"))
		fail_msg("\"%s\", not \"%s\"", errors ? errors : "no fault", part);
	free(errors);
}

static void rows(void **state)
{
	(void)state;
	static const char *const good[] = {"", "1", "200", "1000000", "5%", "0.5%", "100%"};
	static const char *const bad[] = {"0", "-5", "2.5", "1e3", "0%", "101%", "5 %", "百分之五", "200x"};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_null(check(row("双十一*", good[i], 0)));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_fault(row("双十一*", bad[i], 0), "is neither a number nor percent");
	expect_fault(row("双*一", "200", 0), "only at the end");
	struct campaign_conf other = row("双十一", "", 0);
	other.account = (char *)(uintptr_t) "shop";
	expect_fault(other, "not in accounts");
	other = row("双十一", "", 0);
	other.ramp = 1000;
	expect_fault(other, "ramp_to");
}

/* All of so few delivered would not show it. */
static void floors_that_cannot_be_shown(void **state)
{
	(void)state;
	assert_null(check(row("双十一", "10", 72)));
	expect_fault(row("双十一", "10", 73), "at best 72.2 %");
	assert_null(check(row("双十一", "100", 96)));
	expect_fault(row("双十一", "100", 97), "at best 96.3 %");
	assert_null(check(row("双十一", "5%", 99)));
}

static struct campaign_control read_state(const char *word, const char *ramp)
{
	struct view state[STORE_CAMPAIGN_FIELDS] = {{NULL, 0}};
	struct campaign_control c;
	if (word)
		state[SC_STATE] = view_of(word);
	state[SC_RAMP] = view_of(ramp);
	state[SC_RAMP_DOUBLE] = view_of("60");
	state[SC_RAMP_TO] = view_of("100");
	state[SC_RAMP_SINCE] = view_of("1767578400000");
	state[SC_SINCE] = view_of("1767578400123");
	state[SC_SENT] = view_of("4000000000");
	state[SC_WHY] = view_of("试发：送达率不够");
	campaign_control_read(state, &c);
	return c;
}

static void states_and_gates(void **state)
{
	static const struct {
		const char *word, *ramp;
		enum campaign_state state;
		enum campaign_gate_mode gate;
	} known_states[] = {
		{NULL, "0", CAMPAIGN_UNKNOWN, CAMPAIGN_SHUT},
		{"running", "0", CAMPAIGN_RUNNING, CAMPAIGN_OPEN},
		{"running", "10", CAMPAIGN_RUNNING, CAMPAIGN_TICKETS},
		{"collecting", "10", CAMPAIGN_COLLECTING, CAMPAIGN_SHUT},
		{"trial", "0", CAMPAIGN_TRIAL, CAMPAIGN_TICKETS},
		{"waiting", "0", CAMPAIGN_WAITING, CAMPAIGN_SHUT},
		{"paused", "10", CAMPAIGN_PAUSED, CAMPAIGN_SHUT},
		{"cancelled", "0", CAMPAIGN_CANCELLED, CAMPAIGN_SHUT},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(known_states) / sizeof(known_states[0]); i++) {
		struct campaign_control c = read_state(known_states[i].word, known_states[i].ramp);
		assert_int_equal(c.state, known_states[i].state);
		assert_int_equal(c.gate, known_states[i].gate);
	}
	struct campaign_control c = read_state("paused", "0");
	assert_true(c.sent == 4000000000u && c.since_ms == 1767578400123 && c.ceiling == 100);
	assert_string_equal(c.why, "试发：送达率不够");
}

static void pace(void **state)
{
	(void)state;
	struct campaign_control c = read_state("running", "10");
	assert_true(campaign_pace(&c, 1767578400000) == 10);
	assert_true(campaign_pace(&c, 1767578400000 + 60000) == 20);
	assert_true(campaign_pace(&c, 1767578400000 + 180000) == 80);
	assert_true(campaign_pace(&c, 1767578400000 + 200000) == 0); /* over 100: it is over */
	assert_true(campaign_pace(&c, 1767578400000 + 86400000000) == 0);
	c = read_state("running", "0");
	assert_true(campaign_pace(&c, 1767578400000) == 0);
}

static void names_of_counters(void **state)
{
	(void)state;
	for (int i = 0; i < CAMPAIGN_COUNTERS; i++) {
		const char *name = campaign_counter_name((enum campaign_counter)i);
		assert_true(name && *name && !strchr(name, '/'));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(name, campaign_counter_name((enum campaign_counter)k));
	}
	assert_string_equal(campaign_counter_name((enum campaign_counter)(CAMPAIGN_FAULT + FAULT_PHONE)),
			    "failed.phone");
	assert_true(campaign_counter_hourly(CAMPAIGN_DELIVERED) && !campaign_counter_hourly(CAMPAIGN_COST));
	for (int i = 0; i < STORE_CAMPAIGN_FIELDS; i++)
		assert_non_null(store_campaign_field_name((enum store_campaign_field)i));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(rows), cmocka_unit_test(floors_that_cannot_be_shown), cmocka_unit_test(states_and_gates),
	cmocka_unit_test(pace), cmocka_unit_test(names_of_counters),
};
UNIT_MAIN(cases)
