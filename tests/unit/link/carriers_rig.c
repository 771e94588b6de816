/*
 * carriers_rig.c - a carrier over an in-memory network: the messages above it, and a simulated SMSC.
 */
#include "carriers_rig.h"

#include <stdlib.h>

/* Above the carriers. */

static bool on_pull(struct carrier *c, bool with_tlvs, uint32_t room, uint32_t *needs, struct pdu *pdu,
		    uint64_t *cookie, void *arg)
{
	struct carriers_rig *t = arg;
	uint32_t number;

	t->pulls++;
	if (t->together > 0 && (t->nback > 0 || t->next < t->ready)) {
		if (room < t->together) {
			*needs = t->together;
			return false;
		}
		t->together = 0;
	}

	(void)c;
	t->with_tlvs = with_tlvs;
	if (t->nback > 0)
		number = t->back[--t->nback];
	else if (t->next < t->ready)
		number = t->next++;
	else
		return false;
	snprintf(t->text, sizeof(t->text), "%u", number);
	snprintf(t->to, sizeof(t->to), "138%08u", t->one_number ? 0 : number);
	pdu->sm.src.addr = view_of("10690001");
	pdu->sm.dst.addr = view_of(t->too_long ? "1234567890123456789012345" : t->to);
	if (t->as_data_sm) {
		struct tlv_out o = {.p = t->payload, .cap = sizeof(t->payload)};
		pdu->command_id = DATA_SM;
		tlv_put_str(&o, TLV_MESSAGE_PAYLOAD, view_of(t->text));
		pdu->tlvs = (struct view){o.p, o.n};
	} else {
		pdu->sm.short_message = view_of(t->text);
	}
	*cookie = number;
	return true;
}

static int descending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

static void on_settled(struct carrier *c, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
		       bool throttled, void *arg)
{
	struct carriers_rig *t = arg;

	t->settled++;
	t->ok += outcome == SESSION_ANSWERED && resp->command_status == ESME_ROK;
	t->lost += outcome == SESSION_LOST;
	if (!throttled)
		return;
	assert_true(carrier_paused_ms(c) > 0 || t->answer_after_ms > 0); /* a late one: that pause is over */
	t->throttles++;
	assert_true(t->nback < 4096);
	t->back[t->nback++] = (uint32_t)cookie;
	qsort(t->back, t->nback, sizeof(t->back[0]), descending);
	carrier_wake(c);
}

static void on_unpull(struct carrier *c, uint64_t cookie, void *arg)
{
	struct carriers_rig *t = arg;

	(void)c;
	assert_true(t->nback < 4096);
	t->unpulled++;
	t->back[t->nback++] = (uint32_t)cookie;
	qsort(t->back, t->nback, sizeof(t->back[0]), descending);
}

static void on_unsendable(struct carrier *c, uint64_t cookie, void *arg)
{
	(void)c;
	(void)cookie;
	((struct carriers_rig *)arg)->unsendable++;
}

static void on_request(struct carrier *c, struct session *s, const struct pdu *pdu, void *arg)
{
	(void)c;
	((struct carriers_rig *)arg)->requests++;
	if (command_has_resp(pdu->command_id))
		session_answer(s, pdu->command_id, pdu->sequence, ESME_ROK, (struct view){NULL, 0},
			       (struct view){NULL, 0});
}

static void on_state(struct carrier *c, bool up, void *arg)
{
	struct carriers_rig *t = arg;

	assert_int_equal(carrier_up(c), up);
	t->ups += up;
	t->downs += !up;
}

static const struct carrier_ops ops = {
	.on_pull = on_pull,
	.on_unpull = on_unpull,
	.on_unsendable = on_unsendable,
	.on_settled = on_settled,
	.on_request = on_request,
	.on_state = on_state,
};

/* The SMSC. */

static void smsc_answer(struct carriers_rig *t, const struct due *d)
{
	uint8_t mem[16];
	struct tlv_out tlvs = {.p = mem, .cap = sizeof(mem)};
	struct pdu resp = {
		.command_id = d->command_id | COMMAND_RESP, .command_status = d->status, .sequence = d->sequence};

	if (t->congestion < 0) {
		far_header(d->wire, resp.command_id, resp.command_status, resp.sequence);
		return;
	}
	tlv_put_int(&tlvs, TLV_CONGESTION_STATE, (uint32_t)t->congestion, 1);
	resp.resp.id = view_of("77");
	resp.tlvs = (struct view){tlvs.p, tlvs.n};
	far_pdu(d->wire, &resp);
}

static void smsc_submit(struct carriers_rig *t, struct wire *w, const struct pdu *pdu)
{
	char text[16] = "";
	uint32_t status = t->submit_status;
	int64_t now = loop_now_us(t->rig.loop);

	struct view octets;

	assert_true(pdu_text(pdu, &octets) && octets.n < sizeof(text));
	memcpy(text, octets.p, octets.n);
	if (t->has_rate && throttle_there(&t->smsc_rate, now, 1) == 0)
		status = ESME_RTHROTTLED;
	else if (t->has_rate)
		throttle_spend(&t->smsc_rate, 1);
	t->data_sms += pdu->command_id == DATA_SM;
	assert_true(t->nseen < CARRIERS_SEEN);
	t->seen[t->nseen++] = (struct seen){now, (uint32_t)atoi(text), status == ESME_ROK};
	struct due due = {now + t->answer_after_ms * 1000, w, pdu->command_id, status, pdu->sequence};
	if (!t->answers_submits)
		return;
	if (t->answer_after_ms > 0)
		t->due[t->ndue++] = due;
	else
		smsc_answer(t, &due);
}

static void smsc_on_data(struct wire *w, void *arg)
{
	struct carriers_rig *t = arg;
	struct pdu pdu;

	while (far_next(w, &pdu)) {
		switch (pdu.command_id) {
		case SUBMIT_SM:
		case DATA_SM:
			smsc_submit(t, w, &pdu);
			break;
		case ENQUIRE_LINK:
		case UNBIND:
			far_header(w, pdu.command_id | COMMAND_RESP, 0, pdu.sequence);
			break;
		case BIND_TRANSMITTER:
		case BIND_RECEIVER:
		case BIND_TRANSCEIVER:
			t->binds[pdu.command_id & 7]++;
			if (t->answers_binds)
				far_header(w, pdu.command_id | COMMAND_RESP, t->bind_status, pdu.sequence);
			break;
		default:
			break;
		}
	}
}

void carriers_rig_on_dial(struct wire *w, void *arg)
{
	struct carriers_rig *t = arg;

	assert_true(t->fars < CARRIERS_FARS);
	t->far[t->fars++] = w;
	wire_on_data(w, smsc_on_data, t);
}

/* A configuration that was read has no NULL strings. */
static void fill_strings(struct carrier_conf *conf)
{
	for (const struct conf_row *row = carrier_rows; row->key != NULL; row++) {
		char **at = (char **)(void *)((char *)conf + row->offset);
		if ((row->type == CONF_STRING || row->type == CONF_SECRET || row->type == CONF_PATH) && *at == NULL)
			*at = (char *)"";
	}
}

struct carriers_rig *carriers_rig_prepare(void)
{
	struct carriers_rig *t = calloc(1, sizeof(*t));

	rig_start(&t->rig);
	t->limits = (struct limits_conf){.session_init = 10000, .partial_pdu = 15000, .max_pdu = 70000};
	t->throttled[0] = (char *)"0x58";
	t->throttled[1] = (char *)"20";
	t->conf = (struct carrier_conf){
		.name = (char *)"mobile",
		.host = (char *)"127.0.0.1",
		.port = CARRIERS_PORT,
		.system_id = (char *)"gw",
		.password = (char *)"gw",
		.system_type = (char *)"",
		.address_range = (char *)"",
		.binds = 1,
		.window = 10,
		.enquire_link = 30000,
		.response_timeout = 20000,
		.bind_timeout = 5000,
		.reconnect = 1000,
		.reconnect_max = 60000,
		.pause = 1000,
		.pause_max = 30000,
		.decrease = 70,
		.increase = 5,
		.interface_version = 0x34,
		.throttled = {t->throttled, 2},
	};
	fill_strings(&t->conf);
	t->seen = calloc(CARRIERS_SEEN, sizeof(*t->seen));
	t->due = calloc(CARRIERS_SEEN, sizeof(*t->due));
	t->congestion = -1;
	t->answers_binds = t->answers_submits = true;
	wire_serve(t->rig.conns, CARRIERS_PORT, carriers_rig_on_dial, t);
	return t;
}

void carriers_rig_go(struct carriers_rig *t)
{
	t->carriers = carriers_new(t->rig.loop, t->rig.sessions, &t->conf, 1, &t->limits, &ops, t, NULL, 42);
	t->carrier = carriers_at(t->carriers, 0);
	carriers_start(t->carriers);
}

struct carriers_rig *carriers_rig_start_with(struct carriers_rig *t)
{
	carriers_rig_go(t);
	rig_pass(&t->rig, 50);
	assert_true(carrier_up(t->carrier));
	return t;
}

struct carriers_rig *carriers_rig_start(void)
{
	return carriers_rig_start_with(carriers_rig_prepare());
}

void carriers_rig_stop(struct carriers_rig *t)
{
	carriers_shutdown(t->carriers);
	carriers_shutdown(t->carriers);
	rig_turn(&t->rig);
	assert_true(carriers_idle(t->carriers));
	for (unsigned i = 0; i < t->fars; i++) {
		wire_on_data(t->far[i], NULL, NULL);
		wire_free(t->far[i]);
	}
	carriers_free(t->carriers);
	rig_stop(&t->rig);
	free(t->seen);
	free(t->due);
	free(t);
}

void carriers_rig_run(struct carriers_rig *t, int64_t ms)
{
	for (int64_t i = 0; i < ms; i++) {
		rig_pass(&t->rig, 1);
		int64_t now = loop_now_us(t->rig.loop);
		for (; t->due_first < t->ndue && t->due[t->due_first].at_us <= now; t->due_first++)
			smsc_answer(t, &t->due[t->due_first]);
	}
	rig_turn(&t->rig);
}

void carriers_rig_give(struct carriers_rig *t, uint32_t n)
{
	t->ready += n;
	carrier_wake(t->carrier);
}

unsigned carriers_rig_busiest_second(const struct carriers_rig *t)
{
	unsigned most = 0, first = 0;

	for (unsigned i = 0; i < t->nseen; i++) {
		while (t->seen[i].at_us - t->seen[first].at_us > 1000000)
			first++;
		if (i - first + 1 > most)
			most = i - first + 1;
	}
	return most;
}
