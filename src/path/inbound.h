/*
 * inbound.h - what a phone's reply is for the app: in the alphabet of its account, its TLVs, and a long text as one
 * payload or as parts. Pure but for the buffers.
 */
#ifndef PATH_INBOUND_H
#define PATH_INBOUND_H

#include "link/account.h"
#include "link/carrier.h"
#include "smpp/pdu.h"

struct inbound {
	const struct carrier_conf *carrier;
	const struct account_conf *account; /* NULL: nobody's; the text stays as it came */
	uint16_t ref;			    /* of parts, unique per source and destination for a while */
	struct view own;		    /* TLVs of ours that the app gets too */
};

/*
 * Calls part() with each frame, in order. The whole text is in pdu (a deliver_sm, data_sm or submit_sm of a carrier);
 * what does not convert stays as it came. False when part() said so, or it cannot be encoded.
 */
bool inbound_frames(const struct inbound *in, const struct pdu *pdu, bool (*part)(void *arg, struct view frame),
		    void *arg);

#endif
