/*
 * address.h - phone numbers and codes in the form that a peer wants: TON and NPI, another beginning, and back
 * (smpp.md 3, 15). Pure.
 */
#ifndef PATH_ADDRESS_H
#define PATH_ADDRESS_H

#include "base/conf.h"
#include "link/carrier.h"
#include "path/number.h"

enum address_form { ADDRESS_INTERNATIONAL, ADDRESS_NATIONAL, ADDRESS_PLUS }; /* account_conf.number_form */

struct address_room {
	char src[NUMBER_MAX + 1], dst[NUMBER_MAX + 1];
};

/* Adds to *errors (conf_fault()) the rules of a carrier that cannot be read. */
void address_check(const struct carrier_conf *conf, char **errors);

/*
 * Source and destination of a submit as the carrier wants them: source_rewrite, dest_rewrite, source_ton and its like.
 * False with *why when an address would be over 20 characters. Borrows room.
 */
bool address_leave(const struct carrier_conf *conf, struct pdu *pdu, struct address_room *room, const char **why);
/*
 * What comes from the carrier, as if it had no rules: the phone is the source of it. pdu itself, or *out with room,
 * which it then borrows.
 */
const struct pdu *address_come(const struct carrier_conf *conf, const struct pdu *pdu, struct address_room *room,
			       struct pdu *out);

/*
 * A phone's number for an app: 8613800138000, 13800138000 or +8613800138000. What is no phone number in one of
 * the forms that we know stays as it is.
 */
void address_show(enum address_form form, struct pdu_addr *addr, char room[NUMBER_MAX + 2]);

#endif
