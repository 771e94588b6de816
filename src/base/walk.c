/*
 * walk.c - a walk's place is a node of the list itself, behind the member that was told last; so is its end. Must not
 * know what members are.
 */
#include "base/walk.h"

void walk_list_init(struct walk_list *l)
{
	list_init(&l->all);
	list_init(&l->walks);
}

void walk_list_add(struct walk_list *l, struct list *node)
{
	list_append(&l->all, node);
}

static bool is_place(const struct walk_list *l, const struct list *node)
{
	LIST_EACH(among, &l->walks) {
		const struct walk *w = LIST_OF(among, struct walk, among);
		if (&w->at == node || &w->end == node)
			return true;
	}
	return false;
}

struct list *walk_first(const struct walk_list *l)
{
	LIST_EACH(node, &l->all) {
		if (!is_place(l, node))
			return node;
	}
	return NULL;
}

bool walk_goes(const struct walk *w)
{
	return w->among.next && !list_empty(&w->among);
}

void walk_end(struct walk *w)
{
	if (!walk_goes(w))
		return;
	list_remove(&w->at);
	list_remove(&w->end);
	list_remove(&w->among);
}

void walk_begin(struct walk_list *l, struct walk *w)
{
	walk_end(w);
	list_put(&l->all, &w->at);
	list_append(&l->all, &w->end);
	list_append(&l->walks, &w->among);
}

struct list *walk_next(struct walk_list *l, struct walk *w)
{
	if (!walk_goes(w))
		return NULL;
	struct list *node = w->at.next;
	while (node != &w->end && is_place(l, node))
		node = node->next;
	if (node == &w->end) {
		walk_end(w);
		return NULL;
	}
	list_remove(&w->at);
	list_put(node, &w->at);
	return node;
}
