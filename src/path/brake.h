/*
 * brake.h - brakes of accounts and carriers: how the texts of a class have ended over the last while, and when that is
 * so bad that they are to stop until the operator says otherwise. Told what happened and the time; knows no messages
 * and stops none.
 */
#ifndef PATH_BRAKE_H
#define PATH_BRAKE_H

#include "base/conf.h"
#include "base/stats.h"
#include "policy/class.h"

#define BRAKE_ANY ((size_t)-1)

struct brake_conf { /* section brakes */
	struct conf_where where;
	char *account, *carrier; /* one of them at least; "*": each by itself */
	char *class_name;
	double floor;	/* percent delivered of those that ended with or without a receipt; 0: off */
	double ceiling; /* percent of delivered that said stop or complained; 100: off; accounts only */
	int64_t over;	/* s */
	int64_t min;	/* messages, before anything is judged */
};
extern const struct conf_row brake_rows[];

struct brake_names { /* numbers by name; -1: there is none */
	int (*account)(const void *arg, const char *name);
	int (*carrier)(const void *arg, const char *name);
	const void *arg;
};
void brakes_check(const struct brake_conf *confs, size_t n, const struct brake_names *names, char **errors);

struct brake_place {		 /* what is braked */
	size_t account, carrier; /* numbers; BRAKE_ANY */
	enum class_id class_id;
};

struct brakes;
/* on_trip: it is to be braked, and why, for people. Once per place until brakes_release(). */
struct brakes *brakes_new(void (*on_trip)(void *arg, const struct brake_place *place, const char *why), void *arg);
void brakes_free(struct brakes *b);
/* Other rows; what was seen begins anew. */
void brakes_set(struct brakes *b, const struct brake_conf *confs, size_t n, const struct brake_names *names);
bool brakes_any(const struct brakes *b);

/* now_ms: a clock that does not go back. A text of account and class ended at carrier. */
void brakes_ended(struct brakes *b, const struct brake_place *of, int64_t now_ms, bool delivered);
void brakes_out(struct brakes *b, size_t account, int64_t now_ms); /* somebody said stop, or complained */
void brakes_tick(struct brakes *b, int64_t now_ms);		   /* once a second: judges */
/* The operator has released it: what was seen before does not count any more. */
void brakes_release(struct brakes *b, const struct brake_place *place);

#endif
