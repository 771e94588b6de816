/*
 * carriers_rig.h - a carrier over an in-memory network: the messages above it, and a simulated SMSC.
 */
#ifndef UNIT_LINK_CARRIERS_RIG_H
#define UNIT_LINK_CARRIERS_RIG_H

#include "rig.h"
#include "link/account.h"
#include "link/carrier.h"

#define CARRIERS_PORT 2776
#define CARRIERS_FARS 64
#define CARRIERS_SEEN 200000

struct seen { /* a submit_sm that the SMSC got */
	int64_t at_us;
	uint32_t number; /* the message: its text */
	bool accepted;
};

struct due {
	int64_t at_us;
	struct wire *wire;
	uint32_t command_id, status, sequence;
};

struct carriers_rig {
	struct rig rig;
	struct limits_conf limits;
	struct carrier_conf conf;
	char *throttled[2];
	struct carriers *carriers;
	struct carrier *carrier;
	/* above: messages 0, 1, 2, ... of which `ready` are there; what is throttled goes back to the head */
	bool one_number; /* all texts go to it */
	char to[16];
	uint32_t unpulled, pulls;
	uint32_t together; /* tokens that the next message waits for; once */
	uint32_t next, ready;
	uint32_t back[4096];
	unsigned nback;
	char text[16];
	uint8_t payload[32];
	unsigned settled, ok, lost, throttles, unsendable, requests, ups, downs;
	bool with_tlvs, too_long, as_data_sm;
	/* the SMSC */
	struct wire *far[CARRIERS_FARS];
	unsigned fars;
	uint32_t bind_status;
	bool answers_binds, answers_submits;
	int64_t answer_after_ms; /* with carriers_rig_run() */
	int congestion;		 /* congestion_state in answers; -1: none */
	struct due *due;	 /* answers that come later, oldest first: due[due_first..ndue) */
	unsigned due_first, ndue;
	uint32_t submit_status;
	struct throttle smsc_rate; /* refuses what is over it */
	bool has_rate;
	struct seen *seen;
	unsigned nseen, data_sms;
	uint32_t binds[8]; /* by command_id & 7 */
};

/* Change conf, then go; or start, which waits until it is up. */
struct carriers_rig *carriers_rig_prepare(void);
void carriers_rig_go(struct carriers_rig *t);
struct carriers_rig *carriers_rig_start_with(struct carriers_rig *t);
struct carriers_rig *carriers_rig_start(void);
void carriers_rig_stop(struct carriers_rig *t);
/* The SMSC's answer to wire_serve(). */
void carriers_rig_on_dial(struct wire *w, void *arg);
/* So many more messages. */
void carriers_rig_give(struct carriers_rig *t, uint32_t n);
/* So long in steps of 1 ms; the SMSC answers after answer_after_ms. */
void carriers_rig_run(struct carriers_rig *t, int64_t ms);
/* The most submits, accepted or refused, in any second, both ends included. */
unsigned carriers_rig_busiest_second(const struct carriers_rig *t);

#endif
