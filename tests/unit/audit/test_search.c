/*
 * test_search.c - records that are found, with and without the files that help; personal data encrypted, erased; what a
 * day adds up to.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "unit.h"
#include "archive_rig.h"
#include "audit/erase.h"
#include "audit/search.h"
#include "audit/sieve.h"
#include "audit/totals.h"
#include "base/log.h"

#define EACH 2100u /* messages in an hour: several blocks of the sieve */

static struct rig rig;
static char key_file[64], found_ids[4096];
static unsigned found;
static char last_number[64], last_text[256];

static bool on_hit(void *arg, const struct search_hit *hit)
{
	char id[32] = "";

	(void)arg;
	found++;
	assert_true(cdr_get(&hit->line, "id", id, sizeof(id)) > 0 || cdr_get(&hit->line, "kind", id, sizeof(id)) > 0);
	size_t n = strlen(found_ids);
	if (n < sizeof(found_ids) - 32)
		snprintf(found_ids + n, sizeof(found_ids) - n, "%s ", id);
	snprintf(last_number, sizeof(last_number), "%.*s", (int)hit->number.n,
		 hit->number.n ? (const char *)hit->number.p : "");
	snprintf(last_text, sizeof(last_text), "%.*s", (int)hit->text.n, hit->text.n ? (const char *)hit->text.p : "");
	return true;
}

static unsigned run(struct search_query q)
{
	char *why = NULL;

	q.directory = rig.directory;
	found = 0;
	found_ids[0] = last_number[0] = last_text[0] = '\0';
	assert_int_equal(search_run(&q, on_hit, NULL, NULL, NULL, &why), 0);
	return found;
}
#define FIND(...) run((struct search_query){__VA_ARGS__})

static uint64_t id_at(unsigned hour, unsigned i)
{
	return RIG_ID + (uint64_t)hour * 360000000000u + i;
}

/* Two hours of messages, each to a number of its own. */
static void fill(void)
{
	rig_start(&rig);
	assert_non_null(rig.archive);
	for (unsigned hour = 0; hour < 2; hour++) {
		for (unsigned i = 0; i < EACH; i++) {
			char number[16];
			snprintf(number, sizeof(number), "861%02u%08u", i % 2 ? 38 : 39, i * 7919 % 100000000);
			rig_put(&rig, CDR_ACCEPTED, id_at(hour, i), number, "您的验证码是1234,\n请勿泄露");
			if (i % 100 == 0)
				loop_advance(rig.loop, 1000);
		}
		loop_advance(rig.loop, 3600 * 1000);
	}
	struct cdr c = {.kind = CDR_REPLY, .original = id_at(0, 5), .wait_ms = -1, .answer_ms = -1, .price = -1};
	c.at_ms = loop_wall_ms(rig.loop);
	c.number = view_of("+8613800039595");
	c.account = view_of("证券");
	c.text = view_of("退订");
	archive_put(rig.archive, &c);
	loop_turn(rig.loop);
}

/* What the sieve is asked for. */
static void look_by_key(void)
{
	assert_int_equal(FIND(.id = id_at(0, 5)), 2); /* the message, and the answer to it */
	assert_string_equal(found_ids, "121748200112301005 reply ");
	assert_int_equal(FIND(.id = id_at(1, EACH - 1)), 1);
	assert_int_equal(FIND(.id = id_at(1, EACH)), 0);
	/* 5 * 7919 = 39595: 8613800039595, in both hours, and the reply's +86. */
	assert_int_equal(FIND(.number = "8613800039595"), 3);
	assert_int_equal(FIND(.number = "13800039595"), 3);
	assert_int_equal(FIND(.number = "+8613800039595"), 3);
	assert_int_equal(FIND(.number = "13899939595"), 0); /* the same mask, another number */
	assert_int_equal(FIND(.number = "13800039595", .from_ms = RIG_START + 3600 * 1000), 2);
}

static void look_everywhere(void)
{
	look_by_key();
	assert_int_equal(FIND(.account = "证券"), 1);
	assert_int_equal(FIND(.account = "银行"), 2 * EACH);
	assert_int_equal(FIND(.kind = "start"), 1);
	assert_int_equal(FIND(.account = "银行", .limit = 7), 7);
	assert_true(strncmp(found_ids, "121748200112301000 121748200112301001 ", 38) == 0);
	assert_int_equal(FIND(.account = "银行", .limit = 2, .newest = true), 2);
	char want[64];
	snprintf(want, sizeof(want), "%llu %llu ", (unsigned long long)id_at(1, EACH - 1),
		 (unsigned long long)id_at(1, EACH - 2));
	assert_string_equal(found_ids, want);
	assert_int_equal(FIND(.account = "银行", .newest = true), 2 * EACH);
	assert_int_equal(FIND(.to_ms = RIG_START), 2); /* start, and the first message before time went on */
	assert_int_equal(FIND(.from_ms = RIG_START + 1000, .to_ms = RIG_START + 1000, .kind = "accepted"), 100);
}

static void test_find(void **state)
{
	char path[256];

	(void)state;
	for (int format = CDR_JSON; format <= CDR_CSV; format++) {
		rig_make(&rig);
		rig.records.format = format;
		fill();
		look_everywhere(); /* while it is written */
		rig_stop(&rig);
		look_everywhere();

		/* A help that is short, or broken, or not there. */
		struct stat s;
		snprintf(path, sizeof(path), "%s", rig_file(&rig, "idx", 0));
		assert_int_equal(stat(path, &s), 0);
		assert_int_equal(s.st_size % SIEVE_BLOCK, 0);
		assert_true(s.st_size >= 3 * (int)SIEVE_BLOCK);
		assert_int_equal(truncate(path, s.st_size - 100), 0);
		look_by_key();
		FILE *f = fopen(path, "r+");
		fseek(f, SIEVE_BLOCK + 1000, SEEK_SET);
		fputs("坏", f);
		fclose(f);
		look_by_key();
		assert_int_equal(unlink(path), 0);
		look_by_key();

		/* Made anew it is the same as it was written. */
		char records[256];
		snprintf(records, sizeof(records), "%s", rig_file(&rig, format == CDR_JSON ? "jsonl" : "csv", 0));
		sieve_make(records, path);
		struct stat again;
		assert_int_equal(stat(path, &again), 0);
		assert_int_equal(again.st_size, s.st_size);
		look_by_key();
		rig_end(&rig);
	}
}

/* Going on in an hour makes its help anew. */
static void test_resumed(void **state)
{
	(void)state;
	rig_make(&rig);
	for (unsigned run_i = 0; run_i < 3; run_i++) {
		rig_start(&rig);
		for (unsigned i = 0; i < EACH; i++)
			rig_put(&rig, CDR_ACCEPTED, id_at(0, run_i * EACH + i), "8613800138000", "您好");
		rig_stop(&rig);
	}
	assert_int_equal(FIND(.id = id_at(0, 1)), 1);
	assert_int_equal(FIND(.id = id_at(0, 3 * EACH - 1)), 1);
	assert_int_equal(FIND(.number = "13800138000"), 3 * EACH);
	rig_end(&rig);
}

static void make_key(void)
{
	snprintf(key_file, sizeof(key_file), "/tmp/smppgw-key.XXXXXX");
	int fd = mkstemp(key_file);
	FILE *f = fdopen(fd, "w");
	fputs("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n", f);
	fclose(f);
}

static void test_encrypted(void **state)
{
	(void)state;
	make_key();
	for (int format = CDR_JSON; format <= CDR_CSV; format++) {
		rig_make(&rig);
		rig.records.format = format;
		rig.records.numbers = CDR_NUMBER_ENCRYPTED;
		rig.records.texts = CDR_TEXT_ENCRYPTED;
		rig.records.key = key_file;
		rig_start(&rig);
		assert_non_null(rig.archive);
		rig_put(&rig, CDR_ACCEPTED, RIG_ID, "8613800138000", "您的\"验证码\"是1234\n");
		rig_put(&rig, CDR_ACCEPTED, RIG_ID + 1, "8613812348000", "坏\xff");
		rig_stop(&rig);
		size_t n;
		char *text = rig_read(rig_file(&rig, format == CDR_JSON ? "jsonl" : "csv", 0), &n);
		assert_null(strstr(text, "13800138000"));
		assert_null(strstr(text, "验证码\\"));
		assert_non_null(strstr(text, "138****8000"));
		free(text);
		assert_int_equal(FIND(.number = "13800138000", .key = key_file), 1);
		assert_string_equal(last_number, "8613800138000");
		assert_string_equal(last_text, "您的\"验证码\"是1234\n");
		assert_int_equal(FIND(.id = RIG_ID + 1, .key = key_file), 1);
		assert_string_equal(last_text, "坏\xEF\xBF\xBD");
		/* Without the key the mask is all there is. */
		assert_int_equal(FIND(.number = "13800138000"), 2);
		assert_string_equal(last_number, "");
		rig_end(&rig);
	}
	unlink(key_file);
}

/* A box belongs to its record: in another one it does not open. */
static void test_box_moved(void **state)
{
	size_t n;
	char path[256];

	(void)state;
	make_key();
	rig_make(&rig);
	rig.records.numbers = CDR_NUMBER_ENCRYPTED;
	rig.records.key = key_file;
	rig_start(&rig);
	rig_put(&rig, CDR_ACCEPTED, RIG_ID, "8613800138000", "甲");
	rig_put(&rig, CDR_ACCEPTED, RIG_ID + 1, "8613812348000", "乙");
	rig_stop(&rig);
	snprintf(path, sizeof(path), "%s", rig_file(&rig, "jsonl", 0));
	char *text = rig_read(path, &n), *first = strstr(text, "\"box\":\""), *second = strstr(first + 1, "\"box\":\"");
	size_t box = strcspn(first + 7, "\"");
	assert_int_equal(strcspn(second + 7, "\""), box);
	memcpy(second + 7, first + 7, box);
	FILE *f = fopen(path, "w");
	fwrite(text, 1, n, f);
	fclose(f);
	free(text);
	assert_int_equal(FIND(.id = RIG_ID, .key = key_file), 1);
	assert_string_equal(last_number, "8613800138000");
	assert_int_equal(FIND(.id = RIG_ID + 1, .key = key_file), 1);
	assert_string_equal(last_number, "");
	rig_end(&rig);
	unlink(key_file);
}

static void test_erase(void **state)
{
	struct erase_query q = {.number = "13800039595"};
	struct erase_result r;
	char *why = NULL;

	(void)state;
	for (int format = CDR_JSON; format <= CDR_CSV; format++) {
		rig_make(&rig);
		rig.records.format = format;
		rig.records.texts = CDR_TEXT_PLAIN;
		fill();
		q = (struct erase_query){.directory = rig.directory, .number = "13800039595", .dry = true};
		assert_int_equal(erase_run(&q, NULL, NULL, NULL, &r, &why), 0);
		assert_int_equal(r.records, 3);
		assert_int_equal(FIND(.number = "13800039595"), 3);
		q.dry = false;
		assert_int_equal(erase_run(&q, NULL, NULL, NULL, &r, &why), 0); /* the open hour too */
		assert_int_equal(r.records, 3);
		assert_int_equal(r.files, 3);
		assert_int_equal(r.closed, 0);
		assert_int_equal(FIND(.number = "13800039595"), 0);
		assert_int_equal(FIND(.id = id_at(0, 5)), 2);
		assert_string_equal(last_text, "");
		rig_put(&rig, CDR_ACCEPTED, id_at(3, 0), "8613800039595", "您好");
		rig_stop(&rig);
		assert_int_equal(FIND(.number = "13800039595"), 1);
		assert_int_equal(erase_run(&q, NULL, NULL, NULL, &r, &why), 0);
		assert_int_equal(r.records, 1);
		size_t n;
		char *text = rig_read(rig_file(&rig, format == CDR_JSON ? "jsonl" : "csv", 2), &n);
		assert_null(strstr(text, "13800039595"));
		assert_null(strstr(text, "退订"));
		free(text);
		assert_int_equal(FIND(.account = "银行"), 2 * EACH + 1);

		q = (struct erase_query){.directory = rig.directory, .before_ms = RIG_START + 1800 * 1000};
		assert_int_equal(erase_run(&q, NULL, NULL, NULL, &r, &why), 0);
		assert_int_equal(r.records, EACH - 1);
		assert_int_equal(FIND(.number = "13900000000"), 1);
		q = (struct erase_query){.directory = rig.directory};
		assert_int_equal(erase_run(&q, NULL, NULL, NULL, &r, &why), -1);
		assert_non_null(strstr(why, "must be given"));
		free(why);
		why = NULL;
		rig_end(&rig);
	}
}

/* Ends the time of the second hour's file while the first is searched, as retention does. */
static void lose_second(void *arg, unsigned done, unsigned all)
{
	(void)all;
	if (done == 1)
		assert_int_equal(unlink(arg), 0);
}

/* A file that is gone has nothing to erase any more; one that cannot be read is told, when all others are done. */
static void test_erase_around_gone_and_unreadable(void **state)
{
	struct erase_result r;
	char *why = NULL;

	(void)state;
	rig_make(&rig);
	rig.records.texts = CDR_TEXT_PLAIN;
	fill();
	rig_stop(&rig);
	char path[256];
	snprintf(path, sizeof(path), "%s", rig_file(&rig, "jsonl", 1));
	struct erase_query q = {.directory = rig.directory, .number = "13800039595"};
	assert_int_equal(erase_run(&q, lose_second, path, NULL, &r, &why), 0);
	assert_int_equal(r.records, 2);
	assert_int_equal(r.files, 2);

	assert_int_equal(symlink(path, path), 0); /* ELOOP, also for root */
	q.number = "13800007919";
	assert_int_equal(erase_run(&q, NULL, NULL, NULL, &r, &why), -1);
	assert_non_null(strstr(why, path));
	assert_non_null(strstr(why, "not looked at"));
	assert_int_equal(r.records, 1);
	free(why);
	rig_end(&rig);
}

/* The chain is over the cores: it holds after whatever was erased, and the archive goes on behind it. */
static void test_erase_keeps_chain(void **state)
{
	struct erase_result r;
	char *why = NULL;

	(void)state;
	rig_make(&rig);
	rig.records.texts = CDR_TEXT_PLAIN;
	rig_start(&rig);
	for (unsigned i = 0; i < 50; i++)
		rig_put(&rig, CDR_ACCEPTED, RIG_ID + i, i % 2 ? "8613800138000" : "8613900139000", "您好");
	loop_turn(rig.loop);
	struct erase_query q = {.directory = rig.directory, .number = "+8613800138000"};
	assert_int_equal(erase_run(&q, NULL, NULL, NULL, &r, &why), 0);
	assert_int_equal(r.records, 25);
	assert_int_equal(rig_chain(&rig), 51);
	rig_stop(&rig);
	rig_start(&rig);
	rig_stop(&rig);
	assert_int_equal(rig_chain(&rig), 54);
	assert_int_equal(rig_verify(&rig), 0);
	rig_end(&rig);
}

/* What is closed is not taken for the number's. */
static void test_erase_closed(void **state)
{
	struct erase_result r;
	char *why = NULL;

	(void)state;
	make_key();
	rig_make(&rig);
	rig.records.numbers = CDR_NUMBER_ENCRYPTED;
	rig.records.key = key_file;
	rig_start(&rig);
	rig_put(&rig, CDR_ACCEPTED, RIG_ID, "8613800138000", "甲");
	rig_put(&rig, CDR_ACCEPTED, RIG_ID + 1, "8613812348000", "乙");
	rig_stop(&rig);
	struct erase_query q = {.directory = rig.directory, .number = "13800138000"};
	assert_int_equal(erase_run(&q, NULL, NULL, NULL, &r, &why), 0);
	assert_int_equal(r.records, 0);
	assert_int_equal(r.closed, 2);
	q.key = key_file;
	assert_int_equal(erase_run(&q, NULL, NULL, NULL, &r, &why), 0);
	assert_int_equal(r.records, 1);
	assert_int_equal(r.closed, 0);
	assert_int_equal(FIND(.number = "13812348000", .key = key_file), 1);
	rig_end(&rig);
	unlink(key_file);
}

/* Texts beside masked numbers: by id with the replies, or with all that look the same. */
static void test_erase_masked(void **state)
{
	struct erase_result r;
	char *why = NULL, words[ERASE_WORDS];
	struct cdr reply = {.kind = CDR_REPLY, .original = RIG_ID, .wait_ms = -1, .answer_ms = -1, .price = -1};

	(void)state;
	rig_make(&rig);
	rig.records.numbers = CDR_NUMBER_MASKED;
	rig.records.texts = CDR_TEXT_PLAIN;
	rig_start(&rig);
	rig_put(&rig, CDR_ACCEPTED, RIG_ID, "8613800138000", "甲");
	rig_put(&rig, CDR_ACCEPTED, RIG_ID + 1, "8613812348000", "乙");
	rig_put(&rig, CDR_ACCEPTED, RIG_ID + 2, "8613912349000", "丙");
	reply.at_ms = loop_wall_ms(rig.loop);
	reply.number = view_of("8613800138000");
	reply.text = view_of("退订");
	archive_put(rig.archive, &reply);
	rig_stop(&rig);
	struct erase_query q = {.directory = rig.directory, .id = RIG_ID};
	assert_int_equal(erase_run(&q, NULL, NULL, NULL, &r, &why), 0);
	assert_int_equal(r.records, 2);
	FIND(.id = RIG_ID + 1);
	assert_string_equal(last_text, "乙");
	erase_words(&q, words);
	assert_string_equal(words, "personal data of message 121748200112301000");
	q = (struct erase_query){.directory = rig.directory, .number = "13800138000"};
	assert_int_equal(erase_run(&q, NULL, NULL, NULL, &r, &why), 0);
	assert_int_equal(r.records, 0);
	assert_int_equal(r.closed, 1);
	q.masked = true;
	erase_words(&q, words);
	assert_string_equal(words, "personal data of 138****8000 and all that look the same");
	assert_int_equal(erase_run(&q, NULL, NULL, NULL, &r, &why), 0);
	assert_int_equal(r.records, 1);
	assert_int_equal(r.closed, 0);
	FIND(.id = RIG_ID + 2);
	assert_string_equal(last_text, "丙");
	q = (struct erase_query){.directory = rig.directory, .masked = true};
	assert_int_equal(erase_run(&q, NULL, NULL, NULL, &r, &why), -1);
	assert_non_null(strstr(why, "nothing was erased"));
	free(why);
	assert_int_equal(rig_verify(&rig), 0);
	rig_end(&rig);
}

static void put_step(enum cdr_kind kind, uint64_t id, uint64_t msg, const char *carrier)
{
	struct cdr c = {.kind = kind, .id = id, .msg = msg, .wait_ms = -1, .answer_ms = -1, .price = -1};

	c.at_ms = loop_wall_ms(rig.loop);
	c.account = view_of("银行");
	c.carrier = view_of(carrier);
	archive_put(rig.archive, &c);
}

static void put_accepted(uint64_t id, uint64_t msg, const char *number)
{
	struct cdr c = {.kind = CDR_ACCEPTED, .id = id, .msg = msg, .wait_ms = -1, .answer_ms = -1, .price = -1};

	c.at_ms = loop_wall_ms(rig.loop);
	c.account = view_of("银行");
	c.number = view_of(number);
	archive_put(rig.archive, &c);
}

/* A number's attempts and ends carry the id only: they are found with its messages, and nobody else's. */
static void test_follow(void **state)
{
	static const char mine[] = "8613800138000", other[] = "8613900139000";

	(void)state;
	for (int format = CDR_JSON; format <= CDR_CSV; format++) {
		rig_make(&rig);
		rig.records.format = format;
		rig_start(&rig);
		/* One submit to both: the app's id is the first one's own. */
		put_accepted(RIG_ID, 0, mine);
		put_accepted(RIG_ID, RIG_ID + 1, other);
		put_step(CDR_ATTEMPT, RIG_ID, 0, "移动");
		put_step(CDR_ATTEMPT, RIG_ID, RIG_ID + 1, "移动");
		for (unsigned i = 0; i < 9000; i++) { /* blocks of the sieve between */
			put_accepted(RIG_ID + 10 + i, 0, other);
			if (i % 100 == 0)
				loop_advance(rig.loop, 1000);
		}
		loop_advance(rig.loop, 3600 * 1000);
		put_step(CDR_ATTEMPT, RIG_ID, 0, "联通");
		put_step(CDR_ENDED, RIG_ID, 0, "联通");
		put_step(CDR_ENDED, RIG_ID, RIG_ID + 1, "移动");
		loop_turn(rig.loop);
		assert_int_equal(FIND(.number = "13800138000"), 1);
		assert_int_equal(FIND(.number = "13800138000", .follow = true), 4);
		assert_int_equal(FIND(.number = "13800138000", .follow = true, .kind = "attempt"), 2);
		assert_int_equal(FIND(.number = "13800138000", .follow = true, .carrier = "联通", .newest = true), 2);
		assert_int_equal(FIND(.number = "13800138000", .follow = true, .limit = 3), 3);
		/* What happened later to a message that was accepted before the time that is asked for. */
		assert_int_equal(FIND(.number = "13800138000", .follow = true, .from_ms = RIG_START + 3600 * 1000), 2);
		/* Only the newest of very many, and the records with the number itself. */
		unsigned all = FIND(.number = "13900139000", .follow = true);
		assert_int_equal(all, 9001);
		assert_int_equal(FIND(.number = "13800138001", .follow = true), 0);
		rig_stop(&rig);
		rig_end(&rig);
	}
}

static char rows[1024];
static void on_row(void *arg, const struct totals_row *r)
{
	size_t n = strlen(rows);
	(void)arg;
	snprintf(rows + n, sizeof(rows) - n, "%s/%s %lld %lld %lld %lld %lld %lld %lld\n", r->account, r->carrier,
		 (long long)r->accepted, (long long)r->refused, (long long)r->sent, (long long)r->segments,
		 (long long)r->delivered, (long long)r->failed, (long long)r->price);
}

static void put(enum cdr_kind kind, const char *account, const char *carrier, const char *status, const char *state,
		unsigned segments, int64_t price)
{
	struct cdr c = {.kind = kind, .segments = segments, .price = price, .wait_ms = -1, .answer_ms = -1};
	c.at_ms = loop_wall_ms(rig.loop);
	c.account = view_of(account);
	c.carrier = view_of(carrier);
	c.status = view_of(status);
	c.state = view_of(state);
	archive_put(rig.archive, &c);
}

static void test_totals(void **state)
{
	static const char want[] = "券商/ 1 0 0 0 0 0 0\n"
				   "银行/ 2 1 0 0 0 0 0\n"
				   "银行/移动 0 0 2 5 1 1 75\n"
				   "银行/联通 0 0 1 1 1 0 20\n";
	char path[256];
	char *why = NULL;
	size_t n;

	(void)state;
	rig_make(&rig);
	rig_start(&rig);
	put(CDR_ACCEPTED, "银行", "", "", "", 3, -1);
	put(CDR_ACCEPTED, "银行", "", "", "", 2, -1);
	put(CDR_ACCEPTED, "券商", "", "", "", 1, -1);
	put(CDR_REFUSED, "银行", "", "ESME_RTHROTTLED", "", 0, -1);
	put(CDR_ATTEMPT, "银行", "移动", "ESME_ROK", "", 3, -1);
	put(CDR_ATTEMPT, "银行", "移动", "ESME_RTHROTTLED", "", 2, -1);
	loop_advance(rig.loop, 3600 * 1000);
	put(CDR_ATTEMPT, "银行", "移动", "ESME_ROK", "", 2, -1);
	put(CDR_ATTEMPT, "银行", "联通", "ESME_ROK", "", 1, -1);
	put(CDR_ENDED, "银行", "移动", "", "DELIVRD", 3, 45);
	put(CDR_ENDED, "银行", "移动", "", "UNDELIV", 2, 30);
	/* An end that was not stored when the gateway died: taken back, then it ends elsewhere. */
	put(CDR_ENDED, "银行", "移动", "", "UNDELIV", 1, 15);
	put(CDR_REOPENED, "银行", "移动", "", "UNDELIV", 0, 15);
	put(CDR_ENDED, "银行", "联通", "", "DELIVRD", 1, 20);
	loop_turn(rig.loop);
	rows[0] = '\0';
	assert_int_equal(totals_run(rig.directory, "2026-11-22", 1, on_row, NULL, NULL, &why), 0);
	assert_string_equal(rows, want);
	rows[0] = '\0';
	assert_int_equal(totals_run(rig.directory, "2026-11-21", -1, on_row, NULL, NULL, &why), 0);
	assert_string_equal(rows, "");
	/* The day is over: they stand in a file. */
	loop_advance(rig.loop, 43200 * 1000);
	snprintf(path, sizeof(path), "%s/2026-11-22/totals-1.csv", rig.directory);
	char *text = rig_read(path, &n);
	assert_string_equal(text, "account,carrier,accepted,refused,sent,segments,delivered,failed,price\n"
				  "\"券商\",,1,0,0,0,0,0,0\n\"银行\",,2,1,0,0,0,0,0\n"
				  "\"银行\",\"移动\",0,0,2,5,1,1,75\n\"银行\",\"联通\",0,0,1,1,1,0,20\n");
	free(text);
	rig_stop(&rig);
	rig_end(&rig);
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_find),
	cmocka_unit_test(test_resumed),
	cmocka_unit_test(test_encrypted),
	cmocka_unit_test(test_box_moved),
	cmocka_unit_test(test_erase),
	cmocka_unit_test(test_erase_keeps_chain),
	cmocka_unit_test(test_erase_closed),
	cmocka_unit_test(test_erase_masked),
	cmocka_unit_test(test_erase_around_gone_and_unreadable),
	cmocka_unit_test(test_totals),
	cmocka_unit_test(test_follow),
};

int main(void)
{
	int all = (int)(sizeof(cases) / sizeof(cases[0])), failed;

	log_set_level(LOG_LEVEL_ERROR);
	failed = cmocka_run_group_tests(cases, NULL, NULL);
	if (failed < 0 || failed > all)
		failed = all;
	fflush(stderr);
	printf("%d passed, %d failed, 0 skipped\n", all - failed, failed);
	return failed != 0;
}
