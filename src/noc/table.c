/*
 * table.c - gathers cells, prints them aligned. Must not know what they say.
 */
#include "noc/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "noc/label.h"

#define TABLE_MAX_COLUMNS 16
#define TABLE_MAX_CELL	  256 /* octets of a formatted cell */

struct cell {
	size_t at, len; /* octets in text */
	size_t columns;
};

struct table {
	struct buf text;
	struct cell *cells; /* the heads are the first row */
	size_t n, cap, width;
	bool right[TABLE_MAX_COLUMNS];
	size_t columns[TABLE_MAX_COLUMNS];
};

void table_text(struct table *t, const char *text)
{
	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 128;
		t->cells = mem_realloc(t->cells, t->cap * sizeof(t->cells[0]));
	}
	struct cell *c = &t->cells[t->n];
	c->at = buf_len(&t->text);
	c->columns = label_cell(&t->text, text);
	c->len = buf_len(&t->text) - c->at;
	if (t->width && c->columns > t->columns[t->n % t->width])
		t->columns[t->n % t->width] = c->columns;
	t->n++;
}

void table_cell(struct table *t, const char *fmt, ...)
{
	char text[TABLE_MAX_CELL];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	table_text(t, text);
}

struct table *table_new(const char *heads)
{
	struct table *t = mem_zalloc(sizeof(*t));
	char head[TABLE_MAX_CELL];
	size_t width = 0;

	for (const char *p = heads + strspn(heads, " "); *p && width < TABLE_MAX_COLUMNS; p += strspn(p, " ")) {
		t->right[width] = *p == '+';
		p += t->right[width];
		size_t n = strcspn(p, " ");
		snprintf(head, sizeof(head), "%.*s", (int)n, p);
		for (char *blank = head; (blank = strchr(blank, '_')) != NULL;)
			*blank = ' ';
		table_text(t, head);
		t->columns[width] = t->cells[width].columns;
		width++;
		p += n;
	}
	t->width = width;
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	buf_free(&t->text);
	mem_free(t->cells);
	mem_free(t);
}

static void table_pad(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_puts(out, " ");
}

void table_print(struct table *t, struct buf *out)
{
	for (size_t row = 0; row + t->width <= t->n; row += t->width) {
		for (size_t i = 0; i < t->width; i++) {
			const struct cell *c = &t->cells[row + i];
			size_t gap = t->columns[i] - c->columns;
			if (i > 0)
				buf_puts(out, "  ");
			if (t->right[i])
				table_pad(out, gap);
			buf_put(out, buf_data(&t->text) + c->at, c->len);
			if (!t->right[i] && i + 1 < t->width)
				table_pad(out, gap);
		}
		buf_puts(out, "\n");
	}
	t->n = t->width;
}
