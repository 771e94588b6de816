/*
 * phone.c - the ways to write a number, and how each looks when it is masked. Must not know records.
 */
#include "audit/phone.h"

#include <stdio.h>

#include "base/log.h"

#define SHORT 5u /* digits: what is shorter is no number behind 86 */

/* The digits that tell a number; n of them. */
static struct view bare(struct view v)
{
	if (v.n > 0 && v.p[0] == '+')
		v = (struct view){v.p + 1, v.n - 1};
	else if (v.n > 2 && v.p[0] == '0' && v.p[1] == '0')
		v = (struct view){v.p + 2, v.n - 2};
	if (v.n >= 2 + SHORT && v.p[0] == '8' && v.p[1] == '6')
		v = (struct view){v.p + 2, v.n - 2};
	return v;
}

static void add_mask(struct phone *p, const char *before)
{
	char whole[40], *mask = p->masks[p->n];

	snprintf(whole, sizeof(whole), "%s%s", before, p->digits);
	log_masked(whole, strlen(whole), mask);
	for (size_t i = 0; i < p->n; i++) {
		if (strcmp(p->masks[i], mask) == 0)
			return;
	}
	p->keys[p->n++] = sieve_number(view_of(mask));
}

void phone_set(struct phone *p, const char *number)
{
	static const char *const before[PHONE_FORMS] = {"", "86", "+", "+86", "0086"};
	struct view v = bare(view_of(number));

	p->n = 0;
	snprintf(p->digits, sizeof(p->digits), "%.*s", (int)v.n, (const char *)v.p);
	for (unsigned i = 0; i < PHONE_FORMS; i++)
		add_mask(p, before[i]);
}

bool phone_is(const struct phone *p, struct view number)
{
	return view_eq(bare(number), view_of(p->digits));
}

bool phone_masks(const struct phone *p, const char *masked)
{
	for (size_t i = 0; i < p->n; i++) {
		if (strcmp(p->masks[i], masked) == 0)
			return true;
	}
	return false;
}

bool phone_in(const struct phone *p, struct view line)
{
	for (size_t i = 0; i < p->n; i++) {
		if (line.n && memmem(line.p, line.n, p->masks[i], strlen(p->masks[i])))
			return true;
	}
	return false;
}

bool phone_may_be(const struct phone *p, const struct sieve_block *b)
{
	for (size_t i = 0; i < p->n; i++) {
		if (sieve_may_have(b, p->keys[i]))
			return true;
	}
	return false;
}
