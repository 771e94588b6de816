/*
 * gsm7.h - the GSM 03.38 default alphabet and its extension table (3GPP TS 23.038 6.2.1), for charset.c only.
 */
#ifndef SMPP_GSM7_H
#define SMPP_GSM7_H

#include <stdint.h>

#define GSM7_ESCAPE 0x1Bu

/* The scalar value of a septet, -1 for the escape itself and for octets over 0x7F. */
int32_t gsm7_scalar(uint8_t septet);

/* The scalar value of the septet that follows an escape, -1 where the extension table is empty. */
int32_t gsm7_extended_scalar(uint8_t septet);

/* The septets of a scalar value: 0x00-0x7F, or 0x1B00 | septet when it needs an escape; -1 when there are none. */
int gsm7_septets(int32_t scalar);

#endif
