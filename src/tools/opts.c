/*
 * opts.c - command-line options from one table. Each type is a row with its parser; --help is written from the same
 * tables. Knows no program's options.
 */
#include "tools/opts.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/near.h"
#include "base/secret.h"

#define SECRETS_MAX 64	/* that one command line has */
#define FIRST_CODE  256 /* of getopt_long()'s values; a row's is FIRST_CODE + its index */

/* Each parser fills at and returns NULL, or says what it wants instead. */
typedef const char *opts_parser(const struct opts_row *row, const char *s, void *at);

static const char *parse_flag(const struct opts_row *row, const char *s, void *at)
{
	(void)row;
	(void)s;
	*(bool *)at = true;
	return NULL;
}

static const char *parse_yesno(const struct opts_row *row, const char *s, void *at)
{
	(void)row;
	if (strcmp(s, "yes") != 0 && strcmp(s, "no") != 0)
		return "yes or no";
	*(bool *)at = *s == 'y';
	return NULL;
}

static const char *parse_text(const struct opts_row *row, const char *s, void *at)
{
	(void)row;
	*(const char **)at = s;
	return NULL;
}

/* A copy that lives as long as the program. */
static const char *keep_secret(const char *s)
{
	static char *kept[SECRETS_MAX];
	static size_t n;

	if (n == SECRETS_MAX)
		return NULL;
	kept[n] = mem_strdup(s);
	return kept[n++];
}

static const char *parse_secret(const struct opts_row *row, const char *s, void *at)
{
	static char why[SECRET_WHY];
	char path[SECRET_PATH], text[SECRET_MAX + 1];
	const char *value = strncmp(s, "env:", 4) == 0 ? getenv(s + 4) : s;

	(void)row;
	if (value == NULL)
		return "an environment variable that is set";
	if (value == s && secret_place(s, path, why) == SECRET_FILE) {
		if (secret_read(path, text, why) != 0)
			return "a file that can be read, with one line in it";
		value = text;
	}
	*(const char **)at = keep_secret(value);
	return *(const char **)at != NULL ? NULL : "to be given fewer times";
}

static const char *parse_number(const struct opts_row *row, const char *s, void *at)
{
	static char wanted[80];
	char *end;
	long long v;

	errno = 0;
	v = strtoll(s, &end, strncmp(s, "0x", 2) == 0 ? 16 : 10);
	if (errno || end == s || *end || v < row->min || v > row->max) {
		snprintf(wanted, sizeof(wanted), "a number from %lld to %lld", (long long)row->min,
			 (long long)row->max);
		return wanted;
	}
	*(int64_t *)at = v;
	return NULL;
}

/* Reads "1.5s" at *s; false when it is none. Leaves *s behind it. */
static bool read_time(const char **s, int64_t *us)
{
	static const struct {
		const char *unit;
		double us;
	} units[] = {{"us", 1}, {"ms", 1e3}, {"s", 1e6}, {"m", 60e6}, {"h", 3600e6}};
	char *end;
	double v;

	if (**s < '0' || **s > '9')
		return false;
	v = strtod(*s, &end);
	*s = end;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t n = strlen(units[i].unit);

		if (strncmp(end, units[i].unit, n) == 0 && (end[n] == 0 || end[n] == '-')) {
			*s = end + n;
			v *= units[i].us;
			*us = (int64_t)v;
			return v <= 1e15;
		}
	}
	v *= 1e6;
	*us = v <= 1e15 ? (int64_t)v : 0;
	return v <= 1e15;
}

static const char *parse_time(const struct opts_row *row, const char *s, void *at)
{
	(void)row;
	return read_time(&s, at) && !*s ? NULL : "a time such as 500us, 100ms, 2s, 1m";
}

static const char *parse_span(const struct opts_row *row, const char *s, void *at)
{
	struct opts_span *span = at;
	bool good = read_time(&s, &span->min);

	(void)row;
	span->max = span->min;
	if (good && *s == '-') {
		s++;
		good = read_time(&s, &span->max) && span->max >= span->min;
	}
	return good && !*s ? NULL : "a time such as 100ms, or the shortest and longest such as 50ms-2s";
}

static const char *parse_percent(const struct opts_row *row, const char *s, void *at)
{
	char *end;
	double v = strtod(s, &end);

	(void)row;
	if (end == s || *end || !(v >= 0 && v <= 100))
		return "a percentage from 0 to 100";
	*(uint32_t *)at = (uint32_t)lround(v * 1e4);
	return NULL;
}

static const char *parse_choice(const struct opts_row *row, const char *s, void *at)
{
	const char *p = row->choices;
	size_t n = strlen(s);

	for (int i = 0; p; i++) {
		const char *bar = strchr(p, '|');
		size_t len = bar ? (size_t)(bar - p) : strlen(p);

		if (len == n && memcmp(p, s, n) == 0) {
			*(int *)at = i;
			return NULL;
		}
		p = bar ? bar + 1 : NULL;
	}
	return row->choices;
}

static const char *parse_address(const struct opts_row *row, const char *s, void *at)
{
	static const char wanted[] = "an address and port such as 127.0.0.1:2776 or [::1]:2776";
	static const struct opts_row port = {.min = 0, .max = 65535};
	struct opts_address *a = at;
	const char *colon = strrchr(s, ':');
	size_t n;

	(void)row;
	if (!colon || parse_number(&port, colon + 1, &a->port))
		return wanted;
	n = (size_t)(colon - s);
	if (n > 1 && s[0] == '[' && s[n - 1] == ']') {
		s++;
		n -= 2;
	}
	if (n == 0 || n >= sizeof(a->host))
		return wanted;
	memcpy(a->host, s, n);
	a->host[n] = 0;
	return NULL;
}

static const char *parse_list(const struct opts_row *row, const char *s, void *at)
{
	struct opts_list *list = at;

	(void)row;
	if (list->n == OPTS_LIST_MAX)
		return "at most 16 of them";
	list->item[list->n++] = s;
	return NULL;
}

static const struct {
	const char *arg; /* in --help */
	opts_parser *parse;
} types[] = {
	[OPTS_FLAG] = {NULL, parse_flag},	   [OPTS_YESNO] = {"yes|no", parse_yesno},
	[OPTS_TEXT] = {"TEXT", parse_text},	   [OPTS_SECRET] = {"SECRET|file:PATH|env:NAME", parse_secret},
	[OPTS_NUMBER] = {"N", parse_number},	   [OPTS_TIME] = {"TIME", parse_time},
	[OPTS_SPAN] = {"TIME[-TIME]", parse_span}, [OPTS_PERCENT] = {"PERCENT", parse_percent},
	[OPTS_CHOICE] = {NULL, parse_choice},	   [OPTS_ADDRESS] = {"ADDR:PORT", parse_address},
	[OPTS_LIST] = {"TEXT", parse_list},
};

static const char *arg_name(const struct opts_row *row)
{
	if (row->arg)
		return row->arg;
	return row->type == OPTS_CHOICE ? row->choices : types[row->type].arg;
}

static void print_option(char letter, const char *name, const char *arg, const char *help, const char *def)
{
	char left[96], brief[8] = "";
	int n;

	if (letter)
		snprintf(brief, sizeof(brief), "-%c, ", letter);
	n = snprintf(left, sizeof(left), "  %s--%s%s%s", brief, name, arg ? " " : "", arg ? arg : "");

	if (n > 30)
		printf("%s\n%30s", left, "");
	else
		printf("%-30s", left);
	printf("  %s", help);
	if (def && *def)
		printf(" (default %s)", def);
	putchar('\n');
}

static void print_help(const struct opts_about *about, const struct opts_row *rows, size_t n)
{
	printf("usage: %s [OPTION]...%s%s\n%s\n\n", about->program, *about->operands ? " " : "", about->operands,
	       about->purpose);
	for (size_t i = 0; i < n; i++)
		print_option(rows[i].letter, rows[i].name, arg_name(&rows[i]), rows[i].help, rows[i].def);
	print_option('h', "help", NULL, "prints this text", NULL);
	print_option('V', "version", NULL, "prints the version", NULL);
	printf("\nExit status:\n%s\n", about->exits);
}

int opts_wrong(const struct opts_about *about, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", about->program);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "; see %s --help\n", about->program);
	return OPTS_WRONG;
}

static void set_defaults(const struct opts_row *rows, size_t n, char *into)
{
	for (size_t i = 0; i < n; i++) {
		const char *wanted;

		if (!rows[i].def)
			continue;
		wanted = types[rows[i].type].parse(&rows[i], rows[i].def, into + rows[i].offset);
		if (wanted) { /* a fault of the program's own table */
			fprintf(stderr, "--%s: default \"%s\" is not %s\n", rows[i].name, rows[i].def, wanted);
			abort();
		}
	}
}

/* getopt_long()'s table, and in letters its string of short options. */
static struct option *long_options(const struct opts_row *rows, size_t n, char letters[64])
{
	struct option *longs = mem_zalloc((n + 3) * sizeof(*longs));
	int used = snprintf(letters, 64, "+:hV");

	for (size_t i = 0; i < n; i++) {
		longs[i].name = rows[i].name;
		longs[i].has_arg = rows[i].type == OPTS_FLAG ? no_argument : required_argument;
		longs[i].val = FIRST_CODE + (int)i;
		if (rows[i].letter && used < 60)
			used += snprintf(letters + used, 4, "%c%s", rows[i].letter,
					 rows[i].type == OPTS_FLAG ? "" : ":");
	}
	longs[n] = (struct option){"help", no_argument, NULL, 'h'};
	longs[n + 1] = (struct option){"version", no_argument, NULL, 'V'};
	return longs;
}

static int say_unknown(const struct opts_about *about, const struct opts_row *rows, size_t n, const char *word)
{
	struct near near;
	char name[NEAR_MAX];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
	near_start(&near, name + strspn(name, "-"));
	for (size_t i = 0; i < n && strncmp(word, "--", 2) == 0; i++)
		near_try(&near, rows[i].name, strlen(rows[i].name));
	return near_best(&near) ? opts_wrong(about, "unknown option %s; did you mean --%s?", name, near_best(&near))
				: opts_wrong(about, "unknown option or not a value of it: %s", word);
}

/* 0 = go on, or OPTS_DONE, OPTS_WRONG. */
static int take_option(const struct opts_about *about, const struct opts_row *rows, size_t n, char *into, int code,
		       char **argv, int before)
{
	const struct opts_row *row;
	const char *wanted;

	switch (code) {
	case 'h':
		print_help(about, rows, n);
		return OPTS_DONE;
	case 'V':
		printf("%s %s\n", about->program, PACKAGE_VERSION);
		return OPTS_DONE;
	case ':':
		return opts_wrong(about, "%s needs a value", argv[before]);
	case '?':
		return say_unknown(about, rows, n, argv[before]);
	}
	for (row = rows; code < FIRST_CODE && row->letter != code; row++)
		;
	if (code >= FIRST_CODE)
		row = &rows[code - FIRST_CODE];
	wanted = types[row->type].parse(row, optarg, into + row->offset);
	if (!wanted && row->type == OPTS_SECRET)
		memset(optarg, '*', strlen(optarg));
	return wanted ? opts_wrong(about, "--%s %s: needs %s", row->name, optarg, wanted) : 0;
}

int opts_parse(const struct opts_about *about, const struct opts_row *rows, size_t n, void *into, int argc, char **argv)
{
	char letters[64];
	struct option *longs = long_options(rows, n, letters);
	int code, result = 0;

	set_defaults(rows, n, into);
	optind = 0; /* starts afresh: tests parse more than once */
	opterr = 0;
	while (result == 0) {
		int before = optind ? optind : 1;

		code = getopt_long(argc, argv, letters, longs, NULL);
		if (code < 0)
			break;
		result = take_option(about, rows, n, into, code, argv, before);
	}
	mem_free(longs);
	if (result != 0)
		return result;
	if (!*about->operands && optind < argc)
		return opts_wrong(about, "unexpected word: %s", argv[optind]);
	return optind;
}
