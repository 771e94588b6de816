/*
 * index.h - finds messages that have not ended: by the id that the app knows, by the app's group key, by account and
 * destination. For query_sm, cancel_sm, replace_sm, replace_if_present_flag and the console. Borrows messages.
 *
 * Group keys are indexed at once, ids and destinations when somebody asks for one, or when some thousand other messages
 * have come since: what ends sooner than that costs nothing, and no question is a long turn, however many wait.
 */
#ifndef PATH_INDEX_H
#define PATH_INDEX_H

#include "path/msg.h"
#include "path/number.h"

struct index;
struct index *index_new(struct msgs *msgs);
void index_free(struct index *x);
/* Takes in a message of an app, once in its life; its record is set. 0, or -1 without memory: then it is not found by
 * its group key, and works. */
__attribute__((warn_unused_result)) int index_add(struct index *x, struct msg *m);
void index_remove(struct index *x, struct msg *m); /* harmless when it is not in */

/* fn for each message, oldest first; it may end them (they leave the index then). Returns how many there were. */
typedef void (*index_fn)(struct msg *m, void *arg);
size_t index_by_id(struct index *x, uint64_t app_id, index_fn fn, void *arg);
size_t index_by_number(struct index *x, uint16_t account, const struct number *to, index_fn fn, void *arg);

/*
 * The same in steps, where there may be very many: all that are in when it begins, but those that have left when their
 * turn comes; of those that come meanwhile some. The index must outlive the walk.
 */
struct index_walk;
struct index_walk *index_walk_group(struct index *x, uint16_t account, struct view group_key);
struct index_walk *index_walk_number(struct index *x, uint16_t account, const struct number *to);
bool index_walk_some(struct index_walk *w, index_fn fn, void *arg); /* tells one at most; false: that was all */
void index_walk_end(struct index_walk *w);

#endif
