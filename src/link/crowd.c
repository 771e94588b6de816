/*
 * crowd.c - connections per address, in a map of groups. A group is there while it has members.
 */
#include "link/crowd.h"

#include <string.h>
#include "base/map.h"
#include "base/mem.h"

struct crowd_group {
	uint8_t key[16]; /* IPv4 mapped; of IPv6 the first 8 octets */
	size_t n;
};

struct crowd {
	struct map *groups;
};

static struct crowd_group *group_of(uint64_t value)
{
	return (struct crowd_group *)(uintptr_t)value;
}

static bool group_is(uint64_t value, const void *key)
{
	return memcmp(group_of(value)->key, key, sizeof(group_of(value)->key)) == 0;
}

bool crowd_key(const struct net_addr *from, uint8_t key[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	memset(key, 0, 16);
	if (!net_octets(from, key))
		return false;
	if (memcmp(key, mapped, sizeof(mapped)) != 0)
		memset(key + 8, 0, 8);
	return true;
}

struct crowd *crowd_new(void)
{
	struct crowd *c = mem_zalloc(sizeof(*c));

	c->groups = map_new();
	return c;
}

void crowd_free(struct crowd *c)
{
	if (c == NULL)
		return;
	map_free(c->groups);
	mem_free(c);
}

struct crowd_group *crowd_enter(struct crowd *c, const struct net_addr *from, size_t max)
{
	uint8_t key[16];
	uint64_t value;

	if (!crowd_key(from, key))
		max = 0;
	uint64_t hash = map_hash(key, sizeof(key));
	struct crowd_group *g = map_find(c->groups, hash, group_is, key, &value) ? group_of(value) : NULL;
	if (g != NULL) {
		if (max > 0 && g->n >= max)
			return NULL;
		g->n++;
		return g;
	}
	g = mem_zalloc(sizeof(*g));
	memcpy(g->key, key, sizeof(key));
	g->n = 1;
	if (map_put(c->groups, hash, (uint64_t)(uintptr_t)g) == 0)
		return g;
	mem_free(g);
	return NULL; /* no memory: one who is not let in can come again */
}

void crowd_leave(struct crowd *c, struct crowd_group *g)
{
	uint64_t value;

	if (g == NULL || --g->n > 0)
		return;
	(void)map_remove(c->groups, map_hash(g->key, sizeof(g->key)), group_is, g->key, &value);
	mem_free(g);
}

size_t crowd_size(const struct crowd_group *g)
{
	return g->n;
}
