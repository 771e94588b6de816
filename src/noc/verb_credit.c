/*
 * verb_credit.c - what the operator may ask about money: an account's balance, and what was used on a day. Answers come
 * from the store, in later turns. Must not know sockets.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "noc/table.h"

#define YUAN_ROOM 32u

static const char store_away[] = "the store (Redis) is away; try again when smppgwctl status says that it is up";

/* Thousandths of a yuan as "-12.340". */
static const char *print_yuan(int64_t amount, char out[YUAN_ROOM])
{
	uint64_t n = amount < 0 ? -(uint64_t)amount : (uint64_t)amount;

	snprintf(out, YUAN_ROOM, "%s%" PRIu64 ".%03" PRIu64, amount < 0 ? "-" : "", n / 1000, n % 1000);
	return out;
}

/* "12", "-0.5", "3.125": up to twelve digits, and three behind the point. */
static bool read_yuan(const char *text, int64_t *amount)
{
	bool minus = *text == '-';
	const char *p = text + minus;
	size_t whole = strspn(p, "0123456789"), part = p[whole] == '.' ? strspn(p + whole + 1, "0123456789") : 0;

	if (whole == 0 || whole > 12 || part > 3 || (p[whole] == '.' && part == 0) ||
	    p[whole + part + (p[whole] == '.')] != '\0')
		return false;
	*amount = strtoll(p, NULL, 10) * 1000;
	for (size_t i = 0, unit = 100; i < part; i++, unit /= 10)
		*amount += (p[whole + 1 + i] - '0') * (int64_t)unit;
	*amount = minus ? -*amount : *amount;
	return true;
}

struct balance {
	struct console_later *later;
	int64_t floor;
};

static void on_balance(void *arg, bool ok, int64_t balance)
{
	struct balance *b = arg;
	char now[YUAN_ROOM], floor[YUAN_ROOM];

	if (ok)
		buf_printf(console_later_out(b->later), "balance %s yuan, may go down to %s\n",
			   print_yuan(balance, now), print_yuan(b->floor, floor));
	console_finish(b->later, ok ? NULL : store_away);
	mem_free(b);
}

int verb_credit(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	const char *what = call->n > 1 ? call->words[1] : "show";
	bool show = strcmp(what, "show") == 0, set = strcmp(what, "set") == 0;
	int64_t amount = 0;

	struct account *a = accounts_find(flow_accounts(from->flow), view_of(call->words[0]));
	if (!a)
		return console_fail(call, "no account %.100s; accounts lists them", call->words[0]);
	if ((!show && !set && strcmp(what, "add") != 0) || call->n != (show ? call->n > 1 ? 2u : 1u : 3u))
		return console_fail(call, "usage: credit ACCOUNT [show|add YUAN|set YUAN]");
	if (!show && !read_yuan(call->words[2], &amount))
		return console_fail(call, "\"%.40s\" is no amount in yuan, such as 100 or -0.05", call->words[2]);
	if (account_conf(a)->credit != ACCOUNT_PREPAID && !show)
		return console_fail(call, "account %.100s has no credit; its option credit is not \"prepaid\"",
				    call->words[0]);
	struct balance *b = mem_zalloc(sizeof(*b));
	*b = (struct balance){console_later(call), -account_conf(a)->credit_limit};
	if (flow_credit(from->flow, a,
			show  ? STORE_CREDIT_READ
			: set ? STORE_CREDIT_SET
			      : STORE_CREDIT_ADD,
			amount, on_balance, b) == 0)
		return CONSOLE_LATER;
	mem_free(b);
	return console_fail(call, "%s", store_away);
}

/* --- usage --- */

struct value {	    /* of an account at a carrier: messages, segments or amount */
	char *name; /* account/carrier/what */
	int64_t value;
};

struct using
{
	struct console_later *later;
	char *account; /* NULL: all */
	struct value *values;
	size_t n, cap;
};

static void on_value(void *arg, struct view name, int64_t value)
{
	struct using *u = arg;
	size_t want = u->account ? strlen(u->account) : 0;

	if (u->account && (name.n <= want || memcmp(name.p, u->account, want) != 0 || name.p[want] != '/'))
		return;
	if (u->n == u->cap) {
		u->cap = u->cap ? u->cap * 2 : 64;
		u->values = mem_realloc(u->values, u->cap * sizeof(*u->values));
	}
	u->values[u->n++] = (struct value){mem_strndup(name.p, name.n), value};
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct value *)a)->name, ((const struct value *)b)->name);
}

/* Three values of one place stand together, sorted: amount, messages, segments. */
static void print_usage(struct using *u, struct buf *out)
{
	struct table *t = table_new("ACCOUNT CARRIER +MESSAGES +PARTS +YUAN");
	int64_t sum[3] = {0};
	char yuan[YUAN_ROOM];

	if (u->n)
		qsort(u->values, u->n, sizeof(*u->values), by_name);
	for (size_t i = 0; i + 2 < u->n; i += 3) {
		char *what = strrchr(u->values[i].name, '/'), *carrier;
		*what = '\0';
		carrier = strrchr(u->values[i].name, '/');
		*carrier = '\0';
		table_text(t, u->values[i].name);
		table_text(t, carrier + 1);
		table_cell(t, "%" PRId64, u->values[i + 1].value);
		table_cell(t, "%" PRId64, u->values[i + 2].value);
		table_text(t, print_yuan(u->values[i].value, yuan));
		for (size_t k = 0; k < 3; k++)
			sum[k] += u->values[i + k].value;
	}
	table_text(t, "all");
	table_text(t, "");
	table_cell(t, "%" PRId64, sum[1]);
	table_cell(t, "%" PRId64, sum[2]);
	table_text(t, print_yuan(sum[0], yuan));
	table_print(t, out);
	table_free(t);
}

static void on_usage(void *arg, bool ok)
{
	struct using *u = arg;

	if (ok)
		print_usage(u, console_later_out(u->later));
	console_finish(u->later, ok ? NULL : store_away);
	for (size_t i = 0; i < u->n; i++)
		mem_free(u->values[i].name);
	mem_free(u->values);
	mem_free(u->account);
	mem_free(u);
}

static bool is_day(const char *word, unsigned *day)
{
	if (strlen(word) != 8 || strspn(word, "0123456789") != 8)
		return false;
	*day = (unsigned)strtoul(word, NULL, 10);
	return true;
}

int verb_usage(struct console_call *call)
{
	static const struct store_usage_reader reader = {on_value, on_usage};
	const struct snapshot_source *from = call->arg;
	unsigned day = 0;
	size_t at = call->n > 0 && is_day(call->words[0], &day);
	const char *account = call->n > at ? call->words[at] : NULL;

	if (call->n > at + 1)
		return console_fail(call, "usage: usage [DAY] [ACCOUNT]; a day is written 20260501");
	if (account && !accounts_find(flow_accounts(from->flow), view_of(account)))
		return console_fail(call, "no account %.100s, and no day as 20260501", account);
	struct using *u = mem_zalloc(sizeof(*u));
	*u = (struct using){.later = console_later(call), .account = account ? mem_strdup(account) : NULL};
	if (flow_usage(from->flow, day, &reader, u) == 0)
		return CONSOLE_LATER;
	mem_free(u->account);
	mem_free(u);
	return console_fail(call, "%s", store_away);
}
