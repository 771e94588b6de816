/*
 * guard.h - who has failed to bind, from where and how often: wrong binds are answered later and later, then an address
 * or an account is locked for a while. Knows no sessions and no passwords.
 *
 * An address is an IPv4 address or an IPv6 /64, as in crowd.h; others are never locked. Nobody locks out a customer:
 * - a friend is always judged: a system_id that has bound from that address within GUARD_TRUST_MS, or that is vouched
 *   for (its account names the address in `allow`). A lock of the address is for all others that come from there.
 * - an account is locked for those who are not its friends only, only when it has a friend, and only failures of those
 *   who are not its friends count for it.
 * A bind that succeeds forgives nothing: who has one account could wipe out what he tried at another.
 *
 * Memory is bounded: GUARD_MOST of each kind are remembered, who has failed (or bound) longest ago goes first. Times
 * are of a clock that does not jump.
 */
#ifndef LINK_GUARD_H
#define LINK_GUARD_H

#include "base/net.h"
#include "smpp/view.h"

#define GUARD_MOST     16384u
#define GUARD_TRUST_MS (30LL * 86400 * 1000)
#define GUARD_SLOWEST  8000 /* ms, the longest that an answer waits */

struct guard_conf {
	int64_t failures;	  /* of one address that lock it; 0: nothing is delayed, nobody is locked */
	int64_t account_failures; /* of strangers at one account, from anywhere; 0: accounts are not locked */
	int64_t lockout_ms;	  /* how long, and how long a failure counts */
	int64_t grace_ms;	  /* after guard_new() nobody is locked: friends have time to come back */
};

struct guard_who {
	const struct net_addr *from;
	struct view id; /* what it calls itself */
	bool known;	/* that is an account */
	bool vouched;	/* whose configuration names the address */
};

enum guard_verdict { GUARD_OPEN, GUARD_ADDRESS_LOCKED, GUARD_ACCOUNT_LOCKED };

struct guard_failure {
	int64_t delay_ms;      /* how long the answer waits */
	int64_t failures;      /* of the address, this one too */
	bool address, account; /* it is locked now, by this failure */
	int64_t strangers;     /* failures at the account */
};

/* How one stands whose bind has not been judged yet: who costs something is served in this order. */
enum guard_standing { GUARD_FRIEND, GUARD_UNKNOWN, GUARD_HAS_FAILED };
#define GUARD_STANDINGS 3

struct guard;
struct guard *guard_new(int64_t now_ms);
void guard_free(struct guard *g);

/* Whether it is judged at all. */
enum guard_verdict guard_ask(struct guard *g, const struct guard_conf *conf, const struct guard_who *who,
			     int64_t now_ms);
enum guard_standing guard_standing(struct guard *g, const struct guard_conf *conf, const struct guard_who *who,
				   int64_t now_ms);
/* It was judged, and was wrong; right. A bind that was right and has ended counts as right again. */
struct guard_failure guard_failed(struct guard *g, const struct guard_conf *conf, const struct guard_who *who,
				  int64_t now_ms);
void guard_passed(struct guard *g, const struct guard_who *who, int64_t now_ms);
bool guard_knows(const struct guard *g, const struct net_addr *from,
		 int64_t now_ms); /* somebody has bound from there */
/*
 * Whether a connection can be closed before anything is read from it: its address is locked, nobody has bound from
 * there, and vouches() says that no configuration names it (asked once a lock, and again after guard_forget_doors()).
 */
bool guard_shut(struct guard *g, const struct net_addr *from, int64_t now_ms,
		bool (*vouches)(const struct net_addr *from, void *arg), void *arg);
void guard_forget_doors(struct guard *g); /* the configuration is another one */

struct guard_lock {
	const char *who; /* "192.0.2.7", "2001:db8::/64", "bank" */
	bool account;	 /* it is a system_id; else an address */
	int64_t failures, left_ms;
};
/* Those that are locked now, who has failed last first; who of a lock is good for the call. */
void guard_each_lock(struct guard *g, int64_t now_ms, void (*fn)(const struct guard_lock *lock, void *arg), void *arg);
size_t guard_locked(const struct guard *g, int64_t now_ms);
/* Whether a list of networks names an address: by no wider ones than /8 (IPv6: /16), which would be everybody. */
bool guard_vouches(const struct net_cidr *list, size_t n, const struct net_addr *from);
/* An address ("192.0.2.7", "2001:db8::1", "2001:db8::/64") or a system_id begins anew; false: nothing was known. */
bool guard_lift(struct guard *g, const char *who);

#endif
