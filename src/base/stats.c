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

/* All rows of one name. */
struct stats_family {
	const char *name;
	struct stats_place {
		const struct stats_table *table;
		const struct stats_row *row;
	} * places;
	size_t n;
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
	struct stats_family *families; /* in the order of their first row */
	size_t families_n;
	struct map *by_rows;   /* address of the first row -> struct stats_table */
	struct map *by_name;   /* -> index of a family */
	struct map *by_object; /* address -> struct stats_object; an object may have several */
	struct list walks;     /* that are under way: an object that goes may be the next of one */
};

/* First before() of every object, table by table; then every place of every family. */
struct stats_walk {
	struct list link;
	struct stats *stats;
	const struct list *table; /* the list's head: before() is done for all */
	size_t family, place;
	const struct list *object; /* the next of the table's; its list's head: none is left; NULL: not begun */
};

struct stats *stats_new(void)
{
	struct stats *s = mem_zalloc(sizeof(*s));

	list_init(&s->tables);
	list_init(&s->walks);
	s->by_rows = map_new();
	s->by_name = map_new();
	s->by_object = map_new();
	return s;
}

/* A walk that stands before it goes on behind it. */
static void stats_object_free(struct stats *s, struct stats_object *o)
{
	LIST_EACH(node, &s->walks) {
		struct stats_walk *w = LIST_OF(node, struct stats_walk, link);
		if (w->object == &o->link)
			w->object = o->link.next;
	}
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
			stats_object_free(s, LIST_OF(entry, struct stats_object, link));
		mem_free(t);
	}
	for (size_t i = 0; i < s->families_n; i++)
		mem_free(s->families[i].places);
	mem_free(s->families);
	map_free(s->by_rows);
	map_free(s->by_name);
	map_free(s->by_object);
	mem_free(s);
}

struct stats_name {
	const struct stats *stats;
	const char *name;
};

static bool stats_is_name(uint64_t value, const void *key)
{
	const struct stats_name *k = key;

	return strcmp(k->stats->families[value].name, k->name) == 0;
}

/* The family of a name; made when there is none yet. */
static struct stats_family *stats_family(struct stats *s, const char *name)
{
	const struct stats_name key = {s, name};
	uint64_t hash = map_hash(name, strlen(name)), at;

	if (map_find(s->by_name, hash, stats_is_name, &key, &at))
		return &s->families[at];
	s->families = mem_realloc(s->families, (s->families_n + 1) * sizeof(s->families[0]));
	s->families[s->families_n] = (struct stats_family){.name = name};
	if (map_put(s->by_name, hash, s->families_n) != 0)
		abort(); /* start-up memory: as mem_zalloc() */
	return &s->families[s->families_n++];
}

static bool stats_is_table(uint64_t value, const void *key)
{
	const struct stats_table *t = (const struct stats_table *)(uintptr_t)value, *wanted = key;

	return t->rows == wanted->rows && t->n == wanted->n;
}

static struct stats_table *stats_table(struct stats *s, const struct stats_row *rows, size_t n)
{
	const struct stats_table key = {.rows = rows, .n = n};
	uint64_t hash = map_hash_u64((uintptr_t)rows), value;

	if (map_find(s->by_rows, hash, stats_is_table, &key, &value))
		return (struct stats_table *)(uintptr_t)value;
	struct stats_table *t = mem_zalloc(sizeof(*t));
	t->rows = rows;
	t->n = n;
	if (map_put(s->by_rows, hash, (uintptr_t)t) != 0)
		abort(); /* start-up memory: as mem_zalloc() */
	list_init(&t->objects);
	list_append(&s->tables, &t->link);
	for (size_t i = 0; i < n; i++) {
		struct stats_family *f = stats_family(s, rows[i].name);
		f->places = mem_realloc(f->places, (f->n + 1) * sizeof(f->places[0]));
		f->places[f->n++] = (struct stats_place){t, &rows[i]};
	}
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
		stats_object_free(s, (struct stats_object *)(uintptr_t)value);
}

/* Calls before() of at most n objects; what is left of n. */
static size_t stats_walk_before(struct stats_walk *w, size_t n)
{
	const struct list *tables = &w->stats->tables;

	while (w->table != tables) {
		const struct stats_table *t = LIST_OF(w->table, struct stats_table, link);
		if (w->object == NULL)
			w->object = t->objects.next;
		for (; w->object != &t->objects; n--, w->object = w->object->next) {
			const struct stats_object *o = LIST_OF(w->object, struct stats_object, link);
			if (n == 0)
				return 0;
			if (o->before != NULL)
				o->before(o->object);
		}
		w->table = w->table->next;
		w->object = NULL;
	}
	return n;
}

/* Tells of at most n samples of one place; what is left of n. */
static size_t stats_walk_place(struct stats_walk *w, const struct stats_place *p, size_t n, stats_walk_fn fn, void *arg)
{
	const size_t costs = p->row->type == STATS_HISTOGRAM ? STATS_WALK_HISTOGRAM : 1;

	if (w->object == NULL)
		w->object = p->table->objects.next;
	for (; n > 0 && w->object != &p->table->objects; w->object = w->object->next) {
		const struct stats_object *o = LIST_OF(w->object, struct stats_object, link);
		struct stats_sample sample = {
			.row = p->row,
			.label = o->label,
			.label_value = o->value,
			.at = o->object ? (const char *)o->object + p->row->offset : NULL,
		};
		fn(&sample, arg);
		n -= costs < n ? costs : n;
	}
	return n;
}

bool stats_walk_some(struct stats_walk *w, size_t n, stats_walk_fn fn, void *arg)
{
	n = stats_walk_before(w, n);
	while (n > 0 && w->family < w->stats->families_n) {
		const struct stats_family *f = &w->stats->families[w->family];
		n = stats_walk_place(w, &f->places[w->place], n, fn, arg);
		if (w->object != &f->places[w->place].table->objects)
			return true;
		w->object = NULL;
		if (++w->place == f->n) {
			w->place = 0;
			w->family++;
		}
	}
	return w->family < w->stats->families_n;
}

static void stats_walk_begin(struct stats_walk *w, struct stats *s)
{
	*w = (struct stats_walk){.stats = s, .table = s->tables.next};
	list_append(&s->walks, &w->link);
}

struct stats_walk *stats_walk_new(struct stats *s)
{
	struct stats_walk *w = mem_zalloc(sizeof(*w));

	stats_walk_begin(w, s);
	return w;
}

void stats_walk_free(struct stats_walk *w)
{
	if (w == NULL)
		return;
	list_remove(&w->link);
	mem_free(w);
}

void stats_walk(struct stats *s, stats_walk_fn fn, void *arg)
{
	struct stats_walk w;

	stats_walk_begin(&w, s);
	while (stats_walk_some(&w, SIZE_MAX, fn, arg))
		;
	list_remove(&w.link);
}
