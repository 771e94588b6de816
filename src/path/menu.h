/*
 * menu.h - menus in replies ("回复1查利率, 2预约客户经理, 0人工"): trees of any depth, given as rows that name their
 * parents; which row a reply chooses from where the user is, and its text with values. Pure: where the user is and the
 * values are fetched by the caller.
 */
#ifndef PATH_MENU_H
#define PATH_MENU_H

#include "base/conf.h"
#include "smpp/view.h"

enum menu_action {
	MENU_TEXT,
	MENU_FORWARD, /* to the app; its text, if any, is answered */
	MENU_WEBHOOK, /* its answer is the text */
	MENU_OPT_OUT,
	MENU_OPT_IN,
	MENU_BACK, /* to the parent of where the user is */
	MENU_TOP,  /* to the root of where the user is */
};

struct menu_conf { /* section menus: ( {..} ): a node of a tree */
	struct conf_where where;
	char *menu;		/* name of the tree */
	char *account;		/* "" : every account */
	char *source;		/* source code that the reply was sent to, or its beginning; "" : every one */
	char *node;		/* its name in the tree; needed by who has children */
	char *parent;		/* node of the same tree; "" : a root, chosen from nowhere */
	char *key;		/* the reply, after folding */
	struct conf_list keys;	/* further ones */
	struct conf_list start; /* replies that lead here from anywhere */
	int action;		/* enum menu_action */
	char *text;	  /* {name} stands for a value: HSET value:<account>[:<number>] name text; and {number_tail} */
	char *missing;	  /* sent instead when a value is missing; "" : nothing is left out but the value */
	char *unknown;	  /* answer to a reply that chooses nothing here, before its text; "" : reply.menu_unknown */
	char *webhook;	  /* MENU_WEBHOOK: its name in webhooks */
	char *fallback;	  /* MENU_WEBHOOK: the text when it fails or is late; "" : none */
	int64_t deadline; /* ms for the webhook, all tries together */
	bool end;	  /* the user is nowhere after it */
};
extern const struct conf_row menu_rows[];

#define MENU_VALUES    8u   /* {names} per text */
#define MENU_VALUE_MAX 256u /* octets of a value; a longer one is cut at a character's border */
#define MENU_TEXT_MAX  4096u
#define MENU_PLACE_MAX 80u /* octets of a place as it is stored, with its NUL */
#define MENU_WRONG_MAX 2u  /* replies in a row that choose nothing, before the user is nowhere */

/* --- which node --- */

struct menus;
struct menu_words {			       /* borrowed */
	const struct conf_list *back, *repeat; /* replies that do that wherever the user is in a menu */
};
/* rows and words are borrowed. Never NULL: rows with faults are never chosen. */
struct menus *menus_new(const struct menu_conf *rows, size_t n, const struct menu_words *words);
void menus_free(struct menus *m);
/* Faults of the rows, as conf_fault() lines; false with faults. */
bool menus_check(const struct menu_conf *rows, size_t n, char **errors);

enum menu_step {
	MENU_NONE,    /* not for a menu */
	MENU_ENTER,   /* node is chosen, or led back to, or asked again */
	MENU_UNKNOWN, /* nothing is chosen: node is where the user is */
	MENU_LOST,    /* the same once too often: the user is nowhere, the reply is an ordinary one */
};
struct menu_move {
	enum menu_step step;
	const struct menu_conf *node;
	const struct menu_conf *place; /* where the user is now; NULL: nowhere */
	unsigned wrong;		       /* replies in a row that chose nothing */
};
/*
 * at: where the user is, NULL: nowhere; wrong: as it was then. text: UTF-8, folded here. Children of `at` come first,
 * then the words of back and repeat, then start words, and for who is nowhere the roots.
 */
struct menu_move menus_move(const struct menus *m, const char *account, const char *code, const struct menu_conf *at,
			    unsigned wrong, struct view text);

/* A place in words that other nodes and later processes understand: "<wrong>/<menu>/<node>". */
void menu_print_place(const struct menu_conf *at, unsigned wrong, char out[MENU_PLACE_MAX]);
/* NULL when there is no such node for the account and the code (any more). */
const struct menu_conf *menus_place(const struct menus *m, const char *account, const char *code, struct view place,
				    unsigned *wrong);
/* Calls fn for each reply that some row is chosen by (not folded). */
void menus_each_key(const struct menus *m, void (*fn)(void *arg, const struct menu_conf *row, const char *key),
		    void *arg);

/* --- its text --- */

struct menu_values {
	unsigned n; /* fetched so far, in the order of their names in the text */
	bool missing;
	uint16_t len[MENU_VALUES];
	char value[MENU_VALUES][MENU_VALUE_MAX];
};
/* The name of the next value to fetch; false when all are there. Borrows the row. */
bool menu_next_name(const struct menu_conf *menu, const struct menu_values *have, struct view *name);
void menu_put_value(struct menu_values *have, bool found, struct view value);
/* The text to send; false when there is none (a value is missing and `missing` is empty text only if text is too). */
bool menu_expand(const struct menu_conf *menu, const struct menu_values *have, char out[MENU_TEXT_MAX]);
/* Faults of a row by itself (more than MENU_VALUES names, a brace not closed) as a static text, NULL when it is good.
 */
const char *menu_fault(const struct menu_conf *menu);

#endif
