/*
 * loop.h - the turn (design.md 4): events, timers, then the stages in their order, then reap. One process, one thread.
 * Knows libevent; knows no SMPP. A simulated loop has no event base: its time moves only by loop_advance().
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include "base/histogram.h"
#include "base/list.h"
#include "base/stats.h"
#include "base/wheel.h"

struct loop;
struct event_base;

enum loop_stage { LOOP_STORE, LOOP_PUMP, LOOP_WRITE, LOOP_LOG, LOOP_STAGES };

struct loop_hook { /* embedded by its owner; called once per turn in its stage, in order of registration */
	struct list link;
	void (*fn)(void *arg);
	void *arg;
};

struct loop *loop_new(void); /* never NULL: ends the process when epoll or timerfd is refused */
/* start_wall_ms: UTC ms since 1970 at which simulated time starts; monotonic time starts at 1 s. */
struct loop *loop_new_simulated(int64_t start_wall_ms);
/* Runs what is deferred; hooks and timers are forgotten. Events of others on the base must be gone. */
void loop_free(struct loop *l);
struct event_base *loop_base(const struct loop *l); /* NULL when simulated */
struct wheel *loop_wheel(const struct loop *l);

int64_t loop_now_us(const struct loop *l); /* monotonic, taken once per turn (after events came in) */
int64_t loop_now_ms(const struct loop *l);
int64_t loop_wall_ms(const struct loop *l); /* UTC ms since 1970, taken once per turn; steps when the clock is set */

void loop_hook(struct loop *l, enum loop_stage stage, struct loop_hook *hook);
void loop_unhook(struct loop *l, struct loop_hook *hook);

/* Sets a timer relative to this turn's time; never early, late by less than 1 ms and the length of a turn. */
void loop_timer(struct loop *l, struct timer *t, int64_t delay_ms);
void loop_timer_clear(struct loop *l, struct timer *t);

/*
 * Work is left over (a read budget was used up, a rate token comes in us): the next turn waits at most us microseconds;
 * 0 = does not wait. The wish is kept until its time has come, also over turns that come earlier for other reasons.
 * Each wish below the turn's own length costs a turn: ask for no more precision than the work needs (1 ms is plenty).
 */
void loop_wake_in(struct loop *l, int64_t us);

/* Something to free after this turn: fn(arg) runs in reap, once; what it defers itself runs in the next turn's reap. Of
 * very many some are left to the next turns' reap, too, in their order; none when the loop is stopped.
 * Embedded by its owner (zero it before first use). */
struct loop_defer {
	struct list link;
	void (*fn)(void *arg);
	void *arg;
	bool queued;
};
void loop_defer(struct loop *l, struct loop_defer *d, void (*fn)(void *arg), void *arg);

/*
 * This turn has taken 1.5 ms of CPU already: whoever can leave the rest of its work to the next one should, so that
 * others have theirs. Costs a look at the clock, and a system call for each 1.5 ms. When simulated never true, but
 * after loop_tire().
 */
bool loop_is_long(struct loop *l);
/*
 * At the end of an event's callback: when the turn is long, events whose callbacks have not been called yet wait for
 * the next turn, in their order.
 */
void loop_yield(struct loop *l);
/* Simulated only: each turn is long when it has been asked so many times; 0: none is. For tests of what is done in
 * steps. */
void loop_tire(struct loop *l, unsigned questions);

/* Turns until loop_stop() and ends that turn. 0, or -1 when the event base fails. */
__attribute__((warn_unused_result)) int loop_run(struct loop *l);
void loop_stop(struct loop *l);
/* Simulated only: one turn at the present time; and time passing in steps to each timer's due time and each wish of
 * loop_wake_in(), turning at each, and at the end. */
void loop_turn(struct loop *l);
void loop_advance(struct loop *l, int64_t ms);
/* Simulated only: somebody sets the clock (UTC ms since 1970); no time passes. */
void loop_set_wall(struct loop *l, int64_t wall_ms);

/* Turns so far and the longest in us since the last call of loop_longest_us(). */
uint64_t loop_turns(const struct loop *l);
int64_t loop_longest_us(struct loop *l);

/* What turns cost: CPU time of the loop's thread, so that who else runs on the machine does not count. loop_run() only.
 */
struct loop_stats {
	struct histogram turn;
	uint64_t longest_us; /* since the start */
	uint64_t timers;     /* that are set */
};
extern const struct stats_row loop_stat_rows[];
extern const size_t loop_stat_rows_n;
void loop_count_in(struct loop *l, struct stats *stats); /* the loop must outlive the registry, or be dropped from it */

#endif
