/*
 * walk.h - intrusive lists that may be walked in steps, over many turns, while members leave and others come. Owns no
 * member; nothing is allocated.
 */
#ifndef BASE_WALK_H
#define BASE_WALK_H

#include "base/list.h"

struct walk_list {
	struct list all;   /* members, oldest first, and among them the places of walks: walk.c alone may read it */
	struct list walks; /* through walk.among */
};

void walk_list_init(struct walk_list *l);
void walk_list_add(struct walk_list *l, struct list *node); /* list_remove() takes it out, at any time */
struct list *walk_first(const struct walk_list *l);	    /* the oldest; NULL: there is none */

/*
 * Goes once over those that are there when it begins and have not left when their turn comes, oldest first. The one
 * that was told last may have left, too. Any number of walks may be under way; all end before the list does.
 */
struct walk { /* embedded by its owner; zero it before first use */
	struct list at, end, among;
};
void walk_begin(struct walk_list *l, struct walk *w);	     /* also one that is under way: from the start again */
struct list *walk_next(struct walk_list *l, struct walk *w); /* NULL: that was all; the walk has ended, or had */
void walk_end(struct walk *w);				     /* harmless when there is none */
bool walk_goes(const struct walk *w);			     /* it is under way */

#endif
