/*
 * verb_help.c - tells about the commands, out of their table. Must not know what they do.
 */
#include "noc/verb.h"

#include <string.h>

#include "noc/form.h"
#include "noc/request.h"
#include "noc/table.h"

#define WIDE 48 /* characters of a command in the list of all */

static void help_subs(const struct console_command *c, struct buf *out)
{
	struct table *t = table_new("COMMAND RIGHT WHAT_IT_DOES");
	struct buf usage = {0};

	for (const struct console_sub *s = c->subs; s->name; s++) {
		request_usage(c, s, &usage);
		table_cell(t, "%.*s", (int)buf_len(&usage), (char *)buf_data(&usage));
		table_text(t, console_right_name(s->right));
		table_text(t, s->help);
		buf_consume(&usage, buf_len(&usage), SIZE_MAX);
	}
	table_print(t, out);
	table_free(t);
	buf_free(&usage);
}

static void help_examples(const char *lines, struct buf *out)
{
	buf_puts(out, "\nexamples:\n");
	for (size_t n; *lines; lines += n + 1) {
		n = strcspn(lines, "\n");
		buf_printf(out, "  smppgwctl %.*s\n", (int)n, lines);
	}
}

static int help_one(struct console_call *call)
{
	const struct console_command *c = request_command(call->table, call->words[0]);

	if (!c)
		return console_fail(call, "no command %.100s; help lists them", call->words[0]);
	buf_printf(call->out, "%s\n\n", c->help);
	if (c->subs) {
		help_subs(c, call->out);
	} else {
		buf_puts(call->out, "usage: ");
		request_usage(c, NULL, call->out);
		buf_printf(call->out, "\nneeds the right to %s\n", console_right_name(c->right));
	}
	if (c->examples)
		help_examples(c->examples, call->out);
	return 0;
}

/* The right of a command, or "read to admin" over its sub-commands. */
static void help_right(const struct console_command *c, struct table *t)
{
	enum console_right least = CONSOLE_ADMIN, most = CONSOLE_READ;

	for (const struct console_sub *s = c->subs; s && s->name; s++) {
		least = s->right < least ? s->right : least;
		most = s->right > most ? s->right : most;
	}
	if (!c->subs || least == most)
		table_text(t, console_right_name(c->subs ? most : c->right));
	else
		table_cell(t, "%s to %s", console_right_name(least), console_right_name(most));
}

/* "cdr [--id ID] [--number NUMBER] [...": the list of all must fit a terminal. */
static void help_command(const struct console_command *c, bool whole, struct table *t)
{
	struct buf args = {0};

	request_args(c, &args);
	int n = (int)buf_len(&args), cut = WIDE - (int)strlen(c->name);
	const char *text = n ? (const char *)buf_data(&args) : "";
	bool all = whole || n <= cut;
	if (!all)
		for (n = cut - 3; n > 0 && text[n - 1] != ' ' && text[n - 1] != '|'; n--)
			;
	table_cell(t, "%s%s%.*s%s", c->name, buf_len(&args) ? " " : "", n, text, all ? "" : "...");
	buf_free(&args);
}

int verb_help(struct console_call *call)
{
	struct table *t;

	if (call->n == 1)
		return help_one(call);
	t = table_new("COMMAND RIGHT WHAT_IT_DOES");
	for (const struct console_command *c = call->table; c->name; c++) {
		help_command(c, form_is_json(call->out), t);
		help_right(c, t);
		table_text(t, c->help);
	}
	table_print(t, call->out);
	table_free(t);
	if (!form_is_json(call->out))
		buf_puts(call->out, "help COMMAND tells more about one\n");
	return 0;
}
