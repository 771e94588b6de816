/*
 * guard.c - failures of binds by address and by account, and who has bound from where: three books of bounded length.
 * Knows no sessions and no passwords.
 */
#include "link/guard.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "link/crowd.h"

#define GUARD_FIRST	  1000 /* ms, the first answer that waits; each further one twice as long */
#define GUARD_FRIEND_KEYS 3u   /* entries of one friend: the pair, its address, its system_id */

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}; /* how an IPv4 address begins */

struct key {
	uint8_t address[16]; /* as crowd_key() has it; all 0: any */
	uint64_t id;	     /* hash of the system_id; 0: any */
};

struct entry {
	struct list age; /* book.by_age */
	struct key key;
	int64_t n, last_ms;
	int64_t until_ms; /* locked until; 0: it is not */
	unsigned looked;  /* the guard's epoch in which `shut` was found out */
	bool shut;
	char name[24]; /* an account's system_id */
};

struct book {
	struct map *map;
	struct list by_age; /* oldest first */
	size_t n, most;
};

struct guard {
	struct book addresses, accounts, friends;
	unsigned epoch;
	int64_t since_ms;
};

/* --- books --- */

static struct entry *entry_of(uint64_t value)
{
	return (struct entry *)(uintptr_t)value;
}

static bool entry_is(uint64_t value, const void *key)
{
	return memcmp(&entry_of(value)->key, key, sizeof(struct key)) == 0;
}

static uint64_t key_hash(const struct key *key)
{
	return map_hash(key, sizeof(*key));
}

static void book_init(struct book *b, size_t most)
{
	b->map = map_new();
	b->most = most;
	list_init(&b->by_age);
}

static struct entry *book_find(const struct book *b, const struct key *key)
{
	uint64_t value;

	return map_find(b->map, key_hash(key), entry_is, key, &value) ? entry_of(value) : NULL;
}

static void book_drop(struct book *b, struct entry *e)
{
	uint64_t value;

	(void)map_remove(b->map, key_hash(&e->key), entry_is, &e->key, &value);
	list_remove(&e->age);
	b->n--;
	mem_free(e);
}

static void book_free(struct book *b)
{
	LIST_EACH_SAFE(node, tmp, &b->by_age)
		book_drop(b, LIST_OF(node, struct entry, age));
	map_free(b->map);
}

/* The key's entry, made when it is not there, the youngest from now on; NULL without memory. */
static struct entry *book_touch(struct book *b, const struct key *key, int64_t now_ms)
{
	struct entry *e = book_find(b, key);

	if (e == NULL && b->n == b->most)
		book_drop(b, LIST_OF(b->by_age.next, struct entry, age));
	if (e == NULL) {
		e = mem_zalloc(sizeof(*e));
		e->key = *key;
		list_init(&e->age);
		if (map_put(b->map, key_hash(key), (uint64_t)(uintptr_t)e) != 0) {
			mem_free(e);
			return NULL;
		}
		b->n++;
	}
	list_remove(&e->age);
	list_append(&b->by_age, &e->age);
	e->last_ms = now_ms;
	return e;
}

/* --- who --- */

/* False: not an address that is counted. */
static bool key_of_address(const struct net_addr *from, struct key *key)
{
	*key = (struct key){.id = 0};
	return crowd_key(from, key->address);
}

static struct key key_of_id(struct view id)
{
	return (struct key){.id = map_hash(id.p, id.n) | 1}; /* 0 is any */
}

static bool is_known(const struct guard *g, const struct key *key, int64_t now_ms)
{
	const struct entry *e = book_find(&g->friends, key);

	return e != NULL && now_ms - e->last_ms < GUARD_TRUST_MS;
}

static bool is_friend(const struct guard *g, const struct guard_who *who, int64_t now_ms)
{
	struct key pair;

	if (who->vouched || !who->known || !key_of_address(who->from, &pair))
		return who->vouched;
	pair.id = key_of_id(who->id).id;
	return is_known(g, &pair, now_ms);
}

static bool is_locked(const struct entry *e, int64_t now_ms)
{
	return e != NULL && e->until_ms > now_ms;
}

/* Old failures, and those that a lock has paid for, do not count any more. */
static bool is_over(const struct entry *e, const struct guard_conf *conf, int64_t now_ms)
{
	return e->until_ms != 0 ? e->until_ms <= now_ms : now_ms - e->last_ms > conf->lockout_ms;
}

static struct entry *count_failure(struct book *b, const struct key *key, const struct guard_conf *conf, int64_t now_ms)
{
	struct entry *e = book_find(b, key);

	if (e != NULL && is_over(e, conf, now_ms)) {
		e->n = 0;
		e->until_ms = 0;
	}
	e = book_touch(b, key, now_ms);
	if (e != NULL)
		e->n++;
	return e;
}

/* True: the lock begins now. */
static bool lock_at(const struct guard *g, struct entry *e, int64_t most, const struct guard_conf *conf, int64_t now_ms)
{
	if (now_ms - g->since_ms < conf->grace_ms || most <= 0 || e->n < most || e->until_ms != 0)
		return false;
	e->until_ms = now_ms + conf->lockout_ms;
	e->looked = 0;
	return true;
}

/* The first half of the failures that lock an address is answered at once: people mistype. */
static int64_t delay_of(int64_t n, int64_t most)
{
	int64_t late = n - most / 2;
	int64_t delay = GUARD_FIRST;

	if (late <= 0)
		return 0;
	while (--late > 0 && delay < GUARD_SLOWEST)
		delay *= 2;
	return delay < GUARD_SLOWEST ? delay : GUARD_SLOWEST;
}

/* --- judging --- */

struct guard *guard_new(int64_t now_ms)
{
	struct guard *g = mem_zalloc(sizeof(*g));

	book_init(&g->addresses, GUARD_MOST);
	book_init(&g->accounts, GUARD_MOST);
	book_init(&g->friends, GUARD_MOST * GUARD_FRIEND_KEYS);
	g->epoch = 1;
	g->since_ms = now_ms;
	return g;
}

void guard_free(struct guard *g)
{
	if (g == NULL)
		return;
	book_free(&g->addresses);
	book_free(&g->accounts);
	book_free(&g->friends);
	mem_free(g);
}

enum guard_verdict guard_ask(struct guard *g, const struct guard_conf *conf, const struct guard_who *who,
			     int64_t now_ms)
{
	struct key key;

	if (conf->failures <= 0 || !key_of_address(who->from, &key))
		return GUARD_OPEN;
	bool address = is_locked(book_find(&g->addresses, &key), now_ms);
	key = key_of_id(who->id);
	bool account = who->known && conf->account_failures > 0 && is_locked(book_find(&g->accounts, &key), now_ms);
	if ((!address && !account) || is_friend(g, who, now_ms))
		return GUARD_OPEN;
	return address ? GUARD_ADDRESS_LOCKED : GUARD_ACCOUNT_LOCKED;
}

enum guard_standing guard_standing(struct guard *g, const struct guard_conf *conf, const struct guard_who *who,
				   int64_t now_ms)
{
	struct key key;

	if (is_friend(g, who, now_ms))
		return GUARD_FRIEND;
	if (conf->failures <= 0 || !key_of_address(who->from, &key))
		return GUARD_UNKNOWN;
	const struct entry *e = book_find(&g->addresses, &key);
	return e != NULL && !is_over(e, conf, now_ms) ? GUARD_HAS_FAILED : GUARD_UNKNOWN;
}

static void fail_at_account(struct guard *g, const struct guard_conf *conf, const struct guard_who *who,
			    struct guard_failure *out, int64_t now_ms)
{
	struct key key = key_of_id(who->id);
	struct entry *e = count_failure(&g->accounts, &key, conf, now_ms);

	if (e == NULL)
		return;
	snprintf(e->name, sizeof(e->name), "%.*s", (int)who->id.n, (const char *)who->id.p);
	out->strangers = e->n;
	if (is_known(g, &key, now_ms)) /* without a friend the lock would be for the customer */
		out->account = lock_at(g, e, conf->account_failures, conf, now_ms);
}

struct guard_failure guard_failed(struct guard *g, const struct guard_conf *conf, const struct guard_who *who,
				  int64_t now_ms)
{
	struct guard_failure out = {.delay_ms = 0};
	struct key key;

	if (conf->failures <= 0 || !key_of_address(who->from, &key))
		return out;
	struct entry *e = count_failure(&g->addresses, &key, conf, now_ms);
	if (e != NULL) {
		out.failures = e->n;
		out.address = lock_at(g, e, conf->failures, conf, now_ms);
		out.delay_ms = delay_of(e->n, conf->failures);
	}
	if (who->known && conf->account_failures > 0 && !is_friend(g, who, now_ms))
		fail_at_account(g, conf, who, &out, now_ms);
	return out;
}

void guard_passed(struct guard *g, const struct guard_who *who, int64_t now_ms)
{
	struct key address, id = key_of_id(who->id);

	if (!key_of_address(who->from, &address))
		return;
	struct key pair = address;
	pair.id = id.id;
	(void)book_touch(&g->friends, &pair, now_ms);
	(void)book_touch(&g->friends, &address, now_ms);
	(void)book_touch(&g->friends, &id, now_ms);
}

bool guard_shut(struct guard *g, const struct net_addr *from, int64_t now_ms,
		bool (*vouches)(const struct net_addr *from, void *arg), void *arg)
{
	struct key key;

	if (g->addresses.n == 0 || !key_of_address(from, &key))
		return false;
	struct entry *e = book_find(&g->addresses, &key);
	if (!is_locked(e, now_ms) || is_known(g, &key, now_ms))
		return false;
	if (e->looked != g->epoch) {
		e->looked = g->epoch;
		e->shut = !vouches(from, arg);
	}
	return e->shut;
}

bool guard_knows(const struct guard *g, const struct net_addr *from, int64_t now_ms)
{
	struct key key;

	return key_of_address(from, &key) && is_known(g, &key, now_ms);
}

void guard_forget_doors(struct guard *g)
{
	g->epoch = g->epoch == UINT32_MAX ? 1 : g->epoch + 1;
}

bool guard_vouches(const struct net_cidr *list, size_t n, const struct net_addr *from)
{
	for (size_t i = 0; i < n; i++) {
		bool v4 = memcmp(list[i].addr, mapped, sizeof(mapped)) == 0;
		if (list[i].bits >= (v4 ? 96 + 8 : 16) && net_cidr_match(&list[i], 1, from))
			return true;
	}
	return false;
}

/* --- for people --- */

static void print_address(const struct key *key, char out[64])
{
	bool v4 = memcmp(key->address, mapped, sizeof(mapped)) == 0;
	size_t n;

	inet_ntop(v4 ? AF_INET : AF_INET6, key->address + (v4 ? 12 : 0), out, 64);
	n = strlen(out);
	snprintf(out + n, 64 - n, "%s", v4 ? "" : "/64");
}

static void each_lock(const struct book *b, bool account, int64_t now_ms,
		      void (*fn)(const struct guard_lock *lock, void *arg), void *arg)
{
	char text[64];

	for (struct list *node = b->by_age.prev; node != &b->by_age; node = node->prev) {
		const struct entry *e = LIST_OF(node, struct entry, age);
		if (!is_locked(e, now_ms))
			continue;
		print_address(&e->key, text);
		fn(&(struct guard_lock){account ? e->name : text, account, e->n, e->until_ms - now_ms}, arg);
	}
}

void guard_each_lock(struct guard *g, int64_t now_ms, void (*fn)(const struct guard_lock *lock, void *arg), void *arg)
{
	each_lock(&g->addresses, false, now_ms, fn, arg);
	each_lock(&g->accounts, true, now_ms, fn, arg);
}

static size_t count_locked(const struct book *b, int64_t now_ms)
{
	size_t n = 0;

	LIST_EACH(node, &b->by_age)
		n += is_locked(LIST_OF(node, struct entry, age), now_ms);
	return n;
}

size_t guard_locked(const struct guard *g, int64_t now_ms)
{
	return count_locked(&g->addresses, now_ms) + count_locked(&g->accounts, now_ms);
}

static bool lift(struct book *b, const struct key *key)
{
	struct entry *e = book_find(b, key);

	if (e != NULL)
		book_drop(b, e);
	return e != NULL;
}

bool guard_lift(struct guard *g, const char *who)
{
	struct net_addr address;
	struct key key = key_of_id(view_of(who));
	char text[64];
	bool any = lift(&g->accounts, &key);

	snprintf(text, sizeof(text), "%s", who);
	size_t n = strlen(text);
	if (n > 3 && strcmp(text + n - 3, "/64") == 0)
		text[n - 3] = '\0';
	if (net_literal(text, 0, &address) && key_of_address(&address, &key))
		any = lift(&g->addresses, &key) || any;
	return any;
}
