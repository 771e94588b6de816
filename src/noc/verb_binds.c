/*
 * verb_binds.c - the operator asks for binds: the first of all, or every one of an account or carrier, which may be
 * very many and are listed in steps. Must not know sockets.
 */
#include "noc/verb.h"

#include <string.h>

#include "base/mem.h"
#include "noc/form.h"
#include "noc/json.h"
#include "noc/listing.h"
#include "noc/status.h"
#include "noc/table.h"

#define BINDS_STEP 50 /* rows */

struct binds { /* of one owner; those that end before their turn comes are left out */
	const struct snapshot_source *from;
	uint64_t *handles; /* of sessions: a carrier's first */
	size_t n, cap, of_carrier, next, listed;
	char *owner;
	struct table *table; /* NULL: as JSON */
	struct json json;
	bool begun, printing;
};

static void note_bind(const struct session *s, void *arg)
{
	struct binds *b = arg;

	if (b->n == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 64;
		b->handles = mem_realloc(b->handles, b->cap * sizeof(b->handles[0]));
	}
	b->handles[b->n++] = session_handle(s);
}

static void put_bind(struct binds *b, size_t i)
{
	const struct session *s = flow_session(b->from->flow, b->handles[i]);
	struct snapshot_session bind;

	if (!s)
		return;
	snapshot_session(b->from, s, b->owner, i < b->of_carrier, &bind);
	b->listed++;
	if (b->table)
		status_session(b->table, &bind);
	else
		status_json_session(&b->json, &bind);
}

static void begin_json(struct binds *b, struct buf *out)
{
	form_open(out, "");
	b->json = (struct json){.out = out};
	json_open(&b->json, NULL, '{');
	json_open(&b->json, "binds", '[');
}

static void end_json(struct binds *b, struct buf *out)
{
	json_close(&b->json, ']');
	json_u64(&b->json, "binds_total", b->listed);
	json_close(&b->json, '}');
	buf_puts(out, "\n");
	form_close(out);
}

static bool some_binds(void *job, struct buf *out)
{
	struct binds *b = job;

	if (b->printing)
		return table_print_some(b->table, out, BINDS_STEP);
	if (!b->begun && !b->table)
		begin_json(b, out);
	b->begun = true;
	for (size_t end = b->next + BINDS_STEP; b->next < b->n && b->next < end; b->next++)
		put_bind(b, b->next);
	if (b->next < b->n)
		return true;
	if (!b->table)
		end_json(b, out);
	b->printing = b->table != NULL;
	return b->printing;
}

static void end_binds(void *job)
{
	struct binds *b = job;

	table_free(b->table);
	mem_free(b->handles);
	mem_free(b->owner);
	mem_free(b);
}

static int binds_of(struct console_call *call, const struct carrier *c, const struct account *a, const char *name)
{
	static const struct listing_steps steps = {some_binds, end_binds};
	const struct snapshot_source *from = call->arg;
	struct binds *b = mem_zalloc(sizeof(*b));

	b->from = from;
	b->owner = mem_strdup(name);
	b->table = form_is_json(call->out) ? NULL : status_sessions_table();
	if (c)
		carrier_each_session(c, note_bind, b);
	b->of_carrier = b->n;
	if (a)
		account_each_session(a, note_bind, b);
	return listing_start(call, from->loop, &steps, b);
}

static void some_of_all(struct console_call *call)
{
	struct snapshot s;

	snapshot_take(call->arg, VERB_MAX_SESSIONS, NULL, &s);
	if (form_is_json(call->out)) {
		form_open(call->out, "");
		status_json_sessions(&s, NULL, call->out);
		form_close(call->out);
	} else {
		status_sessions(&s, call->out);
	}
	snapshot_free(&s);
}

int verb_binds(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	const char *name = call->n > 0 ? call->words[0] : NULL;

	if (!name) {
		some_of_all(call);
		return 0;
	}
	const struct carrier *c = carriers_find(flow_carriers(from->flow), name);
	const struct account *a = accounts_find(flow_accounts(from->flow), view_of(name));
	if (!c && !a)
		return console_fail(call, "no account or carrier %.100s; accounts and carriers list them", name);
	return binds_of(call, c, a, name);
}
