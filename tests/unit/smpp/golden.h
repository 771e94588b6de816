/*
 * golden.h - the worked examples of smpp.md section 14, as octets and as structs.
 */
#ifndef TESTS_GOLDEN_H
#define TESTS_GOLDEN_H

#include "smpp/pdu.h"

#define GOLDEN_COUNT 40

struct golden {
	int number; /* in section 14 */
	const char *title;
	const char *hex;
	uint32_t status; /* what decoding gives */
	bool encodes;	 /* the struct gives the same octets; false for the malformed ones */
	struct pdu pdu;	 /* what decoding fills in; of a refused PDU only the header is looked at */
};

extern const struct golden golden[GOLDEN_COUNT];

#endif
