/*
 * tally.c - counters by object, found by name. Must not know what a message is, nor who looks at the counts.
 */
#include "path/tally.h"

#include "base/map.h"
#include "base/mem.h"

#define TALLY_BUSY_MS 60000 /* for so long after it was counted a campaign keeps its place */

struct object {
	struct tally_object counts; /* first */
	char *name;
	uint32_t name_n;
	uint32_t serial;
	int64_t busy_ms; /* of campaigns: when it was counted or asked for last */
};

struct dim {
	struct object **objects; /* they never move */
	unsigned n, cap;
	unsigned other; /* place of what found none of its own; TALLY_NOWHERE: nothing has yet */
};

struct tally {
	struct loop *loop;
	struct map *names; /* dim << 32 | place */
	struct dim dims[TALLY_DIMS];
	struct tally_object nothing; /* for what is nowhere: nobody looks at it */
	uint32_t serials;
};

struct key { /* what is looked for */
	const struct tally *tally;
	enum tally_dim dim;
	struct view name;
};

static const char *const dim_names[] = {
	[TALLY_ALL] = "all",	     [TALLY_CARRIER] = "carrier", [TALLY_OPERATOR] = "operator",
	[TALLY_ACCOUNT] = "account", [TALLY_CLASS] = "class",	  [TALLY_CAMPAIGN] = "campaign",
	[TALLY_REASON] = "reason",
};
static const char *const what_names[] = {
	[TALLY_ACCEPTED] = "accepted",	 [TALLY_REFUSED] = "refused",	    [TALLY_SENT] = "sent",
	[TALLY_DELIVERED] = "delivered", [TALLY_FAILED] = "failed",	    [TALLY_REPLIES] = "replies",
	[TALLY_OPTOUTS] = "optouts",	 [TALLY_COMPLAINTS] = "complaints",
};
static const char *const time_names[] = {
	[TALLY_WAIT] = "wait",
	[TALLY_ANSWER] = "answer",
	[TALLY_RECEIPT] = "receipt",
};
/* How many places a dimension has at most, without "other"; 0: as many as the configuration names. */
static const unsigned bounds[TALLY_DIMS] = {[TALLY_CAMPAIGN] = TALLY_CAMPAIGNS, [TALLY_REASON] = TALLY_REASONS};
static const bool timed[TALLY_DIMS] = {[TALLY_ALL] = true, [TALLY_CARRIER] = true, [TALLY_CLASS] = true};

const char *tally_dim_name(enum tally_dim d)
{
	return dim_names[d];
}

const char *tally_what_name(enum tally_what w)
{
	return what_names[w];
}

const char *tally_time_name(enum tally_time t)
{
	return time_names[t];
}

struct tally *tally_new(struct loop *loop)
{
	struct tally *t = mem_zalloc(sizeof(*t));

	t->loop = loop;
	t->names = map_new();
	for (int d = 0; d < TALLY_DIMS; d++)
		t->dims[d].other = TALLY_NOWHERE;
	return t;
}

void tally_free(struct tally *t)
{
	if (!t)
		return;
	for (int d = 0; d < TALLY_DIMS; d++) {
		for (unsigned i = 0; i < t->dims[d].n; i++) {
			mem_free(t->dims[d].objects[i]->name);
			mem_free(t->dims[d].objects[i]->counts.times);
			mem_free(t->dims[d].objects[i]);
		}
		mem_free(t->dims[d].objects);
	}
	map_free(t->names);
	mem_free(t);
}

/* --- places --- */

static bool is_named(uint64_t value, const void *arg)
{
	const struct key *key = arg;
	const struct object *o;

	if (value >> 32 != (uint64_t)key->dim)
		return false;
	o = key->tally->dims[key->dim].objects[(uint32_t)value];
	return view_eq(key->name, (struct view){(const uint8_t *)o->name, o->name_n});
}

static uint64_t hash_of(const struct key *key)
{
	return map_hash(key->name.p, key->name.n) + map_hash_u64((uint64_t)key->dim);
}

/* A place at the end. */
static unsigned place_add(struct dim *dim, bool with_times)
{
	if (dim->n == dim->cap) {
		dim->cap = dim->cap ? 2 * dim->cap : 8;
		dim->objects = mem_realloc(dim->objects, dim->cap * sizeof(dim->objects[0]));
	}
	struct object *o = mem_zalloc(sizeof(*o));
	if (with_times)
		o->counts.times = mem_zalloc(TALLY_TIMES * sizeof(o->counts.times[0]));
	dim->objects[dim->n] = o;
	return dim->n++;
}

/* The place of the campaign that has not been busy for longest, free for another one; TALLY_NOWHERE: all are busy. */
static unsigned place_take(struct tally *t, enum tally_dim d)
{
	struct dim *dim = &t->dims[d];
	unsigned oldest = TALLY_NOWHERE;

	for (unsigned i = 0; i < dim->n; i++) {
		if (i != dim->other &&
		    (oldest == TALLY_NOWHERE || dim->objects[i]->busy_ms < dim->objects[oldest]->busy_ms))
			oldest = i;
	}
	if (oldest == TALLY_NOWHERE || loop_now_ms(t->loop) - dim->objects[oldest]->busy_ms < TALLY_BUSY_MS)
		return TALLY_NOWHERE;
	struct object *o = dim->objects[oldest];
	struct key key = {t, d, {(const uint8_t *)o->name, o->name_n}};
	map_remove(t->names, hash_of(&key), is_named, &key, NULL);
	mem_free(o->name);
	*o = (struct object){0};
	return oldest;
}

static unsigned place_name(struct tally *t, const struct key *key, unsigned place)
{
	struct object *o = t->dims[key->dim].objects[place];

	o->name = mem_strndup(key->name.p ? (const void *)key->name.p : "", key->name.n);
	o->name_n = key->name.n;
	o->serial = ++t->serials;
	o->busy_ms = loop_now_ms(t->loop);
	/* without memory for the name it is not found again: it counts, for this once, as nothing */
	return map_put(t->names, hash_of(key), (uint64_t)key->dim << 32 | place) == 0 ? place : TALLY_NOWHERE;
}

/* The place of what has none of its own. */
static unsigned place_other(struct tally *t, enum tally_dim d)
{
	struct dim *dim = &t->dims[d];
	struct key key = {t, d, view_of("other")};

	if (dim->other == TALLY_NOWHERE) {
		dim->other = place_add(dim, timed[d]);
		dim->other = place_name(t, &key, dim->other);
	}
	return dim->other;
}

unsigned tally_place(struct tally *t, enum tally_dim d, struct view name)
{
	struct dim *dim = &t->dims[d];
	struct key key = {t, d, name};
	uint64_t value;
	unsigned place;

	if (map_find(t->names, hash_of(&key), is_named, &key, &value)) {
		if (d == TALLY_CAMPAIGN)
			dim->objects[(uint32_t)value]->busy_ms = loop_now_ms(t->loop);
		return (unsigned)value;
	}
	if (!bounds[d] || dim->n - (dim->other != TALLY_NOWHERE) < bounds[d])
		place = place_add(dim, timed[d]);
	else if (d == TALLY_CAMPAIGN)
		place = place_take(t, d);
	else
		place = TALLY_NOWHERE;
	return place == TALLY_NOWHERE ? place_other(t, d) : place_name(t, &key, place);
}

/* --- counting --- */

struct tally_object *tally_at(struct tally *t, enum tally_dim d, unsigned place)
{
	struct dim *dim = &t->dims[d];

	return place < dim->n ? &dim->objects[place]->counts : &t->nothing;
}

void tally_add(struct tally *t, enum tally_dim d, unsigned place, enum tally_what w)
{
	struct dim *dim = &t->dims[d];

	tally_count(tally_at(t, d, place), w);
	if (d == TALLY_CAMPAIGN && place < dim->n)
		dim->objects[place]->busy_ms = loop_now_ms(t->loop);
}

void tally_time(struct tally *t, enum tally_dim d, unsigned place, enum tally_time what, int64_t us)
{
	tally_count_time(tally_at(t, d, place), what, histogram_bucket(us), us);
}

static bool is_counted(const struct tally_object *o)
{
	uint64_t any = 0;

	for (int i = 0; i < TALLY_WHATS; i++)
		any |= o->n[i];
	for (int i = 0; o->times && i < TALLY_TIMES; i++)
		any |= o->times[i].count;
	return any != 0;
}

void tally_each(const struct tally *t, enum tally_dim d,
		void (*fn)(void *arg, const char *name, unsigned place, uint32_t serial, const struct tally_counts *c),
		void *arg)
{
	const struct dim *dim = &t->dims[d];

	for (unsigned i = 0; i < dim->n; i++) {
		const struct object *named = dim->objects[i];
		const struct tally_object *o = &named->counts;
		struct tally_counts c = {{0}, {NULL}};
		if (!is_counted(o))
			continue;
		memcpy(c.n, o->n, sizeof(c.n));
		for (int k = 0; o->times && k < TALLY_TIMES; k++)
			c.times[k] = &o->times[k];
		fn(arg, named->name, i, named->serial, &c);
	}
}
