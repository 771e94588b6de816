/*
 * smppsend.c - submits one message and tells what becomes of it: the newcomer's first tool. Knows no other traffic.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "smpp/command.h"
#include "smpp/receipt.h"
#include "smpp/status.h"
#include "tools/compose.h"
#include "tools/engine.h"
#include "tools/esme.h"
#include "tools/readable.h"
#include "tools/send_tlv.h"

enum { SENT_WELL = 0, FAILED = 1, USAGE = 2, NO_BIND = 3, NO_RECEIPT = 4 };
enum { AS_TRANSCEIVER, AS_TRANSMITTER, AS_RECEIVER };

struct send_conf {
	struct esme_conf esme;
	const char *from, *to, *text, *message_class, *service_type;
	struct opts_list tlvs;
	int bind;
	bool receipt, payload;
	int64_t wait_receipt, listen, response_timeout; /* us; 0: not asked for */
};

struct part {
	char id[65]; /* "" until the answer */
	bool done;   /* its final receipt came */
};

struct early { /* a final receipt that came before its response */
	char id[65];
	bool good;
};

struct sender {
	struct send_conf conf;
	struct engine engine;
	struct session_conf session_conf;
	struct session_stats stats;
	struct session *session; /* NULL: ended */
	struct compose compose;
	uint8_t tlvs[COMPOSE_MAX + 4096];
	uint32_t tlvs_n; /* those of the options */
	struct part parts[SPLIT_MAX];
	struct early early[SPLIT_MAX];
	uint32_t early_n;
	uint32_t sent, settled, delivered;
	uint32_t foreign; /* receipts with ids that no response gave */
	int64_t sent_us;
	struct timer deadline;
	int exit;
	bool ending;
};

static const struct opts_about about = {
	.program = "smppsend",
	.operands = "",
	.purpose = "Submits one message over SMPP, shows the response, and waits for the receipt when asked to.\n"
		   "Without --text it only listens.",
	.exits = "0  accepted; with --wait-receipt: delivered\n1  refused, or the receipt tells of failure\n"
		 "2  wrong usage\n3  could not bind\n4  no receipt in time",
};

#define AT(field) offsetof(struct send_conf, field)
static const struct opts_row rows[] = {
	ESME_OPTION_ROWS(AT(esme)),
	{"bind", OPTS_CHOICE, AT(bind), "transceiver", .choices = "transceiver|transmitter|receiver",
	 .help = "how to bind"},
	{"from", OPTS_TEXT, AT(from), "1069012345", .arg = "ADDRESS", .help = "source address"},
	{"to", OPTS_TEXT, AT(to), .arg = "NUMBER", .help = "destination, such as 8613800138000"},
	{"text", OPTS_TEXT, AT(text), .help = "UTF-8; sent as GSM 03.38 where that has every character, else as UCS-2"},
	{"payload", OPTS_FLAG, AT(payload), .help = "a long text goes as one message_payload, not in parts"},
	{"class", OPTS_TEXT, AT(message_class),
	 .help = "TLV message_class: otp, alert, notice, remind, collect, promo"},
	{"service-type", OPTS_TEXT, AT(service_type), "", .help = "service_type"},
	{"tlv", OPTS_LIST, AT(tlvs), .arg = "NAME=VALUE",
	 .help = "a TLV by name or 0xTAG; VALUE: text, number, or 0x and hexadecimal octets; may be repeated"},
	{"receipt", OPTS_FLAG, AT(receipt), .help = "asks for a receipt without waiting for it"},
	{"wait-receipt", OPTS_TIME, AT(wait_receipt), .help = "asks for a receipt and waits so long for it"},
	{"listen", OPTS_TIME, AT(listen), .help = "shows for so long what comes in, replies too"},
	{"response-timeout", OPTS_TIME, AT(response_timeout), "30s", .help = "for the answer to the submit_sm"},
};
#undef AT

static const char *now_text(void)
{
	static char text[32];
	struct timespec ts;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &ts);
	localtime_r(&ts.tv_sec, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	snprintf(text + 8, sizeof(text) - 8, ".%03d", (int)(ts.tv_nsec / 1000000));
	return text;
}

static void leave(struct sender *x)
{
	if (x->ending)
		return;
	x->ending = true;
	loop_timer_clear(x->engine.loop, &x->deadline);
	if (x->session)
		session_end(x->session, END_SHUTDOWN);
	else
		loop_stop(x->engine.loop);
}

static void on_deadline(struct timer *t)
{
	struct sender *x = LIST_OF(t, struct sender, deadline);

	if (x->conf.wait_receipt && x->exit == SENT_WELL && x->delivered < x->sent) {
		fprintf(stderr,
			"smppsend: no receipt within --wait-receipt: %u of %u came, and %u for other ids; the "
			"message may still be delivered later\n",
			x->delivered, x->sent, x->foreign);
		x->exit = NO_RECEIPT;
	}
	leave(x);
}

static void on_signal(void *arg)
{
	leave(arg);
}

/* Nothing more to wait for? listen keeps on until its time is over. */
static void look_for_end(struct sender *x)
{
	if (x->settled < x->sent || x->conf.listen > 0)
		return;
	if (x->exit != SENT_WELL || !x->conf.wait_receipt || x->delivered == x->sent)
		leave(x);
}

static bool send_part(struct sender *x, uint32_t i)
{
	struct pdu pdu = {.command_id = SUBMIT_SM};
	struct tlv_out o = {.p = x->tlvs, .n = x->tlvs_n, .cap = sizeof(x->tlvs)};
	int err;

	pdu.sm.service_type = view_of(x->conf.service_type);
	pdu.sm.src = esme_address(view_of(x->conf.from));
	pdu.sm.dst = esme_address(view_of(x->conf.to));
	pdu.sm.registered_delivery = x->conf.receipt || x->conf.wait_receipt;
	compose_part(&x->compose, i, &pdu, &o);
	pdu.tlvs = (struct view){o.p, o.n};
	err = o.full ? -EMSGSIZE : session_send(x->session, &pdu, i);
	if (err == 0)
		return true;
	fprintf(stderr, "smppsend: cannot send part %u: %s\n", i + 1,
		err == -EMSGSIZE ? "a field is too long; addresses have at most 20 characters, service_type 5"
				 : strerror(-err));
	x->exit = FAILED;
	leave(x);
	return false;
}

static void send_message(struct sender *x)
{
	printf("%s  submit_sm    from=%s to=%s encoding=%s parts=%u%s\n", now_text(), x->conf.from, x->conf.to,
	       compose_charset(&x->compose), x->compose.parts, x->compose.mode == SPLIT_PAYLOAD ? " payload" : "");
	x->sent_us = engine_clock_us();
	for (uint32_t i = 0; i < x->compose.parts; i++) {
		if (!send_part(x, i))
			return;
		x->sent++;
	}
	if (x->conf.wait_receipt)
		loop_timer(x->engine.loop, &x->deadline, x->conf.wait_receipt / 1000);
}

static void on_open(struct session *s, void *arg)
{
	static const uint32_t commands[] = {BIND_TRANSCEIVER, BIND_TRANSMITTER, BIND_RECEIVER};
	struct sender *x = arg;

	esme_bind(s, &x->conf.esme, commands[x->conf.bind]);
}

static void on_bound(struct session *s, void *arg)
{
	struct sender *x = arg;

	printf("%s  bound        to=%s:%lld as=%s bind=%s\n", now_text(), x->conf.esme.host,
	       (long long)x->conf.esme.port, x->conf.esme.system_id, session_state_name(session_state(s)));
	if (x->conf.text)
		send_message(x);
	if (x->conf.listen > x->conf.wait_receipt)
		loop_timer(x->engine.loop, &x->deadline, x->conf.listen / 1000);
}

static void on_refused(struct session *s, uint32_t status, void *arg)
{
	struct sender *x = arg;

	esme_tell_refused("smppsend", &x->conf.esme, status);
	x->exit = NO_BIND;
	session_end(s, END_BIND_REFUSED);
}

static void show_tlv_text(struct view tlvs, uint16_t tag)
{
	struct view s;

	if (tlv_find_str(tlvs, tag, &s))
		printf(" %s=%.*s", tlv_row(tag)->name, (int)s.n, (const char *)s.p);
}

/* The final receipt of the part with that id; false when no part has it (yet). */
static bool settle_receipt(struct sender *x, struct view id, bool good)
{
	for (uint32_t i = 0; i < x->sent; i++) {
		struct part *part = &x->parts[i];

		if (part->done || !*part->id || !view_eq(view_of(part->id), id))
			continue;
		part->done = true;
		x->delivered++;
		if (!good)
			x->exit = FAILED;
		return true;
	}
	return false;
}

static void park_receipt(struct sender *x, struct view id, bool good)
{
	struct early *e = &x->early[x->early_n];

	if (x->early_n == SPLIT_MAX || x->settled == x->sent) {
		x->foreign++;
		return;
	}
	snprintf(e->id, sizeof(e->id), "%.*s", (int)id.n, (const char *)id.p);
	e->good = good;
	x->early_n++;
}

static void unpark_receipts(struct sender *x)
{
	for (uint32_t i = 0; i < x->early_n;) {
		if (settle_receipt(x, view_of(x->early[i].id), x->early[i].good))
			x->early[i] = x->early[--x->early_n];
		else
			i++;
	}
}

static void accepted(struct sender *x, uint32_t i, struct view id)
{
	struct part *part = &x->parts[i];

	snprintf(part->id, sizeof(part->id), "%.*s", (int)id.n, (const char *)id.p);
	printf("%s  accepted     id=%s after=%.1fms\n", now_text(), part->id,
	       (double)(engine_clock_us() - x->sent_us) / 1e3);
	unpark_receipts(x);
}

static void refused(struct sender *x, uint32_t status, struct view tlvs)
{
	char text[256];

	esme_status_text(status, text);
	printf("%s  refused      status=%s", now_text(), text);
	show_tlv_text(tlvs, TLV_VERDICT);
	printf("\n");
	fprintf(stderr, "smppsend: the message was refused: %s\n", text);
	x->exit = FAILED;
}

static void on_settled(struct session *s, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
		       int64_t sent_us, void *arg)
{
	struct sender *x = arg;

	(void)s;
	(void)sent_us;
	if (outcome == SESSION_LATE)
		return;
	x->settled++;
	if (outcome == SESSION_ANSWERED && resp->command_status == ESME_ROK) {
		accepted(x, (uint32_t)cookie, resp->resp.id);
	} else if (outcome == SESSION_ANSWERED || outcome == SESSION_NACKED) {
		refused(x, resp->command_status, resp->tlvs);
	} else {
		fprintf(stderr,
			"smppsend: no answer to the submit_sm (%s): the message may have been accepted or not; "
			"ask the peer before you send it again\n",
			outcome == SESSION_LOST ? "the connection ended" : "--response-timeout is over");
		x->exit = FAILED;
	}
	look_for_end(x);
}

static void show_receipt(struct sender *x, const struct pdu *pdu)
{
	char scratch[512];
	struct receipt r = {0};
	struct view id;
	uint32_t number;
	enum message_state state = STATE_UNKNOWN;
	bool known, good;

	receipt_parse_pdu(pdu, scratch, sizeof(scratch), &r);
	if (!tlv_find_str(pdu->tlvs, TLV_RECEIPTED_MESSAGE_ID, &id))
		id = r.id;
	known = receipt_stat_state(r.stat, &state);
	if (r.stat.n == 0 && tlv_find_int(pdu->tlvs, TLV_MESSAGE_STATE, &number)) {
		state = (enum message_state)number;
		r.stat = view_of(receipt_stat_name(state));
		known = true;
	}
	printf("%s  receipt      id=%.*s stat=%.*s err=%.*s", now_text(), (int)id.n, (const char *)id.p, (int)r.stat.n,
	       (const char *)r.stat.p, (int)r.err.n, (const char *)r.err.p);
	if (x->sent_us)
		printf(" after=%.3fs", (double)(engine_clock_us() - x->sent_us) / 1e6);
	printf(" submitted=%.*s done=%.*s", (int)r.submit_date.n, (const char *)r.submit_date.p, (int)r.done_date.n,
	       (const char *)r.done_date.p);
	show_tlv_text(pdu->tlvs, TLV_VERDICT);
	show_tlv_text(pdu->tlvs, TLV_CARRIER_STATUS);
	show_tlv_text(pdu->tlvs, TLV_VIA);
	printf("\n");
	good = known && state == STATE_DELIVERED;
	if ((!known || receipt_state_final(state)) && !settle_receipt(x, id, good))
		park_receipt(x, id, good);
}

static void show_reply(const struct pdu *pdu)
{
	static char text[262144];
	long n = readable_text(pdu, CHARSET_GSM7, text, sizeof(text));
	struct view octets;
	struct buf out = {0};

	printf("%s  message      from=%.*s to=%.*s", now_text(), (int)pdu->sm.src.addr.n,
	       (const char *)pdu->sm.src.addr.p, (int)pdu->sm.dst.addr.n, (const char *)pdu->sm.dst.addr.p);
	show_tlv_text(pdu->tlvs, TLV_ORIGINAL_MESSAGE_ID);
	if (n >= 0) {
		buf_puts(&out, " text=");
		readable_json(&out, text, (size_t)n);
	} else if (pdu_text(pdu, &octets)) {
		buf_puts(&out, " hex=");
		readable_hex(&out, octets.p, octets.n);
	}
	printf("%.*s\n", (int)buf_len(&out), (const char *)buf_data(&out));
	buf_free(&out);
}

static void on_request(struct session *s, const struct pdu *pdu, void *arg)
{
	static const struct view nothing;
	struct sender *x = arg;

	if (pdu->command_id == ALERT_NOTIFICATION)
		return;
	if (receipt_recognise(pdu, false))
		show_receipt(x, pdu);
	else
		show_reply(pdu);
	session_answer(s, pdu->command_id, pdu->sequence, ESME_ROK, nothing, nothing);
	if (x->sent > 0)
		look_for_end(x);
}

static void on_room(struct session *s, void *arg)
{
	(void)s; /* the window holds every part */
	(void)arg;
}

static void on_ended(struct session *s, enum end_reason reason, void *arg)
{
	struct sender *x = arg;
	bool was_bound = session_since_us(s) > 0;

	x->session = NULL;
	if (!x->ending && reason != END_BIND_REFUSED) {
		esme_tell_ended("smppsend", &x->conf.esme, reason, session_error(s));
		if (x->exit == SENT_WELL)
			x->exit = was_bound ? FAILED : NO_BIND;
	}
	x->ending = true;
	loop_stop(x->engine.loop);
}

static const struct session_ops ops = {
	.on_open = on_open,
	.on_bound = on_bound,
	.on_refused = on_refused,
	.on_request = on_request,
	.on_settled = on_settled,
	.on_room = on_room,
	.on_ended = on_ended,
};

static int set_up(struct sender *x)
{
	struct send_conf *c = &x->conf;
	struct tlv_out o = {.p = x->tlvs, .cap = 4096};
	const char *why = NULL;

	if (c->text && !c->to)
		return opts_wrong(&about, "--text needs --to");
	if (!c->text && !c->listen)
		return opts_wrong(&about, "neither --text nor --listen was given");
	if (c->text && c->bind == AS_RECEIVER)
		return opts_wrong(&about, "a receiver cannot submit; leave out --bind or --text");
	if ((c->wait_receipt || c->listen) && c->bind == AS_TRANSMITTER)
		return opts_wrong(&about, "a transmitter receives nothing; leave out --bind transmitter");
	if (c->message_class)
		tlv_put_str(&o, TLV_MESSAGE_CLASS, view_of(c->message_class));
	for (unsigned i = 0; i < c->tlvs.n; i++) {
		why = send_tlv_put(c->tlvs.item[i], &o);
		if (why)
			return opts_wrong(&about, "--tlv %s: %s", c->tlvs.item[i], why);
	}
	x->tlvs_n = o.n;
	if (c->text)
		why = compose_text(&x->compose, c->text, strlen(c->text), c->payload,
				   (uint8_t)(engine_clock_us() >> 10));
	return why ? opts_wrong(&about, "--text: %s", why) : 0;
}

static void run(struct sender *x)
{
	x->session_conf = (struct session_conf){
		.enquire_link_ms = 30000,
		.response_ms = x->conf.response_timeout / 1000,
		.bind_ms = 10000,
		.partial_ms = 30000,
		.max_pdu = PDU_MAX_DEFAULT,
		.window_out = SPLIT_MAX,
		.window_in = UINT32_MAX,
	};
	x->deadline.fn = on_deadline;
	log_open(2, LOG_LEVEL_WARN, false);
	engine_open(&x->engine, 2, on_signal, x);
	x->session = session_connect(x->engine.sessions, x->conf.esme.host, x->conf.esme.port, &x->session_conf, &ops,
				     x, &x->stats);
	if (loop_run(x->engine.loop) != 0)
		x->exit = FAILED;
	log_flush();
	engine_close(&x->engine);
}

int main(int argc, char **argv)
{
	static struct sender x;
	int at = opts_parse(&about, rows, sizeof(rows) / sizeof(rows[0]), &x.conf, argc, argv);

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (at < 0)
		return at == OPTS_DONE ? 0 : USAGE;
	if (set_up(&x) != 0)
		return USAGE;
	run(&x);
	return x.exit;
}
