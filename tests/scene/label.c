/*
 * label.c - the messages of a script. Knows no connections.
 */
#include "label.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "smpp/charset.h"

static bool is_text(uint16_t tag)
{
	return tag == TLV_MESSAGE_PAYLOAD || tag == TLV_SAR_MSG_REF_NUM || tag == TLV_SAR_TOTAL_SEGMENTS ||
	       tag == TLV_SAR_SEGMENT_SEQNUM;
}

void tags_of(struct view tlvs, char out[TAGS_MAX])
{
	struct tlv t;
	uint32_t pos = 0;
	size_t n = 0;

	snprintf(out, TAGS_MAX, "none");
	while (tlv_next(tlvs, &pos, &t) && n + 8 < TAGS_MAX) {
		if (!is_text(t.tag))
			n += (size_t)snprintf(out + n, TAGS_MAX - n, "%s0x%04x", n > 0 ? "," : "", t.tag);
	}
}

void tags_put(const char *tags, struct tlv_out *o)
{
	char *end = (char *)tags;

	for (const char *at = tags; *at != '\0'; at = *end == ',' ? end + 1 : end) {
		unsigned long tag = strtoul(at, &end, 16);
		if (end == at)
			return;
		tlv_put(o, (uint16_t)tag, "1", 1);
	}
}

void labels_init(struct labels *ls)
{
	list_init(&ls->all);
}

void labels_free(struct labels *ls)
{
	LIST_EACH_SAFE(node, tmp, &ls->all) {
		list_remove(node);
		mem_free(LIST_OF(node, struct label, link)->words);
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

struct label *labels_by_words(const struct labels *ls, const char *words, struct view to)
{
	struct label *found = NULL;

	LIST_EACH(node, &ls->all) {
		struct label *l = LIST_OF(node, struct label, link);
		if (l->words != NULL && strcmp(l->words, words) == 0)
			found = better(found, l, to);
	}
	return found;
}

struct label *labels_inside(const struct labels *ls, const char *text, struct view to)
{
	struct label *found = NULL;

	LIST_EACH(node, &ls->all) {
		struct label *l = LIST_OF(node, struct label, link);
		if (l->words != NULL && *l->words != '\0' && view_eq(view_of(l->to), to) &&
		    strstr(text, l->words) != NULL && (found == NULL || strlen(l->words) > strlen(found->words)))
			found = l; /* what m10 says has what m1 says in it */
	}
	return found;
}

struct label *labels_by_some_words(const struct labels *ls, const char *words, struct view to)
{
	LIST_EACH(node, &ls->all) {
		struct label *l = LIST_OF(node, struct label, link);
		if (l->words != NULL && *words != '\0' && view_eq(view_of(l->to), to) &&
		    strstr(l->words, words) != NULL)
			return l;
	}
	return NULL;
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

static enum charset alphabet(uint8_t data_coding, enum charset dcs0)
{
	enum charset c = charset_of_dcs(data_coding, dcs0);

	return c == CHARSET_BINARY ? CHARSET_GSM7 : c;
}

bool text_encode(const char *utf8, uint8_t data_coding, enum charset dcs0, uint8_t out[LABEL_TEXT_MAX], uint32_t *n)
{
	enum charset to = alphabet(data_coding, dcs0);
	long written = charset_convert(CHARSET_UTF8, view_of(utf8), to, false, out, LABEL_TEXT_MAX);

	*n = written > 0 ? (uint32_t)written : 0;
	return written >= 0;
}

void text_decode(struct view text, uint8_t data_coding, enum charset dcs0, char *out, size_t cap)
{
	enum charset from = alphabet(data_coding, dcs0);
	long n = charset_convert(from, text, CHARSET_UTF8, true, (uint8_t *)out, (uint32_t)cap - 1);

	out[n > 0 ? n : 0] = '\0';
}
