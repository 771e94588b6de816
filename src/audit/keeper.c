/*
 * keeper.c - a list of duties that belongs to the loop, and the part of it that the thread has at the moment. Must not
 * know what is done.
 */
#include "audit/keeper.h"

#include <pthread.h>

#include "base/mem.h"

struct duties {
	struct duty *first, **end;
};

struct keeper {
	struct worker_job job;
	struct worker *worker;
	void *arg;
	unsigned has[DUTY_KINDS]; /* the loop's: not done yet */
	int error[DUTY_KINDS];	  /* the loop's: of the last try */
	struct duties waiting;	  /* the loop's */
	struct duties given;	  /* the thread's while the job runs: under the lock */
	bool busy;		  /* the job is given to the worker */
	bool held;		  /* nothing is given any more */
	bool orphan;		  /* its archive is gone: the job frees it */
	pthread_mutex_t lock;
};

static void clear(struct duties *l)
{
	l->first = NULL;
	l->end = &l->first;
}

static void put(struct duties *l, struct duty *d)
{
	d->next = NULL;
	*l->end = d;
	l->end = &d->next;
}

static struct duty *take(struct duties *l)
{
	struct duty *d = l->first;
	if (d) {
		l->first = d->next;
		if (!l->first)
			l->end = &l->first;
	}
	return d;
}

static void run_all(struct duties *l)
{
	bool stuck[DUTY_KINDS] = {false};
	for (struct duty *d = l->first; d; d = d->next) {
		if (stuck[d->kind])
			d->error = d->error ? d->error : -1;
		else
			d->error = d->run(d);
		stuck[d->kind] = d->error != 0;
	}
}

static void work(struct worker_job *j)
{
	struct keeper *k = (struct keeper *)j;

	pthread_mutex_lock(&k->lock);
	run_all(&k->given);
	pthread_mutex_unlock(&k->lock);
}

static void release(struct keeper *k)
{
	pthread_mutex_destroy(&k->lock);
	mem_free(k);
}

static void give(struct keeper *k)
{
	struct duty *d;

	if (k->busy || k->held || !k->waiting.first)
		return;
	while ((d = take(&k->waiting)) != NULL)
		put(&k->given, d);
	k->busy = true;
	worker_do(k->worker, &k->job);
}

/* What is done goes; what is not comes before what was added meanwhile, and waits for keeper_again(). */
static void done(struct worker_job *j, bool dropped)
{
	struct keeper *k = (struct keeper *)j;
	struct duties left;
	struct duty *d;
	bool more = k->waiting.first != NULL;

	(void)dropped;
	k->busy = false;
	if (k->orphan) {
		release(k);
		return;
	}
	clear(&left);
	while ((d = take(&k->given)) != NULL) {
		if (d->error >= 0 && !dropped)
			k->error[d->kind] = d->error;
		if (d->error || dropped) {
			put(&left, d);
			continue;
		}
		k->has[d->kind]--;
		d->done(d, k->arg, 0);
	}
	while ((d = take(&k->waiting)) != NULL)
		put(&left, d);
	while ((d = take(&left)) != NULL)
		put(&k->waiting, d);
	if (more && !dropped)
		give(k);
}

struct keeper *keeper_new(struct worker *w, void *arg)
{
	struct keeper *k = mem_zalloc(sizeof(*k));

	k->job = (struct worker_job){.work = work, .done = done};
	k->worker = w;
	k->arg = arg;
	clear(&k->waiting);
	clear(&k->given);
	pthread_mutex_init(&k->lock, NULL);
	return k;
}

void keeper_add(struct keeper *k, struct duty *d)
{
	k->has[d->kind]++;
	put(&k->waiting, d);
	give(k);
}

void keeper_again(struct keeper *k)
{
	give(k);
}

void keeper_hold(struct keeper *k)
{
	k->held = true;
}

bool keeper_has(const struct keeper *k, enum duty_kind kind)
{
	return k->has[kind] > 0;
}

int keeper_error(const struct keeper *k, enum duty_kind kind)
{
	return k->error[kind];
}

/* With the lock, so that the thread is not in the midst of one. */
void keeper_end(struct keeper *k)
{
	struct duties all;
	struct duty *d;
	int error = 0;

	clear(&all);
	pthread_mutex_lock(&k->lock);
	while ((d = take(&k->given)) != NULL)
		put(&all, d);
	pthread_mutex_unlock(&k->lock);
	while ((d = take(&k->waiting)) != NULL)
		put(&all, d);
	while ((d = take(&all)) != NULL) {
		if (d->kind == DUTY_SEAL && !error)
			error = d->run(d);
		d->done(d, k->arg, d->kind == DUTY_SEAL ? error : -1);
	}
	k->orphan = true;
	if (!k->busy)
		release(k);
}
