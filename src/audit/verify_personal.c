/*
 * verify_personal.c - whether the number and the text that stand in a record's line are those that it commits to. Must
 * not know the chain.
 */
#include "audit/verify_priv.h"

static void compare(struct verify_run *v, const char *file, uint64_t line, const struct cdr_line *l, const char *name,
		    struct buf *value)
{
	struct view octets = {buf_data(value), (uint32_t)buf_len(value)};

	if (v->values.has_salt && record_commits(l, name, v->values.salt, octets, v->digest[v->with]))
		v->node.opened++;
	else
		verify_tell(v, VERIFY_PERSONAL, file, line, record_number(l),
			    "the %s is not the one that the record commits to (%s_hash): it, or its salt, was changed",
			    name, name);
}

void verify_personal(struct verify_run *v, const char *file, uint64_t line, const struct cdr_line *l)
{
	struct record_values *values = &v->values;

	switch (record_open(l, v->q->box, values)) {
	case RECORD_BARE:
		break;
	case RECORD_ERASED:
		v->node.erased++;
		break;
	case RECORD_CLOSED:
		v->node.closed++;
		break;
	case RECORD_BROKEN:
		verify_tell(
			v, VERIFY_PERSONAL, file, line, record_number(l),
			"what stands behind the chain is no personal data in the form of the gateway: it was changed");
		break;
	case RECORD_OPEN:
		if (values->has_number && (values->has_salt || record_has(l, "number_hash")))
			compare(v, file, line, l, "number", &values->number);
		if (values->has_text && (values->has_salt || record_has(l, "text_hash")))
			compare(v, file, line, l, "text", &values->text);
		break;
	}
}
