/*
 * loop.c - the turn: events, timers, the stages in their order, reap. Knows libevent and the clock; knows neither SMPP
 * nor who hangs on its hooks. The only room that reads the clock for the others.
 *
 * Waiting uses one timerfd, set to the earliest wish only when that lies before what it is set to: libevent's own
 * timeouts would cost either milliseconds of precision or a system call per turn.
 */
#include "base/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "base/mem.h"

const struct stats_row loop_stat_rows[] = {
	{"smppgw_turn_seconds", "CPU time of a turn of the loop, all that it reads, does and writes.", STATS_HISTOGRAM,
	 offsetof(struct loop_stats, turn), NULL, NULL},
	{"smppgw_turn_longest_seconds", "CPU time of the longest turn since the start.", STATS_GAUGE,
	 offsetof(struct loop_stats, longest_us), NULL, NULL},
	{"smppgw_timers", "Timers that are set.", STATS_GAUGE, offsetof(struct loop_stats, timers), NULL, NULL},
};
const size_t loop_stat_rows_n = sizeof(loop_stat_rows) / sizeof(loop_stat_rows[0]);

#define LOOP_TIMER_BUDGET                                                                                              \
	300 /* timers fired in one turn: an end of a message takes a few us, with its events and records */
#define LOOP_LONG_US	  1500 /* of CPU */
#define LOOP_REAP_LEAST	  64   /* objects freed in a turn at least */
#define LOOP_SIM_START_US 1000000
#define LOOP_SIM_STUCK	  100000 /* turns without time passing after which a simulation is called stuck */

struct clock {
	bool stale;		/* read it again at the next question */
	int64_t now_us, now_ms; /* monotonic */
	int64_t wall_ms;
};

struct loop {
	struct event_base *base; /* NULL when simulated */
	struct event *alarm;	 /* readable timerfd */
	int alarm_fd;
	int64_t alarm_us; /* what the timerfd is set to, INT64_MAX: not set */
	struct clock *clock;
	struct wheel *wheel;
	struct list hooks[LOOP_STAGES];
	struct list *next_hook; /* while hooks are called: the one after */
	struct list deferred;
	int64_t wake_us; /* a turn is wanted at this time; INT64_MAX: none */
	int64_t sim_wall_offset_ms;
	unsigned sim_tires, sim_asked; /* loop_tire(); questions in this turn */
	int64_t longest_us;
	int64_t cpu_us;	       /* of this thread when this turn began */
	int64_t not_before_us; /* before this time no turn is long: so much CPU cannot have been used */
	struct loop_stats stats;
	uint64_t turns;
	bool stopped, failed;
};

static int64_t loop_read_clock(clockid_t id, int64_t per_second)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * per_second + ts.tv_nsec / (1000000000 / per_second);
}

static void clock_set(struct clock *c, int64_t now_us, int64_t wall_ms)
{
	*c = (struct clock){.now_us = now_us, .now_ms = now_us / 1000, .wall_ms = wall_ms};
}

/* Once a turn: kept out of those who ask, which are many. */
__attribute__((noinline)) static const struct clock *clock_refresh(struct clock *c)
{
	clock_set(c, loop_read_clock(CLOCK_MONOTONIC, 1000000), loop_read_clock(CLOCK_REALTIME, 1000));
	return c;
}

static inline const struct clock *loop_clock(const struct loop *l)
{
	return __builtin_expect(l->clock->stale, false) ? clock_refresh(l->clock) : l->clock;
}

int64_t loop_now_us(const struct loop *l)
{
	return loop_clock(l)->now_us;
}

int64_t loop_now_ms(const struct loop *l)
{
	return loop_clock(l)->now_ms;
}

int64_t loop_wall_ms(const struct loop *l)
{
	return loop_clock(l)->wall_ms;
}

static void loop_on_alarm(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;
	uint64_t expirations;

	(void)what;
	if (read(fd, &expirations, sizeof(expirations)) == (ssize_t)sizeof(expirations))
		l->alarm_us = INT64_MAX;
}

static struct loop *loop_make(int64_t now_us, int64_t wall_ms)
{
	struct loop *l = mem_zalloc(sizeof(*l));

	l->clock = mem_zalloc(sizeof(*l->clock));
	clock_set(l->clock, now_us, wall_ms);
	l->wheel = wheel_new(now_us / 1000);
	for (int i = 0; i < LOOP_STAGES; i++)
		list_init(&l->hooks[i]);
	list_init(&l->deferred);
	l->wake_us = l->alarm_us = INT64_MAX;
	l->alarm_fd = -1;
	return l;
}

struct loop *loop_new(void)
{
	struct loop *l = loop_make(loop_read_clock(CLOCK_MONOTONIC, 1000000), loop_read_clock(CLOCK_REALTIME, 1000));
	struct event_config *cfg = event_config_new();

	if (cfg != NULL) {
		event_config_set_flag(cfg, EVENT_BASE_FLAG_NOLOCK);
		l->base = event_base_new_with_config(cfg);
		event_config_free(cfg);
	}
	l->alarm_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (l->base != NULL && l->alarm_fd >= 0)
		l->alarm = event_new(l->base, l->alarm_fd, EV_READ | EV_PERSIST, loop_on_alarm, l);
	if (l->alarm == NULL || event_add(l->alarm, NULL) != 0) {
		fprintf(stderr, "smppgw: no event loop (epoll, timerfd); raise the limit of open files\n");
		abort();
	}
	return l;
}

struct loop *loop_new_simulated(int64_t start_wall_ms)
{
	struct loop *l = loop_make(LOOP_SIM_START_US, start_wall_ms);

	l->sim_wall_offset_ms = start_wall_ms - LOOP_SIM_START_US / 1000;
	return l;
}

/*
 * Runs what is deferred now, but for what would make the turn long; what that defers is left for the next time. Whoever
 * has stopped the loop finds all of it done.
 */
static void loop_reap(struct loop *l)
{
	struct list now;

	if (list_empty(&l->deferred))
		return;
	list_take_all(&now, &l->deferred);
	for (unsigned n = 0; !list_empty(&now) && (n < LOOP_REAP_LEAST || l->stopped || !loop_is_long(l)); n++) {
		struct loop_defer *d = LIST_OF(now.next, struct loop_defer, link);
		list_remove(&d->link);
		d->queued = false;
		d->fn(d->arg);
	}
	if (!list_empty(&now)) { /* those that wait go on before those that have come */
		struct list more;
		list_take_all(&more, &l->deferred);
		list_take_all(&l->deferred, &now);
		while (!list_empty(&more)) {
			struct list *node = more.next;
			list_remove(node);
			list_append(&l->deferred, node);
		}
	}
	/* who was told of an end may have queued commands or output behind their stages: a turn at once takes them */
	loop_wake_in(l, 0);
}

void loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	while (!list_empty(&l->deferred))
		loop_reap(l);
	for (int i = 0; i < LOOP_STAGES; i++) {
		LIST_EACH_SAFE(node, tmp, &l->hooks[i])
			list_remove(node);
	}
	wheel_free(l->wheel);
	if (l->alarm != NULL)
		event_free(l->alarm);
	if (l->base != NULL)
		event_base_free(l->base);
	if (l->alarm_fd >= 0)
		close(l->alarm_fd);
	mem_free(l->clock);
	mem_free(l);
}

struct event_base *loop_base(const struct loop *l)
{
	return l->base;
}

struct wheel *loop_wheel(const struct loop *l)
{
	return l->wheel;
}

void loop_hook(struct loop *l, enum loop_stage stage, struct loop_hook *hook)
{
	list_append(&l->hooks[stage], &hook->link);
}

void loop_unhook(struct loop *l, struct loop_hook *hook)
{
	if (hook->link.next == NULL)
		return; /* never hooked */
	if (l->next_hook == &hook->link)
		l->next_hook = hook->link.next;
	list_remove(&hook->link);
}

void loop_timer(struct loop *l, struct timer *t, int64_t delay_ms)
{
	/* rounded up, so that a delay is never cut short; no delay means the next look at the timers */
	int64_t due_us = loop_now_us(l) + (delay_ms > 0 ? delay_ms * 1000 + 999 : 0);

	wheel_set(l->wheel, t, due_us / 1000);
}

void loop_timer_clear(struct loop *l, struct timer *t)
{
	wheel_clear(l->wheel, t);
}

void loop_wake_in(struct loop *l, int64_t us)
{
	int64_t at = loop_now_us(l) + (us > 0 ? us : 0);

	if (at < l->wake_us)
		l->wake_us = at;
}

void loop_defer(struct loop *l, struct loop_defer *d, void (*fn)(void *arg), void *arg)
{
	if (d->queued)
		return;
	d->fn = fn;
	d->arg = arg;
	d->queued = true;
	list_append(&l->deferred, &d->link);
}

/* CPU passes no faster than time, and time costs no system call. */
bool loop_is_long(struct loop *l)
{
	int64_t now_us, left_us;

	if (l->base == NULL)
		return l->sim_tires > 0 && ++l->sim_asked > l->sim_tires;
	now_us = loop_read_clock(CLOCK_MONOTONIC, 1000000);
	if (now_us < l->not_before_us)
		return false;
	left_us = l->cpu_us + LOOP_LONG_US - loop_read_clock(CLOCK_THREAD_CPUTIME_ID, 1000000);
	l->not_before_us = now_us + left_us;
	return left_us <= 0;
}

void loop_tire(struct loop *l, unsigned questions)
{
	l->sim_tires = questions;
}

void loop_yield(struct loop *l)
{
	if (l->base != NULL && loop_is_long(l))
		event_base_loopbreak(l->base); /* those that are active stay so */
}

static bool loop_wants_more_timers(void *arg)
{
	return !loop_is_long(arg);
}

/* The earliest time at which a turn is wanted. */
static int64_t loop_wanted_us(const struct loop *l)
{
	int64_t timer_ms = wheel_next(l->wheel);
	int64_t timer_us = timer_ms > INT64_MAX / 1000 ? INT64_MAX : timer_ms * 1000;

	return timer_us < l->wake_us ? timer_us : l->wake_us;
}

/* Timers, stages and reap of one turn; its time has been taken. asked_us: the wake that was wanted before it began. */
static void loop_work(struct loop *l, int64_t asked_us)
{
	if (asked_us > loop_now_us(l) && asked_us < l->wake_us)
		l->wake_us = asked_us;
	l->sim_asked = 0;
	wheel_run_while(l->wheel, loop_now_ms(l), LOOP_TIMER_BUDGET, loop_wants_more_timers, l);
	for (int stage = 0; stage < LOOP_STAGES; stage++) {
		struct list *head = &l->hooks[stage];
		for (struct list *node = head->next; node != head; node = l->next_hook) {
			struct loop_hook *hook = LIST_OF(node, struct loop_hook, link);
			l->next_hook = node->next;
			hook->fn(hook->arg);
		}
	}
	l->next_hook = NULL;
	loop_reap(l);
	l->turns++;
}

/* Sets the timerfd when it would ring too late. */
static void loop_set_alarm(struct loop *l, int64_t at_us)
{
	struct itimerspec when = {0};

	if (at_us >= l->alarm_us)
		return;
	when.it_value.tv_sec = at_us / 1000000;
	when.it_value.tv_nsec = at_us % 1000000 * 1000;
	if (timerfd_settime(l->alarm_fd, TFD_TIMER_ABSTIME, &when, NULL) == 0)
		l->alarm_us = at_us;
	else
		l->failed = true;
}

/* CPU of this thread since the last turn was counted is this turn's: waiting costs none. ended_us: a moment ago. */
static void loop_count_turn(struct loop *l, int64_t ended_us)
{
	int64_t cpu_us = loop_read_clock(CLOCK_THREAD_CPUTIME_ID, 1000000);
	int64_t took = cpu_us - l->cpu_us;

	histogram_add(&l->stats.turn, took);
	if (took > (int64_t)l->stats.longest_us)
		l->stats.longest_us = (uint64_t)took;
	l->cpu_us = cpu_us;
	l->not_before_us = ended_us + LOOP_LONG_US;
}

int loop_run(struct loop *l)
{
	int64_t ended_us = loop_read_clock(CLOCK_MONOTONIC, 1000000);

	l->cpu_us = loop_read_clock(CLOCK_THREAD_CPUTIME_ID, 1000000);
	l->failed = l->base == NULL;
	while (!l->stopped && !l->failed) {
		int64_t wanted = loop_wanted_us(l);
		int flags = EVLOOP_ONCE;
		if (wanted <= ended_us)
			flags |= EVLOOP_NONBLOCK;
		else if (wanted != INT64_MAX)
			loop_set_alarm(l, wanted);

		int64_t asked = l->wake_us;
		l->wake_us = INT64_MAX;
		l->clock->stale = true;
		if (event_base_loop(l->base, flags) < 0)
			l->failed = true;
		int64_t began_us = loop_now_us(l);
		loop_work(l, asked);
		ended_us = loop_read_clock(CLOCK_MONOTONIC, 1000000);
		if (ended_us - began_us > l->longest_us)
			l->longest_us = ended_us - began_us;
		loop_count_turn(l, ended_us);
	}
	l->stopped = false;
	return l->failed ? -1 : 0;
}

void loop_stop(struct loop *l)
{
	l->stopped = true;
}

void loop_turn(struct loop *l)
{
	if (l->base != NULL) {
		fprintf(stderr, "smppgw: loop_turn() is for simulated loops\n");
		abort();
	}

	int64_t asked = l->wake_us;
	l->wake_us = INT64_MAX;
	loop_work(l, asked);
}

static void loop_set_sim_time(struct loop *l, int64_t now_us)
{
	clock_set(l->clock, now_us, now_us / 1000 + l->sim_wall_offset_ms);
}

void loop_set_wall(struct loop *l, int64_t wall_ms)
{
	l->sim_wall_offset_ms = wall_ms - loop_now_us(l) / 1000;
	loop_set_sim_time(l, loop_now_us(l));
}

void loop_advance(struct loop *l, int64_t ms)
{
	int64_t end_us = loop_now_us(l) + ms * 1000;
	unsigned stuck = 0;

	for (;;) {
		int64_t next = loop_wanted_us(l);
		if (next > end_us)
			break;
		if (next > loop_now_us(l)) {
			loop_set_sim_time(l, next);
			stuck = 0;
		} else if (++stuck > LOOP_SIM_STUCK) {
			fprintf(stderr, "smppgw: simulated time stands still: someone always has work left\n");
			abort();
		}
		loop_turn(l);
	}
	if (loop_now_us(l) < end_us) {
		loop_set_sim_time(l, end_us);
		loop_turn(l);
	}
}

uint64_t loop_turns(const struct loop *l)
{
	return l->turns;
}

int64_t loop_longest_us(struct loop *l)
{
	int64_t longest = l->longest_us;

	l->longest_us = 0;
	return longest;
}

static void loop_count_timers(void *stats)
{
	struct loop *l = LIST_OF(stats, struct loop, stats);

	l->stats.timers = wheel_count(l->wheel);
}

void loop_count_in(struct loop *l, struct stats *stats)
{
	stats_add(stats, loop_stat_rows, loop_stat_rows_n, &l->stats, NULL, NULL, loop_count_timers);
}
