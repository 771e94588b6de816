/*
 * store.h - the journal and the memory shared by nodes, in Redis (design.md 8). Writes gather in the turn and leave as
 * few grouped commands in stage LOOP_STORE; each write's outcome is told once. Knows keys and records' places; knows no
 * message states: what a write means is its caller's.
 *
 * Keys, all behind the configured prefix:
 *   node:<node>               string with expiry: the lease of this journal
 *   journal:<node>            set of the buckets in use
 *   journal:<node>:<bucket>   hash id -> record; a bucket is the messages of ten seconds
 *   receipt                   set of the carriers that have entries
 *   receipt:<carrier>:<slot>  hash canonical carrier id -> our id, or id,part,parts,mark,why (struct store_leg); a
 *                             slot is one hour of submits; expires
 *   parked:<carrier>          hash canonical carrier id -> receipt PDU that came before its response
 *   idform                    hash carrier -> the learnt form of its ids
 *   part:<node>               hash reassembly key -> part of a long MO
 *   backlog:<account>         stream: id, rec
 *   deadletter:<account>      stream: id, rec, why, at (UTC ms); trimmed by age
 *   event                     stream: e, lines of JSON (event.h); trimmed by length
 *   done:<node>:<second>      string: ends of messages, 20 octets each (finished.h); expires
 *   optout:<scope>            set of numbers; optout:log stream: scope, number, what, channel, text
 *   menu:, value:, pending:   of menus: store_menu.h
 *   history:<node>:<hour>     minutes of the history: store_history.h
 *   credit                    hash account -> balance, thousandths of a yuan
 *   reserved:<node>           hash id -> account,amount,segments: taken from the balance, not settled yet
 *   usage:<yyyymmdd>          hash account/carrier/{messages,segments,amount}; expires
 */
#ifndef PATH_STORE_H
#define PATH_STORE_H

#include "base/conf.h"
#include "base/loop.h"
#include "base/redis.h"
#include "base/stats.h"
#include "smpp/view.h"

struct store_conf { /* section store */
	struct conf_where where;
	char *redis, *user, *password, *prefix;
	int64_t db, deadline, reconnect; /* ms */
	int64_t receipt_horizon;	 /* s: how long a carrier's id is remembered */
	int64_t deadletter_age;		 /* s: how long dead letters are kept */
};
extern const struct conf_row store_rows[];

struct store;
struct store_ops {
	void (*on_up)(void *arg);			/* Redis answers and the lease is ours */
	void (*on_down)(void *arg);			/* every write under way has been told ok = false before */
	void (*on_taken)(const char *owner, void *arg); /* another live process holds this node's lease: leave */
	/* Writes of this turn may leave before its stages, there are so many: what must be kept before them, now. May
	 * be NULL. */
	void (*on_leaving)(void *arg);
};

/* The outcome of a write: ok, or not known to be stored (link lost, error reply). token is the caller's. */
typedef void (*store_fn)(void *arg, uint64_t token, bool ok);

/* conf borrowed. arg goes to ops and to every store_fn. */
struct store *store_new(struct loop *loop, const struct store_conf *conf, unsigned node, const struct store_ops *ops,
			void *arg, struct stats *stats);
void store_free(struct store *s); /* gives the lease back when it can */
bool store_up(const struct store *s);
/* The same, and its connection is not being lost: those who wait may be told so over several turns (base/redis.h), and
 * it stays up until they are. Who asks before something new begins need not wait for that. */
bool store_takes(const struct store *s);
int64_t store_lag_us(const struct store *s); /* how long the oldest write waits */
size_t store_pending(const struct store *s);
uint64_t store_failed(const struct store *s); /* records whose write failed, or is not known to be done */

/* All writes: 0 and fn is called once later; -1 when the store is down (fn is not called). */
#define STORE_MUST __attribute__((warn_unused_result))
STORE_MUST int store_journal_put(struct store *s, uint64_t id, struct view rec, store_fn fn, uint64_t token);
STORE_MUST int store_journal_del(struct store *s, uint64_t id, store_fn fn, uint64_t token);
/* slot: store_slot() of the time of submit; give the same one to del. */
uint32_t store_slot(int64_t wall_ms);
int64_t store_slot_over_ms(uint32_t slot); /* UTC ms: no submit of a slot is later */
/* UTC ms at which the receipts of a slot are no longer awaited. */
int64_t store_slot_end_ms(const struct store *s, uint32_t slot);
struct store_leg {   /* what a carrier id stands for */
	uint64_t id; /* ours */
	uint8_t part,
		parts; /* from 1, of how many; 0: the whole message; parts 0: of a submit that has failed before */
	char mark;     /* LEG_OPEN; LEG_LATE; LEG_DOUBT; or the digit of the state (enum message_state) that this submit
			  ended with */
	struct view why; /* of a part: its owner's words about it, at most LEG_WHY_MAX octets, given back as they are */
};
#define LEG_WHY_MAX 200u
#define LEG_OPEN    '\0'
#define LEG_DOUBT   'd' /* sent, not answered: the id is made up */
#define LEG_LATE    'l' /* open, and its app has been told that its receipt is late */
STORE_MUST int store_receipt_put(struct store *s, const char *carrier, uint32_t slot, struct view cid,
				 const struct store_leg *leg, store_fn fn, uint64_t token);
STORE_MUST int store_receipt_del(struct store *s, const char *carrier, uint32_t slot, struct view cid);
STORE_MUST int store_parked_put(struct store *s, const char *carrier, struct view cid, struct view frame, store_fn fn,
				uint64_t token);
STORE_MUST int store_parked_del(struct store *s, const char *carrier, struct view cid);
STORE_MUST int store_part_put(struct store *s, struct view key, struct view frame, store_fn fn, uint64_t token);
STORE_MUST int store_part_del(struct store *s, struct view key);
/* The learnt form of a carrier's ids. */
STORE_MUST int store_form_put(struct store *s, const char *carrier, const char *form, store_fn fn, uint64_t token);
#define STORE_SCOPE_MAX 320u /* octets of an account, a slash, a signature, and a NUL */
/* Opt-outs: adds or removes a number and writes the history, in one transaction. */
STORE_MUST int store_optout(struct store *s, struct view scope, struct view number, bool out, struct view channel,
			    struct view text, store_fn fn, uint64_t token);

/*
 * Reads. fn of a check: member is true when the number stands in scope's or the global set; ok false: not known.
 * Checks of one turn and scope leave as one command.
 */
typedef void (*store_check_fn)(void *arg, uint64_t token, bool ok, bool member);
STORE_MUST int store_optout_check(struct store *s, struct view scope, struct view number, store_check_fn fn,
				  uint64_t token);
/* --- what waits for apps (store_backlog.c) --- */

/*
 * Appends to an account's backlog. journal_id != 0: moves the record there from the journal, both or neither; a move
 * that was made and not answered may be asked for again: it is not made twice, and ok. Moves of one turn are grouped.
 */
STORE_MUST int store_backlog_add(struct store *s, struct view account, uint64_t id, struct view rec,
				 uint64_t journal_id, store_fn fn, uint64_t token);
STORE_MUST int store_backlog_del(struct store *s, struct view account, struct view entry, store_fn fn, uint64_t token);
/* How many entries there are; -1: not known. */
typedef void (*store_count_fn)(void *arg, uint64_t token, int64_t count);
STORE_MUST int store_backlog_length(struct store *s, struct view account, store_count_fn fn, uint64_t token);
/*
 * Up to count entries of a backlog, or of the dead letters, after the entry `after` ("" = from the start; or a UTC time
 * in ms as digits), in order: entry() for each, then done() with how many there were (-1: failed). why: of a dead
 * letter. Views borrowed for the call.
 */
struct store_entry {
	struct view entry; /* its id in the stream: "<UTC ms>-<n>" */
	uint64_t id;
	struct view rec, why;
};
struct store_backlog_reader {
	void (*entry)(void *arg, uint64_t token, const struct store_entry *e);
	void (*done)(void *arg, uint64_t token, int count);
};
enum store_stream { STORE_BACKLOG, STORE_DEADLETTER };
STORE_MUST int store_backlog_read(struct store *s, enum store_stream stream, struct view account, struct view after,
				  unsigned count, const struct store_backlog_reader *reader, uint64_t token);
/*
 * Moves a record to the dead letters: out of the backlog (entry.n), out of the journal (journal), or from nowhere. A
 * move that has been made is not made again, and ok.
 */
struct store_dead {
	struct view account;
	struct view entry;
	bool journal;
	uint64_t id;
	struct view rec;
	const char *why;
};
STORE_MUST int store_bury(struct store *s, const struct store_dead *d, store_fn fn, uint64_t token);
/*
 * Moves up to count entries after `after` (as above) and up to `last` ("": the youngest there is) from one stream of an
 * account to the end of the other. why: of dead letters. fn is told how many were moved (-1: failed, perhaps moved),
 * the last one moved or met when there may be more of them (n 0: none), and what `last` was; views borrowed for the
 * call.
 */
struct store_shift {
	struct view account;
	enum store_stream from;
	struct view after, last;
	unsigned count;
	const char *why;
};
typedef void (*store_shift_fn)(void *arg, uint64_t token, int moved, struct view next, struct view last);
STORE_MUST int store_shift(struct store *s, const struct store_shift *what, store_shift_fn fn, uint64_t token);

/* --- credit (store_credit.c): amounts are thousandths of a yuan --- */

struct store_reservation {
	struct view account;
	int64_t floor; /* the balance may not go below it */
	uint64_t id;   /* of the message */
	int64_t amount;
	unsigned segments; /* 1.. */
};
/*
 * Takes the amount from the account's balance and notes it under the id, both or neither; fn's member: it was granted.
 * Reservations of one turn and account are granted in their order.
 */
STORE_MUST int store_reserve(struct store *s, const struct store_reservation *r, store_check_fn fn, uint64_t token);
/*
 * A reservation ends, once: a second time for the same id does nothing, and is ok. carrier NULL: all of it goes back.
 * Else it is used for the message, which counts in the usage of the day; segments that differ from the reserved ones
 * (0: they do not) change the amount.
 */
STORE_MUST int store_settle(struct store *s, uint64_t id, unsigned day, const char *carrier, unsigned segments,
			    store_fn fn, uint64_t token);

struct store_usage {
	const char *account, *carrier;
	int64_t messages, segments, amount;
};
/* Adds to a day's usage, all or nothing. day: 20260501. */
STORE_MUST int store_usage_add(struct store *s, unsigned day, const struct store_usage *rows, size_t n, store_fn fn,
			       uint64_t token);
struct store_usage_reader { /* views are good for the call; done: ok false: not known */
	void (*value)(void *arg, struct view name, int64_t value); /* name: account/carrier/what */
	void (*done)(void *arg, bool ok);
};
STORE_MUST int store_usage_read(struct store *s, unsigned day, const struct store_usage_reader *reader, void *arg);

enum store_credit_what { STORE_CREDIT_READ, STORE_CREDIT_ADD, STORE_CREDIT_SET };
typedef void (*store_credit_fn)(void *arg, bool ok, int64_t balance); /* as it is then */
STORE_MUST int store_credit(struct store *s, struct view account, enum store_credit_what what, int64_t amount,
			    store_credit_fn fn, void *arg);

/* Reads everything that this node left behind (store_load.c), in this order; calls are made over many turns. */
struct store_loader {
	void (*journal)(void *arg, uint64_t id, struct view rec);
	void (*receipt)(void *arg, struct view carrier, uint32_t slot, struct view cid, const struct store_leg *leg);
	void (*parked)(void *arg, struct view carrier, struct view cid, struct view frame);
	void (*part)(void *arg, struct view key, struct view frame);
	void (*form)(void *arg, struct view carrier, struct view form);
	void (*pending)(void *arg, uint64_t id, struct view rec); /* store_menu.h */
	void (*reserved)(void *arg, uint64_t id);		  /* a reservation that has not ended */
	void (*progress)(void *arg, uint64_t journal_records);	  /* about once a second */
	void (*done)(void *arg, bool ok); /* false: the store went away; load again from the start when it is up */
};
STORE_MUST int store_load(struct store *s, const struct store_loader *loader, void *arg);

/* Sends now what has gathered, ahead of a read that must see it. */
void store_flush(struct store *s);

/* For the other files store_*.c and finished.c only. */
struct redis *store_redis(struct store *s);
const struct store_conf *store_conf_of(const struct store *s);
unsigned store_node(const struct store *s);
struct loop *store_loop(const struct store *s);
void *store_arg(const struct store *s);

#endif
