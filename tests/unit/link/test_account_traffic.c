/*
 * test_account_traffic.c - what flows over an account's binds, over an in-memory network: the rate and the price of
 * each request, deliver_sm, data_sm and alert_notification spread over binds, binds that are filled one after the
 * other.
 */
#include <errno.h>
#include <stdlib.h>
#include "accounts_rig.h"

/* Rate. */

static void over_the_rate_is_throttled(void **state)
{
	struct accounts_rig *t = accounts_rig_prepare();
	struct account_conf *c = accounts_rig_add(t, "bank", "secret");
	unsigned ok = 0, throttled = 0;

	(void)state;
	c->tps = 10;
	c->burst = 5;
	c->window = 1000;
	accounts_rig_open(t);
	accounts_rig_dial_bound(t, 0, BIND_TRANSCEIVER);
	for (uint32_t i = 0; i < 100; i++) {
		struct pdu pdu;
		far_sm(t->far[0], SUBMIT_SM, i, "x");
		rig_pass(&t->rig, 10);
		assert_true(far_next(t->far[0], &pdu));
		assert_int_equal(pdu.sequence, i);
		ok += pdu.command_status == ESME_ROK;
		throttled += pdu.command_status == ESME_RTHROTTLED;
	}
	assert_int_equal(ok + throttled, 100);
	assert_true(ok >= 14 && ok <= 15);
	assert_int_equal(t->requests, ok);
	assert_int_equal(account_stats(accounts_at(t->accounts, 0))->throttled, throttled);
	accounts_rig_stop(t);
}

/* Counts the answers that have come, by status. */
static void count_answers(struct wire *w, unsigned *ok, unsigned *throttled)
{
	struct pdu pdu;

	*ok = *throttled = 0;
	while (far_next(w, &pdu)) {
		*ok += pdu.command_status == ESME_ROK;
		*throttled += pdu.command_status == ESME_RTHROTTLED;
	}
}

static void every_request_has_its_price(void **state)
{
	static const uint32_t commands[] = {QUERY_SM, CANCEL_SM, REPLACE_SM, SUBMIT_SM, DATA_SM};
	struct accounts_rig *t = accounts_rig_prepare();
	struct account_conf *c = accounts_rig_add(t, "bank", "secret");
	unsigned ok, throttled;

	(void)state;
	c->tps = 10;
	c->burst = 5;
	c->window = 1000;
	accounts_rig_open(t);
	accounts_rig_dial_bound(t, 0, BIND_TRANSCEIVER);
	for (uint32_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		rig_pass(&t->rig, 1000);
		for (uint32_t j = 0; j < 8; j++) {
			struct pdu pdu = {.command_id = commands[i], .sequence = 100 * i + j};
			far_pdu(t->far[0], &pdu);
		}
		rig_turn(&t->rig);
		count_answers(t->far[0], &ok, &throttled);
		assert_int_equal(ok, 5);
		assert_int_equal(throttled, 3);
	}
	accounts_rig_stop(t);
}

static void far_multi(struct wire *w, uint32_t sequence, uint8_t ndests)
{
	struct pdu pdu = {.command_id = SUBMIT_MULTI, .sequence = sequence};
	static uint8_t list[PDU_MAX_DESTS * 32];
	uint32_t n = 0;

	for (unsigned i = 0; i < ndests; i++) {
		struct pdu_dest dest = {.flag = PDU_DEST_SME, .addr = {1, 1, view_of("8613800138000")}};
		assert_true(pdu_put_dest(list, sizeof(list), &n, &dest));
	}
	pdu.sm.ndests = ndests;
	pdu.sm.dests = (struct view){list, n};
	pdu.sm.short_message = view_of("x");
	far_pdu(w, &pdu);
}

static void a_submit_multi_costs_its_destinations(void **state)
{
	struct accounts_rig *t = accounts_rig_prepare();
	struct account_conf *c = accounts_rig_add(t, "bank", "secret");
	unsigned ok, throttled;

	(void)state;
	c->tps = 10;
	c->burst = 5;
	accounts_rig_open(t);
	accounts_rig_dial_bound(t, 0, BIND_TRANSCEIVER);
	far_multi(t->far[0], 1, 3);
	far_multi(t->far[0], 2, 3);
	rig_turn(&t->rig);
	far_expect(t->far[0], SUBMIT_MULTI | COMMAND_RESP, ESME_ROK, 1);
	struct pdu refused = far_expect(t->far[0], SUBMIT_MULTI | COMMAND_RESP, ESME_RTHROTTLED, 2);
	assert_int_equal(refused.multi_resp.no_unsuccess, 0);
	/* more than the bucket holds: taken from a full one, and then nothing until the debt is paid */
	rig_pass(&t->rig, 1000);
	far_multi(t->far[0], 3, 25);
	rig_turn(&t->rig);
	far_expect(t->far[0], SUBMIT_MULTI | COMMAND_RESP, ESME_ROK, 3);
	rig_pass(&t->rig, 2000);
	far_sm(t->far[0], SUBMIT_SM, 4, "x");
	rig_turn(&t->rig);
	far_expect(t->far[0], SUBMIT_SM | COMMAND_RESP, ESME_RTHROTTLED, 4);
	rig_pass(&t->rig, 150);
	far_sm(t->far[0], SUBMIT_SM, 5, "x");
	far_sm(t->far[0], SUBMIT_SM, 6, "x");
	rig_turn(&t->rig);
	count_answers(t->far[0], &ok, &throttled);
	assert_int_equal(ok, 1);
	assert_int_equal(throttled, 1);
	accounts_rig_stop(t);
}

/* deliver_sm. */

static void deliveries_take_the_bind_with_the_fewest_outstanding(void **state)
{
	struct accounts_rig *t = accounts_rig_start();
	struct account *a = accounts_at(t->accounts, 0);

	(void)state;
	assert_int_equal(account_send(a, 1, accounts_rig_fill, t), -ENOTCONN);
	accounts_rig_dial_bound(t, 0, BIND_TRANSMITTER);
	assert_int_equal(account_send(a, 1, accounts_rig_fill, t), -ENOTCONN);
	assert_int_equal(t->receivers, 0);
	accounts_rig_dial_bound(t, 1, BIND_RECEIVER);
	accounts_rig_dial_bound(t, 2, BIND_TRANSCEIVER);
	assert_int_equal(t->receivers, 2);
	for (uint64_t i = 0; i < 8; i++)
		assert_int_equal(account_send(a, i, accounts_rig_fill, t), 0);
	rig_turn(&t->rig);
	for (size_t far = 1; far < 3; far++) {
		for (uint32_t i = 1; i <= 4; i++)
			far_expect(t->far[far], DELIVER_SM, 0, i);
		far_expect_nothing(t->far[far]);
	}
	far_expect_nothing(t->far[0]);
	/* three answers on one: the next three go there */
	for (uint32_t i = 1; i <= 3; i++)
		far_header(t->far[2], DELIVER_SM | COMMAND_RESP, 0, i);
	rig_turn(&t->rig);
	assert_int_equal(t->settled, 3);
	for (uint64_t i = 0; i < 3; i++)
		assert_int_equal(account_send(a, 50 + i, accounts_rig_fill, t), 0);
	rig_turn(&t->rig);
	for (uint32_t i = 5; i <= 7; i++)
		far_expect(t->far[2], DELIVER_SM, 0, i);
	far_expect_nothing(t->far[1]);
	accounts_rig_stop(t);
}

static void fill_data_sm(struct pdu *pdu, uint8_t peer_version, void *arg)
{
	(void)peer_version;
	pdu->command_id = DATA_SM;
	pdu->sm.dst.addr = view_of("10690001");
	pdu->tlvs = *(const struct view *)arg;
}

static void a_data_sm_is_sent_and_settled_like_a_deliver_sm(void **state)
{
	struct accounts_rig *t = accounts_rig_start();
	struct account *a = accounts_at(t->accounts, 0);
	uint8_t area[64];
	struct tlv_out o = {.p = area, .cap = sizeof(area)};

	(void)state;
	tlv_put_str(&o, TLV_MESSAGE_PAYLOAD, view_of("回执"));
	struct view tlvs = {area, o.n};
	accounts_rig_dial_bound(t, 0, BIND_RECEIVER);
	assert_int_equal(account_send(a, 77, fill_data_sm, &tlvs), 0);
	rig_turn(&t->rig);
	struct pdu got = far_expect(t->far[0], DATA_SM, 0, 1);
	struct view text;
	assert_true(pdu_text(&got, &text));
	assert_memory_equal(text.p, "回执", strlen("回执"));
	struct pdu resp = {.command_id = DATA_SM | COMMAND_RESP, .sequence = 1};
	far_pdu(t->far[0], &resp);
	rig_turn(&t->rig);
	assert_int_equal(t->settled, 1);
	assert_int_equal(t->cookie, 77);
	assert_int_equal(t->outcome, SESSION_ANSWERED);
	assert_int_equal(account_stats(a)->session.unsolicited, 0);
	accounts_rig_stop(t);
}

static void fill_alert(struct pdu *pdu, uint8_t peer_version, void *arg)
{
	(void)peer_version;
	(void)arg;
	pdu->command_id = ALERT_NOTIFICATION;
	pdu->alert.src = (struct pdu_addr){1, 1, view_of("8613800138000")};
	pdu->alert.esme = (struct pdu_addr){0, 0, view_of("10690001")};
}

static void an_alert_goes_to_one_bind_and_takes_no_place(void **state)
{
	struct accounts_rig *t = accounts_rig_start();
	struct account *a = accounts_at(t->accounts, 0);

	(void)state;
	assert_int_equal(account_tell(a, fill_alert, NULL), -ENOTCONN);
	accounts_rig_dial_bound(t, 0, BIND_TRANSMITTER);
	assert_int_equal(account_tell(a, fill_alert, NULL), -ENOTCONN);
	accounts_rig_dial_bound(t, 1, BIND_RECEIVER);
	accounts_rig_dial_bound(t, 2, BIND_TRANSCEIVER);
	/* a full window is not in its way */
	for (uint64_t i = 0; i < 20; i++)
		assert_int_equal(account_send(a, i, accounts_rig_fill, t), 0);
	assert_int_equal(account_send(a, 20, accounts_rig_fill, t), -EAGAIN);
	assert_int_equal(account_tell(a, fill_alert, NULL), 0);
	rig_turn(&t->rig);
	for (uint32_t i = 1; i <= 10; i++) {
		far_expect(t->far[1], DELIVER_SM, 0, i);
		far_expect(t->far[2], DELIVER_SM, 0, i);
	}
	struct pdu alert = far_expect(t->far[1], ALERT_NOTIFICATION, 0, 11);
	assert_memory_equal(alert.alert.src.addr.p, "8613800138000", 13);
	assert_memory_equal(alert.alert.esme.addr.p, "10690001", 8);
	far_expect_nothing(t->far[0]);
	far_expect_nothing(t->far[2]);
	/* who does not read gets none: another bind does, or nobody */
	wire_stall(t->far[1], 0);
	wire_stall(t->far[2], 0);
	int rc;
	unsigned told = 0;
	while ((rc = account_tell(a, fill_alert, NULL)) == 0)
		told++;
	assert_int_equal(rc, -EAGAIN);
	assert_true(told > 1000);
	accounts_rig_stop(t);
}

static void full_binds_tell_when_they_have_room(void **state)
{
	struct accounts_rig *t = accounts_rig_start();
	struct account *a = accounts_at(t->accounts, 0);

	(void)state;
	accounts_rig_dial_bound(t, 0, BIND_TRANSCEIVER);
	accounts_rig_dial_bound(t, 1, BIND_TRANSCEIVER);
	for (uint64_t i = 0; i < 20; i++)
		assert_int_equal(account_send(a, i, accounts_rig_fill, t), 0);
	unsigned before = t->receivers;
	assert_int_equal(account_send(a, 20, accounts_rig_fill, t), -EAGAIN);
	assert_int_equal(account_send(a, 20, accounts_rig_fill, t), -EAGAIN);
	rig_turn(&t->rig);
	assert_int_equal(t->receivers, before);
	far_header(t->far[1], DELIVER_SM | COMMAND_RESP, 0, 1);
	rig_turn(&t->rig);
	assert_int_equal(t->receivers, before + 1);
	assert_int_equal(account_send(a, 20, accounts_rig_fill, t), 0);
	accounts_rig_stop(t);
}

static void the_last_receiver_goes(void **state)
{
	struct accounts_rig *t = accounts_rig_start();
	struct account *a = accounts_at(t->accounts, 0);

	(void)state;
	accounts_rig_dial_bound(t, 0, BIND_TRANSCEIVER);
	accounts_rig_dial_bound(t, 1, BIND_RECEIVER);
	accounts_rig_dial_bound(t, 2, BIND_TRANSMITTER);
	assert_int_equal(account_send(a, 7, accounts_rig_fill, t), 0);
	rig_turn(&t->rig);
	wire_drop(t->far[1]);
	rig_turn(&t->rig);
	assert_int_equal(t->no_receivers, 0);
	wire_drop(t->far[0]);
	rig_turn(&t->rig);
	assert_int_equal(t->no_receivers, 1);
	assert_int_equal(t->settled, 1);
	assert_int_equal(t->outcome, SESSION_LOST);
	assert_int_equal(t->cookie, 7);
	assert_false(account_can_receive(a));
	assert_int_equal(account_binds(a), 1);
	accounts_rig_stop(t);
}

static struct accounts_rig *many_bound(size_t n)
{
	struct accounts_rig *t = accounts_rig_prepare();

	accounts_rig_add(t, "bank", "secret")->max_binds = 30;
	accounts_rig_open(t);
	for (size_t i = 0; i < n; i++)
		accounts_rig_dial_bound(t, i, BIND_TRANSCEIVER);
	return t;
}

static void many_binds_all_get_something(void **state)
{
	struct accounts_rig *t = many_bound(25);
	struct account *a = accounts_at(t->accounts, 0);

	(void)state;
	for (uint64_t i = 0; i < 250; i++)
		assert_int_equal(account_send(a, i, accounts_rig_fill, t), 0);
	assert_int_equal(account_send(a, 250, accounts_rig_fill, t), -EAGAIN);
	accounts_rig_stop(t);
}

/* How many binds have got any of it, each of them 10, its window. */
static size_t binds_filled(struct accounts_rig *t, size_t n)
{
	size_t filled = 0;

	rig_turn(&t->rig);
	for (size_t i = 0; i < n; i++) {
		struct pdu pdu;
		uint32_t got = 0;
		while (far_next(t->far[i], &pdu))
			got += pdu.command_id == DELIVER_SM;
		filled += got == 10;
		assert_true(got == 0 || got == 10);
	}
	return filled;
}

static void of_many_binds_one_after_the_other_is_filled(void **state)
{
	struct accounts_rig *t = many_bound(25);
	struct account *a = accounts_at(t->accounts, 0);

	(void)state;
	for (size_t round = 0; round < 5; round++) {
		for (uint64_t i = 0; i < 50; i++)
			assert_int_equal(account_send(a, i, accounts_rig_fill, t), 0);
		assert_int_equal(binds_filled(t, 25), 5);
	}
	assert_int_equal(account_send(a, 250, accounts_rig_fill, t), -EAGAIN);
	accounts_rig_stop(t);
}

/* One that ends in the middle of it is not sent to any more. */
static void a_bind_that_is_being_filled_may_end(void **state)
{
	struct accounts_rig *t = many_bound(20);
	struct account *a = accounts_at(t->accounts, 0);

	(void)state;
	assert_int_equal(account_send(a, 1, accounts_rig_fill, t), 0);
	for (size_t i = 0; i < 20; i++)
		wire_drop(t->far[i]);
	rig_turn(&t->rig);
	assert_int_equal(t->settled, 1);
	assert_int_equal(t->outcome, SESSION_LOST);
	assert_int_equal(account_send(a, 2, accounts_rig_fill, t), -ENOTCONN);
	accounts_rig_stop(t);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(over_the_rate_is_throttled),
	cmocka_unit_test(every_request_has_its_price),
	cmocka_unit_test(a_submit_multi_costs_its_destinations),
	cmocka_unit_test(a_data_sm_is_sent_and_settled_like_a_deliver_sm),
	cmocka_unit_test(an_alert_goes_to_one_bind_and_takes_no_place),
	cmocka_unit_test(deliveries_take_the_bind_with_the_fewest_outstanding),
	cmocka_unit_test(full_binds_tell_when_they_have_room),
	cmocka_unit_test(the_last_receiver_goes),
	cmocka_unit_test(many_binds_all_get_something),
	cmocka_unit_test(of_many_binds_one_after_the_other_is_filled),
	cmocka_unit_test(a_bind_that_is_being_filled_may_end),
};

UNIT_MAIN(cases)
