/*
 * making.c - has pages made step by step, and keeps who waits for them. Must not know what is in them, nor who reads.
 */
#include "noc/making.h"

#include "base/list.h"
#include "base/mem.h"

struct waiter {
	struct list link;
	void *who;
};

struct making { /* one kind of page; for life */
	struct list link;
	const struct making_steps *steps;
	void *arg;
	struct making_page *page; /* NULL: none is being made */
	void *begun;
	struct list waiters;	/* for that one */
	struct list latecomers; /* for the next one */
};

struct makings {
	struct loop *loop;
	void (*whole)(void *arg, void *who, struct making_page *p);
	void *arg;
	struct list all; /* who had the last step is the last */
	struct timer step;
};

struct making_page *making_hold(struct making_page *p)
{
	p->holders++;
	return p;
}

void making_release(struct making_page *p)
{
	if (--p->holders > 0)
		return;
	buf_free(&p->body);
	mem_free(p);
}

/* Nobody waits for a page that is being made: those who have come late are the first of the next one. */
static void begin(struct making *x)
{
	list_take_all(&x->waiters, &x->latecomers);
	x->page = making_hold(mem_zalloc(sizeof(*x->page)));
	x->begun = x->steps->begin(x->arg);
}

/* Tells everybody who waits for the page that is whole. */
static void tell(struct makings *m, struct making *x)
{
	struct making_page *page = x->page;

	x->page = NULL;
	while (!list_empty(&x->waiters)) {
		struct waiter *w = LIST_OF(x->waiters.next, struct waiter, link);
		list_remove(&w->link);
		m->whole(m->arg, w->who, page);
		mem_free(w);
	}
	making_release(page);
}

static void make_some(struct makings *m, struct making *x)
{
	if (!x->page)
		begin(x);
	if (x->steps->some(x->begun, &x->page->body))
		return;
	x->steps->end(x->begun);
	tell(m, x);
}

/* The page whose turn it is; NULL: nobody waits for any. */
static struct making *next(const struct makings *m)
{
	LIST_EACH(node, &m->all) {
		struct making *x = LIST_OF(node, struct making, link);
		if (x->page || !list_empty(&x->latecomers))
			return x;
	}
	return NULL;
}

static void on_step(struct timer *t)
{
	struct makings *m = LIST_OF(t, struct makings, step);
	struct making *x = next(m);

	if (!x)
		return;
	list_remove(&x->link);
	list_append(&m->all, &x->link);
	make_some(m, x);
	if (next(m))
		loop_timer(m->loop, &m->step, 0);
}

struct makings *makings_new(struct loop *loop, void (*whole)(void *arg, void *who, struct making_page *p), void *arg)
{
	struct makings *m = mem_zalloc(sizeof(*m));

	m->loop = loop;
	m->whole = whole;
	m->arg = arg;
	m->step.fn = on_step;
	list_init(&m->all);
	return m;
}

static struct making *making_of(struct makings *m, const struct making_steps *steps, void *arg)
{
	LIST_EACH(node, &m->all) {
		struct making *x = LIST_OF(node, struct making, link);
		if (x->steps == steps)
			return x;
	}
	struct making *x = mem_zalloc(sizeof(*x));
	x->steps = steps;
	x->arg = arg;
	list_init(&x->waiters);
	list_init(&x->latecomers);
	list_append(&m->all, &x->link);
	return x;
}

void makings_ask(struct makings *m, const struct making_steps *steps, void *arg, void *who)
{
	struct waiter *w = mem_zalloc(sizeof(*w));
	bool idle = !next(m);

	w->who = who;
	list_append(&making_of(m, steps, arg)->latecomers, &w->link);
	if (idle)
		loop_timer(m->loop, &m->step, 0);
}

static void each_of(const struct list *waiters, void (*fn)(void *arg, void *who), void *arg)
{
	LIST_EACH(node, waiters)
		fn(arg, LIST_OF(node, struct waiter, link)->who);
}

void makings_each(const struct makings *m, void (*fn)(void *arg, void *who), void *arg)
{
	LIST_EACH(node, &m->all) {
		const struct making *x = LIST_OF(node, struct making, link);
		each_of(&x->waiters, fn, arg);
		each_of(&x->latecomers, fn, arg);
	}
}

static void forget(struct list *waiters)
{
	LIST_EACH_SAFE(node, tmp, waiters)
		mem_free(LIST_OF(node, struct waiter, link));
}

void makings_free(struct makings *m)
{
	if (!m)
		return;
	loop_timer_clear(m->loop, &m->step);
	LIST_EACH_SAFE(node, tmp, &m->all) {
		struct making *x = LIST_OF(node, struct making, link);
		if (x->page) {
			x->steps->end(x->begun);
			making_release(x->page);
		}
		forget(&x->waiters);
		forget(&x->latecomers);
		mem_free(x);
	}
	mem_free(m);
}
