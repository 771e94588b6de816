/*
 * test_resolver.c - names asked for in threads: answers come in a later turn, a question that is dropped is not
 * answered, many at once, and a resolver that is freed while its threads still ask.
 */
#include <stdlib.h>
#include "unit.h"
#include "base/resolver.h"

#define QUESTIONS 50

struct asked {
	struct loop *loop;
	unsigned answers, good;
	unsigned wanted; /* answers after which the loop is stopped */
	struct net_addr first;
	size_t n;
	char why[128];
	struct timer too_late;
};

static void on_answer(const struct net_addr *at, size_t n, const char *why, void *arg)
{
	struct asked *a = arg;

	a->answers++;
	a->n = n;
	if (n > 0) {
		a->good++;
		a->first = at[0];
		assert_null(why);
	} else {
		snprintf(a->why, sizeof(a->why), "%s", why);
	}
	if (a->answers == a->wanted)
		loop_stop(a->loop);
}

static void on_too_late(struct timer *t)
{
	struct asked *a = LIST_OF(t, struct asked, too_late);

	loop_stop(a->loop);
}

static void run(struct asked *a, unsigned wanted)
{
	a->wanted = wanted;
	a->too_late.fn = on_too_late;
	loop_timer(a->loop, &a->too_late, 60000);
	assert_int_equal(loop_run(a->loop), 0);
	loop_timer_clear(a->loop, &a->too_late);
	assert_int_equal(a->answers, wanted);
}

static void a_name_and_an_address(void **state)
{
	struct asked a = {.loop = loop_new()};
	struct resolver *r = resolver_new(a.loop);
	char text[64];

	(void)state;
	assert_non_null(resolver_ask(r, "127.0.0.9", 2775, on_answer, &a));
	assert_int_equal(a.answers, 0); /* never from inside the question */
	run(&a, 1);
	net_print(&a.first, text);
	assert_string_equal(text, "127.0.0.9:2775");
	assert_non_null(resolver_ask(r, "localhost", 2776, on_answer, &a));
	run(&a, 2);
	assert_int_equal(a.good, 2);
	net_print(&a.first, text);
	assert_non_null(strstr(text, ":2776"));
	resolver_free(r);
	loop_free(a.loop);
}

static void no_such_name(void **state)
{
	struct asked a = {.loop = loop_new()};
	struct resolver *r = resolver_new(a.loop);

	(void)state;
	assert_non_null(resolver_ask(r, "256.1.2.3.nowhere.invalid", 1, on_answer, &a));
	assert_non_null(resolver_ask(r, "[not-an-address]", 1, on_answer, &a));
	run(&a, 2);
	assert_int_equal(a.good, 0);
	assert_true(a.why[0] != '\0');
	resolver_free(r);
	loop_free(a.loop);
}

static void many_and_some_of_them_dropped(void **state)
{
	struct asked a = {.loop = loop_new()}, unwanted = {.loop = a.loop};
	struct resolver *r = resolver_new(a.loop);

	(void)state;
	/* more than threads: the last ones wait in line when they are dropped, the first ones are with a thread */
	for (int i = 0; i < QUESTIONS; i++) {
		assert_non_null(resolver_ask(r, "127.0.0.1", 1, on_answer, &a));
		resolver_drop(resolver_ask(r, "127.0.0.2", 1, on_answer, &unwanted));
	}
	run(&a, QUESTIONS);
	assert_int_equal(a.good, QUESTIONS);
	assert_int_equal(unwanted.answers, 0);
	resolver_free(r);
	loop_free(a.loop);
}

static void freed_while_threads_ask(void **state)
{
	struct asked a = {.loop = loop_new()};

	(void)state;
	for (int round = 0; round < 20; round++) {
		struct resolver *r = resolver_new(a.loop);
		for (int i = 0; i < QUESTIONS; i++)
			assert_non_null(resolver_ask(r, "localhost", 1, on_answer, &a));
		resolver_free(r);
	}
	assert_int_equal(a.answers, 0);
	loop_free(a.loop);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(a_name_and_an_address),
	cmocka_unit_test(no_such_name),
	cmocka_unit_test(many_and_some_of_them_dropped),
	cmocka_unit_test(freed_while_threads_ask),
};

UNIT_MAIN(cases)
