/*
 * test_carrier.c - carriers against a simulated SMSC: binds and reconnect, the pump, the pace, throttling, order, shutdown.
 */
#include <stdlib.h>
#include "rig.h"
#include "link/account.h"
#include "link/carrier.h"

#define PORT  2776
#define FARS  64
#define SEEN  200000

struct seen { /* a submit_sm that the SMSC got */
	int64_t at_us;
	uint32_t number; /* the message: its text */
	bool accepted;
};

struct carriers_rig {
	struct rig rig;
	struct limits_conf limits;
	struct carrier_conf conf;
	char *throttled[2];
	struct carriers *carriers;
	struct carrier *carrier;
	/* above: messages 0, 1, 2, ... of which `ready` are there; what is throttled goes back to the head */
	uint32_t next, ready;
	uint32_t back[4096];
	unsigned nback;
	char text[16];
	unsigned settled, ok, lost, throttles, unsendable, requests, ups, downs;
	bool with_tlvs, too_long;
	/* the SMSC */
	struct wire *far[FARS];
	unsigned fars;
	uint32_t bind_status;
	bool answers_binds, answers_submits;
	uint32_t submit_status;
	struct throttle smsc_rate; /* refuses what is over it */
	bool has_rate;
	struct seen *seen;
	unsigned nseen;
	uint32_t binds[8]; /* by command_id & 7 */
};

/* Above the carriers. */

static bool on_pull(struct carrier *c, bool with_tlvs, struct pdu *pdu, uint64_t *cookie, void *arg)
{
	struct carriers_rig *t = arg;
	uint32_t number;

	(void)c;
	t->with_tlvs = with_tlvs;
	if (t->nback > 0)
		number = t->back[--t->nback];
	else if (t->next < t->ready)
		number = t->next++;
	else
		return false;
	snprintf(t->text, sizeof(t->text), "%u", number);
	pdu->sm.src.addr = view_of("10690001");
	pdu->sm.dst.addr = view_of(t->too_long ? "1234567890123456789012345" : "13800138000");
	pdu->sm.short_message = view_of(t->text);
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
	assert_true(carrier_paused_ms(c) > 0);
	t->throttles++;
	assert_true(t->nback < 4096);
	t->back[t->nback++] = (uint32_t)cookie;
	qsort(t->back, t->nback, sizeof(t->back[0]), descending);
	carrier_wake(c);
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
	session_answer(s, pdu->command_id, pdu->sequence, ESME_ROK, (struct view){ NULL, 0 }, (struct view){ NULL, 0 });
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
	.on_unsendable = on_unsendable,
	.on_settled = on_settled,
	.on_request = on_request,
	.on_state = on_state,
};

/* The SMSC. */

static void smsc_submit(struct carriers_rig *t, struct wire *w, const struct pdu *pdu)
{
	char text[16] = "";
	uint32_t status = t->submit_status;
	int64_t now = loop_now_us(t->rig.loop);

	memcpy(text, pdu->sm.short_message.p, pdu->sm.short_message.n);
	if (t->has_rate && throttle_there(&t->smsc_rate, now, 1) == 0)
		status = ESME_RTHROTTLED;
	else if (t->has_rate)
		throttle_spend(&t->smsc_rate, 1);
	assert_true(t->nseen < SEEN);
	t->seen[t->nseen++] = (struct seen){ now, (uint32_t)atoi(text), status == ESME_ROK };
	if (t->answers_submits)
		far_header(w, SUBMIT_SM | COMMAND_RESP, status, pdu->sequence);
}

static void smsc_on_data(struct wire *w, void *arg)
{
	struct carriers_rig *t = arg;
	struct pdu pdu;

	while (far_next(w, &pdu)) {
		switch (pdu.command_id) {
		case SUBMIT_SM:
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

static void smsc_on_dial(struct wire *w, void *arg)
{
	struct carriers_rig *t = arg;

	assert_true(t->fars < FARS);
	t->far[t->fars++] = w;
	wire_on_data(w, smsc_on_data, t);
}

static struct carriers_rig *prepare(void)
{
	struct carriers_rig *t = calloc(1, sizeof(*t));

	rig_start(&t->rig);
	t->limits = (struct limits_conf){ .session_init = 10000, .partial_pdu = 15000, .max_pdu = 70000 };
	t->throttled[0] = (char *)"0x58";
	t->throttled[1] = (char *)"20";
	t->conf = (struct carrier_conf){
		.name = (char *)"mobile", .host = (char *)"127.0.0.1", .port = PORT, .system_id = (char *)"gw",
		.password = (char *)"gw", .system_type = (char *)"", .address_range = (char *)"", .binds = 1,
		.window = 10, .enquire_link = 30000, .response_timeout = 20000, .bind_timeout = 5000,
		.reconnect = 1000, .reconnect_max = 60000, .pause = 1000, .pause_max = 30000,
		.interface_version = 0x34, .throttled = { t->throttled, 2 },
	};
	t->seen = calloc(SEEN, sizeof(*t->seen));
	t->answers_binds = t->answers_submits = true;
	wire_serve(t->rig.conns, PORT, smsc_on_dial, t);
	return t;
}

static void go(struct carriers_rig *t)
{
	t->carriers = carriers_new(t->rig.loop, t->rig.sessions, &t->conf, 1, &t->limits, &ops, t, NULL, 42);
	t->carrier = carriers_at(t->carriers, 0);
	carriers_start(t->carriers);
}

/* Started, and every bind up. */
static struct carriers_rig *start_with(struct carriers_rig *t)
{
	go(t);
	rig_pass(&t->rig, 50);
	assert_true(carrier_up(t->carrier));
	return t;
}

static struct carriers_rig *start(void)
{
	return start_with(prepare());
}

static void stop(struct carriers_rig *t)
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
	free(t);
}

static void give(struct carriers_rig *t, uint32_t n)
{
	t->ready += n;
	carrier_wake(t->carrier);
}

/* The most accepted or refused submits in any second, both ends included. */
static unsigned busiest_second(const struct carriers_rig *t)
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

/* The pump. */

static void messages_go_out_in_order_and_are_settled(void **state)
{
	struct carriers_rig *t = start();

	(void)state;
	give(t, 500);
	rig_pass(&t->rig, 1000);
	assert_int_equal(t->nseen, 500);
	for (uint32_t i = 0; i < 500; i++)
		assert_int_equal(t->seen[i].number, i);
	assert_int_equal(t->ok, 500);
	assert_int_equal(carrier_stats(t->carrier)->submitted, 500);
	assert_int_equal(carrier_stats(t->carrier)->answered_ok, 500);
	assert_int_equal(carrier_stats(t->carrier)->response.count, 500);
	stop(t);
}

static void the_window_bounds_what_is_out(void **state)
{
	struct carriers_rig *t = prepare();

	(void)state;
	t->conf.binds = 3;
	t->answers_submits = false;
	start_with(t);
	give(t, 100);
	rig_pass(&t->rig, 100);
	assert_int_equal(t->nseen, 30);
	assert_int_equal(t->next, 30); /* what cannot be sent is not pulled */
	stop(t);
}

static void binds_share_by_least_outstanding(void **state)
{
	struct carriers_rig *t = prepare();
	unsigned per[3] = { 0 };

	(void)state;
	t->conf.binds = 3;
	t->answers_submits = false;
	start_with(t);
	for (unsigned i = 0; i < 3; i++)
		wire_on_data(t->far[i], NULL, NULL);
	give(t, 9);
	rig_turn(&t->rig);
	for (unsigned i = 0; i < 3; i++) {
		struct pdu pdu;
		while (far_next(t->far[i], &pdu))
			per[i] += pdu.command_id == SUBMIT_SM;
		assert_int_equal(per[i], 3);
	}
	stop(t);
}

static void a_full_window_goes_on_when_answers_come(void **state)
{
	struct carriers_rig *t = start();

	(void)state;
	t->answers_submits = false;
	give(t, 12);
	rig_pass(&t->rig, 100);
	assert_int_equal(t->nseen, 10);
	for (uint32_t sequence = 2; sequence < 4; sequence++)
		far_header(t->far[0], SUBMIT_SM | COMMAND_RESP, 0, sequence);
	rig_turn(&t->rig);
	assert_int_equal(t->nseen, 12);
	stop(t);
}

static void without_work_nothing_turns(void **state)
{
	struct carriers_rig *t = start();

	(void)state;
	give(t, 3);
	rig_pass(&t->rig, 100);
	uint64_t turns = loop_turns(t->rig.loop);
	loop_advance(t->rig.loop, 20000);
	assert_true(loop_turns(t->rig.loop) - turns < 20);
	stop(t);
}

static void what_cannot_be_encoded_is_given_back(void **state)
{
	struct carriers_rig *t = start();

	(void)state;
	t->too_long = true;
	give(t, 3);
	rig_pass(&t->rig, 10);
	assert_int_equal(t->unsendable, 3);
	assert_int_equal(t->nseen, 0);
	t->too_long = false;
	give(t, 1);
	rig_pass(&t->rig, 10);
	assert_int_equal(t->nseen, 1);
	stop(t);
}

static void tlvs_go_by_what_is_configured(void **state)
{
	static const struct {
		int conf;
		bool tlvs;
	} rows[] = { { CARRIER_TLV_YES, true }, { CARRIER_TLV_NO, false }, { CARRIER_TLV_AUTO, false } };

	(void)state;
	for (size_t i = 0; i < 3; i++) { /* this SMSC sends no sc_interface_version */
		struct carriers_rig *t = prepare();
		t->conf.send_tlv = rows[i].conf;
		start_with(t);
		give(t, 1);
		rig_pass(&t->rig, 10);
		assert_int_equal(t->with_tlvs, rows[i].tlvs);
		stop(t);
	}
}

static void the_operator_pauses_a_carrier(void **state)
{
	struct carriers_rig *t = start();

	(void)state;
	carrier_pause(t->carrier, true);
	assert_false(carrier_up(t->carrier));
	assert_int_equal(t->downs, 1);
	give(t, 5);
	rig_pass(&t->rig, 1000);
	assert_int_equal(t->nseen, 0);
	carrier_pause(t->carrier, false);
	rig_pass(&t->rig, 100);
	assert_int_equal(t->nseen, 5);
	stop(t);
}

/* The pace. */

static void no_second_has_more_than_tps_and_burst(void **state)
{
	static const struct {
		int64_t tps, burst, binds;
	} rows[] = { { 1, 1, 1 }, { 10, 0, 1 }, { 50, 7, 2 }, { 1000, 10, 4 }, { 1000, 0, 1 }, { 333, 100, 3 }, { 2000, 1, 2 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct carriers_rig *t = prepare();
		int64_t burst = rows[i].burst > 0 ? rows[i].burst : rows[i].tps / 100 > 1 ? rows[i].tps / 100 : 1;
		t->conf.tps = rows[i].tps;
		t->conf.burst = rows[i].burst;
		t->conf.binds = rows[i].binds;
		t->conf.window = 100;
		start_with(t);
		give(t, (uint32_t)rows[i].tps * 20);
		rig_pass(&t->rig, 10000);
		assert_true(busiest_second(t) <= rows[i].tps + burst);
		/* and not much less than it may be */
		assert_true(t->nseen >= rows[i].tps * 10 * 9 / 10);
		/* idle, and then at full speed again */
		rig_pass(&t->rig, 15000);
		give(t, (uint32_t)rows[i].tps * 3);
		rig_pass(&t->rig, 4000);
		assert_int_equal(t->nseen, t->ready);
		assert_true(busiest_second(t) <= rows[i].tps + burst);
		stop(t);
	}
}

static void a_message_at_a_low_rate_does_not_wait(void **state)
{
	struct carriers_rig *t = prepare();

	(void)state;
	t->conf.tps = 1000;
	start_with(t);
	for (int i = 0; i < 100; i++) {
		give(t, 1);
		rig_turn(&t->rig);
		assert_int_equal(t->nseen, i + 1);
		loop_advance(t->rig.loop, 7);
	}
	stop(t);
}

/* Throttling. */

static void throttling_pauses_the_carrier_and_keeps_the_order(void **state)
{
	struct carriers_rig *t = start();
	uint32_t expected = 0;

	(void)state;
	t->submit_status = ESME_RTHROTTLED;
	give(t, 300);
	rig_pass(&t->rig, 20);
	assert_int_equal(t->nseen, 10); /* what was in the window */
	assert_int_equal(t->throttles, 10);
	assert_int_equal(carrier_stats(t->carrier)->pauses, 1);
	int64_t left = carrier_paused_ms(t->carrier);
	assert_true(left > 700 && left <= 1250);
	rig_pass(&t->rig, 700);
	assert_int_equal(t->nseen, 10);
	/* one at a time while it goes on, each pause about twice the last */
	rig_pass(&t->rig, 600);
	assert_int_equal(t->nseen, 11);
	left = carrier_paused_ms(t->carrier);
	assert_true(left > 900 && left <= 2500);
	rig_pass(&t->rig, 10000);
	assert_true(t->nseen >= 12 && t->nseen <= 14);
	/* it recovers: in the order in which they were given */
	t->submit_status = ESME_ROK;
	rig_pass(&t->rig, 20000);
	assert_int_equal(t->ok, 300);
	for (unsigned i = 0; i < t->nseen; i++) {
		if (t->seen[i].accepted)
			assert_int_equal(t->seen[i].number, expected++);
	}
	assert_int_equal(expected, 300);
	/* and the next pause is a short one again */
	t->submit_status = 0x14; /* ESME_RMSGQFUL, configured as 20 */
	give(t, 1);
	rig_pass(&t->rig, 20);
	left = carrier_paused_ms(t->carrier);
	assert_true(left > 700 && left <= 1250);
	stop(t);
}

static void the_pause_has_a_longest(void **state)
{
	struct carriers_rig *t = prepare();

	(void)state;
	t->conf.pause_max = 4000;
	start_with(t);
	t->submit_status = ESME_RTHROTTLED;
	give(t, 1);
	rig_pass(&t->rig, 60000);
	assert_true(t->nseen >= 12 && t->nseen <= 24);
	assert_true(carrier_paused_ms(t->carrier) <= 5000);
	stop(t);
}

static void a_carrier_with_a_rate_of_its_own_is_followed(void **state)
{
	struct carriers_rig *t = prepare();
	unsigned refused = 0;

	(void)state;
	t->conf.window = 100;
	start_with(t);
	t->has_rate = true;
	throttle_init(&t->smsc_rate, 100, 20, loop_now_us(t->rig.loop));
	give(t, 20000);
	rig_pass(&t->rig, 120000);
	for (unsigned i = 0; i < t->nseen; i++)
		refused += !t->seen[i].accepted;
	/* most of what it would take, and few refusals */
	assert_true(t->ok > 120 * 100 * 6 / 10);
	assert_true(refused < t->ok / 20 + 100);
	stop(t);
}

static void a_status_that_is_not_throttling_does_not_pause(void **state)
{
	struct carriers_rig *t = start();

	(void)state;
	t->submit_status = ESME_RSUBMITFAIL;
	give(t, 50);
	rig_pass(&t->rig, 200);
	assert_int_equal(t->nseen, 50);
	assert_int_equal(t->settled, 50);
	assert_int_equal(t->throttles, 0);
	assert_int_equal(carrier_stats(t->carrier)->answered_error, 50);
	stop(t);
}

/* Binds. */

static void binds_are_made_one_at_a_time(void **state)
{
	struct carriers_rig *t = prepare();

	(void)state;
	t->conf.binds = 4;
	t->answers_binds = false;
	go(t);
	rig_pass(&t->rig, 1000);
	assert_int_equal(t->fars, 1);
	far_header(t->far[0], BIND_TRANSCEIVER | COMMAND_RESP, 0, 1);
	rig_pass(&t->rig, 10);
	assert_int_equal(t->ups, 1);
	assert_int_equal(t->fars, 2);
	t->answers_binds = true;
	far_header(t->far[1], BIND_TRANSCEIVER | COMMAND_RESP, 0, 1);
	rig_pass(&t->rig, 50);
	assert_int_equal(t->fars, 4);
	assert_int_equal(t->ups, 1);
	assert_int_equal(carrier_stats(t->carrier)->connects, 4);
	stop(t);
}

static void pairs_have_a_transmitter_and_a_receiver(void **state)
{
	struct carriers_rig *t = prepare();

	(void)state;
	t->conf.bind = CARRIER_BIND_PAIR;
	t->conf.binds = 2;
	start_with(t);
	rig_pass(&t->rig, 50);
	assert_int_equal(t->binds[BIND_TRANSMITTER & 7], 2);
	assert_int_equal(t->binds[BIND_RECEIVER & 7], 2);
	give(t, 20);
	rig_pass(&t->rig, 50);
	assert_int_equal(t->ok, 20);
	far_sm(t->far[1], DELIVER_SM, 1, "receipt");
	rig_turn(&t->rig);
	assert_int_equal(t->requests, 1);
	stop(t);
}

static void a_receiver_alone_is_not_up(void **state)
{
	struct carriers_rig *t = prepare();

	(void)state;
	t->conf.bind = CARRIER_BIND_PAIR;
	start_with(t);
	rig_pass(&t->rig, 50);
	assert_int_equal(t->fars, 2);
	wire_drop(t->far[0]);
	rig_turn(&t->rig);
	assert_false(carrier_up(t->carrier));
	assert_int_equal(t->downs, 1);
	stop(t);
}

static void nobody_answers_and_pauses_grow(void **state)
{
	struct carriers_rig *t = prepare();
	const struct carrier_stats *stats;

	(void)state;
	wire_unserve(t->rig.conns, PORT);
	t->conf.binds = 3;
	go(t);
	stats = carrier_stats(t->carrier);
	rig_turn(&t->rig);
	assert_int_equal(stats->bind_failures, 1);
	rig_pass(&t->rig, 700);
	assert_int_equal(stats->bind_failures, 1);
	rig_pass(&t->rig, 600);
	assert_int_equal(stats->bind_failures, 2);
	rig_pass(&t->rig, 600000);
	/* 1 + 2 + 4 + 8 + 16 + 32, then 60 each, a quarter more or less */
	assert_true(stats->bind_failures >= 11 && stats->bind_failures <= 20);
	assert_int_equal(stats->session.ended[END_CONNECT_FAILED], stats->bind_failures);
	wire_serve(t->rig.conns, PORT, smsc_on_dial, t);
	rig_pass(&t->rig, 75100);
	assert_true(carrier_up(t->carrier));
	assert_int_equal(stats->connects, 3); /* the others follow at once */
	stop(t);
}

static void a_lost_bind_comes_back(void **state)
{
	struct carriers_rig *t = start();

	(void)state;
	rig_pass(&t->rig, 20000);
	t->answers_submits = false;
	give(t, 7);
	rig_pass(&t->rig, 10);
	wire_drop(t->far[0]);
	rig_turn(&t->rig);
	assert_int_equal(t->lost, 7);
	assert_int_equal(t->downs, 1);
	assert_int_equal(carrier_stats(t->carrier)->lost, 7);
	t->answers_submits = true;
	give(t, 3);
	rig_pass(&t->rig, 700);
	assert_int_equal(t->nseen, 7);
	rig_pass(&t->rig, 600);
	assert_int_equal(t->ups, 2);
	assert_int_equal(t->nseen, 10);
	stop(t);
}

static void a_bind_that_drops_at_once_is_not_hammered(void **state)
{
	struct carriers_rig *t = start();

	(void)state;
	for (int i = 0; i < 6; i++) { /* 1 + 2 + 4 + 8 + 16 s */
		unsigned before = t->fars;
		wire_drop(t->far[t->fars - 1]);
		rig_turn(&t->rig);
		int64_t pause = 750LL << i;
		rig_pass(&t->rig, pause - 50);
		assert_int_equal(t->fars, before);
		rig_pass(&t->rig, pause * 2 / 3 + 200);
		assert_int_equal(t->fars, before + 1);
	}
	stop(t);
}

static void refusals_wait_by_their_status(void **state)
{
	static const struct {
		uint32_t status;
		int64_t least_ms, most_ms;
	} rows[] = {
		{ ESME_RINVPASWD, 45000, 75000 }, { ESME_RINVSYSID, 45000, 75000 }, { ESME_RINVSYSTYP, 45000, 75000 },
		{ ESME_RALYBND, 3750, 6250 },	  { ESME_RBINDFAIL, 750, 1250 },    { ESME_RSYSERR, 750, 1250 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct carriers_rig *t = prepare();
		t->bind_status = rows[i].status;
		go(t);
		rig_pass(&t->rig, 10);
		assert_int_equal(t->fars, 1);
		rig_pass(&t->rig, rows[i].least_ms - 50);
		assert_int_equal(t->fars, 1);
		rig_pass(&t->rig, rows[i].most_ms - rows[i].least_ms + 100);
		assert_int_equal(t->fars, 2);
		assert_int_equal(carrier_stats(t->carrier)->session.ended[END_BIND_REFUSED], 2);
		stop(t);
	}
}

static void a_bind_without_answer_times_out(void **state)
{
	struct carriers_rig *t = prepare();

	(void)state;
	t->answers_binds = false;
	go(t);
	rig_pass(&t->rig, 4900);
	assert_int_equal(t->fars, 1);
	rig_pass(&t->rig, 10000); /* the half-closed connection is waited for, 5 s, and then a pause */
	assert_int_equal(t->fars, 2);
	stop(t);
}

static void shutdown_waits_for_answers_and_unbinds(void **state)
{
	struct carriers_rig *t = start();

	(void)state;
	t->answers_submits = false;
	give(t, 20);
	rig_pass(&t->rig, 10);
	assert_int_equal(t->nseen, 10);
	carriers_shutdown(t->carriers);
	assert_false(carriers_idle(t->carriers));
	t->answers_submits = true;
	rig_pass(&t->rig, 1000);
	assert_int_equal(t->nseen, 10); /* no more pulls */
	for (uint32_t sequence = 2; sequence < 12; sequence++)
		far_header(t->far[0], SUBMIT_SM | COMMAND_RESP, 0, sequence);
	rig_pass(&t->rig, 10);
	assert_int_equal(t->ok, 10);
	assert_true(carriers_idle(t->carriers));
	assert_int_equal(carrier_stats(t->carrier)->session.ended[END_SHUTDOWN], 1);
	rig_pass(&t->rig, 100000);
	assert_int_equal(t->fars, 1); /* no reconnect */
	stop(t);
}

static void faults_of_the_configuration_are_named(void **state)
{
	struct carrier_conf confs[2];
	char *statuses[] = { (char *)"0x58", (char *)"88x" }, *errors = NULL;

	(void)state;
	memset(confs, 0, sizeof(confs));
	confs[0].name = confs[1].name = (char *)"mobile";
	confs[0].where = (struct conf_where){ "gw.conf", 3 };
	confs[1].where = (struct conf_where){ "gw.conf", 4 };
	confs[1].throttled = (struct conf_list){ statuses, 2 };
	confs[1].pause = 5;
	carriers_check(confs, 2, &errors);
	assert_non_null(strstr(errors, "gw.conf:4: carrier mobile: the name is used in line 3"));
	assert_non_null(strstr(errors, "\"88x\""));
	assert_null(strstr(errors, "0x58\" is"));
	assert_non_null(strstr(errors, "pause is longer"));
	free(errors);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(messages_go_out_in_order_and_are_settled),
	cmocka_unit_test(the_window_bounds_what_is_out),
	cmocka_unit_test(binds_share_by_least_outstanding),
	cmocka_unit_test(a_full_window_goes_on_when_answers_come),
	cmocka_unit_test(without_work_nothing_turns),
	cmocka_unit_test(what_cannot_be_encoded_is_given_back),
	cmocka_unit_test(tlvs_go_by_what_is_configured),
	cmocka_unit_test(the_operator_pauses_a_carrier),
	cmocka_unit_test(no_second_has_more_than_tps_and_burst),
	cmocka_unit_test(a_message_at_a_low_rate_does_not_wait),
	cmocka_unit_test(throttling_pauses_the_carrier_and_keeps_the_order),
	cmocka_unit_test(the_pause_has_a_longest),
	cmocka_unit_test(a_carrier_with_a_rate_of_its_own_is_followed),
	cmocka_unit_test(a_status_that_is_not_throttling_does_not_pause),
	cmocka_unit_test(binds_are_made_one_at_a_time),
	cmocka_unit_test(pairs_have_a_transmitter_and_a_receiver),
	cmocka_unit_test(a_receiver_alone_is_not_up),
	cmocka_unit_test(nobody_answers_and_pauses_grow),
	cmocka_unit_test(a_lost_bind_comes_back),
	cmocka_unit_test(a_bind_that_drops_at_once_is_not_hammered),
	cmocka_unit_test(refusals_wait_by_their_status),
	cmocka_unit_test(a_bind_without_answer_times_out),
	cmocka_unit_test(shutdown_waits_for_answers_and_unbinds),
	cmocka_unit_test(faults_of_the_configuration_are_named),
};

UNIT_MAIN(cases)
