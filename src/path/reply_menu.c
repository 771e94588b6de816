/*
 * reply_menu.c - a reply that is for a menu: where it leads, what is kept of that, what is fetched for the text, and
 * what the row does. Must not know how a MO is answered, nor which row a reply chooses (menu_tree.c).
 */
#include "path/reply_priv.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"

#define TAIL	    "number_tail" /* a name whose value is the end of the number */
#define TAIL_DIGITS 4u

static struct view number_of(const struct mo *mo)
{
	return (struct view){(const uint8_t *)mo->from.digits, mo->from.n};
}

/* --- the text: all values of its {names} are fetched at once, then it goes out --- */

static void say(struct mo *mo)
{
	char text[MENU_TEXT_MAX], both[MENU_TEXT_MAX + 512];
	bool any = menu_expand(mo->menu, &mo->values, text);
	if (!mo->chose_nothing) {
		if (any)
			reply_answer(mo, mo->still_stopped ? mo->reply->setup.conf->still_stopped : text);
		return;
	}
	const char *unknown = *mo->menu->unknown ? mo->menu->unknown : mo->reply->setup.conf->menu_unknown;
	snprintf(both, sizeof(both), "%s%s", unknown, any ? text : "");
	reply_answer(mo, both);
}

static void on_values(void *arg, uint64_t token, const struct view *values, size_t n)
{
	(void)arg;
	struct mo *mo = reply_of(token);
	struct view name;
	for (size_t i = 0; i < n && menu_next_name(mo->menu, &mo->values, &name); i++) {
		struct view v = values[i];
		uint8_t tail = mo->from.n < TAIL_DIGITS ? mo->from.n : TAIL_DIGITS;
		if (view_eq(name, view_of(TAIL)))
			v = (struct view){(const uint8_t *)mo->from.digits + mo->from.n - tail, tail};
		menu_put_value(&mo->values, v.p != NULL, v);
	}
	say(mo);
	reply_release(mo);
}

static void fetch(struct mo *mo)
{
	struct view names[MENU_VALUES];
	struct menu_values seen = {.n = 0};
	while (menu_next_name(mo->menu, &seen, &names[seen.n]))
		seen.n++;
	if (seen.n == 0)
		say(mo);
	else
		reply_expect(mo, store_menu_values(mo->reply->store, view_of(account_name(reply_account(mo))),
						   number_of(mo), names, seen.n, on_values, reply_token(mo)));
}

/* --- where the user is --- */

static void remember(struct mo *mo, const struct menu_move *move)
{
	struct reply *r = mo->reply;
	char place[MENU_PLACE_MAX];
	if (move->place && mo->from.n) {
		menu_print_place(move->place, move->wrong, place);
		reply_expect(mo, store_menu_put(r->store, number_of(mo), view_of(mo->code), place, mo->begun_ms,
						r->setup.conf->menu_timeout, reply_on_effect, reply_token(mo)));
	} else if (*mo->place) {
		reply_expect(mo, store_menu_end(r->store, number_of(mo), view_of(mo->code), INT64_MAX, reply_on_effect,
						reply_token(mo)));
	}
}

/* --- what a row does --- */

static void opt(struct mo *mo, enum keyword_action action)
{
	static char nothing[] = "";
	const struct keyword_conf k = {.action = (int)action, .scope = KEYWORD_OF_ACCOUNT, .reply = nothing};
	if (mo->from.n)
		reply_do_keyword(mo, &k);
}

static void act(struct mo *mo)
{
	switch ((enum menu_action)mo->menu->action) {
	case MENU_FORWARD:
		reply_forward(mo);
		break;
	case MENU_OPT_OUT:
		opt(mo, KEYWORD_OPT_OUT);
		break;
	case MENU_OPT_IN:
		opt(mo, KEYWORD_OPT_IN);
		break;
	case MENU_WEBHOOK:
		reply_webhook(mo);
		return; /* its answer is the text */
	case MENU_TEXT:
	case MENU_BACK:
	case MENU_TOP:
		break;
	}
	fetch(mo);
}

bool reply_menu(struct mo *mo, bool keyword)
{
	struct reply *r = mo->reply;
	const char *account = account_name(reply_account(mo));
	struct view text = {(const uint8_t *)mo->text, (uint32_t)mo->text_n};
	unsigned wrong = 0;
	char number[32];
	const struct menu_conf *at = menus_place(r->menus, account, mo->code, view_of(mo->place), &wrong);
	struct menu_move move = menus_move(r->menus, account, mo->code, at, wrong, text);
	if (move.step == MENU_NONE || (keyword && move.step != MENU_ENTER))
		return false;
	remember(mo, &move);
	if (move.step == MENU_LOST) {
		r->counters.menu_lost++;
		return false;
	}
	mo->menu = conf_copy(menu_rows, sizeof(*move.node), move.node);
	log_peer_info(account, "event=menu menu=%s node=%s known=%s number=%s code=%s", mo->menu->menu, mo->menu->node,
		      move.step == MENU_ENTER ? "yes" : "no", log_number(mo->from.digits, mo->from.n, number),
		      mo->code);
	if (move.step == MENU_UNKNOWN) {
		r->counters.menu_unknown++;
		mo->chose_nothing = true;
		fetch(mo);
		return true;
	}
	r->counters.menus++;
	act(mo);
	return true;
}

/* --- what will not be chosen as it looks --- */

struct looking {
	struct keywords *keywords;
	char **warnings;
};

static void look_at_key(void *arg, const struct menu_conf *row, const char *key)
{
	const struct looking *l = arg;
	const struct keyword_subject s = {.account = row->account, .code = row->source, .text = view_of(key)};
	const struct keyword_conf *k = keywords_match(l->keywords, &s);
	if (k && (!*row->parent || reply_goes_first(k)))
		conf_fault(l->warnings, &row->where,
			   "warning: menu key \"%s\" is a keyword (%s), which comes first: the key chooses nothing",
			   key, keyword_action_name((enum keyword_action)k->action));
}

void reply_warn(const struct reply_setup *setup, char **warnings)
{
	const struct menu_words words = {&setup->conf->menu_back, &setup->conf->menu_repeat};
	struct looking l = {.warnings = warnings};
	char *faults = NULL;
	l.keywords = keywords_new(setup->keywords, setup->keywords_n, setup->conf->builtin_keywords, &faults);
	struct menus *m = menus_new(setup->menus, setup->menus_n, &words);
	if (l.keywords)
		menus_each_key(m, look_at_key, &l);
	menus_free(m);
	keywords_free(l.keywords);
	free(faults);
}
