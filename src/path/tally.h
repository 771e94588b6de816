/*
 * tally.h - what is counted of messages by carrier, operator, account, class and campaign, for people who watch: the
 * dashboard, its history, alarms. Counts only; whoever wants "in the last minute" takes the difference of two looks
 * (noc/history.h). Knows no message.
 */
#ifndef PATH_TALLY_H
#define PATH_TALLY_H

#include <limits.h>

#include "base/histogram.h"
#include "base/loop.h"
#include "smpp/view.h"

enum tally_dim {
	TALLY_ALL, /* one object, "" */
	TALLY_CARRIER,
	TALLY_OPERATOR, /* "?": of no configured operator */
	TALLY_ACCOUNT,
	TALLY_CLASS,
	TALLY_CAMPAIGN, /* "account:name"; TALLY_CAMPAIGNS that were busy in the last minute, further ones as "other" */
	TALLY_REASON,	/* of refusals: the policy's verdict, else the status's name; only `refused` counts */
	TALLY_DIMS
};
#define TALLY_CAMPAIGNS 64u
#define TALLY_REASONS	64u /* further ones count as "other" */

enum tally_what {
	TALLY_ACCEPTED, /* acknowledged, or made by us */
	TALLY_REFUSED,	/* submits */
	TALLY_SENT,	/* a carrier has taken it (all its parts) */
	TALLY_DELIVERED, /* ended so; TALLY_DELIVERED / (TALLY_DELIVERED + TALLY_FAILED) is the delivery ratio (到达率)
			  */
	TALLY_FAILED,	 /* ended in any other way */
	TALLY_REPLIES,	 /* texts of phones */
	TALLY_OPTOUTS,
	TALLY_COMPLAINTS,
	TALLY_WHATS
};
enum tally_time {
	TALLY_WAIT,    /* accepted to submitted */
	TALLY_ANSWER,  /* submitted to the carrier's answer */
	TALLY_RECEIPT, /* submitted to its final receipt */
	TALLY_TIMES
};
const char *tally_dim_name(enum tally_dim d); /* "all", "carrier", ... */
const char *tally_what_name(enum tally_what w);
const char *tally_time_name(enum tally_time t);

struct tally_counts {
	uint64_t n[TALLY_WHATS];
	const struct histogram *times[TALLY_TIMES]; /* us; NULL: not kept (only of all, carriers and classes) */
};

struct tally;
struct tally *tally_new(struct loop *loop);
void tally_free(struct tally *t);
#define TALLY_NOWHERE UINT_MAX /* a place: counts nothing */
/*
 * An object's place, for tally_add(); the same name has the same place for life. But a campaign that was not counted
 * for a minute may lose its place to another one: ask again for each message.
 */
unsigned tally_place(struct tally *t, enum tally_dim d, struct view name);
void tally_add(struct tally *t, enum tally_dim d, unsigned place, enum tally_what w);
void tally_time(struct tally *t, enum tally_dim d, unsigned place, enum tally_time what, int64_t us);

/* The counters of an object, for what is counted with every message. They never move; a campaign's are asked for by its
 * place each time. */
struct tally_object {
	uint64_t n[TALLY_WHATS];
	struct histogram *times; /* TALLY_TIMES of them; NULL: not kept */
};
struct tally_object *tally_at(struct tally *t, enum tally_dim d, unsigned place); /* never NULL */
static inline void tally_count(struct tally_object *o, enum tally_what w)
{
	o->n[w]++;
}
/* bucket: histogram_bucket(us), for one that counts in several */
static inline void tally_count_time(struct tally_object *o, enum tally_time what, unsigned bucket, int64_t us)
{
	if (o->times)
		histogram_count(&o->times[what], bucket, us);
}
/* Every object that has been counted; name is good for the call. serial: another one in the same place has another. */
void tally_each(const struct tally *t, enum tally_dim d,
		void (*fn)(void *arg, const char *name, unsigned place, uint32_t serial, const struct tally_counts *c),
		void *arg);

#endif
