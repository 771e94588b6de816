/*
 * deliver.h - the deliver_sm or data_sm that an app gets: its receipt, an intermediate notification, a part's receipt,
 * or a phone's reply. Pure but for the scratch it is given.
 */
#ifndef PATH_DELIVER_H
#define PATH_DELIVER_H

#include "link/account.h"
#include "path/msg.h"
#include "path/number.h"
#include "smpp/smpp_time.h"

struct deliver_scratch { /* zero it before first use */
	char text[512];
	uint8_t tlvs[2048];
	uint8_t data[PDU_MAX_DEFAULT]; /* TLVs of a data_sm, its text among them */
	char id[24];
	char number[NUMBER_MAX + 2];
	struct smpp_time_written date;
};

/*
 * Fills pdu from a message that is final or a note (receipt), or a MO: a deliver_sm, or a data_sm when the account
 * wants that and the peer takes TLVs. Views borrow m and scratch.
 */
void deliver_fill(const struct msg *m, const struct account_conf *conf, uint8_t peer_version,
		  struct deliver_scratch *scratch, struct pdu *pdu);

#endif
