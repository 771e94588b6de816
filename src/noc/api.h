/*
 * api.h - what the dashboard asks for, as JSON: how everything stands now, and the history of one object.
 * doc/operations.md names the keys: they are added, never renamed.
 */
#ifndef NOC_API_H
#define NOC_API_H

#include "noc/query.h"
#include "noc/snapshot.h"

/* from->history must be there. */
void api_now(const struct snapshot_source *from, struct buf *out);
/*
 * asked: dim (all, carrier, operator, account, class, campaign, reason; all when it is left out) and name. Returns the
 * HTTP status: 400 with a JSON object that says why when there is no such dim.
 */
int api_history(const struct snapshot_source *from, const struct query *asked, struct buf *out);

#endif
