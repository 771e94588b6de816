/*
 * verb_erase.c - takes personal data of a number, of a message, or of all before a time out of the records, and leaves
 * a note of who did it. Must not know sockets, nor how it is overwritten.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/archive.h"
#include "audit/erase.h"
#include "audit/erased.h"
#include "base/ids.h"
#include "base/mem.h"
#include "noc/actions.h"
#include "noc/records.h"
#include "noc/since.h"
#include "path/number.h"

struct erase_ask {
	struct find find;
	struct erase_query q;
	struct erase_result result;
	char who[128];
	int64_t now_ms; /* UTC, when it was asked */
};

/* --- in the thread --- */

static void work(struct find *f)
{
	struct erase_ask *x = (struct erase_ask *)f;
	char what[ERASE_WORDS];

	x->q.directory = f->query.directory;
	x->q.key = f->query.key;
	if (erase_run(&x->q, find_progress, f, &f->stop, &x->result, &f->why) < 0 && !f->why)
		f->why = strdup("the records cannot be read");
	if (x->q.dry || x->result.records == 0)
		return;
	erase_words(&x->q, what);
	int error = erased_leave(x->q.directory,
				 &(struct erased){x->now_ms, x->result.records, x->result.files, x->who, what});
	if (error && !f->why &&
	    asprintf(&f->why, "the erasure is done, but no note of it can be left: %s", strerror(error)) < 0)
		f->why = NULL;
}

/* --- in the loop --- */

static void answer(struct find *f)
{
	struct erase_ask *x = (struct erase_ask *)f;
	struct buf *out = console_later_out(f->later);
	const struct erase_result *r = &x->result;

	buf_printf(out, "%" PRIu64 " record%s %s in %" PRIu64 " file%s\n", r->records, r->records == 1 ? "" : "s",
		   x->q.dry ? "would be erased" : "erased", r->files, r->files == 1 ? "" : "s");
	if (r->closed)
		buf_printf(out,
			   "%" PRIu64 " more may be of this number and stay: they have it masked, or encrypted with a "
			   "key that records.key has no more; erase id ID erases one message, --masked all of them\n",
			   r->closed);
	console_finish(f->later, NULL);
}

static void nothing_to_free(struct find *f)
{
	(void)f;
}

static bool read_number(struct console_call *call, struct erase_ask *x)
{
	struct number n;

	if (!number_parse_text(call->words[1], &n)) {
		console_fail(call, "\"%.60s\" is no phone number", call->words[1]);
		return false;
	}
	x->q.number = find_keep(&x->find, n.digits);
	return true;
}

static bool read_id(struct console_call *call, struct erase_ask *x)
{
	if (ids_parse(call->words[1], strlen(call->words[1]), &x->q.id))
		return true;
	console_fail(call, "\"%.60s\" is no message id: it has 18 digits", call->words[1]);
	return false;
}

static bool read_before(struct console_call *call, struct erase_ask *x)
{
	if (since_parse(call->words[1], x->now_ms, &x->q.before_ms))
		return true;
	console_fail(call, "\"%.60s\" is no time in the past: %s", call->words[1], SINCE_FORMS);
	return false;
}

static const struct {
	const char *name, *options;
	bool (*read)(struct console_call *call, struct erase_ask *x);
} ways[] = {
	{"number", " --before --masked --dry-run ", read_number},
	{"id", " --dry-run ", read_id},
	{"before", " --dry-run ", read_before},
};

static bool read_words(struct console_call *call, struct erase_ask *x)
{
	struct records_options o = {.limit = 0};
	size_t way = 0;

	while (strcmp(ways[way].name, call->words[0]) != 0) /* the console has looked it up */
		way++;
	if (!ways[way].read(call, x) ||
	    !records_read(call, &x->find, call->words + 2, call->n - 2, ways[way].options, &o))
		return false;
	if (x->find.query.to_ms)
		x->q.before_ms = x->find.query.to_ms;
	x->q.masked = o.masked;
	x->q.dry = o.dry_run;
	return true;
}

int verb_erase(struct console_call *call)
{
	const struct snapshot_source *from = call->arg;
	struct erase_ask *x = mem_zalloc(sizeof(*x));
	struct action by = {.uid = call->uid};

	x->find.work = work;
	x->find.answer = answer;
	x->find.free = nothing_to_free;
	x->find.to_its_end = true;
	x->now_ms = loop_wall_ms(from->loop);
	if (!read_words(call, x)) {
		find_drop(&x->find);
		return -1;
	}
	if (strncmp(call->who, "token:", 6) == 0)
		snprintf(by.token, sizeof(by.token), "%.32s", call->who + 6);
	if (from->actions)
		actions_name(from->actions, &by);
	actions_who(&by, x->who);
	return find_start(&x->find, call);
}
