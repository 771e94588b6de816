/*
 * list.h - an intrusive doubly linked list. The owner embeds struct list; the list never allocates.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *prev, *next;
};

#define LIST_OF(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))
#define LIST_EACH(node, head)	    for (struct list *node = (head)->next; node != (head); node = node->next)
/* safe when the body takes node out */
#define LIST_EACH_SAFE(node, tmp, head)                                                                                \
	for (struct list *node = (head)->next, *tmp = node->next; node != (head); node = tmp, tmp = node->next)

static inline void list_init(struct list *l)
{
	l->prev = l->next = l;
}
static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}
/* puts node behind at; list_append(head, node) when at is head->prev */
static inline void list_put(struct list *at, struct list *node)
{
	node->prev = at;
	node->next = at->next;
	at->next->prev = node;
	at->next = node;
}
static inline void list_append(struct list *head, struct list *node)
{
	list_put(head->prev, node);
}
/* takes node out and leaves it an empty list, so that a second list_remove() does no harm */
static inline void list_remove(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}
/* all of from are in to, which was in no list, in the same order; from is empty */
static inline void list_take_all(struct list *to, struct list *from)
{
	list_init(to);
	if (list_empty(from))
		return;
	*to = *from;
	to->next->prev = to;
	to->prev->next = to;
	list_init(from);
}

/* all of from stand behind those of to; from is empty */
static inline void list_append_all(struct list *to, struct list *from)
{
	if (list_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	list_init(from);
}

#endif
