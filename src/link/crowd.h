/*
 * crowd.h - how many connections that are not bound yet came from one address: an IPv4 address, or an IPv6 /64, which
 * is what one host commonly has. Knows no sessions.
 */
#ifndef LINK_CROWD_H
#define LINK_CROWD_H

#include "base/net.h"

struct crowd;
struct crowd_group; /* those of one address; lives while there are any */

/* The octets by which an address counts: IPv4 mapped, of IPv6 the first 8. False: no address that could be counted. */
bool crowd_key(const struct net_addr *from, uint8_t key[16]);

struct crowd *crowd_new(void);
void crowd_free(struct crowd *c); /* all have left */

/* One more; NULL when max (> 0) are there already. max 0: no bound. Addresses that are not IP are not counted: they
 * share one group without a bound. */
struct crowd_group *crowd_enter(struct crowd *c, const struct net_addr *from, size_t max);
/* One less; NULL is harmless. */
void crowd_leave(struct crowd *c, struct crowd_group *g);
size_t crowd_size(const struct crowd_group *g);

#endif
