/*
 * sorter.c - runs of a few thousand items, each sorted when it is full; a heap of the runs by their first items gives
 * the least of all. One step costs a run's sorting at most, once per run.
 */
#include "base/sorter.h"

#include <stdlib.h>
#include "base/mem.h"

struct run {
	uint32_t n, at; /* at: the first that was not taken */
	struct sorter_item item[SORTER_RUN];
};

struct sorter {
	struct run **runs; /* while taking: a heap, the one with the least first item on top */
	size_t runs_n, runs_cap, count;
	bool taking;
};

struct sorter *sorter_new(void)
{
	return mem_zalloc(sizeof(struct sorter));
}

void sorter_free(struct sorter *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->runs_n; i++)
		mem_free(s->runs[i]);
	mem_free(s->runs);
	mem_free(s);
}

static int sorter_compare(const void *a, const void *b)
{
	const struct sorter_item *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->then < y->then ? -1 : x->then > y->then;
}

static void sorter_sort(struct run *r)
{
	qsort(r->item, r->n, sizeof(r->item[0]), sorter_compare);
}

static struct run *sorter_new_run(struct sorter *s)
{
	if (s->runs_n == s->runs_cap) {
		s->runs_cap = s->runs_cap > 0 ? s->runs_cap * 2 : 16;
		s->runs = mem_realloc(s->runs, s->runs_cap * sizeof(struct run *));
	}

	struct run *r = mem_realloc(NULL, sizeof(*r));
	r->n = r->at = 0;
	s->runs[s->runs_n++] = r;
	return r;
}

void sorter_add(struct sorter *s, const struct sorter_item *item)
{
	struct run *r = s->runs_n > 0 ? s->runs[s->runs_n - 1] : NULL;

	if (r == NULL || r->n == SORTER_RUN)
		r = sorter_new_run(s);
	r->item[r->n++] = *item;
	s->count++;
	if (r->n == SORTER_RUN)
		sorter_sort(r);
}

static bool sorter_less(const struct run *a, const struct run *b)
{
	return sorter_compare(&a->item[a->at], &b->item[b->at]) < 0;
}

/* Moves the run at place i down to where the heap is one again. */
static void sorter_sink(struct sorter *s, size_t i)
{
	for (size_t least = i;; i = least) {
		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < s->runs_n; child++) {
			if (sorter_less(s->runs[child], s->runs[least]))
				least = child;
		}
		if (least == i)
			return;
		struct run *r = s->runs[i];
		s->runs[i] = s->runs[least];
		s->runs[least] = r;
	}
}

static void sorter_begin(struct sorter *s)
{
	s->taking = true;
	if (s->runs_n > 0 && s->runs[s->runs_n - 1]->n < SORTER_RUN)
		sorter_sort(s->runs[s->runs_n - 1]);
	for (size_t i = s->runs_n / 2; i-- > 0;)
		sorter_sink(s, i);
}

bool sorter_take(struct sorter *s, uint64_t *value)
{
	if (!s->taking)
		sorter_begin(s);
	if (s->runs_n == 0)
		return false;

	struct run *r = s->runs[0];
	*value = r->item[r->at++].value;
	s->count--;
	if (r->at == r->n) {
		s->runs[0] = s->runs[--s->runs_n];
		mem_free(r);
	}
	if (s->runs_n > 0)
		sorter_sink(s, 0);
	return true;
}

size_t sorter_count(const struct sorter *s)
{
	return s->count;
}
