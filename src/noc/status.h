/*
 * status.h - a snapshot as JSON and as plain tables. Pure: reads the snapshot only.
 */
#ifndef NOC_STATUS_H
#define NOC_STATUS_H

#include "base/buf.h"
#include "noc/snapshot.h"

struct json;
struct table;

/* One object; doc/operations.md names its keys. Times are RFC 3339 with zone. Ends with a newline. */
void status_json(const struct snapshot *s, struct buf *out);
/* Parts of it, each an object with one member: {"carriers":[...]}, {"accounts":[...]}, {"binds":[...],"binds_total":n}.
 */
void status_json_carriers(const struct snapshot *s, const char *name, struct buf *out);
void status_json_accounts(const struct snapshot *s, const char *name, struct buf *out);
void status_json_sessions(const struct snapshot *s, const char *name, struct buf *out); /* name: all are told */
/* A carrier, and the binds of the snapshot: both members. */
void status_json_carrier_binds(const struct snapshot *s, const char *name, struct buf *out);

/* Everything, for `watch curl` and `smppgwctl status`. */
void status_text(const struct snapshot *s, struct buf *out);
/* Its parts. name: NULL for all, or one row only. */
void status_carriers(const struct snapshot *s, const char *name, struct buf *out);
void status_accounts(const struct snapshot *s, const char *name, struct buf *out);
void status_sessions(const struct snapshot *s, struct buf *out);
/* The table of binds row by row, for who has very many. */
struct table *status_sessions_table(void);
void status_session(struct table *t, const struct snapshot_session *b);
void status_json_session(struct json *j, const struct snapshot_session *b);
void status_queue(const struct snapshot *s, struct buf *out);

/*
 * Why the gateway is not healthy, static text: it starts, loads, leaves, or has no store. NULL: it is. A carrier that
 * is down makes it no worse: another may be up, and a restart would not help.
 */
const char *status_unhealthy(const struct flow_status *s);

#define STATUS_STAMP 40
/* Local time with zone, "2025-06-01 08:00:00 +0800", or RFC 3339 with 'T' and "+08:00". "-" for 0. */
const char *status_time(int64_t wall_ms, bool rfc3339, char out[STATUS_STAMP]);
/* A length of time in the two units that matter: "350 ms", "12 s", "3 min 5 s", "2 h 7 min", "4 d 11 h". */
const char *status_span(int64_t ms, char out[STATUS_STAMP]);

#endif
