/*
 * test_account_ease.c - an app for which much waits: its submits are answered as it takes what waits, for 5 ms at most,
 * and whatever happens meanwhile, they are answered.
 */
#include "accounts_rig.h"

static struct account *account(const struct accounts_rig *t)
{
	return accounts_at(t->accounts, 0);
}

/* n deliver_sm are out on the bind, 1 and on. */
static struct accounts_rig *start(uint32_t n)
{
	struct accounts_rig *t = accounts_rig_start();

	accounts_rig_dial_bound(t, 0, BIND_TRANSCEIVER);
	for (uint32_t i = 1; i <= n; i++)
		assert_int_equal(account_send(account(t), i, accounts_rig_fill, t), 0);
	rig_turn(&t->rig);
	for (uint32_t i = 1; i <= n; i++)
		far_expect(t->far[0], DELIVER_SM, 0, i);
	account_ease(account(t), true);
	return t;
}

static void submit(struct accounts_rig *t, uint32_t sequence)
{
	far_sm(t->far[0], SUBMIT_SM, sequence, "您的验证码是123456");
	rig_turn(&t->rig);
}

static void take(struct accounts_rig *t, uint32_t sequence)
{
	far_header(t->far[0], DELIVER_SM | COMMAND_RESP, 0, sequence);
	rig_turn(&t->rig);
}

static void expect_answer(struct accounts_rig *t, uint32_t sequence)
{
	far_expect(t->far[0], SUBMIT_SM | COMMAND_RESP, ESME_ROK, sequence);
}

static void submits_are_answered_when_what_was_out_is_taken(void **state)
{
	struct accounts_rig *t = start(3);

	(void)state;
	submit(t, 101);
	submit(t, 102);
	take(t, 2);
	take(t, 1);
	far_expect_nothing(t->far[0]);
	take(t, 3);
	expect_answer(t, 101);
	expect_answer(t, 102);
	far_expect_nothing(t->far[0]);
	assert_int_equal(account_stats(account(t))->eased, 1);
	assert_int_equal(account_stats(account(t))->session.pdus_out, 1 + 3 + 2);
	accounts_rig_stop(t);
}

static void who_has_nothing_to_take_is_answered_at_once(void **state)
{
	struct accounts_rig *t = start(0);

	(void)state;
	submit(t, 101);
	expect_answer(t, 101);
	assert_int_equal(account_stats(account(t))->eased, 0);
	accounts_rig_stop(t);
}

static void when_no_more_waits_all_is_answered(void **state)
{
	struct accounts_rig *t = start(2);

	(void)state;
	submit(t, 101);
	far_expect_nothing(t->far[0]);
	account_ease(account(t), false);
	rig_turn(&t->rig);
	expect_answer(t, 101);
	submit(t, 102);
	expect_answer(t, 102);
	accounts_rig_stop(t);
}

static void who_takes_long_is_not_held_up(void **state)
{
	struct accounts_rig *t = start(2);
	uint32_t next = 3;

	(void)state;
	submit(t, 101);
	rig_pass(&t->rig, 4);
	far_expect_nothing(t->far[0]);
	rig_pass(&t->rig, 2);
	expect_answer(t, 101);
	/* from now on at once, until it is prompt again */
	account_ease(account(t), true);
	submit(t, 102);
	expect_answer(t, 102);
	take(t, 1);
	take(t, 2);
	for (; next < 60; next++) {
		assert_int_equal(account_send(account(t), next, accounts_rig_fill, t), 0);
		rig_turn(&t->rig);
		far_expect(t->far[0], DELIVER_SM, 0, next);
		take(t, next);
	}
	assert_int_equal(account_send(account(t), next, accounts_rig_fill, t), 0);
	rig_turn(&t->rig);
	far_expect(t->far[0], DELIVER_SM, 0, next);
	account_ease(account(t), true);
	submit(t, 103);
	far_expect_nothing(t->far[0]);
	take(t, next);
	expect_answer(t, 103);
	assert_int_equal(account_stats(account(t))->eased, 2);
	accounts_rig_stop(t);
}

static void an_unbind_comes_after_the_answers(void **state)
{
	struct accounts_rig *t = start(2);

	(void)state;
	submit(t, 101);
	far_header(t->far[0], UNBIND, 0, 102);
	rig_turn(&t->rig);
	expect_answer(t, 101);
	far_expect(t->far[0], UNBIND | COMMAND_RESP, 0, 102);
	accounts_rig_stop(t);
}

static void ours_too(void **state)
{
	struct accounts_rig *t = start(1);

	(void)state;
	submit(t, 101);
	accounts_shutdown(t->accounts);
	rig_turn(&t->rig);
	expect_answer(t, 101);
	submit(t, 102); /* refused, and not held up */
	far_expect(t->far[0], SUBMIT_SM | COMMAND_RESP, ESME_RINVBNDSTS, 102);
	take(t, 1);
	far_expect(t->far[0], UNBIND, 0, 2);
	accounts_rig_stop(t);
}

static void what_cannot_be_read_on_comes_after_the_answers(void **state)
{
	struct accounts_rig *t = start(1);
	struct pdu pdu;
	unsigned answers = 0;

	(void)state;
	submit(t, 101);
	far_hex(t->far[0], "00000003 00000004 00000000 00000066");
	rig_turn(&t->rig);
	while (far_next(t->far[0], &pdu))
		answers += pdu.command_id == (SUBMIT_SM | COMMAND_RESP) && pdu.sequence == 101;
	assert_int_equal(answers, 1);
	accounts_rig_stop(t);
}

static void one_that_goes_does_not_keep_the_answers_of_others(void **state)
{
	struct accounts_rig *t = start(4);

	(void)state;
	accounts_rig_dial_bound(t, 1, BIND_TRANSMITTER);
	submit(t, 101);
	far_sm(t->far[1], SUBMIT_SM, 201, "x");
	rig_turn(&t->rig);
	far_expect_nothing(t->far[1]);
	wire_drop(t->far[0]);
	rig_turn(&t->rig);
	/* what was out on it is lost, and so are its answers */
	assert_int_equal(t->settled, 4);
	far_expect(t->far[1], SUBMIT_SM | COMMAND_RESP, ESME_ROK, 201);
	accounts_rig_stop(t);
}

static void very_many_are_not_kept(void **state)
{
	struct accounts_rig *t = start(1);
	struct pdu pdu;
	unsigned n = 0;

	(void)state;
	for (uint32_t i = 0; i < 400; i++)
		submit(t, 1000 + i);
	far_expect_nothing(t->far[0]);
	for (uint32_t i = 400; i < 4000; i++)
		submit(t, 1000 + i);
	for (; far_next(t->far[0], &pdu); n++)
		assert_int_equal(pdu.sequence, 1000 + n);
	assert_true(n > 1000);
	take(t, 1);
	for (; far_next(t->far[0], &pdu); n++)
		assert_int_equal(pdu.sequence, 1000 + n);
	assert_int_equal(n, 4000);
	accounts_rig_stop(t);
}

/* What is sent to the app in between leaves room for the answers. */
static void there_is_room_for_what_is_kept(void **state)
{
	struct accounts_rig *t = accounts_rig_prepare();
	uint64_t n = 0;

	(void)state;
	t->limits.max_pdu = 1024;
	accounts_rig_add(t, "bank", "secret")->window = 60000;
	accounts_rig_open(t);
	accounts_rig_dial_bound(t, 0, BIND_TRANSCEIVER);
	assert_int_equal(account_send(account(t), 1, accounts_rig_fill, t), 0);
	rig_turn(&t->rig);
	far_expect(t->far[0], DELIVER_SM, 0, 1);
	account_ease(account(t), true);
	for (uint32_t i = 0; i < 400; i++)
		submit(t, 1000 + i);
	far_expect_nothing(t->far[0]);
	while (account_send(account(t), 2 + n, accounts_rig_fill, t) == 0)
		n++;
	assert_in_range(n, 1000, 50000);
	account_ease(account(t), false);
	rig_turn(&t->rig);
	for (uint64_t i = 0; i < n; i++)
		far_expect(t->far[0], DELIVER_SM, 0, (uint32_t)(2 + i));
	for (uint32_t i = 0; i < 400; i++)
		expect_answer(t, 1000 + i);
	accounts_rig_stop(t);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(submits_are_answered_when_what_was_out_is_taken),
	cmocka_unit_test(who_has_nothing_to_take_is_answered_at_once),
	cmocka_unit_test(when_no_more_waits_all_is_answered),
	cmocka_unit_test(who_takes_long_is_not_held_up),
	cmocka_unit_test(an_unbind_comes_after_the_answers),
	cmocka_unit_test(ours_too),
	cmocka_unit_test(what_cannot_be_read_on_comes_after_the_answers),
	cmocka_unit_test(one_that_goes_does_not_keep_the_answers_of_others),
	cmocka_unit_test(very_many_are_not_kept),
	cmocka_unit_test(there_is_room_for_what_is_kept),
};

UNIT_MAIN(cases)
