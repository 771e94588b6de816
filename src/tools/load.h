/*
 * load.h - what the files of smppload share: settings and the run. One run per process.
 *   load_run.c     when which message leaves; what comes back; the end
 *   load_bind.c    the binds, and binding again
 *   load_text.c    the message that leaves
 *   load_report.c  what is told at the end
 */
#ifndef TOOLS_LOAD_H
#define TOOLS_LOAD_H

#include "base/buf.h"
#include "tools/engine.h"
#include "tools/esme.h"
#include "tools/load_book.h"

struct load_conf {
	struct esme_conf esme;
	int64_t binds, window, messages, rate, dest_digits, first, esm_class;
	int bind; /* enum load_bind_type */
	bool receipts, intermediate, reconnect, resend, retry, json, progress;
	const char *source, *dest_prefix, *text, *message_class, *campaign, *variant, *journal;
	int64_t timeout, linger, response_timeout, enquire_link; /* us */
};
enum load_bind_type { LOAD_TRANSCEIVER, LOAD_TX_RX };

enum load_exit { LOAD_ALL_MATCHED = 0, LOAD_DIFFERENCES = 1, LOAD_USAGE = 2, LOAD_NO_BIND = 3 };

struct load_binds;
struct load_text;

struct load {
	struct load_conf conf;
	struct engine engine;
	struct load_book *book;
	struct load_binds *binds;
	struct tls_context *tls; /* NULL: plain */
	struct load_text *text;
	struct buf journal;
	int journal_fd; /* -1: none */

	uint64_t next;	 /* the next message to leave for the first time */
	uint64_t *again; /* messages to leave once more, a FIFO */
	uint64_t again_head, again_n, again_cap;
	uint64_t outstanding; /* submit_sm without an answer */
	uint64_t replies;     /* deliver_sm that are no receipts */
	uint64_t reconnects;
	struct load_book_latency lag; /* paced: how late messages left */
	int64_t began_us;
	int64_t answered_us, receipt_us; /* the last response, receipt */
	int64_t moved_us;		 /* the last of both, or the start */
	int64_t not_before_us;		 /* a refusal to be retried: nothing leaves before */
	int64_t cpu_began_us, cpu_us;
	bool started, ending;
	enum load_exit exit;
};

/* load_run.c */
void load_pump(struct load *l);	  /* each turn */
void load_finish(struct load *l); /* unbinds, then the loop stops */
void load_settled(struct load *l, uint64_t i, enum session_outcome outcome, const struct pdu *resp);
void load_delivered(struct load *l, const struct pdu *pdu);

/* load_bind.c */
struct load_binds *load_binds_new(struct load *l);
void load_binds_free(struct load_binds *bs);
void load_binds_start(struct load *l);
bool load_binds_all(const struct load *l);	 /* every bind has been bound once */
bool load_binds_gone(const struct load *l);	 /* no session is left and none will come */
bool load_binds_receive(const struct load *l);	 /* a receiving bind is there, or will be again */
bool load_binds_sender(const struct load *l);	 /* a sending bind is there, or will be again */
struct session *load_binds_room(struct load *l); /* a bind that takes a submit_sm, each in turn; NULL */
void load_binds_unbind(struct load *l);

/* load_text.c */
struct load_text *load_text_new(const struct load_conf *conf, const char **why); /* NULL: why, static text */
void load_text_free(struct load_text *t);
/* Message i as submit_sm; views borrow t until the next call. */
void load_text_fill(struct load_text *t, uint64_t i, struct pdu *pdu);

/* load_report.c */
void load_report(const struct load *l);
void load_report_progress(const struct load *l);
/* What the run showed: LOAD_ALL_MATCHED or LOAD_DIFFERENCES. */
enum load_exit load_report_verdict(const struct load *l);

#endif
