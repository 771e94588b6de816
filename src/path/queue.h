/*
 * queue.h - messages that wait for a carrier: a lane per route and urgency, first come first served; what a carrier
 * refused for a while goes back to its own place. Owns the messages in it (through msg.link); knows no carrier but by
 * number.
 */
#ifndef PATH_QUEUE_H
#define PATH_QUEUE_H

#include "path/msg.h"
#include "path/route.h"
#include "policy/class.h"

struct queue;
/* lanes: as many as there are routes. */
struct queue *queue_new(size_t lanes);
void queue_grow(struct queue *q, size_t lanes); /* more lanes than before */
void queue_free(struct queue *q);		/* messages are the caller's */
/* At the end of its lane; gives m->order. */
void queue_put(struct queue *q, struct msg *m, enum class_urgency urgency);
/* Back to the place that its order says (a message that had been taken): nothing that came later stands before it. */
void queue_put_back(struct queue *q, struct msg *m, enum class_urgency urgency);
/* One that waits beside m in its lane; NULL when m is alone. And the same as queue_put_back(), looked for from there.
 */
struct msg *queue_neighbour(const struct queue *q, const struct msg *m, enum class_urgency urgency);
void queue_put_near(struct queue *q, struct msg *m, struct msg *near, enum class_urgency urgency);
void queue_remove(struct queue *q, struct msg *m, enum class_urgency urgency);
/*
 * The next message of a lane: first urgency first, but one in 16 from the last one and one from the middle while
 * they have any, so that neither starves. NULL when empty.
 */
struct msg *queue_take(struct queue *q, size_t lane);
uint64_t queue_depth(const struct queue *q, size_t lane);
uint64_t queue_total(const struct queue *q);

#endif
