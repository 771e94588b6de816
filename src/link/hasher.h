/*
 * hasher.h - crypt(3) beside the loop: one after the other, in a thread. Whoever has asked may go meanwhile, and what
 * he has asked about may change: the thread touches copies only. Knows no SMPP, no accounts and no tokens.
 */
#ifndef LINK_HASHER_H
#define LINK_HASHER_H

#include "base/loop.h"
#include "smpp/view.h"

struct hasher;
struct hasher *hasher_new(struct loop *loop); /* never NULL; the thread is started with the first question */
/* Waits for the crypt that is being run, a second at worst; nobody who has asked is told. */
void hasher_free(struct hasher *h);

/*
 * Whether the password matches the hash: told in a later turn, once. Both are copied; the copies are wiped when the
 * crypt is over. In the order of the questions: who asks decides how many there are.
 */
void hasher_ask(struct hasher *h, const char *hash, struct view password, void (*told)(bool right, void *arg),
		void *arg);
/* Nobody with this arg is told any more. */
void hasher_forget(struct hasher *h, const void *arg);
/* A simulated loop only: while it is held, crypts take that long. */
void hasher_hold(struct hasher *h, bool held);

#endif
