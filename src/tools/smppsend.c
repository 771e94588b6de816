/*
 * smppsend.c - submits one message and tells what becomes of it, or asks about one: the newcomer's first tool. Options,
 * the bind and the end stand here. Knows no other traffic.
 */
#include "tools/send.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "smpp/command.h"
#include "smpp/status.h"
#include "tools/send_tlv.h"

enum { AS_TRANSCEIVER, AS_TRANSMITTER, AS_RECEIVER };
#define LINGER_MS 50 /* what comes with the last answer is shown and answered: else the peer would send it again */

static const struct opts_about about = {
	.program = "smppsend",
	.operands = "",
	.purpose = "Submits one message over SMPP, shows the response, and waits for the receipt when asked to.\n"
		   "With --query, --cancel or --replace it asks about one. With --listen alone it only listens.",
	.exits = "0  accepted, or done; with --wait-receipt: delivered\n1  refused, or the receipt tells of failure\n"
		 "2  wrong usage\n3  could not bind\n4  no receipt in time",
};

#define AT(field) offsetof(struct send_conf, field)
static const struct opts_row rows[] = {
	ESME_OPTION_ROWS(AT(esme)),
	{"bind", OPTS_CHOICE, AT(bind), "transceiver", .choices = "transceiver|transmitter|receiver",
	 .help = "how to bind"},
	{"from", OPTS_TEXT, AT(from), "10690001", .arg = "ADDRESS", .help = "source address"},
	{"to", OPTS_LIST, AT(to), .arg = "NUMBER",
	 .help = "destination, such as 8613800138000; several of them make a submit_multi"},
	{"text", OPTS_TEXT, AT(text), .help = "UTF-8; sent as GSM 03.38 where that has every character, else as UCS-2"},
	{"payload", OPTS_FLAG, AT(payload), .help = "a long text goes as one message_payload, not in parts"},
	{"data-sm", OPTS_FLAG, AT(data_sm), .help = "a data_sm instead of a submit_sm"},
	{"class", OPTS_TEXT, AT(message_class),
	 .help = "TLV message_class: otp, alert, notice, remind, collect, promo"},
	{"group", OPTS_TEXT, AT(group), .arg = "KEY", .help = "TLV group_key: of a message, or of those to cancel"},
	{"service-type", OPTS_TEXT, AT(service_type), "", .help = "service_type"},
	{"schedule", OPTS_TEXT, AT(schedule), .arg = "WHEN",
	 .help = "not before: 10m, 2h or 1d from now, '2026-11-22 09:00', or SMPP's 16 characters"},
	{"validity", OPTS_TEXT, AT(validity), .arg = "WHEN", .help = "not after; written like --schedule"},
	{"replace-if-present", OPTS_FLAG, AT(replace_if_present),
	 .help = "takes the place of a waiting message with the same addresses and service_type"},
	{"tlv", OPTS_LIST, AT(tlvs), .arg = "NAME=VALUE",
	 .help = "a TLV by name or 0xTAG; VALUE: text, number, or 0x and hexadecimal octets; may be repeated"},
	{"query", OPTS_TEXT, AT(query), .arg = "ID", .help = "asks what became of a message; --from must be its own"},
	{"cancel", OPTS_TEXT, AT(cancel), .arg = "ID",
	 .help = "cancels it; all: every waiting one from --from to --to with --service-type, or of --group"},
	{"replace", OPTS_TEXT, AT(replace), .arg = "ID", .help = "gives a waiting message the new --text"},
	{"receipt", OPTS_FLAG, AT(receipt), .help = "asks for a receipt without waiting for it"},
	{"intermediate", OPTS_FLAG, AT(intermediate), .help = "asks to be told that the message is on its way"},
	{"wait-receipt", OPTS_TIME, AT(wait_receipt), .help = "asks for a receipt and waits so long for it"},
	{"listen", OPTS_TIME, AT(listen), .help = "shows for so long what comes in, replies too"},
	{"response-timeout", OPTS_TIME, AT(response_timeout), "30s", .help = "for the answer to a request"},
};
#undef AT

const char *send_now_text(void)
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

void send_leave(struct sender *x)
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

static void count_receipts(const struct sender *x, uint32_t *got, uint32_t *expected)
{
	*got = *expected = 0;
	for (uint32_t i = 0; i < x->sent; i++) {
		*got += x->parts[i].got;
		*expected += x->parts[i].expected;
	}
}

static void on_deadline(struct timer *t)
{
	struct sender *x = LIST_OF(t, struct sender, deadline);
	uint32_t got, expected;

	if (x->conf.wait_receipt && !send_message_complete(x)) {
		count_receipts(x, &got, &expected);
		fprintf(stderr,
			"smppsend: no receipt within --wait-receipt: %u of %u came, and %u for other ids; the "
			"message may still be delivered later\n",
			got, expected, x->foreign);
		if (x->exit == SEND_WELL)
			x->exit = SEND_NO_RECEIPT;
	}
	send_leave(x);
}

static void on_signal(void *arg)
{
	send_leave(arg);
}

/* listen keeps on until its time is over. */
void send_look_for_end(struct sender *x)
{
	if (x->settled < x->sent || x->conf.listen > 0)
		return;
	if (x->done || (x->conf.wait_receipt && !send_message_complete(x)))
		return;
	x->done = true;
	loop_timer(x->engine.loop, &x->deadline, LINGER_MS);
}

void send_tell_unsent(struct sender *x, const char *what, int err)
{
	fprintf(stderr, "smppsend: cannot send %s: %s\n", what,
		err == -EMSGSIZE ? "a field is too long: an address has at most 20 characters, service_type 5, an id "
				   "64, a text for --replace one part"
				 : strerror(-err));
	x->exit = SEND_FAILED;
	send_leave(x);
}

void send_tell_refused(struct sender *x, const char *what, const struct pdu *resp)
{
	char text[256];

	esme_status_text(resp->command_status, text);
	printf("%s  refused      status=%s", send_now_text(), text);
	send_receive_show_tlv(resp->tlvs, TLV_VERDICT);
	send_receive_show_tlv(resp->tlvs, TLV_ADDITIONAL_STATUS_INFO_TEXT);
	printf("\n");
	fprintf(stderr, "smppsend: %s was refused: %s\n", what, text);
	x->exit = SEND_FAILED;
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

	printf("%s  bound        to=%s:%lld as=%s bind=%s\n", send_now_text(), x->conf.esme.host,
	       (long long)x->conf.esme.port, x->conf.esme.system_id, session_state_name(session_state(s)));
	if (send_operates(&x->conf))
		send_operate(x);
	else if (x->conf.text)
		send_message(x);
	if (x->conf.listen > x->conf.wait_receipt)
		loop_timer(x->engine.loop, &x->deadline, x->conf.listen / 1000);
}

static void on_refused(struct session *s, uint32_t status, void *arg)
{
	struct sender *x = arg;

	esme_tell_refused("smppsend", &x->conf.esme, status);
	x->exit = SEND_NO_BIND;
	session_end(s, END_BIND_REFUSED);
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
	if (outcome == SESSION_TIMEOUT || outcome == SESSION_LOST) {
		fprintf(stderr,
			"smppsend: no answer (%s): the peer may have taken it or not; ask it before you send it "
			"again\n",
			outcome == SESSION_LOST ? "the connection ended" : "--response-timeout is over");
		x->exit = SEND_FAILED;
	} else if (send_operates(&x->conf)) {
		send_operate_answered(x, resp);
	} else {
		send_message_answered(x, (uint32_t)cookie, resp);
	}
	send_look_for_end(x);
}

static void on_request(struct session *s, const struct pdu *pdu, void *arg)
{
	static const struct view nothing;
	struct sender *x = arg;

	send_receive(x, pdu);
	if (command_has_resp(pdu->command_id))
		session_answer(s, pdu->command_id, pdu->sequence, ESME_ROK, nothing, nothing);
	if (x->sent > 0)
		send_look_for_end(x);
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
		if (x->exit == SEND_WELL)
			x->exit = was_bound ? SEND_FAILED : SEND_NO_BIND;
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

/* What does not go together; NULL when all is well. */
static const char *check(const struct send_conf *c)
{
	const char *why = send_operate_check(c);
	bool sends = c->text || send_operates(c);

	if (why)
		return why;
	if (c->text && !c->replace && c->to.n == 0)
		return "--text needs --to";
	if (!sends && !c->listen)
		return "neither --text nor --listen was given, nor --query, --cancel or --replace";
	if (sends && c->bind == AS_RECEIVER)
		return "a receiver cannot submit or ask; leave out --bind, or listen only";
	if ((c->wait_receipt || c->listen) && c->bind == AS_TRANSMITTER)
		return "a transmitter receives nothing; leave out --bind transmitter";
	if (send_operates(c) && c->wait_receipt)
		return "--wait-receipt is for a new message; --listen shows what comes after a --cancel";
	if (c->data_sm && (c->to.n > 1 || c->schedule || c->validity || c->replace_if_present))
		return "data_sm has one destination, no schedule, no validity and no replace-if-present";
	return NULL;
}

static const char *set_up_times(struct sender *x)
{
	const char *why = x->conf.schedule ? send_time_read(x->conf.schedule, x->schedule) : NULL;

	if (!why && x->conf.validity)
		why = send_time_read(x->conf.validity, x->validity);
	return why;
}

static int set_up(struct sender *x)
{
	struct send_conf *c = &x->conf;
	struct tlv_out o = {.p = x->tlvs, .cap = 4096};
	const char *why = check(c);

	if (!why)
		why = set_up_times(x);
	if (why)
		return opts_wrong(&about, "%s", why);
	if (c->message_class)
		tlv_put_str(&o, TLV_MESSAGE_CLASS, view_of(c->message_class));
	if (c->group)
		tlv_put_str(&o, TLV_GROUP_KEY, view_of(c->group));
	for (unsigned i = 0; i < c->tlvs.n; i++) {
		why = send_tlv_put(c->tlvs.item[i], &o);
		if (why)
			return opts_wrong(&about, "--tlv %s: %s", c->tlvs.item[i], why);
	}
	x->tlvs_n = o.n;
	if (c->text)
		why = compose_text(&x->compose, c->text, strlen(c->text), c->payload || c->data_sm,
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
	session_secure(x->session, x->tls);
	if (loop_run(x->engine.loop) != 0)
		x->exit = SEND_FAILED;
	log_flush();
	engine_close(&x->engine);
	tls_release(x->tls);
}

int main(int argc, char **argv)
{
	static struct sender x;
	int at = opts_parse(&about, rows, sizeof(rows) / sizeof(rows[0]), &x.conf, argc, argv);

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (at < 0)
		return at == OPTS_DONE ? 0 : SEND_USAGE;
	if (set_up(&x) != 0 || !esme_tls(about.program, &x.conf.esme, &x.tls))
		return SEND_USAGE;
	run(&x);
	return (int)x.exit;
}
