/*
 * fake_keys.c - the keys of the simulated Redis, what they hold, and when they expire. Knows no command.
 */
#include "fake_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

static void item_free(struct fake_item *it)
{
	list_remove(&it->link);
	for (size_t i = 0; i < it->fields_n; i++)
		mem_free(it->fields[i].p);
	mem_free(it->fields);
	mem_free(it->name.p);
	mem_free(it->value.p);
	mem_free(it);
}

void fake_key_free(struct fake_key *k)
{
	while (!list_empty(&k->items))
		item_free(LIST_OF(k->items.next, struct fake_item, link));
	list_remove(&k->link);
	mem_free(k->text.p);
	mem_free(k->name);
	mem_free(k);
}

struct fake_key *fake_key_find(struct fake_data *d, const char *name)
{
	LIST_EACH_SAFE(node, tmp, &d->keys) {
		struct fake_key *k = LIST_OF(node, struct fake_key, link);
		if (strcmp(k->name, name) != 0)
			continue;
		if (k->expiry_ms == 0 || k->expiry_ms > d->now_ms)
			return k;
		fake_key_free(k);
		return NULL;
	}
	return NULL;
}

struct fake_key *fake_key_make(struct fake_data *d, const char *name, enum fake_kind kind)
{
	struct fake_key *k = fake_key_find(d, name);

	if (k != NULL && k->kind == kind)
		return k;
	if (k != NULL) {
		fprintf(stderr, "scene: the gateway uses the key %s for two kinds of value\n", name);
		abort();
	}
	k = mem_zalloc(sizeof(*k));
	k->name = mem_strdup(name);
	k->kind = kind;
	list_init(&k->items);
	list_append(&d->keys, &k->link);
	return k;
}

struct fake_item *fake_item_find(const struct fake_key *k, const struct blob *name)
{
	if (k == NULL)
		return NULL;
	LIST_EACH(node, &k->items) {
		struct fake_item *it = LIST_OF(node, struct fake_item, link);
		if (blob_equal(&it->name, name))
			return it;
	}
	return NULL;
}

struct fake_item *fake_item_add(struct fake_key *k, const struct blob *name)
{
	struct fake_item *it = mem_zalloc(sizeof(*it));

	it->name = blob_of(name->p, name->n);
	if (k->kind == FAKE_HASH)
		list_put(&k->items, &it->link); /* nobody may rely on an order of a hash */
	else
		list_append(&k->items, &it->link);
	k->n++;
	return it;
}

void fake_item_drop(struct fake_key *k, struct fake_item *it)
{
	item_free(it);
	if (--k->n == 0 && k->kind != FAKE_STREAM)
		fake_key_free(k);
}

long long fake_arg_int(const struct fake_call *c, size_t i)
{
	return strtoll((const char *)c->argv[i].p, NULL, 10);
}
