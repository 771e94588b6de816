/*
 * conf_diff.c - two reads of a configuration: what differs, and taking over what cannot change while the process runs.
 * Knows rows and sections; knows neither files nor what a key means.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/conf.h"
#include "base/conf_value.h"
#include "base/mem.h"
#include "base/secret.h"

#define DIFF_VALUE 256u /* octets of a printed value */
#define DIFF_NAMES 5u	/* entries of a long list that came or went, by name */

struct diff {
	void (*fn)(const struct conf_change *change, void *arg);
	void *arg;
	size_t n;
	struct buf text;
};

bool conf_same(const struct conf_section *section, const void *a, const void *b)
{
	for (const struct conf_row *row = section->rows; row->key != NULL; row++) {
		if (!conf_value_same(row, (const char *)a + row->offset, (const char *)b + row->offset))
			return false;
	}
	return true;
}

/* --- the names of a list's elements --- */

static void *diff_at(const struct conf_block *b, size_t i)
{
	return (char *)b->structs + i * b->section->size;
}

static const char *diff_name(const struct conf_row *key, const void *element)
{
	return *(char *const *)((const char *)element + key->offset);
}

static const struct conf_row *diff_key(const struct conf_section *section)
{
	for (const struct conf_row *row = section->rows; row->key != NULL; row++) {
		if (row->type == CONF_STRING && row->def == NULL)
			return row;
	}
	return NULL;
}

struct entry {
	const char *name;
	void *element;
};

static int diff_compare(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

/* The elements sorted by name; NULL when two have the same. */
static struct entry *diff_sorted(const struct conf_block *b, const struct conf_row *key)
{
	struct entry *e = mem_zalloc((b->n + 1) * sizeof(*e));

	for (size_t i = 0; i < b->n; i++)
		e[i] = (struct entry){diff_name(key, diff_at(b, i)), diff_at(b, i)};
	qsort(e, b->n, sizeof(*e), diff_compare);
	for (size_t i = 1; i < b->n; i++) {
		if (strcmp(e[i].name, e[i - 1].name) == 0) {
			mem_free(e);
			return NULL;
		}
	}
	return e;
}

static void *diff_find(const struct entry *e, size_t n, const char *name)
{
	struct entry wanted = {name, NULL};
	const struct entry *found = bsearch(&wanted, e, n, sizeof(*e), diff_compare);

	return found != NULL ? found->element : NULL;
}

/* --- telling --- */

static void diff_tell(struct diff *d, const struct conf_section *section, const struct conf_row *row, bool restart)
{
	buf_put(&d->text, "", 1);
	d->n++;
	d->fn(&(struct conf_change){section, row, restart, (const char *)buf_data(&d->text)}, d->arg);
	buf_consume(&d->text, buf_len(&d->text), SIZE_MAX);
}

static bool diff_any_reload(const struct conf_section *section)
{
	for (const struct conf_row *row = section->rows; row->key != NULL; row++) {
		if (row->reload)
			return true;
	}
	return false;
}

static void diff_tell_element(struct diff *d, char sign, const struct conf_section *section, const char *name)
{
	buf_printf(&d->text, "%c %s %s", sign, section->name, name);
	diff_tell(d, section, NULL, !diff_any_reload(section));
}

static int diff_compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Puts up to DIFF_NAMES of the entries of a that are not in b, and counts them all. */
static size_t diff_put_entries(struct diff *d, char sign, const struct conf_list *a, const struct conf_list *b)
{
	char **sorted = mem_zalloc((b->n + 1) * sizeof(char *));
	size_t n = 0;

	if (b->n > 0)
		memcpy(sorted, b->at, b->n * sizeof(char *));
	qsort(sorted, b->n, sizeof(char *), diff_compare_text);
	for (size_t i = 0; i < a->n; i++) {
		if (bsearch(&a->at[i], sorted, b->n, sizeof(char *), diff_compare_text) != NULL)
			continue;
		if (n++ < DIFF_NAMES)
			buf_printf(&d->text, " %c%.60s", sign, a->at[i]);
	}
	mem_free(sorted);
	return n;
}

static void diff_put_list(struct diff *d, const struct conf_list *before, const struct conf_list *after)
{
	size_t added = diff_put_entries(d, '+', after, before), gone = diff_put_entries(d, '-', before, after);

	if (added + gone == 0)
		buf_puts(&d->text, " in another order");
	else
		buf_printf(&d->text, " (%zu added, %zu removed)", added, gone);
}

static void diff_row(struct diff *d, const struct conf_section *section, const char *name, const struct conf_row *row,
		     const void *before, const void *after)
{
	char a[DIFF_VALUE], b[DIFF_VALUE];

	buf_printf(&d->text, "%s%s%s%s%s", section->name, *name != '\0' ? " " : "", name,
		   *section->name != '\0' ? ": " : "", row->key);
	conf_value_print(row, before, a, sizeof(a));
	conf_value_print(row, after, b, sizeof(b));
	if (row->type == CONF_SECRET)
		buf_puts(&d->text, " changed");
	else if (row->type == CONF_LIST && (a[0] != '[' || b[0] != '['))
		diff_put_list(d, before, after);
	else
		buf_printf(&d->text, " %s -> %s%s%s", a, b, *row->unit != '\0' ? " " : "", row->unit);
	diff_tell(d, section, row, !row->reload);
}

static void diff_element(struct diff *d, const struct conf_section *section, const char *name, const void *before,
			 const void *after)
{
	for (const struct conf_row *row = section->rows; row->key != NULL; row++) {
		const void *a = (const char *)before + row->offset, *b = (const char *)after + row->offset;
		if (!conf_value_same(row, a, b))
			diff_row(d, section, name, row, a, b);
	}
}

/* --- lists --- */

static bool diff_by_name(struct diff *d, const struct conf_block *before, const struct conf_block *after)
{
	const struct conf_row *key = diff_key(before->section);
	struct entry *a = key != NULL ? diff_sorted(before, key) : NULL;
	struct entry *b = a != NULL ? diff_sorted(after, key) : NULL;
	bool named = b != NULL;

	for (size_t i = 0; named && i < after->n; i++) {
		const void *element = diff_at(after, i);
		const void *was = diff_find(a, before->n, diff_name(key, element));
		if (was != NULL)
			diff_element(d, after->section, diff_name(key, element), was, element);
		else
			diff_tell_element(d, '+', after->section, diff_name(key, element));
	}
	for (size_t i = 0; named && i < before->n; i++) {
		const char *name = diff_name(key, diff_at(before, i));
		if (diff_find(b, after->n, name) == NULL)
			diff_tell_element(d, '-', before->section, name);
	}
	mem_free(a);
	mem_free(b);
	return named;
}

static void diff_by_place(struct diff *d, const struct conf_block *before, const struct conf_block *after)
{
	const struct conf_section *section = before->section;
	size_t least = before->n < after->n ? before->n : after->n, head = 0, tail = 0;
	char name[32];

	while (head < least && conf_same(section, diff_at(before, head), diff_at(after, head)))
		head++;
	while (tail < least - head &&
	       conf_same(section, diff_at(before, before->n - 1 - tail), diff_at(after, after->n - 1 - tail)))
		tail++;
	for (size_t i = head; i < before->n - tail || i < after->n - tail; i++) {
		snprintf(name, sizeof(name), "#%zu", i + 1);
		if (i < before->n - tail && i < after->n - tail)
			diff_element(d, section, name, diff_at(before, i), diff_at(after, i));
		else
			diff_tell_element(d, i < after->n - tail ? '+' : '-', section, name);
	}
}

size_t conf_diff(const struct conf *before, const struct conf *after,
		 void (*fn)(const struct conf_change *change, void *arg), void *arg)
{
	struct diff d = {.fn = fn, .arg = arg};

	for (size_t i = 0; i < before->blocks; i++) {
		const struct conf_block *a = &before->block[i], *b = &after->block[i];
		if (!a->section->list)
			diff_element(&d, a->section, "", a->structs, b->structs);
		else if (!diff_by_name(&d, a, b))
			diff_by_place(&d, a, b);
	}
	buf_free(&d.text);
	return d.n;
}

/* --- taking over --- */

static void carry_element(struct conf *next, const struct conf_section *section, void *at, const void *from)
{
	for (const struct conf_row *row = section->rows; row->key != NULL; row++) {
		void *value = (char *)at + row->offset;
		const void *was = (const char *)from + row->offset;
		if (!row->reload && !conf_value_same(row, value, was))
			conf_value_copy(row, value, was, &next->own);
	}
}

static void carry_list(struct conf *next, const struct conf_block *to, const struct conf_block *from)
{
	const struct conf_row *key = diff_key(to->section);
	struct entry *known = key != NULL ? diff_sorted(from, key) : NULL;

	for (size_t i = 0; known != NULL && i < to->n; i++) {
		const void *was = diff_find(known, from->n, diff_name(key, diff_at(to, i)));
		if (was != NULL)
			carry_element(next, to->section, diff_at(to, i), was);
	}
	mem_free(known);
}

void conf_carry(struct conf *next, const struct conf *running)
{
	for (size_t i = 0; i < next->blocks; i++) {
		const struct conf_block *to = &next->block[i], *from = &running->block[i];
		if (to->section->list)
			carry_list(next, to, from);
		else
			carry_element(next, to->section, to->structs, from->structs);
	}
}

/* --- copies of one struct --- */

void *conf_copy(const struct conf_row *rows, size_t size, const void *from)
{
	struct conf_strings own = {0};
	char *copy = mem_zalloc(size);
	struct conf_where *where = (struct conf_where *)copy;

	memcpy(copy, from, size);
	if (where->file != NULL)
		where->file = mem_strdup(where->file);
	for (; rows->key != NULL; rows++)
		conf_value_copy(rows, copy + rows->offset, (const char *)from + rows->offset, &own);
	mem_free(own.at); /* the strings themselves are freed by their rows */
	return copy;
}

void conf_copy_free(const struct conf_row *rows, void *copy)
{
	struct conf_where *where = copy;

	if (copy == NULL)
		return;
	for (; rows->key != NULL; rows++) {
		void *value = (char *)copy + rows->offset;
		if (rows->type == CONF_SECRET)
			secret_wipe(*(char **)value);
		if (conf_value_is_string(rows))
			mem_free(*(char **)value);
		struct conf_list *list = rows->type == CONF_LIST ? value : NULL;
		for (size_t i = 0; list != NULL && i < list->n; i++)
			mem_free(list->at[i]);
		if (list != NULL)
			mem_free(list->at);
	}
	mem_free((char *)(uintptr_t)where->file);
	mem_free(copy);
}
