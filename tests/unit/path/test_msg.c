/*
 * test_msg.c - messages in memory: bound, handles, records, carrier ids.
 */
#include "path/msg.h"

#include <errno.h>

#include "base/loop.h"
#include "samples.h"
#include "unit.h"

static void test_bound(void **state)
{
	(void)state;
	struct msgs *ms = msgs_new(3);
	struct msg *m[3];
	for (int i = 0; i < 3; i++) {
		m[i] = msgs_take(ms);
		assert_non_null(m[i]);
		assert_int_equal(m[i]->state, MSG_NEW);
		assert_int_equal(m[i]->account, MSG_NO_ACCOUNT);
		assert_int_equal(m[i]->carrier, MSG_NO_CARRIER);
		assert_ptr_equal(msgs_get(ms, m[i]->handle), m[i]);
	}
	assert_null(msgs_take(ms));
	assert_int_equal(msgs_count(ms), 3);
	uint64_t stale = m[1]->handle;
	msgs_give(ms, m[1]);
	assert_null(msgs_get(ms, stale));
	m[1] = msgs_take(ms);
	assert_non_null(m[1]);
	assert_null(msgs_get(ms, stale)); /* the place is another's now */
	assert_true(m[1]->handle != stale);
	for (int i = 0; i < 3; i++)
		msgs_give(ms, m[i]);
	assert_int_equal(msgs_count(ms), 0);
	msgs_free(ms);
	msgs_free(NULL);
}

static void test_record(void **state)
{
	(void)state;
	struct msgs *ms = msgs_new(10);
	uint8_t text[200];
	struct pdu pdu = sample_submit(), again;
	struct record r;
	pdu.sm.data_coding = 8;
	pdu.sm.short_message = (struct view){text, sample_ucs2("您的贷款将于12月5日到期", text, sizeof(text))};
	struct msg *m = sample_msg(ms, &pdu, RECORD_MT);
	size_t bytes = msgs_bytes(ms);
	assert_true(bytes > sizeof(struct msg) + m->rec_len);
	msg_pdu(m, &r, &again);
	assert_view(r.account, "bank");
	assert_true(view_eq(again.sm.short_message, pdu.sm.short_message));
	assert_int_equal(again.sequence, 7);
	/* the new record borrows from the old one */
	r.kind = RECORD_FINAL;
	r.final_state = 2;
	r.stat = sample_view("DELIVRD");
	assert_int_equal(msg_set_record(ms, m, &r), 0);
	struct record now;
	msg_record(m, &now);
	assert_int_equal(now.kind, RECORD_FINAL);
	assert_view(now.stat, "DELIVRD");
	assert_view(now.account, "bank");
	msg_pdu(m, NULL, &again);
	assert_true(view_eq(again.sm.short_message, pdu.sm.short_message));
	msgs_give(ms, m);
	assert_true(msgs_bytes(ms) < bytes);
	msgs_free(ms);
}

/* A record that does not fit leaves the old one in place. */
static void test_too_long(void **state)
{
	(void)state;
	static uint8_t frame[70001];
	struct msgs *ms = msgs_new(10);
	struct pdu pdu = sample_submit();
	struct msg *m = sample_msg(ms, &pdu, RECORD_MT);
	struct record r, kept;
	msg_record(m, &r);
	r.frame = (struct view){frame, sizeof(frame)};
	assert_int_equal(msg_set_record(ms, m, &r), -EMSGSIZE);
	msg_record(m, &kept);
	assert_view(kept.account, "bank");
	msgs_give(ms, m);
	msgs_free(ms);
}

static void test_cid(void **state)
{
	(void)state;
	struct msgs *ms = msgs_new(10);
	struct msg *m = msgs_take(ms);
	char id[] = "3F2A91", longest[255];
	assert_int_equal(msg_set_cid(ms, m, id, 6), 0);
	id[0] = 'X';
	assert_int_equal(m->cid_len, 6);
	assert_memory_equal(m->cid, "3F2A91", 6);
	memset(longest, '9', sizeof(longest));
	assert_int_equal(msg_set_cid(ms, m, longest, sizeof(longest)), 0);
	assert_int_equal(m->cid_len, 255);
	assert_memory_equal(m->cid, longest, 255);
	assert_int_equal(msg_set_cid(ms, m, NULL, 0), 0);
	assert_null(m->cid);
	assert_int_equal(m->cid_len, 0);
	msgs_give(ms, m);
	msgs_free(ms);
}

static void count_one(struct msg *m, void *arg)
{
	unsigned *seen = arg;
	seen[m->id]++;
}

/* A walk in slices of any length sees each message once, also when every one is given back on the way. */
static void test_slices(void **state)
{
	(void)state;
	for (uint32_t step = 1; step < 300; step += 23) {
		struct msgs *ms = msgs_new(1000);
		unsigned seen[500] = {0};
		uint32_t at = 0;
		for (uint64_t i = 0; i < 500; i++) {
			struct msg *m = msgs_take(ms);
			m->id = i;
			if (i % 3 == 0)
				msgs_give(ms, m);
		}
		while (msgs_slice(ms, &at, step, count_one, seen))
			;
		unsigned total = 0;
		for (size_t i = 0; i < 500; i++) {
			assert_true(seen[i] <= 1);
			total += seen[i];
		}
		assert_int_equal(total, msgs_count(ms));
		assert_false(msgs_slice(ms, &at, step, count_one, seen));
		msgs_free(ms);
	}
}

/* What is remembered of an ended message: the same for two forms of one source, another for another account. */
static void test_check(void **state)
{
	(void)state;
	struct pdu_addr code = {0, 1, sample_view("1069")}, plus = {1, 1, sample_view("+1069")};
	struct pdu_addr name = {5, 0, sample_view("银行")}, none = {0, 0, {NULL, 0}};
	uint32_t bank = msg_check(sample_view("bank"), code);
	assert_int_equal(bank, msg_check(sample_view("bank"), plus));
	assert_int_not_equal(bank, msg_check(sample_view("shop"), code));
	assert_int_not_equal(bank, msg_check(sample_view("bank1"), (struct pdu_addr){0, 1, sample_view("069")}));
	assert_int_not_equal(bank, msg_check(sample_view("bank"), name));
	assert_int_not_equal(bank, msg_check(sample_view("bank"), none));
	/* it stands in Redis: every version must make the same */
	assert_int_equal(msg_check(sample_view(""), none), 0x050c5d1fu);
}

static void test_names(void **state)
{
	(void)state;
	static const char *const names[MSG_STATES] = {"new",	"storing", "held", "queued",  "sent",	    "awaiting",
						      "parted", "doubt",   "past", "closing", "delivering", "leaving"};
	for (int i = 0; i < MSG_STATES; i++)
		assert_string_equal(msg_state_name((enum msg_state)i), names[i]);
}

static unsigned count_kin(const struct msgs *ms, const struct msg *parent)
{
	unsigned n = 0;
	for (const struct msg *k = msg_kin(ms, parent); k; k = msg_next_kin(ms, k))
		n++;
	return n;
}

/* Kin come and go in any order: the latest is the first, and each knows the top. */
static void test_kin(void **state)
{
	(void)state;
	struct msgs *ms = msgs_new(100);
	struct msg *m = msgs_take(ms), *kin[40];
	uint64_t seed = 5;
	unsigned n = 0;
	assert_null(msg_kin(ms, m));
	assert_ptr_equal(msg_whole(ms, m), m);
	for (unsigned step = 0; step < 5000; step++) {
		if (n < 40 && sample_below(&seed, 2)) {
			kin[n] = msgs_take(ms);
			msg_add_kin(m, kin[n], KIN_PART);
			assert_ptr_equal(msg_kin(ms, m), kin[n]);
			assert_ptr_equal(msg_whole(ms, kin[n]), m);
			n++;
		} else if (n) {
			unsigned i = sample_below(&seed, n);
			msg_remove_kin(ms, m, kin[i]);
			assert_ptr_equal(msg_whole(ms, kin[i]), kin[i]);
			msg_remove_kin(ms, m, kin[i]); /* harmless */
			msgs_give(ms, kin[i]);
			memmove(&kin[i], &kin[i + 1], (--n - i) * sizeof(kin[0]));
		}
		assert_int_equal(count_kin(ms, m), n);
		unsigned at = n;
		for (const struct msg *k = msg_kin(ms, m); k; k = msg_next_kin(ms, k))
			assert_ptr_equal(k, kin[--at]);
	}
	struct msg *deep = msgs_take(ms), *part = msgs_take(ms);
	msg_add_kin(m, part, KIN_PART);
	msg_add_kin(part, deep, KIN_DOUBT);
	assert_int_equal(deep->kin_kind, KIN_DOUBT);
	assert_ptr_equal(msg_whole(ms, deep), m);
	assert_ptr_equal(msg_kin(ms, part), deep);
	assert_null(msg_next_kin(ms, deep));
	msgs_free(ms);
}

static void test_app_id(void **state)
{
	(void)state;
	struct loop *l = loop_new_simulated(SAMPLE_NOW);
	struct msgs *ms = msgs_new(10);
	struct pdu pdu = sample_submit();
	struct msg *m = sample_msg(ms, &pdu, RECORD_MT);
	struct record r;
	m->id = 12;
	assert_int_equal(msg_app_id(m), 12);
	msg_record(m, &r);
	r.app_id = 11;
	r.kind = RECORD_FINAL;
	r.flags = RECORD_PART;
	assert_int_equal(msg_set_record(ms, m, &r), 0);
	msg_record(m, &r);
	msg_take_fields(m, 12, &r, &pdu, l);
	assert_int_equal(msg_app_id(m), 11);
	assert_true(m->note);
	r.flags = 0;
	msg_take_fields(m, 12, &r, &pdu, l);
	assert_false(m->note); /* of a submit_multi: its own end */
	msgs_give(ms, m);
	msgs_free(ms);
	loop_free(l);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_bound),  cmocka_unit_test(test_record), cmocka_unit_test(test_too_long),
	cmocka_unit_test(test_cid),    cmocka_unit_test(test_names),  cmocka_unit_test(test_kin),
	cmocka_unit_test(test_app_id), cmocka_unit_test(test_slices), cmocka_unit_test(test_check),
};

UNIT_MAIN(cases)
