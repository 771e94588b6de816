/*
 * making.h - pages that take too long for one turn: each is made in steps, one step a turn, and then told to all who
 * have waited for it. At most one of each page is being made; who asks meanwhile waits for the next one, together with
 * all others who do: nobody gets what was counted before he asked. Knows no HTTP.
 */
#ifndef NOC_MAKING_H
#define NOC_MAKING_H

#include "base/buf.h"
#include "base/loop.h"

struct making_steps { /* of one page */
	void *(*begin)(void *arg);
	bool (*some)(void *begun, struct buf *out); /* appends what can be had in a millisecond; false: it is whole */
	void (*end)(void *begun);		    /* it is whole, or nobody wants it any more */
};

struct making_page { /* whole; it is in memory once, whoever is still reading it */
	struct buf body;
	unsigned holders;
};
struct making_page *making_hold(struct making_page *p); /* one more holder */
void making_release(struct making_page *p);

struct makings;
/* whole(): one who has waited gets his page, borrowed for the call. */
struct makings *makings_new(struct loop *loop, void (*whole)(void *arg, void *who, struct making_page *p), void *arg);
/* who waits for a page that begins from now on; arg: of its steps' begin(). The same steps are the same page. */
void makings_ask(struct makings *m, const struct making_steps *steps, void *arg, void *who);
/* Everybody who waits. */
void makings_each(const struct makings *m, void (*fn)(void *arg, void *who), void *arg);
void makings_free(struct makings *m); /* who waits is told nothing */

#endif
