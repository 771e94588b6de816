/*
 * graves.c - the way to the dead letters. Must not know binds, the outbox, nor when a message's record is written.
 */
#include "path/graves.h"

#include "base/log.h"
#include "base/mem.h"
#include "smpp/status.h"

#define RETRY_MS 1000

struct grave {
	struct list link; /* in graves.owed while its write is not under way */
	struct graves *owner;
	size_t account;
	struct msg *m;
	enum backlog_why why;
	uint32_t status; /* the app's last */
};

struct graves {
	struct loop *loop;
	struct accounts *accounts;
	struct backlog *backlog;
	graves_fn fn;
	void *arg;
	struct list owed; /* their write failed */
	struct timer timer;
};

static void on_buried(void *arg, uint64_t token, bool ok);

static const char *why_text(const struct grave *g)
{
	return g->why == BACKLOG_AGE ? "age" : status_name(g->status);
}

static void dig(struct grave *g)
{
	if (backlog_bury(g->owner->backlog, g->m, why_text(g), on_buried, (uint64_t)(uintptr_t)g) < 0)
		on_buried(NULL, (uint64_t)(uintptr_t)g, false);
}

static void on_buried(void *arg, uint64_t token, bool ok)
{
	(void)arg;
	struct grave *g = (struct grave *)(uintptr_t)token;
	struct graves *gs = g->owner;
	if (!ok) {
		list_append(&gs->owed, &g->link);
		if (!wheel_isset(&gs->timer))
			loop_timer(gs->loop, &gs->timer, RETRY_MS);
		return;
	}
	log_peer_warn(account_name(accounts_at(gs->accounts, g->account)), "event=deadletter id=%llu why=%s kind=%s",
		      (unsigned long long)g->m->id, why_text(g), g->m->mo ? "reply" : "receipt");
	backlog_buried(gs->backlog, g->account, g->why);
	gs->fn(gs->arg, g->account, g->m, g->status);
	mem_free(g);
}

/* Each once: what fails again is owed anew. */
static void dig_owed(struct graves *gs)
{
	struct list now;
	list_take_all(&now, &gs->owed);
	while (!list_empty(&now)) {
		struct grave *g = LIST_OF(now.next, struct grave, link);
		list_remove(&g->link);
		dig(g);
	}
}

static void on_timer(struct timer *t)
{
	dig_owed(LIST_OF(t, struct graves, timer));
}

void graves_store_up(struct graves *gs)
{
	dig_owed(gs);
}

void graves_put(struct graves *gs, size_t account, struct msg *m, enum backlog_why why, uint32_t status)
{
	struct grave *g = mem_zalloc(sizeof(*g));
	*g = (struct grave){.owner = gs, .account = account, .m = m, .why = why, .status = status};
	list_init(&g->link);
	dig(g);
}

struct graves *graves_new(struct loop *loop, struct accounts *accounts, struct backlog *backlog, graves_fn fn,
			  void *arg)
{
	struct graves *gs = mem_zalloc(sizeof(*gs));
	*gs = (struct graves){.loop = loop, .accounts = accounts, .backlog = backlog, .fn = fn, .arg = arg};
	list_init(&gs->owed);
	gs->timer.fn = on_timer;
	return gs;
}

void graves_free(struct graves *gs)
{
	if (!gs)
		return;
	loop_timer_clear(gs->loop, &gs->timer);
	LIST_EACH_SAFE(node, next, &gs->owed)
		mem_free(LIST_OF(node, struct grave, link));
	mem_free(gs);
}
