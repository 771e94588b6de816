/*
 * fake_script.c - scripts as Redis runs them: each is known by its first line; those of src/path/store_backlog.c, made
 * of commands on the same data. Knows nothing of what is stored.
 */
#include "fake_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "fake_credit.h"

#define ARGS_MAX 16u

/* One redis.call(). Words are borrowed. */
struct words {
	size_t n;
	struct blob word[ARGS_MAX];
};

static struct blob text(const char *s)
{
	return (struct blob){(uint8_t *)(uintptr_t)s, strlen(s)};
}

static void say(struct words *w, struct blob b)
{
	if (w->n == ARGS_MAX)
		abort();
	w->word[w->n++] = b;
}

static redisReply *call(const struct fake_script *s, const struct words *w)
{
	return fake_data_run(s->d, s->now_ms, w->n, w->word);
}

/* HDEL, XDEL: how many went. */
static long long take(const struct fake_script *s, struct blob command, struct blob key, struct blob name)
{
	struct words w = {0};

	say(&w, command);
	say(&w, key);
	say(&w, name);
	redisReply *r = call(s, &w);
	long long n = r->integer;
	freeReplyObject(r);
	return n;
}

struct letter {
	struct blob id, rec, oldest, why, at; /* why.n 0: to a backlog */
};

static void add(const struct fake_script *s, struct blob key, const struct letter *l)
{
	struct words w = {0};

	say(&w, text("XADD"));
	say(&w, key);
	if (l->why.n > 0) {
		say(&w, text("MINID"));
		say(&w, text("~"));
		say(&w, l->oldest);
	}
	say(&w, text("*"));
	say(&w, text("id"));
	say(&w, l->id);
	say(&w, text("rec"));
	say(&w, l->rec);
	if (l->why.n > 0) {
		say(&w, text("why"));
		say(&w, l->why);
		say(&w, text("at"));
		say(&w, l->at);
	}
	freeReplyObject(call(s, &w));
}

static redisReply *run_move(const struct fake_script *s)
{
	long long moved = 0;

	for (size_t i = 0; i + 1 < s->args_n; i += 2) {
		if (take(s, text("HDEL"), s->keys[1], s->args[i]) != 1)
			continue;
		add(s, s->keys[0], &(struct letter){.id = s->args[i], .rec = s->args[i + 1]});
		moved++;
	}
	return fake_reply_integer(moved);
}

static redisReply *run_bury(const struct fake_script *s)
{
	const struct blob *a = s->args;
	long long taken = a[0].n > 0 ? take(s, a[0], s->keys[0], a[1]) : 1;

	if (taken == 1)
		add(s, s->keys[1], &(struct letter){.oldest = a[2], .id = a[3], .rec = a[4], .why = a[5], .at = a[6]});
	return fake_reply_integer(taken);
}

static redisReply *range(const struct fake_script *s, const char *command, struct blob from, struct blob to,
			 struct blob count)
{
	struct words w = {0};

	say(&w, text(command));
	say(&w, s->keys[0]);
	say(&w, from);
	say(&w, to);
	say(&w, text("COUNT"));
	say(&w, count);
	return call(s, &w);
}

static struct blob string_of(const redisReply *r)
{
	return (struct blob){(uint8_t *)r->str, r->len};
}

static void shift_entry(const struct fake_script *s, const redisReply *entry)
{
	const redisReply *f = entry->element[1];
	const struct blob *a = s->args;

	take(s, text("XDEL"), s->keys[0], string_of(entry->element[0]));
	add(s, s->keys[1],
	    &(struct letter){.id = string_of(f->element[1]),
			     .rec = string_of(f->element[3]),
			     .oldest = a[3],
			     .why = a[4],
			     .at = a[5]});
}

static redisReply *reply_shift(long long moved, struct blob more, struct blob last)
{
	redisReply *r = fake_reply_array(3);

	r->element[0] = fake_reply_integer(moved);
	r->element[1] = fake_reply_blob(&more);
	r->element[2] = fake_reply_blob(&last);
	return r;
}

static redisReply *run_shift(const struct fake_script *s)
{
	struct blob last = s->args[1], more = text("");
	redisReply *youngest = NULL;

	if (blob_is(&last, "+")) {
		youngest = range(s, "XREVRANGE", text("+"), text("-"), text("1"));
		if (youngest->elements == 0) {
			freeReplyObject(youngest);
			return reply_shift(0, more, more);
		}
		last = string_of(youngest->element[0]->element[0]);
	}
	redisReply *page = range(s, "XRANGE", s->args[0], last, s->args[2]);
	for (size_t i = 0; i < page->elements; i++)
		shift_entry(s, page->element[i]);
	if (page->elements > 0 && page->elements == strtoul((const char *)s->args[2].p, NULL, 10))
		more = string_of(page->element[page->elements - 1]->element[0]);
	redisReply *r = reply_shift((long long)page->elements, more, last);
	freeReplyObject(page);
	if (youngest != NULL)
		freeReplyObject(youngest);
	return r;
}

static const struct {
	const char *first_line;
	redisReply *(*run)(const struct fake_script *s);
	bool gives; /* writes something new before it has taken anything: a full Redis refuses it */
} scripts[] = {
	{"-- smppgw move\n", run_move, false},
	{"-- smppgw bury\n", run_bury, false},
	{"-- smppgw shift\n", run_shift, false},
	{"-- smppgw reserve\n", fake_credit_reserve, true},
	{"-- smppgw settle\n", fake_credit_settle, false},
	{"-- smppgw usage\n", fake_credit_usage, true},
	{"-- smppgw credit\n", fake_credit_change, true},
};

static size_t find_script(const struct blob *source)
{
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		if (strncmp((const char *)source->p, scripts[i].first_line, strlen(scripts[i].first_line)) == 0)
			return i;
	}
	fprintf(stderr, "scene: the simulated Redis does not know this script; add it to fake_script.c:\n%s",
		(const char *)source->p);
	abort();
}

bool fake_script_gives(const struct blob *argv)
{
	return blob_is(&argv[0], "EVAL") && scripts[find_script(&argv[1])].gives;
}

redisReply *fake_script_run(struct fake_data *d, int64_t now_ms, size_t argc, const struct blob *argv)
{
	size_t keys = strtoul((const char *)argv[2].p, NULL, 10);
	struct fake_script s = {d, now_ms, argv + 3, argv + 3 + keys, argc - 3 - keys};

	return scripts[find_script(&argv[1])].run(&s);
}
