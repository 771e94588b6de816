/*
 * test_receipt.c - receipt text: the words of all states, the exact form we write, receipts as carriers send them,
 * and what may be taken for a receipt at all.
 */
#include "unit.h"

#include <stdlib.h>

#include "smpp/receipt.h"
#include "smpp/charset.h"
#include "receipts_met.h"

#define CHINA 32

static struct view bytes(const void *p, size_t n)
{
	return (struct view){p, (uint32_t)n};
}

#define BYTES(literal) bytes(literal, sizeof literal - 1)

/* The table of smpp.md 11 */
static const struct {
	enum message_state state;
	const char *word, *full;
	bool final;
} words[] = {
	{STATE_SCHEDULED, "SCHEDULED", "SCHEDULED", false}, {STATE_ENROUTE, "ENROUTE", "ENROUTE", false},
	{STATE_DELIVERED, "DELIVRD", "DELIVERED", true},    {STATE_EXPIRED, "EXPIRED", "EXPIRED", true},
	{STATE_DELETED, "DELETED", "DELETED", true},	    {STATE_UNDELIVERABLE, "UNDELIV", "UNDELIVERABLE", true},
	{STATE_ACCEPTED, "ACCEPTD", "ACCEPTED", false},	    {STATE_UNKNOWN, "UNKNOWN", "UNKNOWN", true},
	{STATE_REJECTED, "REJECTD", "REJECTED", true},	    {STATE_SKIPPED, "SKIPPED", "SKIPPED", true},
};

static void means(const char *word, enum message_state want)
{
	enum message_state got = (enum message_state)99;

	assert_true(receipt_stat_state(view_of(word), &got));
	assert_int_equal(got, want);
}

static void every_state(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		char lower[16];

		assert_int_equal(words[i].state, i);
		assert_string_equal(receipt_stat_name(words[i].state), words[i].word);
		assert_int_equal(receipt_state_final(words[i].state), words[i].final);
		means(words[i].word, words[i].state);
		means(words[i].full, words[i].state);
		for (size_t at = 0; at <= strlen(words[i].full); at++)
			lower[at] = (char)(words[i].full[at] | (words[i].full[at] ? 0x20 : 0));
		means(lower, words[i].state);
	}
	assert_string_equal(receipt_stat_name((enum message_state)10), "UNKNOWN");
	assert_string_equal(receipt_stat_name((enum message_state)255), "UNKNOWN");
	assert_false(receipt_state_final((enum message_state)10));
}

static void words_that_the_specification_lacks(void **state)
{
	static const char *const others[] = {
		"",  "FAILED", "MK:0001",  "MBBLACK",  "DB:0141",  "DND_REJECTED", "ACKED",  "BUFFRED",
		"2", "DELIVR", "DELIVRDX", "DELIVERE", " DELIVRD", "UNDELIVE",	   "REJECT", "M:00181",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++) {
		enum message_state got = (enum message_state)77;

		assert_false(receipt_stat_state(view_of(others[i]), &got));
		assert_int_equal(got, 77);
	}
	assert_false(receipt_stat_state(BYTES("DELIVRD\0"), &(enum message_state){0}));
}

static struct receipt_out sample(void)
{
	return (struct receipt_out){
		.id = view_of("100000000000004711"),
		.state = STATE_DELIVERED,
		.dlvrd = true,
		.submit_ms = INT64_C(1777599000000), /* 2026-05-01 01:30 UTC */
		.done_ms = INT64_C(1777599065999),
		.zone_quarters = CHINA,
		.text = view_of("Hello"),
	};
}

static void writes(const struct receipt_out *r, const char *want)
{
	char buf[300];
	size_t n = receipt_format(r, buf, sizeof buf);

	assert_int_equal(n, strlen(want));
	assert_memory_equal(buf, want, n);
}

static void exact_form(void **state)
{
	struct receipt_out r = sample();

	(void)state;
	writes(&r, "id:100000000000004711 sub:001 dlvrd:001 submit date:2605010930 done date:2605010931 stat:DELIVRD "
		   "err:000 text:Hello");
	r.dlvrd = false;
	r.state = STATE_UNDELIVERABLE;
	r.err = view_of("MK:0001");
	r.zone_quarters = 0;
	r.text = view_of("");
	writes(&r, "id:100000000000004711 sub:001 dlvrd:000 submit date:2605010130 done date:2605010131 stat:UNDELIV "
		   "err:MK:0001 text:");
}

static void every_state_written(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		struct receipt_out r = sample();
		struct receipt got;
		char buf[200];
		size_t n;

		r.state = words[i].state;
		n = receipt_format(&r, buf, sizeof buf);
		assert_true(receipt_parse(bytes(buf, n), &got));
		assert_true(view_eq(got.stat, view_of(words[i].word)));
		assert_true(view_eq(got.id, r.id));
		assert_true(view_eq(got.sub, view_of("001")));
		assert_true(view_eq(got.dlvrd, view_of("001")));
		assert_true(view_eq(got.submit_date, view_of("2605010930")));
		assert_true(view_eq(got.done_date, view_of("2605010931")));
		assert_true(view_eq(got.err, view_of("000")));
		assert_true(view_eq(got.text, view_of("Hello")));
	}
}

static void err_is_three_wide(void **state)
{
	static const char *const pairs[][2] = {
		{"", "000"},	  {"5", "005"},	 {"75", "075"},	   {"034", "034"},
		{"null", "null"}, {"1F", "01F"}, {"0x45", "0x45"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		struct receipt_out r = sample();
		char want[200];

		r.err = view_of(pairs[i][0]);
		snprintf(want, sizeof want,
			 "id:100000000000004711 sub:001 dlvrd:001 submit date:2605010930 done date:2605010931 "
			 "stat:DELIVRD err:%s text:Hello",
			 pairs[i][1]);
		writes(&r, want);
	}
}

static void text_is_cut_at_a_character(void **state)
{
	static const char *const pairs[][2] = {
		{"12345678901234567890", "12345678901234567890"},
		{"123456789012345678901", "12345678901234567890"},
		{"【测试】验证码一二三四五六", "【测试】验证"}, /* 18 octets, 21 would be too many */
		{"ab测试测试测试测试", "ab测试测试测试"},	/* 20 octets just so */
		{"abcd测试测试测试", "abcd测试测试测"},		/* 19 */
		{"a😀😀😀😀😀😀", "a😀😀😀😀"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		struct receipt_out r = sample();
		char want[200];

		r.text = view_of(pairs[i][0]);
		snprintf(want, sizeof want,
			 "id:100000000000004711 sub:001 dlvrd:001 submit date:2605010930 done date:2605010931 "
			 "stat:DELIVRD err:000 text:%s",
			 pairs[i][1]);
		writes(&r, want);
	}
}

static void never_over_the_room(void **state)
{
	struct receipt_out r = sample();
	char whole[300], buf[300];
	size_t n = receipt_format(&r, whole, sizeof whole);

	(void)state;
	for (size_t cap = 0; cap <= n; cap++) {
		memset(buf, 0x5A, sizeof buf);
		assert_int_equal(receipt_format(&r, buf, cap), cap == n ? n : 0);
		for (size_t i = cap; i < sizeof buf; i++)
			assert_int_equal(buf[i], 0x5A);
	}
	assert_memory_equal(buf, whole, n);
}

#define NTABLE (sizeof table / sizeof table[0])

static void field_is(const char *what, const char *name, struct view got, const char *want)
{
	if (!view_eq(got, view_of(want ? want : "")))
		fail_msg("%s: %s is \"%.*s\", not \"%s\"", what, name, (int)got.n, got.n ? (const char *)got.p : "",
			 want ? want : "");
}

static void receipt_is(const struct field_case *c, bool found, const struct receipt *r)
{
	if (found != c->found)
		fail_msg("%s: found is %d", c->what, found);
	field_is(c->what, "id", r->id, c->id);
	field_is(c->what, "sub", r->sub, c->sub);
	field_is(c->what, "dlvrd", r->dlvrd, c->dlvrd);
	field_is(c->what, "submit date", r->submit_date, c->submit_date);
	field_is(c->what, "done date", r->done_date, c->done_date);
	field_is(c->what, "stat", r->stat, c->stat);
	field_is(c->what, "err", r->err, c->err);
	field_is(c->what, "text", r->text, c->rest);
}

static void receipts_of_the_field(void **state)
{
	(void)state;
	assert_true(NTABLE >= 60);
	for (unsigned i = 0; i < NTABLE; i++) {
		struct receipt r;
		bool found = receipt_parse(table[i].text, &r);

		receipt_is(&table[i], found, &r);
	}
}

static struct pdu deliver(struct view text, uint8_t esm_class, uint8_t data_coding)
{
	struct pdu pdu = {.command_id = DELIVER_SM, .has_body = true};

	pdu.sm.esm_class = esm_class;
	pdu.sm.data_coding = data_coding;
	pdu.sm.short_message = text;
	return pdu;
}

static struct view as_ucs2(struct view text, uint8_t *room, uint32_t cap)
{
	long n = charset_convert(CHARSET_UTF8, text, CHARSET_UCS2, false, room, cap);

	assert_true(n >= 0);
	return bytes(room, (size_t)n);
}

/* The whole table again, as single octets and as UCS-2, labelled rightly and wrongly. */
static void every_label(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NTABLE; i++)
		for (unsigned way = 0; way < 4; way++) {
			struct view text = table[i].text;
			uint8_t room[1024];
			char scratch[512];
			struct receipt r;
			struct pdu pdu;
			bool found;

			/* where nothing is found what is left behind depends on the last try; junk is no UTF-8 */
			if (!table[i].found || strncmp(table[i].what, "UDH", 3) == 0)
				continue;
			if (way & 1)
				text = as_ucs2(text, room, sizeof room);
			pdu = deliver(text, ESM_RECEIPT, way & 2 ? 8 : 0);
			found = receipt_parse_pdu(&pdu, scratch, sizeof scratch, &r);
			receipt_is(&table[i], found, &r);
		}
}

static const struct field_case hello = {
	.what = "in a PDU", .found = true, .id = "4139665", .stat = "DELIVRD", .err = "000", .rest = "Hello"};

#define HELLO "id:4139665 stat:DELIVRD err:000 text:Hello"

static void reads_hello(const struct pdu *pdu)
{
	char scratch[512];
	struct receipt r;
	bool found = receipt_parse_pdu(pdu, scratch, sizeof scratch, &r);

	receipt_is(&hello, found, &r);
}

static void payload_and_data_sm(void **state)
{
	uint8_t area[256];
	struct tlv_out o = {.p = area, .cap = sizeof area};
	struct pdu pdu = deliver(bytes(NULL, 0), ESM_RECEIPT, 0);

	(void)state;
	tlv_put(&o, TLV_MESSAGE_PAYLOAD, HELLO, sizeof HELLO - 1);
	pdu.tlvs = bytes(o.p, o.n);
	reads_hello(&pdu);
	pdu.command_id = DATA_SM;
	reads_hello(&pdu);
	pdu.sm.short_message = BYTES("\0\0"); /* says nothing, so the payload is asked */
	reads_hello(&pdu);
	pdu.sm.short_message = BYTES(HELLO);
	pdu.tlvs = bytes(NULL, 0);
	reads_hello(&pdu);
}

static void header_before_the_text(void **state)
{
	uint8_t room[256];
	struct view ucs2;
	struct pdu pdu = deliver(BYTES("\5\0\3\xA7\1\1" HELLO), ESM_RECEIPT | ESM_UDHI, 0);

	(void)state;
	reads_hello(&pdu);
	pdu.sm.esm_class = ESM_RECEIPT; /* header there, mark forgotten */
	reads_hello(&pdu);
	pdu = deliver(BYTES(HELLO), ESM_RECEIPT | ESM_UDHI, 0); /* mark there, header forgotten */
	reads_hello(&pdu);
	memcpy(room, "\6\x08\4\1\xA7\1\1", 7); /* an odd header before UTF-16 */
	ucs2 = as_ucs2(BYTES(HELLO), room + 7, sizeof room - 7);
	pdu = deliver(bytes(room, 7 + ucs2.n), ESM_RECEIPT | ESM_UDHI, 8);
	reads_hello(&pdu);
	pdu.sm.data_coding = 0;
	reads_hello(&pdu);
	pdu = deliver(BYTES("\7\0\3\xA7\1\1\0\5" HELLO), ESM_RECEIPT | ESM_UDHI, 0); /* broken header */
	reads_hello(&pdu);
}

/* A header element that spells a key must not win over the text behind the header. */
static void keys_inside_the_header(void **state)
{
	struct pdu pdu = deliver(BYTES("\x0E\x70\x0Cid:1 stat:NO " HELLO), ESM_RECEIPT | ESM_UDHI, 0);

	(void)state;
	reads_hello(&pdu);
}

static void utf16_with_stray_octets(void **state)
{
	uint8_t room[256];
	struct view ucs2 = as_ucs2(BYTES(HELLO), room, sizeof room - 4);
	struct pdu pdu;

	(void)state;
	memset(room + ucs2.n, 0, 3);
	for (uint32_t stray = 0; stray <= 3; stray++) {
		pdu = deliver(bytes(room, ucs2.n + stray), ESM_RECEIPT, 8);
		reads_hello(&pdu);
	}
	room[ucs2.n - 2] = 0xD8; /* "Hell" and half a pair */
	room[ucs2.n - 1] = 0x3D;
	pdu = deliver(bytes(room, ucs2.n), ESM_RECEIPT, 8);
	{
		struct field_case want = hello;
		char scratch[512];
		struct receipt r;
		bool found = receipt_parse_pdu(&pdu, scratch, sizeof scratch, &r);

		want.rest = "Hell?";
		receipt_is(&want, found, &r);
	}
}

/* Octets that say one thing as UTF-16 and another one by one: the label decides. */
static void the_label_comes_first(void **state)
{
	struct pdu pdu = deliver(BYTES("\0i\0d\0:\0001\0 id:9 "), ESM_RECEIPT, 8); /* "id:1 " and three ideographs */
	char scratch[512];
	struct receipt r;

	(void)state;
	assert_true(receipt_parse_pdu(&pdu, scratch, sizeof scratch, &r));
	field_is("labelled UTF-16", "id", r.id, "1");
	pdu.sm.data_coding = 0;
	assert_true(receipt_parse_pdu(&pdu, scratch, sizeof scratch, &r));
	field_is("labelled octets", "id", r.id, "9");
}

static void small_scratch(void **state)
{
	uint8_t room[256];
	struct view ucs2 = as_ucs2(BYTES(HELLO), room, sizeof room);
	struct pdu pdu = deliver(ucs2, ESM_RECEIPT, 8);
	char scratch[sizeof HELLO];
	struct receipt r;

	(void)state;
	for (size_t cap = 0; cap < sizeof HELLO; cap++) {
		memset(scratch, 0x5A, sizeof scratch);
		/* "id:4" is the first that says something */
		assert_int_equal(receipt_parse_pdu(&pdu, scratch, cap, &r), cap >= 4);
		for (size_t i = cap; i < sizeof scratch; i++)
			assert_int_equal(scratch[i], 0x5A);
	}
	field_is("small scratch", "text", r.text, "Hello");
	assert_false(receipt_parse_pdu(&pdu, NULL, 0, &r));
	pdu = deliver(as_ucs2(BYTES("id:5 text:测试"), room, sizeof room), ESM_RECEIPT, 8);
	for (size_t cap = 10; cap <= 16; cap++) { /* a character that does not fit is left out whole */
		assert_true(receipt_parse_pdu(&pdu, scratch, cap, &r));
		field_is("small scratch", "text", r.text, cap < 13 ? "" : cap < 16 ? "测" : "测试");
	}
}

/* Example 18 of smpp.md 14 */
static void golden_18(void **state)
{
	struct view text =
		BYTES("id:4139665 sub:001 dlvrd:001 submit date:2605010930 done date:2605010931 stat:DELIVRD "
		      "err:000 text:Hello");
	uint8_t buf[256] = {0, 0, 0, 0xB7, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 2};
	static const char body[] = "\0\1\1"
				   "8613800138000\0\1\1"
				   "1069012345\0\4\0\0\0\0\0\0\0\0\x68";
	static const char tlvs[] = "\0\x1e\0\7"
				   "3f2a91\0\4\x27\0\1\2\4\x23\0\3\0\0";
	size_t n = 16;
	struct receipt r;
	struct pdu pdu;
	char scratch[512];

	(void)state;
	memcpy(buf + n, body, sizeof body - 1);
	n += sizeof body - 1;
	memcpy(buf + n, text.p, text.n);
	n += text.n;
	memcpy(buf + n, tlvs, sizeof tlvs);
	n += sizeof tlvs;
	assert_int_equal(n, 0xB7);
	assert_int_equal(pdu_decode(buf, n, &pdu), ESME_ROK);
	assert_true(receipt_recognise(&pdu, false));
	assert_true(receipt_parse_pdu(&pdu, scratch, sizeof scratch, &r));
	field_is("golden 18", "id", r.id, "4139665");
	field_is("golden 18", "stat", r.stat, "DELIVRD");
	field_is("golden 18", "done date", r.done_date, "2605010931");
}

/* Of all values of esm_class, only the types 0x04 and 0x20 are receipts; mode, UDHI and reply path do not matter. */
static void recognised_by_type(void **state)
{
	(void)state;
	for (unsigned esm = 0; esm < 256; esm++) {
		struct pdu pdu = deliver(BYTES("TD"), (uint8_t)esm, 0);
		unsigned type = esm & 0x3C;

		assert_int_equal(receipt_recognise(&pdu, false), type == 0x04 || type == 0x20);
		pdu.command_id = DATA_SM;
		assert_int_equal(receipt_recognise(&pdu, false), type == 0x04 || type == 0x20);
		pdu.command_id = SUBMIT_SM; /* of an ESME that carries messages on for us */
		assert_int_equal(receipt_recognise(&pdu, false), type == 0x04 || type == 0x20);
		pdu.command_id = REPLACE_SM;
		assert_false(receipt_recognise(&pdu, false));
		assert_false(receipt_recognise(&pdu, true));
	}
}

static void recognised_by_tlv(void **state)
{
	uint8_t area[64];
	struct tlv_out o = {.p = area, .cap = sizeof area};
	struct pdu pdu = deliver(bytes(NULL, 0), 0, 0);

	(void)state;
	tlv_put_int(&o, TLV_MESSAGE_STATE, 2, 1); /* says nothing alone */
	pdu.tlvs = bytes(o.p, o.n);
	assert_false(receipt_recognise(&pdu, true));
	tlv_put_str(&o, TLV_RECEIPTED_MESSAGE_ID, view_of("3f2a91"));
	pdu.tlvs = bytes(o.p, o.n);
	assert_true(receipt_recognise(&pdu, false));
	o.n = 0;
	tlv_put(&o, TLV_RECEIPTED_MESSAGE_ID, "3f2a91", 6); /* without its NUL */
	pdu.tlvs = bytes(o.p, o.n);
	assert_true(receipt_recognise(&pdu, false));
}

static void a_forged_text_is_no_receipt(void **state)
{
	uint8_t room[512];
	struct pdu pdu = deliver(BYTES(HELLO), 0, 0);

	(void)state;
	assert_false(receipt_recognise(&pdu, false));
	assert_true(receipt_recognise(&pdu, true)); /* the carrier is configured so */
	pdu = deliver(as_ucs2(BYTES(HELLO), room, sizeof room), 0, 8);
	assert_false(receipt_recognise(&pdu, false));
	assert_true(receipt_recognise(&pdu, true));
	pdu = deliver(BYTES("id:5"), 0, 0); /* both keys are wanted */
	assert_false(receipt_recognise(&pdu, true));
	pdu = deliver(BYTES("stat:DELIVRD"), 0, 0);
	assert_false(receipt_recognise(&pdu, true));
	pdu = deliver(BYTES("退订"), 0, 0);
	assert_false(receipt_recognise(&pdu, true));
	pdu = deliver(BYTES(HELLO), 0x08, 0); /* an SME's acknowledgement */
	assert_false(receipt_recognise(&pdu, false));
}

static void other_pdus_hold_no_receipt(void **state)
{
	struct pdu pdu = deliver(BYTES(HELLO), ESM_RECEIPT, 0);
	char scratch[512];
	struct receipt r;

	(void)state;
	pdu.command_id = SUBMIT_SM | COMMAND_RESP;
	assert_false(receipt_parse_pdu(&pdu, scratch, sizeof scratch, &r));
	assert_int_equal(r.id.n, 0);
	pdu.command_id = DELIVER_SM | COMMAND_RESP;
	assert_false(receipt_parse_pdu(&pdu, scratch, sizeof scratch, &r));
	assert_false(receipt_recognise(&pdu, true));
}

/* A text made to be slow: many keys, long runs of blanks. It must be read in one go. */
static void long_hostile_texts(void **state)
{
	static char text[65535];
	struct receipt r;

	(void)state;
	for (size_t i = 0; i + 3 <= sizeof text; i += 3)
		memcpy(text + i, "id:", 3);
	assert_false(receipt_parse(bytes(text, sizeof text), &r));
	memset(text, ':', sizeof text);
	assert_false(receipt_parse(bytes(text, sizeof text), &r));
	memset(text, ' ', sizeof text);
	memcpy(text, "id:", 3);
	memcpy(text + sizeof text - 4, "stat", 4);
	assert_true(receipt_parse(bytes(text, sizeof text), &r));
	field_is("long", "id", r.id, "stat");
}

#define USUAL                                                                                                          \
	"id:0123456789abcdef7 sub:001 dlvrd:001 submit date:2611230520 done date:2611230521 stat:DELIVRD err:0 "       \
	"Text:hi x"

/* A field of two texts is the same; before: octets in front of the second one. */
static void same_field(struct view a, struct view text, struct view b, struct view other, uint32_t before)
{
	assert_int_equal(a.n, b.n);
	if (a.n > 0)
		assert_int_equal(a.p - text.p + before, b.p - other.p);
}

/* As it stands, and behind a word that is none of its own, which makes the reader look for each key. */
static void read_both_ways(const char *octets, size_t n)
{
	uint8_t *exact = malloc(n + 2); /* so that a read beyond it is seen */
	struct view text, other;
	struct receipt a, b;

	assert_non_null(exact);
	memcpy(exact, "- ", 2);
	memcpy(exact + 2, octets, n);
	other = bytes(exact, n + 2);
	text = bytes(exact + 2, n);
	assert_int_equal(receipt_parse(text, &a), receipt_parse(other, &b));
	same_field(a.id, text, b.id, other, 2);
	same_field(a.sub, text, b.sub, other, 2);
	same_field(a.dlvrd, text, b.dlvrd, other, 2);
	same_field(a.submit_date, text, b.submit_date, other, 2);
	same_field(a.done_date, text, b.done_date, other, 2);
	same_field(a.stat, text, b.stat, other, 2);
	same_field(a.err, text, b.err, other, 2);
	same_field(a.text, text, b.text, other, 2);
	free(exact);
}

/* The usual text is read without a search: with any octet at any place, cut anywhere, longer or shorter, that finds the
 * same. */
static void found_without_a_search(void **state)
{
	char text[sizeof USUAL + 32];
	size_t n = sizeof USUAL - 1;

	(void)state;
	for (size_t at = 0; at < n; at++) {
		for (unsigned c = 0; c < 256; c++) {
			memcpy(text, USUAL, n);
			text[at] = (char)c;
			read_both_ways(text, n);
		}
		read_both_ways(USUAL, at);
		for (size_t more = 1; more < 20; more++) {
			memcpy(text, USUAL, at);
			memset(text + at, '7', more);
			memcpy(text + at + more, &USUAL[at], n - at);
			read_both_ways(text, n + more);
		}
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(every_state),
	cmocka_unit_test(words_that_the_specification_lacks),
	cmocka_unit_test(exact_form),
	cmocka_unit_test(every_state_written),
	cmocka_unit_test(err_is_three_wide),
	cmocka_unit_test(text_is_cut_at_a_character),
	cmocka_unit_test(never_over_the_room),
	cmocka_unit_test(receipts_of_the_field),
	cmocka_unit_test(every_label),
	cmocka_unit_test(payload_and_data_sm),
	cmocka_unit_test(header_before_the_text),
	cmocka_unit_test(keys_inside_the_header),
	cmocka_unit_test(utf16_with_stray_octets),
	cmocka_unit_test(the_label_comes_first),
	cmocka_unit_test(small_scratch),
	cmocka_unit_test(golden_18),
	cmocka_unit_test(recognised_by_type),
	cmocka_unit_test(recognised_by_tlv),
	cmocka_unit_test(a_forged_text_is_no_receipt),
	cmocka_unit_test(other_pdus_hold_no_receipt),
	cmocka_unit_test(long_hostile_texts),
	cmocka_unit_test(found_without_a_search),
};

UNIT_MAIN(cases)
