/*
 * send_tlv.h - a TLV as people write it: NAME=VALUE.
 */
#ifndef TOOLS_SEND_TLV_H
#define TOOLS_SEND_TLV_H

#include "smpp/tlv.h"

/*
 * NAME: the specification's name or 0xTAG. VALUE: a number for integers (two octets wide where the table leaves a
 * choice), octets as 0x and hexadecimal, else text. Appends it; NULL, or what is wrong (static text).
 */
const char *send_tlv_put(const char *name_value, struct tlv_out *o);

#endif
