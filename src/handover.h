/*
 * handover.h - a running gateway gives its place to another process of the same node: the old one's side and the new
 * one's. Over the console: the new one sends "handover FORM NODE" and waits; the old one drains its carriers while apps
 * go on, then sends "progress leaving" with its listening sockets, lets the apps go and ends. The end of the stream is
 * the end of the old process: journal and records are free then. Whoever connects meanwhile waits in the backlogs.
 */
#ifndef HANDOVER_H
#define HANDOVER_H

#include "base/loop.h"

struct console_later;
struct flow;
struct handover;

/* --- the old one --- */

/* on_left is called when nothing is left to do but to end. Never NULL. */
struct handover *handover_new(struct loop *l, void (*on_left)(void *arg), void *arg);
void handover_free(struct handover *h); /* NULL does no harm; before the flow ends */
/* As noc_hand_over_fn, with the flow that goes. */
int handover_begin(struct handover *h, struct flow *f, struct console_later *later, char *why, size_t size);
/* It leaves by itself, or has been told to. Whoever asked is told; what has been given stays given. */
void handover_cancel(struct handover *h, const char *why);
bool handover_given(const struct handover *h); /* the sockets are the other one's */

/* --- the new one --- */

/*
 * Before anything is built: 0 when the old one has ended and its sockets are here (base/inherit.h), or when nobody
 * answers at the console's socket; -1 with the reason in why: then the old one goes on.
 */
__attribute__((warn_unused_result)) int handover_ask(const char *socket, unsigned node, char *why, size_t size);

#endif
