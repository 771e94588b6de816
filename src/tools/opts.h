/*
 * opts.h - command-line options from one table: parsing, defaults, --help and --version. Knows no program's options.
 */
#ifndef TOOLS_OPTS_H
#define TOOLS_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum opts_type {
	OPTS_FLAG,    /* bool; takes no argument */
	OPTS_YESNO,   /* bool; yes or no */
	OPTS_TEXT,    /* const char *, borrowed from argv */
	OPTS_SECRET,  /* const char *, good for ever; "file:/path", "env:NAME": what is in there. Blanked in argv, so
			 that lists of processes do not show it */
	OPTS_NUMBER,  /* int64_t, min..max; decimal or 0x hexadecimal */
	OPTS_TIME,    /* int64_t us; "100ms", "2s", "500us", "1m", bare number = seconds */
	OPTS_SPAN,    /* struct opts_span in us; "100ms" or "50ms-2s" */
	OPTS_PERCENT, /* uint32_t in millionths; "0.5" = 5,000 */
	OPTS_CHOICE,  /* int: the position in choices */
	OPTS_ADDRESS, /* struct opts_address; "127.0.0.1:2776", "[::1]:2776" */
	OPTS_LIST,    /* struct opts_list; may be given more than once */
};

struct opts_span {
	int64_t min, max; /* us */
};
struct opts_address {
	char host[128];
	int64_t port;
};
#define OPTS_LIST_MAX 16
struct opts_list {
	const char *item[OPTS_LIST_MAX]; /* borrowed from argv */
	unsigned n;
};

struct opts_row {
	const char *name; /* without the two dashes */
	enum opts_type type;
	size_t offset;	     /* in the struct that is filled */
	const char *def;     /* default, as it would be written; NULL: none (zero) */
	const char *arg;     /* the argument's name in --help; NULL: by type */
	const char *help;    /* one sentence without a full stop */
	const char *choices; /* OPTS_CHOICE: "text|tlv|both" */
	int64_t min, max;    /* OPTS_NUMBER */
	char letter;	     /* a short form; 0: none */
};

struct opts_about {
	const char *program;
	const char *operands; /* after the options in the usage line; "" when none are taken */
	const char *purpose;  /* one or two sentences */
	const char *exits;    /* "0  ...\n1  ..." */
};

#define OPTS_DONE  (-1) /* --help or --version was answered: exit 0 */
#define OPTS_WRONG (-2) /* told on stderr: exit 2 */

/*
 * Fills *into from the defaults and argv. Returns the index of the first operand in argv (argc when there is none),
 * or OPTS_DONE, OPTS_WRONG. When about->operands is "", an operand is wrong. Names may be cut short where they stay
 * unique.
 */
__attribute__((warn_unused_result)) int opts_parse(const struct opts_about *about, const struct opts_row *rows,
						   size_t n, void *into, int argc, char **argv);
/* "PROGRAM: message" and where to look further, on stderr; returns OPTS_WRONG. */
__attribute__((format(printf, 2, 3))) int opts_wrong(const struct opts_about *about, const char *fmt, ...);

#endif
