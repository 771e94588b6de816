/*
 * test_accept.c - carriers that come to us over an in-memory network: judged at the door, adopted, sent to as
 * deliver_sm, heard by submit_sm; and SMSCs that call with outbind.
 */
#include <stdlib.h>
#include "accounts_rig.h"
#include "link/accept.h"
#include "link/carrier.h"

#define TEXT "您的验证码是一二三四"

struct door {
	struct accounts_rig *apps;
	struct carrier_conf confs[2];
	char *allow[1];
	struct carriers *carriers;
	unsigned ready, settled, ok, throttled, lost, requests;
	uint32_t command; /* of the last request */
	struct pdu heard;
};

static bool on_pull(struct carrier *c, bool with_tlvs, uint32_t room, uint32_t *needs, struct pdu *pdu,
		    uint64_t *cookie, void *arg)
{
	struct door *d = arg;

	(void)c;
	(void)with_tlvs;
	(void)room;
	(void)needs;
	if (d->ready == 0)
		return false;
	*cookie = d->ready--;
	pdu->sm.src.addr = view_of("1069");
	pdu->sm.dst.addr = view_of("8613800138000");
	pdu->sm.esm_class = 3;
	pdu->sm.registered_delivery = 1;
	pdu->sm.replace_if_present_flag = 1;
	pdu->sm.sm_default_msg_id = 7;
	pdu->sm.schedule = view_of("261231235959032+");
	pdu->sm.validity = view_of("000000010000000R");
	pdu->sm.data_coding = 4;
	pdu->sm.short_message = view_of(TEXT);
	return true;
}

static void on_unpull(struct carrier *c, uint64_t cookie, void *arg)
{
	(void)c;
	(void)cookie;
	((struct door *)arg)->ready++;
}

static void on_settled(struct carrier *c, uint64_t cookie, enum session_outcome outcome, const struct pdu *resp,
		       bool throttled, void *arg)
{
	struct door *d = arg;

	(void)c;
	(void)cookie;
	d->settled++;
	d->throttled += throttled;
	d->lost += outcome == SESSION_LOST;
	d->ok += outcome == SESSION_ANSWERED && resp->command_status == ESME_ROK;
}

static void on_request(struct carrier *c, struct session *s, const struct pdu *pdu, void *arg)
{
	struct door *d = arg;

	(void)c;
	d->requests++;
	d->heard = *pdu;
	if (command_has_resp(pdu->command_id))
		session_answer(s, pdu->command_id, pdu->sequence, ESME_ROK, view_of("123456789012345678"),
			       (struct view){NULL, 0});
}

static void on_state(struct carrier *c, bool up, void *arg)
{
	(void)arg;
	assert_int_equal(carrier_up(c), up);
}

static const struct carrier_ops ops = {
	.on_pull = on_pull,
	.on_unpull = on_unpull,
	.on_unsendable = on_unpull,
	.on_settled = on_settled,
	.on_request = on_request,
	.on_state = on_state,
};

static void fill_conf(struct carrier_conf *c, const char *name, int mode)
{
	*c = (struct carrier_conf){
		.name = (char *)name,
		.host = (char *)"",
		.mode = mode,
		.system_id = (char *)"aggregat",
		.password = (char *)"kommrein",
		.system_type = (char *)"",
		.address_range = (char *)"",
		.outbind_system_id = (char *)"",
		.outbind_password = (char *)"",
		.bind = CARRIER_BIND_AUTO,
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
	};
}

/* An account bank; confs[0] binds in, confs[1] calls. */
static struct door *prepare(void)
{
	struct door *d = calloc(1, sizeof(*d));

	d->apps = accounts_rig_prepare();
	accounts_rig_add(d->apps, "bank", "secret");
	fill_conf(&d->confs[0], "mobile", CARRIER_MODE_ACCEPT);
	fill_conf(&d->confs[1], "centre", CARRIER_MODE_OUTBIND);
	d->confs[1].outbind_system_id = (char *)"smsc";
	d->confs[1].outbind_password = (char *)"weckruf";
	return d;
}

static struct door *open_door(struct door *d)
{
	accounts_rig_open(d->apps);
	d->carriers =
		carriers_new(d->apps->rig.loop, d->apps->rig.sessions, d->confs, 2, &d->apps->limits, &ops, d, NULL, 1);
	accounts_let_in(d->apps->accounts, d->carriers);
	carriers_start(d->carriers);
	return d;
}

static void stop(struct door *d)
{
	carriers_shutdown(d->carriers);
	carriers_shutdown(d->carriers);
	rig_turn(&d->apps->rig);
	assert_true(carriers_idle(d->carriers));
	accounts_let_in(d->apps->accounts, NULL);
	struct carriers *cs = d->carriers;
	struct accounts_rig *apps = d->apps;
	carriers_free(cs);
	accounts_rig_stop(apps);
	free(d);
}

static struct carrier *mobile(struct door *d)
{
	return carriers_at(d->carriers, 0);
}

static struct carrier *centre(struct door *d)
{
	return carriers_at(d->carriers, 1);
}

static struct wire *come(struct door *d, size_t i, uint32_t command, uint32_t status)
{
	accounts_rig_dial(d->apps, i, "10.0.0.1");
	accounts_rig_bind(d->apps, i, command, "aggregat", "kommrein", status);
	return d->apps->far[i];
}

static void give(struct door *d, unsigned n)
{
	d->ready += n;
	carrier_wake(mobile(d));
	rig_turn(&d->apps->rig);
}

static void it_binds_in_and_gets_deliver_sm(void **state)
{
	struct door *d = open_door(prepare());
	(void)state;
	assert_false(carrier_up(mobile(d)));
	struct wire *w = come(d, 0, BIND_TRANSCEIVER, ESME_ROK);
	assert_true(carrier_up(mobile(d)));
	assert_int_equal(accounts_rig_counted(d->apps, "smppgw_listener_open", NULL, NULL), 0);
	give(d, 1);
	struct pdu pdu = far_expect(w, DELIVER_SM, 0, 1);
	assert_true(view_eq(pdu.sm.short_message, view_of(TEXT)));
	assert_int_equal(pdu.sm.schedule.n, 0);
	assert_int_equal(pdu.sm.validity.n, 0);
	assert_int_equal(pdu.sm.replace_if_present_flag, 0);
	assert_int_equal(pdu.sm.sm_default_msg_id, 0);
	assert_int_equal(pdu.sm.esm_class, 0);
	assert_int_equal(pdu.sm.registered_delivery, 1);
	far_header(w, DELIVER_SM | COMMAND_RESP, ESME_ROK, 1);
	rig_turn(&d->apps->rig);
	assert_int_equal(d->ok, 1);
	stop(d);
}

static void it_is_heard(void **state)
{
	static const uint32_t others[] = {QUERY_SM, CANCEL_SM};
	struct door *d = open_door(prepare());
	(void)state;
	struct wire *w = come(d, 0, BIND_TRANSMITTER, ESME_ROK);
	assert_false(carrier_up(mobile(d))); /* over a transmitter of its own nothing can be sent to it */
	far_sm(w, SUBMIT_SM, 9, TEXT);
	rig_turn(&d->apps->rig);
	struct pdu pdu = far_expect(w, SUBMIT_SM | COMMAND_RESP, ESME_ROK, 9);
	assert_true(view_eq(pdu.resp.id, view_of("123456789012345678")));
	assert_int_equal(d->heard.command_id, SUBMIT_SM);
	assert_int_equal(carrier_stats(mobile(d))->deliver_in, 1);
	for (size_t i = 0; i < 2; i++) {
		struct pdu ask = {.command_id = others[i], .sequence = 20 + (uint32_t)i};
		if (others[i] == QUERY_SM)
			ask.query.id = view_of("1");
		else
			ask.cancel.id = view_of("1");
		far_pdu(w, &ask);
		rig_turn(&d->apps->rig);
		far_expect(w, others[i] | COMMAND_RESP, ESME_RINVCMDID, 20 + (uint32_t)i);
	}
	far_sm(w, DELIVER_SM, 30, TEXT);
	rig_turn(&d->apps->rig);
	far_expect(w, DELIVER_SM | COMMAND_RESP, ESME_RINVBNDSTS, 30);
	assert_int_equal(d->requests, 1);
	stop(d);
}

static void who_may_come(void **state)
{
	struct door *d = prepare();
	(void)state;
	d->allow[0] = (char *)"10.0.0.0/8";
	d->confs[0].allow = (struct conf_list){d->allow, 1};
	open_door(d);
	accounts_rig_dial(d->apps, 0, "10.0.0.1");
	accounts_rig_bind(d->apps, 0, BIND_RECEIVER, "aggregat", "falsch", ESME_RINVPASWD);
	accounts_rig_bind(d->apps, 0, BIND_RECEIVER, "niemand", "kommrein", ESME_RINVSYSID);
	accounts_rig_dial(d->apps, 1, "192.168.0.1");
	accounts_rig_bind(d->apps, 1, BIND_RECEIVER, "aggregat", "kommrein", ESME_RBINDFAIL);
	assert_int_equal(carrier_stats(mobile(d))->binds_refused, 2);
	come(d, 2, BIND_RECEIVER, ESME_ROK);
	come(d, 3, BIND_RECEIVER, ESME_RALYBND);
	assert_int_equal(carrier_stats(mobile(d))->binds_refused, 3);
	/* the account's name is the account's */
	accounts_rig_dial(d->apps, 4, NULL);
	accounts_rig_bind(d->apps, 4, BIND_RECEIVER, "bank", "secret", ESME_ROK);
	assert_int_equal(account_binds(accounts_at(d->apps->accounts, 0)), 1);
	carrier_set_command(mobile(d), CARRIER_DRAINED, "test");
	rig_pass(&d->apps->rig, 100);
	come(d, 5, BIND_RECEIVER, ESME_RBINDFAIL);
	stop(d);
}

static void a_hash_is_a_password_too(void **state)
{
	struct door *d = prepare();
	(void)state;
	d->confs[0].password = (char *)"$5$salz$GQ4fGnrViPykHEElwvaIYNfdabApd8urlJDhKu7qH0.";
	open_door(d);
	accounts_rig_dial(d->apps, 0, "10.0.0.1");
	far_bind(d->apps->far[0], BIND_TRANSCEIVER, 1, "aggregat", "falsch", 0x34);
	rig_pass(&d->apps->rig, 100);
	far_expect(d->apps->far[0], BIND_TRANSCEIVER | COMMAND_RESP, ESME_RINVPASWD, 1);
	accounts_rig_dial(d->apps, 1, "10.0.0.1");
	far_bind(d->apps->far[1], BIND_TRANSCEIVER, 1, "aggregat", "kommrein", 0x34);
	rig_pass(&d->apps->rig, 100);
	far_expect(d->apps->far[1], BIND_TRANSCEIVER | COMMAND_RESP, ESME_ROK, 1);
	assert_true(carrier_up(mobile(d)));
	stop(d);
}

static void a_dead_bind_loses_its_place(void **state)
{
	struct door *d = open_door(prepare());
	(void)state;
	wire_black_hole(come(d, 0, BIND_TRANSCEIVER, ESME_ROK));
	give(d, 1);
	rig_pass(&d->apps->rig, 2000);
	accounts_rig_dial(d->apps, 1, "10.0.0.1");
	far_bind(d->apps->far[1], BIND_TRANSCEIVER, 1, "aggregat", "kommrein", 0x34);
	rig_pass(&d->apps->rig, 1000);
	far_expect_nothing(d->apps->far[1]);
	rig_pass(&d->apps->rig, 1500);
	far_expect(d->apps->far[1], BIND_TRANSCEIVER | COMMAND_RESP, ESME_ROK, 1);
	assert_int_equal(d->lost, 1);
	assert_int_equal(carrier_stats(mobile(d))->session.ended[END_DISPLACED], 1);
	stop(d);
}

static void later_is_a_pause(void **state)
{
	struct door *d = open_door(prepare());
	(void)state;
	struct wire *w = come(d, 0, BIND_TRANSCEIVER, ESME_ROK);
	give(d, 1);
	far_expect(w, DELIVER_SM, 0, 1);
	far_header(w, DELIVER_SM | COMMAND_RESP, ESME_RX_T_APPN, 1);
	rig_turn(&d->apps->rig);
	assert_int_equal(d->throttled, 1);
	assert_true(carrier_paused_ms(mobile(d)) > 0);
	stop(d);
}

static void say_outbind(struct door *d, size_t i, const char *from, const char *id, const char *password)
{
	struct pdu pdu = {.command_id = OUTBIND, .sequence = 1};

	accounts_rig_dial(d->apps, i, from);
	pdu.outbind.system_id = view_of(id);
	pdu.outbind.password = view_of(password);
	far_pdu(d->apps->far[i], &pdu);
	rig_turn(&d->apps->rig);
}

static void an_outbind_is_answered(void **state)
{
	struct door *d = open_door(prepare());
	(void)state;
	say_outbind(d, 0, NULL, "smsc", "weckruf");
	struct wire *w = d->apps->far[0];
	struct pdu pdu = far_expect(w, BIND_RECEIVER, 0, 1);
	assert_true(view_eq(pdu.bind.system_id, view_of("aggregat")));
	assert_true(view_eq(pdu.bind.password, view_of("kommrein")));
	far_header(w, BIND_RECEIVER | COMMAND_RESP, ESME_ROK, 1);
	far_sm(w, DELIVER_SM, 5, TEXT);
	rig_turn(&d->apps->rig);
	far_expect(w, DELIVER_SM | COMMAND_RESP, ESME_ROK, 5);
	assert_int_equal(d->requests, 1);
	assert_int_equal(carrier_stats(centre(d))->outbinds, 1);
	assert_int_equal(carrier_stats(centre(d))->connects, 1);
	assert_false(carrier_up(centre(d))); /* a receiver only hears */
	/* on a session that is bound it means nothing */
	struct pdu again = {.command_id = OUTBIND, .sequence = 6};
	far_pdu(w, &again);
	rig_turn(&d->apps->rig);
	far_expect_nothing(w);
	assert_int_equal(carrier_stats(centre(d))->session.wrong_state, 1);
	stop(d);
}

static void a_refused_bind_is_not_tried_again(void **state)
{
	struct door *d = prepare();
	(void)state;
	d->confs[1].bind = CARRIER_BIND_TRANSCEIVER;
	open_door(d);
	say_outbind(d, 0, NULL, "smsc", "weckruf");
	far_expect(d->apps->far[0], BIND_TRANSCEIVER, 0, 1);
	far_header(d->apps->far[0], BIND_TRANSCEIVER | COMMAND_RESP, ESME_RINVPASWD, 1);
	rig_pass(&d->apps->rig, 120000);
	assert_true(wire_closed(d->apps->far[0]));
	assert_int_equal(carrier_stats(centre(d))->bind_failures, 1);
	/* one that says nothing is waited for as long as bind_timeout */
	say_outbind(d, 1, NULL, "smsc", "weckruf");
	far_expect(d->apps->far[1], BIND_TRANSCEIVER, 0, 1);
	rig_pass(&d->apps->rig, 5100);
	assert_true(wire_closed(d->apps->far[1]));
	wire_close(d->apps->far[1]);
	rig_turn(&d->apps->rig);
	assert_int_equal(carrier_stats(centre(d))->session.ended[END_BIND_TIMEOUT], 1);
	stop(d);
}

static void wrong_outbinds_are_closed(void **state)
{
	static const struct {
		const char *from, *id, *password;
	} wrong[] = {
		{"10.0.0.1", "andere", "weckruf"}, {"10.0.0.1", "smsc", "falsch"}, {"192.168.0.1", "smsc", "weckruf"}};
	struct door *d = prepare();
	(void)state;
	d->allow[0] = (char *)"10.0.0.0/8";
	d->confs[1].allow = (struct conf_list){d->allow, 1};
	open_door(d);
	for (size_t i = 0; i < 3; i++) {
		say_outbind(d, i, wrong[i].from, wrong[i].id, wrong[i].password);
		far_expect_nothing(d->apps->far[i]);
		assert_true(wire_closed(d->apps->far[i]));
	}
	assert_int_equal(accounts_rig_counted(d->apps, "smppgw_listener_outbinds_refused_total", NULL, NULL), 3);
	assert_int_equal(accounts_rig_counted(d->apps, "smppgw_listener_ended_total", NULL, "outbind_refused"), 3);
	/* a second PDU cannot change who is who */
	accounts_rig_dial(d->apps, 3, "10.0.0.1");
	far_header(d->apps->far[3], ENQUIRE_LINK, 0, 1);
	rig_turn(&d->apps->rig);
	far_expect(d->apps->far[3], ENQUIRE_LINK | COMMAND_RESP, 0, 1);
	struct pdu pdu = {.command_id = OUTBIND, .sequence = 2};
	pdu.outbind.system_id = view_of("smsc");
	pdu.outbind.password = view_of("weckruf");
	far_pdu(d->apps->far[3], &pdu);
	rig_turn(&d->apps->rig);
	far_expect_nothing(d->apps->far[3]);
	assert_false(wire_closed(d->apps->far[3]));
	assert_int_equal(carrier_stats(centre(d))->outbinds, 0);
	stop(d);
}

static void faults_are_named(void **state)
{
	struct carrier_conf c[3];
	struct account_conf a = {.where = {"gw.conf", 1}, .system_id = (char *)"aggregat"};
	char *nets[] = {(char *)"10.0.0.0/99"}, *errors = NULL;

	(void)state;
	fill_conf(&c[0], "mobile", CARRIER_MODE_ACCEPT);
	fill_conf(&c[1], "unicom", CARRIER_MODE_ACCEPT);
	fill_conf(&c[2], "centre", CARRIER_MODE_OUTBIND);
	for (int i = 0; i < 3; i++)
		c[i].where = (struct conf_where){"gw.conf", 10 + i};
	c[0].allow = (struct conf_list){nets, 1};
	c[1].bind = CARRIER_BIND_PAIR;
	c[2].bind = CARRIER_BIND_PAIR;
	c[2].password = (char *)"neunzeich";
	c[2].outbind_password = (char *)"$geheim";
	for (int i = 0; i < 3; i++)
		accept_check(&c[i], &errors);
	carriers_check_names(c, 3, &a, 1, &errors);
	assert_non_null(strstr(errors, "gw.conf:10: carrier mobile: allow: \"10.0.0.0/99\""));
	assert_non_null(strstr(errors, "gw.conf:11: carrier unicom: bind says how we bind"));
	assert_non_null(strstr(errors, "gw.conf:12: carrier centre: bind is pair"));
	assert_non_null(
		strstr(errors, "gw.conf:12: carrier centre: mode is outbind, but outbind_system_id is missing"));
	assert_non_null(strstr(errors, "password has more than 8 octets"));
	assert_non_null(strstr(errors, "outbind_password begins with $"));
	assert_non_null(strstr(errors, "its system_id \"aggregat\" is account aggregat's in line 1"));
	assert_non_null(strstr(errors,
			       "gw.conf:11: carrier unicom: mode is accept, but its system_id \"aggregat\" is carrier "
			       "mobile's in line 10"));
	free(errors);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(it_binds_in_and_gets_deliver_sm),
	cmocka_unit_test(it_is_heard),
	cmocka_unit_test(who_may_come),
	cmocka_unit_test(a_hash_is_a_password_too),
	cmocka_unit_test(a_dead_bind_loses_its_place),
	cmocka_unit_test(later_is_a_pause),
	cmocka_unit_test(an_outbind_is_answered),
	cmocka_unit_test(a_refused_bind_is_not_tried_again),
	cmocka_unit_test(wrong_outbinds_are_closed),
	cmocka_unit_test(faults_are_named),
};

UNIT_MAIN(cases)
