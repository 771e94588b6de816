/*
 * records.c - what a record of the archive costs the loop: ns of CPU for the core alone, and whole, by what is kept.
 * Prints "name value" lines for tests/bench/run. Knows the archive, and no daemon.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit/archive.h"
#include "audit/digest.h"
#include "audit/search.h"
#include "base/log.h"
#include "base/worker.h"

#define RECORDS	 300000u
#define PER_TURN 200u

static int64_t cpu_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static int delete_one(const char *path, const struct stat *s, int flag, struct FTW *at)
{
	(void)s;
	(void)flag;
	(void)at;
	return remove(path);
}

/* A submit of a text to a phone, as most records are. */
static struct cdr typical(int64_t at_ms, uint64_t i)
{
	struct cdr c = {.kind = CDR_ATTEMPT, .at_ms = at_ms, .id = UINT64_C(121748200112301000) + i, .segments = 1};

	c.account = view_of("bank");
	c.class_name = view_of("otp");
	c.number = view_of("8613800138000");
	c.text = view_of("【银行】您的验证码是123456，五分钟内有效，请勿告诉他人。");
	c.code = view_of("1069000123");
	c.operator_ = view_of("mobile");
	c.carrier = view_of("mobile-1");
	c.carrier_id = view_of("0A1B2C3D4E");
	c.bind = view_of("mobile-1#2");
	c.status = view_of("ESME_ROK");
	c.attempt = 1;
	c.accepted_ms = at_ms - 12;
	c.wait_ms = 3;
	c.answer_ms = 9;
	c.price = 45;
	return c;
}

static void measure_core(enum cdr_format format, const char *name)
{
	struct buf out = {0};
	struct cdr c = typical(1795318801123, 0);
	int64_t from = cpu_ns();

	for (unsigned i = 0; i < RECORDS; i++) {
		c.at_ms += i % 16 == 0;
		cdr_write_core(&c, i + 1, "", "", format, &out);
		buf_consume(&out, buf_len(&out), 1 << 20);
	}
	printf("records_core_%s_ns %.0f\n", name, (double)(cpu_ns() - from) / RECORDS);
	buf_free(&out);
}

static bool on_hit(void *arg, const struct search_hit *hit)
{
	(void)hit;
	++*(unsigned *)arg;
	return true;
}

/* ms to find one of the records by its id, and by what only reading all of them tells. */
static void measure_search(const char *directory)
{
	const struct search_query by_id = {.directory = directory, .id = UINT64_C(121748200112301000) + RECORDS / 2},
				  by_reading = {.directory = directory, .carrier = "nobody"};
	char *why = NULL;
	unsigned hits = 0;
	int64_t from = cpu_ns();

	if (search_run(&by_id, on_hit, NULL, &hits, NULL, &why) != 0 || hits == 0)
		exit(1);
	printf("records_search_id_ms %.1f\n", (double)(cpu_ns() - from) / 1e6);
	from = cpu_ns();
	if (search_run(&by_reading, on_hit, NULL, &hits, NULL, &why) != 0)
		exit(1);
	printf("records_search_all_ms %.1f\n", (double)(cpu_ns() - from) / 1e6);
}

struct setting {
	const char *name;
	bool chain;
	int numbers, texts, digest;
};

static void measure(const struct setting *x, char *key)
{
	char directory[] = "/tmp/smppgw-bench.XXXXXX", *all = (char *)"all", *why = NULL;
	struct loop *loop = loop_new_simulated(1795318801123);
	struct worker *worker = worker_new(loop);
	struct records_conf r = {.directory = mkdtemp(directory),
				 .kinds = {&all, 1},
				 .numbers = x->numbers,
				 .texts = x->texts,
				 .key = key};
	struct evidence_conf e = {.chain = x->chain, .digest = x->digest, .key = (char *)"", .checkpoint = 60};
	struct archive *a = r.directory ? archive_new(loop, worker, &r, &e, 1, NULL, &why) : NULL;

	if (!a) {
		fprintf(stderr, "records: %s\n", why ? why : "no directory in /tmp");
		exit(1);
	}
	int64_t spent = 0;
	for (unsigned i = 0; i < RECORDS; i += PER_TURN) {
		int64_t from = cpu_ns();
		for (unsigned j = 0; j < PER_TURN; j++) {
			struct cdr c = typical(loop_wall_ms(loop), i + j);
			archive_put(a, &c);
		}
		spent += cpu_ns() - from; /* write(2) belongs to the turn, and is told on its own */
		loop_turn(loop);
	}
	int64_t from = cpu_ns();
	for (unsigned i = 0; i < 200; i++) {
		for (unsigned j = 0; j < PER_TURN; j++) {
			struct cdr c = typical(loop_wall_ms(loop), i + j);
			archive_put(a, &c);
		}
		loop_turn(loop);
	}
	printf("records_%s_ns %.0f\n", x->name, (double)spent / RECORDS);
	printf("records_%s_written_ns %.0f\n", x->name, (double)(cpu_ns() - from) / (200 * PER_TURN));
	archive_free(a);
	if (strcmp(x->name, "default") == 0)
		measure_search(directory);
	worker_free(worker);
	loop_free(loop);
	nftw(directory, delete_one, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	static const struct setting settings[] = {
		{"bare", false, CDR_NUMBER_MASKED, CDR_TEXT_NONE, SEAL_SHA256},
		{"chain", true, CDR_NUMBER_MASKED, CDR_TEXT_NONE, SEAL_SHA256},
		{"default", true, CDR_NUMBER_PLAIN, CDR_TEXT_HASH, SEAL_SHA256},
		{"encrypted", true, CDR_NUMBER_ENCRYPTED, CDR_TEXT_ENCRYPTED, SEAL_SHA256},
		{"sm3", true, CDR_NUMBER_PLAIN, CDR_TEXT_HASH, SEAL_SM3},
	};
	char key[] = "/tmp/smppgw-bench-key.XXXXXX";
	int fd = mkstemp(key);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;

	if (!f)
		return 1;
	fputs("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n", f);
	fclose(f);
	log_set_level(LOG_LEVEL_ERROR);
	measure_core(CDR_JSON, "json");
	measure_core(CDR_CSV, "csv");
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		measure(&settings[i], key);
	unlink(key);
	return 0;
}
