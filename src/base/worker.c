/*
 * worker.c - one thread beside the loop and two queues: jobs go there, what is done comes back. Wakes the loop by an
 * eventfd. Knows no job; the only room that starts a thread which works for the loop.
 */
#include "base/worker.h"

#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"

struct queue {
	struct worker_job *first, **end;
};

struct worker {
	struct loop *loop;
	struct loop_hook hook; /* simulated: what is done is told in the next turn */
	struct event *bell;
	int bell_fd;
	pthread_t thread;
	bool held;	      /* simulated */
	bool started, ending; /* ending: under the lock */
	pthread_mutex_t lock; /* of the queues */
	pthread_cond_t more;
	struct queue wanted, finished;
	size_t waiting; /* the loop's: given and not yet told as done */
};

static void queue_clear(struct queue *q)
{
	q->first = NULL;
	q->end = &q->first;
}

static void queue_put(struct queue *q, struct worker_job *j)
{
	j->next = NULL;
	*q->end = j;
	q->end = &j->next;
}

static struct worker_job *queue_take(struct queue *q)
{
	struct worker_job *j = q->first;
	if (j) {
		q->first = j->next;
		if (!q->first)
			q->end = &q->first;
	}
	return j;
}

/* What was finished when it is called, not what its done() gives anew. */
static void tell_finished(struct worker *w, bool dropped)
{
	struct queue now;
	struct worker_job *j;

	queue_clear(&now);
	pthread_mutex_lock(&w->lock);
	while ((j = queue_take(&w->finished)) != NULL)
		queue_put(&now, j);
	pthread_mutex_unlock(&w->lock);
	while ((j = queue_take(&now)) != NULL) {
		w->waiting--;
		j->done(j, dropped);
	}
}

static void on_turn(void *arg)
{
	tell_finished(arg, false);
}

static void on_bell(evutil_socket_t fd, short what, void *arg)
{
	uint64_t rings;

	(void)what;
	if (read(fd, &rings, sizeof(rings)) == (ssize_t)sizeof(rings))
		tell_finished(arg, false);
}

static void ring(struct worker *w)
{
	uint64_t one = 1;
	ssize_t n = write(w->bell_fd, &one, sizeof(one));

	(void)n; /* full: it rings already */
}

static void *work_on(void *arg)
{
	struct worker *w = arg;
	struct worker_job *j;

	pthread_mutex_lock(&w->lock);
	while (!w->ending) {
		j = queue_take(&w->wanted);
		if (!j) {
			pthread_cond_wait(&w->more, &w->lock);
			continue;
		}
		pthread_mutex_unlock(&w->lock);
		j->work(j);
		pthread_mutex_lock(&w->lock);
		queue_put(&w->finished, j);
		ring(w);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void fail(const char *what)
{
	fprintf(stderr, "smppgw: no thread for slow work (%s); raise the limits of threads and open files\n", what);
	abort();
}

/* Signals are the loop's; but a refused system call is a signal to the thread that has made it. */
static void start(struct worker *w)
{
	sigset_t all, before;

	sigfillset(&all);
	sigdelset(&all, SIGSYS);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&w->thread, NULL, work_on, w) != 0)
		fail("pthread_create");
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	w->started = true;
}

struct worker *worker_new(struct loop *loop)
{
	struct worker *w = mem_zalloc(sizeof(*w));

	w->loop = loop;
	w->bell_fd = -1;
	w->hook = (struct loop_hook){.fn = on_turn, .arg = w};
	queue_clear(&w->wanted);
	queue_clear(&w->finished);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->more, NULL);
	if (!loop_base(loop)) {
		loop_hook(loop, LOOP_STORE, &w->hook);
		return w;
	}
	w->bell_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (w->bell_fd >= 0)
		w->bell = event_new(loop_base(loop), w->bell_fd, EV_READ | EV_PERSIST, on_bell, w);
	if (!w->bell || event_add(w->bell, NULL) != 0)
		fail("eventfd");
	return w;
}

void worker_free(struct worker *w)
{
	struct worker_job *j;

	if (!w)
		return;
	if (w->started) {
		pthread_mutex_lock(&w->lock);
		w->ending = true;
		pthread_cond_signal(&w->more);
		pthread_mutex_unlock(&w->lock);
		pthread_join(w->thread, NULL);
	}
	while ((j = queue_take(&w->wanted)) != NULL)
		queue_put(&w->finished, j);
	tell_finished(w, true);
	if (w->bell)
		event_free(w->bell);
	else
		loop_unhook(w->loop, &w->hook);
	if (w->bell_fd >= 0)
		close(w->bell_fd);
	pthread_cond_destroy(&w->more);
	pthread_mutex_destroy(&w->lock);
	mem_free(w);
}

static void work_simulated(struct worker *w)
{
	struct worker_job *j;

	while (!w->held && (j = queue_take(&w->wanted)) != NULL) {
		j->work(j);
		queue_put(&w->finished, j);
		loop_wake_in(w->loop, 0);
	}
}

void worker_hold(struct worker *w, bool held)
{
	w->held = held;
	if (!w->bell)
		work_simulated(w);
}

void worker_do(struct worker *w, struct worker_job *j)
{
	w->waiting++;
	if (!w->bell) {
		queue_put(&w->wanted, j);
		work_simulated(w);
		return;
	}
	if (!w->started)
		start(w);
	pthread_mutex_lock(&w->lock);
	queue_put(&w->wanted, j);
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
}

size_t worker_waiting(const struct worker *w)
{
	return w->waiting;
}
