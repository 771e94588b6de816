/*
 * balances.c - what prepaid accounts may still use. Must not know who wants to know. An answer may come when nobody
 * does any more: then its place is freed by it.
 */
#include "noc/balances.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "link/account.h"
#include "path/flow.h"

#define YUAN 1000.0

struct place {
	bool asked, known, orphan;
	int64_t balance; /* thousandths of a yuan */
};

struct balances {
	struct place **places; /* by account; answers name them */
	size_t n;
};

struct balances *balances_new(void)
{
	return mem_zalloc(sizeof(struct balances));
}

void balances_free(struct balances *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++) {
		if (b->places[i]->asked)
			b->places[i]->orphan = true;
		else
			mem_free(b->places[i]);
	}
	mem_free(b->places);
	mem_free(b);
}

static void on_balance(void *arg, bool ok, int64_t balance)
{
	struct place *p = arg;
	p->asked = false;
	if (p->orphan) {
		mem_free(p);
		return;
	}
	if (!ok)
		return;
	p->known = true;
	p->balance = balance;
}

static bool is_prepaid(const struct flow *flow, size_t account)
{
	const struct account *a = accounts_at(flow_accounts(flow), account);
	return !account_removed(a) && account_conf(a)->credit == ACCOUNT_PREPAID;
}

void balances_ask(struct balances *b, struct flow *flow)
{
	size_t n = accounts_count(flow_accounts(flow));
	if (n > b->n) {
		b->places = mem_realloc(b->places, n * sizeof(*b->places));
		while (b->n < n)
			b->places[b->n++] = mem_zalloc(sizeof(struct place));
	}
	for (size_t i = 0; i < n; i++) {
		struct place *p = b->places[i];
		if (p->asked || !is_prepaid(flow, i))
			continue;
		p->asked = true;
		if (flow_credit(flow, accounts_at(flow_accounts(flow), i), STORE_CREDIT_READ, 0, on_balance, p) < 0)
			p->asked = false;
	}
}

double balances_left(const struct balances *b, const struct flow *flow, size_t account)
{
	if (account >= b->n || !b->places[account]->known || !is_prepaid(flow, account))
		return NAN;
	const struct account *a = accounts_at(flow_accounts(flow), account);
	return (double)(b->places[account]->balance + account_conf(a)->credit_limit) / YUAN;
}
