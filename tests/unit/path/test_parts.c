/*
 * test_parts.c - long texts as the parts that carriers get: put together again they say what was said; nothing is cut
 * in two that is one character; every part fits the air; all else of the message is in each part.
 */
#include "path/parts.h"

#include "samples.h"
#include "smpp/udh.h"
#include "unit.h"

#define TEXT_MAX 40000u
#define ROUNDS	 300

static struct msgs *ms;
static struct relay_scratch scratch;
static uint64_t seed = 42;

struct gathered { /* parts as their frames say */
	unsigned n, total, next;
	bool ended;
	uint32_t text_n;
	uint8_t text[TEXT_MAX]; /* from its end backwards, as the last part comes first */
	uint32_t ends[SPLIT_MAX + 1];
	uint16_t ref;
	uint8_t esm_class;
	enum split_mode mode;
	enum charset charset;
};
static struct gathered got;

static int setup(void **state)
{
	(void)state;
	ms = msgs_new(10);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	msgs_free(ms);
	return 0;
}

static struct relay_peer peer_of(enum split_mode mode)
{
	return (struct relay_peer){.tlvs = true, .dcs0 = CHARSET_GSM7, .long_mode = mode};
}

/* The most that goes on the air with a header: 140 octets, or 160 septets. */
static void assert_fits_air(struct view user, uint32_t header, enum charset c)
{
	uint32_t text = user.n - header;
	if (c == CHARSET_GSM7)
		assert_true((header * 8 + 6) / 7 + text <= 160);
	else
		assert_true(header + text <= 140);
}

static bool gather(void *arg, unsigned seq, unsigned total, struct view frame)
{
	struct gathered *g = arg;
	struct pdu pdu;
	struct udh_concat concat;
	struct view v;
	assert_int_equal(pdu_decode(frame.p, frame.n, &pdu), ESME_ROK);
	if (g->n == 0) {
		g->total = g->next = total;
		g->text_n = 0;
	}
	assert_int_equal(total, g->total);
	assert_int_equal(seq, g->next--);
	assert_true(udh_concat_pdu(&pdu, &concat));
	assert_int_equal(concat.total, total);
	assert_int_equal(concat.seq, seq);
	assert_int_equal(concat.sar, g->mode == SPLIT_SAR);
	assert_int_equal(concat.ref16, g->mode != SPLIT_UDH8);
	assert_int_equal(concat.ref, g->mode == SPLIT_UDH8 ? g->ref & 0xFF : g->ref);
	assert_int_equal(pdu.sm.esm_class, g->mode == SPLIT_SAR ? g->esm_class : g->esm_class | ESM_UDHI);
	assert_false(tlv_find(pdu.tlvs, TLV_MESSAGE_PAYLOAD, &v));
	assert_true(tlv_find_str(pdu.tlvs, TLV_CAMPAIGN, &v));
	assert_view(v, "十二月");
	assert_view(pdu.sm.src.addr, SAMPLE_CODE);
	assert_view(pdu.sm.dst.addr, SAMPLE_TO);
	assert_int_equal(pdu.sm.registered_delivery, 1);
	assert_int_equal(pdu.sm.priority_flag, 2);
	uint32_t header = g->mode == SPLIT_SAR ? 0 : udh_length(pdu.sm.short_message);
	uint32_t on_air = g->mode == SPLIT_SAR ? 6 : header;
	assert_true(pdu.sm.short_message.n > header);
	struct view user = pdu.sm.short_message;
	user.n += on_air - header;
	assert_fits_air(user, on_air, g->charset);
	uint32_t text = pdu.sm.short_message.n - header;
	g->text_n += text;
	assert_true(g->text_n <= TEXT_MAX);
	memcpy(g->text + TEXT_MAX - g->text_n, pdu.sm.short_message.p + header, text);
	g->ends[seq] = g->text_n; /* octets from its beginning to the end of all */
	g->n++;
	return true;
}

static struct pdu submit_of(uint8_t data_coding, struct view text, uint8_t tlv_mem[TEXT_MAX + 200], bool sar_left)
{
	struct pdu pdu = sample_submit();
	struct tlv_out o = {tlv_mem, 0, TEXT_MAX + 200, false};
	pdu.sm.data_coding = data_coding;
	pdu.sm.priority_flag = 2;
	pdu.sm.short_message = (struct view){NULL, 0};
	tlv_put(&o, TLV_MESSAGE_PAYLOAD, text.p, text.n);
	if (sar_left) /* two of the three mean nothing */
		tlv_put_int(&o, TLV_SAR_MSG_REF_NUM, 5, 2);
	tlv_put_str(&o, TLV_CAMPAIGN, sample_view("十二月"));
	assert_false(o.full);
	pdu.tlvs = (struct view){o.p, o.n};
	return pdu;
}

/* A character that goes on what stands before it. */
static bool is_combining(int32_t v)
{
	return (v >= 0x0300 && v <= 0x036F) || (v >= 0xFE00 && v <= 0xFE0F) || (v >= 0x1F3FB && v <= 0x1F3FF);
}

/* Each part begins and ends between characters. */
static void assert_cuts(struct view text)
{
	for (unsigned seq = 2; seq <= got.total; seq++) {
		uint32_t cut = text.n - got.ends[seq], pos = 0;
		while (pos < cut)
			charset_get(got.charset, text, &pos);
		assert_int_equal(pos, cut);
		assert_false(is_combining(charset_get(got.charset, text, &pos)));
	}
}

static unsigned cut_up(uint8_t data_coding, struct view text, enum split_mode mode)
{
	static uint8_t tlv_mem[TEXT_MAX + 200];
	static uint16_t ref;
	struct relay_peer peer = peer_of(mode);
	struct pdu pdu = submit_of(data_coding, text, tlv_mem, text.n % 2);
	unsigned count = parts_count(&pdu, &peer);
	if (count < 2)
		return count;
	memset(&got, 0, sizeof(got));
	ref = (uint16_t)(ref * 77 + 301);
	got.ref = ref;
	got.mode = mode;
	got.esm_class = pdu.sm.esm_class;
	got.charset = charset_of_dcs(data_coding, CHARSET_GSM7);
	struct msg *m = sample_msg(ms, &pdu, RECORD_MT);
	assert_true(parts_make(m, &peer, &scratch, ref, gather, &got));
	msgs_give(ms, m);
	assert_int_equal(got.n, count);
	assert_int_equal(got.text_n, text.n);
	assert_memory_equal(got.text + TEXT_MAX - got.text_n, text.p, text.n);
	assert_cuts(text);
	return count;
}

/* A text of so many pieces, by chance. */
static struct view compose(const char *const *pieces, unsigned pieces_n, unsigned n, enum charset c)
{
	static uint8_t octets[TEXT_MAX];
	uint32_t at = 0;
	while (n-- > 0) {
		struct view piece = sample_view(pieces[sample_below(&seed, pieces_n)]);
		long more = charset_convert(CHARSET_UTF8, piece, c, false, octets + at, TEXT_MAX - at);
		assert_true(more >= 0);
		at += (uint32_t)more;
	}
	return (struct view){octets, at};
}

static const enum split_mode modes[] = {SPLIT_UDH8, SPLIT_UDH16, SPLIT_SAR};

static void test_chinese(void **state)
{
	(void)state;
	static const char *const pieces[] = {"一", "二", "贷", "款", "a", "😀", "𠮷", "e\xCC\x81", "👍🏽", "9"};
	for (int round = 0; round < ROUNDS; round++) {
		struct view text = compose(pieces, 10, 1 + sample_below(&seed, 600), CHARSET_UCS2);
		for (unsigned i = 0; i < 3; i++) {
			unsigned n = cut_up(8, text, modes[i]);
			assert_true(text.n <= 140 ? n == 1 : n >= 2);
		}
	}
}

static void test_gsm7(void **state)
{
	(void)state;
	static const char *const pieces[] = {"a", "€", "{", "]", "b", "@", "Δ", " ", "^", "c"};
	for (int round = 0; round < ROUNDS; round++) {
		struct view text = compose(pieces, 10, 1 + sample_below(&seed, 900), CHARSET_GSM7);
		for (unsigned i = 0; i < 3; i++) {
			unsigned n = cut_up(0, text, modes[i]);
			assert_true(text.n <= 160 ? n == 1 : n >= 2);
		}
	}
}

static void test_octets(void **state)
{
	(void)state;
	static uint8_t octets[3000];
	for (uint32_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)sample_random(&seed);
	for (uint32_t n = 1; n < 420; n++) {
		unsigned parts = n <= 140 ? 1 : (n + 133) / 134, parts16 = n <= 140 ? 1 : (n + 132) / 133;
		assert_int_equal(cut_up(4, (struct view){octets, n}, SPLIT_UDH8), parts);
		assert_int_equal(cut_up(4, (struct view){octets, n}, SPLIT_SAR), parts);
		assert_int_equal(cut_up(4, (struct view){octets, n}, SPLIT_UDH16), parts16);
	}
}

/* 255 parts and no more. */
static void test_most(void **state)
{
	(void)state;
	static const char *const one[] = {"款"};
	assert_int_equal(cut_up(8, compose(one, 1, 255 * 67, CHARSET_UCS2), SPLIT_UDH8), 255);
	assert_int_equal(cut_up(8, compose(one, 1, 255 * 67 + 1, CHARSET_UCS2), SPLIT_UDH8), 0);
	assert_int_equal(cut_up(8, compose(one, 1, 255 * 66, CHARSET_UCS2), SPLIT_UDH16), 255);
	assert_int_equal(cut_up(8, compose(one, 1, 255 * 66 + 1, CHARSET_UCS2), SPLIT_UDH16), 0);
	assert_int_equal(cut_up(8, compose(one, 1, 255 * 67 + 1, CHARSET_UCS2), SPLIT_PAYLOAD), 1);
}

/* What is short, a part already, or goes as one payload stays whole. */
static void test_whole(void **state)
{
	(void)state;
	static uint8_t octets[250], tlv_mem[64];
	struct relay_peer peer = peer_of(SPLIT_UDH8);
	struct pdu pdu = sample_submit();
	struct tlv_out o = {tlv_mem, 0, sizeof(tlv_mem), false};
	pdu.sm.data_coding = 4;
	pdu.sm.short_message = (struct view){octets, sizeof(octets)};
	assert_int_equal(parts_count(&pdu, &peer), 2);
	peer.long_mode = SPLIT_PAYLOAD;
	assert_int_equal(parts_count(&pdu, &peer), 1);
	peer.tlvs = false; /* there is no payload without TLVs */
	assert_int_equal(parts_count(&pdu, &peer), 2);
	peer.long_mode = SPLIT_SAR;
	assert_int_equal(parts_count(&pdu, &peer), 2);
	peer = peer_of(SPLIT_UDH8);
	pdu.sm.esm_class = ESM_UDHI;
	assert_int_equal(parts_count(&pdu, &peer), 1);
	pdu.sm.esm_class = 0;
	tlv_put_int(&o, TLV_SAR_MSG_REF_NUM, 5, 2);
	tlv_put_int(&o, TLV_SAR_TOTAL_SEGMENTS, 2, 1);
	pdu.tlvs = (struct view){o.p, o.n};
	assert_int_equal(parts_count(&pdu, &peer), 2);
	tlv_put_int(&o, TLV_SAR_SEGMENT_SEQNUM, 1, 1);
	pdu.tlvs = (struct view){o.p, o.n};
	assert_int_equal(parts_count(&pdu, &peer), 1);
	pdu.tlvs = (struct view){NULL, 0};
	pdu.sm.short_message.n = 0;
	assert_int_equal(parts_count(&pdu, &peer), 1);
}

static bool only_two(void *arg, unsigned seq, unsigned total, struct view frame)
{
	(void)frame;
	assert_int_equal(seq, total - *(unsigned *)arg);
	return ++*(unsigned *)arg < 2;
}

static void test_stops(void **state)
{
	(void)state;
	static uint8_t tlv_mem[TEXT_MAX + 200];
	static const char *const one[] = {"款"};
	struct relay_peer peer = peer_of(SPLIT_UDH8);
	struct pdu pdu = submit_of(8, compose(one, 1, 300, CHARSET_UCS2), tlv_mem, false);
	struct msg *m = sample_msg(ms, &pdu, RECORD_MT);
	unsigned n = 0;
	assert_false(parts_make(m, &peer, &scratch, 1, only_two, &n));
	assert_int_equal(n, 2);
	msgs_give(ms, m);
}

static enum split_mode as_data;

/* A part goes as data_sm, too: its header and text in message_payload. */
static bool send_as_data(void *arg, unsigned seq, unsigned total, struct view frame)
{
	static uint8_t wire[4096];
	struct relay_peer peer = {.tlvs = true, .data_sm = true, .part = true, .long_mode = as_data};
	struct pdu pdu, again;
	struct udh_concat concat;
	struct view text;
	assert_int_equal(pdu_decode(frame.p, frame.n, &pdu), ESME_ROK);
	struct msg *part = sample_msg(ms, &pdu, RECORD_MT);
	assert_true(relay_fill(part, SAMPLE_NOW, &peer, &scratch, &again));
	size_t n = pdu_encode(&again, wire, sizeof(wire));
	assert_true(n > 0);
	assert_int_equal(pdu_decode(wire, n, &again), ESME_ROK);
	assert_int_equal(again.command_id, DATA_SM);
	assert_true(udh_concat_pdu(&again, &concat));
	assert_int_equal(concat.seq, seq);
	assert_int_equal(concat.total, total);
	assert_true(pdu_text(&again, &text));
	assert_true(view_eq(text, pdu.sm.short_message));
	msgs_give(ms, part);
	++*(unsigned *)arg;
	return true;
}

static void test_data_sm(void **state)
{
	(void)state;
	static uint8_t tlv_mem[TEXT_MAX + 200];
	static const char *const one[] = {"款", "😀"};
	for (unsigned i = 0; i < 3; i++) {
		struct relay_peer peer = peer_of(modes[i]);
		as_data = modes[i];
		struct pdu pdu = submit_of(8, compose(one, 2, 200, CHARSET_UCS2), tlv_mem, false);
		struct msg *m = sample_msg(ms, &pdu, RECORD_MT);
		unsigned n = 0, count = parts_count(&pdu, &peer);
		assert_true(count > 1);
		assert_true(parts_make(m, &peer, &scratch, 9, send_as_data, &n));
		assert_int_equal(n, count);
		msgs_give(ms, m);
	}
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

static const struct CMUnitTest cases[] = {
	CASE(test_chinese), CASE(test_gsm7),  CASE(test_octets),  CASE(test_most),
	CASE(test_whole),   CASE(test_stops), CASE(test_data_sm),
};

UNIT_MAIN(cases)
