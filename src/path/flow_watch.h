/*
 * flow_watch.h - numbers that somebody watches: every step of the messages from and to them is a line of the log
 * (event=watch), whatever else is logged; on wish their PDUs, too. Costs a look at a pointer while none is watched.
 */
#ifndef PATH_FLOW_WATCH_H
#define PATH_FLOW_WATCH_H

#include "path/flow.h"
#include "path/number.h"

#define FLOW_WATCHED_MAX 16u

struct flow_watched {
	struct number number;
	int64_t left_ms; /* until it ends by itself */
	bool pdus;
	uint64_t lines; /* logged so far */
	char who[64];
};
/* Watches a number, or goes on for that long from now. False: FLOW_WATCHED_MAX are watched. who: copied. */
__attribute__((warn_unused_result)) bool flow_watch_start(struct flow *f, const struct number *number, int64_t for_ms,
							  bool pdus, const char *who);
bool flow_watch_stop(struct flow *f, const struct number *number);			 /* false: it was not watched */
size_t flow_watch_list(const struct flow *f, struct flow_watched out[FLOW_WATCHED_MAX]); /* how many */

#endif
