/*
 * app.h - a simulated app: binds, submits, answers deliver_sm by its mood, keeps what it got until the script looks at
 * it. Knows SMPP and labels; knows no script.
 */
#ifndef SCENE_APP_H
#define SCENE_APP_H

#include "label.h"
#include "peer.h"

#define APP_RECEIPT_LABEL_UNKNOWN "?" /* a receipt for an id that no response has told */

struct delivery { /* a deliver_sm or data_sm */
	struct list link;
	uint32_t command_id;
	uint8_t esm_type;
	bool receipt;	    /* final or intermediate */
	char part[8];	    /* "2/3": of a part's receipt, or of a long reply */
	const char *marked; /* how that part says it: "udh8", "udh16", "sar" */
	uint8_t data_coding;
	char tags[TAGS_MAX];
	struct label *label;	/* of a receipt; NULL when unknown */
	char stat[16], err[16]; /* as in its text */
	char from[24], to[24];
	char text[2048];					       /* UTF-8 */
	char carrier_status[64], via[64], verdict[24], class_name[16]; /* our TLVs; "" without */
	char original[24], campaign[36], group[68];		       /* of a reply: what it answers */
	uint32_t answered; /* the status that the app gave; see delivery.silent */
	bool silent;
};

struct answer { /* a PDU that is neither a response to a label's submit nor a deliver_sm */
	struct list link;
	uint32_t command_id, status, sequence;
	uint8_t state, error; /* query_sm_resp */
	char date[20], id[32];
};

struct app {
	struct list link;
	char name[32];
	struct labels *labels;
	struct peer *peer;    /* NULL while not connected */
	uint32_t connections; /* so far */
	uint8_t version;      /* interface_version of its bind */
	enum charset dcs0;    /* what data_coding 0 is to it */
	struct list inbox;    /* struct delivery: not looked at */
	struct list answers;  /* struct answer: not looked at */
	bool bind_answered;
	uint32_t bind_status;
	bool silent;		/* does not answer deliver_sm */
	uint32_t mood;		/* the status that deliver_sm gets */
	unsigned mood_left;	/* so often still, then ROK; 0: always */
	unsigned id_mismatches; /* receipts whose TLV and text name different ids */
	struct {		/* how it answers a call with outbind; see app_wait_for_call() */
		uint32_t command_id;
		char system_id[17], password[17];
	} called;
	int64_t (*now_ms)(void *arg);
	void *now_arg;
};

struct app *app_new(const char *name, struct labels *labels, int64_t (*now_ms)(void *arg), void *arg);
void app_free(struct app *a);
/* Connects, in place of the connection that it had; false when nobody listens. */
bool app_connect(struct app *a, struct conn_hub *hub, int64_t port, const char *from);
/* Connects and binds; false when nobody listens. The answer comes into bind_status. */
bool app_bind(struct app *a, struct conn_hub *hub, int64_t port, uint32_t command_id, const char *system_id,
	      const char *password, const char *from, uint8_t version);
/* Listens on the port: a call with outbind is answered with a bind on that connection. Once per gateway. */
void app_wait_for_call(struct app *a, struct conn_hub *hub, int64_t port, uint32_t command_id, const char *system_id,
		       const char *password);
void app_disconnect(struct app *a, bool orderly); /* orderly: closes; else a reset */
/* Its side is gone with the gateway: nothing is sent. */
void app_forget_connection(struct app *a);
/* Sends a submit_sm, or what command_id says, for a label; pdu's text is the label's. */
void app_submit(struct app *a, struct label *l, struct pdu *pdu);
void delivery_free(struct delivery *d);
void answer_free(struct answer *x);

#endif
