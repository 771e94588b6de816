/*
 * segments.h - policy: how long a text may be, in parts as they are billed (smpp.md 9, 16). Pure.
 */
#ifndef POLICY_SEGMENTS_H
#define POLICY_SEGMENTS_H

#include "policy/scope.h"

enum segments_mode {
	SEGMENTS_CN,	   /* as China's operators bill: 70 characters alone, 67 in each part of a long text */
	SEGMENTS_ALPHABET, /* as it goes on the air: 160 and 153 septets when GSM 03.38 has all of it, else as
			      SEGMENTS_CN */
};

struct segments_conf { /* section segments: ( { account; classes; max; count } ) */
	struct scope_conf scope;
	int64_t max;
	int count; /* enum segments_mode */
};
extern const struct conf_row segments_rows[];

struct segments;
struct segments *segments_new(const struct segments_conf *rows, size_t n, const struct policy_names *names,
			      char **errors);
void segments_free(struct segments *x);
bool segments_concerns(const struct segments *x, size_t account, enum class_id class_id);
enum policy_effect segments_judge(const struct segments *x, struct policy_subject *s);

/*
 * The parts that a UTF-8 text takes, at least 1. A character outside of the basic plane (an emoji) counts twice, as on
 * the air, and is not cut; neither is an escaped character of GSM 03.38. Octets that are no UTF-8 count one each.
 */
unsigned segments_count(struct view text, enum segments_mode mode);

#endif
