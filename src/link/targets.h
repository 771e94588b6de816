/*
 * targets.h - the addresses of a carrier and which of them the next bind goes to. Pure.
 *
 * The rule: the address with the fewest failures in a row, and of those the first in the bind's order. A bind that
 * comes up ends its address's row of failures, one that is lost within 10 s begins it; one that was up for longer and
 * is lost ends all rows, so that it begins again with the first address. The order is that of the configuration; with
 * `spread` bind 2 begins at the second address, and so on. Nothing moves a bind that is up.
 */
#ifndef LINK_TARGETS_H
#define LINK_TARGETS_H

#include "link/carrier.h"

#define TARGETS_MAX 16 /* addresses of one carrier */

struct targets {
	unsigned failures[TARGETS_MAX]; /* in a row, by place in the configuration */
};

/* How many addresses it has: host and port are one. */
size_t targets_count(const struct carrier_conf *conf);
/* The one at that place: host, and its port. */
int64_t targets_at(const struct carrier_conf *conf, size_t place, char host[256]);
/* number: of the bind, from 1. */
size_t targets_pick(const struct targets *t, const struct carrier_conf *conf, unsigned number);
void targets_failed(struct targets *t, size_t place);
void targets_bound(struct targets *t, size_t place);
void targets_again(struct targets *t);
/* After a failure: an address has failed less often, so that it need not be waited for long. */
bool targets_left(const struct targets *t, const struct carrier_conf *conf);

/* What the rows cannot say of one carrier. */
void targets_check(const struct carrier_conf *conf, char **errors);

#endif
