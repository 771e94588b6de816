/*
 * complete.c - reads the args of commands as a grammar: which words are options, which have a value, what stands in
 * which place. Must not know what the commands do.
 */
#include "noc/complete.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "noc/request.h"

#define CHOICES	    40
#define CHOICE_NAME 32

struct choice { /* one of the words between blanks and bars of args */
	char text[CHOICE_NAME];
	char value[CHOICE_NAME]; /* of an option; "": it has none */
	size_t place;		 /* of what is no option: 0 is the first */
	bool option, optional;
};

struct grammar {
	struct choice at[CHOICES];
	size_t n, places;
};

/* The first choice of a token is the value of the option before it. */
static void add_token(struct grammar *g, const char *p, size_t n, bool optional, bool is_value)
{
	bool placed = false;

	for (bool first = true; n > 0; first = false) {
		size_t len = 0;
		while (len < n && p[len] != '|')
			len++;
		if (first && is_value) {
			snprintf(g->at[g->n - 1].value, CHOICE_NAME, "%.*s", (int)len, p);
		} else if (len > 0 && g->n < CHOICES) {
			struct choice *c = &g->at[g->n++];
			*c = (struct choice){.place = g->places, .optional = optional};
			snprintf(c->text, CHOICE_NAME, "%.*s", (int)len, p);
			c->option = strncmp(c->text, "--", 2) == 0;
			placed |= !c->option;
		}
		p += len;
		n -= len;
		if (n > 0) {
			p++;
			n--;
		}
	}
	g->places += placed;
}

static void read_args(const char *args, struct grammar *g)
{
	bool optional = false, is_value = false;

	g->n = g->places = 0;
	for (const char *p = args ? args : ""; *(p += strspn(p, " ")) != '\0';) {
		if (*p == '[') {
			optional = true;
			p++;
		}
		size_t n = strcspn(p, " ]");
		bool closed = p[n] == ']';
		add_token(g, p, n, optional, is_value);
		p += n + closed;
		const char *next = p + strspn(p, " ");
		is_value = !closed && g->n > 0 && g->at[g->n - 1].option && isupper((unsigned char)*next);
		optional = optional && !closed;
	}
}

static const struct choice *find_option(const struct grammar *g, const char *word)
{
	for (size_t i = 0; i < g->n; i++) {
		if (g->at[i].option && strcmp(g->at[i].text, word) == 0)
			return &g->at[i];
	}
	return NULL;
}

static void offer(const struct choice *c, const struct complete_ops *ops, void *arg)
{
	if (isupper((unsigned char)c->text[0]))
		ops->kind(arg, c->text);
	else
		ops->word(arg, c->text);
}

/* Whether a place needs no word. */
static bool place_optional(const struct grammar *g, size_t place)
{
	bool all = true;

	for (size_t i = 0; i < g->n; i++) {
		if (!g->at[i].option && g->at[i].place == place)
			all &= g->at[i].optional;
	}
	return all;
}

static void offer_rest(const struct grammar *g, const char *const *typed, size_t n, size_t place,
		       const struct complete_ops *ops, void *arg)
{
	for (; place < g->places; place++) {
		for (size_t i = 0; i < g->n; i++) {
			if (!g->at[i].option && g->at[i].place == place)
				offer(&g->at[i], ops, arg);
		}
		if (!place_optional(g, place))
			break;
	}
	for (size_t i = 0; i < g->n; i++) {
		bool used = !g->at[i].option;
		for (size_t k = 0; k < n; k++)
			used |= strcmp(typed[k], g->at[i].text) == 0;
		if (!used)
			ops->word(arg, g->at[i].text);
	}
}

/* typed: n words are whole, one more is being typed. */
static void complete_args(const char *args, const char *const *typed, size_t n, const struct complete_ops *ops,
			  void *arg)
{
	struct grammar g;
	size_t place = 0;

	read_args(args, &g);
	for (size_t i = 0; i < n; i++) {
		const struct choice *option = find_option(&g, typed[i]);
		if (!option) {
			place++;
		} else if (*option->value && i + 1 == n) {
			struct choice value = *option;
			memcpy(value.text, option->value, CHOICE_NAME);
			offer(&value, ops, arg);
			return;
		} else if (*option->value) {
			i++;
		}
	}
	offer_rest(&g, typed, n, place, ops, arg);
}

void complete_words(const struct console_command *table, const char *const *words, size_t n,
		    const struct complete_ops *ops, void *arg)
{
	const struct console_command *c = n > 1 ? request_command(table, words[0]) : NULL;
	size_t at = c && c->before ? 2 : 1;

	if (n == 1) {
		for (c = table; c->name; c++)
			ops->word(arg, c->name);
		return;
	}
	if (!c)
		return;
	if (!c->subs) {
		complete_args(c->args, words + 1, n - 2, ops, arg);
		return;
	}
	if (n <= at) {
		ops->kind(arg, c->before);
		return;
	}
	for (const struct console_sub *s = c->subs; s->name; s++) {
		if (n == at + 1)
			ops->word(arg, s->name);
		else if (strcmp(s->name, words[at]) == 0)
			complete_args(s->args, words + at + 1, n - at - 2, ops, arg);
	}
}
