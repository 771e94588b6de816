/*
 * pass.c - lists of optional parameters, by name or tag. Must not know what a TLV means.
 */
#include "path/pass.h"

#include <stdlib.h>

#define OURS_FIRST 0x3E00u
#define OURS_LAST  0x3EFFu
#define NOTHING	   "none" /* in a list: lets nothing pass */

static bool is_ours(uint32_t tag)
{
	return tag >= OURS_FIRST && tag <= OURS_LAST;
}

/* "0x1403", "5123"; 0: it is a name. */
static uint32_t tag_of(const char *word)
{
	char *end;
	unsigned long tag = strtoul(word, &end, 0);
	return end != word && *end == '\0' && tag <= UINT16_MAX ? (uint32_t)tag : 0;
}

static bool is_named(const char *word)
{
	const struct tlv_row *row;
	for (unsigned i = 0; (row = tlv_at(i)) != NULL; i++) {
		if (strcmp(row->name, word) == 0)
			return !is_ours(row->tag);
	}
	return strcmp(word, NOTHING) == 0;
}

void pass_check(const struct conf_list *list, const struct conf_where *where, const char *kind, const char *name,
		char **errors)
{
	for (size_t i = 0; i < list->n; i++) {
		uint32_t tag = tag_of(list->at[i]);
		if (is_ours(tag))
			conf_fault(errors, where,
				   "%s %s: relay_tlvs: tag %s is one of the gateway's own (0x3E00-0x3EFF)", kind, name,
				   list->at[i]);
		else if (tag == 0 && !is_named(list->at[i]))
			conf_fault(errors, where,
				   "%s %s: relay_tlvs: \"%s\" is neither an optional parameter's name, nor a tag like "
				   "0x1403, nor \"none\"",
				   kind, name, list->at[i]);
	}
}

static bool lists(const struct conf_list *list, uint16_t tag, const char *name)
{
	for (size_t i = 0; i < list->n; i++) {
		if ((name && strcmp(list->at[i], name) == 0) || tag_of(list->at[i]) == tag)
			return true;
	}
	return false;
}

static bool lets(const struct conf_list *list, uint16_t tag, const struct tlv_row *row)
{
	return list && list->n ? lists(list, tag, row ? row->name : NULL) : row != NULL;
}

static bool is_text(uint16_t tag)
{
	return tag == TLV_MESSAGE_PAYLOAD || tag == TLV_SAR_MSG_REF_NUM || tag == TLV_SAR_TOTAL_SEGMENTS ||
	       tag == TLV_SAR_SEGMENT_SEQNUM;
}

struct view pass_tlvs(struct view from, const struct pass *pass, bool without_text, uint8_t *out, uint32_t cap)
{
	struct tlv_out o = {out, 0, cap, false};
	struct tlv t;
	uint32_t pos = 0;
	while (tlv_next(from, &pos, &t)) {
		if (is_ours(t.tag))
			continue;
		const struct tlv_row *row = tlv_row(t.tag);
		bool passes =
			is_text(t.tag) ? !without_text : lets(pass->carrier, t.tag, row) && lets(pass->app, t.tag, row);
		if (passes)
			tlv_put(&o, t.tag, t.value.p, t.value.n);
	}
	return (struct view){o.p, o.n};
}
