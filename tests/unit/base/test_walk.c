/*
 * test_walk.c - walks in steps over a list whose members leave and come meanwhile, against a model: each walk tells
 * once, in order, all that were there when it began and have not left when their turn comes.
 */
#include "base/walk.h"

#include "unit.h"

#define MEMBERS 40
#define WALKS	4
#define STEPS	200000

static struct walk_list list;
static uint64_t seed = 11;

static struct member {
	struct list link;
	bool in;
	uint64_t since; /* the order in which they came */
} members[MEMBERS];

static struct walker {
	struct walk walk;
	uint64_t told;	 /* since of the last one; those before it have been told */
	uint64_t newest; /* when it began */
} walkers[WALKS];

static uint64_t now;

static unsigned below(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

/* The oldest that is younger than after, and no younger than newest; NULL: none. */
static const struct member *oldest(uint64_t after, uint64_t newest)
{
	const struct member *found = NULL;
	for (size_t i = 0; i < MEMBERS; i++) {
		const struct member *m = &members[i];
		if (m->in && m->since > after && m->since <= newest && (!found || m->since < found->since))
			found = m;
	}
	return found;
}

static void come_or_go(struct member *m)
{
	if (m->in) {
		list_remove(&m->link);
	} else {
		m->since = ++now;
		walk_list_add(&list, &m->link);
	}
	m->in = !m->in;
}

static void step(struct walker *w)
{
	if (!walk_goes(&w->walk) || below(50) == 0) {
		walk_begin(&list, &w->walk);
		w->told = 0;
		w->newest = now;
		return;
	}
	if (below(100) == 0) {
		walk_end(&w->walk);
		walk_end(&w->walk);
		return;
	}
	const struct member *want = oldest(w->told, w->newest);
	struct list *node = walk_next(&list, &w->walk);
	assert_ptr_equal(node, want ? &want->link : NULL);
	assert_int_equal(walk_goes(&w->walk), want != NULL);
	if (want)
		w->told = want->since;
}

static void test_model(void **state)
{
	(void)state;
	walk_list_init(&list);
	for (unsigned n = 0; n < STEPS; n++) {
		if (below(3))
			step(&walkers[below(WALKS)]);
		else
			come_or_go(&members[below(MEMBERS)]);
		const struct member *first = oldest(0, UINT64_MAX);
		assert_ptr_equal(walk_first(&list), first ? &first->link : NULL);
	}
	for (size_t i = 0; i < WALKS; i++)
		walk_end(&walkers[i].walk);
	for (size_t i = 0; i < MEMBERS; i++) {
		if (members[i].in)
			come_or_go(&members[i]);
	}
	assert_null(walk_first(&list));
	assert_true(list_empty(&list.all));
	assert_true(list_empty(&list.walks));
}

/* All leave under a walk that stands between them. */
static void test_all_leave(void **state)
{
	struct walk w = {.at = {NULL, NULL}};
	(void)state;
	assert_false(walk_goes(&w));
	walk_end(&w);
	walk_list_init(&list);
	walk_begin(&list, &w);
	assert_null(walk_first(&list)); /* a walk's place is no member */
	assert_null(walk_next(&list, &w));
	assert_null(walk_next(&list, &w)); /* it has ended */
	for (size_t i = 0; i < 6; i++)
		come_or_go(&members[i]);
	assert_null(walk_next(&list, &w));
	walk_begin(&list, &w);
	assert_ptr_equal(walk_next(&list, &w), &members[0].link);
	assert_ptr_equal(walk_next(&list, &w), &members[1].link);
	for (size_t i = 0; i < 6; i++)
		come_or_go(&members[i]);
	assert_null(walk_next(&list, &w));
	assert_false(walk_goes(&w));
	assert_true(list_empty(&list.all));
}

static const struct CMUnitTest cases[] = {cmocka_unit_test(test_model), cmocka_unit_test(test_all_leave)};

UNIT_MAIN(cases)
