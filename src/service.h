/*
 * service.h - what the service manager is told of the gateway: ready when apps are let in, reloading, leaving, failed,
 * and how it stands in one line; and what listens, so that a restart refuses nobody. Nothing where no manager asks.
 */
#ifndef SERVICE_H
#define SERVICE_H

#include "base/loop.h"

struct flow;
struct service;

struct service *service_new(struct loop *l); /* never NULL; by the environment, see base/notify.h */
void service_free(struct service *s);

void service_watch(struct service *s, struct flow *f); /* borrowed until service_free(); from now on it is told */
void service_reloading(struct service *s);
void service_reloaded(struct service *s, bool ok);   /* not ok: the old configuration holds, the status says so */
void service_sockets(struct service *s);	     /* what listens has changed: the manager keeps what does now */
bool service_keeps_sockets(const struct service *s); /* over a restart; false where there is no manager */
void service_leaving(struct service *s);
void service_failed(struct service *s, const char *why); /* it will end now, with an error; s may be NULL */

#endif
