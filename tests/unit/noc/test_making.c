/*
 * test_making.c - pages made a step a turn: who asks when gets which page, several pages take turns, the end meanwhile.
 */
#include "unit.h"

#include "base/mem.h"
#include "noc/making.h"

#define STEPS 5

static struct loop *loop;
static struct makings *makings;
static unsigned begun, ended, steps, steps_in_turn;
static char told[200]; /* "who=number of the page " */

struct draft {
	unsigned number, left;
};

static void *draft_begin(void *arg)
{
	struct draft *d = mem_zalloc(sizeof(*d));

	assert_string_equal(arg, "网关");
	*d = (struct draft){.number = ++begun, .left = STEPS};
	return d;
}

static bool draft_some(void *made, struct buf *out)
{
	struct draft *d = made;

	steps++;
	steps_in_turn++;
	buf_printf(out, "%u", d->number);
	return --d->left > 0;
}

static void draft_end(void *made)
{
	ended++;
	mem_free(made);
}

static const struct making_steps page = {draft_begin, draft_some, draft_end};
static const struct making_steps other = {draft_begin, draft_some, draft_end};

static void whole(void *arg, void *who, struct making_page *p)
{
	assert_ptr_equal(arg, told);
	assert_int_equal(buf_len(&p->body), STEPS);
	snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s=%c ", (const char *)who, *buf_data(&p->body));
}

static void ask(const struct making_steps *what, const char *who)
{
	makings_ask(makings, what, (void *)(uintptr_t) "网关", (void *)(uintptr_t)who);
}

static void turn(void)
{
	steps_in_turn = 0;
	loop_turn(loop);
	assert_true(steps_in_turn <= 1);
}

static void begin(void)
{
	loop = loop_new_simulated(1795000000000);
	makings = makings_new(loop, whole, told);
	begun = ended = steps = 0;
	told[0] = '\0';
}

static void end(void)
{
	makings_free(makings);
	loop_free(loop);
	assert_int_equal(ended, begun);
}

/* A step a turn; who asks while it is made waits for the next, with all others who do. */
static void test_who_gets_which(void **state)
{
	(void)state;
	begin();
	ask(&page, "a");
	assert_int_equal(steps, 0);
	turn();
	turn();
	assert_int_equal(steps, 2);
	ask(&page, "b");
	ask(&page, "c");
	for (int i = 2; i < STEPS; i++)
		turn();
	assert_string_equal(told, "a=1 ");
	ask(&page, "d"); /* the next has not begun */
	for (int i = 0; i < STEPS; i++)
		turn();
	assert_string_equal(told, "a=1 b=2 c=2 d=2 ");
	loop_advance(loop, 1000);
	assert_int_equal(begun, 2);
	assert_int_equal(steps, 2 * STEPS);
	ask(&page, "e");
	loop_advance(loop, 1000);
	assert_string_equal(told, "a=1 b=2 c=2 d=2 e=3 ");
	end();
}

/* Two pages have their steps in turn, so that neither waits for the whole of the other. */
static void test_in_turn(void **state)
{
	(void)state;
	begin();
	ask(&page, "a");
	turn();
	turn();
	ask(&other, "b");
	for (int i = 0; i < 2 * (STEPS - 2) - 1; i++)
		turn();
	assert_string_equal(told, "a=1 ");
	loop_advance(loop, 1000);
	assert_string_equal(told, "a=1 b=2 ");
	end();
}

struct seen {
	char names[100];
};

static void see(void *arg, void *who)
{
	strcat(((struct seen *)arg)->names, who);
}

/* What is left when the port closes is told to nobody, and no step comes any more. */
static void test_end_meanwhile(void **state)
{
	struct seen seen = {""};

	(void)state;
	begin();
	ask(&page, "a");
	turn();
	ask(&page, "b");
	ask(&other, "c");
	makings_each(makings, see, &seen);
	assert_int_equal(strlen(seen.names), 3);
	assert_non_null(strchr(seen.names, 'a'));
	assert_non_null(strchr(seen.names, 'b'));
	assert_non_null(strchr(seen.names, 'c'));
	makings_free(makings);
	makings = NULL;
	loop_advance(loop, 1000);
	assert_int_equal(steps, 1);
	assert_string_equal(told, "");
	end();
}

/* Who still reads holds it. */
static void test_holders(void **state)
{
	struct making_page *p = making_hold(mem_zalloc(sizeof(*p)));

	(void)state;
	buf_puts(&p->body, "指标");
	assert_ptr_equal(making_hold(p), p);
	making_release(p);
	assert_int_equal(buf_len(&p->body), 6);
	making_release(p); /* a leak, or a second free, is the sanitizer's to find */
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_who_gets_which),
	cmocka_unit_test(test_in_turn),
	cmocka_unit_test(test_end_meanwhile),
	cmocka_unit_test(test_holders),
};

UNIT_MAIN(cases)
