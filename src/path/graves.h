/*
 * graves.h - messages that an app has refused for good, or not taken for too long, until their records stand in the
 * dead letters of the store, however often that has to be tried. Knows no binds and no order of an outbox.
 */
#ifndef PATH_GRAVES_H
#define PATH_GRAVES_H

#include "path/backlog.h"

/* m's record stands in the dead letters; status: the app's last, 0 when it was too old. Takes m back. */
typedef void (*graves_fn)(void *arg, size_t account, struct msg *m, uint32_t status);

struct graves;
/* Borrows all. */
struct graves *graves_new(struct loop *loop, struct accounts *accounts, struct backlog *backlog, graves_fn fn,
			  void *arg);
void graves_free(struct graves *gs); /* what is under way is forgotten */
/* Takes m, which is in no list, until fn. */
void graves_put(struct graves *gs, size_t account, struct msg *m, enum backlog_why why, uint32_t status);
/* The store is back: what it owes is tried again now instead of within a second. */
void graves_store_up(struct graves *gs);

#endif
