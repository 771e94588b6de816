/*
 * verb_words.c - what the operator may ask about sensitive words: which are found most. Must not know sockets, nor how
 * words are found.
 */
#include "noc/verb.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "noc/table.h"
#include "policy/words.h"

#define WORDS_SHOWN 20
#define WORDS_MAX   1000

struct top { /* the words with the most hits so far, most first */
	struct words_hit *at;
	size_t n, max, all;
};

static void add_hit(void *arg, const struct words_hit *hit)
{
	struct top *top = arg;
	size_t low = 0, high = top->n;
	top->all++;
	if (top->n == top->max && hit->hits <= top->at[top->n - 1].hits)
		return;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (top->at[middle].hits >= hit->hits)
			low = middle + 1;
		else
			high = middle;
	}
	top->n += top->n < top->max;
	memmove(top->at + low + 1, top->at + low, (top->n - 1 - low) * sizeof(*top->at));
	top->at[low] = *hit;
}

static void print_status(const struct words *words, const struct top *top, struct buf *out)
{
	struct words_status s;

	words_status(words, &s);
	buf_printf(out, "%zu words in %zu filters, %zu were found in texts\n", s.words, s.filters, top->all);
	if (s.pending)
		buf_printf(out, "other words are being read, and take effect when that is done\n");
	if (*s.faults)
		buf_printf(out, "the words of the last reload were not taken; correct the files and reload again:\n%s",
			   s.faults);
}

static void print_hits(const struct top *top, struct buf *out)
{
	struct table *t = table_new("WORD FILTER CATEGORY +TEXTS");

	for (size_t i = 0; i < top->n; i++) {
		table_text(t, top->at[i].word);
		table_text(t, top->at[i].filter);
		table_text(t, *top->at[i].category ? top->at[i].category : "-");
		table_cell(t, "%" PRIu64, top->at[i].hits);
	}
	table_print(t, out);
	table_free(t);
}

int verb_words(struct console_call *call)
{
	const struct words *words = flow_words(((const struct snapshot_source *)call->arg)->flow);
	char *end = NULL;
	long max = call->n ? strtol(call->words[0], &end, 10) : WORDS_SHOWN;

	if (max < 1 || max > WORDS_MAX || (end && *end))
		return console_fail(call, "usage: words [N], N from 1 to %d", WORDS_MAX);
	struct top top = {.at = mem_zalloc((size_t)max * sizeof(*top.at)), .max = (size_t)max};
	words_hits_each(words, add_hit, &top);
	print_status(words, &top, call->out);
	if (top.n)
		print_hits(&top, call->out);
	mem_free(top.at);
	return 0;
}
