/*
 * send_operate.c - asks what became of a message, cancels it, gives it another text, and tells the answer in words.
 */
#include "tools/send.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "smpp/command.h"
#include "smpp/receipt.h"
#include "smpp/smpp_time.h"

#define CHINA_QUARTERS 32 /* a final_date without a zone */

bool send_operates(const struct send_conf *conf)
{
	return conf->query || conf->cancel || conf->replace;
}

const char *send_operate_check(const struct send_conf *c)
{
	if (!!c->query + !!c->cancel + !!c->replace > 1)
		return "only one of --query, --cancel and --replace at a time";
	if (c->replace && !c->text)
		return "--replace needs --text, the new text";
	if ((c->query || c->cancel) && c->text)
		return "--text is for a new message or for --replace";
	if (c->cancel && c->to.n > 1)
		return "--cancel takes one --to";
	if (c->cancel && strcmp(c->cancel, SEND_ALL) == 0 && c->to.n == 0 && !c->group)
		return "--cancel all needs --to or --group";
	return NULL;
}

static int send_query(struct sender *x)
{
	struct pdu pdu = {.command_id = QUERY_SM};

	pdu.query.id = view_of(x->conf.query);
	pdu.query.src = esme_address(view_of(x->conf.from));
	printf("%s  query_sm     id=%s from=%s\n", send_now_text(), x->conf.query, x->conf.from);
	return session_send(x->session, &pdu, 0);
}

static int send_cancel(struct sender *x)
{
	struct pdu pdu = {.command_id = CANCEL_SM};
	bool all = strcmp(x->conf.cancel, SEND_ALL) == 0;

	pdu.cancel.id = all ? view_of("") : view_of(x->conf.cancel);
	pdu.cancel.service_type = view_of(x->conf.service_type);
	pdu.cancel.src = esme_address(view_of(x->conf.from));
	if (x->conf.to.n)
		pdu.cancel.dst = esme_address(view_of(x->conf.to.item[0]));
	pdu.tlvs = (struct view){x->tlvs, x->tlvs_n};
	printf("%s  cancel_sm    id=%s from=%s", send_now_text(), x->conf.cancel, x->conf.from);
	if (x->conf.to.n)
		printf(" to=%s", x->conf.to.item[0]);
	if (x->conf.group)
		printf(" group=%s", x->conf.group);
	printf("\n");
	return session_send(x->session, &pdu, 0);
}

static int send_replace(struct sender *x)
{
	struct pdu pdu = {.command_id = REPLACE_SM};
	struct pdu text = {.command_id = SUBMIT_SM};
	struct tlv_out none = {0};

	if (x->compose.parts > 1)
		return -EMSGSIZE;
	compose_part(&x->compose, 0, &text, &none);
	pdu.replace.id = view_of(x->conf.replace);
	pdu.replace.src = esme_address(view_of(x->conf.from));
	pdu.replace.schedule = view_of(x->schedule);
	pdu.replace.validity = view_of(x->validity);
	pdu.replace.registered_delivery = x->conf.receipt;
	pdu.replace.short_message = text.sm.short_message;
	printf("%s  replace_sm   id=%s from=%s encoding=%s\n", send_now_text(), x->conf.replace, x->conf.from,
	       compose_charset(&x->compose));
	return session_send(x->session, &pdu, 0);
}

void send_operate(struct sender *x)
{
	int err;

	x->sent_us = engine_clock_us();
	if (x->conf.query)
		err = send_query(x);
	else
		err = x->conf.cancel ? send_cancel(x) : send_replace(x);
	if (err == 0)
		x->sent++;
	else
		send_tell_unsent(x, "the request", err);
}

/* --- answers --- */

static const char *state_words(uint8_t state)
{
	static const char *const words[] = {
		[STATE_SCHEDULED] = "it waits for its time",
		[STATE_ENROUTE] = "it waits, or is on its way",
		[STATE_DELIVERED] = "the phone has it",
		[STATE_EXPIRED] = "its time was over before it could be delivered",
		[STATE_DELETED] = "it was cancelled",
		[STATE_UNDELIVERABLE] = "it cannot be delivered",
		[STATE_ACCEPTED] = "the carrier has taken it, more is not known",
		[STATE_UNKNOWN] = "the carrier does not know what became of it",
		[STATE_REJECTED] = "the carrier refused it",
		[STATE_SKIPPED] = "the carrier left it out",
	};

	return state < sizeof(words) / sizeof(words[0]) ? words[state] : "a state that SMPP does not have";
}

static void show_date(struct view date)
{
	char text[32];
	struct tm tm;
	int64_t ms;
	time_t s;

	if (date.n == 0 || smpp_time_parse_final(date, CHINA_QUARTERS, &ms) != 0)
		return;
	s = (time_t)(ms / 1000);
	localtime_r(&s, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	printf(" since=\"%s\"", text);
}

static void show_state(const struct pdu *resp)
{
	const struct pdu_query_resp *q = &resp->query_resp;

	printf("%s  state        id=%.*s state=%s", send_now_text(), (int)q->id.n, (const char *)q->id.p,
	       receipt_stat_name((enum message_state)q->message_state));
	show_date(q->final_date);
	if (q->error_code)
		printf(" error=%u", q->error_code);
	send_receive_show_tlv(resp->tlvs, TLV_CARRIER_STATUS);
	send_receive_show_tlv(resp->tlvs, TLV_VIA);
	printf(": %s\n", state_words(q->message_state));
}

void send_operate_answered(struct sender *x, const struct pdu *resp)
{
	if (resp->command_status != ESME_ROK || resp->command_id == GENERIC_NACK)
		send_tell_refused(x, "the request", resp);
	else if (x->conf.query)
		show_state(resp);
	else if (x->conf.cancel)
		printf("%s  cancelled    id=%s: receipts that were asked for say DELETED\n", send_now_text(),
		       x->conf.cancel);
	else
		printf("%s  replaced     id=%s\n", send_now_text(), x->conf.replace);
}
