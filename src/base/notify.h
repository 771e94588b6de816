/*
 * notify.h - tells the service manager how it stands with this process: the datagram protocol of sd_notify(3), without
 * its library. Knows the loop; does not know what "ready" means here. Every call takes a NULL, as where nobody asks.
 */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include "base/loop.h"

struct notify;

/*
 * By $NOTIFY_SOCKET, $WATCHDOG_USEC, $WATCHDOG_PID, which it takes out of the environment. NULL: no manager asks, or
 * its socket's name is none (logged). Where the manager watches, it gets WATCHDOG=1 twice in each of its intervals by a
 * timer of the loop, and so only while the loop turns.
 */
struct notify *notify_new(struct loop *l);
void notify_free(struct notify *n); /* before the loop ends */

/* What the manager has no room for yet is told again until it has; a newer state takes its place. Nothing waits. */
void notify_ready(struct notify *n);
void notify_reloading(struct notify *n); /* until notify_ready() */
void notify_stopping(struct notify *n);
/* One line for people; the same text again is not sent. Control characters are replaced, 300 octets are kept. */
__attribute__((format(printf, 2, 3))) void notify_status(struct notify *n, const char *fmt, ...);
/*
 * The manager keeps a duplicate of the socket under this name (no colon) and gives it to the next process of the
 * service; one that it has already is not kept twice. And lets go of what it keeps under a name.
 */
void notify_keep(struct notify *n, int fd, const char *name);
void notify_let_go(struct notify *n, const char *name);
void notify_extend(struct notify *n, int64_t ms); /* of the start or the stop: it may take ms from now on */

#endif
