/*
 * route.h - which carriers a message may go by: rules over number, operator, country, account, class, source address
 * and hours; ported numbers go by the operator that serves them. Knows no state of a carrier: what a rule gives is a
 * route (a lane), and who of its carriers may have the message now is not decided here.
 *
 * Which rule wins: the one with the longest prefix that the number begins with (a country is its calling code; a rule
 * without prefix, operator and country has the prefix ""). Of rules with the same prefix those given by hand stand
 * before those of the operator that has the prefix, else the order of the file decides: the first whose other
 * conditions all hold. When none holds, the next shorter prefix is looked at.
 * A number that is known to be ported goes first by the rules of its operator, in the order of the file, then as above
 * but for rules of other operators.
 */
#ifndef PATH_ROUTE_H
#define PATH_ROUTE_H

#include "base/conf.h"
#include "path/number.h"
#include "policy/class.h"

struct operator_conf { /* section operators: ( { name; prefixes } ) */
	struct conf_where where;
	char *name;
	struct conf_list prefixes; /* with country code */
};
extern const struct conf_row operator_rows[];

#define ROUTE_MAX_OPERATORS 64u /* names, also of those that a reload took away */

enum route_choice { ROUTE_ORDER, ROUTE_WEIGHT, ROUTE_PRICE }; /* route_conf.choose */

struct route_conf { /* section routes; a string may be NULL as well as "" */
	struct conf_where where;
	char *prefix;		   /* digits with country code; "" without operator and country: every number */
	char *operator;		   /* "" or the name of an operator */
	struct conf_list carriers; /* in order of preference */
	char *name;		   /* for people */
	char *account;		   /* "" or a system_id */
	struct conf_list class_names, source, country, hours; /* empty: any */
	struct conf_list weights;			      /* one per carrier, with choose = "weight" */
	int choose;					      /* enum route_choice */
	int64_t floor;	   /* percent: with choose = "price", least delivery ratio of a carrier */
	int64_t max_price; /* thousandths of a yuan per part; 0: no bound */
};
extern const struct conf_row route_rows[];

struct routing_conf { /* section routing */
	struct conf_where where;
	int64_t zone; /* min east of UTC, of hours */
};
extern const struct conf_row routing_rows[];

struct routes_conf { /* all that rules are made from; borrowed for the call only */
	const struct route_conf *routes;
	size_t n;
	const struct operator_conf *operators;
	size_t operators_n;
	const struct routing_conf *routing; /* NULL: defaults */
};

/* Names to numbers, which stay for the life of the process; borrowed for the call only. */
struct routes_names {
	int (*carrier)(const char *name, void *arg);	  /* -1: none */
	int (*account)(const char *system_id, void *arg); /* -1: none; NULL: no rule may name an account */
	int64_t (*price)(int carrier, void *arg);	  /* thousandths of a yuan per part; NULL: 0 for all */
	void *arg;
};

#define ROUTE_MAX_CARRIERS 8u
#define ROUTE_MAX_WEIGHT   1000

struct route {				       /* a lane: routes with equal content share one */
	uint16_t carriers[ROUTE_MAX_CARRIERS]; /* numbers of carriers, in order */
	uint16_t weights[ROUTE_MAX_CARRIERS];  /* 1 for all but with ROUTE_WEIGHT; 0: takes what no other can */
	uint16_t n;
	uint16_t number; /* index of this route */
	uint8_t choose;	 /* enum route_choice */
	uint8_t floor;	 /* percent */
};

#define ROUTE_NO_ACCOUNT  UINT16_MAX
#define ROUTE_NO_OPERATOR (-1)

struct route_query {
	const struct number *to;
	uint16_t account; /* its number, or ROUTE_NO_ACCOUNT */
	enum class_id class_id;
	struct view source;	/* as it came; a + in front does not count */
	int64_t now_ms;		/* UTC */
	int operator_;		/* routes_operator() that it is ported to, or ROUTE_NO_OPERATOR */
	uint64_t not_operators; /* bit i: known not to be at operator i */
};

struct routes;

/*
 * Builds. NULL on faults, added to *errors with file:line: names that are not there, what cannot be read, conditions
 * that exclude each other, an operator's name or prefix twice, a rule that is never reached because one of the same
 * prefix before it has no condition, a max_price that leaves no carrier.
 */
struct routes *routes_new(const struct routes_conf *conf, const struct routes_names *names, char **errors);
/*
 * New rules in place of the old ones, in three steps, so that building many does not hold up who decides meanwhile:
 * routes_copy() is a copy without rules, routes_build() builds them there (in any thread; it touches only the copy and
 * what it is given), routes_take() swaps them in: numbers of routes and operators stay, their tables only grow. Then
 * the copy holds the old rules, to be freed in any thread. One copy of r at a time: operators come from there.
 * routes_take(): 0, or -1 when there are more than 65,536 routes: then nothing has changed.
 */
struct routes *routes_copy(const struct routes *r);
__attribute__((warn_unused_result)) int routes_build(struct routes *copy, const struct routes_conf *conf,
						     const struct routes_names *names, char **errors);
__attribute__((warn_unused_result)) int routes_take(struct routes *r, struct routes *copy);
void routes_free(struct routes *r);

/* The route of the rule that wins; NULL when no rule holds. Good until a route is added. */
const struct route *routes_decide(const struct routes *r, const struct route_query *q);
/* And the operator that the number is at: where it is ported to, else routes_operator_of() it. */
const struct route *routes_decide_at(const struct routes *r, const struct route_query *q, int *at);

/*
 * A number that is known not to be at the operator of its prefix is at one of the others, nobody has said at which: the
 * first of them, in the order of the configuration, that a rule sends it to; q->operator_ is that one then. NULL: there
 * is nothing to guess, or no such rule.
 */
const struct route *routes_guess(const struct routes *r, struct route_query *q);

struct route_step {	  /* a rule that was looked at */
	const char *name; /* "" when it has none */
	const char *file;
	int line;
	const char *key; /* what it is for: "prefix 86138", "operator 移动", "country CN", "any number" */
	const struct route *route;
	bool holds;	 /* it wins */
	const char *why; /* it does not: static text */
};
/* As routes_decide(), telling each rule that is looked at, in order; false when none holds. */
bool routes_explain(const struct routes *r, const struct route_query *q,
		    void (*fn)(const struct route_step *step, void *arg), void *arg);
/* UTC ms of the next moment after now_ms at which hours of any rule begin or end; INT64_MAX: no rule has hours. */
int64_t routes_next_change_ms(const struct routes *r, int64_t now_ms);
int routes_zone(const struct routes *r); /* min east of UTC, of hours */

/* Operators: the number of a name, -1 when it is in no configuration so far; whose prefix a number has, or -1. */
int routes_operator(const struct routes *r, const char *name);
int routes_operator_of(const struct routes *r, const struct number *number);
const char *routes_operator_name(const struct routes *r, size_t i);
size_t routes_operators(const struct routes *r);
bool routes_operator_known(const struct routes *r, size_t i); /* it stands in the present configuration */

/*
 * The route that has the carriers of route `number` but those whose bit is set in without (bit i: its i-th), in the
 * same order; -1 when none is left. May add a route: pointers to routes go bad then, numbers stay.
 */
int routes_without(struct routes *r, uint16_t number, uint8_t without);
/*
 * For the parts of one text that come as messages of their own, where carriers share by weight: a route with the same
 * carriers of which one is first, the same for the same text (any number that its parts have in common), chosen by
 * weight; the others follow in their order. Other routes: number itself. May add a route.
 */
uint16_t routes_together(struct routes *r, uint16_t number, uint64_t text);
size_t routes_count(const struct routes *r);
const struct route *routes_at(const struct routes *r, size_t i);
size_t routes_octets(const struct routes *r); /* of memory */

/* By the number alone: any account, class "notice", no source, at 00:00 UTC. */
const struct route *routes_find(const struct routes *r, const struct number *number);

#endif
