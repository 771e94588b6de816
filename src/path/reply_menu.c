/*
 * reply_menu.c - a reply that chooses from a menu: what is fetched for its text, and the text goes out. Must not know
 * how a MO is answered, nor keywords.
 */
#include "path/reply_priv.h"

#include "base/mem.h"

static void fetch_next(struct mo *mo);

static void on_value(void *arg, uint64_t token, bool found, struct view value)
{
	(void)arg;
	struct mo *mo = reply_of(token);
	menu_put_value(&mo->values, found, value);
	fetch_next(mo);
	reply_release(mo);
}

/* The values of the text's {names} are fetched one after the other, then the text goes out. */
static void fetch_next(struct mo *mo)
{
	struct view name;
	char text[MENU_TEXT_MAX];
	const char *account = account_name(reply_account(mo));
	if (menu_next_name(mo->menu, &mo->values, &name)) {
		reply_expect(mo, store_value(mo->reply->store, view_of(account), name, on_value, reply_token(mo)));
		return;
	}
	if (menu_expand(mo->menu, &mo->values, text))
		reply_answer(mo, text);
}

bool reply_menu(struct mo *mo)
{
	struct reply *r = mo->reply;
	struct view text = {(const uint8_t *)mo->text, (uint32_t)mo->text_n};
	const struct menu_conf *menu =
		menu_find(r->setup.menus, r->setup.menus_n, account_name(reply_account(mo)), mo->code, text);
	if (!menu)
		return false;
	r->counters.menus++;
	mo->menu = conf_copy(menu_rows, sizeof(*menu), menu);
	if (menu->action == MENU_FORWARD)
		reply_forward(mo);
	else
		fetch_next(mo);
	return true;
}
