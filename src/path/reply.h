/*
 * reply.h - what a phone user answers (MO): whose it is, keywords, menus, the answer. Asks flow to send texts and to tell
 * the app, through ops; a deliver_sm is answered when every effect is stored. Knows no queue and no carrier's pace.
 */
#ifndef PATH_REPLY_H
#define PATH_REPLY_H

#include "base/conf.h"
#include "link/account.h"
#include "link/carrier.h"
#include "path/number.h"
#include "path/store.h"
#include "policy/keyword.h"

struct reply_conf { /* section reply */
	struct conf_where where;
	char *account;      /* gets MO to codes that nobody owns; "" : they go to backlog:unrouted */
	int64_t part_age;   /* s: how long parts of a long MO are kept */
	int64_t max_parts;  /* parts held */
};
extern const struct conf_row reply_rows[];

struct menu_conf { /* section menus: ( { account; source; key; action; text } ) */
	struct conf_where where;
	char *account; /* "" : every account */
	char *source;  /* source code that the reply was sent to, a prefix; "" : every one of the account */
	char *key;     /* the reply, after folding */
	int action;    /* enum menu_action */
	char *text;    /* {name} stands for the value that the app has set: HSET value:<account> name text */
	char *missing; /* sent instead when a value is missing; "" : the text with the value left out */
};
enum menu_action { MENU_TEXT, MENU_FORWARD };
extern const struct conf_row menu_rows[];

#endif
