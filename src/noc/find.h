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
	/* In the loop: the answer, then console_finish(). Without memory_too it comes only when the archive was
	 * searched. */
	void (*answer)(struct find *f);
	/* Knows something without an archive, too: answer() comes also when there is none, or when f->why says what
	 * failed. */
	bool memory_too;
	/* Goes on when nobody waits for the answer any more. */
	bool to_its_end;
	/* Frees what the question owns, always, after the answer; find frees itself behind it. */
	void (*free)(struct find *f);

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
/* Takes f (mem_zalloc()): it is answered, or refused with a reason, and freed. Without an archive that is at once. */
int find_start(struct find *f, struct console_call *call);
/* The console is going: what is being searched ends soon. */
void find_stop_all(void);
/* Instead of find_start(): frees f. */
void find_drop(struct find *f);
/* In work(): f->query as it stands now; fn gets f. False: it failed, or nobody waits any more. */
bool find_search(struct find *f, bool (*fn)(void *f, const struct search_hit *hit));
/* In work(), for what searches by itself: hours done of all; f is the struct find. */
void find_progress(void *f, unsigned done, unsigned all);

#endif
