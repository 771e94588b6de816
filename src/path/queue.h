/*
 * queue.h - messages that wait for a carrier: per route a lane, in it a line per class, in that a line per account.
 * Accounts take turns by deficit round robin, each line is first come first served; what a carrier refused for a while
 * goes back to its own place. Owns the messages in it (through msg.link); knows no carrier but by number.
 */
#ifndef PATH_QUEUE_H
#define PATH_QUEUE_H

#include "path/msg.h"
#include "policy/class.h"

struct queue;
/* lanes: as many as there are routes. */
struct queue *queue_new(size_t lanes);
void queue_grow(struct queue *q, size_t lanes); /* more lanes than before */
void queue_free(struct queue *q);		/* messages are the caller's */
/* How many messages (parts of long texts each count) an account may take in its turn, 1..; 1 unless it is set. */
void queue_set_share(struct queue *q, size_t account, unsigned share);

/* At the end of its account's line (m->route, class_id, account); gives m->order. */
void queue_put(struct queue *q, struct msg *m);
/* What is not queued now, but will be: its place is behind all that was ranked or put before. */
void queue_rank(struct queue *q, struct msg *m);
/* Back to the place that its order says (a message that had been taken): nothing that came later stands before it. */
void queue_put_back(struct queue *q, struct msg *m);
/* As queue_put_back(), and the turn that it was taken in goes on: it is the next of its lane and class again. */
void queue_untake(struct queue *q, struct msg *m);
/* One that waits beside m in its line; NULL when m is alone. And the same as queue_put_back(), looked for from there.
 */
struct msg *queue_neighbour(const struct queue *q, const struct msg *m);
void queue_put_near(struct queue *q, struct msg *m, struct msg *near);
bool queue_same_line(const struct msg *a, const struct msg *b);
void queue_remove(struct queue *q, struct msg *m);

/* The classes that wait in a lane: bit 1 << enum class_id. */
uint8_t queue_classes(const struct queue *q, size_t lane);
/* The next message of a lane and class: of the account whose turn it is. NULL when there is none. */
struct msg *queue_take(struct queue *q, size_t lane, enum class_id class_id);
/* What was taken costs its account's turn more than one message: it went as so many parts more. */
void queue_charge(struct queue *q, const struct msg *m, unsigned more);

uint64_t queue_depth(const struct queue *q, size_t lane);
uint64_t queue_class_depth(const struct queue *q, size_t lane, enum class_id class_id);
uint64_t queue_total(const struct queue *q);
/* How many of its account and class stand before m in its lane; at most max are counted, *more: there are others. */
uint64_t queue_before(const struct queue *q, const struct msg *m, uint64_t max, bool *more);
/*
 * Since when the message of a lane waits that waits longest, of those that stand first in their lines: UTC ms, since it
 * was accepted, or since its time came; 0: none waits. What a campaign has let go late does not count.
 */
int64_t queue_oldest_ms(const struct queue *q, size_t lane);

#endif
