/*
 * reload.c - reads the configuration again, compares it with what runs, and has it applied. Must not know what any key
 * means.
 *
 * The way of one reload, each step when the one before is done:
 *   read   thread  the file into settings, checked; compared with those that run, which only a reload changes
 *   plan   loop    flow_prepare()
 *   build  thread  flow_plan_build()
 *   apply  loop    flow_apply(), and the settings take their place
 *   tell   loop    log lines, so many a turn; then who asked
 *   free   thread  what was replaced, or was in vain
 */
#include "reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

#define TELL_LINES 100u /* in one turn */

struct ask {
	struct list link;
	bool check;
	reload_fn fn; /* NULL: nobody waits */
	void *arg;
};

struct report {
	struct buf *out;
	size_t now, later;
};

struct reloader {
	struct loop *loop;
	struct worker *worker;
	struct settings *running;
	const char *file;
	struct flow *flow;
	const struct reload_ops *ops;
	void *arg;
	struct list waiting; /* struct ask */
	struct ask *now;     /* the one under way; NULL: none */
	struct worker_job job;
	struct settings next; /* when it has taken effect: what was before. conf NULL: none */
	struct flow_plan *plan;
	struct report report;
	struct buf out;
	char *errors, *warnings;
	bool good;
	struct timer timer; /* of telling */
	size_t told;	    /* octets of what is logged */
};

static void begin(struct reloader *r);

/* --- telling --- */

static void on_change(const struct conf_change *change, void *arg)
{
	struct report *r = arg;
	r->now += !change->restart;
	r->later += change->restart;
	buf_printf(r->out, "%s%s\n", change->text, change->restart ? " (needs a restart)" : "");
}

static void log_warnings(const struct reloader *r)
{
	size_t at = 0, n = r->warnings ? strlen(r->warnings) : 0;
	while (log_lines(LOG_LEVEL_WARN, "event=reload_warning what", r->warnings, n, TELL_LINES, &at))
		;
}

/* False: all is logged. */
static bool log_some(struct reloader *r)
{
	if (r->now->check)
		return false;
	if (!r->good)
		return log_lines(LOG_LEVEL_ERROR, "event=reload_refused why", r->errors,
				 r->errors ? strlen(r->errors) : 0, TELL_LINES, &r->told);
	if (log_lines(LOG_LEVEL_INFO, "event=reload_change what", (const char *)buf_data(&r->out), buf_len(&r->out),
		      TELL_LINES, &r->told))
		return true;
	log_warnings(r);
	log_info("-", "event=reloaded changes=%zu need_restart=%zu", r->report.now, r->report.later);
	return false;
}

static void answer(struct ask *a, int result, const struct buf *out, const char *errors)
{
	if (a->fn)
		a->fn(a->arg, result, out, errors);
	mem_free(a);
}

/* --- the last step: what is not needed any more --- */

static void forget(struct reloader *r)
{
	flow_plan_free(r->plan);
	r->plan = NULL;
	settings_free(&r->next);
	buf_free(&r->out);
	free(r->errors);
	free(r->warnings);
	r->errors = r->warnings = NULL;
}

static void forget_work(struct worker_job *j)
{
	forget(LIST_OF(j, struct reloader, job));
}

static void forget_done(struct worker_job *j, bool dropped)
{
	struct reloader *r = LIST_OF(j, struct reloader, job);
	if (!dropped)
		begin(r);
}

static void give(struct reloader *r, void (*work)(struct worker_job *j),
		 void (*done)(struct worker_job *j, bool dropped))
{
	r->job = (struct worker_job){.work = work, .done = done};
	worker_do(r->worker, &r->job);
}

static void end(struct reloader *r)
{
	struct ask *a = r->now;
	bool check = a->check, good = r->good;
	if (good)
		buf_printf(&r->out, "%s: %zu changes, %zu more need a restart\n", check ? "not applied" : "applied",
			   r->report.now, r->report.later);
	r->now = NULL;
	if (!check)
		r->ops->ended(r->arg, good);
	answer(a, good ? 0 : -1, &r->out, r->errors);
	give(r, forget_work, forget_done);
}

static void on_tell(struct timer *t)
{
	struct reloader *r = LIST_OF(t, struct reloader, timer);
	if (log_some(r))
		loop_timer(r->loop, t, 0);
	else
		end(r);
}

static void tell(struct reloader *r, bool good)
{
	r->good = good;
	r->told = 0;
	on_tell(&r->timer);
}

/* --- building, and the change --- */

static void build_work(struct worker_job *j)
{
	flow_plan_build(LIST_OF(j, struct reloader, job)->plan);
}

static void build_done(struct worker_job *j, bool dropped)
{
	struct reloader *r = LIST_OF(j, struct reloader, job);
	if (dropped)
		return;
	if (flow_apply(r->plan, &r->errors) < 0) {
		tell(r, false);
		return;
	}
	struct settings before = *r->running;
	*r->running = r->next;
	r->next = before;
	log_conf_apply(r->running->log, before.log);
	r->ops->applied(r->arg);
	tell(r, true);
}

/* --- reading --- */

static void read_work(struct worker_job *j)
{
	struct reloader *r = LIST_OF(j, struct reloader, job);
	if (settings_read(r->file, true, &r->next, &r->errors) < 0)
		return;
	conf_diff(r->running->conf, r->next.conf, on_change, &r->report);
	if (r->now->check)
		return;
	settings_carry(&r->next, r->running);
	settings_warn(&r->next, &r->warnings);
}

static void read_done(struct worker_job *j, bool dropped)
{
	struct reloader *r = LIST_OF(j, struct reloader, job);
	if (dropped)
		return;
	if (!r->next.conf || r->now->check) {
		tell(r, r->next.conf != NULL);
		return;
	}
	r->plan = flow_prepare(r->flow, &r->next.flow, &r->errors);
	if (r->plan)
		give(r, build_work, build_done);
	else
		tell(r, false);
}

/* The next one, when there is one. */
static void begin(struct reloader *r)
{
	if (list_empty(&r->waiting))
		return;
	r->now = LIST_OF(r->waiting.next, struct ask, link);
	list_remove(&r->now->link);
	r->report = (struct report){.out = &r->out};
	r->good = false;
	if (!r->now->check)
		r->ops->begins(r->arg);
	give(r, read_work, read_done);
}

/* --- who asks --- */

static bool waits_already(const struct reloader *r)
{
	LIST_EACH(node, &r->waiting) {
		const struct ask *a = LIST_OF(node, struct ask, link);
		if (!a->check && !a->fn)
			return true;
	}
	return false;
}

void reload_ask(struct reloader *r, bool check, reload_fn fn, void *arg)
{
	if (!fn && waits_already(r))
		return;
	struct ask *a = mem_zalloc(sizeof(*a));
	*a = (struct ask){.check = check, .fn = fn, .arg = arg};
	list_append(&r->waiting, &a->link);
	if (worker_waiting(r->worker) == 0 && !r->now)
		begin(r);
	else
		log_info("-", "event=reload_waits reason=\"another one is under way\"");
}

struct reloader *reloader_new(struct loop *loop, struct worker *worker, struct settings *running, const char *file,
			      struct flow *flow, const struct reload_ops *ops, void *arg)
{
	struct reloader *r = mem_zalloc(sizeof(*r));
	*r = (struct reloader){
		.loop = loop, .worker = worker, .running = running, .file = file, .flow = flow, .ops = ops, .arg = arg};
	list_init(&r->waiting);
	r->timer.fn = on_tell;
	return r;
}

void reloader_free(struct reloader *r)
{
	if (!r)
		return;
	worker_free(r->worker);
	loop_timer_clear(r->loop, &r->timer);
	if (r->plan)
		flow_plan_drop(r->plan);
	char *leaving = NULL;
	conf_fault(&leaving, &(struct conf_where){.file = r->file}, "the gateway leaves: nothing is changed any more");
	if (r->now) /* it may have taken effect, and not be told yet */
		answer(r->now, r->good ? 0 : -1, &r->out, r->good ? NULL : leaving);
	LIST_EACH_SAFE(node, next, &r->waiting) {
		answer(LIST_OF(node, struct ask, link), -1, &r->out, leaving);
	}
	free(leaving);
	forget(r);
	mem_free(r);
}
