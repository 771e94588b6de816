/*
 * sim.h - what the files of smppsim share: its settings, its counters, and who does what. One simulator per process.
 *   sim_submit.c   a message came in: its fate, its answer
 *   sim_bind.c     who is bound; receipts go out to them
 *   sim_dial.c     connections that it makes itself: binding in, outbind
 *   sim_receipt.c  ids and receipts as PDUs
 *   sim_operate.c  query_sm, cancel_sm, replace_sm
 *   sim_mo.c       messages of phone users
 *   sim_capture.c  what came in, as JSON lines; resubmitted messages
 *   sim_command.c  the control socket's commands
 */
#ifndef TOOLS_SIM_H
#define TOOLS_SIM_H

#include "base/buf.h"
#include "base/ids.h"
#include "link/throttle.h"
#include "smpp/receipt.h"
#include "tools/engine.h"
#include "tools/opts.h"
#include "tools/sim_pending.h"

enum sim_receipt_form {
	SIM_FORM_TEXT,
	SIM_FORM_TLV,
	SIM_FORM_BOTH,
	SIM_FORM_UCS2,
	SIM_FORM_PAYLOAD,
	SIM_FORM_DATA_SM,
	SIM_FORM_MINIMAL
};
enum sim_id_form { SIM_ID_DEC, SIM_ID_HEX, SIM_ID_HEX_DEC, SIM_ID_DEC_HEX, SIM_ID_UUID, SIM_ID_NONE, SIM_ID_THEIRS };
enum sim_bind_as { SIM_AS_TRANSCEIVER, SIM_AS_TRANSMITTER, SIM_AS_RECEIVER };
enum sim_receipts_on { SIM_ON_ANY, SIM_ON_SAME };

struct sim_conf {
	struct opts_address listen, bind_in, outbind;
	const char *outbind_password;
	int bind_as;
	int64_t binds, reconnect; /* us */
	const char *tls_cert, *tls_key, *tls_client_ca;
	bool dial_tls;
	const char *port_file, *name, *system_id, *password, *control, *capture;
	int64_t first_id, seed;
	struct opts_span receipt_delay, response_delay;
	int receipt_form, id_form, receipts_on;
	bool early_receipt, detect_duplicates, resend, silence_receipts, verbose;
	int64_t resend_delay;									   /* us */
	uint32_t fail, reject, silence, queue_full, no_receipts, duplicate_receipts, intermediate; /* millionths */
	const char *fail_stat, *fail_err;
	int64_t reject_status;
	int64_t throttle, disconnect_every, max_pending, receipt_window;
	int64_t enquire_link, response_timeout; /* us */
};

struct sim_counts {
	uint64_t bound, pending; /* now */
	uint64_t binds, binds_refused;
	uint64_t submitted; /* submit_sm and data_sm received, and destinations of submit_multi */
	uint64_t accepted, rejected, throttled, queue_full, silent;
	uint64_t receipts_sent, receipts_acked, receipts_refused, receipts_resent, receipts_dropped;
	uint64_t duplicates, tags, tag_highest;
	uint64_t mo_sent, mo_acked, mo_refused;
	uint64_t disconnects;
	uint64_t intermediates, alerts; /* sent */
	uint64_t multis, queries, cancels, replaces /* received */, cancelled, replaced /* messages */;
};

struct sim_bind; /* one bound connection */
struct sim_binds;
struct sim_dials;
struct sim_mos;
struct sim_capture;
struct sim_tags;
struct sim_ended;

struct sim {
	struct sim_conf conf;
	struct sim_counts counts;
	struct engine engine;
	struct session_conf session_conf;
	struct session_stats session_stats;
	struct tls_context *tls_in, *tls_out; /* of connections to us, and of those we make; NULL: plain */
	struct throttle throttle;
	struct rng rng;
	struct sim_pending *pending;
	struct sim_binds *binds;
	struct sim_mos *mos;
	struct sim_dials *dials;
	struct sim_ended *ended;     /* messages that have ended, for query_sm */
	struct sim_capture *capture; /* NULL: not wanted */
	struct sim_tags *tags;	     /* NULL: not wanted */
	uint64_t next_id;
	bool silent; /* control: answers nothing */
	bool ending;
};

/* Chance of millionths. */
static inline bool sim_chance(struct sim *sim, uint32_t millionths)
{
	return millionths > 0 && rng_below(&sim->rng, 1000000) < millionths;
}
/* A delay in ms inside the span. */
static inline int64_t sim_delay_ms(struct sim *sim, const struct opts_span *span)
{
	uint64_t width = (uint64_t)(span->max - span->min) / 1000;

	return span->min / 1000 + (width ? (int64_t)rng_below(&sim->rng, width + 1) : 0);
}

/* sim_submit.c: judges, answers and takes one message. */
void sim_submit(struct sim *sim, struct sim_bind *b, const struct pdu *pdu);
/* The same for each destination of a submit_multi: one id, one answer. */
void sim_submit_multi(struct sim *sim, struct sim_bind *b, const struct pdu *pdu);
/* A delayed answer is due; afterwards its receipt is timed, or the record given back. */
void sim_submit_answer(struct sim *sim, uint32_t i);
/* A receipt is due: into the queues, or the record is given back when it was cancelled meanwhile. */
void sim_submit_receipt(struct sim *sim, uint32_t i);
/* The octets that a receipt repeats of a text. */
uint8_t sim_submit_keep_text(uint8_t to[SIM_TEXT], struct view text, uint8_t data_coding, uint8_t esm_class);

/* sim_bind.c */
struct sim_binds *sim_binds_new(struct sim *sim);
void sim_binds_free(struct sim_binds *bs); /* the sessions have ended */
void sim_binds_accept(struct sim *sim, int fd, const struct net_addr *peer);
/* Connects; binding in as an ESME, or calling with outbind. False when there is no place. */
bool sim_binds_dial(struct sim *sim, const char *host, int64_t port, bool in);
struct session *sim_bind_session(const struct sim_bind *b);
uint16_t sim_bind_peer(const struct sim_bind *b);
/* A receipt is due: into the queue of those who may carry it. */
void sim_binds_ready(struct sim *sim, uint32_t i);
void sim_binds_pump(struct sim *sim);
/* A bind that can take a deliver_sm now, each in turn; NULL when there is none. */
struct session *sim_binds_receiver(struct sim *sim);
unsigned sim_binds_drop(struct sim *sim); /* cuts every connection; returns how many */
void sim_binds_drop_one(struct sim *sim, struct sim_bind *b);
void sim_binds_stall(struct sim *sim, bool on);
bool sim_binds_stalled(const struct sim *sim);
void sim_binds_unbind(struct sim *sim); /* at the end; sim_binds_idle() follows */
bool sim_binds_idle(const struct sim *sim);

/* sim_dial.c */
struct sim_dials *sim_dials_new(struct sim *sim);
void sim_dials_free(struct sim_dials *d);
bool sim_dials_wanted(const struct sim *sim); /* it connects by itself, and does not listen */
void sim_dials_start(struct sim *sim);
void sim_dials_stop(struct sim *sim);
void sim_dials_open(struct sim *sim, struct session *s); /* the connection is there: binds, or says outbind */
void sim_dials_ended(struct sim *sim);			 /* a connection that it made has ended */

/* sim_receipt.c */
/* The number of a message whose receipts quote the gateway's id; 0 when it brings none. */
uint64_t sim_receipt_read_theirs(const struct pdu *pdu);
#define SIM_ID_MAX 40
/* The id as the response or the receipt writes it; returns octets, adds a NUL. */
uint32_t sim_receipt_id(enum sim_id_form form, uint64_t id, bool in_receipt, char out[SIM_ID_MAX]);
/* What the message came to, or will. */
enum message_state sim_receipt_state(const struct sim *sim, const struct sim_message *m);
/* The deliver_sm or data_sm of a message's receipt; its views borrow a buffer that the next call overwrites. */
void sim_receipt_fill(struct sim *sim, const struct sim_message *m, bool tlvs, struct pdu *pdu);

/* sim_operate.c */
struct sim_ended *sim_ended_new(void);
void sim_ended_free(struct sim_ended *e);
/* A message has ended: query_sm can still ask for it, until 65,536 ids later. */
void sim_ended_note(struct sim *sim, const struct sim_message *m);
/* The number of an id as the response wrote it; false when this carrier writes none like it. */
bool sim_operate_read_id(enum sim_id_form form, struct view text, uint64_t *id);
/* query_sm, cancel_sm, replace_sm: answers it. */
void sim_operate(struct sim *sim, struct sim_bind *b, const struct pdu *pdu);

/* sim_mo.c: messages of phone users; each part is sent again until it is answered for good. */
struct sim_mos *sim_mos_new(void);
void sim_mos_free(struct sim_mos *mos);
/* NULL, or why not (static text). parts: how many PDUs it became. */
const char *sim_mo_add(struct sim *sim, const char *from, const char *to, const char *utf8, unsigned *parts);
void sim_mo_pump(struct sim *sim);
/* An alert_notification that the number can be reached again. NULL, or why not (static text). */
const char *sim_mo_alert(struct sim *sim, const char *number, const char *esme);
#define SIM_MO_COOKIE (1ull << 63) /* marks an MO's cookie among those of receipts */
void sim_mo_settled(struct sim *sim, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp);

/* sim_capture.c */
struct sim_capture *sim_capture_open(struct sim *sim, const char *path); /* NULL with errno */
void sim_capture_close(struct sim_capture *c);
void sim_capture_message(struct sim_capture *c, const char *system_id, const struct pdu *pdu, uint32_t status,
			 const char *id /* "" when none was given */);
/* query_sm, cancel_sm, replace_sm. */
void sim_capture_operation(struct sim_capture *c, const char *system_id, const struct pdu *pdu, uint32_t status);
struct sim_tags *sim_tags_new(void);
void sim_tags_free(struct sim_tags *t);
/* Notes the tag "#NNN" of an accepted text; counts it as new or as a duplicate. */
void sim_tags_note(struct sim_tags *t, const struct pdu *pdu, struct sim_counts *counts);

/* sim_command.c: answers one line of the control socket; "ok ..." or "error ..." into out. */
void sim_command(struct sim *sim, char *line, struct buf *out);
/* Every counter as "name=value" with sep behind each. */
void sim_command_counts(struct sim *sim, struct buf *out, char sep);

/* smppsim.c: ends it: unbinds, then stops the loop. */
void sim_quit(struct sim *sim);

#endif
