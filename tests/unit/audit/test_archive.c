/* test_archive.c - records on a disk: one write per turn, hours, going on after an end of any kind, a disk that is
 * full. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unit.h"
#include "archive_rig.h"
#include "audit/erased.h"
#include "audit/search.h"
#include "base/log.h"

static struct rig rig;

static void test_hour(void **state)
{
	struct stat s;

	(void)state;
	rig_make(&rig);
	rig_start(&rig);
	assert_non_null(rig.archive);
	assert_string_equal(strrchr(rig_file(&rig, "jsonl", 0), '/'), "/1-20261122T11+0800.jsonl");
	for (unsigned i = 0; i < 100; i++)
		rig_put(&rig, CDR_ACCEPTED, RIG_ID + i, "8613800138000", "您的验证码是1234\n");
	assert_int_equal(rig_chain(&rig), 1); /* not before the turn ends */
	loop_turn(rig.loop);
	assert_int_equal(rig_chain(&rig), 101);
	assert_int_equal(rig_counter(&rig, "smppgw_records_total", "accepted"), 100);
	assert_int_equal(stat(rig_file(&rig, "jsonl", 0), &s), 0);
	assert_int_equal(s.st_mode & 0777, 0640);
	assert_int_equal(rig_counter(&rig, "smppgw_records_written_bytes_total", NULL), (uint64_t)s.st_size);

	/* An hour without a record has no file; the next record makes one, with the chain going on. */
	loop_advance(rig.loop, 2 * 3600 * 1000);
	assert_string_equal(rig_file(&rig, "jsonl", 1), "");
	rig_put(&rig, CDR_ENDED, RIG_ID, "8613800138000", "");
	loop_turn(rig.loop);
	assert_string_equal(strrchr(rig_file(&rig, "jsonl", 1), '/'), "/1-20261122T13+0800.jsonl");
	assert_int_equal(rig_chain(&rig), 102);
	rig_stop(&rig);
	assert_int_equal(rig_chain(&rig), 103);
	assert_int_equal(rig_verify(&rig), 0);

	size_t n;
	char *seal = rig_read(rig_file(&rig, "seal", 0), &n);
	assert_non_null(strstr(seal, "\"statement\":\"checkpoint\""));
	assert_non_null(strstr(
		seal, "\"statement\":\"hour\",\"node\":1,\"hour\":\"1-20261122T11+0800\",\"first\":1,\"count\":101"));
	free(seal);
	rig_end(&rig);
}

/* Who waits for an answer gets it in LOOP_WRITE: by then a kill -9 does not take the record any more. */
static long before_answers;

static void on_answers(void *arg)
{
	(void)arg;
	before_answers = rig_chain(&rig);
}

static void test_before_answers(void **state)
{
	struct loop_hook hook = {.fn = on_answers};

	(void)state;
	rig_make(&rig);
	rig_start(&rig);
	loop_hook(rig.loop, LOOP_WRITE, &hook);
	rig_put(&rig, CDR_ACCEPTED, RIG_ID, "8613800138000", "您好");
	loop_turn(rig.loop);
	assert_int_equal(before_answers, 2);
	loop_unhook(rig.loop, &hook);
	rig_stop(&rig);
	rig_end(&rig);
}

/* What was stored shortly before a kill -9, and not recorded, is told at the next start; what is older or recorded not.
 */
static void test_missed(void **state)
{
	const uint64_t now = RIG_ID + 2000 * UINT64_C(100000), other = now + 3;

	(void)state;
	for (int format = CDR_JSON; format <= CDR_CSV; format++) {
		rig_make(&rig);
		rig.records.format = format;
		rig_start(&rig);
		assert_false(archive_missed(rig.archive, now)); /* the first run of all */
		loop_advance(rig.loop, 2000);
		rig_put(&rig, CDR_ACCEPTED, now, "8613800138000", "您好");
		rig_put(&rig, CDR_ENDED, now + 1, "8613800138000", "您好");
		for (unsigned i = 0; i < 1500; i++)
			rig_put(&rig, CDR_ACCEPTED, other + i, "8613800138000", "");
		loop_turn(rig.loop);
		rig_kill(&rig);
		rig_start(&rig);
		assert_false(archive_missed(rig.archive, now));
		assert_true(archive_missed(rig.archive, now + 1));
		assert_false(archive_missed(rig.archive, other + 1499));
		assert_true(archive_missed(rig.archive, other + 1500));
		assert_false(archive_missed(rig.archive, RIG_ID - 100000)); /* before all of it */
		rig_stop(&rig);
		rig_end(&rig);
	}
}

static void put_end(enum cdr_kind kind, uint64_t id, uint64_t msg, const char *state)
{
	struct cdr c = {.kind = kind, .id = id, .msg = msg, .wait_ms = -1, .answer_ms = -1, .price = 45};

	c.at_ms = loop_wall_ms(rig.loop);
	c.account = view_of("银行");
	c.carrier = view_of("移动");
	c.state = view_of(state);
	archive_put(rig.archive, &c);
}

/* An end that was recorded before a kill -9, also just before the hour was over, is known at the next start; one that
 * was taken back since is not. */
static void test_ended(void **state)
{
	struct archive_end e;

	(void)state;
	for (int format = CDR_JSON; format <= CDR_CSV; format++) {
		rig_make(&rig);
		rig.records.format = format;
		rig_start(&rig);
		assert_false(archive_ended(rig.archive, RIG_ID, &e));
		loop_advance(rig.loop, 19 * 60 * 1000 + 58 * 1000); /* 11:59:59 */
		put_end(CDR_ENDED, RIG_ID, 0, "DELIVRD");
		put_end(CDR_ENDED, RIG_ID + 1, RIG_ID + 2, "EXPIRED");
		put_end(CDR_ENDED, RIG_ID + 3, 0, "UNDELIV");
		put_end(CDR_REOPENED, RIG_ID + 3, 0, "UNDELIV");
		loop_advance(rig.loop, 2000);
		rig_put(&rig, CDR_ACCEPTED, RIG_ID + 4, "8613800138000", "您好");
		loop_turn(rig.loop);
		rig_kill(&rig);
		rig_start(&rig);
		assert_true(archive_ended(rig.archive, RIG_ID, &e));
		assert_string_equal(e.state, "DELIVRD");
		assert_string_equal(e.carrier, "移动");
		assert_string_equal(e.account, "银行");
		assert_int_equal(e.price, 45);
		assert_false(archive_ended(rig.archive, RIG_ID + 1, &e)); /* one of several of a submit */
		assert_true(archive_ended(rig.archive, RIG_ID + 2, &e));
		assert_string_equal(e.state, "EXPIRED");
		assert_false(archive_ended(rig.archive, RIG_ID + 3, &e));
		assert_false(archive_ended(rig.archive, RIG_ID + 4, &e));
		put_end(CDR_REOPENED, RIG_ID, 0, "DELIVRD");
		loop_turn(rig.loop);
		rig_kill(&rig);
		rig_start(&rig);
		assert_false(archive_ended(rig.archive, RIG_ID, &e));
		archive_restored(rig.archive);
		assert_false(archive_ended(rig.archive, RIG_ID + 2, &e));
		rig_stop(&rig);
		assert_int_equal(rig_verify(&rig), 0);
		rig_end(&rig);
	}
}

/* Somebody moves the directory away: no record is written where nobody finds it, and required records are missed. */
static void test_moved_away(void **state)
{
	char away[80];

	(void)state;
	rig_make(&rig);
	rig.records.required = true;
	rig.evidence.checkpoint = 1;
	rig_start(&rig);
	loop_turn(rig.loop);
	snprintf(away, sizeof(away), "%s-移走", rig.directory);
	assert_int_equal(rename(rig.directory, away), 0);
	loop_advance(rig.loop, 25 * 1000);
	assert_true(archive_full(rig.archive));
	rig_put(&rig, CDR_ACCEPTED, RIG_ID, "8613800138000", "您好");
	loop_advance(rig.loop, 3 * 1000);
	assert_int_equal(rename(away, rig.directory), 0);
	loop_advance(rig.loop, 3 * 1000);
	assert_false(archive_full(rig.archive));
	rig_stop(&rig);
	assert_int_equal(rig_chain(&rig), 3);
	assert_int_equal(rig_verify(&rig), 0);
	rig_end(&rig);
}

/* The file of the hour is removed while it is written: the next one begins with CSV's head line, too, and can be
 * searched. */
static void test_csv_anew(void **state)
{
	size_t n;

	(void)state;
	rig_make(&rig);
	rig.records.format = CDR_CSV;
	rig_start(&rig);
	rig_put(&rig, CDR_ACCEPTED, RIG_ID, "8613800138000", "您好");
	loop_turn(rig.loop);
	assert_int_equal(unlink(rig_file(&rig, "csv", 0)), 0);
	loop_advance(rig.loop, 25 * 1000);
	rig_put(&rig, CDR_ACCEPTED, RIG_ID + 1, "8613800138001", "再见");
	loop_turn(rig.loop);
	char *text = rig_read(rig_file(&rig, "csv", 0), &n);
	assert_memory_equal(text, "n,at,kind,id,", 13);
	assert_non_null(strstr(text, "\n3,"));
	assert_null(strstr(strchr(text, '\n'), "n,at,kind"));
	free(text);
	assert_string_equal(rig_file(&rig, "idx", 0), "");
	rig_stop(&rig);
	rig_end(&rig);
}

/* Notes of erasures become records of the chain, each once; what is no note is passed over. */
static void test_erased(void **state)
{
	static const struct erased note = {
		.at_ms = 1795232401000, .records = 7, .files = 2, .who = "审计\t员", .what = "138****8000"};
	char path[120];
	size_t n;

	(void)state;
	rig_make(&rig);
	rig_start(&rig);
	assert_int_equal(erased_leave(rig.directory, &note), 0);
	snprintf(path, sizeof(path), "%s/erased.notes", rig.directory);
	FILE *f = fopen(path, "a");
	assert_non_null(f);
	fputs("no note\n\n1\t2\tx\ty\tz\n1\t2\n", f);
	fclose(f);
	loop_advance(rig.loop, 25 * 1000);
	assert_int_equal(access(path, F_OK), -1);
	char *text = rig_read(rig_file(&rig, "jsonl", 0), &n), *at = strstr(text, "\"kind\":\"erased\"");
	assert_non_null(at);
	assert_non_null(strstr(at, "\"parts\":7"));
	assert_non_null(strstr(at, "\"who\":\"审计 员\""));
	assert_non_null(strstr(at, "138****8000, in 2 files"));
	assert_null(strstr(at + 1, "\"kind\":\"erased\""));
	free(text);
	rig_stop(&rig);
	assert_int_equal(rig_chain(&rig), 3);
	assert_int_equal(rig_verify(&rig), 0);
	rig_end(&rig);
}

/* Each statement names the one before it, also over an end of the process. */
static void test_restart(void **state)
{
	(void)state;
	for (int format = CDR_JSON; format <= CDR_CSV; format++) {
		rig_make(&rig);
		rig.records.format = format;
		long records = 0;
		for (int run = 0; run < 6; run++) {
			rig_start(&rig);
			assert_non_null(rig.archive);
			rig_put(&rig, CDR_ACCEPTED, RIG_ID, "8613800138000", "退订,请回复\"T\"");
			loop_turn(rig.loop);
			if (run == 3)
				loop_advance(rig.loop, 3600 * 1000);
			if (run % 2)
				rig_kill(&rig);
			else
				rig_stop(&rig);
			records += run % 2 ? 2 : 3;
			assert_int_equal(rig_chain(&rig), records);
			assert_int_equal(rig_verify(&rig), 0);
		}
		rig_end(&rig);
	}
}

/* Killed while it wrote: whatever is torn goes, and is told; the chain goes on. */
static void test_torn(void **state)
{
	char path[256];
	size_t n, keep;

	(void)state;
	rig_make(&rig);
	rig_start(&rig);
	rig_put(&rig, CDR_ACCEPTED, RIG_ID, "8613800138000", "您好");
	rig_kill(&rig);
	snprintf(path, sizeof(path), "%s", rig_file(&rig, "jsonl", 0));
	char *whole = rig_read(path, &n);
	keep = (size_t)(strchr(whole, '\n') - whole) + 1;
	/* Under valgrind not every octet: each is a start and an end of an archive. */
	const char *preload = getenv("LD_PRELOAD");
	size_t step = preload && strstr(preload, "vgpreload") ? 41 : 1;
	for (size_t cut = keep; cut <= n; cut += cut + step > n && cut < n ? n - cut : step) {
		FILE *f = fopen(path, "w");
		assert_int_equal(fwrite(whole, 1, cut, f), cut);
		fclose(f);
		rig_start(&rig);
		assert_non_null(rig.archive);
		rig_put(&rig, CDR_ENDED, RIG_ID, "8613800138000", "");
		rig_kill(&rig);
		assert_int_equal(rig_chain(&rig), cut == n ? 4 : 3);
		assert_int_equal(rig_verify(&rig), 0);
		size_t all;
		char *text = rig_read(path, &all);
		assert_int_equal(strstr(text, "were torn and are cut off") != NULL, cut != keep && cut != n);
		free(text);
	}
	free(whole);
	rig_end(&rig);
}

/* Another process of the same node is told so. */
static void test_lock(void **state)
{
	char *why = NULL;

	(void)state;
	rig_make(&rig);
	rig_start(&rig);
	assert_null(archive_new(rig.loop, rig.worker, &rig.records, &rig.evidence, 1, NULL, &why));
	assert_non_null(strstr(why, "another process"));
	free(why);
	struct archive *other = archive_new(rig.loop, rig.worker, &rig.records, &rig.evidence, 2, NULL, &why);
	assert_non_null(other);
	archive_free(other);
	rig_stop(&rig);
	rig_end(&rig);
}

/* A limit on the file's size stands for a disk that is full. */
static void test_full(void **state)
{
	struct rlimit before, small;
	struct stat s;
	struct archive_view v;
	static char text[60000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	signal(SIGXFSZ, SIG_IGN);
	rig_make(&rig);
	rig.records.required = true;
	rig.records.texts = CDR_TEXT_PLAIN;
	rig_start(&rig);
	rig_put(&rig, CDR_ACCEPTED, RIG_ID, "8613800138000", "您好");
	loop_turn(rig.loop);
	assert_int_equal(stat(rig_file(&rig, "jsonl", 0), &s), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = (rlim_t)s.st_size + 100;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);

	rig_put(&rig, CDR_ACCEPTED, RIG_ID + 1, "8613800138000", "您好");
	assert_false(archive_full(rig.archive));
	loop_turn(rig.loop);
	assert_true(archive_full(rig.archive));
	archive_look(rig.archive, &v);
	assert_non_null(strstr(v.why, rig.directory));
	assert_true(v.waiting > 0);
	/* The hour passes; what waits belongs to the file that was begun. */
	loop_advance(rig.loop, 3600 * 1000);
	for (unsigned i = 0; i < 1200; i++)
		rig_put(&rig, CDR_ACCEPTED, RIG_ID + 2 + i, "8613800138000", text);
	loop_turn(rig.loop);
	archive_look(rig.archive, &v);
	assert_true(v.waiting >= ARCHIVE_WAIT_MAX && v.waiting < ARCHIVE_WAIT_MAX + 100000);
	assert_true(v.lost > 0 && v.lost < 200);
	uint64_t lost = v.lost;

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	loop_advance(rig.loop, 3000);
	assert_false(archive_full(rig.archive));
	archive_look(rig.archive, &v);
	assert_int_equal(v.waiting, 0);
	assert_string_equal(v.why, "");
	assert_int_equal(v.lost, lost);
	assert_int_equal(rig_counter(&rig, "smppgw_records_total", "lost"), 1);
	/* Numbers have no gap: start, the two, those that waited, lost; each is there. */
	assert_int_equal(v.next, 1 + 1 + 2 + (1200 - lost) + 1);
	rig_stop(&rig);
	assert_int_equal(rig_verify(&rig), 0);
	rig_end(&rig);
}

static void test_no_directory(void **state)
{
	char *why = NULL;

	(void)state;
	rig_make(&rig);
	rig.loop = loop_new_simulated(RIG_START);
	rig.worker = worker_new(rig.loop);
	rig.records.directory = (char *)"";
	rig.archive = archive_new(rig.loop, rig.worker, &rig.records, &rig.evidence, 1, NULL, &why);
	assert_non_null(rig.archive);
	assert_false(archive_wants(rig.archive, CDR_ACCEPTED));
	rig_put(&rig, CDR_ACCEPTED, RIG_ID, "138", "好");
	loop_advance(rig.loop, 5000);
	assert_false(archive_full(rig.archive));
	archive_free(rig.archive);

	rig.records.directory = (char *)"/proc/不行";
	assert_null(archive_new(rig.loop, rig.worker, &rig.records, &rig.evidence, 1, NULL, &why));
	assert_non_null(strstr(why, "/proc/不行"));
	free(why);
	worker_free(rig.worker);
	loop_free(rig.loop);
	rig_end(&rig);
}

/* Days that are over go, the others stay; after a gap that may be a wrong clock nothing is deleted. */
static void test_retention(void **state)
{
	char first[256];

	(void)state;
	rig_make(&rig);
	rig.records.retention = 2;
	for (int day = 0; day < 4; day++) {
		rig_start(&rig);
		loop_advance(rig.loop, 3000);
		if (day == 0)
			snprintf(first, sizeof(first), "%s", rig_file(&rig, "jsonl", 0));
		assert_int_equal(access(first, F_OK), day < 3 ? 0 : -1);
		rig_stop(&rig);
		rig.at_ms += 86400 * 1000;
	}
	assert_string_not_equal(rig_file(&rig, "jsonl", 2), "");
	assert_string_equal(rig_file(&rig, "jsonl", 3), "");
	rig.at_ms += INT64_C(86400) * 1000 * 400;
	rig_start(&rig);
	loop_advance(rig.loop, 10000);
	assert_string_not_equal(rig_file(&rig, "jsonl", 3), "");
	rig_stop(&rig);
	rig_end(&rig);
}

static void test_kinds(void **state)
{
	char *names[] = {(char *)"all", (char *)"-attempt"}, *wrong[] = {(char *)"假的"};
	char *errors = NULL;

	(void)state;
	rig_make(&rig);
	rig.records.kinds = (struct conf_list){names, 2};
	assert_true(archive_check(&rig.records, &rig.evidence, &errors));
	rig_start(&rig);
	assert_false(archive_wants(rig.archive, CDR_ATTEMPT));
	assert_true(archive_wants(rig.archive, CDR_REOPENED)); /* as `ended` is */
	assert_true(archive_wants(rig.archive, CDR_ENDED));
	rig_stop(&rig);
	rig.records.kinds = (struct conf_list){wrong, 1};
	rig.records.texts = CDR_TEXT_ENCRYPTED;
	archive_warn(&rig.records, &rig.evidence, &errors);
	assert_null(errors);
	rig.records.numbers = CDR_NUMBER_MASKED; /* nobody can tell whose texts they are */
	archive_warn(&rig.records, &rig.evidence, &errors);
	assert_non_null(strstr(errors, "warning: records.texts: no whole number is kept"));
	free(errors);
	errors = NULL;
	rig.records.numbers = CDR_NUMBER_PLAIN;
	rig.evidence.key = (char *)"/无/钥.pem";
	assert_false(archive_check(&rig.records, &rig.evidence, &errors));
	assert_non_null(strstr(errors, "假的"));
	assert_non_null(strstr(errors, "records.key"));
	assert_non_null(strstr(errors, "/无/钥.pem"));
	free(errors);
	rig_end(&rig);
}

/* Another form within the hour: a second part, the chain goes on. */
static void test_parts(void **state)
{
	(void)state;
	rig_make(&rig);
	rig_start(&rig);
	rig_stop(&rig);
	rig.records.format = CDR_CSV;
	rig_start(&rig);
	rig_put(&rig, CDR_ACCEPTED, RIG_ID, "8613800138000", "您好");
	rig_stop(&rig);
	assert_string_equal(strrchr(rig_file(&rig, "csv", 0), '/'), "/1-20261122T11+0800-02.csv");
	rig_start(&rig);
	rig_stop(&rig);
	assert_string_equal(rig_file(&rig, "csv", 1), "");
	assert_int_equal(rig_verify(&rig), 0);
	size_t n;
	char *text = rig_read(rig_file(&rig, "csv", 0), &n);
	assert_memory_equal(text, "n,at,kind,id,", 13);
	assert_non_null(strstr(text, "\n3,2026-11-22T11:40:01.123+08:00,start,"));
	free(text);
	rig_end(&rig);
}

/* A clock that is set back into an hour that is over: files stay in the order of their records. */
static void test_set_back(void **state)
{
	(void)state;
	rig_make(&rig);
	rig_start(&rig);
	loop_advance(rig.loop, 2 * 3600 * 1000);
	rig_put(&rig, CDR_ACCEPTED, RIG_ID, "8613800138000", "您好");
	loop_advance(rig.loop, 3600 * 1000); /* the hour 13 is stated */
	archive_free(rig.archive);
	worker_free(rig.worker);
	stats_free(rig.stats);
	loop_free(rig.loop);
	rig.at_ms = RIG_START;
	rig_start(&rig);
	rig_put(&rig, CDR_ACCEPTED, RIG_ID, "8613800138000", "您好");
	rig_stop(&rig);
	assert_true(rig_chain(&rig) >= 5);
	assert_int_equal(rig_verify(&rig), 0);
	rig_end(&rig);
}

static bool on_hit(void *arg, const struct search_hit *hit)
{
	(void)hit;
	++*(unsigned *)arg;
	return true;
}

/* How many messages were accepted between two times. */
static unsigned between(int64_t from_ms, int64_t to_ms)
{
	struct search_query q = {.directory = rig.directory, .kind = "accepted", .from_ms = from_ms, .to_ms = to_ms};
	unsigned n = 0;
	char *why = NULL;

	assert_int_equal(search_run(&q, on_hit, NULL, &n, NULL, &why), 0);
	return n;
}

/* A clock that is far ahead for a while: what comes when it is right again is found by its time, also behind a restart.
 */
static void test_far_ahead(void **state)
{
	(void)state;
	const int64_t hour = 3600 * 1000;
	rig_make(&rig);
	rig_start(&rig);
	rig_put(&rig, CDR_ACCEPTED, RIG_ID, "8613800138000", "之前");
	loop_set_wall(rig.loop, RIG_START + 30 * hour);
	rig_put(&rig, CDR_ACCEPTED, RIG_ID + 1, "8613800138000", "超前");
	loop_turn(rig.loop);
	loop_set_wall(rig.loop, RIG_START + 60 * 1000);
	for (unsigned i = 2; i < 8; i++) {
		rig_put(&rig, CDR_ACCEPTED, RIG_ID + i, "8613800138000", "之后");
		loop_advance(rig.loop, hour / 2);
	}
	assert_int_equal(between(RIG_START - hour, RIG_START + 12 * hour), 7);
	assert_int_equal(between(RIG_START - hour, RIG_START + hour), 3);
	rig_stop(&rig);
	rig.at_ms = RIG_START + 5 * hour;
	rig_start(&rig);
	rig_put(&rig, CDR_ACCEPTED, RIG_ID + 8, "8613800138000", "重启");
	loop_turn(rig.loop);
	assert_int_equal(between(RIG_START - hour, RIG_START + 12 * hour), 8);
	assert_int_equal(between(RIG_START + 12 * hour, RIG_START + 40 * hour), 1);
	rig_stop(&rig);
	assert_true(rig_chain(&rig) >= 9);
	assert_int_equal(rig_verify(&rig), 0);
	rig_end(&rig);
}

static const char *seal_path(void)
{
	static char path[256];
	snprintf(path, sizeof(path), "%s/2026-11-22/1-20261122T11+0800.seal", rig.directory);
	return path;
}

/* Statements that cannot be written wait, and keep their order. */
static void test_seal_waits(void **state)
{
	(void)state;
	rig_make(&rig);
	rig_start(&rig);
	loop_turn(rig.loop);
	assert_int_equal(mkdir(seal_path(), 0700), 0); /* in the way, also of root */
	for (unsigned i = 0; i < 3; i++) {
		rig_put(&rig, CDR_ACCEPTED, RIG_ID + i, "8613800138000", "您好");
		loop_advance(rig.loop, 61 * 1000);
	}
	assert_int_equal(rmdir(seal_path()), 0);
	loop_advance(rig.loop, 3 * 1000);
	size_t n;
	char *text = rig_read(seal_path(), &n);
	unsigned lines = 0;
	for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	assert_int_equal(lines, 3);
	free(text);
	rig_stop(&rig);
	assert_int_equal(rig_verify(&rig), 0);
	rig_end(&rig);
}

/* With a real thread, ended before the archive and after it. */
static void test_thread(void **state)
{
	(void)state;
	for (int first = 0; first < 2; first++) {
		char *why = NULL;
		rig_make(&rig);
		rig.loop = loop_new();
		rig.worker = worker_new(rig.loop);
		rig.archive = archive_new(rig.loop, rig.worker, &rig.records, &rig.evidence, 1, NULL, &why);
		assert_non_null(rig.archive);
		rig_put(&rig, CDR_ACCEPTED, RIG_ID, "8613800138000", "您好");
		if (first)
			worker_free(rig.worker);
		archive_free(rig.archive);
		if (!first)
			worker_free(rig.worker);
		loop_free(rig.loop);
		assert_int_equal(rig_chain(&rig), 3);
		assert_int_equal(rig_verify(&rig), 0);
		assert_string_not_equal(rig_file(&rig, "seal", 0), "");
		rig_end(&rig);
	}
}

static const struct CMUnitTest cases[] = {
	cmocka_unit_test(test_before_answers), cmocka_unit_test(test_missed),	 cmocka_unit_test(test_ended),
	cmocka_unit_test(test_moved_away),     cmocka_unit_test(test_csv_anew),	 cmocka_unit_test(test_erased),
	cmocka_unit_test(test_set_back),       cmocka_unit_test(test_far_ahead), cmocka_unit_test(test_seal_waits),
	cmocka_unit_test(test_thread),	       cmocka_unit_test(test_hour),	 cmocka_unit_test(test_restart),
	cmocka_unit_test(test_torn),	       cmocka_unit_test(test_lock),	 cmocka_unit_test(test_full),
	cmocka_unit_test(test_no_directory),   cmocka_unit_test(test_retention), cmocka_unit_test(test_kinds),
	cmocka_unit_test(test_parts),
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
