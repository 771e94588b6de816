/*
 * api.h - what the dashboard asks for, as JSON: how everything stands now, and the history of one object.
 * doc/operations.md names the keys: they are added, never renamed.
 */
#ifndef NOC_API_H
#define NOC_API_H

#include "noc/alarm.h"
#include "noc/history.h"
#include "noc/json.h"
#include "noc/query.h"
#include "noc/snapshot.h"

struct api_source { /* all borrowed for the call */
	const struct snapshot_source *gateway;
	const struct history *history;
	const struct alarms *alarms; /* NULL: nothing is judged */
};

void api_now(const struct api_source *from, struct buf *out);
/* asked: dim (all, carrier, operator, account, class, campaign, reason; all when it is left out) and name. Returns the
 * HTTP status: 400 with a JSON object that says why when there is no such dim. */
int api_history(const struct api_source *from, const struct query *asked, struct buf *out);

/* For both: a delivery ratio; null when nothing has ended. */
void api_ratio(struct json *j, const char *key, uint64_t delivered, uint64_t failed);

#endif
