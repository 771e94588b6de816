/*
 * pass.h - which optional parameters pass between an app and a carrier (smpp.md 4): what SMPP has, or what either
 * side's relay_tlvs lists; ours never. Pure.
 */
#ifndef PATH_PASS_H
#define PATH_PASS_H

#include "base/conf.h"
#include "smpp/pdu.h"

/* The relay_tlvs of both sides; NULL or empty: all that SMPP has. Both must let a TLV pass. */
struct pass {
	const struct conf_list *carrier, *app;
};

/* Adds to *errors (conf_fault()) what is no name, no tag, or one of our own. */
void pass_check(const struct conf_list *list, const struct conf_where *where, const char *kind, const char *name,
		char **errors);

/*
 * The TLVs that pass, into out. What carries the text, and says which part of it this is, is no matter of lists:
 * message_payload and the SAR trio pass always, or with without_text never.
 */
struct view pass_tlvs(struct view from, const struct pass *pass, bool without_text, uint8_t *out, uint32_t cap);

#endif
