/*
 * test_reassembly.c - long MO: parts in every order, twice, of many senders at once, missing; bounds and age.
 */
#include "path/reassembly.h"

#include "samples.h"
#include "unit.h"

#define MAX_PARTS 300
#define AGE_MS	  600000

static struct loop *loop;
static struct reassembly *x;
static unsigned whole_n, expired_n;
static char text[40000];
static unsigned have, total;
static size_t keys_n, carrier_seen;
static char keys[255][REASSEMBLY_KEY_MAX];

static void note(const struct reassembled *r)
{
	snprintf(text, sizeof(text), "%.*s", (int)r->text.n, (const char *)r->text.p);
	have = r->have;
	total = r->total;
	carrier_seen = r->carrier;
	keys_n = r->parts_n;
	memcpy(keys, r->keys, r->parts_n * sizeof(keys[0]));
	assert_int_equal(r->first->command_id, DELIVER_SM);
	assert_view(r->first->sm.src.addr, SAMPLE_TO);
}

static void on_whole(void *arg, const struct reassembled *r)
{
	assert_ptr_equal(arg, &whole_n);
	whole_n++;
	note(r);
}

static void on_expired(void *arg, const struct reassembled *r)
{
	assert_ptr_equal(arg, &expired_n);
	expired_n++;
	note(r);
}

static int setup(void **state)
{
	(void)state;
	loop = loop_new_simulated(SAMPLE_NOW);
	x = reassembly_new(loop, MAX_PARTS, AGE_MS, on_expired, &expired_n);
	whole_n = expired_n = 0;
	text[0] = '\0';
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	reassembly_free(x);
	loop_free(loop);
	return 0;
}

/* A part in a frame of its own; its memory is gone after the call, as a connection's input is. */
static bool add(size_t carrier, const char *body, struct udh_concat c)
{
	static const char *const names[] = {"mobile", "unicom"};
	uint8_t user[256], frame[512], tlv_mem[64];
	struct tlv_out tlvs = {tlv_mem, 0, sizeof(tlv_mem), false};
	uint32_t n = c.sar ? 0 : udh_write(&c, user);
	memcpy(user + n, body, strlen(body));
	struct pdu pdu = sample_mo((const char *)user, n + (uint32_t)strlen(body)), decoded;
	pdu.sm.esm_class = c.sar ? 0 : ESM_UDHI;
	if (c.sar) {
		tlv_put_int(&tlvs, TLV_SAR_MSG_REF_NUM, c.ref, 2);
		tlv_put_int(&tlvs, TLV_SAR_TOTAL_SEGMENTS, c.total, 1);
		tlv_put_int(&tlvs, TLV_SAR_SEGMENT_SEQNUM, c.seq, 1);
		pdu.tlvs = (struct view){tlvs.p, tlvs.n};
	}
	size_t size = pdu_encode(&pdu, frame, sizeof(frame));
	assert_true(size > 0);
	assert_int_equal(pdu_decode(frame, size, &decoded), ESME_ROK);
	struct udh_concat read;
	assert_true(udh_concat_pdu(&decoded, &read));
	bool taken = reassembly_add(x, carrier, names[carrier], (struct view){frame, (uint32_t)size}, &decoded, &read,
				    on_whole, &whole_n);
	memset(frame, 0xEE, sizeof(frame));
	return taken;
}

static struct udh_concat udh8(uint8_t ref, uint8_t of, uint8_t seq)
{
	return (struct udh_concat){ref, of, seq, false, false};
}

static const char *const parts[] = {"一月", "二月三", "四", "五月六月", "七"};
#define WHOLE "一月二月三四五月六月七"

static void permute(uint8_t *order, unsigned n, unsigned at, void (*fn)(const uint8_t *order, unsigned n))
{
	if (at == n) {
		fn(order, n);
		return;
	}
	for (unsigned i = at; i < n; i++) {
		uint8_t t = order[at];
		order[at] = order[i];
		order[i] = t;
		permute(order, n, at + 1, fn);
		order[i] = order[at];
		order[at] = t;
	}
}

static uint8_t next_ref;

static void check_order(const uint8_t *order, unsigned n)
{
	unsigned before = whole_n;
	next_ref++;
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(whole_n, before);
		assert_true(add(0, parts[order[i]], udh8(next_ref, (uint8_t)n, (uint8_t)(order[i] + 1))));
		if (i + 1 < n)
			assert_int_equal(reassembly_parts(x), n);
	}
	assert_int_equal(whole_n, before + 1);
	assert_string_equal(text, WHOLE);
	assert_int_equal(keys_n, n);
	assert_int_equal(reassembly_parts(x), 0);
}

static void test_every_order(void **state)
{
	(void)state;
	uint8_t order[] = {0, 1, 2, 3, 4};
	permute(order, 5, 0, check_order);
	assert_int_equal(whole_n, 120);
	assert_int_equal(have, 5);
	assert_int_equal(total, 5);
}

/* A part that comes again, with another text, replaces nothing. */
static void test_twice(void **state)
{
	(void)state;
	assert_true(add(0, "一", udh8(1, 2, 1)));
	assert_true(add(0, "假", udh8(1, 2, 1)));
	assert_int_equal(whole_n, 0);
	assert_true(add(0, "二", udh8(1, 2, 2)));
	assert_string_equal(text, "一二");
	/* after the whole: a new set begins */
	assert_true(add(0, "二", udh8(1, 2, 2)));
	assert_int_equal(whole_n, 1);
	assert_int_equal(reassembly_parts(x), 2);
}

/* Carrier, reference, total and kind keep sets apart. */
static void test_apart(void **state)
{
	(void)state;
	struct udh_concat first[] = {
		udh8(1, 2, 1), udh8(2, 2, 1), udh8(1, 3, 1), {1, 2, 1, true, false}, {1, 2, 1, true, true}};
	for (size_t i = 0; i < 5; i++)
		assert_true(add(0, "甲", first[i]));
	assert_true(add(1, "甲", first[0]));
	assert_int_equal(whole_n, 0);
	assert_int_equal(reassembly_parts(x), 13);
	char key[6][REASSEMBLY_KEY_MAX];
	struct pdu pdu = sample_mo("", 0);
	for (size_t i = 0; i < 6; i++) {
		reassembly_key(i < 5 ? "mobile" : "unicom", &pdu, &first[i % 5], key[i]);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(key[i], key[k]);
	}
	assert_true(add(1, "乙", udh8(1, 2, 2)));
	assert_int_equal(carrier_seen, 1);
	struct udh_concat sar = {1, 2, 2, true, true};
	assert_true(add(0, "丙", sar));
	assert_string_equal(text, "甲丙");
	assert_int_equal(whole_n, 2);
}

/* The keys told are those that the parts were stored under. */
static void test_keys(void **state)
{
	(void)state;
	struct pdu pdu = sample_mo("", 0);
	char want[REASSEMBLY_KEY_MAX];
	for (uint8_t seq = 3; seq >= 1; seq--)
		assert_true(add(0, "月", udh8(9, 3, seq)));
	for (uint8_t seq = 1; seq <= 3; seq++) {
		struct udh_concat c = udh8(9, 3, seq);
		reassembly_key("mobile", &pdu, &c, want);
		assert_string_equal(keys[seq - 1], want);
	}
}

/* The longest names and addresses that there are still give each part a key of its own. */
static void test_longest_keys(void **state)
{
	(void)state;
	char address[64];
	char key[3][REASSEMBLY_KEY_MAX];
	memset(address, '9', sizeof(address));
	struct pdu pdu = sample_mo("", 0);
	pdu.sm.src.addr = pdu.sm.dst.addr = (struct view){(uint8_t *)address, sizeof(address)};
	struct udh_concat c[] = {
		{65535, 255, 254, true, false}, {65535, 255, 255, true, false}, {65534, 255, 255, true, false}};
	for (size_t i = 0; i < 3; i++) {
		reassembly_key("abcdefghijklmnopqrstuvwxyz12345", &pdu, &c[i], key[i]);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(key[i], key[k]);
	}
}

static void test_incomplete(void **state)
{
	(void)state;
	assert_true(add(0, "一", udh8(1, 3, 1)));
	loop_advance(loop, AGE_MS / 2);
	assert_true(add(0, "三", udh8(1, 3, 3))); /* the age counts from the first part */
	assert_true(add(1, "另", udh8(7, 2, 2)));
	loop_advance(loop, AGE_MS / 2 + 10);
	assert_int_equal(expired_n, 1);
	assert_int_equal(have, 2);
	assert_int_equal(total, 3);
	assert_int_equal(keys_n, 2);
	assert_string_equal(text, "一三");
	assert_int_equal(reassembly_parts(x), 2);
	loop_advance(loop, AGE_MS / 2);
	assert_int_equal(expired_n, 2);
	assert_string_equal(text, "另");
	assert_int_equal(carrier_seen, 1);
	assert_int_equal(reassembly_parts(x), 0);
	/* and once more, after the clock stood still */
	assert_true(add(0, "一", udh8(1, 3, 1)));
	loop_advance(loop, AGE_MS + 10);
	assert_int_equal(expired_n, 3);
	assert_int_equal(whole_n, 0);
}

/* A set counts with all that it announces: 255 announced parts cannot be had for the price of one. */
static void test_bound(void **state)
{
	(void)state;
	assert_true(add(0, "一", udh8(1, 255, 1)));
	assert_int_equal(reassembly_parts(x), 255);
	assert_false(add(0, "一", udh8(2, 255, 1)));
	assert_true(add(0, "一", udh8(3, 45, 1)));
	assert_int_equal(reassembly_parts(x), MAX_PARTS);
	assert_false(add(0, "一", udh8(4, 2, 1)));
	assert_true(add(0, "二", udh8(3, 45, 2))); /* what is begun goes on */
	loop_advance(loop, AGE_MS + 10);
	assert_int_equal(reassembly_parts(x), 0);
	assert_true(add(0, "一", udh8(2, 255, 1)));
}

static void test_longest(void **state)
{
	(void)state;
	char body[135], want[255 * 134 + 1];
	for (unsigned seq = 1; seq <= 255; seq++) {
		memset(body, 'a' + (int)(seq % 26), 134);
		body[134] = '\0';
		memcpy(want + (seq - 1) * 134, body, 135);
		assert_true(add(0, body, udh8(1, 255, (uint8_t)seq)));
	}
	assert_int_equal(whole_n, 1);
	assert_string_equal(text, want);
	assert_int_equal(keys_n, 255);
}

/* Many senders' parts in random order, against the texts that they were cut from. */
static void test_many(void **state)
{
	(void)state;
	enum { SETS = 40 };
	uint8_t order[SETS * 5];
	uint64_t seed = 6;
	for (unsigned i = 0; i < sizeof(order); i++)
		order[i] = (uint8_t)i;
	for (unsigned i = sizeof(order) - 1; i > 0; i--) {
		unsigned k = sample_below(&seed, i + 1);
		uint8_t t = order[i];
		order[i] = order[k];
		order[k] = t;
	}
	for (unsigned i = 0; i < sizeof(order); i++) {
		unsigned before = whole_n;
		unsigned seq = order[i] % 5;
		assert_true(add(order[i] / 5 % 2, parts[seq], udh8((uint8_t)(order[i] / 5), 5, (uint8_t)(seq + 1))));
		if (whole_n > before)
			assert_string_equal(text, WHOLE);
	}
	assert_int_equal(whole_n, SETS);
	assert_int_equal(reassembly_parts(x), 0);
	reassembly_free(NULL);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
static const struct CMUnitTest cases[] = {
	CASE(test_every_order), CASE(test_twice), CASE(test_apart),   CASE(test_keys), CASE(test_longest_keys),
	CASE(test_incomplete),	CASE(test_bound), CASE(test_longest), CASE(test_many),
};

UNIT_MAIN(cases)
