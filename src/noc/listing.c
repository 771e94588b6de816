/*
 * listing.c - has answers of commands made step by step. Must not know what is in them.
 */
#include "noc/listing.h"

#include "base/list.h"
#include "base/mem.h"
#include "noc/form.h"

#define ROWS_STEP 50 /* looked at, or printed, in a step */

struct listing {
	struct list link;
	struct loop *loop;
	struct timer step;
	uint64_t turn; /* the last one that something was done in */
	const struct listing_steps *steps;
	void *job;
	struct console_later *later;
};

static struct list running = {&running, &running};

/* The one end. */
static void finish(struct listing *l)
{
	loop_timer_clear(l->loop, &l->step);
	list_remove(&l->link);
	l->steps->end(l->job);
	console_finish(l->later, NULL);
	mem_free(l);
}

static void go_on(struct listing *l)
{
	bool more;

	l->turn = loop_turns(l->loop);
	do {
		more = console_later_waits(l->later) && l->steps->some(l->job, console_later_out(l->later));
	} while (more && !loop_is_long(l->loop));
	if (more)
		loop_timer(l->loop, &l->step, 0);
	else
		finish(l);
}

static void on_step(struct timer *t)
{
	struct listing *l = LIST_OF(t, struct listing, step);

	if (l->turn == loop_turns(l->loop))
		loop_timer(l->loop, t, 0); /* it was begun in this turn, which is long by that */
	else
		go_on(l);
}

int listing_start(struct console_call *call, struct loop *loop, const struct listing_steps *steps, void *job)
{
	struct listing *l = mem_zalloc(sizeof(*l));

	*l = (struct listing){.loop = loop, .steps = steps, .job = job, .later = console_later(call)};
	l->step.fn = on_step;
	list_append(&running, &l->link);
	go_on(l);
	return CONSOLE_LATER;
}

/* False: none is left. */
static bool see_some(struct listing_rows *r)
{
	enum listing_row row = LISTING_PASSED;

	for (unsigned i = 0; i < ROWS_STEP && row != LISTING_END; i++) {
		row = r->next(r, r->n < r->most);
		r->n += row == LISTING_MEANT;
	}
	return row != LISTING_END;
}

bool listing_rows_some(void *job, struct buf *out)
{
	struct listing_rows *r = job;

	if (!r->all_seen) {
		r->all_seen = !see_some(r);
		return true;
	}
	if (form_is_json(out))
		table_print(r->table, out);
	else if (table_print_some(r->table, out, ROWS_STEP))
		return true;
	if (r->n > r->most)
		buf_printf(out, "and %u more\n", r->n - r->most);
	return false;
}

void listing_stop_all(void)
{
	while (!list_empty(&running))
		finish(LIST_OF(running.next, struct listing, link));
}
