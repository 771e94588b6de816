/*
 * share.c - floors and ceilings of classes. Must not know messages, queues or carriers.
 *
 * While a class waits, each message that leaves earns it its floor's part of a message; when that makes a whole one, it
 * goes before what is more urgent. What a class gets by its urgency pays that back, so a floor costs the others
 * nothing while it is kept anyway. A class that does not wait earns nothing.
 */
#include "path/share.h"

#include <string.h>

#define DUE_MAX 4.0 /* messages: what a class that could not be sent (its ceiling) may have saved up */

void share_init(struct share *s)
{
	memset(s, 0, sizeof(*s));
}

void share_use(struct share *s, const struct class_rule rules[CLASSES], int64_t tps, int64_t now_us)
{
	for (int c = 0; c < CLASSES; c++) {
		if (s->tps == tps && s->percent[c] == rules[c].ceiling)
			continue;
		bool none = tps == 0 || rules[c].ceiling >= 100;
		int64_t rate = tps * rules[c].ceiling / 100;
		throttle_init(&s->ceiling[c], none ? 0 : rate > 0 ? rate : 1, 0, now_us);
		s->percent[c] = rules[c].ceiling;
	}
	s->tps = tps;
}

int share_choose(struct share *s, uint8_t waiting, int64_t now_us, int64_t *wait_us)
{
	int first = -1, owed = -1;
	*wait_us = INT64_MAX;
	for (unsigned left = waiting; left; left &= left - 1) {
		int c = __builtin_ctz(left);
		if (throttle_there(&s->ceiling[c], now_us, 1) == 0) {
			int64_t wait = throttle_wait(&s->ceiling[c], now_us, 1);
			*wait_us = wait < *wait_us ? wait : *wait_us;
			continue;
		}
		first = first < 0 ? c : first;
		if (s->due[c] >= 1 && owed < 0)
			owed = c;
	}
	return owed >= 0 ? owed : first;
}

void share_spend(struct share *s, const struct class_rule rules[CLASSES], uint8_t waiting, enum class_id class_id,
		 unsigned n)
{
	throttle_spend(&s->ceiling[class_id], n);
	for (unsigned left = waiting | s->saved; left; left &= left - 1) {
		int c = __builtin_ctz(left);
		if (!(waiting & 1u << c)) {
			s->due[c] = 0;
			continue;
		}
		s->due[c] += (double)rules[c].floor * n / 100;
		if (s->due[c] > DUE_MAX)
			s->due[c] = DUE_MAX;
	}
	s->saved = waiting;
	s->due[class_id] = s->due[class_id] > n ? s->due[class_id] - n : 0;
}
