/*
 * verb_trace.c - the whole life of a message, or of those to a number: from the archive, from memory, and what Redis
 * remembers of those that have ended. Must not know sockets, nor how a record or a state is worded.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/archive.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/mem.h"
#include "noc/form.h"
#include "noc/records.h"
#include "noc/status.h"
#include "noc/story.h"
#include "noc/story_now.h"

#define MESSAGES_DEFAULT 5u
#define MESSAGES_MAX	 100u
#define RECORDS_MAX	 10000u	  /* of one message: a text of 255 parts with retries has fewer */
#define STARTS_SPAN_MS	 86400000 /* in a longer life starts of the gateway are not looked for: all of it is read */

struct trace {
	struct find find;
	bool whole, cut; /* cut: there are more messages than limit */
	uint64_t id;	 /* 0: by number */
	struct number number;
	size_t limit;
	struct story **stories; /* newest first */
	size_t n;
	struct story *loose;   /* NULL, or records with the number that are of no message */
	struct story *reading; /* the one that records are searched for */
	int64_t now_ms;	       /* UTC, when it was asked */
};

/* --- in the thread --- */

static struct story *story_of(struct trace *t, uint64_t id)
{
	for (size_t i = 0; i < t->n; i++) {
		if (story_id(t->stories[i]) == id)
			return t->stories[i];
	}
	return NULL;
}

static void add_story(struct trace *t, uint64_t id)
{
	t->stories = mem_realloc(t->stories, (t->n + 1) * sizeof(t->stories[0]));
	t->stories[t->n++] = story_new(id);
}

static bool on_record(void *arg, const struct search_hit *hit)
{
	struct trace *t = arg;

	story_add(t->reading, hit);
	return story_steps(t->reading) < RECORDS_MAX;
}

/* The message that a record with the number is about: a reply is told with what it answers. */
static bool on_number(void *arg, const struct search_hit *hit)
{
	static const char *const names[] = {"original", "msg", "id"};
	struct trace *t = arg;
	char text[32];
	uint64_t id = 0;

	for (size_t i = 0; i < 3 && id == 0; i++) {
		int n = cdr_get(&hit->line, names[i], text, sizeof(text));
		if (n <= 0 || !ids_parse(text, (size_t)n, &id))
			id = 0;
	}
	if (id == 0 && !t->loose)
		t->loose = story_new(0);
	if (id == 0 && story_steps(t->loose) < t->limit)
		story_add(t->loose, hit);
	if (id == 0 || story_of(t, id))
		return true;
	t->cut = t->n == t->limit;
	if (!t->cut)
		add_story(t, id);
	return !t->cut;
}

/* Of the node that has the message. */
static bool on_start(void *arg, const struct search_hit *hit)
{
	struct trace *t = arg;
	const char *base = strrchr(hit->file, '/');

	if (strtoul(base ? base + 1 : hit->file, NULL, 10) == ids_node(story_id(t->reading)))
		story_add(t->reading, hit);
	return true;
}

/* A life that goes on over a start of the gateway shows it. */
static void add_starts(struct trace *t)
{
	struct find *f = &t->find;
	int64_t from_ms = story_begin_ms(t->reading),
		to_ms = story_ended(t->reading) ? story_end_ms(t->reading) : t->now_ms;

	if (from_ms == 0 || to_ms - from_ms > STARTS_SPAN_MS)
		return;
	f->query.id = 0;
	f->query.from_ms = from_ms;
	f->query.to_ms = to_ms;
	f->query.kind = cdr_kind_name(CDR_START);
	(void)find_search(f, on_start);
}

static int by_age(const void *a, const void *b)
{
	uint64_t x = story_id(*(struct story *const *)a), y = story_id(*(struct story *const *)b);

	return x > y ? -1 : x < y;
}

static void work(struct find *f)
{
	struct trace *t = (struct trace *)f;

	if (!t->id) {
		f->query.number = t->number.digits;
		f->query.newest = true;
		if (!find_search(f, on_number) && !t->cut)
			return;
	}
	f->query.number = NULL;
	f->query.newest = false;
	f->query.from_ms = 0;
	for (size_t i = 0; i < t->n; i++) {
		t->reading = t->stories[i];
		f->query.id = story_id(t->reading);
		if (!find_search(f, on_record))
			return;
	}
	if (t->id)
		add_starts(t);
}

/* --- in the loop --- */

struct telling { /* what memory says, into one answer */
	struct trace *trace;
	struct buf *out;
	bool json, headed; /* headed: its records were printed */
	uint64_t id;	   /* only this one of those that the app knows by one id */
	size_t n;
	int64_t now_ms;
};

static void on_found(void *arg, const struct flow_found *x)
{
	struct telling *w = arg;

	if (x->msg && x->id != w->id && x->msg != w->id)
		return;
	w->n++;
	if (w->json) {
		buf_puts(w->out, w->n > 1 ? "," : "");
		story_now_json(x, w->trace->whole, w->out);
		return;
	}
	if (!w->headed && !x->part)
		story_now_head(x, w->trace->whole, w->out);
	story_now(x, w->now_ms, w->out);
}

/* Those of a number that no record tells of. */
static void on_unrecorded(void *arg, const struct flow_found *x)
{
	struct telling *w = arg;

	if (w->trace->n < w->trace->limit && !x->part && !story_of(w->trace, x->id) &&
	    (!x->msg || !story_of(w->trace, x->msg)))
		add_story(w->trace, x->msg ? x->msg : x->id);
}

/* Behind the steps of a message that is not in memory. */
static void tell_gone(const struct trace *t, const struct story *s, struct buf *out)
{
	unsigned node = ids_node(story_id(s));

	if (node != t->find.from->node)
		buf_printf(out, "  now: not in the memory of this gateway; node %u has accepted it: ask there\n", node);
	else
		buf_puts(out, "  now: nothing of it is in memory any more\n");
}

static void tell_story(struct trace *t, struct story *s, struct telling *w)
{
	w->headed = story_steps(s) > 0;
	w->n = 0;
	w->id = story_id(s);
	if (w->headed)
		story_print(s, t->whole, w->out);
	flow_message_look(t->find.from->flow, story_app_id(s), NULL, MESSAGES_MAX, on_found, w);
	if (w->headed && w->n == 0)
		tell_gone(t, s, w->out);
}

static void tell_json(struct trace *t, struct story *s, struct telling *w)
{
	w->n = 0;
	w->id = story_id(s);
	buf_puts(w->out, "{");
	story_json(s, t->whole, w->out);
	buf_puts(w->out, ",\"now\":[");
	flow_message_look(t->find.from->flow, story_app_id(s), NULL, MESSAGES_MAX, on_found, w);
	buf_puts(w->out, "]}");
}

static void tell_loose(struct trace *t, struct telling *w)
{
	if (t->n)
		buf_puts(w->out, w->json ? "," : "\n");
	buf_puts(w->out, w->json ? "{" : "");
	(w->json ? story_json : story_print)(t->loose, t->whole, w->out);
	buf_puts(w->out, w->json ? ",\"now\":[]}" : "");
}

static void tell_all(struct trace *t, struct telling *w)
{
	if (w->json)
		form_open(w->out, "messages");
	buf_puts(w->out, w->json ? "[" : "");
	for (size_t i = 0; i < t->n; i++) {
		if (i)
			buf_puts(w->out, w->json ? "," : "\n");
		(w->json ? tell_json : tell_story)(t, t->stories[i], w);
	}
	if (t->loose)
		tell_loose(t, w);
	if (!w->json)
		return;
	buf_puts(w->out, "]");
	form_close(w->out);
}

#define ONLY_MEMORY                                                                                                    \
	"records are off: this is what memory knows; set records.directory for the whole life of each message\n"

/* --- what Redis remembers --- */

struct remembering {
	struct console_later *later;
	const struct snapshot_source *from;
	uint64_t id;
};

static void on_ended(void *arg, bool ok, const struct flow_ended *e)
{
	struct remembering *r = arg;
	struct buf *out = console_later_out(r->later);
	char id[IDS_DIGITS + 1], stamp[STATUS_STAMP], error[200];

	ids_print(r->id, id);
	if (ok && e->n) {
		buf_printf(out, "%s  ended as %s at %s, error %u", id, e->state, status_time(e->done_ms, false, stamp),
			   e->error);
		buf_puts(out, e->n > 1 ? " (several destinations: the first that was not delivered)\n" : "\n");
		buf_puts(out, find_possible(r->from) ? "the archive has no record of it\n" : ONLY_MEMORY);
		console_finish(r->later, NULL);
	} else {
		snprintf(error, sizeof(error), "no message %s: %s%s", id,
			 find_possible(r->from) ? "neither archive nor memory knows it"
						: "memory does not know it, and records are off (records.directory)",
			 ok ? "" : "; Redis is away");
		console_finish(r->later, error);
	}
	mem_free(r);
}

static void ask_store(const struct trace *t)
{
	struct remembering *r = mem_zalloc(sizeof(*r));

	*r = (struct remembering){t->find.later, t->find.from, t->id};
	if (flow_message_ended(r->from->flow, r->id, on_ended, r) < 0)
		on_ended(r, false, &(struct flow_ended){0});
}

static bool is_known(const struct trace *t, struct telling *w)
{
	if (t->n == 0)
		return t->loose != NULL;
	if (!t->id || story_steps(t->stories[0]))
		return true;
	return buf_len(w->out) > 0;
}

static void answer(struct find *f)
{
	struct trace *t = (struct trace *)f;
	struct console_later *later = t->find.later;
	const struct snapshot_source *from = t->find.from;
	struct telling w = {.trace = t,
			    .out = console_later_out(later),
			    .json = form_is_json(console_later_out(later)),
			    .now_ms = loop_wall_ms(from->loop)};

	if (f->why) {
		console_finish(later, f->why);
		return;
	}
	if (!t->id) {
		flow_message_look(from->flow, 0, &t->number, t->limit, on_unrecorded, &w);
		if (t->n > 1)
			qsort(t->stories, t->n, sizeof(t->stories[0]), by_age);
	}
	if (t->id && story_steps(t->stories[0]) == 0 &&
	    flow_message_look(from->flow, t->id, NULL, 1, on_unrecorded, &w) == 0) {
		ask_store(t);
		return;
	}
	tell_all(t, &w);
	if (!is_known(t, &w)) {
		console_finish(later, find_possible(from) ? "no message to that number in archive or memory"
							  : "no message to that number in memory; records are off: set "
							    "records.directory");
		return;
	}
	if (!w.json && !find_possible(from))
		buf_puts(w.out, ONLY_MEMORY);
	if (!w.json && t->cut)
		buf_printf(w.out, "\nand older ones: --limit N shows more than %zu\n", t->limit);
	console_finish(later, NULL);
}

static void trace_free(struct find *f)
{
	struct trace *t = (struct trace *)f;

	for (size_t i = 0; i < t->n; i++)
		story_free(t->stories[i]);
	mem_free(t->stories);
	story_free(t->loose);
}

static bool read_what(struct console_call *call, struct trace *t, char command[128])
{
	const char *what = call->words[0];
	char masked[32];

	if (ids_parse(what, strlen(what), &t->id)) {
		add_story(t, t->id);
		snprintf(command, 128, "trace %s --unmask", what);
		return true;
	}
	if (!number_parse_text(what, &t->number)) {
		console_fail(call, "\"%.60s\" is neither a message id (18 digits) nor a phone number%s", what,
			     strncmp(what, "--", 2) == 0 ? "; options stand behind it" : "");
		return false;
	}
	snprintf(command, 128, "trace %s --unmask", log_masked(t->number.digits, t->number.n, masked));
	return true;
}

int verb_trace(struct console_call *call)
{
	struct trace *t = mem_zalloc(sizeof(*t));
	struct records_options o = {.limit = MESSAGES_DEFAULT, .limit_max = MESSAGES_MAX};
	char command[128];

	t->find.work = work;
	t->find.answer = answer;
	t->find.memory_too = true;
	t->find.free = trace_free;
	if (!read_what(call, t, command) ||
	    !records_read(call, &t->find, call->words + 1, call->n - 1, " --since --limit --unmask ", &o) ||
	    (o.unmask && !records_unmask(call, command))) {
		find_drop(&t->find);
		return -1;
	}
	t->now_ms = loop_wall_ms(((const struct snapshot_source *)call->arg)->loop);
	t->whole = o.unmask;
	t->limit = o.limit;
	return find_start(&t->find, call);
}
