/*
 * test_policy.c - every class with every snapshot; verdicts are counted.
 */
#include "policy/policy.h"

#include "base/stats.h"
#include "smpp/status.h"
#include "unit.h"

static uint64_t refused;

static void find_counter(const struct stats_sample *sample, void *arg)
{
	unsigned *seen = arg;
	if (strcmp(sample->row->name, "smppgw_policy_refused_total") != 0 ||
	    strcmp(sample->row->value, "opted_out") != 0)
		return;
	++*seen;
	refused = *(const uint64_t *)sample->at;
}

static uint64_t counted(struct stats *stats)
{
	unsigned seen = 0;
	stats_walk(stats, find_counter, &seen);
	assert_int_equal(seen, 1);
	return refused;
}

static void test_opted_out(void **state)
{
	(void)state;
	struct stats *stats = stats_new();
	policy_stats(stats);
	uint64_t before = counted(stats);
	for (int c = 0; c < CLASSES; c++) {
		for (int out = 0; out < 2; out++) {
			struct policy_message m = {(enum class_id)c};
			struct policy_snapshot s = {out};
			struct policy_verdict v = policy_judge(&m, &s);
			bool refuses = c == CLASS_PROMO && out;
			assert_int_equal(v.status, refuses ? SGW_OPTED_OUT : ESME_ROK);
			assert_string_equal(v.name, refuses ? "opted_out" : "");
			assert_true(strlen(v.plain) > 0);
			/* who is not asked about cannot be refused for it */
			if (refuses)
				assert_true(policy_needs_recipient(&m));
			assert_int_equal(policy_needs_recipient(&m), c == CLASS_PROMO);
		}
	}
	assert_int_equal(counted(stats) - before, 1);
	stats_free(stats);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_opted_out),
};

UNIT_MAIN(cases)
