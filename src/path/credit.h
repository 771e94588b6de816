/*
 * credit.h - what has been used: reservations of credit are settled exactly once, however often Redis goes away, and
 * the usage of accounts without credit is counted and written now and then. Knows no messages, nor when one is paid.
 */
#ifndef PATH_CREDIT_H
#define PATH_CREDIT_H

#include "base/stats.h"
#include "path/store.h"

struct credit;
struct credit *credit_new(struct loop *loop, struct stats *stats);
void credit_use(struct credit *c, struct store *store); /* once, before the first of the others */
void credit_free(struct credit *c);			/* after the store */

/* Days are China's: 20260501 for the time in UTC ms. */
unsigned credit_day(int64_t wall_ms);

/*
 * A reservation ends: used for a message that a carrier was given (segments, 0: as reserved), or given back. Owed until
 * Redis has done it; carrier borrowed for the call.
 */
void credit_settle(struct credit *c, uint64_t id, const char *carrier, unsigned segments);
void credit_refund(struct credit *c, uint64_t id);

struct credit_use {		 /* of an account without credit */
	size_t account, carrier; /* numbers */
	const char *account_name, *carrier_name;
	unsigned segments;
	int64_t amount; /* thousandths of a yuan */
};
/* Counts a message. In memory up to CREDIT_WRITE_MS: what a crash loses of it. */
void credit_count(struct credit *c, const struct credit_use *use);
#define CREDIT_WRITE_MS 5000

/* What is owed is due. It must be written, by credit_pay_one(), ahead of what forgets its messages. */
void credit_store_up(struct credit *c);
bool credit_pay_one(struct credit *c); /* writes one that is due; false: none is */
void credit_write(struct credit *c);   /* what has been counted, now */
/* Writes what has been counted; true when nothing is owed and nothing under way. */
bool credit_quiet(struct credit *c);

void credit_note_reserved(struct credit *c, bool granted); /* for the counters */

#endif
