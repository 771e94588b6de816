/*
 * account_priv.h - what account.c (binds, sending) and admit.c (who may bind) share. Private to them.
 */
#ifndef LINK_ACCOUNT_PRIV_H
#define LINK_ACCOUNT_PRIV_H

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "link/account.h"
#include "link/auth.h"
#include "link/crowd.h"
#include "link/guard.h"
#include "link/hasher.h"
#include "link/outbind.h"

struct account_ease { /* account_ease.c's */
	struct session_keeper keeper;
	struct timer timer;
	uint64_t out;	 /* deliver_sm without an answer */
	uint64_t owed;	 /* so many more of them until answers go; 0: none is kept */
	int64_t mean_us; /* how long the app takes for one */
};

struct account {
	struct accounts *as;
	const struct account_conf *conf;
	struct account_conf *own;	 /* what conf is when it is removed: a copy of the last one */
	bool removed;			 /* not in the configuration any more */
	const struct account_conf *next; /* while a reload is applied */
	size_t number;
	struct auth auth;
	struct net_cidr *allow;
	size_t allows;
	struct session_conf sessions;
	struct throttle throttle;
	struct account_stats stats;
	struct list binds; /* struct app.of_account */
	size_t nbinds;
	size_t receivers; /* binds that can receive */
	uint64_t serial;  /* binds so far: names them */
	struct account_loss loss;
	bool wants_room;     /* account_send() found none */
	struct app *filling; /* the bind that account_send() took last, for up to ACCOUNT_CHUNK in one turn; or NULL */
	unsigned filled;
	uint64_t filling_turn;
	struct outbind outbind;
	struct account_ease ease;
};

enum app_wait { APP_WAITS_NOT, APP_WAITS_CRYPT, APP_WAITS_PLACE };

struct app {			/* one connection from an app; lives as long as its session */
	struct list link;	/* accounts.apps */
	struct list of_account; /* account.binds, once bound */
	struct list waiting;	/* accounts.places or .crypts.waiting */
	struct accounts *as;
	struct account *account; /* NULL until it is known */
	struct carrier *carrier; /* of mode accept, while its bind is judged; then the session is the carrier's */
	struct account *callee;	 /* we called the app with outbind; NULL: it came by itself */
	struct session *session;
	uint32_t bind_command;
	uint8_t version; /* as the app said it */
	enum app_wait wait;
	int64_t wait_until_ms;
	char said[17];	 /* the system_id of its bind, made printable */
	const char *why; /* it is refused, where the status does not tell enough; NULL: it does */
	char *password;	 /* only while it waits for a crypt */
	uint32_t password_n;
	bool bound, receives;
	struct crowd_group *stranger; /* it counts there; NULL: it is bound, or was called */
	struct list half_open;	      /* accounts.half_open, as long as it counts there */
	int64_t came_ms;
	struct timer late;   /* its refusal waits */
	uint32_t refusal;    /* that */
	unsigned unanswered; /* of our requests, one after the other, that timed out */
};

struct door { /* a socket that apps come by */
	struct accounts *as;
	struct listen_conf *conf;	/* a copy */
	struct conn_listen_conf listen; /* what of it the listener looks at */
	struct net_cidr *proxy_from;
	struct conn_listener *listener;
	struct tls_context *tls;   /* of new connections; NULL: plain */
	struct tls_context *fresh; /* what doors_apply() puts in its place */
};

struct doors {
	struct door **at; /* as in the configuration */
	size_t n;
	bool open; /* accounts_listen() has been called, though there may be none */
};

struct admit_note { /* what is left of an app that has gone: enough to count its failure */
	struct net_addr from;
	char id[64], said[17];
	bool known, vouched;
};

struct admit_crypts { /* admit_crypt.c's */
	struct hasher *hasher;
	struct list waiting[GUARD_STANDINGS]; /* apps, by how they stood when they were looked at last */
	struct timer timer;
	unsigned begun;		/* so far */
	int64_t begun_ms;	/* the last of them */
	bool busy;		/* it is not there yet */
	bool own;		/* its hash is that of whom the app says that it is; else it only takes its time */
	struct app *app;	/* whose password it is; NULL: it has gone */
	struct admit_note gone; /* and was this */
	char *hash;
};

struct accounts {
	struct loop *loop;
	struct session_hub *sessions;
	struct account **at; /* by number; an account never moves */
	size_t n;
	struct map *by_id;
	struct doors doors;
	struct guard *guard;
	struct crowd *strangers; /* connections that are not bound, by address */
	struct conn_hub *conns;
	const struct limits_conf *limits;
	char *our_system_id;
	const struct account_ops *ops;
	void *arg;
	struct stats *registry;
	struct carriers *carriers; /* those of them that come to us are let in; NULL: none */
	const char *any_hash;	   /* of one account; NULL when none has a hash */
	struct listener_stats listener;
	struct session_conf unbound;
	struct list apps;
	size_t napps;
	struct list half_open; /* apps that have come and have shown no right password, oldest first */
	struct list places;    /* apps that wait for a place, first come first served */
	struct admit_crypts crypts;
	struct timer wait_timer;
	bool shutting;
};

/* account_rows.c */
bool account_offers(const struct account_conf *conf, uint32_t command_id);

/* account.c: the bind is accepted, the session is the account's from now. */
void account_take(struct account *a, struct app *app);
/* calls: of its calls with outbind, as of outbind_take_tls() */
void accounts_add(struct accounts *as, const struct account_conf *conf, struct tls_fresh *calls);

/* account_ease.c: a deliver_sm has left, or is settled. */
void account_ease_init(struct account *a);
void account_ease_sent(struct account *a);
void account_ease_settled(struct account *a, enum session_outcome outcome, int64_t sent_us);

/* account_reload.c */
/* Everything of an account that only copies what is in conf, which is borrowed from now; but its throttle. */
void account_take_conf(struct account *a, const struct account_conf *conf);
void accounts_use_limits(struct accounts *as, const struct limits_conf *limits);
void accounts_find_hash(struct accounts *as);

/* door.c */
/*
 * Opens what is not open yet; *out has all that confs[n] want. -1 with faults in *errors, and then nothing has changed.
 * Then doors_apply() with the same confs: the others are closed; or doors_drop(). fresh[n]: certificates, which are
 * taken; those that are not read yet, or all (NULL), are read there.
 */
__attribute__((warn_unused_result)) int doors_prepare(struct accounts *as, const struct listen_conf *confs, size_t n,
						      struct tls_fresh *fresh, struct doors *out, char **errors);
void doors_drop(struct accounts *as, struct doors *prepared);
void doors_apply(struct accounts *as, const struct listen_conf *confs, struct doors *prepared);
void doors_close(struct accounts *as);

/* admit.c */
extern const struct session_ops admit_session_ops; /* of a session that is not bound; arg: its struct app */
struct app *admit_app_new(struct accounts *as);
void admit_app_keep(struct app *app);				       /* its session is there */
void admit_connection(int fd, const struct net_addr *peer, void *arg); /* arg: struct door */
/* Its PROXY header was refused. */
void admit_no_header(const struct net_addr *peer, enum end_reason reason, const char *why, void *arg);
void admit_known(struct app *app); /* it has bound, or has gone: it counts no more for its address */
void admit_timer(struct timer *t);
void admit_place_free(struct account *a); /* a bind of the account has ended */
void admit_turn_away(struct app *app);	  /* its account is not there any more, while it waits to be let in */
void admit_forget(struct app *app);	  /* it ended while it waited, or not */

/* The password is told of: the bind is answered, or waits on for another reason. Once for each admit_crypt_wait(). */
void admit_judged(struct app *app, bool right);
struct auth *admit_auth(const struct app *app); /* of whom it says that it is; NULL: that is nobody */
/* One hash of whoever has one: what a wrong bind costs; NULL: nobody has. */
const char *admit_any_hash(const struct accounts *as);

/* admit_crypt.c */
void admit_crypt_wait(struct app *app, struct view password); /* admit_judged() follows, in a later turn */
void admit_crypt_leave(struct app *app);		      /* it does not */
size_t admit_crypts_waiting(const struct accounts *as);	      /* binds; and the crypt of one that has gone */
void admit_crypts_init(struct accounts *as);
void admit_crypts_free(struct accounts *as);

/* admit_guard.c */
bool admit_guard_shut(struct accounts *as, const struct net_addr *peer);  /* a connection is closed unheard */
const char *admit_guard_refuses(struct app *app);			  /* why its bind is not judged; NULL: it is */
bool admit_guard_knows(struct accounts *as, const struct net_addr *peer); /* somebody has bound from there, or may */
enum guard_standing admit_guard_standing(const struct app *app);	  /* while its bind is not judged */
/* It was judged, and wrong: status, or SESSION_BIND_LATER: it is refused so in a later turn. */
uint32_t admit_guard_failed(struct app *app, uint32_t status);
void admit_guard_caller_failed(struct app *app); /* its outbind was wrong */
/* It goes while it is judged, and was wrong: that counts like the others. */
void admit_guard_note(const struct app *app, struct admit_note *out);
void admit_guard_gone_failed(struct accounts *as, const struct admit_note *n);
void admit_guard_passed(struct app *app); /* its bind was right, or has ended */
void admit_guard_before_walk(void *listener_stats);

#endif
