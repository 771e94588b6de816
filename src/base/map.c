/*
 * map.c - a hash table of 16-octet entries that never stops the process to grow: entries live in segments of at most a
 * few thousand slots, a directory indexed by the upper bits of the hash finds the segment, and a full segment is split
 * in two (extendible hashing). The longest single step is one split. Knows no keys. The hash of octets is here too:
 * wide multiplications folded to 64 bits, keyed with secrets from the kernel so that a peer cannot choose keys that
 * collide.
 */
#include "base/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "base/mem.h"

#define MAP_FIRST_SLOTS 8u
#define MAP_SPLIT_SLOTS 4096u /* a segment of this size is split instead of doubled */
#define MAP_DEPTH_MAX	24u

struct map_entry {
	uint64_t hash; /* mixed, never 0; 0 = free slot */
	uint64_t value;
};

struct map_segment {
	unsigned depth; /* how many upper bits of the hash all its entries share */
	uint32_t slots; /* power of two */
	uint32_t count;
	struct map_entry entry[];
};

struct map {
	struct map_segment **dir; /* 1 << depth entries; neighbours may name the same segment */
	unsigned depth;
	size_t count;
	size_t freed; /* directory entries whose segments map_free_step() has freed */
};

/* Callers' hashes may be plain numbers: spreads them over all bits. Bijective but for 0, which marks a free slot. */
static uint64_t map_mix(uint64_t h)
{
	h ^= h >> 32;
	h *= 0x9E3779B97F4A7C15u;
	h ^= h >> 29;
	return h != 0 ? h : 1;
}

static uint32_t map_home(const struct map_segment *s, uint64_t mixed)
{
	return (uint32_t)mixed & (s->slots - 1);
}

static size_t map_dir_index(const struct map *m, uint64_t mixed)
{
	return m->depth == 0 ? 0 : (size_t)(mixed >> (64 - m->depth));
}

static struct map_segment *map_segment_new(uint32_t slots, unsigned depth)
{
	struct map_segment *s = calloc(1, sizeof(*s) + slots * sizeof(s->entry[0]));

	if (s != NULL) {
		s->slots = slots;
		s->depth = depth;
	}
	return s;
}

struct map *map_new(void)
{
	struct map *m = mem_zalloc(sizeof(*m));

	m->dir = mem_zalloc(sizeof(m->dir[0]));
	m->dir[0] = mem_zalloc(sizeof(struct map_segment) + MAP_FIRST_SLOTS * sizeof(struct map_entry));
	m->dir[0]->slots = MAP_FIRST_SLOTS;
	return m;
}

/* The directory index behind the last one that names the segment at i. */
static size_t map_dir_after(const struct map *m, size_t i)
{
	return i + ((size_t)1 << (m->depth - m->dir[i]->depth));
}

void map_free(struct map *m)
{
	if (m == NULL)
		return;
	while (map_free_step(m))
		;
}

bool map_free_step(struct map *m)
{
	if (m->freed < (size_t)1 << m->depth) {
		size_t next = map_dir_after(m, m->freed);
		free(m->dir[m->freed]);
		m->freed = next;
		return true;
	}
	free(m->dir);
	mem_free(m);
	return false;
}

/* Into a segment that has a free slot. */
static void map_insert(struct map_segment *s, uint64_t mixed, uint64_t value)
{
	uint32_t i = map_home(s, mixed);

	while (s->entry[i].hash != 0)
		i = (i + 1) & (s->slots - 1);
	s->entry[i].hash = mixed;
	s->entry[i].value = value;
	s->count++;
}

static int map_double_segment(struct map *m, size_t at)
{
	struct map_segment *old = m->dir[at];

	if (old->slots > UINT32_MAX / 4)
		return -1;

	struct map_segment *s = map_segment_new(old->slots * 2, old->depth);
	if (s == NULL)
		return -1;
	for (uint32_t i = 0; i < old->slots; i++) {
		if (old->entry[i].hash != 0)
			map_insert(s, old->entry[i].hash, old->entry[i].value);
	}

	size_t span = (size_t)1 << (m->depth - old->depth);
	size_t first = at & ~(span - 1);
	for (size_t i = 0; i < span; i++)
		m->dir[first + i] = s;
	free(old);
	return 0;
}

static int map_double_directory(struct map *m)
{
	size_t n = (size_t)1 << m->depth;
	struct map_segment **dir = malloc(n * 2 * sizeof(dir[0]));

	if (dir == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		dir[i * 2] = dir[i * 2 + 1] = m->dir[i];
	free(m->dir);
	m->dir = dir;
	m->depth++;
	return 0;
}

static int map_split(struct map *m, size_t at)
{
	if (m->dir[at]->depth == m->depth) {
		if (map_double_directory(m) != 0)
			return -1;
		at *= 2;
	}

	struct map_segment *old = m->dir[at];
	struct map_segment *half[2] = {map_segment_new(old->slots, old->depth + 1),
				       map_segment_new(old->slots, old->depth + 1)};
	if (half[0] == NULL || half[1] == NULL) {
		free(half[0]);
		free(half[1]);
		return -1;
	}
	for (uint32_t i = 0; i < old->slots; i++) {
		uint64_t h = old->entry[i].hash;
		if (h != 0)
			map_insert(half[h >> (63 - old->depth) & 1], h, old->entry[i].value);
	}

	size_t span = (size_t)1 << (m->depth - old->depth);
	size_t first = at & ~(span - 1);
	for (size_t i = 0; i < span; i++)
		m->dir[first + i] = half[i >= span / 2];
	free(old);
	return 0;
}

/*
 * Makes room in the segment at directory index at. Splitting needs hashes that differ: where thousands of entries share
 * one, the directory would grow without end, so it is kept below one entry per 256 values and the segment grows
 * instead.
 */
static int map_grow(struct map *m, size_t at)
{
	const struct map_segment *s = m->dir[at];
	bool room = s->depth < m->depth || (m->depth < MAP_DEPTH_MAX && (size_t)1 << m->depth <= m->count / 256);

	if (s->slots >= MAP_SPLIT_SLOTS && room)
		return map_split(m, at);
	return map_double_segment(m, at);
}

int map_put(struct map *m, uint64_t hash, uint64_t value)
{
	uint64_t mixed = map_mix(hash);
	size_t at = map_dir_index(m, mixed);

	while (m->dir[at]->count >= m->dir[at]->slots / 4 * 3) {
		if (map_grow(m, at) != 0)
			return -1;
		at = map_dir_index(m, mixed);
	}
	map_insert(m->dir[at], mixed, value);
	m->count++;
	return 0;
}

/* The slot of the entry, or slots when it is not there. */
static inline uint32_t map_slot(const struct map_segment *s, uint64_t mixed, map_eq_fn eq, const void *key)
{
	for (uint32_t i = map_home(s, mixed); s->entry[i].hash != 0; i = (i + 1) & (s->slots - 1)) {
		if (s->entry[i].hash == mixed && eq(s->entry[i].value, key))
			return i;
	}
	return s->slots;
}

bool map_find(const struct map *m, uint64_t hash, map_eq_fn eq, const void *key, uint64_t *value)
{
	uint64_t mixed = map_mix(hash);
	const struct map_segment *s = m->dir[map_dir_index(m, mixed)];
	uint32_t i = map_slot(s, mixed, eq, key);

	if (i == s->slots)
		return false;
	*value = s->entry[i].value;
	return true;
}

/* Frees slot i and moves later entries of its run down, so that no search ends too early. */
static void map_close_gap(struct map_segment *s, uint32_t i)
{
	uint32_t mask = s->slots - 1;

	for (uint32_t j = (i + 1) & mask; s->entry[j].hash != 0; j = (j + 1) & mask) {
		uint32_t home = map_home(s, s->entry[j].hash);
		if (((j - home) & mask) < ((j - i) & mask))
			continue; /* its home lies behind the gap */
		s->entry[i] = s->entry[j];
		i = j;
	}
	s->entry[i].hash = 0;
	s->count--;
}

bool map_remove(struct map *m, uint64_t hash, map_eq_fn eq, const void *key, uint64_t *value)
{
	uint64_t mixed = map_mix(hash);
	struct map_segment *s = m->dir[map_dir_index(m, mixed)];
	uint32_t i = map_slot(s, mixed, eq, key);

	if (i == s->slots)
		return false;
	if (value != NULL)
		*value = s->entry[i].value;
	map_close_gap(s, i);
	m->count--;
	return true;
}

size_t map_count(const struct map *m)
{
	return m->count;
}

void map_each(const struct map *m, void (*fn)(uint64_t value, void *arg), void *arg)
{
	for (size_t at = 0; at < (size_t)1 << m->depth; at = map_dir_after(m, at)) {
		const struct map_segment *s = m->dir[at];
		for (uint32_t i = 0; i < s->slots; i++) {
			if (s->entry[i].hash != 0)
				fn(s->entry[i].value, arg);
		}
	}
}

static struct {
	uint64_t key[4];
	bool ready;
} map_seed;

static void map_make_seed(void)
{
	if (getrandom(map_seed.key, sizeof(map_seed.key), 0) != (ssize_t)sizeof(map_seed.key)) {
		fprintf(stderr, "smppgw: the kernel gives no random numbers (getrandom)\n");
		abort();
	}
	map_seed.ready = true;
}

static uint64_t map_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 wide = (unsigned __int128)a * b;

	return (uint64_t)wide ^ (uint64_t)(wide >> 64);
}

static uint64_t map_load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint64_t map_load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Up to 16 octets, the last ones of n, folded into h. */
static inline uint64_t map_hash_end(uint64_t h, const uint8_t *at, size_t left, size_t n)
{
	uint64_t a, b;

	if (left >= 8) {
		a = map_load64(at);
		b = map_load64(at + left - 8);
	} else if (left >= 4) {
		a = map_load32(at);
		b = map_load32(at + left - 4);
	} else if (left > 0) {
		a = (uint64_t)at[0] << 16 | (uint64_t)at[left / 2] << 8 | at[left - 1];
		b = 0;
	} else {
		a = b = 0;
	}
	h = map_fold(a ^ map_seed.key[1], b ^ h);
	return map_fold(h ^ map_seed.key[2], map_seed.key[3] ^ n);
}

/* Longer ones, and the first of all. Apart: what it keeps over its calls and its loop would cost the others. */
__attribute__((noinline)) static uint64_t map_hash_long(const uint8_t *at, size_t n)
{
	size_t left = n;

	if (!map_seed.ready)
		map_make_seed();
	uint64_t h = map_seed.key[0] ^ n;
	for (; left > 16; left -= 16, at += 16)
		h = map_fold(map_load64(at) ^ map_seed.key[1], map_load64(at + 8) ^ h);
	return map_hash_end(h, at, left, n);
}

uint64_t map_hash(const void *p, size_t n)
{
	return n > 16 || !map_seed.ready ? map_hash_long(p, n) : map_hash_end(map_seed.key[0] ^ n, p, n, n);
}

uint64_t map_hash_u64(uint64_t v)
{
	if (!map_seed.ready)
		map_make_seed();
	/* folded twice: with one key in thirteen, a single fold leaves numbers in a row unevenly spread */
	uint64_t h = map_fold(v ^ map_seed.key[1], map_seed.key[2] ^ (v << 32 | v >> 32));
	return map_fold(h ^ map_seed.key[0], map_seed.key[3]);
}
