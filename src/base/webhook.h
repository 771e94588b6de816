/*
 * webhook.h - tells servers of the staff's own, by HTTP: JSON in a POST, signed, tried again until a 2xx comes. Who
 * asks names a webhook by its number. Knows nothing of what is told.
 *
 * Headers of each POST: Content-Type: application/json; X-Smppgw-Id: the id that was given, the same in each try;
 * X-Smppgw-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>" with the secret> (not when secret is "").
 *
 * Tried again: no connection, late, status 408, 425, 429 and 500 to 599. Any other status, and an
 * answer over 64 KiB, is an end at once.
 */
#ifndef BASE_WEBHOOK_H
#define BASE_WEBHOOK_H

#include "base/conf.h"
#include "base/http_client.h"
#include "base/stats.h"

struct loop;

struct webhook_conf { /* section webhooks: ( {..} ) */
	struct conf_where where;
	char *name;
	char *url;
	char *secret;	     /* for the signature; "" : none */
	char *ca;	     /* PEM file, relative to the configuration's folder; "" : the system's authorities */
	int64_t deadline;    /* ms for one try */
	int64_t retries;     /* tries after the first */
	int64_t retry;	     /* ms before the second try; doubles with each, up to a minute */
	int64_t connections; /* at most, at a time */
	int64_t waiting;     /* requests without a connection, at most */
};
extern const struct conf_row webhook_rows[];

extern const struct stats_row webhook_stat_rows[]; /* of each webhook */
extern const size_t webhook_stat_rows_n;

struct webhooks;

/* Faults of the rows: names twice, URLs, files. */
bool webhooks_check(const struct webhook_conf *rows, size_t n, char **errors);

/*
 * A simulated loop does for scenes (which replace http_client.c). rows are copied. Never NULL: a row that cannot be
 * used (its file has gone since it was checked) is logged, and what is sent to it fails.
 */
struct webhooks *webhooks_new(struct loop *loop, const struct webhook_conf *rows, size_t n, struct stats *stats);
/* Open ones are not called back. Not from inside a callback. NULL does no harm. */
void webhooks_free(struct webhooks *w);
/* After a reload. A webhook keeps its number for the life of the process; what is on its way to one that changed or was
 * removed goes on as it was. */
void webhooks_use(struct webhooks *w, const struct webhook_conf *rows, size_t n);
/* The number of a webhook; -1: there is none of that name now. */
int webhooks_find(const struct webhooks *w, const char *name);
const char *webhooks_name(const struct webhooks *w, size_t index);

struct webhook_answer {	  /* borrowed for the call */
	bool ok;	  /* a 2xx */
	const char *why;  /* a sentence when not ok, else "" */
	int status;	  /* of the last answer, 0: none came */
	const char *type; /* its Content-Type */
	const char *body; /* of a 2xx: n octets and a NUL; else "" */
	size_t n;
};
typedef void (*webhook_fn)(void *arg, uint64_t token, const struct webhook_answer *answer);

/*
 * json (n octets) and id are copied. deadline_ms bounds all tries together; 0: only the webhook's own options do. fn is
 * called once, in a later turn or stage. Returns a handle, or 0: too many wait (fn is not called).
 */
__attribute__((warn_unused_result)) uint64_t webhook_send(struct webhooks *w, size_t index, const char *id,
							  const char *json, size_t n, int64_t deadline_ms,
							  webhook_fn fn, void *arg, uint64_t token);
/* fn is not called any more; a stale handle does no harm. */
void webhook_cancel(struct webhooks *w, uint64_t handle);

#endif
