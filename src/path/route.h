/*
 * route.h - which carriers a number may go by: a trie over digits, longest prefix wins; an ordered list of carriers per
 * route. Pure after it is built; knows no state of a carrier.
 */
#ifndef PATH_ROUTE_H
#define PATH_ROUTE_H

#include "base/conf.h"
#include "path/number.h"

struct operator_conf { /* section operators: ( { name; prefixes } ) */
	struct conf_where where;
	char *name;
	struct conf_list prefixes; /* with country code */
};
extern const struct conf_row operator_rows[];

struct route_conf { /* section routes: ( { prefix or operator; carriers } ) */
	struct conf_where where;
	char *prefix;		   /* digits with country code; "" with no operator: the default route */
	char *operator;		   /* "" or the name of an operator: stands for all its prefixes */
	struct conf_list carriers; /* in order of preference */
};
extern const struct conf_row route_rows[];

#define ROUTE_MAX_CARRIERS 8u

struct route {
	uint16_t carriers[ROUTE_MAX_CARRIERS]; /* numbers of carriers, in order */
	uint16_t n;
	uint16_t number; /* index of this route; routes with equal carriers share one */
};

struct routes;

/*
 * Builds from the configuration; carrier_number() gives a carrier's number by name or -1. NULL on faults: unknown
 * carrier or operator, an operator's name twice, prefix that is not digits, the same prefix twice at the same rank
 * (added to *errors with file:line). A prefix given by hand beats the same prefix that came with an operator.
 */
struct routes *routes_new(const struct route_conf *routes, size_t n, const struct operator_conf *operators, size_t m,
			  int (*carrier_number)(const char *name, void *arg), void *arg, char **errors);
void routes_free(struct routes *r);
/* The route of the longest prefix; NULL when none matches. */
const struct route *routes_find(const struct routes *r, const struct number *number);
/*
 * The route that has the carriers of route `number` but those whose bit is set in without (bit i: its i-th), in the
 * same order; -1 when none is left. May add a route: pointers to routes go bad then, numbers stay.
 */
int routes_without(struct routes *r, uint16_t number, uint8_t without);
size_t routes_count(const struct routes *r);
const struct route *routes_at(const struct routes *r, size_t i);

#endif
