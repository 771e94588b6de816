/*
 * ids.c - message ids from time, node and counter, and random numbers for jitter. Reads no clock.
 *
 * An id is 13 digits of ms since 2020-01-01 UTC plus 10^12, 2 digits of node, 3 digits of counter:
 *     1200534600123 07 042
 * so it has 18 digits without leading zero until the year 2305, and a node can make 1,000 in each ms.
 */
#include "base/ids.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define IDS_EPOCH_MS  INT64_C(1577836800000) /* 2020-01-01 UTC */
#define IDS_TICK_ZERO UINT64_C(1000000000000)
#define IDS_TICK_LAST UINT64_C(9999999999999)
#define IDS_PER_TICK  UINT64_C(1000)
#define EIGHT_RANGE   UINT64_C(100000000) /* of eight digits */
#define IDS_TICK_STEP ((IDS_MAX_NODE + 1) * IDS_PER_TICK)

void ids_init(struct ids *g, unsigned node)
{
	if (node > IDS_MAX_NODE) {
		fprintf(stderr, "smppgw: node %u is out of range 0..%d\n", node, IDS_MAX_NODE);
		abort();
	}
	g->node = node;
	g->last = 0;
}

static uint64_t ids_make(uint64_t tick, unsigned node, uint64_t counter)
{
	return tick * IDS_TICK_STEP + node * IDS_PER_TICK + counter;
}

uint64_t ids_next(struct ids *g, int64_t wall_ms)
{
	uint64_t tick = IDS_TICK_ZERO, last_tick = g->last / IDS_TICK_STEP;

	if (wall_ms > IDS_EPOCH_MS)
		tick += (uint64_t)(wall_ms - IDS_EPOCH_MS);
	if (g->last == 0)
		tick++; /* an earlier process may have made ids in this ms */
	if (tick > last_tick)
		g->last = ids_make(tick, g->node, 0);
	else if (g->last % IDS_PER_TICK < IDS_PER_TICK - 1)
		g->last++;
	else
		g->last = ids_make(last_tick + 1, g->node, 0); /* borrowed from the next ms */
	return g->last;
}

int64_t ids_time_ms(uint64_t id)
{
	return (int64_t)(id / IDS_TICK_STEP - IDS_TICK_ZERO) + IDS_EPOCH_MS;
}

unsigned ids_node(uint64_t id)
{
	return (unsigned)(id / IDS_PER_TICK % (IDS_MAX_NODE + 1));
}

void ids_seen(struct ids *g, uint64_t id)
{
	uint64_t tick = id / IDS_TICK_STEP;

	if (tick < IDS_TICK_ZERO || tick >= IDS_TICK_LAST || ids_node(id) != g->node)
		return;
	if (id > g->last)
		g->last = id;
}

/*
 * Eight digits of v, which is below 100,000,000: the halves of it, their halves, then single ones, each in so many
 * octets of a word. An id is printed six times in a message's life.
 */
static void print_eight(uint32_t v, char out[8])
{
	uint64_t fours = v / 10000 | (uint64_t)(v % 10000) << 32;
	uint64_t hundreds = (fours * 5243 >> 19) & UINT64_C(0x0000007f0000007f);
	uint64_t pairs = hundreds | (fours - hundreds * 100) << 16;
	uint64_t tens = (pairs * 103 >> 10) & UINT64_C(0x000f000f000f000f);
	uint64_t text = htole64(tens | (pairs - tens * 10) << 8 | UINT64_C(0x3030303030303030));

	memcpy(out, &text, sizeof(text));
}

void ids_print(uint64_t id, char out[IDS_DIGITS + 1])
{
	uint32_t first = (uint32_t)(id / (EIGHT_RANGE * EIGHT_RANGE) % 100);

	out[0] = (char)('0' + first / 10);
	out[1] = (char)('0' + first % 10);
	print_eight((uint32_t)(id / EIGHT_RANGE % EIGHT_RANGE), out + 2);
	print_eight((uint32_t)(id % EIGHT_RANGE), out + 10);
	out[IDS_DIGITS] = '\0';
}

bool ids_parse(const void *p, size_t n, uint64_t *id)
{
	const char *s = p;
	uint64_t v = 0;

	if (n != IDS_DIGITS || s[0] == '0')
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(s[i] - '0');
	}
	*id = v;
	return true;
}

void rng_seed(struct rng *r, uint64_t seed)
{
	while (seed == 0) {
		if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed)) {
			fprintf(stderr, "smppgw: the kernel gives no random numbers (getrandom)\n");
			abort();
		}
	}
	r->s = seed;
}

uint64_t rng_next(struct rng *r)
{
	r->s ^= r->s << 13;
	r->s ^= r->s >> 7;
	r->s ^= r->s << 17;
	return r->s * 0x2545F4914F6CDD1Du;
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
	return n == 0 ? 0 : (uint64_t)((unsigned __int128)rng_next(r) * n >> 64);
}
