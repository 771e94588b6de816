/*
 * index.c - from what an app knows of a message to the message. Must not know states, nor what is done with what is
 * found.
 */
#include "path/index.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/sorter.h"

/*
 * A campaign's messages may all have one group key, a test's all one number. Under one hash they would stand in one run
 * of the map, walked for each that comes and goes: they are spread over so many hashes, and all of these are asked.
 */
#define GROUP_SPREAD  256u
#define NUMBER_SPREAD 64u

/*
 * The newest messages are only noted; most end before so many others have come, and cost nothing but that. With the
 * first question all of them are entered in one turn: about 3 ms.
 */
#define NOTED_MAX 6144u
enum { NOT_IN, NOTED, ENTERED }; /* msg.indexed */

#define WALK_LOOKS 32u /* places or messages that a step of a walk looks at */

struct index {
	struct msgs *msgs;
	struct map *groups, *ids, *numbers; /* ids, numbers: NULL while nothing has been entered */
	struct map *over[2];		    /* what they were until there was no message left: freed in steps */
	size_t n;			    /* messages that are in */
	uint64_t *noted;		    /* ring: handles of messages that are noted; 0: it has left */
	size_t first, noted_n;
};

/* Messages found, so that fn may change the maps. */
struct found {
	const struct index *x;
	const void *key; /* what is_* compares with */
	uint64_t *handles;
	size_t n, cap;
};

struct number_key {
	uint16_t account;
	const struct number *to;
};

struct index_walk {
	struct index *x;
	uint16_t account;
	struct number to;   /* when it is by number */
	struct view group;  /* ... by group: its own octets; else n 0 */
	uint64_t hash;	    /* of either */
	uint64_t place;	    /* the next one that is asked */
	uint64_t *there;    /* handles of what stands in the place before it */
	size_t n, cap, at;  /* at: of there, the next one that is looked at */
	struct sorter *fit; /* handles of those that are meant, by age */
	uint8_t key[];
};

static uint64_t hash_group(uint16_t account, struct view group)
{
	return map_hash(group.p, group.n) ^ map_hash_u64(account);
}

/* As msg.to keeps it; 0 is no hash. */
static uint32_t hash_number(uint16_t account, const struct number *to)
{
	uint32_t hash = (uint32_t)(map_hash(to->digits, to->n) ^ map_hash_u64(account + 1u));
	return hash ? hash : 1;
}

struct index *index_new(struct msgs *msgs)
{
	struct index *x = mem_zalloc(sizeof(*x));
	x->msgs = msgs;
	x->groups = map_new();
	return x;
}

/* A step of freeing what is over; false when there is nothing. */
static bool free_over(struct index *x)
{
	struct map **over = x->over[0] ? &x->over[0] : &x->over[1];
	if (!*over)
		return false;
	if (!map_free_step(*over))
		*over = NULL;
	return true;
}

void index_free(struct index *x)
{
	if (!x)
		return;
	map_free(x->groups);
	while (free_over(x))
		;
	if (x->ids)
		map_free(x->ids);
	if (x->numbers)
		map_free(x->numbers);
	mem_free(x->noted);
	mem_free(x);
}

static uint64_t at_place(uint64_t hash, uint64_t place)
{
	return hash ^ map_hash_u64(place);
}

static uint64_t spread(uint64_t hash, const struct msg *m, uint64_t places)
{
	return at_place(hash, map_hash_u64(m->id) % places);
}

static bool group_of(const struct pdu *pdu, struct view *group)
{
	return pdu->tlvs.n && tlv_find_str(pdu->tlvs, TLV_GROUP_KEY, group) && group->n;
}

static int enter_number(struct index *x, struct msg *m, const struct pdu *pdu)
{
	struct number to;
	m->to = 0;
	if (!number_parse(pdu->sm.dst, &to))
		return 0;
	m->to = hash_number(m->account, &to);
	return map_put(x->numbers, spread(m->to, m, NUMBER_SPREAD), m->handle);
}

static void enter(struct index *x, struct msg *m)
{
	struct pdu pdu;
	if (!x->ids) {
		x->ids = map_new();
		x->numbers = map_new();
	}
	msg_pdu(m, NULL, &pdu);
	m->indexed = ENTERED;
	if (map_put(x->ids, map_hash_u64(msg_app_id(m)), m->handle) < 0 || enter_number(x, m, &pdu) < 0)
		log_error("-", "event=no_memory what=index id=%llu", (unsigned long long)m->id);
}

static void enter_oldest(struct index *x)
{
	uint64_t handle = x->noted[x->first];
	x->first = (x->first + 1) % NOTED_MAX;
	x->noted_n--;
	if (handle)
		enter(x, msgs_get(x->msgs, handle));
}

/* Somebody asks. */
static void enter_all(struct index *x)
{
	while (x->noted_n)
		enter_oldest(x);
}

/* Nothing is in any more: the maps, which may be large, go in steps. */
static void end(struct index *x)
{
	x->noted_n = 0;
	if (!x->ids || x->over[0] || x->over[1])
		return;
	x->over[0] = x->ids;
	x->over[1] = x->numbers;
	x->ids = x->numbers = NULL;
}

static void note(struct index *x, struct msg *m)
{
	if (!x->noted)
		x->noted = mem_zalloc(NOTED_MAX * sizeof(*x->noted));
	if (x->noted_n == NOTED_MAX)
		enter_oldest(x);
	size_t at = x->first + x->noted_n++;
	m->to = (uint32_t)(at < NOTED_MAX ? at : at - NOTED_MAX);
	x->noted[m->to] = m->handle;
	m->indexed = NOTED;
}

int index_add(struct index *x, struct msg *m)
{
	struct pdu pdu;
	struct view group;
	free_over(x);
	note(x, m);
	x->n++;
	if (!m->grouped)
		return 0;
	msg_pdu(m, NULL, &pdu);
	return group_of(&pdu, &group)
		       ? map_put(x->groups, spread(hash_group(m->account, group), m, GROUP_SPREAD), m->handle)
		       : 0;
}

static bool is_this(uint64_t value, const void *key)
{
	return value == *(const uint64_t *)key;
}

void index_remove(struct index *x, struct msg *m)
{
	struct pdu pdu;
	struct view group;
	uint64_t value;
	if (m->indexed == NOT_IN)
		return;
	if (m->indexed == NOTED) {
		x->noted[m->to] = 0;
	} else {
		map_remove(x->ids, map_hash_u64(msg_app_id(m)), is_this, &m->handle, &value);
		if (m->to)
			map_remove(x->numbers, spread(m->to, m, NUMBER_SPREAD), is_this, &m->handle, &value);
	}
	m->indexed = NOT_IN;
	x->n--;
	if (x->n == 0)
		end(x);
	if (!m->grouped)
		return;
	msg_pdu(m, NULL, &pdu);
	if (group_of(&pdu, &group))
		map_remove(x->groups, spread(hash_group(m->account, group), m, GROUP_SPREAD), is_this, &m->handle,
			   &value);
}

/* --- looking: the map asks for each candidate; all that fit are gathered, none is taken as the one --- */

static bool gather(struct found *f, uint64_t handle, bool fits)
{
	if (!fits)
		return false;
	if (f->n == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 16;
		f->handles = mem_realloc(f->handles, f->cap * sizeof(*f->handles));
	}
	f->handles[f->n++] = handle;
	return false;
}

static bool fits_id(uint64_t handle, const void *key)
{
	struct found *f = *(struct found *const *)key;
	const struct msg *m = msgs_get(f->x->msgs, handle);
	return gather(f, handle, m && msg_app_id(m) == *(const uint64_t *)f->key);
}

static bool goes_to(const struct msg *m, uint16_t account, const struct number *to)
{
	struct pdu pdu;
	struct number its;
	if (m->account != account)
		return false;
	msg_pdu(m, NULL, &pdu);
	return number_parse(pdu.sm.dst, &its) && its.n == to->n && memcmp(its.digits, to->digits, its.n) == 0;
}

static bool fits_number(uint64_t handle, const void *key)
{
	struct found *f = *(struct found *const *)key;
	const struct number_key *k = f->key;
	const struct msg *m = msgs_get(f->x->msgs, handle);
	return gather(f, handle, m && goes_to(m, k->account, k->to));
}

/* Oldest first. */
static int by_age(const void *a, const void *b)
{
	const struct msg *x = *(struct msg *const *)a, *y = *(struct msg *const *)b;
	return x->id < y->id ? -1 : x->id > y->id;
}

/* Where candidates stand: under this hash, or under as many as it is spread over. */
struct place {
	const struct map *map;
	uint64_t hash, spread; /* spread 0: the hash itself */
	map_eq_fn fits;
};

static size_t look_up(const struct index *x, const struct place *at, const void *key, index_fn fn, void *arg)
{
	struct found found = {.x = x, .key = key}, *f = &found;
	uint64_t value;
	if (at->spread == 0)
		map_find(at->map, at->hash, at->fits, &f, &value);
	for (uint64_t i = 0; i < at->spread; i++)
		map_find(at->map, at_place(at->hash, i), at->fits, &f, &value);
	if (found.n == 0)
		return 0;
	struct msg **sorted = mem_zalloc(found.n * sizeof(struct msg *));
	for (size_t i = 0; i < found.n; i++)
		sorted[i] = msgs_get(x->msgs, found.handles[i]);
	qsort(sorted, found.n, sizeof(struct msg *), by_age);
	for (size_t i = 0; i < found.n; i++)
		found.handles[i] = sorted[i]->handle;
	mem_free(sorted);
	for (size_t i = 0; i < found.n; i++) {
		struct msg *m = msgs_get(x->msgs, found.handles[i]);
		if (m)
			fn(m, arg);
	}
	mem_free(found.handles);
	return found.n;
}

size_t index_by_id(struct index *x, uint64_t app_id, index_fn fn, void *arg)
{
	enter_all(x);
	if (!x->ids)
		return 0;
	const struct place at = {x->ids, map_hash_u64(app_id), 0, fits_id};
	return look_up(x, &at, &app_id, fn, arg);
}

size_t index_by_number(struct index *x, uint16_t account, const struct number *to, index_fn fn, void *arg)
{
	struct number_key key = {account, to};
	enter_all(x);
	if (!x->numbers)
		return 0;
	const struct place at = {x->numbers, hash_number(account, to), NUMBER_SPREAD, fits_number};
	return look_up(x, &at, &key, fn, arg);
}

/*
 * --- in steps. A place may hold tens of thousands: what stands in it is copied without a look at the messages, which
 * takes 0.1 ms, and then looked at bit by bit. When all places have been asked, those that are meant are told one by
 * one.
 */

static struct index_walk *walk_new(struct index *x, uint16_t account, struct view group)
{
	struct index_walk *w = mem_zalloc(sizeof(*w) + group.n);
	w->x = x;
	w->account = account;
	if (group.n)
		memcpy(w->key, group.p, group.n);
	w->group = (struct view){w->key, group.n};
	w->fit = sorter_new();
	return w;
}

struct index_walk *index_walk_group(struct index *x, uint16_t account, struct view group)
{
	struct index_walk *w = walk_new(x, account, group);
	w->hash = hash_group(account, group);
	return w;
}

struct index_walk *index_walk_number(struct index *x, uint16_t account, const struct number *to)
{
	struct index_walk *w = walk_new(x, account, (struct view){NULL, 0});
	enter_all(x);
	w->to = *to;
	w->hash = hash_number(account, to);
	return w;
}

void index_walk_end(struct index_walk *w)
{
	if (!w)
		return;
	sorter_free(w->fit);
	mem_free(w->there);
	mem_free(w);
}

static bool copy(uint64_t handle, const void *key)
{
	struct index_walk *w = *(struct index_walk *const *)key;
	if (w->n == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 16;
		w->there = mem_realloc(w->there, w->cap * sizeof(*w->there));
	}
	w->there[w->n++] = handle;
	return false;
}

static bool is_meant(const struct index_walk *w, const struct msg *m)
{
	struct pdu pdu;
	struct view group;
	if (!w->group.n)
		return goes_to(m, w->account, &w->to);
	if (m->account != w->account)
		return false;
	msg_pdu(m, NULL, &pdu);
	return group_of(&pdu, &group) && view_eq(group, w->group);
}

/* One place, or one message of the place before it; false: all have been looked at. */
static bool look(struct index_walk *w)
{
	const struct map *map = w->group.n ? w->x->groups : w->x->numbers;
	uint64_t value;
	if (w->at < w->n) {
		const struct msg *m = msgs_get(w->x->msgs, w->there[w->at++]);
		if (m && m->indexed && is_meant(w, m))
			sorter_add(w->fit, &(struct sorter_item){m->id, 0, m->handle});
		return true;
	}
	if (w->place == (w->group.n ? GROUP_SPREAD : NUMBER_SPREAD))
		return false;
	w->n = w->at = 0;
	if (map) /* else no message has been left since it began */
		map_find(map, at_place(w->hash, w->place), copy, &w, &value);
	w->place++;
	return true;
}

bool index_walk_some(struct index_walk *w, index_fn fn, void *arg)
{
	uint64_t handle;
	for (unsigned i = 0; i < WALK_LOOKS; i++) {
		if (!look(w)) {
			struct msg *m = sorter_take(w->fit, &handle) ? msgs_get(w->x->msgs, handle) : NULL;
			if (m && m->indexed)
				fn(m, arg);
			return sorter_count(w->fit) > 0;
		}
	}
	return true;
}
