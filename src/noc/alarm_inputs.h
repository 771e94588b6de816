/*
 * alarm_inputs.h - what alarms are judged by: the gateway as it looks in one second. Plain numbers, so that a test can
 * write them down; alarm_inputs_take() reads them from the gateway. What is not known is NAN, or -1.
 */
#ifndef NOC_ALARM_INPUTS_H
#define NOC_ALARM_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alarm_window { /* messages in a window of time up to now */
	uint64_t accepted, refused, delivered, failed, optouts, complaints;
};

struct alarm_gateway {
	bool store_up;
	uint64_t store_refused;	     /* writes that Redis did not take in the last minute, though it is there */
	double store_lag_ms;	     /* the longest that a write waited in the last three seconds */
	double clock_jump_s;	     /* wall clock against monotonic since the second before, either way */
	double longest_turn_ms;	     /* since the second before */
	double held_percent;	     /* messages in memory, of max_held or max_bytes */
	double parked_percent;	     /* receipts without a message, of max_parked */
	double oldest_s;	     /* the message that has waited longest for a carrier */
	double records_disk_percent; /* used */
	double work_disk_percent;    /* used; of the disk of the working directory */
	double files_percent;	     /* open files, of the limit */
	uint64_t records_lost;	     /* in the last ten minutes */
	double records_waiting_mb;   /* that the disk has not taken */
	uint64_t log_lost;	     /* lines in the last ten minutes */
	uint64_t posts_lost;	     /* POSTs of alarms that no webhook took, in the last ten minutes */
	uint64_t queued;	     /* messages that wait for a carrier */
	uint64_t lockouts;	     /* addresses and accounts that failed binds have locked */
	double review_s;	     /* the text that has waited longest for a review */
	/* Messages that ended in the last ten minutes; of these without having been sent in time, without an answer. */
	uint64_t ended, expired, unknown;
	uint64_t dead_letters; /* receipts and replies given up in the last ten minutes */
};

struct alarm_carrier {
	const char *name;
	bool removed, stopped; /* by a reload; by the operator's hand */
	bool up, left;	       /* left: its health says that others are to do its work */
	bool window_small;     /* fixed, and less than its rate needs */
	bool calls;	       /* it calls with outbind: its binds come and go */
	uint64_t binds, bound; /* binds 0: it makes them itself, as many as it likes */
	uint64_t losses;       /* of binds in the last ten minutes */
	uint64_t queued, max_queued;
	double oldest_s; /* in lanes that it serves */
	uint64_t doubts;
	uint64_t answered_1m, throttled_1m;  /* answers, those that refuse its pace */
	uint64_t errors_1m;		     /* those that refuse for another reason */
	double answer_p99_ms, receipt_p99_s; /* last minute; last 15 minutes */
	struct alarm_window last15, day;
	double certificate_days; /* left, of our client certificate */
	double crl_hours;	 /* left, of the revocation list for its certificate */
	uint64_t brakes;	 /* that hold back texts for it, of whatever account */
};

struct alarm_account {
	const char *name;
	bool removed;
	uint64_t binds;			    /* up now */
	uint64_t waiting;		    /* receipts and replies for it, in memory and store */
	int64_t grown;			    /* ... more than ten minutes ago; less is below 0 */
	uint64_t backlog_max;		    /* 0: no limit */
	uint64_t requests_1m, throttled_1m; /* over its rate */
	struct alarm_window last15, day;
	uint64_t brakes;	    /* that hold back its texts, whatever the carrier */
	uint64_t campaigns_stopped; /* by themselves: their trial did badly */
	double credit;		    /* yuan that it may still use; NAN: it is not prepaid */
};

struct alarm_listener {
	const char *name;	 /* "address:port" */
	double certificate_days; /* left */
	double crl_hours;	 /* left, of the revocation list for apps' certificates */
};

struct alarm_inputs {
	int64_t now_ms;	 /* monotonic */
	int64_t wall_ms; /* UTC */
	bool running;	 /* past loading, not leaving */
	bool leaving;	 /* nothing is judged any more */
	struct alarm_gateway gateway;
	/* By number, which holds for life; listeners as the configuration has them. */
	struct alarm_carrier *carriers;
	struct alarm_account *accounts;
	struct alarm_listener *listeners;
	size_t carriers_n, accounts_n, listeners_n;
};

/* --- taking them --- */

struct snapshot;
struct flow;
struct loop;
struct history;
struct archive_view;

struct alarm_source { /* borrowed for the call */
	struct loop *loop;
	struct flow *flow;
	const struct history *history;
	const struct archive_view *records;	 /* NULL: there are none */
	int64_t max_held, max_bytes, max_parked; /* of messages; max_bytes 0: no bound */
	uint64_t posts_lost;			 /* since the start */
};
/* Remembers what was seen before, for what is counted in the last minutes. */
struct alarm_inputs_keeper;
struct alarm_inputs_keeper *alarm_inputs_new(void);
void alarm_inputs_free(struct alarm_inputs_keeper *k);
/* Once a second. What it returns is good until the next call, its texts until the turn ends. */
const struct alarm_inputs *alarm_inputs_take(struct alarm_inputs_keeper *k, const struct alarm_source *from);

#endif
