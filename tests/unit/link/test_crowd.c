/* test_crowd.c - connections per address: bounds, IPv6 by /64, IPv4 in IPv6, and groups that end with their members. */
#include "unit.h"
#include "link/crowd.h"

static struct crowd_group *enter(struct crowd *c, const char *host, size_t max)
{
	struct net_addr a;

	assert_true(net_literal(host, 4711, &a));
	return crowd_enter(c, &a, max);
}

static void a_bound_per_address(void **state)
{
	struct crowd *c = crowd_new();
	struct crowd_group *one = enter(c, "10.0.0.1", 2), *other = enter(c, "10.0.0.2", 2);

	(void)state;
	assert_non_null(one);
	assert_non_null(other);
	assert_ptr_not_equal(one, other);
	assert_ptr_equal(enter(c, "10.0.0.1", 2), one);
	assert_int_equal(crowd_size(one), 2);
	assert_null(enter(c, "10.0.0.1", 2));
	/* the same in IPv6 clothes */
	assert_null(enter(c, "::ffff:10.0.0.1", 2));
	crowd_leave(c, one);
	assert_ptr_equal(enter(c, "::ffff:10.0.0.1", 2), one);
	crowd_leave(c, one);
	crowd_leave(c, one);
	/* nobody left: a new group */
	one = enter(c, "10.0.0.1", 1);
	assert_int_equal(crowd_size(one), 1);
	crowd_leave(c, one);
	crowd_leave(c, other);
	crowd_leave(c, NULL);
	crowd_free(c);
}

static void an_ipv6_host_has_a_network(void **state)
{
	struct crowd *c = crowd_new();
	struct crowd_group *one = enter(c, "2001:db8:0:1::1", 2);

	(void)state;
	assert_ptr_equal(enter(c, "2001:db8:0:1:ffff::2", 2), one);
	assert_null(enter(c, "2001:db8:0:1::3", 2));
	struct crowd_group *other = enter(c, "2001:db8:0:2::1", 2);
	assert_non_null(other);
	crowd_leave(c, one);
	crowd_leave(c, one);
	crowd_leave(c, other);
	crowd_free(c);
}

static void no_bound(void **state)
{
	struct crowd *c = crowd_new();
	struct net_addr unix_peer = {.ss.ss_family = AF_UNIX, .len = 2};
	struct crowd_group *one = NULL, *local = NULL;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		one = enter(c, "10.0.0.1", 0);
		local = crowd_enter(c, &unix_peer, 1);
		assert_non_null(local);
	}
	assert_int_equal(crowd_size(one), 1000);
	for (int i = 0; i < 1000; i++) {
		crowd_leave(c, one);
		crowd_leave(c, local);
	}
	crowd_free(c);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(a_bound_per_address),
	cmocka_unit_test(an_ipv6_host_has_a_network),
	cmocka_unit_test(no_bound),
};

UNIT_MAIN(cases)
