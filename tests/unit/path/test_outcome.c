/*
 * test_outcome.c - what carriers' receipts say of a message: the variety of smpp.md 11.
 */
#include "path/outcome.h"

#include "policy/fault.h"

#include "samples.h"
#include "unit.h"

static struct carrier_conf conf; /* as by default */
static char scratch[OUTCOME_SCRATCH];
static struct smpp_time_read date; /* kept over all tests, as over receipts */
static struct outcome o;
static struct number number;

static int setup(void **state)
{
	(void)state;
	conf = (struct carrier_conf){.unknown_final = true};
	return 0;
}

static bool read_text(const char *text, uint8_t esm_class)
{
	struct pdu pdu = sample_mo(text, (uint32_t)strlen(text));
	pdu.sm.esm_class = esm_class;
	return outcome_read(&conf, &pdu, scratch, &date, &o);
}

static const struct {
	const char *text, *id, *stat, *err;
	enum message_state state;
	bool final;
} texts[] = {
	/* the specification's form, every word */
	{"id:0123456789 sub:001 dlvrd:001 submit date:2605010930 done date:2605010931 stat:DELIVRD err:000 text:Hello",
	 "0123456789", "DELIVRD", "000", STATE_DELIVERED, true},
	{"id:1 stat:EXPIRED err:027", "1", "EXPIRED", "027", STATE_EXPIRED, true},
	{"id:1 stat:DELETED err:1", "1", "DELETED", "1", STATE_DELETED, true},
	{"id:1 stat:UNDELIV err:0a1", "1", "UNDELIV", "0a1", STATE_UNDELIVERABLE, true},
	{"id:1 stat:REJECTD err:null", "1", "REJECTD", "null", STATE_REJECTED, true},
	{"id:1 stat:UNKNOWN err:000", "1", "UNKNOWN", "000", STATE_UNKNOWN, true},
	{"id:1 stat:SKIPPED err:000", "1", "SKIPPED", "000", STATE_SKIPPED, true},
	{"id:1 stat:ACCEPTD err:000", "1", "ACCEPTD", "000", STATE_ACCEPTED, false},
	{"id:1 stat:ENROUTE err:000", "1", "ENROUTE", "000", STATE_ENROUTE, false},
	/* full words, cases */
	{"id:1 stat:DELIVERED", "1", "DELIVERED", "", STATE_DELIVERED, true},
	{"id:1 stat:Undeliverable", "1", "Undeliverable", "", STATE_UNDELIVERABLE, true},
	{"ID:1 STAT:delivrd ERR:000", "1", "delivrd", "000", STATE_DELIVERED, true},
	/* any order, junk in front, fields missing */
	{"stat:DELIVRD id:3f2a91", "3f2a91", "DELIVRD", "", STATE_DELIVERED, true},
	{"..*#id:3f2a91 stat:DELIVRD", "3f2a91", "DELIVRD", "", STATE_DELIVERED, true},
	{"id:3f2a91 err: stat:DELIVRD", "3f2a91", "DELIVRD", "", STATE_DELIVERED, true},
	{"stat:DELIVRD", "", "DELIVRD", "", STATE_DELIVERED, true},
	{"id:550E8400-E29B-41D4-A716-446655440000 stat:DELIVRD", "550E8400-E29B-41D4-A716-446655440000", "DELIVRD", "",
	 STATE_DELIVERED, true},
	/* words of operators: failures, kept as they are */
	{"id:1 stat:MK:0001 err:MK:0001", "1", "MK:0001", "MK:0001", STATE_UNDELIVERABLE, true},
	{"id:1 stat:DB:0141 err:999", "1", "DB:0141", "999", STATE_UNDELIVERABLE, true},
	{"id:1 stat:MBBLACK err:...", "1", "MBBLACK", "...", STATE_UNDELIVERABLE, true},
	{"id:1 stat:M:00181", "1", "M:00181", "", STATE_UNDELIVERABLE, true},
	{"id:1 stat:DND_REJECTED", "1", "DND_REJECTED", "", STATE_UNDELIVERABLE, true},
	{"id:1 stat:FAILED", "1", "FAILED", "", STATE_UNDELIVERABLE, true},
	/* text: takes the rest; what is in it is the subscriber's */
	{"id:1 stat:UNDELIV err:001 text:id:2 stat:DELIVRD", "1", "UNDELIV", "001", STATE_UNDELIVERABLE, true},
	/* no word at all: nothing is said, nothing ends */
	{"id:1 sub:001", "1", "", "", STATE_UNKNOWN, false},
	{"", "", "", "", STATE_UNKNOWN, false},
	{"短信已送达", "", "", "", STATE_UNKNOWN, false},
};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_true(read_text(texts[i].text, ESM_RECEIPT));
		if (o.state != texts[i].state || o.final != texts[i].final)
			print_error("%s\n", texts[i].text);
		assert_view(o.id, texts[i].id);
		assert_view(o.stat, texts[i].stat);
		assert_view(o.err, texts[i].err);
		assert_int_equal(o.state, texts[i].state);
		assert_int_equal(o.final, texts[i].final);
		assert_int_equal(o.other_id.n, 0);
		assert_true(outcome_number(&o, &number));
		assert_string_equal(number.digits, SAMPLE_TO);
		/* the same, marked as on the way: never final */
		assert_true(read_text(texts[i].text, ESM_INTERMEDIATE));
		assert_false(o.final);
		/* not marked: a phone's words, however they read */
		assert_false(read_text(texts[i].text, 0));
	}
}

static void test_by_text(void **state)
{
	(void)state;
	conf.receipt_by_text = true;
	assert_true(read_text("id:1 stat:DELIVRD", 0));
	assert_true(o.final);
	assert_false(read_text("id:1", 0));
	assert_false(read_text("stat:DELIVRD", 0));
	assert_false(read_text("退订", 0));
}

/* Every setting with every word that it is about. */
static void test_settings(void **state)
{
	(void)state;
	for (int on = 0; on < 2; on++) {
		conf = (struct carrier_conf){.acceptd_final = on, .unknown_final = !on};
		assert_true(read_text("id:1 stat:ACCEPTD", ESM_RECEIPT));
		assert_int_equal(o.final, on);
		assert_true(read_text("id:1 stat:UNKNOWN", ESM_RECEIPT));
		assert_int_equal(o.final, !on);
		assert_true(read_text("id:1 stat:DELIVRD", ESM_RECEIPT));
		assert_true(o.final);
		assert_true(read_text("id:1 stat:ENROUTE", ESM_RECEIPT));
		assert_false(o.final);
	}
}

static bool read_tlvs(const char *text, const char *id, int tlv_state)
{
	uint8_t mem[128];
	struct tlv_out t = {mem, 0, sizeof(mem), false};
	static uint8_t kept[128];
	if (id)
		tlv_put(&t, TLV_RECEIPTED_MESSAGE_ID, id, (uint32_t)strlen(id) + 1);
	if (tlv_state >= 0)
		tlv_put_int(&t, TLV_MESSAGE_STATE, (uint32_t)tlv_state, 1);
	memcpy(kept, mem, t.n);
	struct pdu pdu = sample_mo(text, (uint32_t)strlen(text));
	pdu.tlvs = (struct view){kept, t.n};
	return outcome_read(&conf, &pdu, scratch, &date, &o);
}

static void test_tlvs(void **state)
{
	(void)state;
	/* they win over the text; the text's id is the second try */
	assert_true(read_tlvs("id:4139665 stat:UNDELIV", "3f2a91", STATE_DELIVERED));
	assert_view(o.id, "3f2a91");
	assert_view(o.other_id, "4139665");
	assert_view(o.stat, "UNDELIV");
	assert_int_equal(o.state, STATE_DELIVERED);
	assert_true(o.final);
	/* alone */
	assert_true(read_tlvs("", "3f2a91", STATE_UNDELIVERABLE));
	assert_view(o.id, "3f2a91");
	assert_int_equal(o.state, STATE_UNDELIVERABLE);
	assert_true(o.final);
	assert_true(read_tlvs("id:3f2a91 stat:DELIVRD", "3f2a91", -1));
	assert_int_equal(o.other_id.n, 0);
	/* an empty id: the text's */
	assert_true(read_tlvs("id:7 stat:DELIVRD", "", -1));
	assert_view(o.id, "7");
	/* 0 says nothing on a 3.4 link, and what is out of range neither */
	static const int none[] = {0, 10, 255};
	for (size_t i = 0; i < 3; i++) {
		assert_true(read_tlvs("id:1 stat:DELIVRD", "1", none[i]));
		assert_int_equal(o.state, STATE_DELIVERED);
	}
	for (int s = STATE_ENROUTE; s <= STATE_SKIPPED; s++) {
		assert_true(read_tlvs("", "1", s));
		assert_int_equal(o.state, s);
		assert_int_equal(o.final, s != STATE_ENROUTE && s != STATE_ACCEPTED);
	}
	/* a state alone does not make a receipt */
	assert_false(read_tlvs("你好", NULL, STATE_DELIVERED));
}

static void test_data_sm_and_ucs2(void **state)
{
	(void)state;
	uint8_t text[400];
	struct pdu pdu = sample_mo("", 0);
	pdu.sm.esm_class = ESM_RECEIPT;
	pdu.sm.data_coding = 8;
	pdu.sm.short_message =
		(struct view){text, sample_ucs2("id:42 stat:DELIVRD err:000 text:您好", text, sizeof(text))};
	assert_true(outcome_read(&conf, &pdu, scratch, &date, &o));
	assert_view(o.id, "42");
	assert_int_equal(o.state, STATE_DELIVERED);
	/* mislabelled: octets under data_coding 8 */
	pdu.sm.short_message = sample_view("id:43 stat:UNDELIV err:001");
	assert_true(outcome_read(&conf, &pdu, scratch, &date, &o));
	assert_view(o.id, "43");
	pdu = sample_mo("", 0);
	pdu.command_id = DATA_SM;
	pdu.sm.esm_class = ESM_RECEIPT;
	uint8_t mem[64];
	struct tlv_out t = {mem, 0, sizeof(mem), false};
	tlv_put_str(&t, TLV_MESSAGE_PAYLOAD, sample_view("id:44 stat:EXPIRED"));
	pdu.tlvs = (struct view){t.p, t.n};
	assert_true(outcome_read(&conf, &pdu, scratch, &date, &o));
	assert_view(o.id, "44");
	assert_int_equal(o.state, STATE_EXPIRED);
	pdu.sm.src.addr = sample_view("Bank");
	assert_true(outcome_read(&conf, &pdu, scratch, &date, &o));
	assert_false(outcome_number(&o, &number));
}

/* Words without end do not pass: a record and a receipt of ours have room for so much. */
static void test_long_words(void **state)
{
	(void)state;
	char text[900], word[400];
	memset(word, 'E', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	snprintf(text, sizeof(text), "id:1 stat:%s err:%s", word, word);
	uint8_t mem[1000];
	struct tlv_out t = {mem, 0, sizeof(mem), false};
	tlv_put_str(&t, TLV_MESSAGE_PAYLOAD, sample_view(text));
	struct pdu pdu = sample_mo("", 0);
	pdu.sm.esm_class = ESM_RECEIPT;
	pdu.tlvs = (struct view){t.p, t.n};
	assert_true(outcome_read(&conf, &pdu, scratch, &date, &o));
	assert_int_equal(o.stat.n, OUTCOME_WORD_MAX);
	assert_int_equal(o.err.n, OUTCOME_WORD_MAX);
	assert_int_equal(o.state, STATE_UNDELIVERABLE);
}

/* The done date is read in the carrier's zone; a date that cannot be read gives none. */
static void test_done_date(void **state)
{
	(void)state;
	conf.zone = 480;
	assert_true(read_text("id:1 done date:2605010930 stat:DELIVRD", ESM_RECEIPT));
	assert_int_equal(o.done_ms, 1777599000000); /* 2026-05-01 01:30 UTC */
	conf.zone = 0;
	assert_true(read_text("id:1 done date:2605010930 stat:DELIVRD", ESM_RECEIPT));
	assert_int_equal(o.done_ms, 1777627800000);
	assert_true(read_text("id:1 done date:0000000000 stat:DELIVRD", ESM_RECEIPT));
	assert_int_equal(o.done_ms, 0);
	assert_true(read_text("id:1 stat:DELIVRD", ESM_RECEIPT));
	assert_int_equal(o.done_ms, 0);
}

/* The six forms of smpp.md 11, under the keys that carriers use; the zone is the carrier's unless the date has one. */
static void test_six_forms_of_dates(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t want; /* with the carrier at UTC+8 */
	} dates[] = {
		{"id:1 done date:2605010930 stat:DELIVRD", 1777599000000},
		{"id:1 done date:260501093015 stat:DELIVRD", 1777599015000},
		{"id:1 done date:202605010930 stat:DELIVRD", 1777599000000},
		{"id:1 done date:202511301205 stat:DELIVRD", 1764475500000}, /* month 25 is none */
		{"id:1 done date:20260501093015 stat:DELIVRD", 1777599015000},
		{"id:1 done date:260501013015000+ stat:DELIVRD", 1777599015000},
		{"id:1 done date:260430203015020- stat:DELIVRD", 1777599015000},
		{"id:1 Done Date:2605010930 stat:DELIVRD", 1777599000000},
		{"id:1 done_date:2605010930 stat:DELIVRD", 1777599000000},
		{"id:1 donedate:2605010930 stat:DELIVRD", 1777599000000},
		{"id:1 stat:DELIVRD done date: 2605010930", 1777599000000},
		{"id:1 done date:0 stat:DELIVRD", 0},
		{"id:1 done date:000000000000 stat:DELIVRD", 0},
		{"id:1 done date: stat:DELIVRD", 0},
		{"id:1 done date:null stat:DELIVRD", 0},
		{"id:1 done date:2613010930 stat:DELIVRD", 0},
		{"id:1 done date:2026-05-01T09:31 stat:DELIVRD", 0},
		{"id:1 submit date:2605010930 stat:DELIVRD", 0},
	};
	conf.zone = 480;
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		assert_true(read_text(dates[i].text, ESM_RECEIPT));
		if (o.done_ms != dates[i].want)
			print_error("%s\n", dates[i].text);
		assert_int_equal(o.done_ms, dates[i].want);
		assert_int_equal(o.state, STATE_DELIVERED);
		assert_true(o.final);
	}
}

/* Every word whose meaning is built in is a final failure here, and reaches the app as the carrier wrote it. */
static void test_every_word_of_operators(void **state)
{
	(void)state;
	struct fault_row row;
	size_t words = 0;
	for (size_t i = 0; fault_at(i, &row); i++) {
		char word[40], text[200];
		if (strncmp(row.text, "ESME_", 5) == 0)
			continue;
		snprintf(word, sizeof(word), "%s", row.text);
		if (word[strlen(word) - 1] == '*')
			strcpy(word + strlen(word) - 1, "0099");
		snprintf(text, sizeof(text), "id:1 sub:001 dlvrd:000 done date:2605010931 stat:%s err:%s text:", word,
			 word);
		assert_true(read_text(text, ESM_RECEIPT));
		if (o.stat.n != strlen(word) || o.err.n != strlen(word))
			print_error("%s\n", text);
		assert_view(o.stat, word);
		assert_view(o.err, word);
		assert_int_equal(o.state, STATE_UNDELIVERABLE);
		assert_true(o.final);
		words++;
	}
	assert_true(words > 80);
}

static void test_words_beside_the_specification(void **state)
{
	(void)state;
	static const struct {
		const char *word;
		enum message_state state;
		bool final;
	} words[] = {
		{"ACKED", STATE_ACCEPTED, false},	    {"acked", STATE_ACCEPTED, false},
		{"BUFFRED", STATE_ENROUTE, false},	    {"BUFFERD", STATE_ENROUTE, false},
		{"BUFFERED", STATE_ENROUTE, false},	    {"DELIVERD", STATE_DELIVERED, true},
		{"REJECT", STATE_REJECTED, true},	    {"SCHEDULED", STATE_SCHEDULED, false},
		{"ACKEDX", STATE_UNDELIVERABLE, true},	    {"ACKE", STATE_UNDELIVERABLE, true},
		{"0", STATE_UNDELIVERABLE, true},	    {"2", STATE_UNDELIVERABLE, true},
		{"UNDELIVERED", STATE_UNDELIVERABLE, true}, {"失败", STATE_UNDELIVERABLE, true},
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char text[80];
		snprintf(text, sizeof(text), "id:1 stat:%s err:000", words[i].word);
		assert_true(read_text(text, ESM_RECEIPT));
		if (o.state != words[i].state || o.final != words[i].final)
			print_error("%s\n", text);
		assert_int_equal(o.state, words[i].state);
		assert_int_equal(o.final, words[i].final);
		assert_view(o.stat, words[i].word);
	}
	conf.acceptd_final = true;
	assert_true(read_text("id:1 stat:ACKED", ESM_RECEIPT));
	assert_true(o.final);
	assert_true(read_text("id:1 stat:BUFFRED", ESM_RECEIPT));
	assert_false(o.final);
}

/* A receipt that names a message and says nothing of it ends nothing, whatever the settings. */
static void test_nothing_said(void **state)
{
	(void)state;
	static const int none[] = {-1, 0, 10, 99, 255};
	conf = (struct carrier_conf){.acceptd_final = true, .unknown_final = true};
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		assert_true(read_tlvs("", "3f2a91", none[i]));
		assert_view(o.id, "3f2a91");
		assert_int_equal(o.state, STATE_UNKNOWN);
		assert_false(o.final);
		assert_true(read_tlvs("id:3f2a91 sub:001 dlvrd:001 err:000", "3f2a91", none[i]));
		assert_false(o.final);
	}
	assert_true(read_tlvs("", "3f2a91", STATE_UNKNOWN));
	assert_true(o.final);
	assert_true(read_tlvs("id:1 stat:UNKNOWN", "1", 0));
	assert_true(o.final);
}

/* --- octets as they come over the line --- */

static bool read_octets(uint32_t command, const char *body, size_t n)
{
	static uint8_t frame[600];
	static struct pdu pdu;
	memset(frame, 0, 16);
	frame[2] = (uint8_t)((n + 16) >> 8);
	frame[3] = (uint8_t)(n + 16);
	frame[7] = (uint8_t)command;
	frame[6] = (uint8_t)(command >> 8);
	frame[15] = 9;
	memcpy(frame + 16, body, n);
	assert_int_equal(pdu_decode(frame, n + 16, &pdu), ESME_ROK);
	return outcome_read(&conf, &pdu, scratch, &date, &o);
}

#define OCTETS(command, body) read_octets(command, body, sizeof(body) - 1)
/* service_type, from the phone, to our code */
#define ADDRESSES                                                                                                      \
	"\0\1\1"                                                                                                       \
	"8613800138000\0\0\1"                                                                                          \
	"10690001\0"
/* protocol_id, priority, two times, registered_delivery, replace */
#define PLAIN	"\0\0\0\0\0\0"
#define LONGEST "F123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF"

static void reads(const char *id, enum message_state want, const char *stat, const char *err)
{
	assert_view(o.id, id);
	assert_int_equal(o.state, want);
	assert_true(o.final);
	assert_view(o.stat, stat);
	assert_view(o.err, err);
	assert_true(outcome_number(&o, &number));
	assert_string_equal(number.digits, SAMPLE_TO);
}

static void test_golden_deliver_sm(void **state)
{
	(void)state;
	assert_true(OCTETS(DELIVER_SM, ADDRESSES "\x04" PLAIN "\0\0\x1F"
						 "id:4139665 stat:MK:0001 err:001"));
	reads("4139665", STATE_UNDELIVERABLE, "MK:0001", "001");
	/* UTF-16BE, data_coding 8: id:7 stat:DELIVRD text:您 */
	assert_true(OCTETS(DELIVER_SM, ADDRESSES "\x04" PLAIN "\x08\0\x30"
						 "\0i\0d\0:\0"
						 "7\0 \0s\0t\0a\0t\0:\0D\0E\0L\0I\0V\0R\0D\0 \0t\0e\0x\0t\0:"
						 "\x60\xA8"));
	reads("7", STATE_DELIVERED, "DELIVRD", "");
	/* UTF-16BE behind a concatenation header, labelled octets */
	assert_true(OCTETS(DELIVER_SM, ADDRESSES "\x44" PLAIN "\0\0\x24"
						 "\5\0\3\xA7\1\1"
						 "\0i\0d\0:\0"
						 "7\0 \0s\0t\0a\0t\0:\0E\0X\0P\0I\0R"));
	assert_view(o.id, "7");
	assert_view(o.stat, "EXPIR");
	assert_int_equal(o.state, STATE_UNDELIVERABLE);
	/* text in message_payload; the three TLVs */
	assert_true(OCTETS(DELIVER_SM, ADDRESSES "\x04" PLAIN "\0\0\0"
						 "\x04\x24\0\x13"
						 "id:8 stat:DB:0141 e"
						 "\x04\x27\0\1\5"
						 "\x04\x23\0\3\3\0\x8D"));
	reads("8", STATE_UNDELIVERABLE, "DB:0141", "141");
}

static void test_golden_tlvs_only(void **state)
{
	(void)state;
	/* esm_class says receipt; id of 64 characters and its NUL, state, error of the network */
	assert_true(OCTETS(DELIVER_SM, ADDRESSES "\x04" PLAIN "\0\0\0"
						 "\0\x1E\0\x41" LONGEST "\0"
						 "\x04\x27\0\1\2"
						 "\x04\x23\0\3\3\0\0"));
	reads(LONGEST, STATE_DELIVERED, "", "000");
	/* only the id says that it is a receipt; without its NUL */
	assert_true(OCTETS(DELIVER_SM, ADDRESSES "\0" PLAIN "\0\0\0"
						 "\0\x1E\0\x40" LONGEST "\x04\x27\0\1\3"));
	reads(LONGEST, STATE_EXPIRED, "", "");
	/* an error of the network of a wrong length is none; a large one has five digits; the text's err goes before it
	 */
	assert_true(OCTETS(DELIVER_SM, ADDRESSES "\x04" PLAIN "\0\0\0"
						 "\0\x1E\0\2"
						 "9\0"
						 "\x04\x27\0\1\5"
						 "\x04\x23\0\2\0\5"));
	reads("9", STATE_UNDELIVERABLE, "", "");
	assert_true(OCTETS(DELIVER_SM, ADDRESSES "\x04" PLAIN "\0\0\0"
						 "\0\x1E\0\2"
						 "9\0"
						 "\x04\x27\0\1\5"
						 "\x04\x23\0\3\3\xFF\xFF"));
	reads("9", STATE_UNDELIVERABLE, "", "65535");
	assert_true(OCTETS(DELIVER_SM, ADDRESSES "\x04" PLAIN "\0\0\x14"
						 "id:9 stat:UNDELIV er"
						 "\x04\x23\0\3\3\0\5"));
	reads("9", STATE_UNDELIVERABLE, "UNDELIV", "005");
	assert_true(OCTETS(DELIVER_SM, ADDRESSES "\x04" PLAIN "\0\0\x19"
						 "id:9 stat:UNDELIV err:0x7"
						 "\x04\x23\0\3\3\0\5"));
	reads("9", STATE_UNDELIVERABLE, "UNDELIV", "0x7");
}

static void test_golden_data_sm(void **state)
{
	(void)state;
	/* esm_class 4, registered_delivery 0, data_coding 0; text in the payload */
	assert_true(OCTETS(DATA_SM, ADDRESSES "\4\0\0"
					      "\x04\x24\0\x18"
					      "id:44 stat:MBBLACK err:1"));
	reads("44", STATE_UNDELIVERABLE, "MBBLACK", "1");
	/* UTF-16BE: id:4 stat:2 */
	assert_true(OCTETS(DATA_SM, ADDRESSES "\4\0\x08"
					      "\x04\x24\0\x16"
					      "\0i\0d\0:\0"
					      "4\0 \0s\0t\0a\0t\0:\0"
					      "2"));
	reads("4", STATE_UNDELIVERABLE, "2", "");
	/* TLVs alone */
	assert_true(OCTETS(DATA_SM, ADDRESSES "\0\0\0"
					      "\0\x1E\0\7"
					      "3f2a91\0"
					      "\x04\x27\0\1\2"));
	reads("3f2a91", STATE_DELIVERED, "", "");
	/* on the way: esm_class 0x20 */
	assert_true(OCTETS(DATA_SM, ADDRESSES "\x20\0\0"
					      "\0\x1E\0\7"
					      "3f2a91\0"
					      "\x04\x27\0\1\1"));
	assert_int_equal(o.state, STATE_ENROUTE);
	assert_false(o.final);
	/* a phone's words */
	assert_false(OCTETS(DATA_SM, ADDRESSES "\0\0\0"
					       "\x04\x24\0\x12"
					       "id:44 stat:DELIVRD"));
}

#define CASE(test) cmocka_unit_test_setup(test, setup)

static const struct CMUnitTest cases[] = {
	cmocka_unit_test_setup(test_done_date, setup),
	CASE(test_texts),
	CASE(test_by_text),
	CASE(test_settings),
	CASE(test_tlvs),
	CASE(test_data_sm_and_ucs2),
	CASE(test_long_words),
	CASE(test_six_forms_of_dates),
	CASE(test_every_word_of_operators),
	CASE(test_words_beside_the_specification),
	CASE(test_nothing_said),
	CASE(test_golden_deliver_sm),
	CASE(test_golden_tlvs_only),
	CASE(test_golden_data_sm),
};

UNIT_MAIN(cases)
