/*
 * send.h - what the files of smppsend share: settings and the one thing that it does. One per process.
 *   smppsend.c      options, the bind, the end
 *   send_message.c  the submit_sm, submit_multi or data_sm, and its answer
 *   send_operate.c  query_sm, cancel_sm, replace_sm, and their answers
 *   send_receive.c  receipts and replies
 *   send_time.c     times as people write them
 */
#ifndef TOOLS_SEND_H
#define TOOLS_SEND_H

#include "tools/compose.h"
#include "tools/engine.h"
#include "tools/esme.h"

enum send_exit { SEND_WELL = 0, SEND_FAILED = 1, SEND_USAGE = 2, SEND_NO_BIND = 3, SEND_NO_RECEIPT = 4 };

#define SEND_ALL "all" /* --cancel all: by addresses, or by group */

struct send_conf {
	struct esme_conf esme;
	const char *from, *text, *message_class, *service_type, *group, *schedule, *validity;
	const char *query, *cancel, *replace; /* ids */
	struct opts_list to, tlvs;
	int bind;
	bool receipt, payload, data_sm, replace_if_present, intermediate;
	int64_t wait_receipt, listen, response_timeout; /* us; 0: not asked for */
};

struct send_part {	   /* a PDU that was submitted */
	char id[65];	   /* "" until the answer */
	uint32_t expected; /* final receipts: one; one per destination, or per part that the gateway made */
	uint32_t got;
	uint8_t seen[32]; /* bits: which of them */
};

struct send_receipt { /* a final receipt */
	char id[65];
	bool good;
	uint8_t which; /* destination, or part - 1 */
	uint8_t total; /* parts that the gateway made; 0: it does not say */
};

struct sender {
	struct send_conf conf;
	struct engine engine;
	struct session_conf session_conf;
	struct session_stats stats;
	struct session *session; /* NULL: ended */
	struct tls_context *tls; /* NULL: plain */
	struct compose compose;
	uint8_t tlvs[COMPOSE_MAX + 4096];
	uint32_t tlvs_n; /* those of the options */
	char schedule[17], validity[17];
	uint8_t dests[OPTS_LIST_MAX * (PDU_DEST_MAX + 3)];
	uint32_t dests_n;
	struct send_part parts[SPLIT_MAX];
	struct send_receipt early[SPLIT_MAX]; /* that came before their response */
	uint32_t early_n;
	uint32_t sent, settled; /* requests of ours */
	uint32_t foreign;	/* receipts with ids that no response gave */
	int64_t sent_us;
	struct timer deadline;
	enum send_exit exit;
	bool done; /* all that it waited for has come */
	bool ending;
};

/* smppsend.c */
const char *send_now_text(void); /* the time of day; static */
/* Nothing more to wait for? Then it ends. */
void send_look_for_end(struct sender *x);
void send_leave(struct sender *x);
/* A request could not be sent: says so, and ends. err: of session_send(). */
void send_tell_unsent(struct sender *x, const char *what, int err);
/* The peer refused; says so. */
void send_tell_refused(struct sender *x, const char *what, const struct pdu *resp);

/* send_message.c */
void send_message(struct sender *x);
void send_message_answered(struct sender *x, uint32_t i, const struct pdu *resp);
/* All receipts that are expected have come. */
bool send_message_complete(const struct sender *x);
/* A final receipt; parked when no part has its id yet. */
void send_message_receipt(struct sender *x, const struct send_receipt *r);

/* send_operate.c */
bool send_operates(const struct send_conf *conf); /* a query, cancel or replace was asked for */
/* NULL, or what is missing or too much (static text). */
const char *send_operate_check(const struct send_conf *conf);
void send_operate(struct sender *x);
void send_operate_answered(struct sender *x, const struct pdu *resp);

/* send_receive.c: shows what came in; answering it is the caller's. */
void send_receive(struct sender *x, const struct pdu *pdu);
void send_receive_show_tlv(struct view tlvs, uint16_t tag); /* " name=text" when it is there */

/* send_time.c */
/*
 * "10m", "2h" (from now), "2026-11-22 09:00" (local time; seconds may follow), or SMPP's 16 characters. NULL, or why
 * not (static text).
 */
const char *send_time_read(const char *text, char out[17]);

#endif
