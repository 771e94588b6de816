/*
 * complete.h - what may come next in a command line that is being typed, by the table of commands. Pure: names of
 * accounts and the like are asked from its caller.
 */
#ifndef NOC_COMPLETE_H
#define NOC_COMPLETE_H

#include "noc/console.h"

struct complete_ops {
	/* A word that could stand there as it is: a command, an option. */
	void (*word)(void *arg, const char *word);
	/* What stands there is of a kind, named as in args: "ACCOUNT", "FILE". */
	void (*kind)(void *arg, const char *kind);
};
/* words: n > 0 of them, behind the program and its options; the last one is being typed and may be "". */
void complete_words(const struct console_command *table, const char *const *words, size_t n,
		    const struct complete_ops *ops, void *arg);

#endif
