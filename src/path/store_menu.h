/*
 * store_menu.h - what menus need of Redis: where a user is, values for texts, and replies whose answer a webhook has
 * been asked for. Where a user is and values are shared by all nodes. Knows no menu.
 *
 * Keys, behind the prefix:
 *   to:{<number>}:menu:<code>  hash: place (menu.h: menu_print_place()), at (UTC ms: since when); expires. store_mo.h
 * reads it when a MO comes value:<account>           hash name -> text; written by the app value:<account>:<number> the
 * same for one recipient, looked at first pending:<node>            hash id -> what a webhook is to be asked, and where
 * its answer goes
 */
#ifndef PATH_STORE_MENU_H
#define PATH_STORE_MENU_H

#include "path/store.h"

STORE_MUST int store_menu_put(struct store *s, struct view number, struct view code, const char *place, int64_t now_ms,
			      int64_t ttl_s, store_fn fn, uint64_t token);
/* Where the user was led to after upto_ms stays; INT64_MAX: wherever he is. */
STORE_MUST int store_menu_end(struct store *s, struct view number, struct view code, int64_t upto_ms, store_fn fn,
			      uint64_t token);

#define STORE_VALUES 8u
/* values[i] belongs to names[i]; p NULL: there is none, or the store failed. Borrowed for the call. */
typedef void (*store_values_fn)(void *arg, uint64_t token, const struct view *values, size_t n);
/* n names, at most STORE_VALUES. */
STORE_MUST int store_menu_values(struct store *s, struct view account, struct view number, const struct view *names,
				 size_t n, store_values_fn fn, uint64_t token);

STORE_MUST int store_pending_put(struct store *s, uint64_t id, struct view rec, store_fn fn, uint64_t token);
STORE_MUST int store_pending_del(struct store *s, uint64_t id, store_fn fn, uint64_t token);

#endif
