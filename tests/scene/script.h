/*
 * script.h - a scene's text as steps: lines cut into words. A step is matched against patterns such as
 * "app NAME binds KIND as ACCOUNT", where words in capitals stand for any word; what follows the pattern are options,
 * each a name and its value. Knows no SMPP and no gateway.
 */
#ifndef SCENE_SCRIPT_H
#define SCENE_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRIPT_WORDS 48u
#define SCRIPT_ARGS  8u

struct step {
	const char *file;
	int line;
	char *words[SCRIPT_WORDS];
	bool quoted[SCRIPT_WORDS];
	size_t n;
	char *block;		       /* lines up to "end", for steps that open one; "" otherwise */
	const char *args[SCRIPT_ARGS]; /* what the capitals of the pattern stood for */
	size_t rest;		       /* where the options begin */
};

struct script {
	struct step *steps;
	size_t n;
};

/* Reads a file; a line that is one of the words in openers (NULL-ended) opens a block. False with a message on stderr.
 */
bool script_read(const char *file, const char *const *openers, struct script *out);
void script_free(struct script *s);

/* Whether the step begins as the pattern says; fills args and rest. */
bool step_matches(struct step *s, const char *pattern);
/* Prints "file:line: message" on stderr; false, so that a step can return it. */
__attribute__((format(printf, 2, 3))) bool step_fail(const struct step *s, const char *fmt, ...);
/* The value of an option; fallback when it is not there. */
const char *step_option(const struct step *s, const char *name, const char *fallback);
long step_number(const struct step *s, const char *name, long fallback);
/* Whether each option is among the names (blank-separated); false with a message. "" allows none. */
bool step_options_ok(const struct step *s, const char *names);

/* "200ms", "5s", "3m", "2h", "1d"; -1 when it is none. */
int64_t script_ms(const char *word);
/* "ok", "0x58"; false when it is neither. */
bool script_status(const char *word, uint32_t *status);
/* Calls fn for a word, or for each of "b1..b20". False as soon as fn says so, or when the range cannot be read. */
bool script_each(const struct step *s, const char *word, bool (*fn)(const struct step *s, const char *word, void *arg),
		 void *arg);

#endif
