/*
 * find.h - a question of the console to the archive: searched in the worker's thread, with progress lines, and ended
 * when who asks has gone. Knows no question; a question embeds it.
 */
#ifndef NOC_FIND_H
#define NOC_FIND_H

#include <stdatomic.h>

#include "audit/search.h"
#include "base/worker.h"
#include "noc/console.h"
#include "noc/snapshot.h"

#define FIND_WORDS 16u

struct find { /* begins the question's own struct; zero it before first use */
	/* Filled by the question. */
	struct search_query query; /* texts by find_keep(); directory and key are set by find_start() */
	/* In the thread: searches by find_search(); loop, flow and console are out of reach. */
	void (*work)(struct find *f);
	/* In the loop: the answer, then console_finish(). dropped: the gateway leaves, flow is out of reach. f->why:
	 * NULL, or why it failed. Frees what the question owns; find frees itself behind it. */
	void (*done)(struct find *f, bool dropped);

	/* find's own */
	struct list link;
	const struct snapshot_source *from; /* not when dropped */
	struct loop *loop;
	struct console_later *later;
	char *why;
	struct worker_job job;
	struct timer timer;
	int64_t told_ms;
	volatile bool stop;
	_Atomic unsigned hours_done, hours;
	char *kept[FIND_WORDS];
	size_t kept_n;
};

/* Whether there is an archive to be searched. */
bool find_possible(const struct snapshot_source *from);
/* A copy of a word that lives as long as f. */
const char *find_keep(struct find *f, const char *word);
/* Takes f (mem_zalloc()); done() is owed then. Without an archive done() comes at once, nothing was searched. */
int find_start(struct find *f, struct console_call *call);
/* The console is going: what is being searched ends soon. */
void find_stop_all(void);
/* Instead of find_start(): frees f; done() is called, dropped, without later. */
void find_drop(struct find *f);
/* In work(): f->query as it stands now; fn gets f. False: it failed, or nobody waits any more. */
bool find_search(struct find *f, bool (*fn)(void *f, const struct search_hit *hit));

#endif
