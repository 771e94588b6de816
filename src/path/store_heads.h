/*
 * store_heads.h - heads of the chain of records, one for each hour that is over, in Redis too: whoever can write the
 * archive's disk cannot take the last hours away unseen (doc/evidence.md). Lines as the log has them, for smppevidence
 * --expect.
 *
 * Key, behind the configured prefix: evidence:<node>, a hash: name of the hour -> line. About 1.5 MB a year.
 */
#ifndef PATH_STORE_HEADS_H
#define PATH_STORE_HEADS_H

#include "path/store.h"

struct heads;
struct heads *heads_new(void); /* never NULL */
/* fn is called with token for each answer of the store; it calls heads_stored(). store: borrowed. */
void heads_use(struct heads *h, struct store *store, store_fn fn, uint64_t token);
void heads_free(struct heads *h); /* NULL does no harm */
/* Waits here until the store has it; both are copied; line has no line break. */
void heads_add(struct heads *h, const char *hour, const char *line);
void heads_up(struct heads *h); /* the store is up */
void heads_stored(struct heads *h, bool ok);

#endif
