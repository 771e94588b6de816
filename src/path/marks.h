/*
 * marks.h - how a part of a long text says which part it is: in a header of its text (8 or 16 bits of reference) or in
 * SAR TLVs (smpp.md 9); and the one said as the other. Pure.
 */
#ifndef PATH_MARKS_H
#define PATH_MARKS_H

#include "smpp/split.h"
#include "smpp/udh.h"

#define MARKS_HEADER_MAX 260u

struct marks {
	struct view header; /* in front of the text; empty: none, and no UDHI */
	struct view text;   /* behind it */
	bool part;	    /* it is one of several: concat says which */
	bool sar;	    /* that stands in TLVs, not in the header */
	bool changed;	    /* it does not stand there as the PDU came: header borrows mem */
	bool foreign; /* the header has more than which part it is (ports, languages), or is broken: no plain text */
	struct udh_concat concat;
};

/*
 * Reads the user data of pdu as a peer of this mode takes it. A SAR trio gets an 8-bit header where TLVs
 * or SAR are not wanted; a header becomes SAR TLVs for such a peer when it says nothing else; a 16-bit one becomes
 * an 8-bit one, with the low octet of its reference, for SPLIT_UDH8. An 8-bit one is taken everywhere, and a
 * peer that wants payloads takes parts as they are. The same for every part of a text, whatever its length. Other
 * elements of a header stay. False when pdu has two texts.
 */
bool marks_read(const struct pdu *pdu, enum split_mode mode, bool tlvs, uint8_t mem[MARKS_HEADER_MAX],
		struct marks *out);
/* Octets of the header that a part has on the air, also one that an SMSC makes of SAR TLVs; negative: it is no part. */
int marks_on_air(const struct marks *x);
void marks_put_sar(struct tlv_out *o, const struct udh_concat *c);

#endif
