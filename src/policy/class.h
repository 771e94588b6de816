/*
 * class.h - message classes (design.md 6): the table, and which class a message has. Pure.
 */
#ifndef POLICY_CLASS_H
#define POLICY_CLASS_H

#include <stdbool.h>
#include <stdint.h>
#include "smpp/view.h"

/* The most urgent first: this order is the one in which they leave. */
enum class_id { CLASS_OTP, CLASS_ALERT, CLASS_NOTICE, CLASS_REMIND, CLASS_COLLECT, CLASS_PROMO, CLASSES };

const char *class_name(enum class_id c);
/* Whether the class is advertising: needs consent, keeps opt-outs. */
bool class_promotional(enum class_id c);
/* By name, exact; false when there is none. */
bool class_by_name(struct view name, enum class_id *out);
/*
 * The class of a message: the message_class TLV, else service_type where it names a class (any case; 5 characters are
 * enough for all but "notice", "remind", "collect", which match by their first 5), else fallback.
 * False when the TLV is there and names no class (answer ESME_RINVOPTPARAMVAL).
 */
bool class_resolve(struct view tlvs, struct view service_type, enum class_id fallback, enum class_id *out);

#endif
