/*
 * test_lanes.c - who takes from which lane: order and failover, shares by weight, the cheapest that delivers, carriers
 * that are being tried.
 */
#include "path/lanes.h"

#include <stdlib.h>

#include "samples.h"
#include "unit.h"

#define CARRIERS 4

static bool up[CARRIERS], ready[CARRIERS];
static int64_t price[CARRIERS];
static struct health_conf conf;
static struct health *h;
static struct routes *routes;
static struct lanes *l;

static bool is_up(void *arg, size_t c)
{
	(void)arg;
	return up[c];
}

static bool is_ready(void *arg, size_t c)
{
	(void)arg;
	return up[c] && ready[c];
}

static int64_t price_of(void *arg, size_t c)
{
	(void)arg;
	return price[c];
}

static void on_change(void *arg, size_t carrier, enum health_state now, enum health_cause why)
{
	(void)arg;
	(void)carrier;
	(void)now;
	(void)why;
}

static int number_of(const char *name, void *arg)
{
	(void)arg;
	return name[0] - 'a';
}

/* One lane, over all carriers; weights "70", "30", ... or none. */
static void build(int choose, int64_t floor, char *const *weights, size_t n)
{
	static const struct lanes_ops ops = {is_up, is_ready, price_of};
	static char *names[] = {"a", "b", "c", "d"};
	struct route_conf conf_of = {.prefix = "", .choose = choose, .floor = floor};
	struct routes_names by = {.carrier = number_of};
	char *errors = NULL;
	conf_of.carriers = (struct conf_list){names, n};
	conf_of.weights = (struct conf_list){(char **)weights, weights ? n : 0};
	routes = routes_new(&(struct routes_conf){.routes = &conf_of, .n = 1}, &by, &errors);
	assert_null(errors);
	l = lanes_new(routes, h, &ops, NULL);
	lanes_update(l, CARRIERS, 5);
}

static int setup(void **state)
{
	(void)state;
	conf = (struct health_conf){.window = 300,
				    .samples = 10,
				    .delivery_low = 30,
				    .delivery_high = 50,
				    .refused_high = 50,
				    .refused_low = 20,
				    .flaps = 5,
				    .away = 60,
				    .away_max = 600};
	h = health_new(&conf, on_change, NULL);
	health_grow(h, CARRIERS);
	for (int i = 0; i < CARRIERS; i++) {
		up[i] = ready[i] = true;
		price[i] = 40 - i * 10;
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	lanes_free(l);
	routes_free(routes);
	health_free(h);
	return 0;
}

static void update(void)
{
	lanes_update(l, CARRIERS, 5);
}

/* Who gets n messages that all wait. */
static void run(unsigned n, unsigned got[CARRIERS])
{
	memset(got, 0, CARRIERS * sizeof(*got));
	while (n) {
		unsigned before = n;
		for (size_t c = 0; c < CARRIERS && n; c++) {
			const uint16_t *lanes;
			if (!is_ready(NULL, c) || lanes_of(l, c, &lanes) == 0 || !lanes_turn(l, 0, c, n))
				continue;
			lanes_took(l, 0, c, 1);
			got[c]++;
			n--;
		}
		assert_true(n < before); /* always somebody's turn */
	}
}

static void make_ill(size_t c, int64_t now)
{
	for (int i = 0; i < 20; i++)
		health_submitted(h, c, now, true);
	assert_int_equal(health_state(h, c), HEALTH_AWAY);
	update();
}

static void test_order(void **state)
{
	(void)state;
	unsigned got[CARRIERS];
	build(ROUTE_ORDER, 0, NULL, 3);
	assert_int_equal(lanes_first(l, 0), 0);
	run(10, got);
	assert_int_equal(got[0], 10);
	up[0] = false;
	update();
	assert_int_equal(lanes_first(l, 0), 1);
	up[0] = true;
	make_ill(0, 1000);
	assert_int_equal(lanes_first(l, 0), 1);
	up[1] = up[2] = false;
	update();
	assert_int_equal(lanes_first(l, 0), 0); /* better than nobody */
	up[0] = false;
	update();
	assert_int_equal(lanes_first(l, 0), LANES_NOBODY);
	const uint16_t *lanes;
	assert_int_equal(lanes_of(l, 0, &lanes), 0);
}

/* One that is being tried gets its few of a hundred; the rest stays where it is. */
static void test_proving(void **state)
{
	(void)state;
	unsigned got[CARRIERS];
	build(ROUTE_ORDER, 0, NULL, 3);
	make_ill(0, 1000);
	health_tick(h, 62000);
	assert_int_equal(health_state(h, 0), HEALTH_PROVING);
	update();
	assert_int_equal(lanes_first(l, 0), 1);
	run(1000, got);
	assert_in_range(got[0], 45, 85);
	assert_int_equal(got[0] + got[1], 1000);
	for (int i = 0; i < 10; i++)
		health_submitted(h, 0, 63000, false);
	update();
	assert_int_equal(lanes_first(l, 0), 0);
	run(10, got);
	assert_int_equal(got[0], 10);
}

static void test_weights(void **state)
{
	(void)state;
	static char *const weights[] = {"70", "20", "10"};
	unsigned got[CARRIERS];
	build(ROUTE_WEIGHT, 0, weights, 3);
	assert_int_equal(lanes_first(l, 0), 0);
	run(10, got); /* few messages are shared as exactly as many */
	assert_in_range(got[0], 6, 8);
	assert_in_range(got[1], 1, 3);
	assert_int_equal(got[2], 1);
	run(10000, got);
	assert_in_range(got[0], 6800, 7200);
	assert_in_range(got[1], 1900, 2100);
	up[0] = false;
	update();
	run(3000, got);
	assert_in_range(got[1], 1900, 2100);
	assert_in_range(got[2], 900, 1100);
}

/* Who cannot take holds nobody up, and does not catch up when it can again. */
static void test_not_ready(void **state)
{
	(void)state;
	static char *const weights[] = {"50", "50"};
	unsigned got[CARRIERS];
	build(ROUTE_WEIGHT, 0, weights, 2);
	ready[0] = false;
	run(1000, got);
	assert_int_equal(got[1], 1000);
	ready[0] = true;
	run(1000, got);
	assert_in_range(got[0], 460, 540);
}

static void test_reserve(void **state)
{
	(void)state;
	static char *const weights[] = {"1", "0"};
	unsigned got[CARRIERS];
	build(ROUTE_WEIGHT, 0, weights, 2);
	run(100, got);
	assert_int_equal(got[0], 100);
	up[0] = false;
	update();
	run(100, got);
	assert_int_equal(got[1], 100);
}

/* d is the cheapest; one whose delivery is under the floor is left out while another is over it. */
static void test_price(void **state)
{
	(void)state;
	build(ROUTE_PRICE, 80, NULL, 4);
	assert_int_equal(lanes_first(l, 0), 3);
	for (int i = 0; i < 100; i++)
		health_ended(h, 3, 1000, i < 75);
	assert_int_equal(health_delivery(h, 3), 75);
	update();
	assert_int_equal(lanes_first(l, 0), 2);
	for (int i = 0; i < 100; i++) {
		health_ended(h, 2, 1000, i < 79);
		health_ended(h, 1, 1000, i < 81);
		health_ended(h, 0, 1000, i < 99);
	}
	update();
	assert_int_equal(lanes_first(l, 0), 1);
	up[0] = up[1] = false;
	update();
	assert_int_equal(lanes_first(l, 0), 3); /* none is over it: the cheapest */
	price[2] = 1;
	update();
	assert_int_equal(lanes_first(l, 0), 2);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup_teardown(test_order, setup, teardown),
	cmocka_unit_test_setup_teardown(test_proving, setup, teardown),
	cmocka_unit_test_setup_teardown(test_weights, setup, teardown),
	cmocka_unit_test_setup_teardown(test_not_ready, setup, teardown),
	cmocka_unit_test_setup_teardown(test_reserve, setup, teardown),
	cmocka_unit_test_setup_teardown(test_price, setup, teardown),
};

UNIT_MAIN(cases)
