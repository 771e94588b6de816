/* test_worker.c - slow work in a thread: order, the loop that is told, what is dropped at the end. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
#include "unit.h"
#include "base/worker.h"

struct task {
	struct worker_job job;
	struct loop *loop;
	struct worker *worker;
	pthread_t seen;	  /* the thread that worked */
	int number, gate; /* gate: a pipe's end that work() waits at; 0: none */
	bool last, worked, told, dropped;
};

static char order[64];

static void work(struct worker_job *j)
{
	struct task *t = (struct task *)j;
	char c;

	if (t->gate)
		assert_int_equal(read(t->gate, &c, 1), 1);
	t->seen = pthread_self();
	t->worked = true;
}

static void done(struct worker_job *j, bool dropped)
{
	struct task *t = (struct task *)j;
	size_t n = strlen(order);

	t->told = true;
	t->dropped = dropped;
	if (t->number)
		snprintf(order + n, sizeof(order) - n, "%d ", t->number);
	if (t->last && !dropped)
		loop_stop(t->loop);
}

static void test_thread(void **state)
{
	struct loop *loop = loop_new();
	struct worker *w = worker_new(loop);
	struct task tasks[5] = {0};

	(void)state;
	order[0] = '\0';
	assert_int_equal(worker_waiting(w), 0);
	for (int i = 0; i < 5; i++) {
		tasks[i] = (struct task){.job = {NULL, work, done}, .loop = loop, .number = i + 1, .last = i == 4};
		worker_do(w, &tasks[i].job);
	}
	assert_int_equal(worker_waiting(w), 5);
	assert_int_equal(loop_run(loop), 0);
	assert_string_equal(order, "1 2 3 4 5 ");
	for (int i = 0; i < 5; i++) {
		assert_true(tasks[i].worked && tasks[i].told && !tasks[i].dropped);
		assert_false(pthread_equal(tasks[i].seen, pthread_self()));
	}
	assert_int_equal(worker_waiting(w), 0);
	worker_free(w);
	loop_free(loop);
}

/* The one that is being done ends its work; of the others the first ones may be done too; all are told. */
static void test_end(void **state)
{
	struct loop *loop = loop_new();
	struct worker *w = worker_new(loop);
	static struct task tasks[64];
	int gate[2], began = 0;

	(void)state;
	assert_int_equal(pipe(gate), 0);
	for (int i = 0; i < 64; i++) {
		tasks[i] = (struct task){.job = {NULL, work, done}, .gate = i ? 0 : gate[0]};
		worker_do(w, &tasks[i].job);
	}
	assert_int_equal(write(gate[1], "x", 1), 1);
	worker_free(w);
	for (int i = 0; i < 64; i++) {
		assert_true(tasks[i].told && tasks[i].dropped);
		assert_true(!tasks[i].worked || began == i);
		began += tasks[i].worked;
	}
	close(gate[0]);
	close(gate[1]);
	loop_free(loop);
	worker_free(NULL);
}

static void again(struct worker_job *j, bool dropped)
{
	struct task *t = (struct task *)j;

	done(j, dropped);
	if (!dropped && t->number++ < 3)
		worker_do(t->worker, j);
}

/* A simulated loop: the work is done at once, the turn tells it; a job may be given again by its own done(). */
static void test_simulated(void **state)
{
	struct loop *loop = loop_new_simulated(INT64_C(1777599000000));
	struct worker *w = worker_new(loop);
	struct task t = {.job = {NULL, work, again}, .worker = w, .number = 1};

	(void)state;
	order[0] = '\0';
	worker_do(w, &t.job);
	assert_true(t.worked && !t.told);
	loop_turn(loop);
	assert_string_equal(order, "1 ");
	loop_turn(loop);
	assert_string_equal(order, "1 2 ");
	loop_advance(loop, 1000);
	assert_string_equal(order, "1 2 3 ");
	assert_int_equal(worker_waiting(w), 0);
	worker_do(w, &t.job);
	worker_free(w);
	assert_string_equal(order, "1 2 3 4 ");
	assert_true(t.dropped);
	loop_free(loop);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_thread),
	cmocka_unit_test(test_end),
	cmocka_unit_test(test_simulated),
};

UNIT_MAIN(cases)
