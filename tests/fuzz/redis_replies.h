/*
 * redis_replies.h - a link to Redis whose replies are read from an input, for fuzz_replies.c: one link at a time.
 * Stands in for base/redis.c and has its functions. Knows the form of the input (the head of fuzz_replies.c), no
 * command.
 */
#ifndef FUZZ_REDIS_REPLIES_H
#define FUZZ_REDIS_REPLIES_H

#include <stdbool.h>

#include "smpp/view.h"

/* From now on replies are taken off the front of *input, which is borrowed; NULL: all are nil. A step begins: as many
 * parts of replies may be made as in each. */
void redis_replies_from(struct view *input);
bool redis_replies_is_up(void);
/* Only when it is down. */
void redis_replies_up(void);
/* All that wait get NULL; nothing when it is down. */
void redis_replies_down(void);
/* Does a command wait for its reply? */
bool redis_replies_are_owed(void);
/* The oldest that waits gets its reply, or the link is lost if the input says so. */
void redis_replies_give(void);

#endif
