/*
 * test_tally.c - places of names, of campaigns that come and go, and what is counted there.
 */
#include "path/tally.h"

#include <stdio.h>

#include "unit.h"

static struct loop *loop;
static struct tally *tally;

static int begin(void **state)
{
	(void)state;
	loop = loop_new_simulated(1780000000000);
	tally = tally_new(loop);
	return 0;
}

static int end(void **state)
{
	(void)state;
	tally_free(tally);
	loop_free(loop);
	return 0;
}

struct seen {
	const char *wanted; /* name */
	unsigned n, found, place;
	uint32_t serial;
	uint64_t counts[TALLY_WHATS], times[TALLY_TIMES];
	bool timed;
};

static void see(void *arg, const char *name, unsigned place, uint32_t serial, const struct tally_counts *c)
{
	struct seen *s = arg;

	s->n++;
	if (!s->wanted || strcmp(name, s->wanted) != 0)
		return;
	s->found++;
	s->place = place;
	s->serial = serial;
	memcpy(s->counts, c->n, sizeof(s->counts));
	s->timed = c->times[0] != NULL;
	for (int i = 0; i < TALLY_TIMES; i++)
		s->times[i] = c->times[i] ? c->times[i]->count : 0;
}

static struct seen look(enum tally_dim d, const char *name)
{
	struct seen s = {.wanted = name};

	tally_each(tally, d, see, &s);
	return s;
}

static unsigned place(enum tally_dim d, const char *name)
{
	return tally_place(tally, d, view_of(name));
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(tally_dim_name(TALLY_ALL), "all");
	assert_string_equal(tally_dim_name(TALLY_REASON), "reason");
	assert_string_equal(tally_what_name(TALLY_ACCEPTED), "accepted");
	assert_string_equal(tally_what_name(TALLY_COMPLAINTS), "complaints");
	assert_string_equal(tally_time_name(TALLY_WAIT), "wait");
	assert_string_equal(tally_time_name(TALLY_RECEIPT), "receipt");
	for (int i = 0; i < TALLY_DIMS; i++)
		assert_non_null(tally_dim_name((enum tally_dim)i));
	for (int i = 0; i < TALLY_WHATS; i++)
		assert_non_null(tally_what_name((enum tally_what)i));
}

static void test_counts(void **state)
{
	(void)state;
	unsigned mobile = place(TALLY_CARRIER, "中国移动"), unicom = place(TALLY_CARRIER, "中国联通");

	assert_int_not_equal(mobile, unicom);
	assert_int_equal(place(TALLY_CARRIER, "中国移动"), mobile);
	assert_int_equal(look(TALLY_CARRIER, "中国移动").n, 0); /* nothing counted yet */
	tally_add(tally, TALLY_CARRIER, mobile, TALLY_SENT);
	tally_add(tally, TALLY_CARRIER, mobile, TALLY_SENT);
	tally_add(tally, TALLY_CARRIER, mobile, TALLY_DELIVERED);
	tally_time(tally, TALLY_CARRIER, mobile, TALLY_ANSWER, 3000);
	tally_time(tally, TALLY_CARRIER, unicom, TALLY_RECEIPT, 3000);
	struct seen s = look(TALLY_CARRIER, "中国移动");
	assert_int_equal(s.n, 2);
	assert_int_equal(s.place, mobile);
	assert_int_equal(s.counts[TALLY_SENT], 2);
	assert_int_equal(s.counts[TALLY_DELIVERED], 1);
	assert_int_equal(s.counts[TALLY_FAILED], 0);
	assert_int_equal(s.times[TALLY_ANSWER], 1);
	assert_int_equal(s.times[TALLY_RECEIPT], 0);
	assert_int_equal(look(TALLY_CARRIER, "中国联通").times[TALLY_RECEIPT], 1);
}

/* The same name in two dimensions is two objects; times are of all, carriers and classes only. */
static void test_dims(void **state)
{
	(void)state;
	for (int d = 0; d < TALLY_DIMS; d++) {
		unsigned p = place((enum tally_dim)d, "云通信");
		for (int i = 0; i <= d; i++)
			tally_add(tally, (enum tally_dim)d, p, TALLY_ACCEPTED);
		tally_time(tally, (enum tally_dim)d, p, TALLY_WAIT, 5);
	}
	for (int d = 0; d < TALLY_DIMS; d++) {
		struct seen s = look((enum tally_dim)d, "云通信");
		bool timed = d == TALLY_ALL || d == TALLY_CARRIER || d == TALLY_CLASS;
		assert_int_equal(s.n, 1);
		assert_int_equal(s.counts[TALLY_ACCEPTED], d + 1);
		assert_int_equal(s.timed, timed);
		assert_int_equal(s.times[TALLY_WAIT], timed);
	}
}

static void test_nowhere(void **state)
{
	(void)state;
	tally_add(tally, TALLY_ACCOUNT, TALLY_NOWHERE, TALLY_ACCEPTED);
	tally_add(tally, TALLY_ACCOUNT, 7, TALLY_ACCEPTED);
	tally_time(tally, TALLY_CARRIER, TALLY_NOWHERE, TALLY_WAIT, 1);
	assert_int_equal(look(TALLY_ACCOUNT, NULL).n, 0);
	assert_int_equal(look(TALLY_CARRIER, NULL).n, 0);
}

static void test_many_accounts(void **state)
{
	(void)state;
	char name[32];
	unsigned at[1000];

	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "客户%03d", i);
		at[i] = place(TALLY_ACCOUNT, name);
		tally_add(tally, TALLY_ACCOUNT, at[i], TALLY_ACCEPTED);
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "客户%03d", i);
		assert_int_equal(place(TALLY_ACCOUNT, name), at[i]);
	}
	assert_int_equal(look(TALLY_ACCOUNT, "客户777").n, 1000);
	assert_int_equal(look(TALLY_ACCOUNT, "客户777").counts[TALLY_ACCEPTED], 1);
}

static void test_reasons(void **state)
{
	(void)state;
	char name[32];

	for (int i = 0; i < (int)TALLY_REASONS + 6; i++) {
		snprintf(name, sizeof(name), "reason%d", i);
		tally_add(tally, TALLY_REASON, place(TALLY_REASON, name), TALLY_REFUSED);
	}
	struct seen s = look(TALLY_REASON, "other");
	assert_int_equal(s.n, TALLY_REASONS + 1);
	assert_int_equal(s.counts[TALLY_REFUSED], 6);
	assert_int_equal(look(TALLY_REASON, "reason0").counts[TALLY_REFUSED], 1); /* none has lost its place */
	assert_int_equal(look(TALLY_REASON, "reason64").found, 0);
}

static unsigned campaign(int i, unsigned times)
{
	char name[48];
	unsigned at;

	snprintf(name, sizeof(name), "商城:双十一%d", i);
	at = place(TALLY_CAMPAIGN, name);
	for (unsigned k = 0; k < times; k++)
		tally_add(tally, TALLY_CAMPAIGN, at, TALLY_SENT);
	return at;
}

/* Places of campaigns go to others when they are not busy, the oldest first, with another serial and from 0. */
static void test_campaigns(void **state)
{
	(void)state;
	unsigned first = 0, second = 0;

	for (int i = 0; i < (int)TALLY_CAMPAIGNS; i++) {
		unsigned at = campaign(i, 3);
		first = i == 0 ? at : first;
		second = i == 1 ? at : second;
		loop_advance(loop, 10);
	}
	uint32_t serial = look(TALLY_CAMPAIGN, "商城:双十一0").serial;
	unsigned other = campaign(1000, 5); /* all are busy */
	assert_int_equal(look(TALLY_CAMPAIGN, "other").counts[TALLY_SENT], 5);
	assert_int_equal(look(TALLY_CAMPAIGN, NULL).n, TALLY_CAMPAIGNS + 1);

	loop_advance(loop, 59000);
	tally_add(tally, TALLY_CAMPAIGN, second, TALLY_DELIVERED); /* busy again, by its place alone */
	assert_int_equal(campaign(1, 0), second);
	loop_advance(loop, 1001);
	assert_int_equal(campaign(1000, 1), first); /* has its own place now */
	struct seen s = look(TALLY_CAMPAIGN, "商城:双十一1000");
	assert_int_equal(s.counts[TALLY_SENT], 1);
	assert_int_not_equal(s.serial, serial);
	assert_int_equal(look(TALLY_CAMPAIGN, "商城:双十一0").found, 0);
	assert_int_not_equal(campaign(1001, 1), second);
	assert_int_equal(look(TALLY_CAMPAIGN, "商城:双十一1").counts[TALLY_DELIVERED], 1);
	assert_int_not_equal(campaign(0, 1), other); /* comes again: another place, from 0 */
	assert_int_equal(look(TALLY_CAMPAIGN, "商城:双十一0").counts[TALLY_SENT], 1);
	assert_int_equal(look(TALLY_CAMPAIGN, NULL).n, TALLY_CAMPAIGNS + 1);
}

/* "other" itself is never given away, and a campaign of that name is counted there. */
static void test_other_stays(void **state)
{
	(void)state;
	for (int i = 0; i < (int)TALLY_CAMPAIGNS + 1; i++)
		campaign(i, 1);
	unsigned other = place(TALLY_CAMPAIGN, "other");
	loop_advance(loop, 3600000);
	for (int i = 100; i < 100 + (int)TALLY_CAMPAIGNS; i++)
		assert_int_not_equal(campaign(i, 1), other);
	assert_int_equal(campaign(999, 1), other);
	assert_int_equal(look(TALLY_CAMPAIGN, "other").counts[TALLY_SENT], 2);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_names),
	cmocka_unit_test_setup_teardown(test_counts, begin, end),
	cmocka_unit_test_setup_teardown(test_dims, begin, end),
	cmocka_unit_test_setup_teardown(test_nowhere, begin, end),
	cmocka_unit_test_setup_teardown(test_many_accounts, begin, end),
	cmocka_unit_test_setup_teardown(test_reasons, begin, end),
	cmocka_unit_test_setup_teardown(test_campaigns, begin, end),
	cmocka_unit_test_setup_teardown(test_other_stays, begin, end),
};
UNIT_MAIN(cases)
