/*
 * readable.h - what a PDU carries, for people and for JSON lines.
 */
#ifndef TOOLS_READABLE_H
#define TOOLS_READABLE_H

#include "base/buf.h"
#include "smpp/charset.h"
#include "smpp/pdu.h"

/*
 * The user data of a submit_sm, deliver_sm or data_sm as UTF-8, without its UDH. Returns octets written (at most
 * cap), or -1 when it is binary or does not decode.
 */
long readable_text(const struct pdu *pdu, enum charset dcs0, char *out, uint32_t cap);

/* Appends "..." with JSON's escapes. Octets that are not UTF-8 become U+FFFD. */
void readable_json(struct buf *b, const void *p, size_t n);
/* Appends the octets as lower-case hexadecimal, without quotes. */
void readable_hex(struct buf *b, const void *p, size_t n);
/* Appends a TLV area as a JSON object: names of the specification (0xNNNN when unknown) to numbers, strings or
 * hex. message_payload is left out: it is text. */
void readable_json_tlvs(struct buf *b, struct view tlvs);

#endif
