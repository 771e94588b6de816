/*
 * verb_lockouts.c - which addresses and accounts failed binds have locked, and that the operator lifts one. Must not
 * know what locks them.
 */
#include <inttypes.h>

#include "base/log.h"
#include "link/guard.h"
#include "noc/form.h"
#include "noc/status.h"
#include "noc/table.h"
#include "noc/verb.h"

#define LOCKOUTS_SHOWN 1000u

struct listing {
	struct table *table;
	size_t n;
};

static void list_one(const struct guard_lock *lock, void *arg)
{
	struct listing *l = arg;
	char span[STATUS_STAMP];
	if (l->n++ >= LOCKOUTS_SHOWN)
		return;
	table_text(l->table, lock->account ? "account" : "address");
	table_text(l->table, lock->who);
	table_cell(l->table, "%" PRId64, lock->failures);
	table_text(l->table, status_span(lock->left_ms, span));
}

int verb_lockouts(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	struct listing l = {.table = table_new("lockouts: WHAT WHO +FAILURES +LEFT")};
	accounts_each_lock(flow_accounts(from->flow), list_one, &l);
	if (l.n > 0 || form_is_json(call->out))
		table_print(l.table, call->out);
	else
		buf_puts(call->out, "nobody is locked out\n");
	if (l.n > LOCKOUTS_SHOWN)
		buf_printf(call->out, "... and %zu more\n", l.n - LOCKOUTS_SHOWN);
	table_free(l.table);
	return 0;
}

int verb_unlock(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	const char *who = call->words[0];
	if (!accounts_lift(flow_accounts(from->flow), who))
		return console_fail(call, "no failed binds of %.100s are known; lockouts lists who is locked", who);
	log_info("-", "event=unlocked who=%s by=%s", who, call->who);
	buf_printf(call->out, "the failed binds of %s are forgotten\n", who);
	return 0;
}
