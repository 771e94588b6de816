/*
 * request.c - a request line against the table of commands. Must not know sockets, nor who asks.
 */
#include "noc/request.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/near.h"
#include "noc/words.h"

#define MASKED_ARG_MAX 64

__attribute__((format(printf, 3, 4))) static int say(char *why, size_t cap, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, cap, fmt, ap);
	va_end(ap);
	return -1;
}

/* --- how it should be --- */

static void put_sub(const struct console_sub *s, struct buf *out)
{
	buf_printf(out, "%s%s%s", s->name, s->args && *s->args ? " " : "", s->args ? s->args : "");
}

void request_args(const struct console_command *c, struct buf *out)
{
	if (!c->subs) {
		buf_puts(out, c->args ? c->args : "");
		return;
	}
	if (c->before)
		buf_printf(out, "%s ", c->before);
	buf_puts(out, c->sub ? "[" : "");
	for (const struct console_sub *s = c->subs; s->name; s++)
		buf_printf(out, "%s%s", s == c->subs ? "" : "|", s->name);
	buf_puts(out, c->sub ? "]" : "");
}

void request_usage(const struct console_command *c, const struct console_sub *sub, struct buf *out)
{
	buf_printf(out, "%s%s%s", c->name, c->before ? " " : "", c->before ? c->before : "");
	if (!c->subs) {
		buf_printf(out, "%s%s", c->args && *c->args ? " " : "", c->args ? c->args : "");
		return;
	}
	for (const struct console_sub *s = sub ? sub : c->subs; s->name; s++) {
		buf_puts(out, sub || s == c->subs ? " " : " | ");
		put_sub(s, out);
		if (sub)
			return;
	}
}

static int say_usage(const struct request *r, char *why, size_t cap)
{
	struct buf out = {0};

	request_usage(r->command, r->sub, &out);
	say(why, cap, "usage: %.*s", (int)buf_len(&out), (const char *)buf_data(&out));
	buf_free(&out);
	return -1;
}

/* --- what it is --- */

const struct console_command *request_command(const struct console_command *table, const char *name)
{
	for (const struct console_command *c = table; c->name; c++) {
		if (strcmp(c->name, name) == 0)
			return c;
	}
	return NULL;
}

/* Options ahead of the command: how many words they are, or -1. */
static int read_options(struct request *r, size_t count, char *why, size_t cap)
{
	size_t at = 0;

	for (; at < count && strncmp(r->all[at], "--", 2) == 0; at++) {
		if (strcmp(r->all[at], "--json") == 0)
			r->json = true;
		else if (strcmp(r->all[at], "--token") == 0 && at + 1 < count)
			r->token = r->all[++at];
		else
			return say(why, cap, "no option %.100s of a request; there are --json and --token TOKEN",
				   r->all[at]);
	}
	return (int)at;
}

static int read_sub(struct request *r, char *why, size_t cap)
{
	const struct console_command *c = r->command;
	size_t at = c->before ? 1 : 0;
	const char *name = r->n > at ? r->words[at] : r->n == at ? c->sub : NULL;

	r->needs = CONSOLE_READ; /* how it is used, anybody may be told */
	for (const struct console_sub *s = c->subs; name && s->name; s++) {
		if (strcmp(s->name, name) != 0)
			continue;
		size_t n = r->n > at ? r->n - at - 1 : 0;
		r->sub = s;
		r->needs = s->right;
		return n >= s->min && n <= s->max ? 0 : say_usage(r, why, cap);
	}
	return say_usage(r, why, cap);
}

static int say_unknown(const struct console_command *table, const char *word, char *why, size_t cap)
{
	struct near near;

	near_start(&near, word);
	for (; table->name; table++)
		near_try(&near, table->name, strlen(table->name));
	return near_best(&near) ? say(why, cap, "no command %.100s; did you mean %s?", word, near_best(&near))
				: say(why, cap, "no command %.100s; try help", word);
}

int request_read(const struct console_command *table, char *line, size_t n, struct request *r, char *why, size_t cap)
{
	const char *fault;
	int count, at;

	*r = (struct request){.needs = CONSOLE_READ};
	count = words_split(line, n, r->all, CONSOLE_MAX_WORDS, &fault);
	if (count < 0)
		return say(why, cap, "%s", fault);
	if ((at = read_options(r, (size_t)count, why, cap)) < 0)
		return -1;
	if (at == count)
		return say(why, cap, "empty request; try help");
	r->command = request_command(table, r->all[at]);
	if (!r->command)
		return say_unknown(table, r->all[at], why, cap);
	r->words = r->all + at + 1;
	r->n = (size_t)(count - at - 1);
	if (r->command->subs)
		return read_sub(r, why, cap);
	r->needs = r->command->right;
	return r->n >= r->command->min && r->n <= r->command->max ? 0 : say_usage(r, why, cap);
}

/* --- what may be shown of it --- */

bool request_arg(const char *args, size_t at, char *out, size_t cap)
{
	const char *p = args ? args : "";

	for (p += strspn(p, " []"); *p; p += strspn(p, " []")) {
		size_t n = strcspn(p, " []");
		if (at-- == 0) {
			snprintf(out, cap, "%.*s", (int)n, p);
			return true;
		}
		p += n;
	}
	return false;
}

/* Whatever could be dialled; ids are longer. */
static bool looks_dialled(const char *word)
{
	size_t digits = 0;

	for (const char *p = word; *p; p++) {
		if (*p >= '0' && *p <= '9')
			digits++;
		else if (!strchr("+-() ", *p))
			return false;
	}
	return digits >= 7 && digits <= 15;
}

static void put_word(const char *arg, const char *word, bool forgets, struct buf *out)
{
	char number[32], text[128];
	bool quoted = strchr(word, ' ') != NULL;

	if (strstr(arg, "SECRET"))
		buf_puts(out, "***");
	else if (strcmp(arg, "TEXT") == 0)
		buf_puts(out, log_text(word, strlen(word), text));
	else if (strcmp(arg, "NUMBER") == 0 || looks_dialled(word))
		buf_puts(out, (forgets ? log_masked : log_number)(word, strlen(word), number));
	else
		buf_printf(out, quoted ? "'%s'" : "%s", word);
}

void request_masked(const struct request *r, struct buf *out)
{
	const struct console_command *c = r->command;
	size_t skipped = r->sub ? (c->before ? 2 : 1) : 0;
	char arg[MASKED_ARG_MAX];

	buf_puts(out, c ? c->name : "");
	for (size_t i = 0; i < r->n; i++) {
		buf_puts(out, " ");
		if (i < skipped || !request_arg(r->sub ? r->sub->args : c->args, i - skipped, arg, sizeof(arg)))
			*arg = '\0';
		put_word(arg, r->words[i], c && c->forgets, out);
	}
}
