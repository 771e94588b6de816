/*
 * store_batch.h - what the files of the store share (store.c, store_backlog.c, store_batch.c, store_lease.c,
 * store_load.c, store_menu.c, store_mo.c, store_sweep.c, store_durable.c). Nobody else includes it.
 */
#ifndef PATH_STORE_BATCH_H
#define PATH_STORE_BATCH_H

#include "path/store.h"

/* In the order in which a turn's batches leave: what says "it is there" before what says "it is over". */
enum batch_kind {
	BATCH_CREDIT_RESERVE, /* a script: name is the account, number its floor */
	BATCH_JOURNAL_PUT,
	BATCH_RECEIPT_PUT,
	BATCH_PARKED_PUT,
	BATCH_PART_PUT,
	BATCH_LAST_PUT, /* store_mo.c: nobody waits for it */
	BATCH_OPTOUT_CHECK,
	BATCH_CREDIT_SETTLE, /* a script: number is the day. Before what forgets a message: else a kill between the two
				would leave a reservation without one, which is given back at the next start */
	BATCH_BACKLOG_MOVE,  /* a script: name and value are the journal's field and its record */
	BATCH_JOURNAL_DEL,
	BATCH_RECEIPT_DEL,
	BATCH_PARKED_DEL,
	BATCH_PART_DEL,
	BATCH_BACKLOG_DEL,
	BATCH_KINDS
};

struct batches;
struct store_counters {
	uint64_t commands, records, failed;
	uint64_t up, pending, unwritten, lag_us; /* gauges */
	struct histogram write;			 /* a grouped command, from flush to reply */
};

/* Calls fn(arg, ...) of items; errors are counted in counters (borrowed). leaving(arg), or NULL: before a batch leaves
 * in the middle of a turn. */
struct batches *batches_new(struct loop *loop, struct redis *redis, const char *prefix, struct store_counters *counters,
			    void (*leaving)(void *arg), void *arg);
void batches_free(struct batches *b);

/* One record of a batch: the batch of (kind, name, number) that is open in this turn. */
struct batch_key {
	enum batch_kind kind;
	struct view name; /* carrier, account, scope; may be empty */
	uint64_t number;  /* bucket or slot */
	const char *more; /* of scripts: what stands in their second key, behind "journal:" or "reserved:"; copied */
};
/* field and value in octets; value.p NULL: the field alone. */
void batches_add(struct batches *b, const struct batch_key *key, struct view field, const struct view *value,
		 store_fn fn, uint64_t token);
void batches_check(struct batches *b, struct view scope, struct view number, store_check_fn fn, uint64_t token);
/* BATCH_CREDIT_RESERVE: member is true when the amount was granted. */
void batches_ask(struct batches *b, const struct batch_key *key, struct view field, struct view value,
		 store_check_fn fn, uint64_t token);
/* Sends all open batches (stage store); those that cannot be sent are told ok = false. */
void batches_flush(struct batches *b);

/*
 * Scripts, which Redis runs whole or not at all (store_backlog.c). Each deletes before it adds: a Redis that is full
 * takes that, because what is added has just been freed.
 */
extern const char store_move_script[];
extern const char store_reserve_script[], store_settle_script[]; /* store_credit.c */

/* Sends what stands in cmd, empties it, and tells its one writer. */
STORE_MUST int store_send(struct store *s, struct buf *cmd, store_fn fn, uint64_t token);
struct batches *store_batches(struct store *s);
/* What stands behind "journal:" in the key of an id's bucket. */
void store_journal_tail(const struct store *s, uint64_t id, char out[40]);
/* An argument: the key prefix, name and tail. */
void store_key(const struct store *s, struct buf *cmd, const char *name, struct view tail);
/* An argument: the key prefix and to:{<number>}:<name><tail>: what is known of one number. */
void store_number_key(const struct store *s, struct buf *cmd, struct view number, const char *name, struct view tail);

/* The lease of the journal. */
struct lease;
struct lease_ops {
	void (*on_held)(void *arg);
	void (*on_taken)(const char *owner, void *arg);
};
struct lease *lease_new(struct loop *loop, struct redis *redis, const char *prefix, unsigned node,
			const struct lease_ops *ops, void *arg);
void lease_free(struct lease *l);
void lease_up(struct lease *l); /* Redis is there: take it, then keep it */
void lease_down(struct lease *l);
void lease_release(struct lease *l);

/* Forgetting empty buckets of the journal. */
struct sweep;
struct sweep *sweep_new(struct store *store);
void sweep_free(struct sweep *w);
void sweep_add(struct sweep *w, uint64_t bucket); /* a bucket was registered, or found at start */
uint64_t store_bucket(int64_t wall_ms);
struct sweep *store_sweep(struct store *s);

/* Asks Redis whether it keeps what it answers; the log says when it does not. */
void durable_ask(struct store *s);

/* The slot of last messages that is written to now: true the first time, and when Redis has been away. */
bool store_last_slot(struct store *s, uint64_t slot);

#endif
