/*
 * menu.c - the rows of menus and their texts with values. Must not know where a user is, sessions, the store or how a
 * text is sent.
 */
#include "path/menu.h"

#include <string.h>

#include "base/text.h"

#define KEY_MAX 64u /* octets */

static const char *const actions[] = {"text", "forward", "webhook", "opt-out", "opt-in", "back", "top", NULL};

const struct conf_row menu_rows[] = {
	{"menu", CONF_STRING, offsetof(struct menu_conf, menu), "", 0, 31, "", true,
	 "Name of the tree that this row belongs to.", NULL},
	{"account", CONF_STRING, offsetof(struct menu_conf, account), "", 0, 15, "", true,
	 "Account whose replies this row is for; empty for all.", NULL},
	{"source", CONF_STRING, offsetof(struct menu_conf, source), "", 0, 20, "", true,
	 "Code that the reply was sent to, or its beginning; empty for all.", NULL},
	{"node", CONF_STRING, offsetof(struct menu_conf, node), "", 0, 31, "", true,
	 "Name of this row in its tree; needed when rows name it as their parent.", NULL},
	{"parent", CONF_STRING, offsetof(struct menu_conf, parent), "", 0, 31, "", true,
	 "The node under which this row can be chosen; empty: it can be chosen by who is in no menu.", NULL},
	{"key", CONF_STRING, offsetof(struct menu_conf, key), "", 0, KEY_MAX, "", true,
	 "The reply that chooses this row; width, case and blanks do not matter.", NULL},
	{"keys", CONF_LIST, offsetof(struct menu_conf, keys), "", 0, 0, "", true, "Further replies that choose it.",
	 NULL},
	{"start", CONF_LIST, offsetof(struct menu_conf, start), "", 0, 0, "", true,
	 "Replies that lead to this row at any time, also out of another menu.", NULL},
	{"action", CONF_CHOICE, offsetof(struct menu_conf, action), "", 0, 0, "text", true,
	 "Answer with text, forward the reply to the app, ask a webhook for the answer, stop or start again "
	 "promotional "
	 "texts, or go back.",
	 actions},
	{"text", CONF_STRING, offsetof(struct menu_conf, text), "", 0, 2000, "", true,
	 "The answer; {name} is replaced by the field name of the hash value:<account>:<number>, else of "
	 "value:<account>, in Redis.",
	 NULL},
	{"missing", CONF_STRING, offsetof(struct menu_conf, missing), "", 0, 2000, "", true,
	 "The answer when a value is not there; empty: the text without the value.", NULL},
	{"unknown", CONF_STRING, offsetof(struct menu_conf, unknown), "", 0, 500, "", true,
	 "What is answered, before the text, to a reply that chooses nothing here; empty: reply.menu_unknown.", NULL},
	{"webhook", CONF_STRING, offsetof(struct menu_conf, webhook), "", 0, 31, "", true,
	 "For action webhook: its name in webhooks.", NULL},
	{"fallback", CONF_STRING, offsetof(struct menu_conf, fallback), "", 0, 2000, "", true,
	 "The answer when the webhook fails or is late; empty: none.", NULL},
	{"deadline", CONF_INT, offsetof(struct menu_conf, deadline), "ms", 100, 600000, "10000", true,
	 "How long the webhook may take, all tries together.", NULL},
	{"end", CONF_BOOL, offsetof(struct menu_conf, end), "", 0, 0, "false", true,
	 "Whether the user has left the menu with it.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

/* The i-th {name} of a text; false when there is none. open and close are offsets of its braces. */
static bool find_name(const char *text, unsigned i, size_t *open, size_t *close)
{
	const char *p = text;
	for (;;) {
		const char *o = strchr(p, '{');
		const char *c = o ? strchr(o, '}') : NULL;
		if (!c)
			return false;
		if (i-- == 0) {
			*open = (size_t)(o - text);
			*close = (size_t)(c - text);
			return true;
		}
		p = c + 1;
	}
}

const char *menu_fault(const struct menu_conf *menu)
{
	size_t open, close;
	if (find_name(menu->text, MENU_VALUES, &open, &close))
		return "a menu text can have at most 8 {names}";
	const char *last = strrchr(menu->text, '{');
	if (last && !strchr(last, '}'))
		return "a { in a menu text is not closed";
	if (menu->action == MENU_TEXT && !*menu->text)
		return "a menu row with action text needs a text";
	if (menu->action == MENU_WEBHOOK && !*menu->webhook)
		return "a menu row with action webhook needs webhook, the name of one";
	if (!*menu->key && !menu->keys.n && !menu->start.n)
		return "a menu row needs a key, keys or start: else nothing leads to it";
	return NULL;
}

bool menu_next_name(const struct menu_conf *menu, const struct menu_values *have, struct view *name)
{
	size_t open, close;
	if (have->n == MENU_VALUES || !find_name(menu->text, have->n, &open, &close))
		return false;
	*name = (struct view){(const uint8_t *)menu->text + open + 1, (uint32_t)(close - open - 1)};
	return true;
}

void menu_put_value(struct menu_values *have, bool found, struct view value)
{
	size_t n = found ? text_cut((const char *)value.p, value.n, MENU_VALUE_MAX) : 0;
	if (n && !text_valid((const char *)value.p, n))
		n = 0;
	have->missing |= n == 0;
	if (n)
		memcpy(have->value[have->n], value.p, n);
	have->len[have->n++] = (uint16_t)n;
}

static size_t append(char out[MENU_TEXT_MAX], size_t at, const char *p, size_t n)
{
	if (n > MENU_TEXT_MAX - 1 - at)
		n = text_cut(p, n, MENU_TEXT_MAX - 1 - at);
	memcpy(out + at, p, n);
	return at + n;
}

bool menu_expand(const struct menu_conf *menu, const struct menu_values *have, char out[MENU_TEXT_MAX])
{
	size_t at = 0, from = 0, open, close;
	if (have->missing && *menu->missing) {
		at = append(out, at, menu->missing, strlen(menu->missing));
		out[at] = '\0';
		return true;
	}
	for (unsigned i = 0; i < have->n && find_name(menu->text, i, &open, &close); i++) {
		at = append(out, at, menu->text + from, open - from);
		at = append(out, at, have->value[i], have->len[i]);
		from = close + 1;
	}
	at = append(out, at, menu->text + from, strlen(menu->text + from));
	out[at] = '\0';
	return at > 0;
}
