/*
 * command.h - the command set of SMPP 3.4 [S 5.1.2.1], one row each.
 */
#ifndef SMPP_COMMAND_H
#define SMPP_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#define COMMAND_RESP 0x80000000u

enum command_id {
	GENERIC_NACK = 0x80000000u,
	BIND_RECEIVER = 0x00000001u,
	BIND_TRANSMITTER = 0x00000002u,
	QUERY_SM = 0x00000003u,
	SUBMIT_SM = 0x00000004u,
	DELIVER_SM = 0x00000005u,
	UNBIND = 0x00000006u,
	REPLACE_SM = 0x00000007u,
	CANCEL_SM = 0x00000008u,
	BIND_TRANSCEIVER = 0x00000009u,
	OUTBIND = 0x0000000Bu,
	ENQUIRE_LINK = 0x00000015u,
	SUBMIT_MULTI = 0x00000021u,
	ALERT_NOTIFICATION = 0x00000102u,
	DATA_SM = 0x00000103u,
	/* a response is its request with COMMAND_RESP set */
};

/* The name as the specification writes it ("submit_sm_resp"); "unknown" for an id outside 3.4. Static text. */
const char *command_name(uint32_t id);

/* Whether 3.4 defines the id (smpp.md 2). 5.0's and vendors' ids are not known. */
bool command_known(uint32_t id);

/* Whether a request has a response: not alert_notification, outbind, generic_nack [S 2.1]. */
bool command_has_resp(uint32_t id);

#endif
