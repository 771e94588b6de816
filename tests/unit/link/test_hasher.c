/*
 * test_hasher.c - crypt(3) in a thread: answers in their order, who does not want his any more, the end meanwhile. Fit
 * for valgrind --tool=helgrind.
 */
#include <crypt.h>
#include <stdlib.h>
#include "unit.h"
#include "link/hasher.h"

#define SETTING "$6$rounds=1000$abcdefgh$"

static char hash[128];
static struct loop *loop;
static char order[64];

static void told(bool right, void *arg)
{
	size_t n = strlen(order);

	snprintf(order + n, sizeof(order) - n, "%s%c ", (const char *)arg, right ? '+' : '-');
	if (strcmp(arg, "end") == 0)
		loop_stop(loop);
}

static void never(bool right, void *arg)
{
	(void)right;
	(void)arg;
	fail();
}

static void ask(struct hasher *h, const char *password, const char *name)
{
	char copy[16];

	/* what is asked about goes at once: the thread has copies */
	snprintf(copy, sizeof(copy), "%s", password);
	char *of = strdup(hash);
	hasher_ask(h, of, view_of(copy), told, (void *)(uintptr_t)name);
	memset(copy, 'x', sizeof(copy));
	memset(of, 'x', strlen(of));
	free(of);
}

static void answers_in_their_order(void **state)
{
	struct hasher *h = hasher_new(loop);

	(void)state;
	order[0] = '\0';
	ask(h, "geheim", "a");
	ask(h, "falsch", "b");
	ask(h, "", "c");
	hasher_ask(h, hash, (struct view){NULL, 0}, told, "d");
	hasher_ask(h, hash, (struct view){(const uint8_t *)"geheim\0", 7}, told, "e");
	hasher_ask(h, "$", view_of("geheim"), told, "f");
	ask(h, "geheim", "end");
	assert_string_equal(order, "");
	assert_int_equal(loop_run(loop), 0);
	assert_string_equal(order, "a+ b- c- d- e- f- end+ ");
	hasher_free(h);
}

static void who_does_not_want_to_know_is_not_told(void **state)
{
	struct hasher *h = hasher_new(loop);
	int one, other;

	(void)state;
	order[0] = '\0';
	hasher_ask(h, hash, view_of("geheim"), never, &one);
	hasher_ask(h, hash, view_of("geheim"), never, &one);
	hasher_ask(h, hash, view_of("geheim"), never, &other);
	ask(h, "geheim", "end");
	hasher_forget(h, &one);
	hasher_forget(h, &other);
	assert_int_equal(loop_run(loop), 0);
	assert_string_equal(order, "end+ ");
	hasher_free(h);
}

static void the_end_meanwhile(void **state)
{
	int one;

	(void)state;
	for (int i = 0; i < 20; i++) {
		struct hasher *h = hasher_new(loop);
		for (int k = 0; k < i; k++)
			hasher_ask(h, hash, view_of("geheim"), never, &one);
		hasher_free(h);
	}
	hasher_free(NULL);
}

static void a_simulated_loop(void **state)
{
	struct loop *real = loop;
	struct hasher *h;

	(void)state;
	loop = loop_new_simulated(INT64_C(1777599000000));
	h = hasher_new(loop);
	order[0] = '\0';
	ask(h, "geheim", "a");
	assert_string_equal(order, "");
	loop_turn(loop);
	assert_string_equal(order, "a+ ");
	hasher_hold(h, true);
	ask(h, "falsch", "b");
	loop_advance(loop, 1000);
	assert_string_equal(order, "a+ ");
	hasher_hold(h, false);
	loop_turn(loop);
	assert_string_equal(order, "a+ b- ");
	hasher_free(h);
	loop_free(loop);
	loop = real;
}

static int start(void **state)
{
	struct crypt_data data;

	(void)state;
	memset(&data, 0, sizeof(data));
	snprintf(hash, sizeof(hash), "%s", crypt_r("geheim", SETTING, &data));
	loop = loop_new();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	loop_free(loop);
	return 0;
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup_teardown(answers_in_their_order, start, stop),
	cmocka_unit_test_setup_teardown(who_does_not_want_to_know_is_not_told, start, stop),
	cmocka_unit_test_setup_teardown(the_end_meanwhile, start, stop),
	cmocka_unit_test_setup_teardown(a_simulated_loop, start, stop),
};

UNIT_MAIN(cases)
