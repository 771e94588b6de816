/*
 * load_run.c - the run: which message leaves when, what its answers and receipts do to the accounts, and when it is
 * over. Knows no sockets. A paced run measures from the time at which a message was meant to leave, so that a slow
 * peer cannot hide its slowness by holding the generator up.
 */
#include "tools/load.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "smpp/receipt.h"
#include "smpp/status.h"

#define RETRY_PAUSE_US 100000 /* after ESME_RTHROTTLED and the like */
#define TURN_MAX       4096u  /* messages that leave in one turn */
#define WATCH_US       50000  /* how often the end is looked for */
#define PACE_US                                                                                                        \
	200 /* paced: messages of so long a time leave together; a turn for each would cost more CPU                   \
	       than the messages do */

static void put_again(struct load *l, uint64_t i)
{
	load_book_reopen(l->book, i);
	if (l->again_n == l->again_cap) {
		uint64_t cap = l->again_cap ? l->again_cap * 2 : 1024;
		uint64_t *more = mem_zalloc(cap * sizeof(*more));

		for (uint64_t k = 0; k < l->again_n; k++)
			more[k] = l->again[(l->again_head + k) % l->again_cap];
		mem_free(l->again);
		l->again = more;
		l->again_cap = cap;
		l->again_head = 0;
	}
	l->again[(l->again_head + l->again_n++) % l->again_cap] = i;
}

static int64_t intended_us(const struct load *l, uint64_t i)
{
	return l->began_us + (int64_t)((double)i * 1e6 / (double)l->conf.rate);
}

/* The next message and when it was meant to leave; false when none is due. */
static bool next_due(struct load *l, int64_t now, uint64_t *i, int64_t *at_us)
{
	*at_us = now;
	if (now < l->not_before_us)
		return false;
	if (l->again_n > 0) {
		*i = l->again[l->again_head];
		return true;
	}
	*i = l->next;
	if (l->next >= (uint64_t)l->conf.messages)
		return false;
	if (l->conf.rate > 0)
		*at_us = intended_us(l, l->next);
	return *at_us <= now;
}

static void left(struct load *l, uint64_t i, int64_t at_us, int64_t now)
{
	if (l->again_n > 0) {
		l->again_head = (l->again_head + 1) % l->again_cap;
		l->again_n--;
	} else {
		l->next++;
		load_book_latency_add(&l->lag, now - at_us);
	}
	load_book_submitted(l->book, i, at_us);
	l->outstanding++;
}

static void send_due(struct load *l)
{
	int64_t now = engine_clock_us(), at_us;
	struct session *s;
	struct pdu pdu;
	uint64_t i;

	for (unsigned n = 0; next_due(l, now, &i, &at_us); n++) {
		if (n == TURN_MAX) {
			loop_wake_in(l->engine.loop, 0);
			return;
		}
		s = load_binds_room(l);
		if (!s)
			return; /* an answer or a new bind brings the next turn */
		load_text_fill(l->text, i, &pdu);
		if (session_send(s, &pdu, i) != 0)
			return;
		left(l, i, at_us, now);
	}
	if (now < l->not_before_us)
		loop_wake_in(l->engine.loop, l->not_before_us - now);
	else if (l->conf.rate > 0 && l->next < (uint64_t)l->conf.messages)
		loop_wake_in(l->engine.loop, at_us - now > PACE_US ? at_us - now : PACE_US);
}

static void start(struct load *l)
{
	l->started = true;
	l->began_us = l->answered_us = l->receipt_us = l->moved_us = engine_clock_us();
	l->cpu_began_us = engine_cpu_us();
}

static bool all_sent(const struct load *l)
{
	return l->next >= (uint64_t)l->conf.messages && l->again_n == 0;
}

/* Whether nothing more is to come, or has come for too long. */
static bool is_over(const struct load *l)
{
	int64_t idle_us = engine_clock_us() - l->moved_us;
	bool settled = all_sent(l) && l->outstanding == 0;

	if (!load_binds_sender(l) && !settled)
		return l->outstanding == 0;
	if (settled && (!l->conf.receipts || load_book_missing(l->book) == 0))
		return idle_us >= l->conf.linger;
	if (!load_binds_receive(l))
		return settled;
	/* without an answer a session reports each message itself, later */
	return idle_us >= l->conf.timeout && (settled || idle_us >= l->conf.response_timeout);
}

void load_pump(struct load *l)
{
	if (l->ending)
		return;
	if (!l->started) {
		if (!load_binds_all(l)) {
			if (engine_clock_us() - l->moved_us > l->conf.timeout) {
				fprintf(stderr, "smppload: not every bind came up in --timeout; is the peer running, "
						"does it allow so many binds?\n");
				l->exit = LOAD_NO_BIND;
				load_finish(l);
			}
			loop_wake_in(l->engine.loop, WATCH_US);
			return;
		}
		start(l);
	}
	send_due(l);
	if (is_over(l))
		load_finish(l);
	else
		loop_wake_in(l->engine.loop, WATCH_US);
}

void load_finish(struct load *l)
{
	if (l->ending)
		return;
	l->ending = true;
	l->cpu_us = engine_cpu_us() - l->cpu_began_us;
	load_binds_unbind(l);
	if (load_binds_gone(l))
		loop_stop(l->engine.loop);
}

static void journal(struct load *l, struct view id)
{
	if (l->journal_fd < 0)
		return;
	buf_put(&l->journal, id.p, id.n);
	buf_puts(&l->journal, "\n");
}

static bool slow_down(uint32_t status)
{
	return status == ESME_RTHROTTLED || status == ESME_RMSGQFUL;
}

static void refused(struct load *l, uint64_t i, uint32_t status, int64_t now)
{
	load_book_refused(l->book, i, status, now);
	if (l->conf.retry && slow_down(status) && !l->ending) {
		put_again(l, i);
		l->not_before_us = now + RETRY_PAUSE_US;
	}
}

void load_settled(struct load *l, uint64_t i, enum session_outcome outcome, const struct pdu *resp)
{
	int64_t now = engine_clock_us();

	if (outcome != SESSION_LATE)
		l->outstanding--;
	if (outcome == SESSION_TIMEOUT || outcome == SESSION_LOST) {
		load_book_unknown(l->book, i);
		if (l->conf.resend && !l->ending)
			put_again(l, i);
		return;
	}
	l->answered_us = l->moved_us = now;
	if (outcome != SESSION_NACKED && resp->command_status == ESME_ROK) {
		load_book_accepted(l->book, i, resp->resp.id, now);
		journal(l, resp->resp.id);
	} else {
		refused(l, i, resp->command_status, now);
	}
}

/* A receipt for one of several parts that the peer has made. */
static bool is_part(const struct pdu *pdu, uint32_t *part, uint32_t *total)
{
	return tlv_find_int(pdu->tlvs, TLV_SAR_TOTAL_SEGMENTS, total) &&
	       tlv_find_int(pdu->tlvs, TLV_SAR_SEGMENT_SEQNUM, part) && *part >= 1 && *part <= *total && *total > 1;
}

void load_delivered(struct load *l, const struct pdu *pdu)
{
	char scratch[512];
	struct receipt r = {0};
	struct view id;
	enum message_state state;
	uint32_t number, part, total;
	bool by_tlv = tlv_find_str(pdu->tlvs, TLV_RECEIPTED_MESSAGE_ID, &id);
	int64_t now = engine_clock_us();

	if (!receipt_recognise(pdu, false)) {
		l->replies++;
		return;
	}
	receipt_parse_pdu(pdu, scratch, sizeof(scratch), &r);
	if (by_tlv && r.id.n > 0 && !view_eq(id, r.id))
		load_book_disagreeing(l->book);
	if ((pdu->sm.esm_class & ESM_TYPE_MASK) == ESM_INTERMEDIATE ||
	    (receipt_stat_state(r.stat, &state) && !receipt_state_final(state))) {
		load_book_intermediate(l->book);
		return;
	}
	if (r.stat.n == 0 && tlv_find_int(pdu->tlvs, TLV_MESSAGE_STATE, &number))
		r.stat = view_of(receipt_stat_name((enum message_state)number));
	if (is_part(pdu, &part, &total))
		load_book_part(l->book, by_tlv ? id : r.id, r.stat, (uint8_t)part, (uint8_t)total, now);
	else
		load_book_receipt(l->book, by_tlv ? id : r.id, r.stat, now);
	l->receipt_us = l->moved_us = now;
}
