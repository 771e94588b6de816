/*
 * accept.h - carriers that come to us (carrier_conf.mode): those that bind in as an ESME, and SMSCs that call with
 * outbind and are answered with a bind of ours [S 2.2.1, 4.1.7]. The door (admit.c) asks here and hands the session
 * over. Private to src/link.
 */
#ifndef LINK_ACCEPT_H
#define LINK_ACCEPT_H

#include "link/auth.h"
#include "link/carrier.h"

struct accept { /* of a carrier; accept.c alone writes it */
	struct auth auth;
	char *secret; /* what auth was made of; owned */
};

/* The carrier of mode accept with this system_id; NULL when there is none. */
struct carrier *accept_find(const struct carriers *cs, struct view system_id);
struct auth *accept_auth(struct carrier *c);
/* A hash of one of them, for auth_waste(); NULL when none has a hash. */
const char *accept_hash(const struct carriers *cs);
/* Whether it may come from this address. */
bool accept_allows(const struct carrier *c, const struct net_addr *peer);
/* Whether its `allow` names this address (guard_vouches()); accept_any_vouches(): that of anyone who comes to us. */
bool accept_vouches(const struct carrier *c, const struct net_addr *peer);
bool accept_any_vouches(const struct carriers *cs, const struct net_addr *peer);
/* The gateway is running, and the carrier is wanted. */
bool accept_open(const struct carrier *c);
bool accept_has_place(const struct carrier *c); /* fewer binds than carrier_conf.binds */
/* Probes binds that have been silent for idle_us with enquire_link: they have ms to answer. */
void accept_probe(struct carrier *c, int64_t idle_us, int64_t ms);
bool accept_may_get_place(const struct carrier *c); /* a bind is being probed, or is leaving */
/* The bind is accepted, the session is the carrier's from now. Needs a place. */
void accept_take(struct carrier *c, struct session *s, uint32_t bind_command, const char *our_system_id);
void accept_count_refused(struct carrier *c);

/* The carrier of mode outbind that this outbind is from; NULL with *why (static text). */
struct carrier *accept_caller(const struct carriers *cs, const struct net_addr *peer, const struct pdu_outbind *said,
			      const char **why);
/* Binds over the connection that its outbind came on. */
void accept_answer(struct carrier *c, struct session *s);

/* mode accept: what leaves for it is a deliver_sm instead of a submit_sm [S 4.6.1]. */
void accept_to_deliver_sm(struct pdu *pdu);
/* mode accept: whether its request can be a reply or a receipt, without what only a SMSC can do for it; else it has
 * been answered. */
bool accept_hears(struct session *s, struct pdu *pdu);
void accept_free(struct carrier *c);

/* What the rows cannot say of one carrier. */
void accept_check(const struct carrier_conf *conf, char **errors);

#endif
