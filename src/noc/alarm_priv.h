/*
 * alarm_priv.h - what alarm.c (states), alarm_rows.c (table) and alarm_conf.c (options) share. Nobody else includes it.
 */
#ifndef NOC_ALARM_PRIV_H
#define NOC_ALARM_PRIV_H

#include "noc/alarm.h"

/* The names, scope by scope: their places in alarm_table[] and among an object's gauges. */
/* clang-format off */
#define ALARM_NAMES(X)                                                                                                 \
	/* the gateway */                                                                                              \
	X(redis_down) X(redis_refusing) X(redis_slow) X(clock_jump) X(loop_slow) X(store_full) X(receipts_parked) X(waiting_age)         \
	X(waiting_depth) X(disk_filling) X(work_disk_filling) X(files_open) X(records_lost) X(records_waiting)         \
	X(log_lost) X(posts_lost) X(lockouts) X(review_age) X(expired) X(unknown) X(dead_letters)                                                                                      \
	/* carriers */                                                                                                 \
	X(carrier_down) X(carrier_degraded) X(carrier_flapping) X(carrier_left) X(throttled) X(refusing) X(queue_age)  \
	X(queue_depth) X(queue_full) X(doubts) X(answer_latency) X(latency) X(delivery_ratio) X(delivery_falling)      \
	X(window_small) X(carrier_certificate) X(carrier_crl) X(carrier_braked)                                        \
	/* accounts */                                                                                                 \
	X(account_delivery_ratio) X(account_delivery_falling) X(complaints) X(optouts) X(refusals) X(over_rate)        \
	X(backlog_growing) X(backlog_full) X(account_unbound) X(account_braked) X(campaign_stopped) X(credit_low)                                       \
	/* listeners */                                                                                                \
	X(certificate_expiring) X(crl_expiring)
/* clang-format on */

#define ALARM_ID(name) ALARM_ID_##name,
enum alarm_id { ALARM_NAMES(ALARM_ID) ALARM_IDS };
#undef ALARM_ID

/* The table's setting for an object, and over it what the rows of the configuration say. */
void alarm_setting_of(const struct alarm_row *row, const char *object, const struct alarm_conf *confs, size_t n,
		      struct alarm_setting *out);

#endif
