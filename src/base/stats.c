/*
 * stats.c - the registry of what is counted. Knows tables of rows and where the counted objects are; owns no counter
 * and prints nothing.
 */
#include "base/stats.h"

#include <stdlib.h>
#include <string.h>
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"

struct stats_table { /* one array of rows and all objects counted by it */
	struct list link;
	const struct stats_row *rows;
	size_t n;
	struct list objects;
};

struct stats_object {
	struct list link;
	void *object;
	const char *label;
	char *value;
	void (*before)(void *object);
};

struct stats {
	struct list tables;
	struct map *by_object; /* address -> struct stats_object; an object may have several */
};

struct stats *stats_new(void)
{
	struct stats *s = mem_zalloc(sizeof(*s));

	list_init(&s->tables);
	s->by_object = map_new();
	return s;
}

static void stats_object_free(struct stats_object *o)
{
	list_remove(&o->link);
	mem_free(o->value);
	mem_free(o);
}

void stats_free(struct stats *s)
{
	if (s == NULL)
		return;
	LIST_EACH_SAFE(node, tmp, &s->tables) {
		struct stats_table *t = LIST_OF(node, struct stats_table, link);
		LIST_EACH_SAFE(entry, next, &t->objects)
			stats_object_free(LIST_OF(entry, struct stats_object, link));
		mem_free(t);
	}
	map_free(s->by_object);
	mem_free(s);
}

static struct stats_table *stats_table(struct stats *s, const struct stats_row *rows, size_t n)
{
	LIST_EACH(node, &s->tables) {
		struct stats_table *t = LIST_OF(node, struct stats_table, link);
		if (t->rows == rows && t->n == n)
			return t;
	}

	struct stats_table *t = mem_zalloc(sizeof(*t));
	t->rows = rows;
	t->n = n;
	list_init(&t->objects);
	list_append(&s->tables, &t->link);
	return t;
}

void stats_add(struct stats *s, const struct stats_row *rows, size_t n, void *object, const char *label,
	       const char *value, void (*before)(void *object))
{
	struct stats_table *t = stats_table(s, rows, n);
	struct stats_object *o = mem_zalloc(sizeof(*o));

	o->object = object;
	o->label = label;
	o->value = label != NULL ? mem_strdup(value) : NULL;
	o->before = before;
	list_append(&t->objects, &o->link);
	if (map_put(s->by_object, map_hash_u64((uintptr_t)object), (uintptr_t)o) != 0)
		abort(); /* start-up memory: as mem_zalloc() */
}

static bool stats_is_object(uint64_t value, const void *key)
{
	return ((const struct stats_object *)(uintptr_t)value)->object == key;
}

void stats_drop(struct stats *s, const void *object)
{
	uint64_t value;

	while (map_remove(s->by_object, map_hash_u64((uintptr_t)object), stats_is_object, object, &value))
		stats_object_free((struct stats_object *)(uintptr_t)value);
}

/* Every object's sample of one row. */
static void stats_walk_row(const struct stats_table *t, const struct stats_row *row,
			   void (*fn)(const struct stats_sample *sample, void *arg), void *arg)
{
	LIST_EACH(node, &t->objects) {
		const struct stats_object *o = LIST_OF(node, struct stats_object, link);
		struct stats_sample sample = {
			.row = row,
			.label = o->label,
			.label_value = o->value,
			.at = (const char *)o->object + row->offset,
		};
		fn(&sample, arg);
	}
}

/* All samples of the name of row i in table t; nothing when an earlier row has had that name. */
static void stats_walk_name(const struct stats *s, const struct stats_table *t, size_t i,
			    void (*fn)(const struct stats_sample *sample, void *arg), void *arg)
{
	const char *name = t->rows[i].name;
	bool reached = false;

	LIST_EACH(node, &s->tables) {
		const struct stats_table *other = LIST_OF(node, struct stats_table, link);
		for (size_t k = 0; k < other->n; k++) {
			if (strcmp(other->rows[k].name, name) != 0)
				continue;
			reached = reached || (other == t && k == i);
			if (!reached)
				return;
			stats_walk_row(other, &other->rows[k], fn, arg);
		}
	}
}

void stats_walk(const struct stats *s, void (*fn)(const struct stats_sample *sample, void *arg), void *arg)
{
	LIST_EACH(node, &s->tables) {
		LIST_EACH(entry, &LIST_OF(node, struct stats_table, link)->objects) {
			const struct stats_object *o = LIST_OF(entry, struct stats_object, link);
			if (o->before != NULL)
				o->before(o->object);
		}
	}
	LIST_EACH(node, &s->tables) {
		const struct stats_table *t = LIST_OF(node, struct stats_table, link);
		for (size_t i = 0; i < t->n; i++)
			stats_walk_name(s, t, i, fn, arg);
	}
}
