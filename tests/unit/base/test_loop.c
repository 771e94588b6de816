/* test_loop.c - stages, reap and wishes of the turn, in simulated time and with the real event base. */
#include <event2/event.h>
#include <time.h>
#include <unistd.h>
#include "unit.h"
#include "base/loop.h"

#define START INT64_C(1777599000000)

static struct loop *loop;
static char trace[200];
static unsigned calls;

static void note(void *arg)
{
	strcat(trace, arg);
}

static void test_stage_order(void **state)
{
	struct loop_hook log = {.fn = note, .arg = "L"}, write1 = {.fn = note, .arg = "w"};
	struct loop_hook write2 = {.fn = note, .arg = "W"}, pump = {.fn = note, .arg = "P"};
	struct loop_hook store = {.fn = note, .arg = "S"};
	struct loop_defer d = {0};

	(void)state;
	loop = loop_new_simulated(START);
	loop_hook(loop, LOOP_LOG, &log);
	loop_hook(loop, LOOP_WRITE, &write1);
	loop_hook(loop, LOOP_WRITE, &write2);
	loop_hook(loop, LOOP_PUMP, &pump);
	loop_hook(loop, LOOP_STORE, &store);
	trace[0] = '\0';
	loop_defer(loop, &d, note, "R");
	loop_defer(loop, &d, note, "R");
	loop_turn(loop);
	assert_string_equal(trace, "SPwWLR");
	loop_turn(loop);
	assert_string_equal(trace, "SPwWLRSPwWL");
	loop_unhook(loop, &write1);
	loop_unhook(loop, &write1);
	trace[0] = '\0';
	loop_turn(loop);
	assert_string_equal(trace, "SPWL");
	assert_int_equal(loop_turns(loop), 3);
	loop_free(loop);
}

static struct loop_hook hook_a, hook_b, hook_c;
static void unhook_b(void *arg)
{
	note(arg);
	loop_unhook(loop, &hook_b);
	loop_unhook(loop, &hook_a);
}

/* A hook may take out itself and the one after it. */
static void test_unhook_in_hook(void **state)
{
	(void)state;
	loop = loop_new_simulated(START);
	hook_a = (struct loop_hook){.fn = unhook_b, .arg = "a"};
	hook_b = (struct loop_hook){.fn = note, .arg = "b"};
	hook_c = (struct loop_hook){.fn = note, .arg = "c"};
	loop_hook(loop, LOOP_PUMP, &hook_a);
	loop_hook(loop, LOOP_PUMP, &hook_b);
	loop_hook(loop, LOOP_PUMP, &hook_c);
	trace[0] = '\0';
	loop_turn(loop);
	loop_turn(loop);
	assert_string_equal(trace, "acc");
	loop_free(loop);
}

static struct loop_defer first, second;
static void defer_second(void *arg)
{
	note(arg);
	loop_defer(loop, &second, note, "2");
}

static void test_reap(void **state)
{
	(void)state;
	loop = loop_new_simulated(START);
	memset(&first, 0, sizeof(first));
	memset(&second, 0, sizeof(second));
	trace[0] = '\0';
	loop_defer(loop, &first, defer_second, "1");
	loop_turn(loop);
	assert_string_equal(trace, "1");
	assert_true(second.queued);
	loop_turn(loop);
	assert_string_equal(trace, "12");
	loop_defer(loop, &first, defer_second, "1");
	loop_free(loop); /* what is deferred runs at the end as well */
	assert_string_equal(trace, "1212");
}

static int64_t fired_ms[8];
static unsigned fired;
static void on_timer(struct timer *t)
{
	(void)t;
	fired_ms[fired++ % 8] = loop_now_ms(loop);
}

static void wake_me(void *arg)
{
	(void)arg;
	if (calls++ < 5)
		loop_wake_in(loop, 1500);
}

static void test_simulated_time(void **state)
{
	struct timer a = {.fn = on_timer}, b = {.fn = on_timer}, c = {.fn = on_timer};

	(void)state;
	loop = loop_new_simulated(START);
	assert_null(loop_base(loop));
	assert_int_equal(loop_now_ms(loop), 1000);
	assert_int_equal(loop_wall_ms(loop), START);
	fired = 0;
	loop_timer(loop, &a, 30000);
	loop_timer(loop, &b, 5);
	loop_timer(loop, &c, 0);
	loop_advance(loop, 29999);
	assert_int_equal(fired, 2);
	assert_int_equal(fired_ms[0], 1000);
	assert_int_equal(fired_ms[1], 1005);
	assert_int_equal(loop_now_ms(loop), 30999);
	assert_int_equal(loop_wall_ms(loop), START + 29999);
	loop_timer_clear(loop, &b);
	loop_advance(loop, 1);
	assert_int_equal(fired, 3);
	assert_int_equal(fired_ms[2], 31000);
	loop_timer(loop, &a, INT64_C(3600000) * 24 * 90);
	loop_advance(loop, INT64_C(3600000) * 24 * 90);
	assert_int_equal(fired, 4);
	loop_free(loop);
}

static void test_simulated_wishes(void **state)
{
	struct loop_hook hook = {.fn = wake_me};

	(void)state;
	loop = loop_new_simulated(START);
	loop_hook(loop, LOOP_PUMP, &hook);
	calls = 0;
	loop_turn(loop);
	assert_int_equal(calls, 1);
	loop_advance(loop, 1);
	assert_int_equal(calls, 2); /* the turn at the end of 1 ms; the wish stands */
	loop_advance(loop, 100);
	assert_int_equal(loop_now_us(loop), 1101000);
	assert_in_range(calls, 6, 8);
	unsigned before = calls;
	loop_advance(loop, 1000);
	assert_int_equal(calls, before + 1);
	loop_free(loop);
}

static int64_t real_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void stop_loop(struct timer *t)
{
	on_timer(t);
	loop_stop(loop);
}

/* Timers come on time, never early, and idle waiting makes few turns. */
static void test_real_timers(void **state)
{
	struct timer a = {.fn = on_timer}, b = {.fn = stop_loop};

	(void)state;
	int64_t began = real_us(); /* before the loop takes its first look at the clock */
	loop = loop_new();
	fired = 0;
	loop_timer(loop, &a, 20);
	loop_timer(loop, &b, 60);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(fired, 2);
	assert_true(real_us() - began >= 60000);
	assert_true(fired_ms[0] <= fired_ms[1]);
	assert_true(loop_turns(loop) < 30);
	loop_free(loop);
}

static int pipe_fd[2];
static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	char c;

	(void)what;
	(void)arg;
	assert_int_equal(read(fd, &c, 1), 1);
	trace[0] = c;
	trace[1] = '\0';
	loop_wake_in(loop, 0);
}

static void count_turn(void *arg)
{
	(void)arg;
	calls++;
	if (trace[0] == 'x' && calls >= 3)
		loop_stop(loop);
	else if (calls == 1)
		assert_int_equal(write(pipe_fd[1], "x", 1), 1);
}

/* Events come before stages; a wish of an event callback brings a turn after this one without waiting. */
static void test_real_events(void **state)
{
	struct loop_hook hook = {.fn = count_turn};

	(void)state;
	assert_int_equal(pipe(pipe_fd), 0);
	loop = loop_new();
	struct event *ev = event_new(loop_base(loop), pipe_fd[0], EV_READ | EV_PERSIST, on_readable, NULL);
	event_add(ev, NULL);
	loop_hook(loop, LOOP_PUMP, &hook);
	calls = 0;
	trace[0] = '\0';
	loop_wake_in(loop, 0);
	alarm(20); /* without the wish the third turn would never come */
	assert_int_equal(loop_run(loop), 0);
	alarm(0);
	assert_int_equal(calls, 3);
	assert_string_equal(trace, "x");
	assert_true(loop_longest_us(loop) >= 0);
	event_free(ev);
	loop_free(loop);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
}

#define DUE_AT_ONCE 1000u
static struct timer due[DUE_AT_ONCE];
static void count(struct timer *t)
{
	(void)t;
	calls++;
}

/* However many timers are due at the same time, a turn fires a few hundred at most; the turns follow at once. */
static void test_many_due_at_once(void **state)
{
	(void)state;
	loop = loop_new_simulated(START);
	calls = 0;
	for (unsigned i = 0; i < DUE_AT_ONCE; i++) {
		due[i].fn = count;
		loop_timer(loop, &due[i], 0);
	}
	for (unsigned before = 0; calls < DUE_AT_ONCE; before = calls) {
		loop_turn(loop);
		assert_in_range(calls - before, 1, 300);
	}
	assert_int_equal(loop_turns(loop), 4);
	loop_free(loop);
}

/* -- much at once, with the real event base -- */

enum { SLOW = 6 };

static struct slow {
	struct event *event;
	int fd[2];
	uint64_t turn; /* in which it was called */
	unsigned at;
} slow[SLOW];

static void take_the_turn(void)
{
	while (!loop_is_long(loop))
		;
}

static void on_slow(evutil_socket_t fd, short what, void *arg)
{
	struct slow *s = arg;
	char c;

	(void)what;
	assert_int_equal(read(fd, &c, 1), 1);
	s->turn = loop_turns(loop);
	s->at = calls++;
	take_the_turn();
	loop_yield(loop);
	if (calls == SLOW)
		loop_stop(loop);
}

/* Events that have come together: each has a turn of its own when it takes all of it, and none is lost. */
static void test_events_wait_for_the_next_turn(void **state)
{
	(void)state;
	loop = loop_new();
	calls = 0;
	for (size_t i = 0; i < SLOW; i++) {
		assert_int_equal(pipe(slow[i].fd), 0);
		slow[i].event = event_new(loop_base(loop), slow[i].fd[0], EV_READ | EV_PERSIST, on_slow, &slow[i]);
		event_add(slow[i].event, NULL);
		assert_int_equal(write(slow[i].fd[1], "x", 1), 1);
	}
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(calls, SLOW);
	for (size_t i = 0; i < SLOW; i++) {
		for (size_t k = 0; k < i; k++)
			assert_true(slow[i].turn != slow[k].turn);
		event_free(slow[i].event);
		close(slow[i].fd[0]);
		close(slow[i].fd[1]);
	}
	loop_free(loop);
}

enum { MANY = 300 };

static struct loop_defer many[MANY], late_one;
static unsigned reaped;
static uint64_t reap_turns[MANY];

static void on_late(void *arg)
{
	(void)arg;
	assert_int_equal(reaped, MANY); /* behind all that waited before it */
	loop_stop(loop);
}

static void on_reap(void *arg)
{
	assert_ptr_equal(arg, &many[reaped]);
	reap_turns[reaped] = loop_turns(loop);
	if (reaped++ == 0) {
		loop_defer(loop, &late_one, on_late, NULL);
		take_the_turn();
	}
}

static void test_reap_leaves_some(void **state)
{
	(void)state;
	loop = loop_new();
	reaped = 0;
	for (size_t i = 0; i < MANY; i++)
		loop_defer(loop, &many[i], on_reap, &many[i]);
	loop_wake_in(loop, 0);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(reaped, MANY);
	assert_true(reap_turns[0] < reap_turns[MANY - 1]);
	loop_free(loop);
}

static void reap_and_take_the_turn(void *arg)
{
	(void)arg;
	reaped++;
	take_the_turn();
	loop_stop(loop);
}

/* Who has stopped the loop tears down what all of this belongs to. */
static void test_reap_leaves_none_when_stopped(void **state)
{
	(void)state;
	loop = loop_new();
	reaped = 0;
	for (size_t i = 0; i < MANY; i++)
		loop_defer(loop, &many[i], reap_and_take_the_turn, NULL);
	loop_wake_in(loop, 0);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(reaped, MANY);
	loop_free(loop);
}

static void test_run_needs_a_base(void **state)
{
	(void)state;
	loop = loop_new_simulated(START);
	assert_int_equal(loop_run(loop), -1);
	loop_free(loop);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_stage_order),
	cmocka_unit_test(test_unhook_in_hook),
	cmocka_unit_test(test_reap),
	cmocka_unit_test(test_simulated_time),
	cmocka_unit_test(test_simulated_wishes),
	cmocka_unit_test(test_real_timers),
	cmocka_unit_test(test_real_events),
	cmocka_unit_test(test_many_due_at_once),
	cmocka_unit_test(test_events_wait_for_the_next_turn),
	cmocka_unit_test(test_reap_leaves_some),
	cmocka_unit_test(test_reap_leaves_none_when_stopped),
	cmocka_unit_test(test_run_needs_a_base),
};
UNIT_MAIN(cases)
