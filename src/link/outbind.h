/*
 * outbind.h - calls to apps that something waits for: connect, outbind, and the bind that answers it [S 2.2.1, 4.1.7].
 * Private to the accounts.
 */
#ifndef LINK_OUTBIND_H
#define LINK_OUTBIND_H

#include <stdbool.h>
#include <stdint.h>
#include "base/wheel.h"
#include "link/reason.h"
#include "smpp/pdu.h"

struct account;
struct account_conf;
struct app;
struct tls_fresh;

struct outbind { /* of an account; outbind.c alone writes it */
	char host[256];
	int64_t port;		 /* 0: no calls to this app */
	struct app *call;	 /* the call under way: not bound yet */
	struct timer timer;	 /* the pause before the next */
	int64_t pause_ms;	 /* the last pause; 0: the last call went well */
	struct tls_context *tls; /* of the next call; NULL: plain, or unusable: then it is not made */
	bool wanted;		 /* something waits, until a bind that can receive comes up */
};

void outbind_init(struct account *a);
/* Reads the certificates of our calls, in any thread. */
void outbind_read_tls(const struct account_conf *conf, struct tls_fresh *fresh);
/* After outbind_init(): the next call is made with these; reads them when nobody has. With a fault the old ones stay.
 */
void outbind_take_tls(struct account *a, struct tls_fresh *fresh);
void outbind_free(struct account *a);
/* Something waits: calls, now or after the pause, until a bind that can receive is there. */
void outbind_want(struct account *a);
/* Begins a call when one is wanted and nothing is in the way. */
void outbind_next(struct account *a);
void outbind_stop(struct account *a);

/* The connection that we made is there. */
void outbind_say(struct app *app);
/* Whether this bind may answer our call: ESME_ROK, or the refusal. */
uint32_t outbind_judge(const struct app *app, const struct pdu *bind);
/* A bind of the account that can receive came up. */
void outbind_received(struct account *a);
/* The call has become a bind. */
void outbind_answered(struct app *app);
/* A connection that we made has ended, bound or not; up_us: how long it was bound. */
void outbind_ended(struct app *app, enum end_reason reason, int64_t up_us);

#endif
