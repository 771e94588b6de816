/*
 * menu.c - menu rows and their texts. Must not know sessions, the store or how a text is sent.
 */
#include "path/menu.h"

#include <string.h>

#include "base/text.h"

#define KEY_MAX 64u /* octets */

static const char *const actions[] = {"text", "forward", NULL};

const struct conf_row menu_rows[] = {
	{"account", CONF_STRING, offsetof(struct menu_conf, account), "", 0, 15, "", true,
	 "Account whose replies this row is for; empty for all.", NULL},
	{"source", CONF_STRING, offsetof(struct menu_conf, source), "", 0, 20, "", true,
	 "Code that the reply was sent to, or its beginning; empty for all.", NULL},
	{"key", CONF_STRING, offsetof(struct menu_conf, key), "", 1, KEY_MAX, NULL, true,
	 "The reply that chooses this row; width, case and blanks do not matter.", NULL},
	{"action", CONF_CHOICE, offsetof(struct menu_conf, action), "", 0, 0, "text", true,
	 "Answer with text, or forward the reply to the app.", actions},
	{"text", CONF_STRING, offsetof(struct menu_conf, text), "", 0, 2000, "", true,
	 "The answer; {name} is replaced by the field name of the hash value:<account> in Redis.", NULL},
	{"missing", CONF_STRING, offsetof(struct menu_conf, missing), "", 0, 2000, "", true,
	 "The answer when a value is not there; empty: the text without the value.", NULL},
	{NULL, 0, 0, NULL, 0, 0, NULL, false, NULL, NULL},
};

static bool equals_folded(const char *key, const char *text, size_t n)
{
	char folded[KEY_MAX];
	size_t m = text_fold(key, strlen(key), folded, sizeof(folded));
	return m == n && m > 0 && memcmp(folded, text, n) == 0;
}

const struct menu_conf *menu_find(const struct menu_conf *rows, size_t n, const char *account, const char *code,
				  struct view text)
{
	char folded[KEY_MAX + 4]; /* room for one character more: a longer text is no key */
	size_t len = text_fold((const char *)text.p, text.n, folded, sizeof(folded));
	for (size_t i = 0; i < n; i++) {
		const struct menu_conf *m = &rows[i];
		if (*m->account && strcmp(m->account, account) != 0)
			continue;
		if (strncmp(m->source, code, strlen(m->source)) != 0)
			continue;
		if (equals_folded(m->key, folded, len))
			return m;
	}
	return NULL;
}

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
