/*
 * deliver.h - the deliver_sm that an app gets: its receipt or a phone's reply. Pure but for the scratch it is given.
 */
#ifndef PATH_DELIVER_H
#define PATH_DELIVER_H

#include "link/account.h"
#include "path/msg.h"

struct deliver_scratch {
	char text[512];
	uint8_t tlvs[2048];
	char id[24];
};

/* Fills pdu (deliver_sm) from a message that is final (receipt) or a MO. Views borrow m and scratch. */
void deliver_fill(const struct msg *m, const struct account_conf *conf, uint8_t peer_version,
		  struct deliver_scratch *scratch, struct pdu *pdu);

#endif
