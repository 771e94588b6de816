/*
 * flow_lists.c - what the lists of numbers know of accounts, and what a change of them means for messages that wait.
 * Part of the order of life. Must not know files, nor people.
 */
#include "path/flow_priv.h"

#include <string.h>

#include "path/lists.h"

static bool known(void *arg, struct view account)
{
	const struct flow *f = arg;
	return accounts_find(f->accounts, account) != NULL;
}

static const char *name_at(void *arg, size_t i)
{
	const struct flow *f = arg;
	return i < accounts_count(f->accounts) ? account_name(accounts_at(f->accounts, i)) : NULL;
}

static void opted(void *arg, struct view scope, const struct number *number, bool out)
{
	struct flow *f = arg;
	const uint8_t *slash = memchr(scope.p, '/', scope.n);
	struct reply_scope of = {.all = view_eq(scope, view_of("global"))};
	struct view account = {scope.p, slash ? (uint32_t)(slash - scope.p) : scope.n};
	const struct account *a = of.all ? NULL : accounts_find(f->accounts, account);
	if (!of.all && !a)
		return;
	if (a)
		of.account = account_number(a);
	if (slash)
		of.signature = (struct view){slash + 1, scope.n - account.n - 1};
	flow_opted(f, &of, number, out);
}

void flow_lists_make(struct flow *f)
{
	f->lists = lists_new(&(struct lists_setup){
		.loop = f->loop, .store = f->store, .known = known, .account = name_at, .opted = opted, .arg = f});
}

struct lists *flow_lists(const struct flow *f)
{
	return f->lists;
}
