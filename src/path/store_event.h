/*
 * store_event.h - the Redis stream `event`: lines of a turn leave with the turn's other writes, before what forgets
 * messages and before apps are answered. An entry has one field, "e": one to EVENT_LINES lines (event.h) with a line
 * break between. Not one field for each line: many client libraries give fields as a map.
 *
 * While Redis is away or full, lines wait in memory, up to EVENT_WAIT_MAX octets; then the oldest go and are counted.
 * What was sent and not answered is sent again: a line may stand twice in the stream, and lines stand in the order in
 * which they were made, but for what was sent twice.
 */
#ifndef PATH_STORE_EVENT_H
#define PATH_STORE_EVENT_H

#include "path/store.h"

#define EVENT_LINES    64u	   /* of one entry at most */
#define EVENT_WAIT_MAX (32u << 20) /* octets */

struct event_log;
/* Make it before the store, so that its writes leave before the store's. */
struct event_log *event_log_new(struct loop *loop, struct stats *stats);
void event_log_use(struct event_log *x, struct store *store); /* borrowed */
void event_log_keep(struct event_log *x, int64_t lines);      /* that stay in the stream, roughly */
void event_log_free(struct event_log *x);		      /* after store_free(), and after the last line */
/* Where the next line goes: appended without a line break, then event_log_line(). */
struct buf *event_log_room(struct event_log *x);
void event_log_line(struct event_log *x);
void event_log_up(struct event_log *x);		 /* the store is up */
bool event_log_quiet(const struct event_log *x); /* nothing waits, nothing is on its way */

#endif
