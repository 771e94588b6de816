/*
 * menu.h - menus in replies ("回复1查利率"): which row a reply chooses, and its text with the values that the app has
 * set. Pure: values are fetched by the caller.
 */
#ifndef PATH_MENU_H
#define PATH_MENU_H

#include "base/conf.h"
#include "smpp/view.h"

enum menu_action { MENU_TEXT, MENU_FORWARD };

struct menu_conf { /* section menus: ( { account; source; key; action; text; missing } ) */
	struct conf_where where;
	char *account; /* "" : every account */
	char *source;  /* source code that the reply was sent to, or its beginning; "" : every one of the account */
	char *key;     /* the reply, after folding */
	int action;    /* enum menu_action */
	char *text;    /* {name} stands for the value that the app has set: HSET value:<account> name text */
	char *missing; /* sent instead when a value is missing; "" : nothing is left out but the value */
};
extern const struct conf_row menu_rows[];

#define MENU_VALUES    8u   /* {names} per text */
#define MENU_VALUE_MAX 256u /* octets of a value; a longer one is cut at a character's border */
#define MENU_TEXT_MAX  4096u

struct menu_values {
	unsigned n; /* fetched so far, in the order of their names in the text */
	bool missing;
	uint16_t len[MENU_VALUES];
	char value[MENU_VALUES][MENU_VALUE_MAX];
};

/* The first row that fits the account, the code and the text (UTF-8, folded here); NULL when none does. */
const struct menu_conf *menu_find(const struct menu_conf *rows, size_t n, const char *account, const char *code,
				  struct view text);
/* The name of the next value to fetch; false when all are there. Borrows the row. */
bool menu_next_name(const struct menu_conf *menu, const struct menu_values *have, struct view *name);
void menu_put_value(struct menu_values *have, bool found, struct view value);
/* The text to send; false when there is none (a value is missing and `missing` is empty text only if text is too). */
bool menu_expand(const struct menu_conf *menu, const struct menu_values *have, char out[MENU_TEXT_MAX]);
/* Faults of a row (more than MENU_VALUES names, a brace not closed) as a static text, NULL when it is good. */
const char *menu_fault(const struct menu_conf *menu);

#endif
