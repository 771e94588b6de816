/*
 * store_recipient_priv.h - what store_recipient.c, its scripts (store_recipient_script.c) and store.c share. Nobody
 * else includes it.
 */
#ifndef PATH_STORE_RECIPIENT_PRIV_H
#define PATH_STORE_RECIPIENT_PRIV_H

#include "path/store.h"

struct recipients;
struct recipients *recipients_new(struct store *s, struct stats *stats);
void recipients_free(struct recipients *r); /* after the connection: every call has been told */
void recipients_flush(struct recipients *r);
struct recipients *store_recipients(struct store *s); /* store.c */

#define RECIPIENT_KNOWN 1 /* in the mask of an answer: the number has failures, or is dead */

extern const char recipient_script[], recipient_refund_script[], recipient_failed_script[], recipient_alive_script[];

#endif
