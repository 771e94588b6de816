/*
 * restore.h - messages out of the journal at start: objects from records, the carrier ids that belong to them, in the
 * order of their ids. Knows no order of life: what becomes of each is flow's.
 */
#ifndef PATH_RESTORE_H
#define PATH_RESTORE_H

#include "base/ids.h"
#include "link/account.h"
#include "link/carrier.h"
#include "path/idform.h"
#include "path/msg.h"
#include "path/store.h"

struct restore_ops {
	/* One message, oldest first; its record, account, class are set. carrier and cid are set when a carrier has it.
	 * Its kin are what else the store knows of its submits; a part holds its why (struct store_leg) in
	 * its record's stat. */
	void (*message)(void *arg, struct msg *m);
	void (*parked)(void *arg, size_t carrier, struct view cid, struct view frame);
	void (*part)(void *arg, struct view key, struct view frame);
	void (*pending)(void *arg, uint64_t id, struct view rec);  /* store_menu.h */
	void (*form)(void *arg, size_t carrier, enum idform form); /* as learnt; ahead of the messages */
	/* A reservation whose message is not there; those of messages are in msg.reserved. After the messages. */
	void (*unclaimed)(void *arg, uint64_t id);
	/* All of them told, over many turns: other things happen between two messages. */
	void (*done)(void *arg);
	void (*failed)(void *arg); /* the store went away; nothing was told; start again when it is up */
};

struct restore;
/* NULL: the store is down, and ops are not called. ids is told of every id. Frees itself before done() or failed(). */
struct restore *restore_start(struct store *store, struct msgs *msgs, struct accounts *accounts,
			      struct carriers *carriers, struct ids *ids, const struct restore_ops *ops, void *arg);
/* Ends one that has not called done() or failed(), and calls neither; after store_free(). Messages that were not told
 * are msgs' matter. */
void restore_stop(struct restore *x);

#endif
