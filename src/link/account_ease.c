/*
 * account_ease.c - an app for which more waits than its binds take at once: what it submits is answered at the pace at
 * which it takes that, so that messages come to an end before new ones begin. Must not know what waits, nor where.
 *
 * A gateway that is as fast as it can go would give each submit and each receipt the same share, so that what has piled
 * up never becomes less; beyond what may wait in memory it goes to the store and back, which is slower still. An answer
 * waits until as many deliver_sm have been answered as were out when the first answer was kept, and not longer than
 * EASE_MS: the app then submits once while it takes receipts twice. An app that takes longer than that for a deliver_sm
 * has its submits answered at once, as if nothing waited.
 */
#include "link/account_priv.h"

#define EASE_MS	     5
#define EASE_US	     (EASE_MS * 1000)
#define EASE_SLOW_US (4 * EASE_US) /* has not answered in time: some twenty prompt answers make it prompt again */
#define EASE_MEAN    16

static void ease_release(struct account *a)
{
	loop_timer_clear(a->as->loop, &a->ease.timer);
	a->ease.owed = 0;
	session_keeper_release(&a->ease.keeper);
}

static void ease_on_first(struct session_keeper *k)
{
	struct account *a = LIST_OF(k, struct account, ease.keeper);

	if (a->ease.out == 0) {
		ease_release(a);
		return;
	}
	a->stats.eased++;
	a->ease.owed = a->ease.out;
	loop_timer(a->as->loop, &a->ease.timer, EASE_MS);
}

static void ease_on_late(struct timer *t)
{
	struct account *a = LIST_OF(t, struct account, ease.timer);

	a->ease.mean_us = EASE_SLOW_US;
	a->sessions.keeper = NULL;
	ease_release(a);
}

void account_ease(struct account *a, bool more)
{
	a->sessions.keeper = more && a->ease.mean_us < EASE_US ? &a->ease.keeper : NULL;
	if (a->sessions.keeper == NULL)
		ease_release(a);
}

void account_ease_sent(struct account *a)
{
	a->ease.out++;
}

void account_ease_settled(struct account *a, enum session_outcome outcome, int64_t sent_us)
{
	if (outcome == SESSION_LATE)
		return;
	if (outcome == SESSION_ANSWERED)
		a->ease.mean_us += (loop_now_us(a->as->loop) - sent_us - a->ease.mean_us) / EASE_MEAN;
	a->ease.out--;
	if (a->ease.owed > 0 && --a->ease.owed == 0)
		ease_release(a);
}

void account_ease_init(struct account *a)
{
	list_init(&a->ease.keeper.sessions);
	a->ease.keeper.on_first = ease_on_first;
	a->ease.timer.fn = ease_on_late;
}
