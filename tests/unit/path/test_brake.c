/*
 * test_brake.c - when a brake trips: how many must have ended, in which time, whose, and that it trips once.
 */
#include <stdlib.h>

#include "path/brake.h"
#include "unit.h"

static struct {
	unsigned times;
	struct brake_place place;
	char why[160];
} trip;

static void on_trip(void *arg, const struct brake_place *place, const char *why)
{
	(void)arg;
	trip.times++;
	trip.place = *place;
	snprintf(trip.why, sizeof(trip.why), "%s", why);
}

static int by_letter(const void *arg, const char *name)
{
	(void)arg;
	return name[0] >= 'a' && name[0] <= 'e' && name[1] == '\0' ? name[0] - 'a' : -1;
}

static const struct brake_names names = {by_letter, by_letter, NULL};

static struct brake_conf row(const char *account, const char *carrier, double floor, double ceiling)
{
	return (struct brake_conf){.account = (char *)(uintptr_t)account,
				   .carrier = (char *)(uintptr_t)carrier,
				   .class_name = (char *)(uintptr_t) "promo",
				   .floor = floor,
				   .ceiling = ceiling,
				   .over = 600,
				   .min = 10};
}

static struct brakes *with(struct brake_conf conf)
{
	struct brakes *b = brakes_new(on_trip, NULL);
	trip.times = 0;
	brakes_set(b, &conf, 1, &names);
	return b;
}

static void end(struct brakes *b, size_t account, size_t carrier, int64_t at_s, unsigned delivered, unsigned failed)
{
	const struct brake_place of = {account, carrier, CLASS_PROMO};
	for (unsigned i = 0; i < delivered + failed; i++)
		brakes_ended(b, &of, at_s * 1000, i < delivered);
	brakes_tick(b, at_s * 1000);
}

static void floor_of_each_account(void **state)
{
	(void)state;
	struct brakes *b = with(row("*", "", 80, 100));
	end(b, 0, 2, 100, 8, 2);
	end(b, 1, 2, 100, 5, 4);
	assert_int_equal(trip.times, 0); /* 80 % is not under the floor; nine are too few */
	end(b, 1, 3, 101, 0, 1);
	assert_int_equal(trip.times, 1);
	assert_int_equal(trip.place.account, 1);
	assert_true(trip.place.carrier == BRAKE_ANY);
	assert_string_equal(trip.why, "5 of 10 delivered in 600 s, 50.0 % (floor 80 %)");
	end(b, 1, 3, 102, 0, 10);
	assert_int_equal(trip.times, 1);
	brakes_release(b, &trip.place);
	end(b, 1, 3, 103, 0, 9);
	assert_int_equal(trip.times, 1); /* what was before does not count */
	end(b, 1, 3, 104, 0, 1);
	assert_int_equal(trip.times, 2);
	brakes_free(b);
}

static void what_is_long_ago(void **state)
{
	(void)state;
	struct brakes *b = with(row("a", "", 80, 100));
	end(b, 0, 0, 1000, 0, 9);
	end(b, 0, 0, 1700, 9, 0);
	assert_int_equal(trip.times, 0);
	end(b, 0, 0, 1750, 1, 3);
	assert_int_equal(trip.times, 1); /* ten of thirteen */
	brakes_free(b);
}

static void other_classes_and_places(void **state)
{
	(void)state;
	const struct brake_place otp = {0, 1, CLASS_OTP};
	struct brakes *b = with(row("a", "b", 80, 100));
	for (unsigned i = 0; i < 50; i++)
		brakes_ended(b, &otp, 1000, false);
	end(b, 0, 2, 2, 0, 50);
	end(b, 2, 1, 2, 0, 50);
	end(b, 0, BRAKE_ANY, 2, 0, 50);
	assert_int_equal(trip.times, 0);
	end(b, 0, 1, 2, 0, 50);
	assert_int_equal(trip.times, 1);
	assert_int_equal(trip.place.account, 0);
	assert_int_equal(trip.place.carrier, 1);
	brakes_free(b);
}

static void each_carrier(void **state)
{
	(void)state;
	struct brakes *b = with(row("", "*", 50, 100));
	end(b, BRAKE_ANY, 3, 5, 4, 6);
	assert_int_equal(trip.times, 1);
	assert_int_equal(trip.place.carrier, 3);
	end(b, 4, 1, 5, 5, 5);
	assert_int_equal(trip.times, 1);
	brakes_free(b);
}

static void ceiling(void **state)
{
	(void)state;
	struct brakes *b = with(row("*", "", 0, 5));
	end(b, 1, 0, 5, 40, 60);
	brakes_out(b, 1, 5000);
	brakes_out(b, 1, 5000);
	brakes_out(b, 0, 5000);
	brakes_tick(b, 5000);
	assert_int_equal(trip.times, 0); /* 2 of 40 is the ceiling itself; of account 0 nothing was delivered */
	brakes_out(b, 1, 6000);
	brakes_tick(b, 6000);
	assert_int_equal(trip.times, 1);
	assert_string_equal(trip.why, "3 stop or complaint of 40 delivered in 600 s, 7.5 % (ceiling 5 %)");
	brakes_free(b);
}

static bool faulty(struct brake_conf conf)
{
	char *errors = NULL;
	conf.where = (struct conf_where){"g.conf", 7};
	brakes_check(&conf, 1, &names, &errors);
	bool found = errors != NULL;
	free(errors);
	return found;
}

static void faults(void **state)
{
	(void)state;
	struct brake_conf bad_class = row("a", "", 80, 100);
	bad_class.class_name = (char *)(uintptr_t) "广告";
	assert_false(faulty(row("a", "", 80, 100)));
	assert_false(faulty(row("*", "b", 80, 100)));
	assert_true(faulty(row("", "", 80, 100)));
	assert_true(faulty(row("*", "*", 80, 100)));
	assert_true(faulty(row("银行", "", 80, 100)));
	assert_true(faulty(row("", "移动", 80, 100)));
	assert_true(faulty(row("a", "", 0, 100)));
	assert_true(faulty(row("", "b", 80, 5)));
	assert_true(faulty(bad_class));
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(floor_of_each_account),
	cmocka_unit_test(what_is_long_ago),
	cmocka_unit_test(other_classes_and_places),
	cmocka_unit_test(each_carrier),
	cmocka_unit_test(ceiling),
	cmocka_unit_test(faults),
};
UNIT_MAIN(cases)
