/*
 * table.c - gathers cells, prints them aligned. Must not know what they say.
 */
#include "noc/table.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "noc/form.h"
#include "noc/json.h"
#include "noc/label.h"

#define TABLE_MAX_COLUMNS 16
#define TABLE_MAX_CELL	  256 /* octets of a formatted cell */
#define TABLE_MAX_KEY	  40
#define TABLE_MAX_DIGITS  15 /* of a number that every reader of JSON keeps as it is */

struct cell {
	size_t at, len; /* octets in text */
	size_t columns;
};

struct table {
	struct buf text;
	struct cell *cells; /* the heads are the first row */
	size_t n, cap, width;
	size_t printed; /* cells, by table_print_some() */
	bool right[TABLE_MAX_COLUMNS];
	size_t columns[TABLE_MAX_COLUMNS];
	char name[TABLE_MAX_KEY];
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
	size_t width = 0, named = strcspn(heads, " :");

	snprintf(t->name, sizeof(t->name), "%.*s", heads[named] == ':' ? (int)named : 4,
		 heads[named] == ':' ? heads : "rows");
	if (heads[named] == ':')
		heads += named + 1;
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
	if (n == 0)
		return;
	memset(buf_room(out, n), ' ', n);
	buf_filled(out, n);
}

/* --- as JSON --- */

static void table_key(const struct table *t, size_t column, char key[TABLE_MAX_KEY])
{
	const struct cell *c = &t->cells[column];
	const uint8_t *p = buf_data(&t->text) + c->at;
	size_t n = 0;

	for (size_t i = 0; i < c->len && n + 1 < TABLE_MAX_KEY; i++) {
		if (isalnum(p[i]))
			key[n++] = (char)tolower(p[i]);
		else if (n && key[n - 1] != '_')
			key[n++] = '_';
	}
	while (n && key[n - 1] == '_')
		n--;
	key[n] = '\0';
}

/* The key of a column; the second of the same head is KEY_2. */
static void table_unique_key(const struct table *t, size_t column, char key[TABLE_MAX_KEY + 16])
{
	char other[TABLE_MAX_KEY];
	unsigned same = 1;

	table_key(t, column, key);
	for (size_t i = 0; i < column; i++) {
		table_key(t, i, other);
		same += strcmp(other, key) == 0;
	}
	if (same > 1)
		snprintf(key + strlen(key), 16, "_%u", same);
}

static bool table_is_number(const char *p)
{
	size_t whole, part = 0;

	p += *p == '-';
	whole = strspn(p, "0123456789");
	if (whole == 0 || (whole > 1 && *p == '0'))
		return false;
	if (p[whole] == '.' && (part = strspn(p + whole + 1, "0123456789")) == 0)
		return false;
	return whole + part <= TABLE_MAX_DIGITS && p[whole + part + (part > 0)] == '\0';
}

static void table_json_cell(const struct table *t, const struct cell *c, size_t column, const char *key, struct json *j)
{
	char *text = mem_strndup(buf_data(&t->text) + c->at, c->len);

	if (strcmp(text, "-") == 0 || (t->right[column] && !*text))
		json_text(j, key, NULL);
	else if (t->right[column] && table_is_number(text))
		json_raw(j, key, text, c->len);
	else
		json_text(j, key, text);
	mem_free(text);
}

static void table_json(const struct table *t, struct buf *out)
{
	char keys[TABLE_MAX_COLUMNS][TABLE_MAX_KEY + 16];
	struct json j = {.out = out};

	for (size_t i = 0; i < t->width; i++)
		table_unique_key(t, i, keys[i]);
	form_open(out, t->name);
	json_open(&j, NULL, '[');
	for (size_t row = t->width; row + t->width <= t->n; row += t->width) {
		json_open(&j, NULL, '{');
		for (size_t i = 0; i < t->width; i++)
			table_json_cell(t, &t->cells[row + i], i, keys[i], &j);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	form_close(out);
}

/* --- for people --- */

static void table_text_row(const struct table *t, size_t row, struct buf *out)
{
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

bool table_print_some(struct table *t, struct buf *out, size_t rows)
{
	for (; rows > 0 && t->printed + t->width <= t->n; rows--, t->printed += t->width)
		table_text_row(t, t->printed, out);
	if (t->printed + t->width <= t->n)
		return true;
	t->printed = 0;
	t->n = t->width;
	return false;
}

void table_print(struct table *t, struct buf *out)
{
	if (form_is_json(out)) {
		table_json(t, out);
		t->n = t->width;
		return;
	}
	while (table_print_some(t, out, SIZE_MAX))
		;
}
