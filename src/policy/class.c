/*
 * class.c - message classes (design.md 6). Knows what a class is called; knows no message, no
 * account and no carrier.
 */
#include "policy/class.h"

#include <strings.h>

#include "smpp/tlv.h"

static const struct {
	const char *name;
	bool promotional;
} rows[CLASSES] = {
	[CLASS_OTP] = {"otp", false},	    [CLASS_ALERT] = {"alert", false},	  [CLASS_NOTICE] = {"notice", false},
	[CLASS_REMIND] = {"remind", false}, [CLASS_COLLECT] = {"collect", false}, [CLASS_PROMO] = {"promo", true},
};

/* service_type holds 5 characters [S 5.2.11]: longer class names are recognised by that many. */
#define SERVICE_TYPE_CHARS 5u

const char *class_name(enum class_id c)
{
	return rows[c].name;
}

bool class_promotional(enum class_id c)
{
	return rows[c].promotional;
}

bool class_by_name(struct view name, enum class_id *out)
{
	for (int i = 0; i < CLASSES; i++) {
		if (view_eq(name, view_of(rows[i].name))) {
			*out = (enum class_id)i;
			return true;
		}
	}
	return false;
}

static bool class_by_service_type(struct view type, enum class_id *out)
{
	if (type.n == 0)
		return false;
	for (int i = 0; i < CLASSES; i++) {
		size_t whole = strlen(rows[i].name);
		size_t n = whole < SERVICE_TYPE_CHARS ? whole : SERVICE_TYPE_CHARS;
		if (type.n == n && strncasecmp((const char *)type.p, rows[i].name, n) == 0) {
			*out = (enum class_id)i;
			return true;
		}
	}
	return false;
}

bool class_resolve(struct view tlvs, struct view service_type, enum class_id fallback, enum class_id *out)
{
	struct view tlv;
	if (tlvs.n && tlv_find_str(tlvs, TLV_MESSAGE_CLASS, &tlv))
		return class_by_name(tlv, out);
	if (!class_by_service_type(service_type, out))
		*out = fallback;
	return true;
}
