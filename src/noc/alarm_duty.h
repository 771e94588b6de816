/*
 * alarm_duty.h - whoever has the watch: once a second it looks, has alarms judged, and tells log, archive and webhook.
 * Puts the rooms of alarms together (alarm.h, alarm_inputs.h, alarm_post.h).
 */
#ifndef NOC_ALARM_DUTY_H
#define NOC_ALARM_DUTY_H

#include "base/loop.h"
#include "base/stats.h"
#include "noc/alarm.h"

struct flow;
struct archive;
struct history;
struct webhooks;
struct messages_conf; /* path/flow.h */
struct flow_conf;

struct alarm_duty_conf { /* what the configuration says; borrowed until alarm_duty_use() */
	const struct alarm_conf *rows;
	size_t rows_n;
	const struct alarm_post_conf *post;
	const struct messages_conf *messages;
	const char *system_id;
	unsigned node;
};

/* Faults of both sections against the accounts, carriers and webhooks of flow; false with faults. */
bool alarm_duty_check(const struct alarm_duty_conf *conf, const struct flow_conf *flow, char **errors);

struct alarm_duty;
/* All borrowed for life; archive may be NULL, history too. It begins to look a second later. */
struct alarm_duty *alarm_duty_new(struct loop *loop, const struct alarm_duty_conf *conf, struct flow *flow,
				  struct archive *archive, const struct history *history, struct stats *stats);
void alarm_duty_use(struct alarm_duty *d, const struct alarm_duty_conf *conf); /* after a reload */
void alarm_duty_free(struct alarm_duty *d);				       /* NULL does no harm */
struct alarms *alarm_duty_alarms(const struct alarm_duty *d);

#endif
