/*
 * ported_table.c - shards of sorted slots. A number becomes a 51-bit key, mixed one to one so that keys lie evenly: the
 * first bits choose the shard, the others stand in the slot with the value, and where a key lies among the slots of its
 * shard can be guessed from it closely. Shards grow by an eighth, one by one: no pause, little slack.
 */
#include "path/ported_table.h"

#include <string.h>

#include "base/mem.h"

#define KEY_BITS    51 /* a 1 and 15 digits are less than 2^51 */
#define KEY_MASK    (((uint64_t)1 << KEY_BITS) - 1)
#define SHARD_BITS  16
#define SHARDS	    (1u << SHARD_BITS)
#define REST_BITS   (KEY_BITS - SHARD_BITS)
#define REST_MASK   (((uint64_t)1 << REST_BITS) - 1)
#define VALUE_BITS  13
#define BUCKET_BITS 17

struct shard {
	uint64_t *slots; /* rest << VALUE_BITS | value, ascending */
	uint32_t n, cap;
};

struct ported_table {
	struct shard shards[SHARDS];
	size_t count, slots;
};

/* One to one on KEY_BITS bits: each step can be undone. */
static uint64_t mix(uint64_t key)
{
	key ^= key >> 26;
	key = key * 0x9e3779b97f4a7c15u & KEY_MASK;
	key ^= key >> 25;
	key = key * 0xd6e8feb86659fd93u & KEY_MASK;
	key ^= key >> 26;
	return key;
}

static bool key_of(const struct number *number, uint64_t *key)
{
	uint64_t digits = 1; /* so that leading zeros count */
	if (number->n > PORTED_DIGITS_MAX)
		return false;
	for (unsigned i = 0; i < number->n; i++)
		digits = digits * 10 + (uint64_t)(number->digits[i] - '0');
	*key = mix(digits);
	return true;
}

int ported_bucket(const struct number *number)
{
	uint64_t key;
	return key_of(number, &key) ? (int)(key >> (KEY_BITS - BUCKET_BITS)) : -1;
}

struct ported_table *ported_table_new(void)
{
	return mem_zalloc(sizeof(struct ported_table));
}

void ported_table_free(struct ported_table *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < SHARDS; i++)
		mem_free(t->shards[i].slots);
	mem_free(t);
}

/* The first slot that is not below `low`. */
static uint32_t find(const struct shard *s, uint64_t low)
{
	uint32_t at = (uint32_t)((low >> VALUE_BITS) * s->n >> REST_BITS);
	while (at > 0 && s->slots[at - 1] >= low)
		at--;
	while (at < s->n && s->slots[at] < low)
		at++;
	return at;
}

static void grow(struct ported_table *t, struct shard *s)
{
	uint32_t cap = s->cap + s->cap / 8 + 2;
	s->slots = mem_realloc(s->slots, cap * sizeof(*s->slots));
	t->slots += cap - s->cap;
	s->cap = cap;
}

int ported_table_put(struct ported_table *t, const struct number *number, uint16_t value)
{
	uint64_t key;
	if (!key_of(number, &key) || value > PORTED_VALUE_MAX)
		return -1;
	struct shard *s = &t->shards[key >> REST_BITS];
	uint64_t slot = (key & REST_MASK) << VALUE_BITS | value;
	uint32_t at = find(s, slot);
	if (at < s->n && s->slots[at] == slot)
		return 0;
	if (s->n == s->cap)
		grow(t, s);
	memmove(&s->slots[at + 1], &s->slots[at], (s->n - at) * sizeof(*s->slots));
	s->slots[at] = slot;
	s->n++;
	t->count++;
	return 0;
}

size_t ported_table_find(const struct ported_table *t, const struct number *number, uint16_t *values, size_t max)
{
	uint64_t key;
	size_t n = 0;
	if (t->count == 0 || !key_of(number, &key))
		return 0;
	const struct shard *s = &t->shards[key >> REST_BITS];
	uint64_t rest = key & REST_MASK;
	for (uint32_t at = find(s, rest << VALUE_BITS); at < s->n && n < max; at++) {
		if (s->slots[at] >> VALUE_BITS != rest)
			break;
		values[n++] = (uint16_t)(s->slots[at] & PORTED_VALUE_MAX);
	}
	return n;
}

void ported_table_clear(struct ported_table *t, const struct number *number)
{
	uint64_t key;
	if (!key_of(number, &key))
		return;
	struct shard *s = &t->shards[key >> REST_BITS];
	uint64_t rest = key & REST_MASK;
	uint32_t from = find(s, rest << VALUE_BITS), to = from;
	while (to < s->n && s->slots[to] >> VALUE_BITS == rest)
		to++;
	if (from == to)
		return;
	memmove(&s->slots[from], &s->slots[to], (s->n - to) * sizeof(*s->slots));
	s->n -= to - from;
	t->count -= to - from;
}

size_t ported_table_count(const struct ported_table *t)
{
	return t->count;
}

size_t ported_table_octets(const struct ported_table *t)
{
	return sizeof(*t) + t->slots * sizeof(uint64_t);
}
