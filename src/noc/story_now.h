/*
 * story_now.h - where a message is at this moment, in words: the end of its story. Pure.
 */
#ifndef NOC_STORY_NOW_H
#define NOC_STORY_NOW_H

#include "base/buf.h"
#include "path/flow_look.h"

/* One line; a part's is indented. now_ms: UTC. */
void story_now(const struct flow_found *x, int64_t now_ms, struct buf *out);
/* Head of a message that has no records: as story_print() prints it, and its text when whole. */
void story_now_head(const struct flow_found *x, bool whole, struct buf *out);
/* One object. */
void story_now_json(const struct flow_found *x, bool whole, struct buf *out);

#endif
