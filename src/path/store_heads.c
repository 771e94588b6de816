/*
 * store_heads.c - one line after the other into Redis; what was not stored is sent again when the store is up. Must not
 * know what a head is.
 */
#include "path/store_heads.h"

#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"
#include "path/store_batch.h"

struct head {
	struct list link;
	char *hour, *line;
};

struct heads {
	struct store *store;
	store_fn fn;
	uint64_t token;
	struct list waiting;
	bool open; /* the first is on its way */
};

struct heads *heads_new(void)
{
	struct heads *h = mem_zalloc(sizeof(*h));
	list_init(&h->waiting);
	return h;
}

static void drop_first(struct heads *h)
{
	struct head *first = LIST_OF(h->waiting.next, struct head, link);
	list_remove(&first->link);
	mem_free(first->hour);
	mem_free(first->line);
	mem_free(first);
}

void heads_free(struct heads *h)
{
	if (!h)
		return;
	while (!list_empty(&h->waiting))
		drop_first(h);
	mem_free(h);
}

static void send_first(struct heads *h)
{
	struct buf cmd = {0};
	char node[16];
	if (h->open || list_empty(&h->waiting) || !h->store || !store_up(h->store))
		return;
	const struct head *first = LIST_OF(h->waiting.next, struct head, link);
	snprintf(node, sizeof(node), "%u", store_node(h->store));
	resp_start(&cmd, 4);
	resp_str(&cmd, "HSET");
	store_key(h->store, &cmd, "evidence:", view_of(node));
	resp_str(&cmd, first->hour);
	resp_str(&cmd, first->line);
	h->open = store_send(h->store, &cmd, h->fn, h->token) == 0;
	buf_free(&cmd);
}

void heads_use(struct heads *h, struct store *store, store_fn fn, uint64_t token)
{
	h->store = store;
	h->fn = fn;
	h->token = token;
}

void heads_add(struct heads *h, const char *hour, const char *line)
{
	struct head *x = mem_zalloc(sizeof(*x));
	x->hour = mem_strdup(hour);
	x->line = mem_strdup(line);
	list_append(&h->waiting, &x->link);
	send_first(h);
}

void heads_up(struct heads *h)
{
	send_first(h);
}

void heads_stored(struct heads *h, bool ok)
{
	h->open = false;
	if (!ok)
		return; /* again when the store is up */
	drop_first(h);
	send_first(h);
}
