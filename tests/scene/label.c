/*
 * label.c - the messages of a script. Knows no connections.
 */
#include "label.h"

#include <stdio.h>
#include <string.h>
#include "base/mem.h"
#include "smpp/charset.h"

void labels_init(struct labels *ls)
{
	list_init(&ls->all);
}

void labels_free(struct labels *ls)
{
	LIST_EACH_SAFE(node, tmp, &ls->all) {
		list_remove(node);
		mem_free(LIST_OF(node, struct label, link));
	}
}

struct label *labels_add(struct labels *ls, const char *name)
{
	if (labels_find(ls, name) != NULL)
		return NULL;
	struct label *l = mem_zalloc(sizeof(*l));
	snprintf(l->name, sizeof(l->name), "%s", name);
	list_append(&ls->all, &l->link);
	return l;
}

struct label *labels_find(const struct labels *ls, const char *name)
{
	LIST_EACH(node, &ls->all) {
		struct label *l = LIST_OF(node, struct label, link);
		if (strcmp(l->name, name) == 0)
			return l;
	}
	return NULL;
}

static struct label *better(struct label *have, struct label *l, struct view to)
{
	return have == NULL || (!view_eq(view_of(have->to), to) && view_eq(view_of(l->to), to)) ? l : have;
}

struct label *labels_by_id(const struct labels *ls, struct view id, struct view to)
{
	struct label *found = NULL;

	LIST_EACH(node, &ls->all) {
		struct label *l = LIST_OF(node, struct label, link);
		if (id.n > 0 && view_eq(view_of(l->id), id))
			found = better(found, l, to);
	}
	return found;
}

struct label *labels_by_text(const struct labels *ls, struct view text, struct view to)
{
	struct label *found = NULL;

	LIST_EACH(node, &ls->all) {
		struct label *l = LIST_OF(node, struct label, link);
		if (view_eq((struct view){l->text, l->text_n}, text) ||
		    (l->other_n > 0 && view_eq((struct view){l->other, l->other_n}, text)))
			found = better(found, l, to);
	}
	return found;
}

struct label *labels_by_piece(const struct labels *ls, struct view piece, struct view to)
{
	LIST_EACH(node, &ls->all) {
		struct label *l = LIST_OF(node, struct label, link);
		if (view_eq(view_of(l->to), to) && piece.n > 0 && memmem(l->text, l->text_n, piece.p, piece.n) != NULL)
			return l;
	}
	return NULL;
}

struct label *labels_by_sequence(const struct labels *ls, const void *app, uint32_t sequence)
{
	LIST_EACH(node, &ls->all) {
		struct label *l = LIST_OF(node, struct label, link);
		if (l->app == app && l->sequence == sequence && !l->answered)
			return l;
	}
	return NULL;
}

bool text_encode(const char *utf8, uint8_t data_coding, uint8_t out[LABEL_TEXT_MAX], uint32_t *n)
{
	enum charset to = data_coding == 8 ? CHARSET_UCS2 : CHARSET_GSM7;
	long written = charset_convert(CHARSET_UTF8, view_of(utf8), to, false, out, LABEL_TEXT_MAX);

	*n = written > 0 ? (uint32_t)written : 0;
	return written >= 0;
}

void text_decode(struct view text, uint8_t data_coding, char *out, size_t cap)
{
	enum charset from = data_coding == 8 ? CHARSET_UCS2 : CHARSET_GSM7;
	long n = charset_convert(from, text, CHARSET_UTF8, true, (uint8_t *)out, (uint32_t)cap - 1);

	out[n > 0 ? n : 0] = '\0';
}
