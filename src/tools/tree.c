/*
 * tree.c - reads JSON. Must not know what it describes.
 */
#include "tools/tree.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

struct tree_node {
	enum tree_kind kind;
	bool truth;
	double number;
	char *name, *text; /* owned; NULL: none */
	struct tree_node *first, *last, *next;
	size_t count;
};

struct tree {
	struct tree_node root;
};

struct reading {
	const char *at, *end;
	bool broken;
};

static void node_clear(struct tree_node *n)
{
	for (struct tree_node *c = n->first, *next; c; c = next) {
		next = c->next;
		node_clear(c);
		mem_free(c);
	}
	mem_free(n->name);
	mem_free(n->text);
}

static void skip_blanks(struct reading *r)
{
	while (r->at < r->end && strchr(" \t\r\n", *r->at) && *r->at)
		r->at++;
}

/* Whether c is next; then it is taken. */
static bool took(struct reading *r, char c)
{
	skip_blanks(r);
	if (r->at >= r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static int32_t read_hex(struct reading *r)
{
	int32_t v = 0;

	for (int i = 0; i < 4; i++, r->at++) {
		static const char digits[] = "0123456789abcdef";
		const char *d = r->at < r->end && *r->at ? strchr(digits, *r->at | 0x20) : NULL;
		if (!d || (*r->at < '0')) {
			r->broken = true;
			return 0;
		}
		v = v * 16 + (int32_t)(d - digits);
	}
	return v;
}

/* Behind a backslash: the octets go to out, how many they are is returned. */
static size_t read_escape(struct reading *r, char out[4])
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *known = r->at < r->end && *r->at ? strchr(from, *r->at) : NULL;

	if (known) {
		r->at++;
		out[0] = to[known - from];
		return 1;
	}
	if (r->at >= r->end || *r->at++ != 'u') {
		r->broken = true;
		return 0;
	}
	int32_t c = read_hex(r);
	if (c >= 0xd800 && c < 0xdc00 && r->end - r->at >= 6 && r->at[0] == '\\' && r->at[1] == 'u') {
		r->at += 2;
		int32_t low = read_hex(r);
		c = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
	}
	return text_put(c == 0 || (c >= 0xd800 && c < 0xe000) ? 0xfffd : c, out);
}

/* Behind the opening quote; owned by the caller. */
static char *read_string(struct reading *r)
{
	const char *end = r->at;
	while (end < r->end && *end != '"')
		end += *end == '\\' ? 2 : 1;
	char *out = mem_zalloc((size_t)(end - r->at) + 4); /* no escape is longer than what it stands for */
	size_t n = 0;

	while (r->at < r->end && *r->at != '"' && !r->broken) {
		if (*r->at != '\\')
			out[n++] = *r->at++;
		else {
			r->at++;
			n += read_escape(r, out + n);
		}
	}
	r->broken |= r->at >= r->end;
	r->at++;
	out[n] = '\0';
	return out;
}

static bool took_word(struct reading *r, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0)
		return false;
	r->at += n;
	return true;
}

static void read_scalar(struct reading *r, struct tree_node *into)
{
	char digits[64];
	size_t n = 0;

	if (took_word(r, "null"))
		return;
	into->kind = TREE_BOOL;
	into->truth = took_word(r, "true");
	if (into->truth || took_word(r, "false"))
		return;
	while (r->at + n < r->end && n < sizeof(digits) - 1 && r->at[n] && strchr("+-.eE0123456789", r->at[n]))
		n++;
	memcpy(digits, r->at, n);
	digits[n] = '\0';
	char *end;
	into->kind = TREE_NUMBER;
	into->number = strtod(digits, &end);
	r->broken |= n == 0 || *end != '\0';
	r->at += n;
}

static struct tree_node *add_child(struct tree_node *to)
{
	struct tree_node *c = mem_zalloc(sizeof(*c));

	if (to->last)
		to->last->next = c;
	else
		to->first = c;
	to->last = c;
	to->count++;
	return c;
}

static void read_value(struct reading *r, struct tree_node *into, unsigned depth);

/* Behind the opening bracket. */
static void read_children(struct reading *r, struct tree_node *into, unsigned depth)
{
	char close = into->kind == TREE_OBJECT ? '}' : ']';

	if (took(r, close))
		return;
	do {
		struct tree_node *c = add_child(into);
		if (into->kind == TREE_OBJECT) {
			r->broken |= !took(r, '"');
			if (!r->broken)
				c->name = read_string(r);
			r->broken |= !took(r, ':');
		}
		if (!r->broken)
			read_value(r, c, depth + 1);
	} while (!r->broken && took(r, ','));
	r->broken |= !took(r, close);
}

static void read_value(struct reading *r, struct tree_node *into, unsigned depth)
{
	if (depth > TREE_DEPTH) {
		r->broken = true;
	} else if (took(r, '{')) {
		into->kind = TREE_OBJECT;
		read_children(r, into, depth);
	} else if (took(r, '[')) {
		into->kind = TREE_ARRAY;
		read_children(r, into, depth);
	} else if (took(r, '"')) {
		into->kind = TREE_TEXT;
		into->text = read_string(r);
	} else {
		read_scalar(r, into);
	}
}

struct tree *tree_read(const char *text, size_t n)
{
	struct tree *t = mem_zalloc(sizeof(*t));
	struct reading r = {text, text + n, false};

	read_value(&r, &t->root, 0);
	skip_blanks(&r);
	if (!r.broken && r.at == r.end)
		return t;
	tree_free(t);
	return NULL;
}

void tree_free(struct tree *t)
{
	if (!t)
		return;
	node_clear(&t->root);
	mem_free(t);
}

const struct tree_node *tree_root(const struct tree *t)
{
	return t ? &t->root : NULL;
}

const struct tree_node *tree_member(const struct tree_node *object, const char *name)
{
	const struct tree_node *found = NULL;

	if (!object || object->kind != TREE_OBJECT)
		return NULL;
	for (const struct tree_node *c = object->first; c; c = c->next) {
		if (strcmp(c->name, name) == 0)
			found = c;
	}
	return found;
}

const struct tree_node *tree_at(const struct tree_node *array, size_t i)
{
	const struct tree_node *c = array && array->kind == TREE_ARRAY ? array->first : NULL;

	while (c && i-- > 0)
		c = c->next;
	return c;
}

const struct tree_node *tree_first(const struct tree_node *any)
{
	return any ? any->first : NULL;
}

const char *tree_name(const struct tree_node *member)
{
	return member && member->name ? member->name : "";
}

const struct tree_node *tree_next(const struct tree_node *element)
{
	return element ? element->next : NULL;
}

size_t tree_count(const struct tree_node *array)
{
	return array && array->kind == TREE_ARRAY ? array->count : 0;
}

static double own_number(const struct tree_node *n, double none)
{
	return n && n->kind == TREE_NUMBER ? n->number : none;
}

double tree_number(const struct tree_node *object, const char *name, double none)
{
	return own_number(name ? tree_member(object, name) : object, none);
}

bool tree_bool(const struct tree_node *object, const char *name)
{
	const struct tree_node *n = tree_member(object, name);

	return n && n->kind == TREE_BOOL && n->truth;
}

const char *tree_text(const struct tree_node *object, const char *name, const char *none)
{
	const struct tree_node *n = tree_member(object, name);

	return n && n->kind == TREE_TEXT ? n->text : none;
}
