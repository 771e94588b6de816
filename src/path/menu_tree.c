/*
 * menu_tree.c - trees of menu rows: which one a reply chooses, where that leads, places in words. Must not know texts
 * and their values (menu.c), nor who remembers where a user is.
 */
#include "path/menu.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define KEY_MAX 64u

struct node {
	const struct menu_conf *row;
	const struct node *parent; /* NULL: a root */
	bool children;
	bool good; /* its parents lead to a root */
};

struct menus {
	struct node *nodes; /* in the order of the rows */
	size_t n;
	struct menu_words words;
};

/* --- folding --- */

/*
 * As every text of a user is folded; but of a text that is nothing but marks ("#", "*") the marks count. Returns
 * octets; more than KEY_MAX: it is no key.
 */
static size_t fold(const char *s, size_t n, char out[KEY_MAX + 4])
{
	size_t len = text_fold(s, n, out, KEY_MAX + 4), at = 0, marks = 0;
	if (len > 0)
		return len;
	while (at < n && marks <= KEY_MAX) {
		int32_t c = text_get(s, n, &at);
		if (c >= 0 && !text_is_blank(c) && !text_is_unseen(c))
			marks += text_put(text_fold_one(c), out + marks);
	}
	return marks;
}

static bool is_key(const char *key, const char *folded, size_t n)
{
	char own[KEY_MAX + 4];
	size_t m = fold(key, strlen(key), own);
	return m == n && m > 0 && memcmp(own, folded, n) == 0;
}

static bool in_list(const struct conf_list *list, const char *folded, size_t n)
{
	for (size_t i = 0; list && i < list->n; i++) {
		if (is_key(list->at[i], folded, n))
			return true;
	}
	return false;
}

static bool chosen_by(const struct menu_conf *row, const char *folded, size_t n)
{
	return is_key(row->key, folded, n) || in_list(&row->keys, folded, n);
}

/* --- trees --- */

static const struct menu_conf *find_parent(const struct menu_conf *rows, size_t n, const struct menu_conf *child)
{
	for (size_t i = 0; i < n; i++) {
		if (*rows[i].node && strcmp(rows[i].node, child->parent) == 0 && strcmp(rows[i].menu, child->menu) == 0)
			return &rows[i];
	}
	return NULL;
}

/* Whether the row's parents lead to a root. */
static bool is_rooted(const struct menu_conf *rows, size_t n, const struct menu_conf *row)
{
	for (size_t steps = 0; row && steps <= n; steps++) {
		if (!*row->parent)
			return true;
		row = find_parent(rows, n, row);
	}
	return false;
}

struct menus *menus_new(const struct menu_conf *rows, size_t n, const struct menu_words *words)
{
	struct menus *m = mem_zalloc(sizeof(*m));
	m->nodes = mem_zalloc((n + 1) * sizeof(*m->nodes));
	m->n = n;
	m->words = *words;
	for (size_t i = 0; i < n; i++) {
		struct node *x = &m->nodes[i];
		const struct menu_conf *parent = *rows[i].parent ? find_parent(rows, n, &rows[i]) : NULL;
		x->row = &rows[i];
		x->good = is_rooted(rows, n, &rows[i]);
		if (!parent)
			continue;
		x->parent = &m->nodes[parent - rows];
		m->nodes[parent - rows].children = true;
	}
	return m;
}

void menus_free(struct menus *m)
{
	if (!m)
		return;
	mem_free(m->nodes);
	mem_free(m);
}

static bool fits(const struct menu_conf *row, const char *account, const char *code)
{
	return (!*row->account || strcmp(row->account, account) == 0) &&
	       strncmp(row->source, code, strlen(row->source)) == 0;
}

static const struct node *node_of(const struct menus *m, const struct menu_conf *row)
{
	for (size_t i = 0; row && i < m->n; i++) {
		if (m->nodes[i].row == row)
			return &m->nodes[i];
	}
	return NULL;
}

static struct menu_move go_to(const struct node *x)
{
	return (struct menu_move){.step = MENU_ENTER, .node = x->row, .place = x->children ? x->row : NULL};
}

/* A leaf leaves the user where it was chosen, for a next choice. */
static struct menu_move choose(const struct node *x, const struct node *at)
{
	const struct node *to = x->parent ? x->parent : x;
	if (x->row->action == MENU_BACK && to->parent)
		return go_to(to->parent);
	while (x->row->action == MENU_TOP && to->parent)
		to = to->parent;
	if ((x->row->action == MENU_BACK || x->row->action == MENU_TOP) && to != x)
		return go_to(to);
	struct menu_move move = go_to(x);
	if (!x->children && at)
		move.place = at->row;
	if (x->row->end || x->row->action == MENU_OPT_OUT)
		move.place = NULL;
	return move;
}

static const struct node *find_under(const struct menus *m, const struct node *parent, const char *account,
				     const char *code, const char *folded, size_t n)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct node *x = &m->nodes[i];
		if (x->good && x->parent == parent && fits(x->row, account, code) && chosen_by(x->row, folded, n))
			return x;
	}
	return NULL;
}

static const struct node *find_start(const struct menus *m, const char *account, const char *code, const char *folded,
				     size_t n)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct node *x = &m->nodes[i];
		if (x->good && fits(x->row, account, code) && in_list(&x->row->start, folded, n))
			return x;
	}
	return NULL;
}

struct menu_move menus_move(const struct menus *m, const char *account, const char *code,
			    const struct menu_conf *at_row, unsigned wrong, struct view text)
{
	char folded[KEY_MAX + 4]; /* room for one character more: a longer text is no key */
	size_t n = fold((const char *)text.p, text.n, folded);
	const struct node *at = node_of(m, at_row), *x;
	if (at && (x = find_under(m, at, account, code, folded, n)))
		return choose(x, at);
	if (at && in_list(m->words.back, folded, n))
		return go_to(at->parent ? at->parent : at);
	if (at && in_list(m->words.repeat, folded, n))
		return go_to(at);
	if ((x = find_start(m, account, code, folded, n)))
		return choose(x, NULL);
	if (at && wrong < MENU_WRONG_MAX)
		return (struct menu_move){MENU_UNKNOWN, at->row, at->row, wrong + 1};
	if (at)
		return (struct menu_move){.step = MENU_LOST};
	if ((x = find_under(m, NULL, account, code, folded, n)))
		return choose(x, NULL);
	return (struct menu_move){.step = MENU_NONE};
}

/* --- places in words --- */

void menu_print_place(const struct menu_conf *at, unsigned wrong, char out[MENU_PLACE_MAX])
{
	snprintf(out, MENU_PLACE_MAX, "%u/%s/%s", wrong, at->menu, at->node);
}

const struct menu_conf *menus_place(const struct menus *m, const char *account, const char *code, struct view place,
				    unsigned *wrong)
{
	char have[MENU_PLACE_MAX], want[MENU_PLACE_MAX];
	*wrong = place.n > 1 && place.p[0] >= '0' && place.p[0] <= '9' ? (unsigned)(place.p[0] - '0') : 0;
	snprintf(have, sizeof(have), "%.*s", (int)place.n, place.n ? (const char *)place.p : "");
	for (size_t i = 0; *have && i < m->n; i++) {
		const struct node *x = &m->nodes[i];
		if (!x->good || !x->children || !fits(x->row, account, code))
			continue;
		menu_print_place(x->row, *wrong, want);
		if (strcmp(have, want) == 0)
			return x->row;
	}
	return NULL;
}

/* --- faults --- */

static bool same_keys(const struct menu_conf *a, const struct menu_conf *b, const char **key)
{
	char folded[KEY_MAX + 4];
	for (size_t i = 0; i <= a->keys.n; i++) {
		*key = i ? a->keys.at[i - 1] : a->key;
		size_t n = fold(*key, strlen(*key), folded);
		if (n && chosen_by(b, folded, n))
			return true;
	}
	return false;
}

/* What two rows of one tree must not have in common. */
static bool check_pair(const struct menu_conf *a, const struct menu_conf *b, char **errors)
{
	const char *key;
	bool good = true;
	if (strcmp(a->menu, b->menu) != 0)
		return true;
	if (*a->node && strcmp(a->node, b->node) == 0) {
		conf_fault(errors, &b->where, "menu \"%s\": there is another node \"%s\" at line %d", b->menu, b->node,
			   a->where.line);
		good = false;
	}
	if (*a->parent && strcmp(a->parent, b->parent) == 0 && strcmp(a->account, b->account) == 0 &&
	    strcmp(a->source, b->source) == 0 && same_keys(a, b, &key)) {
		conf_fault(errors, &b->where,
			   "menu \"%s\": under \"%s\" the key \"%s\" chooses the row at line %d already", b->menu,
			   b->parent, key, a->where.line);
		good = false;
	}
	return good;
}

static bool check_row(const struct menu_conf *rows, size_t n, const struct menu_conf *row, char **errors)
{
	const char *fault = menu_fault(row);
	if (fault) {
		conf_fault(errors, &row->where, "%s", fault);
	} else if (strchr(row->menu, '/') || strchr(row->node, '/')) {
		fault = "slash";
		conf_fault(errors, &row->where, "the names of menus and nodes may not hold slashes");
	} else if (*row->parent && !find_parent(rows, n, row)) {
		fault = "parent";
		conf_fault(errors, &row->where, "menu \"%s\" has no node \"%s\", which is named as a parent", row->menu,
			   row->parent);
	} else if (!is_rooted(rows, n, row)) {
		fault = "circle";
		conf_fault(errors, &row->where,
			   "menu \"%s\": the parents of node \"%s\" lead in a circle, not to a root", row->menu,
			   row->node);
	}
	return !fault;
}

bool menus_check(const struct menu_conf *rows, size_t n, char **errors)
{
	bool good = true;
	for (size_t i = 0; i < n; i++) {
		good &= check_row(rows, n, &rows[i], errors);
		for (size_t k = 0; k < i; k++)
			good &= check_pair(&rows[k], &rows[i], errors);
	}
	return good;
}

void menus_each_key(const struct menus *m, void (*fn)(void *arg, const struct menu_conf *row, const char *key),
		    void *arg)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct menu_conf *row = m->nodes[i].row;
		if (*row->key)
			fn(arg, row, row->key);
		for (size_t k = 0; k < row->keys.n; k++)
			fn(arg, row, row->keys.at[k]);
		for (size_t k = 0; k < row->start.n; k++)
			fn(arg, row, row->start.at[k]);
	}
}
