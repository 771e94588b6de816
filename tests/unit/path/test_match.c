/*
 * test_match.c - carriers' ids to messages: every form of an id, learning, never another's message; parked receipts.
 */
#include "path/match.h"

#include "samples.h"
#include "unit.h"

#define CARRIERS     2
#define PARK_MS	     60000
#define MAX_PARKED   50
#define OTHER_NUMBER "8613900139000"

static struct loop *loop;
static struct msgs *ms;
static struct match *x;
static unsigned expired;
static char expired_ids[MAX_PARKED][IDFORM_MAX + 1];

static void on_expired(void *arg, size_t carrier, struct view cid, struct view frame, int64_t at_ms)
{
	assert_true(frame.n > 0);
	assert_int_equal(at_ms, SAMPLE_NOW);
	assert_ptr_equal(arg, &expired);
	assert_true(carrier < CARRIERS);
	snprintf(expired_ids[expired++], IDFORM_MAX + 1, "%.*s", (int)cid.n, (const char *)cid.p);
}

static int setup(void **state)
{
	(void)state;
	loop = loop_new_simulated(SAMPLE_NOW);
	ms = msgs_new(2000);
	x = match_new(loop, ms, CARRIERS, MAX_PARKED, PARK_MS);
	expired = 0;
	match_on_expired(x, on_expired, &expired);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	match_free(x);
	msgs_free(ms);
	loop_free(loop);
	return 0;
}

/* A message that the carrier took under an id, as in its response. */
static struct msg *taken_to(size_t carrier, const char *response_id, const char *number)
{
	char cid[IDFORM_MAX];
	struct pdu pdu = sample_submit();
	pdu.sm.dst.addr = sample_view(number);
	struct msg *m = sample_msg(ms, &pdu, RECORD_MT);
	m->carrier = (uint16_t)carrier;
	assert_int_equal(msg_set_cid(ms, m, cid, idform_canonical(sample_view(response_id), cid)), 0);
	match_add(x, m);
	return m;
}

static struct msg *taken(size_t carrier, const char *response_id)
{
	return taken_to(carrier, response_id, SAMPLE_TO);
}

static void ended(struct msg *m)
{
	match_remove(x, m);
	msgs_give(ms, m);
}

/* By a receipt from an address; "": it has none. */
static struct msg *find_from(size_t carrier, const char *receipt_id, const char *from)
{
	return match_find(x, carrier, sample_view(receipt_id), (struct pdu_addr){1, 1, sample_view(from)});
}

static struct msg *find(size_t carrier, const char *receipt_id)
{
	return find_from(carrier, receipt_id, SAMPLE_TO);
}

static void test_forms(void **state)
{
	(void)state;
	static const struct {
		const char *response, *receipt;
	} table[] = {
		{"3f2a91", "3f2a91"},
		{"3f2a91", "3F2A91"},
		{"3f2a91", "4139665"},
		{"3f2a91", "0004139665"},
		{"4139665", "3f2a91"},
		{"0004139665", "3F2A91"},
		{"0000000042", "42"},
		{"42", " 0000000042 "},
		{"550e8400-e29b-41d4-a716-446655440000", "550E8400-E29B-41D4-A716-446655440000"},
		{"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		 "115792089237316195423570985008687907853269984665640564039457584007913129639935"},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct msg *m = taken(0, table[i].response);
		assert_ptr_equal(find(0, table[i].receipt), m);
		assert_null(find(1, table[i].receipt)); /* ids are a carrier's own */
		ended(m);
		assert_null(find(0, table[i].receipt));
	}
	assert_null(find(0, ""));
	assert_null(find(0, "   "));
}

/* Nothing is known of the form: only a receipt from the number that the message went to counts. */
static void test_number_guards(void **state)
{
	(void)state;
	struct msg *m = taken(0, "100000");
	assert_null(find_from(0, "100000", OTHER_NUMBER));
	assert_null(find_from(0, "100000", ""));
	assert_null(find_from(0, "1048576", OTHER_NUMBER)); /* 0x100000 */
	assert_ptr_equal(find(0, "100000"), m);
	ended(m);
}

static void test_learns(void **state)
{
	(void)state;
	enum idform form;
	uint64_t matches;
	char hex[16], dec[16];
	for (unsigned i = 0; i < 8; i++) {
		assert_false(match_form(x, 0, &form, &matches));
		snprintf(hex, sizeof(hex), "a%05x", i);
		snprintf(dec, sizeof(dec), "%u", 0xa00000 + i);
		struct msg *m = taken(0, hex);
		assert_ptr_equal(find(0, dec), m);
		ended(m);
	}
	assert_true(match_form(x, 0, &form, &matches));
	assert_int_equal(form, IDFORM_DEC_TO_HEX);
	assert_int_equal(matches, 8);
	assert_false(match_form(x, 1, &form, &matches));
	/* known: the number need not be there, and an id that could be read in two ways is read in the known one */
	struct msg *as_hex = taken(0, "f4240"), *as_text = taken(0, "1000000");
	assert_ptr_equal(find_from(0, "1000000", ""), as_hex);
	ended(as_hex);
	/* every other form still needs the number */
	assert_null(find_from(0, "1000000", ""));
	assert_ptr_equal(find(0, "1000000"), as_text);
	ended(as_text);
}

static unsigned learnt;
static size_t learnt_carrier;
static enum idform learnt_form;

static void on_learnt(void *arg, size_t carrier, enum idform form)
{
	assert_ptr_equal(arg, &learnt);
	learnt++;
	learnt_carrier = carrier;
	learnt_form = form;
}

/* One message whose response and receipt write its id so. */
static void pass_one(const char *response, const char *receipt)
{
	struct msg *m = taken(1, response);
	assert_ptr_equal(find(1, receipt), m);
	ended(m);
}

static void pass_hex(unsigned n)
{
	char hex[16], dec[16];
	snprintf(hex, sizeof(hex), "a%05x", n);
	snprintf(dec, sizeof(dec), "%u", 0xa00000 + n);
	pass_one(hex, dec);
}

static void pass_text(unsigned n)
{
	char text[16];
	snprintf(text, sizeof(text), "m%u", n);
	pass_one(text, text);
}

/* What was learnt before a restart is known; the MATCH_LEARN-th match in a row under another form makes that known. */
static void test_learns_anew(void **state)
{
	(void)state;
	enum idform form;
	uint64_t matches;
	learnt = 0;
	match_on_learnt(x, on_learnt, &learnt);
	match_learnt(x, 1, IDFORM_TEXT);
	assert_true(match_form(x, 1, &form, &matches));
	assert_int_equal(form, IDFORM_TEXT);
	assert_int_equal(matches, 0);
	for (unsigned i = 0; i < 1000; i++)
		pass_text(i);
	for (unsigned round = 0; round < 20; round++) { /* never so many in a row */
		for (unsigned i = 1; i < MATCH_LEARN; i++)
			pass_hex(100 * round + i);
		pass_text(round);
	}
	assert_true(match_form(x, 1, &form, &matches));
	assert_int_equal(form, IDFORM_TEXT);
	assert_int_equal(learnt, 0);
	for (unsigned i = 0; i < MATCH_LEARN; i++) {
		assert_int_equal(learnt, 0);
		pass_hex(5000 + i);
	}
	assert_int_equal(learnt, 1);
	assert_int_equal(learnt_carrier, 1);
	assert_int_equal(learnt_form, IDFORM_DEC_TO_HEX);
	assert_true(match_form(x, 1, &form, &matches));
	assert_int_equal(form, IDFORM_DEC_TO_HEX);
	for (unsigned i = 0; i < 1000; i++)
		pass_hex(i);
	assert_int_equal(learnt, 1);
	assert_false(match_form(x, 0, &form, &matches));
}

/* A fixed form is neither learnt nor given up. */
static void test_fixed_learns_nothing(void **state)
{
	(void)state;
	enum idform form;
	uint64_t matches;
	learnt = 0;
	match_on_learnt(x, on_learnt, &learnt);
	match_fix_form(x, 1, IDFORM_DEC_TO_HEX);
	match_learnt(x, 1, IDFORM_TEXT);
	for (unsigned i = 0; i < 3 * MATCH_LEARN; i++)
		pass_hex(i);
	assert_true(match_form(x, 1, &form, &matches));
	assert_int_equal(form, IDFORM_DEC_TO_HEX);
	assert_int_equal(learnt, 0);
}

static void test_fixed(void **state)
{
	(void)state;
	match_fix_form(x, 0, IDFORM_HEX_TO_DEC);
	struct msg *m = taken(0, "4139665");
	assert_null(find(0, "4139665")); /* the configuration says hexadecimal */
	assert_ptr_equal(find_from(0, "3f2a91", ""), m);
	enum idform form;
	uint64_t matches;
	assert_true(match_form(x, 0, &form, &matches));
	assert_int_equal(form, IDFORM_HEX_TO_DEC);
	ended(m);
}

static void test_many(void **state)
{
	(void)state;
	struct msg *all[1000];
	char id[16];
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(id, sizeof(id), "%u", 70000 + i);
		all[i] = taken(i % CARRIERS, id);
	}
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(id, sizeof(id), "%010u", 70000 + i);
		assert_ptr_equal(find(i % CARRIERS, id), all[i]);
		assert_null(find((i + 1) % CARRIERS, id));
	}
	for (unsigned i = 0; i < 1000; i++)
		ended(all[i]);
	struct msg *m = taken(0, "70000");
	assert_ptr_equal(find(0, "70000"), m);
	ended(m);
	struct pdu pdu = sample_submit();
	m = sample_msg(ms, &pdu, RECORD_MT); /* never added */
	match_remove(x, m);
	msgs_give(ms, m);
}

/* A message that is not stored leaves with its end; its id is known as that of one that has ended. */
static void test_end(void **state)
{
	(void)state;
	struct msg *m = taken(0, "70000");
	struct msg *same = taken(1, "70000"); /* another carrier's */
	assert_false(match_ended(x, 0, sample_view("70000")));
	match_end(x, m);
	assert_null(find(0, "70000"));
	assert_true(match_ended(x, 0, sample_view("70000")));
	assert_ptr_equal(find(1, "70000"), same);
	assert_false(match_ended(x, 1, sample_view("70000")));
	ended(m); /* harmless */
	ended(same);
	struct pdu pdu = sample_submit();
	m = sample_msg(ms, &pdu, RECORD_MT); /* no carrier has taken it */
	match_end(x, m);
	msgs_give(ms, m);
}

/* --- parked receipts --- */

static bool park_from(size_t carrier, const char *canonical, const char *number, const char *text)
{
	uint8_t frame[512];
	struct pdu pdu = sample_mo(text, (uint32_t)strlen(text));
	pdu.sm.src.addr = sample_view(number);
	pdu.sm.esm_class = ESM_RECEIPT;
	size_t n = pdu_encode(&pdu, frame, sizeof(frame));
	assert_true(n > 0);
	return match_park(x, carrier, sample_view(canonical), (struct view){frame, (uint32_t)n}, SAMPLE_NOW);
}

static bool park(size_t carrier, const char *canonical, const char *text)
{
	return park_from(carrier, canonical, SAMPLE_TO, text);
}

/* What was parked for the response id of a message that has just been added: its text, NULL when nothing was. */
static const char *unpark(size_t carrier, const char *canonical, const char *want_parked_id)
{
	static char text[256];
	static uint8_t buf[512];
	struct view frame;
	struct pdu pdu;
	char id[IDFORM_MAX];
	size_t n;
	if (!match_unpark(x, carrier, sample_view(canonical), buf, sizeof(buf), &frame, id, &n))
		return NULL;
	assert_int_equal(n, strlen(want_parked_id));
	assert_memory_equal(id, want_parked_id, n);
	assert_int_equal(pdu_decode(frame.p, frame.n, &pdu), ESME_ROK);
	snprintf(text, sizeof(text), "%.*s", (int)pdu.sm.short_message.n, (const char *)pdu.sm.short_message.p);
	return text;
}

static void test_parked(void **state)
{
	(void)state;
	assert_true(park(0, "3F2A91", "id:3f2a91 stat:DELIVRD"));
	assert_int_equal(match_parked(x), 1);
	struct msg *m = taken(1, "3F2A91");
	assert_null(unpark(1, "3F2A91", ""));
	ended(m);
	m = taken(0, "3F2A92");
	assert_null(unpark(0, "3F2A92", ""));
	ended(m);
	m = taken(0, "3F2A91");
	assert_string_equal(unpark(0, "3F2A91", "3F2A91"), "id:3f2a91 stat:DELIVRD");
	assert_int_equal(match_parked(x), 0);
	assert_null(unpark(0, "3F2A91", ""));
	ended(m);
	/* the later of two for one id is kept */
	assert_true(park(0, "42", "id:42 stat:ENROUTE"));
	assert_true(park(0, "42", "id:42 stat:DELIVRD"));
	assert_int_equal(match_parked(x), 1);
	m = taken(0, "42");
	assert_string_equal(unpark(0, "42", "42"), "id:42 stat:DELIVRD");
	ended(m);
}

static void test_parked_forms(void **state)
{
	(void)state;
	assert_true(park(0, "4139665", "decimal"));
	struct msg *m = taken(0, "3F2A91");
	assert_string_equal(unpark(0, "3F2A91", "4139665"), "decimal");
	ended(m);
	assert_true(park(0, "3F2A91", "hexadecimal"));
	m = taken(0, "4139665");
	assert_string_equal(unpark(0, "4139665", "3F2A91"), "hexadecimal");
	ended(m);
}

/* Response 10 is decimal here; the receipt 16 (0x10) that waits is another message's, to another number. */
static void test_parked_for_another(void **state)
{
	(void)state;
	assert_true(park_from(0, "16", "8613900139000", "id:16 stat:DELIVRD"));
	struct msg *ten = taken(0, "10");
	assert_null(unpark(0, "10", ""));
	assert_int_equal(match_parked(x), 1);
	struct msg *sixteen = taken_to(0, "16", "8613900139000");
	assert_string_equal(unpark(0, "16", "16"), "id:16 stat:DELIVRD");
	ended(ten);
	ended(sixteen);
	/* a fixed form reads in no other one, also for the same number */
	match_fix_form(x, 1, IDFORM_TEXT);
	assert_true(park(1, "16", "id:16 stat:DELIVRD"));
	ten = taken(1, "10");
	assert_null(unpark(1, "10", ""));
	ended(ten);
}

static void test_parked_bound(void **state)
{
	(void)state;
	char id[16];
	for (unsigned i = 0; i < MAX_PARKED; i++) {
		snprintf(id, sizeof(id), "%u", 1000 + i);
		assert_true(park(0, id, "回执"));
	}
	assert_false(park(0, "2000", "回执"));
	assert_true(park(0, "1000", "新回执")); /* in place of the old one */
	assert_int_equal(match_parked(x), MAX_PARKED);
	struct msg *m = taken(0, "1000");
	assert_string_equal(unpark(0, "1000", "1000"), "新回执");
	ended(m);
	assert_true(park(0, "2000", "回执"));
	char longest[IDFORM_MAX + 2];
	memset(longest, '9', sizeof(longest));
	longest[IDFORM_MAX + 1] = '\0';
	assert_false(park(1, longest, "回执"));
}

static void test_parked_expires(void **state)
{
	(void)state;
	assert_true(park(0, "1", "一"));
	loop_advance(loop, PARK_MS / 2);
	assert_true(park(1, "2", "二"));
	loop_advance(loop, PARK_MS / 2 - 10);
	assert_int_equal(expired, 0);
	loop_advance(loop, 20);
	assert_int_equal(expired, 1);
	assert_string_equal(expired_ids[0], "1");
	assert_int_equal(match_parked(x), 1);
	loop_advance(loop, PARK_MS);
	assert_int_equal(expired, 2);
	assert_string_equal(expired_ids[1], "2");
	/* after silence the clock is set again */
	assert_true(park(0, "3", "三"));
	loop_advance(loop, PARK_MS + 10);
	assert_int_equal(expired, 3);
	assert_int_equal(match_parked(x), 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
static const struct CMUnitTest cases[] = {
	CASE(test_forms),	 CASE(test_number_guards),	  CASE(test_learns),	   CASE(test_fixed),
	CASE(test_learns_anew),	 CASE(test_fixed_learns_nothing), CASE(test_many),	   CASE(test_parked),
	CASE(test_parked_forms), CASE(test_parked_for_another),	  CASE(test_parked_bound), CASE(test_parked_expires),
	CASE(test_end),
};

UNIT_MAIN(cases)
