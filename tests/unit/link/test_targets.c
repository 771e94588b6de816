/* test_targets.c - which address of a carrier is next: failures in a row, order, spread binds, and faults of the file.
 */
#include <stdlib.h>
#include "unit.h"
#include "link/targets.h"

static char *three[] = {(char *)"smsc1.example.cn:2775", (char *)"[2001:db8::7]:2776", (char *)"10.0.0.3:2777"};

static struct carrier_conf conf_of(size_t n)
{
	return (struct carrier_conf){
		.where = {"gw.conf", 7},
		.name = (char *)"mobile",
		.host = (char *)"",
		.port = 2775,
		.addresses = {three, n},
	};
}

static void check_at(const struct carrier_conf *conf, size_t place, const char *host, int64_t port)
{
	char got[256];

	assert_int_equal(targets_at(conf, place, got), port);
	assert_string_equal(got, host);
}

static void one_or_many(void **state)
{
	struct carrier_conf conf = conf_of(3);

	(void)state;
	assert_int_equal(targets_count(&conf), 3);
	check_at(&conf, 0, "smsc1.example.cn", 2775);
	check_at(&conf, 1, "[2001:db8::7]", 2776);
	check_at(&conf, 2, "10.0.0.3", 2777);
	conf.addresses.n = 0;
	conf.host = (char *)"smsc.example.cn";
	assert_int_equal(targets_count(&conf), 1);
	check_at(&conf, 0, "smsc.example.cn", 2775);
	/* a reload has made the list shorter while a bind was at a later place */
	check_at(&conf, 2, "smsc.example.cn", 2775);
}

static void after_failures(void **state)
{
	struct carrier_conf conf = conf_of(3);
	struct targets t = {{0}};

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t place = 0; place < 3; place++) {
			assert_int_equal(targets_pick(&t, &conf, 1), place);
			assert_int_equal(targets_pick(&t, &conf, 2), place); /* all binds go where it goes */
			targets_failed(&t, place);
			assert_int_equal(targets_left(&t, &conf), place < 2);
		}
	}
	targets_failed(&t, 0);
	targets_bound(&t, 1);
	assert_int_equal(targets_pick(&t, &conf, 1), 1);
	targets_again(&t);
	assert_int_equal(targets_pick(&t, &conf, 1), 0);
	assert_false(targets_left(&t, &conf));
	conf.addresses.n = 1;
	targets_failed(&t, 0);
	assert_int_equal(targets_pick(&t, &conf, 1), 0);
	assert_false(targets_left(&t, &conf));
}

static void spread_binds(void **state)
{
	struct carrier_conf conf = conf_of(3);
	struct targets t = {{0}};

	(void)state;
	conf.spread = true;
	for (unsigned number = 1; number <= 7; number++)
		assert_int_equal(targets_pick(&t, &conf, number), (number - 1) % 3);
	targets_failed(&t, 1);
	assert_int_equal(targets_pick(&t, &conf, 2), 2);
	assert_int_equal(targets_pick(&t, &conf, 1), 0);
	targets_failed(&t, 2);
	assert_int_equal(targets_pick(&t, &conf, 2), 0);
}

static void check_fault(const struct carrier_conf *conf, const char *want)
{
	char *errors = NULL;

	targets_check(conf, &errors);
	if (want == NULL) {
		assert_null(errors);
		return;
	}
	assert_non_null(errors);
	assert_non_null(strstr(errors, want));
	assert_non_null(strstr(errors, "gw.conf:7: carrier mobile: "));
	free(errors);
}

static void faults(void **state)
{
	char *wrong[] = {(char *)"smsc1.example.cn", (char *)"2001:db8::7:2775", (char *)"smsc:0"};
	struct carrier_conf conf = conf_of(3);

	(void)state;
	check_fault(&conf, NULL);
	conf.tls.enable = true;
	check_fault(&conf, "tls.name");
	conf.tls.name = (char *)"smsc.example.cn";
	check_fault(&conf, NULL);
	conf.mode = CARRIER_MODE_ACCEPT;
	check_fault(&conf, "mode is not connect");
	conf.mode = CARRIER_MODE_CONNECT;
	conf.addresses.n = 0;
	check_fault(&conf, "host is missing");
	for (size_t i = 0; i < 3; i++) {
		conf.addresses = (struct conf_list){&wrong[i], 1};
		check_fault(&conf, wrong[i]);
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(one_or_many),
	cmocka_unit_test(after_failures),
	cmocka_unit_test(spread_binds),
	cmocka_unit_test(faults),
};

UNIT_MAIN(cases)
