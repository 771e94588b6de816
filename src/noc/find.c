/*
 * find.c - the thread's part and the loop's part of a search. Must not know records.
 */
#include "noc/find.h"

#include <stdlib.h>

#include "audit/archive.h"
#include "base/mem.h"

#define LOOK_MS	    100	 /* whether somebody waits still */
#define PROGRESS_MS 1000 /* between lines: the console takes silence for an end */

static struct list searching = {&searching, &searching}; /* the loop's */

bool find_possible(const struct snapshot_source *from)
{
	struct archive_view v = {0};

	if (from->archive)
		archive_look(from->archive, &v);
	return v.on;
}

const char *find_keep(struct find *f, const char *word)
{
	if (f->kept_n == FIND_WORDS)
		abort(); /* more options than a command has */
	return f->kept[f->kept_n++] = mem_strdup(word);
}

static void find_free(struct find *f)
{
	f->free(f);
	for (size_t i = 0; i < f->kept_n; i++)
		mem_free(f->kept[i]);
	free(f->why);
	mem_free(f);
}

/* dropped: the gateway leaves, flow is out of reach. */
static void find_done(struct find *f, bool dropped)
{
	loop_timer_clear(f->loop, &f->timer);
	list_remove(&f->link);
	if (dropped)
		console_finish(f->later, "the gateway leaves");
	else if (f->memory_too)
		f->answer(f);
	else if (!find_possible(f->from))
		console_finish(f->later, "there are no records: set records.directory, and start the gateway again");
	else if (f->why)
		console_finish(f->later, f->why);
	else
		f->answer(f);
	find_free(f);
}

void find_stop_all(void)
{
	LIST_EACH(node, &searching)
		LIST_OF(node, struct find, link)->stop = true;
}

void find_drop(struct find *f)
{
	find_free(f);
}

static void find_told(struct worker_job *j, bool dropped)
{
	find_done(LIST_OF(j, struct find, job), dropped);
}

static void find_work(struct worker_job *j)
{
	struct find *f = LIST_OF(j, struct find, job);

	f->work(f);
}

static void find_tick(struct timer *t)
{
	struct find *f = LIST_OF(t, struct find, timer);
	int64_t now_ms = loop_now_ms(f->loop);

	if (!f->to_its_end && !console_later_waits(f->later))
		f->stop = true;
	if (now_ms - f->told_ms >= PROGRESS_MS) {
		unsigned all = atomic_load(&f->hours), done = atomic_load(&f->hours_done);
		f->told_ms = now_ms;
		if (all)
			console_progress(f->later, "%u of %u hours searched", done, all);
		else
			console_progress(f->later, "waiting for other searches");
	}
	loop_timer(f->loop, t, LOOK_MS);
}

int find_start(struct find *f, struct console_call *call)
{
	struct archive_view v = {0};

	f->from = call->arg;
	f->loop = f->from->loop;
	list_append(&searching, &f->link);
	f->later = console_later(call);
	if (!find_possible(f->from)) {
		find_done(f, false);
		return CONSOLE_LATER;
	}
	archive_look(f->from->archive, &v);
	f->query.directory = find_keep(f, v.directory);
	f->query.key = find_keep(f, v.key ? v.key : "");
	f->told_ms = loop_now_ms(f->loop);
	f->timer.fn = find_tick;
	loop_timer(f->loop, &f->timer, LOOK_MS);
	f->job.work = find_work;
	f->job.done = find_told;
	worker_do(f->from->worker, &f->job);
	return CONSOLE_LATER;
}

struct finding { /* one search_run() */
	struct find *find;
	bool (*fn)(void *f, const struct search_hit *hit);
};

static bool find_hit(void *arg, const struct search_hit *hit)
{
	struct finding *x = arg;

	return x->fn(x->find, hit);
}

void find_progress(void *arg, unsigned done, unsigned all)
{
	struct find *f = arg;

	atomic_store(&f->hours_done, done);
	atomic_store(&f->hours, all);
}

static void on_hours(void *arg, unsigned done, unsigned all)
{
	find_progress(((struct finding *)arg)->find, done, all);
}

bool find_search(struct find *f, bool (*fn)(void *f, const struct search_hit *hit))
{
	struct finding x = {f, fn};

	if (f->stop || f->why)
		return false;
	return search_run(&f->query, find_hit, on_hours, &x, &f->stop, &f->why) == 0 && !f->stop;
}
