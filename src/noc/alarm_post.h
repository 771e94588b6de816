/*
 * alarm_post.h - tells a webhook of alarms: what has changed within a second goes in one POST, one POST at a time, and
 * again until it is taken. Knows no alarm's state.
 *
 * The body: {"node":1,"system_id":"...","alarms":[{"what":"raised"|"cleared"|"repeated", ...}]} (doc/operations.md).
 */
#ifndef NOC_ALARM_POST_H
#define NOC_ALARM_POST_H

#include "base/loop.h"
#include "base/webhook.h"
#include "noc/alarm.h"
#include "noc/json.h"

#define ALARM_POST_WAITING 1000u /* changes that wait for the webhook; the oldest go first */

/* The members of an alarm, for POSTs and the dashboard: the object is opened and closed by the caller. */
void alarm_json(struct json *j, const struct alarm_view *v);

struct alarm_post;
/* webhooks: borrowed, NULL for none; node and system_id stand in each body (system_id is copied). */
struct alarm_post *alarm_post_new(struct loop *loop, struct webhooks *webhooks, unsigned node, const char *system_id,
				  struct stats *stats);
void alarm_post_free(struct alarm_post *p); /* NULL does no harm; what waits is not told */
/* To this webhook goes what follows, and what waits; "": nothing is told, what waits is dropped. */
void alarm_post_use(struct alarm_post *p, const char *webhook);
void alarm_post_add(struct alarm_post *p, enum alarm_change what, const struct alarm_view *v, int64_t wall_ms);
/* Once a second: a POST leaves when something waits, none is on its way, and no pause after a failure holds. */
void alarm_post_tick(struct alarm_post *p);

struct alarm_post_stats {
	uint64_t posted;  /* POSTs that were taken */
	uint64_t failed;  /* that were not, after all tries: they are made again */
	uint64_t lost;	  /* changes that were never told: too many waited */
	uint64_t waiting; /* changes, now */
};
const struct alarm_post_stats *alarm_post_stats(const struct alarm_post *p);
extern const struct stats_row alarm_post_stat_rows[]; /* of struct alarm_post_stats */
extern const size_t alarm_post_stat_rows_n;

#endif
