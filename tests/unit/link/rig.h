/*
 * rig.h - what the tests of sessions, accounts and carriers share: a simulated loop with an in-memory network, and PDUs
 * from and to the far end.
 */
#ifndef UNIT_LINK_RIG_H
#define UNIT_LINK_RIG_H

#include "unit.h"
#include "link/session.h"
#include "wire.h"

#define RIG_MAX_OUTPUT 524288u

struct rig {
	struct loop *loop;
	struct conn_hub *conns;
	struct session_hub *sessions;
};

void rig_start(struct rig *r);
void rig_stop(struct rig *r);
/* A few turns at the present time. */
void rig_turn(struct rig *r);
void rig_pass(struct rig *r, int64_t ms);

void far_pdu(struct wire *w, const struct pdu *pdu);
void far_header(struct wire *w, uint32_t command_id, uint32_t status, uint32_t sequence);
void far_hex(struct wire *w, const char *hex); /* blanks between octets allowed */
/* bind_* of system_id and password with interface_version. */
void far_bind(struct wire *w, uint32_t command_id, uint32_t sequence, const char *system_id, const char *password,
	      uint8_t version);
/* A submit_sm or deliver_sm with a short text. */
void far_sm(struct wire *w, uint32_t command_id, uint32_t sequence, const char *text);

/* The next PDU that the gateway sent, decoded; false when none is whole. Good until the next call. */
bool far_next(struct wire *w, struct pdu *pdu);
/* The next one is this; gives it. */
struct pdu far_expect_at(struct wire *w, uint32_t command_id, uint32_t status, uint32_t sequence, const char *file,
			 int line);
#define far_expect(w, id, status, seq) far_expect_at(w, id, status, seq, __FILE__, __LINE__)
/* Nothing more has come. */
void far_expect_nothing_at(struct wire *w, const char *file, int line);
#define far_expect_nothing(w) far_expect_nothing_at(w, __FILE__, __LINE__)

#endif
