/*
 * event_post.h - posts the events of the stream to a webhook, in their order, each at least once: a JSON array of lines
 * (event.h) per POST, the next one when the last was taken. While the webhook is away the stream is the backlog; what
 * is trimmed meanwhile is counted and logged. An entry that the webhook refuses
 * for good (status 400, 413, 415, 422) five times while it stands alone in its POST is set aside, logged and counted.
 * Of several gateways on one Redis one posts. Knows no messages.
 */
#ifndef PATH_EVENT_POST_H
#define PATH_EVENT_POST_H

#include "base/webhook.h"
#include "path/event.h"
#include "path/store.h"

struct event_post;
/* webhooks and store are borrowed; node: for the lease. It begins with event_post_use(). */
struct event_post *event_post_new(struct loop *loop, struct webhooks *webhooks, struct store *store, unsigned node,
				  struct stats *stats);
/* To this webhook ("": none, what is on its way is dropped and posted again later) go the events of set. */
void event_post_use(struct event_post *x, const char *webhook, uint32_t set);
void event_post_up(struct event_post *x); /* the store is up */
/* First event_post_use(x, "", 0), while store and webhooks are there; then this, after store_free(). */
void event_post_free(struct event_post *x);

#endif
