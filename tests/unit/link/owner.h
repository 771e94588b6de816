/*
 * owner.h - the owner of a session in the tests: writes down what it is told, answers as it is told to.
 */
#ifndef UNIT_LINK_OWNER_H
#define UNIT_LINK_OWNER_H

#include "rig.h"

enum owner_moment { AT_NEVER, AT_BIND, AT_OPEN, AT_BOUND, AT_REQUEST, AT_SETTLED, AT_ROOM };

struct owner {
	struct rig rig;
	struct session_conf conf;
	struct session_stats stats;
	struct session *session; /* NULL once it has ended */
	struct wire *far;
	/* how it behaves */
	uint32_t bind_status;	   /* what on_bind says */
	uint32_t bind_command;	   /* what on_open binds with */
	bool answers;		   /* requests at once, ESME_ROK */
	bool calls;		   /* on_open says outbind */
	const char *wants_id;	   /* what a response must give; NULL: anything */
	enum owner_moment ends_at; /* ends the session there */
	/* what it was told */
	unsigned binds, bounds, refusals, requests, rooms, ends;
	enum end_reason reason;
	uint32_t refused_status;
	uint32_t request_command, request_sequence[512];
	struct {
		uint64_t cookie;
		enum session_outcome outcome;
		uint32_t status;
		bool has_body;
	} settled[512];
	unsigned nsettled;
};

extern const struct session_ops owner_ops;

/* Default values for conf, and a rig. */
void owner_start(struct owner *o);
void owner_stop(struct owner *o);
/* The far end connects to us; and binds (checks the answer). */
void owner_accept(struct owner *o);
void owner_accept_bound(struct owner *o, uint32_t bind_command);
/* We connect and bind. */
void owner_connect(struct owner *o, uint32_t bind_command);
void owner_connect_bound(struct owner *o, uint32_t bind_command);
/* Sends a submit_sm or deliver_sm. */
int owner_send(struct owner *o, uint32_t command_id, uint64_t cookie);
/* The session has ended for that reason, everything being settled. */
void owner_expect_end_at(struct owner *o, enum end_reason reason, const char *file, int line);
#define owner_expect_end(o, reason) owner_expect_end_at(o, reason, __FILE__, __LINE__)

#endif
