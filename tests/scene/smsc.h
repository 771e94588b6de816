/*
 * smsc.h - a simulated carrier: takes binds, answers submit_sm by its mood, sends receipts and MO on demand, keeps what
 * it got until the script looks at it. Knows SMPP and labels; knows no script.
 */
#ifndef SCENE_SMSC_H
#define SCENE_SMSC_H

#include "base/loop.h"
#include "label.h"
#include "peer.h"

struct got { /* a submit_sm */
	struct list link;
	struct label *label; /* NULL: the gateway's own text */
	char from[24], to[24], service_type[8], validity[20];
	char text[2048]; /* UTF-8, without a UDH */
	uint8_t esm_class, data_coding, registered_delivery;
	bool part; /* ... of a long text: */
	uint16_t ref;
	uint8_t total, seq;
	struct label *whole;  /* the message that it is a part of, by its text; NULL when it is none */
	uint8_t octets[1024]; /* its text without a header */
	uint32_t octets_n;
	bool sar, ref16;
	bool has_payload;
	uint8_t kinds[4]; /* TON and NPI of source and destination */
	char tags[TAGS_MAX];
	int64_t at_us;
	uint32_t bind; /* the number of the connection that it came over */
	uint32_t sequence, command_id;
	bool answered, seen, took; /* took: answered with ROK */
	char cid[80], theirs[80];  /* its receipted_message_id; "": none */
	struct timer timer;	   /* of an answer that comes later */
	struct timer receipt;	   /* of its receipt, when receipts are sent by themselves */
	uint32_t receipt_sequence; /* sent and not answered; 0: none */
	bool receipted;
	struct smsc *smsc;
	uint32_t status; /* that it will be answered with */
};

/* ID_THEIRS: the response has none, receipts quote receipted_message_id of the message */
enum id_form { ID_TEXT, ID_DEC, ID_HEX, ID_HEX_UPPER, ID_DEC_PADDED, ID_NONE, ID_SAME, ID_THEIRS };

struct smsc {
	struct list link;
	char name[32];
	int64_t port;
	struct labels *labels;
	struct loop *loop; /* the gateway's; NULL while there is none */
	struct list peers;
	uint32_t connections; /* so far */
	struct list got;      /* struct got, in order of arrival, also those looked at */
	enum charset dcs0;    /* what data_coding 0 is to it */
	bool silent;	      /* does not answer submit_sm */
	int congestion;	      /* congestion_state in its responses; -1: none */
	bool away;	      /* refuses connections */
	bool esme;	/* it binds in to the gateway: messages come as deliver_sm, its receipts and MO are submit_sm */
	unsigned keeps; /* binds that it keeps up, by binding in every 200 ms while there are fewer; 0: none */
	struct timer dial;
	bool bind_answered; /* the last bind that it made */
	uint32_t bind_answer;
	unsigned closed; /* connections that the gateway has closed */
	uint32_t bind_status;
	uint32_t mood;	    /* the status that submit_sm gets */
	unsigned mood_left; /* so often still, then ROK; 0: always */
	struct {	    /* the same for one part of long texts; silent: it gets no answer */
		uint8_t seq;
		unsigned left;
		bool silent;
		uint32_t status;
	} part_mood;
	long per_second; /* takes no more in any second, else ESME_RTHROTTLED; 0: any */
	uint32_t over_status;
	int64_t delay_ms;   /* of its answers */
	int64_t receipt_ms; /* each message that it takes gets its receipt so much later, until it is answered ROK; 0:
			       none */
	enum id_form in_response, in_receipt;
	uint64_t next_id;
	bool same_ids;				/* a message that comes again gets the id that it had */
	unsigned outstanding, most_outstanding; /* unanswered submit_sm, of one bind at most */
	bool answered;				/* the last deliver_sm */
	uint32_t answer;
	char answer_id[80];
	uint32_t deliver_sequence;
	unsigned nacks;
};

struct smsc *smsc_new(const char *name, int64_t port, struct labels *labels);
void smsc_free(struct smsc *s);
/* A gateway has started: serves its connections. */
void smsc_serve(struct smsc *s, struct conn_hub *hub, struct loop *loop);
/* Connects to the gateway and binds as an ESME (bind says all but the versions); false: nobody listens. */
bool smsc_bind_in(struct smsc *s, struct conn_hub *hub, int64_t port, const char *from, struct pdu *bind);
/* From now on, over all gateways, it keeps up n binds by itself. */
void smsc_keep_in(struct smsc *s, unsigned n);
/* Connects to the gateway and calls it with outbind; a bind is taken as always. enquire: says enquire_link before. */
bool smsc_outbind(struct smsc *s, struct conn_hub *hub, int64_t port, const char *from, struct pdu *outbind,
		  bool enquire);
/* What its own messages and receipts leave with. */
uint32_t smsc_request(const struct smsc *s, bool as_data_sm);
/* The gateway is gone. */
void smsc_forget_connections(struct smsc *s);
/* Bind number i (from 1, in the order in which they bound; 0: the first that receives); NULL when there is none. */
struct peer *smsc_peer(struct smsc *s, uint32_t i);
unsigned smsc_bound(const struct smsc *s);
/* Answers a submit_sm that was not answered yet. */
void smsc_answer(struct smsc *s, struct got *g, uint32_t status);
/* Sends a deliver_sm (or data_sm); its answer comes into answered and answer. */
void smsc_deliver(struct smsc *s, struct peer *p, struct pdu *pdu);
/* The text of a receipt. */
void smsc_receipt_text(const char *cid, const char *stat, const char *err, char *out, size_t cap);
/* The carrier's id in the form of its receipts. */
void smsc_receipt_id(const struct smsc *s, const char *cid, char out[80]);
/* Ends a connection, or all: closes, or resets. */
void smsc_end_bind(struct smsc *s, struct peer *p, bool orderly);
void smsc_end(struct smsc *s, bool orderly);

#endif
