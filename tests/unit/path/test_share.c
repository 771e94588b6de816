/*
 * test_share.c - floors and ceilings of classes: urgency first, each floor kept whatever the others want, a ceiling
 * never passed.
 */
#include "path/share.h"

#include "samples.h"
#include "unit.h"

static struct class_rule rules[CLASSES];

static void build(void)
{
	classes_build(NULL, 0, rules, NULL);
}

static unsigned bit(enum class_id c)
{
	return 1u << c;
}

static void test_urgency(void **state)
{
	(void)state;
	struct share s;
	int64_t wait;
	build();
	share_init(&s);
	assert_int_equal(share_choose(&s, 0, 0, &wait), -1);
	assert_true(wait == INT64_MAX);
	for (int c = 0; c < CLASSES; c++) {
		uint8_t waiting = (uint8_t)(0x3Fu & ~(bit((enum class_id)c) - 1));
		assert_int_equal(share_choose(&s, waiting, 0, &wait), c);
	}
}

/* n messages leave while the same classes wait; how many each got. */
static void run(struct share *s, uint8_t waiting, unsigned n, unsigned got[CLASSES])
{
	int64_t wait;
	memset(got, 0, CLASSES * sizeof(*got));
	for (unsigned i = 0; i < n; i++) {
		int c = share_choose(s, waiting, 0, &wait);
		assert_true(c >= 0);
		got[c]++;
		share_spend(s, rules, waiting, (enum class_id)c, 1);
	}
}

static void test_floors(void **state)
{
	(void)state;
	struct share s;
	unsigned got[CLASSES];
	build();
	share_init(&s);
	run(&s, 0x3F, 10000, got);
	assert_in_range(got[CLASS_NOTICE], 495, 505);
	assert_in_range(got[CLASS_REMIND], 495, 505);
	assert_in_range(got[CLASS_COLLECT], 295, 305);
	assert_in_range(got[CLASS_PROMO], 295, 305);
	assert_int_equal(got[CLASS_ALERT], 0); /* it has no floor, and codes come first */
	run(&s, (uint8_t)(bit(CLASS_NOTICE) | bit(CLASS_PROMO)), 1000, got);
	assert_in_range(got[CLASS_PROMO], 28, 34);
	run(&s, (uint8_t)bit(CLASS_PROMO), 1000, got);
	assert_int_equal(got[CLASS_PROMO], 1000);
}

/* Random rules and random work: over any 1000 messages a class that waited all the time had its floor. */
static void test_floors_model(void **state)
{
	(void)state;
	uint64_t seed = 7;
	for (int round = 0; round < 200; round++) {
		struct share s;
		unsigned got[CLASSES] = {0}, left = 90;
		uint8_t always = (uint8_t)(1 + sample_below(&seed, 63));
		int64_t wait;
		build();
		for (int c = 0; c < CLASSES; c++) {
			rules[c].floor = (uint8_t)sample_below(&seed, left / 2 + 1);
			left -= rules[c].floor;
		}
		share_init(&s);
		for (int i = 0; i < 1000; i++) {
			uint8_t waiting = (uint8_t)(always | sample_below(&seed, 64));
			int c = share_choose(&s, waiting, 0, &wait);
			unsigned n = sample_below(&seed, 10) ? 1 : 1 + sample_below(&seed, 3);
			got[c] += n;
			share_spend(&s, rules, waiting, (enum class_id)c, n);
		}
		unsigned sum = 0;
		for (int c = 0; c < CLASSES; c++)
			sum += got[c];
		for (int c = 0; c < CLASSES; c++) {
			if (always & bit((enum class_id)c))
				assert_true(got[c] + 8 >= sum * rules[c].floor / 100);
		}
	}
}

/* In no second more than the ceiling, and what is under it goes first come first served. */
static void test_ceiling(void **state)
{
	(void)state;
	struct share s;
	unsigned promo = 0, notice = 0;
	int64_t wait, now = 0;
	build();
	rules[CLASS_PROMO].ceiling = 40;
	share_init(&s);
	share_use(&s, rules, 100, now);
	for (; now < 10000000; now += 1000) {
		int c = share_choose(&s, (uint8_t)bit(CLASS_PROMO), now, &wait);
		if (c < 0) {
			assert_in_range(wait, 1, 25001);
			continue;
		}
		promo++;
		share_spend(&s, rules, (uint8_t)bit(CLASS_PROMO), CLASS_PROMO, 1);
	}
	assert_in_range(promo, 395, 402);
	for (int i = 0; i < 100; i++) {
		uint8_t waiting = (uint8_t)(bit(CLASS_NOTICE) | bit(CLASS_PROMO));
		int c = share_choose(&s, waiting, now, &wait);
		notice += c == CLASS_NOTICE;
		share_spend(&s, rules, waiting, (enum class_id)c, 1);
	}
	assert_in_range(notice, 98, 100);
	share_use(&s, rules, 0, now); /* no rate: no ceiling */
	unsigned got[CLASSES];
	run(&s, (uint8_t)bit(CLASS_PROMO), 1000, got);
	assert_int_equal(got[CLASS_PROMO], 1000);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_urgency),
	cmocka_unit_test(test_floors),
	cmocka_unit_test(test_floors_model),
	cmocka_unit_test(test_ceiling),
};

UNIT_MAIN(cases)
