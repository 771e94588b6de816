/*
 * reload.h - reading the configuration again while the gateway runs: checked first, applied whole or not at all. What
 * takes long (reading, checking, comparing, building rules, freeing the old ones) is done by a thread; meanwhile the
 * gateway goes on by what holds. One after the other: who asks while a reload is under way waits for his own.
 */
#ifndef RELOAD_H
#define RELOAD_H

#include "base/buf.h"
#include "base/worker.h"
#include "settings.h"

struct reload_ops { /* in the loop; not for a check */
	void (*begins)(void *arg);
	/* It has taken effect, in this turn; what the old settings hold is borrowed no longer than to the end of it. */
	void (*applied)(void *arg);
	void (*ended)(void *arg, bool applied); /* all is told */
};

struct reloader;
/*
 * running: what holds, replaced with each reload; file: the configuration; both and flow borrowed until
 * reloader_free(). Takes worker, which nobody else uses: a reload waits for no other work.
 */
struct reloader *reloader_new(struct loop *loop, struct worker *worker, struct settings *running, const char *file,
			      struct flow *flow, const struct reload_ops *ops, void *arg);
/* Before flow_free(). Waits for the thread; who still waits is told that the gateway leaves. NULL does no harm. */
void reloader_free(struct reloader *r);

/*
 * result 0: out has each difference as a line, and a line that says how it ended. -1: faults in errors, nothing has
 * changed. Both are borrowed for the call.
 */
typedef void (*reload_fn)(void *arg, int result, const struct buf *out, const char *errors);
/*
 * Reads the file as the next configuration. What takes effect only at the next start is told and stays as it is. check:
 * it is only read, checked and compared. Each difference and the outcome are logged, unless it is a check. fn may be
 * NULL: nobody waits; then it is one with another that nobody waits for and that has not begun.
 */
void reload_ask(struct reloader *r, bool check, reload_fn fn, void *arg);

#endif
